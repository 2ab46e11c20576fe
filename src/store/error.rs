//! What can go wrong with the ledger.

use std::fmt;
use std::path::{Path, PathBuf};

/// The store could not do what it was asked.
#[derive(Debug)]
pub enum StoreError {
    /// The file could not be opened, or is not a ledger.
    Open {
        /// The database.
        path: PathBuf,
        /// Why.
        why: String,
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
            Self::Open { path, .. } => Some(format!(
                "see that {} can be written to, and that it is a database of flode",
                parent(path).display()
            )),
            Self::Missing { .. } => Some("`flode once` reads the sources and begins one".to_owned()),
            Self::InUse { .. } => Some("one flode at a time writes to a store: stop the other one first".to_owned()),
            Self::Newer { .. } => {
                Some("use the newer flode, or the copy of the store from before the update".to_owned())
            }
            Self::SlugTaken { .. } => Some("choose another `slug` for the [[feed]] in the config".to_owned()),
            Self::Query { .. } | Self::Corrupt { .. } => None,
        }
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { path, why } => write!(f, "the store {} could not be opened: {why}", path.display()),
            Self::Missing { path } => write!(f, "there is no store at {}", path.display()),
            Self::InUse { path } => write!(f, "the store {} is in use by another flode", path.display()),
            Self::Newer { path } => write!(f, "the store {} was written by a newer flode", path.display()),
            Self::Query { task, source } => write!(f, "the store could not {task}: {source}"),
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
