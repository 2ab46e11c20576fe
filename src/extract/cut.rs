//! Pages that were cut off: a connection was closed on the way, and without a length nothing else tells of it.

use std::collections::HashSet;

use scraper::{ElementRef, Html};

use super::gate::NodeId;
use super::node::ItemNode;

/// What was still open where the page ends.
#[derive(Debug)]
pub(super) struct Cut {
    open: HashSet<NodeId>,
}

impl Cut {
    /// `None` for a page that is whole.
    pub(super) fn of(text: &str, html: &Html) -> Option<Self> {
        let is_cut = if is_document(text) { !is_closed(text) } else { ends_in_tag(text) };
        // The last of the last: whatever is followed by anything, even by a space, was closed before it.
        let last = html.tree.root().last_children();
        is_cut.then(|| Self { open: last.map(|node| node.id()).collect() })
    }

    /// Whether the page ends inside an element.
    pub(super) fn holds(&self, element: ElementRef<'_>) -> bool {
        self.open.contains(&element.id())
    }

    /// Whether the page ends inside an item.
    pub(super) fn holds_item(&self, item: &ItemNode<'_>) -> bool {
        let Some(last) = item.last_of_run() else { return self.holds(item.head()) };
        let goes_on = last.next_siblings().all(|node| ElementRef::wrap(node).is_none());
        goes_on && last.parent().is_some_and(|parent| self.open.contains(&parent.id()))
    }
}

/// Whether a text begins as a document does. Answers to scripts are parts of one and end anywhere.
fn is_document(text: &str) -> bool {
    const OPENINGS: [&str; 4] = ["<!doctype", "<html", "<head", "<body"];
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
        let after = |open: &str, close: &str| rest.strip_prefix(open)?.split_once(close).map(|(_, after)| after);
        let Some(after) = after("<!--", "-->").or_else(|| after("<?", ">")) else { break };
        rest = after;
    }
    let begins = |opening: &&str| rest.get(..opening.len()).is_some_and(|start| start.eq_ignore_ascii_case(opening));
    OPENINGS.iter().any(begins)
}

fn is_closed(text: &str) -> bool {
    text.as_bytes().windows(6).any(|six| six.eq_ignore_ascii_case(b"</body") || six.eq_ignore_ascii_case(b"</html"))
}

/// Whether a tag begins after the last `>`.
fn ends_in_tag(text: &str) -> bool {
    let after = text.rsplit_once('>').map_or(text, |(_, after)| after);
    after.split('<').skip(1).any(|tag| tag.is_empty() || tag.starts_with(|c: char| c.is_alphabetic() || c == '/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_ends_with_its_body() {
        for (text, cut) in [
            ("<!DOCTYPE html><p>a", true),
            ("\u{FEFF} <!-- a --><?xml?>\n<HTML><p>a</p>", true),
            ("<body><p>a</p>", true),
            ("<!doctype html><p>a</p></BODY>", false),
            ("<html><p>a</p></html>\n", false),
            ("<ul><li>a</ul>", false),
            ("<ul><li>a", false),
            ("<ul><li>a<a href='/b", true),
            ("<ul><li>a</li", true),
            ("<ul><li>1 < 2 <3", false),
            ("", false),
        ] {
            assert_eq!(Cut::of(text, &Html::parse_document(text)).is_some(), cut, "{text}");
        }
    }
}
