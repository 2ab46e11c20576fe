//! What is not well, or was not long ago.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::error::{During, StoreError};
use super::rows::{corrupt, instant, json};
use super::{Ledger, Store};
use crate::model::{Alarm, Complaint, Condition, Subject};

const ALARM_COLUMNS: &str = "subject, state, reason, hint, since, failures, well_since, told, worst, ended";

impl Store {
    /// Every alarm that has not ended, whether told or not, the oldest first.
    pub async fn alarms(&self) -> Result<Vec<(Subject, Alarm)>, StoreError> {
        let sql = format!("SELECT {ALARM_COLUMNS} FROM alarm WHERE failures > 0 ORDER BY since, subject");
        let found = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await.during("list the alarms")?;
        found.iter().map(alarm).collect()
    }

    /// The alarms on which time may have something to say: told before `told`, well before `well`, ended before `ended`.
    pub async fn alarms_due(
        &self,
        told: Timestamp,
        well: Timestamp,
        ended: Timestamp,
    ) -> Result<Vec<Subject>, StoreError> {
        let task = "look for alarms that are due";
        let found: Vec<String> = sqlx::query_scalar(
            "SELECT subject FROM alarm WHERE (told <= $1 AND well_since IS NULL) OR (told IS NOT NULL AND well_since <= $2) \
             OR (failures = 0 AND ended <= $3) ORDER BY subject",
        )
        .bind(told.as_second())
        .bind(well.as_second())
        .bind(ended.as_second())
        .fetch_all(&self.pool)
        .await
        .during(task)?;
        found.iter().map(|key| Subject::parse(key).map_err(|why| corrupt(key, &why))).collect()
    }
}

impl Ledger {
    /// What is remembered of a subject.
    pub async fn alarm(&mut self, subject: &Subject) -> Result<Option<Alarm>, StoreError> {
        let sql = format!("SELECT {ALARM_COLUMNS} FROM alarm WHERE subject = $1");
        let found = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(subject.key())
            .fetch_optional(self.connection())
            .await
            .during("read an alarm")?;
        found.as_ref().map(|row| alarm(row).map(|(_, alarm)| alarm)).transpose()
    }

    /// Remembers an alarm, or forgets it.
    pub async fn set_alarm(&mut self, subject: &Subject, alarm: Option<&Alarm>) -> Result<(), StoreError> {
        let task = "remember an alarm";
        let Some(alarm) = alarm else {
            let gone = sqlx::query("DELETE FROM alarm WHERE subject = $1").bind(subject.key());
            return gone.execute(self.connection()).await.during(task).map(drop);
        };
        sqlx::query(
            "INSERT INTO alarm (subject, state, reason, hint, since, failures, well_since, told, worst, ended) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (subject) DO UPDATE SET state = $2, reason = $3, \
             hint = $4, since = $5, failures = $6, well_since = $7, told = $8, worst = $9, ended = $10",
        )
        .bind(subject.key())
        .bind(alarm.complaint.condition.word())
        .bind(&alarm.complaint.reason)
        .bind(&alarm.complaint.hint)
        .bind(alarm.since.as_second())
        .bind(alarm.failures)
        .bind(alarm.well_since.map(Timestamp::as_second))
        .bind(alarm.told.map(Timestamp::as_second))
        .bind(alarm.worst.map(Condition::word))
        .bind(alarm.ended.map(Timestamp::as_second))
        .execute(self.connection())
        .await
        .during(task)?;
        Ok(())
    }

    /// Forgets the alarms of sources that are not in the config any more, what is to be sent to channels that are not, and
    /// what is older than `stale` (to be sent) or `old` (to be shown; the last `least` messages stay).
    pub async fn tidy_alarms(
        &mut self,
        sources: &[&str],
        channels: &[&str],
        stale: Timestamp,
        old: Timestamp,
        least: u32,
    ) -> Result<(), StoreError> {
        let task = "tidy the alarms";
        let (sources, channels) = (json(sources), json(channels));
        sqlx::query(
            "DELETE FROM alarm WHERE subject LIKE 'source:%' \
             AND substr(subject, 8) NOT IN (SELECT value FROM json_each($1))",
        )
        .bind(sources)
        .execute(self.connection())
        .await
        .during(task)?;
        sqlx::query("DELETE FROM channel WHERE key NOT IN (SELECT value FROM json_each($1))")
            .bind(&channels)
            .execute(self.connection())
            .await
            .during(task)?;
        sqlx::query(
            "DELETE FROM delivery WHERE channel NOT IN (SELECT value FROM json_each($1)) \
             OR message IN (SELECT nr FROM message WHERE at < $2)",
        )
        .bind(&channels)
        .bind(stale.as_second())
        .execute(self.connection())
        .await
        .during(task)?;
        sqlx::query(
            "DELETE FROM message WHERE at < $1 AND nr NOT IN (SELECT nr FROM message ORDER BY nr DESC LIMIT $2) \
             AND nr NOT IN (SELECT message FROM delivery)",
        )
        .bind(old.as_second())
        .bind(least)
        .execute(self.connection())
        .await
        .during(task)?;
        Ok(())
    }
}

pub(super) fn complaint(row: &SqliteRow, place: &str) -> Result<Complaint, StoreError> {
    let task = "read a complaint";
    Ok(Complaint {
        condition: condition(&row.try_get::<String, _>("state").during(task)?, place)?,
        reason: row.try_get("reason").during(task)?,
        hint: row.try_get("hint").during(task)?,
    })
}

pub(super) fn condition(word: &str, place: &str) -> Result<Condition, StoreError> {
    Condition::from_word(word).ok_or_else(|| corrupt(place, &format!("`{word}` is no state")))
}

fn alarm(row: &SqliteRow) -> Result<(Subject, Alarm), StoreError> {
    let task = "read an alarm";
    let key: String = row.try_get("subject").during(task)?;
    let at = |column| -> Result<Option<Timestamp>, StoreError> {
        row.try_get::<Option<i64>, _>(column).during(task)?.map(|at| instant(at, &key)).transpose()
    };
    let worst: Option<String> = row.try_get("worst").during(task)?;
    let alarm = Alarm {
        complaint: complaint(row, &key)?,
        since: instant(row.try_get("since").during(task)?, &key)?,
        failures: row.try_get("failures").during(task)?,
        well_since: at("well_since")?,
        told: at("told")?,
        worst: worst.map(|word| condition(&word, &key)).transpose()?,
        ended: at("ended")?,
    };
    Ok((Subject::parse(&key).map_err(|why| corrupt(&key, &why))?, alarm))
}
