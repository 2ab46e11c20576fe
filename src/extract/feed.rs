//! Reads RSS 0.9x, 1.0 (RDF) and 2.0, Atom 0.3 and 1.0 (RFC 4287), and JSON Feed, as they are found in the wild.
//!
//! One faulty item costs no other: the document is a tree of what can be read of it. The parsers that there are stop at
//! the first `&` that is not written `&amp;`, and at versions that they do not know.

mod atom;
mod media;
mod rss;

use url::Url;

use super::fitter::{Draft, Fitter};
use super::xml::{Element, Space};
use super::{Context, Options, json, next, xml};
use crate::model::{Container, Extraction, Page};

/// What a feed has.
#[derive(Debug, Default)]
struct Found {
    drafts: Vec<Draft>,
    /// The address of the next page, and what it is relative to.
    next: Option<(String, Url)>,
}

/// The items of a feed. A page that is none has lost its list.
pub(super) fn read(page: &Page, context: &Context<'_>, options: &Options) -> Extraction {
    let text = page.text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if text.starts_with('{') {
        return json::read(page, &json::feed_recipe(), context, options);
    }
    let root = match xml::parse(text, options) {
        Ok(root) => root,
        Err(refusal) => return Extraction { refused: Some(refusal), ..Extraction::default() },
    };
    let reader = Reader { options };
    let found = root.as_ref().and_then(|root| match root.name.as_str() {
        "rss" | "rdf" => Some(rss::read(root, &page.url, &reader)),
        "feed" | "entry" => Some(atom::read(root, &page.url, &reader)),
        _ => None,
    });
    let Some(found) = found else { return Extraction { container: Container::Gone, ..Extraction::default() } };
    let mut fitter = Fitter::new(page.url.clone(), context, options);
    let items = fitter.items(found.drafts);
    let further = found.next.map(|(address, base)| next::checked([address], &base, page, options)).unwrap_or_default();
    Extraction { items, defects: fitter.defects, container: Container::Present, further, ..Extraction::default() }
}

/// Reads values that have the same form in every feed.
struct Reader<'o> {
    options: &'o Options,
}

impl Reader<'_> {
    /// The text of a title in one line, whether or not it is HTML.
    fn line(&self, element: &Element) -> Option<String> {
        let line = super::markup::line(&element.markup()?, self.options);
        Some(line).filter(|line| !line.is_empty())
    }

    /// The paragraphs of a description, whether or not it is HTML.
    fn paragraphs(&self, element: &Element) -> Option<String> {
        super::markup::paragraphs(&element.markup()?, self.options)
    }
}

/// The texts of all elements of one name.
fn texts<'e>(item: &'e Element, space: Space, name: &'e str) -> impl Iterator<Item = String> + 'e {
    item.all(space, name).filter_map(Element::text)
}

/// The address of the next page, among `link` elements of Atom.
fn next_of(feed: &Element, space: Space, base: &Url) -> Option<(String, Url)> {
    let link = feed.all(space, "link").find(|link| link.attribute("rel") == Some("next"))?;
    Some((link.attribute("href")?.to_owned(), link.base(base)))
}
