//! The table of the verdict, as one table.

use jiff::Timestamp;

use super::*;
use crate::model::{Field, FoundItem, History, Hold, Notice, Noticed, Refusal, Rewrite, Shape};

#[test]
fn what_stands_on_the_page() {
    let one = || vec![FoundItem { title: "Nytt avtal".to_owned(), ..FoundItem::default() }];
    let broken = |cause| Verdict::Broken(vec![cause]);
    let refusal = Refusal::TooDeep { limit: 512 };
    for (refused, container, items, want) in [
        (Some(refusal), Container::Unknown, vec![], broken(Cause::Refused(refusal))),
        (None, Container::Gone, one(), broken(Cause::ContainerGone)),
        (None, Container::Gone, vec![], broken(Cause::ContainerGone)),
        (None, Container::Unknown, vec![], broken(Cause::NoItems)),
        (None, Container::Present, vec![], Verdict::Empty),
        (None, Container::Present, one(), Verdict::Healthy),
        (None, Container::Unknown, one(), Verdict::Healthy),
    ] {
        let extraction = Extraction { items, container, refused, ..Extraction::default() };
        assert_eq!(judge(&extraction), want, "{extraction:?}");
    }
}

#[test]
fn a_page_in_the_place_of_the_list_is_broken_unless_the_recipe_finds_the_list() {
    let one = || vec![FoundItem { title: "Nytt avtal".to_owned(), ..FoundItem::default() }];
    for (certain, by_looks, container, items, broken) in [
        (true, false, Container::Present, one(), true),
        (true, false, Container::Present, vec![], true),
        (false, true, Container::Unknown, one(), true),
        (false, true, Container::Unknown, vec![], true),
        (false, false, Container::Unknown, vec![], true),
        (false, false, Container::Gone, vec![], true),
        (false, false, Container::Unknown, one(), false),
        (false, false, Container::Present, one(), false),
        (false, true, Container::Present, one(), false),
        (false, false, Container::Present, vec![], false), // an empty list
    ] {
        let noticed = Noticed::new(Notice::Login, "title `Logga in`", certain);
        let refused = Some(Refusal::WebPage { wanted: "a feed" }).filter(|_| container == Container::Gone);
        let notice = Some(noticed.clone());
        let extraction = Extraction { items, container, refused, notice, by_looks, ..Extraction::default() };
        let told = judge(&extraction) == Verdict::Broken(vec![Cause::Notice(noticed)]);
        assert_eq!(told, broken, "{extraction:?}");
    }
}

fn hour(hours: i64) -> Timestamp {
    Timestamp::from_second(1_770_000_000 + hours * 3600).expect("a time")
}

/// A page of so many items, all fields there, so many of them new.
fn page(hours: i64, found: u32, new: u32) -> Shape {
    Shape {
        at: hour(hours),
        found,
        titles: found,
        links: found,
        dates: found,
        categories: found,
        summaries: found,
        new,
    }
}

/// A page as it is now, and what is said of it: of the new items, those that no date explains; of the known ones, those with
/// another title, summary, or set of categories.
struct Now {
    shape: Shape,
    unexplained: u32,
    rewritten: [u32; 3],
}

fn now(hours: i64, found: u32, new: u32) -> Now {
    Now { shape: page(hours, found, new), unexplained: new, rewritten: [0; 3] }
}

fn verdict_of(history: &[Shape], now: &Now) -> Verdict {
    let mut kept = History::default();
    for shape in history {
        kept.add(*shape);
    }
    compare(&Evidence {
        shape: &now.shape,
        known: now.shape.found - now.shape.new,
        held: 0,
        elsewhere: false,
        unexplained: now.unexplained,
        rewritten: now.rewritten,
        history: &kept,
    })
}

