//! Article pages: read once, when an item is new, if the source's recipe wants more than the list offers.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::{Look, Moment, Pipeline, Plan, Trouble};
use crate::extract::{Article, ArticleRecipe};
use crate::fetch::{Ask, Fetched};
use crate::model::{Decision, Defect, FoundItem, PageDate, Validators};
use crate::store::StoreError;

/// Article pages read in one run; further new items of the run are announced with what the list says of them.
pub const MAX_ARTICLES: usize = 50;

/// For all the articles of a run together: the list's items are not announced before.
pub const ARTICLE_TIME: Duration = Duration::from_mins(2);

impl Pipeline {
    /// Adds to the new items what their own pages say. One that cannot be had is a defect, and never holds its item back.
    pub(super) async fn read_articles(&self, plan: &Plan, look: &mut Look, now: Timestamp) -> Result<(), StoreError> {
        let Some(recipe) = &plan.article else { return Ok(()) };
        let mut ledger = self.0.store.begin().await?;
        let (_, decided) = self.decide(&mut ledger, plan, &look.candidates, Moment::Present(now)).await?;
        drop(ledger);
        let new = decided.into_iter().filter(|one| matches!(one.decision, Decision::New { .. })).map(|one| one.place);
        let end = Instant::now() + ARTICLE_TIME;
        let mut stopped: Option<String> = None;
        for place in new.take(MAX_ARTICLES) {
            let Some(candidate) = look.candidates.get_mut(place) else { continue };
            let Some(link) = candidate.found.link.clone() else { continue };
            let read = match &stopped {
                Some(why) => Err(why.clone()),
                None => match timeout_at(end, self.article(plan, recipe, &link, now)).await {
                    Ok(Ok(article)) => Ok(article),
                    Ok(Err(trouble)) => {
                        // A server that asks for patience is not asked for the next article.
                        let asked = matches!(&trouble, Trouble::Fetch(error) if error.retry_after().is_some());
                        stopped = asked.then(|| "the server asked for patience".to_owned());
                        Err(trouble.to_string())
                    }
                    Err(_) => {
                        stopped = Some(format!("the articles of a run have {} s together", ARTICLE_TIME.as_secs()));
                        Err("the time for articles is used up".to_owned())
                    }
                },
            };
            match read {
                Ok(Article { notice: Some(noticed), .. }) => {
                    look.defects.push(Defect::NoArticle { item: place + 1, why: format!("it is {noticed}") });
                }
                Ok(article) => enrich(&mut candidate.found, article),
                Err(why) => look.defects.push(Defect::NoArticle { item: place + 1, why }),
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
        match self.ask(&ask).await? {
            Fetched::Fresh { page, .. } => self.0.reader.article(plan, recipe, page, now).await,
            // The fetcher refuses an answer of 304 that nobody asked for.
            Fetched::NotModified { .. } => Ok(Article::default()),
        }
    }
}

/// What the list says comes first; of a day that the list names, the article may know the time.
fn enrich(found: &mut FoundItem, article: Article) {
    found.date = match (found.date, article.date) {
        (Some(PageDate::Day(day)), Some(PageDate::Instant(at))) if near(day, at) => article.date,
        (Some(PageDate::Month(_)) | None, Some(better)) => Some(better),
        (listed, _) => listed,
    };
    found.author = found.author.take().or(article.author);
    found.image = found.image.take().or(article.image);
    found.summary = found.summary.take().or(article.summary);
    found.content = found.content.take().or(article.content);
}

/// Whether the moment falls on the day, somewhere.
fn near(day: Date, at: Timestamp) -> bool {
    let there = at.to_zoned(TimeZone::UTC).date();
    there.duration_since(day).abs() <= SignedDuration::from_hours(24)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_refines_the_date_of_the_list_and_does_not_replace_it() {
        for (listed, article, want) in [
            (None, Some("2019-05-05T10:00:00Z"), Some("2019-05-05T10:00:00Z")),
            (Some("2026-02-28"), Some("2026-02-28T10:00:00Z"), Some("2026-02-28T10:00:00Z")),
            (Some("2026-02-28"), Some("2026-02-27T23:30:00Z"), Some("2026-02-27T23:30:00Z")),
            (Some("2026-02-28"), Some("2019-05-05T10:00:00Z"), Some("2026-02-28")),
            (Some("2026-02"), Some("2026-02-11"), Some("2026-02-11")),
            (Some("2026-02-28T08:00:00Z"), Some("2026-02-28T10:00:00Z"), Some("2026-02-28T08:00:00Z")),
            (Some("2026-02-28"), None, Some("2026-02-28")),
        ] {
            let date = |text: Option<&str>| text.map(|text| text.parse::<PageDate>().expect("a date"));
            let mut found = FoundItem { date: date(listed), ..FoundItem::default() };
            enrich(&mut found, Article { date: date(article), ..Article::default() });
            assert_eq!(found.date, date(want), "{listed:?} {article:?}");
        }
    }
}
