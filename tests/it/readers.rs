//! A second opinion on the feeds of a whole pass: Python's feedparser, the ancestor of many a reader, and two parsers of Node.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Flode, Origin, RECIPE, list};

/// Prints, for each file, whether it is well-formed, its version, and id, title and date of its entries.
const SCRIPT: &str = r#"
import sys, json, feedparser
out = {}
for name in sys.argv[1:]:
    feed = feedparser.parse(open(name, "rb").read())
    entries = [[e.id, e.title, list(e.published_parsed[:6])] for e in feed.entries]
    out[name] = {"bozo": bool(feed.bozo), "version": feed.version, "title": feed.feed.title, "entries": entries}
print(json.dumps(out))
"#;

const TITLE: &str = "Ny bro & \u{201D}väg\u{201D} < 3 km 🚌";

/// A whole pass over a page with what titles and texts may hold; the names of the feeds.
fn pass() -> (Origin, Flode, Vec<String>) {
    let origin = Origin::start();
    origin.html(
        "/nyheter/",
        &list(&[
            &format!("{TITLE} | Kollektivtrafik, Kultur &amp; stöd | /n/1 | 1 mars 2026 | Öppnar ]]> snart."),
            "Skriv &lt;/b&gt; och &amp;copy; sist | Kultur",
            "Utan adress | Kultur",
            "Utan allt",
        ]),
    );
    let flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    flode.once();
    let is_feed = |name: &String| Path::new(name).extension().is_some_and(|end| end == "rss" || end == "atom");
    let files = flode.files().into_iter().filter(is_feed).collect();
    (origin, flode, files)
}

#[test]
fn feedparser_reads_every_feed_without_complaint() {
    let Some(python) = std::env::var_os("FLODE_PYTHON") else {
        assert!(std::env::var_os("CI").is_none(), "FLODE_PYTHON names a Python with feedparser");
        println!("skipped: FLODE_PYTHON is not set");
        return;
    };
    let (_origin, flode, files) = pass();
    let paths = files.iter().map(|name| flode.path("feeds").join(name));
    let output = Command::new(python).args(["-c", SCRIPT]).args(paths).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told.as_object().unwrap().len(), files.len());
    for (name, feed) in told.as_object().unwrap() {
        assert_eq!(feed["bozo"], false, "{name}: {feed:#}");
        let stem = name.strip_suffix(".rss");
        assert_eq!(feed["version"], if stem.is_some() { "rss20" } else { "atom10" }, "{name}");
        let Some(other) = stem.map(|stem| format!("{stem}.atom")) else { continue };
        assert_eq!(feed["entries"], told[&other]["entries"], "{name}: both forms say the same");
    }
    let (_, all) = told.as_object().unwrap().iter().find(|(name, _)| name.ends_with("/all.rss")).unwrap();
    let titles: Vec<&str> = all["entries"].as_array().unwrap().iter().map(|entry| entry[1].as_str().unwrap()).collect();
    assert!(titles.contains(&TITLE), "{titles:?}");
    assert!(titles.contains(&"Skriv &lt;/b&gt; och &amp;copy; sist"), "as HTML, which it is taken for: {titles:?}");
}

#[test]
fn parsers_of_node_read_the_same_from_both_forms() {
    let Some(modules) = std::env::var_os("FLODE_NODE_MODULES") else {
        let why = "FLODE_NODE_MODULES names a directory with @rowanmanning/feed-parser and rss-parser";
        assert!(std::env::var_os("CI").is_none(), "{why}");
        println!("skipped: FLODE_NODE_MODULES is not set");
        return;
    };
    let (origin, flode, files) = pass();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/feeds.js");
    let paths: Vec<PathBuf> = files.iter().map(|name| flode.path("feeds").join(name)).collect();
    let output = Command::new("node").arg(script).args(paths).env("NODE_PATH", modules).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told.as_object().unwrap().len(), 2);
    for (parser, feeds) in told.as_object().unwrap() {
        assert_eq!(feeds.as_object().unwrap().len(), files.len(), "{parser}");
        for stem in files.iter().filter_map(|name| name.strip_suffix(".rss")) {
            let (rss, atom) = (&feeds[&format!("{stem}.rss")], &feeds[&format!("{stem}.atom")]);
            for field in ["title", "link", "language"] {
                assert_eq!(rss[field], atom[field], "{parser}, {stem}: {field}");
            }
            let (entries, others) = (rss["entries"].as_array().unwrap(), atom["entries"].as_array().unwrap());
            assert!(!entries.is_empty() && entries.len() == others.len(), "{parser}, {stem}");
            for (entry, other) in entries.iter().zip(others) {
                assert_eq!(entry, other, "{parser}, {stem}: both forms say the same");
            }
        }
    }
    let all = &told["feed-parser"]["all.atom"];
    assert_eq!(all["self"], "https://floden.example/all.atom");
    let bridge = all["entries"].as_array().unwrap().iter().find(|entry| entry["title"] == TITLE).expect("the bridge");
    assert_eq!(bridge["categories"], json!(["Kollektivtrafik", "Kultur & stöd"]));
    assert_eq!(bridge["published"], "2026-03-01T11:00:00.000Z");
    assert_eq!(bridge["link"], origin.url("/n/1"));
}
