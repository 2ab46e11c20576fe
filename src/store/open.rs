//! Opening the ledger: only what is certainly one is written to, and none is begun where there was one.

use std::fs::File;
use std::future::ready;
use std::path::Path;
use std::time::Duration;

use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tracing::warn;

use super::error::StoreError;
use super::index::LogIndex;
use super::lock::Lock;
use super::place::{self, APPLICATION, Identity, Standing};
use super::{Held, Options, Store, migrations};

/// How long a statement waits for another program that reads or copies the database.
const BUSY: Duration = Duration::from_secs(5);

/// A database of this length is looked through when it is opened: half a second for a hundred thousand items, which have
/// 115 MB without and 525 MB with their full texts. In a longer one damage is found where it is read. 1 GiB.
const LOOKED_THROUGH: u64 = 1 << 30;

/// What a database is, by its tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// There is no table yet: an opening was cut short.
    Blank,
    /// flode's.
    Ledger,
    /// Those of another program.
    Other,
}

impl Store {
    /// Opens the ledger for writing, beginning one where there is none and bringing its tables up to date. Only one
    /// program at a time may.
    pub async fn open(options: &Options) -> Result<Self, StoreError> {
        open(&options.path, None).await
    }

    /// Does the same, but begins none: `published` is a file that shows that there was one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Lost`] where there is none; nothing is created then.
    pub async fn reopen(options: &Options, published: &str) -> Result<Self, StoreError> {
        open(&options.path, Some(published)).await
    }

    /// Opens the ledger for looking, while another program may be writing to it.
    pub async fn open_to_look(options: &Options) -> Result<Self, StoreError> {
        beside_another(&options.path, |path| connect(path).read_only(true)).await
    }

    /// Opens the ledger for a word to the program that writes to it.
    pub async fn open_to_ask(options: &Options) -> Result<Self, StoreError> {
        beside_another(&options.path, settings).await
    }
}

/// Opens a ledger of this version as it is.
async fn beside_another(path: &Path, how: impl FnOnce(&Path) -> SqliteConnectOptions) -> Result<Store, StoreError> {
    let missing = || StoreError::Missing { path: path.to_owned() };
    if place::look(path)? == Standing::Nothing {
        return Err(missing());
    }
    let unopened = |error: sqlx::Error| StoreError::unopened(path, &error);
    let pool = pool(how(path)).await.map_err(unopened)?;
    let mut connection = pool.acquire().await.map_err(unopened)?;
    match content(&mut connection).await.map_err(unopened)? {
        Content::Ledger => {}
        Content::Blank => return Err(missing()),
        Content::Other => return Err(other(path)),
    }
    // Tables that another version wrote cannot be trusted to have the columns that are asked for.
    let known = i64::try_from(migrations().iter().count()).unwrap_or(i64::MAX);
    let have: i64 = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations")
        .fetch_one(&mut *connection)
        .await
        .map_err(unopened)?;
    drop(connection);
    match have.cmp(&known) {
        std::cmp::Ordering::Greater => Err(StoreError::Newer { path: path.to_owned() }),
        std::cmp::Ordering::Less => Err(StoreError::Older { path: path.to_owned() }),
        std::cmp::Ordering::Equal => Ok(Store { pool, path: path.to_owned(), held: None }),
    }
}

async fn open(path: &Path, published: Option<&str>) -> Result<Store, StoreError> {
    let lost = |published: &str| StoreError::Lost { path: path.to_owned(), published: published.to_owned() };
    let standing = place::look(path)?;
    if let (Standing::Nothing, Some(published)) = (standing, published) {
        return Err(lost(published));
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| StoreError::refused(folder, &error))?;
    }
    let lock = Lock::take(path)?;
    if standing == Standing::Database && lock.was_left_open() && !place::beside(path, "-wal").exists() {
        warn!(
            "the store {} was not closed, and its log is gone: what the last flode learnt may be lost with it",
            path.display()
        );
    }
    if standing == Standing::Database {
        // SQLite would open it for reading, and make files beside it that nobody may write to.
        File::options().read(true).write(true).open(path).map_err(|error| StoreError::refused(path, &error))?;
    }
    let content = identify(path, standing).await?;
    match (content, published) {
        (Content::Other, _) => return Err(other(path)),
        (Content::Blank, Some(published)) => return Err(lost(published)),
        (Content::Blank, None) | (Content::Ledger, _) => {}
    }
    let pool = begin(path).await?;
    lock.note_open();
    Ok(Store { pool, path: path.to_owned(), held: Some(Held { database: Identity::of(path)?, lock }) })
}

