//! The table of all keys, from the same declarations that read them.

use std::fmt::Write;
use std::path::Path;

use toml::de::DeTable;

use super::document::Document;
use super::findings::{Declared, Findings};
use super::reader::Reader;
use super::syntax::Slips;

/// A config in which every table stands that may stand several times.
const OUTLINE: &str = "[alarm.mail]\n[[alarm.webhook]]\n[[source]]\n[[feed]]\n";

/// Every key in a Markdown table: name, default, meaning.
#[must_use]
pub fn reference() -> String {
    let mut table = "| key | default | meaning |\n| --- | --- | --- |\n".to_owned();
    for Declared { path, default, meaning, .. } in declared() {
        let cell = |text: &str| text.replace('|', "\\|");
        // Writing to a string does not fail.
        let _ = writeln!(table, "| `{path}` | {} | {} |", cell(&default), cell(meaning));
    }
    table
}

/// Every key, in the order in which they are read.
fn declared() -> Vec<Declared> {
    let document = Document::new(Path::new(""), OUTLINE);
    let mut findings = Findings::new(&document, Slips::new());
    let table = DeTable::parse_recoverable(OUTLINE).0.into_inner();
    Reader::root(&table, &mut findings, |r| super::read(r, Path::new("")));
    findings.into_declared()
}
