//! Times of day, and the zones that stand beside them.

use jiff::tz::Offset;

use super::token::{Kind, Number};
use super::{Impossible, Match, Reader};

/// A time of day; 24:00 is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) hour: i8,
    pub(super) minute: i8,
    pub(super) second: i8,
    pub(super) nanosecond: i32,
    /// From UTC, if the text says so.
    pub(super) offset: Option<Offset>,
}

/// Words between a date and its time, folded. After one of them a whole hour is a time.
const AT: [&str; 23] = [
    "kl", "klo", "klokka", "klokken", "klockan", "klukkan", "at", "um", "om", "a", "las", "la", "as", "alle", "ore",
    "o", "godz", "godzina", "godzinie", "te", "ca", "tid", "time",
];

/// Words between a time and its date, folded.
const ON: [&str; 9] = ["den", "am", "on", "le", "el", "il", "op", "vom", "dne"];

/// Words after a time, folded.
const HOURS: [&str; 8] = ["uhr", "uur", "h", "hs", "hrs", "horas", "heures", "u"];

/// The zones of RFC 2822 (section 4.3) and those of Europe, in hours from UTC.
const ZONES: [(&str, i8); 24] = [
    ("utc", 0),
    ("gmt", 0),
    ("ut", 0),
    ("z", 0),
    ("est", -5),
    ("edt", -4),
    ("cst", -6),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
    ("wet", 0),
    ("west", 1),
    ("bst", 1),
    ("cet", 1),
    ("cest", 2),
    ("met", 1),
    ("mest", 2),
    ("mez", 1),
    ("mesz", 2),
    ("eet", 2),
    ("eest", 3),
    ("msk", 3),
];

/// No zone lies further from UTC.
const FURTHEST_HOURS: u64 = 15;
/// Marks and words between a date and its time.
const CONNECTORS: usize = 4;

