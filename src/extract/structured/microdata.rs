//! Microdata: `itemscope itemtype="https://schema.org/NewsArticle"`, with properties in `itemprop`.

use scraper::{ElementRef, Html};

use super::super::cut::Cut;
use super::super::fitter::Draft;
use super::super::{Options, text};
use super::ARTICLES;

/// Elements of one item that are looked at.
const ELEMENTS: usize = 2000;

/// Bytes of a value.
const LONGEST: usize = 4000;

/// The articles of a page.
pub(super) fn drafts(html: &Html, cut: Option<&Cut>, options: &Options) -> Vec<Draft> {
    let elements = html.tree.root().descendants().filter_map(ElementRef::wrap);
    let articles = elements.filter(is_article).take(options.max_items + 1);
    let is_half = |scope| cut.is_some_and(|cut| cut.holds(scope));
    articles.map(|scope| Draft { cut_off: is_half(scope), ..draft(scope) }).collect()
}

fn is_article(element: &ElementRef<'_>) -> bool {
    let named = |kind: &str| kind.rsplit(['/', '#']).next().is_some_and(|name| ARTICLES.contains(&name));
    element.attr("itemscope").is_some()
        && element.attr("itemtype").is_some_and(|kinds| kinds.split_ascii_whitespace().any(named))
}

fn draft(scope: ElementRef<'_>) -> Draft {
    let mut draft = Draft::default();
    for (name, element) in properties(scope) {
        match name {
            "headline" | "name" if draft.title.is_empty() => draft.title = said(element).unwrap_or_default(),
            "url" | "mainEntityOfPage" => draft.links.extend(address(element)),
            "datePublished" | "dateCreated" => draft.dates.extend(said(element)),
            "description" if draft.summary.is_none() => draft.summary = text::paragraphs(element),
            "articleSection" | "keywords" => draft.categories.extend(said(element)),
            "author" => draft.authors.extend(person(element)),
            "image" | "thumbnailUrl" => draft.images.extend(picture(element)),
            _ => {}
        }
    }
    if draft.links.is_empty() {
        let links = scope.descendants().filter_map(ElementRef::wrap).take(ELEMENTS);
        draft.links.extend(links.filter(|e| e.value().name() == "a").find_map(|a| a.attr("href")).map(str::to_owned));
    }
    draft
}

/// The properties of an item, in page order; not those of items inside it.
fn properties(scope: ElementRef<'_>) -> Vec<(&str, ElementRef<'_>)> {
    let mut found = Vec::new();
    let mut waiting: Vec<ElementRef<'_>> = scope.child_elements().collect();
    waiting.reverse();
    for _ in 0..ELEMENTS {
        let Some(element) = waiting.pop() else { break };
        let names = element.attr("itemprop").unwrap_or_default().split_ascii_whitespace();
        found.extend(names.map(|name| (name, element)));
        if element.attr("itemscope").is_none() {
            let children: Vec<_> = element.child_elements().collect();
            waiting.extend(children.into_iter().rev());
        }
    }
    found
}

/// What a property says: the machine's value first.
fn said(element: ElementRef<'_>) -> Option<String> {
    let attribute = element.attr("content").or_else(|| element.attr("datetime")).map(str::to_owned);
    attribute.or_else(|| Some(text::start(element, LONGEST))).filter(|text| !text.trim().is_empty())
}

fn address(element: ElementRef<'_>) -> Option<String> {
    let names = ["href", "itemid", "content"];
    names.into_iter().find_map(|name| element.attr(name)).map(str::to_owned)
}

fn picture(element: ElementRef<'_>) -> Option<String> {
    picture_of(element)
        .or_else(|| properties(element).into_iter().find(|(name, _)| *name == "url").and_then(|(_, e)| picture_of(e)))
}

fn picture_of(element: ElementRef<'_>) -> Option<String> {
    ["src", "href", "content"].into_iter().find_map(|name| element.attr(name)).map(str::to_owned)
}

/// The name of a person, who may be an item.
fn person(element: ElementRef<'_>) -> Option<String> {
    let inside = properties(element).into_iter().find(|(name, _)| *name == "name");
    inside.map_or_else(|| said(element), |(_, name)| said(name))
}
