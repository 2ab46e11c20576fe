//! The rendered feeds, in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use hyper::header::HeaderValue;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::sync::{Notify, mpsc};

use super::coding::Coding;
use super::combined::Combine;
use super::conditional::http_date;
use super::document::Document;
use super::press::press;
use crate::model::FeedFile;

/// The files that the server hands out. A clone is another handle on the same shelf.
#[derive(Clone, Default)]
pub struct Shelf(Arc<Inner>);

#[derive(Default)]
struct Inner {
    files: RwLock<BTreeMap<String, Arc<Stored>>>,
    /// Names that were given up, and those that took their place.
    moved: RwLock<BTreeMap<String, String>>,
    /// `None` until it is said.
    fresh_until: RwLock<Option<Instant>>,
    clock: OnceLock<fn() -> Timestamp>,
    combine: RwLock<Option<Arc<Combine>>>,
    link: RwLock<Option<Arc<Link>>>,
    /// Files were put that are to be compressed.
    put: Notify,
}

/// Says what goes with a file of this name as `Link`, if anything does.
pub type Link = dyn Fn(&str) -> Option<String> + Send + Sync;

/// A file as it is handed out, with all that can be said of it ahead of a request.
#[derive(Debug)]
pub struct Stored {
    /// The document.
    pub document: Document,
    /// `Content-Type`.
    pub media_type: HeaderValue,
    /// `ETag`: strong, and of the bytes alone, so that all machines that serve a feed agree.
    pub etag: HeaderValue,
    /// `Last-Modified`; `None` for a year that an HTTP date cannot hold.
    pub last_modified: Option<HeaderValue>,
    /// `Link`.
    pub link: Option<HeaderValue>,
    /// When its content last changed.
    pub changed: Timestamp,
    /// Whether it is held as gzip alone once that is done.
    seldom: bool,
    /// The document compressed, once that is done.
    pressed: OnceLock<Vec<Form>>,
}

/// A document in one content coding: bytes of its own, and so a tag of its own (RFC 9110 section 8.8.3.3).
#[derive(Debug, Clone)]
pub(super) struct Form {
    /// `None`: as it is.
    pub(super) coding: Option<Coding>,
    pub(super) document: Document,
    pub(super) etag: HeaderValue,
}

impl Shelf {
    /// Puts files in place of those of the same names: no request sees some of them new and others old.
    pub fn put(&self, files: Vec<FeedFile>) {
        self.store(files, Stored::from);
    }

    /// Puts files that are seldom asked for and that are many in the end, as the archive of a feed: of each that the server
    /// has compressed, the memory holds no more than its gzip.
    pub fn put_away(&self, files: Vec<FeedFile>) {
        self.store(files, |file| Stored { seldom: true, ..Stored::from(file) });
    }

    fn store(&self, files: Vec<FeedFile>, stored: impl Fn(FeedFile) -> Stored) {
        // Hashed before the lock is taken, which holds up requests.
        let link = read(&self.0.link).clone();
        let store = |file: FeedFile| {
            let name = file.name.clone();
            let link = link.as_ref().and_then(|link| header(&link(&name)?));
            (name, Arc::new(Stored { link, ..stored(file) }))
        };
        let files: Vec<_> = files.into_iter().map(store).collect();
        let mut present = write(&self.0.files);
        for (name, file) in files {
            // The same document need not be compressed again.
            if present.get(&name).is_none_or(|old| !old.is_same(&file)) {
                present.insert(name, file);
            }
        }
        drop(present);
        self.0.put.notify_one();
    }

