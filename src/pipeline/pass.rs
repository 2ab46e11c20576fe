//! One pass over one source: the gates, the further pages of its list, the ledger.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tracing::info;

use super::recognised::{Recognised, links};
use super::{Gate, Look, Moment, Outcome, Pipeline, Plan, Read, Trouble};
use crate::dedup::Candidate;
use crate::fetch::{Ask, FetchError, Fetched, Reason, VALIDATORS_MAX_AGE};
use crate::judge;
use crate::model::{Cause, Decision, Defect, Page, Validators, Verdict, canonical_link};
use crate::store::{SavedPage, SourceMemory, StoreError};

/// A page as fetched, and what an unchanged one would be recognised by.
struct Fresh {
    page: Page,
    validators: Validators,
    body_hash: Vec<u8>,
}

/// The list of a source over all its pages that were read.
struct List {
    look: Look,
    pages: usize,
    /// Why a further page was not read; what was read before it counts.
    stopped: Option<Trouble>,
}

/// What is special about a run; nothing, by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct How {
    /// The server is asked although it has asked for patience, and the clock of this machine believed against it.
    pub force: bool,
    /// The whole list is walked, to its end or [`BACKFILL_PAGES`], though nothing on it is new.
    pub backfill: bool,
}

/// How far the pages of a list are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Walk {
    /// While the one before had something new, within the source's bound.
    News,
    /// To the source's bound: the list was never read, or not to its end.
    Bound,
    /// To the end.
    History,
}

/// Pages of a list that are walked for its history.
pub const BACKFILL_PAGES: usize = 1000;

impl Pipeline {
    /// `doubted` is set to a page that was had and not believed.
    pub(super) async fn pass(
        &self,
        plan: &Plan,
        now: Timestamp,
        how: How,
        doubted: &mut Option<SavedPage>,
    ) -> Result<Outcome, Trouble> {
        let mut memory = self.remembered(plan, now).await?;
        if let Some(until) = memory.not_before.filter(|until| *until > now && !how.force) {
            return Ok(Outcome::Waiting(until));
        }
        let none = Validators::default();
        let trusted =
            memory.fresh_since.is_some_and(|since| now.duration_since(since).unsigned_abs() < VALIDATORS_MAX_AGE);
        let validators = if trusted && !how.backfill { &memory.validators } else { &none };
        let ask = Ask { source: &plan.source, url: &plan.source.url, validators, options: &plan.fetch };
        let fetched = self.ask(&ask).await?;
        if !how.force {
            self.check_clock(plan, &fetched, now).await?;
        }
        self.note_pace(&mut memory, &plan.source.id, &fetched, now);
        let fresh = match fetched {
            Fetched::NotModified { validators, .. } => {
                memory.validators = validators;
                return self.unchanged(plan, memory, Gate::NotModified, now).await;
            }
            Fetched::Fresh { page, validators, body_hash, .. } => {
                Fresh { page, validators, body_hash: body_hash.to_vec() }
            }
        };
        if memory.body_hash.as_deref() == Some(fresh.body_hash.as_slice()) && !how.backfill {
            memory.validators = fresh.validators;
            memory.fresh_since = Some(now);
            return self.unchanged(plan, memory, Gate::SameBody, now).await;
        }
        self.read_fresh(plan, memory, fresh, now, how, doubted).await
    }

    /// What is remembered of the source, as far as it belongs to the present recipe.
    pub(super) async fn remembered(&self, plan: &Plan, now: Timestamp) -> Result<SourceMemory, StoreError> {
        let fingerprint = self.0.reader.fingerprint(plan);
        let mut memory = self.0.store.memory_by_clock(&plan.source.id, now).await?;
        if memory.fingerprint == fingerprint {
            return Ok(memory);
        }
        let (validators, body_hash, found_hash) = (Validators::default(), None, None);
        let (not_before, rest_until, found) = (None, None, 0);
        memory.history.forget_recipe();
        Ok(SourceMemory { fingerprint, validators, body_hash, found_hash, found, not_before, rest_until, ..memory })
    }

