//! The pages for people: `index.html`, which lists the feeds, and one page for each feed with its newest items and how to
//! subscribe. Browsers show feeds as source text, or not at all.
//!
//! Pages are files like feeds: rendered from the same ledger, their bytes depend on content alone, and the templates
//! (`*.html`, escaped by askama) are checked when the program is compiled. They link to each other by name alone, as
//! they lie beside each other, whatever the address they are reached by. No page needs its script: it adds a field to find
//! a topic by, and a button that copies the address.

mod check;
mod header;
mod index;
mod readers;
mod view;
mod words;

use std::collections::BTreeMap;

use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Options, PublishError, fields};
use crate::model::{Feed, FeedFile, Item, Slug};

pub use header::header_flaw;
pub use index::{Listed, Site, index};
use view::{Document, Pages, Shown};
use words::Words;

/// The longest style sheet of the operator's own, in bytes.
pub const MAX_CSS: u64 = 64 << 10;
/// The longest header of the operator's own, in bytes: it stands on every page.
pub const MAX_HEADER: u64 = 16 << 10;

/// The media type of every page.
const HTML: &str = "text/html; charset=utf-8";

/// The pages for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageOptions {
    /// Whether each feed has a page; `index.html` is always there. Default true.
    pub feeds: bool,
    /// The page of a feed shows at most this many of its items. Default 30.
    pub items: usize,
    /// The zone that days are shown in.
    pub time_zone: TimeZone,
    /// The operator's own style, which comes after ours. Default empty.
    pub css: String,
    /// The operator's own HTML, which stands at the beginning of every page as it is. Default empty.
    pub header: String,
}

impl Default for PageOptions {
    fn default() -> Self {
        Self { feeds: true, items: 30, time_zone: TimeZone::UTC, css: String::new(), header: String::new() }
    }
}

/// What the page of a feed says that its documents do not.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The feed's name on the site: its title without that of the site.
    pub name: &'a str,
    /// The slugs of the categories, by their keys.
    pub slugs: &'a BTreeMap<String, Slug>,
}

#[derive(Template)]
#[template(path = "feed.html", config = "src/publish/pages/askama.toml")]
struct FeedPage<'a> {
    words: &'a Words,
    header: &'a str,
    discovery: Vec<Document>,
    title: String,
    name: String,
    site: String,
    lang: String,
    count: String,
    changed: String,
    /// Where the documents are; the address of the first, which a subscriber copies, may be broken behind it.
    base: String,
    file: String,
    others: Vec<Document>,
    readers: Vec<(&'static str, String)>,
    programs: Vec<Program<'a>>,
    items: Vec<Shown>,
    more: bool,
}

/// A program that reads feeds, and how it is told of one.
struct Program<'a> {
    name: &'static str,
    steps: &'a [String],
    /// What is to be written in the last step.
    line: Option<String>,
}

/// The name of a feed's page, in the sink and below the base address.
#[must_use]
pub fn page_name(slug: &Slug) -> String {
    format!("{slug}.html")
}

/// Renders the page of a feed, with `items` in the order given: see [`super::window`].
///
/// # Errors
///
/// [`PublishError::Page`] when it did not come out, or did not pass when it was read back.
pub fn page(feed: &Feed, items: &[Item], around: &Around<'_>, options: &Options) -> Result<FeedFile, PublishError> {
    let page = feed_page(feed, items, around, options);
    let file = file(page_name(&feed.slug), &page, feed.changed)?;
    check::feed(file, page.items.len())
}

fn file(name: String, page: &impl Template, changed: Timestamp) -> Result<FeedFile, PublishError> {
    match page.render() {
        Ok(text) => Ok(FeedFile { name, media_type: HTML, bytes: text.into_bytes(), changed }),
        Err(error) => Err(PublishError::Page { name, why: error.to_string() }),
    }
}

fn feed_page<'a>(feed: &Feed, items: &[Item], around: &Around<'_>, options: &'a Options) -> FeedPage<'a> {
    let words = Words::of(&feed.language);
    let zone = &options.pages.time_zone;
    let discovery = view::documents(feed, options);
    let others = discovery.iter().skip(1).cloned().collect();
    let address = format!("{}{}", view::base(options), view::file(feed, options));
    let public = readers::is_public(&options.base_url);
    let shown = items.iter().take(options.pages.items);
    let pages = Pages { slugs: around.slugs, here: &feed.slug };
    FeedPage {
        words,
        header: &options.pages.header,
        title: fields::line(&feed.title),
        name: fields::line(around.name),
        site: fields::line(&feed.author),
        lang: view::lang(&feed.language, words),
        count: words.count(items.len()),
        changed: words.changed(feed.changed, zone),
        readers: if public { readers::links(&address) } else { Vec::new() },
        programs: programs(words, &address, around.name, public),
        items: shown.map(|item| Shown::new(item, &pages, options, words)).collect(),
        more: items.len() > options.pages.items,
        file: view::file(feed, options),
        base: view::base(options),
        discovery,
        others,
    }
}

/// Programs on the reader's own machine come first; those that ask from afar are left out where they would ask in vain.
fn programs<'a>(words: &'a Words, address: &str, name: &str, public: bool) -> Vec<Program<'a>> {
    let plain = |name, steps| Program { name, steps, line: None };
    let near = [plain("Outlook", words.outlook.as_slice()), plain("Thunderbird", &words.thunderbird)];
    let far = [
        plain("Microsoft Teams", words.teams.as_slice()),
        Program { name: "Slack", steps: &words.slack, line: Some(format!("/feed subscribe {address}")) },
    ];
    let quoted = fields::line(name).replace('"', "'");
    let newsboat = Program { name: "Newsboat", steps: &words.newsboat, line: Some(format!("{address} \"~{quoted}\"")) };
    near.into_iter().chain(far.into_iter().filter(|_| public)).chain([newsboat]).collect()
}

/// The files that the pages, and feeds that a browser shows, are dressed in: the same for all of them.
#[must_use]
pub fn assets(language: &str, changed: Timestamp, options: &Options) -> Vec<FeedFile> {
    let own = &options.pages.css;
    let style = format!("{}{}{own}", include_str!("pages.css"), if own.is_empty() { "" } else { "\n" });
    // CSS ends a string at a quotation mark, and knows no other mark in words that are ours.
    let words = Words::of(language).raw.replace(['"', '\\'], "'");
    let raw = include_str!("raw.css").replace("{words}", &words);
    let file = |name: &str, media_type, text: String| FeedFile {
        name: name.to_owned(),
        media_type,
        bytes: text.into_bytes(),
        changed,
    };
    vec![
        file("pages.css", "text/css; charset=utf-8", style),
        file("feed.css", "text/css; charset=utf-8", raw),
        file("pages.js", "text/javascript; charset=utf-8", include_str!("pages.js").to_owned()),
    ]
}

/// The name of the front page.
pub const INDEX: &str = "index.html";

/// What is in [`assets`], by name.
pub const ASSETS: [&str; 3] = ["pages.css", "feed.css", "pages.js"];
