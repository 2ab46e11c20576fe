//! The text of a config: from a range of bytes to a place that a person can find.

use std::ops::Range;
use std::path::Path;

use serde::Serialize;

/// A range of bytes in the text.
pub(super) type Span = Range<usize>;

/// How many characters of a line are shown.
const SHOWN: usize = 110;

/// How many of them stand before the place, when the line is longer than that.
const BEFORE: usize = 40;

/// A place in the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The line, or the part of it around the place.
    #[serde(skip)]
    pub excerpt: String,
    /// What stands below the excerpt to mark the place.
    #[serde(skip)]
    pub underline: String,
}

/// A text and where its lines begin.
#[derive(Debug)]
pub(super) struct Document<'d> {
    pub(super) file: String,
    text: &'d str,
    /// The offset of each line's first byte; the first is 0.
    lines: Vec<usize>,
}

impl<'d> Document<'d> {
    pub(super) fn new(file: &Path, text: &'d str) -> Self {
        let starts = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { file: file.display().to_string(), text, lines: std::iter::once(0).chain(starts).collect() }
    }

    /// The line of an offset, from 1.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset)
    }

    /// The place of a span; of its first line, where it has several.
    pub(super) fn place(&self, span: &Span) -> Place {
        let line = self.line_of(span.start);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let content = self.text.get(start..).unwrap_or_default().split(['\n', '\r']).next().unwrap_or_default();
        let before = count_chars(content, span.start.saturating_sub(start));
        let marked = count_chars(content, span.end.saturating_sub(start)).saturating_sub(before);
        let (excerpt, underline) = excerpt(content, before, marked);
        Place { line, column: before + 1, excerpt, underline }
    }

    /// The part of a string's span that begins with the character `skip` of the string and ends with its word.
    ///
    /// The whole span where the string is not written out as it is meant (escapes).
    pub(super) fn word(&self, span: &Span, string: &str, skip: usize) -> Span {
        let Some(written) = self.text.get(span.clone()).and_then(|raw| raw.find(string)) else { return span.clone() };
        let skipped: usize = string.chars().take(skip).map(char::len_utf8).sum();
        let word: usize = string.chars().skip(skip).take_while(|c| !c.is_whitespace()).map(char::len_utf8).sum();
        let start = span.start + written + skipped;
        start..start + word.max(1)
    }
}

/// How many characters of `text` begin before `offset`.
fn count_chars(text: &str, offset: usize) -> usize {
    text.get(..offset).map_or_else(|| text.chars().count(), |head| head.chars().count())
}

/// The part of a line around a place, and what underlines it. Nothing in it can move the cursor of a terminal.
fn excerpt(line: &str, before: usize, marked: usize) -> (String, String) {
    let first = if before + marked.min(BEFORE) < SHOWN { 0 } else { before.saturating_sub(BEFORE) };
    let mut shown: String = line.chars().skip(first).take(SHOWN).map(printable).collect();
    let length = shown.chars().count();
    let mut pad: String = shown.chars().take(before - first).map(|c| if c == '\t' { c } else { ' ' }).collect();
    if line.chars().nth(first + length).is_some() {
        shown.push('…');
    }
    if first > 0 {
        shown.insert(0, '…');
        pad.insert(0, ' ');
    }
    let room = length.saturating_sub(before - first);
    (shown.trim_end().to_owned(), pad + &"^".repeat(marked.min(room).max(1)))
}

fn printable(c: char) -> char {
    if c.is_control() && c != '\t' { char::REPLACEMENT_CHARACTER } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, span: Span) -> Place {
        Document::new(Path::new("x.toml"), text).place(&span)
    }

    #[test]
    fn places_are_counted_in_characters() {
        let text = "a = 1\r\nåäö = \"é\"\n";
        let at = text.find('"').unwrap();
        let place = place(text, at..at + 4);
        assert_eq!((place.line, place.column), (2, 7));
        assert_eq!(place.excerpt, "åäö = \"é\"");
        assert_eq!(place.underline, "      ^^^");
    }

    #[test]
    fn places_exist_for_every_span() {
        for text in ["", "\n", "a", "a\n", "\r\n", "å"] {
            for start in 0..5 {
                for end in start..5 {
                    let place = place(text, start..end);
                    assert!(place.line >= 1 && place.column >= 1 && place.underline.ends_with('^'), "{text:?} {start}");
                }
            }
        }
    }

    #[test]
    fn long_lines_are_shown_around_the_place() {
        let text = format!("a = \"{}\"  b\u{1b}[2J{}", "x".repeat(300), "y".repeat(300));
        let at = text.find('b').unwrap();
        let place = place(&text, at..at + 1);
        assert!(place.excerpt.chars().count() <= SHOWN + 2, "{}", place.excerpt);
        assert!(!place.excerpt.contains('\u{1b}'));
        let marked = place.underline.chars().count();
        assert_eq!(place.excerpt.chars().nth(marked - 1), Some('b'));
        assert!(place.excerpt.starts_with('…') && place.excerpt.ends_with('…'));
    }

    #[test]
    fn words_are_found_inside_strings() {
        let text = "schedule = \"*/15 25 * * *\"";
        let document = Document::new(Path::new("x.toml"), text);
        let span = 11..text.len();
        assert_eq!(&text[document.word(&span, "*/15 25 * * *", 5)], "25");
        assert_eq!(document.word(&span, "not there", 2), span);
    }
}
