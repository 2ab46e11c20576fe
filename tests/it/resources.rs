//! Few files, little memory, and both for ever. The figures are printed.

use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Flode, Origin, RECIPE, Running, list};

/// Files that the program may have open, its database and its listener among them.
const FILES: u32 = 64;

const SOURCES: usize = 500;

/// Sources on hosts of their own, as far as loopback has them, so that many are read at once.
fn many() -> (Origin, String) {
    let origin = Origin::start_everywhere();
    let mut config = String::from(
        "[site]\ntitle = \"t\"\nlink = \"https://www.malaro.example/\"\n[serve]\nlisten = \"127.0.0.1:0\"\n[publish]\nitems = \
         1000\n[fetch]\nconcurrency = 100\n",
    );
    for n in 0..SOURCES {
        let path = format!("/{n}/");
        let url = origin.url(&path).replace("127.0.0.1", &format!("127.0.1.{}", n % 250 + 1));
        write!(
            config,
            "[[source]]\nid = \"s{n}\"\nurl = \"{url}\"\nschedule = \"0 0 1 1 *\"\nrobots = false\n{RECIPE}"
        )
        .unwrap();
        origin.html(&path, &list(&[&format!("Nyhet från {n} | Kultur | /n/{n}")]));
    }
    (origin, config)
}

#[test]
fn five_hundred_sources_are_read_with_sixty_four_files() {
    let (_origin, config) = many();
    let flode = Flode::new(&config);
    let began = Instant::now();
    let ran = flode.run_with_files(FILES, &["once", "--json"]);
    assert!(!ran.stderr().contains("panicked"), "{}", ran.stderr());
    let answer = ran.code(0).json();
    let healthy = answer["runs"].as_array().unwrap().iter().filter(|run| run["outcome"] == "healthy").count();
    println!("once: {healthy} sources with {FILES} files in {:?}", began.elapsed());
    assert_eq!(healthy, SOURCES);
    assert_eq!(flode.feed("kultur.rss").entries.len(), SOURCES);
}

#[test]
fn a_crowd_of_readers_takes_no_file_from_the_sources() {
    let (origin, config) = many();
    // Small feeds: they are written five hundred times.
    let flode = Flode::new(&config.replace("items = 1000", "items = 20\ndays = 0"));
    let mut daemon = flode.start_with_files(FILES, &["run"]).at_most(Duration::from_mins(2));
    let line = daemon.wait_for_log("feeds at http://");
    let address = line.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
    // Connections that ask for nothing: more than there are files, fewer than the system lets wait.
    let crowd: Vec<TcpStream> = (0..100).filter_map(|_| TcpStream::connect(&address).ok()).collect();
    let log = daemon.log_until_enough(|log| log.matches("-01-01T00:00:00Z").count() == SOURCES);
    assert!(!log.contains("panicked") && !log.contains(" error "), "{log}");
    assert!((0..SOURCES).all(|n| origin.asked(&format!("/{n}/")).len() == 1), "each is asked once");
    // Whose runs ended while others wrote is published by those.
    let status = flode.run(&["status", "--json"]).code(0).json();
    let due = |feed: &&serde_json::Value| feed["due"] != false;
    assert_eq!(status["feeds"].as_array().unwrap().iter().filter(due).count(), 0, "{status:#}");
    let (work, time) = (ticks(&daemon), Duration::from_secs(2));
    thread::sleep(time);
    let spent = ticks(&daemon) - work;
    println!("{} waiting readers cost {spent} ticks in {time:?}", crowd.len());
    assert!(spent < 50, "{spent} ticks of a hundred in a second");
    drop(crowd);
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(stream, "GET /kultur.rss HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

/// Hundredths of a second that a process has worked.
fn ticks(daemon: &Running) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", daemon.id())).unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

/// Kilobytes that a process has in memory.
fn resident(daemon: &Running) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", daemon.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Bytes of the database, and its log.
fn database(flode: &Flode) -> (u64, u64) {
    let size = |name: &str| fs::metadata(flode.path(name)).map_or(0, |data| data.len());
    (size("flode.db"), size("flode.db-wal"))
}

#[test]
fn memory_is_flat_over_thousands_of_runs() {
    let runs: usize = std::env::var("FLODE_RUNS").map_or(1000, |runs| runs.parse().expect("FLODE_RUNS"));
    let origin = Origin::start();
    let page = |newest: usize| -> String {
        let items: Vec<String> = (0..20)
            .map(|n| format!("Nyhet {} om länet | Kultur, Trafik | /n/{0} | | Den {0}:e.", newest + 20 - n))
            .collect();
        list(&items.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let still = page(0);
    origin.html("/a/", &page(0));
    origin.html("/b/", &still);
    let source = |id: &str| {
        format!(
            "[[source]]\nid = \"{id}\"\nurl = \"{}\"\nschedule = \"* * * * *\"\n{RECIPE}",
            origin.url(&format!("/{id}/"))
        )
    };
    let flode = Flode::new(&format!(
        "[site]\ntitle = \"t\"\nlink = \"https://www.malaro.example/\"\n[serve]\nlisten = \"127.0.0.1:0\"\n[publish]\ndays = \
         0\n{}{}",
        source("a"),
        source("b")
    ));
    // A minute passes in a millisecond, or as soon as the last run has ended. The log is not read.
    let daemon = flode.start_silently(&["run", "--now", "2026-03-02T09:30:00Z", "--speed", "60000"]);
    let daemon = daemon.at_most(Duration::from_secs(30 + u64::try_from(runs).unwrap() / 5));
    // Of the second half of each tenth, the least: what a run needs for a moment is no growth.
    let (began, mut seen, mut newest, mut least) = (Instant::now(), Vec::new(), 0, u64::MAX);
    while seen.len() < 10 {
        let (made, changed) = (origin.count("/b/"), origin.count("/a/") / 10);
        if changed > newest {
            // Every tenth run has news.
            newest = changed;
            origin.html("/a/", &page(newest));
        }
        if made * 20 >= runs * (2 * seen.len() + 1) {
            least = least.min(resident(&daemon));
        }
        if made >= runs / 10 * (seen.len() + 1) {
            seen.push(std::mem::replace(&mut least, u64::MAX));
        }
        thread::sleep(Duration::from_millis(1));
    }
    let (database, log) = database(&flode);
    println!(
        "{} runs in {:?}, {newest} of them with news: resident {seen:?} KB, database {database} bytes, its log {log}",
        origin.count("/a/") + origin.count("/b/"),
        began.elapsed()
    );
    assert!(seen[9] < seen[0] + seen[0] / 5 + 2048, "{seen:?}");
    // A kilobyte or two for an item, nothing for a run.
    let items = u64::try_from(newest + 21).unwrap();
    assert!(database < 200_000 + items * 4096, "{database} bytes for {items} items");
    assert!(log < 16 << 20, "{log}");
}
