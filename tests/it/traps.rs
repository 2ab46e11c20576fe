//! Documents made to be slow are refused by name, or read. What that costs is counted in steps, never in time: the same
//! document has the same outcome on every machine. (`benches/growth.rs` shows that the steps are worth the time.)

mod pages;

use std::fmt::Write;

use flode::extract::{Context, Options, extract};
use flode::model::Page;
use jiff::tz::TimeZone;

use pages::Trap;

/// The refusal, or the number of items.
fn outcome(trap: &Trap) -> String {
    let page = Page { url: "https://www.example.se/".parse().unwrap(), text: trap.text.clone(), media_type: None };
    let now = "2024-06-14T10:00:00Z".parse().unwrap();
    let context = Context { language: "sv", time_zone: &TimeZone::UTC, now, known_categories: &[] };
    // A tenth of the defaults: what is built without optimisation is ten times as slow.
    let options = Options { max_nodes: 50_000, max_steps: 4_000_000, ..Options::default() };
    let found = extract(&page, &trap.recipe, &context, &options);
    assert!(found.items.len() <= options.max_items, "{}", trap.name);
    found.refused.map_or_else(|| format!("{} items", found.items.len()), |refusal| format!("{refusal}"))
}

#[test]
fn documents_made_to_be_slow_are_refused_or_read() {
    let mut outcomes = String::new();
    for trap in pages::all(4) {
        assert!(trap.text.len() <= Options::default().max_bytes, "{}: {}", trap.name, trap.text.len());
        writeln!(outcomes, "{:<45} {}", trap.name, outcome(&trap)).unwrap();
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/traps/outcomes.txt");
    if std::env::var_os("FLODE_BLESS").is_some() {
        std::fs::write(path, &outcomes).unwrap();
    }
    assert_eq!(outcomes, std::fs::read_to_string(path).unwrap());
}
