//! crontab(5) and cron(8) a second time, as plainly as possible: every minute is looked at, one after the other.
//!
//! Shares nothing with the program: own reading of the line, own calendar, own account of what a clock has shown.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A line: which values each field allows, and whether it begins with an asterisk.
pub struct Line {
    allowed: [Vec<u32>; 5],
    asterisk: [bool; 5],
}

const LIMITS: [(u32, u32); 5] = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)];
const NAMES: &str = "jan=1 feb=2 mar=3 apr=4 may=5 jun=6 jul=7 aug=8 sep=9 oct=10 nov=11 dec=12 \
                     sun=0 mon=1 tue=2 wed=3 thu=4 fri=5 sat=6";

impl Line {
    /// Reads a line that is known to be right.
    pub fn read(text: &str) -> Self {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        assert_eq!(fields.len(), 5, "{text}");
        let allowed = [0, 1, 2, 3, 4].map(|i| {
            let mut values: Vec<u32> = fields[i].split(',').flat_map(|part| expand(part, LIMITS[i])).collect();
            if i == 4 && values.contains(&7) {
                values.push(0);
            }
            values
        });
        Self { allowed, asterisk: [0, 1, 2, 3, 4].map(|i| fields[i].starts_with('*')) }
    }

    pub fn day_matches(&self, date: &Date) -> bool {
        let [day, weekday] = [self.allowed[2].contains(&date.day), self.allowed[4].contains(&date.weekday)];
        let both = self.asterisk[2] || self.asterisk[4];
        self.allowed[3].contains(&date.month) && if both { day && weekday } else { day || weekday }
    }

    fn matches(&self, minute: &Minute) -> bool {
        self.time_matches(minute.wall) && self.day_matches(&minute.date)
    }

    pub fn time_matches(&self, wall: i64) -> bool {
        let of_day = u32::try_from(wall.rem_euclid(1440)).unwrap();
        self.allowed[0].contains(&(of_day % 60)) && self.allowed[1].contains(&(of_day / 60))
    }

    /// The minutes of the trail (since 1970, UTC) at which cron(8) would start the job.
    pub fn firings(&self, trail: &[Minute]) -> Vec<i64> {
        let wildcard = self.asterisk[0] || self.asterisk[1];
        let mut shown = trail[0].wall - 1;
        let mut firings = Vec::new();
        for minute in trail {
            let due = self.matches(minute);
            let fires = if wildcard {
                due
            } else {
                let skipped = || (shown + 1..minute.wall).any(|wall| self.matches(&Minute::at(0, wall)));
                minute.wall > shown && (due || skipped())
            };
            if fires {
                firings.push(minute.instant);
            }
            shown = shown.max(minute.wall);
        }
        firings
    }
}

fn expand(part: &str, (low, high): (u32, u32)) -> Vec<u32> {
    let (span, step) = part.split_once('/').unwrap_or((part, "1"));
    let (first, last) = match span.split_once('-') {
        _ if span == "*" => (low, high),
        Some((first, last)) => (value(first), value(last)),
        None => (value(span), value(span)),
    };
    // However long it is, it leads beyond the field.
    let step: u32 = step.parse().unwrap_or(u32::MAX);
    (first..=last).filter(|value| (value - first).is_multiple_of(step)).collect()
}

fn value(word: &str) -> u32 {
    let name = format!("{}=", word.to_lowercase());
    let named = NAMES.split(' ').find_map(|entry| entry.strip_prefix(name.as_str()));
    named.unwrap_or(word).parse().unwrap()
}

#[derive(Clone, Copy)]
pub struct Date {
    pub month: u32,
    pub day: u32,
    pub weekday: u32,
}

impl Date {
    /// Counts the days from 1 January 1970, a Thursday.
    pub fn of(days: i64) -> Self {
        let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let (mut year, mut left) = (1970, days);
        while left >= 365 + i64::from(leap(year)) {
            left -= 365 + i64::from(leap(year));
            year += 1;
        }
        let february = 28 + i64::from(leap(year));
        let mut month = 1;
        for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
            if left < length {
                break;
            }
            left -= length;
            month += 1;
        }
        Self { month, day: u32::try_from(left).unwrap() + 1, weekday: u32::try_from((days + 4) % 7).unwrap() }
    }
}

/// A real minute, and what the clock of a zone shows during it.
pub struct Minute {
    /// Minutes since 1970 in UTC.
    pub instant: i64,
    /// The same by the clock on the wall.
    wall: i64,
    date: Date,
}

impl Minute {
    fn at(instant: i64, wall: i64) -> Self {
        Self { instant, wall, date: Date::of(wall.div_euclid(1440)) }
    }
}

/// What the clock of `zone` shows during `count` minutes.
pub fn trail(zone: &TimeZone, first: i64, count: i64) -> Vec<Minute> {
    let wall = |instant: i64| {
        let offset = zone.to_offset(Timestamp::from_second(instant * 60).unwrap()).seconds();
        assert_eq!(offset % 60, 0, "whole minutes alone");
        instant + i64::from(offset / 60)
    };
    (first..first + count).map(|instant| Minute::at(instant, wall(instant))).collect()
}
