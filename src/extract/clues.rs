//! What stands on a page where no list was found: for people who wonder why.

use std::fmt;

use scraper::ElementRef;
use url::Url;

use super::kind::Kind;
use super::notice::Facts;
use super::outline::{Selected, selected};
use super::recipe::Recipe;
use super::{Options, html};
use crate::model::Page;

/// A page whose main part has so few links and headings has no list in it, unless a script puts one there.
const FEW: usize = 2;
/// Bytes of the address of a feed that is told of.
const ADDRESS: usize = 300;

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clues {
    /// Links of the page as a whole.
    pub links: usize,
    /// Links and lower headings outside of menus, headers and footers that may be titles of items.
    pub titles: usize,
    /// Scripts of the page.
    pub scripts: usize,
    /// What the recipe's selectors of elements find.
    pub selected: Vec<Selected>,
    /// A feed that the page names as its own.
    pub feed: Option<Url>,
}

/// The clues of a page of HTML, within the limits of extraction; `None` of any other.
#[must_use]
pub fn clues(page: &Page, recipe: &Recipe, options: &Options) -> Option<Clues> {
    if recipe.kind_of(page) != Kind::Html {
        return None;
    }
    let html = html::parse(page, recipe.all_css(), options).ok()?;
    let base = html::base(&html, page);
    let (mut links, mut scripts, mut own) = (0, 0, None);
    for element in html.tree.nodes().filter_map(ElementRef::wrap) {
        match element.value().name() {
            "a" => links += usize::from(element.attr("href").is_some()),
            "script" => scripts += usize::from(is_program(element)),
            "link" => own = own.or_else(|| feed(element, &base)),
            _ => {}
        }
    }
    let titles = Facts::of(&html).titles;
    Some(Clues { links, titles, scripts, selected: selected(&html, recipe), feed: own })
}

fn is_program(script: ElementRef<'_>) -> bool {
    script.attr("type").is_none_or(|kind| kind.is_empty() || kind.contains("javascript") || kind == "module")
}

/// The address of a feed (`rel="alternate"`, RSS Autodiscovery).
fn feed(link: ElementRef<'_>, base: &Url) -> Option<Url> {
    let has = |name: &str, words: &[&str]| {
        let value = link.attr(name).unwrap_or_default().to_ascii_lowercase();
        value.split_ascii_whitespace().any(|word| words.contains(&word))
    };
    let named = has("rel", &["alternate"])
        && has("type", &["application/rss+xml", "application/atom+xml", "application/feed+json"]);
    let fits = |url: &Url| matches!(url.scheme(), "http" | "https") && url.as_str().len() <= ADDRESS;
    base.join(link.attr("href").filter(|_| named)?).ok().filter(fits)
}

impl Clues {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> String {
        if let Some(feed) = &self.feed {
            return format!("the page names a feed of its own, which may be a source as well: `flode try {feed}`");
        }
        if self.titles <= FEW && self.scripts > 0 {
            return "a script probably puts the list there, and flode runs none: see in a browser's tools for \
                    developers, under Network, which address it is loaded from; JSON, a feed or a sitemap may be a source"
                .to_owned();
        }
        if self.titles <= FEW {
            return "open the page in a browser: is the list on this one?".to_owned();
        }
        "say where it is: `item`, `title` and `link` in the `[source.recipe]` of a source, as README shows; \
         `flode try SOURCE` then shows what they find"
            .to_owned()
    }
}

/// `links: 12; scripts: 2; …`.
impl fmt::Display for Clues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { links, titles, scripts, selected, .. } = self;
        write!(f, "links: {links}; scripts: {scripts}; what may be titles, outside of menus: {titles}")?;
        for Selected { field, selector, elements } in selected {
            write!(f, "; {field} `{selector}`: {elements}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str, recipe: &Recipe) -> Clues {
        let text =
            format!("<html><head><title>Nyheter</title></head><body><nav><a href=/a>En lång meny</a></nav>{body}");
        let page = Page { url: "https://a.se/nyheter/".parse().unwrap(), text, media_type: None };
        clues(&page, recipe, &Options::default()).expect("HTML")
    }

    #[test]
    fn each_page_has_its_way_on() {
        let many = "<main>".to_owned() + &"<h2><a href=/n>En nyhet om staden</a></h2>".repeat(3) + "</main>";
        for (body, words) in [
            ("<main><h1>Nyheter</h1><div id=app></div></main><script src=/a.js></script>", "a script probably"),
            ("<main><h1>Nyheter</h1></main><script type=application/ld+json>{}</script>", "is the list on this one"),
            (many.as_str(), "`[source.recipe]`"),
            (
                "<link rel=alternate type=application/rss+xml href=rss><script></script>",
                "`flode try https://a.se/nyheter/rss`",
            ),
            ("<link rel=alternate type=application/rss+xml href='javascript:x'>", "is the list on this one"),
        ] {
            let hint = of(body, &Recipe::auto()).hint();
            assert!(hint.contains(words), "{body}: {hint}");
        }
    }

    #[test]
    fn it_counts_what_was_looked_at() {
        let recipe = Recipe::from_fields(None, [("item", "li.news".into())]).unwrap();
        let clues = of("<main><p>Laddar</p></main><script>x</script>", &recipe);
        let want = "links: 1; scripts: 1; what may be titles, outside of menus: 0; item `li.news`: 0";
        assert_eq!(clues.to_string(), want);
        let listing = Page { url: "https://a.se/".parse().unwrap(), text: "• Ett\n".to_owned(), media_type: None };
        assert_eq!(super::clues(&listing, &Recipe::auto(), &Options::default()), None);
    }
}
