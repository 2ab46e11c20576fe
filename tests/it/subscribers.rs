//! Real readers, subscribed over loopback: nothing new without a change, one entry for an item that came, none for one that
//! was edited, none after a restart.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Flode, Origin, RECIPE, Running, list};

/// A reader with a directory of its own, subscribed to one feed.
struct Reader {
    name: &'static str,
    dir: PathBuf,
    url: String,
    /// A title belongs to its identity of an entry, whatever the id says.
    knows_by_title: bool,
    poll: fn(&Reader) -> usize,
}

impl Reader {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Runs a program of the reader in its directory, which is its home as well; its output.
    fn run(&self, program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> String {
        let program = program.as_ref();
        let mut command = Command::new(program);
        command.args(args).current_dir(&self.dir).env("HOME", &self.dir).env("TERM", "dumb").stdin(Stdio::null());
        let output = command.output().unwrap_or_else(|error| panic!("{}: {error}", program.to_string_lossy()));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{}: {said}{}", self.name, String::from_utf8_lossy(&output.stderr));
        said
    }
}

/// Entries in newsboat's cache.
fn newsboat(reader: &Reader) -> usize {
    fs::write(reader.path("urls"), &reader.url).unwrap();
    fs::write(reader.path("config"), "").unwrap();
    reader.run("newsboat", &["-u", "urls", "-c", "cache.db", "-C", "config", "-x", "reload"]);
    let count =
        "import sqlite3; print(sqlite3.connect('cache.db').execute('select count(*) from rss_item').fetchone()[0])";
    reader.run(python().unwrap(), &["-c", count]).trim().parse().unwrap()
}

/// Mails that rss2email has written.
fn rss2email(reader: &Reader) -> usize {
    let run = |args: &[&str]| reader.run("r2e", &[&["-c", "r2e.cfg", "-d", "r2e.json"], args].concat());
    if !reader.path("r2e.json").exists() {
        let maildir = reader.path("mail");
        for box_ in ["cur", "new", "tmp"] {
            fs::create_dir_all(maildir.join("inbox").join(box_)).unwrap();
        }
        let config = format!(
            "[DEFAULT]\nto = anna@example.org\nfrom = flode@example.org\nemail-protocol = maildir\nmaildir-path = {}\n\
             maildir-mailbox = inbox\n",
            maildir.display()
        );
        fs::write(reader.path("r2e.cfg"), config).unwrap();
        run(&["add", "flode", &reader.url]);
    }
    run(&["run"]);
    fs::read_dir(reader.path("mail/inbox/new")).unwrap().count()
}

/// Lines in sfeed's file.
fn sfeed(reader: &Reader) -> usize {
    let feeds = reader.path("feeds");
    let config =
        format!("sfeedpath='{}'\nfeeds() {{\n  feed 'flode' '{}' '' 'utf-8'\n}}\n", feeds.display(), reader.url);
    fs::write(reader.path("sfeedrc"), config).unwrap();
    reader.run("sfeed_update", &[reader.path("sfeedrc").to_str().unwrap()]);
    fs::read_to_string(feeds.join("flode")).unwrap().lines().count()
}

/// Entries that Python's `reader` knows.
fn python_reader(reader: &Reader) -> usize {
    const SCRIPT: &str = r"
import sys
from reader import make_reader
reader = make_reader('reader.sqlite')
reader.add_feed(sys.argv[1], exist_ok=True)
reader.update_feed(sys.argv[1])
print(reader.get_entry_counts().total)
";
    reader.run(python().unwrap(), &["-c", SCRIPT, &reader.url]).trim().parse().unwrap()
}

fn python() -> Option<std::ffi::OsString> {
    std::env::var_os("FLODE_PYTHON")
}

fn is_there(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|path| path.join(program).is_file())
}

