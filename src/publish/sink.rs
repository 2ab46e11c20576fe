//! Where feeds are written.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::model::FeedFile;

use super::temp::{self, Temp};
use super::{Options, PublishError, fields};

/// Feeds that are looked into for whether they are flode's.
const LOOKED_INTO: usize = 100;

/// Bytes of a feed in which it names its generator.
const BEGINNING: u64 = 64 * 1024;

/// Where feeds are written. Blocks on the disk: call it where that may be done.
#[derive(Debug, Clone)]
pub enum Sink {
    /// A directory of the file system.
    Directory(Directory),
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
    /// Opens the sink that the options name, and finds out now whether it can be written to.
    ///
    /// A directory is created when it is missing, and rid of what a process that died had not finished.
    ///
    /// # Errors
    ///
    /// [`PublishError::Io`] with the path and the system's reason.
    pub fn open(options: &Options) -> Result<Self, PublishError> {
        Directory::open(&options.to).map(Self::Directory)
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
    /// each is replaced whole, so that nobody ever reads half a document. What `files` says is on the disk when this
    /// returns, even if the power fails. A file that already has these bytes is not touched.
    ///
    /// # Errors
    ///
    /// [`PublishError::Name`], [`PublishError::Occupied`] or [`PublishError::Io`]. Unless the error is one of
    /// replacing, every file is as it was.
    pub fn write_all(&self, files: &[FeedFile]) -> Result<Vec<Written>, PublishError> {
        match self {
            Self::Directory(directory) => directory.write_all(files),
        }
    }

    /// The bytes of a file of that name, if it is there and can be read.
    #[must_use]
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        match self {
            Self::Directory(directory) => {
                let path = directory.target(name).ok()?;
                // A pipe would be waited on for ever.
                fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
                fs::read(path).ok()
            }
        }
    }

    /// Whether a file of that name is there.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::Directory(directory) => directory.target(name).is_ok_and(|path| path.is_file()),
        }
    }

    /// A feed that flode has published there before, by its mark as the generator. There was a ledger that it came from.
    #[must_use]
    pub fn published_before(&self) -> Option<String> {
        match self {
            Self::Directory(directory) => directory.published_before(),
        }
    }

    /// Takes a file away; one that is not there is no error.
    ///
    /// # Errors
    ///
    /// [`PublishError::Name`] or [`PublishError::Io`].
    pub fn remove(&self, name: &str) -> Result<(), PublishError> {
        match self {
            Self::Directory(directory) => directory.remove(name),
        }
    }
}

/// A directory that feeds are written to.
#[derive(Debug, Clone)]
pub struct Directory {
    path: PathBuf,
    /// Whether it may have renames that a power failure would undo, be it those of a process that was killed.
    unsynced: Arc<AtomicBool>,
}

impl Directory {
    fn open(path: &Path) -> Result<Self, PublishError> {
        fs::create_dir_all(path).map_err(|source| PublishError::io("create", path, source))?;
        // Writing one file shows that it can be done, and what time it is by the directory's own clock.
        let probe = Temp::create(path, "probe").map_err(|error| match error {
            PublishError::Io { source, .. } => PublishError::io("write to", path, source),
            other => other,
        })?;
        temp::sweep(path, probe.modified()?)?;
        Ok(Self { path: path.to_owned(), unsynced: Arc::new(AtomicBool::new(true)) })
    }

    fn remove(&self, name: &str) -> Result<(), PublishError> {
        let target = self.target(name)?;
        match fs::remove_file(&target) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(PublishError::io("remove", &target, error)),
            _ => Ok(()),
        }
    }

    fn write_all(&self, files: &[FeedFile]) -> Result<Vec<Written>, PublishError> {
        // Somebody may have cleared the directory away since it was opened.
        fs::create_dir_all(&self.path).map_err(|source| PublishError::io("create", &self.path, source))?;
        let mut written = Vec::with_capacity(files.len());
        let mut ready = Vec::new();
        for file in files {
            let target = self.target(&file.name)?;
            let found = compare(&target, &file.bytes)?;
            written.push(found);
            if found != Written::Unchanged {
                let mut temp = Temp::create(&self.path, &file.name)?;
                temp.fill(&file.bytes)?;
                ready.push((temp, target));
            }
        }
        for (temp, target) in ready {
            self.unsynced.store(true, Ordering::Release);
            temp.replace(&target)?;
        }
        if self.unsynced.load(Ordering::Acquire) {
            sync_directory(&self.path).map_err(|source| PublishError::io("write", &self.path, source))?;
            self.unsynced.store(false, Ordering::Release);
        }
        Ok(written)
    }

    fn published_before(&self) -> Option<String> {
        let entries = fs::read_dir(&self.path).ok()?.flatten().map(|entry| entry.path());
        let feed = |path: &PathBuf| path.is_file() && path.extension().is_some_and(|e| e == "rss" || e == "atom");
        let ours = entries.filter(feed).take(LOOKED_INTO).find(|path| is_ours(path))?;
        Some(ours.display().to_string())
    }

    /// The path of a file, if its name is one that stays in the directory and is seen there.
    fn target(&self, name: &str) -> Result<PathBuf, PublishError> {
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.starts_with('.') || !name.chars().all(legal) {
            return Err(PublishError::Name { name: name.to_owned() });
        }
        Ok(self.path.join(name))
    }
}

/// Holds the bytes against what stands at the path. Only a plain file is opened: a link is replaced, never followed,
/// and a pipe would be waited on for ever.
fn compare(target: &Path, bytes: &[u8]) -> Result<Written, PublishError> {
    let data = match fs::symlink_metadata(target) {
        Ok(data) => data,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Written::Created),
        Err(source) => return Err(PublishError::io("read", target, source)),
    };
    if data.is_dir() {
        return Err(PublishError::Occupied { path: target.to_owned() });
    }
    let same_length = u64::try_from(bytes.len()).is_ok_and(|length| length == data.len());
    // What cannot be read can still be replaced.
    let same = data.is_file() && same_length && fs::read(target).is_ok_and(|found| found == bytes);
    Ok(if same { Written::Unchanged } else { Written::Replaced })
}

/// Whether a feed names flode as its generator.
fn is_ours(path: &Path) -> bool {
    let mut beginning = Vec::new();
    let read = File::open(path).and_then(|file| file.take(BEGINNING).read_to_end(&mut beginning));
    let mark = format!("<generator>{}</generator>", fields::GENERATOR);
    read.is_ok() && memchr::memmem::find(&beginning, mark.as_bytes()).is_some()
}

/// Makes renames in the directory outlast a power failure.
fn sync_directory(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}
