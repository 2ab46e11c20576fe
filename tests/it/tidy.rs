//! The rules of the house, as tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, from the cellar up. A module imports only from a strictly lower one.
const FLOORS: &[&[&str]] = &[
    &["model"],
    &[
        "schedule",
        "fetch",
        "extract",
        "judge",
        "categorise",
        "dedup",
        "store",
        "publish",
        "serve",
        "alarm",
        "push",
        "count",
        "status",
    ],
    &["config", "pipeline"],
    &["daemon"],
    &["cli"],
];

/// Stages that an item does not pass through: they follow the sentence and are no words of it.
const BESIDE: &[&str] = &["alarm", "push", "count", "status"];

/// Pure: no socket, no file, no clock, nothing asynchronous. Of `publish`, the writers are.
const PURE: &[&str] = &[
    "model",
    "schedule",
    "extract",
    "judge",
    "categorise",
    "dedup",
    "publish/rss",
    "publish/atom",
    "publish/window",
    "publish/fields",
    "publish/check",
    "publish/archive",
    "publish/document",
    "publish/json",
    "publish/opml",
    "publish/pages",
    "fetch/freshness",
    "fetch/charset",
    "fetch/clock",
    "fetch/pace",
    "fetch/robots",
    "push/form",
    "push/limit",
    "push/message",
    "push/options",
    "push/retry",
    "pipeline/compare",
    "pipeline/diff",
    "alarm/state",
    "alarm/text",
    "alarm/payload",
    "count",
    "status",
];

/// Lines of a file, tests included.
const LONGEST: usize = 450;
/// Tables of words and of test cases may be longer.
const TABLES: &[&str] = &["extract/date/words", "extract/date/tests"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file below `src`, by its path without the extension.
fn sources() -> BTreeMap<String, String> {
    let src = root().join("src");
    let mut files = BTreeMap::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|e| e == "rs") {
                let name = entry.strip_prefix(&src).unwrap().with_extension("");
                files.insert(name.to_str().unwrap().to_owned(), fs::read_to_string(entry).unwrap());
            }
        }
    }
    assert!(files.len() > 20, "the sources are read");
    files
}

fn room(file: &str) -> &str {
    file.split('/').next().unwrap()
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// The code without its tests and comments.
fn code(text: &str) -> String {
    let program = text.split("#[cfg(test)]").next().unwrap();
    program.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The modules of the crate that a text names.
fn imports(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let group = rest.strip_prefix('{').map(|rest| rest.split("};").next().unwrap());
        let paths: Vec<&str> = group.map_or_else(|| vec![rest], top_level);
        names.extend(
            paths
                .into_iter()
                .map(|path| path.trim().split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap().to_owned()),
        );
    }
    names
}

/// The paths of `{a::{b, c}, d}` at the outer level.
fn top_level(group: &str) -> Vec<&str> {
    let (mut depth, mut from, mut paths) = (0, 0, Vec::new());
    for (i, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                paths.push(&group[from..i]);
                from = i + 1;
            }
            _ => {}
        }
    }
    paths.push(&group[from..]);
    paths.retain(|path| !path.trim().is_empty());
    paths
}

