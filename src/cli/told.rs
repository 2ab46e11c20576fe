//! What the log has said of a disk that fails: it says it once, not at every run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::publish::PublishError;
use crate::store::StoreError;

/// What has been told since all was well. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Told(Arc<Mutex<Standing>>);

#[derive(Debug, Default)]
struct Standing {
    /// The troubles of the store, each by its word: one disk may show several in turn.
    store: BTreeSet<&'static str>,
    /// The feeds that could not be written, and why.
    feeds: BTreeMap<String, String>,
    /// Why the operator's feed could not be written.
    operators: Option<String>,
}

impl Told {
    /// Whether this trouble of the store is news.
    pub(super) fn store_fails(&self, error: &StoreError) -> bool {
        self.standing(|standing| standing.store.insert(error.word()))
    }

    /// Whether it is news that the store works.
    pub(super) fn store_works(&self) -> bool {
        self.standing(|standing| !std::mem::take(&mut standing.store).is_empty())
    }

    /// The failures that were not told yet.
    pub(super) fn feeds_fail<'a>(&self, failed: &'a [(String, PublishError)]) -> Vec<&'a (String, PublishError)> {
        self.standing(|standing| {
            let now: BTreeMap<String, String> =
                failed.iter().map(|(feed, error)| (feed.clone(), error.to_string())).collect();
            let before = std::mem::replace(&mut standing.feeds, now);
            failed.iter().filter(|(feed, error)| before.get(feed) != Some(&error.to_string())).collect()
        })
    }

    /// Whether it is news that every feed was written.
    pub(super) fn feeds_work(&self) -> bool {
        self.standing(|standing| !std::mem::take(&mut standing.feeds).is_empty())
    }

    /// Whether it is news why the operator's feed could not be written (`None`: it could, or did not have to be).
    pub(super) fn operators_feed(&self, failure: Option<&PublishError>) -> bool {
        let now = failure.map(ToString::to_string);
        self.standing(|standing| {
            let before = std::mem::replace(&mut standing.operators, now);
            standing.operators.is_some() && standing.operators != before
        })
    }

    fn standing<T>(&self, look: impl FnOnce(&mut Standing) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_is_news_until_it_is_over() {
        let told = Told::default();
        let vanished = || StoreError::Vanished { path: "flode.db".into() };
        let replaced = StoreError::Replaced { path: "flode.db".into() };
        assert!(!told.store_works());
        let heard = [&vanished(), &vanished(), &replaced, &vanished()].map(|error| told.store_fails(error));
        assert_eq!(heard, [true, false, true, false]);
        assert!(told.store_works());
        assert!(told.store_fails(&vanished()));
    }

    #[test]
    fn a_feed_is_news_when_its_reason_is() {
        let told = Told::default();
        let failed = |feeds: &[(&str, &str)]| -> Vec<(String, PublishError)> {
            let occupied = |path: &str| PublishError::Occupied { path: path.into() };
            feeds.iter().map(|(feed, path)| ((*feed).to_owned(), occupied(path))).collect()
        };
        let rounds = [(&[("a", "1")][..], 1), (&[("a", "1"), ("b", "1")], 1), (&[("a", "2"), ("b", "1")], 1)];
        for (feeds, news) in rounds {
            assert_eq!(told.feeds_fail(&failed(feeds)).len(), news, "{feeds:?}");
            assert!(told.feeds_fail(&failed(feeds)).is_empty(), "{feeds:?}");
        }
        assert!(told.feeds_work() && !told.feeds_work());
    }
    #[test]
    fn the_operators_feed_is_news_when_its_reason_is() {
        let told = Told::default();
        let full = PublishError::Occupied { path: "1".into() };
        let other = PublishError::Occupied { path: "2".into() };
        let rounds = [Some(&full), Some(&full), Some(&other), None, Some(&other)];
        assert_eq!(rounds.map(|failure| told.operators_feed(failure)), [true, false, true, false, true]);
    }
}
