//! Collects what is wrong while a config is read, so that all of it is told at once.

use std::collections::BTreeSet;

use super::document::{Document, Span};
use super::mistake::{ConfigErrors, Mistake};
use super::nearest::{did_you_mean, nearest};

/// How many mistakes are kept; the rest are counted. Each costs a walk along its line.
const KEPT: usize = 200;

/// A key as the reader declares it, for the reference and for the unknown ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declared {
    /// The table it stands in, as a header: `[publish]`, `[[source]]`.
    pub(super) header: String,
    /// Its full name: `publish.items`.
    pub(super) path: String,
    /// What holds when it is left out, as TOML in backticks or in words.
    pub(super) default: String,
    /// What it means.
    pub(super) meaning: &'static str,
}

/// A key that nobody declared.
#[derive(Debug)]
pub(super) struct Stray {
    pub(super) span: Span,
    /// The table it stands in, as a header; empty at the top of the file.
    pub(super) header: String,
    pub(super) name: String,
    /// The keys that table has.
    pub(super) known: Vec<&'static str>,
}

/// All that was found out about a config.
#[derive(Debug)]
pub(super) struct Findings<'d> {
    document: &'d Document<'d>,
    mistakes: Vec<Mistake>,
    warnings: Vec<Mistake>,
    more: usize,
    declared: Vec<Declared>,
    strays: Vec<Stray>,
    /// Where values begin that are known to be wrong: one mistake each is enough.
    hushed: BTreeSet<usize>,
    /// Where values begin that hold something of the environment.
    secret: BTreeSet<usize>,
    /// Lines that are not TOML. What is read from them is guesswork.
    garbled: BTreeSet<usize>,
}

impl<'d> Findings<'d> {
    pub(super) fn new(document: &'d Document<'d>) -> Self {
        Self {
            document,
            mistakes: Vec::new(),
            warnings: Vec::new(),
            more: 0,
            declared: Vec::new(),
            strays: Vec::new(),
            hushed: BTreeSet::new(),
            secret: BTreeSet::new(),
            garbled: BTreeSet::new(),
        }
    }

    /// What is not TOML. To be told before anything else.
    pub(super) fn syntax(&mut self, errors: &[toml::de::Error]) {
        for error in errors {
            let span = error.span().unwrap_or_default();
            if self.garbled.insert(self.document.line_of(span.start)) {
                self.push(Some(&span), error.message(), None);
            }
        }
    }

    /// Something is wrong at that place.
    pub(super) fn mistake(&mut self, span: Option<&Span>, reason: &str, hint: Option<String>) {
        match span.map(|span| span.start) {
            Some(start) if self.hushed.contains(&start) => {}
            Some(start) if self.garbled.contains(&self.document.line_of(start)) => {}
            Some(start) if self.secret.contains(&start) => {
                self.push(span, "with the environment's part filled in, this value is not valid", None);
            }
            _ => self.push(span, reason, hint),
        }
    }

    /// Something is not there. Not told of a text of which a part could not be read: it may be in that part.
    pub(super) fn missing(&mut self, span: Option<&Span>, reason: &str, hint: Option<String>) {
        if self.garbled.is_empty() {
            self.mistake(span, reason, hint);
        }
    }

    /// Something is allowed and seldom meant.
    pub(super) fn warn(&mut self, span: Option<&Span>, reason: &str, hint: Option<String>) {
        if self.warnings.len() < KEPT {
            self.warnings.push(self.locate(span, reason, hint));
        }
    }

    /// No further mistake is told of the value that begins there.
    pub(super) fn hush(&mut self, span: &Span) {
        self.hushed.insert(span.start);
    }

    /// No message quotes the value that begins there.
    pub(super) fn keep_secret(&mut self, span: &Span) {
        self.secret.insert(span.start);
    }

    /// A part of a string's span; see [`Document::word`].
    pub(super) fn word(&self, span: &Span, string: &str, skip: usize) -> Span {
        self.document.word(span, string, skip)
    }

    /// The line of an offset, from 1.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.document.line_of(offset)
    }

    pub(super) fn declare(&mut self, key: Declared) {
        self.declared.push(key);
    }

    pub(super) fn stray(&mut self, stray: Stray) {
        if self.strays.len() < KEPT { self.strays.push(stray) } else { self.more += 1 }
    }

    pub(super) fn into_declared(self) -> Vec<Declared> {
        self.declared
    }

    /// What was read, with the warnings, if nothing is wrong with it.
    pub(super) fn conclude<T>(mut self, read: Option<T>) -> Result<(T, Vec<Mistake>), ConfigErrors> {
        for stray in std::mem::take(&mut self.strays) {
            let hint = self.place_of(&stray);
            let place = if stray.header.is_empty() { "here".to_owned() } else { format!("in `{}`", stray.header) };
            self.mistake(Some(&stray.span), &format!("there is no `{}` {place}", stray.name), Some(hint));
        }
        match read {
            Some(read) if self.mistakes.is_empty() && self.more == 0 => Ok((read, self.warnings)),
            _ => {
                self.mistakes.sort_by(|a, b| a.place.cmp(&b.place));
                Err(ConfigErrors::new(&self.document.file, self.mistakes, self.more))
            }
        }
    }

    /// What to do with a stray: a near name of its table, else the table that has this very name, else the choice.
    fn place_of(&self, stray: &Stray) -> String {
        if let Some(name) = nearest(&stray.name, stray.known.iter().copied()) {
            return did_you_mean(name);
        }
        let owns = |key: &&Declared| key.path.rsplit('.').next() == Some(&stray.name);
        match self.declared.iter().find(owns) {
            Some(key) => format!("`{}` belongs under `{}`", stray.name, key.header),
            None => format!("known are {}", stray.known.join(", ")),
        }
    }

    fn push(&mut self, span: Option<&Span>, reason: &str, hint: Option<String>) {
        if self.mistakes.len() < KEPT {
            self.mistakes.push(self.locate(span, reason, hint));
        } else {
            self.more += 1;
        }
    }

    fn locate(&self, span: Option<&Span>, reason: &str, hint: Option<String>) -> Mistake {
        let place = span.map(|span| self.document.place(span));
        Mistake { file: self.document.file.clone(), place, reason: reason.to_owned(), hint }
    }
}
