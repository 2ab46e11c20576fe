//! The archive: the last pages of each source, with what was found on them then.

use std::io::Read as _;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use url::Url;

use super::error::{During, StoreError};
use super::rows::{corrupt, instant};
use super::{Ledger, Store};
use crate::model::{FoundItem, Page, SourceId, Verdict};

/// How much of each source is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Archive {
    /// Pages that were understood; beside them, the newest that was not. Default 10; 0 keeps none.
    pub pages: usize,
    /// Bytes of all of them together, compressed; a single page has half, so that the last good one and one that is not
    /// fit beside each other. Default 1 MiB.
    pub max_bytes: usize,
}

impl Default for Archive {
    fn default() -> Self {
        Self { pages: 10, max_bytes: 1 << 20 }
    }
}

/// How hard zstd tries, of 22: pages are packed seldom, and lie long.
const LEVEL: i32 = 9;

/// Bytes that a kept text may unfold to: the most that `fetch.max_body` may be, in UTF-8.
const LONGEST: u64 = 300 << 20;

/// A page of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedPage {
    /// When it was last read.
    pub seen: Timestamp,
    /// After redirects, without logins and keys.
    pub url: Url,
    /// What the server called it.
    pub media_type: Option<String>,
    /// It was understood, and the ledger follows it.
    pub believed: bool,
    /// What the run thought of it, one word.
    pub verdict: String,
    /// Why, for people; `None`: it was well.
    pub reason: Option<String>,
    /// SHA-256 of the body before its character set was decoded.
    pub body_hash: Vec<u8>,
    /// Bytes of the text.
    pub size: u64,
    /// What was found on it then, with its categories as they were settled, without full texts.
    pub items: Vec<FoundItem>,
    /// The text as a zstd frame.
    body: Option<Vec<u8>>,
}

impl SavedPage {
    /// Packs a page; work for a thread of its own.
    #[must_use]
    pub fn new(page: &Page, seen: Timestamp, verdict: &Verdict, body_hash: Vec<u8>, items: Vec<FoundItem>) -> Self {
        let why: Vec<String> = verdict.causes().iter().map(ToString::to_string).collect();
        Self {
            seen,
            url: page.url.clone(),
            media_type: page.media_type.clone(),
            believed: matches!(verdict, Verdict::Healthy | Verdict::Empty),
            verdict: verdict.word().to_owned(),
            reason: (!why.is_empty()).then(|| why.join("; ")),
            body_hash,
            size: page.text.len() as u64,
            items,
            // Compressing into memory does not fail; a page that could not be packed is one that is not kept.
            body: zstd::bulk::compress(page.text.as_bytes(), LEVEL).ok(),
        }
    }

    /// The page, to be read again; `None` if it was too large to be kept.
    pub fn page(&self) -> Result<Option<Page>, StoreError> {
        let Some(body) = &self.body else { return Ok(None) };
        let text = unpack(body, self.url.as_str())?;
        Ok(Some(Page { url: self.url.clone(), text, media_type: self.media_type.clone() }))
    }

    /// Bytes that the page takes, compressed; `None` if it was too large to be kept.
    #[must_use]
    pub fn packed(&self) -> Option<usize> {
        self.body.as_ref().map(Vec::len)
    }
}

/// The text of a zstd frame; what unfolds to more than it may is cut off, and then no text that makes sense.
fn unpack(packed: &[u8], place: &str) -> Result<String, StoreError> {
    let frame = zstd::stream::read::Decoder::new(packed).map_err(|e| corrupt(place, &e))?;
    let mut text = String::new();
    frame.take(LONGEST).read_to_string(&mut text).map_err(|e| corrupt(place, &e))?;
    Ok(text)
}

impl Ledger {
    /// Keeps a page of the source as its newest, and lets go of what is too much. The same body is kept once.
    pub async fn archive(&mut self, source: &SourceId, saved: &SavedPage, archive: &Archive) -> Result<(), StoreError> {
        let task = "keep a page";
        let found = pack_items(&saved.items);
        let length = |blob: &Option<Vec<u8>>| blob.as_ref().map_or(0, Vec::len);
        let fits = length(&saved.body) + length(&found) <= archive.max_bytes / 2;
        sqlx::query(
            "INSERT INTO page (source, believed, seen, url, media_type, verdict, reason, body_hash, size, body, found) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (source, believed, body_hash) DO UPDATE \
             SET seen = $3, url = $4, media_type = $5, verdict = $6, reason = $7, found = $11",
        )
        .bind(source.as_str())
        .bind(saved.believed)
        .bind(saved.seen.as_second())
        .bind(saved.url.as_str())
        .bind(&saved.media_type)
        .bind(&saved.verdict)
        .bind(&saved.reason)
        .bind(&saved.body_hash)
        .bind(i64::try_from(saved.size).unwrap_or(i64::MAX))
        .bind(saved.body.as_ref().filter(|_| fits))
        .bind(found.as_ref().filter(|_| fits))
        .execute(self.connection())
        .await
        .during(task)?;
        self.thin_out(source, archive).await
    }

