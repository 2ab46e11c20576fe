//! Decides which found items are known, edited or new. Pure: it only decides, `pipeline` does.
//!
//! A found item is held against the known items that share an [`ItemKey`] with it, or its canonical link within the same
//! source. The first row that fits decides; a known item is given to one found item only, the better row first.
//!
//! | shares a key | links | also | decision |
//! | --- | --- | --- | --- |
//! | yes | equal | | the same item |
//! | no | equal | the title is the same too | the same item, in other categories |
//! | no | equal | the link stands once on this page, and the known title no longer does | the same item, its title edited |
//! | yes | one or both have none | both dated, and apart by more than [`Options::recurrence`] | another item |
//! | yes | neither has one | undated, and the known one left this source's page [`Options::gone`] ago | another item |
//! | yes | one or both have none | | the same item |
//! | no | one or both have none | the title is the same, and one of the two has no category | as if they shared a key |
//! | yes | differ | both stand on this page | two items |
//! | yes | differ | both dated, and apart by more than [`Options::recurrence`] | another item |
//! | yes | differ | undated, and the known one left this source's page [`Options::gone`] ago | another item |
//! | yes | differ | | the same item, moved or mirrored |
//! | | differ | the title is the same and stands once, and so it is with most of the page, which was built anew | the same item |
//! | no | | | a new item |
//!
//! A page was built anew when at least two, and half of those that are known by anything, have left both their address and
//! their categories; or at least four, and half, their address and their dates, which lie on few days now and did on many. Their
//! titles have not recurred before, nor have they changed together lately; and summary and day are the same, or one of the two while the address
//! has another form, or the summary where there are no addresses or no two dates. A summary that was cut, or had words put before it, is the same.

mod changes;
mod matching;
mod published;

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::model::{
    Category, Changes, Decided, Decision, FoundItem, Item, ItemId, ItemKey, KnownItem, PageDate, Reason, Sighting,
    SourceId, canonical_link, category_key, title_key,
};

/// When an equal title is another item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Two dated items under one key that are apart by more than this are two. Default 1 day.
    pub recurrence: SignedDuration,
    /// An undated item under the key of one that left the page this long ago is another. Default 60 days.
    pub gone: SignedDuration,
}

impl Options {
    /// Whether two dates are both known, and apart by more than [`Options::recurrence`].
    #[must_use]
    pub fn apart(&self, one: Option<PageDate>, other: Option<PageDate>, zone: &TimeZone) -> bool {
        published::apart(one, other, self.recurrence, zone)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self { recurrence: SignedDuration::from_hours(24), gone: SignedDuration::from_hours(60 * 24) }
    }
}

/// A found item with its categories, and with what it is compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// As found.
    pub found: FoundItem,
    /// As categorised.
    pub categories: Vec<Category>,
    /// The key of its title.
    pub title: String,
    /// Its canonical link.
    pub link: Option<String>,
}

impl Candidate {
    /// Prepares a found item for comparing.
    #[must_use]
    pub fn new(found: FoundItem, categories: Vec<Category>) -> Self {
        let title = title_key(&found.title);
        let link = found.link.as_ref().map(canonical_link);
        Self { found, categories, title, link }
    }

    /// One key for each category; one without a category if there is none.
    pub fn keys(&self) -> impl Iterator<Item = ItemKey> + '_ {
        let none = self.categories.is_empty().then(|| category_key(""));
        let some = self.categories.iter().map(|category| category.key.clone());
        none.into_iter().chain(some).map(|category| ItemKey { title: self.title.clone(), category })
    }
}

/// Whose page it is, and when it was read.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The source.
    pub source: &'a SourceId,
    /// The address of the site that the ids belong to.
    pub site: &'a Url,
    /// The zone of the source's dates.
    pub time_zone: &'a TimeZone,
    /// When the page was read; of an archived page, when it was saved.
    pub now: Timestamp,
    /// The page is an archived one: it adds items, and knows nothing better than what is known.
    pub archived: bool,
    /// The sources that are still configured. An item whose home is none of them has the first that shows it as its home.
    pub configured: &'a BTreeSet<SourceId>,
}

