//! What stands at the ledger's path, seen from outside: before it is opened, and while it is open.

use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::error::StoreError;

/// `PRAGMA application_id` of a ledger, by which it is told from another program's database: "flod".
pub(super) const APPLICATION: i32 = 0x666c_6f64;

/// The first bytes of a database (SQLite file format, section 1.3).
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Bytes of the header of a database; the smallest page has 512.
const HEADER: usize = 100;

/// What was found at the path; anything that no ledger can be is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing, or an empty file.
    Nothing,
    /// A database, perhaps flode's.
    Database,
}

/// Looks at the path without SQLite, which would begin a database in an empty file and wait for ever on a pipe.
pub(super) fn look(path: &Path) -> Result<Standing, StoreError> {
    let foreign = |why: &str| StoreError::Foreign { path: path.to_owned(), why: why.to_owned() };
    let damaged = |why: &str| StoreError::Damaged { path: path.to_owned(), why: why.to_owned() };
    let refused = |error: std::io::Error| StoreError::refused(path, &error);
    let data = match fs::metadata(path) {
        Ok(data) => data,
        Err(error) if error.kind() == ErrorKind::NotFound && fs::symlink_metadata(path).is_ok() => {
            return Err(foreign("it is a link that leads nowhere"));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return nothing(path),
        Err(error) => return Err(refused(error)),
    };
    if data.is_dir() {
        return Err(foreign("it is a directory"));
    }
    if !data.is_file() {
        return Err(foreign("it is no plain file"));
    }
    if data.len() == 0 {
        return nothing(path);
    }
    let mut header = Vec::with_capacity(HEADER);
    let file = File::open(path).map_err(refused)?;
    file.take(HEADER as u64).read_to_end(&mut header).map_err(refused)?;
    if header.iter().all(|byte| *byte == 0) {
        return Err(damaged("it begins with zeros"));
    }
    if !header.starts_with(MAGIC) {
        return Err(foreign("it is no SQLite database"));
    }
    let Some(id) = number(&header, 68) else { return Err(damaged("it is cut off in its first bytes")) };
    if id != 0 && id != APPLICATION.unsigned_abs() {
        return Err(foreign("it is the database of another program"));
    }
    Ok(Standing::Database)
}

/// A log without its database: SQLite would throw it away.
fn nothing(path: &Path) -> Result<Standing, StoreError> {
    let log = beside(path, "-wal");
    if fs::metadata(&log).is_ok_and(|data| data.len() > 0) {
        return Err(StoreError::LogAlone { path: path.to_owned(), log });
    }
    Ok(Standing::Nothing)
}

/// How a database that SQLite finds damaged is cut, if that is what ails it.
pub(super) fn cut(path: &Path) -> Option<String> {
    let length = fs::metadata(path).ok()?.len();
    let mut header = Vec::with_capacity(HEADER);
    File::open(path).ok()?.take(HEADER as u64).read_to_end(&mut header).ok()?;
    let page = match u16::from_be_bytes([*header.get(16)?, *header.get(17)?]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let whole = u64::from(number(&header, 28)?) * page;
    (length < whole).then(|| format!("it has {length} bytes of {whole}"))
}

/// A number of the header, most significant byte first.
fn number(header: &[u8], at: usize) -> Option<u32> {
    let bytes = header.get(at..at + 4)?;
    (header.len() == HEADER).then(|| bytes.iter().fold(0, |all, byte| (all << 8) | u32::from(*byte)))
}

/// A file that belongs to the database: `-wal`, `.lock`.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Which file a path led to when it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity(u64, u64);

impl Identity {
    pub(super) fn of(path: &Path) -> Result<Self, StoreError> {
        match fs::metadata(path) {
            Ok(data) => Ok(Self::from(&data)),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(StoreError::Vanished { path: path.to_owned() }),
            Err(error) => Err(StoreError::refused(path, &error)),
        }
    }

    /// Fails if the path leads to no file, or to another one: what is written would be lost.
    pub(super) fn check(self, path: &Path) -> Result<(), StoreError> {
        if Self::of(path)? == self { Ok(()) } else { Err(StoreError::Replaced { path: path.to_owned() }) }
    }

    #[cfg(unix)]
    pub(super) fn from(data: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self(data.dev(), data.ino())
    }

    #[cfg(not(unix))]
    pub(super) fn from(_: &Metadata) -> Self {
        Self(0, 0)
    }
}
