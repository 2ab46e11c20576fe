//! What the deduplicator is given, and what it answers.

use std::fmt;

use jiff::Timestamp;
use url::Url;

use super::category::Category;
use super::enclosure::Enclosure;
use super::item::{Item, PageDate};
use super::key::ItemKey;
use super::source::SourceId;

/// An item of the ledger that may be the same as one on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownItem {
    /// The item as kept.
    pub item: Item,
    /// Every key it has ever had, with the occurrence it holds under each.
    pub keys: Vec<(ItemKey, u32)>,
    /// Where it stands, or stood.
    pub sightings: Vec<Sighting>,
}

/// That a source shows, or showed, an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The source.
    pub source: SourceId,
    /// The canonical link it has there.
    pub link: Option<String>,
    /// The categories it has there; an item stands in the categories of all its sightings.
    pub categories: Vec<Category>,
    /// Since when it is no longer on the page; `None`: it is there.
    pub gone: Option<Timestamp>,
}

/// What one found item turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Its place on the page, from 0.
    pub place: usize,
    /// What to do.
    pub decision: Decision,
    /// Why.
    pub reason: Reason,
}

/// What to do with a found item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Announce it.
    New {
        /// As it is to be kept.
        item: Item,
        /// The keys it takes, with the occurrence under each.
        keys: Vec<(ItemKey, u32)>,
        /// This sighting.
        sighting: Sighting,
    },
    /// It is known: note where it stands, and what has changed.
    Known {
        /// Its place in the list of known items.
        known: usize,
        /// What is different now; empty: nothing.
        changes: Changes,
        /// Keys that it did not have yet.
        new_keys: Vec<(ItemKey, u32)>,
        /// This sighting.
        sighting: Sighting,
    },
    /// It stands on this page already, at an earlier place.
    Repeat {
        /// The earlier place, from 0.
        of: usize,
    },
    /// It waits: too little of it is there to announce it, or the page cannot be believed yet.
    Held,
}

/// What is different in a known item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The source that it belongs to from now on, as the one before is no longer configured.
    pub home: Option<SourceId>,
    /// The new title.
    pub title: Option<String>,
    /// The new link.
    pub link: Option<Url>,
    /// The new summary.
    pub summary: Option<String>,
    /// The new author.
    pub author: Option<String>,
    /// The new picture.
    pub image: Option<Url>,
    /// The new file.
    pub enclosure: Option<Enclosure>,
    /// The new full text.
    pub content: Option<String>,
    /// The new set of categories.
    pub categories: Option<Vec<Category>>,
    /// A date where the page had given none, or another: evidence only, `published` does not move.
    pub page_date: Option<PageDate>,
}

impl Changes {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether subscribers see a difference, so that `updated` moves.
    #[must_use]
    pub fn is_edit(&self) -> bool {
        self.title.is_some()
            || self.link.is_some()
            || self.summary.is_some()
            || self.author.is_some()
            || self.image.is_some()
            || self.enclosure.is_some()
            || self.content.is_some()
    }
}

/// The row of the decision table that fitted; of those that recognise an item, the surer comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Same key, same link.
    SameKey,
    /// Same link and title, other categories.
    Recategorised,
    /// Same link, another title: edited.
    TitleEdited,
    /// Same key, and one of the two has no link.
    Linkless,
    /// Same title, and one of the two stands in no category.
    CategoryMissing,
    /// Same key, another link: moved, or shown by a mirror.
    Moved,
    /// Same title, and nearly nothing else, as is so with most of the page: the page was built anew.
    Rebuilt,
    /// Nothing like it is known.
    Unknown,
    /// Its key is known, and the known one stands on this page too.
    BothOnPage,
    /// Its key is known, with a date too far from this one's.
    DatesApart,
    /// Its key is known, and the known one left the page long ago.
    LongGone,
    /// It stands twice on the page.
    OnceMore,
    /// The page ends inside it.
    CutOff,
    /// The page that shows it cannot be believed yet.
    PageSuspect,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SameKey => "same title, category and address",
            Self::Recategorised => "same address and title, other categories",
            Self::TitleEdited => "same address, the title was edited",
            Self::Linkless => "same title and category, without an address to compare",
            Self::CategoryMissing => "same title, without a category to compare",
            Self::Moved => "same title and category at another address",
            Self::Rebuilt => "same title, on a page that was built anew",
            Self::Unknown => "not seen before",
            Self::BothOnPage => "another item of the same title stands on the page",
            Self::DatesApart => "same title, too far apart in time",
            Self::LongGone => "same title, but the known one left the page long ago",
            Self::OnceMore => "stands on the page already",
            Self::CutOff => "the page ends inside it",
            Self::PageSuspect => "the page that shows it is suspect",
        })
    }
}
