//! Article pages: read once, when an item is new, if the source's recipe wants more than the list offers.

use jiff::Timestamp;
use url::Url;

use super::{Look, Moment, Pipeline, Plan, Trouble};
use crate::extract::{Article, ArticleRecipe};
use crate::fetch::{Ask, Fetched};
use crate::model::{Decision, Defect, FoundItem, PageDate, Validators};
use crate::store::StoreError;

/// Article pages read in one run; further new items of the run are announced with what the list says of them.
pub const MAX_ARTICLES: usize = 50;

impl Pipeline {
    /// Adds to the new items what their own pages say. One that cannot be had is a defect, and never holds its item back.
    pub(super) async fn read_articles(&self, plan: &Plan, look: &mut Look, now: Timestamp) -> Result<(), StoreError> {
        let Some(recipe) = &plan.article else { return Ok(()) };
        let mut ledger = self.0.store.begin().await?;
        let (_, decided) = self.decide(&mut ledger, plan, &look.candidates, Moment::Present(now)).await?;
        drop(ledger);
        let new = decided.into_iter().filter(|one| matches!(one.decision, Decision::New { .. })).map(|one| one.place);
        for place in new.take(MAX_ARTICLES) {
            let Some(candidate) = look.candidates.get_mut(place) else { continue };
            let Some(link) = candidate.found.link.clone() else { continue };
            match self.article(plan, recipe, &link, now).await {
                Ok(article) => enrich(&mut candidate.found, article),
                Err(trouble) => look.defects.push(Defect::NoArticle { item: place + 1, why: trouble.to_string() }),
            }
        }
        Ok(())
    }

    async fn article(
        &self,
        plan: &Plan,
        recipe: &ArticleRecipe,
        link: &Url,
        now: Timestamp,
    ) -> Result<Article, Trouble> {
        let validators = Validators::default();
        let ask = Ask { source: &plan.source, url: link, validators: &validators, options: &plan.fetch };
        match self.0.fetcher.fetch(&ask).await? {
            Fetched::Fresh { page, .. } => self.0.reader.article(plan, recipe, page, now).await,
            // The fetcher refuses an answer of 304 that nobody asked for.
            Fetched::NotModified { .. } => Ok(Article::default()),
        }
    }
}

/// What the list says comes first, but for a date of which the article knows the time.
fn enrich(found: &mut FoundItem, article: Article) {
    found.date = match (found.date, article.date) {
        (Some(PageDate::Instant(at)), _) | (_, Some(PageDate::Instant(at))) => Some(PageDate::Instant(at)),
        (Some(PageDate::Month(_)) | None, Some(better)) => Some(better),
        (listed, _) => listed,
    };
    found.author = found.author.take().or(article.author);
    found.image = found.image.take().or(article.image);
    found.summary = found.summary.take().or(article.summary);
    found.content = found.content.take().or(article.content);
}