#[test]
fn what_stood_there_before() {
    // A list of twenty with an item a day, watched for ten days.
    let steady: Vec<Shape> = (0..10).map(|day| page(day * 24, 20, if day == 0 { 20 } else { 1 })).collect();
    let without = |field: Field, with: u32| {
        let mut now = now(217, 20, 0);
        match field {
            Field::Links => now.shape.links = with,
            Field::Dates => now.shape.dates = with,
            Field::Categories => now.shape.categories = with,
            Field::Summaries => now.shape.summaries = with,
        }
        now
    };
    let few = |found, new, dates| Now { shape: Shape { dates, ..page(1, found, new) }, ..now(1, found, new) };
    let rewritten = |rewritten| Now { rewritten, ..now(217, 20, 0) };
    let same_titles = |titles| Now { shape: Shape { titles, ..page(217, 20, 0) }, ..now(217, 20, 0) };
    let dated = |unexplained| Now { unexplained, ..now(217, 20, 20) };
    let undated: Vec<Shape> = steady.iter().map(|shape| Shape { dates: 3, ..*shape }).collect();
    let busy: Vec<Shape> = (0..5).map(|day| page(day * 24, 20, 20)).collect();
    let young = [page(0, 20, 20)];
    let none: [Shape; 0] = [];
    for (name, history, now, want) in [
        ("the first run", &none[..], now(0, 20, 20), "healthy"),
        ("as ever", &steady, now(217, 20, 1), "healthy"),
        ("a few new at once", &steady, now(217, 20, 8), "healthy"),
        // Another page.
        ("far shorter and nothing known", &steady, now(217, 4, 4), "broken: unfamiliar"),
        ("the same, of a list without history", &none, now(217, 4, 4), "healthy"),
        ("one title for all", &steady, same_titles(1), "broken: same-titles"),
        ("a few titles twice", &steady, same_titles(15), "healthy"),
        // Fewer.
        ("half as many", &steady, now(217, 10, 0), "healthy"),
        ("far fewer", &steady, now(217, 9, 0), "suspect: far-fewer"),
        ("far fewer, of a short list", &[page(0, 7, 7)], now(1, 1, 0), "healthy"),
        // Fields.
        ("half the dates", &steady, without(Field::Dates, 10), "healthy"),
        ("no dates", &steady, without(Field::Dates, 0), "suspect: dates-missing"),
        ("no dates where there were few", &undated, without(Field::Dates, 0), "healthy"),
        ("no addresses", &steady, without(Field::Links, 1), "suspect: links-missing"),
        ("no categories", &steady, without(Field::Categories, 0), "suspect: categories-missing"),
        ("no summaries", &steady, without(Field::Summaries, 0), "suspect: summaries-missing"),
        ("no dates, of three that are not known", &[page(0, 3, 3)], few(3, 3, 0), "suspect: dates-missing"),
        ("no dates, of three of which one is known", &[page(0, 3, 3)], few(3, 2, 0), "healthy"),
        ("a date, of three that are not known", &[page(0, 3, 3)], few(3, 3, 1), "healthy"),
        ("no dates where one had none", &[Shape { dates: 2, ..page(0, 3, 3) }], few(3, 3, 0), "healthy"),
        // Floods.
        ("all new within the hour", &steady, now(217, 20, 20), "suspect: flood"),
        ("all new on the second run", &young, now(1, 20, 20), "suspect: flood"),
        ("all new, dated since", &steady, dated(2), "healthy"),
        ("five times as many, dated since", &steady, Now { unexplained: 0, ..now(217, 104, 102) }, "suspect: flood"),
        (
            "all new, and without dates",
            &steady,
            Now { shape: Shape { dates: 0, ..page(217, 20, 20) }, ..now(217, 20, 20) },
            "broken: unfamiliar",
        ),
        ("all new after a month", &steady, now(216 + 24 * 30, 20, 20), "healthy"),
        ("all new after a month away, on the second run", &young, now(24 * 30, 20, 20), "healthy"),
        ("all new in a list that turns over daily", &busy, now(5 * 24, 20, 20), "healthy"),
        ("the old ones and many more below", &young, now(1, 100, 80), "healthy"),
        ("three new in a list of three", &[page(0, 3, 3)], now(1, 3, 3), "healthy"),
        // Written anew.
        ("some titles edited", &steady, rewritten([10, 0, 0]), "healthy"),
        ("most titles edited", &steady, rewritten([11, 0, 0]), "suspect: titles-rewritten"),
        ("most summaries edited", &steady, rewritten([0, 20, 0]), "suspect: summaries-rewritten"),
        ("most moved", &steady, rewritten([0, 0, 20]), "suspect: categories-rewritten"),
        ("most moved, by another recipe", &none, rewritten([0, 0, 20]), "healthy"),
    ] {
        let verdict = verdict_of(history, &now);
        let codes: Vec<&str> = verdict.causes().iter().map(Cause::code).collect();
        let got = if codes.is_empty() {
            verdict.word().to_owned()
        } else {
            format!("{}: {}", verdict.word(), codes.join(" "))
        };
        assert_eq!(got, want, "{name}");
    }
}

