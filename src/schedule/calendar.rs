//! The next time a wall clock shows that the fields match: the `cron` crate, told exactly what to look for.
//!
//! Left to itself `cron` reads a dialect (six fields, Sunday is 1, both day fields always joined by AND) and loses its
//! way where the clock of a zone is changed. So it is handed the sets that were read, written out as lists, and times
//! in UTC that *mean* wall-clock time: no zone, no change of the clock.

use std::fmt::Write as _;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::crontab::Crontab;
use super::error::Fault;
use super::field::Values;

/// A wall-clock time: the seconds from 1970-01-01 00:00 to it, by the same clock.
pub(super) type Wall = i64;

/// One schedule of the `cron` crate, or two of which the earlier counts: crontab(5) joins the day fields by OR when
/// both are restricted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Calendar(Arc<[cron::Schedule]>);

impl Calendar {
    pub(super) fn new(crontab: &Crontab) -> Result<Self, Fault> {
        let days = [list(crontab.day_of_month, 0), list(crontab.day_of_week, 1)];
        let [of_month, of_week] = &days;
        let pairs = if crontab.either_day() {
            vec![(of_month.as_str(), "*"), ("*", of_week.as_str())]
        } else {
            vec![(of_month.as_str(), of_week.as_str())]
        };
        let (minute, hour, month) = (list(crontab.minute, 0), list(crontab.hour, 0), list(crontab.month, 0));
        let schedule = |(of_month, of_week)| {
            let line = format!("0 {minute} {hour} {of_month} {month} {of_week}");
            cron::Schedule::from_str(&line).map_err(|error| Fault::Calendar(error.to_string()))
        };
        pairs.into_iter().map(schedule).collect::<Result<_, _>>().map(Self)
    }

    /// The first match strictly later than `wall`, from 1970 to 2100.
    pub(super) fn next(&self, wall: Wall) -> Option<Wall> {
        // `cron` knows no year before 1970 and finds nothing from there.
        let after = DateTime::<Utc>::from_timestamp(wall.max(-1), 0)?;
        let firsts = self.0.iter().filter_map(|schedule| schedule.after(&after).next());
        firsts.map(|first| first.timestamp()).min()
    }
}

/// The values as `cron` reads them. Its days of the week are counted from 1.
fn list(values: Values, shift: u32) -> String {
    if values.full {
        return "*".to_owned();
    }
    let mut list = String::new();
    for value in values.set.iter() {
        let comma = if list.is_empty() { "" } else { "," };
        // Writing to a string does not fail.
        let _ = write!(list, "{comma}{}", value + shift);
    }
    list
}
