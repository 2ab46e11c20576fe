//! A clock that is wrong, and one that is set: no date moves, no source rests for years, no host is overrun.

mod daemon;

use crate::support::{Flode, Origin, RECIPE, list};

const PAGE: &[&str] = &["Ny bro över sundet | Trafik | /n/1", "Ny bok om skogen | Kultur | /n/2"];

const NOW: &str = "2026-03-02T09:30:00Z";

fn house() -> (Origin, Flode) {
    let origin = Origin::start();
    origin.html("/nyheter/", &list(PAGE));
    let flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    (origin, flode)
}

#[track_caller]
fn outcome(flode: &Flode, code: i32) -> String {
    let answer = flode.run(&["once", "--json"]).code(code).json();
    answer["runs"][0]["outcome"].as_str().unwrap().to_owned()
}

#[test]
fn what_a_wrong_clock_was_to_wait_is_waited_once_and_not_for_years() {
    for (header, status, code) in
        [("cache-control: max-age=1800", "200 OK", 0), ("retry-after: 1800", "503 Service Unavailable", 1)]
    {
        let (origin, mut flode) = house();
        origin.answers("/nyheter/", status, header, &list(PAGE));
        flode.at("2036-03-02T09:30:00Z").run(&["once"]).code(code);
        origin.html("/nyheter/", &list(&PAGE[..1]));
        assert_eq!(outcome(flode.at(NOW), 0), "waiting", "{header}");
        assert_eq!(outcome(flode.at("2026-03-02T09:45:00Z"), 0), "waiting", "{header}");
        assert_eq!(outcome(flode.at("2026-03-02T10:00:00Z"), 0), "healthy", "{header}");
        // Back by the seconds of a correction.
        assert_eq!(outcome(flode.at("2026-03-02T09:59:58Z"), 0), "unchanged", "{header}");
    }
}

#[test]
fn a_source_that_failed_by_a_wrong_clock_has_its_next_run_soon() {
    let (origin, mut flode) = house();
    origin.fails("/nyheter/", "500 Internal Server Error");
    for now in ["2036-03-02T09:30:00Z", "2036-03-02T09:45:00Z"] {
        flode.at(now).run(&["once"]).code(1);
    }
    let status = flode.at(NOW).run(&["status", "--json"]).code(1).json();
    let next = status["sources"][0]["next_run"].as_str().unwrap();
    assert!(next.starts_with("2026-03-02T09:45") || next.starts_with("2026-03-02T10:"), "{next}");
}

#[test]
fn dates_and_ids_stay_whatever_the_clock_says() {
    let (origin, mut flode) = house();
    flode.once();
    let facts = |flode: &Flode| -> Vec<(String, i64)> {
        let entries = flode.feed("all.atom").entries.into_iter();
        entries.map(|entry| (entry.id, entry.published.unwrap().timestamp())).collect()
    };
    let (before, mut updated) = (facts(&flode), flode.feed("all.atom").entries[0].updated.unwrap());
    let clocks = [
        "2036-03-02T09:30:00Z",
        "1970-01-01T00:00:10Z",
        "2026-03-02T09:29:58Z",
        "2026-03-29T01:30:00Z",
        "2026-10-25T00:30:00Z",
        "2026-10-25T01:30:00Z",
    ];
    for (edit, now) in clocks.iter().enumerate() {
        let edited = format!("Ny bro över sundet | Trafik | /n/1 | | Ändring {edit}");
        origin.html("/nyheter/", &list(&[&edited, PAGE[1]]));
        let answer = flode.at(now).once();
        assert_eq!(
            (&answer["runs"][0]["new"], &answer["runs"][0]["edited"]),
            (&0.into(), &1.into()),
            "{now} {answer:#}"
        );
        assert_eq!(facts(&flode), before, "{now}");
        let later = flode.feed("all.atom").entries[0].updated.unwrap();
        assert!(later > updated, "{now}: {later} after {updated}");
        updated = later;
    }
}

