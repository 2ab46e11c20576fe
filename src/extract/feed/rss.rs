//! RSS in all its versions.

use url::Url;

use super::super::fitter::{Draft, resolve};
use super::super::xml::{Element, Space};
use super::{Found, Reader, media, next_of, texts};

/// The items of an RSS document. In RSS 1.0 they stand beside the channel, in the others inside it.
pub(super) fn read(root: &Element, page: &Url, reader: &Reader<'_>) -> Found {
    let outer = root.base(page);
    let channel = root.first(Space::Own, "channel").unwrap_or(root);
    let base = channel.base(&outer);
    let inside = channel.all(Space::Own, "item");
    // Without a channel the items were found already.
    let beside = root.all(Space::Own, "item").filter(|_| !std::ptr::eq(root, channel));
    let drafts = inside.chain(beside).take(reader.options.max_items + 1).map(|item| draft(item, &base, reader));
    Found { drafts: drafts.collect(), next: next_of(channel, Space::Atom, &base) }
}

fn draft(item: &Element, base: &Url, reader: &Reader<'_>) -> Draft {
    let one = |space, name| item.first(space, name);
    let titles = [(Space::Own, "title"), (Space::Dublin, "title"), (Space::Media, "title")];
    let summaries = [
        (Space::Own, "description"),
        (Space::Dublin, "description"),
        (Space::Itunes, "summary"),
        (Space::Media, "description"),
    ];
    let dates = [
        (Space::Own, "pubdate"),
        (Space::Dublin, "date"),
        (Space::Dublin, "issued"),
        (Space::Dublin, "created"),
        (Space::Own, "date"),
        (Space::Own, "published"),
        (Space::Atom, "published"),
        (Space::Own, "updated"),
        (Space::Atom, "updated"),
    ];
    let base = item.base(base);
    Draft {
        title: titles.into_iter().find_map(|(space, name)| reader.line(one(space, name)?)).unwrap_or_default(),
        links: links(item, &base),
        summary: summaries.into_iter().find_map(|(space, name)| reader.paragraphs(one(space, name)?)),
        dates: dates.into_iter().flat_map(|(space, name)| texts(item, space, name)).collect(),
        categories: categories(item, reader),
        authors: authors(item),
        images: media::images(item),
        enclosures: media::enclosures(item),
        content: one(Space::Content, "encoded").and_then(Element::markup),
        cut_off: item.open,
        base: Some(base),
        may_lack_title: true,
    }
}

/// `link`, then that of Atom, then a `guid` that is an address.
fn links(item: &Element, base: &Url) -> Vec<String> {
    let own = item.all(Space::Own, "link").filter_map(|link| link.text().or_else(|| address(link)));
    let is_alternate = |link: &&Element| matches!(link.attribute("rel"), None | Some("alternate"));
    let atom = item.all(Space::Atom, "link").filter(is_alternate).filter_map(address);
    let is_link = |guid: &&Element| guid.attribute("isPermaLink").is_none_or(|is| !is.eq_ignore_ascii_case("false"));
    let guids = item.all(Space::Own, "guid").filter(is_link).filter_map(Element::text);
    // Any text is an address relative to another: a guid is one only when it is absolute.
    let guids = guids.filter(|guid| guid.contains("://") && resolve(base, guid).is_some());
    own.chain(atom).chain(guids).collect()
}

fn address(link: &Element) -> Option<String> {
    link.attribute("href").map(str::to_owned)
}

fn categories(item: &Element, reader: &Reader<'_>) -> Vec<String> {
    let named = item.all(Space::Own, "category").chain(item.all(Space::Dublin, "subject"));
    named.chain(item.all(Space::Media, "category")).filter_map(|category| reader.line(category)).collect()
}

/// Names: RSS 2.0 has an address for mail in `author`, often with the name in brackets.
fn authors(item: &Element) -> Vec<String> {
    let named = texts(item, Space::Dublin, "creator").chain(texts(item, Space::Own, "author"));
    let atom = item.all(Space::Atom, "author").flat_map(|author| texts(author, Space::Atom, "name"));
    named.chain(texts(item, Space::Itunes, "author")).chain(atom).filter_map(|author| name_of(&author)).collect()
}

/// The name beside an address for mail: `a@example.se (Anna)`, `Anna <a@example.se>`.
fn name_of(author: &str) -> Option<String> {
    let words = author.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '<' | '>'));
    let named: Vec<&str> = words.filter(|word| !word.is_empty() && !word.contains('@')).collect();
    (!named.is_empty()).then(|| named.join(" "))
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn the_address_of_an_author_is_left_out() {
        for (author, want) in [
            ("anna@example.se (Anna Berg)", Some("Anna Berg")),
            ("Anna Berg <anna@example.se>", Some("Anna Berg")),
            ("Anna ”anna@example.se– Berg", Some("Anna Berg")),
            ("anna@example.se", None),
            ("Anna Berg", Some("Anna Berg")),
        ] {
            assert_eq!(name_of(author).as_deref(), want, "{author}");
        }
    }
}
