//! The items that suspect runs hold back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::error::{During, StoreError};
use super::rows::{corrupt, instant, json};
use super::{Ledger, Store};
use crate::model::{Category, FoundItem, HeldItem, Hold, SourceId};

/// An item as it is written down.
#[derive(Serialize, Deserialize)]
struct Waiting {
    title: String,
    link: Option<String>,
    summary: Option<String>,
    date: Option<String>,
    author: Option<String>,
    image: Option<String>,
    #[serde(default)]
    enclosure: Option<String>,
    content: Option<String>,
    /// Names of the page.
    names: Vec<String>,
    /// Key and name of each category.
    categories: Vec<(String, String)>,
    #[serde(default)]
    left: bool,
}

impl From<&HeldItem> for Waiting {
    fn from(item: &HeldItem) -> Self {
        let found = &item.found;
        Self {
            title: found.title.clone(),
            link: found.link.as_ref().map(ToString::to_string),
            summary: found.summary.clone(),
            date: found.date.map(|date| date.to_string()),
            author: found.author.clone(),
            image: found.image.as_ref().map(ToString::to_string),
            enclosure: found.enclosure.as_ref().map(ToString::to_string),
            content: found.content.clone(),
            names: found.categories.clone(),
            categories: item.categories.iter().map(|c| (c.key.clone(), c.name.clone())).collect(),
            left: item.left,
        }
    }
}

impl Waiting {
    fn item(self, place: &str) -> Result<HeldItem, StoreError> {
        let found = FoundItem {
            title: self.title,
            link: self.link.map(|link| link.parse()).transpose().map_err(|e| corrupt(place, &e))?,
            summary: self.summary,
            date: self.date.map(|date| date.parse()).transpose().map_err(|e| corrupt(place, &e))?,
            author: self.author,
            image: self.image.map(|image| image.parse()).transpose().map_err(|e| corrupt(place, &e))?,
            enclosure: self.enclosure.map(|kept| kept.parse()).transpose().map_err(|e| corrupt(place, &e))?,
            content: self.content,
            categories: self.names,
            cut_off: false,
        };
        let categories = self.categories.into_iter().map(|(key, name)| Category { key, name }).collect();
        Ok(HeldItem { found, categories, left: self.left })
    }
}

impl Store {
    /// What is held of a source.
    pub async fn hold(&self, source: &SourceId) -> Result<Option<Hold>, StoreError> {
        let row = sqlx::query("SELECT * FROM hold WHERE source = $1")
            .bind(source.as_str())
            .fetch_optional(&self.pool)
            .await
            .during("read what is held of a source")?;
        row.map(|row| hold(&row, source.as_str())).transpose()
    }

    /// The sources whose items the operator lets out.
    pub async fn asked_to_release(&self) -> Result<Vec<SourceId>, StoreError> {
        let asked: Vec<String> = sqlx::query_scalar("SELECT source FROM hold WHERE asked = 1 ORDER BY source")
            .fetch_all(&self.pool)
            .await
            .during("look for what is to be released")?;
        asked.iter().map(|id| SourceId::parse(id).map_err(|e| corrupt(id, &e))).collect()
    }

    /// Notes that the operator lets out what is held of a source, and believes its page as it is; the program that writes
    /// to the ledger does it.
    pub async fn ask_to_release(&self, source: &SourceId, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO hold (source, since, causes, items, asked) SELECT id, $2, '[]', '[]', 1 FROM source WHERE id = $1 \
             ON CONFLICT (source) DO UPDATE SET asked = 1",
        )
        .bind(source.as_str())
        .bind(now.as_second())
        .execute(self.writing().await?)
        .await
        .during("note what is to be released")?;
        Ok(())
    }
}

impl Ledger {
    /// Holds items of a source, in place of those held before, unless the operator has asked for those already. The first
    /// time counts.
    pub async fn set_hold(&mut self, source: &SourceId, hold: &Hold) -> Result<(), StoreError> {
        let items: Vec<Waiting> = hold.items.iter().map(Waiting::from).collect();
        sqlx::query(
            "INSERT INTO hold (source, since, causes, items, asked) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (source) DO UPDATE SET causes = $3, asked = asked OR $5, \
             items = CASE WHEN asked THEN items ELSE $4 END",
        )
        .bind(source.as_str())
        .bind(hold.since.as_second())
        .bind(json(&hold.causes))
        .bind(json(&items))
        .bind(i64::from(hold.asked))
        .execute(self.connection())
        .await
        .during("hold items of a source")?;
        Ok(())
    }

    /// Forgets what is held of a source.
    pub async fn end_hold(&mut self, source: &SourceId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM hold WHERE source = $1")
            .bind(source.as_str())
            .execute(self.connection())
            .await
            .during("let out what is held of a source")?;
        Ok(())
    }
}

fn hold(row: &SqliteRow, place: &str) -> Result<Hold, StoreError> {
    let task = "read what is held of a source";
    let causes: String = row.try_get("causes").during(task)?;
    let items: String = row.try_get("items").during(task)?;
    let items: Vec<Waiting> = serde_json::from_str(&items).map_err(|e| corrupt(place, &e))?;
    Ok(Hold {
        since: instant(row.try_get("since").during(task)?, place)?,
        causes: serde_json::from_str(&causes).map_err(|e| corrupt(place, &e))?,
        items: items.into_iter().map(|item| item.item(place)).collect::<Result<_, _>>()?,
        asked: row.try_get::<i64, _>("asked").during(task)? == 1,
    })
}