#[test]
fn another_recipe_is_held_against_the_last_page_alone() {
    let mut history = History::default();
    history.add(page(0, 20, 20));
    history.add(page(24, 20, 1));
    history.forget_recipe();
    let of = |now: Now| {
        let evidence = Evidence {
            shape: &now.shape,
            known: now.shape.found - now.shape.new,
            held: 0,
            elsewhere: false,
            unexplained: now.unexplained,
            rewritten: now.rewritten,
            history: &history,
        };
        compare(&evidence)
    };
    assert_eq!(of(now(25, 5, 0)), Verdict::Healthy, "it may find fewer");
    assert_eq!(of(now(25, 20, 20)), Verdict::Suspect(vec![Cause::Flood { new: 20, found: 20 }]));
}

#[test]
fn a_second_run_that_says_the_same_is_believed() {
    let item = |title: &str| crate::model::HeldItem {
        found: FoundItem { title: title.to_owned(), ..FoundItem::default() },
        categories: Vec::new(),
        left: title == "f",
    };
    let hold = Hold {
        since: hour(0),
        causes: ["flood", "dates-missing", "other-addresses"].map(str::to_owned).into(),
        items: ["a", "b", "c", "d", "e", "f"].map(item).into(),
        asked: false,
    };
    let flood = &[Cause::Flood { new: 5, found: 5 }][..];
    let two = &[Cause::Flood { new: 5, found: 5 }, Cause::FarFewer { found: 5, usual: 20 }][..];
    let elsewhere = &[Cause::Flood { new: 5, found: 5 }, Cause::OtherAddresses][..];
    let next = Options::default();
    let operator = Options { release: Release::Operator, ..Options::default() };
    let patient = Options { hold: SignedDuration::from_hours(2), ..Options::default() };
    for (name, causes, again, unseen, at, options, want) in [
        ("the same", flood, 5, 0, 1, &next, true),
        ("one item less", flood, 4, 0, 1, &next, true),
        ("two items less", flood, 3, 0, 1, &next, false),
        ("one item more", flood, 5, 1, 1, &next, true),
        ("many items more", flood, 5, 20, 1, &next, false),
        ("another reason too", two, 5, 0, 1, &next, false),
        ("the operator's word is asked for", flood, 5, 0, 1, &operator, false),
        ("too soon", flood, 5, 0, 1, &patient, false),
        ("in time", flood, 5, 0, 2, &patient, true),
        ("elsewhere", elsewhere, 5, 0, 23, &next, false),
        ("elsewhere for a day", elsewhere, 5, 0, 24, &next, true),
    ] {
        let again = Again { held: again, new: again + unseen, unseen, goes_on: false };
        assert_eq!(agrees(&hold, causes, &again, hour(at), options), want, "{name}");
    }
    // Its items come and go, and most are known.
    for (name, causes, at, want) in [
        ("without dates", &[Cause::FieldMissing { field: Field::Dates, with: 0, found: 20 }][..], 71, false),
        ("without dates for three days", &[Cause::FieldMissing { field: Field::Dates, with: 0, found: 20 }], 72, true),
        ("strange for three days", flood, 72, false),
    ] {
        let again = Again { held: 3, new: 6, unseen: 3, goes_on: false };
        assert_eq!(agrees(&hold, causes, &again, hour(at), &next), want, "{name}");
    }
    // Another list each time, at addresses like those that are held: of the six, one has left before.
    for (name, goes_on, at, want) in [
        ("within the day", true, 23, false),
        ("faster than daily", true, 24, false),
        ("daily", true, 48, true),
        ("elsewhere again", false, 48, false),
    ] {
        let again = Again { held: 0, new: 5, unseen: 5, goes_on };
        assert_eq!(agrees(&hold, flood, &again, hour(at), &next), want, "{name}");
    }
}

