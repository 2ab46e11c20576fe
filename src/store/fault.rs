//! What the operating system and SQLite refuse, in words that an operator can act on.

use std::io;

use sqlx::Error;

/// Why the disk under the store did not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No space is left.
    Full,
    /// The file, its directory or the file system cannot be written to.
    ReadOnly,
    /// The user that runs flode may not.
    Denied,
    /// The database contradicts itself.
    Damaged,
    /// What stands there is no database.
    NotADatabase,
    /// Another program holds it for too long.
    Busy,
    /// The file, or one beside it, could not be opened.
    CannotOpen,
    /// Reading or writing failed below.
    Io,
    /// Anything else: a defect of flode.
    Other,
}

/// The extended code for an index of the log that cannot be made as long as it has to be.
const IOERR_SHMSIZE: u32 = 4874;

impl Fault {
    /// Of a failed statement, by its primary result code.
    #[must_use]
    pub fn of(error: &Error) -> Self {
        match error {
            Error::Database(database) => {
                let code = database.code().and_then(|code| code.parse::<u32>().ok()).unwrap_or_default();
                Self::of_code(code)
            }
            Error::Io(error) => Self::of_io(error),
            Error::PoolTimedOut => Self::Busy,
            _ => Self::Other,
        }
    }

    /// Of a result code of SQLite: its last byte is the primary one.
    fn of_code(code: u32) -> Self {
        match code & 0xff {
            // The index of the log is given its length on the disk before it is used.
            _ if code == IOERR_SHMSIZE => Self::Full,
            3 | 23 => Self::Denied,
            5 | 6 => Self::Busy,
            8 => Self::ReadOnly,
            10 => Self::Io,
            11 => Self::Damaged,
            13 => Self::Full,
            14 => Self::CannotOpen,
            26 => Self::NotADatabase,
            _ => Self::Other,
        }
    }

    pub(super) fn of_io(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Self::Full,
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            io::ErrorKind::PermissionDenied => Self::Denied,
            _ => Self::Io,
        }
    }

    /// One word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ReadOnly => "read-only",
            Self::Denied => "denied",
            Self::Damaged => "damaged",
            Self::NotADatabase => "foreign",
            Self::Busy => "busy",
            Self::CannotOpen => "unopened",
            Self::Io => "io",
            Self::Other => "other",
        }
    }

    /// What the operator can do.
    pub(super) fn hint(self) -> Option<&'static str> {
        match self {
            Self::Full => {
                Some("free some space on its file system, or raise the quota; the next run goes on by itself")
            }
            Self::ReadOnly | Self::Denied => {
                Some("let the user that runs flode write to the store and to the directory it lies in")
            }
            Self::Damaged | Self::NotADatabase => Some(RESTORE),
            Self::Busy => Some("another program has held the store for long: a copy, or a shell; end it"),
            Self::CannotOpen => {
                Some("see that its directory is there and can be written to: SQLite keeps two files beside the store")
            }
            Self::Io => Some("see that its disk is sound, and that neither it nor a quota is full"),
            Self::Other => None,
        }
    }
}

/// The way on from a ledger that cannot be read.
pub(super) const RESTORE: &str = "stop flode, move the store and the files beside it away, and put a backup in its place; \
     without one, `flode once --new-ledger` begins anew: items keep their ids, those without dates get other ones";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_codes_have_names() {
        let extended =
            [(13, Fault::Full), (4874, Fault::Full), (778, Fault::Io), (1032, Fault::ReadOnly), (267, Fault::Damaged)];
        let primary = [(5, Fault::Busy), (14, Fault::CannotOpen), (26, Fault::NotADatabase), (1, Fault::Other)];
        for (code, fault) in extended.into_iter().chain(primary) {
            assert_eq!(Fault::of_code(code), fault, "{code}");
        }
    }
}
