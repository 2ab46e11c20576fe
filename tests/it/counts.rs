//! Subscribers: counted once, by day, and nobody remembered.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::{Flode, Origin, PATIENCE, RECIPE, Running, list};
use crate::wire::{ask, get, status};

const FEEDLY: &str = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; N subscribers; like FeedFetcher-Google)";
const PROXY: &str = "trusted_proxies = [\"127.0.0.1\"]\n";
const NOON: &str = "2026-03-02T11:00:00Z";

fn house(serve: &str) -> (Origin, Flode) {
    let origin = Origin::start();
    origin.html("/nyheter/", &list(&["Ny bro | Trafik | /n/1", "Ny bok | Kultur | /n/2"]));
    let more = format!("{RECIPE}[serve]\nlisten = \"127.0.0.1:0\"\ndrain = \"2s\"\n{serve}");
    let mut flode = Flode::reading(&origin.url("/nyheter/"), &more);
    flode.at(NOON).once();
    (origin, flode)
}

/// The daemon, and its address.
fn open(flode: &Flode, args: &[&str]) -> (Running, String) {
    let mut daemon = flode.start(&[&["run"], args].concat());
    let line = daemon.wait_for_log("feeds at http://");
    daemon.wait_for_log("next run at");
    (daemon, line.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned())
}

fn close(daemon: Running) -> String {
    daemon.signal("TERM");
    daemon.end().code(0).stderr()
}

fn take(address: &str, path: &str, from: &str, agent: &str) {
    let answer = ask(address, &format!("GET {path}"), &format!("User-Agent: {agent}\r\nX-Forwarded-For: {from}\r\n"));
    assert_eq!(status(&answer), "200", "{path}");
}

/// By day, feed and format: reported, readers.
fn counted(flode: &Flode) -> BTreeMap<String, (u64, u64)> {
    let status = flode.run(&["status", "--json"]).json();
    let mut all = BTreeMap::new();
    let mut add = |feed: &str, one: &serde_json::Value| {
        let [day, format] = ["day", "format"].map(|key| one[key].as_str().unwrap());
        let numbers = ["reported", "readers"].map(|key| one[key].as_u64().unwrap());
        all.insert(format!("{day} {feed}.{format}"), (numbers[0], numbers[1]));
    };
    for feed in status["feeds"].as_array().unwrap() {
        feed["subscribers"].as_array().unwrap().iter().for_each(|one| add(feed["feed"].as_str().unwrap(), one));
    }
    for one in status["combined"].as_array().unwrap() {
        add(one["feeds"].as_str().unwrap(), one);
    }
    all
}

fn numbers<const N: usize>(want: [(&str, u64, u64); N]) -> BTreeMap<String, (u64, u64)> {
    want.into_iter().map(|(name, reported, readers)| (name.to_owned(), (reported, readers))).collect()
}

