//! The date of an item.

use scraper::ElementRef;

use super::super::node::{ItemNode, short};
use super::super::{Context, date, text};
use super::marks::{DATE, is_marked};
use crate::model::PageDate;

/// Characters of a text that may be a date without anything saying so.
const SHORT: usize = 40;
/// Such texts tried in an item.
const TRIES: usize = 30;

/// What was found: the date, where it stands, and a text that says it is a date and could not be read.
#[derive(Debug, Default)]
pub(in super::super) struct Dated<'a> {
    pub(in super::super) date: Option<PageDate>,
    pub(in super::super) element: Option<ElementRef<'a>>,
    pub(in super::super) unread: Option<String>,
}

/// A `time` element; what calls itself a date; a short text that reads as one.
pub(in super::super) fn of_item<'a>(
    item: &ItemNode<'a>,
    title: Option<ElementRef<'a>>,
    context: &Context<'_>,
) -> Dated<'a> {
    let read = |text: &str| date::read(text, context.language, context.time_zone, context.now);
    let mut unread = None;
    let marked = |wanted: &dyn Fn(ElementRef<'a>) -> bool| {
        item.elements().filter(|e| *e != item.head() && Some(*e) != title && wanted(*e)).take(TRIES).collect::<Vec<_>>()
    };
    for element in marked(&|e| e.value().name() == "time").into_iter().chain(marked(&|e| is_marked(e, DATE))) {
        for text in texts(element) {
            if let Some(date) = read(&text) {
                return Dated { date: Some(date), element: Some(element), unread: None };
            }
            if element.value().name() == "time" {
                unread.get_or_insert(text);
            }
        }
    }
    let inside_title = |e: ElementRef<'a>| title.is_some_and(|title| super::is_within(e, title));
    let beside = item.elements().filter(|e| !inside_title(*e)).map(|e| (e, text::own(e)));
    let is_candidate = |text: &str| text.chars().count() <= SHORT && text.chars().any(|c| c.is_ascii_digit());
    for (element, text) in beside.filter(|(_, text)| is_candidate(text)).take(TRIES) {
        // Unmarked text that says more than a date ("Opens 4 May") is about that day, not from it.
        if let Some(date) = date::read_alone(&text, context.language, context.time_zone, context.now) {
            return Dated { date: Some(date), element: Some(element), unread: None };
        }
    }
    Dated { unread, ..Dated::default() }
}

/// What an element says of a date: machines first.
fn texts(element: ElementRef<'_>) -> Vec<String> {
    let attributes = ["datetime", "content"].into_iter().filter_map(|name| element.attr(name)).map(str::to_owned);
    let said = short(element, 4 * SHORT);
    attributes.chain(said).filter(|text| !text.trim().is_empty()).collect()
}
