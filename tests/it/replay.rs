//! What another recipe would have done, before it goes live.

use std::fs;

use crate::support::{Flode, Origin, RECIPE, list};

const OLD: &[&str] = &[
    "Ny bro över sundet | Trafik | /n/1 | 1 mars 2026 | Bron öppnar i maj.",
    "Ny bok om länets skogar | Kultur | /n/2 | 28 februari 2026 | Skogarna är äldre än man trott.",
    "Fler platser på sommarkursen | Kultur | /n/3 | 27 februari 2026 | Kursen är för alla.",
];
const NEW: &str = "Sjukhuset får ny entré | Vård | /n/4 | 2 mars 2026 | Den gamla var trång.";

/// The page after a redesign: the same news, and one more, in other elements.
fn redesigned() -> String {
    let rows: Vec<&str> = std::iter::once(NEW).chain(OLD.iter().copied()).collect();
    let mut html = String::from("<!DOCTYPE html><html lang=\"sv\"><title>Aktuellt</title><section class=\"lista\">");
    for row in rows {
        let parts: Vec<&str> = row.split('|').map(str::trim).collect();
        html.push_str(&format!(
            "<article class=\"kort\"><span class=\"etikett\">{}</span><h3><a href=\"{}\">{}</a></h3>\
             <time>{}</time><div class=\"ingress\">{}</div></article>",
            parts[1], parts[2], parts[0], parts[3], parts[4]
        ));
    }
    html + "</section></html>"
}

const GOOD: &str = "[recipe]\nlist = \"section.lista\"\nitem = \"article.kort\"\ntitle = \"h3\"\nlink = \"h3 a@href\"\n\
                    summary = \".ingress\"\ndate = \"time\"\ncategories = \".etikett\"\n";
const BAD: &str = "[recipe]\nitem = \"article.kort\"\ntitle = \".ingress\"\nlink = []\ndate = \"time\"\ncategories = \
                   \".etikett\"\n";

/// A source that was read twice, and then redesigned under its recipe.
fn house() -> (Origin, Flode) {
    let origin = Origin::start();
    let mut flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    origin.html("/nyheter/", &list(&OLD[1..]));
    flode.once();
    origin.html("/nyheter/", &list(OLD));
    flode.at("2026-03-02T10:30:00Z").once();
    origin.html("/nyheter/", &redesigned());
    flode.at("2026-03-02T11:30:00Z").run(&["once"]).code(1);
    (origin, flode)
}

#[test]
fn a_good_recipe_moves_nothing_and_then_does_what_was_said() {
    let (_origin, mut flode) = house();
    flode.write("ny.toml", GOOD);
    let before = fs::read(flode.path("flode.db")).unwrap();
    let ran = flode.run(&["replay", "nyheter", "--recipe", "ny.toml"]).code(0).stdout();
    for words in [
        "2026-03-02 12:30 CET  broken, 0 items → healthy, 4 items\n",
        "  + Ny bro över sundet\n",
        "  ! news: Sjukhuset får ny entré\n",
        "2026-03-02 10:30 CET to 2026-03-02 11:30 CET, 2 pages  healthy, 2 to 3 items → broken: the element that holds \
         the list is not on the page\n2026-03-02 12:30 CET",
        "nyheter: of 3 pages kept, no id moves; 1 news item, of pages that were not understood; 2 pages would not \
         be understood\n",
    ] {
        assert!(ran.contains(words), "no {words} in:\n{ran}");
    }
    let json = flode.run(&["replay", "nyheter", "--recipe", "ny.toml", "--json"]).code(0).json();
    assert_eq!((json["moved_ids"].clone(), json["news"].clone()), (serde_json::json!({}), 1.into()), "{json:#}");
    assert_eq!(fs::read(flode.path("flode.db")).unwrap(), before, "nothing was written");
    // The same recipe in the configuration.
    let config = fs::read_to_string(flode.path("config.toml")).unwrap();
    let good = GOOD.replace("[recipe]", "[source.recipe]");
    flode.write("config.toml", &config.replace(RECIPE, &good));
    assert_eq!(flode.run(&["replay", "nyheter", "--json"]).code(0).json(), json);
    let ids: Vec<String> = flode.feed("all.atom").entries.into_iter().map(|entry| entry.id).collect();
    let run = flode.at("2026-03-02T12:30:00Z").once();
    assert_eq!((run["runs"][0]["new"].clone(), run["runs"][0]["found"].clone()), (1.into(), 4.into()), "{run:#}");
    let after: Vec<String> = flode.feed("all.atom").entries.into_iter().map(|entry| entry.id).collect();
    assert_eq!(after[1..], ids);
    assert_eq!(json["pages"][2]["announced"][0]["id"], after[0].as_str(), "the id that was foretold");
}

