//! What is published.

use jiff::Timestamp;
use url::Url;

use super::category::Slug;

/// The slug of the feed of everything.
pub const SITE_SLUG: &str = "all";

/// Which items a feed shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Every item of the site.
    All,
    /// The items of one category, by its key.
    Category(String),
    /// The items of any of several categories, by their keys: a department's feed.
    AnyOf(Vec<String>),
}

/// A feed: a view over the ledger, with all that its documents say about themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Its address below the base address, without the extension.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// Who is responsible for the items: the title of the site (RFC 4287 requires an author).
    pub author: String,
    /// One sentence on what it shows.
    pub description: String,
    /// The page for people that it stands for.
    pub link: Url,
    /// BCP 47.
    pub language: String,
    /// When its content last changed: a new or edited item, an item that came or went.
    pub changed: Timestamp,
    /// Minutes between two runs of its most frequent source, as a hint for readers (RSS `ttl`).
    pub ttl: Option<u32>,
    /// Which items it shows.
    pub selection: Selection,
}

/// A form that a feed is published in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// RSS 2.0.
    Rss,
    /// Atom 1.0, RFC 4287.
    Atom,
}

impl Format {
    /// Every format, in the order in which they are written.
    pub const ALL: [Self; 2] = [Self::Rss, Self::Atom];

    /// The extension of its files, and its name in the config.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Atom => "atom",
        }
    }

    /// Its media type with the character set, as sent in `Content-Type`.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
        }
    }
}

/// A rendered document, ready to be written to a sink and put on the shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedFile {
    /// Its name in the sink and below the base address (`kultur.rss`).
    pub name: String,
    /// The value of `Content-Type`.
    pub media_type: &'static str,
    /// The document.
    pub bytes: Vec<u8>,
    /// When its content last changed.
    pub changed: Timestamp,
}
