//! Reads the dates of pages, as people and programs write them. Pure.
//!
//! A text is taken apart into tokens; at each token every pattern is tried and the longest match is a candidate.
//! A date that has the form of one and cannot be (31 February, 25:00) is not read: nothing is guessed or clamped.

mod absolute;
mod address;
mod candidate;
mod clock;
mod fold;
mod lexicon;
mod relative;
#[cfg(test)]
mod tests;
mod token;
mod words;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::model::PageDate;
use absolute::Written;
use candidate::{Candidate, choose};
use clock::Clock;
use relative::Said;
use token::Text;

pub(super) use address::from_address;

/// The languages whose dates are read in words, by their tags.
pub fn date_languages() -> impl Iterator<Item = &'static str> {
    words::LANGUAGES.iter().map(|language| language.tag)
}

/// Whether dates of a language (BCP 47) are read in words.
#[must_use]
pub fn knows_dates_of(tag: &str) -> bool {
    lexicon::language(tag).is_some()
}

/// The first year that is believed; nothing was published on the web before.
const FIRST_YEAR: i16 = 1990;
/// Years after the current one that are believed.
const YEARS_AHEAD: i16 = 5;
/// How far ahead a date without a year may lie before it is one of the year before, in days.
const DAYS_AHEAD: i32 = 31;

/// Reads the date in a field, at the precision it has.
///
/// `language` is BCP 47: its words are tried before those of other languages, and `en-US` puts the month first in
/// `12/20/2022`. `zone` is that of dates that name none; a time that the zone skips or repeats is read as RFC 5545
/// (section 3.3.5) has it. Of several dates the one labelled as that of publication counts, else the first.
pub(super) fn read(text: &str, language: &str, zone: &TimeZone, now: Timestamp) -> Option<PageDate> {
    let reader = Reader::new(text, language, zone, now);
    unix(text).map_or_else(|| choose(&reader.candidates()), |at| reader.believed(at))
}

/// The same, if the text says nothing else: no word stands beside the date but its label, a weekday and the like.
pub(super) fn read_alone(text: &str, language: &str, zone: &TimeZone, now: Timestamp) -> Option<PageDate> {
    let reader = Reader::new(text, language, zone, now);
    let candidates = reader.candidates();
    let belongs = |at| candidates.iter().any(|c| c.covers(at)) || reader.goes_with_dates(at);
    (0..reader.text.len()).all(belongs).then(|| choose(&candidates)).flatten()
}

/// A match, and the place after it.
#[derive(Debug, Clone, Copy)]
struct Match<T> {
    value: T,
    end: usize,
}

impl<T> Match<T> {
    fn new(value: T, end: usize) -> Self {
        Self { value, end }
    }
}

/// It has the form of a date or a time and cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Impossible;

/// A text, and all that its dates depend on.
#[derive(Debug)]
struct Reader<'a> {
    text: Text,
    /// The place of the source's language in the tables.
    own: Option<usize>,
    month_first: bool,
    zone: &'a TimeZone,
    now: Timestamp,
    today: Date,
}

impl<'a> Reader<'a> {
    fn new(text: &str, language: &str, zone: &'a TimeZone, now: Timestamp) -> Self {
        Self {
            text: Text::new(text),
            own: lexicon::language(language),
            month_first: language.eq_ignore_ascii_case("en-us") || language.eq_ignore_ascii_case("en_us"),
            zone,
            now,
            today: zone.to_datetime(now).date(),
        }
    }

    /// A date, with the time after it if there is one.
    fn dated(&self, at: usize) -> Option<Candidate> {
        let Match { value: mut written, end: day_end } = self.date_at(at)?;
        let clock = self.clock_after(day_end);
        let mut end = clock.map_or(day_end, |c| c.end);
        if let (Written::Day { year: year @ None, .. }, Some(_)) = (&mut written, clock) {
            // asctime puts the year last.
            if let Some(last) = self.text.digits(end, 4..=4).filter(|_| self.text.ends(end + 1)) {
                *year = i16::try_from(last).ok();
                end += 1;
            }
        }
        let fits = clock.is_some() || self.text.ends(day_end);
        // "1 jan - 5 feb 2022": the year of the first day is not to be guessed.
        if matches!(written, Written::Day { year: None, .. })
            && self.text.mark(end) == Some('-')
            && let Some(last) = self.date_at(end + 1)
        {
            return Some(self.candidate(at, last.end, None));
        }
        fits.then(|| self.candidate(at, end, self.resolve(written, clock.map(|c| c.value))))
    }