#[test]
fn a_bad_recipe_says_which_ids_would_move() {
    let (_origin, flode) = house();
    flode.write("ny.toml", BAD);
    let ran = flode.run(&["replay", "nyheter", "--recipe", "ny.toml"]).code(1).stdout();
    assert!(ran.contains("  ! announced again: Bron öppnar i maj.\n      urn:uuid:"), "{ran}");
    assert!(ran.contains("3 known items would be announced again, under another id"), "{ran}");
    let json = flode.run(&["replay", "nyheter", "--recipe", "ny.toml", "--json"]).code(1).json();
    let moved: Vec<&String> = json["moved_ids"].as_object().unwrap().keys().collect();
    let mut known: Vec<String> = flode.feed("all.atom").entries.into_iter().map(|entry| entry.id).collect();
    known.sort();
    assert_eq!(moved, known.iter().collect::<Vec<_>>());
    assert_eq!(json["announces"], true);
}

#[test]
fn a_recipe_that_reads_the_old_pages_otherwise_is_held_against_what_was_found() {
    let origin = Origin::start();
    let flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    origin.html("/nyheter/", &list(OLD));
    flode.once();
    for (recipe, code, words) in [
        (RECIPE.replace("summary = \"p\"\n", ""), 0, vec!["nyheter: of 1 page kept, no id moves\n"]),
        // With an address, another title is an edit.
        (
            RECIPE.replace("title = \"h2\"", "title = \"p\""),
            0,
            vec!["  ~ Ny bro över sundet\n      title: Ny bro över sundet → Bron öppnar i maj.\n", "no id moves"],
        ),
        // Without one, by its place on the page: nothing of the title is left.
        (
            RECIPE.replace("title = \"h2\"", "title = \"time\"").replace("h2 a@href", "h2 b@href"),
            1,
            vec!["  ! announced again: 1 mars 2026\n", "3 known items would be announced again"],
        ),
        // Half of the list.
        (
            RECIPE.replace("li.item", "li.item:nth-child(even)"),
            0,
            vec!["healthy, 3 items → healthy, 1 items\n  - Ny bro över sundet\n  - Fler platser"],
        ),
    ] {
        flode.write("ny.toml", &recipe);
        let ran = flode.run(&["replay", "nyheter", "--recipe", "ny.toml"]).code(code).stdout();
        for words in words {
            assert!(ran.contains(words), "no {words} in:\n{recipe}\n{ran}");
        }
    }
}

#[test]
fn what_was_passed_over_would_be_announced_now() {
    let origin = Origin::start();
    let flode = Flode::reading(&origin.url("/nyheter/"), &RECIPE.replace("li.item", "li.item:first-child"));
    origin.html("/nyheter/", &list(OLD));
    flode.once();
    flode.write("ny.toml", RECIPE);
    let ran = flode.run(&["replay", "nyheter", "--recipe", "ny.toml"]).code(1).stdout();
    assert!(ran.contains("  ! announced now: Fler platser på sommarkursen\n"), "{ran}");
    assert!(ran.contains("no id moves; 2 items of earlier pages would be announced now"), "{ran}");
}

#[test]
fn mistakes_are_told_with_their_places() {
    let (_origin, flode) = house();
    flode.write("ny.toml", "[recipe]\nitem = \"li[\"\ntitel = \"h2\"\n");
    let ran = flode.run(&["replay", "nyheter", "--recipe", "ny.toml"]).code(2);
    for words in ["ny.toml:2:11: ", "ny.toml:3:1: ", "did you mean `title`"] {
        assert!(ran.stderr().contains(words), "no {words} in:\n{}", ran.stderr());
    }
    let json = flode.run(&["replay", "nyheter", "--recipe", "ny.toml", "--json"]).code(2).json();
    assert_eq!(json["mistakes"].as_array().unwrap().len(), 2, "{json:#}");
    flode.run(&["replay", "nyheter", "--recipe", "saknas.toml"]).code(2);
    let ran = flode.run(&["replay", "nyhter"]).code(2);
    assert!(ran.stderr().contains("the sources are: nyheter"), "{}", ran.stderr());
}

