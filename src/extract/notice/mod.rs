//! Recognises a page that stands where a list was expected: a challenge, a login, a maintenance page.
//!
//! | evidence | what it is worth |
//! | --- | --- |
//! | a mark that only such pages have (`markers`) | certain |
//! | a password field in the main part, and a title or heading of a login | certain |
//! | a title or the page's heading that no list has (`words`, *says*) | likely; certain when both say it, or the page has little else |
//! | a title or heading that is a whole *is*, or an address of a login | likely, on a page without a list of its own |
//! | the same words in the text, a password field, a mark that ordinary pages may have, consent alone, a way to elsewhere | likely, on a page that has little else |
//!
//! A list whose items have dates is one, whatever marks its page has: then nothing is certain. Cookie banners, menus,
//! headers and footers are not looked at, nor are the headings of items: what is announced may be about maintenance.

mod element;
mod facts;
mod markers;
mod words;

use scraper::Html;
use url::Url;

use crate::model::text::{clean, shorten};
use crate::model::{FoundItem, Notice, Noticed, title_key};
pub(super) use facts::Facts;
use facts::Heading;
use words::WORDS;

/// Characters outside of links on a page that has little else to say.
const LITTLE: usize = 700;
/// Of a page that has nothing to say.
const NEXT_TO_NOTHING: usize = 200;
/// Of a page that may still be one of a login or an error.
const MUCH: usize = 2000;
/// Titles, in the main part, of a page that has no list: home, contact, help.
const FEW_TITLES: usize = 2;
/// The same where more speaks against a list.
const SOME_TITLES: usize = 4;
/// Characters of a consent dialog that a reader can see.
const DIALOG: usize = 60;
/// Characters of a title or a heading that are told.
const SIGN: usize = 80;
/// Bytes of scripts on a page that has them only to lead on.
const SHORT_SCRIPT: usize = 2048;
/// Dated items that make a list.
const DATED: usize = 3;

/// What a page is, if it is no list. `url` is its own address, `items` what was found on it, in whichever way.
pub(super) fn of(html: &Html, url: &Url, items: &[FoundItem]) -> Option<Noticed> {
    Evidence::new(Facts::of(html), url, items).decide()
}

/// The same of the page of one article. Its words may be about anything, so only marks and a login count.
pub(super) fn of_article(html: &Html, url: &Url) -> Option<Noticed> {
    let evidence = Evidence::new(Facts::of(html), url, &[]);
    evidence.mark().or_else(|| evidence.login().filter(|_| evidence.facts.prose <= LITTLE))
}

/// The facts with what they mean.
struct Evidence<'p> {
    facts: Facts,
    url: &'p Url,
    /// The title of the document, and the heading of the page, as they are compared.
    title: String,
    heading: String,
    /// What may be the titles of a list: those of the main part that come after the page's heading.
    titles: usize,
    /// No item was found.
    nothing: bool,
    /// Items were found, and most of them are but links.
    bare: bool,
    /// Items were found that have dates.
    dated: bool,
}

impl<'p> Evidence<'p> {
    fn new(facts: Facts, url: &'p Url, items: &[FoundItem]) -> Self {
        let dated = items.iter().filter(|item| item.date.is_some()).count();
        let rich = items.iter().filter(|item| item.date.is_some() || item.summary.is_some()).count();
        Self {
            title: title_key(&facts.title),
            heading: page_heading(&facts).map(|heading| title_key(&heading.text)).unwrap_or_default(),
            titles: facts.titles - page_heading(&facts).map_or(0, |heading| heading.before),
            url,
            nothing: items.is_empty(),
            bare: rich * 2 < items.len().max(1),
            dated: dated >= DATED && dated * 2 >= items.len(),
            facts,
        }
    }

    fn decide(&self) -> Option<Noticed> {
        let found = self
            .mark()
            .or_else(|| self.login())
            .or_else(|| self.said())
            .or_else(|| self.named())
            .or_else(|| self.text())
            .or_else(|| self.password())
            .or_else(|| self.common_mark())
            .or_else(|| self.consent())
            .or_else(|| self.forward())?;
        Some(Noticed { certain: found.certain && !self.dated, ..found })
    }

    /// A page with hardly anything in its main part, so that what is there is what it is about.
    fn has_little(&self) -> bool {
        (self.nothing || self.bare) && self.facts.prose <= LITTLE && self.titles <= FEW_TITLES
    }

    fn mark(&self) -> Option<Noticed> {
        // A page with a list of its own may speak of such marks in a script.
        let marker = self.facts.marker().filter(|marker| !marker.common && self.titles <= SOME_TITLES)?;
        Some(Noticed::new(marker.notice, &format!("marks of {}", marker.maker), true))
    }

    fn common_mark(&self) -> Option<Noticed> {
        let marker = self.facts.marker().filter(|marker| marker.common && self.has_little())?;
        Some(Noticed::new(marker.notice, &format!("marks of {}", marker.maker), false))
    }

    /// A password in the main part, with a word that says what it is for.
    fn login(&self) -> Option<Noticed> {
        if !self.facts.password || self.dated {
            return None;
        }
        let mut rows = WORDS.iter().filter(|row| row.notice == Notice::Login);
        // A box beside the list has a heading too.
        let heading = Some(&self.heading).filter(|_| self.titles <= FEW_TITLES);
        let named = rows.any(|row| {
            std::iter::once(&self.title).chain(heading).any(|line| is_any(line, row.is) || says(line, row.says))
        });
        (named || self.leads_to_login()).then(|| Noticed::new(Notice::Login, "a field for a password", true))
    }

