//! Dates that depend on the moment of reading: "i dag 14:05", "2 hours ago", "måndag 09:00".

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::lexicon::{Entry, Sense};
use super::words::Unit;
use super::{Candidate, Match, Reader};
use crate::model::PageDate;

/// The largest number before a unit; more is no length of time that a page counts.
const LARGEST: u64 = 1000;

/// What a phrase says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// A moment.
    Instant(Timestamp),
    /// A day, possibly with a time after it.
    Day(Date),
    /// A month.
    Month(Date),
}

impl Reader<'_> {
    /// A phrase, with the time after it if there is one.
    pub(super) fn said(&self, at: usize) -> Option<Candidate> {
        if let Some(Match { value, end }) = self.ago(at) {
            return Some(self.candidate(at, end, value.map(page_date)));
        }
        let said = self.said_at(at)?;
        if let (Said::Day(day), Some(clock)) = (said.value, self.clock_after(said.end)) {
            return Some(self.candidate(at, clock.end, self.at(day, clock.value)));
        }
        let alone = self.leads_in(at) && self.closes(said.end);
        alone.then(|| Candidate { weak: true, ..self.candidate(at, said.end, Some(page_date(said.value))) })
    }

    /// The phrase for a day or a moment at a place, the longest there is.
    pub(super) fn said_at(&self, at: usize) -> Option<Match<Said>> {
        let matches = self.senses(at).filter_map(|entry| {
            let said = match entry.sense {
                Sense::Now => Said::Instant(self.now),
                Sense::DaysAgo(days) => Said::Day(self.today.checked_sub(days.days()).ok()?),
                Sense::OneAgo(unit) => self.back(1, unit)?,
                _ => return None,
            };
            Some(Match::new(said, self.text.phrase(at, &entry.rest)?))
        });
        // The first of the longest: the source's own language.
        matches.reduce(|best, next| if next.end > best.end { next } else { best })
    }

    /// "vor 2 Stunden", "2 hours ago". `None` inside if it lies beyond the calendar.
    fn ago(&self, at: usize) -> Option<Match<Option<Said>>> {
        let before = self.senses(at).filter(|e| e.sense == Sense::Before);
        let led = before.filter_map(|e| Some((e, self.text.phrase(at, &e.rest)?))).max_by_key(|(_, end)| *end);
        if let Some((entry, start)) = led {
            let (count, unit, end) = self.length(start, Some(entry.language))?;
            // "hace 2 días atrás": the word after it adds nothing.
            let end = self.after(end, entry.language).unwrap_or(end);
            return Some(Match::new(self.back(count, unit), end));
        }
        if !self.text.starts(at) || self.adds_to_unit(at) {
            return None;
        }
        let (count, unit, end) = self.length(at, None)?;
        Some(Match::new(self.back(count, unit), end))
    }

    /// A count and a unit of one language. Without a `language` that of the word behind it, which must be there.
    fn length(&self, at: usize, language: Option<usize>) -> Option<(u64, Unit, usize)> {
        let number = self.text.digits(at, 1..=4).filter(|n| *n <= LARGEST);
        let one =
            |entry: &Entry| self.text.senses(at).iter().any(|e| e.sense == Sense::One && e.language == entry.language);
        let unit_end = at + 2 + usize::from(self.text.glued_mark(at + 2, &['.']).is_some());
        self.senses(at + 1).find_map(|entry| {
            let Sense::Unit(unit) = entry.sense else { return None };
            let count = number.or_else(|| one(entry).then_some(1))?;
            match language {
                Some(language) => (entry.language == language).then_some((count, unit, unit_end)),
                None => Some((count, unit, self.after(unit_end, entry.language)?)),
            }
        })
    }

    /// The place after the "ago" of a language.
    fn after(&self, at: usize, language: usize) -> Option<usize> {
        let mut here = self.text.senses(at).iter().filter(|e| e.sense == Sense::After && e.language == language);
        here.find_map(|e| self.text.phrase(at, &e.rest))
    }

    /// "1 hour and 5 minutes ago": the length at this place is only the rest of one.
    fn adds_to_unit(&self, at: usize) -> bool {
        let unit = |at: usize| self.text.senses(at).iter().any(|e| matches!(e.sense, Sense::Unit(_)));
        (at >= 2 && unit(at - 1) && self.text.number(at - 2).is_some())
            || (at >= 3 && unit(at - 2) && self.text.number(at - 3).is_some())
    }

    /// So long ago: to the second up to hours, then to the day, then to the month.
    fn back(&self, count: u64, unit: Unit) -> Option<Said> {
        let count = i64::try_from(count).ok()?;
        let instant = |seconds: i64| {
            let span = (count * seconds).seconds();
            self.now.checked_sub(span).ok().map(Said::Instant)
        };
        match unit {
            Unit::Second => instant(1),
            Unit::Minute => instant(60),
            Unit::Hour => instant(3600),
            Unit::Day => self.today.checked_sub(count.days()).ok().map(Said::Day),
            Unit::Week => self.today.checked_sub(count.weeks()).ok().map(Said::Day),
            Unit::Month => self.today.first_of_month().checked_sub(count.months()).ok().map(Said::Month),
        }
    }

    /// The most recent of a weekday: with a time, or as the whole of the field.
    pub(super) fn weekday(&self, at: usize) -> Option<Candidate> {
        let (weekday, full) = self.senses(at).find_map(|entry| match entry.sense {
            Sense::Weekday { day, full } => Some((day, full)),
            _ => None,
        })?;
        let mut end = at + 1;
        if self.text.glued_mark(end, &['-']).is_some() && self.text.word(end + 1) == "feira" {
            end += 2;
        }
        end += usize::from(self.text.glued_mark(end, &['.']).is_some());
        let back = (self.today.weekday().to_monday_one_offset() - weekday).rem_euclid(7);
        let day = self.today.checked_sub(back.days()).ok()?;
        let Some(clock) = self.clock_after(end) else {
            let alone = full && end >= self.text.len() && self.leads_in_whole(at);
            return alone.then(|| Candidate { weak: true, ..self.candidate(at, end, Some(PageDate::Day(day))) });
        };
        // Opening hours.
        if self.text.mark(clock.end) == Some('-') && self.text.number(clock.end + 1).is_some() {
            return None;
        }
        let date = match self.at(day, clock.value) {
            Some(PageDate::Instant(at)) if at > self.now => self.at(day.checked_sub(7.days()).ok()?, clock.value),
            date => date,
        };
        Some(self.candidate(at, clock.end, date))
    }

    /// Whether what begins here is not in the middle of a sentence.
    pub(super) fn leads_in(&self, at: usize) -> bool {
        at == 0
            || self.label_at(at - 1).is_some()
            || self.text.mark(at - 1).is_some_and(|c| !(c == '-' && self.text.glued(at)))
    }

    /// Whether nothing stands before this place but labels and small words.
    fn leads_in_whole(&self, at: usize) -> bool {
        (0..at).all(|before| {
            self.text.mark(before) == Some(':')
                || self.label_at(before).is_some()
                || matches!(self.text.word(before), "i" | "pa" | "on" | "am" | "le" | "el" | "den" | "last" | "op")
        })
    }

    /// Whether what ends here is not in the middle of a sentence.
    fn closes(&self, end: usize) -> bool {
        end >= self.text.len() || self.text.mark(end).is_some_and(|c| !(c == '-' && self.text.glued(end)))
    }
}

fn page_date(said: Said) -> PageDate {
    match said {
        Said::Instant(at) => PageDate::Instant(at),
        Said::Day(day) => PageDate::Day(day),
        Said::Month(first) => PageDate::Month(first),
    }
}
