//! The operator hears why: over HTTP, by mail, in a feed; once, and again when it is well.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use serde_json::Value;

use crate::support::{Flode, Origin, PATIENCE, RECIPE, list};

/// What a service heard, in order.
#[derive(Default)]
struct Heard {
    said: Mutex<Vec<String>>,
    more: Condvar,
}

impl Heard {
    fn add(&self, text: String) {
        self.said.lock().unwrap().push(text);
        self.more.notify_all();
    }

    fn all(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    /// Waits until it has heard so much.
    #[track_caller]
    fn wait_for(&self, count: usize) -> Vec<String> {
        let said = self.said.lock().unwrap();
        let (said, late) = self.more.wait_timeout_while(said, PATIENCE, |said| said.len() < count).unwrap();
        assert!(!late.timed_out(), "{said:?}");
        said.clone()
    }
}

/// A web service that keeps the bodies it is sent, and answers with a status that the test sets.
struct Hook {
    address: SocketAddr,
    heard: Arc<Heard>,
    status: Arc<Mutex<&'static str>>,
}

impl Hook {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard: Arc<Heard> = Arc::default();
        let status = Arc::new(Mutex::new("200 OK"));
        let (to, answer) = (Arc::clone(&heard), Arc::clone(&status));
        thread::spawn(move || {
            // Connections that are never answered stay open with the thread.
            let mut silent = Vec::new();
            for mut stream in listener.incoming().flatten() {
                to.add(body(&mut stream));
                match *answer.lock().unwrap() {
                    "" => silent.push(stream),
                    status => {
                        let _ = write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
                    }
                }
            }
        });
        Self { address, heard, status }
    }

    /// What it answers from now on; nothing at all, if that is empty.
    fn answers(&self, status: &'static str) {
        *self.status.lock().unwrap() = status;
    }

    fn config(&self, kind: &str) -> String {
        format!("[[alarm.webhook]]\nurl = \"http://{}/services/hemlig?key=hemlig\"\nkind = \"{kind}\"\n", self.address)
    }

    fn json(&self) -> Vec<Value> {
        self.heard.all().iter().map(|body| serde_json::from_str(body).unwrap()).collect()
    }
}

/// The body of a request.
fn body(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) <= 2 {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    String::from_utf8(body).unwrap()
}

/// A mail server that takes everything, and keeps each mail with its envelope.
fn mail_server() -> (SocketAddr, Arc<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let heard: Arc<Heard> = Arc::default();
    let to = Arc::clone(&heard);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let to = Arc::clone(&to);
            thread::spawn(move || talk(stream, &to));
        }
    });
    (address, heard)
}

fn talk(stream: TcpStream, heard: &Heard) -> Option<()> {
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut out = stream.try_clone().ok()?;
    let mut lines = BufReader::new(stream).lines();
    let mut mail = String::new();
    out.write_all(b"220 test\r\n").ok()?;
    loop {
        let line = lines.next()?.ok()?;
        let answer = match line.split([' ', ':']).next()?.to_ascii_uppercase().as_str() {
            "EHLO" => "250-test\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n",
            "AUTH" => "235 welcome\r\n",
            "DATA" => {
                out.write_all(b"354 go on\r\n").ok()?;
                loop {
                    let line = lines.next()?.ok()?;
                    if line == "." {
                        break;
                    }
                    mail.push_str(&line);
                    mail.push('\n');
                }
                heard.add(std::mem::take(&mut mail));
                "250 taken\r\n"
            }
            "QUIT" => {
                out.write_all(b"221 bye\r\n").ok()?;
                return None;
            }
            _ => {
                mail.push_str(&line);
                mail.push('\n');
                "250 yes\r\n"
            }
        };
        out.write_all(answer.as_bytes()).ok()?;
    }
}

fn well(origin: &Origin) {
    origin.html("/", &list(&["Nytt avtal | Kultur | /a | 2026-03-01", "Ny buss | Trafik | /b | 2026-03-01"]));
}

fn broken(origin: &Origin) {
    origin.html("/", "<!DOCTYPE html><title>x</title><main><p>Vi bygger om.</p></main>");
}

/// A house that reads a well page once, with these lines about alarms.
fn house(origin: &Origin, alarm: &str) -> Flode {
    well(origin);
    let flode = Flode::reading(&origin.url("/"), &format!("{RECIPE}{alarm}"));
    flode.once();
    flode
}

