//! A bucket over many runs: archives that grow, objects that others remove or own, a service that refuses.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::{Flode, Origin, list};

use super::{Service, of, origin};

const ARCHIVES: &str = "items = 3\ndays = 0\narchive_items = 4\nformats = [\"rss\", \"atom\", \"json\", \"html\"]\n";

fn with_archives(service: &Service, origin: &Origin) -> Flode {
    let flode = service.flode(origin, "");
    let config = std::fs::read_to_string(flode.path("config.toml")).unwrap();
    flode.write("config.toml", &config.replace("[publish]\n", &format!("[publish]\n{ARCHIVES}")));
    flode
}

/// The newest eight of so many items.
fn show(origin: &Origin, items: usize) {
    let lines: Vec<String> = (1..=items).rev().take(8).map(|n| format!("Nyhet nummer {n} | Kultur | /n/{n}")).collect();
    origin.html("/nyheter/", &list(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
}

/// The titles of a feed and of all its archive documents, as a reader finds them.
fn titles(service: &Service, name: &str) -> BTreeSet<String> {
    let (mut titles, mut next, mut steps) = (BTreeSet::new(), Some(name.to_owned()), 0);
    while let Some(name) = next {
        let feed = atom_syndication::Feed::read_from(service.get(&name).body.as_slice()).expect(&name);
        titles.extend(feed.entries.iter().map(|entry| entry.title.value.clone()));
        let previous = feed.links.iter().find(|link| link.rel == "prev-archive");
        next = previous.map(|link| link.href.rsplit('/').next().unwrap().to_owned());
        steps += 1;
        assert!(steps < 50, "the documents lead in a circle");
    }
    titles
}

fn is_archive(name: &str) -> bool {
    name.split('.').count() == 3
}

#[test]
fn archive_documents_grow_in_a_bucket_and_each_is_written_once() {
    let Some(service) = Service::start() else { return };
    let origin = Origin::start();
    let mut flode = with_archives(&service, &origin);
    let mut puts: BTreeMap<String, usize> = BTreeMap::new();
    for run in 1..=12 {
        show(&origin, 2 + 2 * run);
        flode.at(&format!("2026-03-02T{:02}:30:00Z", 8 + run)).once();
        for name in of(&service.log(), "PUT").into_iter().filter(|name| is_archive(name)) {
            *puts.entry(name).or_default() += 1;
        }
        assert_eq!(titles(&service, "kultur.atom").len(), 2 + 2 * run, "run {run}");
    }
    assert!(puts.len() >= 2 * 3 * 4 && puts.values().all(|count| *count == 1), "{puts:?}");
    for name in puts.keys().map(String::as_str).chain(["feeds.opml", "pages.js", "kultur.json", "kultur.html"]) {
        let head = service.get(name).head;
        let media_type = match name.rsplit('.').next().unwrap() {
            "rss" => "application/rss+xml; charset=utf-8",
            "atom" => "application/atom+xml; charset=utf-8",
            "json" => "application/feed+json",
            "opml" => "text/x-opml; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            _ => "text/html; charset=utf-8",
        };
        assert!(head.contains(&format!("content-type: {media_type}\r\n")), "{name}: {head}");
        assert!(head.contains("cache-control: public, max-age=300\r\n") && head.contains("x-amz-meta-flode-sha256: "));
    }

    // What others remove or write over is as it was.
    let (lost, edited) = (service.get("all.1.atom").body, service.get("kultur.2.rss").body);
    service.ask("DELETE", "/feeds/nyheter/all.1.atom", "");
    service.ask("PUT", "/feeds/nyheter/kultur.2.rss", "<rss/>");
    service.log();
    assert_eq!(flode.run(&["publish", "--json"]).code(0).json()["files_written"], 2);
    assert!(service.get("all.1.atom").body == lost && service.get("kultur.2.rss").body == edited);
    assert_eq!(of(&service.log(), "PUT").len(), 3, "with the probe");

    // A service that cannot be read from for a while is no reason to write an archive anew.
    service.ask("POST", "/ill/GET/503/SlowDown", "");
    let said = flode.run(&["publish"]).code(1).stderr();
    assert!(said.contains("cannot read s3://feeds/nyheter/all.1."), "{said}");
    assert!(!of(&service.log(), "PUT").iter().any(|name| is_archive(name)));
    service.ask("POST", "/well", "");
    assert_eq!(flode.run(&["publish", "--json"]).code(0).json()["files_written"], 0);
}

#[test]
fn a_machine_without_its_ledger_goes_on_only_when_it_is_told_to() {
    let Some(service) = Service::start() else { return };
    let origin = Origin::start();
    show(&origin, 12);
    with_archives(&service, &origin).once();
    let old = service.get("kultur.1.atom").body;
    let fresh = with_archives(&service, &origin);
    for command in ["once", "run"] {
        let said = fresh.run(&[command]).code(3).stderr();
        assert!(said.contains("was published from one") && said.contains("hint: "), "{command}: {said}");
    }
    assert!(service.get("kultur.1.atom").body == old);
    // The same page gives the same ids, and so the same documents.
    fresh.run(&["once", "--new-ledger"]).code(0);
    assert_eq!(titles(&service, "kultur.atom").len(), 8);
    assert!(service.get("kultur.1.atom").body == old);
}

#[test]
fn objects_of_others_are_left_alone() {
    let Some(service) = Service::start() else { return };
    let origin = origin();
    let others = [
        "/feeds/nyheter/readme.txt",
        "/feeds/nyheter/a%20b%2B%26%3D%C3%A5.rss",
        "/feeds/nyheter/sub/kultur.rss",
        "/feeds/nyheter2/kultur.rss",
        "/feeds/kultur.rss",
        "/feeds/nyheter/gammal.rss",
    ];
    for path in others {
        service.ask("PUT", path, "theirs");
    }
    let mut flode = service.flode(&origin, "");
    flode.once();
    origin.html("/nyheter/", &list(&["Ny buss | Trafik | /n/3", "Ny bro | Trafik | /n/1", "Ny bok | Kultur | /n/2"]));
    flode.at("2026-03-02T10:30:00Z").once();
    let config = std::fs::read_to_string(flode.path("config.toml")).unwrap();
    flode.write("config.toml", &format!("{config}[alarm]\nfeed = false\n"));
    flode.at("2026-03-02T11:30:00Z").once();
    flode.run(&["publish"]).code(0);
    assert!(service.get("_flode.atom").head.starts_with("http/1.1 404"), "it is taken away");
    for path in others {
        assert_eq!(service.ask("GET", path, "").body, b"theirs", "{path}");
    }
}

#[test]
fn each_refusal_is_named_with_what_to_do_and_without_the_login() {
    let Some(service) = Service::start() else { return };
    let origin = origin();
    let mut flode = service.flode(&origin, "");
    flode.once();
    let before = service.get("trafik.rss").body;
    origin.html("/nyheter/", &list(&["Ny buss | Trafik | /n/3", "Ny bro | Trafik | /n/1", "Ny bok | Kultur | /n/2"]));
    let refusals = [
        (403, "AccessDenied", "s3:PutObject", 1),
        (403, "RequestTimeTooSkewed", "the clock of this machine", 1),
        (400, "AuthorizationHeaderMalformed", "set `publish.s3.region = \"eu-north-1\"`", 1),
        (301, "PermanentRedirect", "set `publish.s3.region = \"eu-north-1\"`", 1),
        (400, "ExpiredToken", "AWS_SESSION_TOKEN", 1),
        (404, "NoSuchBucket", "make the bucket", 1),
        (503, "SlowDown", "the next run goes on by itself", 3),
        (429, "TooManyRequests", "the next run goes on by itself", 3),
    ];
    for (nth, (status, code, hint, attempts)) in refusals.into_iter().enumerate() {
        // At the start there is nothing that could be done; later, what is due stays due.
        for (methods, exit, what) in
            [("GET,LIST", 3, "cannot list s3://feeds/nyheter/"), ("PUT", 1, "cannot write s3://feeds/nyheter/")]
        {
            service.ask("POST", &format!("/ill/{methods}/{status}/{code}"), "");
            service.log();
            let said = flode.at(&format!("2026-03-02T1{nth}:00:00Z")).run(&["once"]).code(exit).stderr();
            for words in [what, &format!("the object store says {status}, {code}"), "The key … with …", hint] {
                assert!(said.contains(words), "{code}: {words}: {said}");
            }
            assert!(!["AKIATEST", "SECRETTEST", "Signature"].iter().any(|word| said.contains(word)), "{said}");
            let log = service.log();
            let (lists, puts) =
                (of(&log, "GET").len(), of(&log, "PUT").iter().filter(|name| name.contains("all.")).count());
            // Of one feed, up to four objects are under way at once.
            assert!(if exit == 3 { lists == attempts } else { (1..=4 * attempts).contains(&puts) }, "{code}: {log:?}");
        }
        service.ask("POST", "/well", "");
        let due = flode.run(&["status", "--json"]).json();
        assert!(due["feeds"].as_array().unwrap().iter().any(|feed| feed["due"] == true), "{code}");
        assert!(service.get("trafik.rss").body == before);
    }
    flode.at("2026-03-02T19:00:00Z").once();
    assert!(service.get("trafik.rss").body != before);
}

#[test]
fn a_service_that_is_gone_is_named() {
    let Some(service) = Service::start() else { return };
    let origin = origin();
    let flode = service.flode(&origin, "timeout = \"1s\"");
    flode.once();
    drop(service);
    for command in ["once", "publish", "run"] {
        let said = flode.run(&[command]).code(3).stderr();
        assert!(said.contains("no answer from the object store: ") && said.contains("hint: "), "{command}: {said}");
    }
}

#[test]
fn what_is_served_stays_while_the_service_is_ill() {
    let Some(service) = Service::start() else { return };
    let origin = origin();
    let flode = service.flode(&origin, "");
    let config = std::fs::read_to_string(flode.path("config.toml")).unwrap();
    flode.write("config.toml", &config.replace("id = \"nyheter\"\n", "id = \"nyheter\"\nschedule = \"*/5 * * * *\"\n"));
    flode.once();
    origin.html("/nyheter/", &list(&["Ny buss | Trafik | /n/3", "Ny bro | Trafik | /n/1", "Ny bok | Kultur | /n/2"]));
    service.ask("POST", "/ill", "");
    let mut daemon = flode.start(&["run", "--now", "2026-03-02T10:30:00Z"]);
    let line = daemon.wait_for_log("feeds at http://");
    let address = line.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
    daemon.wait_for_log("the object store says 503, SlowDown");
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /trafik.rss HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 ") && answer.ends_with(&service.get("trafik.rss").body));
    daemon.signal("TERM");
    daemon.end().code(0);
}

#[test]
fn a_bucket_is_named_in_the_host_and_a_session_has_its_token() {
    let Some(service) = Service::start() else { return };
    let origin = origin();
    let mut flode = service.flode(&origin, "region = \"eu-north-1\"\npath_style = false");
    let config = std::fs::read_to_string(flode.path("config.toml")).unwrap();
    let own = format!("http://127.0.0.1:{}", service.port);
    flode.write("config.toml", &config.replace(&format!("\"{own}\""), "\"http://s3.eu-north-1.amazonaws.com\""));
    // Nobody is asked but the service on loopback, which stands in as a proxy.
    flode.env("http_proxy", &own).env("no_proxy", "127.0.0.1").env("AWS_SESSION_TOKEN", "a/token+of=theirs");
    flode.once();
    let log = service.log();
    assert!(log.contains(&"PUT /nyheter/kultur.rss".to_owned()), "{log:?}");
    assert!(service.get("kultur.rss").head.starts_with("http/1.1 200"), "it is the same bucket");
}
