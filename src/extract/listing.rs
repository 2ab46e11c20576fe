//! Reads a listing written as text: bullets with a title, a summary and a last line of categories.
//!
//! The text may be cut off in its last item. What is there of that item is given with [`FoundItem::cut_off`] set; the items
//! before it are read as if it were whole. Time is linear in the text, but for the handful of names that stand in one line.

mod evidence;
mod layout;
mod lines;
mod links;
mod names;

use crate::model::text::{clean_paragraphs, shorten};
use crate::model::{Container, Defect, Extraction, FoundItem, Page, PageDate, Refusal, title_key};

use super::{Context, Options, date};
use evidence::Evidence;
use layout::{Block, End};

/// Characters of a paragraph that may be a date.
const LONGEST_DATE: usize = 40;
/// Characters that no text has: so many may stand in it, and one in so many may be one.
const STRAY: (usize, usize) = (8, 50);

/// Reads a page of text.
pub(super) fn read(page: &Page, context: &Context<'_>, options: &Options) -> Extraction {
    if !is_text(&page.text) {
        return Extraction { refused: Some(Refusal::NotText), ..Extraction::default() };
    }
    // A year or a time, so that a title that is wrapped before its "6 december" stays whole.
    let is_date =
        |line: &str| line.matches(|c: char| c.is_ascii_digit()).count() > 3 && date_of(line, context).is_some();
    let layout = layout::read(&page.text, options.max_items, &is_date);
    let is_list = !layout.blocks.is_empty() || layout.more || layout.bare_heading;
    let drafts: Vec<Draft> = layout.blocks.into_iter().map(Draft::new).collect();
    let whole = drafts.iter().filter(|draft| draft.end == End::Followed);
    let evidence = Evidence::gather(whole.map(|draft| draft.body.as_slice()), context.known_categories, options);
    let mut reader = Reader { page, context, options, evidence, defects: Vec::new() };
    let items = drafts.into_iter().enumerate().filter_map(|(i, draft)| reader.item(i + 1, draft)).collect();
    if layout.more {
        reader.defects.push(Defect::TooMany { what: "items", limit: options.max_items });
    }
    let container = if is_list { Container::Present } else { Container::Unknown };
    Extraction { items, defects: reader.defects, container, ..Extraction::default() }
}

/// Lines that begin with a bullet.
pub(super) fn bullets(text: &str) -> usize {
    lines::lines(text).0.iter().filter(|line| line.bullet.is_some()).count()
}

/// Whether this is text, and not an image or a document that was taken for it.
fn is_text(text: &str) -> bool {
    let is_stray = |c: &char| *c == '\u{FFFD}' || (c.is_control() && !c.is_whitespace());
    let stray = text.chars().filter(is_stray).count();
    !text.contains('\0') && (stray <= STRAY.0 || stray * STRAY.1 <= text.chars().count())
}

/// What a short paragraph says if it is a date.
fn date_of(text: &str, context: &Context<'_>) -> Option<PageDate> {
    let is_short = text.chars().nth(LONGEST_DATE).is_none();
    if is_short { date::read_alone(text, context.language, context.time_zone, context.now) } else { None }
}

/// A block without its links.
#[derive(Debug)]
struct Draft {
    title: String,
    title_link: Option<String>,
    body: Vec<String>,
    /// Addresses of the body, each with the paragraph that it stands in; `None` where it stood alone.
    links: Vec<(Option<usize>, String)>,
    end: End,
    /// The text ends in an address, which may be half.
    half_link: bool,
}

impl Draft {
    fn new(block: Block) -> Self {
        let title = links::unlink(&block.title);
        let mut draft = Self {
            title: if title.text.is_empty() { block.title } else { title.text },
            title_link: title.address,
            body: Vec::new(),
            links: Vec::new(),
            end: block.end,
            half_link: false,
        };
        let count = block.body.len();
        for (i, paragraph) in block.body.into_iter().enumerate() {
            let found = links::unlink(&paragraph);
            let at_end = i + 1 == count && block.end == End::Open;
            if at_end && found.address.as_ref() == Some(&paragraph) {
                draft.half_link = true;
                draft.end = End::Line;
            } else {
                let at = (!found.text.is_empty()).then_some(draft.body.len());
                draft.links.extend(found.address.map(|address| (at, address)));
            }
            if !found.text.is_empty() {
                draft.body.push(found.text);
            }
        }
        draft
    }
}

/// What the reading of every item needs.
#[derive(Debug)]
struct Reader<'a> {
    page: &'a Page,
    context: &'a Context<'a>,
    options: &'a Options,
    evidence: Evidence,
    defects: Vec<Defect>,
}

impl Reader<'_> {
    /// The item of a draft, counted from 1.
    fn item(&mut self, item: usize, mut draft: Draft) -> Option<FoundItem> {
        if title_key(&draft.title).is_empty() {
            self.defects.push(if draft.end == End::Followed {
                Defect::NoTitle { item }
            } else {
                Defect::CutOff { item, title: String::new() }
            });
            return None;
        }
        let title = self.shortened(item, "title", &draft.title, self.options.max_title);
        let settled = self.evidence.settle(&draft.body, draft.end);
        let cut_off = settled.cut_off || draft.half_link;
        if cut_off {
            self.defects.push(Defect::CutOff { item, title: title.clone() });
        }
        let link = self.link(item, &draft, settled.summary);
        draft.body.truncate(settled.summary);
        let date = self.take_date(&mut draft.body);
        let summary = clean_paragraphs(draft.body.iter().map(String::as_str));
        let summary = summary.map(|text| self.shortened(item, "summary", &text, self.options.max_summary));
        let categories = self.few_enough(settled.categories);
        Some(FoundItem { title, link, summary, date, categories, cut_off, ..FoundItem::default() })
    }

    fn shortened(&mut self, item: usize, field: &'static str, text: &str, limit: usize) -> String {
        if text.chars().nth(limit).is_some() {
            self.defects.push(Defect::TooLong { item, field, limit });
        }
        shorten(text, limit)
    }

    /// The line as it is, or the first names of it where there are more than are read.
    fn few_enough(&mut self, categories: Vec<String>) -> Vec<String> {
        let limit = self.options.max_categories;
        let names: Vec<String> = categories.iter().flat_map(|line| self.evidence.pieces(line)).collect();
        if names.len() <= limit {
            return categories;
        }
        self.defects.push(Defect::TooMany { what: "categories of an item", limit });
        names.into_iter().take(limit).collect()
    }

    /// The title's address, else the first one below it that is not a category's.
    fn link(&mut self, item: usize, draft: &Draft, summary: usize) -> Option<url::Url> {
        let below = draft.links.iter().find(|(at, _)| at.is_none_or(|at| at < summary)).map(|(_, address)| address);
        let address = draft.title_link.as_ref().or(below)?;
        let link = links::resolve(address, &self.page.url);
        if link.is_none() {
            self.defects.push(Defect::BadLink { item, link: shorten(address, self.options.max_title) });
        }
        link
    }

    /// A date that stands alone below the title or above the categories.
    fn take_date(&self, body: &mut Vec<String>) -> Option<PageDate> {
        let last = body.len().checked_sub(1)?;
        let (at, date) = [0, last].into_iter().find_map(|at| Some((at, date_of(body.get(at)?, self.context)?)))?;
        body.remove(at);
        Some(date)
    }
}
