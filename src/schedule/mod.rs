//! When a source is read: crontab(5), in the zone of the source. Pure.
//!
//! Three layers, each ignorant of the next. `crontab` reads the five fields as `man 5 crontab` (Vixie, Debian)
//! defines them. `calendar` asks the `cron` crate for the next time a wall clock shows that the fields match.
//! `clock` turns wall-clock times into instants, by the rules of cron(8) where the clock of a zone is changed.
//!
//! | the clock of the zone | minute and hour both fixed | minute or hour begins with `*` |
//! | --- | --- | --- |
//! | is put forward | what was skipped happens once, right after the change | goes by the new time |
//! | is put back | what is repeated happens in the first pass alone | happens in both passes |
//!
//! cron(8) calls a change of more than three hours a correction of the clock, and drops what was skipped. Here the
//! clock is that of a zone, and such a change is the zone's own (Samoa had no 30 December 2011): the table holds for it.

mod calendar;
mod clock;
mod crontab;
mod error;
mod field;
mod warning;

use std::fmt;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use calendar::Calendar;
use crontab::Crontab;
pub use error::ScheduleError;

/// How many firings [`Schedule::typical_gap`] looks at.
const GAP_FIRINGS: usize = 50;

/// A line of crontab(5) without its command: five fields, or a nickname such as `@daily`.
///
/// A clone shares the calendar. Two schedules are equal when they were written alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    text: String,
    crontab: Crontab,
    calendar: Calendar,
}

impl Schedule {
    /// Reads minute, hour, day of month, month and day of week, separated by blanks or tabs; or one of `@hourly`,
    /// `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly` and `@annually`.
    ///
    /// # Errors
    /// Whatever crontab(5) does not define, and a day that no year has (30 February), with the column.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        let fail = |(offset, fault)| ScheduleError::new(text, offset, fault);
        let crontab = Crontab::parse(text).map_err(fail)?;
        let calendar = Calendar::new(&crontab).map_err(|fault| fail((0, fault)))?;
        Ok(Self { text: text.to_owned(), crontab, calendar })
    }

    /// The first firing strictly later than `after`. `None` when there is none before 2101, where the calendar ends.
    ///
    /// Asked again with its own answer it never goes back, across any change of the clock.
    #[must_use]
    pub fn next_after(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        clock::next_firing(&self.calendar, self.crontab.pace(), after, zone)
    }

    /// The first firing later than `now` for which the source need not rest until `rest`, and which may be that moment.
    #[must_use]
    pub fn next_rested(&self, now: Timestamp, rest: Option<Timestamp>, zone: &TimeZone) -> Option<Timestamp> {
        let rested = rest.and_then(|until| until.checked_sub(SignedDuration::from_secs(1)).ok());
        self.next_after(rested.map_or(now, |rested| rested.max(now)), zone)
    }

    /// Whether there was a firing later than `last` and not later than `now`: a run to be made up, once.
    #[must_use]
    pub fn missed_between(&self, last: Timestamp, now: Timestamp, zone: &TimeZone) -> bool {
        self.next_after(last, zone).is_some_and(|firing| firing <= now)
    }

    /// The shortest time between two of the next 50 firings after `from`. `None` when fewer than two are left.
    #[must_use]
    pub fn typical_gap(&self, zone: &TimeZone, from: Timestamp) -> Option<Duration> {
        let mut firing = self.next_after(from, zone)?;
        let mut shortest = None;
        for _ in 1..GAP_FIRINGS {
            let Some(next) = self.next_after(firing, zone) else { break };
            let gap = Duration::try_from(next.duration_since(firing)).ok()?;
            shortest = Some(shortest.map_or(gap, |known: Duration| known.min(gap)));
            firing = next;
        }
        shortest
    }

    /// What crontab(5) takes differently from what the writer may have meant, in one sentence.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        warning::of(&self.text, &self.crontab)
    }
}

/// The text as it was written.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