#[test]
fn a_clock_that_the_server_and_the_ledger_contradict_announces_nothing() {
    let (origin, mut flode) = house();
    let date = |date: &str, page: &[&str]| origin.answers("/nyheter/", "200 OK", &format!("date: {date}"), &list(page));
    date("Mon, 02 Mar 2026 09:30:01 GMT", &PAGE[1..]);
    flode.once();
    let before = flode.published();
    for wrong in ["2036-03-02T09:45:00Z", "1970-01-01T00:00:10Z", "2026-05-02T09:45:00Z"] {
        date("Mon, 02 Mar 2026 09:45:01 GMT", PAGE);
        let ran = flode.at(wrong).run(&["once"]).code(1);
        assert!(
            ran.stderr().contains("the clock of this machine is ") && ran.stderr().contains("hint: set "),
            "{}",
            ran.stderr()
        );
        assert_eq!(flode.published(), before, "{wrong}");
    }
    // Set right, and all is well.
    assert_eq!(outcome(flode.at("2026-03-02T09:46:00Z"), 0), "healthy");
    assert_eq!(flode.titles("all.rss").len(), 2);
    assert!(flode.feed("all.atom").updated.unwrap().to_rfc3339().starts_with("2026-03-02T09:46"));
}

#[test]
fn a_server_with_a_wrong_clock_is_read() {
    let (origin, mut flode) = house();
    flode.once();
    for date in ["Wed, 02 Mar 2016 09:30:01 GMT", "Fri, 02 Mar 2046 09:30:01 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"] {
        origin.answers(
            "/nyheter/",
            "200 OK",
            &format!("date: {date}"),
            &list(&[PAGE[0], PAGE[1], &format!("Nyhet {date} | Kultur | /n/{}", date.len())]),
        );
        flode.at("2026-03-02T10:30:00Z").run(&["once"]).code(0);
    }
    // A small difference, and nobody to say who is right, is told.
    let (origin, flode) = house();
    origin.answers("/nyheter/", "200 OK", "date: Thu, 05 Mar 2026 09:30:01 GMT", &list(PAGE));
    let ran = flode.run(&["once"]).code(0);
    assert!(ran.stderr().contains("warning nyheter: the clock of this machine is 3 days off"), "{}", ran.stderr());
    // A great one is for a person to decide.
    let (origin, flode) = house();
    origin.answers("/nyheter/", "200 OK", "date: Wed, 02 Mar 2016 09:30:01 GMT", &list(PAGE));
    assert_eq!(outcome(&flode, 1), "clock");
    flode.run(&["once", "--force"]).code(0);
    flode.run(&["once"]).code(0);
}

#[test]
fn what_a_wrong_clock_has_noted_is_set_right() {
    let report = |link: &str| format!("Rapporten i korthet | Budget | {link}");
    let (origin, mut flode) = house();
    origin.html("/nyheter/", &list(&[&report("/r/1"), PAGE[1]]));
    flode.once();
    // The report leaves the page, and an item comes into a category, while the clock is wrong.
    origin.html("/nyheter/", &list(&["Ny bok om skogen | Kultur, Skola | /n/2"]));
    flode.at("2036-03-02T09:30:00Z").once();
    assert!(flode.feed("kultur.atom").updated.unwrap().to_rfc3339().starts_with("2036"));
    origin.html("/nyheter/", &list(&["Ny bok om skogen | Kultur, Skola | /n/2", "En till | Trafik | /n/3"]));
    flode.at("2026-03-02T09:45:00Z").once();
    for name in ["all.atom", "kultur.atom", "skola.rss", "budget.atom"] {
        let updated = flode.feed(name).updated.unwrap().to_rfc3339();
        assert!(updated.starts_with("2026"), "{name}: {updated}");
    }
    // Sixty days later another report of the same title is another item.
    origin.html("/nyheter/", &list(&["Ny bok om skogen | Kultur, Skola | /n/2", &report("/r/2")]));
    assert_eq!(flode.at("2026-05-02T09:45:00Z").once()["runs"][0]["new"], 1);
    assert_eq!(flode.titles("budget.rss").len(), 2);
}
