//! Which items a feed shows, from the configuration to the files; what becomes of those that it no longer shows.

use std::collections::{BTreeMap, BTreeSet};

use atom_syndication::Feed;

use crate::support::{Flode, Origin, RECIPE, list};

const ALL_FORMATS: &str = "formats = [\"rss\", \"atom\", \"json\"]\n";

/// A flode that reads the list, with more lines in `[publish]` and after it.
fn reading(origin: &Origin, publish: &str, more: &str) -> Flode {
    Flode::reading(&origin.url("/nyheter/"), &format!("{RECIPE}[publish]\n{publish}{more}"))
}

#[test]
fn each_condition_of_a_feed_is_kept() {
    let origin = Origin::start();
    origin.html(
        "/nyheter/",
        &list(&[
            "Nya bussar | Trafik, Miljö | /n/1 | 3 mars 2026",
            "Ny tunnelbana | Trafik, Bygge | /n/2 | 2 mars 2026 | Röda linjen blir längre.",
            "Bussen är inställd | Trafik | /n/3 | 1 mars 2026",
            "Konsert | Kultur | /n/4 | 28 februari 2026 | I tunnelbanan.",
            "Utan kategori | | /n/5 | 27 februari 2026",
        ]),
    );
    origin.html("/press/", &list(&["Konsert | Kultur | /n/4 | 28 februari 2026", "Press | | /n/6 | 26 februari 2026"]));
    let rules = [
        ("any", "categories = [\"Bygge\", \"Kultur\"]", &["Ny tunnelbana", "Konsert"][..]),
        ("every", "all = [\"trafik\", \"Miljö\"]", &["Nya bussar"]),
        ("none", "none = [\"Trafik\"]", &["Konsert", "Utan kategori", "Press"]),
        ("both", "categories = [\"Trafik\"]\nnone = [\"Miljö\", \"Bygge\"]", &["Bussen är inställd"]),
        ("word", "include = [\"tunnelban*\"]", &["Ny tunnelbana", "Konsert"]),
        ("words", "include = [\"röda linjen\", \"konsert\"]", &["Ny tunnelbana", "Konsert"]),
        ("without", "categories = [\"Trafik\"]\nexclude = [\"inställ*\", \"tunnelbana\"]", &["Nya bussar"]),
        ("source", "sources = [\"press\"]", &["Konsert", "Press"]),
        ("nothing", "include = [\"ingenting\"]", &[]),
    ];
    let feed = |slug: &str, rule: &str| format!("[[feed]]\nslug = \"{slug}\"\ntitle = \"{slug}\"\n{rule}\n");
    let feeds: Vec<String> = rules.iter().map(|(slug, rule, _)| feed(slug, rule)).collect();
    let press = format!("[[source]]\nid = \"press\"\nurl = \"{}\"\n{RECIPE}", origin.url("/press/"));
    let flode = reading(&origin, "", &format!("{press}{}", feeds.concat()));
    flode.once();
    for (slug, _, want) in rules {
        assert_eq!(flode.titles(&format!("{slug}.rss")), want, "{slug}");
    }
}

#[test]
fn a_feed_with_a_rule_changes_with_its_own_items_only() {
    let origin = Origin::start();
    let old = ["Buss | Trafik | /n/1 | 1 mars 2026", "Bok | Kultur | /n/2 | 1 mars 2026"];
    origin.html("/nyheter/", &list(&old));
    let feed = "[[feed]]\nslug = \"ord\"\ntitle = \"Ord\"\ncategories = [\"Trafik\"]\ninclude = [\"buss\"]\n";
    let mut flode = reading(&origin, "", feed);
    flode.once();
    let before = flode.published();
    flode.at("2026-03-02T10:30:00Z");
    origin.html("/nyheter/", &list(&[&["Spår | Trafik | /n/3 | 2 mars 2026"][..], &old].concat()));
    flode.once();
    let after = flode.published();
    assert_eq!(before["ord.rss"], after["ord.rss"], "another item of its category is none of its own");
    assert_ne!(before["trafik.rss"], after["trafik.rss"]);
    // An edit brings an item in, another takes one out.
    flode.at("2026-03-02T11:30:00Z");
    origin.html(
        "/nyheter/",
        &list(&["Spår | Trafik | /n/3 | 2 mars 2026 | Ersätts med buss.", "Tåg | Trafik | /n/1 | 1 mars 2026", old[1]]),
    );
    flode.once();
    assert_eq!(flode.titles("ord.rss"), ["Spår"]);
    let changed = flode.feed("ord.atom").updated.unwrap().to_rfc3339();
    assert!(changed.starts_with("2026-03-02T11:30:0"), "{changed}");
}

