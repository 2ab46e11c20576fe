//! What is known of a page's items: what the judge is told of it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::Plan;
use crate::dedup::Candidate;
use crate::judge::{self, Evidence};
use crate::model::{Decided, Decision, KnownItem, PageDate, Reason, Shape, Verdict};
use crate::store::SourceMemory;

/// What was looked up of a page, and what it looks like.
pub(super) struct Recognised {
    pub(super) known: Vec<KnownItem>,
    pub(super) decided: Vec<Decided>,
    pub(super) shape: Shape,
    /// Items that are held of the page before it.
    pub(super) held: u32,
}

impl Recognised {
    pub(super) fn of(candidates: &[Candidate], known: Vec<KnownItem>, decided: Vec<Decided>, at: Timestamp) -> Self {
        let count = |has: &dyn Fn(&Candidate) -> bool| counted(candidates.iter().filter(|c| has(c)));
        let titles: BTreeSet<&str> = candidates.iter().map(|c| c.title.as_str()).collect();
        let shape = Shape {
            at,
            found: counted(candidates.iter()),
            titles: counted(titles.iter()),
            links: count(&|c| c.link.is_some()),
            dates: count(&|c| c.found.date.is_some()),
            categories: count(&|c| !c.found.categories.is_empty()),
            summaries: count(&|c| c.found.summary.is_some()),
            new: counted(decided.iter().filter(|one| matches!(one.decision, Decision::New { .. }))),
        };
        Self { known, decided, shape, held: 0 }
    }

    /// The places of the new items.
    pub(super) fn new_places(&self) -> impl Iterator<Item = usize> + '_ {
        self.decided.iter().filter(|one| matches!(one.decision, Decision::New { .. })).map(|one| one.place)
    }

    /// What to think of the page, given what is remembered of the source.
    pub(super) fn judge(&self, candidates: &[Candidate], memory: &SourceMemory, plan: &Plan) -> Verdict {
        let last = memory.history.last.map(|shape| shape.at);
        let explained = |place: usize| {
            let date = candidates.get(place).and_then(|candidate| candidate.found.date);
            date.zip(last).is_some_and(|(date, last)| between(date, last, self.shape.at, plan))
        };
        let is_new = |one: &&Decided| matches!(one.decision, Decision::New { .. });
        let mut rewritten = [0; 3];
        let mut known = 0;
        for one in &self.decided {
            let Decision::Known { known: index, changes, .. } = &one.decision else { continue };
            known += 1;
            let had_summary = self.known.get(*index).is_some_and(|known| known.item.summary.is_some());
            let differs =
                [changes.title.is_some(), changes.summary.is_some() && had_summary, changes.categories.is_some()];
            for (count, differs) in rewritten.iter_mut().zip(differs) {
                *count += u32::from(differs);
            }
        }
        let recurs = self.recurs(candidates, plan);
        let is_news = |one: &&Decided| {
            let news = one.reason == Reason::Unknown || (one.reason == Reason::DatesApart && recurs);
            news && explained(one.place)
        };
        let unexplained = counted(self.decided.iter().filter(is_new).filter(|one| !is_news(one)));
        judge::compare(&Evidence {
            shape: &self.shape,
            known,
            held: self.held,
            unexplained,
            rewritten,
            history: &memory.history,
        })
    }
}

impl Recognised {
    /// Whether known titles that come again with other dates do so as in a list that is written anew each week: they lie on as
    /// many days as before. Where one day has taken the place of many, a page was moved, and they are no news by themselves.
    fn recurs(&self, candidates: &[Candidate], plan: &Plan) -> bool {
        let day = |date: Option<PageDate>| match date? {
            PageDate::Instant(at) => Some(at.to_zoned(plan.source.time_zone.clone()).date()),
            PageDate::Day(day) => Some(day),
            PageDate::Month(_) => None,
        };
        let (mut before, mut now) = (BTreeSet::new(), BTreeSet::new());
        for one in self.decided.iter().filter(|one| one.reason == Reason::DatesApart) {
            let Some(candidate) = candidates.get(one.place) else { continue };
            let same = self.known.iter().filter(|known| known.keys.iter().any(|(key, _)| key.title == candidate.title));
            before.extend(day(same.filter_map(|known| known.item.page_date).max_by_key(|date| day(Some(*date)))));
            now.extend(day(candidate.found.date));
        }
        now.len() >= before.len()
    }
}

/// Whether an item of that date came between the two moments, as far as the date's precision tells.
fn between(date: PageDate, last: Timestamp, now: Timestamp, plan: &Plan) -> bool {
    let day = |at: Timestamp| at.to_zoned(plan.source.time_zone.clone()).date();
    match date {
        PageDate::Instant(at) => at > last && at <= now + AHEAD,
        PageDate::Day(date) => date >= day(last) && date <= day(now),
        PageDate::Month(_) => false,
    }
}

/// Clocks differ.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);

pub(super) fn counted<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}
