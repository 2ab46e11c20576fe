//! Looks at pages as a run does, and keeps nothing: for `try` and `replay`, also beside a program that runs.

use std::collections::BTreeSet;

use jiff::Timestamp;
use url::Url;

use super::decide::Decider;
use super::recognised::Recognised;
use super::{Look, Moment, Plan, Reader};
use crate::dedup;
use crate::model::{SourceId, Verdict};
use crate::store::{Store, StoreError};

/// What looking needs.
#[derive(Debug)]
pub struct Onlooker {
    /// Reads pages.
    pub reader: Reader,
    /// The site that the ids belong to.
    pub site: Url,
    /// The sources that are configured.
    pub configured: BTreeSet<SourceId>,
    /// When an equal title is another item.
    pub dedup: dedup::Options,
}

/// What the next run would make of a page.
#[derive(Debug)]
pub struct Foreseen {
    /// By the page itself and by the history of its source.
    pub verdict: Verdict,
    /// The places of the items that are not known. They are announced; if the verdict is suspect, held.
    pub new: BTreeSet<usize>,
}

impl Onlooker {
    pub(super) fn decider(&self) -> Decider<'_> {
        let Self { reader, site, configured, dedup } = self;
        Decider { site, configured, categoriser: &reader.categoriser, dedup }
    }

    /// Holds the page against what the ledger knows of its source.
    pub async fn foresee(
        &self,
        store: &Store,
        plan: &Plan,
        look: &Look,
        now: Timestamp,
    ) -> Result<Foreseen, StoreError> {
        let mut memory = store.memory(&plan.source.id).await?;
        if memory.fingerprint != self.reader.fingerprint(plan) {
            memory.history.forget_recipe();
        }
        let mut ledger = store.look().await?;
        let moment = Moment::Present(now);
        let (known, decided) = self.decider().decide(&mut ledger, &plan.source, &look.candidates, moment).await?;
        let recognised = Recognised::of(&look.candidates, known, decided, now);
        let recognised = recognised.place(&mut ledger, &plan.source.id, &look.candidates).await?;
        let new = recognised.new_places().collect();
        let verdict = match &look.verdict {
            Verdict::Healthy => recognised.judge(&look.candidates, &memory, plan),
            other => other.clone(),
        };
        Ok(Foreseen { verdict, new })
    }
}
