//! The daemon goes on serving while its disk fails, says so once, and goes on by itself when it works again.
//!
//! Each source is a site of its own that answers when the test says so: a source that is answered is a run.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::house::{number, root};
use super::space::Disk;
use crate::support::{Flode, RECIPE, Running, list};

/// For the daemon to do what it does without telling.
const PATIENCE: Duration = Duration::from_secs(20);

/// A daemon with five sources, `a` to `e`, that wait for their pages.
struct Waiting {
    // Dropped first: it holds files open.
    daemon: Running,
    sites: Vec<TcpListener>,
    address: String,
    flode: Flode,
}

impl Waiting {
    fn new(prepare: impl FnOnce(&Flode)) -> Self {
        Self::with("", prepare)
    }

    fn with(more: &str, prepare: impl FnOnce(&Flode)) -> Self {
        let sites: Vec<TcpListener> = (0..5).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let mut config = String::from(
            "[site]\ntitle = \"Nyheter\"\nlink = \"https://www.malaro.example/\"\nlanguage = \"sv\"\n[store]\nurl = \
             \"sqlite:data/flode.db\"\n[serve]\nlisten = \"127.0.0.1:0\"\ndrain = \"1s\"\n",
        );
        for (site, name) in sites.iter().zip('a'..) {
            config.push_str(&format!(
                "[[source]]\nid = \"{name}\"\nurl = \"http://{}/\"\nschedule = \"0 0 1 1 *\"\nrobots = false\n{RECIPE}",
                site.local_addr().unwrap()
            ));
        }
        let flode = Flode::new(&(config + more));
        prepare(&flode);
        let mut daemon = flode.start(&["run"]);
        let line = daemon.wait_for_log("feeds at http://");
        let address = line.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
        // The first is due now, the next at New Year.
        for _ in &sites {
            daemon.wait_for_log("next run at");
        }
        Self { daemon, sites, address, flode }
    }

    /// Answers a source with an item of its own.
    fn answer(&self, source: usize) {
        self.answer_with(source, &list(&[&format!("Nyhet {source} | Kultur | /n/{source}")]));
    }

    fn answer_with(&self, source: usize, body: &str) {
        let (mut stream, _) = self.sites[source].accept().unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
            head.push(byte[0]);
        }
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n", body.len());
        stream.write_all(format!("{head}connection: close\r\n\r\n{body}").as_bytes()).unwrap();
    }

    /// What is served.
    fn served(&self) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET /kultur.rss HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// A run before the fault, two under it, of which only the first is told, one after it.
    fn go_through(&mut self, fault: impl FnOnce(&Flode), words: &str, mend: impl FnOnce(&Flode), well: &str) {
        self.answer(0);
        self.daemon.wait_for_log("a: next run at");
        let before = self.served();
        assert!(before.starts_with("HTTP/1.1 200 OK") && before.contains("Nyhet 0"), "{before}");
        fault(&self.flode);
        self.answer(1);
        let line = self.daemon.wait_for_log(words);
        assert!(line.contains(" error ") && line.contains("stay"), "{line}");
        self.daemon.wait_for_log("b: next run at");
        assert!(self.served().starts_with("HTTP/1.1 200 OK"));
        self.answer(2);
        let seen = self.daemon.log_until("c: next run at");
        assert!(!seen.contains(" error "), "told once: {seen}");
        mend(&self.flode);
        self.answer(3);
        self.daemon.wait_for_log(well);
        self.daemon.wait_for_log("d: next run at");
        self.answer(4);
        let seen = self.daemon.log_until("e: next run at");
        assert!(!seen.contains(" error "), "{seen}");
        let after = self.served();
        assert!(after.contains("Nyhet 3") && after.contains("Nyhet 4"), "{after}");
        assert!(fs::read_to_string(self.flode.path("feeds/kultur.rss")).unwrap().contains("Nyhet 4"));
    }
}

#[test]
fn a_ledger_that_is_taken_away_under_the_daemon() {
    let away = |flode: &Flode| fs::rename(flode.path("data/flode.db"), flode.path("away.db")).unwrap();
    let back = |flode: &Flode| fs::rename(flode.path("away.db"), flode.path("data/flode.db")).unwrap();
    let mut house = Waiting::new(|_| {});
    house.go_through(away, "the store data/flode.db was deleted while it was open", back, "the store works again");
}

