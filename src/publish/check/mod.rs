//! Reads a document back before it may replace the last good one.
//!
//! The crates that write do not validate. Their readers overflow the stack on deep nesting, so they are never given a
//! foreign feed; ours are flat.

mod json;

use std::collections::BTreeSet;

use crate::model::{Feed, Format, text};

use super::{PublishError, fields};

/// What a document says, as far as there are rules for it.
#[derive(Default)]
struct Seen {
    /// One for each item, in the order of the document.
    ids: Vec<String>,
    titles: Vec<String>,
    addresses: Vec<String>,
    /// Of publication, in seconds since 1970.
    dates: Vec<i64>,
}

/// Refuses a document that is not what its format demands, does not hold `items` items, or has an item without an id of
/// its own, a title or a date, one that is newer than the item before it, or an address that is not absolute.
pub(super) fn check(feed: &Feed, format: Format, bytes: &[u8], items: usize) -> Result<(), PublishError> {
    let seen = legal(bytes).and_then(|()| match format {
        Format::Rss => read_rss(bytes),
        Format::Atom => read_atom(bytes),
        Format::Json => json::read(bytes),
    });
    seen.and_then(|seen| judge(&seen, items)).map_err(|why| PublishError::Invalid {
        slug: feed.slug.clone(),
        format,
        why,
    })
}

/// The readers let characters pass that XML 1.0 forbids, and that other readers stumble over.
fn legal(bytes: &[u8]) -> Result<(), String> {
    let document = std::str::from_utf8(bytes).map_err(|error| format!("it is not UTF-8: {error}"))?;
    match document.chars().find(|&c| !text::is_xml_char(c)) {
        None => Ok(()),
        Some(c) => Err(format!("XML 1.0 forbids the character U+{:04X}", u32::from(c))),
    }
}

fn read_rss(bytes: &[u8]) -> Result<Seen, String> {
    let channel = rss::Channel::read_from(bytes).map_err(|error| error.to_string())?;
    let mut seen = Seen { addresses: vec![channel.link], ..Seen::default() };
    let own = channel.extensions.get("atom").and_then(|elements| elements.get("link"));
    seen.addresses.extend(own.into_iter().flatten().filter_map(|link| link.attrs.get("href").cloned()));
    rss_date(channel.last_build_date.as_deref())?;
    for item in channel.items {
        seen.dates.push(rss_date(item.pub_date.as_deref())?);
        seen.ids.push(item.guid.map(|guid| guid.value).unwrap_or_default());
        seen.titles.push(item.title.unwrap_or_default());
        seen.addresses.extend(item.link);
    }
    Ok(seen)
}

fn rss_date(date: Option<&str>) -> Result<i64, String> {
    let date = date.ok_or("a date is missing")?;
    let year_of_four = date.split(' ').nth(3).is_some_and(|year| year.len() == 4);
    match jiff::fmt::rfc2822::parse(date) {
        Ok(at) if year_of_four => Ok(at.timestamp().as_second()),
        _ => Err(format!("`{date}` is no date of RFC 822")),
    }
}

fn read_atom(bytes: &[u8]) -> Result<Seen, String> {
    let feed = atom_syndication::Feed::read_from(bytes).map_err(|error| error.to_string())?;
    let mut seen = Seen::default();
    seen.addresses.extend(feed.links.into_iter().map(|link| link.href));
    for entry in feed.entries {
        let date = entry.published.ok_or_else(|| format!("entry {} has no date", entry.id))?;
        seen.dates.push(date.timestamp());
        seen.ids.push(entry.id);
        seen.titles.push(entry.title.value);
        seen.addresses.extend(entry.links.into_iter().map(|link| link.href));
    }
    Ok(seen)
}