    /// A password and little else.
    fn password(&self) -> Option<Noticed> {
        let alone = self.facts.password && self.has_little();
        alone.then(|| Noticed::new(Notice::Login, "a field for a password", false))
    }

    /// Words in the title or the heading that no list says of itself.
    fn said(&self) -> Option<Noticed> {
        let of = |line: &str| WORDS.iter().find(|row| says(line, row.says)).map(|row| row.notice);
        let (title, heading) = (of(&self.title), of(&self.heading));
        let notice = title.or(heading)?;
        let certain = (self.nothing || self.bare) && (title == heading || self.titles <= FEW_TITLES);
        Some(Noticed::new(notice, &self.sign(title.is_some()), certain))
    }

    /// A title or a heading that is nothing but such a word.
    fn named(&self) -> Option<Noticed> {
        if !(self.nothing || self.bare) || self.facts.prose > MUCH || self.titles > SOME_TITLES {
            return None;
        }
        let of = |line: &str| WORDS.iter().find(|row| is_any(line, row.is)).map(|row| row.notice);
        // The heading is about this page, the title may be about the site.
        if let Some(notice) = of(&self.heading) {
            return Some(Noticed::new(notice, &self.sign(false), false));
        }
        if let Some(notice) = of(&self.title) {
            return Some(Noticed::new(notice, &self.sign(true), false));
        }
        self.leads_to_login()
            .then(|| Noticed::new(Notice::Login, &format!("its address is {}", self.url.path()), false))
    }

    fn text(&self) -> Option<Noticed> {
        if !self.has_little() {
            return None;
        }
        let noscript = if self.facts.prose <= NEXT_TO_NOTHING { self.facts.noscript.as_str() } else { "" };
        let text = title_key(&format!("{} {noscript}", self.facts.text));
        let found =
            WORDS.iter().find_map(|row| Some((row.notice, row.says.iter().find(|word| contains(&text, word))?)));
        found.map(|(notice, word)| Noticed::new(notice, &format!("it says `{word}`"), false))
    }

    /// Nothing but a question about cookies.
    fn consent(&self) -> Option<Noticed> {
        let facts = &self.facts;
        let alone = (self.nothing || self.bare) && facts.prose < NEXT_TO_NOTHING && self.titles <= FEW_TITLES;
        (alone && facts.consent >= DIALOG)
            .then(|| Noticed::new(Notice::Consent, "there is nothing beside what asks for consent", false))
    }

    /// Nothing but a way to elsewhere.
    fn forward(&self) -> Option<Noticed> {
        let facts = &self.facts;
        if !(self.nothing || self.bare) || facts.prose > NEXT_TO_NOTHING || self.titles > FEW_TITLES {
            return None;
        }
        let form = facts.silent_form.as_deref().filter(|_| facts.moves);
        let Some(address) = facts.refresh.as_deref().or(form) else {
            return (facts.moves && self.nothing && facts.searched <= SHORT_SCRIPT)
                .then(|| Noticed::new(Notice::Forward, "a script goes to another address", false));
        };
        let to = self.url.join(address).ok()?;
        let notice = if leads_to_login(&to) { Notice::Login } else { Notice::Forward };
        // What follows the path may be a secret.
        let place = format!("to {}{}", to.host_str().unwrap_or_default(), to.path());
        (to.path() != self.url.path() || to.host() != self.url.host()).then(|| Noticed::new(notice, &place, false))
    }

    fn leads_to_login(&self) -> bool {
        leads_to_login(self.url)
    }

    fn sign(&self, by_title: bool) -> String {
        if by_title {
            format!("title `{}`", shorten(&clean(&self.facts.title), SIGN))
        } else {
            let heading = page_heading(&self.facts).map(|heading| clean(&heading.text)).unwrap_or_default();
            format!("heading `{}`", shorten(&heading, SIGN))
        }
    }
}

/// The heading of the page itself: the only one of the first level; without any, the first, if no more than one like it follows.
fn page_heading(facts: &Facts) -> Option<&Heading> {
    let own = || facts.headings.iter().filter(|heading| !heading.of_item);
    let first: Vec<_> = own().filter(|heading| heading.level == 1).collect();
    match first.as_slice() {
        [only] => Some(*only),
        [] => own().next().filter(|heading| facts.titles - heading.before <= 1),
        _ => None,
    }
}

fn leads_to_login(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let of_logins = ["login.", "logon.", "idp.", "sso.", "adfs.", "signin."];
    of_logins.iter().any(|name| host.starts_with(name)) || markers::leads_to_login(url.path())
}

/// Whether a line, or a part of it as titles are put together, is one of the words.
fn is_any(line: &str, words: &[&str]) -> bool {
    let bare = |text: &str| text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let mut parts = line.split(['|', '·', '"', '/']).flat_map(|part| part.split(" - ")).map(bare);
    parts.any(|part| !part.is_empty() && words.iter().any(|word| bare(word) == part))
}

/// Whether a line has one of the words in it.
fn says(line: &str, words: &[&str]) -> bool {
    words.iter().any(|word| contains(line, word))
}

/// Whether a text has the word in it, as whole words.
fn contains(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !is_word(before) && !is_word(after)
    })
}

#[cfg(test)]
mod tests;
