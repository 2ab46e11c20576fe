//! Judges whether a page can be believed. Pure.
//!
//! | verdict | when |
//! | --- | --- |
//! | broken | the page could not be parsed within the limits; or the element that holds the list is gone; or there is no item and nothing says that the list is empty |
//! | broken | the list had [`FEW`] items or more, has less than half as many, and none of them is known: a page of maintenance, a login, a start page |
//! | empty | the list is there, and no item in it |
//! | healthy | otherwise |

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
}
