//! What can go wrong with the ledger.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::fault::{Fault, RESTORE};
use super::place;

/// The store could not do what it was asked.
#[derive(Debug)]
pub enum StoreError {
    /// The file could not be opened.
    Open {
        /// The database, or a file beside it.
        path: PathBuf,
        /// What kind of trouble it is.
        fault: Fault,
        /// Why.
        why: String,
    },
    /// There is no ledger, though feeds were published from one.
    Lost {
        /// The database.
        path: PathBuf,
        /// A file that was published from it.
        published: String,
    },
    /// The log of a ledger is there without the ledger.
    LogAlone {
        /// The database.
        path: PathBuf,
        /// Its write-ahead log.
        log: PathBuf,
    },
    /// Something else stands at the path.
    Foreign {
        /// The path.
        path: PathBuf,
        /// What it is.
        why: String,
    },
    /// The ledger cannot be read as a database any more.
    Damaged {
        /// The database.
        path: PathBuf,
        /// How.
        why: String,
    },
    /// The ledger was deleted, or moved away, while it was open.
    Vanished {
        /// The database.
        path: PathBuf,
    },
    /// Another file stands where the ledger stood that is open.
    Replaced {
        /// The database.
        path: PathBuf,
    },
    /// There is no ledger yet, and the command only looks.
    Missing {
        /// The database.
        path: PathBuf,
    },
    /// Another program is writing to it.
    InUse {
        /// The database.
        path: PathBuf,
    },
    /// A newer version of the program has changed its tables.
    Newer {
        /// The database.
        path: PathBuf,
    },
    /// An older version wrote its tables, and the command only looks.
    Older {
        /// The database.
        path: PathBuf,
    },
    /// A statement failed.
    Query {
        /// What the statement was for.
        task: &'static str,
        /// Why.
        source: sqlx::Error,
    },
    /// Something stands in the ledger that the program has not written.
    Corrupt {
        /// The item, feed or source.
        place: String,
        /// What is wrong with it.
        why: String,
    },
    /// A feed that the config declares has the slug of another feed.
    SlugTaken {
        /// The slug.
        slug: String,
        /// The title of the feed that has it.
        by: String,
    },
}

impl StoreError {
    /// What the operator can do, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Open { path, fault, .. } => fault.hint().map(|hint| format!("{hint} ({})", parent(path).display())),
            Self::Lost { .. } => Some(LOST.to_owned()),
            Self::LogAlone { log, .. } => {
                Some(format!("put the database back that {} belongs to, or move that away as well", log.display()))
            }
            Self::Foreign { .. } => Some("set `store.url` to another file, or move this one away".to_owned()),
            Self::Damaged { .. } | Self::Corrupt { .. } => Some(RESTORE.to_owned()),
            Self::Vanished { .. } => {
                Some("put it back, and it goes on; or put a backup there and start flode anew".to_owned())
            }
            Self::Replaced { .. } => Some("start flode anew, and it reads the one that stands there now".to_owned()),
            Self::Missing { .. } => Some("`flode once` reads the sources and begins one".to_owned()),
            Self::InUse { .. } => Some("one flode at a time writes to a store: stop the other one first".to_owned()),
            Self::Newer { .. } => {
                Some("use the newer flode, or the copy of the store from before the update".to_owned())
            }
            Self::Older { .. } => Some("`flode once` brings it up to date".to_owned()),
            Self::SlugTaken { .. } => Some("choose another `slug` for the [[feed]] in the config".to_owned()),
            Self::Query { source, .. } => Fault::of(source).hint().map(str::to_owned),
        }
    }

    /// One word for what is wrong, by which two failures are told apart: the same trouble meets many statements.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Open { fault, .. } => fault.word(),
            Self::Query { source, .. } => Fault::of(source).word(),
            Self::Missing { .. } => "missing",
            Self::Lost { .. } | Self::LogAlone { .. } => "lost",
            Self::Foreign { .. } => "foreign",
            Self::Damaged { .. } | Self::Corrupt { .. } => "damaged",
            Self::Vanished { .. } => "vanished",
            Self::Replaced { .. } => "replaced",
            Self::InUse { .. } => "in use",
            Self::Newer { .. } => "newer",
            Self::Older { .. } => "older",
            Self::SlugTaken { .. } => "slug taken",
        }
    }

    /// Of a file of the ledger that the operating system does not open.
    pub(super) fn refused(path: &Path, error: &io::Error) -> Self {
        Self::Open { path: path.to_owned(), fault: Fault::of_io(error), why: error.to_string() }
    }

    /// Of a database that SQLite does not open, or finds damaged while it does.
    pub(super) fn unopened(path: &Path, error: &sqlx::Error) -> Self {
        let path = path.to_owned();
        match Fault::of(error) {
            Fault::NotADatabase => Self::Foreign { path, why: "it is no SQLite database".to_owned() },
            Fault::Damaged => Self::Damaged { why: place::cut(&path).unwrap_or_else(|| reason(error)), path },
            fault => Self::Open { path, fault, why: reason(error) },
        }
    }
}

/// The way on without the ledger that the published feeds came from.
const LOST: &str = "put it back, or a backup of it; without one, `flode once --new-ledger` begins anew: items keep their ids, \
     but those without dates get other ones, and those that have left the pages are lost";

/// What SQLite says, without sqlx's words around it.
fn reason(error: &sqlx::Error) -> String {
    match error {
        _ if Fault::of(error) == Fault::Full => "the disk is full".to_owned(),
        sqlx::Error::Database(database) => database.message().to_owned(),
        other => other.to_string(),
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { path, why, .. } => write!(f, "the store {} could not be opened: {why}", path.display()),
            Self::Lost { path, published } => {
                write!(f, "the store {} is gone: {published} was published from one", path.display())
            }
            Self::LogAlone { path, log } => {
                write!(f, "the store {} is gone, though its log {} is there", path.display(), log.display())
            }
            Self::Foreign { path, why } => write!(f, "{} is no store of flode: {why}", path.display()),
            Self::Damaged { path, why } => write!(f, "the store {} is damaged: {why}", path.display()),
            Self::Vanished { path } => write!(f, "the store {} was deleted while it was open", path.display()),
            Self::Replaced { path } => {
                write!(f, "another file stands where the store {} was opened", path.display())
            }
            Self::Missing { path } => write!(f, "there is no store at {}", path.display()),
            Self::InUse { path } => write!(f, "the store {} is in use by another flode", path.display()),
            Self::Newer { path } => write!(f, "the store {} was written by a newer flode", path.display()),
            Self::Older { path } => write!(f, "the store {} was written by an older flode", path.display()),
            Self::Query { task, source } => write!(f, "the store could not {task}: {}", reason(source)),
            Self::Corrupt { place, why } => write!(f, "the store is damaged at {place}: {why}"),
            Self::SlugTaken { slug, by } => write!(f, "the slug `{slug}` is taken by the feed `{by}`"),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Query { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// Names the task of a failed statement.
pub(super) trait During<T> {
    fn during(self, task: &'static str) -> Result<T, StoreError>;
}

impl<T> During<T> for Result<T, sqlx::Error> {
    fn during(self, task: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Query { task, source })
    }
}
