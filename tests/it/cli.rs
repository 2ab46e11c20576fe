//! The command line: what people read, what programs read, exit codes.

use crate::support::{Flode, Origin, RECIPE, list};

const LISTING: &str = "Nyheter\n\n • Ny bro över sundet\n\n  Bron öppnar i maj.\n\n  TrafikProjekt inom buss\n • Konst på \
                       sjukhusen\n\n  Tavlor köps in.\n\n  Kultur\n";

const PAGE: &[&str] = &[
    "Ny bro över sundet | Trafik | /n/1 | 1 mars 2026 | Bron öppnar i maj.",
    "Ny bok om länets skogar | Kultur | /n/2",
    "Fler platser på sommarkursen | Kultur | /n/3",
];

fn house() -> (Origin, Flode) {
    let origin = Origin::start();
    origin.html("/nyheter/", &list(PAGE));
    let flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    (origin, flode)
}

#[test]
fn a_pass_is_a_table() {
    let (_origin, flode) = house();
    let ran = flode.run(&["once"]).code(0);
    let want = "source   outcome  found  new  edited  moved  rows  note\nnyheter  healthy      3    3       0      0    21\n\
                published: 3 feeds looked at, 14 files written, 0 unchanged, in feeds\n";
    assert_eq!(ran.stdout().replace(&flode.path("feeds").display().to_string(), "feeds"), want);
    assert_eq!(ran.stderr(), "");
}

#[test]
fn status_tells_of_sources_and_feeds() {
    let (origin, mut flode) = house();
    let missing = flode.run(&["status"]).code(2);
    assert!(missing.stderr().contains("there is no store") && missing.stderr().contains("hint: `flode once`"));
    flode.once();
    let status = flode.run(&["status"]).code(0).stdout();
    assert!(
        status.contains("nyheter  healthy        3     0         0  2026-03-02 10:30  2026-03-02 10:30"),
        "{status}"
    );
    assert!(
        status.contains("kultur      2  2026-03-02 10:29  2026-03-02 10:30         0        0  published  Kultur"),
        "{status}"
    );
    origin.fails("/nyheter/", "503 Service Unavailable");
    flode.at("2026-03-02T10:30:00Z").run(&["once"]).code(1);
    let ran = flode.run(&["status"]).code(1);
    assert!(
        ran.stderr().contains("error: nyheter: ") && ran.stderr().contains("well until 2026-03-02 10:30"),
        "{}",
        ran.stderr()
    );
}

#[test]
fn a_page_can_be_tried_and_nothing_is_kept() {
    let (origin, flode) = house();
    for args in [
        &["try", "nyheter"][..],
        &["try", &origin.url("/nyheter/"), "--source", "nyheter"],
        &["try", &origin.url("/nyheter/")],
    ] {
        let ran = flode.run(args).code(0).stdout();
        for words in [
            "healthy, 3 items",
            "  1. Ny bro över sundet",
            "categories Trafik",
            "date       2026-03-01",
            "summary    Bron öppnar i maj.",
        ] {
            assert!(ran.contains(words), "{args:?} lacks {words}:\n{ran}");
        }
    }
    flode.write("sparad.txt", LISTING);
    let json = flode.run(&["try", "sparad.txt", "--json"]).code(0).json();
    assert_eq!(json["items"][0]["categories"][1], "Projekt inom buss", "{json:#}");
    assert_eq!(json["verdict"], "healthy");
    let broken = flode.run(&["try", &origin.url("/finns-inte/")]).code(1);
    assert!(broken.stderr().contains("404"), "{}", broken.stderr());
    let nothing = flode.run(&["try", "vad"]).code(2);
    assert!(nothing.stderr().contains("`vad` is neither an address, nor a file, nor a source"), "{}", nothing.stderr());
    assert!(!flode.path("flode.db").exists() && !flode.path("feeds").exists());
}

#[test]
fn a_page_can_be_tried_without_a_configuration() {
    let (origin, flode) = house();
    std::fs::remove_file(flode.path("config.toml")).unwrap();
    let ran = flode.run(&["try", &origin.url("/nyheter/")]).code(0).stdout();
    assert!(ran.contains("3 items"), "{ran}");
}

#[test]
fn a_page_without_a_list_says_what_was_looked_at_and_what_to_do() {
    let (origin, flode) = house();
    let page = |main: &str| {
        format!("<!DOCTYPE html><title>Nyheter</title><nav><a href=/om>Om kommunen</a></nav><main>{main}</main>")
    };
    let seen = "looked at: links: 1; scripts: 1; what may be titles, outside of menus: 0; list `ul.news`: 0; item `li.item`: 0";
    origin.html("/nyheter/", &page("<div id=app></div><script src=/app.js></script>"));
    let ran = flode.run(&["try", "nyheter"]).code(1);
    assert!(ran.stdout().contains(seen), "{}", ran.stdout());
    assert!(ran.stderr().contains("hint: a script probably puts the list there"), "{}", ran.stderr());
    let json = flode.run(&["try", "nyheter", "--json"]).code(1).json();
    assert!(format!("looked at: {}", json["looked_at"].as_str().unwrap()).starts_with(seen), "{json:#}");
    assert!(json["hint"].as_str().unwrap().contains("flode runs none"), "{json:#}");
    let titles = "<h2><a href=/n>Ny bro över sundet</a></h2>".repeat(4);
    origin.html("/nyheter/", &page(&titles));
    let ran = flode.run(&["try", "nyheter"]).code(1).stderr();
    assert!(ran.contains("hint: say where it is: "), "{ran}");
    origin.html("/nyheter/", &list(&["Ny bro | Trafik | /n/1"]));
    let json = flode.run(&["try", "nyheter", "--json"]).code(0).json();
    assert!(json["hint"].is_null() && json["looked_at"].is_null(), "{json:#}");
}

