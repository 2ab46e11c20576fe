//! JSON Feed 1.1 (<https://www.jsonfeed.org/version/1.1/>).

use jiff::Timestamp;
use serde::Serialize;

use crate::model::{Enclosure, Format, Item};

use super::document::Document;
use super::{PublishError, fields};

/// The address that says which version of JSON Feed it is.
pub(super) const VERSION: &str = "https://jsonfeed.org/version/1.1";

/// The document, with the names and the order that it has in JSON.
#[derive(Serialize)]
struct JsonFeed {
    version: &'static str,
    title: String,
    home_page_url: String,
    feed_url: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<String>,
    authors: Vec<Author>,
    #[serde(skip_serializing_if = "String::is_empty")]
    language: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<Hub>,
    items: Vec<JsonItem>,
}

#[derive(Serialize)]
struct Author {
    name: String,
}

#[derive(Serialize)]
struct Hub {
    #[serde(rename = "type")]
    protocol: &'static str,
    url: String,
}

#[derive(Serialize)]
struct JsonItem {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    title: String,
    content_html: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    date_published: Timestamp,
    date_modified: Timestamp,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment>,
}

#[derive(Serialize)]
struct Attachment {
    url: String,
    mime_type: String,
    size_in_bytes: u64,
}

/// Writes the document, without a final line feed.
pub(super) fn render(document: &Document<'_>) -> Result<Vec<u8>, PublishError> {
    serde_json::to_vec_pretty(&feed(document)).map_err(|error| PublishError::Render {
        slug: document.feed.slug.clone(),
        format: Format::Json,
        why: error.to_string(),
    })
}

fn feed(document: &Document<'_>) -> JsonFeed {
    let feed = document.feed;
    let hub = document.options.hub.as_ref().filter(|_| !document.is_archive());
    JsonFeed {
        version: VERSION,
        title: fields::line(&feed.title),
        home_page_url: fields::address(&feed.link),
        feed_url: document.address(Format::Json),
        description: fields::description(feed),
        next_url: document.previous(Format::Json),
        authors: vec![Author { name: fields::line(&feed.author) }],
        language: fields::line(&feed.language),
        hubs: hub.map(|hub| Hub { protocol: "WebSub", url: fields::address(hub) }).into_iter().collect(),
        items: document.items.iter().map(item).collect(),
    }
}

fn attachment(file: &Enclosure) -> Attachment {
    Attachment { url: fields::address(&file.url), mime_type: file.media_type.clone(), size_in_bytes: file.length }
}

fn item(item: &Item) -> JsonItem {
    JsonItem {
        id: item.id.to_string(),
        url: fields::link(item),
        title: fields::title(item),
        content_html: fields::content(item).unwrap_or_else(|| fields::body(item)),
        summary: fields::summary(item),
        image: fields::image(item),
        date_published: fields::whole_second(item.published),
        date_modified: fields::whole_second(item.updated),
        authors: fields::author(item).map(|name| Author { name }).into_iter().collect(),
        tags: fields::categories(item).collect(),
        attachments: item.enclosure.iter().map(attachment).collect(),
    }
}
