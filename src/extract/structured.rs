//! Reads what an HTML page says to machines: JSON-LD (schema.org) and microdata.

mod ld;
mod microdata;

use std::collections::{HashMap, HashSet};

use scraper::{ElementRef, Html};
use url::Url;

use super::cut::Cut;
use super::fitter::{Draft, Fitter, resolve};
use super::{Context, Options, gate, html, json, next, notice};
use crate::model::{Container, Extraction, FoundItem, Page};

pub(super) use ld::{ARTICLES, objects, recipe, scripts};

/// Items that make a list.
const FEWEST: usize = 3;

/// The articles that a page names to machines; `kind = "json-ld"`.
pub(super) fn read(page: &Page, context: &Context<'_>, options: &Options) -> Extraction {
    let text = page.text.trim_start();
    if text.starts_with(['{', '[']) {
        let value = json::lenient(text, options);
        let drafts = value.iter().flat_map(|value| ld::drafts(value, options)).collect();
        return extraction(drafts, &page.url, Vec::new(), context, options);
    }
    let html = match gate::parse(&page.text, options) {
        Ok(html) => html,
        Err(refusal) => return Extraction { refused: Some(refusal), ..Extraction::default() },
    };
    let base = html::base(&html, page);
    let further = next::of_html(&html, None, &base, page, options);
    let cut = Cut::of(&page.text, &html);
    let found = extraction(drafts(&html, cut.as_ref(), options), &base, further, context, options);
    Extraction { notice: notice::of(&html, &page.url, &found.items), ..found }
}

fn extraction(
    drafts: Vec<Draft>,
    base: &Url,
    further: Vec<Url>,
    context: &Context<'_>,
    options: &Options,
) -> Extraction {
    let container = if drafts.is_empty() { Container::Unknown } else { Container::Present };
    let mut fitter = Fitter::new(base.clone(), context, options);
    let items = whole(fitter.items(drafts));
    Extraction { items, defects: fitter.defects, container, further, ..Extraction::default() }
}

/// The articles of a page, each once.
fn drafts(html: &Html, cut: Option<&Cut>, options: &Options) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = scripts(html, options).iter().flat_map(|value| ld::drafts(value, options)).collect();
    if drafts.is_empty() {
        drafts = microdata::drafts(html, cut, options);
    }
    let mut seen = HashSet::new();
    drafts.retain(|draft| seen.insert((draft.title.clone(), draft.links.first().cloned())));
    drafts.truncate(options.max_items + 1);
    drafts
}

/// Without those that the page ends inside. Half an object of JSON-LD is none at all.
fn whole(mut items: Vec<FoundItem>) -> Vec<FoundItem> {
    items.retain(|item| !item.cut_off);
    items
}

/// What a page says to machines of its articles, for a reader of HTML.
#[derive(Debug)]
pub(super) struct Structured {
    items: Vec<FoundItem>,
}

impl Structured {
    pub(super) fn read(html: &Html, base: &Url, cut: Option<&Cut>, context: &Context<'_>, options: &Options) -> Self {
        // What is wrong here is not what the operator asked for: no defects.
        Self { items: whole(Fitter::new(base.clone(), context, options).items(drafts(html, cut, options))) }
    }

    /// The articles that the page also shows as links: what is only said to machines may be anything.
    pub(super) fn list(self, html: &Html, base: &Url) -> Vec<FoundItem> {
        let links = html.tree.root().descendants().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "a");
        let shown: HashSet<String> =
            links.filter_map(|a| a.attr("href")).filter_map(|href| resolve(base, href)).map(|url| key(&url)).collect();
        let is_shown = |item: &FoundItem| item.link.as_ref().is_some_and(|link| shown.contains(&key(link)));
        let items: Vec<FoundItem> = self.items.into_iter().filter(is_shown).collect();
        if items.len() < FEWEST { Vec::new() } else { items }
    }

    /// What is known of the item of an address, by that address.
    pub(super) fn by_link(self) -> Known {
        let known = self.items.into_iter().filter_map(|item| Some((key(item.link.as_ref()?), item)));
        Known(known.fold(HashMap::new(), |mut known, (key, item)| {
            known.entry(key).or_insert(item);
            known
        }))
    }
}

/// Articles by their address.
#[derive(Debug)]
pub(super) struct Known(HashMap<String, FoundItem>);

impl Known {
    pub(super) fn get(&self, link: Option<&Url>) -> Option<&FoundItem> {
        self.0.get(&key(link?))
    }
}

/// The address without what does not tell articles apart.
fn key(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    let text = url.as_str().trim_end_matches('/');
    text.split_once("://").map_or(text, |(_, rest)| rest).to_owned()
}
