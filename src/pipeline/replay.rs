//! What another recipe would have done to the pages that are kept. It writes nothing.
//!
//! Each page is read by the new recipe as of the moment it was read, and what is found goes to the real deduplicator with
//! what the ledger knows now. What was found then stands in the archive. The judge is asked as well: it holds the page against
//! the last one before it that was understood, and where the recipe is the present one, against the pages before that.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use url::Url;

use super::archive::found;
use super::compare::{FieldChange, Pairs, changes};
use super::reader::candidate;
use super::recognised::Recognised;
use super::{Look, Moment, Onlooker, Plan, Trouble};
use crate::dedup::Candidate;
use crate::model::{Category, Decision, FoundItem, ItemId, Shape, Verdict, canonical_link};
use crate::store::{Ledger, SavedPage, SourceMemory, Store, StoreError};

/// What a recipe would have done to the pages of a source.
#[derive(Debug, Default)]
pub struct Replay {
    /// The oldest first.
    pub pages: Vec<PageReplay>,
}

/// What a recipe would have done to one page.
#[derive(Debug)]
pub struct PageReplay {
    /// When it was read.
    pub seen: Timestamp,
    /// Whether it was understood then.
    pub believed: bool,
    /// What was thought of it then, one word, and why.
    pub before: (String, Option<String>),
    /// Items that were found then.
    pub items_before: usize,
    /// What would be thought of it, by itself and by the page before it; `None`: the page was too large to be kept.
    pub verdict: Option<Verdict>,
    /// Items that would be found.
    pub items_after: usize,
    /// Titles that only the new recipe has.
    pub added: Vec<String>,
    /// Titles that only the reading of then has.
    pub removed: Vec<String>,
    /// Items that both have, by the title of then, with what is different.
    pub changed: Vec<(String, Vec<FieldChange>)>,
    /// Items that the deduplicator takes for new. Of a suspect page they are held first.
    pub announced: Vec<Anew>,
}

impl PageReplay {
    /// Items that the flood gate would hold, until the next page that says the same or the operator lets them out.
    #[must_use]
    pub fn held(&self) -> usize {
        if matches!(self.verdict, Some(Verdict::Suspect(_))) { self.announced.len() } else { 0 }
    }
}

/// An item that would be announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anew {
    /// Its title, as the new recipe has it.
    pub title: String,
    /// The id that it would get.
    pub id: ItemId,
    /// The id that it has: subscribers would see it again.
    pub known_as: Option<ItemId>,
    /// It stood on a page that was understood, and was not found there.
    pub late: bool,
}

impl Replay {
    /// Items that subscribers would see again, under new ids: the id that each has and the one that it would get.
    #[must_use]
    pub fn again(&self) -> BTreeMap<String, String> {
        let all = self.pages.iter().flat_map(|page| &page.announced);
        all.filter_map(|one| Some((one.known_as.as_ref()?.to_string(), one.id.to_string()))).collect()
    }

    /// How many others would be announced: those that were passed over on pages that were understood, and those of pages
    /// that were not.
    #[must_use]
    pub fn first_time(&self) -> (usize, usize) {
        let count = |late: bool| {
            let all = self.pages.iter().flat_map(|page| &page.announced);
            let new = all.filter(|one| one.known_as.is_none() && one.late == late);
            new.map(|one| one.id.to_string()).collect::<BTreeSet<_>>().len()
        };
        (count(true), count(false))
    }

    /// Whether something would be announced that was announced already, or that is no news.
    #[must_use]
    pub fn announces(&self) -> bool {
        let mut all = self.pages.iter().flat_map(|page| &page.announced);
        all.any(|one| one.known_as.is_some() || one.late)
    }
}

/// A page read by the new recipe, before the deduplicator is asked.
struct Reread<'p> {
    page: &'p SavedPage,
    look: Option<Look>,
}

impl Onlooker {
    /// Reads the kept pages of the plan's source by the plan's recipe.
    pub async fn replay(&self, store: &Store, plan: &Plan) -> Result<Replay, Trouble> {
        let pages = store.saved_pages(&plan.source.id).await?;
        let mut reread = Vec::with_capacity(pages.len());
        for page in &pages {
            let look = match page.page()? {
                Some(text) => Some(self.reader.look(plan, text, page.seen).await?),
                None => None,
            };
            reread.push(Reread { page, look });
        }
        // Begun only now, so that the daemon's log does not have to wait for the reading of pages.
        let memory = store.memory(&plan.source.id).await?;
        let mut ledger = store.look().await?;
        let mut replay = Replay::default();
        let mut good: Option<&SavedPage> = None;
        for one in reread {
            replay.pages.push(self.hold_against(&mut ledger, plan, &one, good, &memory).await?);
            good = Some(one.page).filter(|page| page.believed).or(good);
        }
        Ok(replay)
    }