#[test]
fn a_check_warns_of_a_feed_whose_category_no_item_has() {
    let (_origin, flode) = house();
    let config = std::fs::read_to_string(flode.path("config.toml")).unwrap();
    let feed = "[[feed]]\nslug = \"bygga\"\ntitle = \"Bygga\"\ncategories = [\"Trafik\", \"Trafik & bygge\"]\n";
    flode.write("config.toml", &format!("{config}{feed}"));
    assert_eq!(flode.run(&["check"]).code(0).stderr(), "", "nothing was read yet");
    flode.once();
    let told = flode.run(&["check"]).code(0).stderr();
    assert_eq!(told, "warning: feed `bygga`: no item has the category `trafik & bygge` so far\n");
    let json = flode.run(&["check", "--json"]).code(0).json();
    assert_eq!(json["warnings"][0]["reason"], "feed `bygga`: no item has the category `trafik & bygge` so far");
}

#[test]
fn archived_pages_are_imported_once() {
    let (_origin, mut flode) = house();
    flode.write("gammal.txt", LISTING);
    let import = ["import", "gammal.txt", "--source", "nyheter", "--seen", "2024-03-01", "--json"];
    let first = flode.run(&import).code(0).json();
    assert_eq!(first["runs"][0]["new"], 2, "{first:#}");
    assert_eq!(flode.titles("all.rss"), ["Ny bro över sundet", "Konst på sjukhusen"]);
    let dates: Vec<_> = flode.feed("all.atom").entries.iter().map(|e| e.published.unwrap().to_rfc3339()).collect();
    assert_eq!(dates, ["2024-03-01T11:00:00+00:00", "2024-03-01T10:59:59+00:00"]);
    let before = flode.published();
    let again = flode.at("2026-04-01T08:00:00Z").run(&import).code(0).json();
    assert_eq!((again["runs"][0]["rows"].clone(), again["published"]["files_written"].clone()), (0.into(), 0.into()));
    assert_eq!(flode.published(), before);
}

#[test]
fn an_import_that_cannot_be_read_keeps_nothing() {
    let (_origin, flode) = house();
    flode.write("gammal.txt", LISTING);
    for (args, words) in [
        (["import", "gammal.txt", "saknas.txt", "--source", "nyheter"], "saknas.txt could not be read"),
        (["import", "gammal.txt", "gammal.txt", "--source", "nyhter"], "there is no source `nyhter`"),
    ] {
        let ran = flode.run(&args).code(2);
        assert!(ran.stderr().contains(words), "{}", ran.stderr());
    }
    let ran = flode.run(&["import", "gammal.txt", "--source", "nyheter", "--seen", "i går"]).code(2);
    assert!(ran.stderr().contains("`i går` is not a date\nhint: "), "{}", ran.stderr());
    assert!(flode.files().is_empty(), "{:?}", flode.files());
}

#[test]
fn a_check_tells_every_mistake_and_the_next_runs() {
    let (_origin, flode) = house();
    let ran = flode.run(&["check"]).code(0).stdout();
    assert!(ran.contains("nyheter  */30 * * * *  2026-03-02 11:00, 2026-03-02 11:30, 2026-03-02 12:00"), "{ran}");
    flode.write("config.toml", "[site]\ntitel = 1\n[[source]]\nid = \"a\"\nurl = \"x\"\nschedule = \"60 * * * *\"\n");
    let ran = flode.run(&["check"]).code(2);
    for words in ["config.toml:2", "did you mean `title`", "config.toml:5", "config.toml:6", "minute 60"] {
        assert!(ran.stderr().contains(words), "no {words} in:\n{}", ran.stderr());
    }
    let json = flode.run(&["check", "--json"]).code(2).json();
    assert!(json["mistakes"].as_array().unwrap().len() >= 4, "{json:#}");
}

#[test]
fn a_configuration_that_is_not_there_is_named() {
    let (_origin, flode) = house();
    let ran = flode.run(&["once", "--config", "annan.toml"]).code(2);
    assert!(ran.stderr().contains("annan.toml"), "{}", ran.stderr());
    assert!(ran.stderr().contains("hint: "), "{}", ran.stderr());
}

#[test]
fn wrong_words_are_exit_code_two() {
    let (_origin, flode) = house();
    flode.run(&["onec"]).code(2);
    flode.run(&["once", "--vad"]).code(2);
    let ran = flode.run(&["once", "nyhter"]).code(2);
    assert!(ran.stderr().contains("there is no source `nyhter`") && ran.stderr().contains("the sources are: nyheter"));
}

#[test]
fn a_text_listing_is_a_source_like_any_other() {
    let origin = Origin::start();
    origin.text("/lista.txt", LISTING);
    let flode = Flode::reading(&origin.url("/lista.txt"), "");
    flode.once();
    assert_eq!(flode.titles("projekt-inom-buss.atom"), ["Ny bro över sundet"]);
    assert!(flode.feed("kultur.rss").entries[0].links.is_empty());
}
