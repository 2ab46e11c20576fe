//! Feeds in a bucket of an object store: a real one (moto), which verifies every signature.

mod faults;
mod upkeep;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::{Flode, Origin, RECIPE, list};

/// The store, with a bucket `feeds`. It ends with the test.
struct Service {
    child: Child,
    port: u16,
}

/// An answer: its header in lower case, and its body.
struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Service {
    /// `None`: there is no Python with moto, and this is not CI.
    fn start() -> Option<Self> {
        let Some(python) = std::env::var_os("FLODE_PYTHON") else {
            assert!(std::env::var_os("CI").is_none(), "FLODE_PYTHON names a Python with moto[server]");
            println!("skipped: FLODE_PYTHON is not set");
            return None;
        };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/bucket/server.py");
        let mut command = Command::new(python);
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut service = Self { child: command.spawn().unwrap(), port: 0 };
        let mut line = String::new();
        BufReader::new(service.child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let Ok(port) = line.trim().parse() else {
            let mut why = String::new();
            service.child.stderr.as_mut().unwrap().read_to_string(&mut why).unwrap();
            assert!(why.contains("No module named") && std::env::var_os("CI").is_none(), "{why}");
            println!("skipped: FLODE_PYTHON has no moto[server]");
            return None;
        };
        service.port = port;
        service.ask("PUT", "/feeds", "");
        Some(service)
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}",
            self.port
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        let end = all.windows(4).position(|four| four == b"\r\n\r\n").expect("a header");
        Answer { head: String::from_utf8_lossy(&all[..end]).to_lowercase() + "\r\n", body: all[end + 4..].to_vec() }
    }

    fn get(&self, name: &str) -> Answer {
        self.ask("GET", &format!("/feeds/nyheter/{name}"), "")
    }

    /// The signed requests since the last call, as `METHOD name`.
    fn log(&self) -> Vec<String> {
        let log: Vec<(String, String)> = serde_json::from_slice(&self.ask("GET", "/log", "").body).unwrap();
        let name = |path: &str| path.trim_start_matches("/feeds/").trim_start_matches("nyheter/").to_owned();
        log.into_iter().map(|(method, path)| format!("{method} {}", name(&path))).collect()
    }

    /// The program, with this store and more lines about it.
    fn flode(&self, origin: &Origin, more: &str) -> Flode {
        let mut flode = Flode::new(&format!(
            "[site]\ntitle = \"Nyheter\"\nlink = \"https://www.malaro.example/\"\n\
             [publish]\nto = \"s3://feeds/nyheter\"\n[publish.s3]\nendpoint = \"http://127.0.0.1:{}\"\n{more}\n\
             [serve]\nlisten = \"127.0.0.1:0\"\n\
             [[source]]\nid = \"nyheter\"\nurl = \"{}\"\n{RECIPE}",
            self.port,
            origin.url("/nyheter/")
        ));
        flode.env("AWS_ACCESS_KEY_ID", "AKIATEST").env("AWS_SECRET_ACCESS_KEY", "SECRETTEST");
        flode.env("AWS_SESSION_TOKEN", "");
        flode
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn origin() -> Origin {
    let origin = Origin::start();
    origin.html("/nyheter/", &list(&["Ny bro | Trafik | /n/1", "Ny bok | Kultur | /n/2"]));
    origin
}

fn of(log: &[String], method: &str) -> Vec<String> {
    log.iter().filter_map(|line| line.strip_prefix(&format!("{method} "))).map(str::to_owned).collect()
}

#[test]
fn feeds_are_objects_that_readers_can_fetch() {
    let Some(service) = Service::start() else { return };
    let (origin, mut made) = (origin(), Vec::new());
    let flode = service.flode(&origin, "");
    let told = flode.once();
    assert_eq!(told["published"]["failed"].as_array().unwrap().len(), 0, "{told:#}");
    for (name, media_type) in [
        ("kultur.rss", "application/rss+xml; charset=utf-8"),
        ("all.atom", "application/atom+xml; charset=utf-8"),
        ("index.html", "text/html; charset=utf-8"),
        ("pages.css", "text/css; charset=utf-8"),
    ] {
        let answer = service.get(name);
        assert!(answer.head.starts_with("http/1.1 200"), "{name}: {}", answer.head);
        assert!(answer.head.contains(&format!("content-type: {media_type}\r\n")), "{name}: {}", answer.head);
        assert!(answer.head.contains("cache-control: public, max-age=300\r\n"), "{name}: {}", answer.head);
        assert!(!answer.head.contains("content-encoding"), "{name}: {}", answer.head);
        made.push(answer.body);
    }
    let feed = feed_rs::parser::parse(made[0].as_slice()).unwrap();
    assert_eq!(feed.entries[0].title.as_ref().unwrap().content, "Ny bok");
    let log = service.log();
    assert_eq!(log[..3], ["GET ", "PUT .flode-probe", "DELETE .flode-probe"], "{log:?}");
    assert!(service.get(".flode-probe").head.starts_with("http/1.1 404"));
}

#[test]
fn what_has_not_changed_is_neither_written_nor_asked_about() {
    let Some(service) = Service::start() else { return };
    let origin = origin();
    let mut flode = service.flode(&origin, "");
    let first = flode.once()["published"]["files_written"].as_u64().unwrap();
    service.log();

    // An ordinary pass: the listing, the probe, a look at whose feeds they are, and not a request more.
    flode.at("2026-03-02T10:30:00Z").once();
    let log = service.log();
    assert_eq!((of(&log, "PUT"), of(&log, "HEAD").len()), (vec![".flode-probe".to_owned()], 1), "{log:?}");

    // One item is new: its feeds, and the page that lists them.
    origin.html("/nyheter/", &list(&["Ny buss | Trafik | /n/3", "Ny bro | Trafik | /n/1", "Ny bok | Kultur | /n/2"]));
    flode.at("2026-03-02T11:30:00Z").once();
    let mut log = of(&service.log(), "PUT");
    log.sort();
    let changed = ["all.atom", "all.html", "all.rss", "index.html", "trafik.atom", "trafik.html", "trafik.rss"];
    assert_eq!(log, [&[".flode-probe"][..], &changed[..]].concat());

    // `publish` compares everything, and mends what somebody else has written or removed.
    service.ask("PUT", "/feeds/nyheter/kultur.rss", "<rss/>");
    service.ask("DELETE", "/feeds/nyheter/all.rss", "");
    let told = flode.run(&["publish", "--json"]).code(0).json();
    assert_eq!(
        (told["files_written"].as_u64(), told["files_unchanged"].as_u64()),
        (Some(2), Some(first - 2)),
        "{told}"
    );
    assert!(feed_rs::parser::parse(service.get("kultur.rss").body.as_slice()).is_ok());

    // What was removed is missed by the next ordinary pass too.
    service.ask("DELETE", "/feeds/nyheter/all.rss", "");
    flode.at("2026-03-02T12:30:00Z").once();
    assert!(service.get("all.rss").head.starts_with("http/1.1 200"));
}

#[test]
fn objects_are_compressed_where_that_is_wanted() {
    let Some(service) = Service::start() else { return };
    let origin = origin();
    let flode = service.flode(&origin, "encoding = \"gzip\"\ncache_control = \"max-age=60\"");
    flode.once();
    let answer = service.get("kultur.atom");
    assert!(answer.head.contains("content-encoding: gzip\r\n"), "{}", answer.head);
    assert!(answer.head.contains("cache-control: max-age=60\r\n"), "{}", answer.head);
    let mut feed = String::new();
    flate2::read::GzDecoder::new(answer.body.as_slice()).read_to_string(&mut feed).unwrap();
    assert!(feed.contains("Ny bok"), "{feed}");
    let told = flode.run(&["publish", "--json"]).code(0).json();
    assert_eq!(told["files_written"], 0, "the same bytes are compressed to the same: {told}");
    // Other headers are another object.
    let config = std::fs::read_to_string(flode.path("config.toml")).unwrap();
    flode.write("config.toml", &config.replace("encoding = \"gzip\"", ""));
    let told = flode.run(&["publish", "--json"]).code(0).json();
    assert_eq!(told["files_unchanged"], 0, "{told}");
    assert!(!service.get("kultur.atom").head.contains("content-encoding"));
}

#[test]
fn a_feed_that_could_not_be_written_stays_due_and_its_old_object_whole() {
    let Some(service) = Service::start() else { return };
    let origin = origin();
    let mut flode = service.flode(&origin, "");
    flode.once();
    let before = service.get("trafik.rss").body;
    origin.html("/nyheter/", &list(&["Ny buss | Trafik | /n/3", "Ny bro | Trafik | /n/1", "Ny bok | Kultur | /n/2"]));
    service.ask("POST", "/ill", "");
    service.log();
    let ran = flode.at("2026-03-02T10:30:00Z").run(&["once"]).code(1);
    let said = ran.stderr();
    assert!(said.contains("all: cannot write s3://feeds/nyheter/all."), "{said}");
    assert!(said.contains("the object store says 503, SlowDown"), "{said}");
    let tried = of(&service.log(), "PUT");
    assert!(
        tried.iter().all(|name| name.contains("all.") || name == ".flode-probe"),
        "one feed stands for all: {tried:?}"
    );
    assert_eq!(service.get("trafik.rss").body, before);
    let due = flode.run(&["status", "--json"]).json();
    let due = due["feeds"].as_array().unwrap().iter().filter(|feed| feed["due"] == true).count();
    assert_eq!(due, 2, "the whole site and the category");

    // Nothing is new on the page when the service is well again.
    service.ask("POST", "/well", "");
    flode.at("2026-03-02T11:30:00Z").once();
    let feed = feed_rs::parser::parse(service.get("trafik.rss").body.as_slice()).unwrap();
    assert_eq!(feed.entries.len(), 2);
}

#[test]
fn run_serves_from_memory_what_lies_in_the_bucket() {
    let Some(service) = Service::start() else { return };
    let origin = origin();
    let flode = service.flode(&origin, "");
    flode.once();
    let mut running = flode.start(&["run"]);
    let line = running.wait_for_log("http://127.0.0.1:");
    let address = line.split("http://").nth(1).unwrap().split(['/', ' ', ',']).next().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /kultur.rss HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.ends_with(&service.get("kultur.rss").body), "{}", String::from_utf8_lossy(&answer));
    running.signal("TERM");
    running.end().code(0);
}

#[test]
fn a_new_ledger_is_not_begun_where_feeds_were_published() {
    let Some(service) = Service::start() else { return };
    let origin = origin();
    // Somebody else's feed is no reason.
    service.ask("PUT", "/feeds/nyheter/a.rss", "<rss/>");
    service.flode(&origin, "").once();
    let other = service.flode(&origin, "");
    let refused = other.run(&["once"]).code(3).stderr();
    assert!(refused.contains("s3://feeds/nyheter/_flode.atom was published from one"), "{refused}");
    other.run(&["once", "--new-ledger"]).code(0);
}

#[test]
fn a_bucket_that_cannot_be_used_is_named_at_the_start() {
    let Some(service) = Service::start() else { return };
    let origin = origin();
    let mut flode = service.flode(&origin, "");
    let refused = |flode: &Flode, args: &[&str], code: i32, words: &[&str]| {
        let said = flode.run(args).code(code).stderr();
        assert!(words.iter().all(|word| said.contains(word)), "{words:?}: {said}");
        for secret in ["AKIA", "SECRETTEST", "OTHERSECRET", "Signature="] {
            assert!(!said.contains(secret), "{said}");
        }
    };
    flode.env("AWS_SECRET_ACCESS_KEY", "OTHERSECRET");
    refused(
        &flode,
        &["once"],
        3,
        &["cannot list s3://feeds/nyheter/", "403, SignatureDoesNotMatch", "hint: see AWS_SECRET"],
    );
    flode.env("AWS_SECRET_ACCESS_KEY", "");
    let missing = ["`AWS_SECRET_ACCESS_KEY` is not set", "hint: set AWS_ACCESS_KEY_ID"];
    refused(&flode, &["once"], 3, &missing);
    refused(&flode, &["check"], 2, &missing);
    flode.env("AWS_SECRET_ACCESS_KEY", "SECRETTEST").env("AWS_SESSION_TOKEN", "a/token+of=theirs");
    flode.run(&["check"]).code(0);
    flode.once();
    let config = std::fs::read_to_string(flode.path("config.toml")).unwrap();
    flode.write("config.toml", &config.replace("s3://feeds/", "s3://none/"));
    refused(&flode, &["once"], 3, &["cannot list s3://none/nyheter/", "404, NoSuchBucket", "hint: make the bucket"]);
}