    /// `good` is the last page before it that was understood.
    async fn hold_against(
        &self,
        ledger: &mut Ledger,
        plan: &Plan,
        reread: &Reread<'_>,
        good: Option<&SavedPage>,
        memory: &SourceMemory,
    ) -> Result<PageReplay, StoreError> {
        let page = reread.page;
        let candidates = reread.look.as_ref().map_or(&[][..], |look| &look.candidates);
        let after: Vec<FoundItem> = candidates.iter().map(found).collect();
        let pairs = Pairs::of(&page.items, &after, true);
        let mut verdict = reread.look.as_ref().map(|look| look.verdict.clone());
        if verdict == Some(Verdict::Healthy) {
            verdict = Some(self.judged(ledger, plan, page, candidates, &self.as_of(memory, plan, page, good)).await?);
        }
        let announced = match good {
            _ if matches!(verdict, Some(Verdict::Broken(_))) => Vec::new(),
            // The items of a page that was not understood are not known as such: those of the last good one are.
            Some(good) if !page.believed => {
                let pairs = Pairs::of(&good.items, &after, false);
                self.announced(ledger, plan, page, candidates, (good, &pairs)).await?
            }
            _ => self.announced(ledger, plan, page, candidates, (page, &pairs)).await?,
        };
        let title = |items: &[FoundItem], place: usize| items.get(place).map(|item| item.title.clone());
        let both = pairs.0.iter().filter_map(|(old, new)| Some((page.items.get(*old)?, after.get(*new)?)));
        let changed = both.map(|(old, new)| (old.title.clone(), changes(old, new))).filter(|(_, c)| !c.is_empty());
        Ok(PageReplay {
            seen: page.seen,
            believed: page.believed,
            before: (page.verdict.clone(), page.reason.clone()),
            items_before: page.items.len(),
            verdict,
            items_after: after.len(),
            added: pairs.only_new(after.len()).into_iter().filter_map(|place| title(&after, place)).collect(),
            removed: pairs.only_old(page.items.len()).into_iter().filter_map(|p| title(&page.items, p)).collect(),
            changed: changed.collect(),
            announced,
        })
    }

    /// What was remembered of the source when the page was read: the last page before it that was understood.
    fn as_of(&self, memory: &SourceMemory, plan: &Plan, page: &SavedPage, good: Option<&SavedPage>) -> SourceMemory {
        let mut memory = memory.clone();
        if memory.fingerprint != self.reader.fingerprint(plan) {
            memory.history.forget_recipe();
        }
        memory.history.shapes.retain(|shape| shape.at < page.seen);
        let found = |good: &SavedPage| u32::try_from(good.items.len()).unwrap_or(u32::MAX);
        let before = good.map(|good| Shape { found: found(good), ..Shape::nothing(good.seen) });
        memory.history.last = before.or(memory.history.last.filter(|shape| shape.at < page.seen));
        memory
    }

    /// What the judge would have thought of the page.
    async fn judged(
        &self,
        ledger: &mut Ledger,
        plan: &Plan,
        page: &SavedPage,
        candidates: &[Candidate],
        memory: &SourceMemory,
    ) -> Result<Verdict, StoreError> {
        let (known, decided) =
            self.decider().decide(ledger, &plan.source, candidates, Moment::Present(page.seen)).await?;
        Ok(Recognised::of(candidates, known, decided, page.seen).judge(candidates, memory, plan))
    }

    /// What the deduplicator takes for new, and what it is known as by the reading of `before`.
    async fn announced(
        &self,
        ledger: &mut Ledger,
        plan: &Plan,
        page: &SavedPage,
        candidates: &[Candidate],
        (before, pairs): (&SavedPage, &Pairs),
    ) -> Result<Vec<Anew>, StoreError> {
        let ids = self.known_ids(ledger, plan, before).await?;
        let paired: BTreeMap<usize, usize> = pairs.0.iter().map(|(old, new)| (*new, *old)).collect();
        let moment = Moment::Present(page.seen);
        let (_, decided) = self.decider().decide(ledger, &plan.source, candidates, moment).await?;
        let mut announced = Vec::new();
        for one in decided {
            let Decision::New { item, .. } = one.decision else { continue };
            let old = paired.get(&one.place);
            let known_as = old.and_then(|old| ids.get(old).copied());
            // What was found then and is not known was not announced then either: nothing changes for it.
            if page.believed && old.is_some() && known_as.is_none() {
                continue;
            }
            announced.push(Anew { title: item.title, id: item.id, known_as, late: page.believed });
        }
        Ok(announced)
    }

    /// The ids of the items that were found on a page, by their places, as far as the ledger knows them.
    async fn known_ids(
        &self,
        ledger: &mut Ledger,
        plan: &Plan,
        page: &SavedPage,
    ) -> Result<BTreeMap<usize, ItemId>, StoreError> {
        let items: Vec<Candidate> = page.items.iter().map(|item| as_candidate(item, &page.url)).collect();
        let moment = Moment::Present(page.seen);
        let (known, decided) = self.decider().decide(ledger, &plan.source, &items, moment).await?;
        let id = |decision| match decision {
            Decision::Known { known: index, .. } => known.get(index).map(|known| known.item.id),
            _ => None,
        };
        Ok(decided.into_iter().filter_map(|one| Some((one.place, id(one.decision)?))).collect())
    }
}

/// What was found then, as the deduplicator wants it.
fn as_candidate(item: &FoundItem, page: &Url) -> Candidate {
    let categories = item.categories.iter().filter_map(|name| Category::new(name)).collect();
    candidate(item.clone(), categories, &canonical_link(page))
}
