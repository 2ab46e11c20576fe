//! Calls the stages in their order; the only module that knows more than one of them.
//!
//! ```text
//! schedule → fetch → extract → judge → categorise → dedup → store → publish → serve
//!  when      Page    FoundItem  Verdict   Item       decide   ledger   Feed      shelf
//! ```
//!
//! Three gates make an unchanged page nearly free: the server says 304; the body has the hash of the last one; what was
//! found on it has. A page that is broken, or cannot be had, changes nothing that subscribers see.

mod alarms;
mod archive;
mod articles;
mod clock;
mod combining;
mod compare;
mod counting;
mod decide;
mod diff;
mod feed_archive;
mod hold;
mod look;
mod onlooker;
mod operator;
mod pace;
mod pass;
mod publishing;
mod push;
mod reader;
mod recognised;
mod replay;
mod report;
mod site;
mod telling;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::Mutex;
use url::Url;

pub use alarms::Alarms;
pub use articles::{ARTICLE_TIME, MAX_ARTICLES};
pub use combining::Combiner;
pub use compare::{FieldChange, changes, coverage};
pub use counting::Counting;
pub use diff::unified;
pub use onlooker::{Foreseen, Onlooker};
pub use pass::{BACKFILL_PAGES, How};
pub use publishing::Publishing;
pub use push::{Batch, Push, Pushed};
pub use reader::Reader;
pub use replay::{Anew, PageReplay, Replay};
pub use report::{AfterFailure, Gate, Look, Outcome, Read, Run, Trouble};
pub use telling::{Haste, Telling};

use crate::dedup::{self, Candidate};
use crate::extract::{ArticleRecipe, Paging, Recipe};
use crate::fetch::{self, Ask, FetchError, Fetched, Fetcher};
use crate::judge;
use crate::model::{Decided, Decision, KnownItem, Page, Source, SourceId, Subject, Verdict};
use crate::publish::{self, Sink};
use crate::serve::Shelf;
use crate::store::{Archive, Ledger, SavedPage, SiteFeeds, SourceMemory, Store, StoreError};
use decide::Decider;

/// What the feeds say of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The title of the feed of everything, and the first half of the others'.
    pub title: String,
    /// The page for people. Item ids belong to it.
    pub link: Url,
    /// BCP 47.
    pub language: String,
    /// The zone in which the page for people shows days.
    pub time_zone: TimeZone,
}

/// A source with how it is read.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The source.
    pub source: Source,
    /// How it is asked.
    pub fetch: fetch::SourceOptions,
    /// How its items are found.
    pub recipe: Recipe,
    /// How its further pages are found, and how many are read.
    pub paging: Paging,
    /// What is read of a new item's own page; `None`: it is not fetched.
    pub article: Option<ArticleRecipe>,
}

/// When a page was read.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// It is the source's present page.
    Present(Timestamp),
    /// It was saved.
    Archived { seen: Timestamp, now: Timestamp },
}

impl Moment {
    fn now(self) -> Timestamp {
        match self {
            Self::Present(now) | Self::Archived { now, .. } => now,
        }
    }
}

/// The stages, built and connected. Clones share them.
#[derive(Debug, Clone)]
pub struct Pipeline(Arc<Parts>);

/// What a pipeline is made of.
#[derive(Debug)]
pub struct Parts {
    /// What the feeds say of the site.
    pub site: Site,
    /// Which feeds the config declares.
    pub feeds: SiteFeeds,
    /// The sources that it names.
    pub configured: BTreeSet<SourceId>,
    /// How pages are fetched.
    pub fetch: fetch::Options,
    /// Gets pages.
    pub fetcher: Fetcher,
    /// Reads them.
    pub reader: Reader,
    /// When held items are let out.
    pub judge: judge::Options,
    /// When an equal title is another item.
    pub dedup: dedup::Options,
    /// The ledger.
    pub store: Store,
    /// How many pages of each source are kept.
    pub archive: Archive,
    /// How feeds are published.
    pub publish: publish::Options,
    /// Where to.
    pub sink: Sink,
    /// What the server hands out.
    pub shelf: Shelf,
    /// What feeds that subscribers combine are made from.
    pub combined: Combiner,
    /// When the operator is told what, and how.
    pub alarms: Alarms,
    /// How subscribers are told of changes; `None`: they are not.
    pub push: Option<Push>,
    /// How many subscribe.
    pub counting: Counting,
    /// Minutes between two runs of the most frequent source, as a hint for readers.
    pub ttl: Option<u32>,
    /// Held while feeds are written, so that an older state never replaces a newer one.
    pub turn: Mutex<()>,
}

