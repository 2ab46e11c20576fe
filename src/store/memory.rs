//! What is remembered of a source between two runs.

use jiff::Timestamp;
use sqlx::Row;

use super::error::{During, StoreError};
use super::rows::instant;
use super::{Ledger, Store, history};
use crate::model::{History, SourceId, Validators};

/// Seconds by which a feed may be ahead of a clock that was set back: an hour.
const AHEAD: i64 = 3600;

/// A source's last runs, and what an unchanged page is recognised by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceMemory {
    /// The address, recipe and categories that the validators and hashes belong to; others void them.
    pub fingerprint: String,
    /// What to ask the server with.
    pub validators: Validators,
    /// SHA-256 of the last body that was understood.
    pub body_hash: Option<Vec<u8>>,
    /// SHA-256 of what was found on it.
    pub found_hash: Option<Vec<u8>>,
    /// Items found on it.
    pub found: u32,
    /// Start of the last run.
    pub last_run: Option<Timestamp>,
    /// Start of the last run that understood the page, or heard that it is unchanged.
    pub last_good: Option<Timestamp>,
    /// Runs since then that did not.
    pub failures: u32,
    /// The server asked not to be asked before (`Retry-After`, `max-age`).
    pub not_before: Option<Timestamp>,
    /// The schedule rests until then: for the server's word, or for the back-off of failures.
    pub rest_until: Option<Timestamp>,
    /// When the server last sent a page: since then it has said nothing but 304.
    pub fresh_since: Option<Timestamp>,
    /// What its pages looked like, when they were believed.
    pub history: History,
    /// Of the last run, one word.
    pub outcome: String,
    /// Of the last run, for people.
    pub trouble: Option<String>,
}

impl SourceMemory {
    /// The same as a clock has it that says `now`. A last run in the future was made by a clock that was wrong, or is
    /// wrong now: what the source was to wait after that run, it waits from now on, and not until a year that may never
    /// come.
    #[must_use]
    pub fn by_clock(self, now: Timestamp) -> Self {
        let Some(last) = self.last_run.filter(|last| *last > now) else { return self };
        let moved = |at: Timestamp| now.checked_add(at.duration_since(last)).unwrap_or(now);
        Self {
            last_run: Some(now),
            not_before: self.not_before.map(moved),
            rest_until: self.rest_until.map(moved),
            ..self
        }
    }
}

impl Store {
    /// What is remembered of a source; nothing of one that has never run.
    pub async fn memory(&self, source: &SourceId) -> Result<SourceMemory, StoreError> {
        let task = "read what is remembered of a source";
        self.present().await?;
        let row = sqlx::query("SELECT * FROM source WHERE id = $1")
            .bind(source.as_str())
            .fetch_optional(&self.pool)
            .await
            .during(task)?;
        let Some(row) = row else { return Ok(SourceMemory { outcome: "new".to_owned(), ..SourceMemory::default() }) };
        let at = |seconds: Option<i64>| seconds.map(|s| instant(s, source.as_str())).transpose();
        Ok(SourceMemory {
            fingerprint: row.try_get("fingerprint").during(task)?,
            validators: Validators {
                etag: row.try_get("etag").during(task)?,
                last_modified: row.try_get("last_modified").during(task)?,
            },
            body_hash: row.try_get("body_hash").during(task)?,
            found_hash: row.try_get("found_hash").during(task)?,
            found: row.try_get("found").during(task)?,
            last_run: at(row.try_get("last_run").during(task)?)?,
            last_good: at(row.try_get("last_good").during(task)?)?,
            failures: row.try_get("failures").during(task)?,
            not_before: at(row.try_get("not_before").during(task)?)?,
            rest_until: at(row.try_get("rest_until").during(task)?)?,
            fresh_since: at(row.try_get("fresh_since").during(task)?)?,
            history: history::read(&row.try_get::<String, _>("history").during(task)?, source.as_str())?,
            outcome: row.try_get("outcome").during(task)?,
            trouble: row.try_get("trouble").during(task)?,
        })
    }
}

impl Store {
    /// The same as [`Self::memory`], by a clock that says `now`: see [`SourceMemory::by_clock`], which is kept.
    pub async fn memory_by_clock(&self, source: &SourceId, now: Timestamp) -> Result<SourceMemory, StoreError> {
        let noted = self.memory(source).await?;
        if noted.last_run.is_none_or(|last| last <= now) {
            return Ok(noted);
        }
        let memory = noted.by_clock(now);
        // Else what is left to wait would begin anew whenever it is looked at.
        sqlx::query("UPDATE source SET last_run = $2, not_before = $3, rest_until = $4 WHERE id = $1")
            .bind(source.as_str())
            .bind(memory.last_run.map(Timestamp::as_second))
            .bind(memory.not_before.map(Timestamp::as_second))
            .bind(memory.rest_until.map(Timestamp::as_second))
            .execute(self.writing().await?)
            .await
            .during("note that the clock was set back")?;
        Ok(memory)
    }

