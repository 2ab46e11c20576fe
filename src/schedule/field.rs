//! One field of crontab(5): numbers, names, ranges, steps and lists, read into a set.

use super::error::Fault;

/// A fault and the byte of the text where it stands.
pub(super) type Located = (usize, Fault);

/// What may stand in one of the five fields.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: &'static str,
    /// The place among the five, in words.
    pub(super) place: &'static str,
    pub(super) low: u32,
    pub(super) high: u32,
    /// The names of the values from `low` on.
    pub(super) names: &'static [&'static str],
}

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

pub(super) static MINUTE: Field = Field { name: "minute", place: "first", low: 0, high: 59, names: &[] };
pub(super) static HOUR: Field = Field { name: "hour", place: "second", low: 0, high: 23, names: &[] };
pub(super) static DAY_OF_MONTH: Field = Field { name: "day of month", place: "third", low: 1, high: 31, names: &[] };
pub(super) static MONTH: Field = Field { name: "month", place: "fourth", low: 1, high: 12, names: MONTHS };
pub(super) static DAY_OF_WEEK: Field = Field { name: "day of week", place: "fifth", low: 0, high: 7, names: DAYS };

/// In the order of the line.
pub(super) static FIELDS: [&Field; 5] = [&MINUTE, &HOUR, &DAY_OF_MONTH, &MONTH, &DAY_OF_WEEK];

/// A set of numbers below 64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Set(u64);

impl Set {
    fn insert(&mut self, value: u32) {
        self.0 |= 1_u64.checked_shl(value).unwrap_or(0);
    }

    pub(super) fn contains(self, value: u32) -> bool {
        self.0 & 1_u64.checked_shl(value).unwrap_or(0) != 0
    }

    /// The values in rising order.
    pub(super) fn iter(self) -> impl Iterator<Item = u32> {
        (0..u64::BITS).filter(move |value| self.contains(*value))
    }
}

/// What a field says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Values {
    pub(super) set: Set,
    /// Whether the field *begins with* `*`, be it `*/2`: this, and not whether every value is in the set, is what
    /// cron asks when it joins the two day fields and when the clock is changed.
    pub(super) star: bool,
    /// Whether nothing is left out.
    pub(super) full: bool,
}

impl Field {
    /// Reads a list of elements that stands at byte `offset` of the line.
    pub(super) fn parse(&'static self, list: &str, offset: usize) -> Result<Values, Located> {
        let mut set = Set::default();
        let mut at = offset;
        for element in list.split(',') {
            self.add_element(&mut set, element, at)?;
            at += element.len() + 1;
        }
        let full = (self.low..=self.high).all(|value| set.contains(self.folded(value)));
        Ok(Values { set, star: list.starts_with('*'), full })
    }

    /// 7 is another name of 0, Sunday.
    fn folded(&self, value: u32) -> u32 {
        if self.is_day_of_week() { value % 7 } else { value }
    }

    pub(super) fn is_day_of_week(&self) -> bool {
        self.high == DAY_OF_WEEK.high
    }

    fn add_element(&'static self, set: &mut Set, element: &str, offset: usize) -> Result<(), Located> {
        if element.is_empty() {
            return Err((offset, Fault::EmptyElement { field: self }));
        }
        let (span, step) = match element.split_once('/') {
            Some((span, step)) => (span, Some(self.step(step, offset + span.len() + 1)?)),
            None => (element, None),
        };
        let (first, last) = self.span(span, offset)?;
        if let Some(step) = step
            && span != "*"
            && !span.contains('-')
        {
            let fault = Fault::StepWithoutRange { field: self, start: span.to_owned(), step };
            return Err((offset, fault));
        }
        // No field is as long as 64, so that a longer step does the same: the first value is left.
        let stride = step.map_or(1, |step| step.min(u64::BITS) as usize);
        (first..=last).step_by(stride).for_each(|value| set.insert(self.folded(value)));
        Ok(())
    }

    /// `*`, a value, or two values with a hyphen between them: the first and the last.
    fn span(&'static self, span: &str, offset: usize) -> Result<(u32, u32), Located> {
        if span == "*" {
            return Ok((self.low, self.high));
        }
        let Some((start, end)) = span.split_once('-') else {
            let value = self.value(span, offset)?;
            return Ok((value, value));
        };
        if start.is_empty() || end.is_empty() {
            return Err((offset, Fault::OpenRange { field: self, range: span.to_owned() }));
        }
        let (first, last) = (self.value(start, offset)?, self.value(end, offset + start.len() + 1)?);
        if first > last {
            let instead = self.split_range((start, first), (end, last));
            return Err((offset, Fault::Backwards { field: self, range: span.to_owned(), instead }));
        }
        Ok((first, last))
    }

    /// A number within the field, or a name in any case.
    fn value(&'static self, word: &str, offset: usize) -> Result<u32, Located> {
        if let Some(number) = number(word) {
            let within = (self.low..=self.high).contains(&number);
            return if within { Ok(number) } else { Err((offset, self.out_of_range(word))) };
        }
        let mut named = self.names.iter().zip(self.low..);
        let found = named.find(|(name, _)| word.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value).ok_or_else(|| (offset, Fault::NotAValue { field: self, word: word.to_owned() }))
    }

    fn out_of_range(&'static self, word: &str) -> Fault {
        Fault::OutOfRange { field: self, word: word.to_owned() }
    }

    fn step(&'static self, word: &str, offset: usize) -> Result<u32, Located> {
        match number(word) {
            Some(0) => Err((offset, Fault::ZeroStep { field: self })),
            Some(step) => Ok(step),
            None => Err((offset, Fault::BadStep { field: self, word: word.to_owned() })),
        }
    }

    /// How to write a range that passes the end of the field and goes on at its beginning.
    fn split_range(&self, (start, first): (&str, u32), (end, last): (&str, u32)) -> String {
        let top = if self.is_day_of_week() { 6 } else { self.high };
        if first > top {
            return format!("{}-{end}", self.low);
        }
        if self.is_day_of_week() && last == 0 {
            return format!("{start}-7");
        }
        let head = if first == top { start.to_owned() } else { format!("{start}-{top}") };
        let tail = if last == self.low { end.to_owned() } else { format!("{}-{end}", self.low) };
        format!("{head},{tail}")
    }
}

/// Digits and nothing else. A number too long for any field counts as the largest there is.
fn number(word: &str) -> Option<u32> {
    let digits = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| word.parse().unwrap_or(u32::MAX))
}
