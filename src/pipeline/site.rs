//! The page that lists all feeds, the list of them for readers, and the files that all pages are dressed in.

use super::Pipeline;
use super::publishing::Put;
use crate::model::{Feed, Item, Selection};
use crate::publish::{self, ASSETS, INDEX, Listed, OPML, PublishError};
use crate::store::{FeedState, StoreError};

/// Items of the whole site on the page.
const NEWEST_OF_ALL: usize = 5;
/// Items of each other feed.
const NEWEST: usize = 1;

/// A feed as the page lists it.
struct Row {
    feed: Feed,
    items: usize,
    newest: Vec<Item>,
}

impl Pipeline {
    /// Whether a file that belongs to no single feed is gone.
    pub(super) fn is_site_missing(&self) -> bool {
        ASSETS.iter().chain(&[INDEX, OPML]).any(|name| !self.0.sink.has(name))
    }

    /// Writes the page that lists all feeds, the list for readers, and what the pages are dressed in.
    pub(super) async fn write_site(&self) -> Result<Result<Put, PublishError>, StoreError> {
        let mut states = self.0.store.feed_states().await?;
        // A category that all its items have left is no news to anybody; its feed stays for those who have it.
        let known = |key: &String| self.0.feeds.known.iter().any(|category| category.key == *key);
        states.retain(|state| match &state.feed.selection {
            Selection::Category(key) => state.items > 0 || known(key),
            _ => true,
        });
        let mut rows = Vec::with_capacity(states.len());
        for state in states {
            rows.push(self.row(state).await?);
        }
        let this = self.clone();
        let render = move || {
            let site = &this.0.site;
            let listed: Vec<Listed<'_>> =
                rows.iter().map(|row| Listed { feed: &row.feed, items: row.items, newest: &row.newest }).collect();
            let site = publish::Site { title: &site.title, link: &site.link, language: &site.language, opml: true };
            let index = publish::index(site, &listed, &this.0.publish)?;
            let mut files = publish::assets(site.language, index.changed, &this.0.publish);
            files.push(index);
            files.push(publish::opml(site, &listed, &this.0.publish)?);
            Ok(files)
        };
        Ok(self.put(render).await)
    }

    async fn row(&self, state: FeedState) -> Result<Row, StoreError> {
        let most = if state.feed.selection == Selection::All { NEWEST_OF_ALL } else { NEWEST };
        Ok(Row {
            newest: self.0.store.items(&state.feed, most).await?,
            items: usize::try_from(state.items).unwrap_or(usize::MAX),
            feed: Feed { title: state.feed.title.clone(), ..self.describe(&state.feed) },
        })
    }
}
