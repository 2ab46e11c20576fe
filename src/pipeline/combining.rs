//! Feeds that a subscriber puts together, from what was last published of each.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;

use crate::model::{Feed, FeedFile, Item, ItemId, Rule, Selection, Slug};
use crate::publish::{self, Part};

use super::Parts;

/// What is on the shelf, as items: the memory that combinations are made from. Reaches no disk and no database.
#[derive(Debug, Default)]
pub struct Combiner(RwLock<BTreeMap<String, Arc<Shown>>>);

/// A feed as it was last published.
#[derive(Debug)]
struct Shown {
    /// Without the site's.
    title: String,
    feed: Feed,
    items: Vec<Item>,
}

impl Combiner {
    /// Remembers what a feed shows. To be called before its documents are put on the shelf, which tell the server that
    /// combinations have changed.
    pub(super) fn note(&self, title: String, feed: Feed, items: Vec<Item>) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(feed.slug.to_string(), Arc::new(Shown { title, feed, items }));
    }

    fn find(&self, slug: &str) -> Option<Arc<Shown>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(slug).cloned()
    }
}

/// Renders the union of feeds; `None` if one of them is not known, or the format is not published.
pub(super) fn combine(parts: &Parts, slugs: &[String], extension: &str) -> Option<FeedFile> {
    let format = parts.publish.formats.iter().find(|format| format.extension() == extension)?;
    let shown: Vec<Arc<Shown>> = slugs.iter().map(|slug| parts.combined.find(slug)).collect::<Option<_>>()?;
    let items = publish::window(newest(&shown, parts.publish.max_items), &parts.publish);
    let feed = describe(&parts.site.title, &shown)?;
    let name = format!("{}.{extension}", feed.slug);
    // A combination is no topic: it is made when it is asked for.
    let options = publish::Options { formats: vec![*format], hub: None, ..parts.publish.clone() };
    // What cannot be rendered is told of when the feeds themselves are published.
    publish::render(&feed, &items, Part::Subscription { archives: 0 }, &options)
        .ok()?
        .into_iter()
        .find(|file| file.name == name)
}

/// The newest items of all, each once. Only those are copied: some carry their full text.
fn newest(shown: &[Arc<Shown>], most: usize) -> Vec<Item> {
    let items: BTreeMap<ItemId, &Item> =
        shown.iter().flat_map(|shown| &shown.items).map(|item| (item.id, item)).collect();
    let mut items: Vec<&Item> = items.into_values().collect();
    items.sort_by_key(|item| (Reverse(item.published), item.id));
    items.into_iter().take(most).cloned().collect()
}

/// What the documents say of the union: the slugs give its address and its id.
fn describe(site: &str, shown: &[Arc<Shown>]) -> Option<Feed> {
    let first = &shown.first()?.feed;
    let slugs: BTreeSet<Slug> = shown.iter().map(|shown| shown.feed.slug.clone()).collect();
    let titles: Vec<&str> = shown.iter().map(|shown| shown.title.as_str()).collect();
    let title = format!("{} – {site}", titles.join(" + "));
    Some(Feed {
        slug: Slug::combined(&slugs),
        description: format!("{title} ({})", first.link),
        title,
        changed: shown.iter().map(|shown| shown.feed.changed).fold(Timestamp::MIN, Timestamp::max),
        selection: Selection::Rule(Rule::default()), // of no consequence to its documents
        ..first.clone()
    })
}