#[test]
fn a_broken_page_is_told_at_once_and_once_and_when_it_is_well_again() {
    let (origin, hook) = (Origin::start(), Hook::start());
    let mut flode = house(&origin, &hook.config("json"));
    assert_eq!(hook.json().len(), 0);
    broken(&origin);
    for time in ["10:00", "10:15", "10:30"] {
        flode.at(&format!("2026-03-02T{time}:00Z")).run(&["once"]).code(1);
    }
    let told = hook.json();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0]["title"], "nyheter is broken");
    let alert = &told[0]["alerts"][0];
    assert_eq!((&alert["event"], &alert["state"]), (&"raised".into(), &"broken".into()));
    assert!(alert["reason"].as_str().unwrap().contains("the element that holds the list is not on the page"));
    assert!(alert["hint"].as_str().unwrap().contains("flode try"));
    assert_eq!(alert["since"], "2026-03-02T10:00:00Z");
    assert!(told[0]["text"].as_str().unwrap().contains("(since 2026-03-02 11:00 CET)"), "in the zone of the site");

    let status = flode.run(&["status", "--json"]).code(1).json();
    assert_eq!(status["alarms"][0]["subject"], "nyheter");
    assert_eq!(status["alarms"][0]["told"], "2026-03-02T10:00:00Z");
    let status = flode.run(&["status"]).code(1).stdout();
    assert!(status.contains("nyheter  broken  2026-03-02 11:00  2026-03-02 11:00"), "{status}");

    // Another trouble, and a lesser one, which nobody is told of by itself.
    origin.fails("/", "503 Service Unavailable");
    let failed = flode.at("2026-03-02T10:45:00Z").run(&["once"]).code(1).stderr();
    assert!(failed.contains("it is asked again after 2026-03-02 11:5") && failed.contains(" CET\n"), "{failed}");
    let status = flode.run(&["status"]).code(1);
    let row = "nyheter  failed  2026-03-02 11:00  2026-03-02 11:00 as broken  ";
    assert!(status.stdout().contains(row) && status.stdout().ends_with("times are of Europe/Stockholm\n"));
    assert!(status.stderr().contains("(well until 2026-03-02 10:30 CET"), "{}", status.stderr());
    assert_eq!(flode.run(&["status", "--json"]).code(1).json()["alarms"][0]["told_as"], "broken");
    broken(&origin);

    flode.at("2026-03-03T10:00:00Z").run(&["once"]).code(1);
    assert_eq!(hook.json()[1]["title"], "nyheter is still broken");
    well(&origin);
    flode.at("2026-03-03T10:15:00Z").run(&["once"]).code(0);
    assert_eq!(hook.json().len(), 2, "it may not last");
    flode.at("2026-03-03T10:45:00Z").run(&["once"]).code(0);
    flode.at("2026-03-04T10:45:00Z").run(&["once"]).code(0);
    let told = hook.json();
    assert_eq!(told.len(), 3);
    assert_eq!(told[2]["title"], "nyheter is well again");
    let ids: std::collections::BTreeSet<&str> = told.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(flode.run(&["status", "--json"]).code(0).json()["alarms"], serde_json::json!([]));
}

#[test]
fn a_failure_that_passes_wakes_nobody_and_one_that_lasts_is_told() {
    let (origin, hook) = (Origin::start(), Hook::start());
    let mut flode = house(&origin, &hook.config("json"));
    origin.fails("/", "503 Service Unavailable");
    flode.at("2026-03-02T10:00:00Z").run(&["once"]).code(1);
    flode.at("2026-03-02T10:05:00Z").run(&["once"]).code(1);
    well(&origin);
    flode.at("2026-03-02T10:10:00Z").run(&["once"]).code(0);
    assert_eq!(hook.json().len(), 0);
    origin.fails("/", "503 Service Unavailable");
    for time in ["11:00", "11:05", "11:10", "11:15"] {
        flode.at(&format!("2026-03-02T{time}:00Z")).run(&["once"]).code(1);
    }
    let told = hook.json();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["title"], "nyheter cannot be read");
    assert!(told[0]["alerts"][0]["reason"].as_str().unwrap().contains("status 503"));
}

