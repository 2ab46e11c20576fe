//! The index of the log: a file that SQLite maps into memory, and makes anew from the log whenever it is not there.
//!
//! The system ends a process that touches a part of the map which is no longer in the file. So the file is looked at before
//! each use of the connection: what was cut off is put back as zeros, which SQLite knows for no index, and the connection
//! that had it mapped is closed.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::warn;

use super::place::{self, Identity};

/// Bytes that SQLite maps at once (WAL-mode file format, section 2.2), for so many frames of the log at least.
const REGION: u64 = 32 * 1024;
const FRAMES: u64 = 4062;

/// Bytes of the shortest frame: the smallest page with its header.
const FRAME: u64 = 512 + 24;

/// Looks after the index of a database. Clones look after the same.
#[derive(Debug, Clone)]
pub(super) struct LogIndex {
    log: PathBuf,
    index: PathBuf,
    standing: Arc<Mutex<Standing>>,
}

#[derive(Debug, Default)]
struct Standing {
    /// The file, and its length, when the connection was last used.
    seen: Option<(Identity, u64)>,
    /// A file that was mended. It stays open: to close it would end the locks that SQLite has on it (fcntl(2)).
    kept: Option<(Identity, File)>,
}

/// What may have happened to the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Sound,
    Deleted,
    Cut,
}

impl LogIndex {
    pub(super) fn of(database: &Path) -> Self {
        let beside = |ending| place::beside(database, ending);
        Self { log: beside("-wal"), index: beside("-shm"), standing: Arc::default() }
    }

    /// Whether the connection that has the index mapped may be used. If not, it can be closed.
    pub(super) fn is_sound(&self) -> bool {
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let fate = self.fate(&mut standing);
        if fate == Fate::Sound {
            return true;
        }
        let what = if fate == Fate::Cut { "cut" } else { "deleted" };
        warn!(
            "{}, the index of the store's log, was {what}: it is made anew, and nothing is lost",
            self.index.display()
        );
        standing.seen = None;
        false
    }

    fn fate(&self, standing: &mut Standing) -> Fate {
        let data = match fs::metadata(&self.index) {
            Ok(data) => data,
            Err(error) if error.kind() == ErrorKind::NotFound && standing.seen.is_some() => return Fate::Deleted,
            // Whatever this is, SQLite names it.
            Err(_) => return Fate::Sound,
        };
        let (file, length) = (Identity::from(&data), data.len());
        let before = match standing.seen {
            // Another program has made one of its own after that.
            Some((seen, _)) if seen != file => return Fate::Deleted,
            Some((_, length)) => length,
            None => REGION,
        };
        if length >= before && length % REGION == 0 {
            standing.seen = Some((file, length));
            return Fate::Sound;
        }
        self.fill_up(standing, file, before.max(length));
        Fate::Cut
    }

    /// Gives the file at least the length that may be mapped of it. That it cannot is SQLite's to tell.
    fn fill_up(&self, standing: &mut Standing, file: Identity, least: u64) {
        let frames = fs::metadata(&self.log).map_or(0, |data| data.len() / FRAME);
        let length = least.div_ceil(REGION).max(frames / FRAMES + 1) * REGION;
        if standing.kept.as_ref().is_none_or(|(kept, _)| *kept != file) {
            standing.kept = OpenOptions::new().write(true).open(&self.index).ok().map(|open| (file, open));
        }
        if let Some((_, open)) = &standing.kept {
            let _ = open.set_len(length);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cut_off_is_put_back() {
        let dir = tempfile::tempdir().expect("a directory");
        let index = LogIndex::of(&dir.path().join("a.db"));
        let file = dir.path().join("a.db-shm");
        let length = || fs::metadata(&file).expect("the file").len();
        let cut = |to| OpenOptions::new().write(true).open(&file).and_then(|open| open.set_len(to)).expect("cut");
        assert!(index.is_sound(), "no index yet");
        fs::write(&file, vec![1; 98304]).expect("written");
        assert!(index.is_sound());
        for to in [0, 3, 32767, 32768, 65536] {
            cut(to);
            // Of a file that is known; its length is, after the first use of a connection.
            assert!(!index.is_sound(), "{to}");
            assert_eq!((length(), index.is_sound()), (98304, true), "{to}");
        }
        fs::remove_file(&file).expect("removed");
        assert_eq!([index.is_sound(), index.is_sound()], [false, true], "told once");
        fs::write(&file, vec![1; 32768]).expect("written");
        assert!(index.is_sound());
        fs::write(dir.path().join("other"), vec![1; 32768]).expect("written");
        fs::rename(dir.path().join("other"), &file).expect("renamed");
        assert_eq!([index.is_sound(), index.is_sound()], [false, true], "another's");
        fs::write(dir.path().join("a.db-wal"), vec![1; 3_000_000]).expect("written");
        cut(0);
        assert_eq!((index.is_sound(), length()), (false, 2 * REGION), "as long as the log may need it");
    }
}
