//! When the operator is told, and when not.
//!
//! | remembered | now | then |
//! | --- | --- | --- |
//! | nothing | well | nothing |
//! | nothing | failed | remembered; raised by the third failure in a row, or by the second when the first is an hour old |
//! | nothing | suspect, broken | raised at once |
//! | remembered, not told | well | forgotten: it passed by itself |
//! | told | worse than was told | raised again |
//! | told | not well | reminded, a day after it was last told |
//! | told | well | cleared when it has been well for half an hour |
//! | ended less than a day ago | not well | raised, and cleared only when it has been well for a day |
//!
//! The last row is for what comes and goes: after the first relapse it is told at most once a day, beside the raise itself.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Options;
use crate::model::{Alarm, Complaint, Condition, Event};

/// What follows from a run: what is remembered now (`None`: nothing), and what is told.
#[must_use]
pub fn after_run(
    memory: Option<&Alarm>,
    seen: Option<&Complaint>,
    now: Timestamp,
    options: &Options,
) -> (Option<Alarm>, Option<Event>) {
    match seen {
        Some(complaint) => {
            let alarm = worsen(memory, complaint, now);
            let told = unsaid(&alarm, now, options).then_some(Event::Raised);
            tell(alarm, told, now, options)
        }
        None => match memory {
            Some(alarm) if alarm.told.is_none() => (rest(alarm), None),
            Some(alarm) => {
                let alarm = Alarm { well_since: alarm.well_since.or(Some(now)), ..alarm.clone() };
                tell(alarm, None, now, options)
            }
            None => (None, None),
        },
    }
}

/// What follows from the passing of time alone.
#[must_use]
pub fn meanwhile(alarm: &Alarm, now: Timestamp, options: &Options) -> (Option<Alarm>, Option<Event>) {
    tell(alarm.clone(), None, now, options)
}

/// Whether the daemon puts a message together: what is to be told came at `first`, the last message at `last`.
#[must_use]
pub fn is_time(first: Timestamp, last: Option<Timestamp>, now: Timestamp, options: &Options) -> bool {
    // A clock that was set back keeps nobody waiting.
    let long_ago = |at: Timestamp, time| at > now || passed(at, now, time);
    long_ago(first, options.gather) && last.is_none_or(|last| long_ago(last, options.interval))
}

/// The alarm with one more run that was not well.
fn worsen(memory: Option<&Alarm>, complaint: &Complaint, now: Timestamp) -> Alarm {
    let fresh = Alarm {
        complaint: complaint.clone(),
        since: now,
        failures: 0,
        well_since: None,
        told: None,
        worst: None,
        ended: memory.and_then(|alarm| alarm.ended),
    };
    let alarm = memory.filter(|alarm| alarm.failures > 0).cloned().unwrap_or(fresh);
    let failures = alarm.failures.saturating_add(1);
    Alarm { complaint: complaint.clone(), failures, well_since: None, ..alarm }
}

/// Whether the alarm is to be told, and has not been, or not as bad as it is.
fn unsaid(alarm: &Alarm, now: Timestamp, options: &Options) -> bool {
    if alarm.told.is_some() {
        return alarm.worst.is_none_or(|worst| alarm.complaint.condition > worst);
    }
    alarm.complaint.condition > Condition::Failed
        || alarm.failures >= options.failures
        || (alarm.failures > 1 && passed(alarm.since, now, options.after))
}

/// Adds what time makes due.
fn tell(alarm: Alarm, event: Option<Event>, now: Timestamp, options: &Options) -> (Option<Alarm>, Option<Event>) {
    let event = event.or_else(|| due(&alarm, now, options));
    match event {
        Some(Event::Raised | Event::Reminded) => {
            let worst = alarm.worst.max(Some(alarm.complaint.condition));
            (Some(Alarm { told: Some(now), worst, ..alarm }), event)
        }
        Some(Event::Cleared) => (rest(&Alarm { ended: Some(now), ..alarm }), event),
        None if alarm.failures == 0 && !lately(alarm.ended, now, options) => (None, None),
        None => (Some(alarm), None),
    }
}

