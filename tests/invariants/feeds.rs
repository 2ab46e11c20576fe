//! The writers: whatever is kept of an item, what is published can be read by others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use feed_rs::model::Entry;
use flode::model::text::is_xml_char;
use flode::model::{Category, Feed, FeedFile, Format, Item, ItemId, ItemKey, Selection, Slug, SourceId};
use flode::publish::{Around, Options, PageOptions, Part, newest_first, page, render};
use jiff::Timestamp;
use quick_xml::Reader;
use quick_xml::events::Event;
use scraper::Html;
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
    newest_first(&mut items);
    let options = options(bytes.chance());
    let part = if bytes.chance() { Part::Archive { number: 3 } } else { Part::Subscription { archives: 2 } };
    let files = render(&feed, &items, part, &options).unwrap_or_else(|error| panic!("{error}: {items:#?}"));
    assert_eq!(files, render(&feed, &items, part, &options).expect("the same"), "other bytes");
    let ids: Vec<String> = items.iter().map(|item| item.id.to_string()).collect();
    let read: Vec<Vec<Entry>> = files.iter().map(read).collect();
    for entries in &read {
        assert!(entries.iter().map(|entry| &entry.id).eq(&ids), "{entries:#?}");
        assert!(entries.iter().map(same).eq(read[0].iter().map(same)), "{read:#?}");
    }
    no_text_is_guessed_to_be_tagged(&files[0]);
    // RSS and Atom agree in all that they both say.
    assert!(read[0].iter().map(shown).eq(read[1].iter().map(shown)), "{read:#?}");
    page_of(&feed, &items, &options);
}

fn options(hub: bool) -> Options {
    Options {
        to: Path::new("feeds").into(),
        formats: Format::ALL.to_vec(),
        items: 50,
        days: 7,
        max_items: 1000,
        archive: true,
        archive_items: 100,
        base_url: Url::parse("https://floden.example.se/nyheter/").expect("an address"),
        pages: PageOptions::default(),
        hub: hub.then(|| Url::parse("https://hub.example.se/").expect("an address")),
    }
}

/// The page for people: no script but our own, no address that acts.
fn page_of(feed: &Feed, items: &[Item], options: &Options) {
    let around = Around { name: &feed.title, slugs: &BTreeMap::new() };
    let file = page(feed, items, &around, options).unwrap_or_else(|error| panic!("{error}: {items:#?}"));
    let text = std::str::from_utf8(&file.bytes).expect("UTF-8");
    for element in Html::parse_document(text).tree.nodes().filter_map(|node| node.value().as_element()) {
        let is_own = element.attr("src") == Some("pages.js");
        assert!(!matches!(element.name(), "script" | "iframe" | "object" | "embed" | "base") || is_own, "{text}");
        for (name, value) in element.attrs() {
            assert!(!name.starts_with("on") && !matches!(name, "style" | "srcdoc"), "{name} in {text}");
            let acts = Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "javascript" | "data" | "vbscript"));
            assert!(!acts || !matches!(name, "href" | "src" | "action"), "{name}={value} in {text}");
        }
    }
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
        enclosure: address(bytes).and_then(|url| flode::model::Enclosure::new(url, "image/jpeg", "1234")),
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

/// RSS does not say whether a title is HTML. The W3C validator, and readers, take an end tag for a sign of it.
fn no_text_is_guessed_to_be_tagged(rss: &FeedFile) {
    let channel = rss::Channel::read_from(rss.bytes.as_slice()).expect("RSS");
    let titles = channel.items.iter().filter_map(|item| item.title.as_ref());
    for text in titles.chain([&channel.title, &channel.description]) {
        let is_word = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic());
        let is_end = |rest: &str| rest.split_once('>').is_some_and(|(name, _)| is_word(name));
        assert!(!text.split("</").skip(1).any(is_end), "{text}");
    }
}

/// What every format says of an entry: title, link, categories, date.
fn same(entry: &Entry) -> (String, Option<String>, Vec<String>, i64) {
    (
        entry.title.as_ref().map(|title| plain(&title.content)).unwrap_or_default(),
        entry.links.iter().find(|link| link.length.is_none()).map(|link| link.href.clone()),
        entry.categories.iter().map(|category| category.term.clone()).collect(),
        entry.published.expect("a date").timestamp(),
    )
}

/// What RSS and Atom say beside that: text, authors.
fn shown(entry: &Entry) -> (String, Vec<Option<String>>) {
    let text = entry.summary.as_ref().map(|summary| summary.content.clone());
    let text = text.or_else(|| entry.content.as_ref().and_then(|content| content.body.clone()));
    (text.unwrap_or_default(), entry.authors.iter().map(|author| author.name.clone()).collect())
}

/// The parser leaves a title that may be HTML as it stands: references are undone as often as there are some.
fn plain(title: &str) -> String {
    let mut text = title.to_owned();
    loop {
        let next = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
        let next = next.replace("&#x3C;", "<").replace("&#x26;", "&");
        if next == text {
            return text;
        }
        text = next;
    }
}
