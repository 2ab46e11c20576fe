//! `[source.recipe]`: how the fields of an item are found on a source's page; `[source.article]`: those of an article's.
//!
//! A field is a selector, or for JSON a path, a list of selectors of which the first that finds anything wins, or a table that says more.

use super::kind::{Flaw, Kind, quoted};
use super::names;
use super::reader::Reader;
use super::units::flag;
use crate::extract::{self, ArticleRecipe, Field, FieldText, Recipe, RecipeError, Selectors};

/// What holds for a key that is left out.
const AUTO: &str = "found automatically";

/// The selectors of elements, then those of an item's fields, with what they find.
const ELEMENTS: [(&str, &str); 2] =
    [("list", "selects the element that holds the list"), ("item", "selects the element of each item")];
const FIELDS: [(&str, &str); 9] = [
    ("title", "selects the title, inside the item"),
    ("link", "selects the address"),
    ("summary", "selects a few sentences"),
    ("date", "selects the date: `time@datetime` takes it from an attribute"),
    ("categories", "selects the categories"),
    ("author", "selects who wrote it"),
    ("image", "selects the picture: `img@src` takes its address"),
    ("content", "selects the full text, where the list has it"),
    ("next", "selects, on the page as a whole, the address of its next page"),
];
/// The fields of an article.
const ARTICLE: [(&str, &str); 5] = [
    ("date", "selects the date on the page of the article"),
    ("author", "selects who wrote it"),
    ("image", "selects the picture"),
    ("summary", "selects a few sentences"),
    ("content", "selects the element that holds the full text"),
];

/// How a string is checked.
type Check = fn(&str) -> Option<RecipeError>;

pub(super) fn read(r: &mut Reader<'_, '_>) -> Recipe {
    let meaning = "what the page is: `html`, `text` with a bullet an item, `feed`, `json`, `json-ld` or `sitemap`";
    let kind = r.optional("kind", &kind(), "by its looks", meaning);
    let is_json = kind == Some(extract::Kind::Json);
    let (element, field): (Check, Check) = if is_json {
        (|text| Selectors::parse_paths([text]).err(), |text| Field::parse_path(text).err())
    } else {
        (|text| Selectors::parse([text]).err(), |text| Field::parse(text).err())
    };
    let of = |check| selector(check, is_json);
    let mut fields: Vec<(&str, FieldText)> = Vec::new();
    for (name, meaning) in ELEMENTS {
        let select = r.some(name, &of(element), AUTO, meaning);
        r.refuse_empty(name);
        fields.extend(select.map(|select| (name, FieldText { select, ..FieldText::default() })));
    }
    for (name, meaning) in FIELDS {
        let otherwise = match name {
            "content" => "none",
            "next" => "the link with `rel=\"next\"`",
            _ => AUTO,
        };
        fields.extend(read_field(r, name, &of(field), otherwise, meaning).map(|field| (name, field)));
    }
    // Each selector has been looked at by now, and what is wrong with it told; JSON alone refuses `attribute` as well.
    Recipe::from_fields(kind, fields).unwrap_or_else(|errors| {
        for error in &errors {
            r.mistake(&error.field, &error.to_string(), error.hint().map(str::to_owned));
        }
        Recipe::default()
    })
}

/// The recipe of the articles, if the table is there: its presence alone says that they are to be fetched.
pub(super) fn read_article(r: &mut Reader<'_, '_>) -> ArticleRecipe {
    let check: Check = |text| Field::parse(text).err();
    let mut fields: Vec<(&str, FieldText)> = Vec::new();
    for (name, meaning) in ARTICLE {
        let otherwise = if name == "content" { "where the page marks it" } else { AUTO };
        fields.extend(read_field(r, name, &selector(check, false), otherwise, meaning).map(|field| (name, field)));
    }
    ArticleRecipe::from_fields(fields).unwrap_or_default()
}

fn read_field(
    r: &mut Reader<'_, '_>,
    name: &'static str,
    selector: &Kind<String>,
    otherwise: &str,
    meaning: &'static str,
) -> Option<FieldText> {
    if !r.is_table(name) {
        let select = r.some(name, selector, otherwise, meaning)?;
        return Some(FieldText { select, ..FieldText::default() });
    }
    r.section(name, |r| {
        let attribute =
            r.optional("attribute", &names::line("\"datetime\""), "the text", "the attribute that holds the value");
        let all = r.optional("all", &flag(), "as usual for the field", "whether every match counts");
        let select = r.some("select", selector, "required", meaning);
        if r.span("select").is_none() {
            r.missing("select", selector.example.to_owned());
        }
        Some(FieldText { select: select?, attribute, all })
    })
}

fn kind() -> Kind<extract::Kind> {
    let names: Vec<String> = extract::Kind::ALL.iter().map(|kind| quoted(kind.name())).collect();
    let noun = format!("one of {}", names.join(", "));
    let read = |given: &str| extract::Kind::parse(given).ok_or_else(|| Flaw::but_is(quoted(given)));
    Kind::text(noun, "\"html\"", read, |kind| quoted(kind.name()))
}

/// A selector, or a path into JSON, in which `find_error` finds no error.
fn selector(find_error: Check, is_path: bool) -> Kind<String> {
    let read = move |given: &str| {
        let Some(error) = find_error(given) else { return Ok(given.to_owned()) };
        let blank = given.chars().take_while(|c| c.is_whitespace()).count();
        let flaw = Flaw::because(error.to_string()).at(blank + error.column.saturating_sub(1));
        Err(match error.hint() {
            Some(hint) => flaw.hint(hint),
            None => flaw,
        })
    };
    let (noun, example) = if is_path { ("a path", "\"data.items\"") } else { ("a selector", "\"h2 a\"") };
    Kind::text(noun, example, read, |text| quoted(text))
}
