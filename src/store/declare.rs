//! The feeds that the config declares, brought up to date in the ledger.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::error::{During, StoreError};
use super::rows::json;
use super::{Ledger, Store, rule};
use crate::model::{Category, Rule, Slug};

/// The feeds that the config declares; those of the categories come by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFeeds {
    /// The feed of everything.
    pub site: (Slug, String),
    /// A slug, a title and a rule for each department.
    pub declared: Vec<(Slug, String, Rule)>,
    /// Categories that have a feed though no item may have been seen in them.
    pub known: Vec<Category>,
    /// The keys of names that mean another category today, each with that category.
    pub renamed: Vec<(String, Category)>,
    /// All that the documents depend on beside the ledger (addresses, titles, limits). When it changes, every feed is due.
    pub fingerprint: String,
}

impl Store {
    /// Brings the declared feeds up to date with the config.
    pub async fn declare(&self, feeds: &SiteFeeds, now: Timestamp) -> Result<(), StoreError> {
        let mut ledger = self.begin().await?;
        Box::pin(ledger.declare(feeds, now)).await?;
        ledger.commit().await
    }
}

impl Ledger {
    async fn declare(&mut self, feeds: &SiteFeeds, now: Timestamp) -> Result<(), StoreError> {
        let (site, title) = &feeds.site;
        self.declare_one(site, "site", title, now).await?;
        self.set_wide(site, true).await?;
        for (slug, title, rule) in &feeds.declared {
            self.declare_one(slug, "declared", title, now).await?;
            self.set_rule(slug, rule, now).await?;
        }
        let declared = feeds.declared.iter().map(|(slug, ..)| slug);
        let named: Vec<&str> = std::iter::once(site).chain(declared).map(Slug::as_str).collect();
        sqlx::query("DELETE FROM feed WHERE kind <> 'category' AND slug NOT IN (SELECT value FROM json_each($1))")
            .bind(json(&named))
            .execute(self.connection())
            .await
            .during("remove the feeds that are no longer declared")?;
        for category in &feeds.known {
            self.add_category(category, now).await?;
        }
        self.rename(&feeds.renamed, now).await?;
        self.compare_fingerprint(&feeds.fingerprint).await
    }

    async fn declare_one(&mut self, slug: &Slug, kind: &str, title: &str, now: Timestamp) -> Result<(), StoreError> {
        self.refuse_taken(slug, kind).await?;
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
        .during("declare a feed of the config")?;
        Ok(())
    }

