//! From the ledger to the sink and the shelf: every feed that is due.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{Feed, FeedFile, Item, Selection, Slug};
use crate::publish::{self, Around, Part, PublishError, Written};
use crate::store::{PublishedFeed, StoreError};

use super::Pipeline;
use super::feed_archive::blocking;
use super::push::{documents, former_documents};

/// What publishing did.
#[derive(Debug, Default)]
pub struct Publishing {
    /// Feeds looked at.
    pub feeds: usize,
    /// Files that were not there before.
    pub created: usize,
    /// Files that had other bytes.
    pub replaced: usize,
    /// Files that were as they should be, and were not touched.
    pub unchanged: usize,
    /// Feeds that keep their last good files, and why.
    pub failed: Vec<(String, PublishError)>,
}

impl Publishing {
    /// Files written.
    #[must_use]
    pub fn written(&self) -> usize {
        self.created + self.replaced
    }

    fn count(&mut self, written: &[Written]) {
        for one in written {
            match one {
                Written::Created => self.created += 1,
                Written::Replaced => self.replaced += 1,
                Written::Unchanged => self.unchanged += 1,
            }
        }
    }
}

/// Files that were written and put on the shelf.
pub(super) struct Put {
    written: Vec<Written>,
    /// Of the feeds among them, name and hash.
    documents: Vec<(String, Vec<u8>)>,
}

/// A feed with the items it shows, newest first.
struct Filled {
    from: PublishedFeed,
    feed: Feed,
    items: Vec<Item>,
    /// Of the categories of the items, by their keys.
    slugs: BTreeMap<String, Slug>,
    /// Its archive documents.
    archives: u32,
    /// Slugs under which it is published as well: those of categories that were renamed.
    former: Vec<Slug>,
}

impl Pipeline {
    /// Publishes the feeds that have changed since they were last published, and those whose files are gone.
    pub async fn publish_due(&self) -> Result<Publishing, StoreError> {
        let _turn = self.0.turn.lock().await;
        let mut feeds = self.0.store.feeds(true).await?;
        let due: Vec<Slug> = feeds.iter().map(|feed| feed.slug.clone()).collect();
        let all = self.0.store.feeds(false).await?;
        feeds.extend(all.into_iter().filter(|feed| !due.contains(&feed.slug) && self.is_missing(feed)));
        Box::pin(self.publish(feeds, false)).await
    }

    /// Publishes every feed: fills the shelf, and mends whatever has happened to the files.
    pub async fn publish_all(&self) -> Result<Publishing, StoreError> {
        let _turn = self.0.turn.lock().await;
        let feeds = self.0.store.feeds(false).await?;
        let mut done = Box::pin(self.publish(feeds, true)).await?;
        if let Err(error) = self.publish_operators_feed().await? {
            done.failed.push((Slug::operator().to_string(), error));
        }
        Ok(done)
    }

    fn is_missing(&self, feed: &PublishedFeed) -> bool {
        let documents = self.0.publish.formats.iter().map(|format| format!("{}.{}", feed.slug, format.extension()));
        let page = self.0.publish.pages.feeds.then(|| publish::page_name(&feed.slug));
        documents.chain(page).any(|name| !self.0.sink.has(&name))
    }

    async fn publish(&self, feeds: Vec<PublishedFeed>, every: bool) -> Result<Publishing, StoreError> {
        let mut done = Publishing { feeds: feeds.len(), ..Publishing::default() };
        let moved = self.0.store.moved().await?;
        for from in feeds {
            let former: Vec<Slug> =
                moved.iter().filter(|(_, to)| *to == from.slug).map(|(old, _)| old.slug.clone()).collect();
            let filled = self.fill(from, former.clone()).await?;
            let (slug, from) = (filled.from.slug.to_string(), filled.from.clone());
            // First what the document links to: no item is ever in neither.
            let archived = self.write_archives(&from, &filled.feed, every).await?;
            let put = match archived {
                Ok(archived) => {
                    done.count(&archived);
                    self.write(filled).await
                }
                Err(error) => Err(error),
            };
            match put {
                Ok(mut put) => {
                    done.count(&put.written);
                    put.documents.extend(former_documents(&put.documents, &former));
                    self.note_documents(&put.documents).await?;
                    self.0.store.published(&from).await?;
                }
                Err(error) => done.failed.push((slug, error)),
            }
        }
        if every {
            self.publish_former(&moved, &mut done).await?;
        }
        if done.feeds > 0 || self.is_site_missing() {
            match self.write_site().await? {
                Ok(put) => done.count(&put.written),
                Err(error) => done.failed.push(("index".to_owned(), error)),
            }
        }
        Ok(done)
    }

