//! Dates that name a month: in figures or in words.

use super::lexicon::Sense;
use super::token::Number;
use super::words::LANGUAGES;
use super::{Match, Reader};

/// A date as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// A day, possibly none of the calendar.
    Day {
        /// `None`: the text names none.
        year: Option<i16>,
        month: i8,
        day: i8,
    },
    /// A month.
    Month { year: i16, month: i8 },
    /// It has the form of a date and cannot be one.
    Impossible,
}

/// Endings and words between a day and its month, folded.
const OF: [&str; 16] = ["st", "nd", "rd", "th", "er", "e", "a", "o", "º", "ª", "de", "of", "d", "den", "ta", "re"];

impl Reader<'_> {
    /// The date that begins at a place.
    pub(super) fn date_at(&self, at: usize) -> Option<Match<Written>> {
        if self.text.number(at).is_none() {
            return self.month_day_year(at).or_else(|| self.month_year(at));
        }
        if !self.text.starts(at) {
            return None;
        }
        self.year_month_day(at)
            .or_else(|| self.day_month_year(at))
            .or_else(|| self.basic(at))
            .or_else(|| self.day_and_named_month(at))
            .or_else(|| self.day_and_month(at))
    }

    /// `2022-12-20`, `2022/12/20`, `2022.12.20`; `2022-12` where there is nothing else.
    fn year_month_day(&self, at: usize) -> Option<Match<Written>> {
        let text = &self.text;
        let year = text.digits(at, 4..=4)?;
        let separator = text.glued_mark(at + 1, &['-', '/', '.'])?;
        if at == 0 && text.len() == 3 && separator == '-' {
            return Some(Match::new(month(year, text.glued_digits(2, 2..=2)?), 3));
        }
        let month = text.glued_digits(at + 2, 1..=2)?;
        text.glued_mark(at + 3, &[separator])?;
        let day = text.glued_digits(at + 4, 1..=2)?;
        Some(Match::new(day_of(Some(year), month, day), at + 5))
    }

    /// `20.12.2022`, `20. 12. 2022`, `20/12/2022`, `20-12-2022`, `20.12.22`.
    fn day_month_year(&self, at: usize) -> Option<Match<Written>> {
        let text = &self.text;
        let first = text.number(at).filter(|n| n.digits <= 2)?;
        let separator = text.glued_mark(at + 1, &['-', '/', '.'])?;
        let follows = |at: usize| text.glued(at) || separator == '.';
        let second = text.number(at + 2).filter(|n| n.digits <= 2 && follows(at + 2))?;
        text.glued_mark(at + 3, &[separator])?;
        let third = text.number(at + 4).filter(|_| follows(at + 4))?;
        let year = match third.digits {
            4 => third.value,
            // `22-12-20` may be either; `1.2.22` may be a version.
            2 if separator != '-' && first.digits == 2 && second.digits == 2 && text.glued(at + 4) => century(third),
            _ => return None,
        };
        let (day, month) = if self.month_first && separator != '.' {
            (second.value, first.value)
        } else {
            (first.value, second.value)
        };
        Some(Match::new(day_of(Some(year), month, day), at + 5))
    }

    /// `20221220`, with a time after a `T` or nothing that makes it an id.
    fn basic(&self, at: usize) -> Option<Match<Written>> {
        let value = self.text.digits(at, 8..=8)?;
        let led = at == 0 || self.leads_in(at);
        let closed = at + 1 >= self.text.len() || self.clock_after(at + 1).is_some();
        (led && closed).then(|| Match::new(day_of(Some(value / 10_000), value / 100 % 100, value % 100), at + 1))
    }

    /// `20 december 2022`, `20 dec.`, `20th of December, 2022`, `20-Dec-22`.
    fn day_and_named_month(&self, at: usize) -> Option<Match<Written>> {
        let text = &self.text;
        let day = text.digits(at, 1..=2)?;
        // The last day of a range is no date of publication.
        if at >= 2 && matches!(text.mark(at - 1), Some('-' | '/')) && text.digits(at - 2, 1..=2).is_some() {
            return None;
        }
        if let Some(separator) = text.glued_mark(at + 1, &['-', '/'])
            && let Some(month) = self.month_at(at + 2)
            && text.glued_mark(at + 3, &[separator]).is_some()
        {
            let year = text.number(at + 4).filter(|n| matches!(n.digits, 2 | 4))?;
            let year = if year.digits == 2 { century(year) } else { year.value };
            return Some(Match::new(day_of(Some(year), month.value.unsigned_abs().into(), day), at + 5));
        }
        let month = self.month_at(self.skip_ordinal(at + 1))?;
        let (year, end) = self.year_after(month.end, true);
        // A number stands in the place of the year and is none.
        if year.is_none() && text.number(end).is_some_and(|n| n.digits > 2) {
            return Some(Match::new(Written::Impossible, end + 1));
        }
        Some(Match::new(day_of(year, month.value.unsigned_abs().into(), day), end))
    }

    /// `December 20, 2022`, `Dec 20`, `Dec 20 09:30:00 2022`.
    fn month_day_year(&self, at: usize) -> Option<Match<Written>> {
        let text = &self.text;
        let month = self.month_at(at)?;
        let day = text.digits(month.end, 1..=2)?;
        let after = self.skip_ordinal(month.end + 1);
        if self.follows_number(at) || text.glued_mark(month.end + 1, &[':', '.', '-', '/']).is_some() {
            return None;
        }
        let (year, end) = self.year_after(after, false);
        let english = text.senses(at).iter().any(|e| LANGUAGES.get(e.language).is_some_and(|l| l.tag == "en"));
        let closed = end >= text.len() || text.mark(end).is_some() || self.clock_after(end).is_some();
        (year.is_some() || english && closed)
            .then(|| Match::new(day_of(year, month.value.unsigned_abs().into(), day), end))
    }

    /// `maj 2024`, `mayo de 2024`.
    fn month_year(&self, at: usize) -> Option<Match<Written>> {
        let named = self.month_at(at)?;
        if self.follows_number(at) {
            return None;
        }
        let (year, end) = self.year_after(named.end, false);
        Some(Match::new(month(year?, named.value.unsigned_abs().into()), end))
    }

    /// `20/12 2022`, `20/12-2022`; without a year only where a time follows: `20/12 09:30`, `20.12. klo 9.30`.
    fn day_and_month(&self, at: usize) -> Option<Match<Written>> {
        let text = &self.text;
        let day = text.digits(at, 1..=2)?;
        let separator = text.glued_mark(at + 1, &['.', '/']).filter(|c| *c == '.' || !self.month_first)?;
        let month = text.glued_digits(at + 2, 1..=2)?;
        if separator == '.' {
            text.glued_mark(at + 3, &['.'])?;
            self.clock_after(at + 4)?;
            return Some(Match::new(day_of(None, month, day), at + 4));
        }
        let at = at + 3 + usize::from(text.glued_mark(at + 3, &['-']).is_some());
        if let Some(year) = text.digits(at, 4..=4) {
            return Some(Match::new(day_of(Some(year), month, day), at + 1));
        }
        self.clock_after(at)?;
        Some(Match::new(day_of(None, month, day), at))
    }

    /// The month named at a place; the place after it and its full stop.
    fn month_at(&self, at: usize) -> Option<Match<i8>> {
        let month = self.senses(at).find_map(|entry| match entry.sense {
            Sense::Month(month) => Some(month),
            _ => None,
        })?;
        let stop = self.text.glued_mark(at + 1, &['.']).is_some();
        Some(Match::new(month, if stop { at + 2 } else { at + 1 }))
    }

    /// The place after the full stop, the ending and the "of" behind a day.
    fn skip_ordinal(&self, from: usize) -> usize {
        let mut at = from;
        if self.text.glued_mark(at, &['.', ':', '°']).is_some() {
            at += 1;
        }
        while at < from + 3 && OF.contains(&self.text.word(at)) {
            at += 1;
        }
        at
    }

    /// The year behind a month, and the place after it; without a year, where it was looked for.
    fn year_after(&self, from: usize, short: bool) -> (Option<u64>, usize) {
        let text = &self.text;
        let comma = usize::from(text.mark(from) == Some(','));
        let of = usize::from(matches!(text.word(from + comma), "de" | "del" | "of"));
        let at = from + comma + of;
        if let Some(year) = text.digits(at, 4..=4).filter(|_| text.ends(at + 1) || self.clock_after(at + 1).is_some()) {
            return (Some(year), at + 1);
        }
        let year = text.digits(at, 2..=2).filter(|_| short && comma == 0);
        let closed = at + 1 >= text.len() || !text.glued(at + 1) && self.clock_after(at + 1).is_some();
        match (year, text.number(at)) {
            (Some(_), Some(number)) if closed => (Some(century(number)), at + 1),
            _ => (None, from),
        }
    }

    /// Whether the month at a place belongs to a number before it.
    fn follows_number(&self, at: usize) -> bool {
        let mut at = at;
        while at > 0 && (matches!(self.text.mark(at - 1), Some('.' | '°')) || OF.contains(&self.text.word(at - 1))) {
            at -= 1;
        }
        at > 0 && self.text.number(at - 1).is_some_and(|n| n.digits <= 3)
    }
}

/// The four-digit year of a two-digit one.
fn century(Number { value, .. }: Number) -> u64 {
    if value >= 90 { 1900 + value } else { 2000 + value }
}

fn day_of(year: Option<u64>, month: u64, day: u64) -> Written {
    let year = year.map(i16::try_from).transpose();
    match (year, i8::try_from(month), i8::try_from(day)) {
        (Ok(year), Ok(month), Ok(day)) => Written::Day { year, month, day },
        _ => Written::Impossible,
    }
}

fn month(year: u64, month: u64) -> Written {
    match (i16::try_from(year), i8::try_from(month)) {
        (Ok(year), Ok(month)) => Written::Month { year, month },
        _ => Written::Impossible,
    }
}
