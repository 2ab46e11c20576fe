//! The meta tags of a page: Open Graph, Dublin Core, and those of search engines and counters.

use std::collections::HashMap;

use scraper::{ElementRef, Html};

/// Names of tags, lower case; the best first.
pub(super) const TITLE: &[&str] = &["og:title", "twitter:title", "dc.title", "dcterms.title"];
pub(super) const DATE: &[&str] = &[
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "dcterms.issued",
    "dc.date.issued",
    "dcterms.created",
    "dc.date.created",
    "dc.date",
    "dcterms.date",
    "parsely-pub-date",
    "sailthru.date",
    "publish-date",
    "publish_date",
    "publication_date",
    "published_date",
    "pubdate",
    "date",
    "last-modified",
];
pub(super) const AUTHOR: &[&str] = &[
    "author",
    "article:author",
    "og:article:author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
];
pub(super) const IMAGE: &[&str] = &[
    "og:image:secure_url",
    "og:image",
    "og:image:url",
    "twitter:image",
    "twitter:image:src",
    "thumbnail",
    "image_src",
];
pub(super) const SUMMARY: &[&str] =
    &["og:description", "description", "twitter:description", "dc.description", "dcterms.description"];
pub(super) const LANGUAGE: &[&str] = &["content-language", "og:locale", "dc.language"];

/// Tags of a page that are read.
const TAGS: usize = 500;
/// Bytes of a value.
const LONGEST: usize = 20_000;

/// The tags by name; of several of one name the first.
#[derive(Debug)]
pub(super) struct Meta(HashMap<String, String>);

impl Meta {
    pub(super) fn read(tree: &Html) -> Self {
        let elements = tree.tree.root().descendants().filter_map(ElementRef::wrap);
        let tags = elements.filter(|e| matches!(e.value().name(), "meta" | "link")).take(TAGS);
        let mut found = HashMap::new();
        for (name, value) in tags.filter_map(pair) {
            found.entry(name).or_insert(value);
        }
        Self(found)
    }

    /// The values under those names, in the order of the names.
    pub(super) fn all(&self, names: &'static [&'static str]) -> impl Iterator<Item = String> {
        names.iter().filter_map(|name| self.0.get(*name).cloned())
    }

    pub(super) fn first(&self, names: &'static [&'static str]) -> Option<String> {
        self.all(names).next()
    }
}

fn pair(tag: ElementRef<'_>) -> Option<(String, String)> {
    let (names, value) = match tag.value().name() {
        "link" => (["rel"].as_slice(), "href"),
        _ => (["property", "name", "itemprop", "http-equiv"].as_slice(), "content"),
    };
    let name = names.iter().find_map(|name| tag.attr(name))?.trim().to_lowercase();
    let value = tag.attr(value)?.trim();
    (!value.is_empty() && value.len() <= LONGEST).then(|| (name, value.to_owned()))
}