    /// A page that is not the last one.
    async fn read_fresh(
        &self,
        plan: &Plan,
        mut memory: SourceMemory,
        fresh: Fresh,
        now: Timestamp,
        how: How,
        doubted: &mut Option<SavedPage>,
    ) -> Result<Outcome, Trouble> {
        let look = self.look(plan, fresh.page, now).await?;
        if matches!(look.verdict, Verdict::Broken(_)) {
            *doubted = self.saved(&look, &look.verdict, fresh.body_hash, now).await;
            return Err(Trouble::Broken(look.verdict));
        }
        let mut recognised = self.recognise(plan, &look.candidates, now).await?;
        recognised.held = self.held_again(plan, &look.candidates).await?;
        match recognised.judge(&look.candidates, &memory, plan) {
            Verdict::Suspect(causes) if !self.confirmed(plan, &recognised, &look.candidates, &causes, now).await? => {
                let suspect = Verdict::Suspect(causes.clone());
                let page = self.saved(&look, &suspect, fresh.body_hash, now).await;
                return self.hold(plan, look, memory, causes, now, page).await;
            }
            broken @ Verdict::Broken(_) => {
                *doubted = self.saved(&look, &broken, fresh.body_hash, now).await;
                return Err(Trouble::Broken(broken));
            }
            _ => {}
        }
        // The validators of a page without items never stick: it may be one of maintenance.
        let is_list = !look.candidates.is_empty();
        memory.validators = if is_list { fresh.validators } else { Validators::default() };
        memory.body_hash = is_list.then(|| fresh.body_hash.clone());
        memory.fresh_since = Some(now);
        if memory.found_hash.as_deref() == Some(look.found_hash.as_slice()) && !how.backfill {
            return self.unchanged(plan, memory, Gate::SameItems, now).await;
        }
        let walk = match memory.found_hash {
            _ if how.backfill => Walk::History,
            None => Walk::Bound,
            Some(_) => Walk::News,
        };
        if is_list {
            memory.history.add(recognised.shape);
        }
        memory.found_hash = Some(look.found_hash.to_vec());
        memory.found = u32::try_from(look.candidates.len()).unwrap_or(u32::MAX);
        let page = self.saved(&look, &look.verdict, fresh.body_hash.clone(), now).await;
        let mut list = self.follow(plan, look, fresh.body_hash, now, walk, &memory).await?;
        // What was not read to its end is gone through again, though the first page may have nothing new then.
        if list.stopped.is_some() || list.look.defects.iter().any(|d| matches!(d, Defect::CutOff { .. })) {
            memory.validators = Validators::default();
            memory.body_hash = None;
            memory.found_hash = None;
        }
        self.read_articles(plan, &mut list.look, now).await?;
        let read = self.keep(plan, list.look, Moment::Present(now), Some(memory), page).await?;
        Ok(Outcome::Read(Read { pages: list.pages, stopped: list.stopped, ..read }))
    }

    /// Reads further pages of the list, no page twice. The first page counts even if a further one fails.
    async fn follow(
        &self,
        plan: &Plan,
        first: Look,
        body_hash: Vec<u8>,
        now: Timestamp,
        walk: Walk,
        memory: &SourceMemory,
    ) -> Result<List, StoreError> {
        let most = if walk == Walk::History { BACKFILL_PAGES } else { plan.paging.max_pages };
        let mut seen = BTreeSet::from([canonical_link(&plan.source.url)]);
        let mut bodies = BTreeSet::from([body_hash]);
        let mut list = List { look: first, pages: 1, stopped: None };
        let mut from = 0;
        while list.pages < most && (walk != Walk::News || self.has_news(plan, &list.look.candidates, from, now).await?)
        {
            let next = plan.paging.next(&plan.source.url, list.pages + 1, &list.look.further);
            let Some(next) = next.filter(|url| seen.insert(canonical_link(url))) else { break };
            let none = Validators::default();
            let ask = Ask { source: &plan.source, url: &next, validators: &none, options: &plan.fetch };
            let page = match self.ask(&ask).await {
                Ok(Fetched::Fresh { page, body_hash, .. }) if bodies.insert(body_hash.to_vec()) => page,
                // A page that was read already, or that is beyond the last.
                Ok(_) | Err(FetchError { reason: Reason::Status { code: 404 | 410, .. }, .. }) => break,
                Err(error) => {
                    list.stopped = Some(error.into());
                    break;
                }
            };
            let look = match self.look(plan, page, now).await {
                // A notice in the place of the page is not the end of the list.
                Ok(look) if look.verdict.causes().iter().any(Cause::is_no_list) => {
                    list.stopped = Some(Trouble::Broken(look.verdict));
                    break;
                }
                Ok(look) if look.candidates.is_empty() || matches!(look.verdict, Verdict::Broken(_)) => break,
                Ok(look) => look,
                Err(trouble) => {
                    list.stopped = Some(trouble);
                    break;
                }
            };
            let goes_on = judge::continues(&links(&list.look.candidates), &links(&look.candidates)) != Some(false);
            let mut verdict = if goes_on { Verdict::Healthy } else { Verdict::Broken(vec![Cause::OtherAddresses]) };
            // What was on the first page before stands behind the news: a page with hardly anything known is no part of the list.
            if walk == Walk::News && verdict == Verdict::Healthy {
                let seen = self.recognise(plan, &look.candidates, now).await?;
                verdict = seen.judge(&look.candidates, memory, plan);
            }
            if verdict.causes().iter().any(Cause::is_strange) {
                list.stopped = Some(Trouble::Broken(verdict));
                break;
            }
            from = list.look.candidates.len();
            list.look.candidates.extend(look.candidates);
            list.look.defects.extend(look.defects);
            list.look.further = look.further;
            list.pages += 1;
            if walk == Walk::History {
                info!("{}: {} pages, {} items", plan.source.id, list.pages, list.look.candidates.len());
            }
        }
        Ok(list)
    }

    /// What of the page is known, and what it looks like.
    async fn recognise(&self, plan: &Plan, candidates: &[Candidate], now: Timestamp) -> Result<Recognised, StoreError> {
        let mut ledger = self.0.store.begin().await?;
        let (known, decided) = self.decide(&mut ledger, plan, candidates, Moment::Present(now)).await?;
        Recognised::of(candidates, known, decided, now).place(&mut ledger, &plan.source.id, candidates).await
    }

    /// Whether an item from the place on is not known yet.
    async fn has_news(
        &self,
        plan: &Plan,
        candidates: &[Candidate],
        from: usize,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut ledger = self.0.store.begin().await?;
        let decided = self.decide(&mut ledger, plan, candidates, Moment::Present(now)).await?.1;
        Ok(decided.iter().any(|one| one.place >= from && matches!(one.decision, Decision::New { .. })))
    }
}