#[test]
fn another_file_in_place_of_the_ledger_under_the_daemon() {
    let exchange = |flode: &Flode| {
        fs::rename(flode.path("data/flode.db"), flode.path("away.db")).unwrap();
        fs::copy(flode.path("away.db"), flode.path("data/flode.db")).unwrap();
    };
    let back = |flode: &Flode| fs::rename(flode.path("away.db"), flode.path("data/flode.db")).unwrap();
    let mut house = Waiting::new(|_| {});
    house.go_through(
        exchange,
        "another file stands where the store data/flode.db was opened",
        back,
        "the store works again",
    );
}

#[test]
fn the_directory_of_the_ledger_that_is_taken_away_under_the_daemon() {
    let away = |flode: &Flode| fs::rename(flode.path("data"), flode.path("away")).unwrap();
    let back = |flode: &Flode| fs::rename(flode.path("away"), flode.path("data")).unwrap();
    let mut house = Waiting::new(|_| {});
    house.go_through(away, "the store data/flode.db was deleted while it was open", back, "the store works again");
}

#[test]
fn a_full_disk_under_the_ledger_of_the_daemon() {
    if !root("mount a small disk") {
        return;
    }
    let disk = std::cell::RefCell::new(None);
    let mut house = Waiting::new(|flode| {
        fs::create_dir(flode.path("data")).unwrap();
        *disk.borrow_mut() = Some(Disk::over(&flode.path("data"), "1m"));
    });
    let full = |_: &Flode| disk.borrow().as_ref().unwrap().fill();
    let free = |_: &Flode| disk.borrow().as_ref().unwrap().free();
    house.go_through(full, "the store could not", free, "the store works again");
    drop(house);
}

#[test]
fn an_output_directory_that_turns_read_only_under_the_daemon() {
    if !root("mount a small disk") {
        return;
    }
    let disk = std::cell::RefCell::new(None);
    let mut house = Waiting::new(|flode| {
        fs::create_dir(flode.path("feeds")).unwrap();
        *disk.borrow_mut() = Some(Disk::over(&flode.path("feeds"), "1m"));
    });
    let read_only = |_: &Flode| disk.borrow().as_ref().unwrap().read_only(true);
    let writable = |_: &Flode| disk.borrow().as_ref().unwrap().read_only(false);
    house.go_through(read_only, "Read-only file system", writable, "every feed is written again");
    drop(house);
}

#[test]
fn a_log_that_is_deleted_under_the_daemon_loses_nothing() {
    let mut house = Waiting::new(|_| {});
    house.answer(0);
    house.daemon.wait_for_log("a: next run at");
    for ending in ["-wal", "-shm"] {
        fs::remove_file(house.flode.path(&format!("data/flode.db{ending}"))).unwrap();
    }
    house.answer(1);
    house.daemon.wait_for_log("b: next run at");
    house.daemon.signal("KILL");
    let Waiting { daemon, flode, .. } = house;
    daemon.end();
    let status = flode.run(&["status", "--json"]);
    let all = status.json()["feeds"].as_array().unwrap().iter().find(|feed| feed["feed"] == "all").cloned().unwrap();
    assert_eq!(all["items"], 2, "{all}");
}

/// SQLite has it mapped into memory: the system ends a program that touches a part of it that is no longer there.
#[test]
fn an_index_of_the_log_that_is_cut_or_deleted_under_the_daemon_is_made_anew() {
    let mut house = Waiting::new(|_| {});
    house.answer(0);
    house.daemon.wait_for_log("a: next run at");
    let index = house.flode.path("data/flode.db-shm");
    let cut = |length| fs::File::options().write(true).open(&index).unwrap().set_len(length).unwrap();
    let was_made_anew = |house: &mut Waiting, source: usize, name: &str, words: &str| {
        house.answer(source);
        let seen = house.daemon.log_until(&format!("{name}: next run at"));
        assert!(seen.contains(words) && !seen.contains(" error "), "{seen}");
    };
    cut(0);
    was_made_anew(&mut house, 1, "b", "data/flode.db-shm, the index of the store's log, was cut");
    cut(5000);
    was_made_anew(&mut house, 2, "c", "data/flode.db-shm, the index of the store's log, was cut");
    fs::remove_file(&index).unwrap();
    was_made_anew(&mut house, 3, "d", "data/flode.db-shm, the index of the store's log, was deleted");
    fs::remove_file(&index).unwrap();
    // Another program makes one of its own.
    let looked = house.flode.run(&["status", "--json"]).json();
    assert_eq!(looked["sources"].as_array().unwrap().len(), 5, "{looked}");
    house.answer(4);
    house.daemon.wait_for_log("e: next run at");
    house.daemon.signal("KILL");
    let Waiting { daemon, flode, .. } = house;
    daemon.end();
    let status = flode.run(&["status", "--json"]);
    let all = status.json()["feeds"].as_array().unwrap().iter().find(|feed| feed["feed"] == "all").cloned().unwrap();
    assert_eq!(all["items"], 5, "{all}");
}

