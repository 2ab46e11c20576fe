//! The feeds: which there are, what they show, which are due.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::error::{During, StoreError};
use super::rows::{self, ITEM_COLUMNS, corrupt, instant, json};
use super::{Ledger, Store};
use crate::model::{Item, Selection, Slug};

/// The feeds that the config declares; those of the categories come by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFeeds {
    /// The feed of everything.
    pub site: (Slug, String),
    /// A slug, a title and category keys for each department.
    pub declared: Vec<(Slug, String, Vec<String>)>,
    /// All that the documents depend on beside the ledger (addresses, titles, limits). When it changes, every feed is due.
    pub fingerprint: String,
}

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

const FEED_COLUMNS: &str = "f.slug, f.kind, f.title, f.changed, f.version, f.due, \
     (SELECT json_group_array(category ORDER BY category) FROM feed_category fc WHERE fc.slug = f.slug) AS categories";

impl Store {
    /// Brings the declared feeds up to date with the config.
    pub async fn declare(&self, feeds: &SiteFeeds, now: Timestamp) -> Result<(), StoreError> {
        let mut ledger = self.begin().await?;
        ledger.declare(feeds, now).await?;
        ledger.commit().await
    }

    /// The feeds that have changed since they were last published, or all.
    pub async fn feeds(&self, due_only: bool) -> Result<Vec<PublishedFeed>, StoreError> {
        let task = "list the feeds";
        self.present().await?;
        let filter = if due_only { "WHERE f.due = 1" } else { "" };
        let sql = format!("SELECT {FEED_COLUMNS} FROM feed f {filter} ORDER BY f.kind = 'site' DESC, f.slug");
        let found = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await.during(task)?;
        found.iter().map(feed).collect()
    }

