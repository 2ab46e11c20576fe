//! Atom: RFC 4287, and what was Atom before.

use url::Url;

use super::super::fitter::{Draft, Enclosed, is_web};
use super::super::markup;
use super::super::xml::{Element, Space};
use super::{Found, Reader, media, next_of, texts};

/// The entries of an Atom document, which may be a single one.
pub(super) fn read(root: &Element, page: &Url, reader: &Reader<'_>) -> Found {
    let space = root.space;
    let base = root.base(page);
    if root.name == "entry" {
        return Found { drafts: vec![draft(root, root, page, reader)], next: None };
    }
    let entries = root.all(space, "entry").take(reader.options.max_items + 1);
    Found {
        drafts: entries.map(|entry| draft(entry, root, &base, reader)).collect(),
        next: next_of(root, space, &base),
    }
}

fn draft(entry: &Element, feed: &Element, base: &Url, reader: &Reader<'_>) -> Draft {
    let space = entry.space;
    let base = entry.base(base);
    let dates = ["published", "issued", "pubdate", "created", "updated", "modified"];
    let dublin = texts(entry, Space::Dublin, "date");
    let content = entry.first(space, "content").filter(|content| content.attribute("src").is_none());
    let content_base = content.map(|content| content.base(&base));
    let html = content.and_then(html);
    Draft {
        title: entry.first(space, "title").and_then(|title| line(title, reader)).unwrap_or_default(),
        links: links(entry, &base),
        summary: entry.first(space, "summary").and_then(|summary| paragraphs(summary, reader)),
        dates: dates.into_iter().flat_map(|name| texts(entry, space, name)).chain(dublin).collect(),
        categories: categories(entry),
        authors: [entry, feed].into_iter().flat_map(names).collect(),
        images: pictures(entry).chain(media::images(entry)).collect(),
        enclosures: enclosures(entry),
        content: html,
        cut_off: entry.open,
        // The addresses above are absolute already, as far as they can be.
        base: Some(content_base.unwrap_or(base)),
        may_lack_title: true,
    }
}

/// Whether the text is HTML (section 3.1.1): without a type it is plain.
fn is_html(text: &Element) -> bool {
    let kind = text.attribute("type").unwrap_or("text").trim().to_ascii_lowercase();
    // Atom 0.3 says how it is written in `mode`.
    kind.contains("html") || text.attribute("mode") == Some("escaped")
}

fn line(text: &Element, reader: &Reader<'_>) -> Option<String> {
    if is_html(text) || text.elements().next().is_some() { reader.line(text) } else { text.text() }
}

fn paragraphs(text: &Element, reader: &Reader<'_>) -> Option<String> {
    if is_html(text) || text.elements().next().is_some() {
        reader.paragraphs(text)
    } else {
        markup::plain(&text.text()?)
    }
}

/// The content as HTML; `None` when it is something else, such as a picture written as text.
fn html(content: &Element) -> Option<String> {
    let kind = content.attribute("type").unwrap_or("text").trim().to_ascii_lowercase();
    let mut elements = content.elements();
    match kind.as_str() {
        // The one `div` is no part of the content (section 3.1.1.3).
        "xhtml" => match (elements.next(), elements.next()) {
            (Some(div), None) if div.name == "div" => Some(div.inside()),
            _ => Some(content.inside()),
        },
        _ if is_html(content) || content.elements().next().is_some() => content.markup(),
        "text" | "text/plain" => markup::from_plain(&content.text()?),
        _ => None,
    }
}

/// The alternate of the entry, that of HTML first (section 4.2.7.2), then an `id` that is an address.
fn links(entry: &Element, base: &Url) -> Vec<String> {
    let is_alternate = |link: &&Element| {
        link.attribute("rel").is_none_or(|rel| rel == "alternate" || rel.ends_with("/relation/alternate"))
    };
    let is_page = |link: &Element| link.attribute("type").is_none_or(|kind| kind.contains("html"));
    let mut links: Vec<&Element> = entry.all(entry.space, "link").filter(is_alternate).collect();
    links.sort_by_key(|link| !is_page(link));
    let absolute = |link: &Element| {
        let href = link.attribute("href")?;
        Some(link.base(base).join(href.trim()).map_or_else(|_| href.to_owned(), String::from))
    };
    let source = entry.first(entry.space, "content").and_then(|content| content.attribute("src")).map(str::to_owned);
    let id = texts(entry, entry.space, "id").filter(|id| Url::parse(id).is_ok_and(|id| is_web(&id)));
    links.into_iter().filter_map(absolute).chain(source).chain(id).collect()
}

fn categories(entry: &Element) -> Vec<String> {
    let name = |category: &Element| {
        let named = category.attribute("label").filter(|label| !label.trim().is_empty());
        named.or_else(|| category.attribute("term")).map(str::to_owned).or_else(|| category.text())
    };
    entry.all(entry.space, "category").filter_map(name).chain(texts(entry, Space::Dublin, "subject")).collect()
}

fn names(of: &Element) -> Vec<String> {
    let named = of.all(of.space, "author").flat_map(|author| texts(author, of.space, "name"));
    named.chain(texts(of, Space::Dublin, "creator")).collect()
}

fn enclosed(entry: &Element) -> impl Iterator<Item = &Element> {
    entry.all(entry.space, "link").filter(|link| link.attribute("rel") == Some("enclosure"))
}

fn enclosures(entry: &Element) -> Vec<Enclosed> {
    let own = enclosed(entry).map(|link| media::enclosed(link, "href", "length"));
    own.chain(media::enclosures(entry)).collect()
}

fn pictures(entry: &Element) -> impl Iterator<Item = String> {
    enclosed(entry).filter(|link| media::is_picture(link)).filter_map(|link| link.attribute("href").map(str::to_owned))
}
