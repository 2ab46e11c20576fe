//! `WebSub`: the real program as hub and as publisher, with subscribers on loopback.

mod door;
mod topics;
mod trouble;

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::support::{Flode, Origin, PATIENCE, RECIPE, Running, list};
use crate::wire::ask;

const TOPIC: &str = "https://floden.example/kultur.atom";
const FIRST: &str = "2026-03-02T09:30:00Z";
const LATER: &str = "2026-03-02T10:30:00Z";

/// A request as it came.
#[derive(Clone)]
struct Got {
    head: String,
    body: Vec<u8>,
}

/// How a question is answered.
#[derive(Default, Clone)]
enum Manner {
    #[default]
    Challenge,
    /// This follows the challenge.
    And(&'static str),
    Says(&'static str),
    Status(u16),
}

/// In place of a status: no answer at all.
const SILENT: u16 = 0;
/// In place of a status: 200, and a body that has no end.
const ENDLESS: u16 = 1;

#[derive(Default)]
struct Conduct {
    manner: Manner,
    /// Of the next deliveries; 200 after them.
    statuses: VecDeque<u16>,
    /// `Location` of every answer.
    location: String,
    got: Vec<Got>,
    /// Kept open, unanswered.
    held: Vec<TcpStream>,
}

/// Somebody who has callbacks, and a hub elsewhere as well.
struct Subscriber {
    address: SocketAddr,
    conduct: Arc<Mutex<Conduct>>,
}

impl Subscriber {
    fn start() -> Self {
        Self::at("127.0.0.1")
    }

    fn at(host: &str) -> Self {
        let listener = TcpListener::bind((host, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let conduct: Arc<Mutex<Conduct>> = Arc::default();
        let shared = Arc::clone(&conduct);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &shared);
            }
        });
        Self { address, conduct }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn will_answer(&self, statuses: &[u16]) {
        self.conduct.lock().unwrap().statuses.extend(statuses);
    }

    /// The requests of a method for a path.
    fn got(&self, start: &str) -> Vec<Got> {
        self.conduct.lock().unwrap().got.iter().filter(|got| got.head.starts_with(start)).cloned().collect()
    }

    #[track_caller]
    fn wait_for(&self, start: &str, count: usize) -> Vec<Got> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let got = self.got(start);
            if got.len() >= count {
                return got;
            }
            assert!(Instant::now() < deadline, "{} of {count} `{start}`", got.len());
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn answer(mut stream: TcpStream, conduct: &Mutex<Conduct>) {
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head
        .to_lowercase()
        .split("content-length: ")
        .nth(1)
        .map_or(0, |rest| rest.lines().next().unwrap().trim().parse().unwrap());
    let mut body = vec![0; length];
    let _ = stream.read_exact(&mut body);
    let mut conduct = conduct.lock().unwrap();
    conduct.got.push(Got { head: head.clone(), body });
    let (status, text) = if head.starts_with("GET ") {
        let challenge = head.split("hub.challenge=").nth(1).unwrap_or_default();
        let challenge = challenge.split(['&', ' ']).next().unwrap().to_owned();
        match conduct.manner.clone() {
            Manner::Challenge => (200, challenge),
            Manner::And(more) => (200, challenge + more),
            Manner::Says(text) => (200, text.to_owned()),
            Manner::Status(status) => (status, challenge),
        }
    } else {
        (conduct.statuses.pop_front().unwrap_or(200), String::new())
    };
    if status == SILENT {
        conduct.held.push(stream);
        return;
    }
    if status == ENDLESS {
        thread::spawn(move || {
            let _ = write!(stream, "HTTP/1.1 200 X\r\ncontent-type: text/plain\r\n\r\n");
            while stream.write_all(&[b'x'; 1024]).is_ok() {
                thread::sleep(Duration::from_millis(5));
            }
        });
        return;
    }
    let (length, location) = (text.len(), &conduct.location);
    let _ = write!(
        stream,
        "HTTP/1.1 {status} X\r\nlocation: {location}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{text}"
    );
}

const SERVE: &str = "[serve]\nlisten = \"127.0.0.1:0\"\ndrain = \"1s\"\n";
const OWN: &str =
    "[push]\nhub = \"own\"\nprivate_hosts = [\"127.0.0.1\"]\nverify_interval = \"0s\"\ntimeout = \"5s\"\n";

fn house(push: &str) -> (Origin, Flode) {
    house_with("", push)
}

/// With more lines in `[serve]`.
fn house_with(serve: &str, push: &str) -> (Origin, Flode) {
    let origin = Origin::start();
    origin.html("/nyheter/", &list(&["Ny bok | Kultur | /n/1", "Ny buss | Trafik | /n/2"]));
    let more = format!("schedule = \"0 0 1 1 *\"\n{RECIPE}{SERVE}{serve}{push}");
    let flode = Flode::reading(&origin.url("/nyheter/"), &more);
    (origin, flode)
}

fn add_an_item(origin: &Origin) {
    origin.html("/nyheter/", &list(&["Ny film | Kultur | /n/3", "Ny bok | Kultur | /n/1", "Ny buss | Trafik | /n/2"]));
}

/// The daemon with the clock held still, and its address once it has read and published.
fn run(flode: &Flode, now: &str) -> (Running, String) {
    let mut daemon = flode.start(&["run", "--now", now]);
    let line = daemon.wait_for_log("feeds at http");
    daemon.wait_for_log("next run at 2026-12-31"); // after the first
    (daemon, line.split("://").nth(1).unwrap().trim_end_matches('/').to_owned())
}

fn end(daemon: Running) {
    daemon.signal("TERM");
    daemon.end().code(0);
}

fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn form(ask: &str, callback: &str, more: &str) -> String {
    form_for("kultur.atom", ask, callback, more)
}

fn form_for(topic: &str, ask: &str, callback: &str, more: &str) -> String {
    let topic = encode(&format!("https://floden.example/{topic}"));
    format!("hub.mode={ask}&hub.callback={}&hub.topic={topic}{more}", encode(callback))
}

fn post(address: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST /hub HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[track_caller]
fn subscribe(daemon: &mut Running, address: &str, callback: &str, more: &str) {
    subscribe_to("kultur.atom", daemon, address, callback, more);
}

#[track_caller]
fn subscribe_to(topic: &str, daemon: &mut Running, address: &str, callback: &str, more: &str) {
    let answer = post(address, &form_for(topic, "subscribe", callback, more));
    assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
    let host = callback.split("://").nth(1).unwrap().split(':').next().unwrap();
    daemon.wait_for_log(&format!("{topic}: {host} has subscribed"));
}

#[test]
fn a_subscriber_is_verified_and_sent_each_change_signed() {
    let (origin, mut flode) = house(OWN);
    let subscriber = Subscriber::start();
    let (mut daemon, address) = run(&flode, FIRST);
    subscribe(&mut daemon, &address, &subscriber.url("/cb?id=7"), "&hub.secret=hemlig&hub.lease_seconds=3600");
    let question = &subscriber.got("GET /cb")[0].head;
    assert!(
        question.starts_with("GET /cb?id=7&hub.mode=subscribe&hub.topic=https%3A%2F%2Ffloden.example"),
        "{question}"
    );
    assert!(question.contains("&hub.lease_seconds=3600 "), "{question}");
    end(daemon);
    assert!(subscriber.got("POST").is_empty(), "nothing has changed yet");

    add_an_item(&origin);
    flode.at("2026-03-02T10:00:00Z").once();
    let sent = subscriber.got("POST /cb?id=7 ");
    assert_eq!(sent.len(), 1);
    assert!(sent[0].body == std::fs::read(flode.path("feeds/kultur.atom")).unwrap(), "the whole document");
    let head = sent[0].head.to_lowercase();
    assert!(head.contains("content-type: application/atom+xml; charset=utf-8\r\n"), "{head}");
    let links = format!("link: <https://floden.example/hub>; rel=\"hub\", <{TOPIC}>; rel=\"self\"\r\n");
    assert!(head.contains(&links), "{head}");
    let mut mac = Hmac::<Sha256>::new_from_slice(b"hemlig").unwrap();
    mac.update(&sent[0].body);
    let digest = mac.finalize().into_bytes().iter().fold(String::new(), |all, byte| all + &format!("{byte:02x}"));
    assert!(head.contains(&format!("x-hub-signature: sha256={digest}\r\n")), "{head}");

    flode.at("2026-03-02T10:15:00Z").once();
    assert_eq!(subscriber.got("POST").len(), 1, "what has not changed is not sent");
}

#[test]
fn documents_and_headers_name_the_hub() {
    let (_origin, flode) = house(OWN);
    let (daemon, address) = run(&flode, FIRST);
    for (name, link) in
        [("kultur.atom", "<link href=\"https://floden.example/hub\" rel=\"hub\"/>"), ("kultur.rss", "rel=\"hub\"")]
    {
        let answer = ask(&address, &format!("GET /{name}"), "");
        assert!(answer.contains(link) && answer.contains("https://floden.example/hub"), "{answer}");
        let header = format!(
            "link: <https://floden.example/hub>; rel=\"hub\", <https://floden.example/{name}>; rel=\"self\"\r\n"
        );
        assert!(answer.contains(&header), "{answer}");
    }
    end(daemon);
}

#[test]
fn who_did_not_mean_it_is_no_subscriber() {
    let (origin, mut flode) = house(OWN);
    let (liar, honest) = (Subscriber::start(), Subscriber::start());
    liar.conduct.lock().unwrap().manner = Manner::Says("ja tack");
    let (mut daemon, address) = run(&flode, FIRST);
    assert!(post(&address, &form("subscribe", &liar.url("/cb"), "")).starts_with("HTTP/1.1 202 "));
    liar.wait_for("GET /cb", 1);
    subscribe(&mut daemon, &address, &honest.url("/cb"), "");
    end(daemon);
    add_an_item(&origin);
    flode.at(LATER).once();
    assert_eq!((honest.got("POST").len(), liar.got("POST").len()), (1, 0));
    assert!(!honest.got("POST")[0].head.to_lowercase().contains("x-hub-signature"), "without a secret");
}

#[test]
fn who_unsubscribes_is_left_alone() {
    let (origin, mut flode) = house(OWN);
    let subscriber = Subscriber::start();
    let (mut daemon, address) = run(&flode, FIRST);
    subscribe(&mut daemon, &address, &subscriber.url("/a"), "");
    subscribe(&mut daemon, &address, &subscriber.url("/b"), "");
    assert!(post(&address, &form("unsubscribe", &subscriber.url("/a"), "")).starts_with("HTTP/1.1 202 "));
    daemon.wait_for_log("has unsubscribed");
    end(daemon);
    add_an_item(&origin);
    flode.at(LATER).once();
    assert_eq!((subscriber.got("POST /a").len(), subscriber.got("POST /b").len()), (0, 1));
}

#[test]
fn a_lease_ends() {
    let (origin, mut flode) = house(OWN);
    let subscriber = Subscriber::start();
    let (mut daemon, address) = run(&flode, FIRST);
    subscribe(&mut daemon, &address, &subscriber.url("/short"), "&hub.lease_seconds=600");
    subscribe(&mut daemon, &address, &subscriber.url("/long"), "");
    end(daemon);
    add_an_item(&origin);
    flode.at(LATER).once();
    assert_eq!((subscriber.got("POST /short").len(), subscriber.got("POST /long").len()), (0, 1));
}

#[test]
fn a_delivery_that_fails_is_sent_again_until_the_subscriber_is_gone() {
    let (origin, mut flode) = house(OWN);
    let subscriber = Subscriber::start();
    let (mut daemon, address) = run(&flode, FIRST);
    subscribe(&mut daemon, &address, &subscriber.url("/cb"), "");
    end(daemon);
    subscriber.will_answer(&[503, 302, 200, 410]);
    add_an_item(&origin);
    for (now, sent) in [
        ("2026-03-02T10:00:00Z", 1), // 503
        ("2026-03-02T10:00:30Z", 1), // too soon
        ("2026-03-02T10:01:00Z", 2), // 302, which is not followed
        ("2026-03-02T10:02:00Z", 2), // twice as long
        ("2026-03-02T10:03:00Z", 3), // taken
        ("2026-03-02T12:00:00Z", 3),
    ] {
        flode.at(now).once();
        assert_eq!(subscriber.got("POST /cb").len(), sent, "{now}");
    }
    for (now, title, sent) in [("2026-03-03T10:00:00Z", "Ny sång", 4), ("2026-03-04T10:00:00Z", "Ny pjäs", 4)] {
        origin.html("/nyheter/", &list(&[&format!("{title} | Kultur | /n/{}", title.len()), "Ny bok | Kultur | /n/1"]));
        flode.at(now).once();
        assert_eq!(subscriber.got("POST /cb").len(), sent, "410 ends it: {title}");
    }
}

#[test]
fn who_fails_for_days_is_not_told_of_that_change_but_of_the_next() {
    let (origin, mut flode) = house(&format!("{OWN}give_up = \"1 day\"\n"));
    let subscriber = Subscriber::start();
    let (mut daemon, address) = run(&flode, FIRST);
    subscribe(&mut daemon, &address, &subscriber.url("/cb"), "");
    end(daemon);
    subscriber.will_answer(&[500; 4]);
    add_an_item(&origin);
    for (now, sent) in [
        ("2026-03-02T10:00:00Z", 1),
        ("2026-03-03T09:00:00Z", 2),
        ("2026-03-03T18:00:00Z", 3),
        ("2026-03-04T18:00:00Z", 3),
    ] {
        flode.at(now).once();
        assert_eq!(subscriber.got("POST /cb").len(), sent, "{now}");
    }
    // The subscription is there to the end of its lease, and each change has its own time.
    origin.html("/nyheter/", &list(&["Ny sång | Kultur | /n/4", "Ny bok | Kultur | /n/1"]));
    for (now, sent) in [("2026-03-05T09:00:00Z", 4), ("2026-03-05T09:01:00Z", 5), ("2026-03-05T18:00:00Z", 5)] {
        flode.at(now).once();
        assert_eq!(subscriber.got("POST /cb").len(), sent, "{now}");
    }
    assert!(String::from_utf8_lossy(&subscriber.got("POST /cb")[4].body).contains("Ny sång"));
}

#[test]
fn what_a_killed_program_had_not_sent_is_sent_by_the_next() {
    let (origin, flode) = house(OWN);
    let subscriber = Subscriber::start();
    let (mut daemon, address) = run(&flode, FIRST);
    subscribe(&mut daemon, &address, &subscriber.url("/cb"), "");
    end(daemon);
    let text = std::fs::read_to_string(flode.path("config.toml")).unwrap();
    flode.write("config.toml", &text.replace("0 0 1 1 *", "*/5 * * * *"));
    add_an_item(&origin);
    subscriber.will_answer(&[0]);
    let daemon = flode.start(&["run", "--now", "2026-03-02T09:40:00Z"]);
    subscriber.wait_for("POST /cb", 1);
    daemon.signal("KILL");
    daemon.end();
    let daemon = flode.start(&["run", "--now", "2026-03-02T09:41:00Z"]);
    let sent = subscriber.wait_for("POST /cb", 2);
    assert!(String::from_utf8_lossy(&sent[1].body).contains("Ny film"));
    end(daemon);
    assert_eq!(subscriber.got("POST /cb").len(), 2);
}

#[test]
fn nobody_is_written_to_for_a_request_that_is_refused() {
    let (_origin, flode) = house("[push]\nhub = \"own\"\n");
    let subscriber = Subscriber::start();
    let (daemon, address) = run(&flode, FIRST);
    let callback = "http://203.0.113.9.example/";
    for (body, status, why) in [
        (form("subscribe", &subscriber.url("/cb"), ""), "400", "hub.callback is not at a public address"),
        (form("subscribe", "http://localhost:1/", ""), "400", "hub.callback is not at a public address"),
        (form("subscribe", "http://169.254.169.254/latest", ""), "400", "not at a public address"),
        (form("publish", callback, ""), "400", "hub.mode"),
        (form("subscribe", callback, "").replace("kultur.atom", "kultur.html"), "400", "hub.topic"),
        (form("subscribe", callback, "").replace("kultur.atom", "saknas.atom"), "400", "hub.topic"),
        ("x".repeat(5000), "413", "too long"),
        (String::new(), "400", "hub.mode is missing"),
    ] {
        let answer = post(&address, &body);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(why), "{answer}");
        assert!(answer.to_lowercase().contains("connection: close\r\n"), "{answer}");
    }
    end(daemon);
    assert!(subscriber.got("").is_empty());
}

#[test]
fn one_callback_is_asked_once_a_minute() {
    let (_origin, flode) = house("[push]\nhub = \"own\"\nprivate_hosts = [\"127.0.0.1\"]\n");
    let subscriber = Subscriber::start();
    let (mut daemon, address) = run(&flode, FIRST);
    subscribe(&mut daemon, &address, &subscriber.url("/cb"), "");
    for _ in 0..3 {
        let answer = post(&address, &form("subscribe", &subscriber.url("/cb"), ""));
        assert!(
            answer.starts_with("HTTP/1.1 429 ") && answer.to_lowercase().contains("retry-after: 60\r\n"),
            "{answer}"
        );
    }
    end(daemon);
    assert_eq!(subscriber.got("GET").len(), 1);
}

#[test]
fn there_is_a_place_for_so_many() {
    let (_origin, flode) = house(&format!("{OWN}max_per_host = 1\n"));
    let subscriber = Subscriber::start();
    let (mut daemon, address) = run(&flode, FIRST);
    subscribe(&mut daemon, &address, &subscriber.url("/a"), "");
    assert!(post(&address, &form("subscribe", &subscriber.url("/b"), "")).starts_with("HTTP/1.1 202 "));
    let told = subscriber.wait_for("GET /b", 2);
    assert!(told[1].head.starts_with("GET /b?hub.mode=denied&hub.topic="), "{}", told[1].head);
    subscribe(&mut daemon, &address, &subscriber.url("/a"), ""); // renewed
    end(daemon);
}

#[test]
fn a_hub_elsewhere_is_told_of_what_has_changed_alone() {
    let hub = Subscriber::start();
    let (origin, mut flode) = house(&format!("[push]\nhub = \"{}\"\n", hub.url("/")));
    let published = |from: usize| {
        let mut topics: Vec<String> = hub.got("POST / ")[from..]
            .iter()
            .map(|got| String::from_utf8(got.body.clone()).unwrap())
            .map(|body| {
                body.strip_prefix("hub.mode=publish&hub.url=https%3A%2F%2Ffloden.example%2F").unwrap().to_owned()
            })
            .collect();
        topics.sort();
        topics
    };
    flode.once();
    assert!(published(0).is_empty(), "nobody can have subscribed to what is new");
    add_an_item(&origin);
    hub.will_answer(&[500]);
    let ran = flode.at(LATER).run(&["once"]).code(0);
    assert!(ran.stderr().contains("the hub was not told"), "{}", ran.stderr());
    flode.at("2026-03-02T10:40:00Z").once();
    assert_eq!(published(1), ["all.atom", "all.rss", "kultur.atom", "kultur.rss"]);
    flode.at("2026-03-02T10:50:00Z").once();
    assert_eq!(published(1).len(), 4);
    let posted = post_to(&flode);
    assert!(posted.starts_with("HTTP/1.1 405 "), "there is no own hub: {posted}");
}

fn post_to(flode: &Flode) -> String {
    let (daemon, address) = run(flode, "2026-03-02T10:55:00Z");
    let posted = post(&address, &form("subscribe", "http://8.8.8.8/", ""));
    end(daemon);
    posted
}