#[test]
fn when_the_network_is_down_one_message_sums_up() {
    let (origin, hook) = (Origin::start(), Hook::start());
    let source = |n: u32| {
        format!("[[source]]\nid = \"s{n:02}\"\nurl = \"http://127.0.0.1:1/{n}?token=hemlig\"\nrobots = false\n")
    };
    let sources = (0..42).map(source).collect::<Vec<_>>().concat();
    let limits = "[fetch]\nretry_pause = \"0s\"\nhost_interval = \"0s\"\n";
    well(&origin);
    let mut flode = Flode::reading(&origin.url("/"), &format!("{RECIPE}{sources}{limits}{}", hook.config("json")));
    for time in ["10:00", "10:15", "10:30", "10:45"] {
        flode.at(&format!("2026-03-02T{time}:00Z")).run(&["once"]).code(1);
    }
    let told = hook.json();
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["title"], &told[0]["total"]), (&"42 sources cannot be read".into(), &42.into()));
    assert_eq!(told[0]["alerts"].as_array().unwrap().len(), 10);
    let text = told[0]["text"].as_str().unwrap();
    assert!(text.contains("s09: http://127.0.0.1:1/9: ") && text.contains("and 32 more"), "{text}");
    assert!(!text.contains("hemlig"), "{text}");
}

#[test]
fn slack_mattermost_and_teams_are_told_in_their_own_way() {
    let origin = Origin::start();
    let hooks = [("slack", Hook::start()), ("mattermost", Hook::start()), ("teams", Hook::start())];
    let config: String = hooks.iter().map(|(kind, hook)| hook.config(kind)).collect();
    let mut flode = house(&origin, &config);
    broken(&origin);
    flode.at("2026-03-02T10:00:00Z").run(&["once"]).code(1);
    let text = |n: usize, pointer: &str| {
        let told = hooks[n].1.json();
        assert_eq!(told.len(), 1);
        told[0].pointer(pointer).and_then(Value::as_str).unwrap().to_owned()
    };
    for service in [0, 1] {
        let start = "Region Mälarö: nyheter: nyheter is broken\nnyheter: the page is broken";
        assert!(text(service, "/text").starts_with(start));
    }
    let card = "/attachments/0/content";
    assert_eq!(text(2, &format!("{card}/type")), "AdaptiveCard");
    assert_eq!(text(2, &format!("{card}/body/0/inlines/0/text")), "Region Mälarö: nyheter: nyheter is broken");
}

#[test]
fn what_is_held_is_told_of_and_so_is_its_release() {
    let (origin, hook) = (Origin::start(), Hook::start());
    let rows = |word: &str| -> Vec<String> {
        (0..20).map(|n| format!("{word} {n} | Kultur | /{word}/{n} | 2026-02-{:02}", n + 1)).collect()
    };
    let show = |rows: &[String]| origin.html("/", &list(&rows.iter().map(String::as_str).collect::<Vec<_>>()));
    show(&rows("Gammalt"));
    let mut flode = Flode::reading(&origin.url("/"), &format!("{RECIPE}{}", hook.config("json")));
    flode.once();
    show(&rows("Annat"));
    flode.at("2026-03-02T10:00:00Z").run(&["once"]).code(1);
    let told = hook.json();
    assert_eq!((told.len(), &told[0]["title"]), (1, &"nyheter is suspect".into()), "{told:#?}");
    assert!(told[0]["alerts"][0]["reason"].as_str().unwrap().ends_with("20 new items are held"), "{told:#?}");
    flode.at("2026-03-02T10:05:00Z").run(&["release", "nyheter"]).code(0);
    flode.at("2026-03-02T10:35:00Z").run(&["once"]).code(0);
    assert_eq!(hook.json()[1]["title"], "nyheter is well again");
}

#[test]
fn a_mail_is_sent_to_everybody() {
    let origin = Origin::start();
    let (address, mails) = mail_server();
    let mail = format!(
        "[alarm.mail]\nserver = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nuser = \"ann\"\npassword = \"hemlig\"\n\
         from = \"flode <flode@example.se>\"\nto = [\"anna@example.se\", \"Bo <bo@example.se>\"]\n",
        address.port()
    );
    let mut flode = house(&origin, &mail);
    broken(&origin);
    flode.at("2026-03-02T10:00:00Z").run(&["once"]).code(1);
    let sent = mails.wait_for(1);
    assert_eq!(sent.len(), 1);
    for part in [
        "MAIL FROM:<flode@example.se>",
        "RCPT TO:<anna@example.se>",
        "RCPT TO:<bo@example.se>",
        "Date: Mon, 02 Mar 2026 10:00:00 +0000",
        "Auto-Submitted: auto-generated",
        "nyheter: the page is broken",
        "hint: look at what is found with `flode try`",
    ] {
        assert!(sent[0].contains(part), "{part} in:\n{}", sent[0]);
    }
}

