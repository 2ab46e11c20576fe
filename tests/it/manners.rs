//! What a server asks for is kept, over restarts, until it has passed; a person may insist.

use crate::support::{Flode, Origin, RECIPE, list};

const PAGE: &[&str] = &["Ny bro över sundet | Trafik | /n/1", "Ny bok om skogen | Kultur | /n/2"];

fn house() -> (Origin, Flode) {
    let origin = Origin::start();
    origin.html("/nyheter/", &list(PAGE));
    let flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    (origin, flode)
}

#[track_caller]
fn outcome(flode: &Flode, args: &[&str], code: i32) -> String {
    let answer = flode.run(&[&["once", "--json"], args].concat()).code(code).json();
    answer["runs"][0]["outcome"].as_str().unwrap().to_owned()
}

#[test]
fn a_key_of_the_environment_in_an_address_is_shown_to_nobody() {
    let origin = Origin::start();
    let page = list(&["Nytt avtal | Kultur | #avtal", "Bio | Kultur | ?id=7", "Bad | Kultur | /bad/"]);
    origin.html("/nyheter/?k=hemligt17", &page);
    let mut flode = Flode::reading(&origin.url("/nyheter/?k=${FLODE_K}"), RECIPE);
    flode.env("FLODE_K", "hemligt17").once();
    let links = flode.feed("all.atom").entries.iter().map(|entry| entry.links[0].href.clone()).collect::<Vec<_>>();
    let want = ["/nyheter/#avtal", "/nyheter/?id=7", "/bad/"].map(|path| origin.url(path));
    assert_eq!(links, want);
    std::fs::write(flode.path("saved.html"), page.replace("Bio", "Film")).unwrap();
    flode.run(&["import", "saved.html", "--source", "nyheter"]).code(0);
    origin.fails("/nyheter/?k=hemligt17", "404 Not Found");
    let mut told = String::new();
    for command in [
        &["once"][..],
        &["status", "--json"],
        &["check", "--json"],
        &["status", "--show", "nyheter"],
        &["try", "nyheter"],
    ] {
        let ran = flode.at("2026-03-02T10:30:00Z").run(command);
        told += &(ran.stdout() + &ran.stderr());
    }
    assert!(told.contains("/nyheter/?***") && !told.contains("hemligt17"), "{told}");
    for (name, bytes) in flode.published() {
        assert!(!String::from_utf8_lossy(&bytes).contains("hemligt17"), "{name}");
    }
}

#[test]
fn a_promise_of_freshness_is_taken_at_its_word() {
    let (origin, mut flode) = house();
    origin.answers("/nyheter/", "200 OK", "cache-control: max-age=1800", &list(PAGE));
    assert_eq!(outcome(&flode, &[], 0), "healthy");
    assert_eq!(outcome(flode.at("2026-03-02T09:59:59Z"), &[], 0), "waiting");
    assert_eq!(origin.asked("/nyheter/").len(), 1);
    assert_eq!(outcome(&flode, &["--force"], 0), "unchanged");
    assert_eq!(outcome(flode.at("2026-03-02T10:30:00Z"), &[], 0), "unchanged");
    assert_eq!(origin.asked("/nyheter/").len(), 3);
}

#[test]
fn retry_after_holds_over_a_restart_and_no_longer_than_a_day() {
    for (header, waits, asks) in [
        ("retry-after: 3600", "2026-03-02T10:29:59Z", "2026-03-02T10:30:00Z"),
        ("retry-after: 99999999", "2026-03-03T09:29:59Z", "2026-03-03T09:30:00Z"),
    ] {
        let (origin, mut flode) = house();
        origin.answers("/nyheter/", "503 Service Unavailable", header, "");
        assert_eq!(outcome(&flode, &[], 1), "failed", "{header}");
        origin.html("/nyheter/", &list(PAGE));
        assert_eq!(outcome(flode.at(waits), &[], 0), "waiting", "{header}");
        assert_eq!(outcome(flode.at(asks), &[], 0), "healthy", "{header}");
    }
}