#[test]
fn modules_import_only_downwards() {
    let mut wrong = Vec::new();
    let mut edges = 0;
    for (file, text) in sources().iter().filter(|(file, _)| !matches!(file.as_str(), "lib" | "main")) {
        let from = room(file);
        let Some(own) = floor(from) else {
            wrong.push(format!("{from} has no floor"));
            continue;
        };
        for to in imports(&code(text)).iter().filter(|to| *to != from) {
            edges += 1;
            match floor(to) {
                Some(below) if below < own => {}
                Some(_) => wrong.push(format!("{file} must not import {to}")),
                None => wrong.push(format!("{file} imports {to}, which has no floor")),
            }
        }
    }
    assert!(edges > 30, "the imports are read");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_import_reader_sees_what_it_should() {
    let text = "use crate::model::{A, B};\nuse crate::{store::{self, Store}, fetch};\nlet x = crate::serve::y();";
    assert_eq!(imports(text), ["model", "store", "fetch", "serve"]);
}

#[test]
fn the_pure_is_pure() {
    let banned = [
        "async ",
        ".await",
        "std::fs",
        "std::net",
        "tokio::",
        "reqwest::Client",
        "sqlx",
        "Timestamp::now",
        "Zoned::now",
        "Instant::now",
        "SystemTime",
        "println!",
        "std::env",
    ];
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let is_test = file.ends_with("/tests");
        if !is_test && PURE.iter().any(|pure| file == *pure || file.starts_with(&format!("{pure}/"))) {
            let code = code(&text);
            wrong.extend(banned.iter().filter(|word| code.contains(*word)).map(|word| format!("{file}: {word}")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_daemon_and_the_command_line_read_the_clock() {
    let mut wrong = Vec::new();
    for (file, text) in sources().iter().filter(|(file, _)| !matches!(room(file), "daemon" | "cli")) {
        let clock = ["Timestamp::now", "Zoned::now", "SystemTime::now"];
        wrong.extend(clock.iter().filter(|word| code(text).contains(*word)).map(|word| format!("{file}: {word}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_are_short_and_say_what_they_are() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let lines = text.lines().count();
        if lines > LONGEST && !TABLES.contains(&file.as_str()) {
            wrong.push(format!("{file} has {lines} lines"));
        }
        let is_test = file.ends_with("/tests");
        if !is_test && !text.starts_with("//!") {
            wrong.push(format!("{file} does not say what it is"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_sentence_is_the_same_everywhere() {
    let words: Vec<&str> = FLOORS[1].iter().copied().filter(|word| !BESIDE.contains(word)).collect();
    let sentence = words.join(" → ");
    for file in ["README.md", "ARCHITECTURE.md", "src/lib.rs", "src/pipeline/mod.rs"] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        assert!(text.contains(&sentence), "{file} has another sentence than: {sentence}");
    }
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let listed: Vec<&str> = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(listed, FLOORS.concat(), "lib.rs lists the modules in another order");
}

#[test]
fn no_file_speaks_of_the_machine_it_was_written_on() {
    let home = root();
    let parent = home.parent().map(Path::to_path_buf).unwrap_or_default();
    for folder in ["src", "tests", "."] {
        for entry in fs::read_dir(home.join(folder)).unwrap().map(|entry| entry.unwrap().path()) {
            let Ok(text) = fs::read_to_string(&entry) else { continue };
            let path = home.display().to_string();
            assert!(parent == Path::new("/") || !text.contains(&path), "{} names {path}", entry.display());
        }
    }
}

#[test]
fn the_fuzz_targets_have_what_the_invariants_use() {
    let dependencies = |file: &str| -> BTreeSet<String> {
        let manifest: toml::Table = fs::read_to_string(root().join(file)).unwrap().parse().unwrap();
        let tables = ["dependencies", "dev-dependencies"].iter().filter_map(|name| manifest.get(*name)?.as_table());
        tables.flat_map(|table| table.keys().map(|name| name.replace('-', "_"))).collect()
    };
    let (ours, theirs) = (dependencies("Cargo.toml"), dependencies("fuzz/Cargo.toml"));
    assert!(ours.contains("jiff") && theirs.contains("jiff"));
    for entry in fs::read_dir(root().join("tests/invariants")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let uses = |name: &&String| text.contains(&format!("{name}::")) && !text.contains(&format!("mod {name};"));
        // `proptest` is the ordinary tests' own way to the same promises.
        let missing: Vec<&String> = ours.difference(&theirs).filter(uses).filter(|name| *name != "proptest").collect();
        assert!(missing.is_empty(), "fuzz/Cargo.toml lacks {missing:?}, for {}", path.display());
    }
}
