//! Collects what is wrong while a config is read, so that all of it is told at once.

use std::collections::BTreeSet;

use super::document::{Document, Span, printable};
use super::mistake::{ConfigErrors, Mistake};
use super::nearest::{did_you_mean, nearest};
use super::syntax::{Slip, Slips};
use crate::model::text;

/// How many mistakes are kept; the rest are counted. Each costs a walk along its line.
const KEPT: usize = 100;

/// The longest reason, in characters: it may quote a value, and a value may be anything.
const LONGEST: usize = 400;

/// Characters of a value from the environment that is hidden wherever it would be quoted. Shorter ones are no secrets,
/// and stand in many words.
const SECRET: usize = 4;

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
struct Stray {
    span: Span,
    /// The table it stands in, as a header; empty at the top of the file.
    header: String,
    name: String,
    /// The key of that table that was probably meant.
    near: Option<&'static str>,
    /// The keys that table has.
    known: Vec<&'static str>,
}

/// All that was found out about a config.
#[derive(Debug)]
pub(super) struct Findings<'d> {
    document: &'d Document<'d>,
    mistakes: Vec<Mistake>,
    warnings: Vec<Mistake>,
    more: usize,
    declared: Vec<Declared>,
    /// The paths of the declared keys.
    paths: BTreeSet<String>,
    strays: Vec<Stray>,
    /// Where values begin that are known to be wrong: one mistake each is enough.
    hushed: BTreeSet<usize>,
    /// Where values begin that hold something of the environment.
    secret: BTreeSet<usize>,
    /// What came from there, as far as it is long enough to be one.
    secrets: BTreeSet<String>,
    /// Lines that are not TOML. What is read from them is guesswork.
    garbled: BTreeSet<usize>,
}

impl<'d> Findings<'d> {
    /// Begins with what is not TOML.
    pub(super) fn new(document: &'d Document<'d>, slips: Slips) -> Self {
        let mut findings = Self {
            document,
            mistakes: Vec::new(),
            warnings: Vec::new(),
            more: 0,
            declared: Vec::new(),
            paths: BTreeSet::new(),
            strays: Vec::new(),
            hushed: BTreeSet::new(),
            secret: BTreeSet::new(),
            secrets: BTreeSet::new(),
            garbled: slips.keys().copied().collect(),
        };
        for Slip { span, reason, hint } in slips.into_values() {
            if let Some(reason) = reason {
                findings.push(Some(&span), &reason, hint);
            }
        }
        findings
    }

    /// Something is wrong at that place.
    pub(super) fn mistake(&mut self, span: Option<&Span>, reason: &str, hint: Option<String>) {
        match span {
            Some(span) if self.hushed.contains(&span.start) => {}
            Some(span) if self.is_garbled(span) => {}
            Some(span) if self.is_secret(span) => {
                self.push(Some(span), "with the environment's part filled in, this value is not valid", None);
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
        let secret = span.is_some_and(|span| self.is_secret(span));
        if !secret && self.warnings.len() < KEPT {
            self.warnings.push(self.locate(span, reason, hint));
        }
    }

    /// No further mistake is told of the value that begins there.
    pub(super) fn hush(&mut self, span: &Span) {
        self.hushed.insert(span.start);
    }

    /// No message quotes the value that begins there, nor what of it came from the environment.
    pub(super) fn keep_secret(&mut self, span: &Span, parts: Vec<String>) {
        self.secret.insert(span.start);
        self.secrets.extend(parts.into_iter().filter(|part| part.chars().count() >= SECRET));
    }

    /// Whether no message quotes the value that begins there.
    pub(super) fn is_secret(&self, span: &Span) -> bool {
        self.secret.contains(&span.start)
    }

    /// The text that the findings are about.
    pub(super) fn document(&self) -> &'d Document<'d> {
        self.document
    }

    /// A key that is asked for; counts once, however often its table stands.
    pub(super) fn declare(&mut self, key: Declared) {
        if self.paths.insert(key.path.clone()) {
            self.declared.push(key);
        }
    }

    /// A key that is not among the `known`; returns the one that was probably meant.
    pub(super) fn stray(
        &mut self,
        span: Span,
        header: &str,
        name: &str,
        known: &[&'static str],
    ) -> Option<&'static str> {
        if self.strays.len() == KEPT {
            self.more += 1;
            return None;
        }
        let near = nearest(name, known.iter().copied());
        self.strays.push(Stray { span, header: header.to_owned(), name: name.to_owned(), near, known: known.to_vec() });
        near
    }

    pub(super) fn into_declared(self) -> Vec<Declared> {
        self.declared
    }

    /// What was read, with the warnings, if nothing is wrong with it.
    pub(super) fn conclude<T>(mut self, read: Option<T>) -> Result<(T, Vec<Mistake>), ConfigErrors> {
        for stray in std::mem::take(&mut self.strays) {
            let hint = self.place_of(&stray);
            let reason = match stray.header.as_str() {
                "" => format!("`{}` is no section", stray.name),
                header => format!("`{}` is no key of `{header}`", stray.name),
            };
            self.mistake(Some(&stray.span), &reason, Some(hint));
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
        if let Some(name) = stray.near {
            return did_you_mean(name);
        }
        let owns = |key: &&Declared| key.path.rsplit('.').next() == Some(&stray.name);
        match self.declared.iter().find(owns) {
            Some(key) => format!("`{}` belongs under `{}`", stray.name, key.header),
            None => format!("known are {}", stray.known.join(", ")),
        }
    }

    /// Whether what stands there is guesswork. A value that is made up altogether has an empty span.
    fn is_garbled(&self, span: &Span) -> bool {
        !self.garbled.is_empty() && (span.is_empty() || self.garbled.contains(&self.document.line_of(span.start)))
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
        let hint = hint.map(|hint| fit_to_print(&self.without_secrets(&hint)));
        let reason = fit_to_print(&self.without_secrets(reason));
        Mistake { file: self.document.file.clone(), place, reason, hint }
    }

    /// A value of the environment may be quoted in what is said of another: as the name that an alias stands for.
    fn without_secrets(&self, sentence: &str) -> String {
        self.secrets.iter().fold(sentence.to_owned(), |sentence, secret| sentence.replace(secret, "${…}"))
    }
}

fn fit_to_print(sentence: &str) -> String {
    let printable: String = sentence.chars().map(printable).collect();
    text::shorten(&printable, LONGEST)
}
