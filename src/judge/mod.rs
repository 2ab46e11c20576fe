//! Judges whether a page can be believed. Pure.
//!
//! | verdict | when |
//! | --- | --- |
//! | broken | the page was recognised as one that stands in the place of the list (a login, a challenge, maintenance), and either no list looks like it, or there is no list that the recipe finds |
//! | broken | the page could not be parsed within the limits; or the element that holds the list is gone; or there is no item and nothing says that the list is empty |
//! | broken | the list had [`FEW`] items or more, has less than half as many, or lacks a field that they had, and none of them is known: a page of maintenance, a login, a start page |
//! | broken | its items told each other apart by their titles, and now less than a third of the titles differ |
//! | broken | a further page of the list has none of the addresses that most items of the first have in common: it is not read |
//! | suspect | less than half as many items as on any of the last pages, which had [`MANY`] or more |
//! | suspect | less than half of the items have an address, a date, a category or a summary, and on each of the last pages four in five had |
//! | suspect | of fewer than [`FEW`] items none is known, and all lack a field (address, date, category, summary) that all items of the last pages had |
//! | suspect | a flood: less than a fifth of the items is known, most of the others have no date between the last run and now (or there are more than four times as many as on the last page), and the time since then does not explain it by the rhythm of the list |
//! | suspect | a flood of which none is known, nor at an address with the beginning that most of the last page's have in common: it has to say the same for a day |
//! | suspect | more than half of the known items have another title, summary or set of categories at once |
//! | healthy, and it is said | less than half of the items have a field, on each page since one before which on each four in five had it |
//! | healthy, and it is said | nothing new for four times the longest silence between the last days with news, and for two weeks |
//! | empty | the list is there, and no item in it |
//! | healthy | otherwise |
//!
//! "The last pages" are up to twenty that were believed and read by the same recipe; the flood is measured against the last page
//! whatever the recipe. Where there are fewer than [`FEW`] items, nothing else of this tells anything.

mod history;

use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::model::{Cause, Container, Extraction, Verdict, numbers_aside};

pub use history::{Again, Evidence, REWRITES, agrees, compare, remarks, rhythm};

/// When held items are let out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Who lets them out. Default: the next run that says the same.
    pub release: Release,
    /// They are held at least so long, even if the next run says the same. Default 0.
    pub hold: SignedDuration,
}

impl Default for Options {
    fn default() -> Self {
        Self { release: Release::NextRun, hold: SignedDuration::ZERO }
    }
}

/// Who lets held items out. The operator always may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// The next run that says the same.
    NextRun,
    /// The operator alone.
    Operator,
}

/// What to think of the page that this was read from.
#[must_use]
pub fn judge(extraction: &Extraction) -> Verdict {
    if let Some(cause) = notice(extraction) {
        return Verdict::Broken(vec![cause]);
    }
    let cause = match extraction {
        Extraction { refused: Some(refusal), .. } => Cause::Refused(*refusal),
        Extraction { container: Container::Gone, .. } => Cause::ContainerGone,
        Extraction { items, .. } if !items.is_empty() => return Verdict::Healthy,
        Extraction { container: Container::Present, .. } => return Verdict::Empty,
        Extraction { .. } => Cause::NoItems,
    };
    Verdict::Broken(vec![cause])
}

/// The page stands in the place of the list. What only looks like it gives way to a list that the recipe names and finds;
/// items that were found by their looks are no witness: such a page has links too.
fn notice(extraction: &Extraction) -> Option<Cause> {
    let noticed = extraction.notice.as_ref()?;
    let named = extraction.container == Container::Present || (!extraction.items.is_empty() && !extraction.by_looks);
    (noticed.certain || !named).then(|| Cause::Notice(noticed.clone()))
}

/// A list of fewer items may turn over from one run to the next.
pub const FEW: u32 = 4;

/// A list of fewer items may shrink to any length.
pub const MANY: u32 = 8;

/// Whether a page goes on with a list, by its canonical links: where most items of the list have the beginning of their
/// address in common (host and first folder, whatever its number), some of the page's have it too. `None`: they have none in
/// common, or are fewer than [`FEW`].
#[must_use]
pub fn continues(list: &[&str], page: &[&str]) -> Option<bool> {
    let mut folders: BTreeMap<String, usize> = BTreeMap::new();
    for link in list {
        *folders.entry(folder(link)).or_default() += 1;
    }
    let (common, items) = folders.into_iter().max_by_key(|(_, items)| *items)?;
    let told = list.len() >= FEW as usize && items * 2 > list.len();
    told.then(|| page.iter().any(|link| folder(link) == common))
}

/// `//host/folder` of `//host/folder/page`; of a year's folder, that of any.
fn folder(link: &str) -> String {
    let end = link.match_indices('/').nth(3).map_or(link.len(), |(at, _)| at);
    numbers_aside(link.get(..end).unwrap_or(link))
}

#[cfg(test)]
mod tests;
