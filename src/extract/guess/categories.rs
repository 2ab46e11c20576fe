//! The categories of an item.

use scraper::ElementRef;

use super::super::Context;
use super::super::node::{ItemNode, has_text, line, short};
use super::super::{date, text};
use super::marks::is_category;
use super::{is_chrome, is_within, overlaps};
use crate::model::{category_key, split_glued};

/// Characters of a category's name where nothing but its place says that it is one.
const SHORT: usize = 40;

/// Characters of names that a page ran together.
const LONGEST: usize = 200;

/// Nodes of an element among which its links are looked for.
const LOOKED_AT: usize = 1000;

/// Words before the names of categories, where no colon follows them.
const LABELS: &[&str] = &[
    "publicerat i",
    "publicerad i",
    "publisert i",
    "kategorier",
    "kategori",
    "posted in",
    "filed under",
    "categories",
    "category",
    "under",
    "i",
    "in",
];

/// Elements that call themselves categories; else a list in the item; else short texts at its end.
/// `taken`: the elements of other fields.
pub(in super::super) fn of_item(item: &ItemNode<'_>, taken: &[ElementRef<'_>], context: &Context<'_>) -> Vec<String> {
    let free = |e: &ElementRef<'_>| {
        *e != item.head() && !taken.iter().any(|other| is_within(*other, *e) || is_within(*e, *other))
    };
    let mut marked: Vec<ElementRef<'_>> = Vec::new();
    for element in item.elements().filter(|e| *e != item.head() && is_category(*e)) {
        let holds_other = taken.iter().any(|other| is_within(*other, element));
        if !holds_other && !overlaps(element, taken) && !marked.iter().any(|outer| is_within(element, *outer)) {
            marked.push(element);
        }
    }
    let found: Vec<String> =
        marked.into_iter().filter(|e| has_text(*e, 1)).flat_map(names).filter(|name| !is_sentence(name)).collect();
    if !found.is_empty() {
        return found;
    }
    let is_name = |name: &String| is_name(name, context);
    let lists = item.elements().filter(|e| matches!(e.value().name(), "ul" | "ol")).filter(free);
    let listed: Vec<String> = lists.flat_map(names).filter(is_name).collect();
    if !listed.is_empty() {
        return listed;
    }
    trailing(item, taken).into_iter().filter(is_name).collect()
}

/// The names in an element: of its links; of its children where several have a text; else its own.
pub(in super::super) fn names(element: ElementRef<'_>) -> Vec<String> {
    let children: Vec<ElementRef<'_>> =
        element.child_elements().filter(|child| text::is_seen(*child) && has_text(*child, 1)).collect();
    let is_list = children.iter().any(|child| matches!(child.value().name(), "ul" | "ol" | "li" | "dl" | "dd" | "dt"));
    // What stands beside links is "posted in", "and", a comma. In a list each place is looked at by itself.
    let linked = if is_list { Vec::new() } else { links(element) };
    if !linked.is_empty() {
        return linked;
    }
    let own = text::own(element);
    let only_marks = !without_label(&own).chars().any(char::is_alphanumeric);
    match children.as_slice() {
        [only] if only_marks => names(*only),
        [_, _, ..] if only_marks => children
            .into_iter()
            .flat_map(names)
            .filter(|name| !name.ends_with(':') && name.chars().any(char::is_alphanumeric))
            .collect(),
        _ => line(element).into_iter().collect(),
    }
}

/// The texts of the links in an element.
fn links(element: ElementRef<'_>) -> Vec<String> {
    let inside = element.descendants().skip(1).take(LOOKED_AT).filter_map(ElementRef::wrap);
    let links = inside.filter(|e| e.value().name() == "a" && text::is_seen(*e) && has_text(*e, 1));
    links.flat_map(names).filter(|name| !is_chrome(name)).collect()
}

/// Without first words such as `Kategorier:` or `Publicerat i`.
fn without_label(own: &str) -> &str {
    if let Some((_, rest)) = own.split_once(':').filter(|(label, _)| label.chars().count() <= SHORT / 2) {
        return rest;
    }
    let after = |label: &&str| {
        let (first, rest) = own.split_at_checked(label.len())?;
        (first.to_lowercase() == **label && !rest.starts_with(char::is_alphanumeric)).then_some(rest)
    };
    LABELS.iter().find_map(after).unwrap_or(own)
}

/// The short texts that stand by themselves after the title.
fn trailing(item: &ItemNode<'_>, taken: &[ElementRef<'_>]) -> Vec<String> {
    const LABELS: &[&str] = &["span", "a", "p", "div", "small", "em", "strong", "b"];
    let Some(title) = taken.first() else { return Vec::new() };
    let after = item.elements().skip_while(|e| e != title).filter(|e| !overlaps(*e, taken));
    let stands_alone = |e: &ElementRef<'_>| {
        let beside = e.parent().and_then(ElementRef::wrap).map(text::own).unwrap_or_default();
        e.child_elements().next().is_none() && !without_label(&beside).chars().any(char::is_alphanumeric)
    };
    after
        .filter(|e| LABELS.contains(&e.value().name()))
        .filter(stands_alone)
        .filter_map(|e| short(e, LONGEST))
        .collect()
}

/// Whether a text is names that the page ran together: no sentence, and every part short.
pub(in super::super) fn is_glued(text: &str, known: &[String]) -> bool {
    let parts = split_glued(text, known, 4);
    !is_sentence(text) && parts.len() > 1 && parts.iter().all(|part| part.chars().count() <= SHORT)
}

/// Whether a text can be the name of a category, with nothing to say so.
fn is_name(name: &str, context: &Context<'_>) -> bool {
    let key = category_key(name);
    if context.known_categories.iter().any(|known| category_key(known) == key) {
        return true;
    }
    let is_date = date::read_alone(name, context.language, context.time_zone, context.now).is_some();
    (name.chars().count() <= SHORT || is_glued(name, context.known_categories))
        && name.chars().next().is_some_and(char::is_uppercase)
        && !name.starts_with("Av ")
        && !name.ends_with(':')
        && !is_sentence(name)
        && !is_date
        && !is_chrome(name)
}

fn is_sentence(name: &str) -> bool {
    name.chars().count() > 100 || name.ends_with(['.', '!', '?', '…']) || name.contains(". ")
}
