//! Reads a page of HTML.

use scraper::{ElementRef, Html};
use url::Url;

use super::guess;
use super::node::{ItemNode, Value, line};
use super::recipe::{Field, Recipe};
use super::{Context, Options, date, gate, items, text};
use crate::model::text::{clean, shorten};
use crate::model::{Defect, Extraction, FoundItem, Page, PageDate, Refusal, category_key, title_key};

/// Characters of what stands on the page that a defect quotes.
const QUOTE: usize = 120;

/// The items of a page, in its order.
pub(super) fn read(page: &Page, recipe: &Recipe, context: &Context<'_>, options: &Options) -> Extraction {
    let refused = |refusal| Extraction { refused: Some(refusal), ..Extraction::default() };
    let html = match gate::parse(&page.text, options) {
        Ok(html) => html,
        Err(refusal) => return refused(refusal),
    };
    let pairs = recipe.all_css().any(super::selector::Css::compares_siblings);
    if recipe.all_css().next().is_some() && gate::matching_steps(&html, pairs) > options.max_steps {
        return refused(Refusal::TooMuchWork { limit: options.max_steps });
    }
    let base = base(&html, page);
    let (container, mut nodes) = items::find(&html, recipe, options.max_items);
    let mut reader = Reader { base: &base, recipe, context, options, defects: Vec::new(), item: 0 };
    if nodes.len() > options.max_items {
        nodes.truncate(options.max_items);
        reader.defects.push(Defect::TooMany { what: "items", limit: options.max_items });
    }
    let items = nodes.iter().filter_map(|node| reader.item(node)).collect();
    Extraction { items, defects: reader.defects, container, ..Extraction::default() }
}

/// What relative links are relative to: `<base href>`, else the page.
fn base(html: &Html, page: &Page) -> Url {
    let mut elements = html.tree.nodes().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "base");
    let named = elements.find_map(|base| base.attr("href")).and_then(|href| page.url.join(href.trim()).ok());
    named.filter(is_web).unwrap_or_else(|| page.url.clone())
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

struct Reader<'r> {
    base: &'r Url,
    recipe: &'r Recipe,
    context: &'r Context<'r>,
    options: &'r Options,
    defects: Vec<Defect>,
    /// The place of the item, from 1.
    item: usize,
}

