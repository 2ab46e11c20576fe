//! The ledger: the memory of all items and where they were seen.
//!
//! What one run learns is one transaction ([`Ledger`]): the items, what is remembered of the source, and the marks of the
//! feeds that are due for publishing. It is durable (`synchronous=FULL`) before anything is published.

mod error;
mod feeds;
mod history;
mod hold;
mod ledger;
mod memory;
mod pages;
mod rows;

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqlStr};

pub use error::StoreError;
pub use feeds::{FeedState, PublishedFeed, SiteFeeds};
pub use ledger::{Applied, Ledger};
pub use memory::SourceMemory;
pub use pages::{Archive, SavedPage};

use error::During;

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

/// How long a statement waits for another program that reads or copies the database.
const BUSY: Duration = Duration::from_secs(5);

/// The steps by which the tables came to be: only ever added to, never changed.
fn migrations() -> Migrator {
    let step = |version, title: &'static str, sql| {
        Migration::new(version, title.into(), MigrationType::Simple, SqlStr::from_static(sql), false)
    };
    Migrator::with_migrations(vec![
        step(1, "ledger", include_str!("migrations/0001_ledger.sql")),
        step(2, "verdict", include_str!("migrations/0002_verdict.sql")),
        step(3, "pages", include_str!("migrations/0003_pages.sql")),
    ])
}

/// An open ledger. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    pool: SqlitePool,
    /// Held while the store is open for writing; the lock goes with the last clone, or with the process.
    _lock: Option<Arc<File>>,
}

impl Store {
    /// Opens the ledger for writing, beginning one where there is none and bringing its tables up to date. Only one
    /// program at a time may.
    pub async fn open(options: &Options) -> Result<Self, StoreError> {
        let path = &options.path;
        let refused = |why: String| StoreError::Open { path: path.clone(), why };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| refused(error.to_string()))?;
        }
        let lock = lock(path)?;
        let connect = connect(path).create_if_missing(true);
        let pool = pool(connect).await.map_err(|error| refused(error.to_string()))?;
        migrations().run(&pool).await.map_err(|error| match error {
            MigrateError::VersionMissing(_) => StoreError::Newer { path: path.clone() },
            other => refused(other.to_string()),
        })?;
        Ok(Self { pool, _lock: Some(Arc::new(lock)) })
    }

    /// Opens the ledger for looking, while another program may be writing to it.
    pub async fn open_to_look(options: &Options) -> Result<Self, StoreError> {
        let path = &options.path;
        if !path.exists() {
            return Err(StoreError::Missing { path: path.clone() });
        }
        let refused = |why: String| StoreError::Open { path: path.clone(), why };
        let pool = pool(connect(path).read_only(true)).await.map_err(|error| refused(error.to_string()))?;
        Self { pool, _lock: None }.of_this_version(path).await
    }

    /// Opens the ledger for a word to the program that writes to it.
    pub async fn open_to_ask(options: &Options) -> Result<Self, StoreError> {
        let path = &options.path;
        let refused = |why: String| StoreError::Open { path: path.clone(), why };
        let pool = pool(connect(path)).await.map_err(|error| refused(error.to_string()))?;
        Self { pool, _lock: None }.of_this_version(path).await
    }

    async fn of_this_version(self, path: &Path) -> Result<Self, StoreError> {
        let refused = |why: String| StoreError::Open { path: path.to_owned(), why };
        // Tables that another version wrote cannot be trusted to have the columns that are asked for.
        let known = i64::try_from(migrations().iter().count()).unwrap_or(i64::MAX);
        let have: i64 = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations")
            .fetch_one(&self.pool)
            .await
            .map_err(|error| refused(error.to_string()))?;
        match have.cmp(&known) {
            std::cmp::Ordering::Greater => Err(StoreError::Newer { path: path.to_owned() }),
            std::cmp::Ordering::Less => Err(refused("it is older than this flode; `flode once` updates it".to_owned())),
            std::cmp::Ordering::Equal => Ok(self),
        }
    }

    /// Begins the one transaction of a run. It sees and keeps everything or nothing, and no other is open meanwhile.
    pub async fn begin(&self) -> Result<Ledger, StoreError> {
        let transaction = self.pool.begin_with("BEGIN IMMEDIATE").await.during("begin a transaction")?;
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
    }
}

fn connect(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        // What the program does is logged where it means something.
        .disable_statement_logging()
}

/// One connection: SQLite has one writer anyway, and what is read is read between two runs.
async fn pool(connect: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    SqlitePoolOptions::new().max_connections(1).connect_with(connect).await
}

/// A lock of the operating system on a file beside the database: it ends with the process, however that ends.
fn lock(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let refused = |error: std::io::Error| StoreError::Open { path: path.to_owned(), why: error.to_string() };
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&name).map_err(refused)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => Err(refused(error)),
    }
}
