//! What the page of an article shows.

use scraper::{ElementRef, Html};

use super::super::node::ItemNode;
use super::super::text;

/// The parts of a page that matter to an article.
pub(super) struct Shown<'t> {
    /// The part that is the article: from there, elements as of an item of a list.
    pub(super) main: Option<ItemNode<'t>>,
    /// The only first-level heading.
    pub(super) heading: Option<ElementRef<'t>>,
    /// What calls itself the body of the article.
    pub(super) body: Option<ElementRef<'t>>,
    /// The title of the document, which often names the site as well.
    pub(super) title: Option<String>,
}

impl<'t> Shown<'t> {
    pub(super) fn read(tree: &'t Html) -> Self {
        let all = || tree.tree.root().descendants().filter_map(ElementRef::wrap);
        let named = |name: &'static str| all().filter(move |e| e.value().name() == name);
        let only = |mut found: Box<dyn Iterator<Item = ElementRef<'t>> + 't>| match (found.next(), found.next()) {
            (only @ Some(_), None) => only,
            _ => None,
        };
        let main = named("main").next().or_else(|| all().find(|e| e.attr("role") == Some("main")));
        // An article inside the main part leaves out what stands beside it; several are a list.
        let article = only(Box::new(named("article")));
        let body = |e: &ElementRef<'t>| {
            e.attr("itemprop").is_some_and(|names| names.split_ascii_whitespace().any(|name| name == "articleBody"))
        };
        Self {
            main: article.or(main).map(|part| ItemNode::new(part, |_| true)),
            heading: only(Box::new(named("h1"))),
            body: all().find(body),
            title: named("title").map(text_of).next(),
        }
    }

    /// The text of the heading.
    pub(super) fn heading(&self) -> Option<String> {
        self.heading.map(text::line).filter(|heading| !heading.is_empty())
    }
}

fn text_of(title: ElementRef<'_>) -> String {
    title.text().collect()
}
