//! The rules of JSON Feed 1.1 for what we write of it.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::Seen;
use crate::publish::json::VERSION;

/// What the value of a name must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Address,
    Date,
    Texts,
    /// People: a list of objects, each with a `name`.
    Authors,
    /// A list of objects, each with a `type` and a `url`.
    Hubs,
    /// A list of objects, each with a `url`, a `mime_type` and a `size_in_bytes`.
    Files,
    Items,
}

/// The names of a feed, and whether each must be there.
const FEED: &[(&str, Kind, bool)] = &[
    ("version", Kind::Text, true),
    ("title", Kind::Text, true),
    ("home_page_url", Kind::Address, false),
    ("feed_url", Kind::Address, true),
    ("description", Kind::Text, false),
    ("next_url", Kind::Address, false),
    ("authors", Kind::Authors, false),
    ("language", Kind::Text, false),
    ("hubs", Kind::Hubs, false),
    ("items", Kind::Items, true),
];

/// The names of an item. The specification asks for an id and a content; the rest that must be there is our own rule.
const ITEM: &[(&str, Kind, bool)] = &[
    ("id", Kind::Text, true),
    ("url", Kind::Address, false),
    ("title", Kind::Text, true),
    ("content_html", Kind::Text, true),
    ("summary", Kind::Text, false),
    ("image", Kind::Address, false),
    ("date_published", Kind::Date, true),
    ("date_modified", Kind::Date, true),
    ("authors", Kind::Authors, false),
    ("tags", Kind::Texts, false),
    ("attachments", Kind::Files, false),
];

/// Reads a document, and refuses names and values that are not those of the specification.
pub(super) fn read(bytes: &[u8]) -> Result<Seen, String> {
    let document: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let feed = document.as_object().ok_or("it is no object")?;
    let mut seen = Seen::default();
    object(feed, FEED, &mut seen)?;
    if text(feed, "version") != VERSION {
        return Err(format!("`version` is not {VERSION}"));
    }
    if feed.get("next_url").is_some_and(|next| Some(next) == feed.get("feed_url")) {
        return Err("`next_url` is the document itself".to_owned());
    }
    for item in feed.get("items").and_then(Value::as_array).into_iter().flatten() {
        let item = item.as_object().ok_or("an item is no object")?;
        object(item, ITEM, &mut seen)?;
        seen.ids.push(text(item, "id").to_owned());
        seen.titles.push(text(item, "title").to_owned());
        seen.dates.push(date(text(item, "date_published"))?);
    }
    Ok(seen)
}

fn object(found: &Map<String, Value>, names: &[(&str, Kind, bool)], seen: &mut Seen) -> Result<(), String> {
    if let Some(stray) = found.keys().find(|key| !names.iter().any(|(name, ..)| name == key)) {
        return Err(format!("JSON Feed has no `{stray}`"));
    }
    for (name, kind, required) in names {
        match found.get(*name) {
            Some(value) => check(name, value, *kind, seen)?,
            None if *required => return Err(format!("there is no `{name}`")),
            None => {}
        }
    }
    Ok(())
}

fn check(name: &str, value: &Value, kind: Kind, seen: &mut Seen) -> Result<(), String> {
    let is_text = |value: &Value, name: &str| value.get(name).is_some_and(Value::is_string);
    let each = |test: &dyn Fn(&Value) -> bool| value.as_array().is_some_and(|list| list.iter().all(test));
    match kind {
        Kind::Text => value.is_string().then_some(()).ok_or(format!("`{name}` is no text")),
        Kind::Address => {
            seen.addresses.push(value.as_str().ok_or(format!("`{name}` is no text"))?.to_owned());
            Ok(())
        }
        Kind::Date => date(value.as_str().ok_or(format!("`{name}` is no text"))?).map(|_| ()),
        Kind::Texts => each(&Value::is_string).then_some(()).ok_or(format!("`{name}` is no list of texts")),
        Kind::Authors => each(&|one| is_text(one, "name")).then_some(()).ok_or("an author has no name".to_owned()),
        Kind::Hubs => {
            let whole = each(&|one| is_text(one, "type") && is_text(one, "url"));
            whole.then_some(()).ok_or("a hub has no type or no address".to_owned())
        }
        Kind::Files => {
            let sized = |one: &Value| one.get("size_in_bytes").is_some_and(Value::is_u64);
            let whole = each(&|one| is_text(one, "url") && is_text(one, "mime_type") && sized(one));
            whole.then_some(()).ok_or("an attachment has no address, type or length".to_owned())
        }
        Kind::Items => value.is_array().then_some(()).ok_or(format!("`{name}` is no list")),
    }
}

fn text<'v>(found: &'v Map<String, Value>, name: &str) -> &'v str {
    found.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn date(text: &str) -> Result<i64, String> {
    let at: Result<Timestamp, _> = text.parse();
    at.map(Timestamp::as_second).map_err(|_| format!("`{text}` is no date of RFC 3339"))
}
