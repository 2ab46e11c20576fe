//! Who wrote an item.

use scraper::ElementRef;

use super::super::node::{ItemNode, short};
use super::marks::{AUTHOR, is_marked};

/// Characters of a name, or of a few.
const LONGEST: usize = 80;

/// What says of itself that it is the author, with where it stands. A date often stands in the same line, so a text with
/// digits is none.
pub(in super::super) fn of_item<'a>(item: &ItemNode<'a>) -> Option<(ElementRef<'a>, String)> {
    let marked = item.elements().filter(|e| *e != item.head() && is_marked(*e, AUTHOR));
    let named = marked.filter_map(|e| {
        let name = short(e, LONGEST)?;
        (!name.contains(|c: char| c.is_ascii_digit()) && !name.ends_with(':')).then_some((e, name))
    });
    // "By Anna" holds "Anna".
    named.reduce(|outer, inner| if outer.1.contains(&inner.1) { (outer.0, inner.1) } else { outer })
}
