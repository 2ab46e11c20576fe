//! The ledger: the memory of all items and where they were seen.
//!
//! What one run learns is one transaction ([`Ledger`]): the items, what is remembered of the source, and the marks of the
//! feeds that are due for publishing. It is durable (`synchronous=FULL`) before anything is published.

mod alarms;
mod declare;
mod error;
mod fault;
mod feed_archive;
mod feeds;
mod history;
mod hold;
mod index;
mod ledger;
mod lock;
mod membership;
mod memory;
mod open;
mod outbox;
mod pages;
mod place;
mod push;
mod rows;
mod rule;
mod subscribers;

use std::path::PathBuf;

use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::SqlitePool;

pub use declare::SiteFeeds;
pub use error::StoreError;
pub use fault::Fault;
pub use feed_archive::ArchiveFile;
pub use feeds::{FeedState, PublishedFeed};
pub use ledger::{Applied, Ledger};
pub use memory::SourceMemory;
pub use outbox::{ChannelTrouble, Waiting};
pub use pages::{Archive, SavedPage};
pub use push::{Capacity, Delivery, Subscription};

use error::During;
use lock::Lock;
use place::Identity;

/// Where the ledger is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The file of the SQLite database. Default `flode.db`.
    pub path: PathBuf,
}

impl Default for Options {
    fn default() -> Self {
        Self { path: PathBuf::from("flode.db") }
    }
}

/// Takes the database for writing at once, so that no transaction fails half-way for want of it.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// The steps by which the tables came to be: only ever added to, never changed.
fn migrations() -> Migrator {
    let step = |version, title: &'static str, sql| {
        Migration::new(version, title.into(), MigrationType::Simple, SqlStr::from_static(sql), false)
    };
    Migrator::with_migrations(vec![
        step(1, "ledger", include_str!("migrations/0001_ledger.sql")),
        step(2, "verdict", include_str!("migrations/0002_verdict.sql")),
        step(3, "pages", include_str!("migrations/0003_pages.sql")),
        step(4, "alarms", include_str!("migrations/0004_alarms.sql")),
        step(5, "feeds", include_str!("migrations/0005_feeds.sql")),
        step(6, "push", include_str!("migrations/0006_push.sql")),
        step(7, "subscribers", include_str!("migrations/0007_subscribers.sql")),
        step(8, "network", include_str!("migrations/0008_network.sql")),
        step(9, "enclosure", include_str!("migrations/0009_enclosure.sql")),
    ])
}

/// An open ledger. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    pool: SqlitePool,
    path: PathBuf,
    /// What is held while the store is open for writing; `None`: only looked at.
    held: Option<Held>,
}

/// What shows that the store is still the one that was opened.
#[derive(Debug, Clone)]
struct Held {
    database: Identity,
    lock: Lock,
}

impl Store {
    /// Begins the one transaction of a run. It sees and keeps everything or nothing, and no other is open meanwhile.
    pub async fn begin(&self) -> Result<Ledger, StoreError> {
        self.present().await?;
        let task = "begin a transaction";
        let transaction = match self.pool.begin_with(BEGIN).await {
            // SQLite itself rolls back what a full disk has cut short, and sqlx, which then finds nothing to roll back,
            // goes on counting a transaction: that connection begins no other.
            Err(sqlx::Error::InvalidSavePointStatement) => {
                self.pool.acquire().await.during(task)?.close().await.during(task)?;
                self.pool.begin_with(BEGIN).await.during(task)?
            }
            began => began.during(task)?,
        };
        Ok(Ledger::new(transaction))
    }

    /// Begins a transaction that only looks, while another program may be writing: what it sees stays as it was.
    pub async fn look(&self) -> Result<Ledger, StoreError> {
        let transaction = self.pool.begin().await.during("begin to look")?;
        Ok(Ledger::new(transaction))
    }

    /// Closes the database, so that its log is folded into it.
    pub async fn close(&self) {
        self.pool.close().await;
        if let Some(held) = &self.held {
            held.lock.note_closed();
        }
    }

    /// What takes a single statement that writes, which is a transaction by itself.
    async fn writing(&self) -> Result<&SqlitePool, StoreError> {
        self.present().await?;
        Ok(&self.pool)
    }

    /// Fails if the database no longer stands where it was opened: what is written there would be lost with the process.
    async fn present(&self) -> Result<(), StoreError> {
        let Some(held) = &self.held else { return Ok(()) };
        held.database.check(&self.path)?;
        held.lock.check()?;
        if !place::beside(&self.path, "-wal").exists() {
            self.fold().await?;
        }
        Ok(())
    }

    /// Writes what the log holds into the database, and opens it anew with another log. The log is still held open, so
    /// nothing is lost yet with its name.
    async fn fold(&self) -> Result<(), StoreError> {
        let task = "fold its log into the database";
        let mut connection = self.pool.acquire().await.during(task)?;
        let (busy, ..): (i64, i64, i64) =
            sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection).await.during(task)?;
        // With another reader it is tried again before the next transaction.
        if busy == 0 { connection.close().await.during(task) } else { Ok(()) }
    }
}
