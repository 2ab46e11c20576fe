//! How many subscribe: the totals of days.

use jiff::civil::Date;
use serde_json::json;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::Store;
use super::error::{During, StoreError};
use super::rows::corrupt;
use crate::model::{Format, Subscribers};

impl Store {
    /// Keeps the greatest totals of each day, and of the last `days` days that have any. A day has what was counted at once
    /// at most: what one start of the program has counted is not added to what another has.
    pub async fn keep_subscribers(&self, totals: &[Subscribers], days: u32) -> Result<(), StoreError> {
        let task = "keep how many subscribe";
        let rows: Vec<_> = totals
            .iter()
            .map(|one| json!([one.day.to_string(), one.feed, one.format.extension(), one.reported, one.readers]))
            .collect();
        let mut transaction = self.writing().await?.begin_with(super::BEGIN).await.during(task)?;
        sqlx::query(
            "INSERT INTO subscribers (day, feed, format, reported, readers) \
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each($1) WHERE true \
             ON CONFLICT (day, feed, format) DO UPDATE SET reported = max(reported, excluded.reported), \
             readers = max(readers, excluded.readers) WHERE excluded.reported > reported OR excluded.readers > readers",
        )
        .bind(json!(rows).to_string())
        .execute(&mut *transaction)
        .await
        .during(task)?;
        // Days are counted, not reckoned from today: a clock that is wrong for a moment deletes nothing.
        sqlx::query(
            "DELETE FROM subscribers WHERE day < \
             (SELECT min(day) FROM (SELECT DISTINCT day FROM subscribers ORDER BY day DESC LIMIT $1))",
        )
        .bind(days)
        .execute(&mut *transaction)
        .await
        .during(task)?;
        transaction.commit().await.during(task)
    }

    /// The totals since a day, that one included; by feed, format and day.
    pub async fn subscribers(&self, since: Date) -> Result<Vec<Subscribers>, StoreError> {
        let found = sqlx::query("SELECT * FROM subscribers WHERE day >= $1 ORDER BY feed, format, day")
            .bind(since.to_string())
            .fetch_all(&self.pool)
            .await
            .during("read how many subscribe")?;
        found.iter().map(subscribers).collect()
    }

    /// Fails unless the store can be read and is still where it was opened.
    pub async fn answers(&self) -> Result<(), StoreError> {
        self.present().await?;
        let _: Option<i64> = sqlx::query_scalar("SELECT 1 FROM feed LIMIT 1")
            .fetch_optional(&self.pool)
            .await
            .during("look whether it answers")?;
        Ok(())
    }
}

fn subscribers(row: &SqliteRow) -> Result<Subscribers, StoreError> {
    let task = "read how many subscribe";
    let number = |name| -> Result<u32, StoreError> {
        Ok(u32::try_from(row.try_get::<i64, _>(name).during(task)?).unwrap_or(u32::MAX))
    };
    let day: String = row.try_get("day").during(task)?;
    let format: String = row.try_get("format").during(task)?;
    let known = Format::ALL.into_iter().find(|known| known.extension() == format);
    Ok(Subscribers {
        day: day.parse().map_err(|error| corrupt(&day, &error))?,
        feed: row.try_get("feed").during(task)?,
        format: known.ok_or_else(|| corrupt(&format, &"no such format"))?,
        reported: number("reported")?,
        readers: number("readers")?,
    })
}