impl Pipeline {
    /// Connects the parts, and brings the feeds that the config declares up to date in the ledger.
    pub async fn new(parts: Parts, now: Timestamp) -> Result<Self, StoreError> {
        parts.store.declare(&parts.feeds, now).await?;
        let parts = Arc::new(parts);
        // Weak, for the shelf is one of the parts.
        let weak = Arc::downgrade(&parts);
        parts.shelf.combine_with(Arc::new(move |slugs, extension| {
            combining::combine(weak.upgrade()?.as_ref(), slugs, extension)
        }));
        let pipeline = Self(parts);
        pipeline.tidy_alarms(now).await?;
        pipeline.link_documents();
        Ok(pipeline)
    }

    /// What it is made of.
    #[must_use]
    pub fn parts(&self) -> &Parts {
        &self.0
    }

    /// Fetches a page. A failure says what came in its place.
    async fn ask(&self, ask: &Ask<'_>) -> Result<Fetched, FetchError> {
        match self.0.fetcher.fetch(ask).await {
            Err(error) => Err(self.0.reader.recognise(error).await),
            fetched => fetched,
        }
    }

    /// One pass over one source, up to the ledger. What it did, or why not, is also remembered there.
    pub async fn run(&self, plan: &Plan, now: Timestamp, how: How) -> Run {
        let source = plan.source.id.clone();
        let mut doubted = None;
        match self.pass(plan, now, how, &mut doubted).await {
            Ok(outcome) => Run { source, started: now, outcome, after_failure: None },
            Err(trouble) => {
                // If the store is what fails, the run's own report says so already, and the alarms are told beside it.
                let noted = self.note_failure(plan, now, &trouble, doubted).await;
                let failure = if let Trouble::Store(failure) = &trouble { Some(failure) } else { noted.as_ref().err() };
                if failure.is_some() {
                    self.note_store(failure, now);
                }
                let after_failure = noted.ok();
                Run { source, started: now, outcome: Outcome::Failed(trouble), after_failure }
            }
        }
    }

    /// Reads an archived page as the source's page of that moment. It adds items and corrects none; it says nothing of what is on the
    /// page today.
    pub async fn import(&self, plan: &Plan, page: Page, seen: Timestamp, now: Timestamp) -> Run {
        let outcome = match self.look(plan, page, seen).await {
            Ok(look) if matches!(look.verdict, Verdict::Broken(_)) => Outcome::Failed(Trouble::Broken(look.verdict)),
            Ok(look) => match self.keep(plan, look, Moment::Archived { seen, now }, None, None).await {
                Ok(read) => Outcome::Read(read),
                Err(error) => Outcome::Failed(Trouble::Store(error)),
            },
            Err(trouble) => Outcome::Failed(trouble),
        };
        Run { source: plan.source.id.clone(), started: seen, outcome, after_failure: None }
    }

