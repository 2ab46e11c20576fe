//! The last pages of a source: which are kept, how much they take, and how they are shown.

use flode::model::{FoundItem, Page, SourceId, Verdict};
use flode::store::{Archive, Options, SavedPage, SourceMemory, Store};
use jiff::{SignedDuration, Timestamp};

use crate::support::{Flode, Origin, RECIPE, list};

const A: &str = "Ny bro över sundet | Trafik | /n/1 | 1 mars 2026 | Bron öppnar i maj.";
const B: &str = "Ny bok om länets skogar | Kultur | /n/2";

/// The kept pages of `nyheter`, the newest first: verdict and items.
#[track_caller]
fn kept(flode: &Flode) -> Vec<(String, u64)> {
    let shown: serde_json::Value =
        serde_json::from_str(&flode.run(&["status", "--show", "nyheter", "--json"]).stdout()).unwrap();
    let pages = shown["pages"].as_array().unwrap().iter();
    pages.map(|page| (page["verdict"].as_str().unwrap().to_owned(), page["items"].as_u64().unwrap())).collect()
}

fn healthy(items: u64) -> (String, u64) {
    ("healthy".to_owned(), items)
}

#[test]
fn a_page_is_kept_once_and_of_those_that_are_not_believed_the_newest() {
    let origin = Origin::start();
    let mut flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    origin.html("/nyheter/", &list(&[A]));
    flode.once();
    flode.at("2026-03-02T10:00:00Z").once();
    assert_eq!(kept(&flode), [healthy(1)], "the same body");
    origin.html("/nyheter/", &format!("{}<!-- {} -->", list(&[A]), 17));
    flode.at("2026-03-02T10:30:00Z").once();
    assert_eq!(kept(&flode), [healthy(1)], "another body with the same items");
    origin.html("/nyheter/", &list(&[B, A]));
    flode.at("2026-03-02T11:00:00Z").once();
    assert_eq!(kept(&flode), [healthy(2), healthy(1)]);
    for (hour, page) in [("12", "<h1>Underhåll</h1>"), ("13", "<h1>Strax tillbaka</h1>")] {
        origin.html("/nyheter/", page);
        flode.at(&format!("2026-03-02T{hour}:00:00Z")).run(&["once"]).code(1);
    }
    let broken = ("broken".to_owned(), 0);
    assert_eq!(kept(&flode), [broken.clone(), healthy(2), healthy(1)]);
    let page = flode.run(&["status", "--show", "nyheter", "--page"]).code(0).stdout();
    assert_eq!(page, "<h1>Strax tillbaka</h1>");
    // The page of before once more.
    origin.html("/nyheter/", &list(&[A]));
    flode.at("2026-03-02T14:00:00Z").once();
    assert_eq!(kept(&flode), [healthy(1), broken, healthy(2)]);
}

#[test]
fn a_page_that_a_mended_recipe_understands_is_no_longer_doubted() {
    let origin = Origin::start();
    let mut flode = Flode::reading(&origin.url("/nyheter/"), &RECIPE.replace("ul.news", "ul.nyheter"));
    origin.html("/nyheter/", &list(&[A]));
    flode.run(&["once"]).code(1);
    assert_eq!(kept(&flode), [("broken".to_owned(), 0)]);
    let config = std::fs::read_to_string(flode.path("config.toml")).unwrap();
    flode.write("config.toml", &config.replace("ul.nyheter", "ul.news"));
    flode.at("2026-03-02T10:00:00Z").once();
    assert_eq!(kept(&flode), [healthy(1)]);
}

