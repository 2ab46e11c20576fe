//! Listings written as text: one folder a case in `tests/listings`, and what must hold for every text.

use std::fs;
use std::path::{Path, PathBuf};

use flode::extract::{Context, Options, Recipe, extract};
use flode::model::{Container, Extraction, FoundItem, Page};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::{Value, json};

fn cases() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/listings");
    let entries = fs::read_dir(directory).expect("the directory of cases").map(|entry| entry.expect("an entry").path());
    let mut cases: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    cases.sort();
    cases
}

fn read_with(text: &str, known: &[String], options: &Options) -> Extraction {
    let page = Page {
        url: "https://www.example.se/nyheter/".parse().expect("an address"),
        text: text.to_owned(),
        media_type: Some("text/plain".to_owned()),
    };
    let now: Timestamp = "2023-01-10T12:00:00Z".parse().expect("a moment");
    let context = Context { language: "sv", time_zone: &TimeZone::UTC, now, known_categories: known };
    extract(&page, &Recipe::default(), &context, options)
}

fn read(text: &str, known: &[String]) -> Extraction {
    read_with(text, known, &Options::default())
}

/// An item as the cases write it: what is not there is left out.
fn item_json(item: &FoundItem) -> Value {
    let mut out = json!({ "title": item.title });
    if let Some(summary) = &item.summary {
        out["summary"] = json!(summary);
    }
    if !item.categories.is_empty() {
        out["categories"] = json!(item.categories);
    }
    if let Some(link) = &item.link {
        out["link"] = json!(link.as_str());
    }
    if let Some(date) = item.date {
        out["date"] = json!(date.to_string());
    }
    if item.cut_off {
        out["cut_off"] = json!(true);
    }
    out
}