fn judge(seen: &Seen, items: usize) -> Result<(), String> {
    if seen.ids.len() != items {
        return Err(format!("it shows {} items of {items}", seen.ids.len()));
    }
    let mut ids = BTreeSet::new();
    for (id, title) in seen.ids.iter().zip(&seen.titles) {
        if id.is_empty() {
            return Err(format!("the item `{title}` has no id"));
        }
        if title.is_empty() {
            return Err(format!("item {id} has no title"));
        }
        if !ids.insert(id) {
            return Err(format!("two items have the id {id}"));
        }
    }
    if !seen.dates.is_sorted_by(|newer, older| newer >= older) {
        return Err("an item is newer than the one before it".to_owned());
    }
    match seen.addresses.iter().find(|address| !fields::is_absolute(address)) {
        None => Ok(()),
        Some(address) => Err(format!("`{address}` is no absolute address")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::Timestamp;
    use url::Url;

    use super::*;
    use crate::model::{Selection, Slug};

    fn why(format: Format, document: &str, items: usize) -> Option<String> {
        let feed = Feed {
            slug: Slug::for_name("Kultur", &BTreeSet::new()),
            title: "Kultur".to_owned(),
            author: "Region Mälarö".to_owned(),
            description: String::new(),
            link: Url::parse("https://example.se/").expect("an address"),
            language: "sv".to_owned(),
            changed: Timestamp::UNIX_EPOCH,
            ttl: None,
            selection: Selection::All,
        };
        match check(&feed, format, document.as_bytes(), items) {
            Ok(()) => None,
            Err(PublishError::Invalid { why, .. }) => Some(why),
            Err(other) => panic!("{other}"),
        }
    }

    fn rss(items: &str) -> String {
        format!(
            "<rss version=\"2.0\"><channel><title>t</title><link>https://example.se/</link><description>d</description>\
             <lastBuildDate>Tue, 20 Dec 2022 11:00:00 GMT</lastBuildDate>{items}</channel></rss>"
        )
    }

    fn item(guid: &str, title: &str, link: &str, date: &str) -> String {
        format!("<item><title>{title}</title><link>{link}</link><guid>{guid}</guid><pubDate>{date}</pubDate></item>")
    }

    #[test]
    fn each_rule_is_kept() {
        let date = "Tue, 20 Dec 2022 11:00:00 GMT";
        let good = item("a", "t", "https://example.se/a", date);
        assert_eq!(why(Format::Rss, &rss(&good), 1), None);
        for (document, items, want) in [
            (rss(&good), 2, "it shows 1 items of 2"),
            (rss(&good.repeat(2)), 2, "two items have the id a"),
            (rss(&item("", "t", "https://example.se/", date)), 1, "the item `t` has no id"),
            (rss(&item("a", "", "https://example.se/", date)), 1, "item a has no title"),
            (rss(&item("a", "t", "/a", date)), 1, "`/a` is no absolute address"),
            (rss(&item("a", "t", "javascript:x", date)), 1, "`javascript:x` is no absolute address"),
            (rss(&item("a", "t", "https://example.se/", "20 dec")), 1, "`20 dec` is no date of RFC 822"),
            (
                rss(&format!("{good}{}", item("b", "t", "https://example.se/b", "Wed, 21 Dec 2022 11:00:00 GMT"))),
                2,
                "an item is newer than the one before it",
            ),
            (rss(&good).replace("<title>t", "<title>\u{1}"), 1, "XML 1.0 forbids the character U+0001"),
        ] {
            assert_eq!(why(Format::Rss, &document, items).as_deref(), Some(want));
        }
        let cut = rss(&good);
        assert!(why(Format::Rss, cut.trim_end_matches("</channel></rss>"), 1).is_some());
    }

    #[test]
    fn atom_entries_have_dates() {
        let feed = |entry: &str| format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>t</title>{entry}</feed>");
        let entry = |date: &str| format!("<entry><id>a</id><title>t</title>{date}</entry>");
        assert_eq!(why(Format::Atom, &feed(&entry("<published>2022-12-20T11:00:00Z</published>")), 1), None);
        assert_eq!(why(Format::Atom, &feed(&entry("")), 1).as_deref(), Some("entry a has no date"));
        assert!(why(Format::Atom, &feed(&entry("<published>soon</published>")), 1).is_some());
    }

    #[test]
    fn json_keeps_to_the_specification() {
        let feed = |item: &str| {
            format!(
                "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"t\",\
                 \"feed_url\":\"https://example.se/k.json\",\"items\":[{item}]}}"
            )
        };
        let good = "{\"id\":\"a\",\"title\":\"t\",\"content_html\":\"\",\"date_published\":\"2022-12-20T11:00:00Z\",\
                    \"date_modified\":\"2022-12-20T11:00:00Z\",\"tags\":[\"x\"]}";
        assert_eq!(why(Format::Json, &feed(good), 1), None);
        for (document, want) in [
            (feed(good).replace("1.1", "1"), "`version` is not https://jsonfeed.org/version/1.1"),
            (feed(good).replace("\"title\":\"t\",\"feed", "\"feed"), "there is no `title`"),
            (feed(&good.replace("\"a\"", "1")), "`id` is no text"),
            (feed(&good.replace("\"content_html\":\"\",", "")), "there is no `content_html`"),
            (feed(&good.replace("\"tags\"", "\"tagz\"")), "JSON Feed has no `tagz`"),
            (feed(&good.replace("[\"x\"]", "[1]")), "`tags` is no list of texts"),
            (feed(&good.replace("2022-12-20T11:00:00Z", "2022-12-20")), "`2022-12-20` is no date of RFC 3339"),
            (feed(&good.replace("\"tags\":[\"x\"]", "\"image\":\"/a.png\"")), "`/a.png` is no absolute address"),
            (feed(good).replace("https://example.se/k.json", "k.json"), "`k.json` is no absolute address"),
        ] {
            assert_eq!(why(Format::Json, &document, 1).as_deref(), Some(want));
        }
        assert!(why(Format::Json, "{", 0).is_some() && why(Format::Json, "[]", 0).is_some());
    }
}