/// What the database is. Asked by itself: the settings of a ledger would be written into another program's database.
async fn identify(path: &Path, standing: Standing) -> Result<Content, StoreError> {
    let unopened = |error: sqlx::Error| StoreError::unopened(path, &error);
    let create = standing == Standing::Nothing;
    let mut connection = connect(path).create_if_missing(create).connect().await.map_err(unopened)?;
    let content = content(&mut connection).await.map_err(unopened)?;
    if content == Content::Ledger && std::fs::metadata(path).is_ok_and(|data| data.len() <= LOOKED_THROUGH) {
        look_through(path, &mut connection).await?;
    }
    connection.close().await.map_err(unopened)?;
    Ok(content)
}

/// Fails if a page of the database contradicts another: a run that reads it half would announce known items anew.
async fn look_through(path: &Path, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let found: String = sqlx::query_scalar("PRAGMA quick_check(1)")
        .fetch_one(connection)
        .await
        .map_err(|error| StoreError::unopened(path, &error))?;
    let why = || place::cut(path).unwrap_or_else(|| found.split_whitespace().collect::<Vec<_>>().join(" "));
    if found == "ok" { Ok(()) } else { Err(StoreError::Damaged { path: path.to_owned(), why: why() }) }
}

async fn content(connection: &mut SqliteConnection) -> Result<Content, sqlx::Error> {
    let names: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'").fetch_all(&mut *connection).await?;
    let application: i32 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *connection).await?;
    let has = |name: &str| names.iter().any(|known| known == name);
    Ok(if names.iter().all(|name| name == "_sqlx_migrations") {
        Content::Blank
    } else if application == APPLICATION || (application == 0 && has("item_key") && has("sighting")) {
        // Ledgers of the first version carry no mark.
        Content::Ledger
    } else {
        Content::Other
    })
}

/// Brings the tables up to date, and marks the database as flode's.
async fn begin(path: &Path) -> Result<SqlitePool, StoreError> {
    let unopened = |error: sqlx::Error| StoreError::unopened(path, &error);
    let pool = watched(path).await.map_err(unopened)?;
    migrations().run(&pool).await.map_err(|error| match error {
        MigrateError::VersionMissing(_) => StoreError::Newer { path: path.to_owned() },
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => unopened(error),
        strange => StoreError::Damaged { path: path.to_owned(), why: strange.to_string() },
    })?;
    let marked: i32 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&pool).await.map_err(unopened)?;
    if marked != APPLICATION {
        let mark = sqlx::AssertSqlSafe(format!("PRAGMA application_id = {APPLICATION}"));
        sqlx::query(mark).execute(&pool).await.map_err(unopened)?;
    }
    Ok(pool)
}

fn other(path: &Path) -> StoreError {
    StoreError::Foreign { path: path.to_owned(), why: "it is the database of another program".to_owned() }
}

fn connect(path: &Path) -> SqliteConnectOptions {
    // What the program does is logged where it means something.
    SqliteConnectOptions::new().filename(path).busy_timeout(BUSY).disable_statement_logging()
}

fn settings(path: &Path) -> SqliteConnectOptions {
    connect(path).journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full).foreign_keys(true)
}

/// One connection: SQLite has one writer anyway, and what is read is read between two runs. It stays open, so that a file
/// which comes to stand at the path is not opened unseen.
async fn pool(connect: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    one().connect_with(connect).await
}

/// The same for writing: open for long, so that much may happen to what SQLite keeps beside the database.
async fn watched(path: &Path) -> Result<SqlitePool, sqlx::Error> {
    let index = LogIndex::of(path);
    let options = one().before_acquire(move |_, _| Box::pin(ready(Ok(index.is_sound()))));
    options.connect_with(settings(path)).await
}

fn one() -> SqlitePoolOptions {
    // To wait for the one connection is no trouble: five hundred sources that are read at once stand in line.
    let unlogged = Duration::MAX;
    SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None).acquire_slow_threshold(unlogged)
}
