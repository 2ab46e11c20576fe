//! The stages that read a page: extract, judge, categorise. They keep nothing.

use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{Look, Plan, Trouble};
use crate::categorise::Categoriser;
use crate::dedup::Candidate;
use crate::extract::{self, Article, ArticleRecipe, Context};
use crate::fetch::FetchError;
use crate::judge;
use crate::model::{Category, Extraction, FoundItem, Notice, Page, Source, canonical_link};

/// Reads pages. Clones share what they read by.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The limits of extraction.
    pub extract: extract::Options,
    /// Names the categories.
    pub categoriser: Arc<Categoriser>,
}

impl Reader {
    /// Reads a page.
    pub async fn look(&self, plan: &Plan, page: Page, now: Timestamp) -> Result<Look, Trouble> {
        let (this, plan) = (self.clone(), plan.clone());
        // A parsed page cannot leave its thread, and parsing one is work for a thread of its own.
        let read = tokio::task::spawn_blocking(move || this.read(&plan, page, now));
        read.await.map_err(|error| Trouble::Panicked(error.to_string()))
    }

    /// Reads the page of an article.
    pub async fn article(
        &self,
        plan: &Plan,
        recipe: &ArticleRecipe,
        page: Page,
        now: Timestamp,
    ) -> Result<Article, Trouble> {
        let (this, plan, recipe) = (self.clone(), plan.clone(), recipe.clone());
        let read = tokio::task::spawn_blocking(move || {
            extract::article(&page, &recipe, &this.context(&plan.source, now), &this.extract)
        });
        read.await.map_err(|error| Trouble::Panicked(error.to_string()))
    }

    /// Says of a failed fetch what the page is that came with its status. That it is an error, the status has said.
    pub async fn recognise(&self, mut error: FetchError) -> FetchError {
        let Some(answer) = error.answer.as_mut() else { return error };
        if let (None, Some(page)) = (&answer.noticed, answer.page.take()) {
            let options = self.extract.clone();
            let looked = tokio::task::spawn_blocking(move || extract::recognise(&page, &options)).await;
            answer.noticed = looked.ok().flatten().filter(|noticed| noticed.notice != Notice::Error);
        }
        error
    }

    /// All that what is found on the same page depends on.
    pub(super) fn fingerprint(&self, plan: &Plan) -> String {
        let Source { id: _, url, default_category, language, time_zone } = &plan.source;
        let zone = time_zone.iana_name().unwrap_or_default();
        let parts = [
            url.as_str(),
            if plan.fetch.robots { "robots" } else { "" },
            &plan.recipe.fingerprint(),
            &plan.article.as_ref().map(ArticleRecipe::fingerprint).unwrap_or_default(),
            default_category.as_deref().unwrap_or_default(),
            language,
            zone,
            &format!("{:?}", self.categoriser.options()),
            &format!("{:?}", self.extract),
        ];
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        format!("{:x}", hash.finalize())
    }

    fn context<'a>(&'a self, source: &'a Source, now: Timestamp) -> Context<'a> {
        let known_categories = &self.categoriser.options().known;
        Context { language: &source.language, time_zone: &source.time_zone, now, known_categories }
    }

    fn read(&self, plan: &Plan, page: Page, now: Timestamp) -> Look {
        let source = &plan.source;
        let context = self.context(source, now);
        let extraction = extract::extract(&page, &plan.recipe, &context, &self.extract);
        let verdict = judge::judge(&extraction);
        let found_hash = hash_of_found(&extraction);
        let default = source.default_category.as_deref();
        let own = canonical_link(&page.url);
        let candidate = |found| {
            let categories = self.categoriser.categorise(&found, default);
            candidate(found, categories, &own)
        };
        let candidates = extraction.items.into_iter().map(candidate).collect();
        let page = Arc::new(page);
        Look { page, verdict, candidates, defects: extraction.defects, further: extraction.further, found_hash }
    }
}

/// An item of the page whose canonical link is `own`.
pub(super) fn candidate(found: FoundItem, categories: Vec<Category>, own: &str) -> Candidate {
    let candidate = Candidate::new(found, categories);
    // The address of the list itself, with a mark in it, tells no item from another.
    Candidate { link: candidate.link.filter(|link| link != own), ..candidate }
}

fn hash_of_found(extraction: &Extraction) -> [u8; 32] {
    // The debug form has every field; it changes with the program, which then reads a page once more.
    Sha256::digest(format!("{:?}{:?}", extraction.items, extraction.container)).into()
}
