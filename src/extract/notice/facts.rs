//! What a page is made of, as far as it tells a list from a page that stands in its place: one walk over the tree.

use scraper::{ElementRef, Html, Node};

use super::super::{auto, text};
use super::element::{
    Form, asks_consent, heading_level, is_box, is_hidden, is_main_part, is_of_document, own_text, push, start,
};
use super::markers::{MARKERS, Marker, Place};

/// Bytes of visible text that are kept.
const TEXT: usize = 4 * 1024;
/// Bytes of a title or a heading that are kept.
pub(super) const LINE: usize = 400;
/// Headings that are kept.
const HEADINGS: usize = 4;
/// Bytes of scripts that are searched for marks: in one, and in all together. A challenge is short, or begins with them.
const SCRIPT: (usize, usize) = (32 * 1024, 256 * 1024);
/// Bytes of an address that are searched.
pub(super) const ADDRESS: usize = 4 * 1024;
/// Characters of what may be the title of an item.
const TITLE: usize = 10;

/// A heading in the main part of the page.
#[derive(Debug, Default)]
pub(super) struct Heading {
    pub(super) level: u8,
    pub(super) text: String,
    /// Of [`Facts::titles`], those that stand before it, and itself.
    pub(super) before: usize,
    /// It is, or has in it, a link; or it stands in a list: the heading of an item.
    pub(super) of_item: bool,
}

/// Facts about a page.
#[derive(Debug, Default)]
pub(in crate::extract) struct Facts {
    pub(super) title: String,
    pub(super) headings: Vec<Heading>,
    /// The beginning of what a reader sees in the main part, without links: those may be news.
    pub(super) text: String,
    /// What is shown to who runs no scripts, as it is written.
    pub(super) noscript: String,
    /// Characters of the main part outside of links.
    pub(super) prose: usize,
    /// Links and lower headings of the main part whose text may be the title of an item.
    pub(in crate::extract) titles: usize,
    /// Characters inside what asks for consent.
    pub(super) consent: usize,
    /// A field for a password in the main part: none in a header, a menu or a box that is opened.
    pub(super) password: bool,
    /// The address that `<meta http-equiv=refresh>` soon goes to.
    pub(super) refresh: Option<String>,
    /// The address of a form that has nothing to fill in.
    pub(super) silent_form: Option<String>,
    /// A script sends a form, or goes to another address.
    pub(super) moves: bool,
    /// The first of the marks that are on the page.
    pub(super) marker: Option<usize>,
    /// Bytes of scripts that were searched.
    pub(super) searched: usize,
}

/// Where a node stands.
#[expect(clippy::struct_excessive_bools, reason = "each may be so without the others")]
#[derive(Debug, Clone, Copy, Default)]
struct At {
    unseen: bool,
    aside: bool,
    boxed: bool,
    main: bool,
    consent: bool,
    link: bool,
    listed: bool,
    /// The heading that it is part of, counted from 1.
    heading: usize,
}

impl Facts {
    /// Of a page.
    pub(in crate::extract) fn of(html: &Html) -> Self {
        let mut facts = Self::default();
        let mut form = Form::default();
        let mut todo = vec![(html.tree.root(), At::default())];
        while let Some((node, at)) = todo.pop() {
            let inside = match node.value() {
                Node::Text(text) => {
                    facts.note_text(text, at);
                    continue;
                }
                Node::Element(_) => match ElementRef::wrap(node) {
                    Some(element) => facts.enter(element, at, &mut form),
                    None => at,
                },
                _ => at,
            };
            todo.extend(node.children().rev().map(|child| (child, inside)));
        }
        facts.silent_form = form.silent();
        facts
    }