    /// Takes files away; names that are not there are passed over.
    pub fn remove<'a>(&self, names: impl IntoIterator<Item = &'a str>) {
        let mut files = write(&self.0.files);
        for name in names {
            files.remove(name);
        }
    }

    /// Says that a file has another name now, for good. A file that is put under the old name hides this.
    pub fn redirect(&self, from: &str, to: &str) {
        write(&self.0.moved).insert(from.to_owned(), to.to_owned());
    }

    /// The name that took the place of this one.
    pub(super) fn moved(&self, name: &str) -> Option<String> {
        read(&self.0.moved).get(name).filter(|to| *to != name).cloned()
    }

    /// Says how feeds are put together that subscribers combine; without this there are none.
    pub fn combine_with(&self, combine: Arc<Combine>) {
        *write(&self.0.combine) = Some(combine);
    }

    /// Says which links go with the files that are put from now on; without this, none do.
    pub fn link_with(&self, link: Arc<Link>) {
        *write(&self.0.link) = Some(link);
    }

    pub(super) fn combine(&self) -> Option<Arc<Combine>> {
        read(&self.0.combine).clone()
    }

    /// The file of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<Stored>> {
        read(&self.0.files).get(name).cloned()
    }

    /// The file of that name, or the one that took its place, with the name that it has today.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<(String, Arc<Stored>)> {
        let found = |name: &str| Some((name.to_owned(), self.get(name)?));
        found(name).or_else(|| found(&self.moved(name)?))
    }

    /// Compresses what is put on the shelf, for ever: in one thread, whose part of the heap keeps the room that compressors
    /// need for a moment.
    pub(super) async fn keep_pressing(self) {
        let (hand, mut work) = mpsc::channel::<(String, Arc<Stored>)>(1);
        let this = self.clone();
        tokio::task::spawn_blocking(move || {
            while let Some((name, file)) = work.blocking_recv() {
                this.press(&name, &file);
            }
        });
        loop {
            let named = |(name, file): (&String, &Arc<Stored>)| (name.clone(), Arc::clone(file));
            let loose: Vec<_> = read(&self.0.files).iter().filter(|(_, file)| !file.is_pressed()).map(named).collect();
            if loose.is_empty() {
                self.0.put.notified().await;
            }
            for one in loose {
                if hand.send(one).await.is_err() {
                    return; // a defect, or the end of the program; documents are handed out as they are
                }
            }
        }
    }

    fn press(&self, name: &str, file: &Arc<Stored>) {
        file.press();
        if let Some(packed) = file.packed() {
            let mut files = write(&self.0.files);
            // Unless another version was put meanwhile.
            if let Some(there) = files.get_mut(name).filter(|there| Arc::ptr_eq(there, file)) {
                *there = Arc::new(packed);
            }
        }
    }

    /// Says what time it is; without this, no file is younger than its answer.
    pub fn tell_time_by(&self, clock: fn() -> Timestamp) {
        self.0.clock.get_or_init(|| clock);
    }

    /// The time, if the file changed after it.
    pub(super) fn time_before(&self, file: &Stored) -> Option<Timestamp> {
        let now = self.0.clock.get()?();
        (file.changed > now).then_some(now)
    }

    /// Says that nothing will change for so long: a subscriber need not ask again before that.
    pub fn fresh_for(&self, time: Duration) {
        *write(&self.0.fresh_until) = Instant::now().checked_add(time);
    }

    /// What is left of [`Shelf::fresh_for`], in seconds; 0 until it is said.
    #[must_use]
    pub fn max_age(&self) -> u64 {
        let until = *read(&self.0.fresh_until);
        let left = until.map_or(0, |until| until.saturating_duration_since(Instant::now()).as_millis().div_ceil(1000));
        u64::try_from(left).unwrap_or(u64::MAX)
    }
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = read(&self.0.files);
        f.debug_struct("Shelf").field("files", &files.len()).field("max_age", &self.max_age()).finish()
    }
}

impl Stored {
    /// The document in all forms there are of it.
    pub(super) fn forms(&self) -> Vec<Form> {
        let plain = Form { coding: None, document: self.document.clone(), etag: self.etag.clone() };
        std::iter::once(plain).chain(self.pressed.get().into_iter().flatten().cloned()).collect()
    }