#[test]
fn silence_is_measured_by_the_rhythm() {
    let days = |ago: &[i64]| ago.iter().map(|day| (hour(-day * 24), hour(-day * 24))).collect::<Vec<_>>();
    let daily = days(&[0, 1, 2, 3, 4, 5]);
    let weekly = days(&[0, 7, 14, 21, 35]);
    for (published, silent, want) in [
        (&daily, 14, false),
        (&daily, 15, true),
        (&weekly, 56, false),
        (&weekly, 57, true),
        (&days(&[0, 1, 2, 3]), 1000, false), // too few days to tell
        (&days(&[0, 0, 0, 0, 0, 0]), 1000, false),
        (&Vec::new(), 1000, false),
    ] {
        let history = History { rhythm: rhythm(published), ..History::default() };
        let verdict = remarks(&history, hour(silent * 24));
        let stale = Verdict::Suspect(vec![Cause::Stale { days: u32::try_from(silent).expect("days") }]);
        assert_eq!(verdict, if want { stale } else { Verdict::Healthy }, "{published:?} {silent}");
    }
}

#[test]
fn a_field_that_is_lost_is_said_as_long_as_it_is_remembered() {
    let full = page(0, 20, 20);
    let lost = |hours, dates| Shape { dates, ..page(hours, 20, 1) };
    let few = Shape { dates: 0, ..page(24, 3, 0) };
    let forgotten: Vec<Shape> = (0..20).map(|hours| lost(hours, 0)).collect();
    for (shapes, want) in [
        (&[full, lost(24, 9)][..], Some(9)),
        (&[full, lost(24, 9), lost(48, 0), lost(72, 3)], Some(3)),
        (&[full, lost(24, 10)], None),
        (&[full, lost(24, 14), lost(48, 9)], None),
        (&[full, lost(24, 0), full], None),
        (&[full, few], None),
        (&forgotten, None),
        (&[], None),
    ] {
        let history = History { shapes: shapes.to_vec(), ..History::default() };
        let cause = want.map(|with| Cause::FieldLost { field: Field::Dates, with, found: 20 });
        let want = cause.map_or(Verdict::Healthy, |cause| Verdict::Suspect(vec![cause]));
        assert_eq!(remarks(&history, hour(100)), want, "{shapes:?}");
    }
}

#[test]
fn a_further_page_goes_on_with_the_list() {
    let list = ["//a.se/nyheter/1", "//a.se/nyheter/2", "//a.se/nyheter/3", "//a.se/blogg/4"];
    let flat = ["//a.se/ett", "//a.se/tva", "//a.se/tre", "//a.se/fyra"];
    let years = ["//a.se/2026/01/ett", "//a.se/2026/01/tva", "//a.se/2026/01/tre", "//a.se/2026/01/fyra"];
    for (first, further, goes_on) in [
        (&list[..], &["//a.se/nyheter/5", "//a.se/tjanst/1"][..], Some(true)),
        (&list, &["//a.se/tjanst/1", "//a.se/tjanst/2"], Some(false)),
        (&list, &["//b.se/nyheter/5"], Some(false)),
        (&list, &[], Some(false)),
        (&years, &["//a.se/2025/12/fem"], Some(true)),
        (&flat, &["//a.se/fem"], None),
        (&list[..3], &["//a.se/tjanst/1"], None), // too few to tell
        (&[], &[], None),
    ] {
        assert_eq!(continues(first, further), goes_on, "{first:?} {further:?}");
    }
}

#[test]
fn every_reason_has_its_words() {
    let rewrites = REWRITES.map(|what| Cause::Rewritten { what, items: 9, known: 10 });
    assert_eq!(rewrites[0].to_string(), "9 of 10 known items have another title at once");
    assert_eq!(REWRITES, [Rewrite::Titles, Rewrite::Summaries, Rewrite::Categories]);
}
