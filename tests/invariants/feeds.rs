//! The writers: whatever is kept of an item, what is published can be read by others.

use std::collections::BTreeSet;

use feed_rs::model::Entry;
use flode::model::text::is_xml_char;
use flode::model::{Category, Feed, FeedFile, Format, Item, ItemId, ItemKey, Selection, Slug, SourceId};
use flode::publish::{Options, render};
use jiff::Timestamp;
use quick_xml::Reader;
use quick_xml::events::Event;
use url::Url;

use super::bytes::Bytes;

/// Items of one feed.
const ITEMS: usize = 6;

pub fn feeds(data: &[u8]) {
    let mut bytes = Bytes(data);
    let site = Url::parse("https://www.example.se/nyheter/").expect("an address");
    let feed = Feed {
        slug: Slug::for_name(&bytes.line(), &BTreeSet::new()),
        title: bytes.line(),
        author: bytes.line(),
        description: bytes.line(),
        link: address(&mut bytes).unwrap_or_else(|| site.clone()),
        language: "sv".to_owned(),
        changed: moment(&mut bytes),
        ttl: bytes.chance().then(|| bytes.number()),
        selection: Selection::All,
    };
    let mut items = Vec::new();
    while !bytes.is_empty() && items.len() < ITEMS {
        items.push(item(&mut bytes, &site, items.len()));
    }
    let base_url = Url::parse("https://floden.example.se/nyheter/").expect("an address");
    let options =
        Options { to: "feeds".into(), formats: Format::ALL.to_vec(), items: 50, days: 7, max_items: 1000, base_url };
    let files = render(&feed, &items, &options).unwrap_or_else(|error| panic!("{error}: {items:#?}"));
    assert_eq!(files, render(&feed, &items, &options).expect("the same"), "other bytes");
    let read: Vec<Vec<_>> = files.iter().map(|file| read(file).iter().map(shown).collect()).collect();
    assert!(read.windows(2).all(|pair| pair[0] == pair[1]), "the formats differ: {read:#?}");
    let ids: Vec<String> = items.iter().map(|item| item.id.to_string()).collect();
    assert!(read.iter().all(|entries| entries.iter().map(|entry| &entry.0).eq(&ids)), "{read:#?}");
}

fn item(bytes: &mut Bytes<'_>, site: &Url, place: usize) -> Item {
    let key = ItemKey { title: place.to_string(), category: String::new() };
    let published = moment(bytes);
    Item {
        id: ItemId::mint(site, &key, 0),
        home: SourceId::parse("nyheter").expect("an id"),
        title: bytes.line(),
        link: address(bytes),
        summary: bytes.perhaps().map(|text| text.replace('|', "\n")),
        author: bytes.perhaps(),
        image: address(bytes),
        content: bytes.perhaps(),
        categories: (0..bytes.below(3))
            .map(|_| bytes.line())
            .map(|name| Category { key: name.clone(), name })
            .collect(),
        page_date: None,
        first_seen: published,
        published,
        updated: moment(bytes),
    }
}

fn address(bytes: &mut Bytes<'_>) -> Option<Url> {
    let text = bytes.perhaps()?;
    Url::parse(&text)
        .or_else(|_| Url::parse("https://example.se/a/")?.join(&text))
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn moment(bytes: &mut Bytes<'_>) -> Timestamp {
    Timestamp::new(i64::from(bytes.number()), i32::from(bytes.byte()) * 1_000_000).expect("an instant")
}

fn read(file: &FeedFile) -> Vec<Entry> {
    let text = std::str::from_utf8(&file.bytes).expect("UTF-8");
    assert!(text.chars().all(is_xml_char), "{text}");
    if file.media_type.contains("xml") {
        well_formed(text);
    }
    let feed = feed_rs::parser::parse(file.bytes.as_slice());
    feed.unwrap_or_else(|error| panic!("{error}: {text}")).entries
}

/// Every tag is closed, no attribute stands twice, every reference is one of XML's own.
fn well_formed(text: &str) {
    let mut reader = Reader::from_str(text);
    reader.config_mut().enable_all_checks(true);
    let mut open = 0_usize;
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {text}")) {
            Event::Start(tag) => {
                open += 1;
                tag.attributes().for_each(|attribute| drop(attribute.expect("an attribute")));
            }
            Event::End(_) => open -= 1,
            Event::Empty(tag) => tag.attributes().for_each(|attribute| drop(attribute.expect("an attribute"))),
            Event::GeneralRef(name) => {
                let known = matches!(&*name, b"amp" | b"lt" | b"gt" | b"quot" | b"apos") || name.is_char_ref();
                assert!(known, "{name:?} in {text}");
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(open, 0, "{text}");
}

type Shown = (String, String, Option<String>, String, Vec<String>, i64, Vec<Option<String>>);

/// What a reader shows of an entry: id, title, link, text, categories, date, authors.
fn shown(entry: &Entry) -> Shown {
    let text = entry.summary.as_ref().map(|summary| summary.content.clone());
    let text = text.or_else(|| entry.content.as_ref().and_then(|content| content.body.clone()));
    (
        entry.id.clone(),
        entry.title.as_ref().map(|title| title.content.clone()).unwrap_or_default(),
        entry.links.first().map(|link| link.href.clone()),
        text.unwrap_or_default(),
        entry.categories.iter().map(|category| category.term.clone()).collect(),
        entry.published.expect("a date").timestamp(),
        entry.authors.iter().map(|author| author.name.clone()).collect(),
    )
}