#[test]
fn what_changed_in_a_page_is_shown() {
    let origin = Origin::start();
    let mut flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    origin.html("/nyheter/", &list(&[B, A]));
    flode.once();
    origin.html("/nyheter/", &list(&[B, A]).replace("\"news\"", "\"nyheter\"").replace("Nyheter<", "Aktuellt<"));
    flode.at("2026-03-02T10:30:00Z").run(&["once"]).code(1);
    let shown = flode.run(&["status", "--show", "nyheter"]).code(1).stdout();
    for words in [
        "nyheter\n  address    http://127.0.0.1:",
        "  trouble    the page is broken: the element that holds the list is not on the page\n",
        "  last good  2026-03-02 10:30 CET\n",
        "page of           verdict  items  bytes  kept  reason\n2026-03-02 11:30  broken       ",
        "the page of 2026-03-02 11:30 CET was not believed, beside the last good one of 2026-03-02 10:30 CET\n",
        "  title: Nyheter → Aktuellt\n",
        "list `ul.news`          1          0\n",
        "item `li.item`          2          2\n",
        "\n-       ul.news\n+       ul.nyheter\n          li.item ×2\n",
        "flode status --show nyheter --page > page.html",
    ] {
        assert!(shown.contains(words), "no {words} in:\n{shown}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&flode.run(&["status", "--show", "nyheter", "--json"]).code(1).stdout()).unwrap();
    assert_eq!(json["change"]["title"]["this_page"], "Aktuellt", "{json:#}");
    assert_eq!(json["change"]["counts"][0]["last_good"], 1, "{json:#}");
    flode.run(&["status", "--show", "nyhter"]).code(2);
}

#[test]
fn a_kept_page_reads_as_it_did() {
    let origin = Origin::start();
    let flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    let page = list(&[A]).replace("<title>", "<meta charset=\"iso-8859-1\"><title>");
    origin.html("/nyheter/", &page);
    flode.once();
    let written = flode.run(&["status", "--show", "nyheter", "--page"]).code(0).stdout();
    assert_eq!(written, format!("\u{FEFF}{page}"), "a browser would believe the declaration");
    flode.write("sparad.html", &written);
    let read = flode.run(&["try", "sparad.html", "--source", "nyheter", "--json"]).code(0).json();
    assert_eq!(read["items"][0]["title"], "Ny bro över sundet");
}

#[test]
fn a_key_in_an_address_is_not_shown() {
    let origin = Origin::start();
    let mut flode = Flode::reading(&origin.url("/nyheter/?api_key=hemligt17"), RECIPE);
    origin.html("/nyheter/?api_key=hemligt17", &list(&[A]));
    flode.once();
    origin.html("/nyheter/?api_key=hemligt17", "<p>Underhåll");
    flode.at("2026-03-02T10:30:00Z").run(&["once"]).code(1);
    for args in [
        &["status", "--show", "nyheter"][..],
        &["status", "--show", "nyheter", "--json"],
        &["status", "--show", "nyheter", "--page"],
        &["replay", "nyheter"],
        &["replay", "nyheter", "--json"],
    ] {
        let ran = flode.run(args);
        let told = ran.stdout() + &ran.stderr();
        assert!(!told.is_empty() && !told.contains("hemligt17"), "{args:?}: {told}");
    }
}

#[test]
fn a_page_that_is_too_large_is_named_and_not_kept() {
    let origin = Origin::start();
    let flode = Flode::reading(&origin.url("/nyheter/"), &format!("{RECIPE}[archive]\nmax_bytes = \"1KiB\"\n"));
    origin.html("/nyheter/", &format!("{}<p>{}", list(&[A]), noise(1, 3000)));
    flode.once();
    let shown = flode.run(&["status", "--show", "nyheter"]).code(0).stdout();
    assert!(shown.contains("too large to be kept") && shown.contains("no page is kept"), "{shown}");
    assert!(flode.run(&["replay", "nyheter"]).code(0).stdout().contains("→ too large to be kept"));
    flode.run(&["status", "--show", "nyheter", "--page"]).code(2);
}

/// Letters that do not compress well, other ones for each seed.
fn noise(seed: u64, letters: usize) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'a' + u8::try_from(state % 26).unwrap())
    };
    (0..letters).map(|_| next()).collect()
}

