//! The feeds: which there are, what they show, which are due.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::error::{During, StoreError};
use super::rows::{self, ITEM_COLUMNS, corrupt, instant, json};
use super::{Store, rule};
use crate::model::{Item, Rule, Selection, Slug};

/// A feed as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedFeed {
    /// Its address.
    pub slug: Slug,
    /// The site's title, the category's name, or what the config says.
    pub title: String,
    /// What it shows.
    pub selection: Selection,
    /// When its content last changed.
    pub changed: Timestamp,
    /// Counts its changes.
    pub version: i64,
}

/// A feed for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedState {
    /// The feed.
    pub feed: PublishedFeed,
    /// Whether it has changed since it was last published.
    pub due: bool,
    /// Items it could show.
    pub items: u64,
    /// When the newest of them was published.
    pub newest: Option<Timestamp>,
}

const FEED_COLUMNS: &str = "f.slug, f.kind, f.title, f.changed, f.version, f.due, f.rule, \
     (SELECT json_group_array(category ORDER BY category) FROM feed_category fc WHERE fc.slug = f.slug) AS categories";

impl Store {
    /// The feeds that have changed since they were last published, or all.
    pub async fn feeds(&self, due_only: bool) -> Result<Vec<PublishedFeed>, StoreError> {
        let task = "list the feeds";
        self.present().await?;
        let filter = if due_only { "AND f.due = 1" } else { "" };
        let sql = format!(
            "SELECT {FEED_COLUMNS} FROM feed f WHERE f.moved IS NULL {filter} ORDER BY f.kind = 'site' DESC, f.slug"
        );
        let found = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await.during(task)?;
        found.iter().map(feed).collect()
    }

    /// Every feed with what the operator wants to know of it.
    pub async fn feed_states(&self) -> Result<Vec<FeedState>, StoreError> {
        let task = "look at the feeds";
        let sql = format!(
            "SELECT {FEED_COLUMNS}, CASE f.kind WHEN 'site' THEN (SELECT count(*) FROM item) ELSE \
             (SELECT count(*) FROM feed_item fi WHERE fi.slug = f.slug AND fi.shown = 1) END AS items, \
             CASE f.kind WHEN 'site' THEN (SELECT max(published) FROM item) ELSE \
             (SELECT max(fi.published) FROM feed_item fi WHERE fi.slug = f.slug AND fi.shown = 1) END AS newest \
             FROM feed f WHERE f.moved IS NULL ORDER BY f.kind = 'site' DESC, f.slug"
        );
        let found = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await.during(task)?;
        found
            .iter()
            .map(|row| {
                let newest: Option<i64> = row.try_get("newest").during(task)?;
                let feed = feed(row)?;
                Ok(FeedState {
                    due: row.try_get::<i64, _>("due").during(task)? == 1,
                    items: u64::try_from(row.try_get::<i64, _>("items").during(task)?).unwrap_or(0),
                    newest: newest.map(|seconds| instant(seconds, feed.slug.as_str())).transpose()?,
                    feed,
                })
            })
            .collect()
    }

    /// The newest items of a feed, at most `limit`, the newest first. It has taken note of what changed: see
    /// [`Store::settle`].
    pub async fn items(&self, feed: &PublishedFeed, limit: usize) -> Result<Vec<Item>, StoreError> {
        let sql = format!(
            "SELECT {ITEM_COLUMNS} FROM feed_item fi JOIN item i ON i.nr = fi.item WHERE fi.slug = $1 AND fi.shown = 1 \
             ORDER BY fi.published DESC, i.id LIMIT $2"
        );
        let found = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(feed.slug.as_str())
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await
            .during("read the items of a feed")?;
        found.iter().map(rows::item).collect()
    }

    /// The slugs of the categories that these items stand in, by their keys.
    pub async fn slugs_of(&self, items: &[Item]) -> Result<BTreeMap<String, Slug>, StoreError> {
        let keys: BTreeSet<&str> =
            items.iter().flat_map(|item| &item.categories).map(|category| category.key.as_str()).collect();
        let keys: Vec<&str> = keys.into_iter().collect();
        let sql = "SELECT key, slug FROM category WHERE key IN (SELECT value FROM json_each($1))";
        let found: Vec<(String, String)> =
            sqlx::query_as(sql).bind(json(&keys)).fetch_all(&self.pool).await.during("look for slugs of categories")?;
        let read = |(key, slug): (String, String)| match Slug::parse(&slug) {
            Ok(slug) => Ok((key, slug)),
            Err(error) => Err(corrupt(&slug, &error)),
        };
        found.into_iter().map(read).collect()
    }

