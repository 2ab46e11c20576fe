//! `index.html`: every feed, by name, and the newest items of all.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use jiff::Timestamp;
use url::Url;

use super::super::{Options, PublishError, fields};
use super::view::{self, Document, Pages, Shown};
use super::words::Words;
use super::{INDEX, check, file, page_name};
use crate::model::{Feed, FeedFile, Item, Selection};

/// With fewer feeds there is no need of letters to find one by.
const LETTERS_FROM: usize = 25;
/// Feeds that programs find on the page: a list of all would be most of a long page.
const MAX_DISCOVERY: usize = 50;

/// What the page says of the site.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// Its title, the page's heading.
    pub title: &'a str,
    /// Its news page.
    pub link: &'a Url,
    /// BCP 47: see `words/`.
    pub language: &'a str,
    /// Whether there is a `feeds.opml` to link to.
    pub opml: bool,
}

/// A feed as the page lists it.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// The feed, under its name on the site.
    pub feed: &'a Feed,
    /// How many items it shows.
    pub items: usize,
    /// The newest of them, as many as the page is to show.
    pub newest: &'a [Item],
}

#[derive(Template)]
#[template(path = "index.html", config = "src/publish/pages/askama.toml")]
struct IndexPage<'a> {
    words: &'a Words,
    header: &'a str,
    discovery: Vec<Document>,
    title: String,
    link: String,
    lang: String,
    everything: Option<Row>,
    feeds: Vec<Row>,
    letters: Vec<Letter>,
    opml: bool,
}

/// A feed in the list.
struct Row {
    title: String,
    href: String,
    count: String,
    /// Linked to where there is no page.
    formats: Vec<Document>,
    newest: Vec<Shown>,
    /// The first of its letter.
    anchor: Option<String>,
}

struct Letter {
    shown: char,
    anchor: String,
}

/// Renders `index.html`.
///
/// # Errors
///
/// [`PublishError::Page`] when it did not come out, or shows other feeds than it should when it is read back.
pub fn index(site: Site<'_>, feeds: &[Listed<'_>], options: &Options) -> Result<FeedFile, PublishError> {
    let words = Words::of(site.language);
    let (all, mut topics): (Vec<Listed<'_>>, Vec<Listed<'_>>) =
        feeds.iter().partition(|listed| listed.feed.selection == Selection::All);
    topics.sort_by_cached_key(|listed| (words.order(&listed.feed.title), listed.feed.slug.clone()));
    let found = all.iter().chain(&topics).take(MAX_DISCOVERY);
    let mut rows: Vec<Row> = topics.iter().map(|listed| row(listed, options, words)).collect();
    let letters = letters(&mut rows, words);
    let page = IndexPage {
        words,
        header: &options.pages.header,
        // One document of each is enough for a reader to find a feed.
        discovery: found.filter_map(|listed| view::documents(listed.feed, options).into_iter().next()).collect(),
        title: fields::line(site.title),
        link: fields::address(site.link),
        lang: view::lang(site.language, words),
        everything: all.first().map(|listed| row(listed, options, words)),
        feeds: rows,
        letters,
        opml: site.opml,
    };
    let changed = feeds.iter().map(|listed| listed.feed.changed).max().unwrap_or(Timestamp::UNIX_EPOCH);
    check::index(file(INDEX.to_owned(), &page, changed)?, topics.len())
}

fn row(listed: &Listed<'_>, options: &Options, words: &Words) -> Row {
    let paged = options.pages.feeds;
    let documents = view::documents(listed.feed, options);
    let first = documents.first().map(|document| document.name.clone());
    let page = page_name(&listed.feed.slug);
    let here = Pages { slugs: &BTreeMap::new(), here: &listed.feed.slug };
    Row {
        title: fields::line(&listed.feed.title),
        href: if paged { page } else { first.unwrap_or_default() },
        count: words.count(listed.items),
        formats: if paged { Vec::new() } else { documents },
        newest: listed.newest.iter().map(|item| Shown::new(item, &here, options, words)).collect(),
        anchor: None,
    }
}

/// Gives the first feed of each letter an anchor, and lists the letters, where there are many feeds.
fn letters(rows: &mut [Row], words: &Words) -> Vec<Letter> {
    if rows.len() < LETTERS_FROM {
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    let mut letters = Vec::new();
    for row in rows {
        let shown = words.letter(&row.title);
        if seen.insert(shown) {
            let anchor = format!("letter-{:x}", u32::from(shown));
            row.anchor = Some(anchor.clone());
            letters.push(Letter { shown, anchor });
        }
    }
    letters
}
