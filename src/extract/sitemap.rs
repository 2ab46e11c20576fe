//! Reads sitemaps (sitemaps.org, and the news extension) and indexes of them.

use std::cmp::Reverse;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use super::fitter::{Draft, Fitter};
use super::xml::{Element, Space};
use super::{Context, Options, date, next, xml};
use crate::model::text::clean;
use crate::model::{Container, Extraction, Page, PageDate};

/// The addresses of a sitemap as items, newest first; of an index, the sitemaps to read.
pub(super) fn read(page: &Page, context: &Context<'_>, options: &Options) -> Extraction {
    let root = match xml::parse(&page.text, options) {
        Ok(root) => root,
        Err(refusal) => return Extraction { refused: Some(refusal), ..Extraction::default() },
    };
    match root {
        Some(root) if root.name == "urlset" => urls(&root, page, context, options),
        Some(root) if root.name == "sitemapindex" => {
            let maps = newest_first(root.all(Space::Own, "sitemap").collect(), context);
            let further = next::checked(maps.into_iter().filter_map(address), &page.url, page, options);
            Extraction { container: Container::Present, further, ..Extraction::default() }
        }
        _ => Extraction { container: Container::Gone, ..Extraction::default() },
    }
}

fn urls(root: &Element, page: &Page, context: &Context<'_>, options: &Options) -> Extraction {
    let entries = newest_first(root.all(Space::Own, "url").collect(), context);
    let drafts = entries.into_iter().filter_map(draft).take(options.max_items + 1).collect();
    let mut fitter = Fitter::new(page.url.clone(), context, options);
    let items = fitter.items(drafts);
    let container = Container::Present;
    Extraction { items, defects: fitter.defects, container, ..Extraction::default() }
}

/// `None`: it is the front page, or half an address.
fn draft(url: &Element) -> Option<Draft> {
    let link = address(url).filter(|_| !url.open)?;
    let news = url.first(Space::News, "news");
    let of_news = |name| news.and_then(|news| news.first(Space::News, name)).and_then(Element::text);
    let names = ["genres", "keywords"].into_iter().rev().filter_map(of_news);
    let images = url
        .elements()
        .filter(|element| element.name == "image")
        .filter_map(|image| image.elements().find(|element| element.name == "loc").and_then(Element::text));
    Some(Draft {
        title: of_news("title").or_else(|| title_of(&link))?,
        dates: of_news("publication_date").into_iter().chain(modified(url)).collect(),
        categories: names.flat_map(|names| names.split(',').map(str::to_owned).collect::<Vec<_>>()).collect(),
        images: images.collect(),
        links: vec![link],
        ..Draft::default()
    })
}

fn address(entry: &Element) -> Option<String> {
    entry.first(Space::Own, "loc").and_then(Element::text)
}

fn modified(entry: &Element) -> Option<String> {
    entry.first(Space::Own, "lastmod").and_then(Element::text)
}

/// In a sitemap the order says nothing. What has no date comes last.
fn newest_first<'e>(mut entries: Vec<&'e Element>, context: &Context<'_>) -> Vec<&'e Element> {
    let moment = |entry: &&'e Element| -> Option<Timestamp> {
        let news = entry.first(Space::News, "news").and_then(|news| news.first(Space::News, "publication_date"));
        let text = news.and_then(Element::text).or_else(|| modified(entry))?;
        match date::read(&text, context.language, context.time_zone, context.now)? {
            PageDate::Instant(at) => Some(at),
            PageDate::Day(day) | PageDate::Month(day) => day.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp()),
        }
    };
    entries.sort_by_cached_key(|entry| Reverse(moment(entry)));
    entries
}

/// A title made from an address: `/nyheter/ny-mottagning-oppnar.html` is "Ny mottagning oppnar". It is poor, and only of
/// use until the article itself has been read.
fn title_of(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let named = |part: &&str| part.chars().any(char::is_alphabetic);
    let slug = url.path_segments()?.rev().find(named)?;
    let slug = slug.split_once('.').map_or(slug, |(before, _)| before);
    let decoded = url::form_urlencoded::parse(slug.as_bytes()).next().map(|(name, _)| name.into_owned())?;
    let words = clean(&decoded.replace(['-', '_', '+'], " "));
    let mut chars = words.chars();
    let first = chars.next()?;
    Some(first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::title_of;

    #[test]
    fn an_address_makes_a_title() {
        for (address, want) in [
            ("https://e.se/nyheter/ny-mottagning-%C3%B6ppnar.html?x=1", Some("Ny mottagning öppnar")),
            ("https://e.se/nyheter/2024/ett_avtal/", Some("Ett avtal")),
            ("https://e.se/nyheter/12345", Some("Nyheter")),
            ("https://e.se/", None),
            ("nyheter/a", None),
        ] {
            assert_eq!(title_of(address).as_deref(), want, "{address}");
        }
    }
}
