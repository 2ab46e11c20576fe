//! The rendered feeds, in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use hyper::body::Bytes;
use hyper::header::HeaderValue;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::conditional::http_date;
use crate::model::FeedFile;

/// The files that the server hands out. A clone is another handle on the same shelf.
#[derive(Clone, Default)]
pub struct Shelf(Arc<Inner>);

#[derive(Default)]
struct Inner {
    files: RwLock<BTreeMap<String, Arc<Stored>>>,
    /// `None` until it is said.
    fresh_until: RwLock<Option<Instant>>,
}

/// A file as it is handed out, with all that can be said of it ahead of a request.
#[derive(Debug)]
pub struct Stored {
    /// The document.
    pub bytes: Bytes,
    /// `Content-Type`.
    pub media_type: HeaderValue,
    /// `ETag`: strong, and of the bytes alone, so that all machines that serve a feed agree.
    pub etag: HeaderValue,
    /// `Last-Modified`; `None` for a year that an HTTP date cannot hold.
    pub last_modified: Option<HeaderValue>,
    /// When its content last changed.
    pub changed: Timestamp,
}

impl Shelf {
    /// Puts files in place of those of the same names: no request sees some of them new and others old.
    pub fn put(&self, files: Vec<FeedFile>) {
        // Hashed before the lock is taken, which holds up requests.
        let files: Vec<_> = files.into_iter().map(|file| (file.name.clone(), Arc::new(Stored::from(file)))).collect();
        self.0.files.write().unwrap_or_else(PoisonError::into_inner).extend(files);
    }

    /// Takes files away; names that are not there are passed over.
    pub fn remove<'a>(&self, names: impl IntoIterator<Item = &'a str>) {
        let mut files = self.0.files.write().unwrap_or_else(PoisonError::into_inner);
        for name in names {
            files.remove(name);
        }
    }

    /// The file of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<Stored>> {
        self.0.files.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Says that nothing will change for so long: a subscriber need not ask again before that.
    pub fn fresh_for(&self, time: Duration) {
        *self.0.fresh_until.write().unwrap_or_else(PoisonError::into_inner) = Instant::now().checked_add(time);
    }

    /// What is left of [`Shelf::fresh_for`], in seconds; 0 until it is said.
    #[must_use]
    pub fn max_age(&self) -> u64 {
        let until = *self.0.fresh_until.read().unwrap_or_else(PoisonError::into_inner);
        let left = until.map_or(0, |until| until.saturating_duration_since(Instant::now()).as_millis().div_ceil(1000));
        u64::try_from(left).unwrap_or(u64::MAX)
    }
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = self.0.files.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("Shelf").field("files", &files.len()).field("max_age", &self.max_age()).finish()
    }
}

impl From<FeedFile> for Stored {
    fn from(file: FeedFile) -> Self {
        // 128 bits of the hash: enough that no two versions of a feed ever share them.
        let tag = Sha256::digest(&file.bytes).first_chunk().copied().map_or(0, u128::from_be_bytes);
        Self {
            media_type: header(file.media_type).unwrap_or(HeaderValue::from_static("application/octet-stream")),
            etag: header(&format!("\"{tag:032x}\"")).unwrap_or(HeaderValue::from_static("\"\"")),
            last_modified: http_date(file.changed).as_deref().and_then(header),
            changed: file.changed,
            bytes: Bytes::from(file.bytes),
        }
    }
}

fn header(value: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: &str, changed: i64) -> FeedFile {
        let changed = Timestamp::from_second(changed).expect("a time");
        FeedFile { name: name.to_owned(), media_type: "text/plain", bytes: bytes.into(), changed }
    }

    #[test]
    fn the_tag_depends_on_the_content_alone() {
        let shelf = Shelf::default();
        shelf.put(vec![file("a", "same", 1), file("b", "same", 2), file("c", "other", 1)]);
        let tag = |name: &str| shelf.get(name).expect("on the shelf").etag.clone();
        assert_eq!(tag("a"), tag("b"));
        assert_ne!(tag("a"), tag("c"));
        // Golden: a change of this line sends every feed anew to every subscriber.
        assert_eq!(tag("a"), "\"0967115f2813a3541eaef77de9d9d577\"");
    }

    #[test]
    fn handles_share_one_shelf() {
        let shelf = Shelf::default();
        let other = shelf.clone();
        shelf.put(vec![file("a", "1", 1), file("b", "1", 1)]);
        shelf.put(vec![file("a", "2", 2)]);
        shelf.fresh_for(Duration::from_secs(90));
        assert_eq!(other.get("a").map(|stored| stored.bytes.clone()), Some(Bytes::from("2")));
        assert_eq!(other.max_age(), 90);
        other.remove(["b", "never there"]);
        assert!(shelf.get("b").is_none() && shelf.get("a").is_some());
    }
}
