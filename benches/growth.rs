//! What documents made to be slow cost: the time for a half of each and for the whole, side by side. A ratio of 2 is a cost
//! that grows with the length, 4 with its square; below 2 a limit ended it. Best of five.
//!
//! `cargo bench --bench growth`

#![allow(clippy::print_stdout, clippy::expect_used, missing_docs, unreachable_pub)]

#[path = "../tests/it/traps/pages.rs"]
mod pages;

use std::time::{Duration, Instant};

use flode::extract::{Context, Options, extract};
use flode::model::Page;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use pages::Trap;

fn main() {
    println!("{:<45} {:>9} {:>9} {:>6}", "", "half", "whole", "ratio");
    for (half, whole) in pages::all(2).into_iter().zip(pages::all(4)) {
        let (name, half, whole) = (&whole.name, time(&half), time(&whole));
        let ratio = whole.as_secs_f64() / half.as_secs_f64();
        println!("{name:<45} {:>6} ms {:>6} ms {ratio:>6.1}", half.as_millis(), whole.as_millis());
    }
}

/// The least of five times.
fn time(trap: &Trap) -> Duration {
    let url = "https://www.example.se/".parse().expect("an address");
    let page = Page { url, text: trap.text.clone(), media_type: None };
    let context =
        Context { language: "sv", time_zone: &TimeZone::UTC, now: Timestamp::UNIX_EPOCH, known_categories: &[] };
    let times = (0..5).map(|_| {
        let begun = Instant::now();
        let found = extract(&page, &trap.recipe, &context, &Options::default());
        let time = begun.elapsed();
        drop(found);
        time
    });
    times.min().unwrap_or_default()
}
