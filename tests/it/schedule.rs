//! Schedules: answers written out by hand, a comparison with a walk through every minute, and every refusal.

mod comparison;
mod random;

use flode::schedule::Schedule;
use jiff::Timestamp;
use jiff::tz::TimeZone;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn schedule(text: &str) -> Schedule {
    Schedule::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// Line, zone, start, and the firings that follow, each found with a calendar of paper.
#[rustfmt::skip]
const KNOWN: &[(&str, &str, &str, &[&str])] = &[
    // The example of the sample configuration.
    ("*/15 6-22 * * *", "Europe/Stockholm", "2026-03-02T22:40+01", &[
        "2026-03-02T22:45+01", "2026-03-03T06:00+01", "2026-03-03T06:15+01",
    ]),
    // Strictly later: the start is a firing itself, or lies within its minute.
    ("5 4 * * *", "UTC", "2026-01-01T04:05Z", &["2026-01-02T04:05Z"]),
    ("5 4 * * *", "UTC", "2026-01-01T04:05:00.001Z", &["2026-01-02T04:05Z"]),
    ("5 4 * * *", "UTC", "2026-01-01T04:04:59.999Z", &["2026-01-01T04:05Z", "2026-01-02T04:05Z"]),
    ("5 4 * * *", "UTC", "1969-12-31T23:59:59.5Z", &["1970-01-01T04:05Z"]),
    ("0 0 1 1 *", "UTC", "1969-12-31T23:59:59.5Z", &["1970-01-01T00:00Z", "1971-01-01T00:00Z"]),
    // Both day fields restricted: either is enough. 1 January 2026 is a Thursday.
    ("30 4 1,15 * 5", "UTC", "2026-01-01T04:30Z", &[
        "2026-01-02T04:30Z", "2026-01-09T04:30Z", "2026-01-15T04:30Z", "2026-01-16T04:30Z", "2026-01-23T04:30Z",
    ]),
    ("0 12 13 2 fri", "UTC", "2026-02-06T12:00Z", &["2026-02-13T12:00Z", "2026-02-20T12:00Z", "2026-02-27T12:00Z", "2027-02-05T12:00Z"]),
    ("0 0 30 2 mon", "UTC", "2026-01-01T00:00Z", &["2026-02-02T00:00Z", "2026-02-09T00:00Z"]),
    // One begins with an asterisk: both must match. Odd days that are Sundays; Mondays in the first week.
    ("0 0 */2 * sun", "UTC", "2026-01-01T00:00Z", &["2026-01-11T00:00Z", "2026-01-25T00:00Z", "2026-02-01T00:00Z", "2026-02-15T00:00Z"]),
    ("0 0 1-7 * */6", "UTC", "2026-01-01T00:00Z", &["2026-01-03T00:00Z", "2026-01-04T00:00Z", "2026-02-01T00:00Z", "2026-02-07T00:00Z"]),
    // Sunday by each of its names, also as the end of a range.
    ("0 9 * * 0", "UTC", "2026-01-01T00:00Z", &["2026-01-04T09:00Z", "2026-01-11T09:00Z"]),
    ("0 9 * * 7", "UTC", "2026-01-01T00:00Z", &["2026-01-04T09:00Z", "2026-01-11T09:00Z"]),
    ("0 9 * * sUn", "UTC", "2026-01-01T00:00Z", &["2026-01-04T09:00Z", "2026-01-11T09:00Z"]),
    ("0 9 * * Sat-7", "UTC", "2026-01-01T00:00Z", &["2026-01-03T09:00Z", "2026-01-04T09:00Z", "2026-01-10T09:00Z"]),
    ("0 9 * * */7", "UTC", "2026-01-01T00:00Z", &["2026-01-04T09:00Z", "2026-01-11T09:00Z"]),
    // Ranges, steps, lists, names, leading zeros, tabs.
    ("08,10-20/5\t7  * Feb-4/2,DEC *", "UTC", "2026-04-30T07:15Z", &["2026-04-30T07:20Z", "2026-12-01T07:08Z", "2026-12-01T07:10Z", "2026-12-01T07:15Z", "2026-12-01T07:20Z", "2026-12-02T07:08Z"]),
    ("*/90 0 1 1 *", "UTC", "2026-01-01T00:00Z", &["2027-01-01T00:00Z"]),
    // Days that not every month or year has. The calendar ends with 2100, which is no leap year.
    ("0 0 31 * *", "UTC", "2026-01-31T00:00Z", &["2026-03-31T00:00Z", "2026-05-31T00:00Z", "2026-07-31T00:00Z", "2026-08-31T00:00Z"]),
    ("0 0 29 2 *", "UTC", "2026-01-01T00:00Z", &["2028-02-29T00:00Z", "2032-02-29T00:00Z"]),
    ("0 0 29 2 *", "Europe/Stockholm", "2092-03-01T00:00+01", &["2096-02-29T00:00+01", ""]),
    ("0 0 29 2 */7", "UTC", "2026-01-01T00:00Z", &["2032-02-29T00:00Z", "2060-02-29T00:00Z"]),
    // Nicknames.
    ("@hourly", "UTC", "2026-01-01T00:10Z", &["2026-01-01T01:00Z", "2026-01-01T02:00Z"]),
    ("@Daily", "UTC", "2026-01-01T00:10Z", &["2026-01-02T00:00Z", "2026-01-03T00:00Z"]),
    ("@midnight", "UTC", "2026-01-01T00:10Z", &["2026-01-02T00:00Z", "2026-01-03T00:00Z"]),
    ("@weekly", "UTC", "2026-01-01T00:10Z", &["2026-01-04T00:00Z", "2026-01-11T00:00Z"]),
    (" @MONTHLY ", "UTC", "2026-01-01T00:10Z", &["2026-02-01T00:00Z", "2026-03-01T00:00Z"]),
    ("@yearly", "UTC", "2026-01-01T00:10Z", &["2027-01-01T00:00Z", "2028-01-01T00:00Z"]),
    ("@annually", "UTC", "2026-01-01T00:10Z", &["2027-01-01T00:00Z", "2028-01-01T00:00Z"]),
    // Sweden, 29 March 2026: 02:00 becomes 03:00. What was skipped happens once.
    ("30 2 * * *", "Europe/Stockholm", "2026-03-28T00:00+01", &["2026-03-28T02:30+01", "2026-03-29T03:00+02", "2026-03-30T02:30+02"]),
    ("0,30 2 * * *", "Europe/Stockholm", "2026-03-29T00:00+01", &["2026-03-29T03:00+02", "2026-03-30T02:00+02"]),
    ("0 2,3 * * *", "Europe/Stockholm", "2026-03-29T00:00+01", &["2026-03-29T03:00+02", "2026-03-30T02:00+02"]),
    ("30 1-4 * * *", "Europe/Stockholm", "2026-03-29T00:00+01", &["2026-03-29T01:30+01", "2026-03-29T03:00+02", "2026-03-29T03:30+02", "2026-03-29T04:30+02"]),
    ("30 2 29 3 *", "Europe/Stockholm", "2026-01-01T00:00+01", &["2026-03-29T03:00+02", "2027-03-29T02:30+02"]),
    // Jobs with an asterisk go by the new time.
    ("*/30 * * * *", "Europe/Stockholm", "2026-03-29T01:00+01", &["2026-03-29T01:30+01", "2026-03-29T03:00+02", "2026-03-29T03:30+02"]),
    ("15 */2 * * *", "Europe/Stockholm", "2026-03-29T00:00+01", &["2026-03-29T00:15+01", "2026-03-29T04:15+02"]),
    ("*/30 2 * * *", "Europe/Stockholm", "2026-03-28T02:00+01", &["2026-03-28T02:30+01", "2026-03-30T02:00+02"]),
    ("@hourly", "Europe/Stockholm", "2026-03-29T00:30+01", &["2026-03-29T01:00+01", "2026-03-29T03:00+02"]),
    // Sweden, 25 October 2026: 03:00 becomes 02:00. Fixed times happen in the first pass, also when asked in the second.
    ("30 2 * * *", "Europe/Stockholm", "2026-10-24T12:00+02", &["2026-10-25T02:30+02", "2026-10-26T02:30+01"]),
    ("30 2 * * *", "Europe/Stockholm", "2026-10-25T02:10+01", &["2026-10-26T02:30+01"]),
    ("0,30 2,3 * * *", "Europe/Stockholm", "2026-10-25T01:00+02", &["2026-10-25T02:00+02", "2026-10-25T02:30+02", "2026-10-25T03:00+01", "2026-10-25T03:30+01"]),
    ("*/30 * * * *", "Europe/Stockholm", "2026-10-25T02:10+02", &["2026-10-25T02:30+02", "2026-10-25T02:00+01", "2026-10-25T02:30+01", "2026-10-25T03:00+01"]),
    ("@hourly", "Europe/Stockholm", "2026-10-25T01:30+02", &["2026-10-25T02:00+02", "2026-10-25T02:00+01", "2026-10-25T03:00+01"]),
    ("@daily", "Europe/Stockholm", "2026-10-24T12:00+02", &["2026-10-25T00:00+02", "2026-10-26T00:00+01"]),
    // Cairo, 24 April 2026 has no midnight; 29 October 2026 has its last hour twice.
    ("0 0 * * *", "Africa/Cairo", "2026-04-22T12:00+02", &["2026-04-23T00:00+02", "2026-04-24T01:00+03", "2026-04-25T00:00+03"]),
    ("0 0 24 4 *", "Africa/Cairo", "2026-01-01T00:00+02", &["2026-04-24T01:00+03"]),
    ("30 23 * * *", "Africa/Cairo", "2026-10-29T12:00+03", &["2026-10-29T23:30+03", "2026-10-30T23:30+02"]),
    ("@daily", "Africa/Cairo", "2026-10-29T12:00+03", &["2026-10-30T00:00+02", "2026-10-31T00:00+02"]),
    // Lord Howe, half an hour: forward on 4 October 2026 at 02:00, back on 5 April 2026 at 02:00.
    ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00+10:30", &["2026-10-03T02:15+10:30", "2026-10-04T02:30+11", "2026-10-05T02:15+11"]),
    ("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00+11", &["2026-04-04T01:45+11", "2026-04-05T01:45+11", "2026-04-06T01:45+10:30"]),
    ("*/15 1 * * *", "Australia/Lord_Howe", "2026-04-05T01:15+11", &["2026-04-05T01:30+11", "2026-04-05T01:45+11", "2026-04-05T01:30+10:30", "2026-04-05T01:45+10:30", "2026-04-06T01:00+10:30"]),
    // New York, 8 March and 1 November 2026, at 02:00.
    ("5 2 * * 0", "America/New_York", "2026-03-02T00:00-05", &["2026-03-08T03:00-04", "2026-03-15T02:05-04"]),
    ("5 1 * * *", "America/New_York", "2026-10-31T12:00-04", &["2026-11-01T01:05-04", "2026-11-02T01:05-05"]),
    // Liberia was 44 minutes and 30 seconds behind UTC until 7 January 1972 at 00:00.
    ("0 0 * * *", "Africa/Monrovia", "1972-01-05T12:00Z", &["1972-01-06T00:44:30Z", "1972-01-07T00:44:30Z", "1972-01-08T00:00Z"]),
    ("*/5 * * * *", "Africa/Monrovia", "1972-01-07T00:35Z", &["1972-01-07T00:39:30Z", "1972-01-07T00:45Z"]),
    // Samoa had no 30 December 2011.
    ("0 8 * * *", "Pacific/Apia", "2011-12-29T00:00-10", &["2011-12-29T08:00-10", "2011-12-31T00:00+14", "2011-12-31T08:00+14"]),
    ("0 8 30 12 *", "Pacific/Apia", "2011-06-01T00:00-11", &["2011-12-31T00:00+14", "2012-12-30T08:00+14"]),
    ("0 */6 * * *", "Pacific/Apia", "2011-12-29T12:00-10", &["2011-12-29T18:00-10", "2011-12-31T00:00+14"]),
];

#[test]
fn answers_written_by_hand() {
    for (line, name, start, expected) in KNOWN {
        let (schedule, zone) = (schedule(line), zone(name));
        assert_eq!(schedule.to_string(), *line, "the text is given back");
        let mut now = at(start);
        for wanted in *expected {
            let next = schedule.next_after(now, &zone);
            let wanted = if wanted.is_empty() { None } else { Some(at(wanted)) };
            assert_eq!(next, wanted, "`{line}` in {name} after {now}");
            now = next.unwrap_or(now);
        }
    }
}

/// Line, column, sentence.
#[rustfmt::skip]
const REFUSED: &[(&str, usize, &str)] = &[
    ("", 1, "no fields: crontab(5) has five; minute, hour, day of month, month and day of week are missing"),
    (" \t ", 1, "no fields: crontab(5) has five; minute, hour, day of month, month and day of week are missing"),
    ("0 9 ", 4, "two fields: crontab(5) has five; day of month, month and day of week are missing"),
    ("0 9 * *", 8, "four fields: crontab(5) has five; day of week is missing"),
    ("0 */5 * * * *", 1, "six fields: crontab(5) has five; leave out the seconds"),
    ("0 0 12 ? * MON", 1, "six fields: crontab(5) has five; leave out the seconds"),
    ("0 0 12 * * ? 2026", 1, "seven fields: crontab(5) has five; leave out the seconds and the year"),
    ("0 9 * * * root", 11, "`root`: nothing follows the five fields, neither user nor command"),
    ("0 9 * * * /bin/true -v 1 2", 11, "`/bin/true`: nothing follows the five fields, neither user nor command"),
    ("60 * * * *", 1, "minute 60 is out of 0-59"),
    ("0 9,24 * * *", 5, "hour 24 is out of 0-23"),
    ("0 9 0 * *", 5, "day of month 0 is out of 1-31"),
    ("0 9 * 1-13 *", 9, "month 13 is out of 1-12"),
    ("0 9 * *  1,8", 12, "day of week 8 is out of 0-7"),
    ("99999999999999999999 * * * *", 1, "minute 99999999999999999999 is out of 0-59"),
    ("0 9 * * mom", 9, "day of week `mom`: did you mean `mon`?"),
    ("0 9 * * Monday", 9, "day of week `Monday`: did you mean `mon`?"),
    ("0 9 * sept *", 7, "month `sept`: did you mean `sep`?"),
    ("0 9 * mon *", 7, "month `mon` is a day of week: that is the fifth field"),
    ("0 jul * * *", 3, "hour `jul` is a month: that is the fourth field"),
    ("0 9 * * lördag", 9, "day of week `lördag` is not a number, nor one of sun, mon, tue, wed, thu, fri, sat"),
    ("x 9 * * *", 1, "minute `x` is not a number"),
    ("0 9 * * 1 \u{a0}", 11, "`\\u{a0}`: nothing follows the five fields, neither user nor command"),
    ("0 9\n* * * 1", 3, "hour `9\\n*` is not a number"),
    ("+5 * * * *", 1, "minute `+5` is not a number"),
    ("0 9 ? * *", 5, "day of month `?`: crontab(5) has no `?`; write `*`"),
    ("0 9 L * *", 5, "day of month `L` is not a number; crontab(5) has no `L`, `W` or `#`"),
    ("0 9 * * 5#2", 9, "day of week `5#2` is not a number, nor one of sun, mon, tue, wed, thu, fri, sat; crontab(5) has no `L`, `W` or `#`"),
    ("*5 * * * *", 1, "minute `*5`: after `*` comes a step or nothing, as in `*/5`"),
    ("0,,5 * * * *", 3, "minute: an element of the list is empty"),
    ("0, 5 * * *", 3, "minute: an element of the list is empty"),
    ("5- * * * *", 1, "minute `5-`: a range needs a value on each side of the hyphen"),
    ("-5 * * * *", 1, "minute `-5`: a range needs a value on each side of the hyphen"),
    ("1-2-3 * * * *", 3, "minute `2-3` is not a number"),
    ("0 22-6 * * *", 3, "hour `22-6` runs backwards: write `22-23,0-6`"),
    ("0 23-0 * * *", 3, "hour `23-0` runs backwards: write `23,0`"),
    ("0 9 * nov-feb *", 7, "month `nov-feb` runs backwards: write `nov-12,1-feb`"),
    ("0 9 * * fri-sun", 9, "day of week `fri-sun` runs backwards: write `fri-7`"),
    ("0 9 * * 5-1", 9, "day of week `5-1` runs backwards: write `5-6,0-1`"),
    ("0 9 * * 7-3", 9, "day of week `7-3` runs backwards: write `0-3`"),
    ("5/10 * * * *", 1, "minute `5/10`: a step needs a range; write `5-59/10`"),
    ("*/0 * * * *", 3, "minute step 0: the smallest step is 1"),
    ("0-30/ * * * *", 6, "minute step `` is not a number"),
    ("*/5/2 * * * *", 3, "minute step `5/2` is not a number"),
    ("0 9 30 2 *", 5, "never: 30 February does not exist"),
    ("0 9 30-31 FEB */2", 5, "never: 30 February does not exist"),
    ("0 9 31 4,6 *", 5, "never: 31 April or June does not exist"),
    ("@reboot", 1, "`@reboot` names no time: write one, such as `@hourly`"),
    ("@dayly", 1, "`@dayly`: did you mean `@daily`?"),
    ("@every 5m", 1, "`@every` is none of @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually"),
    ("@daily 5", 8, "`5`: nothing follows a nickname, neither user nor command"),
];

#[test]
fn refusals_say_where_and_why() {
    for (line, column, sentence) in REFUSED {
        let error = Schedule::parse(line).expect_err(line);
        assert_eq!((error.text(), error.column(), error.sentence().as_str()), (*line, *column, *sentence));
    }
    let whole = Schedule::parse("0 25 * * *").unwrap_err().to_string();
    assert_eq!(whole, "schedule `0 25 * * *`, column 3: hour 25 is out of 0-23");
}

#[rustfmt::skip]
const WARNED: &[(&str, Option<&str>)] = &[
    ("*/15 6-22 * * *", None),
    ("30 4 1,15 * 5", None),
    ("0 0 */2 * *", None),
    ("0 0 */1 * mon", None),
    ("@weekly", None),
    ("0 0 */2 * mon", Some("day of month `*/2` begins with `*`, so a day must match it and day of week `mon` as well; for a day that matches either, write `1-31/2`")),
    ("0 0 1 * */2", Some("day of week `*/2` begins with `*`, so a day must match it and day of month `1` as well; for a day that matches either, write `0-7/2`")),
    ("0 0 1-31 * mon", Some("day of month `1-31` matches every day, and either day field is enough, so day of week `mon` changes nothing; for those days alone, write `*`")),
    ("0 0 1 * 1-7", Some("day of week `1-7` matches every day, and either day field is enough, so day of month `1` changes nothing; for those days alone, write `*`")),
    ("*/45 * * * *", Some("minute `*/45` begins anew every hour: from minute 45 to the next minute 0 it is 15 minutes, not 45")),
    ("*/90 * * * *", Some("minute `*/90` begins anew every hour: from minute 0 to the next minute 0 it is 60 minutes, not 90")),
    ("0 */5 * * *", Some("hour `*/5` begins anew every day: from hour 20 to the next hour 0 it is 4 hours, not 5")),
];

#[test]
fn warnings_name_what_is_seldom_meant() {
    for (line, warning) in WARNED {
        assert_eq!(schedule(line).warning().as_deref(), *warning, "{line}");
    }
}

#[test]
fn a_missed_run_is_one_after_the_last_and_up_to_now() {
    let (daily, zone) = (schedule("0 6 * * *"), zone("Europe/Stockholm"));
    let missed = |last, now| daily.missed_between(at(last), at(now), &zone);
    assert!(missed("2026-03-01T06:00+01", "2026-03-02T06:00+01"));
    assert!(missed("2026-03-01T06:00+01", "2026-03-09T12:00+01"));
    assert!(!missed("2026-03-01T06:00+01", "2026-03-02T05:59:59+01"));
    assert!(!missed("2026-03-02T06:00+01", "2026-03-02T06:00+01"));
    assert!(!missed("2026-03-02T06:00+01", "2026-03-01T06:00+01"));
}

#[test]
fn the_gap_is_the_shortest_between_firings() {
    let gap =
        |line, from| schedule(line).typical_gap(&zone("Europe/Stockholm"), at(from)).map(|gap| gap.as_secs() / 60);
    let minutes = [
        ("*/15 6-22 * * *", 15),
        ("0 6,18 * * *", 720),
        ("0 6 * * 1-5", 1440),
        ("0 6,7,12 * * *", 60),
        ("*/45 * * * *", 15),
    ];
    for (line, wanted) in minutes {
        assert_eq!(gap(line, "2026-06-01T00:00+02"), Some(wanted), "{line}");
    }
    assert_eq!(gap("0 6 * * *", "2026-03-01T12:00+01"), Some(23 * 60), "one day of spring is short");
    assert_eq!(gap("0 0 29 2 *", "2092-03-01T00:00+01"), None);
}

#[test]
fn schedules_are_equal_when_written_alike() {
    fn is_shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    let hourly = schedule("0 * * * *");
    is_shared(&hourly);
    assert_eq!(hourly, hourly.clone());
    assert_ne!(hourly, schedule("@hourly"));
}

#[test]
fn the_ends_of_time_are_no_trouble() {
    for name in ["UTC", "Europe/Stockholm", "Pacific/Apia", "America/Juneau"] {
        for line in ["* * * * *", "0 0 29 2 */7", "30 2 * * *", "0 0 1 1 *"] {
            let (schedule, zone) = (schedule(line), zone(name));
            let first = schedule.next_after(Timestamp::MIN, &zone).expect("1970 is later");
            assert!(first >= at("1969-12-31T00:00Z"), "`{line}` in {name}: {first}");
            assert_eq!(schedule.next_after(Timestamp::MAX, &zone), None, "`{line}` in {name}");
        }
    }
}
