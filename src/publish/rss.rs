//! RSS 2.0.

use std::collections::BTreeMap;

use rss::extension::dublincore::DublinCoreExtension;
use rss::extension::{Extension, ExtensionMap};
use rss::{Category, Channel, Guid};

use crate::model::{Feed, Format, Item};

use super::{Options, PublishError, fields};

/// The namespace of the one Atom element in the channel, `atom:link rel="self"`, which the RSS Best Practices Profile
/// asks for.
const ATOM: &str = "http://www.w3.org/2005/Atom";

/// Spaces for each level of nesting: people read feeds too.
const INDENT: usize = 2;

/// Writes the document, without a final line feed.
pub(super) fn render(feed: &Feed, items: &[Item], options: &Options) -> Result<Vec<u8>, PublishError> {
    channel(feed, items, options).pretty_write_to(Vec::new(), b' ', INDENT).map_err(|error| PublishError::Render {
        slug: feed.slug.clone(),
        format: Format::Rss,
        why: error.to_string(),
    })
}

fn channel(feed: &Feed, items: &[Item], options: &Options) -> Channel {
    // The specification lists its language codes in lower case.
    let language = fields::line(&feed.language).to_lowercase();
    Channel {
        title: fields::line(&feed.title),
        link: fields::address(&feed.link),
        description: fields::description(feed),
        language: (!language.is_empty()).then_some(language),
        last_build_date: Some(fields::rfc822(feed.changed)),
        generator: Some(fields::GENERATOR.to_owned()),
        ttl: feed.ttl.filter(|&minutes| minutes > 0).map(|minutes| minutes.to_string()),
        items: items.iter().map(item).collect(),
        extensions: self_link(fields::own_address(feed, Format::Rss, options)),
        namespaces: namespaces(items),
        ..Channel::default()
    }
}

fn item(item: &Item) -> rss::Item {
    rss::Item {
        title: Some(fields::title(item)),
        link: fields::link(item),
        description: Some(fields::body(item)),
        categories: fields::categories(item).map(|name| Category { name, domain: None }).collect(),
        guid: Some(Guid { value: item.id.to_string(), permalink: false }),
        pub_date: Some(fields::rfc822(item.published)),
        // RSS's own `author` is an address for mail, which a page does not give.
        dublin_core_ext: fields::author(item)
            .map(|name| DublinCoreExtension { creators: vec![name], ..Default::default() }),
        content: fields::content(item),
        extensions: thumbnail(item),
        ..rss::Item::default()
    }
}

fn namespaces(items: &[Item]) -> BTreeMap<String, String> {
    let atom = [("atom".to_owned(), ATOM.to_owned())];
    let media = items.iter().any(|item| item.image.is_some()).then(|| ("media".to_owned(), fields::MEDIA.to_owned()));
    atom.into_iter().chain(media).collect()
}

/// The picture as Media RSS has it: an `enclosure` would have to say its length.
fn thumbnail(item: &Item) -> ExtensionMap {
    let Some(url) = fields::image(item) else { return ExtensionMap::new() };
    let picture = Extension {
        name: "media:thumbnail".to_owned(),
        value: Some(String::new()),
        attrs: BTreeMap::from([("url".to_owned(), url)]),
        children: BTreeMap::new(),
    };
    ExtensionMap::from([("media".to_owned(), BTreeMap::from([("thumbnail".to_owned(), vec![picture])]))])
}

fn self_link(href: String) -> ExtensionMap {
    let attrs = [("href", href), ("rel", "self".to_owned()), ("type", "application/rss+xml".to_owned())];
    let link = Extension {
        name: "atom:link".to_owned(),
        // Text of no length keeps both tags on one line.
        value: Some(String::new()),
        attrs: attrs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        children: BTreeMap::new(),
    };
    ExtensionMap::from([("atom".to_owned(), BTreeMap::from([("link".to_owned(), vec![link])]))])
}