#[test]
fn without_a_word_of_the_server_a_person_need_not_wait() {
    let (origin, flode) = house();
    origin.answers("/nyheter/", "503 Service Unavailable", "retry-after: -1", "");
    assert_eq!(outcome(&flode, &[], 1), "failed");
    origin.html("/nyheter/", &list(PAGE));
    assert_eq!(outcome(&flode, &[], 0), "healthy");
}

#[test]
fn validators_that_bring_nothing_but_304_are_given_up_after_eight_days() {
    let (origin, mut flode) = house();
    origin.html_with_etag("/nyheter/", "\"fast\"", &list(PAGE));
    flode.once();
    for (now, conditional) in
        [("2026-03-09T09:30:00Z", true), ("2026-03-10T09:31:00Z", false), ("2026-03-11T09:31:00Z", true)]
    {
        flode.at(now).once();
        let asked = origin.asked("/nyheter/");
        assert_eq!(asked.last().unwrap().contains("if-none-match: \"fast\""), conditional, "{now}");
    }
}

#[test]
fn the_validators_of_a_page_without_items_never_stick() {
    let (origin, mut flode) = house();
    flode.once();
    origin.html_with_etag("/nyheter/", "\"underhall\"", &list(&[]));
    assert_eq!(outcome(flode.at("2026-03-02T10:00:00Z"), &[], 0), "empty");
    flode.at("2026-03-02T10:30:00Z").once();
    assert!(!origin.asked("/nyheter/").last().unwrap().contains("if-none-match"));
}

#[test]
fn robots_txt_is_heeded_unless_the_operator_says_otherwise() {
    let (origin, flode) = house();
    origin.text("/robots.txt", "User-agent: *\nDisallow: /nyheter\n");
    let ran = flode.run(&["once"]).code(1);
    assert!(ran.stderr().contains("robots.txt") && ran.stderr().contains("hint: "), "{}", ran.stderr());
    assert!(origin.asked("/nyheter/").is_empty());
    let config = std::fs::read_to_string(flode.path("config.toml")).unwrap();
    flode.write("config.toml", &config.replace("[source.recipe]", "robots = false\n[source.recipe]"));
    flode.run(&["once"]).code(0);
    assert_eq!(origin.asked("/nyheter/").len(), 1);
}

#[test]
fn the_visitor_says_who_it_is() {
    let origin = Origin::start();
    origin.html("/nyheter/", &list(PAGE));
    let flode = Flode::reading(
        &origin.url("/nyheter/"),
        &format!("{RECIPE}[fetch]\ncontact = \"https://www.malaro.example/om\"\n"),
    );
    flode.once();
    let head = origin.asked("/nyheter/").remove(0);
    assert!(
        head.contains(&format!("user-agent: flode/{} (+https://www.malaro.example/om)\r\n", env!("CARGO_PKG_VERSION"))),
        "{head}"
    );
    assert!(!head.contains("cookie") && !head.contains("referer"), "{head}");
}

#[test]
fn the_whole_history_is_walked_once_when_asked_for() {
    let origin = Origin::start();
    for page in 0..8 {
        let items: Vec<String> = (0..3).map(|i| format!("Nyhet {page}{i} om länet | Kultur | /n/{page}{i}")).collect();
        origin.html(
            &format!("/nyheter/?skip={}&take=3", page * 3),
            &list(&items.iter().map(String::as_str).collect::<Vec<_>>()),
        );
    }
    origin.html("/nyheter/?skip=24&take=3", &list(&[]));
    let mut flode =
        Flode::reading(&origin.url("/nyheter/?skip=0&take=3"), &format!("{RECIPE}[source.pages]\nmax = 2\n"));
    assert_eq!(flode.once()["runs"][0]["new"], 6);
    let answer = flode.at("2026-03-02T10:00:00Z").run(&["once", "--backfill", "--json"]).code(0).json();
    assert_eq!(
        (answer["runs"][0]["new"].clone(), answer["runs"][0]["pages"].clone()),
        (18.into(), 8.into()),
        "{answer:#}"
    );
    assert_eq!(flode.titles("all.rss").len(), 24);
    assert_eq!(flode.at("2026-03-02T10:30:00Z").once()["runs"][0]["reason"], "same body");
}
