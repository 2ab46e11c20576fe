//! Subscriptions, and what subscribers are owed.
//!
//! A delivery is not written down: it is owed while the topic has a version that the subscriber was not sent. So nothing is
//! lost with the process, and a subscriber that was away gets the newest document once.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::Store;
use super::error::{During, StoreError};
use super::rows::instant;

/// Somebody who wants to be told of a topic, and has confirmed it.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The name of the document.
    pub topic: String,
    /// Where it is sent.
    pub callback: String,
    /// The host of the callback.
    pub host: String,
    /// The network that the callback answered from; empty where that is not known.
    pub network: String,
    /// What documents are signed with.
    pub secret: Option<String>,
    /// When the lease ends.
    pub until: Timestamp,
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription").field("topic", &self.topic).field("host", &self.host).finish_non_exhaustive()
    }
}

/// How many subscriptions are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// Of all hosts together.
    pub total: usize,
    /// Of one host.
    pub per_host: usize,
    /// Of one network.
    pub per_network: usize,
}

/// A change that somebody is to be told of.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The name of the document.
    pub topic: String,
    /// Its version.
    pub version: i64,
    /// Where to; `None`: the hub elsewhere.
    pub callback: Option<String>,
    /// The host of the callback; empty for the hub.
    pub host: String,
    /// What the document is signed with.
    pub secret: Option<String>,
    /// Failures in a row.
    pub failures: u32,
    /// Since when it fails.
    pub failing: Option<Timestamp>,
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery").field("topic", &self.topic).field("host", &self.host).finish_non_exhaustive()
    }
}

impl Store {
    /// Notes the documents of a feed, by name and hash, as they are published now. One that is new is owed to nobody.
    pub async fn note_topics(&self, topics: &[(String, Vec<u8>)]) -> Result<(), StoreError> {
        let task = "note the documents of a feed";
        let mut transaction = self.writing().await?.begin_with(super::BEGIN).await.during(task)?;
        for (name, hash) in topics {
            let noted = sqlx::query(
                "INSERT INTO topic (name, hash) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE \
                 SET hash = $2, version = version + 1, failing = NULL, not_before = 0 WHERE hash <> $2",
            )
            .bind(name)
            .bind(hash)
            .execute(&mut *transaction)
            .await
            .during(task)?;
            if noted.rows_affected() > 0 {
                // Who fails is given its time for each change anew.
                sqlx::query("UPDATE subscription SET failing = NULL WHERE topic = $1 AND failing IS NOT NULL")
                    .bind(name)
                    .execute(&mut *transaction)
                    .await
                    .during(task)?;
            }
        }
        transaction.commit().await.during(task)
    }

    /// Keeps a subscription, or its new lease and secret. `false` if there is no such topic or there are too many.
    pub async fn subscribe(&self, new: &Subscription, capacity: Capacity) -> Result<bool, StoreError> {
        let most = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let kept = sqlx::query(
            "INSERT INTO subscription (topic, callback, host, network, secret, until, sent) \
             SELECT name, $2, $3, $8, $4, $5, version FROM topic WHERE name = $1 AND (\
               EXISTS (SELECT 1 FROM subscription WHERE topic = $1 AND callback = $2) \
               OR ((SELECT count(*) FROM subscription) < $6 \
                   AND (SELECT count(*) FROM subscription WHERE host = $3) < $7 \
                   AND ($8 = '' OR (SELECT count(*) FROM subscription WHERE network = $8) < $9))) \
             ON CONFLICT (topic, callback) DO UPDATE SET network = $8, secret = $4, until = $5, failures = 0, \
             failing = NULL, not_before = 0",
        )
        .bind(&new.topic)
        .bind(&new.callback)
        .bind(&new.host)
        .bind(&new.secret)
        .bind(new.until.as_second())
        .bind(most(capacity.total))
        .bind(most(capacity.per_host))
        .bind(&new.network)
        .bind(most(capacity.per_network))
        .execute(self.writing().await?)
        .await
        .during("keep a subscription")?;
        Ok(kept.rows_affected() > 0)
    }

    /// Ends a subscription; `false` if there was none.
    pub async fn unsubscribe(&self, topic: &str, callback: &str) -> Result<bool, StoreError> {
        let ended = sqlx::query("DELETE FROM subscription WHERE topic = $1 AND callback = $2")
            .bind(topic)
            .bind(callback)
            .execute(self.writing().await?)
            .await
            .during("end a subscription")?;
        Ok(ended.rows_affected() > 0)
    }

