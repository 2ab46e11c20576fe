//! Finds the list of a document that nobody has described, by the names of its fields.

use serde_json::{Map, Value};

use super::values::Values;

/// Names of fields, without marks and in lower case; the best first.
pub(super) const TITLE: &[&str] =
    &["title", "headline", "rubrik", "heading", "name", "tittel", "otsikko", "titel", "header", "subject", "label"];
pub(super) const LINK: &[&str] = &[
    "url",
    "link",
    "href",
    "permalink",
    "canonicalurl",
    "pageurl",
    "contenturl",
    "contentlink",
    "linkurl",
    "articleurl",
    "weburl",
    "fullurl",
    "lank",
    "länk",
    "uri",
    "path",
];
pub(super) const DATE: &[&str] = &[
    "datepublished",
    "published",
    "publishedat",
    "publishdate",
    "publisheddate",
    "publicationdate",
    "pubdate",
    "startpublish",
    "publishedon",
    "publiceringsdatum",
    "publicerad",
    "firstpublished",
    "datum",
    "date",
    "dategmt",
    "datetime",
    "created",
    "createdat",
    "datecreated",
    "timestamp",
    "updated",
    "updatedat",
    "modified",
];
pub(super) const SUMMARY: &[&str] = &[
    "summary",
    "preamble",
    "ingress",
    "excerpt",
    "description",
    "intro",
    "introduction",
    "lead",
    "teaser",
    "teasertext",
    "abstract",
    "sammanfattning",
    "subtitle",
    "snippet",
    "text",
];
pub(super) const CATEGORIES: &[&str] = &[
    "categories",
    "category",
    "kategorier",
    "kategori",
    "tags",
    "topics",
    "topic",
    "subjects",
    "amnen",
    "ämnen",
    "sections",
    "section",
    "keywords",
    "labels",
];
pub(super) const AUTHOR: &[&str] = &["author", "authors", "byline", "creator", "authorname", "writer", "forfattare"];
pub(super) const IMAGE: &[&str] = &[
    "image",
    "imageurl",
    "images",
    "thumbnail",
    "thumbnailurl",
    "picture",
    "photo",
    "bild",
    "featuredimage",
    "heroimage",
    "teaserimage",
    "leadimage",
];
/// No name is sure enough: a member called `content` may be the whole page.
pub(super) const CONTENT: &[&str] = &[];

/// Levels that are searched.
const LEVELS: usize = 20;
/// Objects of a list that are looked at.
const SAMPLE: usize = 20;

/// The objects of the best list in the document.
pub(super) fn find(value: &Value) -> Option<Vec<&Value>> {
    let mut best: Option<(usize, &Vec<Value>)> = None;
    let mut waiting = vec![(value, 0)];
    while let Some((value, level)) = waiting.pop() {
        if level > LEVELS {
            continue;
        }
        let inside: Vec<&Value> = match value {
            Value::Array(list) => {
                let worth = worth(list);
                // The first of equals is popped last.
                if worth > 0 && best.is_none_or(|(other, _)| worth >= other) {
                    best = Some((worth, list));
                }
                list.iter().collect()
            }
            Value::Object(members) => members.values().collect(),
            _ => Vec::new(),
        };
        waiting.extend(inside.into_iter().map(|value| (value, level + 1)));
    }
    best.map(|(_, list)| list.iter().filter(|element| element.is_object()).collect())
}

/// How much a list looks like one of news: fields that its objects have, times how many there are.
fn worth(list: &[Value]) -> usize {
    let objects: Vec<&Value> = list.iter().take(SAMPLE).filter(|element| element.is_object()).collect();
    let share = |names: &[&str]| objects.iter().filter(|object| pick(object, names).is_some()).count();
    let least = objects.len().div_ceil(2);
    let has = |names: &[&str]| share(names) >= least.max(1);
    if objects.is_empty() || !has(TITLE) || !(has(LINK) || has(DATE)) {
        return 0;
    }
    let fields = [LINK, DATE, SUMMARY, CATEGORIES].into_iter().filter(|names| has(names)).count();
    // A menu has titles and links, and more of them than there are news.
    let fields = if has(DATE) { 10 * fields } else { fields };
    fields * list.len().min(SAMPLE)
}

/// The values of a field, under the best of its names.
pub(super) fn values<'v>(item: &'v Value, names: &[&str]) -> Values<'v> {
    Values::new(pick(item, names).into_iter().collect())
}

/// The value under the first of those names that says something; some put the fields in one more object.
fn pick<'v>(item: &'v Value, names: &[&str]) -> Option<&'v Value> {
    let nested = ["attributes", "fields", "node", "_source"].into_iter().filter_map(|key| item.get(key)?.as_object());
    item.as_object().into_iter().chain(nested).find_map(|object| pick_of(object, names))
}

fn pick_of<'v>(object: &'v Map<String, Value>, names: &[&str]) -> Option<&'v Value> {
    let says = |value: &Value| match value {
        Value::Null | Value::Bool(_) => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => true,
    };
    let plain: Vec<(String, &'v Value)> =
        object.iter().filter(|(_, value)| says(value)).map(|(key, value)| (bare(key), value)).collect();
    names.iter().find_map(|name| plain.iter().find(|(key, _)| key == name).map(|(_, value)| *value))
}

/// `publish_date`, `PublishDate` and `publishDate` are one name.
fn bare(key: &str) -> String {
    key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(40).collect()
}