    async fn set_wide(&mut self, slug: &Slug, wide: bool) -> Result<(), StoreError> {
        sqlx::query("UPDATE feed SET wide = $2 WHERE slug = $1 AND wide <> $2")
            .bind(slug.as_str())
            .bind(i64::from(wide))
            .execute(self.connection())
            .await
            .during("note how far a feed reaches")?;
        Ok(())
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

    /// Sets what a declared feed shows. Another rule changes its content: every item in reach, and every one that it shows,
    /// is looked at again.
    async fn set_rule(&mut self, slug: &Slug, rule: &Rule, now: Timestamp) -> Result<(), StoreError> {
        let task = "set the rule of a feed";
        let written = rule::write(rule);
        let before: Option<String> = sqlx::query_scalar("SELECT rule FROM feed WHERE slug = $1")
            .bind(slug.as_str())
            .fetch_one(self.connection())
            .await
            .during(task)?;
        if before.as_deref() == Some(&written) {
            return Ok(());
        }
        let reach = rule.reach();
        self.set_wide(slug, reach.is_empty()).await?;
        for sql in [
            "DELETE FROM feed_category WHERE slug = $1",
            "INSERT INTO feed_category (category, slug) SELECT DISTINCT value, $1 FROM json_each($2)",
            "UPDATE feed SET rule = $3, due = 1, version = version + 1, changed = max(changed, $4) WHERE slug = $1",
            "UPDATE feed_item SET touched = $4 WHERE slug = $1",
            "INSERT OR IGNORE INTO feed_item (slug, item, published, touched) SELECT $1, i.nr, i.published, $4 \
             FROM item_category ic JOIN item i ON i.nr = ic.item WHERE ic.category IN (SELECT value FROM json_each($2))",
            "INSERT OR IGNORE INTO feed_item (slug, item, published, touched) SELECT $1, i.nr, i.published, $4 FROM item i \
             WHERE (SELECT wide FROM feed WHERE slug = $1) = 1",
        ] {
            sqlx::query(sql)
                .bind(slug.as_str())
                .bind(json(reach))
                .bind(&written)
                .bind(now.as_second())
                .execute(self.connection())
                .await
                .during(task)?;
        }
        Ok(())
    }

    /// Lets the feed of a category that was renamed be that of the name it has today; a name that is no longer an alias
    /// gets its own feed back.
    async fn rename(&mut self, renamed: &[(String, Category)], now: Timestamp) -> Result<(), StoreError> {
        let task = "move the feeds of renamed categories";
        let mut moved = BTreeSet::new();
        for (old, category) in renamed {
            let known: Option<i64> = sqlx::query_scalar("SELECT 1 FROM category WHERE key = $1")
                .bind(old)
                .fetch_optional(self.connection())
                .await
                .during(task)?;
            // Nobody has the address of a category that never had a feed.
            if known.is_some() && *old != category.key {
                self.add_category(category, now).await?;
                self.lead(old, &category.key, now).await?;
                moved.insert(old.as_str());
            }
        }
        let moved: Vec<&str> = moved.into_iter().collect();
        let back: Vec<String> = sqlx::query_scalar(
            "SELECT c.key FROM category c JOIN feed f ON f.slug = c.slug \
             WHERE f.moved IS NOT NULL AND c.key NOT IN (SELECT value FROM json_each($1))",
        )
        .bind(json(&moved))
        .fetch_all(self.connection())
        .await
        .during(task)?;
        for key in back {
            self.lead(&key, &key, now).await?;
        }
        Ok(())
    }

    /// Gives the items of one category to the feed of another, which may be its own.
    async fn lead(&mut self, from: &str, to: &str, now: Timestamp) -> Result<(), StoreError> {
        let task = "move the feed of a renamed category";
        let already: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM feed_category fc JOIN category c ON c.slug = fc.slug WHERE fc.category = $1 AND c.key = $2",
        )
        .bind(from)
        .bind(to)
        .fetch_optional(self.connection())
        .await
        .during(task)?;
        if already.is_some() {
            return Ok(());
        }
        for sql in [
            // Feeds of categories alone: a declared feed that names it goes on showing it.
            "DELETE FROM feed_category WHERE category = $1 AND slug IN (SELECT slug FROM category)",
            "INSERT INTO feed_category (category, slug) SELECT $1, slug FROM category WHERE key = $2",
            "UPDATE feed_item SET touched = $3 WHERE slug IN (SELECT slug FROM category) \
             AND item IN (SELECT item FROM item_category WHERE category = $1)",
            "INSERT OR IGNORE INTO feed_item (slug, item, published, touched) SELECT c.slug, i.nr, i.published, $3 \
             FROM category c JOIN item_category ic ON ic.category = $1 JOIN item i ON i.nr = ic.item WHERE c.key = $2",
            "UPDATE feed SET moved = CASE WHEN $1 = $2 THEN NULL ELSE (SELECT slug FROM category WHERE key = $2) END \
             WHERE slug = (SELECT slug FROM category WHERE key = $1)",
            "UPDATE feed SET due = 1, version = version + 1, changed = max(changed, $3) \
             WHERE slug IN (SELECT slug FROM category WHERE key IN ($1, $2))",
            // A feed that had moved here moves on.
            "UPDATE feed SET moved = (SELECT slug FROM category WHERE key = $2) \
             WHERE $1 <> $2 AND moved = (SELECT slug FROM category WHERE key = $1)",
        ] {
            sqlx::query(sql).bind(from).bind(to).bind(now.as_second()).execute(self.connection()).await.during(task)?;
        }
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