#[test]
fn services_count_at_their_greatest_and_readers_once() {
    let (_origin, mut flode) = house(PROXY);
    let (daemon, address) = open(&flode, &["--now", NOON]);
    for number in ["12", "16", "14"] {
        take(&address, "/kultur.atom", "192.0.2.1", &FEEDLY.replace('N', number));
    }
    take(&address, "/kultur.atom", "192.0.2.2", "Feedbin feed-id:1373711 - 142 subscribers");
    take(&address, "/kultur.atom", "192.0.2.3", "Feedbin feed-id:99 - 8 subscribers");
    take(&address, "/kultur.atom", "192.0.2.3", "Feedbin feed-id:99 - 999999999999 subscribers");
    take(&address, "/kultur.atom", "192.0.2.4", "Mozilla/5.0 (compatible; Googlebot/2.1)");
    for _ in 0..3 {
        take(&address, "/kultur.atom", "198.51.100.1", "Thunderbird/140.0");
    }
    // The same network; another network; another program; what the reader wrote itself does not count.
    take(&address, "/kultur.atom", "198.51.100.200", "Thunderbird/140.0");
    take(&address, "/kultur.atom", "198.51.101.1", "Thunderbird/140.0");
    take(&address, "/kultur.atom", "198.51.100.1", "newsboat/2.40");
    take(&address, "/kultur.atom", "203.0.113.9, 198.51.100.1", "newsboat/2.40");
    take(&address, "/trafik.rss", "198.51.100.1", "newsboat/2.40");
    take(&address, "/kultur+trafik.atom", "198.51.100.1", "newsboat/2.40");
    // What is no visit.
    let from = |n: u8| format!("User-Agent: reader\r\nX-Forwarded-For: 198.51.{n}.1\r\n");
    for (n, (method, path, header, want)) in [
        ("HEAD", "/kultur.atom", "", "200"),
        ("GET", "/kultur.html", "", "200"),
        ("GET", "/health", "", "200"),
        ("GET", "/_flode.atom", "", "200"),
        ("GET", "/ingen.atom", "", "404"),
        ("GET", "/kultur.atom", "If-Match: \"x\"\r\n", "412"),
        ("GET", "/kultur.atom", "Range: bytes=10-20\r\n", "206"),
        ("POST", "/kultur.atom", "", "405"),
        ("GET", "/trafik+kultur.atom", "", "301"),
    ]
    .into_iter()
    .enumerate()
    {
        let headers = from(u8::try_from(n).unwrap()) + header;
        assert_eq!(status(&ask(&address, &format!("{method} {path}"), &headers)), want, "{method} {path}");
    }
    // And what is one: it has it already, or begins to take it.
    assert_eq!(status(&ask(&address, "GET /kultur.rss", &(from(1) + "If-None-Match: *\r\n"))), "304");
    assert_eq!(status(&ask(&address, "GET /kultur.rss", &(from(2) + "Range: bytes=0-20\r\n"))), "206");
    close(daemon);
    let day = |rest: &str| format!("2026-03-02 {rest}");
    let want = numbers([
        (&day("kultur.atom"), 16 + 100_000, 3),
        (&day("kultur.rss"), 0, 2),
        (&day("trafik.rss"), 0, 1),
        (&day("kultur+trafik.atom"), 0, 1),
    ]);
    assert_eq!(counted(flode.at(NOON)), want);
    let table = flode.run(&["status"]).stdout();
    let row = table.lines().find(|line| line.starts_with("kultur ")).unwrap_or(&table);
    assert!(
        table.contains("reported") && row.contains("100016") && row.split_whitespace().any(|word| word == "5"),
        "{table}"
    );
}

#[test]
fn a_restart_in_the_middle_of_the_day_keeps_the_greater() {
    let (_origin, mut flode) = house(PROXY);
    for (subscribers, readers) in [("10", 3), ("12", 2)] {
        let (daemon, address) = open(&flode, &["--now", NOON]);
        take(&address, "/kultur.atom", "192.0.2.1", &FEEDLY.replace('N', subscribers));
        for n in 0..readers {
            take(&address, "/kultur.atom", &format!("198.51.{n}.1"), "newsboat");
        }
        close(daemon);
    }
    assert_eq!(counted(flode.at(NOON)), numbers([("2026-03-02 kultur.atom", 12, 3)]));
}

#[test]
fn a_day_ends_at_midnight_where_the_site_is() {
    let (_origin, mut flode) = house(&format!("{PROXY}count_days = 2\noperator = \"127.0.0.1:0\"\n"));
    flode.write("shift", "0");
    // 23:59 in Stockholm.
    let mut daemon = flode.start(&["run", "--now", "2026-03-02T22:59:00Z", "--shift", "shift"]);
    let address = |line: &str| line.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
    let shop = address(&daemon.wait_for_log("feeds at http://"));
    let office = address(&daemon.wait_for_log("status at http://"));
    daemon.wait_for_log("next run at");
    for (n, day) in ["2026-03-02", "2026-03-03", "2026-03-04"].into_iter().enumerate() {
        if n > 0 {
            flode.write("shift", &(n * 86_400).to_string());
            // The day before is written down when the next begins.
            let written = format!("\"day\": \"2026-03-0{}\"", n + 1);
            wait_until(&office, |status| status.contains(&written));
        }
        for reader in 0..=n {
            take(&shop, "/kultur.atom", &format!("198.51.{reader}.1"), "newsboat");
        }
        println!("{day}");
    }
    close(daemon);
    // Those of two days are kept.
    let want = numbers([("2026-03-03 kultur.atom", 0, 2), ("2026-03-04 kultur.atom", 0, 3)]);
    assert_eq!(counted(flode.at("2026-03-04T22:59:00Z")), want);
}

