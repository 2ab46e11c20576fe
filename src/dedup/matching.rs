//! Which candidate is which known item.

mod rebuilt;

use std::collections::{BTreeMap, BTreeSet};

use super::{Options, Placed, Reading, published};
use crate::model::{KnownItem, PageDate, Reason, title_key};

/// What a candidate turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    Known { known: usize, reason: Reason },
    New(Reason),
}

/// Gives each known item to at most one candidate, the better row of the table first.
pub(super) fn assign(page: &[Placed], known: &[KnownItem], reading: &Reading<'_>, options: &Options) -> Vec<Match> {
    let table = Table { known: known.iter().map(|k| Facts::of(k, reading)).collect(), page, reading, options };
    let mut pairs = table.pairs();
    rebuilt::settle(&mut pairs, &table);
    // The row; of two known items under one key the one on the page, then the newest; then the order of the page.
    pairs.sort_by_key(|pair| {
        let gone = table.known.get(pair.known).is_some_and(|facts| facts.gone.is_some());
        let item = known.get(pair.known).map(|k| std::cmp::Reverse(k.item.published));
        (Place::of(pair.row, gone), pair.row, gone, item, pair.candidate)
    });

    let mut answers: Vec<Option<Match>> = vec![None; page.len()];
    let mut given = BTreeSet::new();
    for pair in &pairs {
        let Some(answer) = answers.get_mut(pair.candidate) else { continue };
        if answer.is_some() || given.contains(&pair.known) {
            continue;
        }
        if let Some(Row::Same(reason)) = pair.row {
            *answer = Some(Match::Known { known: pair.known, reason });
            given.insert(pair.known);
        }
    }
    let mut why: BTreeMap<usize, Reason> = BTreeMap::new();
    for pair in pairs {
        let reason = match pair.row {
            Some(Row::Other(reason)) => reason,
            // Another candidate was the better match, so both stand on this page.
            Some(Row::Same(_)) => Reason::BothOnPage,
            None => continue,
        };
        why.entry(pair.candidate).or_insert(reason);
    }
    answers
        .into_iter()
        .enumerate()
        .map(|(i, answer)| answer.unwrap_or_else(|| Match::New(why.get(&i).copied().unwrap_or(Reason::Unknown))))
        .collect()
}

/// What a row of the table says; the order, with that of `Reason`, is the order in which known items are given away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Row {
    Same(Reason),
    Other(Reason),
}

/// What comes before the order of the rows: a title that stood on the last page and stands elsewhere on this one has moved
/// there, though what stood there before has gone.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Sure,
    Moved,
    Rest,
}

impl Place {
    fn of(row: Option<Row>, gone: bool) -> Self {
        match row {
            Some(Row::Same(Reason::SameKey | Reason::Recategorised)) => Self::Sure,
            Some(Row::Same(Reason::Moved)) if !gone => Self::Moved,
            _ => Self::Rest,
        }
    }
}

struct Pair {
    candidate: usize,
    known: usize,
    /// The row of the table that the two fit by themselves.
    row: Option<Row>,
    /// The title has left the address where this source showed it, and stands at another: see [`rebuilt`].
    replaced: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Links {
    Equal,
    /// One of the two has none.
    OneMissing,
    /// Neither has one.
    BothMissing,
    Differ,
}

/// What is compared of a known item, from this source's point of view.
struct Facts<'a> {
    known: &'a KnownItem,
    title: String,
    keys: BTreeSet<(&'a str, &'a str)>,
    titles: BTreeSet<&'a str>,
    links: BTreeSet<&'a str>,
    /// The links are those of this source, not of a mirror.
    seen_here: bool,
    /// Since when it is off this source's page.
    gone: Option<jiff::Timestamp>,
}

