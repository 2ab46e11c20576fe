//! One pass over one source: the gates, the further pages of its list, the ledger.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Gate, Look, Outcome, Pipeline, Plan, Read, Trouble};
use crate::dedup::Candidate;
use crate::fetch::{Ask, Fetched};
use crate::model::{Decision, Page, Validators, Verdict, canonical_link};
use crate::store::StoreError;

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

impl Pipeline {
    pub(super) async fn pass(&self, plan: &Plan, now: Timestamp) -> Result<Outcome, Trouble> {
        let source = &plan.source;
        let fingerprint = self.fingerprint(plan);
        let mut memory = self.0.store.memory(&source.id).await?;
        if memory.fingerprint != fingerprint {
            memory.validators = Validators::default();
            memory.body_hash = None;
            memory.found_hash = None;
            memory.fingerprint = fingerprint;
        }
        let ask = Ask { source, url: &source.url, validators: &memory.validators };
        let fresh = match self.0.fetcher.fetch(&ask).await? {
            Fetched::NotModified { validators, .. } => {
                memory.validators = validators;
                return self.unchanged(plan, memory, Gate::NotModified, now).await;
            }
            Fetched::Fresh { page, validators, body_hash, .. } => {
                Fresh { page, validators, body_hash: body_hash.to_vec() }
            }
        };
        if memory.body_hash.as_deref() == Some(fresh.body_hash.as_slice()) {
            memory.validators = fresh.validators;
            return self.unchanged(plan, memory, Gate::SameBody, now).await;
        }
        let look = self.0.reader.look(plan, fresh.page, now).await?;
        if matches!(look.verdict, Verdict::Broken(_)) {
            return Err(Trouble::Broken(look.verdict));
        }
        memory.validators = fresh.validators;
        if memory.found_hash.as_deref() == Some(look.found_hash.as_slice()) {
            memory.body_hash = Some(fresh.body_hash);
            return self.unchanged(plan, memory, Gate::SameItems, now).await;
        }
        memory.found_hash = Some(look.found_hash.to_vec());
        memory.found = u32::try_from(look.candidates.len()).unwrap_or(u32::MAX);
        let list = self.follow(plan, look, fresh.body_hash.clone(), now).await?;
        memory.body_hash = Some(fresh.body_hash);
        match self.keep(plan, list.look, Some(memory), now).await? {
            Outcome::Read(read) => Ok(Outcome::Read(Read { pages: list.pages, stopped: list.stopped, ..read })),
            other => Ok(other),
        }
    }

    /// Reads further pages of the list while the one before had something new: within bounds, no page twice. The first
    /// page counts even if a further one fails.
    async fn follow(&self, plan: &Plan, first: Look, body_hash: Vec<u8>, now: Timestamp) -> Result<List, StoreError> {
        let mut seen = BTreeSet::from([canonical_link(&plan.source.url)]);
        let mut bodies = BTreeSet::from([body_hash]);
        let mut list = List { look: first, pages: 1, stopped: None };
        let mut from = 0;
        while list.pages < plan.paging.max_pages && self.has_news(plan, &list.look.candidates, from, now).await? {
            let next = plan.paging.next(&plan.source.url, list.pages + 1, &list.look.further);
            let Some(next) = next.filter(|url| seen.insert(canonical_link(url))) else { break };
            let ask = Ask { source: &plan.source, url: &next, validators: &Validators::default() };
            let page = match self.0.fetcher.fetch(&ask).await {
                Ok(Fetched::Fresh { page, body_hash, .. }) if bodies.insert(body_hash.to_vec()) => page,
                Ok(_) => break,
                Err(error) => {
                    list.stopped = Some(error.into());
                    break;
                }
            };
            let look = match self.0.reader.look(plan, page, now).await {
                Ok(look) if look.candidates.is_empty() => break,
                Ok(look) => look,
                Err(trouble) => {
                    list.stopped = Some(trouble);
                    break;
                }
            };
            from = list.look.candidates.len();
            list.look.candidates.extend(look.candidates);
            list.look.defects.extend(look.defects);
            list.look.further = look.further;
            list.pages += 1;
        }
        Ok(list)
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
        let decided = self.decide(&mut ledger, plan, candidates, now).await?.1;
        Ok(decided.iter().any(|one| one.place >= from && matches!(one.decision, Decision::New { .. })))
    }
}