    /// The newest of either kind comes first, then the others from the newest to the oldest.
    async fn thin_out(&mut self, source: &SourceId, archive: &Archive) -> Result<(), StoreError> {
        sqlx::query(
            "WITH placed AS (SELECT nr, believed, seen, body_hash, \
               coalesce(length(body), 0) + coalesce(length(found), 0) AS bytes, \
               row_number() OVER (PARTITION BY believed ORDER BY seen DESC, nr DESC) AS place \
               FROM page WHERE source = $1), \
             wanted AS (SELECT nr, sum(bytes) OVER (ORDER BY place, believed, nr ROWS UNBOUNDED PRECEDING) AS total \
               FROM placed p WHERE place <= CASE believed WHEN 1 THEN $2 ELSE min($2, 1) END \
               AND NOT (believed = 0 AND EXISTS (SELECT 1 FROM placed g \
                 WHERE g.believed = 1 AND g.body_hash = p.body_hash AND (g.seen, g.nr) > (p.seen, p.nr)))) \
             DELETE FROM page WHERE source = $1 AND nr NOT IN (SELECT nr FROM wanted WHERE total <= $3)",
        )
        .bind(source.as_str())
        .bind(i64::try_from(archive.pages).unwrap_or(i64::MAX))
        .bind(i64::try_from(archive.max_bytes).unwrap_or(i64::MAX))
        .execute(self.connection())
        .await
        .during("thin out the pages of a source")?;
        Ok(())
    }
}

impl Store {
    /// The pages of a source that are kept, the oldest first.
    pub async fn saved_pages(&self, source: &SourceId) -> Result<Vec<SavedPage>, StoreError> {
        let found = sqlx::query("SELECT * FROM page WHERE source = $1 ORDER BY seen, nr")
            .bind(source.as_str())
            .fetch_all(&self.pool)
            .await
            .during("read the pages of a source")?;
        found.iter().map(|row| saved(row, source.as_str())).collect()
    }
}

fn saved(row: &SqliteRow, source: &str) -> Result<SavedPage, StoreError> {
    let task = "read a kept page";
    let url: String = row.try_get("url").during(task)?;
    let found: Option<Vec<u8>> = row.try_get("found").during(task)?;
    Ok(SavedPage {
        seen: instant(row.try_get("seen").during(task)?, source)?,
        url: url.parse().map_err(|e| corrupt(source, &e))?,
        media_type: row.try_get("media_type").during(task)?,
        believed: row.try_get("believed").during(task)?,
        verdict: row.try_get("verdict").during(task)?,
        reason: row.try_get("reason").during(task)?,
        body_hash: row.try_get("body_hash").during(task)?,
        size: u64::try_from(row.try_get::<i64, _>("size").during(task)?).unwrap_or(0),
        items: found.map(|found| unpack_items(&found, source)).transpose()?.unwrap_or_default(),
        body: row.try_get("body").during(task)?,
    })
}

/// A found item as it is kept.
#[derive(Serialize, Deserialize)]
struct FoundRow {
    title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    categories: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    enclosure: Option<String>,
}

fn pack_items(items: &[FoundItem]) -> Option<Vec<u8>> {
    let row = |item: &FoundItem| FoundRow {
        title: item.title.clone(),
        link: item.link.as_ref().map(ToString::to_string),
        summary: item.summary.clone(),
        date: item.date.map(|date| date.to_string()),
        categories: item.categories.clone(),
        author: item.author.clone(),
        image: item.image.as_ref().map(ToString::to_string),
        enclosure: item.enclosure.as_ref().map(ToString::to_string),
    };
    let json = serde_json::to_vec(&items.iter().map(row).collect::<Vec<_>>()).ok()?;
    zstd::bulk::compress(&json, LEVEL).ok()
}

fn unpack_items(packed: &[u8], place: &str) -> Result<Vec<FoundItem>, StoreError> {
    let json = unpack(packed, place)?;
    let rows: Vec<FoundRow> = serde_json::from_str(&json).map_err(|e| corrupt(place, &e))?;
    let address = |text: Option<String>| text.map(|text| text.parse()).transpose();
    rows.into_iter()
        .map(|row| {
            Ok(FoundItem {
                title: row.title,
                link: address(row.link).map_err(|e| corrupt(place, &e))?,
                summary: row.summary,
                date: row.date.map(|date| date.parse()).transpose().map_err(|e| corrupt(place, &e))?,
                categories: row.categories,
                author: row.author,
                image: address(row.image).map_err(|e| corrupt(place, &e))?,
                enclosure: row.enclosure.map(|kept| kept.parse()).transpose().map_err(|e| corrupt(place, &e))?,
                ..FoundItem::default()
            })
        })
        .collect()
}
