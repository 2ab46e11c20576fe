//! What the operator is still to be told, and what was told.
//!
//! An alert is kept in the transaction of the run that it tells of. Alerts become a message, and a message stays until
//! every channel has taken it: killed anywhere on the way, the program goes on where it was.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::alarms::{complaint, condition};
use super::error::{During, StoreError};
use super::rows::{corrupt, instant, json};
use super::{Ledger, Store};
use crate::model::{Alert, Complaint, Event, Group, Message, Subject};

/// Alerts that one message is made of; the rest are in the next.
const ALERTS: i64 = 10_000;

/// Messages that one look at a channel hands out.
const MESSAGES: i64 = 20;

/// A channel that did not take its last message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelTrouble {
    /// Its name in the ledger.
    pub key: String,
    /// Tries in a row that failed.
    pub failures: u32,
    /// When the first of them was.
    pub since: Timestamp,
    /// It is tried again then.
    pub not_before: Timestamp,
    /// Why, at the last try.
    pub trouble: String,
}

/// What waits to be put into a message, and when the last one was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// When the first alert came.
    pub since: Timestamp,
    /// When the last message was put together.
    pub last_message: Option<Timestamp>,
}

impl Store {
    /// Whether there is something to tell that is in no message yet.
    pub async fn waiting(&self) -> Result<Option<Waiting>, StoreError> {
        let task = "look for what is to be told";
        let row = sqlx::query("SELECT (SELECT min(at) FROM alert) AS since, (SELECT max(at) FROM message) AS last")
            .fetch_one(&self.pool)
            .await
            .during(task)?;
        let at = |column| -> Result<Option<Timestamp>, StoreError> {
            row.try_get::<Option<i64>, _>(column).during(task)?.map(|at| instant(at, "alert")).transpose()
        };
        Ok(at("since")?.zip(Some(at("last")?)).map(|(since, last_message)| Waiting { since, last_message }))
    }

    /// The oldest messages that a channel has not taken.
    pub async fn outbox(&self, channel: &str) -> Result<Vec<Message>, StoreError> {
        let found = sqlx::query(
            "SELECT m.id, m.at, m.content FROM delivery d JOIN message m ON m.nr = d.message WHERE d.channel = $1 \
             ORDER BY m.nr LIMIT $2",
        )
        .bind(channel)
        .bind(MESSAGES)
        .fetch_all(&self.pool)
        .await
        .during("read what is to be sent")?;
        found.iter().map(message).collect()
    }

    /// Messages for the operator's feed: those of so long before the newest, and never fewer than `least`; the newest
    /// first.
    pub async fn messages(&self, time: SignedDuration, least: u32) -> Result<Vec<Message>, StoreError> {
        let found = sqlx::query(
            "SELECT id, at, content FROM message WHERE at >= (SELECT max(at) FROM message) - $1 OR nr IN (SELECT nr FROM message ORDER BY nr DESC LIMIT $2) \
             ORDER BY nr DESC LIMIT 1000",
        )
        .bind(time.as_secs())
        .bind(least)
        .fetch_all(&self.pool)
        .await
        .during("read what the operator was told")?;
        found.iter().map(message).collect()
    }

    /// The channels that did not take their last message.
    pub async fn channel_troubles(&self) -> Result<Vec<ChannelTrouble>, StoreError> {
        let task = "list the channels in trouble";
        let found = sqlx::query("SELECT key, failures, since, not_before, trouble FROM channel ORDER BY key")
            .fetch_all(&self.pool)
            .await
            .during(task)?;
        found
            .iter()
            .map(|row| {
                let key: String = row.try_get("key").during(task)?;
                Ok(ChannelTrouble {
                    failures: row.try_get("failures").during(task)?,
                    since: instant(row.try_get("since").during(task)?, &key)?,
                    not_before: instant(row.try_get("not_before").during(task)?, &key)?,
                    trouble: row.try_get("trouble").during(task)?,
                    key,
                })
            })
            .collect()
    }

    /// Notes that a channel has taken a message.
    pub async fn delivered(&self, channel: &str, message: &Message) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM delivery WHERE channel = $1 AND message = (SELECT nr FROM message WHERE id = $2)")
            .bind(channel)
            .bind(message.id.to_string())
            .execute(self.writing().await?)
            .await
            .during("note that a message was sent")?;
        Ok(())
    }

    /// Notes that a channel took its last message (`None`), or why not.
    pub async fn note_channel(&self, channel: &str, trouble: Option<&ChannelTrouble>) -> Result<(), StoreError> {
        let task = "note how a channel does";
        let Some(trouble) = trouble else {
            let gone = sqlx::query("DELETE FROM channel WHERE key = $1").bind(channel);
            return gone.execute(self.writing().await?).await.during(task).map(drop);
        };
        sqlx::query(
            "INSERT INTO channel (key, failures, since, not_before, trouble) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (key) DO UPDATE SET failures = $2, not_before = $4, trouble = $5",
        )
        .bind(channel)
        .bind(trouble.failures)
        .bind(trouble.since.as_second())
        .bind(trouble.not_before.as_second())
        .bind(&trouble.trouble)
        .execute(self.writing().await?)
        .await
        .during(task)?;
        Ok(())
    }
}

