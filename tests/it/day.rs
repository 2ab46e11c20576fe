//! What a well-behaved site sees of a day, and what one bad site costs the others. The figures are printed.

use std::fmt::Write;
use std::net::TcpListener;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

use crate::support::{Flode, Origin, RECIPE, list};

#[test]
fn a_day_at_a_site_that_keeps_the_rules() {
    let origin = Origin::start();
    let page =
        |hour: usize| list(&[&format!("Nyhet {hour} om länet | Kultur | /n/{hour}"), "Fast rad | Kultur | /n/fast"]);
    let mut flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    let mut now: Timestamp = "2026-03-02T05:00:00Z".parse().unwrap();
    // Every quarter of sixteen hours; the page changes on every fourth.
    for quarter in 0..64 {
        if quarter % 4 == 0 {
            origin.html_with_etag("/nyheter/", &format!("\"v{quarter}\""), &page(quarter));
        }
        flode.at(&now.to_string()).once();
        now += SignedDuration::from_mins(15);
    }
    let asked = origin.asked("/nyheter/");
    let conditional = asked.iter().filter(|head| head.contains("if-none-match: ")).count();
    println!("a day: {} requests, {conditional} of them conditional, 15 minutes apart", asked.len());
    assert_eq!((asked.len(), conditional), (64, 63));
    assert_eq!(origin.asked("/n/0").len(), 0, "articles are not fetched unasked");
    assert_eq!(flode.titles("kultur.rss").len(), 17);
}

#[test]
fn one_site_that_hangs_delays_no_other() {
    const SOURCES: usize = 500;
    let silent = TcpListener::bind("127.0.0.2:0").unwrap();
    let origin = Origin::start();
    let mut config = String::from(
        "[site]\ntitle = \"t\"\nlink = \"https://www.malaro.example/\"\n[fetch]\ntotal_timeout = \"8s\"\nconnect_timeout = \
         \"3s\"\nidle_timeout = \"5s\"\n",
    );
    for n in 0..SOURCES {
        let url =
            if n == 7 { format!("http://{}/", silent.local_addr().unwrap()) } else { origin.url(&format!("/{n}/")) };
        write!(config, "[[source]]\nid = \"s{n}\"\nurl = \"{url}\"\nrobots = false\n{RECIPE}").unwrap();
        origin.html(&format!("/{n}/"), &list(&[&format!("Nyhet från {n} | Kultur | /n/{n}")]));
    }
    let flode = Flode::new(&config);
    let started = Instant::now();
    let answer = flode.run(&["once", "--json"]).code(1).json();
    let runs = answer["runs"].as_array().unwrap();
    let well = runs.iter().filter(|run| run["outcome"] == "healthy").count();
    println!("{SOURCES} sources, one silent: {well} read, all done after {:?}", started.elapsed());
    assert_eq!((well, runs.len()), (SOURCES - 1, SOURCES));
    assert_eq!(runs[7]["outcome"], "failed", "{:#}", runs[7]);
    assert_eq!(flode.feed("kultur.rss").entries.len(), SOURCES - 1);
}
