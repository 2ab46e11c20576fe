//! What falls out of a feed's window goes into archive documents (RFC 5005 section 4).
//!
//! * A subscription document and the archive documents before it hold together every item that its feed has shown and
//!   still shows. Until there are enough items for a whole archive document, those that have fallen out of the window stay
//!   in the subscription document: a reader takes an archive document that it knows for read, so one that is half full
//!   would lose what is added to it later. There is no such document.
//! * What is in an archive document is decided once and written once. Documents are numbered from the oldest, and link to
//!   the one before (`prev-archive`) and to the subscription document (`current`), never to the next: that would be a
//!   change. A file that is there is not written again, whatever becomes of its items; one that is lost is, from what the
//!   ledger knows today.
//! * Items are archived in the order in which they fall out of the window, the oldest first. An item that is found late,
//!   with an old date, never was in the window: it goes into the next document, however old it is. The documents are in
//!   no order of dates, then, which the RFC does not ask for.
//! * An item that is edited after it was archived is shown by the subscription document again, as the RFC advises, and goes
//!   into a later document in its new form. The old form stays where it is; of two entries with one id, readers keep the
//!   one with the later `updated`.
//! * An item that leaves a category leaves the subscription document. Where it was archived it stays: the document
//!   tells what the feed has shown.
//! * Another `archive_items` applies to the documents that come. When the addresses of the feeds change
//!   (`site.base_url`), all are written again, for what links to them is at another place as well.

use std::collections::BTreeSet;

use crate::model::{Item, LooseItem};

/// What becomes of the items of a feed that are in no archive document yet, by their numbers in the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Archived {
    /// The items of each new document.
    pub pages: Vec<Vec<i64>>,
    /// The items that the subscription document shows beside those of the window.
    pub rest: Vec<i64>,
}

/// Parts those of `loose`, which are in the order that they are archived in, that do not stand in the window into
/// documents of `size` items; fewer than `size` are left over.
#[must_use]
pub fn archive(loose: &[LooseItem], window: &[Item], size: usize) -> Archived {
    let inside: BTreeSet<_> = window.iter().map(|item| item.id).collect();
    let outside: Vec<i64> = loose.iter().filter(|item| !inside.contains(&item.id)).map(|item| item.nr).collect();
    let mut pages: Vec<Vec<i64>> = outside.chunks(size.max(1)).map(<[i64]>::to_vec).collect();
    let rest = pages.pop_if(|page| page.len() < size).unwrap_or_default();
    Archived { pages, rest }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use url::Url;

    use super::*;
    use crate::model::{ItemId, ItemKey};

    #[test]
    fn only_whole_documents_are_archived() {
        let site = Url::parse("https://example.se/").unwrap();
        let loose = |nr: i64| LooseItem {
            nr,
            id: ItemId::mint(&site, &ItemKey { title: nr.to_string(), category: String::new() }, 0),
            published: Timestamp::UNIX_EPOCH,
        };
        for (items, pages, rest) in [
            (0, vec![], vec![]),
            (2, vec![], vec![1, 2]),
            (3, vec![vec![1, 2, 3]], vec![]),
            (7, vec![vec![1, 2, 3], vec![4, 5, 6]], vec![7]),
        ] {
            let items: Vec<LooseItem> = (1..=items).map(loose).collect();
            assert_eq!(archive(&items, &[], 3), Archived { pages, rest });
        }
    }
}