impl Ledger {
    /// Keeps what is to be told.
    pub async fn add_alert(&mut self, alert: &Alert) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO alert (subject, event, state, reason, hint, since, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(alert.subject.key())
        .bind(alert.event.word())
        .bind(alert.complaint.condition.word())
        .bind(&alert.complaint.reason)
        .bind(&alert.complaint.hint)
        .bind(alert.since.as_second())
        .bind(alert.at.as_second())
        .execute(self.connection())
        .await
        .during("keep what is to be told")?;
        Ok(())
    }

    /// Makes a message of what is to be told, to be sent to these channels; `None` if there is nothing.
    pub async fn compose(&mut self, channels: &[&str], now: Timestamp) -> Result<Option<Message>, StoreError> {
        let task = "put a message together";
        let found = sqlx::query("SELECT * FROM alert ORDER BY nr LIMIT $1")
            .bind(ALERTS)
            .fetch_all(self.connection())
            .await
            .during(task)?;
        let Some(last) = found.last() else { return Ok(None) };
        let last: i64 = last.try_get("nr").during(task)?;
        let alerts = found.iter().map(alert).collect::<Result<Vec<_>, _>>()?;
        let message = Message::of(alerts, last, now);
        let number = sqlx::query("INSERT INTO message (id, at, content) VALUES ($1, $2, $3)")
            .bind(message.id.to_string())
            .bind(now.as_second())
            .bind(content(&message))
            .execute(self.connection())
            .await
            .during(task)?
            .last_insert_rowid();
        sqlx::query("INSERT INTO delivery (channel, message) SELECT DISTINCT value, $1 FROM json_each($2)")
            .bind(number)
            .bind(json(channels))
            .execute(self.connection())
            .await
            .during(task)?;
        sqlx::query("DELETE FROM alert WHERE nr <= $1").bind(last).execute(self.connection()).await.during(task)?;
        Ok(Some(message))
    }
}

fn alert(row: &SqliteRow) -> Result<Alert, StoreError> {
    let task = "read what is to be told";
    let key: String = row.try_get("subject").during(task)?;
    let event: String = row.try_get("event").during(task)?;
    Ok(Alert {
        subject: Subject::parse(&key).map_err(|why| corrupt(&key, &why))?,
        event: Event::from_word(&event).ok_or_else(|| corrupt(&key, &format!("`{event}` is no event")))?,
        complaint: complaint(row, &key)?,
        since: instant(row.try_get("since").during(task)?, &key)?,
        at: instant(row.try_get("at").during(task)?, &key)?,
    })
}

/// A group as a message's JSON has it.
#[derive(Serialize, Deserialize)]
struct GroupRow {
    total: usize,
    first: Vec<AlertRow>,
}

#[derive(Serialize, Deserialize)]
struct AlertRow {
    subject: String,
    event: String,
    state: String,
    reason: String,
    hint: Option<String>,
    since: i64,
    at: i64,
}

fn content(message: &Message) -> String {
    let groups: Vec<GroupRow> = message
        .groups
        .iter()
        .map(|group| GroupRow {
            total: group.total,
            first: group
                .first
                .iter()
                .map(|alert| AlertRow {
                    subject: alert.subject.key(),
                    event: alert.event.word().to_owned(),
                    state: alert.complaint.condition.word().to_owned(),
                    reason: alert.complaint.reason.clone(),
                    hint: alert.complaint.hint.clone(),
                    since: alert.since.as_second(),
                    at: alert.at.as_second(),
                })
                .collect(),
        })
        .collect();
    json(&groups)
}

fn message(row: &SqliteRow) -> Result<Message, StoreError> {
    let task = "read a message";
    let id: String = row.try_get("id").during(task)?;
    let content: String = row.try_get("content").during(task)?;
    let rows: Vec<GroupRow> = serde_json::from_str(&content).map_err(|e| corrupt(&id, &e))?;
    let alert = |row: AlertRow| -> Result<Alert, StoreError> {
        let event =
            Event::from_word(&row.event).ok_or_else(|| corrupt(&id, &format!("`{}` is no event", row.event)))?;
        Ok(Alert {
            subject: Subject::parse(&row.subject).map_err(|why| corrupt(&id, &why))?,
            event,
            complaint: Complaint { condition: condition(&row.state, &id)?, reason: row.reason, hint: row.hint },
            since: instant(row.since, &id)?,
            at: instant(row.at, &id)?,
        })
    };
    let group = |row: GroupRow| -> Result<Group, StoreError> {
        Ok(Group { total: row.total, first: row.first.into_iter().map(alert).collect::<Result<_, _>>()? })
    };
    Ok(Message {
        groups: rows.into_iter().map(group).collect::<Result<_, _>>()?,
        at: instant(row.try_get("at").during(task)?, &id)?,
        id: id.parse().map_err(|e| corrupt(&id, &e))?,
    })
}
