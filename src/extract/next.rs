//! The addresses of further pages of a list.

use scraper::{ElementRef, Html};
use url::Url;

use super::Options;
use super::field::Field;
use super::fitter::{resolve, web};
use super::node::ItemNode;
use crate::model::Page;

/// Those that are on the same host and not the page itself, each once.
pub(super) fn checked(
    addresses: impl IntoIterator<Item = String>,
    base: &Url,
    page: &Page,
    options: &Options,
) -> Vec<Url> {
    let mut here = page.url.clone();
    here.set_fragment(None);
    // Neither have those that are found.
    let here = web(here.clone()).unwrap_or(here);
    let mut kept: Vec<Url> = Vec::new();
    for address in addresses {
        let Some(mut url) = resolve(base, &address) else { continue };
        url.set_fragment(None);
        let same_host = (url.host(), url.port_or_known_default()) == (here.host(), here.port_or_known_default());
        if same_host && url != here && !kept.contains(&url) {
            kept.push(url);
        }
        if kept.len() >= options.max_further {
            break;
        }
    }
    kept
}

/// Where the recipe says; else `rel="next"`.
pub(super) fn of_html(html: &Html, field: Option<&Field>, base: &Url, page: &Page, options: &Options) -> Vec<Url> {
    let addresses = field.map_or_else(|| related(html, options), |field| named(html, field));
    checked(addresses, base, page, options)
}

fn named(html: &Html, field: &Field) -> Vec<String> {
    let href = |e: ElementRef<'_>| e.attr("href").map(|href| href.trim().to_owned());
    let page = ItemNode::new(html.root_element(), |_| true);
    page.values(field, href).into_iter().map(|value| value.text).collect()
}

fn related(html: &Html, options: &Options) -> Vec<String> {
    let is_next = |e: &ElementRef<'_>| {
        let mut rels = e.attr("rel").unwrap_or_default().split_ascii_whitespace();
        matches!(e.value().name(), "link" | "a") && rels.any(|rel| rel.eq_ignore_ascii_case("next"))
    };
    let links = html.tree.root().descendants().filter_map(ElementRef::wrap).filter(is_next);
    links.filter_map(|e| e.attr("href")).map(str::to_owned).take(options.max_further).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_another_one_of_the_same_site() {
        let url: Url = "https://example.se/nyheter/?page=1".parse().unwrap();
        let page = Page { url: url.clone(), text: String::new(), media_type: None };
        for (markup, field, want) in [
            ("<link rel=next href='?page=2'>", None, "?page=2"),
            ("<a rel='nofollow next' href='/nyheter/?page=2#lista'>Nästa</a>", None, "?page=2"),
            ("<a class=more href='?page=2'>Fler</a>", Some("a.more@href"), "?page=2"),
            ("<a class=more href='?page=2'>Fler</a>", Some("a.more"), "?page=2"),
            ("<a rel=next href='?page=1'>Nästa</a>", None, ""),
            ("<a rel=next href='#'>Nästa</a><a rel=next href='javascript:next()'>", None, ""),
            ("<a rel=next href='https://other.example/?page=2'>Nästa</a>", None, ""),
            ("<a rel=prev href='?page=0'>Förra</a>", None, ""),
        ] {
            let html = Html::parse_document(markup);
            let field = field.map(|text| Field::parse(text).unwrap());
            let found = of_html(&html, field.as_ref(), &url, &page, &Options::default());
            let want: Vec<Url> =
                Some(want).filter(|w| !w.is_empty()).map(|w| url.join(w).unwrap()).into_iter().collect();
            assert_eq!(found, want, "{markup}");
        }
    }
}
