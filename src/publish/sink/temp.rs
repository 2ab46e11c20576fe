//! Files that are not yet what they are to become.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::super::PublishError;

/// A temporary file of this age was left by a process that died: writing one takes milliseconds. One hour.
const LEFTOVER_AGE: Duration = Duration::from_hours(1);

/// How many names are tried for a temporary file: a dead process with our number may have left some.
const NAMES: usize = 100;

/// The mode of a published file, before the umask: everyone may read it, as a web server of another user must.
#[cfg(unix)]
const MODE: u32 = 0o644;

/// Tells apart the temporary files of one process.
static COUNTER: AtomicU64 = AtomicU64::new(0);

/// A hidden file beside the one that it is to replace: a rename is whole only within one file system. It is removed
/// again unless it came to that.
#[derive(Debug)]
pub(super) struct Temp {
    path: PathBuf,
    /// What it is to become, which errors name: the same trouble has the same words each time.
    target: PathBuf,
    file: File,
    renamed: bool,
}

impl Temp {
    pub(super) fn create(directory: &Path, name: &str) -> Result<Self, PublishError> {
        let target = directory.join(name);
        let mut last = PublishError::io("create", directory, io::Error::from(ErrorKind::AlreadyExists));
        for _ in 0..NAMES {
            let count = COUNTER.fetch_add(1, Ordering::Relaxed);
            let path = directory.join(format!(".{name}.{}-{count}.tmp", std::process::id()));
            match create_new(&path) {
                Ok(file) => return Ok(Self { path, target, file, renamed: false }),
                Err(source) => {
                    let taken = source.kind() == ErrorKind::AlreadyExists;
                    last = PublishError::io("create", &target, source);
                    if !taken {
                        break;
                    }
                }
            }
        }
        Err(last)
    }

    pub(super) fn fill(&mut self, bytes: &[u8]) -> Result<(), PublishError> {
        let filled = self.file.write_all(bytes).and_then(|()| self.file.sync_all());
        filled.map_err(|source| PublishError::io("write", &self.target, source))
    }

    /// When the file was made, by the clock of its file system.
    pub(super) fn modified(&self) -> Result<SystemTime, PublishError> {
        self.file
            .metadata()
            .and_then(|data| data.modified())
            .map_err(|source| PublishError::io("read", &self.target, source))
    }

    pub(super) fn replace(mut self, target: &Path) -> Result<(), PublishError> {
        fs::rename(&self.path, target).map_err(|source| PublishError::io("replace", target, source))?;
        self.renamed = true;
        Ok(())
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        if !self.renamed {
            // The next opening sweeps what cannot be removed now.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, MODE);
    options.open(path)
}

/// Removes the temporary files that processes which died left in a directory; `now` is its own clock's.
pub(super) fn sweep(directory: &Path, now: SystemTime) -> Result<(), PublishError> {
    let entries = fs::read_dir(directory).map_err(|source| PublishError::io("read", directory, source))?;
    for entry in entries.flatten() {
        let Some(process) = writer_of(&entry.file_name()) else { continue };
        let Ok(data) = entry.metadata() else { continue };
        let age = data.modified().ok().and_then(|modified| now.duration_since(modified).ok()).unwrap_or_default();
        if data.is_file() && (age >= LEFTOVER_AGE || is_dead(process)) {
            // Whoever else removed it did the same work.
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

/// The process that a temporary file names; `None` for every other file.
fn writer_of(name: &OsStr) -> Option<u32> {
    let name = name.to_str()?.strip_prefix('.')?.strip_suffix(".tmp")?;
    let (process, count) = name.rsplit_once('.')?.1.split_once('-')?;
    count.parse::<u64>().ok().and_then(|_| process.parse().ok())
}

/// Whether a process is known to be gone. Where there is no `/proc`, none is.
fn is_dead(process: u32) -> bool {
    let all = Path::new("/proc");
    all.join("self").exists() && !all.join(process.to_string()).exists()
}
