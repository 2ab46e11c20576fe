//! Makes what a page says of an item fit to be kept: clean, absolute, within limits. What does not fit leaves a defect.

use url::Url;

use super::{Context, Options, date, markup, sanitise};
use crate::model::text::{clean, shorten};
use crate::model::{Defect, Enclosure, FoundItem, PageDate, category_key, title_key};

/// Characters of what stands on the page that a defect quotes.
const QUOTE: usize = 120;
/// Characters of a title that is made from the text of an item that has none.
const MADE_TITLE: usize = 100;

/// What a document says of an item, in the words of the document. Of several values the best comes first.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// One line.
    pub(super) title: String,
    pub(super) links: Vec<String>,
    /// One line a paragraph.
    pub(super) summary: Option<String>,
    pub(super) dates: Vec<String>,
    pub(super) categories: Vec<String>,
    pub(super) authors: Vec<String>,
    pub(super) images: Vec<String>,
    pub(super) enclosures: Vec<Enclosed>,
    /// HTML, not sanitised.
    pub(super) content: Option<String>,
    pub(super) cut_off: bool,
    /// What its addresses are relative to, where that is not the page.
    pub(super) base: Option<Url>,
    /// Without a title it is named by the beginning of its text.
    pub(super) may_lack_title: bool,
}

/// What a document says of a file that goes with an item.
#[derive(Debug, Default)]
pub(super) struct Enclosed {
    pub(super) url: String,
    pub(super) media_type: String,
    /// Bytes.
    pub(super) length: String,
}

/// Fits the items of one page.
#[derive(Debug)]
pub(super) struct Fitter<'r> {
    pub(super) base: Url,
    pub(super) context: &'r Context<'r>,
    pub(super) options: &'r Options,
    pub(super) defects: Vec<Defect>,
    /// The place of the item, from 1.
    pub(super) item: usize,
}

impl<'r> Fitter<'r> {
    pub(super) fn new(base: Url, context: &'r Context<'r>, options: &'r Options) -> Self {
        Self { base, context, options, defects: Vec::new(), item: 0 }
    }

    /// The items of all drafts that have a title, as many as are read.
    pub(super) fn items(&mut self, drafts: Vec<Draft>) -> Vec<FoundItem> {
        let limit = self.options.max_items;
        if drafts.len() > limit {
            self.defects.push(Defect::TooMany { what: "items", limit });
        }
        drafts.into_iter().take(limit).filter_map(|draft| self.draft(draft)).collect()
    }

    fn draft(&mut self, draft: Draft) -> Option<FoundItem> {
        self.item += 1;
        let page = draft.base.map(|base| std::mem::replace(&mut self.base, base));
        let content = draft.content.as_deref().and_then(|html| self.content(html));
        let text = draft.summary.as_deref().map(str::to_owned);
        let text = text.or_else(|| content.as_deref().and_then(|html| markup::paragraphs(html, self.options)));
        let made = text.filter(|_| draft.may_lack_title && draft.title.is_empty()).map(|text| first_words(&text));
        let title = self.title(made.as_deref().unwrap_or(&draft.title));
        let found = title.map(|title| FoundItem {
            link: draft.links.iter().find_map(|link| resolve(&self.base, link)).or_else(|| self.bad_link(&draft.links)),
            summary: draft.summary.and_then(|text| self.summary(text, &title)),
            date: self.date(draft.dates.iter().map(String::as_str)),
            categories: self.categories(draft.categories),
            author: draft.authors.iter().find_map(|name| self.author(name)),
            image: draft.images.iter().find_map(|image| resolve(&self.base, image)),
            enclosure: draft
                .enclosures
                .iter()
                .find_map(|file| Enclosure::new(resolve(&self.base, &file.url)?, &file.media_type, &file.length)),
            content,
            cut_off: draft.cut_off,
            title,
        });
        if let (true, Some(found)) = (draft.cut_off, &found) {
            self.defects.push(Defect::CutOff { item: self.item, title: found.title.clone() });
        }
        self.base = page.unwrap_or_else(|| self.base.clone());
        found
    }

    /// One line within the limit; `None` when there is none.
    pub(super) fn title(&mut self, text: &str) -> Option<String> {
        let text = clean(text);
        // A mark of direction alone is not empty, and shows nothing.
        if title_key(&text).is_empty() {
            self.defects.push(Defect::NoTitle { item: self.item });
            return None;
        }
        Some(self.fit(text, "title", self.options.max_title))
    }

