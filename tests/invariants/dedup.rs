//! The deduplicator, page after page, with a ledger made of nothing but its own decisions.

use std::collections::{BTreeMap, BTreeSet};

use flode::dedup::{Candidate, Options, Reading, decide};
use flode::model::{
    Category, Decided, Decision, FoundItem, ItemId, ItemKey, KnownItem, PageDate, Sighting, SourceId, title_key,
};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::bytes::Bytes;

/// Items on one page, and pages.
const ITEMS: u8 = 8;
const PAGES: usize = 6;

pub fn dedup(data: &[u8]) {
    let mut bytes = Bytes(data);
    let mut world = World::new();
    for _ in 0..PAGES {
        if bytes.is_empty() {
            break;
        }
        let source = usize::from(bytes.below(2));
        world.now += SignedDuration::from_hours(i64::from(bytes.byte()) * 12 + 1);
        let mut page: Vec<Candidate> = (0..=bytes.below(ITEMS)).map(|_| candidate(&mut bytes)).collect();
        // A page ends inside its last item.
        page.iter_mut().rev().skip(1).for_each(|one| one.found.cut_off = false);
        let before = world.known.clone();
        let first = world.read(&page, source);
        world.now += SignedDuration::from_mins(15);
        let again = world.read(&page, source);
        let settled = |one: &Decided| match &one.decision {
            Decision::Known { changes, new_keys, .. } => !changes.is_edit() && new_keys.is_empty(),
            Decision::New { .. } => false,
            Decision::Repeat { .. } | Decision::Held => true,
        };
        assert!(
            !is_plain(&page) || again.iter().all(settled),
            "the same page is news: {page:?}\nknown {before:?}\nfirst {first:?}\nthen {again:?}"
        );
    }
}

/// Whether no title and no address stands twice on the page, as on most; of the others nobody can tell which is which.
fn is_plain(page: &[Candidate]) -> bool {
    let titles: BTreeSet<&str> = page.iter().map(|one| one.title.as_str()).collect();
    let links: Vec<&str> = page.iter().filter_map(|one| one.link.as_deref()).collect();
    titles.len() == page.len() && links.iter().collect::<BTreeSet<_>>().len() == links.len()
}

/// Few values, so that they meet.
fn candidate(bytes: &mut Bytes<'_>) -> Candidate {
    const TITLES: [&str; 5] = ["Veckans läge", "VECKANS  LÄGE", "Nytt avtal", "Ny vårdcentral", "Kultur"];
    const LINKS: [&str; 5] =
        ["", "https://e.se/a", "http://www.e.se/a?utm_source=x", "https://e.se/b", "https://e.se/c"];
    const DATES: [&str; 6] = ["", "", "2024-06-01", "2024-06-02", "2024-06-09T10:00:00Z", "2024-05"];
    const NAMES: [&str; 3] = ["Kultur", "Vård", "Trafik"];
    let found = FoundItem {
        title: bytes.one_of(&TITLES).to_owned(),
        link: Url::parse(bytes.one_of(&LINKS)).ok(),
        date: bytes.one_of(&DATES).parse::<PageDate>().ok(),
        summary: bytes.chance().then(|| "Mer om saken.".to_owned()),
        cut_off: bytes.below(16) == 15,
        ..FoundItem::default()
    };
    let which = bytes.below(8);
    let categories = NAMES.iter().enumerate().filter(|(i, _)| which >> i & 1 == 1);
    Candidate::new(found, categories.filter_map(|(_, name)| Category::new(name)).collect())
}

struct World {
    known: Vec<KnownItem>,
    sources: [SourceId; 2],
    site: Url,
    now: Timestamp,
}

impl World {
    fn new() -> Self {
        Self {
            known: Vec::new(),
            sources: ["ett", "tva"].map(|id| SourceId::parse(id).expect("an id")),
            site: Url::parse("https://e.se/").expect("an address"),
            now: "2024-06-10T08:00:00Z".parse().expect("an instant"),
        }
    }

