//! The counts of one day.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::Options;
use super::agent::Agent;
use super::sketch::Sketch;
use crate::model::{Format, Subscribers};

/// Documents that are counted: with 4 KiB each, 16 MiB. There are as many as feeds, in each format.
const MOST_DOCUMENTS: usize = 4096;
/// Of feeds that subscribers combine, which anybody may make up, the first so many of a day.
const MOST_COMBINED: usize = 64;
/// Different names that one service may have for a document; of more, the greatest.
const MOST_NAMES: usize = 8;
/// Bytes of a `User-Agent` by which readers are told apart.
const LONGEST_AGENT: usize = 512;

/// Random bytes that make the traces of one day mean nothing on another.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// Of bytes that nobody can guess.
    #[must_use]
    pub fn new(random: [u8; 32]) -> Self {
        Self(random)
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt")
    }
}

/// Counts who takes what, today. Its memory is bounded, whoever comes.
#[derive(Debug)]
pub struct Tally {
    most_reported: u32,
    most_of_network: u32,
    today: Mutex<Option<Today>>,
}

#[derive(Debug)]
struct Today {
    date: Date,
    salt: Salt,
    documents: HashMap<String, Document>,
    combined: usize,
}

/// What is known of a document.
#[derive(Debug)]
struct Document {
    feed: String,
    format: Format,
    claims: Vec<Claim>,
    readers: Sketch,
}

/// What a service says of itself.
#[derive(Debug)]
struct Claim {
    service: u8,
    /// A hash of its own name for the document.
    name: u64,
    subscribers: u32,
}

impl Tally {
    /// An empty one; nothing is counted before the first [`Self::turn`].
    #[must_use]
    pub fn new(options: &Options) -> Self {
        let Options { max_reported: most_reported, max_per_network: most_of_network, .. } = *options;
        Self { most_reported, most_of_network, today: Mutex::default() }
    }

    /// The day that is counted.
    #[must_use]
    pub fn date(&self) -> Option<Date> {
        self.lock().as_ref().map(|today| today.date)
    }

    /// Begins a day with a salt of its own; the totals of the one before. Its traces and its salt are forgotten.
    pub fn turn(&self, date: Date, salt: Salt) -> Vec<Subscribers> {
        let new = Today { date, salt, documents: HashMap::new(), combined: 0 };
        let old = self.lock().replace(new);
        old.map(|old| old.totals(self.most_reported)).unwrap_or_default()
    }

    /// What was counted today so far.
    #[must_use]
    pub fn totals(&self) -> Vec<Subscribers> {
        self.lock().as_ref().map(|today| today.totals(self.most_reported)).unwrap_or_default()
    }