#[test]
fn the_limit_counts_what_the_rule_lets_through() {
    let origin = Origin::start();
    let items: Vec<String> =
        (0..30).map(|i| format!("{} {i} | Trafik | /n/{i}", if i % 10 == 9 { "Buss" } else { "Tåg" })).collect();
    origin.html("/nyheter/", &list(&items.iter().map(String::as_str).collect::<Vec<_>>()));
    let feed = "[[feed]]\nslug = \"buss\"\ntitle = \"Buss\"\ncategories = [\"Trafik\"]\ninclude = [\"buss\"]\n";
    let flode = reading(&origin, "items = 2\nmax_items = 2\ndays = 0\narchive = false\n", feed);
    flode.once();
    assert_eq!(flode.titles("buss.rss"), ["Buss 9", "Buss 19"]);
    assert_eq!(flode.titles("all.rss"), ["Tåg 0", "Tåg 1"]);
}

#[test]
fn another_rule_shows_other_items_at_once() {
    let origin = Origin::start();
    origin.html("/nyheter/", &list(&["Buss | Trafik | /n/1 | 1 mars 2026", "Bok | Kultur | /n/2 | 1 mars 2026"]));
    let flode = reading(&origin, "", "[[feed]]\nslug = \"min\"\ntitle = \"Min\"\ncategories = [\"Trafik\"]\n");
    flode.once();
    assert_eq!(flode.titles("min.rss"), ["Buss"]);
    let config = std::fs::read_to_string(flode.path("config.toml")).unwrap();
    flode.write("config.toml", &config.replace("categories = [\"Trafik\"]", "none = [\"Trafik\"]"));
    flode.once();
    assert_eq!(flode.titles("min.rss"), ["Bok"]);
}

#[test]
fn a_known_category_has_a_feed_from_the_first_day() {
    let origin = Origin::start();
    origin.html("/nyheter/", &list(&["Buss | Trafik | /n/1 | 1 mars 2026"]));
    let mut flode = reading(&origin, ALL_FORMATS, "[categories]\nknown = [\"Hälso- och sjukvård\", \"Trafik\"]\n");
    flode.once();
    let first = flode.published();
    for format in ["rss", "atom"] {
        assert!(flode.titles(&format!("halso-och-sjukvard.{format}")).is_empty());
    }
    assert!(String::from_utf8_lossy(&first["halso-och-sjukvard.atom"]).contains("<updated>2026-03-02T09:30:00"));
    assert!(String::from_utf8_lossy(&first["feeds.opml"]).contains("halso-och-sjukvard.rss"));
    flode.at("2026-03-05T09:30:00Z").once();
    assert_eq!(first, flode.published(), "an empty feed has no news");
}

