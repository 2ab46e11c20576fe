//! The operator's pages: what they say, to whom, and how they stand in a browser.

mod exposition;

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::time::Duration;

use crate::support::{Flode, Origin, RECIPE, Running, list};
use crate::wire::{ask, body, get, send, status};
use exposition::{Family, read};

const OFFICE: &str = "[serve]\nlisten = \"127.0.0.1:0\"\ndrain = \"2s\"\noperator = \"127.0.0.1:0\"\n";

fn house(language: &str, serve: &str) -> (Origin, Flode) {
    let origin = Origin::start();
    let item = |n: usize| {
        let topics = ["Kultur", "Folkhälsa", "Skärgård", "Ekonomi och budget", "Sjukvård"];
        let long = if n == 0 { format!(", {}", "Kollektivtrafik".repeat(6)) } else { String::new() };
        format!(
            "Halka på linje {n} | {}, Trafik {}{long} | /n/{n} | {} februari 2026 | Räkna med längre restid.",
            topics[n % 5],
            n % 12,
            n % 28 + 1
        )
    };
    let items: Vec<String> = (0..40).map(item).collect();
    origin.html("/nyheter/?token=HEMLIG", &list(&items.iter().map(String::as_str).collect::<Vec<_>>()));
    origin.fails("/trasig/", "500 Internal Server Error");
    let flode = Flode::new(&format!(
        "[site]\ntitle = \"Region \\\"Mälarö\\\": <i>nyheter</i>\"\nlink = \"https://www.malaro.example/\"\nlanguage = \
         \"{language}\"\ntime_zone = \"Europe/Stockholm\"\nbase_url = \"https://floden.example/\"\n{serve}[[source]]\nid = \
         \"nyheter\"\nurl = \"{}\"\nuser = \"qvinnan\"\npassword = \"LOSENORD\"\n{RECIPE}[[source]]\nid = \"trasig\"\nurl = \"{}\"\n",
        origin.url("/nyheter/?token=HEMLIG"),
        origin.url("/trasig/"),
    ));
    (origin, flode)
}

/// The daemon with the addresses of its feeds and of the operator's pages, once every source was read.
fn open(flode: &Flode) -> (Running, String, String) {
    let mut daemon = flode.start(&["run"]);
    let address = |line: &str| line.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
    let shop = address(&daemon.wait_for_log("feeds at http://"));
    let office = address(&daemon.wait_for_log("status at http://"));
    // Each is planned, read and planned again.
    daemon.log_until_enough(|log| log.matches("next run at 2").count() >= 4);
    (daemon, shop, office)
}

#[test]
fn the_pages_say_what_flode_status_says() {
    let (_origin, flode) = house("sv", OFFICE);
    let (daemon, shop, office) = open(&flode);
    for path in ["/", "/status"] {
        let page = get(&office, path);
        assert_eq!(status(&page), "200", "{page}");
        for word in [
            "Driftläge",
            "Källor att se till: 1",
            "trasig",
            "nyheter",
            "Sjukvård",
            "Region &#34;Mälarö&#34;: &#60;i&#62;",
        ] {
            assert!(page.contains(word), "{word}: {page}");
        }
    }
    let told: serde_json::Value = serde_json::from_str(body(&get(&office, "/status.json"))).unwrap();
    let same = flode.run(&["status", "--json"]).json();
    assert_eq!((&told["feeds"], &told["alarms"]), (&same["feeds"], &same["alarms"]));
    assert_eq!(told["sources"][0]["last_run"], same["sources"][0]["last_run"]);
    assert_eq!(told["sources"][1]["failures"], 1);
    for path in ["/", "/status.json", "/metrics", "/health", "/status.css", "/nothing"] {
        let answer = ask(&office, &format!("GET {path}"), "Origin: https://evil.example\r\n");
        let head = answer.split("\r\n\r\n").next().unwrap().to_lowercase();
        for header in
            ["cache-control: no-store", "x-robots-tag: noindex", "content-security-policy: default-src 'none'"]
        {
            assert!(head.contains(header), "{path}: {head}");
        }
        assert!(!head.contains("access-control"), "{path}: {head}");
        assert!(
            !answer.contains("HEMLIG") && !answer.contains("LOSENORD") && !answer.contains("qvinnan"),
            "{path}: {answer}"
        );
    }
    // They are nowhere else, and the feeds are not here.
    assert_eq!(["/status", "/metrics"].map(|path| status(&get(&shop, path)).to_owned()), ["404", "404"]);
    assert_eq!(status(&get(&office, "/kultur.atom")), "404");
    daemon.signal("TERM");
    daemon.end().code(0);
}

