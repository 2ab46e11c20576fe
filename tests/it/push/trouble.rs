//! Subscribers, hubs and machines that are ill or mean harm: they hold up nobody but themselves, and nobody misses a version.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use flode::store::{Capacity, Options, Store, Subscription};

use super::{
    ENDLESS, FIRST, LATER, Manner, OWN, SILENT, Subscriber, add_an_item, ask, end, form, house, post, run, subscribe,
    subscribe_to,
};
use crate::support::{Flode, PATIENCE, list};

/// As `OWN`, less patient.
const HASTY: &str = "[push]\nhub = \"own\"\nprivate_hosts = [\"127.0.0.1\", \"127.0.0.2\", \"127.0.0.3\"]\nverify_interval = \"0s\"\ntimeout = \"1s\"\n";

/// The page is read at the next start.
fn often(flode: &Flode) {
    let text = fs::read_to_string(flode.path("config.toml")).unwrap();
    flode.write("config.toml", &text.replace("0 0 1 1 *", "*/5 * * * *"));
}

#[test]
fn only_the_challenge_itself_is_a_yes() {
    let (origin, mut flode) = house(HASTY);
    let (victim, honest) = (Subscriber::start(), Subscriber::start());
    let (mut daemon, address) = run(&flode, FIRST);
    for (nth, manner) in [
        Manner::And("\n"),
        Manner::And("x"),
        Manner::Says(""),
        Manner::Status(404),
        Manner::Status(302),
        Manner::Status(500),
        Manner::Status(SILENT),
        Manner::Status(ENDLESS),
    ]
    .into_iter()
    .enumerate()
    {
        let subscriber = Subscriber::start();
        let mut conduct = subscriber.conduct.lock().unwrap();
        (conduct.manner, conduct.location) = (manner, victim.url("/away"));
        drop(conduct);
        assert!(post(&address, &form("subscribe", &subscriber.url(&format!("/cb{nth}")), "")).contains(" 202 "));
        subscriber.wait_for("GET /cb", 1);
    }
    subscribe(&mut daemon, &address, &honest.url("/cb"), "");
    std::thread::sleep(Duration::from_millis(1500)); // beyond the time limit of the last ones
    end(daemon);
    add_an_item(&origin);
    assert_eq!(flode.at(LATER).run(&["once"]).code(0).stderr().matches("was not told").count(), 0);
    assert_eq!((honest.got("POST").len(), victim.got("").len()), (1, 0));
}

#[test]
fn who_does_not_take_a_document_holds_up_nobody() {
    let (origin, flode) = house(HASTY);
    let (silent, endless, turning, away, honest) = (
        Subscriber::at("127.0.0.2"),
        Subscriber::at("127.0.0.3"),
        Subscriber::start(),
        Subscriber::start(),
        Subscriber::start(),
    );
    let (mut daemon, address) = run(&flode, FIRST);
    for subscriber in [&silent, &endless, &turning, &honest] {
        for topic in ["kultur.atom", "all.atom"] {
            subscribe_to(topic, &mut daemon, &address, &subscriber.url(&format!("/{topic}")), "");
        }
    }
    end(daemon);
    silent.will_answer(&[SILENT; 100]);
    endless.will_answer(&[ENDLESS; 100]);
    turning.will_answer(&[302; 100]);
    turning.conduct.lock().unwrap().location = away.url("/away");
    often(&flode);
    add_an_item(&origin);
    let mut daemon = flode.start(&["run", "--now", LATER]);
    let line = daemon.wait_for_log("feeds at http://");
    honest.wait_for("POST", 2);
    endless.wait_for("POST", 2); // a body that is not read is no failure
    silent.wait_for("POST", 2);
    turning.wait_for("POST", 2);
    let address = line.split("http://").nth(1).unwrap().trim_end_matches('/');
    assert!(ask(address, "GET /kultur.atom", "").contains("Ny film"));
    std::thread::sleep(Duration::from_secs(3)); // a look at what is owed: with the clock held still, nothing is again
    end(daemon);
    assert_eq!((endless.got("POST").len(), honest.got("POST").len(), away.got("").len()), (2, 2, 0));
    assert_eq!((silent.got("POST").len(), turning.got("POST").len()), (2, 2));
}