/// Decides for each candidate, in the order of the page. `known` holds every item that shares a title key with one of
/// them, or a link within this source.
#[must_use]
pub fn decide(candidates: &[Candidate], known: &[KnownItem], reading: &Reading<'_>, options: &Options) -> Vec<Decided> {
    let apart = |a: &Candidate, b: &Candidate| options.apart(a.found.date, b.found.date, reading.time_zone);
    let (page, repeats) = fold_repeats(candidates, |first, again| match (&first.link, &again.link) {
        (Some(a), Some(b)) => a == b,
        (None, None) if apart(first, again) => false,
        _ => first.keys().any(|key| again.keys().any(|other| other == key)),
    });
    let matches = matching::assign(&page, known, reading, options);
    let past = history(&page, &matches, known);
    let mut occurrences = Occurrences::of(known);
    let mut decided: Vec<Decided> = repeats;

    // From the oldest to the newest, so that the older of two items under one key has the lower occurrence, as it would
    // have had if the page had been read when it stood there alone.
    for ((candidate, found), past) in page.iter().zip(&matches).zip(&past).rev() {
        let (decision, reason) = match found {
            matching::Match::Known { known: index, reason } => match known.get(*index) {
                Some(known) => (recognise(&candidate.item, *index, known, reading, options, &mut occurrences), *reason),
                None => continue,
            },
            matching::Match::New(_) if candidate.item.found.cut_off && candidate.item.found.summary.is_none() => {
                (Decision::Held, Reason::CutOff)
            }
            matching::Match::New(reason) => {
                let before = past.map(|(newer, place)| (newer, candidate.place - place));
                (announce(&candidate.item, candidate.place, before, reading, &mut occurrences), *reason)
            }
        };
        decided.push(Decided { place: candidate.place, decision, reason });
    }
    decided.sort_by_key(|one| one.place);
    decided
}

/// A candidate at its first place on the page, with what its repeats add.
#[derive(Debug)]
struct Placed {
    place: usize,
    item: Candidate,
}

/// Takes items that stand more than once on the page together: the same title, with the same link, or with the same
/// category where one has no link. A page that shows one list for each category adds its categories up.
fn fold_repeats(
    candidates: &[Candidate],
    is_repeat: impl Fn(&Candidate, &Candidate) -> bool,
) -> (Vec<Placed>, Vec<Decided>) {
    let mut page: Vec<Placed> = Vec::new();
    let mut by_title: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut repeats = Vec::new();
    for (place, candidate) in candidates.iter().enumerate() {
        let earlier = by_title.entry(&candidate.title).or_default();
        let first =
            earlier.iter().copied().find(|&i| page.get(i).is_some_and(|first| is_repeat(&first.item, candidate)));
        if let Some(first) = first.and_then(|i| page.get_mut(i)) {
            absorb(&mut first.item, candidate);
            let decision = Decision::Repeat { of: first.place };
            repeats.push(Decided { place, decision, reason: Reason::OnceMore });
        } else {
            earlier.push(page.len());
            page.push(Placed { place, item: candidate.clone() });
        }
    }
    (page, repeats)
}

fn absorb(first: &mut Candidate, again: &Candidate) {
    let added = again.categories.iter().filter(|c| !first.categories.iter().any(|have| have.key == c.key));
    let added: Vec<Category> = added.cloned().collect();
    first.categories.extend(added);
    if first.link.is_none() {
        first.link.clone_from(&again.link);
        first.found.link.clone_from(&again.found.link);
    }
    if first.found.summary.is_none() {
        first.found.summary.clone_from(&again.found.summary);
    }
    first.found.date = first.found.date.or(again.found.date);
    first.found.cut_off &= again.found.cut_off;
}

/// Known items above a new one, from which on it is one of the past: fewer may be pinned to the top.
const HISTORY: usize = 5;