#[test]
fn a_page_of_the_web_cannot_reach_them() {
    let (_origin, flode) = house("sv", &format!("{OFFICE}operator_hosts = [\"flode.intern.example\"]\n"));
    let (_daemon, _shop, office) = open(&flode);
    let by = |host: &str| send(&office, &format!("GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
    for (host, want) in [
        ("evil.example", "421"),
        ("localhost.evil.example", "421"),
        ("127.0.0.1.nip.example", "421"),
        ("", "421"),
        ("localhost:99", "200"),
        ("[::1]", "200"),
        ("Flode.Intern.example:8081", "200"),
    ] {
        assert_eq!(status(&by(host)), want, "{host}");
    }
    assert_eq!(status(&send(&office, "GET /health HTTP/1.1\r\nConnection: close\r\n\r\n")), "400");
    let other =
        |method: &str| send(&office, &format!("{method} / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
    for method in ["POST", "OPTIONS", "DELETE"] {
        let answer = other(method);
        assert!(status(&answer) == "405" && answer.to_lowercase().contains("allow: get, head\r\n"), "{answer}");
    }
    let head = other("HEAD");
    assert!(status(&head) == "200" && body(&head).is_empty(), "{head}");
}

#[test]
fn the_health_is_that_of_the_store() {
    let (_origin, flode) = house("sv", OFFICE);
    let (_daemon, shop, office) = open(&flode);
    let well = get(&office, "/health");
    assert!(status(&well) == "200" && body(&well) == "ok\n", "{well}");
    fs::rename(flode.path("flode.db"), flode.path("away.db")).unwrap();
    std::thread::sleep(Duration::from_millis(1100)); // what was said a second ago is said again
    let ill = get(&office, "/health");
    assert!(status(&ill) == "503" && body(&ill).contains("flode.db"), "{ill}");
    assert_eq!(status(&get(&office, "/metrics")), "503");
    assert_eq!(status(&get(&shop, "/all.atom")), "200", "subscribers notice nothing");
}

#[test]
fn who_may_reach_them_is_said_with_thought() {
    for (operator, more, want) in [
        ("0.0.0.0:0", "", Some("is reached from other machines")),
        ("[2001:db8::1]:9", "", Some("is reached from other machines")),
        ("systemd", "", Some("systemd's sockets are for `serve.listen`")),
        ("0.0.0.0:0", "operator_hosts = [\"flode.intern.example\"]\n", None),
        ("127.0.0.1:0", "operator_hosts = [\"flode.example:8081\"]\n", Some("must be the name of a host")),
        ("[::1]:0", "", None),
    ] {
        let serve = format!("[serve]\noperator = \"{operator}\"\n{more}");
        let (_origin, flode) = house("sv", &serve);
        let ran = flode.run(&["check"]);
        match want {
            Some(words) => assert!(ran.stderr().contains(words), "{operator}: {}", ran.stderr()),
            None => assert!(!ran.stderr().contains("serve.operator"), "{operator}: {}", ran.stderr()),
        }
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let held = std::net::TcpListener::bind(taken).unwrap();
    let (_origin, flode) = house("sv", &format!("[serve]\nlisten = \"127.0.0.1:0\"\noperator = \"{taken}\"\n"));
    let refused = flode.run(&["run"]).code(2).stderr();
    assert!(refused.contains(&taken.to_string()) && refused.contains("`serve.operator`"), "{refused}");
    drop(held);
}

#[test]
fn they_are_behind_a_unix_socket_as_well() {
    let (_origin, flode) = house("sv", "[serve]\nlisten = \"127.0.0.1:0\"\noperator = \"unix:operator.sock\"\n");
    let mut daemon = flode.start(&["run"]);
    daemon.wait_for_log("status at unix:");
    let mut stream = UnixStream::connect(flode.path("operator.sock")).unwrap();
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!((status(&answer), body(&answer)), ("200", "ok\n"));
    daemon.signal("TERM");
    daemon.end().code(0);
    assert!(!flode.path("operator.sock").exists(), "removed at the end");
}

#[test]
fn the_metrics_are_read_by_a_strict_reader() {
    let (_origin, flode) = house("sv", OFFICE);
    let (_daemon, shop, office) = open(&flode);
    for path in ["/all.atom", "/all.atom", "/ingen.atom"] {
        ask(&shop, &format!("GET {path}"), "User-Agent: newsboat\r\n");
    }
    let open = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4";
    for (accept, media_type) in [
        ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
        (open, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    ] {
        let answer = ask(&office, "GET /metrics", &format!("Accept: {accept}\r\n"));
        assert!(answer.contains(&format!("content-type: {media_type}\r\n")), "{answer}");
        let is_open = accept == open;
        let families = read(body(&answer), is_open).unwrap_or_else(|why| panic!("{why}\n{}", body(&answer)));
        let one = |name: &str, labels: &str| value(&families, name, labels);
        assert_eq!(one("flode_source_healthy", "source=nyheter"), Some(1.0));
        assert_eq!(one("flode_source_healthy", "source=trasig"), Some(0.0));
        assert_eq!(one("flode_source_state", "source=trasig,state=failed"), Some(1.0));
        assert_eq!(one("flode_source_items", "source=nyheter"), Some(40.0));
        assert_eq!(one("flode_source_failures", "source=trasig"), Some(1.0));
        assert_eq!(one("flode_source_last_success_timestamp_seconds", "source=trasig"), None);
        assert!(one("flode_source_last_success_timestamp_seconds", "source=nyheter").unwrap() > 1.7e9);
        assert!(one("flode_source_next_run_timestamp_seconds", "source=nyheter").unwrap() > 1.7e9);
        assert_eq!(one("flode_source_runs_total", "outcome=healthy,source=nyheter"), Some(1.0));
        assert!(one("flode_source_run_duration_seconds", "source=nyheter").unwrap() < 60.0);
        assert_eq!(one("flode_feed_items", "feed=kultur"), Some(8.0));
        assert_eq!(one("flode_push_subscriptions", ""), Some(0.0));
        assert_eq!(one("flode_feed_due", "feed=kultur"), Some(0.0));
        assert_eq!(one("flode_http_requests_total", "code=200"), Some(2.0));
        assert_eq!(one("flode_http_requests_total", "code=404"), Some(1.0));
    }
    assert!(read("# TYPE a gauge\na 1\na 1\n", false).is_err(), "the reader is strict");
}

fn value(families: &[Family], name: &str, labels: &str) -> Option<f64> {
    let samples = families.iter().flat_map(|family| &family.samples);
    let mut found = samples.filter(|sample| {
        let shown: Vec<String> = sample.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        sample.name == name && shown.join(",") == labels
    });
    found.next().map(|sample| sample.value)
}

#[test]
fn the_page_is_accessible_small_and_needs_no_script() {
    let Some(modules) = std::env::var_os("FLODE_NODE_MODULES") else {
        assert!(
            std::env::var_os("CI").is_none(),
            "FLODE_NODE_MODULES names a directory with playwright-core and axe-core"
        );
        println!("skipped: FLODE_NODE_MODULES is not set");
        return;
    };
    let houses = ["sv", "en"].map(|language| house(language, OFFICE));
    let open: Vec<(Running, String, String)> = houses
        .iter()
        .map(|(_, flode)| {
            let first = open(flode);
            follow(flode);
            first
        })
        .collect();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/status.js");
    let addresses = open.iter().map(|(_, _, office)| format!("http://{office}/"));
    let ran = Command::new("node").arg(script).args(addresses).env("NODE_PATH", modules).output().unwrap();
    let (told, log) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    println!("{told}");
    assert!(ran.status.success(), "{told}{log}");
}

/// Thirty days of subscribers of every feed.
fn follow(flode: &Flode) {
    let sql = "INSERT INTO subscribers SELECT date('now', '-' || d.value || ' days'), f.slug, 'atom', \
               40 + length(f.slug) - d.value, 3 + d.value % 5 FROM feed f, json_each('[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,\
               15,16,17,18,19,20,21,22,23,24,25,26,27,28,29]') d WHERE true ON CONFLICT DO NOTHING;";
    crate::faults::sql(&flode.path("flode.db"), sql);
}
