//! From wall-clock times to instants, across every change of a zone's clock.
//!
//! cron(8) has two kinds of job, and here one rule for each. A job with `*` in front of its minute or hour fires
//! whenever the clock of the zone shows a matching time. Any other fires when that clock shows a matching time *or a
//! later one* for the first time: at the end of a gap for what was skipped, never again for what is repeated.
//!
//! The time line of a zone is walked in stretches of one offset from UTC; within a stretch wall-clock time and instant
//! differ by a constant, so that nothing is ever ambiguous.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::calendar::{Calendar, Wall};

/// A clock that is put back shows no known time again after this many seconds: offsets lie within 26 hours of UTC.
const LONGEST_REPEAT: i64 = 2 * 26 * 3600;

/// How a job takes a change of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// By what the clock shows: its minute or its hour begins with `*`.
    RealTime,
    /// Once for each time, skipped or repeated.
    FixedTime,
}

/// The first firing strictly later than `after`.
pub(super) fn next_firing(calendar: &Calendar, pace: Pace, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let mut changes = zone.following(after);
    let mut offset = i64::from(zone.to_offset(after).seconds());
    let mut start = second(after);
    // Everything up to here has had its turn.
    let mut done = match pace {
        Pace::RealTime => start + offset,
        Pace::FixedTime => highest_shown(start, offset, zone),
    };
    let mut asked = done;
    let mut wall = calendar.next(asked)?;
    loop {
        let change = changes.next();
        let end = change.as_ref().map_or(i64::MAX, |change| change.timestamp().as_second());
        // A fixed time in the gap before this stretch lies before its start.
        let firing = (wall - offset).max(start);
        if firing < end {
            return Timestamp::from_second(firing).ok();
        }
        let shown = end.saturating_add(offset) - 1;
        start = end;
        offset = i64::from(change?.offset().seconds());
        done = match pace {
            Pace::RealTime => start + offset - 1,
            Pace::FixedTime => done.max(shown),
        };
        // As long as nothing between the question and its answer is passed over, the answer stands.
        if !(asked..wall).contains(&done) {
            asked = done;
            wall = calendar.next(asked)?;
        }
    }
}

/// The latest time that the clock has shown at instant `now`, which is an earlier pass's while an hour is repeated.
fn highest_shown(now: i64, offset: i64, zone: &TimeZone) -> Wall {
    let Ok(from) = Timestamp::from_second(now.saturating_add(1)) else { return now + offset };
    let mut highest = now + offset;
    for change in zone.preceding(from) {
        let at = change.timestamp();
        if at.as_second() < now - LONGEST_REPEAT {
            break;
        }
        let before = Timestamp::from_second(at.as_second() - 1).unwrap_or(at);
        highest = highest.max(second(before) + i64::from(zone.to_offset(before).seconds()));
    }
    highest
}

/// The whole second that an instant lies in. (`as_second` rounds towards 1970.)
fn second(instant: Timestamp) -> i64 {
    instant.as_second() - i64::from(instant.subsec_nanosecond() < 0)
}
