//! `[source.recipe]`: how the fields of an item are found on a source's page.
//!
//! A field is a selector, a list of selectors of which the first that finds anything wins, or a table that says more.

use super::kind::{Flaw, Kind, quoted};
use super::names;
use super::reader::Reader;
use super::units::flag;
use crate::extract::{self, Field, FieldText, Recipe, RecipeError, Selectors};

/// What holds for a key that is left out.
const AUTO: &str = "found automatically";

/// The selectors of elements, then those of an item's fields, with what they find.
const ELEMENTS: [(&str, &str); 2] =
    [("list", "selects the element that holds the list"), ("item", "selects the element of each item")];
const FIELDS: [(&str, &str); 5] = [
    ("title", "selects the title, inside the item"),
    ("link", "selects the address"),
    ("summary", "selects a few sentences"),
    ("date", "selects the date: `time@datetime` takes it from an attribute"),
    ("categories", "selects the categories"),
];

pub(super) fn read(r: &mut Reader<'_, '_>) -> Recipe {
    let kind = r.optional("kind", &kind(), "by its looks", "what the page is: `html`, or `text` with a bullet an item");
    let mut fields: Vec<(&str, FieldText)> = Vec::new();
    for (name, meaning) in ELEMENTS {
        let select = r.some(name, &selector(|text| Selectors::parse([text]).err()), AUTO, meaning);
        r.refuse_empty(name);
        fields.extend(select.map(|select| (name, FieldText { select, ..FieldText::default() })));
    }
    for (name, meaning) in FIELDS {
        fields.extend(read_field(r, name, meaning).map(|field| (name, field)));
    }
    // Each selector has been looked at by now, and what is wrong with it told.
    Recipe::from_fields(kind, fields).unwrap_or_default()
}

fn read_field(r: &mut Reader<'_, '_>, name: &'static str, meaning: &'static str) -> Option<FieldText> {
    let selector = selector(|text| Field::parse(text).err());
    if !r.is_table(name) {
        let select = r.some(name, &selector, AUTO, meaning)?;
        return Some(FieldText { select, ..FieldText::default() });
    }
    r.section(name, |r| {
        let attribute =
            r.optional("attribute", &names::line("\"datetime\""), "the text", "the attribute that holds the value");
        let all = r.optional("all", &flag(), "as usual for the field", "whether every match counts");
        let select = r.some("select", &selector, "required", meaning);
        if r.span("select").is_none() {
            r.missing("select", selector.example.to_owned());
        }
        Some(FieldText { select: select?, attribute, all })
    })
}

fn kind() -> Kind<extract::Kind> {
    let read = |given: &str| extract::Kind::parse(given).ok_or_else(|| Flaw::but_is(quoted(given)));
    let show = |kind: &extract::Kind| match kind {
        extract::Kind::Html => quoted("html"),
        extract::Kind::Text => quoted("text"),
    };
    Kind::text("\"html\" or \"text\"", "\"html\"", read, show)
}

/// A selector in which `find_error` finds no error.
fn selector(find_error: fn(&str) -> Option<RecipeError>) -> Kind<String> {
    let read = move |given: &str| {
        let Some(error) = find_error(given) else { return Ok(given.to_owned()) };
        let blank = given.chars().take_while(|c| c.is_whitespace()).count();
        let flaw = Flaw::because(error.to_string()).at(blank + error.column.saturating_sub(1));
        Err(match error.hint() {
            Some(hint) => flaw.hint(hint),
            None => flaw,
        })
    };
    Kind::text("a selector", "\"h2 a\"", read, |text| quoted(text))
}
