//! Reads one table of a config.
//!
//! Reading a key *is* declaring it: its name, its kind, its default and its meaning stand in one call. Whatever was
//! not declared is unknown, and the reference is the list of what was declared.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::Span;
use super::findings::{Declared, Findings};
use super::kind::{Flaw, Said};

/// A table that is being read. One that is left out reads as if it were empty.
pub(super) struct Reader<'r, 'd> {
    table: Option<&'r DeTable<'d>>,
    /// Where the table is written, for what is missing from it.
    span: Option<Span>,
    /// `[publish]`, `[[source]]`; empty at the top of the file.
    header: String,
    /// `publish`, `source`; empty at the top of the file.
    path: String,
    known: Vec<&'static str>,
    /// Keys that must be there and are not, with an example of each.
    absent: Vec<(&'static str, String)>,
    findings: &'r mut Findings<'d>,
}

impl<'r, 'd> Reader<'r, 'd> {
    /// Reads the whole file.
    pub(super) fn root<T>(
        table: &'r DeTable<'d>,
        findings: &'r mut Findings<'d>,
        read: impl FnOnce(&mut Reader<'_, 'd>) -> T,
    ) -> T {
        Reader::of(Some(table), None, String::new(), String::new(), findings).finish(read)
    }

    fn of(
        table: Option<&'r DeTable<'d>>,
        span: Option<Span>,
        header: String,
        path: String,
        findings: &'r mut Findings<'d>,
    ) -> Self {
        Self { table, span, header, path, known: Vec::new(), absent: Vec::new(), findings }
    }

    /// Reads, then tells of the keys that were not asked for and of those that are not there.
    fn finish<T>(mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let outcome = read(&mut self);
        for (key, _) in self.table.into_iter().flatten() {
            let name: &str = key.get_ref();
            if !self.known.contains(&name) {
                let near = self.findings.stray(key.span(), &self.header, name, &self.known);
                // It is there, misspelt: one mistake is enough.
                self.absent.retain(|(absent, _)| Some(*absent) != near);
            }
        }
        for (name, example) in &self.absent {
            let reason = format!("`{}` has no `{name}`", self.header);
            let hint = format!("add a line such as `{name} = {example}`");
            self.findings.missing(self.span.as_ref(), &reason, Some(hint));
        }
        outcome
    }

    /// A table inside this one, written once.
    pub(super) fn section<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Reader<'_, 'd>) -> T) -> T {
        self.known.push(name);
        let path = self.path_of(name);
        let table = self.table_at(name, &path);
        let span = table.and_then(|_| self.span(name));
        let header = format!("[{path}]");
        Reader::of(table, span, header, path, self.findings).finish(read)
    }

    /// A table that may be written several times; those that could not be read are left out.
    pub(super) fn each<T>(
        &mut self,
        name: &'static str,
        mut read: impl FnMut(&mut Reader<'_, 'd>) -> Option<T>,
    ) -> Vec<T> {
        self.known.push(name);
        let path = self.path_of(name);
        let header = format!("[[{path}]]");
        let tables: &[Spanned<DeValue<'d>>] = match self.get(name).map(Spanned::get_ref) {
            None => &[],
            Some(DeValue::Array(tables)) => tables,
            Some(_) => {
                let reason = format!("may stand several times, so it has two brackets: `{header}`");
                self.mistake(name, &reason, None);
                &[]
            }
        };
        let mut all = Vec::new();
        for value in tables {
            let span = value.span();
            let Some(table) = value.get_ref().as_table() else {
                self.findings.mistake(Some(&span), &format!("each `{name}` is a table: `{header}`"), None);
                continue;
            };
            all.extend(
                Reader::of(Some(table), Some(span), header.clone(), path.clone(), self.findings).finish(&mut read),
            );
        }
        all
    }

    /// Whether the table is written.
    pub(super) fn is_there(&self) -> bool {
        self.table.is_some()
    }

    /// Where the value of a key stands.
    pub(super) fn span(&self, name: &str) -> Option<Span> {
        self.get(name).map(Spanned::span)
    }

    /// Whether something of the value of a key came from the environment.
    pub(super) fn is_secret(&self, name: &str) -> bool {
        self.span(name).is_some_and(|span| self.findings.is_secret(&span))
    }

    /// Tells what is wrong with the value of a key.
    pub(super) fn mistake(&mut self, name: &str, reason: &str, hint: Option<String>) {
        let reason = format!("`{}` {reason}", self.path_of(name));
        self.findings.mistake(self.span(name).as_ref(), &reason, hint);
    }

    /// Tells what is odd about the value of a key.
    pub(super) fn warn(&mut self, name: &str, reason: &str, hint: Option<String>) {
        let reason = format!("`{}` {reason}", self.path_of(name));
        self.findings.warn(self.span(name).as_ref(), &reason, hint);
    }

    /// All that was found out so far.
    pub(super) fn findings(&mut self) -> &mut Findings<'d> {
        self.findings
    }

    /// The line of an earlier table that gave this key the same value, if one did.
    pub(super) fn seen_before(&self, name: &str, value: &str, seen: &mut Seen) -> Option<usize> {
        let here = self.span(name)?.start;
        let first = *seen.0.entry(value.to_owned()).or_insert(here);
        (first != here).then(|| self.findings.document().line_of(first))
    }

    pub(super) fn declare(&mut self, name: &'static str, default: String, meaning: &'static str) {
        self.known.push(name);
        let (header, path) = (self.header.clone(), self.path_of(name));
        self.findings.declare(Declared { header, path, default, meaning });
    }

    /// Tells of a key that is not there.
    pub(super) fn missing(&mut self, name: &'static str, example: String) {
        self.absent.push((name, example));
    }

    /// The table that stands under a name; tells of what is none.
    pub(super) fn table_at(&mut self, name: &str, path: &str) -> Option<&'r DeTable<'d>> {
        let value = self.get(name)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            let flaw = Flaw::wrong_type(value.get_ref()).hint(format!("written once, as `[{path}]`"));
            report(self.findings, "a table", value, path, flaw);
        }
        table
    }

    pub(super) fn get(&self, name: &str) -> Option<&'r Spanned<DeValue<'d>>> {
        self.table?.get(name)
    }

    pub(super) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

/// Values that should be unique, and where each first stands.
#[derive(Debug, Default)]
pub(super) struct Seen(BTreeMap<String, usize>);

/// Tells why a value is not what it must be.
pub(super) fn report(findings: &mut Findings<'_>, noun: &str, value: &Spanned<DeValue<'_>>, path: &str, flaw: Flaw) {
    let reason = match flaw.said {
        Said::ButIs(what) => format!("`{path}` must be {noun}, but is {what}"),
        Said::Because(reason) => format!("`{path}`: {reason}"),
    };
    let word = |(skip, text)| findings.document().word(&value.span(), text, skip);
    let span = flaw.skip.zip(value.get_ref().as_str()).map_or_else(|| value.span(), word);
    findings.mistake(Some(&span), &reason, flaw.hint);
}
