//! Reads a page of HTML.

use scraper::{ElementRef, Html};
use url::Url;

use super::cut::Cut;
use super::field::Field;
use super::fitter::{Fitter, is_web, resolve};
use super::node::{ItemNode, Value, has_text, line};
use super::recipe::Recipe;
use super::structured::Structured;
use super::{Context, Options, date, gate, guess, items, next, notice, table, text};
use crate::model::text::{clean, clean_paragraphs};
use crate::model::{Container, Defect, Extraction, FoundItem, Noticed, Page, PageDate, Refusal};

/// The items of a page, in its order.
pub(super) fn read(page: &Page, recipe: &Recipe, context: &Context<'_>, options: &Options) -> Extraction {
    let html = match parse(page, recipe.all_css(), options) {
        Ok(html) => html,
        Err(refusal) => return Extraction { refused: Some(refusal), ..Extraction::default() },
    };
    let base = base(&html, page);
    let cut = Cut::of(&page.text, &html);
    let (container, mut nodes) = items::find(&html, recipe, options.max_items);
    let half = cut.as_ref().and_then(|cut| nodes.pop_if(|last| cut.holds_item(last)));
    let mut reader = Reader { recipe, fitter: Fitter::new(base.clone(), context, options) };
    if nodes.len() > options.max_items {
        nodes.truncate(options.max_items);
        reader.fitter.defects.push(Defect::TooMany { what: "items", limit: options.max_items });
    }
    let mut items: Vec<FoundItem> = nodes.iter().filter_map(|node| reader.item(node)).collect();
    // Whatever stands there, it is not gone.
    let finds = |field: &Field| nodes.iter().any(|node| first(node, field, |_| Some("there".to_owned())).is_some());
    reader.fitter.defects.extend(recipe.gone(nodes.len(), finds));
    if let Some(half) = half {
        reader.half(&half, nodes.len() + 1);
    }
    let structured = Structured::read(&html, &base, cut.as_ref(), context, options);
    if items.is_empty() && recipe.item.is_none() && container != Container::Gone {
        items = structured.list(&html, &base);
    } else {
        complete(&mut items, recipe, structured);
    }
    // Of a list that was cut off in its first item nobody knows whether it is empty.
    let container = if cut.is_some() && items.is_empty() && container == Container::Present {
        Container::Unknown
    } else {
        container
    };
    let further = next::of_html(&html, recipe.next.as_ref(), &base, page, options);
    let notice = notice::of(&html, &page.url, &items);
    let by_looks = recipe.item.is_none();
    Extraction { items, defects: reader.fitter.defects, container, refused: None, notice, by_looks, further }
}

/// What a page is that is read as something else than HTML.
pub(super) fn notice(page: &Page, options: &Options) -> Option<Noticed> {
    notice::of(&gate::parse(&page.text, options).ok()?, &page.url, &[])
}

/// The tree of a page, if neither it nor the selectors that will be matched cost too much.
pub(super) fn parse<'c>(
    page: &Page,
    css: impl Iterator<Item = &'c super::selector::Css>,
    options: &Options,
) -> Result<Html, Refusal> {
    let html = gate::parse(&page.text, options)?;
    let css: Vec<_> = css.collect();
    let pairs = css.iter().any(|css| css.compares_siblings());
    if !css.is_empty() && gate::matching_steps(&html, pairs) > options.max_steps {
        return Err(Refusal::TooMuchWork { limit: options.max_steps });
    }
    Ok(html)
}

/// What relative links are relative to: `<base href>`, else the page.
pub(super) fn base(html: &Html, page: &Page) -> Url {
    let mut elements = html.tree.nodes().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "base");
    let named = elements.find_map(|base| base.attr("href")).and_then(|href| page.url.join(href.trim()).ok());
    named.filter(is_web).unwrap_or_else(|| page.url.clone())
}

/// What the list does not show, as the page tells it to machines, or as the address has it.
fn complete(items: &mut [FoundItem], recipe: &Recipe, structured: Structured) {
    let known = structured.by_link();
    let wanted = |field: &Option<Field>| !field.as_ref().is_some_and(Field::is_none);
    for item in items {
        let told = known.get(item.link.as_ref());
        if wanted(&recipe.date) {
            let told = told.and_then(|told| told.date);
            item.date = item.date.or(told).or_else(|| item.link.as_ref().and_then(date::from_address));
        }
        if wanted(&recipe.author) && item.author.is_none() {
            item.author = told.and_then(|told| told.author.clone());
        }
        if wanted(&recipe.image) && item.image.is_none() {
            item.image = told.and_then(|told| told.image.clone());
        }
    }
}

struct Reader<'r> {
    recipe: &'r Recipe,
    fitter: Fitter<'r>,
}