fn page(items: &[String]) -> String {
    list(&items.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The feeds, served at an address that stays the same when the program is started again.
struct Shop {
    origin: Origin,
    flode: Flode,
    running: Option<Running>,
}

impl Shop {
    fn open(items: &[String], port: u16) -> Self {
        let origin = Origin::start();
        origin.html("/nyheter/", &page(items));
        let more = format!("{RECIPE}[serve]\nlisten = \"127.0.0.1:{port}\"\n");
        let flode = Flode::reading(&origin.url("/nyheter/"), &more);
        Self { origin, flode, running: None }
    }

    /// Reads the page at the moment, and serves what is published.
    fn pass(&mut self, items: &[String], now: &str) {
        self.close();
        self.origin.html("/nyheter/", &page(items));
        self.flode.at(now).once();
        let mut running = self.flode.start(&["run", "--now", now]);
        running.wait_for_log("next run at");
        self.running = Some(running);
    }

    fn close(&mut self) {
        if let Some(running) = self.running.take() {
            running.signal("TERM");
            running.end().code(0);
        }
    }
}

#[test]
fn every_reader_shows_each_item_once() {
    let tools = ["newsboat", "r2e", "sfeed_update", "curl"];
    if python().is_none() || !tools.into_iter().all(is_there) {
        assert!(std::env::var_os("CI").is_none(), "FLODE_PYTHON names a Python with `reader`; {tools:?} are programs");
        println!("skipped: FLODE_PYTHON, or one of {tools:?}, is not there");
        return;
    }
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut items: Vec<String> =
        (1..=6).map(|n| format!("Nyhet {n} & mer | Kultur | /n/{n} | {n} februari 2026 | Om nyhet {n}.")).collect();
    let mut shop = Shop::open(&items, port);
    let dir = tempfile::tempdir().unwrap();
    let base = format!("http://127.0.0.1:{port}/");
    let readers = readers(dir.path(), &base);
    let mut table = vec![format!(
        "{:<28}{:>6}{:>8}{:>8}{:>5}{:>6}{:>7}",
        "reader", "first", "repoll", "restart", "add", "edit", "title"
    )];
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); readers.len()];
    let poll = |rows: &mut Vec<Vec<usize>>| {
        for (row, reader) in rows.iter_mut().zip(&readers) {
            row.push((reader.poll)(reader));
        }
    };
    shop.pass(&items, "2026-03-02T09:30:00Z");
    poll(&mut rows);
    poll(&mut rows);
    shop.pass(&items, "2026-03-02T09:45:00Z");
    poll(&mut rows);
    items.insert(0, "Nyhet 7 | Kultur | /n/7 | 1 mars 2026 | Om nyhet 7.".to_owned());
    shop.pass(&items, "2026-03-02T10:00:00Z");
    poll(&mut rows);
    items[3] = items[3].replace("Om nyhet", "Rättelse om nyhet");
    shop.pass(&items, "2026-03-02T10:15:00Z");
    poll(&mut rows);
    items[4] = items[4].replace("& mer", "och mer");
    shop.pass(&items, "2026-03-02T10:30:00Z");
    poll(&mut rows);
    shop.close();
    for (reader, row) in readers.iter().zip(&rows) {
        let new: Vec<usize> = std::iter::once(row[0]).chain(row.windows(2).map(|pair| pair[1] - pair[0])).collect();
        let [first, repoll, restart, add, edit, title] = new[..] else { panic!("{new:?}") };
        table.push(format!("{:<28}{first:>6}{repoll:>8}{restart:>8}{add:>5}{edit:>6}{title:>7}", reader.name));
        let by_title = usize::from(reader.knows_by_title);
        assert_eq!(new, [6, 0, 0, 1, 0, by_title], "{}: {}", reader.name, reader.url);
    }
    println!("{}", table.join("\n"));
}

/// Each reader with the feed of everything, in both forms.
fn readers(dir: &Path, base: &str) -> Vec<Reader> {
    type Poll = fn(&Reader) -> usize;
    let kinds: [(&str, &str, bool, Poll); 8] = [
        ("newsboat, RSS", "all.rss", false, newsboat),
        ("newsboat, Atom", "all.atom", false, newsboat),
        ("rss2email, RSS", "all.rss", false, rss2email),
        ("rss2email, Atom", "all.atom", false, rss2email),
        ("sfeed, RSS", "all.rss", true, sfeed),
        ("sfeed, Atom", "all.atom", true, sfeed),
        ("reader (Python), RSS", "all.rss", false, python_reader),
        ("reader (Python), Atom", "all.atom", false, python_reader),
    ];
    let mut readers = Vec::new();
    for (place, (name, file, knows_by_title, poll)) in kinds.into_iter().enumerate() {
        let dir = dir.join(place.to_string());
        fs::create_dir(&dir).unwrap();
        readers.push(Reader { name, dir, url: format!("{base}{file}"), knows_by_title, poll });
    }
    readers
}
