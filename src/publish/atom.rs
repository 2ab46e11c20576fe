//! Atom 1.0, RFC 4287.

use std::collections::BTreeMap;

use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{Category, Content, Entry, FixedDateTime, Generator, Link, Person, Text, WriteConfig};
use chrono::DateTime;
use jiff::Timestamp;
use url::Url;
use uuid::Uuid;

use crate::model::{Format, Item, Slug, canonical_link};

use super::document::Document;
use super::{PublishError, fields};

/// Spaces for each level of nesting: people read feeds too.
const INDENT: usize = 2;

/// The crate's own declaration leaves out the encoding.
const DECLARATION: &[u8] = b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

/// Writes the document, without a final line feed.
pub(super) fn render(document: &Document<'_>) -> Result<Vec<u8>, PublishError> {
    let config = WriteConfig { write_document_declaration: false, indent_size: Some(INDENT) };
    feed(document).write_with_config(DECLARATION.to_vec(), config).map_err(|error| PublishError::Render {
        slug: document.feed.slug.clone(),
        format: Format::Atom,
        why: error.to_string(),
    })
}

fn feed(document: &Document<'_>) -> atom_syndication::Feed {
    let feed = document.feed;
    let title = fields::line(&feed.title);
    let language = fields::line(&feed.language);
    let mut links: Vec<Link> =
        document.links(Format::Atom).into_iter().map(|l| link(l.rel, l.href, l.media_type)).collect();
    links.insert(1, link("alternate", fields::address(&feed.link), Some("text/html")));
    atom_syndication::Feed {
        id: feed_id(&feed.link, &feed.slug),
        // Section 4.1.1: a feed has an author unless every entry has one.
        authors: vec![Person { name: fields::line(&feed.author), ..Person::default() }],
        title: plain(title),
        subtitle: Some(plain(fields::description(feed))),
        updated: rfc3339(feed.changed),
        generator: Some(Generator { value: fields::GENERATOR.to_owned(), ..Generator::default() }),
        links,
        lang: (!language.is_empty()).then_some(language),
        namespaces: namespaces(document),
        extensions: if document.is_archive() {
            group("fh", [("archive", element("fh", "archive", Vec::new()))].into_iter())
        } else {
            ExtensionMap::new()
        },
        entries: document.items.iter().map(entry).collect(),
        ..atom_syndication::Feed::default()
    }
}

fn namespaces(document: &Document<'_>) -> BTreeMap<String, String> {
    let pictures = document.items.iter().any(|item| item.image.is_some());
    let media = pictures.then_some(("media", fields::MEDIA));
    let history = document.is_archive().then_some(("fh", fields::HISTORY));
    media.into_iter().chain(history).map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned())).collect()
}

fn entry(item: &Item) -> Entry {
    let address = fields::link(item);
    let body = fields::body(item);
    let (summary, content) = match fields::content(item) {
        Some(full) => (Some(Text::html(body)), Some(html(full))),
        None if address.is_some() => (Some(Text::html(body)), None),
        // Section 4.1.2: an entry without an alternate link has content.
        None => (None, Some(html(body))),
    };
    Entry {
        id: item.id.to_string(),
        title: plain(fields::title(item)),
        updated: rfc3339(item.updated),
        published: Some(rfc3339(item.published)),
        authors: fields::author(item).map(|name| Person { name, ..Person::default() }).into_iter().collect(),
        links: address.map(|href| link("alternate", href, None)).into_iter().chain(enclosure(item)).collect(),
        categories: fields::categories(item).map(|term| Category { term, ..Category::default() }).collect(),
        summary,
        content,
        extensions: media(item),
        ..Entry::default()
    }
}

/// The file that goes with an item.
fn enclosure(item: &Item) -> Option<Link> {
    let file = fields::enclosure(item)?;
    Some(Link { length: Some(file.length), ..link("enclosure", file.url, Some(&file.media_type)) })
}

/// The picture, as in RSS.
fn media(item: &Item) -> ExtensionMap {
    group("media", fields::media(item).into_iter().map(|(name, attributes)| (name, element("media", name, attributes))))
}

fn group(prefix: &str, elements: impl Iterator<Item = (&'static str, Extension)>) -> ExtensionMap {
    let elements: BTreeMap<String, Vec<Extension>> =
        elements.map(|(name, element)| (name.to_owned(), vec![element])).collect();
    if elements.is_empty() { ExtensionMap::new() } else { ExtensionMap::from([(prefix.to_owned(), elements)]) }
}

fn element(prefix: &str, name: &str, attributes: Vec<(&'static str, String)>) -> Extension {
    Extension {
        name: format!("{prefix}:{name}"),
        // atom_syndication writes the attributes of an extension as they are.
        attrs: attributes.into_iter().map(|(name, value)| (name.to_owned(), fields::escape(&value))).collect(),
        // Text of no length keeps both tags on one line.
        value: Some(String::new()),
        ..Extension::default()
    }
}

/// The feed's own identity: it survives a move of the feeds to another address.
fn feed_id(site: &Url, slug: &Slug) -> String {
    let site = Uuid::new_v5(&Uuid::NAMESPACE_URL, canonical_link(site).as_bytes());
    // An item's id is made in the same space, of a text with two U+001F: this one has none.
    Uuid::new_v5(&site, format!("feed {slug}").as_bytes()).urn().to_string()
}

fn link(rel: &str, href: String, media_type: Option<&str>) -> Link {
    Link { href, rel: rel.to_owned(), mime_type: media_type.map(str::to_owned), ..Link::default() }
}

/// A plain text. One that would be taken for HTML that forgot to say so says that it is, and shows what was meant.
fn plain(value: String) -> Text {
    if fields::looks_like_html(&value) { Text::html(fields::escape(&value)) } else { Text::plain(value) }
}

fn html(value: String) -> Content {
    Content { value: Some(value), content_type: Some("html".to_owned()), ..Content::default() }
}

/// A date as RFC 3339 writes it: in UTC and of whole seconds, as RSS has it.
fn rfc3339(at: Timestamp) -> FixedDateTime {
    // Every `Timestamp` fits; the epoch stands in for the one that does not exist.
    DateTime::from_timestamp(at.as_second(), 0).unwrap_or_default().fixed_offset()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn feed_ids_depend_on_site_and_slug_only() {
        let id = |site: &str, name: &str| {
            feed_id(&Url::parse(site).expect("an address"), &Slug::for_name(name, &BTreeSet::new()))
        };
        // Golden: a change of this line is a new feed to every subscriber.
        assert_eq!(id("https://www.example.se/nyheter/", "Kultur"), "urn:uuid:da86902a-53b7-508c-b9a5-caaf77db41a9");
        assert_eq!(id("https://www.example.se/nyheter/", "Kultur"), id("http://example.se/nyheter/", "Kultur"));
        assert_ne!(id("https://www.example.se/nyheter/", "Kultur"), id("https://www.example.se/nyheter/", "Vård"));
    }

    #[test]
    fn dates_are_whole_seconds_in_utc() {
        let at: Timestamp = "2022-12-20T12:00:00.9+01:00".parse().expect("an instant");
        assert_eq!(rfc3339(at).to_rfc3339(), "2022-12-20T11:00:00+00:00");
    }
}