impl Reader<'_> {
    fn item(&mut self, node: &ItemNode<'_>) -> Option<FoundItem> {
        self.item += 1;
        let (title_element, title) = self.title(node);
        if title.is_empty() {
            self.defects.push(Defect::NoTitle { item: self.item });
            return None;
        }
        let link = self.link(node, title_element);
        let (date_element, date) = self.date(node, title_element);
        let taken: Vec<ElementRef<'_>> = title_element.into_iter().chain(date_element).collect();
        let summary = self.summary(node, &title, &taken);
        let categories = self.categories(node, &taken);
        let date = date.or_else(|| link.as_ref().and_then(date::from_address));
        let title = self.fit(title, "title", self.options.max_title);
        Some(FoundItem { title, link, summary, date, categories, ..FoundItem::default() })
    }

    fn title<'a>(&self, node: &ItemNode<'a>) -> (Option<ElementRef<'a>>, String) {
        if let Some(field) = &self.recipe.title {
            let value = node.values(field, line).into_iter().next();
            return value.map_or((None, String::new()), |value| (Some(value.element), clean(&value.text)));
        }
        let element = guess::title(node);
        (element, element.map(text::line).unwrap_or_default())
    }

    fn link<'a>(&mut self, node: &ItemNode<'a>, title: Option<ElementRef<'a>>) -> Option<Url> {
        let href = match &self.recipe.link {
            Some(field) => {
                // A selector without an attribute means the address of the link, not its text.
                let address = |e: ElementRef<'a>| e.attr("href").map(|href| href.trim().to_owned());
                node.values(field, address).into_iter().next().map(|value| value.text)
            }
            None => guess::link(node, title).map(str::to_owned),
        };
        let href = href.map(|href| href.trim().to_owned()).filter(|href| !href.is_empty() && href != "#")?;
        let link = self.base.join(&href).ok().filter(is_web);
        if link.is_none() {
            self.defects.push(Defect::BadLink { item: self.item, link: shorten(&clean(&href), QUOTE) });
        }
        link
    }

    fn date<'a>(
        &mut self,
        node: &ItemNode<'a>,
        title: Option<ElementRef<'a>>,
    ) -> (Option<ElementRef<'a>>, Option<PageDate>) {
        let Some(field) = &self.recipe.date else {
            let found = guess::date(node, title, self.context);
            self.unread(found.unread);
            return (found.element, found.date);
        };
        let values = node.values(field, |e| dated(e).or_else(|| line(e)));
        let read = |text: &str| date::read(text, self.context.language, self.context.time_zone, self.context.now);
        let candidates = values.iter().flat_map(|value| date_texts(value).map(|text| (value.element, text)));
        for (element, text) in candidates {
            if let Some(date) = read(&text) {
                return (Some(element), Some(date));
            }
        }
        let first = values.into_iter().next();
        self.unread(first.as_ref().map(|value| value.text.clone()));
        (first.map(|value| value.element), None)
    }

    fn unread(&mut self, text: Option<String>) {
        let text = text.map(|text| shorten(&clean(&text), QUOTE)).filter(|text| !text.is_empty());
        self.defects.extend(text.map(|text| Defect::UnreadDate { item: self.item, text }));
    }

    fn summary(&mut self, node: &ItemNode<'_>, title: &str, taken: &[ElementRef<'_>]) -> Option<String> {
        let found = match &self.recipe.summary {
            Some(field) => {
                let values = node.values(field, |e| text::paragraphs(e));
                let most = if field.takes_all(true) { usize::MAX } else { 1 };
                let paragraphs: Vec<String> = apart(values).into_iter().map(|value| value.text).take(most).collect();
                crate::model::text::clean_paragraphs(paragraphs.iter().flat_map(|text| text.split('\n')))
            }
            None => guess::summary(node, title, taken, self.context.known_categories),
        };
        let found = found.filter(|summary| title_key(summary) != title_key(title))?;
        Some(self.fit(found, "summary", self.options.max_summary))
    }

    fn categories(&mut self, node: &ItemNode<'_>, taken: &[ElementRef<'_>]) -> Vec<String> {
        let names = match &self.recipe.categories {
            Some(field) => category_values(node, field),
            None => guess::categories(node, taken, self.context),
        };
        let mut kept: Vec<String> = Vec::new();
        let mut keys: Vec<String> = Vec::new();
        for name in names {
            let name = clean(&name);
            let key = category_key(&name);
            if key.is_empty() || keys.contains(&key) {
                continue;
            }
            if kept.len() == self.options.max_categories {
                self.defects.push(Defect::TooMany { what: "categories", limit: self.options.max_categories });
                break;
            }
            keys.push(key);
            kept.push(self.fit(name, "categories", self.options.max_category));
        }
        kept
    }

    fn fit(&mut self, text: String, field: &'static str, limit: usize) -> String {
        if text.chars().count() <= limit {
            return text;
        }
        self.defects.push(Defect::TooLong { item: self.item, field, limit });
        shorten(&text, limit)
    }
}

/// The machine's date of a `time` element.
fn dated(element: ElementRef<'_>) -> Option<String> {
    let machine = element.attr("datetime").filter(|_| element.value().name() == "time")?;
    Some(machine.trim().to_owned()).filter(|text| !text.is_empty())
}

/// What a value says of a date: itself, then the text that stands beside a `datetime` that makes no sense.
fn date_texts(value: &Value<'_>) -> impl Iterator<Item = String> + use<> {
    let beside = (!value.from_attribute).then(|| line(value.element)).flatten().filter(|text| *text != value.text);
    std::iter::once(value.text.clone()).chain(beside)
}

/// Without values from elements inside that of another value.
fn apart(values: Vec<Value<'_>>) -> Vec<Value<'_>> {
    let mut kept: Vec<Value<'_>> = Vec::new();
    for value in values {
        if value.from_attribute || !kept.iter().any(|outer| super::node::is_within(value.element, outer.element)) {
            kept.push(value);
        }
    }
    kept
}

/// Each match is a category; a single match with several children is the list of them.
fn category_values(node: &ItemNode<'_>, field: &Field) -> Vec<String> {
    let values = node.values(field, line);
    match values.as_slice() {
        [only] if !only.from_attribute => guess::names(only.element),
        _ if field.takes_all(true) => values.into_iter().map(|value| value.text).collect(),
        _ => values.into_iter().take(1).map(|value| value.text).collect(),
    }
}
