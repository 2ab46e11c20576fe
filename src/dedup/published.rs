//! The moment an item is published at: decided once, when it is first seen, and never changed.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::model::PageDate;

/// A page's date may be this far ahead of the clock before it counts as one of the future: clocks differ.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);

/// When an item that is first seen `now`, at a `place` on the page (0 is the newest), is published.
///
/// | the page says | published |
/// | --- | --- |
/// | a day and a time | then |
/// | today | now, not before the day began |
/// | an earlier day | noon of that day, so that it is the same day in nearly every zone |
/// | a month that is over | noon of its last day |
/// | this month, nothing, or a date in the future | now |
///
/// Except for a day with a time, each place takes a second off, so that every reader sorts the items as the page does.
///
/// `before`: it stands in the past of the list, below an item that was published then, so many places above; what has no
/// date was published before that.
pub(super) fn published(
    date: Option<PageDate>,
    place: usize,
    now: Timestamp,
    zone: &TimeZone,
    before: Option<(Timestamp, usize)>,
) -> Timestamp {
    if let (None, Some((newer, places))) = (date, before) {
        return whole(newer - seconds(places));
    }
    let spacing = seconds(place);
    let today = now.to_zoned(zone.clone()).date();
    let noon = |day: Date| instant(day, Time::midnight() + SignedDuration::from_hours(12), zone).unwrap_or(now);
    let moment = match date {
        Some(PageDate::Instant(at)) if at <= now + AHEAD => return whole(at),
        Some(PageDate::Day(day)) if day < today => noon(day) - spacing,
        Some(PageDate::Day(day)) if day == today => {
            (now - spacing).max(instant(day, Time::midnight(), zone).unwrap_or(now))
        }
        Some(PageDate::Month(first)) if first.last_of_month() < today => noon(first.last_of_month()) - spacing,
        _ => now - spacing,
    };
    whole(moment)
}

/// A second for each place.
fn seconds(places: usize) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(places).unwrap_or(i64::MAX).min(86_400))
}

/// Whether two dates are both known to the day and apart by more than `limit`.
pub(super) fn apart(one: Option<PageDate>, other: Option<PageDate>, limit: SignedDuration, zone: &TimeZone) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return false };
    if let (PageDate::Instant(a), PageDate::Instant(b)) = (one, other) {
        return a.duration_since(b).abs() > limit;
    }
    // Counted on the calendar: the day of a clock change has 23 or 25 hours.
    day(one, zone).zip(day(other, zone)).is_some_and(|(a, b)| a.duration_since(b).abs() > limit)
}

/// The day of a date that is known to the day.
pub(super) fn day(date: PageDate, zone: &TimeZone) -> Option<Date> {
    match date {
        PageDate::Instant(at) => Some(at.to_zoned(zone.clone()).date()),
        PageDate::Day(day) => Some(day),
        PageDate::Month(_) => None,
    }
}

fn instant(day: Date, time: Time, zone: &TimeZone) -> Option<Timestamp> {
    day.to_datetime(time).to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
}

/// Feeds have whole seconds.
fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stockholm() -> TimeZone {
        TimeZone::get("Europe/Stockholm").expect("a zone")
    }

    #[test]
    fn the_table() {
        // 10:30 in Stockholm.
        let now: Timestamp = "2026-03-02T09:30:00Z".parse().expect("an instant");
        for (date, place, want) in [
            (Some("2026-03-02T08:15:00Z"), 7, "2026-03-02T08:15:00Z"),
            (Some("2026-03-02T08:15:00.9Z"), 0, "2026-03-02T08:15:00Z"),
            (Some("2026-03-02T09:30:00Z"), 5, "2026-03-02T09:30:00Z"),
            (Some("2026-03-02T10:29:00Z"), 0, "2026-03-02T10:29:00Z"),
            (Some("2026-03-02T10:31:00Z"), 2, "2026-03-02T09:29:58Z"),
            (Some("2026-03-02"), 0, "2026-03-02T09:30:00Z"),
            (Some("2026-03-02"), 3, "2026-03-02T09:29:57Z"),
            (Some("2026-03-01"), 3, "2026-03-01T10:59:57Z"),
            (Some("2022-07-20"), 0, "2022-07-20T10:00:00Z"),
            (Some("2026-03-03"), 1, "2026-03-02T09:29:59Z"),
            (Some("2026-02"), 0, "2026-02-28T11:00:00Z"),
            (Some("2026-03"), 0, "2026-03-02T09:30:00Z"),
            (Some("2027-01"), 0, "2026-03-02T09:30:00Z"),
            (None, 0, "2026-03-02T09:30:00Z"),
            (None, 19, "2026-03-02T09:29:41Z"),
        ] {
            let date = date.map(|d| d.parse().expect("a date"));
            assert_eq!(published(date, place, now, &stockholm(), None).to_string(), want, "{date:?} at {place}");
        }
    }

    #[test]
    fn today_does_not_slip_into_yesterday() {
        // 00:00:02 in Stockholm.
        let now: Timestamp = "2026-03-01T23:00:02Z".parse().expect("an instant");
        let day: PageDate = "2026-03-02".parse().expect("a date");
        assert_eq!(published(Some(day), 9, now, &stockholm(), None).to_string(), "2026-03-01T23:00:00Z");
    }

    #[test]
    fn dates_are_apart_by_more_than_the_limit() {
        let day = SignedDuration::from_hours(24);
        for (a, b, want) in [
            ("2026-03-02", "2026-03-03", false),
            ("2026-03-02", "2026-03-04", true),
            ("2026-10-25", "2026-10-26", false), // 25 hours
            ("2026-03-02T10:00:00Z", "2026-03-03T10:00:00Z", false),
            ("2026-03-02T10:00:00Z", "2026-03-03T10:00:01Z", true),
            ("2026-03-02T23:30:00Z", "2026-03-04", false), // the third in Stockholm
            ("2026-03", "2026-05", false),
        ] {
            let (one, other) = (a.parse().ok(), b.parse().ok());
            assert_eq!(apart(one, other, day, &stockholm()), want, "{a} {b}");
            assert_eq!(apart(other, one, day, &stockholm()), want, "{b} {a}");
        }
        assert!(!apart(None, "2026-03-02".parse().ok(), day, &stockholm()));
    }
}