#[test]
fn a_lock_that_is_deleted_under_the_daemon_admits_no_second_writer_unseen() {
    let mut house = Waiting::new(|_| {});
    house.answer(0);
    house.daemon.wait_for_log("a: next run at");
    let lock = house.flode.path("data/flode.db.lock");
    fs::remove_file(&lock).unwrap();
    house.answer(1);
    let seen = house.daemon.log_until("b: next run at");
    assert!(seen.contains("data/flode.db.lock was deleted") && !seen.contains(" error "), "{seen}");
    let second = house.flode.run(&["publish"]).code(3).stderr();
    assert!(second.contains("is in use by another flode"), "{second}");
    // Another program is faster than the daemon's next run.
    fs::remove_file(&lock).unwrap();
    let second = fs::File::create_new(&lock).unwrap();
    second.try_lock().unwrap();
    house.answer(2);
    let line = house.daemon.wait_for_log("is in use by another flode");
    assert!(line.contains(" error ") && line.contains("stay"), "{line}");
    house.daemon.wait_for_log("c: next run at");
    drop(second);
    house.answer(3);
    house.daemon.wait_for_log("the store works again");
    house.daemon.wait_for_log("d: next run at");
    let after = house.served();
    assert!(after.contains("Nyhet 1") && after.contains("Nyhet 3") && !after.contains("Nyhet 2"), "{after}");
}

/// Takes a message, and does something before it says so.
fn take(service: &TcpListener, before: impl FnOnce()) -> String {
    let (mut stream, _) = service.accept().unwrap();
    let (mut said, mut part) = (Vec::new(), [0; 4096]);
    // It ends as its JSON does.
    while !said.ends_with(b"}") {
        let read = stream.read(&mut part).unwrap();
        said.extend_from_slice(&part[..read]);
    }
    before();
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
    String::from_utf8(said).unwrap()
}

#[test]
fn a_message_that_was_taken_is_not_sent_again_when_the_ledger_could_not_note_it() {
    let service = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = service.local_addr().unwrap();
    let alarm =
        format!("[alarm]\ngather = \"0s\"\ninterval = \"0s\"\n[[alarm.webhook]]\nurl = \"http://{address}/\"\n");
    let mut house = Waiting::with(&alarm, |_| {});
    house.answer_with(0, "<html><body><p>Vi bygger om</p></body></html>");
    let (lock, database) = (house.flode.path("data/flode.db.lock"), house.flode.path("data/flode.db"));
    let mut stolen = None;
    let first = take(&service, || {
        fs::remove_file(&lock).unwrap();
        let file = fs::File::create_new(&lock).unwrap();
        file.try_lock().unwrap();
        stolen = Some(file);
    });
    assert!(first.contains("a is broken"), "{first}");
    let second = take(&service, || {});
    assert!(second.contains("is in use by another flode"), "{second}");
    let owed = || number(&database, "SELECT count(*) FROM delivery");
    assert_eq!(owed(), 1, "who does not have the lock writes nothing");
    drop(stolen);
    house.answer(1);
    house.daemon.wait_for_log("b: next run at");
    let end = Instant::now() + PATIENCE;
    while owed() > 0 && Instant::now() < end {
        sleep(Duration::from_millis(50));
    }
    assert_eq!(owed(), 0);
    service.set_nonblocking(true).unwrap();
    assert!(service.accept().is_err(), "sent again");
}