fn extraction_json(extraction: &Extraction, known: &Value) -> Value {
    let container = match extraction.container {
        Container::Present => "present",
        Container::Gone => "gone",
        Container::Unknown => "unknown",
    };
    let mut out = json!({
        "container": container,
        "items": extraction.items.iter().map(item_json).collect::<Vec<_>>(),
        "defects": extraction.defects.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    if !known.is_null() {
        out["known"] = known.clone();
    }
    if let Some(refused) = extraction.refused {
        out["refused"] = json!(refused.to_string());
    }
    out
}

#[test]
fn every_case_is_read_as_it_says() {
    let cases = cases();
    assert!(cases.len() >= 15, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let page = fs::read_to_string(case.join("page.txt")).expect("a page");
        let want: Value =
            serde_json::from_str(&fs::read_to_string(case.join("items.json")).expect("items")).expect("JSON");
        let known: Vec<String> = serde_json::from_value(want["known"].clone()).unwrap_or_default();
        let got = extraction_json(&read(&page, &known), &want["known"]);
        if got != want {
            wrong.push(format!("{}: read\n{got:#}\ninstead of\n{want:#}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Whether `half` has only whole names of `whole`: a line that ends between two names looks like a whole line.
fn begins(whole: &FoundItem, half: &FoundItem) -> bool {
    let same = (&whole.title, &whole.summary, whole.date) == (&half.title, &half.summary, half.date);
    let line = whole.categories.concat();
    let shorter = half.categories.concat();
    let seam = |rest: &str| rest.chars().next().is_some_and(char::is_uppercase);
    same && !shorter.is_empty() && line.strip_prefix(&shorter).is_some_and(seam)
}

/// Every item before the last is what it is in the whole page; the last too, or it is told that it is cut off.
pub fn assert_cut(whole: &Extraction, cut: &Extraction, text: &str) {
    let end = text.chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect::<String>();
    assert!(cut.items.len() <= whole.items.len(), "more items after {end:?}");
    for (i, (was, is)) in whole.items.iter().zip(&cut.items).enumerate() {
        let is_last = i + 1 == cut.items.len();
        // The only item of a page has none to be held against.
        let excused = is_last && (is.cut_off || i == 0 || begins(was, is));
        assert!(was == is || excused, "after {end:?}:\n{was:#?}\nbecame\n{is:#?}");
        assert!(
            !is.cut_off || is.categories.iter().all(|line| was.categories.concat().contains(line)),
            "{end:?} {is:?}"
        );
    }
}

fn fixture() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/listings/plain/page.txt")).expect("the page")
}

fn known() -> Vec<String> {
    ["Kultur", "Vatten och avlopp", "Skola", "Trafik i norr", "Bygga nytt"].map(str::to_owned).to_vec()
}

#[test]
fn a_cut_harms_the_last_item_alone() {
    let page = fixture();
    for page in [page.replace("\n\n  ", "\n  "), page.replace("\n  ", "\n"), page] {
        for known in [Vec::new(), known()] {
            let whole = read(&page, &known);
            assert!(whole.items.len() == 6 && whole.defects.is_empty(), "{whole:#?}");
            for (at, _) in page.char_indices() {
                assert_cut(&whole, &read(&page[..at], &known), &page[..at]);
            }
        }
    }
}

#[test]
fn limits_are_kept_and_told() {
    let options = Options { max_items: 2, max_title: 10, max_summary: 20, max_categories: 2, ..Options::default() };
    let item = "• En mycket lång rubrik\n\n  En text som inte ryms på sin plats.\n\n  KulturStödSkola\n";
    let got = read_with(&item.repeat(3), &[], &options);
    let defects: Vec<String> = got.defects.iter().map(ToString::to_string).collect();
    assert_eq!(got.items.len(), 2);
    assert_eq!(got.items[0].categories, ["Kultur", "Stöd"]);
    assert!(got.items[0].title.chars().count() <= 10 && got.items[0].summary.as_ref().unwrap().chars().count() <= 20);
    for want in [
        "item 1: title is longer than 10 characters and was shortened",
        "item 2: summary is longer than 20 characters and was shortened",
        "more than 2 categories of an item; the rest was passed over",
        "more than 2 items; the rest was passed over",
    ] {
        assert!(defects.iter().any(|defect| defect == want), "{want} is not in {defects:?}");
    }
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[ \t\u{A0}]{0,4}[•‣◦*–·-] ?[A-ZÅÄÖ]?[a-zåäö ]{0,30}",
        "[ \t]{0,3}[1-9]{1,2}[.)] [A-Za-z ]{0,20}",
        "[ ]{0,2}([A-ZÅ][a-zå]{1,9}){1,4}",
        "[ ]{0,2}[A-Z][a-z ,]{0,60}[.!?:]?",
        "[ ]{0,2}\\[[a-z]{0,5}\\]\\(?(https?|ftp|javascript):/{0,2}[a-z.]{0,9}\\)?",
        "\\PC{0,20}",
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_text_is_read(lines in proptest::collection::vec(line(), 0..30), feed in prop_oneof![Just("\n"), Just("\r\n"), Just("\n\n")]) {
        let text = lines.join(feed);
        let got = read(&text, &known());
        prop_assert!(got.refused.is_none() || got.items.is_empty());
        let last = got.items.len().saturating_sub(1);
        for (i, item) in got.items.iter().enumerate() {
            prop_assert!(!item.title.is_empty() && !item.title.contains('\n'));
            prop_assert!(item.summary.as_deref() != Some(""));
            prop_assert!(item.link.as_ref().is_none_or(|link| matches!(link.scheme(), "http" | "https")));
            prop_assert!(i == last || !item.cut_off);
        }
        prop_assert_eq!(&read(&text, &known()), &got);
    }

    #[test]
    fn cuts_and_noise_are_survived(from in 0_usize..1500, len in 0_usize..1500, noise in "\\PC{0,5}") {
        let page: Vec<char> = fixture().chars().collect();
        let kept: String = page.iter().take(from).collect();
        let rest: String = page.iter().skip(from + len).collect();
        let got = read(&format!("{kept}{noise}{rest}"), &[]);
        prop_assert!(got.items.len() <= 12);
    }
}
