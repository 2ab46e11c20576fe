//! The program held against the oracle.

use std::time::Duration;

use flode::schedule::Schedule;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::random::Random;
use super::{schedule, zone};
use crate::invariants::oracle::{Date, Line, Minute, trail};

/// How many lines each comparison makes up.
fn cases() -> u32 {
    std::env::var("FLODE_CRON_CASES").map_or(3000, |count| count.parse().unwrap())
}

fn minutes(instant: i64) -> Timestamp {
    Timestamp::from_second(instant * 60).unwrap()
}

fn is_never(line: &str) -> bool {
    Schedule::parse(line).is_err_and(|error| error.sentence().starts_with("never: "))
}

/// Without changes of the clock: the next firings after a random moment, years away if need be.
#[test]
fn agrees_with_a_walk_through_the_minutes_of_utc() {
    // 2024 to 2071: 29 February falls on each day of the week.
    let days: Vec<(i64, Date)> = (19_723..37_255).map(|day| (day, Date::of(day))).collect();
    let (mut random, mut firings, mut nevers) = (Random(1), 0, 0);
    for case in 0..cases() {
        let text = if case % 25 == 0 { random.late_day() } else { random.line(40) };
        let line = Line::read(&text);
        if is_never(&text) {
            nevers += 1;
            assert!(!days.iter().any(|(_, date)| line.day_matches(date)), "`{text}` does fire");
            continue;
        }
        let schedule = schedule(&text);
        let from = random.below(8 * 366) as usize;
        let mut now = random.moment(days[from].0 * 1440, 1440);
        let matching = days[from..].iter().filter(|(_, date)| line.day_matches(date));
        let walk =
            matching.flat_map(|(day, _)| day * 1440..(day + 1) * 1440).filter(|minute| line.time_matches(*minute));
        let start = now;
        for wanted in walk.map(minutes).filter(|minute| *minute > start).take(4) {
            assert_eq!(schedule.next_after(now, &TimeZone::UTC), Some(wanted), "`{text}` after {now}");
            now = wanted;
            firings += 1;
        }
        assert!(now > start, "`{text}` is taken, and never fires");
    }
    println!("UTC: {} lines, {firings} firings compared; {nevers} never fire", cases());
}

/// Zones, and the years whose changes of the clock are looked at.
const ZONES: [(&str, i16, i16); 8] = [
    ("Europe/Stockholm", 2024, 2031),
    ("Africa/Cairo", 2024, 2031),
    ("Australia/Lord_Howe", 2024, 2031),
    ("America/New_York", 2024, 2031),
    ("Africa/Casablanca", 2024, 2031),
    ("Antarctica/Troll", 2024, 2031),
    ("Pacific/Apia", 2009, 2013),
    ("Asia/Pyongyang", 2014, 2019),
];

struct Window {
    zone: TimeZone,
    name: &'static str,
    trail: Vec<Minute>,
}

/// More than a day on each side of every change of the clock.
fn windows() -> Vec<Window> {
    let mut windows = Vec::new();
    for (name, from, to) in ZONES {
        let zone = zone(name);
        let start = |year| jiff::civil::date(year, 1, 1).to_zoned(TimeZone::UTC).unwrap().timestamp();
        let changes = zone.following(start(from)).map(|change| change.timestamp()).take_while(|at| *at < start(to));
        for change in changes {
            let trail = trail(&zone, change.as_second() / 60 - 27 * 60, 54 * 60);
            windows.push(Window { zone: zone.clone(), name, trail });
        }
    }
    windows
}

/// Around every change of the clock: all firings in order, and the next one after random moments.
#[test]
fn agrees_with_a_walk_through_the_minutes_around_changes_of_the_clock() {
    let windows = windows();
    let (mut random, mut firings, mut starts) = (Random(2), 0, 0);
    for case in 0..cases() {
        let text = random.line(75);
        if is_never(&text) {
            continue;
        }
        let Window { zone, name, trail } = &windows[case as usize % windows.len()];
        let wanted: Vec<Timestamp> = Line::read(&text).firings(trail).into_iter().map(minutes).collect();
        let schedule = schedule(&text);
        let (first, end) = (trail[0].instant, trail[trail.len() - 1].instant);
        let before = minutes(first) - Duration::from_nanos(1);
        let firing = |after: &Timestamp| {
            let next = schedule.next_after(*after, zone);
            assert!(next.is_none_or(|next| next > *after), "`{text}` in {name} goes back from {after} to {next:?}");
            next
        };
        let got: Vec<Timestamp> =
            std::iter::successors(firing(&before), firing).take_while(|at| *at <= minutes(end)).collect();
        assert_eq!(got, wanted, "`{text}` in {name} from {before}");
        firings += wanted.len();
        for _ in 0..5 {
            let now = random.moment(first, 54 * 60);
            let wanted = wanted.iter().find(|at| **at > now).copied();
            assert_eq!(firing(&now).filter(|at| *at <= minutes(end)), wanted, "`{text}` in {name} after {now}");
            starts += 1;
        }
    }
    println!("{} changes: {} lines, {firings} firings and {starts} starts compared", windows.len(), cases());
}