impl Reader<'_> {
    fn item(&mut self, node: &ItemNode<'_>) -> Option<FoundItem> {
        self.fitter.item += 1;
        let (title_element, title) = self.title(node);
        let short = self.fitter.title(&title)?;
        let link = self.link(node, title_element);
        let (date_element, date) = self.date(node, title_element);
        let (author_element, author) = self.author(node);
        let mut taken: Vec<_> = [title_element, date_element, author_element].into_iter().flatten().collect();
        let column = self.category_column(node, &taken);
        let categories = self.categories(node, column, &taken);
        taken.extend(column);
        let summary = self.summary(node, &title, &taken);
        let (image, content) = (self.image(node), self.content(node));
        Some(FoundItem {
            title: short,
            link,
            summary,
            date,
            categories,
            author,
            image,
            enclosure: None,
            content,
            cut_off: false,
        })
    }

    /// The page ends inside this item: what is there of it is not kept.
    fn half(&mut self, node: &ItemNode<'_>, item: usize) {
        let (_, title) = self.title(node);
        self.fitter.cut_off(item, &title);
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
            // A selector without an attribute means the address of the link, not its text.
            Some(field) => first(node, field, |e| e.attr("href").map(|href| href.trim().to_owned())),
            None => guess::link(node, title).map(str::to_owned),
        };
        self.fitter.link(&href?)
    }

    fn date<'a>(
        &mut self,
        node: &ItemNode<'a>,
        title: Option<ElementRef<'a>>,
    ) -> (Option<ElementRef<'a>>, Option<PageDate>) {
        let Some(field) = &self.recipe.date else {
            let found = guess::date(node, title, self.fitter.context);
            self.fitter.unread(found.unread);
            return (found.element, found.date);
        };
        let values = node.values(field, |e| dated(e).or_else(|| line(e)));
        let candidates = values.iter().flat_map(|value| date_texts(value).map(|text| (value.element, text)));
        for (element, text) in candidates {
            if let Some(date) = self.fitter.read_date(&text) {
                return (Some(element), Some(date));
            }
        }
        let first = values.into_iter().next();
        self.fitter.unread(first.as_ref().map(|value| value.text.clone()));
        (first.map(|value| value.element), None)
    }

    fn summary(&mut self, node: &ItemNode<'_>, title: &str, taken: &[ElementRef<'_>]) -> Option<String> {
        let found = match &self.recipe.summary {
            Some(field) => paragraphs(node, field),
            None => guess::summary(node, title, taken, self.fitter.context.known_categories),
        };
        self.fitter.summary(found?, title)
    }

    /// The cell of a table that has the categories, unless the recipe says where they are.
    fn category_column<'a>(&self, node: &ItemNode<'a>, taken: &[ElementRef<'a>]) -> Option<ElementRef<'a>> {
        let cell = table::category_cell(node.head()).filter(|_| self.recipe.categories.is_none());
        cell.filter(|cell| !taken.iter().any(|other| super::node::is_within(*other, *cell)))
    }

    fn categories(
        &mut self,
        node: &ItemNode<'_>,
        column: Option<ElementRef<'_>>,
        taken: &[ElementRef<'_>],
    ) -> Vec<String> {
        let names = match (&self.recipe.categories, column) {
            (Some(field), _) => category_values(node, field),
            (None, Some(cell)) => guess::names(cell),
            (None, None) => guess::categories(node, taken, self.fitter.context),
        };
        self.fitter.categories(names)
    }

    fn author<'a>(&mut self, node: &ItemNode<'a>) -> (Option<ElementRef<'a>>, Option<String>) {
        let found = match &self.recipe.author {
            Some(field) => node.values(field, line).into_iter().next().map(|value| (value.element, value.text)),
            None => guess::author(node),
        };
        let element = found.as_ref().map(|(element, _)| *element);
        (element, found.and_then(|(_, name)| self.fitter.author(&name)))
    }

    fn image(&self, node: &ItemNode<'_>) -> Option<Url> {
        let address = match &self.recipe.image {
            Some(field) => first(node, field, guess::source),
            None => guess::image(node),
        };
        resolve(&self.fitter.base, &address?)
    }

    fn content(&mut self, node: &ItemNode<'_>) -> Option<String> {
        let html = html_of(node, self.recipe.content.as_ref()?)?;
        self.fitter.content(&html)
    }
}

/// The first value of a field.
pub(super) fn first<'a>(
    node: &ItemNode<'a>,
    field: &Field,
    read: impl Fn(ElementRef<'a>) -> Option<String>,
) -> Option<String> {
    node.values(field, read).into_iter().next().map(|value| value.text)
}

/// The paragraphs of a field: of every match, unless the recipe says otherwise.
pub(super) fn paragraphs(node: &ItemNode<'_>, field: &Field) -> Option<String> {
    let values = node.values(field, |e| text::paragraphs(e));
    let most = if field.takes_all(true) { usize::MAX } else { 1 };
    let texts: Vec<String> = apart(values).into_iter().map(|value| value.text).take(most).collect();
    clean_paragraphs(texts.iter().flat_map(|text| text.split('\n')))
}

/// The markup of a field: of the first match, unless the recipe says otherwise.
pub(super) fn html_of(node: &ItemNode<'_>, field: &Field) -> Option<String> {
    // Matches may hold each other: only of those that are kept is the markup written.
    let shows = |e: ElementRef<'_>| {
        has_text(e, 1) || e.descendants().any(|node| node.value().as_element().is_some_and(|e| e.name() == "img"))
    };
    let values = node.values(field, |e| shows(e).then(|| e.value().name().to_owned()));
    let most = if field.takes_all(false) { usize::MAX } else { 1 };
    let markup = |value: Value<'_>| if value.from_attribute { value.text } else { value.element.inner_html() };
    let parts: Vec<String> = apart(values).into_iter().take(most).map(markup).collect();
    (!parts.is_empty()).then(|| parts.concat())
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
