//! The one transaction of a run: look up, then keep what was decided.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;
use sqlx::{Row, Sqlite, SqliteConnection, Transaction};

use super::error::{During, StoreError};
use super::rows::{self, ITEM_COLUMNS, corrupt, instant, json};
use crate::model::{Category, Changes, Decided, Decision, Item, ItemKey, KnownItem, Sighting, Slug, SourceId};

/// An open transaction. Dropped without [`Ledger::commit`], it leaves no trace.
#[derive(Debug)]
pub struct Ledger {
    transaction: Transaction<'static, Sqlite>,
    /// The rows of the items that [`Ledger::known`] has answered with, in its order.
    numbers: Vec<i64>,
    touched: Touched,
    applied: Applied,
}

/// What a transaction has changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// Items announced.
    pub new: u32,
    /// Items whose title, link or summary changed.
    pub edited: u32,
    /// Items that came into a category, or left one.
    pub moved: u32,
    /// Rows of the ledger written, other than what is remembered of the source.
    pub rows: u64,
}

/// What has changed, for the feeds that show it.
#[derive(Debug, Default)]
struct Touched {
    any: bool,
    categories: BTreeSet<String>,
    /// Items that are new or other than they were, by number.
    items: BTreeSet<i64>,
    /// Items that were seen on the page of another source.
    seen: BTreeSet<i64>,
}

