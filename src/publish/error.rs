//! What can go wrong in publishing.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::Fault;
use crate::model::{Format, Slug};

/// Why a feed could not be rendered or written. The last good files stay as they are.
#[derive(Debug)]
pub enum PublishError {
    /// The writer of the format gave up.
    Render {
        /// The feed.
        slug: Slug,
        /// The format.
        format: Format,
        /// The writer's words.
        why: String,
    },
    /// A rendered document broke a rule when it was read back.
    Invalid {
        /// The feed.
        slug: Slug,
        /// The format.
        format: Format,
        /// The rule, and the item that broke it.
        why: String,
    },
    /// A page beside the feeds could not be made, or broke a rule when it was read back.
    Page {
        /// Its file's name.
        name: String,
        /// The rule.
        why: String,
    },
    /// A file name that would leave the directory, or be hidden in it.
    Name {
        /// The name.
        name: String,
    },
    /// A directory stands where a file is to be written.
    Occupied {
        /// Its path.
        path: PathBuf,
    },
    /// The file system refused.
    Io {
        /// What was tried (`create`, `write`, `replace` …).
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A page for people stands there that flode has not written, and nothing shows that the place is flode's.
    Foreign {
        /// Where.
        place: String,
    },
    /// The object store refused, or was not reached.
    Bucket {
        /// What was tried (`write`, `list` …).
        doing: &'static str,
        /// The object, or the bucket, as `s3://…`.
        place: String,
        /// Why.
        fault: Fault,
    },
    /// A defect of the program, caught at the edge.
    Panicked {
        /// What it said.
        why: String,
    },
}

impl PublishError {
    pub(super) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { doing, path: path.to_owned(), source }
    }

    /// What the operator can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Render { .. }
            | Self::Invalid { .. }
            | Self::Page { .. }
            | Self::Name { .. }
            | Self::Panicked { .. } => None,
            Self::Occupied { .. } => Some("move the directory away, or give the feed another slug".to_owned()),
            Self::Foreign { .. } => Some("move it away, or set `publish.to` to a place of its own".to_owned()),
            Self::Bucket { fault, .. } => fault.hint(),
            Self::Io { source, .. } => io_hint(source.kind()).map(str::to_owned),
        }
    }
}

fn io_hint(kind: io::ErrorKind) -> Option<&'static str> {
    match kind {
        io::ErrorKind::PermissionDenied => {
            Some("let the user that runs flode write to the directory, or set `publish.to` to another one")
        }
        io::ErrorKind::ReadOnlyFilesystem => Some("set `publish.to` to a directory that can be written to"),
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
            Some("`publish.to` names a directory, and something else stands there or above it")
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            Some("free some space on that file system, or raise the quota; the next run goes on by itself")
        }
        _ => None,
    }
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Render { slug, format, why } => {
                write!(f, "feed `{slug}`: cannot write {}: {why}", format.extension())
            }
            Self::Invalid { slug, format, why } => {
                write!(f, "feed `{slug}`: the new {} is not published: {why}", format.extension())
            }
            Self::Page { name, why } => write!(f, "the new {name} is not published: {why}"),
            Self::Name { name } => write!(f, "`{}` is no name for a feed's file", name.escape_debug()),
            Self::Occupied { path } => write!(f, "cannot replace {}: it is a directory", path.display()),
            Self::Foreign { place } => write!(f, "{place} would be replaced, and flode has not written it"),
            Self::Bucket { doing, place, fault } => write!(f, "cannot {doing} {place}: {fault}"),
            Self::Io { doing, path, source } => write!(f, "cannot {doing} {}: {source}", path.display()),
            Self::Panicked { why } => write!(f, "publishing ended in a defect of flode: {why}"),
        }
    }
}

impl std::error::Error for PublishError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Bucket { fault, .. } => Some(fault),
            _ => None,
        }
    }
}
