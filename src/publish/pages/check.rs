//! Reads a page back before it may replace the last good one.

use std::collections::BTreeSet;

use scraper::{ElementRef, Html, Selector};
use url::Url;

use crate::model::FeedFile;

use super::super::PublishError;

/// Refuses the page of a feed that does not show `items` items, or has one without an id of its own, a title, a date, or
/// with an address that is not of the web.
pub(super) fn feed(file: FeedFile, items: usize) -> Result<FeedFile, PublishError> {
    let found = read(&file).and_then(|page| articles(&page, items));
    match found {
        Ok(()) => Ok(file),
        Err(why) => Err(refused(&file, why)),
    }
}

/// Refuses an index that has no heading, or does not list `feeds` feeds beside that of everything.
pub(super) fn index(file: FeedFile, feeds: usize) -> Result<FeedFile, PublishError> {
    let found = read(&file).and_then(|page| rows(&page, feeds));
    match found {
        Ok(()) => Ok(file),
        Err(why) => Err(refused(&file, why)),
    }
}

fn refused(file: &FeedFile, why: String) -> PublishError {
    PublishError::Page { name: file.name.clone(), why }
}

fn read(file: &FeedFile) -> Result<Html, String> {
    std::str::from_utf8(&file.bytes).map(Html::parse_document).map_err(|error| format!("it is not UTF-8: {error}"))
}

fn articles(page: &Html, items: usize) -> Result<(), String> {
    let (article, title, link) = (selector("main article")?, selector("h3")?, selector("h3 a")?);
    let date = selector("time[datetime]")?;
    let mut ids = BTreeSet::new();
    let mut shown = 0;
    for element in page.select(&article) {
        shown += 1;
        let id = element.attr("id").unwrap_or_default();
        if id.is_empty() || !ids.insert(id.to_owned()) {
            return Err(format!("item {shown} has no id of its own"));
        }
        if element.select(&title).all(|title| text(title).is_empty()) {
            return Err(format!("item {id} has no title"));
        }
        if element.select(&date).count() != 1 {
            return Err(format!("item {id} has no date"));
        }
        let mut addresses = element.select(&link).filter_map(|link| link.attr("href"));
        if let Some(address) = addresses.find(|address| !is_web(address)) {
            return Err(format!("`{address}` is no address of the web"));
        }
    }
    if shown == items { Ok(()) } else { Err(format!("it shows {shown} items of {items}")) }
}

fn rows(page: &Html, feeds: usize) -> Result<(), String> {
    let (heading, row) = (selector("main h1")?, selector("ul.feeds > li h3 a[href]")?);
    if page.select(&heading).count() != 1 {
        return Err("it has no heading".to_owned());
    }
    let listed = page.select(&row).count();
    if listed == feeds { Ok(()) } else { Err(format!("it lists {listed} feeds of {feeds}")) }
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().trim().to_owned()
}

fn selector(css: &str) -> Result<Selector, String> {
    Selector::parse(css).map_err(|error| error.to_string())
}

fn is_web(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn file(html: &str) -> FeedFile {
        let bytes = format!("<!DOCTYPE html><title>t</title><main>{html}</main>").into_bytes();
        FeedFile { name: "kultur.html".to_owned(), media_type: "text/html", bytes, changed: Timestamp::UNIX_EPOCH }
    }

    fn why(result: Result<FeedFile, PublishError>) -> Option<String> {
        match result {
            Ok(_) => None,
            Err(PublishError::Page { why, .. }) => Some(why),
            Err(other) => panic!("{other}"),
        }
    }

    fn article(id: &str, title: &str, link: &str) -> String {
        format!(
            "<article id=\"{id}\"><time datetime=\"2026\">d</time><h3><a href=\"{link}\">{title}</a></h3></article>"
        )
    }

    #[test]
    fn each_rule_of_a_feed_is_kept() {
        let good = article("a", "t", "https://example.se/a");
        assert_eq!(why(feed(file(&good), 1)), None);
        for (html, items, want) in [
            (good.clone(), 2, "it shows 1 items of 2"),
            (good.repeat(2), 2, "item 2 has no id of its own"),
            (article("", "t", "https://example.se/"), 1, "item 1 has no id of its own"),
            (article("a", " ", "https://example.se/"), 1, "item a has no title"),
            (article("a", "t", "javascript:x"), 1, "`javascript:x` is no address of the web"),
            (article("a", "t", "/a"), 1, "`/a` is no address of the web"),
            (good.replace("<time", "<b"), 1, "item a has no date"),
        ] {
            assert_eq!(why(feed(file(&html), items)).as_deref(), Some(want));
        }
    }

    #[test]
    fn an_index_lists_every_feed() {
        let html = "<h1>t</h1><ul class=\"feeds\"><li><h3><a href=\"kultur.html\">Kultur</a></h3></li></ul>";
        assert_eq!(why(index(file(html), 1)), None);
        assert_eq!(why(index(file(html), 2)).as_deref(), Some("it lists 1 feeds of 2"));
        assert_eq!(why(index(file("<p>t</p>"), 0)).as_deref(), Some("it has no heading"));
    }
}
