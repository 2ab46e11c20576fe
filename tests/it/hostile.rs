//! What holds for every input holds for every page of the tests, and for all that was once answered wrongly.

use std::fs;
use std::path::{Path, PathBuf};

use crate::invariants;

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() { found.extend(files(&entry)) } else { found.push(entry) }
    }
    found.sort();
    found
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

#[test]
fn what_was_answered_wrongly_is_answered_well() {
    let mut cases = 0;
    for folder in fs::read_dir(tests().join("hostile")).unwrap().map(|entry| entry.unwrap().path()) {
        let target = folder.file_name().unwrap().to_str().unwrap();
        for case in files(&folder) {
            println!("{}", case.display());
            invariants::check(target, &fs::read(&case).unwrap());
            cases += 1;
        }
    }
    assert!(cases > 2, "{cases}");
}

#[test]
fn any_page_may_be_given_to_any_stage() {
    let is_page = |file: &PathBuf| file.file_stem().is_some_and(|name| name == "page" || name == "broken");
    for folder in ["pages", "listings", "documents", "articles", "it/config"] {
        let pages: Vec<PathBuf> = files(&tests().join(folder)).into_iter().filter(is_page).collect();
        assert!(!pages.is_empty(), "{folder}");
        for page in pages {
            let data = fs::read(&page).unwrap();
            for (target, check) in invariants::TARGETS {
                println!("{target}: {}", page.display());
                check(&data);
            }
        }
    }
}
