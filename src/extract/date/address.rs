//! Dates in the addresses of articles.

use jiff::civil::Date;
use url::Url;

use super::FIRST_YEAR;
use super::fold::fold;
use super::lexicon::{self, Sense};
use crate::model::PageDate;

/// The last year that is believed in an address.
const LAST_YEAR: i16 = 2100;
/// Segments of a path that are looked at.
const SEGMENTS: usize = 32;

/// The date in the path of an address: a day, or else a month, as in `/nyheter/2024/07/…`.
///
/// A lone year says too little, and a number that is no date of the calendar is an id.
pub(in crate::extract) fn from_address(url: &Url) -> Option<PageDate> {
    let segments: Vec<&str> = url.path_segments()?.take(SEGMENTS).collect();
    let mut month = None;
    for (place, segment) in segments.iter().enumerate() {
        let rest = segments.get(place + 1..).unwrap_or(&[]);
        match in_segment(segment).or_else(|| in_segments(segment, rest)) {
            Some(day @ PageDate::Day(_)) => return Some(day),
            found => month = month.or(found),
        }
    }
    month
}

/// `2024-07-15-title`, `20240715`, `2024-07`.
fn in_segment(segment: &str) -> Option<PageDate> {
    let mut parts = segment.split(['-', '_', '.']);
    let first = parts.next()?;
    if first.len() == 8 {
        let value = number(first)?;
        return day(i16::try_from(value / 10_000).ok()?, value / 100 % 100, value % 100);
    }
    let year = year(first)?;
    let month = parts.next().filter(|part| part.len() == 2).and_then(number)?;
    match parts.next() {
        Some(part) if part.len() == 2 && number(part).is_some() => day(year, month, number(part)?),
        Some(_) => None,
        None => month_of(year, month),
    }
}

/// `/2024/07/15/`, `/2024/juli/`.
fn in_segments(segment: &str, rest: &[&str]) -> Option<PageDate> {
    let year = year(segment)?;
    let named = rest.first()?;
    let figures = number(named).filter(|_| named.len() <= 2);
    let month = figures.or_else(|| month_named(named))?;
    match rest.get(1) {
        Some(segment) if segment.len() <= 2 && number(segment).is_some() => day(year, month, number(segment)?),
        // `/2024/7/` alone may be the seventh of anything.
        _ if figures.is_some() && named.len() < 2 => None,
        _ => month_of(year, month),
    }
}

fn year(text: &str) -> Option<i16> {
    let year = number(text).filter(|_| text.len() == 4)?;
    i16::try_from(year).ok().filter(|year| (FIRST_YEAR..=LAST_YEAR).contains(year))
}

/// The month that a word means, if it means the same in every language that has it.
fn month_named(segment: &str) -> Option<u32> {
    let word = fold(&decode(segment));
    let mut months = lexicon::find(&word).iter().filter_map(|entry| match entry.sense {
        Sense::Month(month) => u32::try_from(month).ok(),
        _ => None,
    });
    let month = months.next()?;
    months.all(|other| other == month).then_some(month)
}

/// Percent-encoding undone (`m%C3%A4rz`).
fn decode(segment: &str) -> String {
    url::form_urlencoded::parse(segment.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.len() <= 8 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

fn day(year: i16, month: u32, day: u32) -> Option<PageDate> {
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    (FIRST_YEAR..=LAST_YEAR).contains(&year).then_some(PageDate::Day(date))
}

fn month_of(year: i16, month: u32) -> Option<PageDate> {
    Date::new(year, i8::try_from(month).ok()?, 1).ok().map(PageDate::Month)
}