    /// The archive documents of a feed that has moved stay where they are.
    async fn publish_former(&self, moved: &[(PublishedFeed, Slug)], done: &mut Publishing) -> Result<(), StoreError> {
        for (from, _) in moved {
            match self.write_archives(from, &self.describe(from), true).await? {
                Ok(written) => done.count(&written),
                Err(error) => done.failed.push((from.slug.to_string(), error)),
            }
        }
        Ok(())
    }

    async fn fill(&self, mut from: PublishedFeed, former: Vec<Slug>) -> Result<Filled, StoreError> {
        let (store, options) = (&self.0.store, &self.0.publish);
        store.settle(&mut from).await?;
        let mut items = publish::window(store.items(&from, options.max_items).await?, options);
        let rest = self.archive(&from, &items).await?;
        items.extend(rest);
        publish::newest_first(&mut items);
        let mut feed = self.describe(&from);
        // Moved on by a second where two items would have shared one.
        feed.changed = items.iter().map(|item| item.updated).fold(feed.changed, Timestamp::max);
        let archives = if options.archive { store.archives(&from).await? } else { 0 };
        let slugs = store.slugs_of(&items).await?;
        Ok(Filled { from, feed, items, slugs, archives, former })
    }

    /// Renders and writes one feed, and puts it on the shelf.
    ///
    /// A directory cannot say that a feed has moved, so it holds the feed under its former names as well; its
    /// `rel="self"` tells readers of the new one. The server answers those names with a redirect.
    async fn write(&self, filled: Filled) -> Result<Put, PublishError> {
        let this = self.clone();
        self.put(move || {
            let around = Around { name: &filled.from.title, slugs: &filled.slugs };
            let part = Part::Subscription { archives: filled.archives };
            let mut files = publish::render(&filled.feed, &filled.items, part, &this.0.publish)?;
            if this.0.publish.pages.feeds {
                files.push(publish::page(&filled.feed, &filled.items, &around, &this.0.publish)?);
            }
            for slug in &filled.former {
                let former: Vec<(FeedFile, &str)> = files.iter().filter_map(|file| former(file, slug)).collect();
                for (old, new) in &former {
                    this.0.shelf.redirect(&old.name, new);
                }
                this.0.sink.write_all(&former.into_iter().map(|(file, _)| file).collect::<Vec<_>>())?;
            }
            this.0.combined.note(filled.from.title, filled.feed, filled.items);
            Ok(files)
        })
        .await
    }

    /// Renders files, writes them to the sink and puts them on the shelf, where that may take its time.
    pub(super) async fn put(
        &self,
        render: impl FnOnce() -> Result<Vec<FeedFile>, PublishError> + Send + 'static,
    ) -> Result<Put, PublishError> {
        let this = self.clone();
        blocking(move || {
            let files = render()?;
            let written = this.0.sink.write_all(&files)?;
            let documents = documents(&files);
            this.0.shelf.put(files);
            Ok(Put { written, documents })
        })
        .await
    }

    /// What the documents of a feed say of it.
    pub(super) fn describe(&self, from: &PublishedFeed) -> Feed {
        let site = &self.0.site;
        let title = match from.selection {
            Selection::All => site.title.clone(),
            Selection::Category(_) | Selection::Rule(_) => format!("{} – {}", from.title, site.title),
        };
        Feed {
            slug: from.slug.clone(),
            description: format!("{title} ({})", site.link),
            title,
            author: site.title.clone(),
            link: site.link.clone(),
            language: site.language.clone(),
            changed: from.changed,
            ttl: self.0.ttl,
            selection: from.selection.clone(),
        }
    }
}

/// A file of a feed under its former slug, and its present name.
fn former<'f>(file: &'f FeedFile, slug: &Slug) -> Option<(FeedFile, &'f str)> {
    let (_, extension) = file.name.rsplit_once('.')?;
    Some((FeedFile { name: format!("{slug}.{extension}"), ..file.clone() }, &file.name))
}
