//! The archive documents of a feed: from the ledger to the sink, once.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::Pipeline;
use crate::model::{Feed, FeedFile, Format, Item};
use crate::publish::{self, Options, Part, PublishError, Written};
use crate::store::{ArchiveFile, PublishedFeed, StoreError};

/// The files of an archive document, as the sink has them.
struct Standing {
    /// Those that are as they were written.
    whole: Vec<FeedFile>,
    /// The formats of which that is not so.
    lacking: Vec<Format>,
}

impl Pipeline {
    /// Decides what is archived of the items that have fallen out of the window; those that are not yet, for the
    /// subscription document.
    pub(super) async fn archive(&self, from: &PublishedFeed, window: &[Item]) -> Result<Vec<Item>, StoreError> {
        let options = &self.0.publish;
        if !options.archive {
            return Ok(Vec::new());
        }
        let loose = self.0.store.loose(from).await?;
        let archived = publish::archive(&loose, window, options.archive_items);
        if !archived.pages.is_empty() {
            self.0.store.archive(from, &archived.pages, &options.formats).await?;
        }
        self.0.store.items_by_number(&archived.rest).await
    }

    /// Writes the archive documents of a feed that the sink does not have, and puts them on the shelf. With `every`, all
    /// are held against what was written.
    pub(super) async fn write_archives(
        &self,
        from: &PublishedFeed,
        feed: &Feed,
        every: bool,
    ) -> Result<Result<Vec<Written>, PublishError>, StoreError> {
        let options = &self.0.publish;
        if !options.archive {
            return Ok(Ok(Vec::new()));
        }
        let numbers = if every {
            (1..=self.0.store.archives(from).await?).collect()
        } else {
            self.0.store.unwritten(from, &options.formats, &self.place()).await?
        };
        let mut written = Vec::new();
        for number in numbers {
            match self.write_archive(from, feed, number).await? {
                Ok(more) => written.extend(more),
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(written))
    }

    async fn write_archive(
        &self,
        from: &PublishedFeed,
        feed: &Feed,
        number: u32,
    ) -> Result<Result<Vec<Written>, PublishError>, StoreError> {
        let known = self.0.store.archive_files(from, number).await?;
        let known: Vec<ArchiveFile> = known.into_iter().filter(|file| file.place == self.place()).collect();
        let (this, slug, kept) = (self.clone(), feed.clone(), known.clone());
        let standing = match blocking(move || this.standing(&slug, number, &kept)).await {
            Ok(standing) => standing,
            Err(error) => return Ok(Err(error)),
        };
        let mut written = vec![Written::Unchanged; standing.whole.len()];
        self.0.shelf.put_away(standing.whole);
        if standing.lacking.is_empty() {
            self.0.store.note_archive(from, number, &known, true).await?;
        } else {
            match self.render_archive(from, feed, number, standing.lacking).await? {
                Ok(more) => written.extend(more),
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(written))
    }

    /// Reads what the sink has. A file counts when its bytes are those that were noted before it was written.
    fn standing(&self, feed: &Feed, number: u32, known: &[ArchiveFile]) -> Result<Standing, PublishError> {
        let mut standing = Standing { whole: Vec::new(), lacking: Vec::new() };
        for &format in &self.0.publish.formats {
            let name = publish::document_name(feed, Part::Archive { number }, format);
            let noted = known.iter().find(|file| file.format == format);
            let found = match noted {
                Some(noted) => self.0.sink.read(&name)?.map(|bytes| (noted, bytes)),
                None => None,
            };
            match found.filter(|(noted, bytes)| noted.hash == Some(Sha256::digest(bytes).to_vec())) {
                Some((noted, bytes)) => standing.whole.push(FeedFile {
                    name,
                    media_type: format.media_type(),
                    bytes,
                    changed: noted.changed,
                }),
                None => standing.lacking.push(format),
            }
        }
        Ok(standing)
    }

    async fn render_archive(
        &self,
        from: &PublishedFeed,
        feed: &Feed,
        number: u32,
        formats: Vec<Format>,
    ) -> Result<Result<Vec<Written>, PublishError>, StoreError> {
        let items = self.0.store.archived_items(from, number).await?;
        let changed = items.iter().map(|item| item.updated).max().unwrap_or(Timestamp::UNIX_EPOCH);
        let feed = Feed { changed, ..feed.clone() };
        let options = Options { formats, ..self.0.publish.clone() };
        let shown = options.clone();
        let rendered = blocking(move || publish::render(&feed, &items, Part::Archive { number }, &shown)).await;
        let files = match rendered {
            Ok(files) => files,
            Err(error) => return Ok(Err(error)),
        };
        let note = |(file, &format): (&FeedFile, &Format)| ArchiveFile {
            format,
            hash: Some(Sha256::digest(&file.bytes).to_vec()),
            changed: file.changed,
            place: self.place(),
        };
        let notes: Vec<ArchiveFile> = files.iter().zip(&options.formats).map(note).collect();
        self.0.store.note_archive(from, number, &notes, false).await?;
        let this = self.clone();
        let written = blocking(move || {
            let written = this.0.sink.write_all(&files)?;
            this.0.shelf.put_away(files);
            Ok(written)
        })
        .await;
        if written.is_ok() {
            self.0.store.note_archive(from, number, &notes, true).await?;
        }
        Ok(written)
    }

    /// All that the addresses in an archive document depend on.
    fn place(&self) -> String {
        format!("{} {}", self.0.publish.base_url, self.0.site.link)
    }
}

/// Does work that waits for the disk, or computes for long, where that holds nobody up.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PublishError> + Send + 'static,
) -> Result<T, PublishError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|lost| Err(PublishError::Panicked { why: lost.to_string() }))
}