    /// Tells of an item that is not kept, as the page ends inside it.
    pub(super) fn cut_off(&mut self, item: usize, title: &str) {
        self.defects.push(Defect::CutOff { item, title: shorten(&clean(title), QUOTE) });
    }

    /// The address of the item. `#` and nothing are no address and no mistake.
    pub(super) fn link(&mut self, href: &str) -> Option<Url> {
        resolve(&self.base, href).or_else(|| self.bad_link(&[href.to_owned()]))
    }

    fn bad_link(&mut self, links: &[String]) -> Option<Url> {
        let stated = |link: &&String| !matches!(link.trim(), "" | "#");
        if let Some(link) = links.iter().find(stated) {
            self.defects.push(Defect::BadLink { item: self.item, link: shorten(&clean(link), QUOTE) });
        }
        None
    }

    /// A few sentences that say more than the title.
    pub(super) fn summary(&mut self, text: String, title: &str) -> Option<String> {
        let says_more = !text.is_empty() && title_key(&text) != title_key(title);
        says_more.then(|| self.fit(text, "summary", self.options.max_summary))
    }

    /// The first text that is a date.
    pub(super) fn date<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> Option<PageDate> {
        let mut first = None;
        for text in texts {
            if let Some(date) = self.read_date(text) {
                return Some(date);
            }
            first.get_or_insert_with(|| text.to_owned());
        }
        self.unread(first);
        None
    }

    pub(super) fn read_date(&self, text: &str) -> Option<PageDate> {
        let Context { language, time_zone, now, .. } = *self.context;
        date::read(text, language, time_zone, now)
    }

    /// Tells of a text that should have been a date.
    pub(super) fn unread(&mut self, text: Option<String>) {
        let text = text.map(|text| shorten(&clean(&text), QUOTE)).filter(|text| !text.is_empty());
        self.defects.extend(text.map(|text| Defect::UnreadDate { item: self.item, text }));
    }

    /// Each name once.
    pub(super) fn categories(&mut self, names: Vec<String>) -> Vec<String> {
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

    /// The name without "by" before it.
    pub(super) fn author(&mut self, name: &str) -> Option<String> {
        let name = clean(name);
        let name = BY.iter().find_map(|by| strip_word(&name, by)).unwrap_or(&name).trim();
        (!name.is_empty()).then(|| self.fit(name.to_owned(), "author", self.options.max_author))
    }

    /// The full text, sanitised.
    pub(super) fn content(&mut self, html: &str) -> Option<String> {
        let sanitised = sanitise::content(html, &self.base, self.options);
        let item = self.item;
        match sanitised {
            Ok(content) => {
                let limit = self.options.max_content;
                let cut = content.as_ref().is_some_and(|content| content.cut);
                self.defects.extend(cut.then_some(Defect::TooLong { item, field: "content", limit }));
                content.map(|content| content.html).filter(|html| !html.is_empty())
            }
            Err(refusal) => {
                self.defects.push(Defect::Dropped { item, field: "content", refusal });
                None
            }
        }
    }

    fn fit(&mut self, text: String, field: &'static str, limit: usize) -> String {
        if text.chars().nth(limit).is_none() {
            return text;
        }
        self.defects.push(Defect::TooLong { item: self.item, field, limit });
        shorten(&text, limit)
    }
}

/// The words for "by" in the languages of the dates.
const BY: &[&str] = &["av", "by", "text:", "författare:", "author:", "skribent:", "von", "par", "af"];

/// What follows a word, whatever its case.
fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (first, rest) = text.split_once(' ')?;
    (first.to_lowercase() == word).then_some(rest)
}

/// The first line, or the beginning of it.
fn first_words(text: &str) -> String {
    shorten(text.lines().next().unwrap_or_default(), MADE_TITLE)
}

/// An address of http or https, made absolute.
pub(super) fn resolve(base: &Url, address: &str) -> Option<Url> {
    let address = address.trim();
    if matches!(address, "" | "#") {
        return None;
    }
    base.join(address).ok().and_then(web)
}

/// An address of http or https without the user name and password that a page, or the address of the page, has in it:
/// what is kept is published.
pub(super) fn web(mut url: Url) -> Option<Url> {
    if !is_web(&url) {
        return None;
    }
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some(url)
}

/// Whether an address is one of http or https.
pub(super) fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}