impl<'a> Facts<'a> {
    fn of(known: &'a KnownItem, reading: &Reading<'_>) -> Self {
        let here = known.sightings.iter().find(|s| s.source == *reading.source);
        let links = match here {
            Some(sighting) => sighting.link.as_deref().into_iter().collect(),
            None => known.sightings.iter().filter_map(|s| s.link.as_deref()).collect(),
        };
        Self {
            known,
            title: title_key(&known.item.title),
            keys: known.keys.iter().map(|(key, _)| (key.title.as_str(), key.category.as_str())).collect(),
            titles: known.keys.iter().map(|(key, _)| key.title.as_str()).collect(),
            links,
            seen_here: here.is_some(),
            gone: here.and_then(|s| s.gone),
        }
    }
}

/// How often each title, link and summary stands on this page, and which title where.
struct Here<'a> {
    titles: BTreeMap<&'a str, usize>,
    links: BTreeMap<&'a str, usize>,
    summaries: BTreeMap<&'a str, usize>,
    both: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Here<'a> {
    fn of(page: &'a [Placed]) -> Self {
        let (titles, links, summaries) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut here = Self { titles, links, summaries, both: BTreeSet::new() };
        for placed in page {
            *here.titles.entry(&placed.item.title).or_default() += 1;
            if let Some(summary) = &placed.item.found.summary {
                *here.summaries.entry(summary).or_default() += 1;
            }
            if let Some(link) = &placed.item.link {
                *here.links.entry(link).or_default() += 1;
                here.both.insert((link, &placed.item.title));
            }
        }
        here
    }

    /// Whether something stands at the known item's address.
    fn uses(&self, facts: &Facts<'_>) -> bool {
        facts.links.iter().any(|link| self.links.contains_key(link))
    }

    /// Whether the known item itself stands at its address: another title there is that of the next item, where addresses
    /// belong to places of the page.
    fn shows(&self, facts: &Facts<'_>) -> bool {
        facts.links.iter().any(|link| facts.titles.iter().any(|title| self.both.contains(&(*link, *title))))
    }
}

struct Table<'a> {
    known: Vec<Facts<'a>>,
    page: &'a [Placed],
    reading: &'a Reading<'a>,
    options: &'a Options,
}