/// A page of about 100 KB as a site makes them: much that stays, twenty items, a token that changes.
fn page(hour: u64) -> (Page, Vec<FoundItem>) {
    let entry =
        |n| format!("<li class=\"menu__item menu__item--level-2\"><a href=\"/avdelning/{n}\">{}</a>\n", noise(n, 14));
    let menu = (0..900).map(entry).collect::<Vec<_>>().concat();
    let item = |n: u64| FoundItem {
        title: format!("{} {}", noise(n, 8), noise(n + 7, 30)),
        link: format!("https://www.malaro.example/nyheter/{n}/{}", noise(n, 20)).parse().ok(),
        summary: Some(noise(n + 1000, 160)),
        ..FoundItem::default()
    };
    let items: Vec<FoundItem> = (hour..hour + 20).rev().map(item).collect();
    let row = |item: &FoundItem| format!("<li><h2>{}</h2><p>{}</p>", item.title, item.summary.as_deref().unwrap());
    let rows = items.iter().map(row).collect::<Vec<_>>().concat();
    let scripts = noise(5, 12_000).repeat(2);
    let text = format!(
        "<main>{menu}<ul>{rows}</ul><input name=\"token\" value=\"{}\"><script>{scripts}</script></main>",
        noise(hour, 64)
    );
    (Page { url: "https://www.malaro.example/nyheter/".parse().unwrap(), text, media_type: None }, items)
}

/// Bytes of the archive: pages, and compressed bytes of their bodies.
async fn keep(archive: Archive, pages: impl Iterator<Item = (Page, Vec<FoundItem>)>) -> (Vec<SavedPage>, u64) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("flode.db");
    let store = Store::open(&Options { path: path.clone() }).await.unwrap();
    let source = SourceId::parse("a").unwrap();
    let mut now: Timestamp = "2026-03-02T09:30:00Z".parse().unwrap();
    for (hour, (page, items)) in (0_u64..).zip(pages) {
        let saved = SavedPage::new(&page, now, &Verdict::Healthy, hour.to_be_bytes().to_vec(), items);
        let mut ledger = store.begin().await.unwrap();
        ledger.remember(&source, &SourceMemory::default()).await.unwrap();
        ledger.archive(&source, &saved, &archive).await.unwrap();
        ledger.commit().await.unwrap();
        now += SignedDuration::from_hours(1);
    }
    let kept = store.saved_pages(&source).await.unwrap();
    store.close().await;
    (kept, std::fs::metadata(&path).unwrap().len())
}

#[tokio::test]
async fn the_archive_is_bounded_over_two_hundred_pages() {
    let length = page(0).0.text.len();
    let (pages, file) = keep(Archive::default(), (0..200).map(page)).await;
    let bytes: usize = pages.iter().filter_map(SavedPage::packed).sum();
    println!("pages of {length} bytes: {} kept in {bytes} bytes, the whole ledger {file} bytes", pages.len());
    assert_eq!(pages.len(), 10);
    assert_eq!(pages.last().unwrap().page().unwrap().unwrap().text, page(199).0.text, "the newest, as it was");
    assert_eq!(pages.last().unwrap().items, page(199).1);
    assert!(bytes < 500_000 && file < 2 << 20, "{bytes} {file}");

    // Pages that do not compress: the bytes are the bound.
    let noisy = |hour: u64| {
        let text = noise(hour + 1, 60_000);
        (Page { text, ..page(0).0 }, Vec::new())
    };
    let archive = Archive { pages: 100, max_bytes: 200_000 };
    let (pages, _) = keep(archive, (0..20).map(noisy)).await;
    let bytes: usize = pages.iter().filter_map(SavedPage::packed).sum();
    assert!(bytes <= 200_000 && pages.len() >= 4, "{bytes} bytes, {} pages", pages.len());
}