    /// The mark with its table row.
    pub(super) fn marker(&self) -> Option<&'static Marker> {
        self.marker.and_then(|at| MARKERS.get(at))
    }

    fn enter(&mut self, element: ElementRef<'_>, at: At, form: &mut Form) -> At {
        let name = element.value().name();
        if let Some(id) = element.attr("id") {
            self.mark(|marker| marker.place == Place::Id && marker.text == id);
        }
        match name {
            "title" if self.title.is_empty() && is_of_document(element) => {
                start(&own_text(element), LINE).clone_into(&mut self.title);
            }
            "meta" => self.note_meta(element),
            "script" => self.note_script(element),
            "noscript" => push(&mut self.noscript, &own_text(element), TEXT),
            "form" => {
                self.note_address(element.attr("action"));
                form.open(element);
            }
            "iframe" | "img" => self.note_address(element.attr("src")),
            "input" | "button" | "select" | "textarea" => self.note_field(element, at, form),
            _ => {}
        }
        self.place(element, at)
    }

    /// Where the children of an element stand.
    fn place(&mut self, element: ElementRef<'_>, at: At) -> At {
        let name = element.value().name();
        let main = at.main || auto::is_main(&element);
        // A wrapper may be called anything: what says of itself that it is the main part, is it.
        let at = if is_main_part(element) { At { aside: false, boxed: false, consent: false, ..at } } else { at };
        let consent = at.consent || name != "body" && name != "html" && asks_consent(element);
        let aside = at.aside || consent || (name == "header" && !main) || auto::is_beside(element);
        let inside = At {
            unseen: at.unseen || !text::is_seen(element) || is_hidden(element),
            aside,
            boxed: at.boxed || aside || is_box(element),
            main,
            consent,
            link: at.link || name == "a" && element.attr("href").is_some(),
            listed: at.listed || matches!(name, "li" | "tr" | "dl"),
            heading: at.heading,
        };
        if inside.unseen || aside {
            return inside;
        }
        let is_title = (name == "a" && inside.link) || matches!(name, "h2" | "h3" | "h4");
        if is_title && super::super::node::has_text(element, TITLE) {
            self.titles += 1;
        }
        if let Some(heading) = at.heading.checked_sub(1).and_then(|at| self.headings.get_mut(at)) {
            heading.of_item |= inside.link;
        }
        if !inside.unseen
            && let Some(level) = heading_level(name).filter(|_| self.headings.len() < HEADINGS)
        {
            let of_item = inside.link || inside.listed;
            self.headings.push(Heading { level, text: String::new(), before: self.titles, of_item });
            return At { heading: self.headings.len(), ..inside };
        }
        inside
    }

    fn note_text(&mut self, text: &str, at: At) {
        if at.unseen || text.trim().is_empty() {
            return;
        }
        let characters = text.split_whitespace().map(|word| word.chars().count() + 1).sum::<usize>();
        if at.consent {
            self.consent += characters;
        }
        if at.aside {
            return;
        }
        if !at.link {
            self.prose += characters;
            push(&mut self.text, text, TEXT);
        }
        if let Some(heading) = at.heading.checked_sub(1).and_then(|at| self.headings.get_mut(at)) {
            push(&mut heading.text, text, LINE);
        }
    }

    fn note_meta(&mut self, meta: ElementRef<'_>) {
        let is_refresh = meta.attr("http-equiv").is_some_and(|name| name.trim().eq_ignore_ascii_case("refresh"));
        let Some(content) = meta.attr("content").filter(|_| is_refresh) else { return };
        let Some((seconds, address)) = content.split_once([';', ',']) else { return };
        let address = start(address.trim(), ADDRESS);
        let address = match address.split_once('=') {
            Some((url, rest)) if url.trim().eq_ignore_ascii_case("url") => rest.trim(),
            _ => address,
        };
        self.note_address(Some(address));
        if seconds.trim().parse::<f64>().is_ok_and(|seconds| seconds <= SOON) && self.refresh.is_none() {
            self.refresh = Some(address.trim_matches(['\'', '"']).to_owned());
        }
    }

    fn note_script(&mut self, script: ElementRef<'_>) {
        let address = start(script.attr("src").unwrap_or_default(), ADDRESS);
        let body = own_text(script);
        let is_program = script.attr("type").is_none_or(|kind| !kind.contains("json") && !kind.contains("template"));
        let room = SCRIPT.0.min(SCRIPT.1.saturating_sub(self.searched));
        let body = if is_program { start(&body, room) } else { "" };
        self.searched += body.len();
        let has = |text: &str| address.contains(text) || body.contains(text);
        self.mark(|marker| marker.place == Place::Script && has(marker.text));
        self.moves |= MOVES.iter().any(|words| body.contains(words));
    }

    fn note_address(&mut self, address: Option<&str>) {
        let address = start(address.unwrap_or_default(), ADDRESS);
        self.mark(|marker| marker.place == Place::Address && address.contains(marker.text));
    }

    fn note_field(&mut self, field: ElementRef<'_>, at: At, form: &mut Form) {
        let kind = field.attr("type").unwrap_or_default().trim().to_ascii_lowercase();
        let is_input = field.value().name() == "input";
        if is_input && kind == "password" && !at.boxed && !at.unseen && !is_hidden(field) {
            self.password = true;
        }
        if let Some(name) = field.attr("name").filter(|_| kind == "hidden") {
            self.mark(|marker| marker.place == Place::Field && marker.text == name);
        }
        form.field(is_input && kind == "hidden", kind == "submit" || field.value().name() == "button");
    }

    /// Keeps the first mark of the table that fits, before the one that is kept.
    fn mark(&mut self, fits: impl Fn(&Marker) -> bool) {
        let before = MARKERS.iter().take(self.marker.unwrap_or(usize::MAX));
        self.marker = before.into_iter().position(fits).or(self.marker);
    }
}

/// Seconds within which a refresh leads on, and is not the page anew.
const SOON: f64 = 30.0;

/// What a script says that leads a reader elsewhere.
const MOVES: &[&str] = &[
    ".submit()",
    "location.replace(",
    "location.assign(",
    "location.href=",
    "location.href =",
    "window.location=",
    "window.location =",
    "top.location=",
    "document.location=",
    "document.location =",
];
