//! Reads what is published as a subscriber does, all the time, and holds it against what was read before.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::site::Site;

/// What a subscriber has seen of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub number: usize,
    pub title: String,
    pub published: i64,
    /// `None` in RSS, which has none.
    pub updated: Option<i64>,
}

/// The items of one file, by id.
pub type Items = BTreeMap<String, Seen>;

/// Reads a feed; what is wrong with it, if it is not whole.
pub fn read(bytes: &[u8]) -> Result<Items, String> {
    if bytes.is_empty() {
        return Err("is empty".to_owned());
    }
    let feed = feed_rs::parser::parse(bytes).map_err(|error| format!("is not whole: {error}"))?;
    let mut items = Items::new();
    for entry in feed.entries {
        let link = entry.links.first().map(|link| link.href.clone()).unwrap_or_default();
        let number = link.rsplit('/').next().and_then(|number| number.parse().ok());
        let seen = Seen {
            number: number.ok_or_else(|| format!("has an item that leads to {link:?}"))?,
            title: entry.title.map(|title| title.content).unwrap_or_default(),
            published: entry.published.ok_or("has an item without a date")?.timestamp(),
            updated: entry.updated.map(|at| at.timestamp()),
        };
        if items.insert(entry.id.clone(), seen).is_some() {
            return Err(format!("has {} twice", entry.id));
        }
    }
    Ok(items)
}

/// What one subscriber remembers, and what he found wrong.
#[derive(Debug, Default)]
pub struct Memory {
    /// Each file as it was last read.
    files: BTreeMap<String, (Vec<u8>, Items)>,
    /// The moments that ids were published at, in whatever feed.
    published: BTreeMap<String, i64>,
    /// The ids of items, by their number.
    pub ids: BTreeMap<usize, BTreeSet<String>>,
    pub wrong: Vec<String>,
    /// Versions of files read.
    pub versions: usize,
}

impl Memory {
    /// An item that was announced before this memory began.
    pub fn expect(&mut self, number: usize, id: &str, published: i64) {
        self.published.insert(id.to_owned(), published);
        self.ids.entry(number).or_default().insert(id.to_owned());
    }

    fn note(&mut self, name: &str, bytes: Vec<u8>, has_moved: impl Fn(usize) -> bool) {
        let before = self.files.get(name);
        if before.is_some_and(|(known, _)| *known == bytes) {
            return;
        }
        self.versions += 1;
        let form = name.rsplit('.').next().unwrap_or_default();
        if !matches!(form, "rss" | "atom") {
            let is_cut = form == "html" && !bytes.trim_ascii_end().ends_with(b"</html>");
            if is_cut || bytes.is_empty() {
                self.wrong.push(format!("{name} is not whole: {} bytes", bytes.len()));
            }
            self.files.insert(name.to_owned(), (bytes, Items::new()));
            return;
        }
        let items = match read(&bytes) {
            Ok(items) => items,
            Err(wrong) => return self.wrong.push(format!("{name} {wrong}")),
        };
        let mut wrong = Vec::new();
        let none = Items::new();
        for (id, old) in before.map_or(&none, |(_, items)| items) {
            match items.get(id) {
                None if name.starts_with("all.") || !has_moved(old.number) => {
                    wrong.push(format!("{name} has lost number {}", old.number));
                }
                Some(new) if new.updated < old.updated => {
                    wrong.push(format!("{name}: `updated` of number {} went back", old.number));
                }
                _ => {}
            }
        }
        for (id, item) in &items {
            let first = *self.published.entry(id.clone()).or_insert(item.published);
            if first != item.published {
                wrong.push(format!(
                    "{name}: `published` of number {} moved from {first} to {}",
                    item.number, item.published
                ));
            }
            let ids = self.ids.entry(item.number).or_default();
            if ids.insert(id.clone()) && ids.len() > 1 {
                wrong.push(format!("{name}: number {} has the ids {ids:?}", item.number));
            }
        }
        self.wrong.extend(wrong);
        self.files.insert(name.to_owned(), (bytes, items));
    }

    /// Looks at every file of a directory that a web server would hand out.
    fn look(&mut self, directory: &Path, site: &Site) {
        let names = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.file_name());
        let mut names: BTreeSet<String> =
            names.filter_map(|name| name.into_string().ok()).filter(|name| !name.starts_with('.')).collect();
        // What was there once is there.
        names.extend(self.files.keys().cloned());
        for name in names {
            match fs::read(directory.join(&name)) {
                Ok(bytes) => self.note(&name, bytes, |number| site.world.lock().unwrap().news[number].moved),
                Err(error) => self.wrong.push(format!("{name}: {error}")),
            }
        }
    }

    /// Gets a file from the server, if it is there; half an answer is that of a server that was killed.
    fn get(&mut self, address: &str, name: &str, site: &Site) -> Option<()> {
        let mut stream = TcpStream::connect(address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        write!(stream, "GET /{name} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
        if !head.starts_with("http/1.1 200 ") {
            if self.files.contains_key(name) || name.starts_with("all.") {
                self.wrong.push(format!("GET /{name}: {}", head.lines().next().unwrap_or_default()));
            }
            return None;
        }
        let length: usize = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.trim().parse().ok()?;
        let body = answer.get(end..end + length)?.to_vec();
        self.note(name, body, |number| site.world.lock().unwrap().news[number].moved);
        Some(())
    }
}

/// The subscribers of a house: one who reads the files, one who asks the server.
pub struct Watcher {
    pub files: Arc<Mutex<Memory>>,
    pub server: Arc<Mutex<Memory>>,
    /// Where the server is.
    pub address: Arc<Mutex<Option<String>>>,
    pub looks: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Watcher {
    pub fn start(directory: PathBuf, site: Arc<Site>) -> Self {
        let files: Arc<Mutex<Memory>> = Arc::default();
        let server: Arc<Mutex<Memory>> = Arc::default();
        let address: Arc<Mutex<Option<String>>> = Arc::default();
        let (stop, looks) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let mut threads = Vec::new();
        let (memory, ended, count, world) =
            (Arc::clone(&files), Arc::clone(&stop), Arc::clone(&looks), Arc::clone(&site));
        threads.push(thread::spawn(move || {
            while !ended.load(SeqCst) {
                memory.lock().unwrap().look(&directory, &world);
                count.fetch_add(1, SeqCst);
                thread::sleep(Duration::from_micros(500));
            }
        }));
        let (memory, ended, open) = (Arc::clone(&server), Arc::clone(&stop), Arc::clone(&address));
        threads.push(thread::spawn(move || {
            for name in ["all.rss", "all.atom", "kultur.rss", "trafik.atom"].iter().cycle() {
                if ended.load(SeqCst) {
                    return;
                }
                let open = open.lock().unwrap().clone();
                if let Some(open) = open {
                    let _ = memory.lock().unwrap().get(&open, name, &site);
                }
                thread::sleep(Duration::from_millis(5));
            }
        }));
        Self { files, server, address, looks, stop, threads }
    }

    /// Everything that was found wrong so far.
    pub fn wrong(&self) -> Vec<String> {
        let files = self.files.lock().unwrap().wrong.clone();
        let server = self.server.lock().unwrap().wrong.clone();
        files.into_iter().chain(server.into_iter().map(|wrong| format!("served: {wrong}"))).collect()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.stop.store(true, SeqCst);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
