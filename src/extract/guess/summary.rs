//! The summary of an item.

use scraper::ElementRef;

use super::super::node::{ItemNode, line};
use super::super::text;
use super::marks::{SUMMARY, is_marked};
use super::{is_chrome, overlaps};
use crate::model::title_key;

/// Characters of a paragraph that is more than a label.
const SENTENCE: usize = 25;

/// The longest paragraph that is not the title; else the longest text of another kind. `taken`: the elements of other fields.
pub(in super::super) fn of_item(item: &ItemNode<'_>, title: &str, taken: &[ElementRef<'_>]) -> Option<String> {
    let key = title_key(title);
    let good = |text: &String| is_sentence(text) && !is_chrome(text) && title_key(text) != key;
    let longest = |wanted: &dyn Fn(ElementRef<'_>) -> bool| {
        let texts =
            item.elements().filter(|e| *e != item.head() && wanted(*e) && !overlaps(*e, taken)).filter_map(line);
        longest_of(texts.filter(good))
    };
    longest(&|e| e.value().name() == "p")
        .or_else(|| longest(&|e| is_marked(e, SUMMARY) || matches!(e.value().name(), "dd" | "td" | "blockquote")))
        .or_else(|| longest(&|e| matches!(e.value().name(), "div" | "span" | "small" | "em")))
        .or_else(|| longest_of(item.elements().map(text::own).filter(good)))
}

/// The first of the longest.
fn longest_of(texts: impl Iterator<Item = String>) -> Option<String> {
    texts.fold(None, |best: Option<String>, text| match best {
        Some(best) if best.chars().count() >= text.chars().count() => Some(best),
        _ => Some(text),
    })
}

fn is_sentence(text: &str) -> bool {
    text.chars().count() >= SENTENCE || (text.contains(' ') && text.ends_with(['.', '!', '?', '…']))
}
