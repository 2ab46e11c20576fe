//! What a page is made of, as far as it tells a list from a page that stands in its place: one walk over the tree.

use scraper::{ElementRef, Html, Node};

use super::super::{auto, text};
use super::markers::{CONSENT, MARKERS, Marker, Place};

/// Bytes of visible text that are kept.
const TEXT: usize = 4 * 1024;
/// Bytes of a title or a heading that are kept.
const LINE: usize = 400;
/// Headings that are kept.
const HEADINGS: usize = 4;
/// Bytes of scripts that are searched for marks: in one, and in all together. A challenge is short, or begins with them.
const SCRIPT: (usize, usize) = (32 * 1024, 256 * 1024);
/// Bytes of an address that are searched.
const ADDRESS: usize = 4 * 1024;
/// Characters of a link that may lead to news.
const TITLE: usize = 10;

/// A heading in the main part of the page.
#[derive(Debug, Default)]
pub(super) struct Heading {
    pub(super) level: u8,
    pub(super) text: String,
    /// Links, as in [`Facts::links`], that stand before it.
    pub(super) before: usize,
    /// It is, or has in it, a link; or it stands in a list: the heading of an item.
    pub(super) of_item: bool,
}

/// Facts about a page.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) title: String,
    pub(super) headings: Vec<Heading>,
    /// The beginning of what a reader sees in the main part, without links: those may be news.
    pub(super) text: String,
    /// What is shown to who runs no scripts, as it is written.
    pub(super) noscript: String,
    /// Characters of the main part outside of links.
    pub(super) prose: usize,
    /// Links of the main part whose text may be a title.
    pub(super) links: usize,
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
    searched: usize,
}

/// Where a node stands.
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
    pub(super) fn of(html: &Html) -> Self {
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
            "title" if self.title.is_empty() && !at.aside => self.title = start(&own_text(element), LINE).to_owned(),
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
        if name == "a" && inside.link && super::super::node::has_text(element, TITLE) {
            self.links += 1;
        }
        if let Some(heading) = at.heading.checked_sub(1).and_then(|at| self.headings.get_mut(at)) {
            heading.of_item |= inside.link;
        }
        if !inside.unseen
            && let Some(level) = level(name).filter(|_| self.headings.len() < HEADINGS)
        {
            let of_item = inside.link || inside.listed;
            self.headings.push(Heading { level, text: String::new(), before: self.links, of_item });
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

/// The forms of a page, as they are met.
#[derive(Debug, Default)]
struct Form {
    action: String,
    forms: usize,
    hidden: usize,
    open: usize,
}

impl Form {
    fn open(&mut self, form: ElementRef<'_>) {
        self.forms += 1;
        start(form.attr("action").unwrap_or_default().trim(), ADDRESS).clone_into(&mut self.action);
    }

    fn field(&mut self, hidden: bool, button: bool) {
        self.hidden += usize::from(hidden);
        self.open += usize::from(!hidden && !button);
    }

    /// The address of the only form, when there is nothing in it that a person fills in.
    fn silent(self) -> Option<String> {
        (self.forms == 1 && self.hidden > 0 && self.open == 0).then_some(self.action)
    }
}

fn is_main_part(element: ElementRef<'_>) -> bool {
    element.value().name() == "main" || element.attr("role") == Some("main")
}

fn level(name: &str) -> Option<u8> {
    match name {
        "h1" => Some(1),
        "h2" => Some(2),
        "h3" => Some(3),
        _ => None,
    }
}

/// Whether an element is what a consent service puts into a page.
fn asks_consent(element: ElementRef<'_>) -> bool {
    let begins = |name: &str| {
        let name = name.to_ascii_lowercase();
        CONSENT.iter().any(|mark| name.starts_with(mark))
    };
    element.attr("id").is_some_and(begins)
        || element.attr("class").is_some_and(|class| class.split_ascii_whitespace().any(begins))
}

/// Whether an element is one that opens over a page, or is part of its head.
fn is_box(element: ElementRef<'_>) -> bool {
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

fn is_hidden(element: ElementRef<'_>) -> bool {
    let style = element.attr("style").unwrap_or_default();
    !style.is_empty() && {
        let plain: String = start(style, LINE).chars().filter(|c| !c.is_whitespace()).collect();
        let plain = plain.to_ascii_lowercase();
        plain.contains("display:none") || plain.contains("visibility:hidden")
    }
}

/// The text that stands directly in an element, as in a script.
fn own_text(element: ElementRef<'_>) -> String {
    element.children().filter_map(|child| child.value().as_text().map(|text| &**text)).collect()
}

/// At most so many bytes of the beginning.
fn start(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

/// Adds a text and a space, as far as there is room.
fn push(to: &mut String, text: &str, most: usize) {
    if to.len() < most {
        to.push_str(start(text, most - to.len()));
        to.push(' ');
    }
}
