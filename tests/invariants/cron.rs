//! Lines of crontab(5), held against the oracle of the schedule's own tests.

use flode::schedule::Schedule;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::bytes::Bytes;
use super::oracle::{Line, trail};

/// A zone, and a moment about which its clock is changed.
const CHANGES: [(&str, &str); 8] = [
    ("UTC", "2024-02-28T12:00:00Z"),
    ("Europe/Stockholm", "2024-03-31T01:00:00Z"),
    ("Europe/Stockholm", "2024-10-27T01:00:00Z"),
    ("Australia/Lord_Howe", "2024-04-06T15:00:00Z"),
    ("Africa/Casablanca", "2024-03-10T02:00:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ("Antarctica/Troll", "2024-03-31T01:00:00Z"),
    ("America/New_York", "2024-11-03T06:00:00Z"),
];

/// Minutes that are walked through.
const WINDOW: i64 = 40 * 60;

/// The first byte is the zone, the second where to start, the rest the line.
pub fn cron(data: &[u8]) {
    let mut bytes = Bytes(data);
    let (name, change) = bytes.one_of(&CHANGES);
    let late = i64::from(bytes.byte()) * 7;
    let Ok(text) = std::str::from_utf8(bytes.0) else { return };
    let schedule = match Schedule::parse(text) {
        Ok(schedule) => schedule,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert_eq!(schedule.to_string(), text);
    assert_eq!(Schedule::parse(text).as_ref(), Ok(&schedule));
    assert!(schedule.warning().is_none_or(|warning| !warning.chars().any(char::is_control)));
    let zone = TimeZone::get(name).expect("a zone");
    let change: Timestamp = change.parse().expect("an instant");
    let first = change.as_second() / 60 - WINDOW / 2;
    let minute = |instant: i64| Timestamp::from_second(instant * 60).expect("an instant");
    let start = minute(first + late % WINDOW);
    let fired: Vec<Timestamp> = firings(&schedule, &zone, start, minute(first + WINDOW - 1));
    if !text.trim().starts_with('@') {
        let trail = trail(&zone, first, WINDOW);
        let wanted = Line::read(text).firings(&trail).into_iter().map(minute).filter(|at| *at > start);
        assert_eq!(fired, wanted.collect::<Vec<_>>(), "`{text}` in {name} after {start}");
    }
}

/// Each later than the one before, and all those up to `end`.
fn firings(schedule: &Schedule, zone: &TimeZone, start: Timestamp, end: Timestamp) -> Vec<Timestamp> {
    let mut fired = Vec::new();
    let mut now = start;
    while let Some(next) = schedule.next_after(now, zone) {
        assert!(next > now, "goes back from {now} to {next}");
        if next > end {
            break;
        }
        fired.push(next);
        now = next;
    }
    fired
}
