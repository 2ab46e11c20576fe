//! Tells a line of category names from a line of text.

use std::collections::BTreeSet;

use crate::extract::Options;
use crate::model::{category_key, split_glued};

use super::lines::ends_sentence;

/// Characters of a line of categories; a longer line is text.
const LONGEST_LINE: usize = 400;
/// Words of a category's name, where nothing else says that it is one.
const MOST_WORDS: usize = 6;
/// Names learnt from one page.
const MOST_LEARNT: usize = 1000;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// Made of names that are known or were learnt.
    Known,
    /// It looks like names.
    Likely,
    /// Anything else.
    Text,
}

/// A line, read as names.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) likeness: Likeness,
    pub(super) pieces: Vec<String>,
}

/// The names by which a line of categories is recognised.
#[derive(Debug)]
pub(super) struct Names {
    /// Key and spelling.
    spellings: Vec<(String, String)>,
    keys: BTreeSet<String>,
    longest: usize,
    room: usize,
}

impl Names {
    pub(super) fn new(known: &[String], options: &Options) -> Self {
        let room = known.len() + MOST_LEARNT;
        let mut names = Self { spellings: Vec::new(), keys: BTreeSet::new(), longest: options.max_category, room };
        for name in known {
            names.learn(name);
        }
        names
    }

    /// Takes a name for known from now on.
    pub(super) fn learn(&mut self, name: &str) {
        let key = category_key(name);
        if !key.is_empty() && self.spellings.len() < self.room && self.keys.insert(key.clone()) {
            self.spellings.push((key, name.to_owned()));
        }
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.keys.contains(&category_key(name))
    }

    /// Whether a known name begins with this and goes on.
    pub(super) fn continues(&self, fragment: &str) -> bool {
        let key = category_key(fragment);
        self.spellings.iter().any(|(name, _)| name.len() > key.len() && name.starts_with(&key))
    }

    pub(super) fn read(&self, line: &str) -> Reading {
        let text = Reading { likeness: Likeness::Text, pieces: Vec::new() };
        if line.chars().nth(LONGEST_LINE).is_some() {
            return text;
        }
        if self.knows(line) {
            return Reading { likeness: Likeness::Known, pieces: vec![line.to_owned()] };
        }
        if ends_sentence(line) {
            return text;
        }
        let pieces = self.split(line);
        let likeness = if pieces.iter().all(|piece| self.knows(piece)) {
            Likeness::Known
        } else if pieces.iter().all(|piece| self.knows(piece) || self.looks_like_name(piece)) {
            Likeness::Likely
        } else {
            Likeness::Text
        };
        if pieces.is_empty() { text } else { Reading { likeness, pieces } }
    }

    /// Takes a line apart: finely where a known name is part of it, else so that brand names stay whole.
    fn split(&self, line: &str) -> Vec<String> {
        let key = category_key(line);
        // Splitting costs the line times the names, so only those that stand in it go there.
        let near = self.spellings.iter().filter(|(name, _)| key.contains(name.as_str()));
        let near: Vec<String> = near.map(|(_, name)| name.clone()).collect();
        let fine = split_glued(line, &near, 2);
        if fine.iter().any(|piece| self.knows(piece)) { fine } else { split_glued(line, &near, 4) }
    }

    fn looks_like_name(&self, piece: &str) -> bool {
        piece.chars().next().is_some_and(char::is_uppercase)
            && piece.split_whitespace().nth(MOST_WORDS).is_none()
            && self.may_be_name(piece)
    }

    /// Whether nothing speaks against it: what is left to ask of a line that ends several items.
    pub(super) fn may_be_name(&self, piece: &str) -> bool {
        piece.chars().next().is_some_and(char::is_uppercase)
            && piece.chars().nth(self.longest).is_none()
            && !ends_sentence(piece)
            && !piece.ends_with([',', ';'])
            && ![". ", "! ", "? ", "://", "@"].iter().any(|mark| piece.contains(mark))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(known: &[&str], line: &str) -> Likeness {
        let known: Vec<String> = known.iter().map(|&name| name.to_owned()).collect();
        Names::new(&known, &Options::default()).read(line).likeness
    }

    #[test]
    fn lines_are_told_apart() {
        let known = ["Kultur", "Hälso- och sjukvård", "Vad händer?"];
        for (line, want) in [
            ("Kultur", Likeness::Known),
            ("KulturHälso- och sjukvård", Likeness::Known),
            ("HÄLSO-\u{A0}OCH SJUKVÅRD", Likeness::Known),
            ("Vad händer?", Likeness::Known),
            ("Kultur, Hälso- och sjukvård", Likeness::Known),
            ("KulturStöd", Likeness::Likely),
            ("Regional utveckling", Likeness::Likely),
            ("Kultur är viktigt för alla.", Likeness::Text),
            ("Nu har över hundra aktörer i länet fått stöd", Likeness::Text),
            ("med start i dag", Likeness::Text),
            ("Vill du veta mer?", Likeness::Text),
            ("", Likeness::Text),
        ] {
            assert_eq!(likeness(&known, line), want, "{line}");
        }
    }

    #[test]
    fn long_lines_are_text() {
        assert_eq!(likeness(&["Kultur"], &"Kultur".repeat(10)), Likeness::Known);
        assert_eq!(likeness(&["Kultur"], &"Kultur".repeat(100)), Likeness::Text);
    }

    #[test]
    fn fragments_go_on() {
        let names = Names::new(&["Kultur".to_owned()], &Options::default());
        assert!(names.continues("Kul") && names.continues("KULTU"));
        assert!(!names.continues("Kultur") && !names.continues("Kulturen"));
    }
}
