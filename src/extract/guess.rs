//! Where the fields of an item usually are, for those that the recipe does not name.

mod author;
mod categories;
mod date;
mod image;
mod marks;
mod summary;

pub(super) use author::of_item as author;
pub(super) use categories::{names, of_item as categories};
pub(super) use date::of_item as date;
pub(super) use image::{of_item as image, source};
pub(super) use summary::of_item as summary;

use scraper::ElementRef;

use super::node::{ItemNode, has_text, heading_level, is_within};
use marks::{TITLE, is_marked};

/// Characters of a link's text that can be a title rather than a label.
const TITLE_MIN: usize = 10;

/// The element of the title: a heading; what calls itself one; a link of some length; any link; a term; what is bold.
pub(super) fn title<'a>(item: &ItemNode<'a>) -> Option<ElementRef<'a>> {
    let find =
        |wanted: &dyn Fn(ElementRef<'a>) -> bool| item.elements().filter(|e| wanted(*e)).find(|e| has_text(*e, 1));
    let is_link = |e: ElementRef<'a>| e.value().name() == "a" && e.attr("href").is_some();
    let is_long = |e: ElementRef<'a>| has_text(e, TITLE_MIN);
    find(&|e| heading_level(e).is_some() || e.attr("role") == Some("heading"))
        .or_else(|| find(&|e| e != item.head() && is_marked(e, TITLE)))
        .or_else(|| find(&|e| e != item.head() && is_link(e) && is_long(e)))
        .or_else(|| find(&|e| e != item.head() && is_link(e)))
        .or_else(|| find(&|e| matches!(e.value().name(), "dt" | "strong" | "b")))
        .or_else(|| Some(item.head()).filter(|head| is_link(*head)).map(first_text))
}

/// In a link that is an item as a whole: the first of its children that has a text, else the link.
fn first_text(link: ElementRef<'_>) -> ElementRef<'_> {
    let child = link.child_elements().find(|child| has_text(*child, 1));
    child.filter(|_| super::text::own(link).is_empty()).unwrap_or(link)
}

/// The address of the item: of the link around or in the title; of the item; of the first link in it.
pub(super) fn link<'a>(item: &ItemNode<'a>, title: Option<ElementRef<'a>>) -> Option<&'a str> {
    let href = |e: ElementRef<'a>| {
        let href = e.attr("href").filter(|_| matches!(e.value().name(), "a" | "area"))?;
        Some(href.trim()).filter(|href| !href.is_empty() && *href != "#")
    };
    let around =
        |e: ElementRef<'a>| std::iter::once(e).chain(e.ancestors().filter_map(ElementRef::wrap)).find_map(href);
    let inside = |e: ElementRef<'a>| e.descendants().filter_map(ElementRef::wrap).find_map(href);
    title
        .and_then(|title| around(title).or_else(|| inside(title)))
        .or_else(|| around(item.head()))
        .or_else(|| item.elements().find_map(href))
}

/// Whether the element is part of one of those, or the other way round.
fn overlaps(element: ElementRef<'_>, others: &[ElementRef<'_>]) -> bool {
    others.iter().any(|other| is_within(element, *other) || is_within(*other, element))
}

/// Words of links and buttons that say nothing about the item.
fn is_chrome(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "läs mer",
        "läs hela",
        "läs vidare",
        "visa mer",
        "till artikeln",
        "till nyheten",
        "dela",
        "skriv ut",
        "read more",
        "continue reading",
        "learn more",
        "more",
        "share",
        "les mer",
        "lue lisää",
        "weiterlesen",
        "mehr erfahren",
        "mehr",
        "extern länk",
        "öppnas i nytt fönster",
        "»",
        "›",
        "→",
    ];
    let text = text.to_lowercase();
    let text = text.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '»' | '›' | '→'));
    WORDS.contains(&text) || ["läs mer", "read more", "les mer", "lue lisää"].iter().any(|w| text.starts_with(w))
}