    /// Every feed with what the operator wants to know of it.
    pub async fn feed_states(&self) -> Result<Vec<FeedState>, StoreError> {
        let task = "look at the feeds";
        let sql = format!(
            "SELECT {FEED_COLUMNS}, CASE f.kind WHEN 'site' THEN (SELECT count(*) FROM item) ELSE \
             (SELECT count(DISTINCT ic.item) FROM item_category ic JOIN feed_category fc ON fc.category = ic.category \
              WHERE fc.slug = f.slug) END AS items, \
             CASE f.kind WHEN 'site' THEN (SELECT max(published) FROM item) ELSE \
             (SELECT max(i.published) FROM item i JOIN item_category ic ON ic.item = i.nr \
              JOIN feed_category fc ON fc.category = ic.category WHERE fc.slug = f.slug) END AS newest \
             FROM feed f ORDER BY f.kind = 'site' DESC, f.slug"
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

    /// The newest items of a feed, at most `limit`, the newest first.
    pub async fn items(&self, selection: &Selection, limit: usize) -> Result<Vec<Item>, StoreError> {
        let (filter, keys) = match selection {
            Selection::All => ("", Vec::new()),
            Selection::Category(key) => (BY_CATEGORY, vec![key.clone()]),
            Selection::AnyOf(keys) => (BY_CATEGORY, keys.clone()),
        };
        let sql = format!("SELECT {ITEM_COLUMNS} FROM item i {filter} ORDER BY i.published DESC, i.id LIMIT $2");
        let found = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(json(&keys))
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

    /// Clears the mark of a feed, unless it has changed again since it was read.
    pub async fn published(&self, feed: &PublishedFeed) -> Result<(), StoreError> {
        sqlx::query("UPDATE feed SET due = 0 WHERE slug = $1 AND version = $2")
            .bind(feed.slug.as_str())
            .bind(feed.version)
            .execute(&self.pool)
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

const BY_CATEGORY: &str =
    "WHERE i.nr IN (SELECT item FROM item_category WHERE category IN (SELECT value FROM json_each($1)))";

fn feed(row: &SqliteRow) -> Result<PublishedFeed, StoreError> {
    let task = "read a feed";
    let slug: String = row.try_get("slug").during(task)?;
    let kind: String = row.try_get("kind").during(task)?;
    let categories: String = row.try_get("categories").during(task)?;
    let mut keys: Vec<String> = serde_json::from_str(&categories).map_err(|e| corrupt(&slug, &e))?;
    let selection = match (kind.as_str(), keys.len()) {
        ("site", _) => Selection::All,
        ("category", 1) => Selection::Category(keys.remove(0)),
        _ => Selection::AnyOf(keys),
    };
    Ok(PublishedFeed {
        title: row.try_get("title").during(task)?,
        changed: instant(row.try_get("changed").during(task)?, &slug)?,
        version: row.try_get("version").during(task)?,
        slug: Slug::parse(&slug).map_err(|e| corrupt(&slug, &e))?,
        selection,
    })
}

impl Ledger {
    async fn declare(&mut self, feeds: &SiteFeeds, now: Timestamp) -> Result<(), StoreError> {
        let task = "declare the feeds of the config";
        let site = std::iter::once((&feeds.site.0, &feeds.site.1, "site", &[][..]));
        let declared = feeds.declared.iter().map(|(slug, title, keys)| (slug, title, "declared", keys.as_slice()));
        let mut named = BTreeSet::new();
        for (slug, title, kind, keys) in site.chain(declared) {
            self.refuse_taken(slug, kind).await?;
            named.insert(slug.as_str());
            sqlx::query(
                "INSERT INTO feed (slug, kind, title, changed) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (slug) DO UPDATE SET title = $3, due = due OR title <> $3, version = version + (title <> $3)",
            )
            .bind(slug.as_str())
            .bind(kind)
            .bind(title)
            .bind(now.as_second())
            .execute(self.connection())
            .await
            .during(task)?;
            self.select(slug, keys, now).await?;
        }
        let named: Vec<&str> = named.into_iter().collect();
        sqlx::query("DELETE FROM feed WHERE kind <> 'category' AND slug NOT IN (SELECT value FROM json_each($1))")
            .bind(json(&named))
            .execute(self.connection())
            .await
            .during(task)?;
        self.compare_fingerprint(&feeds.fingerprint).await
    }

    /// A category has its slug for good, so a declared feed has to find another.
    async fn refuse_taken(&mut self, slug: &Slug, kind: &str) -> Result<(), StoreError> {
        let by: Option<String> = sqlx::query_scalar("SELECT title FROM feed WHERE slug = $1 AND kind = 'category'")
            .bind(slug.as_str())
            .fetch_optional(self.connection())
            .await
            .during("look for the slug of a feed")?;
        match by {
            Some(by) if kind != "category" => Err(StoreError::SlugTaken { slug: slug.to_string(), by }),
            _ => Ok(()),
        }
    }

    /// Sets the categories of a declared feed; another set changes its content.
    async fn select(&mut self, slug: &Slug, keys: &[String], now: Timestamp) -> Result<(), StoreError> {
        let task = "set the categories of a feed";
        let before: Vec<String> = sqlx::query_scalar("SELECT category FROM feed_category WHERE slug = $1")
            .bind(slug.as_str())
            .fetch_all(self.connection())
            .await
            .during(task)?;
        if before.iter().collect::<BTreeSet<_>>() == keys.iter().collect::<BTreeSet<_>>() {
            return Ok(());
        }
        sqlx::query("DELETE FROM feed_category WHERE slug = $1")
            .bind(slug.as_str())
            .execute(self.connection())
            .await
            .during(task)?;
        sqlx::query("INSERT INTO feed_category (category, slug) SELECT DISTINCT value, $1 FROM json_each($2)")
            .bind(slug.as_str())
            .bind(json(keys))
            .execute(self.connection())
            .await
            .during(task)?;
        sqlx::query("UPDATE feed SET due = 1, version = version + 1, changed = max(changed, $2) WHERE slug = $1")
            .bind(slug.as_str())
            .bind(now.as_second())
            .execute(self.connection())
            .await
            .during(task)?;
        Ok(())
    }

    async fn compare_fingerprint(&mut self, fingerprint: &str) -> Result<(), StoreError> {
        let task = "compare the settings of the feeds";
        let changed = sqlx::query(
            "INSERT INTO setting (name, value) VALUES ('feeds', $1) \
             ON CONFLICT (name) DO UPDATE SET value = $1 WHERE value <> $1",
        )
        .bind(fingerprint)
        .execute(self.connection())
        .await
        .during(task)?;
        if changed.rows_affected() > 0 {
            sqlx::query("UPDATE feed SET due = 1, version = version + 1")
                .execute(self.connection())
                .await
                .during(task)?;
        }
        Ok(())
    }
}