/// For each item, if it stands below [`HISTORY`] known ones: when the nearest of them was published, and where it stands.
fn history(page: &[Placed], matches: &[matching::Match], known: &[KnownItem]) -> Vec<Option<(Timestamp, usize)>> {
    let (mut above, mut nearest) = (0, None);
    let each = page.iter().zip(matches).map(|(placed, found)| {
        let here = nearest.filter(|_| above >= HISTORY);
        if let matching::Match::Known { known: index, .. } = found {
            above += 1;
            nearest = known.get(*index).map(|known| (known.item.published, placed.place));
        }
        here
    });
    each.collect()
}

fn announce(
    candidate: &Candidate,
    place: usize,
    before: Option<(Timestamp, usize)>,
    reading: &Reading<'_>,
    occurrences: &mut Occurrences,
) -> Decision {
    let keys: Vec<(ItemKey, u32)> = candidate.keys().map(|key| occurrences.take(key)).collect();
    let (first, occurrence) = keys.first().cloned().unwrap_or_else(|| {
        let key = ItemKey { title: candidate.title.clone(), category: String::new() };
        (key, 0)
    });
    let published = published::published(candidate.found.date, place, reading.now, reading.time_zone, before);
    let item = Item {
        id: ItemId::mint(reading.site, &first, occurrence),
        home: reading.source.clone(),
        title: candidate.found.title.clone(),
        link: candidate.found.link.clone(),
        summary: candidate.found.summary.clone(),
        author: candidate.found.author.clone(),
        image: candidate.found.image.clone(),
        enclosure: candidate.found.enclosure.clone(),
        content: candidate.found.content.clone(),
        categories: candidate.categories.clone(),
        page_date: candidate.found.date,
        first_seen: reading.now,
        published,
        updated: published,
    };
    Decision::New { item, keys, sighting: sighting(candidate, reading) }
}

fn recognise(
    candidate: &Candidate,
    index: usize,
    known: &KnownItem,
    reading: &Reading<'_>,
    options: &Options,
    occurrences: &mut Occurrences,
) -> Decision {
    let seen_here = known.sightings.iter().find(|s| s.source == *reading.source);
    if let Some(sighting) = seen_here.filter(|_| reading.archived) {
        let changes = Changes::default();
        return Decision::Known { known: index, changes, new_keys: Vec::new(), sighting: sighting.clone() };
    }
    let mut sighting = sighting(candidate, reading);
    // A page that has lost its categories, or ends before them, does not take an item out of its feeds.
    if let Some(before) = seen_here
        && (sighting.categories.is_empty() || candidate.found.cut_off)
    {
        sighting.categories.clone_from(&before.categories);
    }
    let changes = changes::between(candidate, known, &sighting, reading, options);
    let new_keys = candidate
        .keys()
        .filter(|key| !candidate.found.cut_off && !known.keys.iter().any(|(have, _)| have == key))
        .map(|key| occurrences.take(key))
        .collect();
    Decision::Known { known: index, changes, new_keys, sighting }
}

fn sighting(candidate: &Candidate, reading: &Reading<'_>) -> Sighting {
    Sighting {
        source: reading.source.clone(),
        link: candidate.link.clone(),
        categories: candidate.categories.clone(),
        gone: None,
    }
}

/// The next free occurrence under each key.
struct Occurrences(BTreeMap<ItemKey, u32>);

impl Occurrences {
    fn of(known: &[KnownItem]) -> Self {
        let mut next = BTreeMap::new();
        for (key, occurrence) in known.iter().flat_map(|known| &known.keys) {
            let free = next.entry(key.clone()).or_insert(0);
            *free = (*free).max(occurrence.saturating_add(1));
        }
        Self(next)
    }

    fn take(&mut self, key: ItemKey) -> (ItemKey, u32) {
        let free = self.0.entry(key.clone()).or_insert(0);
        let taken = *free;
        *free = taken.saturating_add(1);
        (key, taken)
    }
}

#[cfg(test)]
mod tests;
