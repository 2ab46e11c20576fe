//! The part of the tree that is one item, and the values that fields have in it.

use scraper::ElementRef;

use super::field::{Field, Step};
use super::selector::Css;
use super::text;

/// An item on the page: an element, and for a `dt` or a heading also what follows it up to the next item.
#[derive(Debug, Clone)]
pub(super) struct ItemNode<'a> {
    head: ElementRef<'a>,
    tail: Vec<ElementRef<'a>>,
    elements: Vec<ElementRef<'a>>,
}

/// Levels of an item that are looked at where the recipe names no field. Real items have ten.
const LEVELS: usize = 24;
/// Elements of an item that are looked at there.
const ELEMENTS: usize = 1000;
/// Matches of one selector in an item.
const MATCHES: usize = 64;

/// A value, and the element it comes from.
#[derive(Debug, Clone)]
pub(super) struct Value<'a> {
    pub(super) element: ElementRef<'a>,
    pub(super) text: String,
    /// It is the value of an attribute that the recipe names.
    pub(super) from_attribute: bool,
}

impl<'a> ItemNode<'a> {
    pub(super) fn new(head: ElementRef<'a>, is_item: impl Fn(ElementRef<'a>) -> bool) -> Self {
        let name = head.value().name();
        let level = heading_level(head);
        let goes_on = |next: &ElementRef<'a>| {
            let ends_here = match level {
                Some(level) => heading_level(*next).is_some_and(|other| other <= level),
                None => next.value().name() == name,
            };
            !ends_here && !is_item(*next)
        };
        let tail = if is_run(head) {
            head.next_siblings().filter_map(ElementRef::wrap).take_while(goes_on).collect()
        } else {
            Vec::new()
        };
        let elements = std::iter::once(head).chain(tail.iter().copied()).flat_map(shown).take(ELEMENTS).collect();
        Self { head, tail, elements }
    }

    /// The element that the recipe selects.
    pub(super) fn head(&self) -> ElementRef<'a> {
        self.head
    }

    /// Of an item that is a run of elements with no end tag of its own: the last of them.
    pub(super) fn last_of_run(&self) -> Option<ElementRef<'a>> {
        is_run(self.head).then(|| self.tail.last().copied().unwrap_or(self.head))
    }

    /// The elements of the item that are shown, in page order, from the item itself down to a sensible depth.
    pub(super) fn elements(&self) -> impl Iterator<Item = ElementRef<'a>> + use<'a, '_> {
        self.elements.iter().copied()
    }

    /// What a selector matches inside the item; the item itself only when nothing inside it does.
    fn select(&self, css: &Css) -> Vec<ElementRef<'a>> {
        let css = css.compiled();
        let tail = self.tail.iter().flat_map(|part| {
            let own = css.matches_with_scope(part, Some(self.head)).then_some(*part);
            own.into_iter().chain(part.select(css))
        });
        let found: Vec<_> = self.head.select(css).chain(tail).collect();
        if found.is_empty() && css.matches_with_scope(&self.head, None) { vec![self.head] } else { found }
    }

    /// The values of a field: those of the first step that has any that is not empty.
    pub(super) fn values(&self, field: &Field, read: impl Fn(ElementRef<'a>) -> Option<String>) -> Vec<Value<'a>> {
        let of_step = |step: &Step| -> Vec<Value<'a>> {
            let elements = step.css.as_ref().map_or_else(|| vec![self.head], |css| self.select(css));
            let value = |element: ElementRef<'a>| {
                let text = match &step.attribute {
                    Some(name) => element.attr(name).map(|value| value.trim().to_owned()),
                    None => read(element),
                };
                let from_attribute = step.attribute.is_some();
                Some(Value { element, text: text.filter(|text| !text.is_empty())?, from_attribute })
            };
            elements.into_iter().filter_map(value).take(MATCHES).collect()
        };
        field.steps().iter().map(of_step).find(|values| !values.is_empty()).unwrap_or_default()
    }
}

/// Whether what follows an element belongs to it: it is a term or a heading.
fn is_run(head: ElementRef<'_>) -> bool {
    head.value().name() == "dt" || heading_level(head).is_some()
}

/// The text of an element in one line; `None` when there is none.
pub(super) fn line(element: ElementRef<'_>) -> Option<String> {
    Some(text::line(element)).filter(|text| !text.is_empty())
}

/// The text of an element in one line; `None` when there is none, or more than so many characters.
pub(super) fn short(element: ElementRef<'_>, most: usize) -> Option<String> {
    // Four bytes are the longest character.
    Some(text::start(element, 4 * most)).filter(|text| !text.is_empty() && text.chars().count() <= most)
}

/// Whether an element has a text of at least so many characters.
pub(super) fn has_text(element: ElementRef<'_>, least: usize) -> bool {
    text::start(element, 4 * least).chars().count() >= least
}

/// 1 to 6 for `h1` to `h6`.
pub(super) fn heading_level(element: ElementRef<'_>) -> Option<u8> {
    let name = element.value().name();
    match name.as_bytes() {
        [b'h', level @ b'1'..=b'6'] => Some(level - b'0'),
        _ => None,
    }
}

/// Whether `inner` is `outer` or stands inside it, as far as an item is deep.
pub(super) fn is_within(inner: ElementRef<'_>, outer: ElementRef<'_>) -> bool {
    inner == outer || inner.ancestors().take(LEVELS).any(|node| node == *outer)
}

/// An element and those inside it that are shown, in page order.
fn shown(top: ElementRef<'_>) -> Vec<ElementRef<'_>> {
    let mut found = Vec::new();
    let mut waiting = vec![(top, 0)];
    while let Some((element, level)) = waiting.pop() {
        if found.len() >= ELEMENTS {
            break;
        }
        found.push(element);
        if level < LEVELS {
            let children: Vec<_> =
                element.child_elements().filter(|child| text::is_seen(*child)).take(ELEMENTS).collect();
            waiting.extend(children.into_iter().rev().map(|child| (child, level + 1)));
        }
    }
    found
}
