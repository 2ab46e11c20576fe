//! Reads the page of one article: what the list did not say of it.
//!
//! Each field is taken from what is trusted most: the recipe; JSON-LD; the meta tags; what the page shows. All of it is
//! optional, and none of it changes which item this is.

mod meta;
mod recipe;
mod shown;

use scraper::Html;
use serde_json::Value;
use url::Url;

use super::field::Field;
use super::fitter::{Draft, Fitter, resolve};
use super::node::{ItemNode, line};
use super::{Context, Options, guess, html, json, markup, notice, structured};
use crate::model::{Defect, Noticed, Page, PageDate, Refusal};
use meta::Meta;
use shown::Shown;

pub use recipe::ArticleRecipe;

/// What the page of an article says of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Article {
    /// One clean line.
    pub title: Option<String>,
    /// When it was published.
    pub date: Option<PageDate>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The address of its picture, absolute, http or https.
    pub image: Option<Url>,
    /// BCP 47, as the page writes it.
    pub language: Option<String>,
    /// Plain text, one line a paragraph.
    pub summary: Option<String>,
    /// The full text as HTML, sanitised; only where the recipe or the page marks it.
    pub content: Option<String>,
    /// What could not be read.
    pub defects: Vec<Defect>,
    /// The page was not parsed, for this reason; then there is nothing else.
    pub refused: Option<Refusal>,
    /// The page stands in the place of the article (a challenge, a login), for certain; then there is nothing else.
    pub notice: Option<Noticed>,
}

/// Reads the page of an article.
#[must_use]
pub fn article(page: &Page, recipe: &ArticleRecipe, context: &Context<'_>, options: &Options) -> Article {
    if page.text.chars().take(1000).any(|c| c == '\0') {
        return Article { refused: Some(Refusal::NotText), ..Article::default() };
    }
    match html::parse(page, recipe.all_css(), options) {
        Ok(tree) => read(&tree, page, recipe, context, options),
        Err(refusal) => Article { refused: Some(refusal), ..Article::default() },
    }
}

fn read(tree: &Html, page: &Page, recipe: &ArticleRecipe, context: &Context<'_>, options: &Options) -> Article {
    if let Some(noticed) = notice::of_article(tree, &page.url) {
        return Article { notice: Some(noticed), ..Article::default() };
    }
    let base = html::base(tree, page);
    let sources = Sources {
        whole: ItemNode::new(tree.root_element(), |_| true),
        told: told(tree, page, &base, options),
        meta: Meta::read(tree),
        shown: Shown::read(tree),
    };
    let mut fitter = Fitter::new(base, context, options);
    fitter.item = 1;
    let title = sources.title();
    let title = if title.is_empty() { None } else { fitter.title(&title) };
    let summary = sources.summary(recipe.summary.as_ref(), options);
    let summary = summary.and_then(|text| fitter.summary(text, title.as_deref().unwrap_or_default()));
    Article {
        date: sources.date(recipe.date.as_ref(), &mut fitter),
        author: sources.author(recipe.author.as_ref(), &mut fitter),
        image: sources.image(recipe.image.as_ref(), &fitter),
        language: sources.language(tree),
        content: sources.content(recipe.content.as_ref()).and_then(|html| fitter.content(&html)),
        title,
        summary,
        defects: fitter.defects,
        refused: None,
        notice: None,
    }
}

/// The one object of JSON-LD that is about this page: the only article, or that with the page's address.
fn told(tree: &Html, page: &Page, base: &Url, options: &Options) -> (Draft, Option<String>) {
    let scripts = structured::scripts(tree, options);
    let objects: Vec<&Value> = scripts.iter().flat_map(structured::objects).take(options.max_items).collect();
    let recipe = structured::recipe();
    let draft = |object: &&Value| json::draft(object, &recipe, options);
    let is_here = |draft: &Draft| draft.links.iter().any(|link| same(resolve(base, link).as_ref(), &page.url));
    let body = |object: &Value| object.get("articleBody").and_then(Value::as_str).map(str::to_owned);
    let here = objects.iter().map(|object| (draft(object), body(object))).find(|(draft, _)| is_here(draft));
    let only = || match objects.as_slice() {
        [only] => Some((draft(only), body(only))),
        _ => None,
    };
    here.or_else(only).unwrap_or_default()
}