    /// A time with the date after it.
    fn timed_first(&self, at: usize) -> Option<Candidate> {
        let clock = self.clock_before(at)?;
        let next = self.skip_connectors(clock.end);
        if let Some(date) = self.date_at(next).filter(|d| self.text.ends(d.end)) {
            return Some(self.candidate(at, date.end, self.resolve(date.value, Some(clock.value))));
        }
        let said = self.said_at(next)?;
        let Said::Day(day) = said.value else { return None };
        Some(self.candidate(at, said.end, self.at(day, clock.value)))
    }

    fn candidate(&self, start: usize, end: usize, date: Option<PageDate>) -> Candidate {
        let date = date.filter(|date| match date {
            PageDate::Instant(at) => self.believed(*at).is_some(),
            PageDate::Day(day) | PageDate::Month(day) => self.believed_year(day.year()),
        });
        Candidate { start, end, date, weak: false, label: None }
    }

    /// The date of what is written, if there is one.
    fn resolve(&self, written: Written, clock: Option<Result<Clock, Impossible>>) -> Option<PageDate> {
        match (written, clock) {
            (Written::Month { year, month }, None) => Date::new(year, month, 1).ok().map(PageDate::Month),
            (Written::Month { .. } | Written::Impossible, _) => None,
            (Written::Day { year, month, day }, clock) => {
                let date = match year {
                    Some(year) => Date::new(year, month, day).ok()?,
                    None => self.most_recent(month, day)?,
                };
                clock.map_or(Some(PageDate::Day(date)), |clock| self.at(date, clock))
            }
        }
    }

    /// A day at a time, in the zone that the time names or else the source's.
    fn at(&self, day: Date, clock: Result<Clock, Impossible>) -> Option<PageDate> {
        let Clock { hour, minute, second, nanosecond, offset } = clock.ok()?;
        let (day, hour) = if hour == 24 { (day.tomorrow().ok()?, 0) } else { (day, hour) };
        let at = DateTime::from_parts(day, Time::new(hour, minute, second, nanosecond).ok()?);
        let instant = match offset {
            Some(offset) => offset.to_timestamp(at),
            None => self.zone.to_timestamp(at),
        };
        instant.ok().map(PageDate::Instant)
    }

    /// The day without a year that is nearest in the past, or just ahead.
    fn most_recent(&self, month: i8, day: i8) -> Option<Date> {
        let limit = self.today.checked_add(DAYS_AHEAD.days()).ok()?;
        // Eight years lie between leap days around 1900 and 2100.
        (0..=9_i16)
            .filter_map(|back| Date::new(limit.year().checked_sub(back)?, month, day).ok())
            .find(|date| *date <= limit)
    }

    fn believed_year(&self, year: i16) -> bool {
        (FIRST_YEAR..=self.today.year().saturating_add(YEARS_AHEAD)).contains(&year)
    }

    fn believed(&self, at: Timestamp) -> Option<PageDate> {
        self.believed_year(self.zone.to_datetime(at).year()).then_some(PageDate::Instant(at))
    }

    fn is_written_in(&self, tag: &str) -> bool {
        self.own.is_some() && self.own == lexicon::language(tag)
    }

    /// What the word at a place means: in the source's language, then in the others.
    fn senses(&self, at: usize) -> impl Iterator<Item = &'static lexicon::Entry> {
        let all = self.text.senses(at);
        let own = self.own;
        let first = all.iter().filter(move |e| Some(e.language) == own);
        first.chain(all.iter().filter(move |e| Some(e.language) != own && !e.own_only))
    }
}

/// Seconds or milliseconds since 1970, where the text is nothing else.
fn unix(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.starts_with('0') || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match text.len() {
        10 => Timestamp::from_second(text.parse().ok()?).ok(),
        13 => Timestamp::from_millisecond(text.parse().ok()?).ok(),
        _ => None,
    }
}
