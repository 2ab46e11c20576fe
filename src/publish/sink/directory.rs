//! A directory of the file system: every file is replaced whole.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::model::FeedFile;

use super::super::{PublishError, fields};
use super::temp::{self, Temp};
use super::{Written, check_name, is_feed};

/// Feeds that are looked into for whether they are flode's.
const LOOKED_INTO: usize = 100;

/// Bytes of a feed in which it names its generator.
const BEGINNING: u64 = 64 * 1024;

/// A directory that feeds are written to.
#[derive(Debug, Clone)]
pub struct Directory {
    path: PathBuf,
    /// Whether it may have renames that a power failure would undo, be it those of a process that was killed.
    unsynced: Arc<AtomicBool>,
}

impl Directory {
    pub(super) fn open(path: &Path) -> Result<Self, PublishError> {
        fs::create_dir_all(path).map_err(|source| PublishError::io("create", path, source))?;
        // Writing one file shows that it can be done, and what time it is by the directory's own clock.
        let probe = Temp::create(path, "probe").map_err(|error| match error {
            PublishError::Io { source, .. } => PublishError::io("write to", path, source),
            other => other,
        })?;
        temp::sweep(path, probe.modified()?)?;
        Ok(Self { path: path.to_owned(), unsynced: Arc::new(AtomicBool::new(true)) })
    }

    pub(super) fn read(&self, name: &str) -> Option<Vec<u8>> {
        let path = self.target(name).ok()?;
        // A pipe would be waited on for ever.
        fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
        fs::read(path).ok()
    }

    pub(super) fn remove(&self, name: &str) -> Result<(), PublishError> {
        let target = self.target(name)?;
        match fs::remove_file(&target) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(PublishError::io("remove", &target, error)),
            _ => Ok(()),
        }
    }

    pub(super) fn write_all(&self, files: &[FeedFile]) -> Result<Vec<Written>, PublishError> {
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

    pub(super) fn has(&self, name: &str) -> bool {
        self.target(name).is_ok_and(|path| path.is_file())
    }

    pub(super) fn published_before(&self) -> Option<String> {
        let entries = fs::read_dir(&self.path).ok()?.flatten().map(|entry| entry.path());
        let feed =
            |path: &PathBuf| path.is_file() && path.file_name().and_then(|name| name.to_str()).is_some_and(is_feed);
        let ours = entries.filter(feed).take(LOOKED_INTO).find(|path| is_ours(path))?;
        Some(ours.display().to_string())
    }

    /// The path of a file, if its name is one that stays in the directory and is seen there.
    fn target(&self, name: &str) -> Result<PathBuf, PublishError> {
        check_name(name)?;
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
