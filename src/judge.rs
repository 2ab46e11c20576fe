//! Judges whether a page can be believed. Pure.
//!
//! | verdict | when |
//! | --- | --- |
//! | broken | the page could not be parsed within the limits; or the element that holds the list is gone; or there is no item and nothing says that the list is empty |
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
}