impl Reader<'_> {
    /// The time that follows a date.
    pub(super) fn clock_after(&self, end: usize) -> Option<Match<Result<Clock, Impossible>>> {
        let text = &self.text;
        // ISO 8601 and the like: the mark stands between them without a blank.
        if text.glued(end) && text.glued(end + 1) && (text.word(end) == "t" || text.mark(end) == Some(':')) {
            return self.clock_at(end + 1, Style::Iso);
        }
        let start = self.skip_connectors(end);
        if start == end && text.glued(end) {
            return None;
        }
        let style = if start > 0 && self.is_at(start - 1) && start > end { Style::Said } else { Style::Plain };
        self.clock_at(start, style)
    }

    /// A time that stands before a date.
    pub(super) fn clock_before(&self, at: usize) -> Option<Match<Result<Clock, Impossible>>> {
        let style = if at > 0 && self.is_at(at - 1) { Style::Said } else { Style::Plain };
        self.text.starts(at).then(|| self.clock_at(at, style))?
    }

    /// The place after the marks and small words between a date and a time.
    pub(super) fn skip_connectors(&self, from: usize) -> usize {
        let mut at = from;
        while at < from + CONNECTORS {
            let mark = matches!(self.text.mark(at), Some(',' | '.' | '|' | '·' | '•' | '-' | ':' | '('));
            if !mark && !self.is_at(at) && !ON.contains(&self.text.word(at)) {
                break;
            }
            at += 1;
        }
        at
    }

    /// Whether a small word stands here that leads to a time, with or without its full stop.
    fn is_at(&self, at: usize) -> bool {
        let at = if self.text.mark(at) == Some('.') { at.saturating_sub(1) } else { at };
        AT.contains(&self.text.word(at))
    }

    fn clock_at(&self, at: usize, style: Style) -> Option<Match<Result<Clock, Impossible>>> {
        let text = &self.text;
        let number = text.number(at)?;
        if style == Style::Iso && matches!(number.digits, 4 | 6) {
            let [hour, minute, second] = basic(number);
            return Some(self.with_zone([hour, minute, second], at + 1, style));
        }
        let hour = text.digits(at, 1..=2)?;
        if text.glued_mark(at + 1, &[':']).is_some() {
            let minute = text.glued_digits(at + 2, 2..=2)?;
            return self.with_seconds([hour, minute], at + 3, style);
        }
        if let Some(minute) = self.dotted_minute(at + 1).or_else(|| self.minute_after_h(at + 1)) {
            return Some(self.with_half([hour, minute, 0], at + 3, style));
        }
        if self.half(at + 1).is_some() || HOURS.contains(&text.word(at + 1)) {
            return Some(self.with_half([hour, 0, 0], at + 1, style));
        }
        let closed = text.mark(at + 1).is_some() && text.ends(at + 1);
        let bare = at + 1 >= text.len() || closed || ON.contains(&text.word(at + 1));
        (style == Style::Said && bare).then(|| self.with_half([hour, 0, 0], at + 1, style))
    }

    /// The minutes of `09.30`, which is neither part of a date nor of a decimal with more digits.
    fn dotted_minute(&self, at: usize) -> Option<u64> {
        self.text.glued_mark(at, &['.'])?;
        let minute = self.text.glued_digits(at + 1, 2..=2)?;
        self.text.ends(at + 2).then_some(minute)
    }

    /// The minutes of `9h30`.
    fn minute_after_h(&self, at: usize) -> Option<u64> {
        matches!(self.text.word(at), "h" | "u").then(|| self.text.digits(at + 1, 2..=2))?
    }

    fn with_seconds(
        &self,
        [hour, minute]: [u64; 2],
        at: usize,
        style: Style,
    ) -> Option<Match<Result<Clock, Impossible>>> {
        let text = &self.text;
        if text.glued_mark(at, &[':']).is_none() {
            return Some(self.with_half([hour, minute, 0], at, style));
        }
        let second = text.glued_digits(at + 1, 2..=2)?;
        let style = if style == Style::Iso { style } else { Style::Seconds };
        Some(self.with_half([hour, minute, second], at + 2, style))
    }

    /// After it perhaps `am` or `pm`.
    fn with_half(&self, [hour, minute, second]: [u64; 3], at: usize, style: Style) -> Match<Result<Clock, Impossible>> {
        let Some(Match { value: afternoon, end }) = self.half(at) else {
            let end = if HOURS.contains(&self.text.word(at)) { at + 1 } else { at };
            return self.with_zone([hour, minute, second], end, style);
        };
        if !(1..=12).contains(&hour) {
            return Match::new(Err(Impossible), end);
        }
        let hour = hour % 12 + if afternoon { 12 } else { 0 };
        self.with_zone([hour, minute, second], end, style)
    }

    /// Whether it is after noon, if the text says so: `pm`, `p.m.`.
    fn half(&self, at: usize) -> Option<Match<bool>> {
        let text = &self.text;
        match text.word(at) {
            "pm" => Some(Match::new(true, at + 1)),
            // In German "am" may lead to the date.
            "am" if text.number(at + 1).is_none() || !self.is_written_in("de") => Some(Match::new(false, at + 1)),
            half @ ("fm" | "em") if self.is_written_in("sv") => Some(Match::new(half == "em", at + 1)),
            half @ ("a" | "p") if text.mark(at + 1) == Some('.') && text.word(at + 2) == "m" => {
                Some(Match::new(half == "p", if text.mark(at + 3) == Some('.') { at + 4 } else { at + 3 }))
            }
            _ => None,
        }
    }

    fn with_zone(&self, [hour, minute, second]: [u64; 3], at: usize, style: Style) -> Match<Result<Clock, Impossible>> {
        let (nanosecond, at) = self.fraction(at, style);
        let zone = self.zone_at(at, style);
        let end = zone.map_or(at, |zone| zone.end);
        let midnight = hour == 24 && minute == 0 && second == 0 && nanosecond == 0;
        // A zone that is not known: the time cannot be told.
        let torn = style == Style::Iso && self.text.glued(end) && !self.text.word(end).is_empty();
        let clock = match zone.map(|zone| zone.value).transpose() {
            Ok(offset) if (hour < 24 || midnight) && minute < 60 && second < 60 && !torn => {
                let [hour, minute, second] = [hour, minute, second].map(|n| i8::try_from(n).unwrap_or(i8::MAX));
                Ok(Clock { hour, minute, second, nanosecond, offset })
            }
            _ => Err(Impossible),
        };
        Match::new(clock, end)
    }

    /// The fraction of a second in nanoseconds, and the place after it.
    fn fraction(&self, at: usize, style: Style) -> (i32, usize) {
        let text = &self.text;
        let seconds = matches!(style, Style::Iso | Style::Seconds);
        if !seconds || text.glued_mark(at, &['.', ',']).is_none() || !text.glued(at + 1) {
            return (0, at);
        }
        let Some(Number { value, digits }) = text.number(at + 1).filter(|n| n.digits <= 18) else { return (0, at) };
        // Both exponents are at most 9 for what is kept.
        let scaled = match digits {
            0..=9 => value * 10_u64.pow(u32::try_from(9 - digits).unwrap_or(0)),
            _ => value / 10_u64.pow(u32::try_from(digits - 9).unwrap_or(0)),
        };
        (i32::try_from(scaled).unwrap_or(0), at + 2)
    }

    /// The zone after a time.
    fn zone_at(&self, at: usize, style: Style) -> Option<Match<Result<Offset, Impossible>>> {
        let text = &self.text;
        if let Some(Kind::Word { upper, .. }) = text.kind(at) {
            let named = ZONES.iter().find(|(name, _)| *name == text.word(at));
            let (name, hours) = named.filter(|(name, _)| upper || matches!(*name, "utc" | "gmt" | "z"))?;
            let exact = matches!(*name, "utc" | "gmt" | "ut").then(|| self.numeric_zone(at + 1, Style::Iso)).flatten();
            return Some(
                exact.unwrap_or_else(|| Match::new(Offset::from_hours(*hours).map_err(|_| Impossible), at + 1)),
            );
        }
        self.numeric_zone(at, style)
    }

    /// `+01:00`, `+0100`, `+01`.
    fn numeric_zone(&self, at: usize, style: Style) -> Option<Match<Result<Offset, Impossible>>> {
        let text = &self.text;
        let sign = text.mark(at).filter(|c| matches!(c, '+' | '-'))?;
        let number = text.number(at + 1).filter(|_| text.glued(at + 1))?;
        let split = number.digits == 2 && text.glued_mark(at + 2, &[':']).is_some();
        let (hours, minutes, end) = match number.digits {
            4 => (number.value / 100, number.value % 100, at + 2),
            2 if split => (number.value, text.glued_digits(at + 3, 2..=2)?, at + 4),
            2 => (number.value, 0, at + 2),
            _ => return None,
        };
        // `09:30-10:15` is a range of times, `09:30:00-05:00` a time with its offset.
        let exact = matches!(style, Style::Iso | Style::Seconds) || number.digits == 4;
        if sign == '-' && !exact {
            return None;
        }
        let seconds = i32::try_from(hours * 3600 + minutes * 60).unwrap_or(i32::MAX);
        let possible = hours < FURTHEST_HOURS && minutes < 60;
        let seconds = if sign == '-' { -seconds } else { seconds };
        let offset = if possible { Offset::from_seconds(seconds).map_err(|_| Impossible) } else { Err(Impossible) };
        Some(Match::new(offset, end))
    }
}

/// How a time came to be looked for, which says how much of a time it must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// After a `T`.
    Iso,
    /// After "at" or the like.
    Said,
    /// With seconds.
    Seconds,
    Plain,
}

/// `0930` and `093015`.
fn basic(Number { value, digits }: Number) -> [u64; 3] {
    let (value, second) = if digits == 6 { (value / 100, value % 100) } else { (value, 0) };
    [value / 100, value % 100, second]
}
