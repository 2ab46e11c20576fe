//! Renders feeds and writes them to a sink.
//!
//! The writers are pure: the same feed and items give the same bytes, on every machine and in every version. Only
//! [`Sink`] touches the disk or the network.
//!
//! All formats say the same of an item; what each field becomes:
//!
//! | model | RSS 2.0 | Atom (RFC 4287) | JSON Feed 1.1 |
//! | --- | --- | --- | --- |
//! | `Feed::slug`, `Feed::link` | – | `feed/id`, a `urn:uuid:` that `Options::base_url` has no part in | – |
//! | `Feed::slug`, `Options::base_url` | `channel/atom:link rel="self"` | `feed/link rel="self"` | `feed_url` |
//! | [`Part`]: the document of older items | `channel/atom:link rel="prev-archive"` | `feed/link rel="prev-archive"` | `next_url` |
//! | [`Part::Archive`] | `channel/fh:archive`, `atom:link rel="current"` | `feed/fh:archive`, `link rel="current"` | – |
//! | `Options::hub` | `channel/atom:link rel="hub"` | `feed/link rel="hub"` | `hubs` |
//! | `Feed::title` | `channel/title` | `feed/title` | `title` |
//! | `Feed::author` | – | `feed/author/name` | `authors` |
//! | `Feed::description` (the title when empty) | `channel/description` | `feed/subtitle` | `description` |
//! | `Feed::link` | `channel/link` | `feed/link rel="alternate"` | `home_page_url` |
//! | `Feed::language` | `channel/language`, lower case | `feed/@xml:lang` | `language` |
//! | `Feed::changed` | `channel/lastBuildDate` | `feed/updated` | – |
//! | `Feed::ttl` | `channel/ttl`, `sy:updatePeriod`, `sy:updateFrequency` | – | – |
//! | the program's name, never its version | `channel/generator` | `feed/generator` | – |
//! | `Item::id` | `item/guid isPermaLink="false"` | `entry/id` | `id` |
//! | `Item::title` | `item/title` | `entry/title` | `title` |
//! | `Item::link` | `item/link` | `entry/link rel="alternate"` | `url` |
//! | `Item::published` | `item/pubDate` | `entry/published` | `date_published` |
//! | `Item::updated` | – | `entry/updated` | `date_modified` |
//! | `Item::summary` (the title when there is none), as HTML | `item/description` | `entry/summary type="html"` | `content_html`, unless there is a full text |
//! | the same, of an item without a link | `item/description` | `entry/content type="html"`, which section 4.1.2 then asks for | `content_html` |
//! | `Item::summary`, as plain text | – | – | `summary` |
//! | `Item::author` | `item/dc:creator` | `entry/author/name` | `authors` |
//! | `Item::content`, where there is one | `item/content:encoded` | `entry/content type="html"` | `content_html` |
//! | `Item::image` | `item/media:content`, `media:thumbnail` | `entry/media:content`, `media:thumbnail` | `image` |
//! | `Item::enclosure`, of which length and type are known | `item/enclosure` | `entry/link rel="enclosure"` | `attachments` |
//! | `Item::categories`, by name | `item/category` | `entry/category/@term` | `tags` |
//!
//! An item without a summary repeats its title there, because the W3C validator warns of an entry without text.
//!
//! A picture of a page is no `enclosure`: that has to say its length, which a page does not tell, and asking for every
//! picture on it is not what a guest does. Its type is what its extension says, or left open. A source that is a feed itself
//! tells length and type of its files: the first such file of an item goes on.

mod archive;
mod atom;
mod check;
mod document;
mod error;
mod fields;
mod json;
mod opml;
mod pages;
mod place;
mod rss;
mod sink;
mod window;

use url::Url;

use crate::model::{Feed, FeedFile, Format, Item};

use document::Document;

pub use archive::{Archived, archive};
pub use document::{Part, name as document_name};
pub use error::PublishError;
pub use opml::{OPML, opml};
pub use pages::{
    ASSETS, Around, INDEX, Listed, MAX_CSS, MAX_HEADER, PageOptions, Site, assets, header_flaw, index, page, page_name,
};
pub use place::{BucketOptions, Encoding, Place};
pub use sink::{Bucket, Directory, Fault, Sink, Written};
pub use window::{newest_first, window};

/// How feeds are published, with the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Where feeds are written to. Default the directory `feeds`.
    pub to: Place,
    /// The forms each feed is written in. Default RSS and Atom.
    pub formats: Vec<Format>,
    /// A feed shows at least this many items, where there are so many. Default 50.
    pub items: usize,
    /// A feed shows everything of this many days, counted back from its newest item. Default 7.
    pub days: u16,
    /// A feed never shows more than this many items, those that wait for the archive aside. Default 1000.
    pub max_items: usize,
    /// What a feed no longer shows goes into archive documents. Default true.
    pub archive: bool,
    /// Items of an archive document. Default 100.
    pub archive_items: usize,
    /// Where subscribers reach the feeds, ending in `/`. Default `http://127.0.0.1:8080/`.
    pub base_url: Url,
    /// The pages for people.
    pub pages: PageOptions,
    /// The `WebSub` hub that tells subscribers of changes, to which every feed links. Default: none.
    pub hub: Option<Url>,
}

/// Renders one document of a feed in each of `options.formats`, with `items` in the order given, the newest first: see
/// [`window`].
///
/// Every document has been read back and found good, so it may replace the last one.
///
/// # Errors
///
/// [`PublishError::Invalid`] when a document did not pass, [`PublishError::Render`] when none came out. Nothing is
/// returned then: formats of one feed are published together or not at all.
pub fn render(feed: &Feed, items: &[Item], part: Part, options: &Options) -> Result<Vec<FeedFile>, PublishError> {
    let document = Document { feed, items, part, options };
    options.formats.iter().map(|&format| file(&document, format)).collect()
}

fn file(document: &Document<'_>, format: Format) -> Result<FeedFile, PublishError> {
    let mut bytes = match format {
        Format::Rss => dressed(rss::render(document)?),
        Format::Atom => dressed(atom::render(document)?),
        Format::Json => json::render(document)?,
    };
    bytes.push(b'\n');
    if format != Format::Json {
        bytes = fields::numbered(&String::from_utf8_lossy(&bytes)).into_bytes();
    }
    check::check(document.feed, format, &bytes, document.items.len())?;
    Ok(FeedFile { name: document.name(format), media_type: format.media_type(), bytes, changed: document.feed.changed })
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