fn same(link: Option<&Url>, page: &Url) -> bool {
    let path = |url: &Url| url.path().trim_end_matches('/').to_owned();
    link.is_some_and(|link| link.host() == page.host() && path(link) == path(page))
}

/// Where the fields may be found.
struct Sources<'t> {
    whole: ItemNode<'t>,
    /// JSON-LD, with the text of the article.
    told: (Draft, Option<String>),
    meta: Meta,
    shown: Shown<'t>,
}

impl Sources<'_> {
    fn title(&self) -> String {
        let told = Some(self.told.0.title.clone()).filter(|title| !title.is_empty());
        let named = told.or_else(|| self.shown.heading()).or_else(|| self.meta.first(meta::TITLE));
        named.or_else(|| self.shown.title.clone()).unwrap_or_default()
    }

    fn date(&self, field: Option<&Field>, fitter: &mut Fitter<'_>) -> Option<PageDate> {
        if let Some(field) = field {
            let values = self.whole.values(field, |e| e.attr("datetime").map(str::to_owned).or_else(|| line(e)));
            let texts: Vec<String> = values.into_iter().map(|value| value.text).collect();
            if field.is_none() || !texts.is_empty() {
                return fitter.date(texts.iter().map(String::as_str));
            }
        }
        let told = self.told.0.dates.iter().cloned();
        let texts: Vec<String> = told.chain(self.meta.all(meta::DATE)).collect();
        if let Some(date) = texts.iter().find_map(|text| fitter.read_date(text)) {
            return Some(date);
        }
        let found = self.shown.main.as_ref().map(|main| guess::date(main, self.shown.heading, fitter.context));
        let date = found.as_ref().and_then(|found| found.date);
        if date.is_none() {
            fitter.unread(texts.into_iter().next().or_else(|| found.and_then(|found| found.unread)));
        }
        date
    }

    fn author(&self, field: Option<&Field>, fitter: &mut Fitter<'_>) -> Option<String> {
        let chosen = field.map(|field| html::first(&self.whole, field, line));
        let told = || self.told.0.authors.first().cloned();
        // Some sites put the address of a profile there.
        let named = || self.meta.all(meta::AUTHOR).find(|name| !name.contains("://"));
        let byline = || self.shown.main.as_ref().and_then(guess::author).map(|(_, name)| name);
        let name = match chosen {
            Some(None) if field.is_some_and(Field::is_none) => None,
            Some(Some(name)) => Some(name),
            _ => told().or_else(named).or_else(byline),
        };
        fitter.author(&name?)
    }

    fn image(&self, field: Option<&Field>, fitter: &Fitter<'_>) -> Option<Url> {
        if field.is_some_and(Field::is_none) {
            return None;
        }
        let chosen = field.and_then(|field| html::first(&self.whole, field, guess::source));
        let told = self.told.0.images.iter().cloned();
        let mut candidates = chosen.into_iter().chain(told).chain(self.meta.all(meta::IMAGE));
        candidates.find_map(|address| resolve(&fitter.base, &address))
    }

    fn summary(&self, field: Option<&Field>, options: &Options) -> Option<String> {
        if field.is_some_and(Field::is_none) {
            return None;
        }
        let chosen = field.and_then(|field| html::paragraphs(&self.whole, field));
        let meta = || self.meta.all(meta::SUMMARY).find_map(|text| markup::paragraphs(&text, options));
        chosen.or_else(|| self.told.0.summary.clone()).or_else(meta)
    }

    /// What is marked as the body of the article; nothing is guessed.
    fn content(&self, field: Option<&Field>) -> Option<String> {
        if field.is_some_and(Field::is_none) {
            return None;
        }
        let chosen = field.and_then(|field| html::html_of(&self.whole, field));
        let told = || self.told.1.as_deref().and_then(markup::from_plain);
        chosen.or_else(|| self.shown.body.map(|body| body.inner_html())).or_else(told)
    }

    /// That of the document, else that of its meta tags.
    fn language(&self, tree: &Html) -> Option<String> {
        let own = tree.root_element().attr("lang").or_else(|| tree.root_element().attr("xml:lang")).map(str::to_owned);
        let tag = own.filter(|tag| !tag.trim().is_empty()).or_else(|| self.meta.first(meta::LANGUAGE))?;
        let tag = tag.trim().replace('_', "-");
        let legal = tag
            .split('-')
            .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        (legal && tag.len() <= 35).then_some(tag)
    }
}