#[test]
fn a_program_that_is_killed_after_a_rename_tells_of_the_change_when_it_is_back() {
    let strace = Command::new("strace").arg("-V").output().is_ok_and(|out| out.status.success());
    if !strace {
        assert!(std::env::var_os("CI").is_none(), "strace is needed to kill at a system call");
        println!("skipped: there is no strace");
        return;
    }
    for nth in [1, 2, 3, 5, 7] {
        let hub = Subscriber::start();
        let (origin, mut flode) = house(&format!("[push]\nhub = \"{}\"\n", hub.url("/")));
        flode.once();
        add_an_item(&origin);
        flode.at(LATER);
        let kill = format!("rename,renameat,renameat2:signal=KILL:when={nth}");
        let filter = "trace=rename,renameat,renameat2";
        flode.run_by_way_of(&["strace", "-f", "-o", "trace", "-e", filter, "-e", &format!("inject={kill}")], &["once"]);
        let renames = fs::read_to_string(flode.path("trace")).unwrap().matches("rename").count();
        assert!(renames >= nth, "it was killed at rename {nth} of {renames}");
        flode.at("2026-03-02T11:30:00Z").once();
        flode.at("2026-03-02T12:30:00Z").once();
        for topic in ["all.atom", "all.rss", "kultur.atom", "kultur.rss"] {
            let told =
                hub.got("POST").iter().filter(|got| got.body.ends_with(format!("%2F{topic}").as_bytes())).count();
            assert!((1..=2).contains(&told), "killed at rename {nth}: {topic} was told {told} times");
        }
        assert_eq!(hub.got("POST").iter().filter(|got| got.body.ends_with(b"trafik.rss")).count(), 0);
    }
}

#[test]
fn a_hub_elsewhere_that_is_silent_delays_no_feed_and_is_told_later() {
    let hub = Subscriber::start();
    let (origin, mut flode) = house(&format!("[push]\nhub = \"{}\"\ntimeout = \"1s\"\n", hub.url("/")));
    often(&flode);
    flode.once();
    add_an_item(&origin);
    hub.will_answer(&[SILENT]);
    let ran = flode.at(LATER).run(&["once"]).code(0);
    assert!(ran.stderr().contains("the hub was not told: it took too long; it will be"), "{}", ran.stderr());
    assert!(flode.titles("kultur.rss").contains(&"Ny film".to_owned()));
    flode.at("2026-03-02T10:30:30Z").once();
    assert_eq!(hub.got("POST").len(), 1, "all that it is owed waits");
    flode.at("2026-03-02T10:31:00Z").once();
    assert_eq!(hub.got("POST").len(), 5);

    // The daemon does not wait for it either.
    hub.will_answer(&[SILENT]);
    origin.html("/nyheter/", &list(&["Ny pjäs | Kultur | /n/4", "Ny film | Kultur | /n/3", "Ny bok | Kultur | /n/1"]));
    let text = fs::read_to_string(flode.path("config.toml")).unwrap();
    flode.write("config.toml", &text.replace("timeout = \"1s\"", "timeout = \"1min\""));
    let mut daemon = flode.start(&["run", "--now", "2026-03-02T11:30:00Z"]);
    let line = daemon.wait_for_log("feeds at http://");
    hub.wait_for("POST", 6);
    let address = line.split("http://").nth(1).unwrap().trim_end_matches('/');
    let start = Instant::now();
    while !ask(address, "GET /kultur.rss", "").contains("Ny pjäs") {
        assert!(start.elapsed() < PATIENCE, "never published");
        std::thread::sleep(Duration::from_millis(20));
    }
    end(daemon);
    assert!(
        start.elapsed() < Duration::from_secs(50),
        "the hub has its minute, neither the feed nor the end waits for it"
    );
    flode.at("2026-03-02T12:30:00Z").once();
    assert_eq!(hub.got("POST").len(), 10, "the one that was broken off among them");
}

