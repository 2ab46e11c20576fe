//! Reads JSON: by the paths of the recipe, or by the names that fields usually have.

mod auto;
mod parse;
mod values;

use serde_json::Value;

use super::field::{Field, FieldText};
use super::fitter::{Draft, Enclosed, Fitter};
use super::kind::Kind;
use super::path::JsonPath;
use super::recipe::Recipe;
use super::{Context, Options, markup, next};
use crate::model::{Container, Extraction, Page};

pub(super) use parse::{PREFIX, lenient};
use values::{Meaning, Values};

/// The items of a document.
pub(super) fn read(page: &Page, recipe: &Recipe, context: &Context<'_>, options: &Options) -> Extraction {
    let value = match parse::strict(&page.text, options) {
        Ok(value) => value,
        Err(refusal) => return Extraction { refused: Some(refusal), ..Extraction::default() },
    };
    let own = recipe;
    let is_feed = value.get("version").and_then(Value::as_str).is_some_and(|v| v.contains("jsonfeed.org/version/"));
    let feed = feed_recipe();
    let recipe = if is_feed && recipe.item.is_none() { &feed } else { recipe };
    let (container, items) = items(&value, recipe);
    let Some(items) = items else { return Extraction { container, ..Extraction::default() } };
    let drafts = items.iter().take(options.max_items + 1).map(|item| draft(item, recipe, options)).collect();
    let mut fitter = Fitter::new(page.url.clone(), context, options);
    let finds = |field: &Field| items.iter().take(options.max_items).any(|item| !Values::of(item, field).is_empty());
    // What the operator asked for, not what the built-in recipe of JSON Feed looks for.
    let gone = if std::ptr::eq(own, recipe) { own.gone(items.len().min(options.max_items), finds) } else { Vec::new() };
    let items = fitter.items(drafts);
    fitter.defects.extend(gone);
    let addresses = recipe.next.as_ref().map(|field| Values::of(&value, field).texts(Meaning::Address));
    let further = next::checked(addresses.unwrap_or_default(), &page.url, page, options);
    Extraction { items, defects: fitter.defects, container, further, ..Extraction::default() }
}

/// The values of the items; `None` where there is no list.
fn items<'v>(value: &'v Value, recipe: &Recipe) -> (Container, Option<Vec<&'v Value>>) {
    let named = recipe.item.iter().chain(&recipe.list).next();
    let Some(selectors) = named else {
        return match auto::find(value) {
            Some(items) => (Container::Present, Some(items)),
            None => (Container::Unknown, None),
        };
    };
    let found = selectors.paths().iter().map(|path| path.find(value)).find(|found| !found.is_empty());
    if let Some(found) = found {
        return (Container::Present, Some(found.into_iter().flat_map(elements).collect()));
    }
    // `[*]` finds nothing in a list that is there and empty.
    let mut lists = selectors.paths().iter().filter_map(JsonPath::without_last_every);
    let empty = lists.any(|path| path.find(value).iter().any(|found| found.is_array() || found.is_object()));
    (if empty { Container::Present } else { Container::Gone }, None)
}

fn elements(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

/// What an object says of an item.
pub(super) fn draft(item: &Value, recipe: &Recipe, options: &Options) -> Draft {
    let of = |field: &Option<Field>, names: &[&str]| match field {
        Some(field) => Values::of(item, field),
        None => auto::values(item, names),
    };
    let first_line = |text: &String| Some(markup::line(text, options)).filter(|line| !line.is_empty());
    let lines = |texts: Vec<String>| texts.iter().filter_map(first_line).collect::<Vec<_>>();
    let summaries = of(&recipe.summary, auto::SUMMARY).texts(Meaning::Text);
    let contents = of(&recipe.content, auto::CONTENT).texts(Meaning::Text);
    Draft {
        title: of(&recipe.title, auto::TITLE).texts(Meaning::Text).iter().find_map(first_line).unwrap_or_default(),
        links: of(&recipe.link, auto::LINK).texts(Meaning::Address),
        summary: summaries.iter().find_map(|text| markup::paragraphs(text, options)),
        dates: of(&recipe.date, auto::DATE).texts(Meaning::Date),
        categories: lines(of(&recipe.categories, auto::CATEGORIES).texts(Meaning::Name)),
        authors: lines(of(&recipe.author, auto::AUTHOR).texts(Meaning::Name)),
        images: of(&recipe.image, auto::IMAGE).texts(Meaning::Address),
        enclosures: attachments(item),
        content: contents.into_iter().next(),
        may_lack_title: recipe.title.as_ref().is_none_or(|title| !title.is_none()),
        ..Draft::default()
    }
}

/// The files of an item, by the names that JSON Feed has for them.
fn attachments(item: &Value) -> Vec<Enclosed> {
    let text = |file: &Value, name: &str| match file.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let files = item.get("attachments").and_then(Value::as_array).into_iter().flatten();
    let enclosed = |file| Enclosed {
        url: text(file, "url"),
        media_type: text(file, "mime_type"),
        length: text(file, "size_in_bytes"),
    };
    files.map(enclosed).collect()
}

/// JSON Feed 1.0 and 1.1 (jsonfeed.org).
pub(super) fn feed_recipe() -> Recipe {
    built_in(&[
        ("item", &["items"]),
        ("title", &["title"]),
        ("link", &["url", "external_url"]),
        ("summary", &["summary", "content_text", "content_html"]),
        ("date", &["date_published", "date_modified"]),
        ("categories", &["tags"]),
        ("author", &["authors.name", "author.name"]),
        ("image", &["image", "banner_image"]),
        ("content", &["content_html"]),
        ("next", &["next_url"]),
    ])
}

/// A recipe of the program's own.
pub(super) fn built_in(fields: &[(&str, &[&str])]) -> Recipe {
    let text = |paths: &[&str]| FieldText {
        select: paths.iter().map(|path| (*path).to_owned()).collect(),
        ..FieldText::default()
    };
    Recipe::from_fields(Some(Kind::Json), fields.iter().map(|(key, paths)| (*key, text(paths)))).unwrap_or_default()
}
