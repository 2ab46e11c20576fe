//! What is wrong with a config, as the operator is told.

use std::fmt;

use serde::Serialize;

use super::document::Place;

/// How many mistakes are printed; the rest are counted.
const PRINTED: usize = 50;

/// One thing that is wrong, or worth a warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// The file, as it was named.
    pub file: String,
    /// Where it stands; `None` when it is about the file as a whole, or about something that is not there.
    #[serde(flatten)]
    pub place: Option<Place>,
    /// What is wrong, in one sentence without a full stop.
    pub reason: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// `file:line:column: reason`, then the line with the place underlined, then the hint; ends with a line feed.
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, place, reason, hint } = self;
        let mut indent = 2;
        if let Some(place) = place {
            writeln!(f, "{file}:{}:{}: {reason}", place.line, place.column)?;
            let number = place.line.to_string();
            indent = number.len().max(3) + 1;
            writeln!(f, "{number:>indent$} | {}", place.excerpt)?;
            writeln!(f, "{:indent$} | {}", "", place.underline)?;
        } else {
            writeln!(f, "{file}: {reason}")?;
        }
        hint.iter().try_for_each(|hint| writeln!(f, "{:indent$} hint: {hint}", ""))
    }
}

/// All that is wrong with a config. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfigErrors {
    file: String,
    mistakes: Vec<Mistake>,
    /// Mistakes beyond those that were kept.
    more: usize,
}

impl ConfigErrors {
    pub(super) fn new(file: &str, mistakes: Vec<Mistake>, more: usize) -> Self {
        Self { file: file.to_owned(), mistakes, more }
    }

    /// The file cannot be read at all.
    pub(super) fn of_file(file: &str, reason: String, hint: Option<String>) -> Self {
        let mistake = Mistake { file: file.to_owned(), place: None, reason, hint };
        Self::new(file, vec![mistake], 0)
    }

    /// The mistakes in the order of the file; those without a place come first.
    #[must_use]
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }

    /// How many there are, those included that were counted only.
    #[must_use]
    pub fn count(&self) -> usize {
        self.mistakes.len() + self.more
    }
}

/// Each mistake, a blank line between two, and their number where there is more than one.
impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, mistake) in self.mistakes.iter().take(PRINTED).enumerate() {
            let gap = if i == 0 { "" } else { "\n" };
            write!(f, "{gap}{mistake}")?;
        }
        match self.count() {
            0 | 1 => Ok(()),
            count if count > PRINTED => writeln!(f, "\n{}: {count} mistakes, {PRINTED} of them shown", self.file),
            count => writeln!(f, "\n{}: {count} mistakes", self.file),
        }
    }
}

impl std::error::Error for ConfigErrors {}
