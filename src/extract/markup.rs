//! The text of HTML that stands inside another format: the titles and descriptions of feeds and of JSON.

use scraper::Html;

use super::{Options, gate, text};
use crate::model::Refusal;
use crate::model::text::{clean, clean_paragraphs};

/// The least that a part may cost, in steps: enough for a few thousand characters whatever the limits are.
const LEAST_STEPS: u64 = 100_000;
/// How many parts as costly as they may be cost as much as a whole page may.
const PARTS: u64 = 100;

/// Beginnings of tags that nobody writes in a text that is no HTML.
const TAGS: &[&str] = &["<br", "<img", "<hr", "<!--", "<p>", "<p ", "<div", "<span", "<a href", "<script", "<style"];

/// One line of text: tags removed, entities read, once.
pub(super) fn line(markup: &str, options: &Options) -> String {
    parse(markup, options)
        .map_or_else(|| clean(markup), |html| html.map(|html| text::line(html.root_element())).unwrap_or_default())
}

/// One line for each paragraph; where there is no HTML, a blank line parts them.
pub(super) fn paragraphs(markup: &str, options: &Options) -> Option<String> {
    match parse(markup, options) {
        None => plain(markup),
        Some(_) if !has_tags(markup) => plain(&entities(markup, options)),
        Some(html) => text::paragraphs(html.ok()?.root_element()),
    }
}

/// The paragraphs of a text that is no HTML.
pub(super) fn plain(text: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut paragraphs: Vec<String> = vec![String::new()];
    for line in text.lines() {
        match paragraphs.last_mut() {
            Some(last) if !line.trim().is_empty() => {
                last.push(' ');
                last.push_str(line);
            }
            _ => paragraphs.push(String::new()),
        }
    }
    clean_paragraphs(paragraphs.iter().map(String::as_str))
}

/// A text that is no HTML, as HTML.
pub(super) fn from_plain(text: &str) -> Option<String> {
    let paragraphs = plain(text)?;
    Some(paragraphs.lines().fold(String::new(), |out, line| out + "<p>" + &escape(line) + "</p>"))
}

/// A text as HTML that shows it.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The tree of a part of a page, at a cost that many such parts may have.
pub(super) fn part(markup: &str, options: &Options) -> Result<Html, Refusal> {
    let max_steps = (options.max_steps / PARTS).max(LEAST_STEPS);
    gate::parse(markup, &Options { max_steps, ..options.clone() })
}

/// `None`: it is no HTML.
fn parse(markup: &str, options: &Options) -> Option<Result<Html, Refusal>> {
    if has_tags(markup) {
        Some(part(markup, options))
    } else if markup.contains('&') && markup.contains(';') {
        // "a < b &amp; c": only the entities mean something.
        Some(part(&markup.replace('<', "&lt;"), options))
    } else {
        None
    }
}

fn entities(markup: &str, options: &Options) -> String {
    let escaped: Vec<String> = markup.lines().map(|row| line(row, options)).collect();
    escaped.join("\n")
}

fn has_tags(markup: &str) -> bool {
    if !markup.contains('<') {
        return false;
    }
    let lower = markup.to_ascii_lowercase();
    lower.contains("</") || lower.contains("/>") || TAGS.iter().any(|tag| lower.contains(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_text() {
        let options = Options::default();
        for (markup, want) in [
            ("Vård &amp; omsorg", "Vård & omsorg"),
            ("Vård & omsorg", "Vård & omsorg"),
            ("&amp;lt;", "&lt;"),
            ("a < b", "a < b"),
            ("a < b &auml; c", "a < b ä c"),
            ("<b>Fet</b> stil", "Fet stil"),
            ("Ett<script>alert(1)</script>", "Ett"),
            ("Elementet <x> i text", "Elementet <x> i text"),
            (" två\n  rader ", "två rader"),
            ("", ""),
        ] {
            assert_eq!(line(markup, &options), want, "{markup}");
        }
        for (markup, want) in [
            ("<p>Ett</p><p>två &amp; tre</p>", Some("Ett\ntvå & tre")),
            ("Ett\nrad\n\nTvå", Some("Ett rad\nTvå")),
            ("Ett &amp; två\n\nTre", Some("Ett & två\nTre")),
            ("<img src=x>", None),
            ("  ", None),
        ] {
            assert_eq!(paragraphs(markup, &options).as_deref(), want, "{markup}");
        }
        assert_eq!(paragraphs(&"<div>".repeat(100_000), &options), None);
    }
}
