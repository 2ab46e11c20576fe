//! What is known of a page's items: what the judge is told of it.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::Plan;
use crate::dedup::Candidate;
use crate::judge::{self, Evidence};
use crate::model::{Decided, Decision, KnownItem, PageDate, Reason, Shape, SourceId, Verdict};
use crate::store::{Ledger, SourceMemory, StoreError};

/// What was looked up of a page, and what it looks like.
pub(super) struct Recognised {
    pub(super) known: Vec<KnownItem>,
    pub(super) decided: Vec<Decided>,
    pub(super) shape: Shape,
    /// Items that are held of the page before it.
    pub(super) held: u32,
    /// None is at an address like those of the last page.
    pub(super) elsewhere: bool,
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
        Self { known, decided, shape, held: 0, elsewhere: false }
    }

    /// Holds the addresses against those of the last page, if no item is known.
    pub(super) async fn place(
        mut self,
        ledger: &mut Ledger,
        source: &SourceId,
        candidates: &[Candidate],
    ) -> Result<Self, StoreError> {
        if !self.decided.iter().any(|one| matches!(one.decision, Decision::Known { .. })) {
            let last = ledger.links_of(source, PLACED).await?;
            let last: Vec<&str> = last.iter().map(String::as_str).collect();
            self.elsewhere = judge::continues(&last, &links(candidates)) == Some(false);
        }
        Ok(self)
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
        let again = self.titles_again(candidates);
        let recurs = self.recurs(candidates, &again, plan);
        let is_news = |one: &&Decided| {
            let news = matches!(one.reason, Reason::Unknown | Reason::DatesApart);
            news && explained(one.place) && (recurs || !again.contains(&one.place))
        };
        let unexplained = counted(self.decided.iter().filter(is_new).filter(|one| !is_news(one)));
        judge::compare(&Evidence {
            shape: &self.shape,
            known,
            held: self.held,
            elsewhere: self.elsewhere,
            unexplained,
            rewritten,
            history: &memory.history,
        })
    }
}

impl Recognised {
    /// The places of new items under known titles.
    fn titles_again(&self, candidates: &[Candidate]) -> BTreeSet<usize> {
        let titles: BTreeSet<&str> =
            self.known.iter().flat_map(|known| &known.keys).map(|(key, _)| key.title.as_str()).collect();
        let known = |place: &usize| candidates.get(*place).is_some_and(|one| titles.contains(one.title.as_str()));
        self.new_places().filter(known).collect()
    }

    /// Whether known titles that come `again` do so as in a list that is written anew each week: they lie on as
    /// many days as before. Where one day has taken the place of many, a page was moved, and they are no news by themselves.
    fn recurs(&self, candidates: &[Candidate], again: &BTreeSet<usize>, plan: &Plan) -> bool {
        let day = |date: Option<PageDate>| match date? {
            PageDate::Instant(at) => Some(self::day(at, plan)),
            PageDate::Day(day) => Some(day),
            PageDate::Month(_) => None,
        };
        let (mut before, mut now) = (BTreeSet::new(), BTreeSet::new());
        for candidate in again.iter().filter_map(|place| candidates.get(*place)) {
            let same = self.known.iter().filter(|known| known.keys.iter().any(|(key, _)| key.title == candidate.title));
            before.extend(day(same.filter_map(|known| known.item.page_date).max_by_key(|date| day(Some(*date)))));
            now.extend(day(candidate.found.date));
        }
        now.len() >= before.len()
    }
}

/// Whether an item of that date came between the two moments, as far as the date's precision tells.
fn between(date: PageDate, last: Timestamp, now: Timestamp, plan: &Plan) -> bool {
    let ahead = match date {
        PageDate::Instant(at) => at > now + AHEAD,
        PageDate::Day(date) => date > day(now, plan),
        PageDate::Month(_) => true,
    };
    not_before(date, last, plan) && !ahead
}

/// Whether a date is not before a moment, as far as its precision tells.
pub(super) fn not_before(date: PageDate, moment: Timestamp, plan: &Plan) -> bool {
    match date {
        PageDate::Instant(at) => at > moment,
        PageDate::Day(date) => date >= day(moment, plan),
        PageDate::Month(first) => first.last_of_month() >= day(moment, plan),
    }
}

fn day(at: Timestamp, plan: &Plan) -> Date {
    at.to_zoned(plan.source.time_zone.clone()).date()
}

/// Addresses of the last page that tell where its list is.
const PLACED: u32 = 50;

pub(super) fn links(candidates: &[Candidate]) -> Vec<&str> {
    candidates.iter().filter_map(|candidate| candidate.link.as_deref()).collect()
}

/// Clocks differ.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);

pub(super) fn counted<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}