    /// The transaction of a run: what is known, what follows, what is kept. With a memory the page is the source's present
    /// one; without, an archived one. `page` goes into the archive.
    async fn keep(
        &self,
        plan: &Plan,
        look: Look,
        moment: Moment,
        memory: Option<SourceMemory>,
        page: Option<SavedPage>,
    ) -> Result<Read, StoreError> {
        let source = &plan.source.id;
        let before = if memory.is_some() { self.0.store.hold(source).await? } else { None };
        let mut ledger = self.0.store.begin().await?;
        let (known, decided) = self.decide(&mut ledger, plan, &look.candidates, moment).await?;
        let now = moment.now();
        let mut applied = ledger.apply(source, &known, &decided, now, memory.is_some()).await?;
        if let Some(before) = &before {
            let known = decided.iter().filter(|one| matches!(one.decision, Decision::Known { .. })).count();
            applied =
                self.settle_hold(plan, &mut ledger, before, (&look.candidates, known), now).await?.unwrap_or(applied);
        }
        let mut verdict = look.verdict;
        if let Some(memory) = memory {
            let (memory, remarks) = self.believed(source, &mut ledger, memory, now).await?;
            if verdict == Verdict::Healthy {
                verdict = remarks;
            }
            let subject = Subject::Source(source.clone());
            self.note(&mut ledger, &subject, alarms::complaint_of(source, &verdict, 0).as_ref(), now).await?;
            let outcome = verdict.word().to_owned();
            ledger.remember(source, &SourceMemory { outcome, trouble: doubt(&verdict), ..memory }).await?;
        }
        if let Some(page) = page {
            ledger.archive(source, &page, &self.0.archive).await?;
        }
        ledger.commit().await?;
        let held = decided.iter().filter(|one| one.decision == Decision::Held).count();
        Ok(Read {
            verdict,
            found: look.candidates.len(),
            pages: 1,
            held,
            applied,
            defects: look.defects,
            stopped: None,
        })
    }

    /// What is known of these candidates, and what the deduplicator says of them.
    async fn decide(
        &self,
        ledger: &mut Ledger,
        plan: &Plan,
        candidates: &[Candidate],
        moment: Moment,
    ) -> Result<(Vec<KnownItem>, Vec<Decided>), StoreError> {
        let Parts { site, configured, reader, dedup, .. } = &*self.0;
        let decider = Decider { site: &site.link, configured, categoriser: &reader.categoriser, dedup };
        decider.decide(ledger, &plan.source, candidates, moment).await
    }

    async fn unchanged(
        &self,
        plan: &Plan,
        memory: SourceMemory,
        gate: Gate,
        now: Timestamp,
    ) -> Result<Outcome, Trouble> {
        let verdict = judge::remarks(&memory.history, now);
        let outcome = "unchanged".to_owned();
        let memory = SourceMemory { outcome, trouble: doubt(&verdict), ..good(memory, now) };
        let mut ledger = self.0.store.begin().await?;
        ledger.remember(&plan.source.id, &memory).await?;
        self.note(
            &mut ledger,
            &Subject::Source(plan.source.id.clone()),
            alarms::complaint_of(&plan.source.id, &verdict, 0).as_ref(),
            now,
        )
        .await?;
        ledger.commit().await?;
        Ok(Outcome::Unchanged(gate, verdict))
    }

    /// Remembers that a run failed. The validators and hashes of the last good page stay, and so do the feeds.
    /// A page that was had and not believed is kept for the operator.
    async fn note_failure(
        &self,
        plan: &Plan,
        now: Timestamp,
        trouble: &Trouble,
        doubted: Option<SavedPage>,
    ) -> Result<AfterFailure, StoreError> {
        let before = self.remembered(plan, now).await?;
        let failures = before.failures.saturating_add(1);
        let (not_before, rest_until) = self.pace_of_failure(&plan.source.id, trouble, failures, now);
        let memory = SourceMemory {
            failures,
            not_before,
            rest_until,
            last_run: Some(now),
            outcome: trouble.word().to_owned(),
            trouble: Some(trouble.to_string()),
            ..before
        };
        let mut ledger = self.0.store.begin().await?;
        ledger.remember(&plan.source.id, &memory).await?;
        if let Some(page) = doubted {
            ledger.archive(&plan.source.id, &page, &self.0.archive).await?;
        }
        if let Some(complaint) = trouble.complaint() {
            self.note(&mut ledger, &Subject::Source(plan.source.id.clone()), Some(&complaint), now).await?;
        }
        let items = ledger.items_of(&plan.source.id).await?;
        ledger.commit().await?;
        Ok(AfterFailure { items, rest_until })
    }
}

/// What a verdict says to people, if there is anything to say.
fn doubt(verdict: &Verdict) -> Option<String> {
    (!verdict.causes().is_empty()).then(|| verdict.sentence())
}

fn good(memory: SourceMemory, now: Timestamp) -> SourceMemory {
    SourceMemory { last_run: Some(now), last_good: Some(now), failures: 0, ..memory }
}
