//! Packs the page of a run for the archive.
//!
//! The first page of a list alone is kept: further pages and articles are not, nor are pages whose items are those of the
//! last run, which a gate has recognised. What is kept goes with the run's own transaction: both happen, or neither.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Look, Pipeline};
use crate::dedup::Candidate;
use crate::model::{FoundItem, Verdict};
use crate::store::SavedPage;

impl Pipeline {
    /// The page with what was found on it; `None` if none are kept.
    pub(super) async fn saved(
        &self,
        look: &Look,
        verdict: &Verdict,
        body_hash: Vec<u8>,
        now: Timestamp,
    ) -> Option<SavedPage> {
        if self.0.archive.pages == 0 {
            return None;
        }
        let (page, verdict) = (Arc::clone(&look.page), verdict.clone());
        let items = look.candidates.iter().map(found).collect();
        let pack = move || SavedPage::new(&page, now, &verdict, body_hash, items);
        // A page that could not be packed is not kept; the run goes on without it.
        tokio::task::spawn_blocking(pack).await.ok()
    }
}

/// What was found, in the categories that it came to, without its full text.
pub(super) fn found(candidate: &Candidate) -> FoundItem {
    let categories = candidate.categories.iter().map(|category| category.name.clone()).collect();
    FoundItem { categories, content: None, ..candidate.found.clone() }
}
