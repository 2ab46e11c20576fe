//! The ledger by itself: what a race or a damaged row may not do.

use std::collections::BTreeSet;

use flode::dedup::{self, Candidate, Reading};
use flode::model::{Category, FoundItem, Slug, SourceId};
use flode::store::{Options, SiteFeeds, Store, StoreError};
use jiff::Timestamp;
use jiff::tz::TimeZone;

const NOW: &str = "2026-03-02T09:30:00Z";

async fn store(dir: &tempfile::TempDir) -> Store {
    let store = Store::open(&Options { path: dir.path().join("flode.db") }).await.unwrap();
    let site = (Slug::parse("all").unwrap(), "Nyheter".to_owned());
    let feeds =
        SiteFeeds { site, declared: Vec::new(), known: Vec::new(), renamed: Vec::new(), fingerprint: String::new() };
    store.declare(&feeds, NOW.parse().unwrap()).await.unwrap();
    store
}

/// Keeps one item of a source, as one transaction.
async fn keep(store: &Store, source: &str, title: &str) -> Result<(), StoreError> {
    let source = SourceId::parse(source).unwrap();
    let site = "https://www.malaro.example/".parse().unwrap();
    let now: Timestamp = NOW.parse().unwrap();
    let found = FoundItem { title: title.to_owned(), ..FoundItem::default() };
    let candidates = [Candidate::new(found, Category::new("Kultur").into_iter().collect())];
    let mut ledger = store.begin().await?;
    let known = ledger.known(&source, &[&candidates[0].title], &[]).await?;
    let configured = BTreeSet::from([source.clone()]);
    let reading = Reading {
        source: &source,
        site: &site,
        time_zone: &TimeZone::UTC,
        now,
        archived: false,
        configured: &configured,
    };
    let decided = dedup::decide(&candidates, &known, &reading, &dedup::Options::default());
    ledger.apply(&source, &known, &decided, now, true).await?;
    ledger.commit().await
}

#[tokio::test]
async fn a_feed_that_changed_while_it_was_written_stays_due() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir).await;
    keep(&store, "a", "Ett").await.unwrap();
    let read = store.feeds(true).await.unwrap();
    // In the same second, between the reading of the feed and the note that it is published.
    keep(&store, "b", "Två").await.unwrap();
    for feed in &read {
        store.published(feed).await.unwrap();
    }
    let due: Vec<String> = store.feeds(true).await.unwrap().into_iter().map(|feed| feed.slug.to_string()).collect();
    assert_eq!(due, ["all", "kultur"]);
    for feed in store.feeds(true).await.unwrap() {
        store.published(&feed).await.unwrap();
    }
    assert!(store.feeds(true).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_not_committed_leaves_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir).await;
    let source = SourceId::parse("a").unwrap();
    let mut ledger = store.begin().await.unwrap();
    let memory = flode::store::SourceMemory { failures: 7, ..store_memory() };
    ledger.remember(&source, &memory).await.unwrap();
    drop(ledger);
    assert_eq!(store.memory(&source).await.unwrap().failures, 0);
}

fn store_memory() -> flode::store::SourceMemory {
    flode::store::SourceMemory { outcome: "new".to_owned(), ..flode::store::SourceMemory::default() }
}

#[tokio::test]
async fn a_file_that_is_no_ledger_is_named_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("flode.db");
    std::fs::write(&path, "Kära dagbok, detta är ingen databas. ".repeat(100)).unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = Store::open(&Options { path: path.clone() }).await.unwrap_err();
    assert!(error.to_string().contains("flode.db") && error.hint().is_some(), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}
