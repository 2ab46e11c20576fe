//! Judges whether a page can be believed. Pure.
//!
//! | verdict | when |
//! | --- | --- |
//! | broken | the page could not be parsed within the limits; or the element that holds the list is gone; or there is no item and nothing says that the list is empty |
//! | broken | the list had [`FEW`] items or more, has less than half as many, and none of them is known: a page of maintenance, a login, a start page |
//! | broken | a further page of the list has none of the addresses that most items of the first have in common: it is not read |
//! | empty | the list is there, and no item in it |
//! | healthy | otherwise |

use std::collections::BTreeMap;

use crate::model::{Cause, Container, Extraction, Verdict};

/// What to think of the page that this was read from.
#[must_use]
pub fn judge(extraction: &Extraction) -> Verdict {
    let cause = match extraction {
        Extraction { refused: Some(refusal), .. } => Cause::Refused(*refusal),
        Extraction { container: Container::Gone, .. } => Cause::ContainerGone,
        Extraction { items, .. } if !items.is_empty() => return Verdict::Healthy,
        Extraction { container: Container::Present, .. } => return Verdict::Empty,
        Extraction { .. } => Cause::NoItems,
    };
    Verdict::Broken(vec![cause])
}

/// A list of fewer items may turn over from one run to the next.
pub const FEW: usize = 4;

/// Whether the page is still the one whose last good run found `usual` items: `found` stand on it now, of which `known`
/// are in the ledger.
#[must_use]
pub fn recognise(found: usize, known: usize, usual: usize) -> Verdict {
    if known == 0 && found > 0 && usual >= FEW && found.saturating_mul(2) < usual {
        Verdict::Broken(vec![Cause::Unfamiliar { found, usual }])
    } else {
        Verdict::Healthy
    }
}

/// Whether a further page goes on with the list of the first: where most of the first page's items have the beginning of
/// their address in common (host and first folder), some of the further page's have it too. `first` and `further` are
/// canonical links.
#[must_use]
pub fn continues(first: &[&str], further: &[&str]) -> Verdict {
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    for link in first {
        *folders.entry(folder(link)).or_default() += 1;
    }
    let common = folders.into_iter().max_by_key(|(_, items)| *items).filter(|(_, items)| items * 2 > first.len());
    match common {
        Some((common, _)) if first.len() >= FEW && !further.iter().any(|link| folder(link) == common) => {
            Verdict::Broken(vec![Cause::OtherAddresses])
        }
        _ => Verdict::Healthy,
    }
}

/// `//host/folder` of `//host/folder/page`.
fn folder(link: &str) -> &str {
    let end = link.match_indices('/').nth(3).map_or(link.len(), |(at, _)| at);
    link.get(..end).unwrap_or(link)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FoundItem, Refusal};

    #[test]
    fn the_table() {
        let one = || vec![FoundItem { title: "Nytt avtal".to_owned(), ..FoundItem::default() }];
        let broken = |cause| Verdict::Broken(vec![cause]);
        let refusal = Refusal::TooDeep { limit: 512 };
        for (refused, container, items, want) in [
            (Some(refusal), Container::Unknown, vec![], broken(Cause::Refused(refusal))),
            (None, Container::Gone, one(), broken(Cause::ContainerGone)),
            (None, Container::Gone, vec![], broken(Cause::ContainerGone)),
            (None, Container::Unknown, vec![], broken(Cause::NoItems)),
            (None, Container::Present, vec![], Verdict::Empty),
            (None, Container::Present, one(), Verdict::Healthy),
            (None, Container::Unknown, one(), Verdict::Healthy),
        ] {
            let extraction = Extraction { items, container, refused, ..Extraction::default() };
            assert_eq!(judge(&extraction), want, "{extraction:?}");
        }
    }

    #[test]
    fn another_page_in_place_of_the_list_is_not_taken_for_it() {
        for (found, known, usual, healthy) in [
            (4, 0, 20, false),
            (9, 0, 20, false),
            (10, 0, 20, true), // a month has passed
            (4, 1, 20, true),
            (1, 0, 3, true), // a short list
            (1, 0, 4, false),
            (20, 0, 0, true), // the first run
            (0, 0, 20, true), // told by the table above
        ] {
            assert_eq!(recognise(found, known, usual) == Verdict::Healthy, healthy, "{found} {known} {usual}");
        }
    }

    #[test]
    fn a_further_page_goes_on_with_the_list() {
        let list = ["//a.se/nyheter/1", "//a.se/nyheter/2", "//a.se/nyheter/3", "//a.se/blogg/4"];
        let flat = ["//a.se/ett", "//a.se/tva", "//a.se/tre", "//a.se/fyra"];
        for (first, further, healthy) in [
            (&list[..], &["//a.se/nyheter/5", "//a.se/tjanst/1"][..], true),
            (&list, &["//a.se/tjanst/1", "//a.se/tjanst/2"], false),
            (&list, &["//b.se/nyheter/5"], false),
            (&list, &[], false),
            (&flat, &["//a.se/fem"], true),
            (&list[..3], &["//a.se/tjanst/1"], true), // too few to tell
            (&[], &[], true),
        ] {
            assert_eq!(continues(first, further) == Verdict::Healthy, healthy, "{first:?} {further:?}");
        }
    }
}