    /// Compresses it, once.
    pub(super) fn press(&self) {
        self.pressed.get_or_init(|| {
            let form = |(coding, bytes): (Coding, Vec<u8>)| Form {
                coding: Some(coding),
                etag: tag(&bytes),
                document: Document::plain(bytes),
            };
            let codings: &[Coding] = if self.seldom { &[Coding::Gzip] } else { &Coding::ALL };
            let media_type = self.media_type.to_str().unwrap_or_default();
            press(media_type, &self.document.bytes(), codings).into_iter().map(form).collect()
        });
    }

    /// The same, held as gzip alone; `None` where that is not so, or would gain nothing.
    fn packed(&self) -> Option<Self> {
        let gzip = self.pressed.get()?.first().filter(|_| self.seldom)?;
        Some(Self {
            document: Document::packed(&gzip.document, self.document.len()),
            media_type: self.media_type.clone(),
            etag: self.etag.clone(),
            last_modified: self.last_modified.clone(),
            link: self.link.clone(),
            changed: self.changed,
            seldom: true,
            pressed: self.pressed.clone(),
        })
    }

    fn is_pressed(&self) -> bool {
        self.pressed.get().is_some()
    }

    /// The memory it takes, in bytes.
    pub(super) fn size(&self) -> usize {
        self.forms().iter().map(|form| form.document.size()).sum()
    }

    fn is_same(&self, other: &Self) -> bool {
        (&self.etag, self.changed, &self.media_type) == (&other.etag, other.changed, &other.media_type)
    }
}

impl From<FeedFile> for Stored {
    fn from(file: FeedFile) -> Self {
        Self {
            media_type: header(file.media_type).unwrap_or(HeaderValue::from_static("application/octet-stream")),
            etag: tag(&file.bytes),
            last_modified: http_date(file.changed).as_deref().and_then(header),
            link: None,
            changed: file.changed,
            seldom: false,
            document: Document::plain(file.bytes),
            pressed: OnceLock::new(),
        }
    }
}

/// 128 bits of the hash: enough that no two versions of a feed ever share them.
fn tag(bytes: &[u8]) -> HeaderValue {
    let tag = Sha256::digest(bytes).first_chunk().copied().map_or(0, u128::from_be_bytes);
    header(&format!("\"{tag:032x}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

fn header(value: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(value).ok()
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use hyper::body::Bytes;

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
    fn what_is_put_away_takes_the_memory_of_its_gzip() {
        let shelf = Shelf::default();
        let text = "<item><title>Nya spårvagnar</title></item>\n".repeat(100);
        let stored = |shelf: &Shelf| shelf.get("a").expect("on the shelf");
        shelf.put_away(vec![file("a", &text, 1)]);
        let plain = stored(&shelf);
        shelf.press("a", &plain);
        let packed = stored(&shelf);
        assert!(packed.size() * 4 < text.len(), "{}", packed.size());
        assert_eq!((packed.document.len(), packed.document.bytes()), (text.len(), Bytes::from(text.clone())));
        assert_eq!((&packed.etag, packed.changed), (&plain.etag, plain.changed));
        assert_eq!(packed.forms().len(), 2);
        // A version that came meanwhile is not taken back.
        shelf.put_away(vec![file("a", "new", 2)]);
        shelf.press("a", &plain);
        assert_eq!(stored(&shelf).document.bytes(), Bytes::from("new"));
    }

    #[test]
    fn handles_share_one_shelf() {
        let shelf = Shelf::default();
        let other = shelf.clone();
        shelf.put(vec![file("a", "1", 1), file("b", "1", 1)]);
        shelf.put(vec![file("a", "2", 2)]);
        shelf.fresh_for(Duration::from_secs(90));
        assert_eq!(other.get("a").map(|stored| stored.document.bytes()), Some(Bytes::from("2")));
        assert_eq!(other.max_age(), 90);
        other.remove(["b", "never there"]);
        assert!(shelf.get("b").is_none() && shelf.get("a").is_some());
    }
}
