//! What is published.

use jiff::Timestamp;
use url::Url;

use super::category::Slug;
use super::item::Item;
use super::key::ItemId;
use super::source::SourceId;
use super::words::{Text, Words};

/// The slug of the feed of everything.
pub const SITE_SLUG: &str = "all";

/// Which items a feed shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Every item of the site.
    All,
    /// The items of one category, by its key.
    Category(String),
    /// The items that a rule lets through: a department's feed.
    Rule(Rule),
}

impl Selection {
    /// Whether it takes an item that was seen on the pages of these sources.
    #[must_use]
    pub fn takes(&self, item: &Item, seen: &[SourceId]) -> bool {
        match self {
            Self::All => true,
            Self::Category(key) => has(item, key),
            Self::Rule(rule) => rule.takes(item, seen),
        }
    }
}

/// What an item must be and have to stand in a department's feed. A condition that is empty holds for every item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// It is in one of these categories, by their keys.
    pub any: Vec<String>,
    /// It is in each of these.
    pub all: Vec<String>,
    /// It is in none of these.
    pub none: Vec<String>,
    /// Some of these words stand in its title or summary.
    pub include: Vec<Words>,
    /// None of these do.
    pub exclude: Vec<Words>,
    /// It was seen on the page of one of these.
    pub sources: Vec<SourceId>,
}

impl Rule {
    /// Categories of which every item that the rule takes has one; empty when it may have any, or none.
    #[must_use]
    pub fn reach(&self) -> &[String] {
        if self.any.is_empty() { &self.all } else { &self.any }
    }

    fn takes(&self, item: &Item, seen: &[SourceId]) -> bool {
        let in_category = |key: &String| has(item, key);
        let by_category = (self.any.is_empty() || self.any.iter().any(in_category))
            && self.all.iter().all(in_category)
            && !self.none.iter().any(in_category);
        let by_source = self.sources.is_empty() || self.sources.iter().any(|source| seen.contains(source));
        by_category && by_source && self.takes_words(item)
    }

    fn takes_words(&self, item: &Item) -> bool {
        if self.include.is_empty() && self.exclude.is_empty() {
            return true;
        }
        let texts = [Text::new(&item.title), Text::new(item.summary.as_deref().unwrap_or_default())];
        let said = |words: &Words| texts.iter().any(|text| words.stand_in(text));
        (self.include.is_empty() || self.include.iter().any(said)) && !self.exclude.iter().any(said)
    }
}

fn has(item: &Item, key: &str) -> bool {
    item.categories.iter().any(|category| category.key == key)
}

/// An item of a feed that is in none of its archive documents yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LooseItem {
    /// Its number in the ledger, which counts on.
    pub nr: i64,
    /// The item.
    pub id: ItemId,
    /// When it was published.
    pub published: Timestamp,
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
    /// JSON Feed 1.1.
    Json,
}

impl Format {
    /// Every format, in the order in which they are written.
    pub const ALL: [Self; 3] = [Self::Rss, Self::Atom, Self::Json];

    /// Those that are written unless the config says otherwise.
    pub const DEFAULT: [Self; 2] = [Self::Rss, Self::Atom];

    /// The extension of its files, and its name in the config.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::Json => "json",
        }
    }

    /// Its media type as sent in `Content-Type`: with the character set, where the type has that parameter.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Json => "application/feed+json",
        }
    }

    /// Its media type as links name it.
    #[must_use]
    pub fn bare_media_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml",
            Self::Atom => "application/atom+xml",
            Self::Json => "application/feed+json",
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
