//! What extraction finds on a page. Nothing is promised of it.

use std::fmt;

use url::Url;

use super::enclosure::Enclosure;
use super::item::PageDate;
use super::notice::Noticed;

/// An item as it stands on a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundItem {
    /// One clean line, never empty.
    pub title: String,
    /// Absolute, http or https.
    pub link: Option<Url>,
    /// Plain text, one line a paragraph.
    pub summary: Option<String>,
    /// What the page, or the item's address, says of its date.
    pub date: Option<PageDate>,
    /// Names as the page writes them, possibly run together.
    pub categories: Vec<String>,
    /// Who wrote it, one clean line.
    pub author: Option<String>,
    /// The address of a picture, absolute, http or https.
    pub image: Option<Url>,
    /// A file that goes with it.
    pub enclosure: Option<Enclosure>,
    /// The full text as HTML, sanitised: no script, style, event handler or address that is not http, https or mailto.
    pub content: Option<String>,
    /// The page ended inside this item: what is there may be half of what was meant.
    pub cut_off: bool,
}

/// Whether the thing that holds the list is on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Container {
    /// The recipe names none, so nobody knows.
    #[default]
    Unknown,
    /// It is there.
    Present,
    /// It is named and not there.
    Gone,
}

/// All that was read from a page. Extraction never fails: what it could not read is a defect.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extraction {
    /// In the order of the page: the first is the newest.
    pub items: Vec<FoundItem>,
    /// What was passed over, and why.
    pub defects: Vec<Defect>,
    /// Whether the list is there at all.
    pub container: Container,
    /// The page was not parsed to its end, for this reason; then there are no items.
    pub refused: Option<Refusal>,
    /// The page looks like one that stands in the place of the list, whatever was found on it.
    pub notice: Option<Noticed>,
    /// The items were found by their looks: no recipe says what an item is.
    pub by_looks: bool,
    /// Where the list goes on: the next page, or the sitemaps of an index. Absolute, on the same host, never the page itself.
    pub further: Vec<Url>,
}

/// Something on the page that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Defect {
    /// The item (counted from 1) has no title, so it is none.
    NoTitle {
        /// Place on the page.
        item: usize,
    },
    /// The address of the item is not one of http or https.
    BadLink {
        /// Place on the page.
        item: usize,
        /// What stands there.
        link: String,
    },
    /// A date stands there that could not be read.
    UnreadDate {
        /// Place on the page.
        item: usize,
        /// What stands there.
        text: String,
    },
    /// The page ends inside the item.
    CutOff {
        /// Place on the page.
        item: usize,
        /// Its title, or what there is of it.
        title: String,
    },
    /// A field was longer than it may be and was shortened.
    TooLong {
        /// Place on the page.
        item: usize,
        /// The field's name in the recipe.
        field: &'static str,
        /// The limit in characters.
        limit: usize,
    },
    /// A field would have cost too much to read and was left out.
    Dropped {
        /// Place on the page.
        item: usize,
        /// The field's name in the recipe.
        field: &'static str,
        /// Why.
        refusal: Refusal,
    },
    /// The recipe says where a field is, and none of the items has anything there: the page may have changed.
    FieldGone {
        /// The field's name in the recipe.
        field: &'static str,
        /// How many items there are.
        items: usize,
    },
    /// The item's own page was wanted and could not be read.
    NoArticle {
        /// Place on the page.
        item: usize,
        /// Why.
        why: String,
    },
    /// There were more items, or more categories of an item, than are read.
    TooMany {
        /// What there was too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTitle { item } => write!(f, "item {item} has no title"),
            Self::BadLink { item, link } => write!(f, "item {item}: `{link}` is not an address of http or https"),
            Self::UnreadDate { item, text } => write!(f, "item {item}: the date `{text}` could not be read"),
            Self::CutOff { item, title } => write!(f, "the page ends inside item {item} (`{title}`)"),
            Self::TooLong { item, field, limit } => {
                write!(f, "item {item}: {field} is longer than {limit} characters and was shortened")
            }
            Self::Dropped { item, field, refusal } => write!(f, "item {item}: {field} was left out: {refusal}"),
            Self::FieldGone { field, items } => {
                write!(f, "`{field}` of the recipe finds nothing in any of {items} items")
            }
            Self::NoArticle { item, why } => write!(f, "item {item}: its own page was not read: {why}"),
            Self::TooMany { what, limit } => write!(f, "more than {limit} {what}; the rest was passed over"),
        }
    }
}

/// Why a page was not parsed: it would cost more than a page may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Elements stand inside each other deeper than the limit.
    TooDeep {
        /// Levels.
        limit: usize,
    },
    /// More nodes than the limit.
    TooManyNodes {
        /// Nodes.
        limit: usize,
    },
    /// A single tag, comment or other markup longer than the limit.
    TagTooLong {
        /// Bytes.
        limit: usize,
    },
    /// Formatting elements (`<b>`, `<a>`, …) left open, which a parser opens again in every block.
    TooManyOpenFormats {
        /// Elements.
        limit: usize,
    },
    /// Longer than the limit.
    TooLong {
        /// Bytes.
        limit: usize,
    },
    /// More attributes on a single tag than the limit.
    TooManyAttributes {
        /// Attributes.
        limit: usize,
    },
    /// More work than the limit, as a parser's steps are counted.
    TooMuchWork {
        /// Steps.
        limit: u64,
    },
    /// It is not text at all (an image, a PDF).
    NotText,
    /// It is a web page, where something else is read.
    WebPage {
        /// What is read.
        wanted: &'static str,
    },
    /// It is not what it is read as.
    Malformed {
        /// What it should be.
        format: &'static str,
        /// The line, from 1, that makes no sense.
        line: usize,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooDeep { limit } => write!(f, "elements are nested deeper than {limit} levels"),
            Self::TooManyNodes { limit } => write!(f, "the page has more than {limit} nodes"),
            Self::TagTooLong { limit } => write!(f, "a single tag or comment is longer than {limit} bytes"),
            Self::TooManyOpenFormats { limit } => write!(f, "more than {limit} formatting elements are left open"),
            Self::TooLong { limit } => write!(f, "the page is longer than {limit} bytes"),
            Self::TooManyAttributes { limit } => write!(f, "a single tag has more than {limit} attributes"),
            Self::TooMuchWork { limit } => {
                write!(f, "the page is too tangled: it takes more than {limit} steps to read")
            }
            Self::Malformed { format, line } => write!(f, "the {format} makes no sense at line {line}"),
            Self::WebPage { wanted } => write!(f, "it is a web page, not {wanted}"),
            Self::NotText => f.write_str("the page is neither HTML nor text"),
        }
    }
}
