//! What people and programs read.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::{IsTerminal, Write};

use super::Exit;

/// Why a command could not be done.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) message: String,
    pub(super) hint: Option<String>,
    /// The same in parts, for programs.
    pub(super) details: Option<serde_json::Value>,
    pub(super) exit: Exit,
}

impl Failure {
    /// A failure of the command or of its configuration: exit code 2.
    pub(super) fn new(message: impl Display) -> Self {
        Self { message: message.to_string(), hint: None, details: None, exit: Exit::Usage }
    }

    /// A failure of the store or of the output directory.
    pub(super) fn of_disk(message: impl Display) -> Self {
        Self { exit: Exit::Disk, ..Self::new(message) }
    }

    pub(super) fn hint(mut self, hint: Option<impl Display>) -> Self {
        self.hint = hint.map(|hint| hint.to_string());
        self
    }
}

/// An error with its hint, on standard error; as an object for programs.
pub(super) fn failure(failure: &Failure, json: bool) {
    if json {
        let plain = || serde_json::json!({ "error": failure.message, "hint": failure.hint });
        self::json(&failure.details.clone().unwrap_or_else(plain));
    } else {
        error(&failure.message, failure.hint.as_deref());
    }
}

/// `error: …` and `hint: …` on standard error.
pub(super) fn error(message: &str, hint: Option<&str>) {
    let (red, cyan, plain) =
        if std::io::stderr().is_terminal() && colour() { ("\x1b[1;31m", "\x1b[36m", "\x1b[0m") } else { ("", "", "") };
    let _ = writeln!(std::io::stderr(), "{red}error:{plain} {}", harmless(message));
    if let Some(hint) = hint {
        let _ = writeln!(std::io::stderr(), "{cyan}hint:{plain} {}", harmless(hint));
    }
}

/// One line on standard output. A reader that has gone away (`flode status | head -1`) is no error.
pub(super) fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", harmless(text));
}

/// One line on standard error.
pub(super) fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", harmless(text));
}

/// An object for programs.
pub(super) fn json(value: &serde_json::Value) {
    // The characters that JSON need not escape, and some terminals obey; they stand within strings alone.
    let text = format!("{value:#}");
    let obeyed: BTreeSet<char> = text.chars().filter(|c| matches!(c, '\u{7f}'..='\u{9f}')).collect();
    line(&obeyed.iter().fold(text, |text, c| text.replace(*c, &format!("\\u{:04x}", u32::from(*c)))));
}

/// Text of which no character commands a terminal: much of what is told comes from pages.
fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { char::REPLACEMENT_CHARACTER } else { c })
        .collect()
}

fn colour() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Columns of text under their names. Numbers stand to the right; a trailing column may be of any length.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(names: &[&str]) -> Self {
        Self { rows: vec![names.iter().map(|name| (*name).to_owned()).collect()] }
    }

    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub(super) fn print(&self) {
        let bold = std::io::stdout().is_terminal() && colour();
        for (i, text) in self.lines().into_iter().enumerate() {
            if i == 0 && bold {
                let _ = writeln!(std::io::stdout(), "\x1b[1m{}\x1b[0m", harmless(&text));
            } else {
                line(&text);
            }
        }
    }

    fn lines(&self) -> Vec<String> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let column = |i: usize| self.rows.iter().filter_map(move |row| row.get(i));
        let widths: Vec<usize> =
            (0..columns).map(|i| column(i).map(|cell| cell.chars().count()).max().unwrap_or(0)).collect();
        let right: Vec<bool> = (0..columns).map(|i| column(i).skip(1).all(|cell| is_number(cell))).collect();
        let pad = |(i, cell): (usize, &String)| {
            let blank = " ".repeat(widths.get(i).copied().unwrap_or(0).saturating_sub(cell.chars().count()));
            if right.get(i) == Some(&true) { format!("{blank}{cell}") } else { format!("{cell}{blank}") }
        };
        let join = |row: &Vec<String>| row.iter().enumerate().map(pad).collect::<Vec<_>>().join("  ");
        self.rows.iter().map(|row| join(row).trim_end().to_owned()).collect()
    }
}

fn is_number(cell: &str) -> bool {
    cell.chars().all(|c| c.is_ascii_digit() || c == '–')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_commands_a_terminal() {
        assert_eq!(harmless("a\u{1b}]0;x\u{7}\u{9b}2J\r\u{7f}b\n\tå"), "a�]0;x��2J��b\n\tå");
    }

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(&["source", "found", "note"]);
        table.row(vec!["nyheter".into(), "20".into(), "en längre anmärkning".into()]);
        table.row(vec!["åä".into(), "–".into(), String::new()]);
        assert_eq!(table.lines(), ["source   found  note", "nyheter     20  en längre anmärkning", "åä           –"]);
    }
}