    /// Notes that a file of this name was taken, by somebody in this network whose program calls itself so. Files that are
    /// no feeds are passed over, and so are archive documents, which readers take once, and the operator's own feed.
    pub fn note(&self, name: &str, network: &[u8], agent: &[u8]) {
        let Some((feed, extension)) = name.rsplit_once('.') else { return };
        let Some(format) = Format::ALL.into_iter().find(|format| format.extension() == extension) else { return };
        if feed.contains('.') || feed.starts_with('_') {
            return;
        }
        let said = Agent::of(agent);
        let mut today = self.lock();
        let Some(today) = today.as_mut() else { return };
        let salt = today.salt.clone();
        let Some(document) = today.document(name, feed, format) else { return };
        match said {
            Agent::Service { service, id, subscribers } => {
                let name = hash(&salt, &[id.as_bytes()]);
                document.claim(Claim { service, name, subscribers: subscribers.min(self.most_reported) });
            }
            Agent::Reader => {
                let shown = agent.get(..LONGEST_AGENT).unwrap_or(agent);
                let trace = [network, shown].map(|part| half(hash(&salt, &[part])));
                document.readers.add(trace.into(), self.most_of_network);
            }
            Agent::Crawler => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Today>> {
        self.today.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Today {
    /// The counts of a document, if there is room for them.
    fn document(&mut self, name: &str, feed: &str, format: Format) -> Option<&mut Document> {
        if !self.documents.contains_key(name) {
            let combined = usize::from(feed.contains('+'));
            if self.documents.len() >= MOST_DOCUMENTS || (combined > 0 && self.combined >= MOST_COMBINED) {
                return None;
            }
            self.combined += combined;
            let new = Document { feed: feed.to_owned(), format, claims: Vec::new(), readers: Sketch::default() };
            self.documents.insert(name.to_owned(), new);
        }
        self.documents.get_mut(name)
    }

    fn totals(&self, most_reported: u32) -> Vec<Subscribers> {
        let total = |document: &Document| Subscribers {
            day: self.date,
            feed: document.feed.clone(),
            format: document.format,
            reported: document.reported(most_reported),
            readers: document.readers.size(),
        };
        let totals = self.documents.values().map(total);
        totals.filter(|total| total.reported > 0 || total.readers > 0).collect()
    }
}

impl Document {
    /// Keeps the greatest number of the day: a service asks often, and says the same each time.
    fn claim(&mut self, new: Claim) {
        let known = self.claims.iter_mut().find(|old| (old.service, old.name) == (new.service, new.name));
        if let Some(known) = known {
            known.subscribers = known.subscribers.max(new.subscribers);
            return;
        }
        let own = |claim: &&mut Claim| claim.service == new.service;
        if self.claims.iter_mut().filter(own).count() < MOST_NAMES {
            self.claims.push(new);
        } else if let Some(least) = self.claims.iter_mut().filter(own).min_by_key(|claim| claim.subscribers)
            && least.subscribers < new.subscribers
        {
            *least = new;
        }
    }

    /// Of all services, each bounded.
    fn reported(&self, most: u32) -> u32 {
        let mut services: HashMap<u8, u32> = HashMap::new();
        for claim in &self.claims {
            let sum = services.entry(claim.service).or_default();
            *sum = sum.saturating_add(claim.subscribers).min(most);
        }
        services.values().fold(0, |all, service| all.saturating_add(*service))
    }
}

/// Part by part, so that none runs into the next.
fn hash(salt: &Salt, parts: &[&[u8]]) -> u64 {
    let mut hash = Sha256::new_with_prefix(salt.0);
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().first_chunk().copied().map_or(0, u64::from_be_bytes)
}

fn half(hash: u64) -> u32 {
    u32::try_from(hash >> 32).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEEDLY: &str = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; N subscribers)";

    fn day(number: i8) -> Date {
        Date::constant(2026, 3, number)
    }

    fn tally() -> Tally {
        let tally = Tally::new(&Options { max_reported: 1000, ..Options::default() });
        tally.turn(day(2), Salt::new([7; 32]));
        tally
    }

    /// Feed, reported, readers; in their order.
    fn shown(mut totals: Vec<Subscribers>) -> Vec<(String, u32, u32)> {
        totals.sort_by(|a, b| a.feed.cmp(&b.feed));
        totals.into_iter().map(|total| (total.feed, total.reported, total.readers)).collect()
    }

    #[test]
    fn a_service_counts_once_at_its_greatest() {
        let tally = tally();
        for number in ["12", "14", "13"] {
            tally.note("kultur.atom", &[1], FEEDLY.replace('N', number).as_bytes());
        }
        tally.note("kultur.atom", &[1], b"Feedbin feed-id:1 - 5 subscribers");
        tally.note("kultur.atom", &[1], b"Feedbin feed-id:2 - 6 subscribers");
        tally.note("kultur.atom", &[1], b"Feedbin feed-id:1 - 4 subscribers");
        assert_eq!(shown(tally.totals()), [("kultur".to_owned(), 14 + 5 + 6, 0)]);
    }

    #[test]
    fn nobody_is_believed_too_much() {
        let tally = tally();
        for n in 0..1000 {
            tally.note("a.rss", &[], format!("Feedly feed-id:{n} 999999999999 subscribers").as_bytes());
            tally.note("a.rss", &[], format!("Other{n}/1.0 feed-id:{n} 900 subscribers").as_bytes());
        }
        assert_eq!(shown(tally.totals()), [("a".to_owned(), 2000, 0)]);
    }

    #[test]
    fn readers_are_told_apart_by_network_and_program() {
        let tally = tally();
        for (network, agent) in [([1], "A"), ([1], "A"), ([2], "A"), ([1], "B"), ([9], "Googlebot/2.1")] {
            tally.note("kultur.atom", &network, agent.as_bytes());
        }
        for passed_over in ["kultur.html", "kultur.1.atom", "_flode.atom", "feeds.opml", "pages.css", "kultur"] {
            tally.note(passed_over, &[1], b"A");
        }
        assert_eq!(shown(tally.totals()), [("kultur".to_owned(), 0, 3)]);
    }

    #[test]
    fn a_day_forgets_the_one_before() {
        let tally = tally();
        tally.note("kultur.atom", &[1], b"A");
        let before = tally.turn(day(3), Salt::new([8; 32]));
        assert_eq!((before[0].day, before[0].readers), (day(2), 1));
        assert!(tally.totals().is_empty());
        assert_eq!(tally.date(), Some(day(3)));
        let traces = [7, 8].map(|salt| hash(&Salt::new([salt; 32]), &[&[1], b"A"]));
        assert_ne!(traces[0], traces[1]);
    }

    #[test]
    fn memory_is_bounded_whoever_comes() {
        let tally = tally();
        for n in 0..10_000_u32 {
            tally.note(&format!("a+b{n}.atom"), &n.to_be_bytes(), b"A");
            tally.note("a.atom", &n.to_be_bytes(), n.to_string().as_bytes());
            tally.note("b.atom", &[1], n.to_string().as_bytes());
        }
        let today = tally.lock();
        let documents = &today.as_ref().expect("a day").documents;
        assert_eq!(documents.len(), MOST_COMBINED + 2);
        assert!(documents["a.atom"].readers.size().abs_diff(10_000) < 600);
        assert_eq!(documents["b.atom"].readers.size(), 50, "one network is not ten thousand readers");
    }
}