#[test]
fn the_feed_of_a_renamed_category_lives_on_under_its_old_address() {
    let origin = Origin::start();
    let old = "Läkare | Sjukvård | /n/1 | 1 mars 2026";
    origin.html("/nyheter/", &list(&[old]));
    let flode = reading(&origin, "", "");
    flode.once();
    let config = std::fs::read_to_string(flode.path("config.toml")).unwrap();
    let alias = "[categories]\naliases = { \"Sjukvård\" = \"Hälsa\" }\n";
    flode.write("config.toml", &format!("{config}{alias}"));
    origin.html("/nyheter/", &list(&["Sköterska | Hälsa | /n/2 | 2 mars 2026", old]));
    flode.once();
    let files = flode.published();
    assert_eq!(flode.titles("halsa.rss"), ["Sköterska", "Läkare"]);
    for format in ["rss", "atom"] {
        assert_eq!(files[&format!("sjukvard.{format}")], files[&format!("halsa.{format}")], "{format}");
    }
    assert!(!String::from_utf8_lossy(&files["feeds.opml"]).contains("sjukvard"), "it is no feed of its own any more");
    // Without the alias, the category has its feed back.
    flode.write("config.toml", &config);
    origin.html("/nyheter/", &list(&["Ambulans | Sjukvård | /n/3 | 2 mars 2026"]));
    flode.once();
    assert!(flode.titles("sjukvard.rss").contains(&"Ambulans".to_owned()));
    assert!(!flode.titles("halsa.rss").contains(&"Ambulans".to_owned()));
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// An item of the page: title, categories, day of February, text.
#[derive(Clone)]
struct Story {
    number: usize,
    categories: &'static str,
    day: u64,
    text: u64,
}

impl Story {
    fn line(&self) -> String {
        let Self { number, categories, day, text } = self;
        format!("Nyhet {number} | {categories} | /n/{number} | {day} februari 2026 | Text {text}.")
    }
}

/// Every entry that a reader of the feed comes to know, walking from the newest document to the oldest: the title and
/// text of each id in its latest form.
fn walk(files: &BTreeMap<String, Vec<u8>>, slug: &str) -> BTreeMap<String, String> {
    let mut known: BTreeMap<String, (i64, String)> = BTreeMap::new();
    let mut next = Some(format!("{slug}.atom"));
    let mut steps = 0;
    while let Some(name) = next {
        let feed = Feed::read_from(files[&name].as_slice()).unwrap();
        assert_eq!(feed.links.iter().any(|link| link.rel == "current"), steps > 0);
        for entry in &feed.entries {
            let form = format!("{} {}", entry.title.value, entry.summary.as_ref().unwrap().value);
            let seen = known.entry(entry.id.clone()).or_insert((entry.updated.timestamp(), form.clone()));
            if seen.0 < entry.updated.timestamp() {
                *seen = (entry.updated.timestamp(), form);
            }
        }
        let previous = feed.links.iter().find(|link| link.rel == "prev-archive");
        next = previous.map(|link| link.href.rsplit('/').next().unwrap().to_owned());
        steps += 1;
        assert!(steps < 500, "the documents lead in a circle");
    }
    known.into_values().map(|(_, form)| (form.split(" <p>").next().unwrap().to_owned(), form)).collect()
}

fn is_archive(name: &str) -> bool {
    name.split('.').count() == 3
}

#[test]
fn feeds_and_archives_hold_every_item_and_archives_never_change() {
    let origin = Origin::start();
    let mut flode =
        reading(&origin, &format!("{ALL_FORMATS}items = 5\ndays = 0\nmax_items = 8\narchive_items = 4\n"), "");
    let mut dice = Dice(7);
    let mut stories: Vec<Story> = Vec::new();
    let mut frozen: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for run in 0..50 {
        for _ in 0..dice.roll(5) {
            let categories = ["Kultur", "Trafik", "Kultur, Trafik"][usize::try_from(dice.roll(3)).unwrap()];
            stories.push(Story { number: stories.len(), categories, day: 1 + dice.roll(28), text: 0 });
        }
        // What is on the page may be edited, or moved to another category.
        let from = stories.len().saturating_sub(12);
        if let Some(story) = stories[from..].get_mut(usize::try_from(dice.roll(12)).unwrap()) {
            story.text += 1;
            if dice.roll(3) == 0 {
                story.categories = if story.categories == "Kultur" { "Trafik" } else { "Kultur" };
            }
        }
        let lines: Vec<String> = stories[from..].iter().rev().map(Story::line).collect();
        origin.html("/nyheter/", &list(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
        flode.at(&format!("2026-03-{:02}T{:02}:00:00Z", 1 + run / 20, run % 20)).once();
        let files = flode.published();
        for (name, bytes) in &frozen {
            assert_eq!(files.get(name), Some(bytes), "{name} has changed in run {run}");
        }
        frozen.extend(files.iter().filter(|(name, _)| is_archive(name)).map(|(n, b)| (n.clone(), b.clone())));
        for (slug, category) in [("all", ""), ("kultur", "Kultur"), ("trafik", "Trafik")] {
            let wanted = stories.iter().filter(|story| story.categories.contains(category));
            let wanted: Vec<&Story> = wanted.collect();
            if wanted.is_empty() {
                continue;
            }
            let held = walk(&files, slug);
            for story in wanted {
                let form = held.get(&format!("Nyhet {}", story.number));
                let text = format!("Text {}.", story.text);
                assert!(form.is_some_and(|form| form.contains(&text)), "{slug} lacks {} in run {run}", story.line());
            }
        }
    }
    assert!(stories.len() > 60 && frozen.len() > 60, "{} stories, {} archives", stories.len(), frozen.len());
    let count = |format: &str| frozen.keys().filter(|name| name.ends_with(format)).count();
    assert_eq!((count("rss"), count("json")), (count("atom"), count("atom")));
}

#[test]
fn an_archive_document_that_is_lost_or_damaged_is_mended() {
    let origin = Origin::start();
    let lines: Vec<String> = (0..30).map(|i| format!("Nyhet {i} | Kultur | /n/{i} | 1 mars 2026")).collect();
    origin.html("/nyheter/", &list(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
    let flode = reading(&origin, "items = 5\ndays = 0\narchive_items = 10\n", "");
    flode.once();
    let files = flode.published();
    let archives: BTreeSet<&str> = files.keys().map(String::as_str).filter(|name| is_archive(name)).collect();
    assert_eq!(
        archives.into_iter().collect::<Vec<_>>(),
        [
            "all.1.atom",
            "all.1.rss",
            "all.2.atom",
            "all.2.rss",
            "kultur.1.atom",
            "kultur.1.rss",
            "kultur.2.atom",
            "kultur.2.rss"
        ]
    );
    assert_eq!(flode.titles("all.rss").len(), 10, "five that are shown, five that wait for the archive");
    std::fs::remove_file(flode.path("feeds/all.1.rss")).unwrap();
    flode.write("feeds/all.2.atom", "<feed/>");
    flode.run(&["publish"]).code(0);
    assert_eq!(flode.published(), files);
    // A ledger that is lost and read anew archives anew, whatever stands there.
    for name in ["flode.db", "flode.db-wal", "flode.db-shm"] {
        let _ = std::fs::remove_file(flode.path(name));
    }
    origin.html("/nyheter/", &list(&lines[..20].iter().map(String::as_str).collect::<Vec<_>>()));
    flode.run(&["once", "--new-ledger"]).code(0);
    let titles = |name: &str| flode.titles(name).into_iter().collect::<BTreeSet<_>>();
    let union: BTreeSet<String> = titles("all.rss").union(&titles("all.1.rss")).cloned().collect();
    assert_eq!(union.len(), 20);
}

/// `published` and `updated` of each entry of an Atom feed, in seconds since 1970.
fn moments(flode: &Flode, name: &str) -> Vec<(i64, i64)> {
    let bytes = &flode.published()[name];
    let feed = Feed::read_from(bytes.as_slice()).unwrap();
    feed.entries.iter().map(|entry| (entry.published.unwrap().timestamp(), entry.updated.timestamp())).collect()
}

#[test]
fn nothing_is_published_or_updated_in_the_future() {
    let origin = Origin::start();
    let page = |n: usize, text: &str| -> Vec<String> {
        let mut items = vec![format!("I kväll {n} | Kultur | /f/{n} | 2026-03-02T18:00:00Z")];
        // Every fourth is edited: more at once would not be believed.
        let text = |i: usize| if i.is_multiple_of(4) { text } else { "Som förut." };
        items.extend((0..40).map(|i| format!("Nyhet {n} {i} | Kultur | /n/{n}/{i} | | {}", text(i))));
        items
    };
    let put = |text: &str| {
        for n in 0..3 {
            let items = page(n, text);
            origin.html(&format!("/{n}/"), &list(&items.iter().map(String::as_str).collect::<Vec<_>>()));
        }
    };
    put("Först.");
    let source = |n| format!("[[source]]\nid = \"s{n}\"\nurl = \"{}\"\n{RECIPE}", origin.url(&format!("/{n}/")));
    let mut flode = Flode::reading(&origin.url("/0/"), &format!("{RECIPE}{}{}", source(1), source(2)));
    // Read in the same second, and edited twice in another.
    for (now, text) in
        [("2026-03-02T09:30:00Z", "Först."), ("2026-03-02T10:30:00Z", "Sedan."), ("2026-03-02T10:30:00Z", "Sist.")]
    {
        put(text);
        flode.at(now).once();
        let at = now.parse::<jiff::Timestamp>().unwrap().as_second();
        let moments = moments(&flode, "kultur.atom");
        assert_eq!(moments.len(), 3 * 41);
        assert!(moments.iter().all(|(published, _)| *published <= at), "{now}: {moments:?}");
        let updated: BTreeSet<i64> = moments.iter().map(|(_, updated)| *updated).collect();
        assert_eq!(updated.len(), moments.len(), "{now}: two items share one");
        // Edited again in the second of the last edit, an item can only move on.
        let ahead = updated.iter().filter(|updated| **updated > at).count();
        assert!(text == "Sist." || ahead == 0, "{now}: {updated:?}");
    }
}

#[test]
fn nothing_is_updated_before_it_was_published() {
    let origin = Origin::start();
    let item = |n: usize| format!("Nyhet {n} | Kultur | /n/{n} | 2026-02-27");
    let mut flode = Flode::reading(&origin.url("/"), RECIPE);
    for (newest, now) in [(4, "2026-02-27T15:00:00Z"), (9, "2026-02-28T09:30:00Z"), (14, "2026-02-28T10:30:00Z")] {
        let items: Vec<String> = (0..=newest).rev().map(item).collect();
        origin.html("/", &list(&items.iter().map(String::as_str).collect::<Vec<_>>()));
        flode.at(now).once();
    }
    let moments = moments(&flode, "kultur.atom");
    assert_eq!(moments.len(), 15);
    assert!(moments.iter().all(|(published, updated)| published <= updated), "{moments:?}");
    assert_eq!(moments.iter().map(|(_, updated)| updated).collect::<BTreeSet<_>>().len(), 15, "two items share one");
}
