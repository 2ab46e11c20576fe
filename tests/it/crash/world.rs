//! A news site of two pages that changes whenever it is asked, and knows what of it has been read for certain.
//!
//! A healthy site: it changes little between two readings, for a page that is turned over is another test's.

use std::collections::{BTreeMap, BTreeSet};

use super::chance::Chance;
use crate::support::list;

pub const CATEGORIES: [&str; 6] = ["Budget", "Kultur", "Miljo", "Skola", "Trafik", "Vatten"];

/// The two pages; some items stand on both, some of those at another address there.
pub const SOURCES: [&str; 2] = ["a", "b"];

/// The title of a report that comes every week.
const REPORT: &str = "Rapporten i korthet";

/// Items that may be on the pages without having been read yet: more would be a flood.
const UNREAD: usize = 3;

/// Items that may be other than they were last read: half of a page edited at once would not be believed.
const EDITED: usize = 3;

/// A page has no fewer items than this once it had as many.
const FEW: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// On the first page.
    Once,
    /// On both.
    Shared,
    /// On both, at an address of its own on the second.
    Mirrored,
}

#[derive(Debug, Clone)]
pub struct News {
    pub number: usize,
    pub title: String,
    summary: String,
    date: String,
    pub categories: BTreeSet<usize>,
    shown: Shown,
    pub on_page: bool,
    /// Has it ever been in another set of categories?
    pub moved: bool,
    report: bool,
    /// The state of the world that it last changed with.
    changed: usize,
    /// The state that it came with.
    born: usize,
}

#[derive(Debug)]
pub struct World {
    chance: Chance,
    pub news: Vec<News>,
    state: usize,
    /// For each page the state that was handed out last, in this life of the reader.
    handed: BTreeMap<&'static str, usize>,
    /// For each page the newest state that has been kept for certain.
    kept: BTreeMap<&'static str, usize>,
    /// The items that have been published.
    announced: BTreeSet<usize>,
    /// Held still while the last pass is made.
    pub still: bool,
    /// Where it is, ending in a slash.
    pub address: String,
}

impl World {
    pub fn new(chance: Chance) -> Self {
        let mut world = Self {
            address: String::new(),
            chance,
            news: Vec::new(),
            state: 1,
            handed: BTreeMap::new(),
            kept: BTreeMap::new(),
            announced: BTreeSet::new(),
            still: false,
        };
        for _ in 0..FEW {
            world.add();
        }
        world
    }