    /// Which of these keys are those of categories, and how many categories there are.
    pub async fn categories_among(&self, keys: &BTreeSet<&str>) -> Result<(BTreeSet<String>, usize), StoreError> {
        let task = "count the categories";
        let sql = "SELECT key FROM category WHERE key IN (SELECT value FROM json_each($1))";
        let known: Vec<String> = sqlx::query_scalar(sql)
            .bind(json(&keys.iter().collect::<Vec<_>>()))
            .fetch_all(&self.pool)
            .await
            .during(task)?;
        let all: i64 = sqlx::query_scalar("SELECT count(*) FROM category").fetch_one(&self.pool).await.during(task)?;
        Ok((known.into_iter().collect(), usize::try_from(all).unwrap_or(usize::MAX)))
    }

    /// The feeds of categories that were renamed, each with the slug of the feed that has taken its place.
    pub async fn moved(&self) -> Result<Vec<(PublishedFeed, Slug)>, StoreError> {
        let task = "list the feeds that have moved";
        let sql = format!("SELECT {FEED_COLUMNS}, f.moved FROM feed f WHERE f.moved IS NOT NULL ORDER BY f.slug");
        let found = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await.during(task)?;
        let moved = |row: &SqliteRow| {
            let to: String = row.try_get("moved").during(task)?;
            Ok((feed(row)?, Slug::parse(&to).map_err(|e| corrupt(&to, &e))?))
        };
        found.iter().map(moved).collect()
    }

    /// Clears the mark of a feed, unless it has changed again since it was read.
    pub async fn published(&self, feed: &PublishedFeed) -> Result<(), StoreError> {
        sqlx::query("UPDATE feed SET due = 0 WHERE slug = $1 AND version = $2")
            .bind(feed.slug.as_str())
            .bind(feed.version)
            .execute(self.writing().await?)
            .await
            .during("note that a feed is published")?;
        Ok(())
    }

    /// Fails if one of these slugs, of declared feeds, is that of a category.
    pub async fn check_slugs(&self, slugs: &[Slug]) -> Result<(), StoreError> {
        let names: Vec<&str> = slugs.iter().map(Slug::as_str).collect();
        let taken: Option<(String, String)> = sqlx::query_as(
            "SELECT slug, title FROM feed WHERE kind = 'category' AND slug IN (SELECT value FROM json_each($1))",
        )
        .bind(json(&names))
        .fetch_optional(&self.pool)
        .await
        .during("look for the slugs of feeds")?;
        taken.map_or(Ok(()), |(slug, by)| Err(StoreError::SlugTaken { slug, by }))
    }
}

fn feed(row: &SqliteRow) -> Result<PublishedFeed, StoreError> {
    let task = "read a feed";
    let slug: String = row.try_get("slug").during(task)?;
    let kind: String = row.try_get("kind").during(task)?;
    let categories: String = row.try_get("categories").during(task)?;
    let mut keys: Vec<String> = serde_json::from_str(&categories).map_err(|e| corrupt(&slug, &e))?;
    let rule: Option<String> = row.try_get("rule").during(task)?;
    let selection = match (rule, kind.as_str(), keys.len()) {
        (Some(rule), ..) => Selection::Rule(rule::read(&rule).map_err(|e| corrupt(&slug, &e))?),
        (None, "site", _) => Selection::All,
        (None, "category", 1) => Selection::Category(keys.remove(0)),
        // One that others were renamed to.
        (None, ..) => Selection::Rule(Rule { any: keys, ..Rule::default() }),
    };
    Ok(PublishedFeed {
        title: row.try_get("title").during(task)?,
        changed: instant(row.try_get("changed").during(task)?, &slug)?,
        version: row.try_get("version").during(task)?,
        slug: Slug::parse(&slug).map_err(|e| corrupt(&slug, &e))?,
        selection,
    })
}