    /// When a source was last understood, of all sources.
    pub async fn last_good_run(&self) -> Result<Option<Timestamp>, StoreError> {
        let newest: Option<i64> = sqlx::query_scalar("SELECT max(last_good) FROM source")
            .fetch_one(&self.pool)
            .await
            .during("look for the last good run")?;
        newest.map(|seconds| instant(seconds, "source")).transpose()
    }
}

impl Ledger {
    /// How many items the source shows, or has shown.
    pub async fn items_of(&mut self, source: &SourceId) -> Result<u64, StoreError> {
        let items: i64 = sqlx::query_scalar("SELECT count(*) FROM sighting WHERE source = $1")
            .bind(source.as_str())
            .fetch_one(self.connection())
            .await
            .during("count the items of a source")?;
        Ok(u64::try_from(items).unwrap_or(0))
    }

    /// When the newest items of a source were published, and when they were first seen, the newest first.
    pub async fn newest_of(
        &mut self,
        source: &SourceId,
        limit: u32,
    ) -> Result<Vec<(Timestamp, Timestamp)>, StoreError> {
        let newest: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT i.published, i.first_seen FROM sighting s JOIN item i ON i.nr = s.item WHERE s.source = $1 \
             ORDER BY i.published DESC LIMIT $2",
        )
        .bind(source.as_str())
        .bind(limit)
        .fetch_all(self.connection())
        .await
        .during("look up the newest items of a source")?;
        let moment = |seconds| instant(seconds, source.as_str());
        newest.into_iter().map(|(published, seen)| Ok((moment(published)?, moment(seen)?))).collect()
    }

    /// Canonical links of items that stand on the source's page.
    pub async fn links_of(&mut self, source: &SourceId, limit: u32) -> Result<Vec<String>, StoreError> {
        sqlx::query_scalar(
            "SELECT link FROM sighting WHERE source = $1 AND gone IS NULL AND link IS NOT NULL ORDER BY item DESC LIMIT $2",
        )
        .bind(source.as_str())
        .bind(limit)
        .fetch_all(self.connection())
        .await
        .during("look up the links of a source")
    }

    /// A good run before the last good run: the clock was wrong then, and has been set right. What was noted by it must
    /// not lie in the future: an item that has left the page would be away for ever, a feed would claim to be newer than
    /// now. `published` and `updated` stay, for subscribers have them.
    async fn set_right(&mut self, source: &SourceId, good: Timestamp) -> Result<(), StoreError> {
        let task = "set right what a wrong clock has noted";
        let was_wrong = "(SELECT last_good FROM source WHERE id = $1) > $2";
        let sighting = format!("UPDATE sighting SET gone = $2 WHERE source = $1 AND gone > $2 AND {was_wrong}");
        let feed = format!(
            "UPDATE feed SET changed = $2, due = 1, version = version + 1 WHERE changed > $2 + {AHEAD} AND {was_wrong}"
        );
        for sql in [sighting, feed] {
            sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(source.as_str())
                .bind(good.as_second())
                .execute(self.connection())
                .await
                .during(task)?;
        }
        Ok(())
    }

    /// Replaces what is remembered of a source.
    pub async fn remember(&mut self, source: &SourceId, memory: &SourceMemory) -> Result<(), StoreError> {
        if let Some(good) = memory.last_good {
            self.set_right(source, good).await?;
        }
        sqlx::query(
            "INSERT INTO source (id, fingerprint, etag, last_modified, body_hash, found_hash, found, last_run, last_good, \
             failures, not_before, rest_until, fresh_since, outcome, trouble, history) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
             ON CONFLICT (id) DO UPDATE SET fingerprint = $2, etag = $3, last_modified = $4, body_hash = $5, \
             found_hash = $6, found = $7, last_run = $8, last_good = $9, failures = $10, not_before = $11, \
             rest_until = $12, fresh_since = $13, outcome = $14, trouble = $15, history = $16",
        )
        .bind(source.as_str())
        .bind(&memory.fingerprint)
        .bind(&memory.validators.etag)
        .bind(&memory.validators.last_modified)
        .bind(&memory.body_hash)
        .bind(&memory.found_hash)
        .bind(memory.found)
        .bind(memory.last_run.map(Timestamp::as_second))
        .bind(memory.last_good.map(Timestamp::as_second))
        .bind(memory.failures)
        .bind(memory.not_before.map(Timestamp::as_second))
        .bind(memory.rest_until.map(Timestamp::as_second))
        .bind(memory.fresh_since.map(Timestamp::as_second))
        .bind(&memory.outcome)
        .bind(&memory.trouble)
        .bind(history::write(&memory.history))
        .execute(self.connection())
        .await
        .during("remember a source")?;
        Ok(())
    }
}
