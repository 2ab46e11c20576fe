//! How everything does, for the operator: as a page, as JSON, as metrics.
//!
//! What is shown is a [`Report`], which whoever can ask the store puts together. Its addresses are without keys and logins.

mod json;
mod metrics;
mod page;
mod words;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::model::{Alarm, Format, Hold, SourceId, Subject, Subscribers};

pub use json::{held, json};
pub use metrics::{METRICS, Measured, OPEN_METRICS, Runs, metrics};
pub use page::{HTML, page, style};

/// Days of which subscribers are shown.
pub const DAYS: u8 = 30;

/// How everything does at one moment.
#[derive(Debug, Clone)]
pub struct Report {
    /// The moment.
    pub at: Timestamp,
    /// The title of the site.
    pub title: String,
    /// BCP 47: what the page is written in.
    pub language: String,
    /// The zone of all that is shown.
    pub time_zone: TimeZone,
    /// Every source of the config.
    pub sources: Vec<SourceReport>,
    /// Every feed.
    pub feeds: Vec<FeedReport>,
    /// What the operator is told of.
    pub alarms: Vec<(Subject, Alarm)>,
    /// Every way to the operator.
    pub channels: Vec<ChannelReport>,
    /// Those who are told of changes at once, and have a lease.
    pub subscriptions: u64,
    /// Whether subscribers are counted.
    pub counts: bool,
    /// Subscribers of feeds that they combined themselves, of the last [`DAYS`] days.
    pub combined: Vec<Subscribers>,
}

/// How a source does.
#[derive(Debug, Clone)]
pub struct SourceReport {
    /// Its id.
    pub id: SourceId,
    /// Its address, without what is secret in it.
    pub address: String,
    /// How its last run ended, in one word.
    pub state: String,
    /// Items on its page.
    pub found: u32,
    /// Runs that failed since the last good one.
    pub failures: u32,
    /// What is wrong, for people.
    pub trouble: Option<String>,
    /// What is held of it.
    pub hold: Option<Hold>,
    /// Its last run.
    pub last_run: Option<Timestamp>,
    /// Its last good one.
    pub last_good: Option<Timestamp>,
    /// Its next one.
    pub next_run: Option<Timestamp>,
    /// When it last had news.
    pub news: Option<Timestamp>,
}

impl SourceReport {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.state != "suspect" && self.failures == 0
    }

    /// Items that are held.
    #[must_use]
    pub fn held(&self) -> usize {
        self.hold.as_ref().map_or(0, |hold| hold.items.len())
    }
}

/// How a feed does.
#[derive(Debug, Clone)]
pub struct FeedReport {
    /// Its slug.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Items it could show.
    pub items: u64,
    /// When the newest of them was published.
    pub newest: Option<Timestamp>,
    /// When it last changed.
    pub changed: Timestamp,
    /// Whether it has changed since it was last published.
    pub due: bool,
    /// Its subscribers of the last [`DAYS`] days; by format and day.
    pub subscribers: Vec<Subscribers>,
}

/// How a way to the operator does.
#[derive(Debug, Clone)]
pub struct ChannelReport {
    /// Its name.
    pub label: String,
    /// What is wrong with it.
    pub trouble: Option<ChannelFault>,
}

/// What is wrong with a way to the operator.
#[derive(Debug, Clone)]
pub struct ChannelFault {
    /// Why, at the last try.
    pub why: String,
    /// Since when.
    pub since: Timestamp,
    /// Tries in a row that failed.
    pub tries: u32,
}

/// Both numbers of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Followers {
    /// Subscribers that services say they have.
    pub reported: u32,
    /// Readers that asked by themselves.
    pub readers: u32,
}

impl Followers {
    /// Together.
    #[must_use]
    pub fn all(self) -> u32 {
        self.reported.saturating_add(self.readers)
    }

    fn plus(self, one: &Subscribers) -> Self {
        Self { reported: self.reported.saturating_add(one.reported), readers: self.readers.saturating_add(one.readers) }
    }
}

impl Report {
    /// The day that it is.
    #[must_use]
    pub fn today(&self) -> Date {
        self.time_zone.to_datetime(self.at).date()
    }

    /// Who follows a feed at present, in each format: the greater of yesterday and today, as today is not over.
    #[must_use]
    pub fn present(&self, feed: &FeedReport) -> BTreeMap<&'static str, Followers> {
        let yesterday = self.today().yesterday().unwrap_or(Date::MIN);
        let mut formats: BTreeMap<&'static str, Followers> = BTreeMap::new();
        for one in feed.subscribers.iter().filter(|one| one.day >= yesterday) {
            let known = formats.entry(one.format.extension()).or_default();
            known.reported = known.reported.max(one.reported);
            known.readers = known.readers.max(one.readers);
        }
        formats
    }

    /// The same, in all formats together.
    #[must_use]
    pub fn followers(&self, feed: &FeedReport) -> Followers {
        self.present(feed).values().fold(Followers::default(), |all, one| Followers {
            reported: all.reported.saturating_add(one.reported),
            readers: all.readers.saturating_add(one.readers),
        })
    }
}

/// The totals of each of the last [`DAYS`] days, all formats together, the oldest first.
fn by_day(subscribers: &[Subscribers], today: Date) -> Vec<(Date, Followers)> {
    let back = |days: u8| today.checked_sub(jiff::Span::new().days(days)).unwrap_or(Date::MIN);
    let total = |day: Date| {
        let own = subscribers.iter().filter(|one| one.day == day);
        (day, own.fold(Followers::default(), Followers::plus))
    };
    (0..DAYS).rev().map(|days| total(back(days))).collect()
}

/// The first of the days that are shown.
#[must_use]
pub fn first_day(today: Date) -> Date {
    today.checked_sub(jiff::Span::new().days(DAYS - 1)).unwrap_or(Date::MIN)
}

/// How people write a format.
fn format_name(format: Format) -> &'static str {
    match format {
        Format::Rss => "RSS",
        Format::Atom => "Atom",
        Format::Json => "JSON",
    }
}
