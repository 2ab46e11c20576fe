//! Renders feeds and writes them to a sink.
//!
//! The writers are pure: the same feed and items give the same bytes, on every machine and in every version. Only
//! [`Sink`] touches the disk.
//!
//! Both formats say the same of an item; what each field becomes:
//!
//! | model | RSS 2.0 | Atom (RFC 4287) |
//! | --- | --- | --- |
//! | `Feed::slug`, `Feed::link` | – | `feed/id`, a `urn:uuid:` that `Options::base_url` has no part in |
//! | `Feed::slug`, `Options::base_url` | `channel/atom:link rel="self"` | `feed/link rel="self"` |
//! | `Feed::title` | `channel/title` | `feed/title` |
//! | `Feed::author` | – | `feed/author/name` |
//! | `Feed::description` (the title when empty) | `channel/description` | `feed/subtitle` |
//! | `Feed::link` | `channel/link` | `feed/link rel="alternate"` |
//! | `Feed::language` | `channel/language`, lower case | `feed/@xml:lang` |
//! | `Feed::changed` | `channel/lastBuildDate` | `feed/updated` |
//! | `Feed::ttl` | `channel/ttl` | – |
//! | the program's name, never its version | `channel/generator` | `feed/generator` |
//! | `Item::id` | `item/guid isPermaLink="false"` | `entry/id` |
//! | `Item::title` | `item/title` | `entry/title` |
//! | `Item::link` | `item/link` | `entry/link rel="alternate"` |
//! | `Item::published` | `item/pubDate` | `entry/published` |
//! | `Item::updated` | – | `entry/updated` |
//! | `Item::summary` (the title when there is none), as HTML | `item/description` | `entry/summary type="html"` |
//! | the same, of an item without a link | `item/description` | `entry/content type="html"`, which section 4.1.2 then asks for |
//! | `Item::author` | `item/dc:creator` | `entry/author/name` |
//! | `Item::content`, where there is one | `item/content:encoded` | `entry/content type="html"` |
//! | `Item::image` | `item/media:thumbnail/@url` | `entry/media:thumbnail/@url` |
//! | `Item::categories`, by name | `item/category` | `entry/category/@term` |
//!
//! An item without a summary repeats its title there, because the W3C validator warns of an entry without text.

mod atom;
mod check;
mod error;
mod fields;
mod pages;
mod rss;
mod sink;
mod temp;
mod window;

use std::path::PathBuf;

use url::Url;

use crate::model::{Feed, FeedFile, Format, Item};

pub use error::PublishError;
pub use pages::{
    ASSETS, Around, INDEX, Listed, MAX_CSS, MAX_HEADER, PageOptions, Site, assets, header_flaw, index, page, page_name,
};
pub use sink::{Directory, Sink, Written};
pub use window::window;

/// How feeds are published, with the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The directory that feeds are written to. Default `feeds`.
    pub to: PathBuf,
    /// The forms each feed is written in. Default RSS and Atom.
    pub formats: Vec<Format>,
    /// A feed shows at least this many items, where there are so many. Default 50.
    pub items: usize,
    /// A feed shows everything of this many days, counted back from its newest item. Default 7.
    pub days: u16,
    /// A feed never shows more than this many items. Default 1000.
    pub max_items: usize,
    /// Where subscribers reach the feeds, ending in `/`. Default `http://127.0.0.1:8080/`.
    pub base_url: Url,
    /// The pages for people.
    pub pages: PageOptions,
}

/// Renders a feed in each of `options.formats`, with `items` in the order given: see [`window`].
///
/// Every document has been read back and found good, so it may replace the last one.
///
/// # Errors
///
/// [`PublishError::Invalid`] when a document did not pass, [`PublishError::Render`] when none came out. Nothing is
/// returned then: formats of one feed are published together or not at all.
pub fn render(feed: &Feed, items: &[Item], options: &Options) -> Result<Vec<FeedFile>, PublishError> {
    options.formats.iter().map(|&format| document(feed, items, format, options)).collect()
}

fn document(feed: &Feed, items: &[Item], format: Format, options: &Options) -> Result<FeedFile, PublishError> {
    let mut bytes = match format {
        Format::Rss => dressed(rss::render(feed, items, options)?),
        Format::Atom => dressed(atom::render(feed, items, options)?),
    };
    bytes.push(b'\n');
    check::check(feed, format, &bytes, items.len())?;
    Ok(FeedFile {
        name: fields::file_name(feed, format),
        media_type: format.media_type(),
        bytes,
        changed: feed.changed,
    })
}

/// Names the style sheet that a browser shows the document in, behind the declaration: section 2 of "Associating Style
/// Sheets with XML documents". Readers pass over it.
fn dressed(mut document: Vec<u8>) -> Vec<u8> {
    const STYLE: &[u8] = b"\n<?xml-stylesheet type=\"text/css\" href=\"feed.css\"?>";
    if let Some(end) = document.windows(2).position(|two| two == b"?>") {
        document.splice(end + 2..end + 2, STYLE.iter().copied());
    }
    document
}