/// Asks for the status until it says something.
fn wait_until(office: &str, says: impl Fn(&str) -> bool) {
    let until = Instant::now() + PATIENCE;
    loop {
        let answer = get(office, "/status.json");
        if says(&answer) {
            return;
        }
        assert!(Instant::now() < until, "{answer}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn nobody_stands_in_the_ledger_or_in_the_log() {
    let (_origin, mut flode) = house(PROXY);
    flode.env("FLODE_LOG", "trace");
    let mut daemon = flode.start(&["run", "--now", NOON]);
    let line = daemon.wait_for_log("feeds at http://");
    let mut log = daemon.log_until("next run at");
    let address = line.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
    let person = "Mycket-Hemlig-Lasare/7.3";
    for from in ["203.0.113.77", "2001:db8:77:1::9"] {
        take(&address, "/kultur.atom", from, person);
        let cookie = format!("User-Agent: {person}\r\nCookie: kaka=hemligkaka\r\nForwarded: for=\"{from}\"\r\n");
        assert_eq!(status(&ask(&address, "GET /kultur.atom", &cookie)), "200");
    }
    log.push_str(&close(daemon));
    let mut places: Vec<(String, Vec<u8>)> = vec![("the log".to_owned(), log.into_bytes())];
    let mut folders = vec![flode.path("")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                places.push((entry.path().display().to_string(), fs::read(entry.path()).unwrap()));
            }
        }
    }
    assert!(places.iter().any(|(name, _)| name.ends_with("flode.db")));
    for (name, bytes) in &places {
        let text = String::from_utf8_lossy(bytes);
        for secret in [person, "Hemlig", "203.0.113", "2001:db8:77", "hemligkaka"] {
            assert!(!text.contains(secret), "{secret} stands in {name}");
        }
        // In bytes: the address, and the network of it.
        let found = |bytes: &[u8], secret: &[u8]| bytes.windows(secret.len()).any(|window| window == secret);
        assert!(!found(bytes, &[203, 0, 113, 77]) && !found(bytes, &[0x20, 0x01, 0x0d, 0xb8, 0, 0x77]), "{name}");
    }
    assert_eq!(counted(flode.at(NOON)), numbers([("2026-03-02 kultur.atom", 0, 2)]));
}

#[test]
fn a_stranger_is_not_believed_and_nothing_is_counted_against_the_will() {
    for (serve, want) in [("", Some(1)), ("count = false\n", None)] {
        let (_origin, mut flode) = house(serve);
        let (daemon, address) = open(&flode, &["--now", NOON]);
        for n in 0..20 {
            take(&address, "/kultur.atom", &format!("198.51.{n}.1"), "newsboat");
        }
        close(daemon);
        let found = counted(flode.at(NOON)).get("2026-03-02 kultur.atom").map(|(_, readers)| *readers);
        assert_eq!(found, want, "{serve}");
    }
}

#[test]
fn a_flood_of_readers_takes_no_memory() {
    const READERS: u32 = 100_000;
    let (_origin, mut flode) = house(PROXY);
    let (daemon, address) = open(&flode, &["--now", NOON]);
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    let mut flood = |from: u32, to: u32| {
        for chunk in (from..to).collect::<Vec<_>>().chunks(200) {
            let mut requests = String::new();
            for n in chunk {
                let (a, b) = (n / 250 % 250, n % 250);
                write!(
                    requests,
                    "GET /kultur.atom HTTP/1.1\r\nHost: x\r\nIf-None-Match: *\r\nUser-Agent: reader {n} feed-id={n}\r\n\
                     X-Forwarded-For: 198.{a}.{b}.1\r\n\r\n"
                )
                .unwrap();
            }
            stream.write_all(requests.as_bytes()).unwrap();
            let mut line = String::new();
            for _ in chunk {
                loop {
                    line.clear();
                    assert!(answers.read_line(&mut line).unwrap() > 0, "it goes on answering");
                    assert!(!line.starts_with("HTTP/1.1") || line.contains(" 304 "), "{line}");
                    if line == "\r\n" {
                        break;
                    }
                }
            }
        }
    };
    flood(0, 1000);
    let before = resident(&daemon);
    let began = Instant::now();
    flood(1000, READERS);
    let after = resident(&daemon);
    println!("{READERS} readers: {before} kB, then {after} kB, in {:?}", began.elapsed());
    assert!(after < before + 4096, "{before} kB, then {after} kB");
    close(daemon);
    let readers = counted(flode.at(NOON))["2026-03-02 kultur.atom"].1;
    println!("estimated: {readers}");
    assert!(readers.abs_diff(u64::from(READERS)) < 6000, "{readers}");
}

/// Memory in use, in kB.
fn resident(daemon: &Running) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", daemon.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