    /// The page as it stands; before that, the world goes on.
    pub fn page(&mut self, source: &'static str) -> String {
        // A source is asked again when what it was answered before has been committed.
        if let Some(handed) = self.handed.get(source) {
            self.kept.insert(source, *handed);
        }
        if !self.still {
            self.state += 1;
            for _ in 0..self.chance.below(5) {
                self.change();
            }
        }
        self.handed.insert(source, self.state);
        let lines: Vec<String> =
            self.news.iter().rev().filter(|news| news.on_page).filter_map(|news| line(news, source)).collect();
        list(&lines.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The address of an item on the first page.
    pub fn link(&self, number: usize) -> String {
        format!("{}nyheter/{number}", self.address)
    }

    /// Whether the last state of an item stands on the pages or was read for certain before it left them.
    pub fn is_certain(&self, news: &News) -> bool {
        news.on_page || self.read(news, news.changed)
    }

    /// The reader is another one from now on; `ended` says that the last one had done all it was to do, and `announced`
    /// what has been published.
    pub fn new_reader(&mut self, ended: bool, announced: BTreeSet<usize>) {
        self.announced = announced;
        let handed = std::mem::take(&mut self.handed);
        if ended {
            self.kept.extend(handed);
        }
    }

    fn change(&mut self) {
        match self.chance.below(20) {
            0..9 => {
                let unread = self.news.iter().filter(|news| !self.announced.contains(&news.number)).count();
                if unread < UNREAD {
                    self.add();
                }
            }
            9..12 => self.edit(|news, world| {
                // Another title at an address that one page has and the other has not seen yet would be two items.
                if !news.report && world.read(news, news.born) {
                    news.title = format!("{} ändrad {}", news.title.split(" ändrad").next().unwrap(), world.state);
                }
            }),
            12..14 => self.edit(|news, world| news.summary = format!("Läs mer & annat <{}>.", world.state)),
            14..17 => self.edit(|news, world| {
                // Nor can a mirror be told by anything but title and category before it has been seen.
                if !news.report && (news.shown != Shown::Mirrored || world.read(news, news.born)) {
                    let before = std::mem::replace(&mut news.categories, categories(&mut world.chance));
                    news.moved |= before != news.categories;
                }
            }),
            _ => self.take_down(),
        }
    }

    fn add(&mut self) {
        let number = self.news.len();
        let report = self.chance.percent(15);
        let day = number % 28 + 1;
        let shown = match self.chance.below(4) {
            0 => Shown::Shared,
            1 => Shown::Mirrored,
            _ => Shown::Once,
        };
        let date = if report {
            // Each a month after the one before: a report of the same day would be the same report.
            format!("{}-{:02}-01", 1990 + number / 12, number % 12 + 1)
        } else if number % 5 < 2 {
            // Never nearly all: the page would then seem to lose its dates.
            format!("2026-02-{day:02}")
        } else {
            String::new()
        };
        self.news.push(News {
            number,
            title: if report { REPORT.to_owned() } else { format!("Nyhet {number} om länet") },
            summary: format!("Det här är nummer {number}."),
            date,
            categories: if report { BTreeSet::from([0]) } else { categories(&mut self.chance) },
            shown: if report { Shown::Once } else { shown },
            on_page: true,
            moved: false,
            report,
            changed: self.state,
            born: self.state,
        });
    }

    fn edit(&mut self, how: impl FnOnce(&mut News, &mut Self)) {
        let on_page: Vec<&News> = self.news.iter().filter(|news| news.on_page).collect();
        let edited = |news: &&&News| news.changed > news.born && !self.read(news, news.changed);
        if on_page.iter().filter(edited).count() >= EDITED {
            return;
        }
        let numbers: Vec<usize> = on_page.iter().map(|news| news.number).collect();
        let number = numbers[self.chance.below(numbers.len())];
        let mut news = self.news[number].clone();
        how(&mut news, self);
        news.changed = self.state;
        self.news[number] = news;
    }

    /// The oldest leaves the page, if it has been read as it stands.
    fn take_down(&mut self) {
        let on_page: Vec<&News> = self.news.iter().filter(|news| news.on_page).collect();
        if on_page.len() > FEW && self.read(on_page[0], on_page[0].changed) {
            let number = on_page[0].number;
            self.news[number].on_page = false;
        }
    }

    /// Whether every page that shows it has been kept in that state or a later one.
    fn read(&self, news: &News, state: usize) -> bool {
        let pages = if news.shown == Shown::Once { &SOURCES[..1] } else { &SOURCES[..] };
        pages.iter().all(|page| self.kept.get(page).is_some_and(|kept| *kept >= state))
    }
}

fn line(news: &News, source: &str) -> Option<String> {
    let folder = match (source, news.shown) {
        ("a", _) | (_, Shown::Shared) => "nyheter",
        (_, Shown::Mirrored) => "spegel",
        (_, Shown::Once) => return None,
    };
    let names: Vec<&str> = news.categories.iter().map(|&at| CATEGORIES[at]).collect();
    let News { number, title, summary, date, .. } = news;
    let summary = summary.replace('&', "&amp;").replace('<', "&lt;");
    Some(format!("{title} | {} | /{folder}/{number} | {date} | {summary}", names.join(",")))
}

/// One to four.
fn categories(chance: &mut Chance) -> BTreeSet<usize> {
    (0..=chance.below(4)).map(|_| chance.below(CATEGORIES.len())).collect()
}