fn due(alarm: &Alarm, now: Timestamp, options: &Options) -> Option<Event> {
    let told = alarm.told?;
    match alarm.well_since {
        None => passed(told, now, options.reminder).then_some(Event::Reminded),
        Some(well) => {
            let relapse = lately(alarm.ended, alarm.since, options);
            let settle = if relapse { options.reminder.max(options.settle) } else { options.settle };
            passed(well, now, settle).then_some(Event::Cleared)
        }
    }
}

/// An alarm that is over: nothing is left of it but when the last one ended.
fn rest(alarm: &Alarm) -> Option<Alarm> {
    alarm.ended?;
    Some(Alarm { failures: 0, well_since: None, told: None, worst: None, ..alarm.clone() })
}

/// Whether the last alarm had ended not long before `at`.
fn lately(ended: Option<Timestamp>, at: Timestamp, options: &Options) -> bool {
    ended.is_some_and(|ended| !passed(ended, at, options.reminder))
}

fn passed(from: Timestamp, to: Timestamp, time: Duration) -> bool {
    to.duration_since(from) >= SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn complaint(condition: Condition) -> Complaint {
        Complaint::new(condition, "why", None)
    }

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + minutes * 60).expect("a time")
    }

    /// `minute state` with `f`ailed, `s`uspect, `b`roken, `w`ell, or `.` for nothing but time; what was told, and when.
    fn play(runs: &[(i64, char)]) -> Vec<(i64, &'static str)> {
        let options = Options::default();
        let mut memory: Option<Alarm> = None;
        let mut told = Vec::new();
        for &(minute, state) in runs {
            let now = at(minute);
            let seen = match state {
                'f' => Some(complaint(Condition::Failed)),
                's' => Some(complaint(Condition::Suspect)),
                'b' => Some(complaint(Condition::Broken)),
                _ => None,
            };
            let (next, event) = match (state, &memory) {
                ('.', None) => (None, None),
                ('.', Some(alarm)) => meanwhile(alarm, now, &options),
                _ => after_run(memory.as_ref(), seen.as_ref(), now, &options),
            };
            memory = next;
            told.extend(event.map(|event| (minute, event.word())));
        }
        told
    }

    const DAY: i64 = 24 * 60;

    #[test]
    fn the_table() {
        for (name, runs, want) in [
            ("well", vec![(0, 'w'), (15, 'w')], vec![]),
            ("two failures pass by themselves", vec![(0, 'f'), (1, 'f'), (3, 'w'), (18, 'f'), (19, 'f')], vec![]),
            ("the third is told", vec![(0, 'f'), (1, 'f'), (3, 'f'), (7, 'f')], vec![(3, "raised")]),
            ("time alone does not make a failure", vec![(0, 'f'), (600, '.')], vec![]),
            ("a second one an hour later does", vec![(0, 'f'), (60, 'f')], vec![(60, "raised")]),
            ("broken, at once and once", vec![(0, 'b'), (15, 'b'), (30, 'b')], vec![(0, "raised")]),
            ("suspect, then broken", vec![(0, 's'), (15, 'b'), (30, 's')], vec![(0, "raised"), (15, "raised")]),
            ("broken, then only out of reach", vec![(0, 'b'), (15, 'f'), (30, 'f'), (45, 'f')], vec![(0, "raised")]),
            (
                "well again, after half an hour",
                vec![(0, 'b'), (15, 'w'), (30, 'w'), (45, 'w')],
                vec![(0, "raised"), (45, "cleared")],
            ),
            (
                "time alone clears",
                vec![(0, 'b'), (DAY, 'w'), (DAY + 29, '.'), (DAY + 30, '.')],
                vec![(0, "raised"), (DAY + 30, "cleared")],
            ),
            (
                "a reminder a day",
                vec![(0, 'b'), (DAY - 1, 'b'), (DAY, '.'), (DAY + 15, 'b'), (2 * DAY, 'b')],
                vec![(0, "raised"), (DAY, "reminded"), (2 * DAY, "reminded")],
            ),
            ("a short relief is none", vec![(0, 'b'), (15, 'w'), (30, 'b'), (45, 'w'), (60, 'b')], vec![(0, "raised")]),
            (
                "a relapse ends after a day",
                vec![(0, 'b'), (1, 'w'), (31, '.'), (60, 'b'), (90, 'w'), (150, '.'), (90 + DAY, '.')],
                vec![(0, "raised"), (31, "cleared"), (60, "raised"), (90 + DAY, "cleared")],
            ),
            (
                "what did not count between is no end",
                vec![(0, 'b'), (1, 'w'), (31, '.'), (40, 'f'), (41, 'w'), (60, 'b'), (90, 'w'), (150, '.')],
                vec![(0, "raised"), (31, "cleared"), (60, "raised")],
            ),
            (
                "after a quiet day, all is new",
                vec![(0, 'b'), (1, 'w'), (31, '.'), (31 + DAY, '.'), (40 + DAY, 'b'), (41 + DAY, 'w'), (71 + DAY, '.')],
                vec![(0, "raised"), (31, "cleared"), (40 + DAY, "raised"), (71 + DAY, "cleared")],
            ),
            ("a clock that was set back", vec![(100, 'b'), (0, 'b'), (10, 'w'), (20, '.')], vec![(100, "raised")]),
        ] {
            assert_eq!(play(&runs), want, "{name}");
        }
    }

    #[test]
    fn messages_are_gathered_and_kept_apart() {
        let options = Options::default();
        for (first, last, now, want) in [
            (0, None, 0, false),
            (0, None, 1, true),
            (15, Some(10), 17, false),
            (15, Some(10), 20, true),
            (15, Some(10), 5, true),
        ] {
            assert_eq!(is_time(at(first), last.map(at), at(now), &options), want, "{first} {last:?} {now}");
        }
    }

    #[test]
    fn what_comes_and_goes_for_a_month_is_told_about_once_a_day() {
        let runs: Vec<_> = (0..30 * 24).map(|hour| (hour * 60, if hour % 2 == 0 { 'b' } else { 'w' })).collect();
        let told = play(&runs);
        assert!(told.len() <= 32, "{}", told.len());
        assert!(told.len() >= 29, "{}", told.len());
    }

    fn runs() -> impl Strategy<Value = Vec<(i64, char)>> {
        let state = prop::sample::select(vec!['f', 's', 'b', 'w', 'w', '.']);
        prop::collection::vec((prop::sample::select(vec![1_i64, 15, 31, 61, 240, DAY]), state), 1..200).prop_map(
            |steps| {
                let mut minute = 0;
                let timed = steps.into_iter().map(|(wait, state)| {
                    minute += wait;
                    (minute, state)
                });
                timed.collect()
            },
        )
    }

    proptest! {
        #[test]
        fn whatever_happens_the_messages_are_few(runs in runs()) {
            let told = play(&runs);
            let span = runs.last().map_or(0, |last| last.0) - runs.first().map_or(0, |first| first.0);
            // An episode may be raised for each of three conditions, reminded of daily, and cleared; two of them end at least a day apart,
            // but for the first.
            let bound = 5 * (usize::try_from(span / DAY).expect("forward") + 2);
            prop_assert!(told.len() <= bound, "{} messages, at most {bound}", told.len());
        }

        #[test]
        fn whatever_lasts_is_told(runs in runs(), state in prop::sample::select(vec!['f', 's', 'b'])) {
            let last = runs.last().map_or(0, |last| last.0);
            let mut runs = runs;
            runs.extend((1..=3).map(|n| (last + n * 15, state)));
            let told = play(&runs);
            let open = told.iter().rposition(|(_, word)| *word != "cleared");
            let ended = told.iter().rposition(|(_, word)| *word == "cleared");
            prop_assert!(open > ended, "{told:?}");
        }

        #[test]
        fn every_end_is_told_and_told_once(runs in runs()) {
            let last = runs.last().map_or(0, |last| last.0);
            let mut runs = runs;
            runs.extend([(last + 1, 'w'), (last + 2 + 2 * DAY, '.'), (last + 3 + 4 * DAY, '.')]);
            let told = play(&runs);
            prop_assert!(told.last().is_none_or(|(_, word)| *word == "cleared"), "{told:?}");
            for pair in told.windows(2) {
                prop_assert!(pair[0].1 != "cleared" || pair[1].1 == "raised", "{told:?}");
            }
        }
    }
}
