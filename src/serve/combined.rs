//! Feeds that a subscriber puts together: `/kultur+bibliotek.atom` shows the items of both.
//!
//! They are rendered when they are asked for, from memory, and kept while their parts are unchanged. How, [`Combine`] knows:
//! the server only knows which feeds there are.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::shelf::{Shelf, Stored};
use crate::model::FeedFile;

/// Renders the union of the feeds with these slugs in the format with this extension; `None` when it has no such form.
pub type Combine = dyn Fn(&[String], &str) -> Option<FeedFile> + Send + Sync;

/// Feeds in a combination.
pub(super) const MOST_FEEDS: usize = 8;

/// Combinations that are kept.
const MOST_KEPT: usize = 256;

/// Requests that wait for one to be rendered; further ones are answered with 503.
const MOST_WAITING: usize = 64;

/// How long they wait.
const WAIT: Duration = Duration::from_secs(5);

/// A combination that is asked for: its slugs in order, each a feed on the shelf.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) slugs: Vec<String>,
    pub(super) extension: String,
}

impl Wanted {
    /// Its name, the only one it has: slugs in alphabetical order, each once.
    pub(super) fn name(&self) -> String {
        format!("{}.{}", self.slugs.join("+"), self.extension)
    }

    /// A text that changes when one of its parts does; `None` if one is gone.
    fn version(&self, feeds: &Shelf) -> Option<String> {
        let mut version = String::new();
        for slug in &self.slugs {
            let part = feeds.get(&format!("{slug}.{}", self.extension))?;
            version.push_str(part.etag.to_str().unwrap_or_default());
        }
        Some(version)
    }
}

/// Why there is no combination.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It does not exist.
    Absent,
    /// Too many are asked for at once.
    Busy,
}

/// What was rendered lately.
#[derive(Debug)]
pub(super) struct Combined {
    most_bytes: usize,
    /// The one asked for last stands last.
    kept: Mutex<Vec<Kept>>,
    /// One at a time, so that no number of requests keeps more than one processor busy.
    pen: Semaphore,
    waiting: Semaphore,
}

#[derive(Debug)]
struct Kept {
    name: String,
    version: String,
    file: Arc<Stored>,
    /// Somebody came back for it. Whoever asks for every combination in turn displaces no subscriber's.
    again: bool,
}

impl Combined {
    pub(super) fn new(most_bytes: usize) -> Self {
        Self { most_bytes, kept: Mutex::default(), pen: Semaphore::new(1), waiting: Semaphore::new(MOST_WAITING) }
    }

    /// The combination, rendered now or before.
    pub(super) async fn get(&self, wanted: Wanted, feeds: &Shelf) -> Result<Arc<Stored>, Refused> {
        // Taken before the rendering, which then shows this version or a newer one.
        let version = wanted.version(feeds).ok_or(Refused::Absent)?;
        let name = wanted.name();
        if let Some(file) = self.kept(&name, &version) {
            return Ok(file);
        }
        let _turn = self.waiting.try_acquire().map_err(|_| Refused::Busy)?;
        let pen = tokio::time::timeout(WAIT, self.pen.acquire()).await.map_err(|_| Refused::Busy)?;
        if let Some(file) = self.kept(&name, &version) {
            return Ok(file); // rendered for another while this one waited
        }
        let combine = feeds.combine().ok_or(Refused::Absent)?;
        let work = move || {
            let file = Stored::from(combine(&wanted.slugs, &wanted.extension)?);
            file.press();
            Some(Arc::new(file))
        };
        let rendered = tokio::task::spawn_blocking(work).await.ok().flatten().ok_or(Refused::Absent)?;
        drop(pen);
        self.keep(Kept { name, version, file: Arc::clone(&rendered), again: false });
        Ok(rendered)
    }

    fn kept(&self, name: &str, version: &str) -> Option<Arc<Stored>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|one| one.name == name && one.version == version)?;
        let found = Kept { again: true, ..kept.remove(at) };
        let file = Arc::clone(&found.file);
        kept.push(found);
        Some(file)
    }

    fn keep(&self, new: Kept) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|one| one.name == new.name).map(|at| kept.remove(at));
        kept.push(Kept { again: known.is_some_and(|old| old.again), ..new });
        let mut bytes: usize = kept.iter().map(|one| one.file.size()).sum();
        while bytes > self.most_bytes || kept.len() > MOST_KEPT {
            let first = kept.iter().position(|one| !one.again).unwrap_or_default();
            bytes = bytes.saturating_sub(kept.remove(first).file.size());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: usize) -> FeedFile {
        FeedFile {
            name: name.to_owned(),
            media_type: "text/plain",
            bytes: vec![b'x'; bytes],
            changed: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn keep(combined: &Combined, name: &str, bytes: usize) {
        let file = Arc::new(Stored::from(file(name, bytes)));
        combined.keep(Kept { name: name.to_owned(), version: "1".to_owned(), file, again: false });
    }

    fn names(combined: &Combined) -> Vec<String> {
        combined.kept.lock().expect("whole").iter().map(|one| one.name.clone()).collect()
    }

    #[test]
    fn the_one_that_nobody_came_back_for_goes_first() {
        let combined = Combined::new(100);
        for name in ["a", "b", "c"] {
            keep(&combined, name, 40);
            combined.kept("a", "1");
        }
        assert_eq!(names(&combined), ["c", "a"]);
        assert!(combined.kept("a", "2").is_none(), "another version is another document");
        for n in 0..300 {
            keep(&combined, &n.to_string(), 0);
        }
        assert_eq!(names(&combined).len(), MOST_KEPT);
        assert!(combined.kept("a", "1").is_some());
        combined.keep(Kept {
            version: "2".to_owned(),
            file: Arc::new(Stored::from(file("a", 30))),
            again: false,
            name: "a".to_owned(),
        });
        keep(&combined, "large", 80);
        assert!(combined.kept("a", "2").is_some(), "asked for before, in another version");
        keep(&combined, "huge", 101);
        assert!(!names(&combined).contains(&"huge".to_owned()), "what is too large is not kept");
    }
}