#[test]
fn a_channel_that_fails_is_told_of_once_and_gets_the_message_later_exactly_once() {
    let (origin, hook, other) = (Origin::start(), Hook::start(), Hook::start());
    let mut flode = house(&origin, &(hook.config("json") + &other.config("slack")));
    broken(&origin);
    hook.answers("500 Internal Server Error");
    let ran = flode.at("2026-03-02T10:00:00Z").run(&["once"]).code(1);
    assert!(ran.stderr().contains("error: json 127.0.0.1"), "{}", ran.stderr());
    assert!(ran.stderr().contains("the alarm could not be sent: status 500"), "{}", ran.stderr());
    assert!(!ran.stderr().contains("hemlig"), "{}", ran.stderr());
    assert_eq!(other.json().len(), 1, "the other channel does not wait");
    let again = flode.at("2026-03-02T10:02:00Z").run(&["once"]).code(1);
    assert!(!again.stderr().contains("could not be sent"), "{}", again.stderr());
    flode.at("2026-03-02T10:02:30Z").run(&["once"]).code(1);
    assert_eq!(hook.json().len(), 2, "after the first failure a minute, after the second two");
    let status = flode.run(&["status"]).code(1);
    assert!(status.stderr().contains("the alarm could not be sent: status 500"), "{}", status.stderr());
    assert!(!(status.stderr() + &status.stdout()).contains("hemlig"));
    hook.answers("200 OK");
    flode.at("2026-03-02T10:05:00Z").run(&["once"]).code(1);
    flode.at("2026-03-02T10:20:00Z").run(&["once"]).code(1);
    let told = hook.json();
    assert_eq!(told.len(), 3, "not sent again");
    assert!(told.iter().all(|one| one == &told[0]), "every try is the same message");
    assert_eq!(other.json().len(), 1);
    assert!(!flode.run(&["status"]).stderr().contains("could not be sent"));
}

#[test]
fn killed_while_it_sends_it_sends_the_same_message_after_the_restart() {
    let (origin, hook) = (Origin::start(), Hook::start());
    let mut flode = house(&origin, &hook.config("json"));
    broken(&origin);
    hook.answers("");
    let running = flode.start(&["once", "--now", "2026-03-02T10:00:00Z"]);
    hook.heard.wait_for(1);
    running.signal("KILL");
    drop(running);
    hook.answers("200 OK");
    flode.at("2026-03-02T10:01:00Z").run(&["once"]).code(1);
    flode.at("2026-03-02T10:16:00Z").run(&["once"]).code(1);
    let told = hook.json();
    assert_eq!(told.len(), 2, "once before, once after");
    assert_eq!(told[0], told[1]);
}

#[test]
fn what_comes_and_goes_is_told_about_once_a_day() {
    let (origin, hook) = (Origin::start(), Hook::start());
    let mut flode = house(&origin, &hook.config("json"));
    for hour in 0..72 {
        if hour % 2 == 0 {
            broken(&origin);
        } else {
            well(&origin);
        }
        flode.at(&format!("2026-03-{:02}T{:02}:00:00Z", 3 + hour / 24, hour % 24)).run(&["once"]);
    }
    let titles: Vec<String> = hook.json().iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect();
    assert!((3..=6).contains(&titles.len()), "{titles:#?}");
}

