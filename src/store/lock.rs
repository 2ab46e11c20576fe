//! One program at a time writes to a ledger.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::warn;

use super::error::StoreError;
use super::place::{self, Identity};

/// What stands in the lock's file while the ledger is open; nothing after it was closed.
const OPEN: &[u8] = b"open\n";

/// How often a lock's file is opened that is taken away each time.
const TRIES: usize = 10;

/// A lock of the operating system on a file beside the database. It goes with the last clone, or with the process, however
/// that ends.
#[derive(Debug, Clone)]
pub(super) struct Lock {
    database: PathBuf,
    name: PathBuf,
    file: Arc<Mutex<File>>,
}

impl Lock {
    pub(super) fn take(database: &Path) -> Result<Self, StoreError> {
        let name = place::beside(database, ".lock");
        let file = Arc::new(Mutex::new(locked(database, &name)?));
        Ok(Self { database: database.to_owned(), name, file })
    }

    /// Fails if another program has the lock: its file was deleted, and that program was the first to make one anew.
    /// Where none has, it is made anew here.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let mut file = self.file();
        if leads_to(&self.name, &file) {
            return Ok(());
        }
        *file = locked(&self.database, &self.name)?;
        note(&file, OPEN);
        warn!("{} was deleted: it is made anew", self.name.display());
        Ok(())
    }

    /// Whether the last program that had the ledger open did not close it.
    pub(super) fn was_left_open(&self) -> bool {
        self.file().metadata().is_ok_and(|data| data.len() > 0)
    }

    /// Notes that the ledger is open. It is a hint: that it cannot be written is no failure.
    pub(super) fn note_open(&self) {
        note(&self.file(), OPEN);
    }

    /// Notes that it is closed.
    pub(super) fn note_closed(&self) {
        note(&self.file(), b"");
    }

    fn file(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The file of that name, locked.
fn locked(database: &Path, name: &Path) -> Result<File, StoreError> {
    if fs::metadata(name).is_ok_and(|data| !data.is_file()) {
        // To open a pipe is to wait for its other end.
        return Err(StoreError::Foreign { path: name.to_owned(), why: "it is no plain file".to_owned() });
    }
    let refused = |error: std::io::Error| StoreError::refused(name, &error);
    for _ in 0..TRIES {
        let file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(name).map_err(refused)?;
        match file.try_lock() {
            // Deleted between the two: a lock that nobody else will meet.
            Ok(()) if !leads_to(name, &file) => {}
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => break,
            Err(TryLockError::Error(error)) => return Err(refused(error)),
        }
    }
    Err(StoreError::InUse { path: database.to_owned() })
}

/// Whether the name is still that of the open file.
fn leads_to(name: &Path, file: &File) -> bool {
    let Ok(open) = file.metadata() else { return false };
    fs::metadata(name).is_ok_and(|data| Identity::from(&data) == Identity::from(&open))
}

fn note(mut file: &File, text: &[u8]) {
    let _ = file.set_len(0).and_then(|()| file.write_all(text));
}
