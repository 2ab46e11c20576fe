//! An item as kept.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use url::Url;

use super::category::Category;
use super::enclosure::Enclosure;
use super::key::ItemId;
use super::source::SourceId;

/// A date as a page gives it, at the precision it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PageDate {
    /// A day and a time, in the source's zone or in one that the page names.
    Instant(Timestamp),
    /// A day.
    Day(Date),
    /// A month; the day of the value is the first and means nothing (`/nyheter/2024/07/…`).
    Month(Date),
}

impl fmt::Display for PageDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instant(at) => write!(f, "{at}"),
            Self::Day(day) => write!(f, "{day}"),
            Self::Month(first) => write!(f, "{}", first.strftime("%Y-%m")),
        }
    }
}

impl FromStr for PageDate {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.len() {
            7 => format!("{text}-01").parse().map(Self::Month),
            10 => text.parse().map(Self::Day),
            _ => text.parse().map(Self::Instant),
        }
    }
}

/// An item as kept in the ledger and shown in feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Minted once.
    pub id: ItemId,
    /// The source that showed it first; only this source edits it.
    pub home: SourceId,
    /// One clean line.
    pub title: String,
    /// Absolute, http or https; `None` where the page has no address for it.
    pub link: Option<Url>,
    /// Plain text, one line a paragraph.
    pub summary: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The address of a picture, absolute, http or https.
    pub image: Option<Url>,
    /// A file that goes with it.
    pub enclosure: Option<Enclosure>,
    /// The full text as sanitised HTML.
    pub content: Option<String>,
    /// In the order of the page; the first belongs to the identity.
    pub categories: Vec<Category>,
    /// What the page said of its date, kept as evidence.
    pub page_date: Option<PageDate>,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// Given once, never changed.
    pub published: Timestamp,
    /// When its content last changed; `published` until it does.
    pub updated: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_dates_read_what_they_write() {
        for text in ["2024-07", "2022-12-20", "2022-12-20T08:30:00Z"] {
            let date: PageDate = text.parse().expect("a date");
            assert_eq!(date.to_string(), text);
        }
        assert!("2024-13".parse::<PageDate>().is_err());
    }
}
