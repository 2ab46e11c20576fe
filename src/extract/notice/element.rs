//! What a single element of a page is, by its name and attributes.

use scraper::ElementRef;

use super::facts::{ADDRESS, LINE};
use super::markers::CONSENT;

/// The forms of a page, as they are met.
#[derive(Debug, Default)]
pub(super) struct Form {
    action: String,
    forms: usize,
    hidden: usize,
    open: usize,
}

impl Form {
    pub(super) fn open(&mut self, form: ElementRef<'_>) {
        self.forms += 1;
        start(form.attr("action").unwrap_or_default().trim(), ADDRESS).clone_into(&mut self.action);
    }

    pub(super) fn field(&mut self, hidden: bool, button: bool) {
        self.hidden += usize::from(hidden);
        self.open += usize::from(!hidden && !button);
    }

    /// The address of the only form, when there is nothing in it that a person fills in.
    pub(super) fn silent(self) -> Option<String> {
        (self.forms == 1 && self.hidden > 0 && self.open == 0).then_some(self.action)
    }
}

/// Whether an element says that it is the main part of the page.
pub(super) fn is_main_part(element: ElementRef<'_>) -> bool {
    element.value().name() == "main" || element.attr("role") == Some("main")
}

/// The level of a heading that may be that of the page.
pub(super) fn heading_level(name: &str) -> Option<u8> {
    match name {
        "h1" => Some(1),
        "h2" => Some(2),
        "h3" => Some(3),
        _ => None,
    }
}

/// Whether a title is that of the document, and not that of a picture in it.
pub(super) fn is_of_document(title: ElementRef<'_>) -> bool {
    title.parent().and_then(ElementRef::wrap).is_some_and(|parent| parent.value().name() == "head")
}

/// Whether an element is what a consent service puts into a page.
pub(super) fn asks_consent(element: ElementRef<'_>) -> bool {
    let begins = |name: &str| {
        let name = name.to_ascii_lowercase();
        CONSENT.iter().any(|mark| name.starts_with(mark))
    };
    element.attr("id").is_some_and(begins)
        || element.attr("class").is_some_and(|class| class.split_ascii_whitespace().any(begins))
}

/// Whether an element is one that opens over a page, or is part of its head.
pub(super) fn is_box(element: ElementRef<'_>) -> bool {
    const BOXES: &[&str] = &[
        "header",
        "topbar",
        "toolbar",
        "modal",
        "popup",
        "dropdown",
        "offcanvas",
        "flyout",
        "overlay",
        "sidhuvud",
        "topp",
    ];
    let marks = [element.attr("id"), element.attr("class")];
    let mut words = marks.into_iter().flatten().flat_map(|marks| marks.split(|c: char| !c.is_alphanumeric()));
    words.any(|word| BOXES.contains(&word.to_ascii_lowercase().as_str()))
}

/// Whether an element's own style hides it.
pub(super) fn is_hidden(element: ElementRef<'_>) -> bool {
    let style = element.attr("style").unwrap_or_default();
    !style.is_empty() && {
        let plain: String = start(style, LINE).chars().filter(|c| !c.is_whitespace()).collect();
        let plain = plain.to_ascii_lowercase();
        plain.contains("display:none") || plain.contains("visibility:hidden")
    }
}

/// The text that stands directly in an element, as in a script.
pub(super) fn own_text(element: ElementRef<'_>) -> String {
    element.children().filter_map(|child| child.value().as_text().map(|text| &**text)).collect()
}

/// At most so many bytes of the beginning.
pub(super) fn start(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

/// Adds a text and a space, as far as there is room.
pub(super) fn push(to: &mut String, text: &str, most: usize) {
    if to.len() < most {
        to.push_str(start(text, most - to.len()));
        to.push(' ');
    }
}