    /// Reads a page, checks what is decided, and does it as the ledger does.
    fn read(&mut self, page: &[Candidate], source: usize) -> Vec<Decided> {
        let known = self.near(page, source);
        let nearby: Vec<KnownItem> = known.iter().map(|&at| self.known[at].clone()).collect();
        let reading = Reading {
            source: &self.sources[source],
            site: &self.site,
            time_zone: &TimeZone::UTC,
            now: self.now,
            archived: false,
            configured: &self.sources.iter().cloned().collect(),
        };
        let decided = decide(page, &nearby, &reading, &Options::default());
        assert_eq!(decided, decide(page, &nearby, &reading, &Options::default()), "twice");
        sound(&decided, page, &nearby);
        self.apply(&decided, &known, source);
        self.consistent();
        decided
    }

    /// The places of the items that share a title with the page, or a link within the source.
    fn near(&self, page: &[Candidate], source: usize) -> Vec<usize> {
        let titles: BTreeSet<&str> = page.iter().map(|one| one.title.as_str()).collect();
        let links: BTreeSet<&str> = page.iter().filter_map(|one| one.link.as_deref()).collect();
        let is_near = |item: &KnownItem| {
            let here = item.sightings.iter().find(|one| one.source == self.sources[source]);
            item.keys.iter().any(|(key, _)| titles.contains(key.title.as_str()))
                || here.and_then(|one| one.link.as_deref()).is_some_and(|link| links.contains(link))
        };
        (0..self.known.len()).filter(|&at| is_near(&self.known[at])).collect()
    }

    fn apply(&mut self, decided: &[Decided], near: &[usize], source: usize) {
        let mut here: BTreeSet<ItemId> = BTreeSet::new();
        for one in decided {
            match &one.decision {
                Decision::New { item, keys, sighting } => {
                    here.insert(item.id);
                    let sightings = vec![sighting.clone()];
                    self.known.push(KnownItem { item: item.clone(), keys: keys.clone(), sightings });
                }
                Decision::Known { known, changes, new_keys, sighting } => {
                    let known = &mut self.known[near[*known]];
                    here.insert(known.item.id);
                    known.keys.extend(new_keys.iter().cloned());
                    put(&mut known.sightings, sighting.clone());
                    let item = &mut known.item;
                    changes.title.iter().for_each(|title| item.title.clone_from(title));
                    changes.link.iter().for_each(|link| item.link = Some(link.clone()));
                    changes.summary.iter().for_each(|summary| item.summary = Some(summary.clone()));
                    changes.categories.iter().for_each(|categories| item.categories.clone_from(categories));
                    changes.page_date.iter().for_each(|date| item.page_date = Some(*date));
                }
                Decision::Repeat { .. } | Decision::Held => {}
            }
        }
        let now = self.now;
        for known in self.known.iter_mut().filter(|known| !here.contains(&known.item.id)) {
            let gone = known.sightings.iter_mut().filter(|one| one.source == self.sources[source]);
            gone.for_each(|one| one.gone = one.gone.or(Some(now)));
        }
    }

    /// No id and no key belongs to two.
    fn consistent(&self) {
        let ids: BTreeSet<ItemId> = self.known.iter().map(|known| known.item.id).collect();
        assert_eq!(ids.len(), self.known.len(), "an id twice: {:#?}", self.known);
        let mut keys: BTreeMap<&(ItemKey, u32), ItemId> = BTreeMap::new();
        for known in &self.known {
            assert!(!known.keys.is_empty(), "no key: {known:#?}");
            for key in &known.keys {
                assert_eq!(keys.insert(key, known.item.id), None, "the key {key:?} twice");
            }
        }
    }
}

fn put(sightings: &mut Vec<Sighting>, sighting: Sighting) {
    sightings.retain(|one| one.source != sighting.source);
    sightings.push(sighting);
}

/// Every candidate has one answer, and no known item is given away twice.
fn sound(decided: &[Decided], page: &[Candidate], known: &[KnownItem]) {
    let places: Vec<usize> = decided.iter().map(|one| one.place).collect();
    assert_eq!(places, (0..page.len()).collect::<Vec<_>>());
    let mut given = BTreeSet::new();
    for one in decided {
        match &one.decision {
            Decision::New { item, keys, .. } => {
                assert_eq!(item.published, item.updated);
                assert!(keys.iter().all(|(key, _)| key.title == title_key(&item.title)));
            }
            Decision::Known { known: index, .. } => {
                assert!(*index < known.len() && given.insert(*index), "{index} is given away twice");
            }
            Decision::Repeat { of } => {
                assert!(*of < one.place && !matches!(decided[*of].decision, Decision::Repeat { .. }), "{decided:#?}");
            }
            Decision::Held => {}
        }
    }
}
