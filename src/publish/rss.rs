//! RSS 2.0.

use std::collections::BTreeMap;

use rss::extension::dublincore::DublinCoreExtension;
use rss::extension::{Extension, ExtensionMap};
use rss::{Category, Channel, Guid};

use crate::model::{Format, Item};

use super::document::Document;
use super::{PublishError, fields};

/// The namespace of the links in the channel: to the document itself, which the RSS Best Practices Profile asks for, to
/// the archive documents and to the hub.
const ATOM: &str = "http://www.w3.org/2005/Atom";

/// Spaces for each level of nesting: people read feeds too.
const INDENT: usize = 2;

/// The namespace of the module that says how often a feed changes.
const SYNDICATION: &str = "http://purl.org/rss/1.0/modules/syndication/";

/// Writes the document, without a final line feed.
pub(super) fn render(document: &Document<'_>) -> Result<Vec<u8>, PublishError> {
    channel(document).pretty_write_to(Vec::new(), b' ', INDENT).map_err(|error| PublishError::Render {
        slug: document.feed.slug.clone(),
        format: Format::Rss,
        why: error.to_string(),
    })
}

fn channel(document: &Document<'_>) -> Channel {
    let feed = document.feed;
    // The specification lists its language codes in lower case.
    let language = fields::line(&feed.language).to_lowercase();
    Channel {
        title: fields::guessed(fields::line(&feed.title)),
        link: fields::address(&feed.link),
        description: fields::guessed(fields::description(feed)),
        language: (!language.is_empty()).then_some(language),
        last_build_date: Some(fields::rfc822(feed.changed)),
        generator: Some(fields::GENERATOR.to_owned()),
        ttl: minutes(document).map(|minutes| minutes.to_string()),
        items: document.items.iter().map(item).collect(),
        extensions: channel_extensions(document),
        namespaces: namespaces(document),
        ..Channel::default()
    }
}

/// Between two looks at the feed. An archive document does not change, so it is not said how often it does.
fn minutes(document: &Document<'_>) -> Option<u32> {
    document.feed.ttl.filter(|&minutes| minutes > 0 && !document.is_archive())
}

/// How often to ask, in the words of the syndication module: so many times in a period.
fn pace(minutes: u32) -> (&'static str, u32) {
    const HOUR: u32 = 60;
    let (period, length) = if minutes <= HOUR {
        ("hourly", HOUR)
    } else if minutes <= 24 * HOUR {
        ("daily", 24 * HOUR)
    } else if minutes <= 7 * 24 * HOUR {
        ("weekly", 7 * 24 * HOUR)
    } else {
        ("monthly", 30 * 24 * HOUR)
    };
    (period, (length / minutes.max(1)).max(1))
}

fn item(item: &Item) -> rss::Item {
    rss::Item {
        title: Some(fields::guessed(fields::title(item))),
        link: fields::link(item),
        description: Some(fields::body(item)),
        categories: fields::categories(item).map(|name| Category { name, domain: None }).collect(),
        guid: Some(Guid { value: item.id.to_string(), permalink: false }),
        pub_date: Some(fields::rfc822(item.published)),
        // RSS's own `author` is an address for mail, which a page does not give.
        dublin_core_ext: fields::author(item)
            .map(|name| DublinCoreExtension { creators: vec![name], ..Default::default() }),
        enclosure: fields::enclosure(item).map(|file| rss::Enclosure {
            url: file.url,
            length: file.length,
            mime_type: file.media_type,
        }),
        content: fields::content(item),
        extensions: media(item),
        ..rss::Item::default()
    }
}

fn namespaces(document: &Document<'_>) -> BTreeMap<String, String> {
    let mut namespaces = vec![("atom", ATOM)];
    if document.items.iter().any(|item| item.image.is_some()) {
        namespaces.push(("media", fields::MEDIA));
    }
    if document.is_archive() {
        namespaces.push(("fh", fields::HISTORY));
    } else if minutes(document).is_some() {
        namespaces.push(("sy", SYNDICATION));
    }
    namespaces.into_iter().map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned())).collect()
}

/// The picture as Media RSS has it: an `enclosure` has to say its length, which no page tells.
fn media(item: &Item) -> ExtensionMap {
    let elements = fields::media(item).into_iter();
    let elements = elements.map(|(name, attributes)| (name, vec![element("media", name, attributes)]));
    group("media", elements)
}

fn channel_extensions(document: &Document<'_>) -> ExtensionMap {
    let links = document.links(Format::Rss).into_iter().map(|link| {
        let media_type = link.media_type.map(|media_type| ("type", media_type.to_owned()));
        let attributes = [("href", link.href), ("rel", link.rel.to_owned())].into_iter().chain(media_type);
        element("atom", "link", attributes.collect())
    });
    let mut extensions = group("atom", [("link", links.collect())].into_iter());
    if document.is_archive() {
        extensions.extend(group("fh", [("archive", vec![element("fh", "archive", Vec::new())])].into_iter()));
    }
    // The crate's own writer of this module adds a date of 1970, which validators find implausible.
    if let Some((period, frequency)) = minutes(document).map(pace) {
        let said = |name, value| (name, vec![Extension { value: Some(value), ..element("sy", name, Vec::new()) }]);
        let said = [said("updatePeriod", period.to_owned()), said("updateFrequency", frequency.to_string())];
        extensions.extend(group("sy", said.into_iter()));
    }
    extensions
}

fn group(prefix: &str, elements: impl Iterator<Item = (&'static str, Vec<Extension>)>) -> ExtensionMap {
    let elements: BTreeMap<String, Vec<Extension>> =
        elements.map(|(name, elements)| (name.to_owned(), elements)).collect();
    if elements.is_empty() { ExtensionMap::new() } else { ExtensionMap::from([(prefix.to_owned(), elements)]) }
}

fn element(prefix: &str, name: &str, attributes: Vec<(&'static str, String)>) -> Extension {
    Extension {
        name: format!("{prefix}:{name}"),
        // Text of no length keeps both tags on one line.
        value: Some(String::new()),
        attrs: attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        children: BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_told_in_periods() {
        for (minutes, want) in [
            (1, ("hourly", 60)),
            (15, ("hourly", 4)),
            (60, ("hourly", 1)),
            (90, ("daily", 16)),
            (1440, ("daily", 1)),
            (10_080, ("weekly", 1)),
            (100_000, ("monthly", 1)),
        ] {
            assert_eq!(pace(minutes), want, "{minutes} minutes");
        }
    }
}