    /// Whether a topic is known.
    pub async fn has_topic(&self, name: &str) -> Result<bool, StoreError> {
        let found: Option<i64> = sqlx::query_scalar("SELECT 1 FROM topic WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.pool)
            .await
            .during("look for a topic")?;
        Ok(found.is_some())
    }

    /// Subscriptions whose lease has not ended.
    pub async fn subscriptions(&self, now: Timestamp) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM subscription WHERE until > $1")
            .bind(now.as_second())
            .fetch_one(&self.pool)
            .await
            .during("count the subscriptions")?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// What subscribers are owed now, those first who fail least. Subscriptions whose lease has ended are forgotten.
    pub async fn owed_to_subscribers(&self, now: Timestamp) -> Result<Vec<Delivery>, StoreError> {
        let task = "look for what subscribers are owed";
        sqlx::query("DELETE FROM subscription WHERE until <= $1")
            .bind(now.as_second())
            .execute(self.writing().await?)
            .await
            .during(task)?;
        let found = sqlx::query(
            "SELECT s.topic, t.version, s.callback, s.host, s.secret, s.failures, s.failing FROM subscription s \
             JOIN topic t ON t.name = s.topic WHERE s.sent < t.version AND s.not_before <= $1 ORDER BY s.failures, s.topic",
        )
        .bind(now.as_second())
        .fetch_all(&self.pool)
        .await
        .during(task)?;
        found.iter().map(delivery).collect()
    }

    /// What a hub elsewhere is owed now.
    pub async fn owed_to_hub(&self, now: Timestamp) -> Result<Vec<Delivery>, StoreError> {
        let task = "look for what the hub is owed";
        let found = sqlx::query(
            "SELECT name AS topic, version, NULL AS callback, '' AS host, NULL AS secret, failures, failing FROM topic \
             WHERE told < version AND not_before <= $1 ORDER BY failures, name",
        )
        .bind(now.as_second())
        .fetch_all(&self.pool)
        .await
        .during(task)?;
        found.iter().map(delivery).collect()
    }

    /// Notes that a delivery was taken, or is given up.
    pub async fn pushed(&self, delivery: &Delivery) -> Result<(), StoreError> {
        let sql = match delivery.callback {
            Some(_) => {
                "UPDATE subscription SET sent = max(sent, $3), failures = 0, failing = NULL, not_before = 0 \
                        WHERE topic = $1 AND callback = $2"
            }
            None => {
                "UPDATE topic SET told = max(told, $3), failures = 0, failing = NULL, not_before = 0 \
                     WHERE name = $1 AND $2 IS NULL"
            }
        };
        sqlx::query(sql)
            .bind(&delivery.topic)
            .bind(&delivery.callback)
            .bind(delivery.version)
            .execute(self.writing().await?)
            .await
            .during("note a delivery")?;
        Ok(())
    }

    /// Notes that a hub elsewhere is silent since `now` at least: it is asked nothing before `not_before`.
    pub async fn hub_is_silent(&self, now: Timestamp, not_before: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE topic SET failures = failures + 1, failing = coalesce(failing, $1), not_before = $2 WHERE told < version",
        )
        .bind(now.as_second())
        .bind(not_before.as_second())
        .execute(self.writing().await?)
        .await
        .during("note that the hub is silent")?;
        Ok(())
    }

    /// Notes that a delivery failed at `now`, and is not tried again before `not_before`.
    pub async fn not_pushed(
        &self,
        delivery: &Delivery,
        now: Timestamp,
        not_before: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = match delivery.callback {
            Some(_) => {
                "UPDATE subscription SET failures = failures + 1, failing = coalesce(failing, $3), not_before = $4 \
                        WHERE topic = $1 AND callback = $2"
            }
            None => {
                "UPDATE topic SET failures = failures + 1, failing = coalesce(failing, $3), not_before = $4 \
                     WHERE name = $1 AND $2 IS NULL"
            }
        };
        sqlx::query(sql)
            .bind(&delivery.topic)
            .bind(&delivery.callback)
            .bind(now.as_second())
            .bind(not_before.as_second())
            .execute(self.writing().await?)
            .await
            .during("note a delivery that failed")?;
        Ok(())
    }
}

fn delivery(row: &SqliteRow) -> Result<Delivery, StoreError> {
    let task = "read what is owed";
    let topic: String = row.try_get("topic").during(task)?;
    let failing: Option<i64> = row.try_get("failing").during(task)?;
    Ok(Delivery {
        version: row.try_get("version").during(task)?,
        callback: row.try_get("callback").during(task)?,
        host: row.try_get("host").during(task)?,
        secret: row.try_get("secret").during(task)?,
        failures: u32::try_from(row.try_get::<i64, _>("failures").during(task)?).unwrap_or(u32::MAX),
        failing: failing.map(|seconds| instant(seconds, &topic)).transpose()?,
        topic,
    })
}
