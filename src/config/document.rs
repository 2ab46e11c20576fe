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

    /// The whole text.
    pub(super) fn text(&self) -> &'d str {
        self.text
    }

    /// Where a line stands, without the line feed at its end.
    pub(super) fn line_span(&self, line: usize) -> Span {
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let next = self.lines.get(line).map_or(self.text.len(), |next| next - 1);
        start..next
    }

    /// The place of a span; of its first line, where it has several.
    pub(super) fn place(&self, span: &Span) -> Place {
        let line = self.line_of(span.start);
        let whole = self.line_span(line);
        let content = self.written(&whole).trim_end_matches('\r');
        let (before, from) = split(content, span.start.saturating_sub(whole.start));
        let (marked, _) = split(from, span.end.saturating_sub(span.start));
        let (excerpt, underline) = excerpt(before, from, marked.chars().count());
        Place { line, column: before.chars().count() + 1, excerpt, underline }
    }

    /// What is written there.
    pub(super) fn written(&self, span: &Span) -> &'d str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// Where a part of a string is written, the string having this span; the whole span if the string has escapes.
    pub(super) fn part(&self, span: &Span, string: &str, part: &Range<usize>) -> Span {
        match self.written(span).find(string) {
            Some(quote) => span.start + quote + part.start..span.start + quote + part.end,
            None => span.clone(),
        }
    }

    /// Where the word is written that begins after `skip` characters of a string.
    pub(super) fn word(&self, span: &Span, string: &str, skip: usize) -> Span {
        let start: usize = string.chars().take(skip).map(char::len_utf8).sum();
        let word: usize = string.chars().skip(skip).take_while(|c| !c.is_whitespace()).map(char::len_utf8).sum();
        self.part(span, string, &(start..start + word.max(1)))
    }
}

/// Cuts a text at an offset; at its end, where the offset is not inside it.
fn split(text: &str, offset: usize) -> (&str, &str) {
    text.split_at_checked(offset).unwrap_or((text, ""))
}

/// The part of a line around a place, and what underlines it. Nothing in it can move the cursor of a terminal.
fn excerpt(before: &str, from: &str, marked: usize) -> (String, String) {
    let whole = before.chars().take(SHOWN).count() + marked.min(BEFORE) < SHOWN;
    let kept = if whole { SHOWN } else { BEFORE };
    let mut head: Vec<char> = before.chars().rev().take(kept).map(printable).collect();
    head.reverse();
    let tail: String = from.chars().take(SHOWN - head.len()).map(printable).collect();
    let mark = "^".repeat(marked.min(tail.chars().count()).max(1));
    let pad: String = head.iter().map(|c| if *c == '\t' { '\t' } else { ' ' }).collect();
    let (more_before, gap) = if whole { ("", "") } else { ("…", " ") };
    let more_after = if from.chars().nth(SHOWN - head.len()).is_some() { "…" } else { "" };
    let excerpt = format!("{more_before}{}{tail}{more_after}", String::from_iter(&head));
    (excerpt.trim_end().to_owned(), format!("{gap}{pad}{mark}"))
}

/// The character, unless it would do something to a terminal.
pub(super) fn printable(c: char) -> char {
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
        assert_eq!(document.written(&document.word(&span, "*/15 25 * * *", 5)), "25");
        assert_eq!(document.word(&span, "not there", 2), span);
    }
}
