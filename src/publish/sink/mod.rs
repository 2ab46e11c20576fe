//! Where feeds are written.

mod answer;
mod bucket;
mod client;
mod directory;
mod fault;
mod temp;

use crate::model::FeedFile;

use super::{Options, Place, PublishError};

pub use bucket::Bucket;
pub use directory::Directory;
pub use fault::Fault;

/// Where feeds are written. Blocks on the disk or the network: call it where that may be done.
#[derive(Debug, Clone)]
pub enum Sink {
    /// A directory of the file system.
    Directory(Directory),
    /// A bucket of an object store.
    Bucket(Bucket),
}

/// What writing a file did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The same bytes stood there: the file was not touched.
    Unchanged,
    /// Other bytes stood there.
    Replaced,
    /// Nothing stood there.
    Created,
}

impl Sink {
    /// Opens the sink that the options name, and finds out now whether it can be written to. The login of a bucket is
    /// in the environment.
    ///
    /// A directory is created when it is missing, and rid of what a process that died had not finished.
    ///
    /// # Errors
    ///
    /// [`PublishError::Io`] with the path and the system's reason, or [`PublishError::Bucket`] with the service's.
    pub fn open(options: &Options) -> Result<Self, PublishError> {
        Self::open_with(options, &|name| std::env::var(name).ok())
    }

    /// The same, with another environment.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn open_with(options: &Options, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, PublishError> {
        match &options.to {
            Place::Directory(path) => Directory::open(path).map(Self::Directory),
            Place::Bucket(bucket) => Bucket::open(bucket, env).map(Self::Bucket),
        }
    }

    /// Whether the environment has the login that the sink needs. The service is not asked.
    ///
    /// # Errors
    ///
    /// [`PublishError::Bucket`] when a variable is missing.
    pub fn check_login(options: &Options) -> Result<(), PublishError> {
        match &options.to {
            Place::Directory(_) => Ok(()),
            Place::Bucket(bucket) => Bucket::check_login(bucket, &|name| std::env::var(name).ok()),
        }
    }

    /// Writes one file: see [`Self::write_all`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn write(&self, file: &FeedFile) -> Result<Written, PublishError> {
        let written = self.write_all(std::slice::from_ref(file))?;
        Ok(written.into_iter().next().unwrap_or(Written::Unchanged))
    }

    /// Writes files that belong together, the formats of one feed: all are prepared before the first is replaced, and
    /// each is replaced whole, so that nobody ever reads half a document. What `files` says is on the disk, or with the
    /// service, when this returns, even if the power fails. A file that already has these bytes is not touched.
    ///
    /// # Errors
    ///
    /// [`PublishError::Name`], [`PublishError::Occupied`], [`PublishError::Io`] or [`PublishError::Bucket`]. Unless the
    /// error is one of replacing, every file is as it was.
    pub fn write_all(&self, files: &[FeedFile]) -> Result<Vec<Written>, PublishError> {
        match self {
            Self::Directory(directory) => directory.write_all(files),
            Self::Bucket(bucket) => bucket.write_all(files),
        }
    }

    /// The bytes of a file of that name, if it is there and can be read.
    ///
    /// # Errors
    ///
    /// [`PublishError::Bucket`] when the service does not say: the file may be there, and is not to be written anew.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, PublishError> {
        match self {
            Self::Directory(directory) => Ok(directory.read(name)),
            Self::Bucket(bucket) => bucket.read(name),
        }
    }

    /// Takes a file away; one that is not there is no error.
    ///
    /// # Errors
    ///
    /// [`PublishError::Name`], [`PublishError::Io`] or [`PublishError::Bucket`].
    pub fn remove(&self, name: &str) -> Result<(), PublishError> {
        match self {
            Self::Directory(directory) => directory.remove(name),
            Self::Bucket(bucket) => bucket.remove(name),
        }
    }

    /// Whether a file of that name is there. A bucket is not asked: it was listed when it was opened.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::Directory(directory) => directory.has(name),
            Self::Bucket(bucket) => bucket.has(name),
        }
    }

    /// A feed that flode has published there before, by its mark. There was a ledger that it came from.
    ///
    /// # Errors
    ///
    /// [`PublishError::Bucket`] when the service does not say.
    pub fn published_before(&self) -> Result<Option<String>, PublishError> {
        match self {
            Self::Directory(directory) => Ok(directory.published_before()),
            Self::Bucket(bucket) => bucket.published_before(),
        }
    }
}

/// Whether a name stays in the directory, or below the prefix, and is seen there.
fn check_name(name: &str) -> Result<(), PublishError> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.starts_with('.') || !name.chars().all(legal) {
        return Err(PublishError::Name { name: name.to_owned() });
    }
    Ok(())
}

/// Whether a name is that of a feed, not of a page or what pages are dressed in.
fn is_feed(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| matches!(extension, "rss" | "atom"))
}
