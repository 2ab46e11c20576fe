//! The promise of the program: pages in, feeds out, every item once.

use flode::publish::ASSETS;

use crate::support::{Flode, Origin, RECIPE, list};

/// A page of the site with four items in four categories.
const FIRST: &[&str] = &[
    "Ny bro över Långsundet | Kollektivtrafik, Projekt inom buss | /nyheter/bro/ | | Bron öppnar i maj.",
    "Fler tider på vårdcentralerna | Hälso- och sjukvård | /nyheter/tider/ | 1 mars 2026 | Kvällstider införs.",
    "Konst på väntrummets väggar | Kultur, Hälso- och sjukvård | /nyheter/konst/",
    "Budgeten i korthet | | /nyheter/budget/ | 20 december 2025 | Så fördelas pengarna.",
];

fn house() -> (Origin, Flode) {
    let origin = Origin::start();
    origin.html("/nyheter/", &list(FIRST));
    let flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    (origin, flode)
}

#[test]
fn a_page_with_any_number_of_categories_does_not_fill_the_disk() {
    let origin = Origin::start();
    let line = |n: usize| {
        let names: Vec<String> = (0..20).map(|m| format!("Ämne {n} {m}")).collect();
        format!("Nyhet {n} | {} | /nyheter/{n}/", names.join(", "))
    };
    let lines: Vec<String> = (0..30).map(line).collect();
    origin.html("/nyheter/", &list(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
    let rule = format!("{RECIPE}[categories]\nmax_in_all = 25\nknown = [\"Kultur\"]\n");
    let mut flode = Flode::reading(&origin.url("/nyheter/"), &rule);
    let run = flode.run(&["once", "--json"]).code(0).json()["runs"][0].clone();
    assert!(run["defects"].to_string().contains("more than 25 categories in all"), "{run:#}");
    let feeds = |flode: &Flode| flode.published().keys().filter(|name| name.rsplit('.').next() == Some("rss")).count();
    assert_eq!((feeds(&flode), flode.titles("all.rss").len()), (26, 30));
    let more = [vec![line(99), "Bio | Kultur | /nyheter/bio/".to_owned()], lines].concat();
    origin.html("/nyheter/", &list(&more.iter().map(String::as_str).collect::<Vec<_>>()));
    flode.at("2026-03-02T10:00:00Z").run(&["once"]).code(0);
    assert_eq!((feeds(&flode), flode.titles("kultur.rss").len()), (26, 1));
}

#[test]
fn a_page_becomes_one_feed_for_each_category() {
    let (_origin, flode) = house();
    let answer = flode.once();
    assert_eq!(answer["runs"][0]["outcome"], "healthy", "{answer:#}");
    assert_eq!(answer["runs"][0]["new"], 4);
    assert_eq!(
        flode.files(),
        [
            "all.atom",
            "all.html",
            "all.rss",
            "feed.css",
            "feeds.opml",
            "halso-och-sjukvard.atom",
            "halso-och-sjukvard.html",
            "halso-och-sjukvard.rss",
            "index.html",
            "kollektivtrafik.atom",
            "kollektivtrafik.html",
            "kollektivtrafik.rss",
            "kultur.atom",
            "kultur.html",
            "kultur.rss",
            "pages.css",
            "pages.js",
            "projekt-inom-buss.atom",
            "projekt-inom-buss.html",
            "projekt-inom-buss.rss"
        ]
    );
    let order = [
        "Ny bro över Långsundet",
        "Konst på väntrummets väggar",
        "Fler tider på vårdcentralerna",
        "Budgeten i korthet",
    ];
    assert_eq!(flode.titles("all.rss"), order);
    assert_eq!(flode.titles("kultur.atom"), ["Konst på väntrummets väggar"]);
    assert_eq!(
        flode.titles("halso-och-sjukvard.rss"),
        ["Konst på väntrummets väggar", "Fler tider på vårdcentralerna"]
    );
    // One item, one id, in every feed that shows it and in every form.
    let id = |name: &str, title: &str| {
        let feed = flode.feed(name);
        feed.entries.into_iter().find(|e| e.title.as_ref().is_some_and(|t| t.content == title)).unwrap().id
    };
    let art = "Konst på väntrummets väggar";
    for name in ["all.rss", "all.atom", "kultur.atom", "halso-och-sjukvard.rss", "halso-och-sjukvard.atom"] {
        assert_eq!(id(name, art), id("kultur.rss", art), "{name}");
    }
}

#[test]
fn both_forms_agree_item_by_item() {
    let (_origin, flode) = house();
    flode.once();
    for name in ["all", "halso-och-sjukvard", "kollektivtrafik"] {
        let (rss, atom) = (flode.feed(&format!("{name}.rss")), flode.feed(&format!("{name}.atom")));
        let facts = |feed: &feed_rs::model::Feed| -> Vec<_> {
            let fact = |e: &feed_rs::model::Entry| {
                let links: Vec<String> = e.links.iter().map(|l| l.href.clone()).collect();
                let terms: Vec<String> = e.categories.iter().map(|c| c.term.clone()).collect();
                (e.id.clone(), e.title.as_ref().unwrap().content.clone(), links, terms, e.published)
            };
            feed.entries.iter().map(fact).collect()
        };
        assert_eq!(facts(&rss), facts(&atom), "{name}");
    }
}

#[test]
fn dates_are_those_of_the_page_or_of_the_first_sight() {
    let (_origin, flode) = house();
    flode.once();
    let dates: Vec<String> = flode.feed("all.atom").entries.iter().map(|e| e.published.unwrap().to_rfc3339()).collect();
    assert_eq!(
        dates,
        [
            "2026-03-02T09:30:00+00:00",
            "2026-03-02T09:29:58+00:00",
            "2026-03-01T10:59:59+00:00",
            "2025-12-20T10:59:57+00:00"
        ]
    );
}

#[test]
fn a_second_pass_over_the_same_page_writes_nothing() {
    let (_origin, mut flode) = house();
    flode.once();
    let before = flode.published();
    let answer = flode.at("2026-03-05T09:30:00Z").once();
    assert_eq!(answer["runs"][0]["reason"], "same body");
    assert_eq!(answer["published"]["files_written"], 0);
    assert_eq!(flode.published(), before);
}

#[test]
fn another_page_with_the_same_items_writes_nothing() {
    let (origin, mut flode) = house();
    flode.once();
    let before = flode.published();
    origin.html("/nyheter/", &list(FIRST).replace("<main>", "<p>Besökare i dag: 17</p><main>"));
    let answer = flode.at("2026-03-05T09:30:00Z").once();
    assert_eq!(answer["runs"][0]["reason"], "same items");
    assert_eq!(answer["published"]["files_written"], 0);
    assert_eq!(flode.published(), before);
}

#[test]
fn an_unchanged_page_costs_one_conditional_request() {
    let (origin, mut flode) = house();
    origin.html_with_etag("/nyheter/", "W/\"v1\"", &list(FIRST));
    flode.once();
    let answer = flode.at("2026-03-02T10:00:00Z").once();
    assert_eq!(answer["runs"][0]["reason"], "304");
    let asked = origin.asked("/nyheter/");
    assert_eq!(asked.len(), 2);
    assert!(!asked[0].contains("if-none-match"), "{}", asked[0]);
    assert!(asked[1].contains("if-none-match: W/\"v1\"\r\n"), "{}", asked[1]);
}

#[test]
fn another_recipe_reads_the_page_anew() {
    let (origin, flode) = house();
    origin.html_with_etag("/nyheter/", "\"v1\"", &list(FIRST));
    flode.once();
    let config = std::fs::read_to_string(flode.path("config.toml")).unwrap();
    flode.write("config.toml", &config.replace("summary = \"p\"\n", ""));
    assert_eq!(flode.once()["runs"][0]["outcome"], "healthy");
}

#[test]
fn a_new_item_is_announced_in_its_own_feeds_only() {
    let (origin, mut flode) = house();
    flode.once();
    let before = flode.published();
    let page = [&["Bokbuss till skärgården | Bibliotek, Kultur | /nyheter/bokbuss/"], FIRST].concat();
    origin.html("/nyheter/", &list(&page));
    let answer = flode.at("2026-03-02T10:00:00Z").once();
    assert_eq!(
        (answer["runs"][0]["new"].clone(), answer["published"]["feeds"].clone()),
        (1.into(), 3.into()),
        "{answer:#}"
    );
    let after = flode.published();
    let changed: Vec<&String> =
        after.iter().filter(|(name, bytes)| before.get(*name) != Some(bytes)).map(|(name, _)| name).collect();
    assert_eq!(
        changed,
        [
            "all.atom",
            "all.html",
            "all.rss",
            "bibliotek.atom",
            "bibliotek.html",
            "bibliotek.rss",
            "feeds.opml",
            "index.html",
            "kultur.atom",
            "kultur.html",
            "kultur.rss"
        ]
    );
    assert_eq!(flode.titles("kultur.rss"), ["Bokbuss till skärgården", "Konst på väntrummets väggar"]);
}

#[test]
fn an_edit_keeps_id_and_date_and_moves_updated() {
    let (origin, mut flode) = house();
    flode.once();
    let before = flode.feed("kollektivtrafik.atom").entries.remove(0);
    let page: Vec<String> = FIRST.iter().map(|line| line.replace("Ny bro över", "Nya bron över")).collect();
    origin.html("/nyheter/", &list(&page.iter().map(String::as_str).collect::<Vec<_>>()));
    let answer = flode.at("2026-03-02T10:00:00Z").once();
    assert_eq!((answer["runs"][0]["new"].clone(), answer["runs"][0]["edited"].clone()), (0.into(), 1.into()));
    let feed = flode.feed("kollektivtrafik.atom");
    let after = &feed.entries[0];
    assert_eq!(after.title.as_ref().unwrap().content, "Nya bron över Långsundet");
    assert_eq!((&after.id, after.published), (&before.id, before.published));
    assert_eq!(after.updated.unwrap().to_rfc3339(), "2026-03-02T10:00:00+00:00");
    assert_eq!(feed.updated.unwrap().to_rfc3339(), "2026-03-02T10:00:00+00:00");
}

#[test]
fn another_category_moves_the_item_between_feeds() {
    let (origin, mut flode) = house();
    flode.once();
    let id = flode.feed("kultur.rss").entries[0].id.clone();
    let page: Vec<String> = FIRST.iter().map(|line| line.replace("Kultur, Hälso- och sjukvård", "Bibliotek")).collect();
    origin.html("/nyheter/", &list(&page.iter().map(String::as_str).collect::<Vec<_>>()));
    assert_eq!(flode.at("2026-03-02T10:00:00Z").once()["runs"][0]["moved"], 1);
    assert!(flode.titles("kultur.rss").is_empty());
    assert_eq!(flode.feed("bibliotek.rss").entries[0].id, id);
    assert_eq!(flode.titles("halso-och-sjukvard.rss"), ["Fler tider på vårdcentralerna"]);
}

#[test]
fn an_item_that_leaves_the_page_stays_in_its_feeds() {
    let (origin, mut flode) = house();
    flode.once();
    origin.html("/nyheter/", &list(&FIRST[..1]));
    flode.at("2026-03-02T10:00:00Z").once();
    assert_eq!(flode.titles("all.rss").len(), 4);
}

#[test]
fn a_page_that_fails_harms_nothing_and_is_told() {
    type Failing = fn(&Origin);
    let cases: &[(&str, Failing)] = &[
        ("500 Internal Server Error", |o| o.fails("/nyheter/", "500 Internal Server Error")),
        ("404 Not Found", |o| o.fails("/nyheter/", "404 Not Found")),
        ("the list is gone", |o| o.html("/nyheter/", "<html><h1>Vi har stängt för underhåll</h1></html>")),
        ("an empty answer", |o| o.html("/nyheter/", "")),
        ("too deep", |o| o.html("/nyheter/", &"<div>".repeat(100_000))),
        ("binary", |o| o.html("/nyheter/", "\u{0}\u{1}\u{2}PNG")),
    ];
    for (name, fail) in cases {
        let (origin, mut flode) = house();
        flode.once();
        let before = flode.published();
        fail(&origin);
        let ran = flode.at("2026-03-02T10:00:00Z").run(&["once"]).code(1);
        assert!(ran.stderr().contains("error: nyheter: "), "{name}: {}", ran.stderr());
        assert_eq!(flode.published(), before, "{name}");
        let status = flode.run(&["status", "--json"]).code(1).json();
        assert_eq!(status["sources"][0]["failures"], 1, "{name}: {status:#}");
        // What was remembered of the good page is still good.
        origin.html("/nyheter/", &list(FIRST));
        let answer = flode.at("2026-03-02T11:00:00Z").once();
        assert_eq!(answer["runs"][0]["reason"], "same body", "{name}");
        assert_eq!(flode.run(&["status", "--json"]).code(0).json()["sources"][0]["failures"], 0, "{name}");
    }
}

#[test]
fn one_source_fails_and_the_others_are_read() {
    let origin = Origin::start();
    origin.html("/a/", &list(FIRST));
    origin.fails("/b/", "503 Service Unavailable");
    let second = format!("[[source]]\nid = \"b\"\nurl = \"{}\"\n", origin.url("/b/"));
    let flode = Flode::reading(&origin.url("/a/"), &format!("{RECIPE}{second}"));
    let answer = flode.run(&["once", "--json"]).code(1).json();
    assert_eq!(answer["runs"][0]["outcome"], "healthy");
    assert_eq!(answer["runs"][1]["outcome"], "failed");
    assert_eq!(flode.titles("all.rss").len(), 4);
}

#[test]
fn a_mirror_shows_the_same_items() {
    let origin = Origin::start();
    origin.html("/a/", &list(FIRST));
    let mirrored: Vec<String> = FIRST.iter().map(|line| line.replace("/nyheter/", "/spegel/")).collect();
    origin.html("/b/", &list(&mirrored.iter().map(String::as_str).collect::<Vec<_>>()));
    let second = format!("[[source]]\nid = \"spegel\"\nurl = \"{}\"\n{RECIPE}", origin.url("/b/"));
    let mut flode = Flode::reading(&origin.url("/a/"), &format!("{RECIPE}{second}"));
    let answer = flode.once();
    assert_eq!(answer["runs"][1]["new"], 0, "{answer:#}");
    let before = flode.published();
    assert_eq!(flode.at("2026-03-03T10:00:00Z").once()["published"]["files_written"], 0);
    assert_eq!(flode.published(), before);
    assert!(flode.feed("all.atom").entries.iter().all(|e| e.links[0].href.contains("/nyheter/")));
}

#[test]
fn a_declared_feed_shows_any_of_its_categories() {
    let origin = Origin::start();
    origin.html("/nyheter/", &list(FIRST));
    let feed = "[[feed]]\nslug = \"vard-och-kultur\"\ntitle = \"Vård och kultur\"\ncategories = [\"kultur\", \"Hälso- och sjukvård\"]\n";
    let flode = Flode::reading(&origin.url("/nyheter/"), &format!("{RECIPE}{feed}"));
    flode.once();
    assert_eq!(flode.titles("vard-och-kultur.rss"), ["Konst på väntrummets väggar", "Fler tider på vårdcentralerna"]);
}

#[test]
fn a_lost_ledger_that_is_rebuilt_gives_the_same_ids() {
    let (_origin, flode) = house();
    flode.once();
    let ids = |flode: &Flode| -> Vec<String> { flode.feed("all.atom").entries.into_iter().map(|e| e.id).collect() };
    let before = ids(&flode);
    for file in ["flode.db", "flode.db-wal", "flode.db-shm"] {
        let _ = std::fs::remove_file(flode.path(file));
    }
    flode.run(&["once", "--new-ledger"]).code(0);
    assert_eq!(ids(&flode), before);
}

#[test]
fn the_same_ledger_gives_the_same_bytes() {
    let (origin, flode) = house();
    flode.once();
    let other = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    other.once();
    assert_eq!(flode.published(), other.published());
}

#[test]
fn files_that_were_deleted_come_back() {
    let (_origin, mut flode) = house();
    flode.once();
    let before = flode.published();
    std::fs::remove_file(flode.path("feeds/kultur.rss")).unwrap();
    let answer = flode.at("2026-03-02T10:00:00Z").once();
    assert_eq!(answer["published"]["files_written"], 1, "{answer:#}");
    assert_eq!(flode.published(), before);
    // What was changed by another hand is mended by `publish`.
    flode.write("feeds/kultur.atom", "skräp");
    flode.run(&["publish"]).code(0);
    assert_eq!(flode.published(), before);
}

#[test]
fn hostile_names_make_harmless_feeds() {
    let origin = Origin::start();
    let long = "Å".repeat(90);
    let names = [
        "..",
        "CON",
        "/etc/passwd",
        "Kultur & Stöd",
        "Kultur och stöd",
        "<script>alert(1)</script>",
        "index",
        "all",
        &long,
    ];
    let items: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(i, name)| format!("Nyhet {i} | {} | /n/{i}", name.replace('<', "&lt;")))
        .collect();
    origin.html("/nyheter/", &list(&items.iter().map(String::as_str).collect::<Vec<_>>()));
    let flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    flode.once();
    let files = flode.files();
    assert_eq!(files.len(), 3 * (names.len() + 1) + 2 + ASSETS.len(), "{files:?}");
    for file in &files {
        let stem = file.rsplit_once('.').unwrap().0;
        assert!(
            stem.len() <= 60 && stem.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "{file}"
        );
        assert!(!["con", "index"].contains(&stem) || file == "index.html", "{file}");
    }
    assert!(files.contains(&"kultur-stod.rss".to_owned()) && files.contains(&"kultur-och-stod.rss".to_owned()));
    let page = String::from_utf8(flode.published().remove("index.html").unwrap()).unwrap();
    assert_eq!(page.matches("<script").count(), 1, "{page}");
}

#[test]
fn markup_and_illegal_characters_do_not_reach_a_reader() {
    let origin = Origin::start();
    let item = "Ett &lt;b&gt; &amp;amp; \u{1}två\u{AD}delat | Kultur | javascript:alert(1) | | Text <script>alert(1)</script><b onclick=x>fet</b> &lt;img src=x onerror=y&gt;";
    origin.html("/nyheter/", &list(&[item]));
    let flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    let answer = flode.once();
    assert!(answer["runs"][0]["defects"][0].as_str().unwrap().contains("javascript:"), "{answer:#}");
    for name in ["kultur.rss", "kultur.atom"] {
        let entry = flode.feed(name).entries.remove(0);
        // As HTML, for which it would be taken.
        assert_eq!(entry.title.unwrap().content, "Ett &lt;b&gt; &amp;amp; tvådelat", "{name}");
        let text = String::from_utf8(flode.published().remove(name).unwrap()).unwrap();
        assert!(
            !text.contains("<script")
                && !text.contains("<img")
                && !text.contains("onclick")
                && !text.contains("javascript:"),
            "{text}"
        );
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{name}");
    }
}

#[test]
fn further_pages_are_read_while_they_have_news() {
    let origin = Origin::start();
    let pages: Vec<Vec<String>> = (0..4)
        .map(|page| (0..3).map(|i| format!("Nyhet {page}{i} om länet | Kultur | /n/{page}{i}")).collect())
        .collect();
    let put = |skip: usize, items: &[String]| {
        origin.html(
            &format!("/nyheter/?skip={skip}&take=3"),
            &list(&items.iter().map(String::as_str).collect::<Vec<_>>()),
        );
    };
    for (i, page) in pages.iter().enumerate() {
        put(i * 3, page);
    }
    let asked = |skip: usize| origin.asked(&format!("/nyheter/?skip={skip}&take=3")).len();
    let mut flode =
        Flode::reading(&origin.url("/nyheter/?skip=0&take=3"), &format!("{RECIPE}[source.pages]\nmax = 3\n"));
    let answer = flode.once();
    assert_eq!(
        (answer["runs"][0]["new"].clone(), answer["runs"][0]["pages"].clone()),
        (9.into(), 3.into()),
        "{answer:#}"
    );
    assert_eq!(flode.titles("kultur.rss").len(), 9);
    assert_eq!(flode.titles("kultur.rss")[3], "Nyhet 10 om länet", "in the order of the pages");
    // Two new items push two to the second page; the third is not asked for.
    let mut first: Vec<String> = vec!["Ny bro | Trafik | /n/a".into(), "Ny bok | Kultur | /n/b".into()];
    first.extend(pages[0][..1].iter().cloned());
    put(0, &first);
    put(3, &[&pages[0][1..], &pages[1][..1]].concat());
    let answer = flode.at("2026-03-02T10:00:00Z").once();
    assert_eq!(
        (answer["runs"][0]["new"].clone(), answer["runs"][0]["pages"].clone()),
        (2.into(), 2.into()),
        "{answer:#}"
    );
    assert_eq!((asked(0), asked(3), asked(6)), (2, 2, 1));
    // Without news the first page is all.
    put(0, &[&first[1..], &first[..1]].concat());
    flode.at("2026-03-02T10:30:00Z").once();
    assert_eq!((asked(0), asked(3)), (3, 2));
}

#[test]
fn a_further_page_that_fails_takes_nothing_from_the_first() {
    let origin = Origin::start();
    origin.html("/nyheter/?skip=0&take=3", &list(FIRST));
    origin.fails("/nyheter/?skip=3&take=3", "500 Internal Server Error");
    let mut flode = Flode::reading(&origin.url("/nyheter/?skip=0&take=3"), RECIPE);
    let answer = flode.once();
    assert_eq!(answer["runs"][0]["new"], 4, "{answer:#}");
    assert!(answer["runs"][0]["stopped"].as_str().unwrap().contains("500"), "{answer:#}");
    // What was missed is read when it can be, though the first page has nothing new.
    origin.html("/nyheter/?skip=3&take=3", &list(&["Missad nyhet | Kultur | /nyheter/missad/"]));
    let answer = flode.at("2026-03-02T10:00:00Z").once();
    assert_eq!(
        (answer["runs"][0]["new"].clone(), answer["runs"][0]["pages"].clone()),
        (1.into(), 2.into()),
        "{answer:#}"
    );
    assert_eq!(flode.at("2026-03-02T10:30:00Z").once()["runs"][0]["reason"], "same body");
}

#[test]
fn a_list_that_leads_to_itself_ends() {
    let origin = Origin::start();
    for skip in [0, 3, 6, 9, 12] {
        origin.html(&format!("/nyheter/?skip={skip}&take=3"), &list(FIRST));
    }
    let flode = Flode::reading(&origin.url("/nyheter/?skip=0&take=3"), RECIPE);
    assert_eq!(flode.once()["runs"][0]["pages"], 1);
    assert_eq!(origin.asked("/nyheter/?skip=6&take=3").len(), 0);
}

#[test]
fn a_page_of_maintenance_is_not_taken_for_news() {
    let (origin, mut flode) = house();
    let many: Vec<String> = (0..12).map(|i| format!("Nyhet {i} om länet | Kultur | /n/{i}")).collect();
    origin.html("/nyheter/", &list(&many.iter().map(String::as_str).collect::<Vec<_>>()));
    flode.once();
    let before = flode.published();
    origin.html(
        "/nyheter/",
        &list(&["Så här når du oss | | /kontakt", "Driftinformation | | /drift", "Logga in | | /in"]),
    );
    let ran = flode.at("2026-03-02T10:00:00Z").run(&["once"]).code(1);
    assert!(ran.stderr().contains("3 items where 12 are usual, and none of them is known"), "{}", ran.stderr());
    assert_eq!(flode.published(), before);
}

#[test]
fn an_alias_that_is_added_later_announces_nothing_anew() {
    let origin = Origin::start();
    origin
        .text("/lista.txt", " • Ny bro\n\n  Den öppnar i maj.\n\n  Sjukvård\n • Ny bok\n\n  Om skogen.\n\n  Kultur\n");
    let mut flode = Flode::reading(&origin.url("/lista.txt"), "");
    assert_eq!(flode.once()["runs"][0]["new"], 2);
    let config = std::fs::read_to_string(flode.path("config.toml")).unwrap();
    flode.write(
        "config.toml",
        &format!("{config}[categories]\naliases = {{ \"Sjukvård\" = \"Hälso- och sjukvård\" }}\n"),
    );
    let answer = flode.at("2026-03-02T10:00:00Z").once();
    assert_eq!(
        (answer["runs"][0]["new"].clone(), answer["runs"][0]["moved"].clone()),
        (0.into(), 1.into()),
        "{answer:#}"
    );
    assert_eq!(flode.titles("halso-och-sjukvard.rss"), ["Ny bro"]);
    assert_eq!(flode.at("2026-03-02T10:30:00Z").once()["published"]["files_written"], 0);
}

#[test]
fn an_archived_page_takes_nothing_back() {
    let (origin, mut flode) = house();
    flode.once();
    let page: Vec<String> = FIRST.iter().map(|line| line.replace("Ny bro över", "Nya bron över")).collect();
    origin.html("/nyheter/", &list(&page.iter().map(String::as_str).collect::<Vec<_>>()));
    flode.at("2026-03-03T09:00:00Z").once();
    let before = flode.published();
    flode.write("gammal.html", &list(FIRST));
    let import = ["import", "gammal.html", "--source", "nyheter", "--seen", "2026-03-02", "--json"];
    let answer = flode.at("2026-03-04T09:00:00Z").run(&import).code(0).json();
    assert_eq!(
        (answer["runs"][0]["new"].clone(), answer["runs"][0]["edited"].clone()),
        (0.into(), 0.into()),
        "{answer:#}"
    );
    assert_eq!(flode.published(), before);
    for seen in ["2027-01-01", "1804-03-01"] {
        flode.run(&["import", "gammal.html", "--source", "nyheter", "--seen", seen]).code(2);
    }
}

#[test]
fn an_error_page_in_place_of_the_second_page_is_not_news() {
    let origin = Origin::start();
    origin.html("/nyheter/?skip=0&take=3", &list(FIRST));
    let error: Vec<String> = (0..12).map(|i| format!("Tjänst nummer {i} | | /tjanst/{i}")).collect();
    origin.html("/nyheter/?skip=3&take=3", &list(&error.iter().map(String::as_str).collect::<Vec<_>>()));
    let mut flode = Flode::reading(&origin.url("/nyheter/?skip=0&take=3"), RECIPE);
    let answer = flode.once();
    assert_eq!(answer["runs"][0]["new"], 4, "{answer:#}");
    assert!(answer["runs"][0]["stopped"].as_str().unwrap().contains("other addresses"), "{answer:#}");
    origin.html("/nyheter/?skip=3&take=3", &list(&["Äldre nyhet | Kultur | /nyheter/aldre/"]));
    assert_eq!(flode.at("2026-03-02T10:00:00Z").once()["runs"][0]["new"], 1);
}
