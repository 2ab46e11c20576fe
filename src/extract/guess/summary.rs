//! The summary of an item.

use std::cmp::Reverse;

use scraper::ElementRef;

use super::super::node::{ItemNode, line};
use super::super::text;
use super::marks::{SUMMARY, is_marked};
use super::{is_chrome, is_within, overlaps};
use crate::model::title_key;

/// Characters of a paragraph that is more than a label.
const SENTENCE: usize = 25;
/// Paragraphs that are read.
const CANDIDATES: usize = 50;

/// The longest paragraph that is not the title; else the longest text of another kind. `taken`: the elements of other
/// fields; `known`: names of categories, which may stand in a paragraph of their own.
pub(in super::super) fn of_item(
    item: &ItemNode<'_>,
    title: &str,
    taken: &[ElementRef<'_>],
    known: &[String],
) -> Option<String> {
    let key = title_key(title);
    let is_label = |text: &str| super::categories::is_glued(text, known) || known.iter().any(|name| name == text);
    let good = |text: &String| is_sentence(text) && !is_chrome(text) && !is_label(text) && title_key(text) != key;
    let free = || item.elements().filter(|e| *e != item.head() && !overlaps(*e, taken));
    // The item itself holds the others, and may have a text of its own.
    let loose = || item.elements().filter(|e| !taken.iter().any(|other| is_within(*e, *other)));
    let longest = |wanted: &dyn Fn(ElementRef<'_>) -> bool| {
        longest_of(free().filter(|e| wanted(*e)).take(CANDIDATES).filter_map(said).filter(good))
    };
    longest(&|e| e.value().name() == "p")
        .or_else(|| longest(&|e| is_marked(e, SUMMARY) || matches!(e.value().name(), "dd" | "td" | "blockquote")))
        .or_else(|| {
            // Of elements inside each other, the one where the words stand.
            let wordy = free().filter(|e| matches!(e.value().name(), "div" | "span" | "small" | "em"));
            wordy.max_by_key(|e| (text::own(*e).chars().count(), Reverse(e.id()))).and_then(said).filter(good)
        })
        .or_else(|| longest_of(loose().map(text::own).filter(good)))
}

/// The text without a link at its end that says "read more".
fn said(element: ElementRef<'_>) -> Option<String> {
    let text = line(element)?;
    let links = element.descendants().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "a");
    let more = links.filter_map(line).last().filter(|link| is_chrome(link));
    let cut = more.and_then(|more| text.strip_suffix(&more).map(|rest| rest.trim_end().to_owned()));
    Some(cut.unwrap_or(text))
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
