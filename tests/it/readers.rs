//! A second opinion: Python's feedparser, the ancestor of many a reader, on the feeds of a whole pass.

use std::path::Path;
use std::process::Command;

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

#[test]
fn feedparser_reads_every_feed_without_complaint() {
    let Some(python) = std::env::var_os("FLODE_PYTHON") else {
        assert!(std::env::var_os("CI").is_none(), "FLODE_PYTHON names a Python with feedparser");
        println!("skipped: FLODE_PYTHON is not set");
        return;
    };
    let origin = Origin::start();
    origin.html(
        "/nyheter/",
        &list(&[
            "Ny bro & \u{201D}väg\u{201D} < 3 km 🚌 | Kollektivtrafik, Kultur &amp; stöd | /n/1 | 1 mars 2026 | Öppnar ]]> snart.",
            "Utan adress | Kultur",
            "Utan allt",
        ]),
    );
    let flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    flode.once();
    let files: Vec<String> = flode
        .files()
        .into_iter()
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "rss" || extension == "atom"))
        .collect();
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
    assert!(titles.contains(&"Ny bro & \u{201D}väg\u{201D} < 3 km 🚌"), "{titles:?}");
}
