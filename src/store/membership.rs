//! Which items a feed shows.
//!
//! A run marks the items that it has touched in every feed that may show them ([`Ledger::touch`]); the feed's rule is
//! asked when the feed is published ([`Store::settle`]). So a run costs what it changed, and a rule is asked once of an
//! item and not at every publication.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::error::{During, StoreError};
use super::rows::{self, ITEM_COLUMNS, corrupt, instant, json};
use super::{Ledger, PublishedFeed, Store};
use crate::model::{LooseItem, Selection, SourceId};

/// Items looked at together.
const BATCH: i64 = 500;

impl Ledger {
    /// Marks items in the feeds that may show them: those in `changed` are new or other than they were, those in `seen`
    /// were seen on the page of another source.
    ///
    /// An item that changed leaves its archive document, which stays as it is: its new form is shown by the feed, and goes
    /// into another document in time (see `publish::archive`).
    pub(super) async fn touch(
        &mut self,
        changed: &BTreeSet<i64>,
        seen: &BTreeSet<i64>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let changed = json(&changed.iter().collect::<Vec<_>>());
        let seen = json(&seen.iter().collect::<Vec<_>>());
        for sql in [
            "UPDATE feed_item SET touched = $3, page = 0 WHERE item IN (SELECT value FROM json_each($1))",
            "INSERT OR IGNORE INTO feed_item (slug, item, published, touched) \
             SELECT f.slug, i.nr, i.published, $3 FROM json_each($1) j JOIN item i ON i.nr = j.value JOIN feed f ON f.wide = 1 \
             UNION SELECT fc.slug, i.nr, i.published, $3 FROM json_each($1) j JOIN item i ON i.nr = j.value \
              JOIN item_category ic ON ic.item = i.nr JOIN feed_category fc ON fc.category = ic.category",
            "UPDATE feed_item SET touched = $3 WHERE item IN (SELECT value FROM json_each($2)) \
             AND slug IN (SELECT slug FROM feed WHERE rule IS NOT NULL)",
            "INSERT OR IGNORE INTO feed_item (slug, item, published, touched) \
             SELECT f.slug, i.nr, i.published, $3 FROM json_each($2) j JOIN item i ON i.nr = j.value \
             JOIN feed f ON f.rule IS NOT NULL WHERE f.wide = 1 OR EXISTS (SELECT 1 FROM item_category ic \
              JOIN feed_category fc ON fc.category = ic.category WHERE ic.item = i.nr AND fc.slug = f.slug)",
            // Whether its content has changed is seen when the rule is asked.
            "UPDATE feed SET due = 1, version = version + 1 WHERE rule IS NOT NULL AND slug IN \
             (SELECT slug FROM feed_item WHERE touched IS NOT NULL AND (item IN (SELECT value FROM json_each($1)) \
              OR item IN (SELECT value FROM json_each($2))))",
        ] {
            sqlx::query(sql)
                .bind(&changed)
                .bind(&seen)
                .bind(now.as_second())
                .execute(self.connection())
                .await
                .during("mark the items that have changed")?;
        }
        Ok(())
    }

    async fn touched(&mut self, feed: &PublishedFeed) -> Result<Vec<SqliteRow>, StoreError> {
        let sql = format!(
            "SELECT {ITEM_COLUMNS}, fi.shown, fi.touched, \
             (SELECT json_group_array(s.source) FROM sighting s WHERE s.item = i.nr) AS sources \
             FROM feed_item fi JOIN item i ON i.nr = fi.item WHERE fi.slug = $1 AND fi.touched IS NOT NULL LIMIT $2"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(feed.slug.as_str())
            .bind(BATCH)
            .fetch_all(self.connection())
            .await
            .during("read the items that a feed has to look at")
    }

    async fn settle_items(&mut self, feed: &PublishedFeed, shown: &[i64], gone: &[i64]) -> Result<(), StoreError> {
        for (sql, items) in [
            (
                "UPDATE feed_item SET shown = 1, touched = NULL WHERE slug = $1 \
                 AND item IN (SELECT value FROM json_each($2))",
                shown,
            ),
            ("DELETE FROM feed_item WHERE slug = $1 AND item IN (SELECT value FROM json_each($2))", gone),
        ] {
            sqlx::query(sql)
                .bind(feed.slug.as_str())
                .bind(json(items))
                .execute(self.connection())
                .await
                .during("settle which items a feed shows")?;
        }
        Ok(())
    }
}

impl Store {
    /// Asks the feed's rule of every item that has changed, and moves `feed.changed` on if its content has.
    pub async fn settle(&self, feed: &mut PublishedFeed) -> Result<(), StoreError> {
        let task = "settle which items a feed shows";
        loop {
            let mut ledger = self.begin().await?;
            let found = ledger.touched(feed).await?;
            if found.is_empty() {
                return Ok(());
            }
            let (mut shown, mut gone) = (Vec::new(), Vec::new());
            for row in &found {
                let nr: i64 = row.try_get("nr").during(task)?;
                let takes = takes(&feed.selection, row)?;
                let side = if takes { &mut shown } else { &mut gone };
                side.push(nr);
                let before = row.try_get::<i64, _>("shown").during(task)? == 1;
                if takes || before {
                    let touched = instant(row.try_get("touched").during(task)?, feed.slug.as_str())?;
                    feed.changed = feed.changed.max(touched);
                }
            }
            ledger.settle_items(feed, &shown, &gone).await?;
            sqlx::query("UPDATE feed SET changed = $2 WHERE slug = $1")
                .bind(feed.slug.as_str())
                .bind(feed.changed.as_second())
                .execute(ledger.connection())
                .await
                .during(task)?;
            ledger.commit().await?;
        }
    }

    /// The items of a feed that are in no archive document, the oldest first; of equal dates, the one that was kept first.
    pub async fn loose(&self, feed: &PublishedFeed) -> Result<Vec<LooseItem>, StoreError> {
        let task = "read the items that are in no archive";
        let found: Vec<(i64, String, i64)> = sqlx::query_as(
            "SELECT i.nr, i.id, i.published FROM feed_item fi JOIN item i ON i.nr = fi.item \
             WHERE fi.slug = $1 AND fi.page = 0 AND fi.shown = 1 ORDER BY fi.published, fi.item",
        )
        .bind(feed.slug.as_str())
        .fetch_all(&self.pool)
        .await
        .during(task)?;
        let loose = |(nr, id, published): (i64, String, i64)| {
            Ok(LooseItem {
                nr,
                published: instant(published, &id)?,
                id: id.parse().map_err(|error| corrupt(&id, &error))?,
            })
        };
        found.into_iter().map(loose).collect()
    }
}

fn takes(selection: &Selection, row: &SqliteRow) -> Result<bool, StoreError> {
    let item = rows::item(row)?;
    let place = item.id.to_string();
    let sources: String = row.try_get("sources").during("read where an item was seen")?;
    let sources: Vec<String> = serde_json::from_str(&sources).map_err(|error| corrupt(&place, &error))?;
    let sources: Vec<SourceId> = sources
        .iter()
        .map(|id| SourceId::parse(id))
        .collect::<Result<_, _>>()
        .map_err(|error| corrupt(&place, &error))?;
    Ok(selection.takes(&item, &sources))
}
