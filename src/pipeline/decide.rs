//! Asks the deduplicator, with what the ledger knows.

use std::collections::BTreeSet;

use url::Url;

use super::Moment;
use crate::categorise::Categoriser;
use crate::dedup::{self, Candidate, Reading};
use crate::model::{Decided, ItemKey, KnownItem, Source, SourceId};
use crate::store::{Ledger, StoreError};

/// What a decision depends on, beside the page and the ledger.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decider<'a> {
    /// The site that the ids belong to.
    pub(super) site: &'a Url,
    /// The sources that are still configured.
    pub(super) configured: &'a BTreeSet<SourceId>,
    /// Knows today's aliases.
    pub(super) categoriser: &'a Categoriser,
    pub(super) dedup: &'a dedup::Options,
}

impl Decider<'_> {
    /// What is known of these candidates, and what the deduplicator says of them. It only looks.
    pub(super) async fn decide(
        &self,
        ledger: &mut Ledger,
        source: &Source,
        candidates: &[Candidate],
        moment: Moment,
    ) -> Result<(Vec<KnownItem>, Vec<Decided>), StoreError> {
        let titles: Vec<&str> = candidates.iter().map(|c| c.title.as_str()).collect();
        let links: Vec<&str> = candidates.iter().filter_map(|c| c.link.as_deref()).collect();
        let mut known = ledger.known(&source.id, &titles, &links).await?;
        for item in &mut known {
            self.translate(item);
        }
        let (now, archived) = match moment {
            Moment::Present(now) => (now, false),
            Moment::Archived { seen, .. } => (seen, true),
        };
        let reading = Reading {
            source: &source.id,
            site: self.site,
            time_zone: &source.time_zone,
            now,
            archived,
            configured: self.configured,
        };
        let decided = dedup::decide(candidates, &known, &reading, self.dedup);
        Ok((known, decided))
    }

    /// Adds the keys that an item would have if its categories had been named by today's aliases, so that an alias which
    /// the operator adds announces nothing anew.
    fn translate(&self, known: &mut KnownItem) {
        let today = known.keys.iter().filter_map(|(key, occurrence)| {
            let category = self.categoriser.meaning(&key.category)?.to_owned();
            Some((ItemKey { category, ..key.clone() }, *occurrence))
        });
        let today: Vec<_> = today.collect();
        known.keys.extend(today);
    }
}