#[test]
fn it_works_while_the_daemon_runs() {
    let origin = Origin::start();
    origin.html("/nyheter/", &list(OLD));
    let schedule = format!("schedule = \"0 0 1 1 *\"\n{RECIPE}[serve]\nlisten = \"127.0.0.1:0\"\n");
    let flode = Flode::reading(&origin.url("/nyheter/"), &schedule);
    let mut daemon = flode.start(&["run"]);
    daemon.wait_for_log("published 3 feeds");
    flode.write("ny.toml", RECIPE);
    let ran = flode.run(&["replay", "nyheter", "--recipe", "ny.toml"]).code(0).stdout();
    assert!(ran.contains("of 1 page kept, no id moves"), "{ran}");
    flode.run(&["status", "--show", "nyheter"]).code(0);
    daemon.signal("TERM");
    daemon.end().code(0);
}

#[test]
fn a_source_without_pages_says_so() {
    let origin = Origin::start();
    origin.html("/nyheter/", &list(OLD));
    let flode = Flode::reading(&origin.url("/nyheter/"), &format!("{RECIPE}[archive]\npages = 0\n"));
    flode.once();
    let ran = flode.run(&["replay", "nyheter"]).code(2);
    assert!(ran.stderr().contains("no page of `nyheter` is kept yet\nhint: "), "{}", ran.stderr());
    assert!(flode.run(&["status", "--show", "nyheter"]).code(0).stdout().contains("no page is kept"));
}

#[test]
fn what_the_flood_gate_would_hold_is_said() {
    let rows = |from: usize, word: &str| -> Vec<String> {
        (from..from + 6).map(|n| format!("Nyhet {n} om {word} | Kultur | /n/{n} | | Rad {n} om länet.")).collect()
    };
    let page = |rows: &[String]| list(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    let origin = Origin::start();
    let mut flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    origin.html("/nyheter/", &page(&rows(1, "bron")));
    flode.once();
    origin.html("/nyheter/", &page(&[&rows(7, "skogen")[..1], &rows(1, "bron")[..5]].concat()));
    flode.at("2026-03-02T11:30:00Z").once();
    // A recipe that reads another field as the title makes every item a new one.
    let other = RECIPE.replace("[source.recipe]", "[recipe]");
    let title = other.lines().find(|line| line.starts_with("title")).unwrap().to_owned();
    let summary = other.lines().find(|line| line.starts_with("summary")).unwrap().to_owned();
    let swapped = other.replace(&title, &summary.replace("summary", "title")).replace(&format!("\n{summary}"), "");
    flode.write(
        "ny.toml",
        &(swapped.lines().filter(|line| !line.starts_with("link")).collect::<Vec<_>>().join("\n") + "\nlink = []\n"),
    );
    let replay = ["replay", "nyheter", "--recipe", "ny.toml"];
    let said = flode.run(&replay).code(1).stdout();
    for words in ["→ suspect: ", "  held first, until the next page says the same", "6 of them would be held first"] {
        assert!(said.contains(words), "no {words} in:\n{said}");
    }
    let json = flode.run(&[&replay[..], &["--json"]].concat()).code(1).json();
    let held: Vec<_> = json["pages"].as_array().unwrap().iter().map(|page| page["held"].clone()).collect();
    assert_eq!((held, json["held"].clone()), (vec![0.into(), 6.into()], 6.into()), "{json:#}");
    // And so it is.
    let config = fs::read_to_string(flode.path("config.toml")).unwrap();
    let new = fs::read_to_string(flode.path("ny.toml")).unwrap().replace("[recipe]", "[source.recipe]");
    flode.write("config.toml", &config.replace(RECIPE, &new));
    let run = flode.at("2026-03-02T12:30:00Z").run(&["once", "--json"]).json();
    assert_eq!((run["runs"][0]["new"].clone(), run["runs"][0]["held"].clone()), (0.into(), 6.into()), "{run:#}");
}