#[tokio::test]
async fn a_page_that_is_not_believed_does_not_push_out_the_last_good_one() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&Options { path: dir.path().join("flode.db") }).await.unwrap();
    let source = SourceId::parse("a").unwrap();
    let archive = Archive { pages: 10, max_bytes: 80_000 };
    let broken = Verdict::Broken(vec![flode::model::Cause::NoItems]);
    for (hour, verdict) in [(1_u64, Verdict::Healthy), (2, Verdict::Healthy), (3, broken.clone()), (4, broken)] {
        let now = Timestamp::from_second(i64::try_from(hour).unwrap() * 3600).unwrap();
        let page = Page { text: noise(hour, 60_000), ..page(0).0 };
        let saved = SavedPage::new(&page, now, &verdict, vec![u8::try_from(hour).unwrap()], Vec::new());
        let mut ledger = store.begin().await.unwrap();
        ledger.remember(&source, &SourceMemory::default()).await.unwrap();
        ledger.archive(&source, &saved, &archive).await.unwrap();
        ledger.commit().await.unwrap();
    }
    let kept = store.saved_pages(&source).await.unwrap();
    let hashes: Vec<&[u8]> = kept.iter().map(|page| page.body_hash.as_slice()).collect();
    assert_eq!(hashes, [&[2_u8][..], &[4]]);
}

#[test]
fn a_suspect_page_is_kept_beside_what_is_held_of_it_until_it_is_believed() {
    let ten = |name: &str, year: usize| -> String {
        let row =
            |n: usize| format!("{name} {n} | Kultur | /nyheter/{name}-{n} | {} mars {year} | Om {name} {n}.", 28 - n);
        list(&(1..=10).map(row).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>())
    };
    let origin = Origin::start();
    let mut flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    flode.at("2026-04-02T09:00:00Z");
    origin.html("/nyheter/", &ten("Nyhet", 2026));
    flode.once();
    // Nothing on it is known, and all of it is old.
    origin.html("/nyheter/", &ten("Minne", 2019));
    flode.at("2026-04-02T09:30:00Z").run(&["once"]).code(1);
    assert_eq!(kept(&flode), [("suspect".to_owned(), 10), healthy(10)]);
    let shown = flode.run(&["status", "--show", "nyheter"]).code(1).stdout();
    for words in [
        "  held       10 new items since 2026-04-02 11:30 CEST\n    Minne 1\n",
        "was not believed, beside the last good",
    ] {
        assert!(shown.contains(words), "no {words} in:\n{shown}");
    }
    let replay = flode.run(&["replay", "nyheter"]).code(0).stdout();
    assert!(
        replay.contains("of 2 pages kept, no id moves; 10 news items, of pages that were not understood"),
        "{replay}"
    );
    flode.at("2026-04-02T10:30:00Z").once();
    assert_eq!(kept(&flode), [healthy(10), healthy(10)], "a second run said the same");
}

#[test]
fn no_page_commands_a_terminal() {
    let origin = Origin::start();
    let hostile = "\u{1b}]0;x\u{7}\u{9b}2J\u{1b}[2J";
    let mut flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    origin.html(
        "/nyheter/",
        &list(&[&format!("Ny {hostile} bro | Kultur{hostile} | /n/{hostile}1 | | Om {hostile} den")]),
    );
    flode.once();
    let page = format!("<title>Upp{hostile}dateras</title><p class='{hostile}'>{hostile} Strax tillbaka</p>");
    origin.html("/nyheter/", &page);
    flode.at("2026-03-02T10:30:00Z");
    for args in [
        &["once"][..],
        &["try", "nyheter"],
        &["try", "nyheter", "--json"],
        &["status"],
        &["status", "--show", "nyheter"],
        &["status", "--show", "nyheter", "--json"],
        &["replay", "nyheter"],
        &["replay", "nyheter", "--json"],
    ] {
        let ran = flode.run(args);
        let told = ran.stdout() + &ran.stderr();
        assert!(!told.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')), "{args:?}: {told:?}");
    }
    let show = ["status", "--show", "nyheter", "--page"];
    assert_eq!(flode.run(&show).code(0).stdout(), format!("\u{FEFF}{page}"), "a file gets what the server sent");
    // `script` runs it on a terminal of its own.
    let shown = flode.run_by_way_of(&["sh", "-c", "script -qec \"$*\" /dev/null", "sh"], &show).code(2).stdout();
    assert!(shown.contains("what stands in a page may confuse a terminal") && !shown.contains('\u{1b}'), "{shown:?}");
}
