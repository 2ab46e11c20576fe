//! Finds the items of a page. Pure, and it never fails: what it cannot read is a defect.

mod article;
mod auto;
mod clues;
mod cut;
mod date;
mod feed;
mod field;
mod fitter;
mod gate;
mod guess;
mod html;
mod items;
mod json;
mod kind;
mod listing;
mod markup;
mod next;
mod node;
mod notice;
mod outline;
mod paging;
mod path;
mod recipe;
mod sanitise;
mod selector;
mod sitemap;
mod structured;
mod table;
mod text;
mod xml;

pub use article::{Article, ArticleRecipe, article};
pub use clues::{Clues, clues};
pub use date::{date_languages, knows_dates_of};
pub use field::{Field, FieldText, Selectors};
pub use kind::Kind;
pub use outline::{Outline, Selected, outline};
pub use paging::{NextPage, Paging};
pub use recipe::{Recipe, RecipeError};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::{Extraction, Noticed, Page, Refusal};

/// The limits of extraction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Items read from one page. Default 500.
    pub max_items: usize,
    /// Categories read of one item. Default 20.
    pub max_categories: usize,
    /// Characters of a title. Default 500.
    pub max_title: usize,
    /// Characters of a summary. Default 5000.
    pub max_summary: usize,
    /// Characters of a category's name. Default 100.
    pub max_category: usize,
    /// Characters of an author's name. Default 200.
    pub max_author: usize,
    /// Characters of the full text of an item, as HTML. Default 100 000.
    pub max_content: usize,
    /// Addresses of further pages, or of further sitemaps, taken from a page. Default 50.
    pub max_further: usize,
    /// Levels of elements inside each other. Default 512, as in browsers. In JSON there are 128.
    pub max_depth: usize,
    /// Nodes of a page, or values of JSON; four attributes count as one. Default 200 000.
    pub max_nodes: usize,
    /// Bytes of a page. Default 5 MiB.
    pub max_bytes: usize,
    /// Bytes of one tag or comment. Default 1 MiB: pictures and data are written into attributes.
    pub max_tag: usize,
    /// Attributes of one tag. Default 1000.
    pub max_attributes: usize,
    /// Formatting elements left open that are opened again at once. Default 100.
    pub max_open_formats: usize,
    /// Steps of the tree builder and of the selectors, each a few nanoseconds. Default 40 million; an
    /// ordinary page of 1.5 MB takes one.
    pub max_steps: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_items: 500,
            max_categories: 20,
            max_title: 500,
            max_summary: 5000,
            max_category: 100,
            max_author: 200,
            max_content: 100_000,
            max_further: 50,
            max_depth: 512,
            max_nodes: 200_000,
            max_bytes: 5 * 1024 * 1024,
            max_tag: 1024 * 1024,
            max_attributes: 1000,
            max_open_formats: 100,
            max_steps: 40_000_000,
        }
    }
}

/// What the reading of a page depends on, beside the page.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// BCP 47; its dates are tried first.
    pub language: &'a str,
    /// The zone of dates that name none.
    pub time_zone: &'a TimeZone,
    /// What "today" means.
    pub now: Timestamp,
    /// Names of categories that are known, to tell a line of categories from a line of text.
    pub known_categories: &'a [String],
}

/// Reads a page by its recipe.
#[must_use]
pub fn extract(page: &Page, recipe: &Recipe, context: &Context<'_>, options: &Options) -> Extraction {
    if !is_text(page) {
        return Extraction { refused: Some(Refusal::NotText), ..Extraction::default() };
    }
    let kind = recipe.kind_of(page);
    if let Some(wanted) = kind.other_than_a_page().filter(|_| Kind::is_web_page(page)) {
        let refused = Some(Refusal::WebPage { wanted });
        return Extraction { refused, notice: html::notice(page, options), ..Extraction::default() };
    }
    match kind {
        Kind::Html => html::read(page, recipe, context, options),
        Kind::Text => listing::read(page, context, options),
        Kind::Feed => feed::read(page, context, options),
        Kind::Json => json::read(page, recipe, context, options),
        Kind::JsonLd => structured::read(page, context, options),
        Kind::Sitemap => sitemap::read(page, context, options),
    }
}

/// What a page is that came with an error in the place of a list, if it says so itself.
#[must_use]
pub fn recognise(page: &Page, options: &Options) -> Option<Noticed> {
    if is_text(page) && Kind::is_web_page(page) { html::notice(page, options) } else { None }
}

/// No text has such a character; a picture or a PDF has it soon.
fn is_text(page: &Page) -> bool {
    !page.text.chars().take(1000).any(|c| c == '\0')
}

#[cfg(test)]
mod tests;
