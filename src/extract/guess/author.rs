//! Who wrote an item.

use scraper::ElementRef;

use super::super::node::{ItemNode, short};
use super::marks::{AUTHOR, is_marked};

/// Characters of a name, or of a few.
const LONGEST: usize = 80;

/// What says of itself that it is the author. A date often stands in the same line, so a text with digits is none.
pub(in super::super) fn of_item(item: &ItemNode<'_>) -> Option<String> {
    let marked = item.elements().filter(|e| *e != item.head() && is_marked(*e, AUTHOR));
    let name = |e: ElementRef<'_>| {
        let name = short(e, LONGEST)?;
        (!name.contains(|c: char| c.is_ascii_digit()) && !name.ends_with(':')).then_some(name)
    };
    // "By Anna" holds "Anna".
    marked.filter_map(name).reduce(|outer, inner| if outer.contains(&inner) { inner } else { outer })
}