#[test]
fn the_operators_feed_has_every_message_and_no_secret() {
    let origin = Origin::start();
    let flode = &mut Flode::reading(&origin.url("/?token=hemlig"), RECIPE);
    origin.html("/?token=hemlig", &list(&["Nytt avtal | Kultur | /a | 2026-03-01"]));
    flode.once();
    assert_eq!(flode.feed("_flode.rss").entries.len(), 0, "there to subscribe to");
    origin.fails("/?token=hemlig", "404 Not Found");
    for time in ["10:00", "11:00"] {
        flode.at(&format!("2026-03-02T{time}:00Z")).run(&["once"]).code(1);
    }
    for name in ["_flode.rss", "_flode.atom"] {
        let feed = flode.feed(name);
        assert_eq!(feed.entries.len(), 1);
        assert_eq!(feed.entries[0].title.as_ref().unwrap().content, "nyheter cannot be read");
        assert!(feed.entries[0].id.starts_with("urn:uuid:"));
        let text = std::fs::read_to_string(flode.path("feeds").join(name)).unwrap();
        assert!(text.contains("status 404") && !text.contains("hemlig"), "{text}");
    }
    let before = std::fs::read(flode.path("feeds/_flode.rss")).unwrap();
    flode.at("2026-03-02T11:15:00Z").run(&["once"]).code(1);
    assert_eq!(std::fs::read(flode.path("feeds/_flode.rss")).unwrap(), before);
    let index = std::fs::read_to_string(flode.path("feeds/index.html")).unwrap();
    assert!(!index.contains("_flode"), "listed nowhere");
    let config = std::fs::read_to_string(flode.path("config.toml")).unwrap();
    flode.write("config.toml", &format!("{config}[alarm]\nfeed = false\n"));
    flode.run(&["once"]).code(1);
    assert!(!flode.path("feeds/_flode.rss").exists() && !flode.path("feeds/_flode.atom").exists());
}

#[test]
fn feeds_that_cannot_be_written_are_told_of() {
    let (origin, hook) = (Origin::start(), Hook::start());
    let mut flode = house(&origin, &hook.config("json"));
    std::fs::remove_file(flode.path("feeds/all.rss")).unwrap();
    std::fs::create_dir(flode.path("feeds/all.rss")).unwrap();
    for time in ["10:00", "10:15"] {
        flode.at(&format!("2026-03-02T{time}:00Z")).run(&["once"]).code(1);
    }
    let told = hook.json();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0]["title"], "the publishing of feeds is broken");
    assert!(told[0]["alerts"][0]["reason"].as_str().unwrap().contains("all.rss"));
}

#[test]
fn a_store_that_fails_is_told_of_though_it_cannot_remember_it() {
    let (origin, hook) = (Origin::start(), Hook::start());
    let mut flode = house(&origin, &hook.config("json"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        use sqlx::Connection;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(flode.path("flode.db"));
        let mut ledger = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::query("ALTER TABLE sighting RENAME TO lost").execute(&mut ledger).await.unwrap();
        ledger.close().await.unwrap();
    });
    origin.html("/", &list(&["Något nytt | Kultur | /c | 2026-03-02", "Nytt avtal | Kultur | /a | 2026-03-01"]));
    flode.at("2026-03-02T10:00:00Z").run(&["once"]).code(3);
    let told = hook.json();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0]["title"], "the store is broken");
    assert!(told[0]["alerts"][0]["reason"].as_str().unwrap().contains("no such table"));
}

#[test]
fn check_sends_a_test_and_says_what_came_of_it() {
    let (origin, good, bad) = (Origin::start(), Hook::start(), Hook::start());
    bad.answers("404 Not Found");
    let flode = house(&origin, &(good.config("teams") + &bad.config("slack")));
    let ran = flode.run(&["check", "--alarms"]).code(1);
    let (said, errors) = (ran.stdout(), ran.stderr());
    assert!(said.contains("teams 127.0.0.1") && said.contains("took the test message"), "{said}");
    assert!(errors.contains("status 404") && errors.contains("hint: see that the address is whole"), "{errors}");
    assert!(!(said + &errors).contains("hemlig"));
    assert!(good.heard.all()[0].contains("this is a test of the alarms"));
    let none = house(&origin, "").run(&["check", "--alarms"]).code(0);
    assert!(none.stdout().contains("no channel is configured"));
}

#[test]
fn the_daemon_tells_while_it_goes_on() {
    let (origin, hook) = (Origin::start(), Hook::start());
    broken(&origin);
    let config = format!(
        "schedule = \"* * * * *\"\n{RECIPE}[serve]\nlisten = \"127.0.0.1:0\"\n[alarm]\ngather = \"0s\"\n{}",
        hook.config("json")
    );
    let flode = Flode::reading(&origin.url("/"), &config);
    let mut running = flode.start(&["run"]);
    hook.heard.wait_for(1);
    assert_eq!(hook.json()[0]["title"], "nyheter is broken");
    running.wait_for_log("told: nyheter is broken");
    running.signal("TERM");
    running.end().code(0);
}
