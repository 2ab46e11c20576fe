//! The promise that a feed is never made worse: what a page may do to the items that are known, and what it may not.

use serde_json::Value;

use crate::support::{Flode, Origin, RECIPE, list};

/// A list of ten dated items, each with a summary: `title | categories | link | date | summary`.
fn page(title: impl Fn(usize) -> String, link: impl Fn(usize) -> String) -> String {
    let lines: Vec<String> = (1..=10)
        .map(|n| {
            format!("{} | Kultur, Bibliotek | {} | {} februari 2026 | Om nyhet {n}.", title(n), link(n), 29 - n * 2)
        })
        .collect();
    list(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

fn title(n: usize) -> String {
    format!("Nyhet nummer {n} om kulturen i länet")
}

fn link(n: usize) -> String {
    format!("/nyheter/{n}/")
}

/// A house that has read the list twice, so that its history is known.
fn house(recipe: &str) -> (Origin, Flode) {
    let origin = Origin::start();
    origin.html("/nyheter/", &page(title, link));
    let flode = Flode::reading(&origin.url("/nyheter/"), recipe);
    flode.once();
    (origin, flode)
}

fn run(flode: &mut Flode, at: &str, code: i32) -> Value {
    flode.at(at).run(&["once", "--json"]).code(code).json()["runs"][0].clone()
}

/// Every id and date of the feed of everything.
fn ids(flode: &Flode) -> Vec<(String, String, String)> {
    let entries = flode.feed("all.atom").entries.into_iter();
    entries.map(|e| (e.id, e.title.unwrap().content, e.published.unwrap().to_rfc3339())).collect()
}

#[test]
fn a_redesign_announces_nothing_anew() {
    // Every class is another, with and without a recipe that knew the old ones.
    let renamed =
        page(title, link).replace("class=\"news\"", "class=\"c-list\"").replace("class=\"item\"", "class=\"c-card\"");
    for (recipe, code) in [("", 0), (RECIPE, 1)] {
        let (origin, mut flode) = house(recipe);
        let before = flode.published();
        origin.html("/nyheter/", &renamed);
        let run = run(&mut flode, "2026-03-02T10:00:00Z", code);
        assert_eq!(flode.published(), before, "{run:#}");
        if code == 1 {
            assert_eq!((run["outcome"].as_str(), run["causes"][0].as_str()), (Some("broken"), Some("container-gone")));
        }
    }
}

#[test]
fn other_addresses_keep_every_id_by_title() {
    let (origin, mut flode) = house(RECIPE);
    let before = ids(&flode);
    origin.html("/nyheter/", &page(title, |n| format!("/aktuellt/2026/artikel-{n}")));
    let run = run(&mut flode, "2026-03-02T10:00:00Z", 0);
    assert_eq!(run["new"], 0, "{run:#}");
    assert_eq!(ids(&flode), before);
}

#[test]
fn other_titles_keep_every_id_by_address_and_wait_for_a_second_run() {
    let (origin, mut flode) = house(RECIPE);
    let before = ids(&flode);
    let edited = |n: usize| format!("{} | Region Mälarö", title(n)).replace(" | ", " – ");
    origin.html("/nyheter/", &page(edited, link));
    let first = run(&mut flode, "2026-03-02T10:00:00Z", 1);
    assert_eq!((first["outcome"].as_str(), first["causes"][0].as_str()), (Some("suspect"), Some("titles-rewritten")));
    assert_eq!(ids(&flode), before, "one run may be mistaken");
    let second = run(&mut flode, "2026-03-02T10:15:00Z", 0);
    assert_eq!((second["new"].as_u64(), second["edited"].as_u64()), (Some(0), Some(10)), "{second:#}");
    let after = ids(&flode);
    let facts =
        |all: &[(String, String, String)]| all.iter().map(|(id, _, at)| (id.clone(), at.clone())).collect::<Vec<_>>();
    assert_eq!(facts(&after), facts(&before), "ids and dates stay");
    assert!(after.iter().all(|(_, title, _)| title.ends_with(" – Region Mälarö")));
}

#[test]
fn each_time_that_titles_change_waits_for_a_second_run() {
    let (origin, mut flode) = house(RECIPE);
    for (hour, suffix) in [(10, "A"), (12, "B"), (14, "C")] {
        origin.html("/nyheter/", &page(|n| format!("{} – {suffix}", title(n)), link));
        let first = run(&mut flode, &format!("2026-03-02T{hour}:00:00Z"), 1);
        assert_eq!(first["causes"][0], "titles-rewritten", "{suffix}: {first:#}");
        let second = run(&mut flode, &format!("2026-03-02T{hour}:15:00Z"), 0);
        assert_eq!(second["edited"], 10, "{suffix}: {second:#}");
    }
}

/// The same list at the same place, with nothing on it that is known: other titles and other addresses, dates long past.
fn flood() -> String {
    page(|n| format!("Verksamhet {n}: kontakt och öppettider"), |n| format!("/nyheter/verksamhet-{n}/"))
}

#[test]
fn a_flood_is_held_until_the_next_run_says_the_same() {
    let (origin, mut flode) = house(RECIPE);
    let before = flode.published();
    origin.html("/nyheter/", &flood());
    let first = run(&mut flode, "2026-03-02T10:00:00Z", 1);
    assert_eq!((first["outcome"].as_str(), first["causes"][0].as_str()), (Some("suspect"), Some("flood")), "{first:#}");
    assert_eq!((first["held"].as_u64(), first["new"].as_u64()), (Some(10), Some(0)));
    assert_eq!(flode.published(), before);
    let tried = flode.run(&["try", "nyheter"]).code(1).stdout();
    assert!(tried.contains("suspect: 10 of 10 items are not known") && tried.contains("new, would be held"), "{tried}");
    let status = flode.run(&["status"]).code(1);
    let told = status.stderr();
    for words in [
        "nyheter: the page is suspect: 10 of 10 items are not known",
        "10 new items are held since 2026-03-02 11:00 CET: Verksamhet 1",
        "`flode release nyheter`",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
    assert_eq!(flode.run(&["status", "--json"]).json()["sources"][0]["held"]["items"].as_array().unwrap().len(), 10);
    let second = run(&mut flode, "2026-03-02T10:15:00Z", 0);
    assert_eq!((second["outcome"].as_str(), second["new"].as_u64()), (Some("healthy"), Some(10)), "{second:#}");
    assert_eq!(flode.titles("all.rss").len(), 20);
    assert_eq!(flode.run(&["status", "--json"]).code(0).json()["sources"][0]["held"], Value::Null);
    assert_eq!(run(&mut flode, "2026-03-02T10:30:00Z", 0)["reason"], "same body");
}

#[test]
fn a_flood_from_another_part_of_the_site_has_to_stay_for_a_day() {
    let (origin, mut flode) = house(RECIPE);
    let before = flode.published();
    origin.html("/nyheter/", &flood().replace("/nyheter/verksamhet", "/verksamheter/"));
    for at in ["2026-03-02T10:00:00Z", "2026-03-02T10:15:00Z", "2026-03-03T09:45:00Z"] {
        let run = run(&mut flode, at, 1);
        assert_eq!((run["causes"][1].as_str(), run["held"].as_u64()), (Some("other-addresses"), Some(10)), "{at}");
    }
    assert_eq!(flode.published(), before);
    assert_eq!(run(&mut flode, "2026-03-03T10:00:00Z", 0)["new"], 10);
}

#[test]
fn a_flood_that_was_a_mistake_is_forgotten() {
    let (origin, mut flode) = house(RECIPE);
    let before = flode.published();
    origin.html("/nyheter/", &flood());
    run(&mut flode, "2026-03-02T10:00:00Z", 1);
    origin.fails("/nyheter/", "503 Service Unavailable");
    run(&mut flode, "2026-03-02T10:15:00Z", 1);
    origin.html("/nyheter/", &page(title, link));
    let healed = run(&mut flode, "2026-03-02T10:30:00Z", 0);
    assert_eq!((healed["outcome"].as_str(), healed["new"].as_u64()), (Some("healthy"), Some(0)), "{healed:#}");
    assert_eq!(flode.published(), before);
    assert_eq!(flode.run(&["status", "--json"]).code(0).json()["sources"][0]["held"], Value::Null);
    // The next flood begins anew.
    origin.html("/nyheter/", &flood());
    assert_eq!(run(&mut flode, "2026-03-02T10:45:00Z", 1)["held"], 10);
}

#[test]
fn what_comes_with_a_flood_of_fresh_dates_is_news() {
    let (origin, mut flode) = house(RECIPE);
    let fresh: Vec<String> =
        (1..=10).map(|n| format!("Extra: läget kl {n} | Kultur | /extra/{n}/ | 2 mars 2026 | Just nu.")).collect();
    origin.html("/nyheter/", &list(&fresh.iter().map(String::as_str).collect::<Vec<_>>()));
    assert_eq!(run(&mut flode, "2026-03-02T12:00:00Z", 0)["new"], 10);
}

#[test]
fn the_operator_lets_out_what_is_held() {
    let rule = format!("{RECIPE}[judge]\nrelease = \"operator\"\n");
    let (origin, mut flode) = house(&rule);
    assert!(flode.run(&["release", "nyheter"]).code(0).stdout().contains("nothing of nyheter is held"));
    origin.html("/nyheter/", &flood());
    for at in ["2026-03-02T10:00:00Z", "2026-03-02T10:15:00Z", "2026-03-02T10:30:00Z"] {
        assert_eq!(run(&mut flode, at, 1)["held"], 10, "{at}");
    }
    let released = flode.at("2026-03-02T11:00:00Z").run(&["release", "nyheter", "--json"]).code(0).json();
    assert_eq!(released["released"], 10, "{released:#}");
    assert_eq!(flode.titles("all.rss").len(), 20);
    let next = run(&mut flode, "2026-03-02T11:15:00Z", 0);
    assert_eq!((next["outcome"].as_str(), next["new"].as_u64()), (Some("healthy"), Some(0)), "{next:#}");
    assert!(flode.run(&["release", "ingen"]).code(2).stderr().contains("there is no source `ingen`"));
}

#[test]
fn what_leaves_the_page_while_it_is_held_is_not_lost() {
    let flood = |first: usize| {
        page(|n| format!("Verksamhet {}: kontakt", n + first), |n| format!("/nyheter/verksamhet-{}/", n + first))
    };
    let (origin, mut flode) = house(&format!("{RECIPE}[judge]\nrelease = \"operator\"\n"));
    for (at, first, held) in [("2026-03-02T10:00:00Z", 0, 10), ("2026-03-02T11:00:00Z", 4, 14)] {
        origin.html("/nyheter/", &flood(first));
        assert_eq!(run(&mut flode, at, 1)["held"], held, "{at}");
    }
    assert_eq!(flode.at("2026-03-02T12:00:00Z").run(&["release", "nyheter", "--json"]).code(0).json()["released"], 14);
    assert_eq!(flode.titles("all.rss").len(), 24);
    // A run that says the same lets out what has left the page since, too; what left before stays held.
    let (origin, mut flode) = house(RECIPE);
    for (at, first, held) in [("2026-03-02T10:00:00Z", 0, 10), ("2026-03-02T11:00:00Z", 4, 14)] {
        origin.html("/nyheter/", &flood(first));
        assert_eq!(run(&mut flode, at, 1)["held"], held, "{at}");
    }
    origin.html("/nyheter/", &flood(8));
    let ran = flode.at("2026-03-02T12:00:00Z").run(&["once"]).code(1);
    assert!(ran.stderr().contains("18 new items are held"), "{}", ran.stderr());
    origin.html("/nyheter/", &flood(9));
    let ran = flode.at("2026-03-02T13:00:00Z").run(&["once"]).code(0);
    let told = "8 held items have left the page and stay held; `flode release nyheter` lets them out";
    assert!(ran.stderr().contains(told), "{}", ran.stderr());
    assert_eq!(flode.titles("all.rss").len(), 21);
    // The source is well; what nobody can tell waits for the operator, and is told by name.
    let status = flode.run(&["status"]).code(0);
    assert!(status.stderr().contains("8 new items are held since"), "{}", status.stderr());
    assert_eq!(run(&mut flode, "2026-03-02T14:00:00Z", 0)["reason"], "same body");
    // What stays held confirms nothing: the next change of all titles is the first of its kind.
    origin.html("/nyheter/", &flood(9).replace(": kontakt", ": öppet"));
    assert_eq!(run(&mut flode, "2026-03-02T14:15:00Z", 1)["causes"][0], "titles-rewritten");
    assert_eq!(flode.at("2026-03-02T15:00:00Z").run(&["release", "nyheter", "--json"]).code(0).json()["released"], 8);
    assert_eq!(flode.titles("all.rss").len(), 29);
}

#[test]
fn items_of_one_title_are_held_side_by_side() {
    let report =
        |week: usize| page(|n| format!("Veckans rapport {n}"), |n| format!("/v{week}/{n}")).replace("februari", "mars");
    let (origin, mut flode) = house(&format!("{RECIPE}[judge]\nrelease = \"operator\"\n"));
    origin.html("/nyheter/", &report(1));
    assert_eq!(run(&mut flode, "2026-03-02T10:00:00Z", 1)["held"], 10);
    origin.html("/nyheter/", &report(2).replace("mars 2026", "april 2026"));
    assert_eq!(run(&mut flode, "2026-03-20T10:00:00Z", 1)["held"], 20);
    assert_eq!(flode.at("2026-03-20T12:00:00Z").run(&["release", "nyheter", "--json"]).code(0).json()["released"], 20);
}

#[test]
fn a_list_that_is_written_anew_each_week_is_news_each_week() {
    let origin = Origin::start();
    let mut flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    for (n, day) in [(10, "2026-03-02"), (11, "2026-03-09"), (12, "2026-03-16"), (13, "2026-03-23")] {
        let lines: Vec<String> = (1..=6).map(|m| format!("Veckans rapport {m} | Kultur | /v{n}/{m} | {day}")).collect();
        origin.html("/nyheter/", &list(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
        assert_eq!(run(&mut flode, &format!("{day}T10:00:00Z"), 0)["new"], 6, "{day}");
    }
}

#[test]
fn a_list_without_dates_that_turns_over_each_day_loses_nothing() {
    let origin = Origin::start();
    let mut flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    for day in 1..=9 {
        let lines: Vec<String> = (1..=6).map(|m| format!("Nyhet {day} {m} | Kultur | /n/{day}-{m}")).collect();
        origin.html("/nyheter/", &list(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
        flode.at(&format!("2026-03-{day:02}T10:00:00Z")).run(&["once"]);
    }
    assert_eq!(flode.titles("all.rss").len(), 54, "after a day it is believed");
    assert_eq!(flode.run(&["status", "--json"]).code(0).json()["sources"][0]["held"], Value::Null);
}

#[test]
fn what_the_operator_lets_out_teaches_the_rhythm() {
    let (origin, mut flode) = house(RECIPE);
    let week = |n: usize| page(|m| format!("Vecka {n}: {m}"), |m| format!("/v{n}-{m}")).replace("2026", "2025");
    for (n, day) in [(1, "09"), (2, "16"), (3, "23")] {
        origin.html("/nyheter/", &week(n));
        let held =
            flode.at(&format!("2026-03-{day}T10:00:00Z")).run(&["once", "--json"]).json()["runs"][0]["held"].clone();
        assert_eq!(held, if n == 1 { 10 } else { 0 }, "week {n}");
        flode.at(&format!("2026-03-{day}T11:00:00Z")).run(&["release", "nyheter"]).code(0);
    }
    assert_eq!(flode.titles("all.rss").len(), 40);
}

#[test]
fn a_page_of_something_else_that_shows_two_news_lets_nothing_else_out() {
    let (origin, mut flode) = house(RECIPE);
    let portal: Vec<String> = (1..=2)
        .map(|n| format!("Färsk nyhet {n} | Kultur | /nyheter/ny-{n}/ | 1 februari 2026 | Text."))
        .chain((1..=8).map(|n| format!("Sida {n} | Kultur | /sidor/{n}/ | 1 januari 2026 | Text.")))
        .collect();
    origin.html("/nyheter/", &list(&portal.iter().map(String::as_str).collect::<Vec<_>>()));
    assert_eq!(run(&mut flode, "2026-03-02T10:00:00Z", 1)["held"], 10);
    let real = page(
        |n| if n < 3 { format!("Färsk nyhet {n}") } else { title(n) },
        |n| if n < 3 { format!("/nyheter/ny-{n}/") } else { link(n) },
    );
    origin.html("/nyheter/", &real);
    flode.at("2026-03-02T11:00:00Z").run(&["once"]);
    let titles = flode.titles("all.rss");
    assert!(!titles.iter().any(|title| title.starts_with("Sida")), "{titles:?}");
    assert_eq!(titles.iter().filter(|title| title.starts_with("Färsk")).count(), 2, "{titles:?}");
}

#[test]
fn a_list_that_loses_its_dates_and_goes_on_is_held_and_not_broken() {
    let (origin, mut flode) = house(RECIPE);
    for hour in 10..20 {
        let newest = (hour - 9) * 3;
        let news = (1..=newest).rev().map(|n| format!("Ny nyhet {n} | Kultur | /ny/{n} | | Text."));
        let known = (1..=10).map(|n| format!("{} | Kultur, Bibliotek | {} | | Om nyhet {n}.", title(n), link(n)));
        let lines: Vec<String> = news.chain(known).take(10).collect();
        origin.html("/nyheter/", &list(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
        let run = run(&mut flode, &format!("2026-03-02T{hour}:00:00Z"), 1);
        assert_eq!(run["outcome"], "suspect", "{run:#}");
    }
}

#[test]
fn all_of_a_page_may_change_but_its_titles() {
    let (origin, mut flode) = house(RECIPE);
    let before = ids(&flode);
    let lines: Vec<String> =
        (1..=10).map(|n| format!("{} | Fritid | /aktuellt/{n} | 2 mars 2026 | Om nyhet {n}.", title(n))).collect();
    origin.html("/nyheter/", &list(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
    for at in ["2026-03-02T10:00:00Z", "2026-03-02T10:15:00Z", "2026-03-02T10:30:00Z"] {
        flode.at(at).run(&["once"]);
        assert_eq!(ids(&flode), before, "{at}");
    }
    assert_eq!(flode.titles("fritid.rss").len(), 10, "they have moved to their new category");
}

#[test]
fn a_running_daemon_hears_the_operator() {
    let (origin, mut flode) = house(&format!("{RECIPE}[serve]\nlisten = \"127.0.0.1:0\"\n"));
    origin.html("/nyheter/", &flood());
    run(&mut flode, "2026-03-02T10:00:00Z", 1);
    // Its clock stands still: the schedule makes no further run.
    let mut daemon = flode.start(&["run", "--now", "2026-03-02T10:00:01Z"]);
    daemon.wait_for_log("next run at");
    let ran = flode.run(&["release", "nyheter"]).code(0);
    assert!(ran.stdout().contains("let out by the flode that is running"), "{}", ran.stdout());
    daemon.wait_for_log("10 held items let out");
    daemon.wait_for_log("published");
    assert_eq!(flode.titles("all.rss").len(), 20);
    daemon.signal("TERM");
    daemon.end().code(0);
}

#[test]
fn a_page_of_something_else_is_not_the_list_until_the_operator_says_so() {
    let (origin, mut flode) = house(RECIPE);
    let before = flode.published();
    let few: Vec<String> = (1..=4).map(|n| format!("Driftinformation {n} | Kultur | /drift/{n}/")).collect();
    origin.html("/nyheter/", &list(&few.iter().map(String::as_str).collect::<Vec<_>>()));
    for at in ["2026-03-02T10:00:00Z", "2026-03-02T10:15:00Z"] {
        let run = run(&mut flode, at, 1);
        assert_eq!(
            (run["outcome"].as_str(), run["causes"][0].as_str()),
            (Some("broken"), Some("unfamiliar")),
            "{run:#}"
        );
    }
    assert_eq!(flode.published(), before);
    flode.at("2026-03-02T10:20:00Z").run(&["release", "nyheter"]).code(0);
    assert_eq!(run(&mut flode, "2026-03-02T10:30:00Z", 0)["new"], 4);
}

#[test]
fn a_field_that_is_gone_is_told_and_takes_nothing_away() {
    let (origin, mut flode) = house(RECIPE);
    let before = ids(&flode);
    let bare = page(title, link).replace("<time>", "<time></time><b>").replace("</time><p>", "</b><p>");
    origin.html("/nyheter/", &bare);
    let first = run(&mut flode, "2026-03-02T10:00:00Z", 1);
    assert_eq!(first["causes"][0], "dates-missing", "{first:#}");
    assert_eq!(ids(&flode), before);
    let second = run(&mut flode, "2026-03-02T10:15:00Z", 0);
    assert_eq!((second["outcome"].as_str(), second["causes"][0].as_str()), (Some("healthy"), Some("dates-lost")));
    assert_eq!(ids(&flode), before);
}

#[test]
fn the_operator_hears_of_lost_categories_until_they_are_back_or_right() {
    let (origin, mut flode) = house(RECIPE);
    let said = |flode: &mut Flode| {
        let status = flode.run(&["status"]).code(0).stderr();
        status.contains("0 of 10 items have a category") && status.contains("the feeds of the categories get no news")
    };
    origin.html("/nyheter/", &page(title, link).replace("class=\"tags\"", "class=\"etiketter\""));
    assert_eq!(run(&mut flode, "2026-03-02T10:00:00Z", 1)["causes"][0], "categories-missing");
    for at in ["2026-03-02T10:15:00Z", "2026-03-02T11:00:00Z", "2026-03-03T11:00:00Z"] {
        assert_eq!(run(&mut flode, at, 0)["causes"][0], "categories-lost", "{at}");
        assert!(said(&mut flode), "{at}");
    }
    let alarms = flode.run(&["status", "--json"]).json()["alarms"].clone();
    assert_eq!(alarms.as_array().unwrap().len(), 1, "{alarms:#}");
    flode.at("2026-03-03T12:00:00Z").run(&["release", "nyheter"]).code(0);
    assert_eq!(run(&mut flode, "2026-03-03T12:15:00Z", 0)["causes"].as_array().unwrap().len(), 0);
    assert!(!said(&mut flode));
}

#[test]
fn silence_beyond_the_rhythm_is_told() {
    let (_origin, mut flode) = house(RECIPE);
    let quiet = run(&mut flode, "2026-03-10T10:00:00Z", 0);
    assert_eq!((quiet["outcome"].as_str(), quiet["causes"].as_array().unwrap().len()), (Some("unchanged"), 0));
    // Nothing has failed; but somebody may want to look.
    let silent = run(&mut flode, "2026-03-23T10:00:00Z", 0);
    assert_eq!((silent["outcome"].as_str(), silent["causes"][0].as_str()), (Some("unchanged"), Some("stale")));
    assert!(flode.run(&["status"]).code(0).stderr().contains("nothing new for 21 days"));
}
