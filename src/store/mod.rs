//! The ledger: the memory of all items and where they were seen.

use std::path::PathBuf;

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
