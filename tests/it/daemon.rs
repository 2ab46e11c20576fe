//! The daemon: the real program, its signals, its schedule, its store.

use crate::support::{Flode, Origin, RECIPE, list};
use crate::wire::get;

const SERVE: &str = "[serve]\nlisten = \"127.0.0.1:0\"\ndrain = \"2s\"\n";

fn config(origin: &Origin, schedule: &str) -> String {
    format!(
        "[site]\ntitle = \"Nyheter\"\nlink = \"https://www.malaro.example/\"\nlanguage = \"sv\"\n{SERVE}[[source]]\nid = \
         \"nyheter\"\nurl = \"{}\"\nschedule = \"{schedule}\"\n{RECIPE}",
        origin.url("/nyheter/")
    )
}

fn origin() -> Origin {
    let origin = Origin::start();
    origin.html("/nyheter/", &list(&["Ny bro | Trafik | /n/1", "Ny bok | Kultur | /n/2"]));
    origin
}

/// The address in `… feeds at http://127.0.0.1:1234/`.
fn address(line: &str) -> &str {
    line.split("http://").nth(1).unwrap().trim_end_matches('/')
}

#[test]
fn it_reads_at_once_serves_and_ends_when_told() {
    let origin = origin();
    let flode = Flode::new(&config(&origin, "0 0 1 1 *"));
    let mut daemon = flode.start(&["run"]);
    let line = daemon.wait_for_log("feeds at http://");
    let address = address(&line).to_owned();
    daemon.wait_for_log("published 3 feeds");
    let answer = get(&address, "/kultur.rss");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("Ny bok"), "{answer}");
    assert!(answer.to_lowercase().contains("content-type: application/rss+xml; charset=utf-8\r\n"), "{answer}");
    assert!(get(&address, "/").contains("Kultur"));
    daemon.wait_for_log("nyheter: next run at 2");
    daemon.signal("TERM");
    let ended = daemon.end().code(0);
    assert!(ended.stderr().contains("stopped"), "{}", ended.stderr());
    assert!(!flode.path("flode.db-wal").exists(), "the store is closed");
}

#[test]
fn what_is_in_the_ledger_is_served_before_anything_is_read() {
    let origin = origin();
    let flode = Flode::new(&config(&origin, "0 0 1 1 *"));
    let mut first = flode.start(&["run"]);
    first.wait_for_log("next run at 2");
    first.signal("INT");
    first.end().code(0);
    origin.fails("/nyheter/", "500 Internal Server Error");
    let asked = origin.asked("/nyheter/").len();
    let mut second = flode.start(&["run"]);
    let line = second.wait_for_log("feeds at http://");
    assert!(get(address(&line), "/kultur.atom").contains("Ny bok"));
    second.wait_for_log("next run at 2");
    assert_eq!(origin.asked("/nyheter/").len(), asked, "nothing was missed, so nothing is read");
}

#[test]
fn a_run_that_was_missed_is_made_up_once() {
    let origin = origin();
    let mut flode = Flode::new(&config(&origin, "0 0 1 1 *"));
    flode.at("2020-06-01T00:00:00Z").once();
    origin.html("/nyheter/", &list(&["Ny skola | Skola | /n/3", "Ny bok | Kultur | /n/2"]));
    let mut daemon = flode.start(&["run"]);
    daemon.wait_for_log("1 new");
    daemon.wait_for_log("next run at 2");
    assert_eq!(origin.asked("/nyheter/").len(), 2);
}

#[test]
fn one_program_writes_to_a_store() {
    let origin = origin();
    let flode = Flode::new(&config(&origin, "0 0 1 1 *"));
    let mut daemon = flode.start(&["run"]);
    daemon.wait_for_log("next run at 2");
    for command in [&["once"][..], &["publish"], &["run"]] {
        let refused = flode.run(command).code(3);
        assert!(refused.stderr().contains("is in use by another flode\nhint: "), "{command:?}: {}", refused.stderr());
    }
    // To look is allowed.
    flode.run(&["status"]).code(0);
    flode.run(&["check"]).code(0);
    daemon.signal("KILL");
    daemon.end();
    flode.run(&["once"]).code(0);
}

#[test]
fn a_second_signal_ends_at_once() {
    let flode = Flode::new(&config(&origin(), "0 0 1 1 *").replace("drain = \"2s\"", "drain = \"5min\""));
    // A site that accepts and never answers keeps the run under way.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let text = std::fs::read_to_string(flode.path("config.toml")).unwrap();
    let (head, tail) = text.split_once("url = \"").unwrap();
    flode.write("config.toml", &format!("{head}url = \"{url}{}", &tail[tail.find('"').unwrap()..]));
    let mut daemon = flode.start(&["run"]);
    let _open = silent.accept().unwrap();
    daemon.signal("TERM");
    daemon.wait_for_log("once more ends at once");
    daemon.signal("TERM");
    daemon.end().code(130);
}

#[test]
fn an_address_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let flode = Flode::new(&config(&origin(), "0 0 1 1 *").replace("127.0.0.1:0", &address));
    let ran = flode.run(&["run"]).code(2);
    assert!(ran.stderr().contains(&address) && ran.stderr().contains("hint: "), "{}", ran.stderr());
}

#[test]
fn the_demo_reads_publishes_serves_and_ends() {
    let flode = Flode::new("");
    let mut demo = flode.start(&["demo", "--dir", "demo"]);
    let line = demo.wait_for_line("its feeds");
    let served = address(line.trim()).to_owned();
    demo.wait_for_line("60 items on 3 pages: 60 new");
    demo.wait_for_line("published");
    assert!(get(&served, "/kultur.rss").contains("<rss version=\"2.0\""));
    demo.signal("INT");
    demo.end().code(0);
    let feed = crate::support::read_feed(&flode.path("demo/feeds/kultur.atom"));
    assert!(!feed.entries.is_empty());
}

#[test]
fn a_source_that_fails_is_one_line_in_the_log() {
    let origin = origin();
    origin.fails("/nyheter/", "500 Internal Server Error");
    let flode = Flode::new(&config(&origin, "0 0 1 1 *"));
    let mut daemon = flode.start(&["run"]);
    let line = daemon.wait_for_log("nyheter: http");
    assert!(
        line.contains("Z error nyheter: ") && line.contains("500") && line.contains("its feeds keep 0 items"),
        "{line}"
    );
}
