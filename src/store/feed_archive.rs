//! The archive documents of feeds (RFC 5005): what is in them, and what was written.

use jiff::Timestamp;
use sqlx::Row;

use super::error::{During, StoreError};
use super::rows::{self, ITEM_COLUMNS, corrupt, instant, json};
use super::{PublishedFeed, Store};
use crate::model::{Format, Item};

/// A file of an archive document, as it was last rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveFile {
    /// Its format.
    pub format: Format,
    /// SHA-256 of its bytes; `None`: it was never rendered.
    pub hash: Option<Vec<u8>>,
    /// When its content last changed.
    pub changed: Timestamp,
    /// The addresses that it was rendered for.
    pub place: String,
}

impl Store {
    /// Puts items, by their numbers, into archive documents that follow those there are. What is in one is decided here for
    /// good, before anything is written.
    pub async fn archive(
        &self,
        feed: &PublishedFeed,
        pages: &[Vec<i64>],
        formats: &[Format],
    ) -> Result<(), StoreError> {
        let task = "put items into the archive";
        let last = i64::from(self.archives(feed).await?);
        let mut ledger = self.begin().await?;
        for (number, items) in (last + 1..).zip(pages) {
            sqlx::query("UPDATE feed_item SET page = $2 WHERE slug = $1 AND item IN (SELECT value FROM json_each($3))")
                .bind(feed.slug.as_str())
                .bind(number)
                .bind(json(items))
                .execute(ledger.connection())
                .await
                .during(task)?;
            for format in formats {
                sqlx::query("INSERT INTO feed_archive (slug, number, format) VALUES ($1, $2, $3)")
                    .bind(feed.slug.as_str())
                    .bind(number)
                    .bind(format.extension())
                    .execute(ledger.connection())
                    .await
                    .during(task)?;
            }
        }
        ledger.commit().await
    }

    /// The number of the newest archive document of a feed; 0 when there is none.
    pub async fn archives(&self, feed: &PublishedFeed) -> Result<u32, StoreError> {
        let last: Option<u32> = sqlx::query_scalar("SELECT max(number) FROM feed_archive WHERE slug = $1")
            .bind(feed.slug.as_str())
            .fetch_one(&self.pool)
            .await
            .during("count the archive documents of a feed")?;
        Ok(last.unwrap_or(0))
    }

    /// The archive documents of a feed that are not written in each of the formats for these addresses, the oldest first.
    pub async fn unwritten(
        &self,
        feed: &PublishedFeed,
        formats: &[Format],
        place: &str,
    ) -> Result<Vec<u32>, StoreError> {
        let names: Vec<&str> = formats.iter().map(|format| format.extension()).collect();
        sqlx::query_scalar(
            "SELECT number FROM feed_archive WHERE slug = $1 GROUP BY number HAVING sum(written = 1 AND place = $2 \
             AND format IN (SELECT value FROM json_each($3))) < json_array_length($3) ORDER BY number",
        )
        .bind(feed.slug.as_str())
        .bind(place)
        .bind(json(&names))
        .fetch_all(&self.pool)
        .await
        .during("look for archive documents to write")
    }

    /// The files of an archive document.
    pub async fn archive_files(&self, feed: &PublishedFeed, number: u32) -> Result<Vec<ArchiveFile>, StoreError> {
        let task = "read what is known of an archive document";
        let found =
            sqlx::query("SELECT format, hash, changed, place FROM feed_archive WHERE slug = $1 AND number = $2")
                .bind(feed.slug.as_str())
                .bind(number)
                .fetch_all(&self.pool)
                .await
                .during(task)?;
        let mut files = Vec::with_capacity(found.len());
        for row in &found {
            let name: String = row.try_get("format").during(task)?;
            let format = Format::ALL.into_iter().find(|format| format.extension() == name);
            files.push(ArchiveFile {
                format: format.ok_or_else(|| corrupt(feed.slug.as_str(), &format!("there is no format `{name}`")))?,
                hash: row.try_get("hash").during(task)?,
                changed: instant(row.try_get("changed").during(task)?, feed.slug.as_str())?,
                place: row.try_get("place").during(task)?,
            });
        }
        Ok(files)
    }

    /// The items of an archive document, the newest first.
    pub async fn archived_items(&self, feed: &PublishedFeed, number: u32) -> Result<Vec<Item>, StoreError> {
        let filter = "SELECT item FROM feed_item WHERE slug = $1 AND page = $2";
        let sql = format!("SELECT {ITEM_COLUMNS} FROM item i WHERE i.nr IN ({filter}) ORDER BY i.published DESC, i.id");
        let found = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(feed.slug.as_str())
            .bind(number)
            .fetch_all(&self.pool)
            .await
            .during("read the items of an archive document")?;
        found.iter().map(rows::item).collect()
    }

    /// Items by their numbers.
    pub async fn items_by_number(&self, numbers: &[i64]) -> Result<Vec<Item>, StoreError> {
        let sql = format!("SELECT {ITEM_COLUMNS} FROM item i WHERE i.nr IN (SELECT value FROM json_each($1))");
        let found = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(json(numbers))
            .fetch_all(&self.pool)
            .await
            .during("read items")?;
        found.iter().map(rows::item).collect()
    }

    /// Notes how the files of an archive document were rendered (`written` false, before they are written) and that the
    /// sink has them (true).
    pub async fn note_archive(
        &self,
        feed: &PublishedFeed,
        number: u32,
        files: &[ArchiveFile],
        written: bool,
    ) -> Result<(), StoreError> {
        let task = "note an archive document";
        let mut ledger = self.begin().await?;
        for file in files {
            sqlx::query(
                "INSERT INTO feed_archive (slug, number, format, hash, changed, place, written) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (slug, number, format) \
                 DO UPDATE SET hash = $4, changed = $5, place = $6, written = $7",
            )
            .bind(feed.slug.as_str())
            .bind(number)
            .bind(file.format.extension())
            .bind(&file.hash)
            .bind(file.changed.as_second())
            .bind(&file.place)
            .bind(i64::from(written))
            .execute(ledger.connection())
            .await
            .during(task)?;
        }
        ledger.commit().await
    }
}
