//! The five listings that the project began with, held against what a person read in them.
//!
//! The listings are other people's text and not part of the project: `FLODE_SEEDS` names their directory.

use std::collections::BTreeMap;
use std::path::PathBuf;

use flode::categorise::{self, Categoriser};
use flode::extract::{Context, Options, Recipe, extract};
use flode::model::{Container, Extraction, Page};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(Debug, Deserialize)]
struct Truth {
    title: String,
    categories: Vec<String>,
    paragraphs: usize,
    begins: String,
    ends: String,
    summary_sha256: String,
}

type Listings = BTreeMap<String, Vec<Truth>>;

fn truth() -> Listings {
    serde_json::from_str(include_str!("../seeds/truth.json")).expect("the truth is JSON")
}

/// Where the listings are; `None` where they are not, which only a machine that is not a judge may say.
fn directory() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/seeds");
    let directory = std::env::var_os("FLODE_SEEDS").map_or(beside, PathBuf::from);
    if directory.is_dir() {
        return Some(directory);
    }
    assert!(std::env::var_os("CI").is_none(), "FLODE_SEEDS names no directory");
    println!("skipped: the listings are not here; FLODE_SEEDS names their directory");
    None
}

fn read(text: String, known: &[String]) -> Extraction {
    let page = Page {
        url: "https://www.example.se/nyheter/".parse().expect("an address"),
        text,
        media_type: Some("text/plain".to_owned()),
    };
    let now = Timestamp::from_second(1_750_000_000).expect("a moment");
    let context = Context { language: "sv", time_zone: &TimeZone::UTC, now, known_categories: known };
    extract(&page, &Recipe::default(), &context, &Options::default())
}

fn check(name: &str, truth: &[Truth], extraction: &Extraction, categoriser: &Categoriser) {
    assert_eq!(extraction.container, Container::Present, "{name}");
    assert_eq!(extraction.defects, [], "{name}");
    assert_eq!(extraction.refused, None, "{name}");
    assert_eq!(extraction.items.len(), truth.len(), "{name}");
    for (found, true_item) in extraction.items.iter().zip(truth) {
        let title = &true_item.title;
        assert_eq!(&found.title, title, "{name}");
        assert_eq!((&found.link, found.date, found.cut_off), (&None, None, false), "{title}");
        let summary = found.summary.as_deref().expect("every item has a summary");
        assert_eq!(summary.lines().count(), true_item.paragraphs, "{title}");
        assert_eq!(summary.split(' ').next(), Some(&*true_item.begins), "{title}");
        assert_eq!(summary.split(' ').next_back(), Some(&*true_item.ends), "{title}");
        assert_eq!(format!("{:x}", Sha256::digest(summary)), true_item.summary_sha256, "{title}: {summary}");
        assert_eq!(found.categories, [true_item.categories.concat()], "{title}");
        let names: Vec<String> =
            categoriser.categorise(found, None).into_iter().map(|category| category.name).collect();
        assert_eq!(names, true_item.categories, "{title}");
    }
}

/// The names in the truth, each once.
fn names(listings: &Listings) -> Vec<String> {
    let mut names: Vec<String> = listings.values().flatten().flat_map(|item| item.categories.clone()).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn the_truth_is_whole() {
    let truth = truth();
    assert_eq!(truth.values().map(Vec::len).collect::<Vec<_>>(), [15, 12, 16, 12, 16]);
    assert_eq!(names(&truth).len(), 13);
    assert_eq!(truth.values().flatten().map(|item| item.categories.len()).sum::<usize>(), 99);
}

#[test]
fn every_item_is_read_as_a_person_reads_it() {
    let Some(directory) = directory() else { return };
    let truth = truth();
    for known in [Vec::new(), names(&truth)] {
        let options = categorise::Options { known: known.clone(), ..categorise::Options::default() };
        let categoriser = Categoriser::new(&options).expect("no aliases, no contradiction");
        for (name, items) in &truth {
            let text = std::fs::read_to_string(directory.join(name)).expect("a listing");
            check(name, items, &read(text, &known), &categoriser);
        }
    }
}

#[test]
fn a_cut_harms_the_last_item_alone() {
    let Some(directory) = directory() else { return };
    let truth = truth();
    for known in [Vec::new(), names(&truth)] {
        for name in truth.keys() {
            let text = std::fs::read_to_string(directory.join(name)).expect("a listing");
            let whole = read(text.clone(), &known);
            // A prime, so that the cuts fall everywhere within lines.
            let ends = text.char_indices().map(|(at, _)| at).step_by(37).collect::<Vec<_>>();
            for end in ends {
                super::listing::assert_cut(&whole, &read(text[..end].to_owned(), &known), &text[..end]);
            }
        }
    }
}