#[test]
fn an_older_database_misses_no_change() {
    let (origin, mut flode) = house(OWN);
    let (early, late) = (Subscriber::start(), Subscriber::start());
    let (mut daemon, address) = run(&flode, FIRST);
    subscribe(&mut daemon, &address, &early.url("/cb"), "");
    end(daemon);
    fs::copy(flode.path("flode.db"), flode.path("backup.db")).unwrap();
    let (mut daemon, address) = run(&flode, "2026-03-02T10:00:00Z");
    subscribe(&mut daemon, &address, &late.url("/cb"), "");
    end(daemon);
    add_an_item(&origin);
    flode.at(LATER).once();
    assert_eq!((early.got("POST").len(), late.got("POST").len()), (1, 1));

    for name in ["flode.db-wal", "flode.db-shm", "flode.db"] {
        let _ = fs::remove_file(flode.path(name));
    }
    fs::rename(flode.path("backup.db"), flode.path("flode.db")).unwrap();
    flode.at("2026-03-02T11:30:00Z").once();
    flode.at("2026-03-02T12:00:00Z").once();
    assert_eq!(early.got("POST").len(), 2, "told once more of what it was told, and no more");
    origin.html("/nyheter/", &list(&["Ny pjäs | Kultur | /n/4", "Ny film | Kultur | /n/3", "Ny bok | Kultur | /n/1"]));
    flode.at("2026-03-02T12:30:00Z").once();
    let sent = early.got("POST");
    assert_eq!(sent.len(), 3);
    assert!(sent[2].body == fs::read(flode.path("feeds/kultur.atom")).unwrap());
    assert_eq!(late.got("POST").len(), 1, "who came after the backup has to come again");
}

#[test]
fn one_network_has_so_many_places() {
    let (_origin, flode) = house(&format!("{HASTY}max_per_network = 2\n"));
    let (mut daemon, address) = run(&flode, FIRST);
    let subscribers = ["127.0.0.1", "127.0.0.2", "127.0.0.3"].map(Subscriber::at);
    for subscriber in &subscribers[..2] {
        subscribe(&mut daemon, &address, &subscriber.url("/cb"), "");
    }
    assert!(post(&address, &form("subscribe", &subscribers[2].url("/cb"), "")).starts_with("HTTP/1.1 202 "));
    let told = subscribers[2].wait_for("GET /cb", 2);
    assert!(told[1].head.starts_with("GET /cb?hub.mode=denied&hub.topic="), "{}", told[1].head);
    subscribe(&mut daemon, &address, &subscribers[0].url("/cb"), ""); // renewed
    end(daemon);
}

#[tokio::test]
async fn ten_thousand_from_one_network_leave_room_for_others() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&Options { path: directory.path().join("flode.db") }).await.unwrap();
    store.note_topics(&[("kultur.atom".to_owned(), vec![1; 32])]).await.unwrap();
    let capacity = Capacity { total: 10_000, per_host: 500, per_network: 2000 };
    let subscription = |n: usize, network: &str| Subscription {
        topic: "kultur.atom".to_owned(),
        callback: format!("https://{n}.example/cb"),
        host: format!("{n}.example"),
        network: network.to_owned(),
        secret: None,
        until: "2026-03-12T09:30:00Z".parse().unwrap(),
    };
    let mut kept = 0;
    for n in 0..10_000 {
        kept += usize::from(store.subscribe(&subscription(n, "192.0.2.0/24"), capacity).await.unwrap());
    }
    assert_eq!(kept, 2000);
    assert!(store.subscribe(&subscription(20_000, "198.51.100.0/24"), capacity).await.unwrap());
    store.note_topics(&[("kultur.atom".to_owned(), vec![2; 32])]).await.unwrap();
    let start = Instant::now();
    assert_eq!(store.owed_to_subscribers(FIRST.parse().unwrap()).await.unwrap().len(), 2001);
    println!("what 2001 subscribers are owed: {:?}", start.elapsed());
}
