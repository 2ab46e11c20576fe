//! What a page looked like when it was read: what later runs are held against.

use jiff::Timestamp;

/// The shape of one page of a list, counted in items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// When it was read.
    pub at: Timestamp,
    /// Items on it.
    pub found: u32,
    /// Different titles among them.
    pub titles: u32,
    /// Items that have an address.
    pub links: u32,
    /// Items that have a date that could be read.
    pub dates: u32,
    /// Items that have a category of their own.
    pub categories: u32,
    /// Items that have a summary.
    pub summaries: u32,
    /// Items that were new.
    pub new: u32,
}

/// A field of an item, as a page covers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Addresses.
    Links,
    /// Dates.
    Dates,
    /// Categories.
    Categories,
    /// Summaries.
    Summaries,
}

impl Field {
    /// Every field that is watched.
    pub const ALL: [Self; 4] = [Self::Links, Self::Dates, Self::Categories, Self::Summaries];

    /// As people call it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Links => "an address",
            Self::Dates => "a date",
            Self::Categories => "a category",
            Self::Summaries => "a summary",
        }
    }
}

impl Shape {
    /// That of a page of which nothing is known but when it was read.
    #[must_use]
    pub fn nothing(at: Timestamp) -> Self {
        Self { at, found: 0, titles: 0, links: 0, dates: 0, categories: 0, summaries: 0, new: 0 }
    }

    /// How many items have the field.
    #[must_use]
    pub fn with(&self, field: Field) -> u32 {
        match field {
            Field::Links => self.links,
            Field::Dates => self.dates,
            Field::Categories => self.categories,
            Field::Summaries => self.summaries,
        }
    }
}

/// The shapes of a source's last runs that were believed and had read something else than before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The last, by whatever recipe it was read.
    pub last: Option<Shape>,
    /// Those of the present recipe, the oldest first; at most [`History::KEPT`].
    pub shapes: Vec<Shape>,
    /// How often it has news; `None`: that is not known yet.
    pub rhythm: Option<Rhythm>,
}

/// How often a source has news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rhythm {
    /// When it last had any.
    pub news: Timestamp,
    /// No news until then is nothing unusual.
    pub patience: Timestamp,
}

impl History {
    /// Shapes that are kept.
    pub const KEPT: usize = 20;

    /// Adds the shape of a run that was believed.
    pub fn add(&mut self, shape: Shape) {
        self.last = Some(shape);
        self.shapes.push(shape);
        let beyond = self.shapes.len().saturating_sub(Self::KEPT);
        self.shapes.drain(..beyond);
    }

    /// Another recipe covers fields, and counts items, in its own way.
    pub fn forget_recipe(&mut self) {
        self.shapes.clear();
    }
}