impl Ledger {
    pub(super) fn new(transaction: Transaction<'static, Sqlite>) -> Self {
        Self { transaction, numbers: Vec::new(), touched: Touched::default(), applied: Applied::default() }
    }

    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }

    /// Every item that shares a title key with one on the page, or a link within this source.
    pub async fn known(
        &mut self,
        source: &SourceId,
        titles: &[&str],
        links: &[&str],
    ) -> Result<Vec<KnownItem>, StoreError> {
        let task = "look up the items of a page";
        let sql = format!(
            "SELECT {ITEM_COLUMNS}, \
             (SELECT json_group_array(json_array(k.title, k.category, k.occurrence)) FROM item_key k \
              WHERE k.item = i.nr) AS keys, \
             (SELECT json_group_array(json_object('source', s.source, 'link', s.link, 'gone', s.gone, 'categories', json( \
               (SELECT json_group_array(json_object('key', c.key, 'name', c.name) ORDER BY e.key) \
                FROM json_each(s.categories) e JOIN category c ON c.key = e.value)))) \
              FROM sighting s WHERE s.item = i.nr) AS sightings \
             FROM item i WHERE i.nr IN ( \
              SELECT item FROM item_key WHERE title IN (SELECT value FROM json_each($1)) \
              UNION SELECT item FROM sighting WHERE source = $2 AND link IN (SELECT value FROM json_each($3)))  \
             ORDER BY i.nr"
        );
        let found = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(json(titles))
            .bind(source.as_str())
            .bind(json(links))
            .fetch_all(self.connection())
            .await
            .during(task)?;
        self.numbers.clear();
        let mut known = Vec::with_capacity(found.len());
        for row in &found {
            let item = rows::item(row)?;
            let place = item.id.to_string();
            self.numbers.push(row.try_get("nr").during(task)?);
            known.push(KnownItem {
                keys: keys(&row.try_get::<String, _>("keys").during(task)?, &place)?,
                sightings: sightings(&row.try_get::<String, _>("sightings").during(task)?, &place)?,
                item,
            });
        }
        Ok(known)
    }

    /// Keeps what was decided of the page's items. `known` is what [`Ledger::known`] answered; `now` is when feeds change and
    /// items are edited, even if the page is an archived one. `whole` says that the page
    /// is the source's present one, so that what does not stand on it has left it; an archived page says nothing of that.
    pub async fn apply(
        &mut self,
        source: &SourceId,
        known: &[KnownItem],
        decided: &[Decided],
        now: Timestamp,
        whole: bool,
    ) -> Result<Applied, StoreError> {
        self.add_source(source).await?;
        let mut here = Vec::new();
        for one in decided {
            match &one.decision {
                Decision::New { item, keys, sighting } => here.push(self.announce(item, keys, sighting, now).await?),
                Decision::Known { known: index, changes, new_keys, sighting } => {
                    let Some((before, &nr)) = known.get(*index).zip(self.numbers.get(*index)) else { continue };
                    self.add_keys(nr, new_keys).await?;
                    self.change(nr, &before.item, changes, now).await?;
                    if !before.sightings.contains(sighting) {
                        if before.sightings.iter().all(|known| known.source != sighting.source) {
                            self.touched.seen.insert(nr);
                        }
                        self.see(nr, sighting).await?;
                    }
                    here.push(nr);
                }
                Decision::Repeat { .. } | Decision::Held => {}
            }
        }
        if whole {
            self.leave(source, &here, now).await?;
        }
        self.mark_due(now).await?;
        Ok(self.applied)
    }

    /// Makes everything durable.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.transaction.commit().await.during("commit a run")
    }

    async fn add_source(&mut self, source: &SourceId) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO source (id) VALUES ($1) ON CONFLICT DO NOTHING")
            .bind(source.as_str())
            .execute(self.connection())
            .await
            .during("add a source")?;
        Ok(())
    }

    async fn announce(
        &mut self,
        item: &Item,
        keys: &[(ItemKey, u32)],
        sighting: &Sighting,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        // Not before it was published, unless all that is left is the future.
        let free = self.free_from(item.updated).await?;
        let late = free > now.max(item.updated).as_second();
        let updated = if late { self.free_until(item.updated).await? } else { free };
        let nr: i64 = sqlx::query_scalar(
            "INSERT INTO item (id, home, title, link, summary, author, image, content, page_date, first_seen, published, \
             updated, enclosure) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING nr",
        )
        .bind(item.id.to_string())
        .bind(item.home.as_str())
        .bind(&item.title)
        .bind(item.link.as_ref().map(url::Url::as_str))
        .bind(&item.summary)
        .bind(&item.author)
        .bind(item.image.as_ref().map(url::Url::as_str))
        .bind(&item.content)
        .bind(item.page_date.map(|date| date.to_string()))
        .bind(item.first_seen.as_second())
        .bind(item.published.as_second())
        .bind(updated)
        .bind(item.enclosure.as_ref().map(ToString::to_string))
        .fetch_one(self.connection())
        .await
        .during("keep a new item")?;
        self.applied.new += 1;
        self.applied.rows += 1;
        self.touched.any = true;
        self.touched.items.insert(nr);
        self.add_keys(nr, keys).await?;
        self.place(nr, &item.categories, now).await?;
        self.touched.categories.extend(item.categories.iter().map(|c| c.key.clone()));
        self.see(nr, sighting).await?;
        Ok(nr)
    }

    /// The first second from `at` on that is no other item's `updated`: RFC 4287 lets two entries share one, but then a
    /// reader cannot tell which came later, and the W3C validator warns.
    async fn free_from(&mut self, at: Timestamp) -> Result<i64, StoreError> {
        self.free(
            at,
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM item WHERE updated = $1) THEN (SELECT min(i.updated) + 1 FROM item i \
             WHERE i.updated >= $1 AND NOT EXISTS (SELECT 1 FROM item n WHERE n.updated = i.updated + 1)) ELSE $1 END",
        )
        .await
    }

    /// The last such second up to `at`: nothing was updated in the future.
    async fn free_until(&mut self, at: Timestamp) -> Result<i64, StoreError> {
        self.free(
            at,
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM item WHERE updated = $1) THEN (SELECT max(i.updated) - 1 FROM item i \
             WHERE i.updated <= $1 AND NOT EXISTS (SELECT 1 FROM item n WHERE n.updated = i.updated - 1)) ELSE $1 END",
        )
        .await
    }

    async fn free(&mut self, at: Timestamp, sql: &'static str) -> Result<i64, StoreError> {
        let free = sqlx::query_scalar(sql).bind(at.as_second()).fetch_one(self.connection());
        free.await.during("find a moment for an item")
    }

    async fn add_keys(&mut self, nr: i64, keys: &[(ItemKey, u32)]) -> Result<(), StoreError> {
        for (key, occurrence) in keys {
            sqlx::query("INSERT INTO item_key (title, category, occurrence, item) VALUES ($1, $2, $3, $4)")
                .bind(&key.title)
                .bind(&key.category)
                .bind(occurrence)
                .bind(nr)
                .execute(self.connection())
                .await
                .during("keep the key of an item")?;
            self.applied.rows += 1;
        }
        Ok(())
    }

    async fn change(&mut self, nr: i64, item: &Item, changes: &Changes, now: Timestamp) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut updated = item.updated.as_second();
        if changes.is_edit() {
            updated = self.free_until(now).await?;
            // It comes after what was last known of the item, even if the clock was set back.
            if updated <= item.updated.as_second() {
                updated = self.free_from(item.updated).await?;
            }
        }
        sqlx::query(
            "UPDATE item SET title = coalesce($2, title), link = coalesce($3, link), summary = coalesce($4, summary), \
             author = coalesce($5, author), image = coalesce($6, image), content = coalesce($7, content), \
             page_date = coalesce($8, page_date), updated = $9, home = coalesce($10, home), \
             enclosure = coalesce($11, enclosure) WHERE nr = $1",
        )
        .bind(nr)
        .bind(&changes.title)
        .bind(changes.link.as_ref().map(url::Url::as_str))
        .bind(&changes.summary)
        .bind(&changes.author)
        .bind(changes.image.as_ref().map(url::Url::as_str))
        .bind(&changes.content)
        .bind(changes.page_date.map(|date| date.to_string()))
        .bind(updated)
        .bind(changes.home.as_ref().map(SourceId::as_str))
        .bind(changes.enclosure.as_ref().map(ToString::to_string))
        .execute(self.connection())
        .await
        .during("change an item")?;
        self.applied.rows += 1;
        if changes.is_edit() {
            self.applied.edited += 1;
            self.touched.any = true;
            self.touched.items.insert(nr);
            self.touched.categories.extend(item.categories.iter().map(|c| c.key.clone()));
        }
        if let Some(categories) = &changes.categories {
            self.applied.moved += 1;
            self.touched.any = true;
            self.touched.items.insert(nr);
            // Also the feeds whose set did not change: their documents name the item's categories.
            self.touched.categories.extend(item.categories.iter().chain(categories).map(|c| c.key.clone()));
            self.place(nr, categories, now).await?;
        }
        Ok(())
    }

    /// Puts an item into its categories, and out of all others.
    async fn place(&mut self, nr: i64, categories: &[Category], now: Timestamp) -> Result<(), StoreError> {
        let task = "put an item into its categories";
        let removed = sqlx::query("DELETE FROM item_category WHERE item = $1")
            .bind(nr)
            .execute(self.connection())
            .await
            .during(task)?;
        self.applied.rows += removed.rows_affected();
        for (place, category) in (0_i64..).zip(categories) {
            self.add_category(category, now).await?;
            sqlx::query("INSERT INTO item_category (category, item, place) VALUES ($1, $2, $3)")
                .bind(&category.key)
                .bind(nr)
                .bind(place)
                .execute(self.connection())
                .await
                .during(task)?;
            self.applied.rows += 1;
        }
        Ok(())
    }

    /// A category that is new gets its slug, for good, and its feed.
    pub(super) async fn add_category(&mut self, category: &Category, now: Timestamp) -> Result<(), StoreError> {
        let task = "add a category";
        let have: Option<i64> = sqlx::query_scalar("SELECT 1 FROM category WHERE key = $1")
            .bind(&category.key)
            .fetch_optional(self.connection())
            .await
            .during(task)?;
        if have.is_some() {
            return Ok(());
        }
        let taken: Vec<String> =
            sqlx::query_scalar("SELECT slug FROM feed").fetch_all(self.connection()).await.during(task)?;
        let taken: BTreeSet<Slug> = taken.iter().filter_map(|slug| Slug::parse(slug).ok()).collect();
        let slug = Slug::for_name(&category.name, &taken);
        sqlx::query("INSERT INTO category (key, name, slug) VALUES ($1, $2, $3)")
            .bind(&category.key)
            .bind(&category.name)
            .bind(slug.as_str())
            .execute(self.connection())
            .await
            .during(task)?;
        sqlx::query("INSERT INTO feed (slug, kind, title, changed) VALUES ($1, 'category', $2, $3)")
            .bind(slug.as_str())
            .bind(&category.name)
            .bind(now.as_second())
            .execute(self.connection())
            .await
            .during(task)?;
        sqlx::query("INSERT INTO feed_category (category, slug) VALUES ($1, $2)")
            .bind(&category.key)
            .bind(slug.as_str())
            .execute(self.connection())
            .await
            .during(task)?;
        self.applied.rows += 3;
        Ok(())
    }

    async fn see(&mut self, nr: i64, sighting: &Sighting) -> Result<(), StoreError> {
        let keys: Vec<&str> = sighting.categories.iter().map(|c| c.key.as_str()).collect();
        sqlx::query(
            "INSERT INTO sighting (source, item, link, categories, gone) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (source, item) DO UPDATE SET link = coalesce($3, link), categories = $4, gone = $5",
        )
        .bind(sighting.source.as_str())
        .bind(nr)
        .bind(&sighting.link)
        .bind(json(&keys))
        .bind(sighting.gone.map(Timestamp::as_second))
        .execute(self.connection())
        .await
        .during("note where an item stands")?;
        self.applied.rows += 1;
        Ok(())
    }

    /// Notes that everything else has left the source's page.
    async fn leave(&mut self, source: &SourceId, here: &[i64], now: Timestamp) -> Result<(), StoreError> {
        let left = sqlx::query(
            "UPDATE sighting SET gone = $3 WHERE source = $1 AND gone IS NULL \
             AND item NOT IN (SELECT value FROM json_each($2))",
        )
        .bind(source.as_str())
        .bind(json(here))
        .bind(now.as_second())
        .execute(self.connection())
        .await
        .during("note which items have left a page")?;
        self.applied.rows += left.rows_affected();
        Ok(())
    }

    /// Marks the feeds that show what has changed, in the same transaction.
    async fn mark_due(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let (items, seen) = (std::mem::take(&mut self.touched.items), std::mem::take(&mut self.touched.seen));
        if !items.is_empty() || !seen.is_empty() {
            self.touch(&items, &seen, now).await?;
        }
        if !self.touched.any {
            return Ok(());
        }
        let categories: Vec<&String> = self.touched.categories.iter().collect();
        let categories = json(&categories);
        let marked = sqlx::query(
            "UPDATE feed SET due = 1, version = version + 1, changed = max(changed, $2) \
             WHERE rule IS NULL AND (kind = 'site' OR slug IN \
              (SELECT slug FROM feed_category WHERE category IN (SELECT value FROM json_each($1))))",
        )
        .bind(categories)
        .bind(now.as_second())
        .execute(self.connection())
        .await
        .during("mark the feeds that have changed")?;
        self.applied.rows += marked.rows_affected();
        Ok(())
    }
}

fn keys(text: &str, place: &str) -> Result<Vec<(ItemKey, u32)>, StoreError> {
    let rows: Vec<(String, String, u32)> = serde_json::from_str(text).map_err(|e| corrupt(place, &e))?;
    Ok(rows.into_iter().map(|(title, category, n)| (ItemKey { title, category }, n)).collect())
}

#[derive(Deserialize)]
struct SightingRow {
    source: String,
    link: Option<String>,
    gone: Option<i64>,
    categories: Vec<BTreeMap<String, String>>,
}

fn sightings(text: &str, place: &str) -> Result<Vec<Sighting>, StoreError> {
    let rows: Vec<SightingRow> = serde_json::from_str(text).map_err(|e| corrupt(place, &e))?;
    rows.into_iter()
        .map(|row| {
            let category = |mut c: BTreeMap<String, String>| Category {
                key: c.remove("key").unwrap_or_default(),
                name: c.remove("name").unwrap_or_default(),
            };
            Ok(Sighting {
                source: SourceId::parse(&row.source).map_err(|e| corrupt(place, &e))?,
                link: row.link,
                categories: row.categories.into_iter().map(category).collect(),
                gone: row.gone.map(|seconds| instant(seconds, place)).transpose()?,
            })
        })
        .collect()
}
