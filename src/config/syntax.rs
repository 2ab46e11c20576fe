//! What is not TOML, in plain words.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use toml::de::DeTable;

use super::document::{Document, Span};

/// How the parser begins a message, and what is said instead. The first that fits; other messages stand as they are.
const PLAIN: &[(&str, &str)] = &[
    ("string values must be quoted", UNQUOTED),
    ("invalid basic string, expected `\"`", "the string is not closed"),
    ("invalid basic string", "a control character stands in the string"),
    ("invalid literal string", "the string is not closed"),
    ("invalid multi-line basic string, expected `\"`", "the string is not closed"),
    ("invalid multi-line literal string", "the string is not closed"),
    ("missing escaped value", "there is no such escape; a plain `\\` is written `\\\\`"),
    ("duplicate key", "this stands in the file twice"),
    ("key with no value", "a key is followed by `=` and its value"),
    ("unclosed table", "the header is not closed: `]` is missing"),
    ("unclosed array table", "the header is not closed: `]]` is missing"),
    ("unclosed inline table", "the table is not closed: `}` is missing"),
    ("unexpected key or value", "nothing but a comment may follow here"),
    ("missing comma between array elements", UNCLOSED),
    ("unclosed array", UNCLOSED),
    ("missing comma between key-value pairs", "before this, a comma is missing, or the `}` of a table"),
    ("cannot recurse further", TOO_DEEP),
    ("recursion limit", "the key has too many parts"),
];

const UNQUOTED: &str = "text must stand in quotes";

/// A list that is not closed swallows the rest of the file, line by line. Told once.
const UNCLOSED: &str = "before this, a comma is missing, or the `]` of a list";

const TOO_DEEP: &str = "values stand too deep inside each other";

/// How often a text is read again without its faulty lines.
const ROUNDS: usize = 5;

/// How deep inline tables may stand inside each other; no section needs more than two.
///
/// The parser's own limit is 80, for tables and for the parts of each key: together more than a stack can hold.
const DEEPEST: usize = 8;

/// Something that is not TOML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slip {
    pub(super) span: Span,
    /// `None`: it follows from another slip, and is not worth telling.
    pub(super) reason: Option<String>,
    pub(super) hint: Option<String>,
}

/// The slips of a text, by line. There is one a line: the rest of a faulty line is guesswork.
pub(super) type Slips = BTreeMap<usize, Slip>;

/// The text without the lines that are not TOML, every other byte where it stood; and what is wrong with them.
///
/// The parser gives up at some mistakes, so the text is read again without them: one must not hide the next.
pub(super) fn readable<'d>(document: &Document<'d>) -> (Cow<'d, str>, Slips) {
    let mut slips = Slips::new();
    let mut text = Cow::Borrowed(document.text());
    if let Some(at) = too_deep(&text) {
        let slip = Slip { span: at..at + 1, reason: Some(TOO_DEEP.to_owned()), hint: None };
        return (Cow::Borrowed(""), Slips::from([(document.line_of(at), slip)]));
    }
    let mut unclosed = false;
    for _ in 0..ROUNDS {
        let mut fresh = Vec::new();
        for error in DeTable::parse_recoverable(&text).1 {
            let span = error.span().unwrap_or_default();
            if let Entry::Vacant(place) = slips.entry(document.line_of(span.start)) {
                fresh.push(*place.key());
                let (reason, hint) = plain(error.message(), document.written(&span));
                let told = reason == UNCLOSED && std::mem::replace(&mut unclosed, true);
                place.insert(Slip { span, reason: (!told).then(|| reason.to_owned()), hint });
            }
        }
        if fresh.is_empty() {
            break;
        }
        for line in fresh {
            blank(text.to_mut(), &document.line_span(line));
        }
    }
    (text, slips)
}

/// Takes a line out; a header becomes one of a table that is not looked at, so that its keys do not go elsewhere.
fn blank(text: &mut String, line: &Span) {
    let header = text.get(line.clone()).is_some_and(|line| line.trim_start().starts_with('['));
    let filler = match line.len().checked_sub("[[]]".len()) {
        Some(length @ 1..) if header => format!("[[{}]]", "x".repeat(length)),
        _ => " ".repeat(line.len()),
    };
    text.replace_range(line.clone(), &filler);
}

fn plain<'m>(message: &'m str, written: &str) -> (&'m str, Option<String>) {
    let reason = PLAIN.iter().find(|(begin, _)| message.starts_with(begin)).map_or(message, |(_, plain)| plain);
    if reason != UNQUOTED {
        return (reason, None);
    }
    match written.trim_matches(['“', '”', '„', '\'', '"']) {
        "" => ("a value is missing", None),
        word => (reason, Some(format!("write `\"{word}\"`"))),
    }
}

/// Where braces stand deeper inside each other than may be; those in strings and comments do not count.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}', '"', '\'', '#']) {
        let (_, from) = rest.split_at_checked(at)?;
        match from.chars().next()? {
            '{' if depth == DEEPEST => return Some(text.len() - from.len()),
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {
                rest = skip(from);
                continue;
            }
        }
        rest = from.get(1..)?;
    }
    None
}

/// What follows the string or the comment that a text begins with.
fn skip(from: &str) -> &str {
    let long = from.get(..3).filter(|quote| matches!(*quote, "\"\"\"" | "'''"));
    let quote = long.or(from.get(..1)).unwrap_or_default();
    let end = if quote == "#" { "\n" } else { quote };
    let body = from.get(quote.len()..).unwrap_or_default();
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        let tail = body.get(at..).unwrap_or_default();
        if !escaped && tail.starts_with(end) {
            return tail.get(end.len()..).unwrap_or_default();
        }
        if c == '\n' && long.is_none() {
            return tail;
        }
        escaped = c == '\\' && !escaped && quote.starts_with('"');
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_count_outside_strings_and_comments() {
        let deep = "{".repeat(DEEPEST + 1);
        assert_eq!(too_deep(&format!("a = {deep}")), Some(4 + DEEPEST));
        assert_eq!(too_deep(&"a = {}\n".repeat(20)), None);
        for text in [
            format!("a = \"{deep}\""),
            format!("a = '{deep}'"),
            format!("a = \"\"\"\n\"{deep}\\\"\"\"{deep}\"\"\""),
            format!("a = '''\n'{deep}'''"),
            format!("# {deep}"),
            format!("a = \"\\\"{deep}\" # \"\n"),
        ] {
            assert_eq!(too_deep(&text), None, "{text}");
            let later = format!("{text}\nb = {deep}");
            assert_eq!(too_deep(&later), Some(later.len() - 1), "{later}");
        }
        assert!(too_deep(&format!("a = \"not closed\nb = {deep}")).is_some());
    }
}
