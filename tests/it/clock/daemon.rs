//! The daemon while its clock is set.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::PAGE;
use crate::support::{Flode, Origin, RECIPE, Running, list};

const YEARS: i64 = 10 * 365 * 86_400;

/// A daemon by a clock that a test can set.
struct House {
    flode: Flode,
    origin: Origin,
    daemon: Running,
}

impl House {
    /// `pace` seconds of its clock pass in one.
    fn open(start: &str, schedule: &str, pace: &str) -> Self {
        let origin = Origin::start();
        origin.html("/nyheter/", &list(PAGE));
        let flode = Flode::new(&format!(
            "[site]\ntitle = \"t\"\nlink = \"https://www.malaro.example/\"\ntime_zone = \"Europe/Stockholm\"\n[serve]\nlisten = \
             \"127.0.0.1:0\"\n[[source]]\nid = \"nyheter\"\nurl = \"{}\"\nschedule = \"{schedule}\"\n{RECIPE}",
            origin.url("/nyheter/")
        ));
        flode.write("shift", "0");
        let daemon =
            flode.start(&["run", "--now", start, "--speed", pace, "--shift", "shift"]).at_most(Duration::from_secs(40));
        let mut house = Self { flode, origin, daemon };
        house.next();
        house
    }

    /// Sets the clock, against the start of the program.
    fn set(&self, seconds: i64) {
        // Whole at every look.
        self.flode.write("shift.new", &seconds.to_string());
        std::fs::rename(self.flode.path("shift.new"), self.flode.path("shift")).unwrap();
    }

    /// What the next plan says: when the source is read next.
    fn next(&mut self) -> Timestamp {
        let line = self.daemon.wait_for_log("nyheter: next run at ");
        line.split("next run at ").nth(1).unwrap().parse().unwrap()
    }

    fn runs(&self) -> usize {
        self.origin.asked("/nyheter/").len()
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_jump_makes_up_one_run_and_back_again_it_goes_on() {
    // A quarter passes in 90 ms.
    let mut house = House::open("2026-03-02T09:31:00Z", "*/15 * * * *", "10000");
    for jump in [YEARS, 8 * 3600, 3600] {
        let (next, runs) = (house.next(), house.runs());
        house.set(jump);
        let after = loop {
            let after = house.next();
            if after > next + SignedDuration::from_mins(50) {
                break after;
            }
        };
        let quarters = house.runs() - runs;
        // The plans between were those of runs that were due before the clock was set.
        assert!(quarters <= 3, "{quarters} runs for one jump of {jump} s");
        assert_eq!(after.as_second() % 900, 0, "{after} is on the schedule");
        house.set(0);
        let back = loop {
            let back = house.next();
            if back < after - SignedDuration::from_mins(30) {
                break back;
            }
        };
        let runs = house.runs();
        assert!(back < at("2026-03-04T00:00:00Z"), "the source does not rest until {back}");
        while house.runs() < runs + 2 {
            house.next();
        }
    }
}

#[test]
fn a_clock_that_swings_does_not_overrun_a_host() {
    // A minute passes in 100 ms, and no two runs are closer.
    let mut house = House::open("2026-03-02T09:31:00Z", "* * * * *", "600");
    let (began, runs) = (Instant::now(), house.runs());
    for swing in 0..20 {
        house.set([3600, -3600, YEARS, 0][swing % 4]);
        house.next();
    }
    let most = began.elapsed().as_millis() / 85 + 2;
    let made = house.runs() - runs;
    assert!(u128::try_from(made).unwrap() <= most, "{made} runs in {:?}", began.elapsed());
}

#[test]
fn beyond_the_end_of_the_calendar_the_daemon_waits_for_a_better_clock() {
    let mut house = House::open("2026-03-02T09:31:00Z", "*/15 * * * *", "10000");
    house.next();
    house.set(100 * 365 * 86_400);
    house.daemon.wait_for_log("the schedule has no further run");
    let runs = house.runs();
    house.set(0);
    while house.runs() < runs + 2 {
        let next = house.next();
        assert!(next < at("2026-03-04T00:00:00Z"), "{next}");
    }
}

#[test]
fn a_day_on_which_the_zone_changes_its_clock_has_one_run_a_day() {
    for (start, wanted) in [
        ("2026-03-28T12:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]),
        ("2026-10-24T12:00:00Z", ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]),
    ] {
        // A day passes in four seconds.
        let mut house = House::open(start, "30 2 * * *", "20000");
        // The first plan was to read at once.
        let plans: Vec<Timestamp> = wanted.iter().map(|_| house.next()).collect();
        assert_eq!(plans, wanted.map(at), "{start}");
        assert_eq!(house.runs(), 2, "{start}");
        assert_eq!(house.flode.titles("all.rss").len(), 2);
    }
}
