//! One program at a time writes to a ledger.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use super::error::StoreError;
use super::place;

/// What stands in the lock's file while the ledger is open; nothing after it was closed.
const OPEN: &[u8] = b"open\n";

/// A lock of the operating system on a file beside the database. It goes with the last clone, or with the process, however
/// that ends.
#[derive(Debug, Clone)]
pub(super) struct Lock(Arc<File>);

impl Lock {
    pub(super) fn take(path: &Path) -> Result<Self, StoreError> {
        let name = place::beside(path, ".lock");
        if fs::metadata(&name).is_ok_and(|data| !data.is_file()) {
            // To open a pipe is to wait for its other end.
            return Err(StoreError::Foreign { path: name, why: "it is no plain file".to_owned() });
        }
        let refused = |error: std::io::Error| StoreError::refused(&name, &error);
        let file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&name).map_err(refused)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(Arc::new(file))),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(error)) => Err(refused(error)),
        }
    }

    /// Whether the last program that had the ledger open did not close it.
    pub(super) fn was_left_open(&self) -> bool {
        self.0.metadata().is_ok_and(|data| data.len() > 0)
    }

    /// Notes that the ledger is open. It is a hint: that it cannot be written is no failure.
    pub(super) fn note_open(&self) {
        let _ = self.0.set_len(0).and_then(|()| (&*self.0).write_all(OPEN));
    }

    /// Notes that it is closed.
    pub(super) fn note_closed(&self) {
        let _ = self.0.set_len(0);
    }
}
