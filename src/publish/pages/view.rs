//! What the templates are given: text that is clean and short, addresses that may be published.

use std::collections::BTreeMap;

use crate::model::{Category, Feed, Format, Item, Slug, text};

use super::super::{Options, fields};
use super::page_name;
use super::words::{Words, primary};

/// The longest summary on a page, in characters.
const SUMMARY: usize = 300;
/// The longest title where it stands in one line, in characters.
const SHORT_TITLE: usize = 80;
/// Categories shown of one item.
const CATEGORIES: usize = 10;

/// A document that readers take, as it is linked to.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) media_type: &'static str,
    pub(super) shown: &'static str,
}

/// The documents of a feed, in the order of the config.
pub(super) fn documents(feed: &Feed, options: &Options) -> Vec<Document> {
    options.formats.iter().map(|&format| document(feed, format)).collect()
}

fn document(feed: &Feed, format: Format) -> Document {
    Document {
        name: fields::file_name(feed, format),
        title: fields::line(&feed.title),
        media_type: format.bare_media_type(),
        shown: shown(format),
    }
}

fn shown(format: Format) -> &'static str {
    match format {
        Format::Rss => "RSS",
        Format::Atom => "Atom",
        Format::Json => "JSON",
    }
}

/// The document whose address a subscriber copies: the first.
pub(super) fn file(feed: &Feed, options: &Options) -> String {
    fields::file_name(feed, options.formats.first().copied().unwrap_or(Format::Rss))
}

/// What its address begins with.
pub(super) fn base(options: &Options) -> String {
    format!("{}/", fields::address(&options.base_url).trim_end_matches('/'))
}

/// The attribute that names the language of the news, where the page's words are in another; harmless as it is.
pub(super) fn lang(language: &str, words: &Words) -> String {
    if primary(language).eq_ignore_ascii_case(&words.language) {
        return String::new();
    }
    format!(" lang=\"{}\"", fields::escape(&fields::line(language)))
}

/// An item as the pages show it.
#[derive(Debug)]
pub(super) struct Shown {
    /// Its place on the page.
    pub(super) id: String,
    pub(super) title: String,
    /// The title, where it stands in one line.
    pub(super) short: String,
    pub(super) link: Option<String>,
    pub(super) summary: Option<String>,
    /// For programs.
    pub(super) datetime: String,
    /// For people.
    pub(super) day: String,
    pub(super) categories: Vec<Tag>,
}

/// The pages that an item may lead to, and the one that shows it.
#[derive(Debug)]
pub(super) struct Pages<'a> {
    pub(super) slugs: &'a BTreeMap<String, Slug>,
    pub(super) here: &'a Slug,
}

/// A category of an item, and its page. That of the page it stands on is left out.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) href: Option<String>,
}

impl Shown {
    pub(super) fn new(item: &Item, pages: &Pages<'_>, options: &Options, words: &Words) -> Self {
        let title = text::clean(&fields::title(item));
        let id = item.id.to_string();
        Self {
            id: id.strip_prefix("urn:uuid:").unwrap_or(&id).to_owned(),
            short: text::shorten(&title, SHORT_TITLE),
            title,
            link: fields::link(item),
            summary: fields::summary(item).map(|summary| text::shorten(&text::clean(&summary), SUMMARY)),
            datetime: item.published.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            day: words.day(item.published, &options.pages.time_zone),
            categories: tags(item, pages, options),
        }
    }
}

fn tags(item: &Item, pages: &Pages<'_>, options: &Options) -> Vec<Tag> {
    let tag = |category: &Category| Tag {
        name: text::clean(&category.name),
        href: pages.slugs.get(&category.key).filter(|_| options.pages.feeds).map(page_name),
    };
    let others = item.categories.iter().filter(|category| pages.slugs.get(&category.key) != Some(pages.here));
    others.map(tag).filter(|tag| !tag.name.is_empty()).take(CATEGORIES).collect()
}