impl Table<'_> {
    /// Every candidate beside every known item that shares its title or its link; so work grows with the page, not with
    /// page times ledger.
    fn pairs(&self) -> Vec<Pair> {
        let mut by_title: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut by_link: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (i, facts) in self.known.iter().enumerate() {
            facts.titles.iter().for_each(|title| by_title.entry(title).or_default().push(i));
            facts.links.iter().for_each(|link| by_link.entry(link).or_default().push(i));
        }
        let here = Here::of(self.page);
        let mut pairs = Vec::new();
        for (candidate, placed) in self.page.iter().enumerate() {
            let same_title = by_title.get(placed.item.title.as_str()).into_iter().flatten();
            let same_link = placed.item.link.as_deref().and_then(|link| by_link.get(link)).into_iter().flatten();
            let near: BTreeSet<usize> = same_title.clone().chain(same_link).copied().collect();
            let recurs =
                same_title.filter(|known| self.known.get(**known).is_some_and(|facts| facts.seen_here)).count() > 1;
            for known in near {
                let Some(facts) = self.known.get(known) else { continue };
                let row = self.row(placed, facts, &here);
                let known_as_such = matches!(row, Some(Row::Same(_)));
                let replaced = !known_as_such && !recurs && self.replaced(placed, facts, &here);
                pairs.push(Pair { candidate, known, row, replaced });
            }
        }
        pairs
    }

    fn row(&self, placed: &Placed, facts: &Facts<'_>, here: &Here<'_>) -> Option<Row> {
        let item = &placed.item;
        let shares_key = item.keys().any(|key| facts.keys.contains(&(key.title.as_str(), key.category.as_str())));
        let same_title = facts.titles.contains(item.title.as_str());
        let uncategorised = item.categories.is_empty() || facts.known.item.categories.is_empty();
        let compared = match item.link.as_deref() {
            Some(link) if facts.links.contains(link) => Links::Equal,
            Some(_) if !facts.links.is_empty() => Links::Differ,
            None if facts.links.is_empty() => Links::BothMissing,
            _ => Links::OneMissing,
        };
        let link_once = item.link.as_deref().is_some_and(|link| here.links.get(link) == Some(&1));
        match compared {
            Links::Equal if shares_key => Some(Row::Same(Reason::SameKey)),
            Links::Equal if same_title => Some(Row::Same(Reason::Recategorised)),
            Links::Equal
                if facts.seen_here
                    && !self.long_gone(facts)
                    && link_once
                    && !here.titles.contains_key(facts.title.as_str()) =>
            {
                Some(Row::Same(Reason::TitleEdited))
            }
            Links::Differ if shares_key && here.shows(facts) => Some(Row::Other(Reason::BothOnPage)),
            Links::Differ if shares_key => {
                Some(self.recurs(placed, facts).map_or(Row::Same(Reason::Moved), Row::Other))
            }
            Links::OneMissing | Links::BothMissing if shares_key || (same_title && uncategorised) => {
                let reason = if shares_key { Reason::Linkless } else { Reason::CategoryMissing };
                // Once recognised it has the key, and no link here: the next reading must not think otherwise.
                let other = match compared {
                    Links::BothMissing => self.recurs(placed, facts),
                    _ => self.dates_apart(placed, facts),
                };
                Some(other.map_or(Row::Same(reason), Row::Other))
            }
            _ => None,
        }
    }

    /// The known title stands here once, and nothing at the address where this source showed it until lately; and the page
    /// looks built anew: see [`rebuilt`].
    fn replaced(&self, placed: &Placed, facts: &Facts<'_>, here: &Here<'_>) -> bool {
        let title = placed.item.title.as_str();
        let alone = facts.titles.contains(title) && here.titles.get(title) == Some(&1);
        // Without an address, the next reading would compare the dates again.
        let lasting = placed.item.link.is_some() || self.dates_apart(placed, facts).is_none();
        alone
            && lasting
            && facts.seen_here
            && !self.long_gone(facts)
            && !here.uses(facts)
            && rebuilt::shows(placed, facts, here, self.day_kept(placed, facts))
    }

    /// Whether the dates of the two are apart.
    fn apart(&self, pair: &Pair) -> bool {
        let both = self.page.get(pair.candidate).zip(self.known.get(pair.known));
        both.is_some_and(|(placed, facts)| self.dates_apart(placed, facts).is_some())
    }

    /// Whether the two are dated, and on one day.
    fn same_day(&self, pair: &Pair) -> bool {
        let both = self.page.get(pair.candidate).zip(self.known.get(pair.known));
        both.and_then(|(placed, facts)| self.day_kept(placed, facts)) == Some(true)
    }

    /// Whether the date is of the same day as the known one; `None`: one of the two is not there.
    fn day_kept(&self, placed: &Placed, facts: &Facts<'_>) -> Option<bool> {
        let (date, known) = placed.item.found.date.zip(facts.known.item.page_date)?;
        let day = |date| published::day(date, self.reading.time_zone);
        Some(date == known || (day(date).is_some() && day(date) == day(known)))
    }

    fn long_gone(&self, facts: &Facts<'_>) -> bool {
        facts.gone.is_some_and(|since| self.reading.now.duration_since(since) >= self.options.gone)
    }

    /// Why an item under a known key is another one, if it is: told by the dates, or by how long the known one was away.
    fn recurs(&self, placed: &Placed, facts: &Facts<'_>) -> Option<Reason> {
        let undated = placed.item.found.date.is_none() || facts.known.item.page_date.is_none();
        let is_other = undated && self.long_gone(facts) && !self.reading.archived;
        self.dates_apart(placed, facts).or(is_other.then_some(Reason::LongGone))
    }

    fn dates_apart(&self, placed: &Placed, facts: &Facts<'_>) -> Option<Reason> {
        let apart = |known| self.options.apart(placed.item.found.date, known, self.reading.time_zone);
        // A cache may show the page of before it was built anew, with the dates that its items were published at.
        let item = &facts.known.item;
        (apart(item.page_date) && apart(Some(PageDate::Instant(item.published)))).then_some(Reason::DatesApart)
    }
}
