//! Addresses written into text: `[text](address)`, `<address>` and a line that is only an address.

use url::Url;

use super::super::fitter::web;
use crate::model::text::clean;
use crate::model::title_key;

/// Characters of an address; a longer one is none.
const LONGEST: usize = 2000;

/// What invites to read on and says nothing of the item.
const INVITATIONS: &[&str] = &[
    "läs mer",
    "läs mer här",
    "läs hela nyheten",
    "read more",
    "continue reading",
    "les mer",
    "læs mere",
    "lue lisää",
    "weiterlesen",
];

/// A text without its addresses, and the first of them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unlinked {
    /// Clean; empty when there was nothing but an address or an invitation to follow it.
    pub(super) text: String,
    /// As written.
    pub(super) address: Option<String>,
}

/// Takes the addresses out of a text.
pub(super) fn unlink(text: &str) -> Unlinked {
    let mut address = None;
    let bare = strip_angles(&strip_brackets(text, &mut address), &mut address);
    let text = clean(&bare);
    if is_address(&text) {
        return Unlinked { text: String::new(), address: Some(text) };
    }
    let key = title_key(text.trim_end_matches(|c: char| !c.is_alphanumeric()));
    let text = if INVITATIONS.contains(&key.as_str()) { String::new() } else { text };
    Unlinked { text, address }
}

/// The address, made absolute; `None` when it is not one of http or https.
pub(super) fn resolve(address: &str, base: &Url) -> Option<Url> {
    base.join(address).ok().and_then(web)
}

fn is_address(text: &str) -> bool {
    let begins = text.starts_with("https://") || text.starts_with("http://");
    begins && !text.contains(char::is_whitespace) && Url::parse(text).is_ok()
}

/// `[text](address)` becomes `text`; an image, `![text](address)`, too, but its address is not the item's.
fn strip_brackets(text: &str, found: &mut Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](") {
        let link = before.rsplit_once('[').and_then(|label| Some((label, until(after, "](", ')')?)));
        if let Some(((lead, label), (address, tail))) = link {
            let text_lead = lead.strip_suffix('!');
            out.push_str(text_lead.unwrap_or(lead));
            out.push_str(label);
            if text_lead.is_none() {
                found.get_or_insert_with(|| address.to_owned());
            }
            rest = tail;
        } else {
            out.push_str(before);
            out.push_str("](");
            rest = after;
        }
    }
    out + rest
}

/// `<https://…>` is left out.
fn strip_angles(text: &str, found: &mut Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        if let Some((address, tail)) = until(after, "<", '>').filter(|(address, _)| is_address(address)) {
            found.get_or_insert_with(|| address.to_owned());
            rest = tail;
        } else {
            out.push('<');
            rest = after;
        }
    }
    out + rest
}

/// The word that `close` ends, and what follows. `open`: how the next address would begin.
fn until<'t>(text: &'t str, open: &str, close: char) -> Option<(&'t str, &'t str)> {
    let mut inner = 0_usize; // addresses may have parentheses of their own
    for (at, c) in ahead(text, open).char_indices() {
        if c == close && inner == 0 {
            let (word, tail) = text.split_at_checked(at)?;
            return (!word.is_empty()).then_some((word, tail.strip_prefix(close)?));
        }
        match c {
            '(' => inner += 1,
            ')' => inner = inner.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// What is looked at for an address: no more than a word, and never the beginning of the next address, so that a text
/// full of openings is looked at once.
fn ahead<'t>(text: &'t str, open: &str) -> &'t str {
    let ends =
        |(at, c): &(usize, char)| c.is_whitespace() || text.get(*at..).is_some_and(|rest| rest.starts_with(open));
    let end = text.char_indices().take(LONGEST).find(ends).or_else(|| text.char_indices().nth(LONGEST));
    end.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_out() {
        for (text, want, address) in [
            ("Nytt avtal", "Nytt avtal", None),
            ("[Nytt avtal](/a)", "Nytt avtal", Some("/a")),
            ("Se [här](/a) och [där](/b).", "Se här och där.", Some("/a")),
            ("Nytt <https://e.se/a>", "Nytt", Some("https://e.se/a")),
            ("https://e.se/a", "", Some("https://e.se/a")),
            ("[Läs mer »](/a)", "", Some("/a")),
            ("Läs mer", "", None),
            ("![bild](/b.png) Nytt", "bild Nytt", None),
            ("[Åre](/wiki/Åre_(ort)).", "Åre.", Some("/wiki/Åre_(ort)")),
            ("2 < 3 och a](b", "2 < 3 och a](b", None),
            ("[Nytt](http", "[Nytt](http", None),
        ] {
            assert_eq!(unlink(text), Unlinked { text: want.to_owned(), address: address.map(str::to_owned) }, "{text}");
        }
    }

    #[test]
    fn only_the_web_is_linked_to() {
        let base = Url::parse("https://e.se/nyheter/").unwrap();
        assert_eq!(resolve("a", &base).unwrap().as_str(), "https://e.se/nyheter/a");
        for bad in ["javascript:alert(1)", "mailto:a@e.se", "http://", "file:///etc/passwd"] {
            assert_eq!(resolve(bad, &base), None, "{bad}");
        }
        assert_eq!(resolve("/a", &Url::parse("file:///tmp/page.txt").unwrap()), None);
    }

    #[test]
    fn openings_without_end_are_looked_at_once() {
        for part in ["[](", "](", "[[", "<", "<http://a", "[](a", "](((((", "<[]("] {
            let text = part.repeat(5_000);
            assert_eq!(unlink(&text).address, None);
            for open in ["](", "<"] {
                let looked: usize = text
                    .match_indices(open)
                    .map(|(at, _)| ahead(text.get(at + open.len()..).unwrap(), open).len())
                    .sum();
                assert!(looked <= text.len(), "{part}: {looked} of {}", text.len());
            }
        }
    }
}
