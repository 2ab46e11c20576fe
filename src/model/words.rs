//! Words that an operator looks for in titles and summaries.

use std::fmt;

use super::key::title_key;

/// A word, or several in a row, as they may stand in a text.
///
/// Case, kinds of dashes and white space do not count. Words are whole: `buss` is not found in `bussar` or `stadsbuss`,
/// as Swedish compounds go; a `*` at the beginning or end of a word stands for any letters, so that `buss*` finds
/// `bussar`, `*buss` `stadsbuss`, and `*buss*` both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    written: String,
    words: Vec<Word>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    letters: String,
    open_before: bool,
    open_after: bool,
}

impl Words {
    /// The words as written; the reason when there are none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let folded = title_key(text);
        let is_part = |c: char| c.is_alphanumeric() || c == '*';
        let parts = folded.split(|c: char| !is_part(c)).filter(|part| !part.is_empty());
        let words: Vec<Word> = parts.map(Word::parse).collect::<Result<_, _>>()?;
        if words.is_empty() {
            return Err("has no letters or digits".to_owned());
        }
        Ok(Self { written: text.trim().to_owned(), words })
    }

    /// Whether they stand in a text.
    #[must_use]
    pub fn stand_in(&self, text: &Text) -> bool {
        text.0.windows(self.words.len()).any(|here| here.iter().zip(&self.words).all(|(found, word)| word.is(found)))
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl Word {
    fn parse(part: &str) -> Result<Self, String> {
        let letters = part.trim_matches('*');
        if letters.is_empty() || letters.contains('*') {
            return Err("has a `*` that is not at the beginning or the end of a word".to_owned());
        }
        Ok(Self { letters: letters.to_owned(), open_before: part.starts_with('*'), open_after: part.ends_with('*') })
    }

    fn is(&self, found: &str) -> bool {
        match (self.open_before, self.open_after) {
            (false, false) => found == self.letters,
            (false, true) => found.starts_with(&self.letters),
            (true, false) => found.ends_with(&self.letters),
            (true, true) => found.contains(&self.letters),
        }
    }
}

/// A text, ready to be searched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text(Vec<String>);

impl Text {
    /// Prepares a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let folded = title_key(text);
        Self(folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_unless_a_star_says_otherwise() {
        for (words, text, want) in [
            ("buss", "Ny BUSS i dag", true),
            ("buss", "Nya bussar", false),
            ("buss", "Stadsbuss ställs in", false),
            ("buss*", "Nya bussar", true),
            ("*buss", "Stadsbuss ställs in", true),
            ("*buss*", "Stadsbussarna", true),
            ("röda linjen", "Störningar på Röda  Linjen.", true),
            ("röda linjen", "Röda, gröna linjen", false),
            ("röda lin*", "den röda linjen", true),
            ("covid-19", "Covid\u{2011}19: läget", true),
            ("å", "Å", true),
            ("ångström", "A\u{30A}ngstro\u{308}m", true),
            ("straße", "STRASSE", true),
        ] {
            assert_eq!(Words::parse(words).unwrap().stand_in(&Text::new(text)), want, "{words} in {text}");
        }
    }

    #[test]
    fn what_finds_nothing_or_all_is_refused() {
        for words in ["", " ", "*", "b*s", "- !", "buss *"] {
            assert!(Words::parse(words).is_err(), "{words:?}");
        }
    }
}
