//! Text as it is kept: one line, no invisible characters, legal in XML 1.0.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Whether XML 1.0 (section 2.2, `Char`) allows the character.
///
/// `char` already excludes the surrogates; the two non-characters U+FFFE and U+FFFF are left to exclude.
#[must_use]
pub fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Characters that mean nothing to a reader of one line: soft hyphen, zero-width space, word joiner, byte-order mark, and
/// the embeddings that turn the direction of what follows.
fn is_noise(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{202A}'..='\u{202E}'
        | '\u{2066}'..='\u{2069}')
}

/// Characters that have no width. Some matter where text is shown (a family of emoji is joined by U+200D, Persian words are
/// parted by U+200C), none where it is compared.
#[must_use]
pub fn is_zero_width(c: char) -> bool {
    is_noise(c) || matches!(c, '\u{200B}'..='\u{200F}' | '\u{FE00}'..='\u{FE0F}')
}

/// One clean line: white space of every kind (also no-break) folded to single spaces, ends trimmed,
/// meaningless and illegal characters removed.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() || c == '\u{85}' {
            gap = !out.is_empty();
        } else if is_noise(c) || c.is_control() || !is_xml_char(c) {
        } else {
            if gap {
                out.push(' ');
                gap = false;
            }
            out.push(c);
        }
    }
    out
}

/// Several paragraphs, each cleaned, joined by a line feed; `None` when nothing is left.
#[must_use]
pub fn clean_paragraphs<'a>(paragraphs: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let kept: Vec<String> = paragraphs.into_iter().map(clean).filter(|p| !p.is_empty()).collect();
    (!kept.is_empty()).then(|| kept.join("\n"))
}

/// A moment, for people: to the minute, in a zone that is named (`2026-03-02 10:30 CET`).
#[must_use]
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// At most `max` characters; cut at a word's end where there is one, and marked with an ellipsis.
#[must_use]
pub fn shorten(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let room = max.saturating_sub(1);
    let head: String = text.chars().take(room).collect();
    let whole_word = text.chars().nth(room).is_some_and(char::is_whitespace);
    let at_word = if whole_word { &*head } else { head.rsplit_once(' ').map_or(&*head, |(before, _)| before) };
    // One long word would leave next to nothing.
    let cut = if at_word.chars().count() * 2 < max { &*head } else { at_word };
    format!("{}…", cut.trim_end())
}

/// The addresses in a line without what may be a secret in them: user and password, query, fragment.
#[must_use]
pub fn without_keys(line: &str) -> String {
    let words = line.split(' ').map(|word| {
        let Some((before, rest)) = word.split_once("://") else { return word.to_owned() };
        let public = rest.split(['?', '#']).next().unwrap_or_default();
        let (host, path) = public.split_once('/').map_or((public, None), |(host, path)| (host, Some(path)));
        let host = host.rsplit('@').next().unwrap_or_default();
        let path = path.map(|path| format!("/{path}")).unwrap_or_default();
        let end = if public.len() < rest.len() && rest.ends_with(':') { ":" } else { "" };
        format!("{before}://{host}{path}{end}")
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_their_keys() {
        for (line, want) in [
            ("no address: a?b@c", "no address: a?b@c"),
            ("https://u:p@example.se/a/b?token=t#f: status 404", "https://example.se/a/b: status 404"),
            ("`http://a@b@example.se:81` x", "`http://example.se:81` x"),
            ("leads to https://example.se/?k=1 and", "leads to https://example.se/ and"),
            ("://", "://"),
        ] {
            assert_eq!(without_keys(line), want);
        }
    }

    #[test]
    fn white_space_and_the_invisible_are_folded() {
        assert_eq!(clean(" Ny\u{AD}heter\u{A0}\u{A0}i \n\t länet\u{200B} "), "Nyheter i länet");
        assert_eq!(clean("a\u{0}b\u{1}c\u{FFFE}d\u{FFFF}e\u{8}"), "abcde");
        assert_eq!(clean("\u{FEFF}"), "");
        assert_eq!(clean("👩\u{200D}⚕️"), "👩\u{200D}⚕️");
    }

    #[test]
    fn shortening_keeps_words_whole() {
        assert_eq!(shorten("en kort rad", 20), "en kort rad");
        assert_eq!(shorten("en något längre rad text", 16), "en något längre…");
        assert_eq!(shorten(&"x".repeat(50), 10), format!("{}…", "x".repeat(9)));
    }

    #[test]
    fn paragraphs_are_lines() {
        assert_eq!(clean_paragraphs([" ett ", "", "två\n rader"]).as_deref(), Some("ett\ntvå rader"));
        assert_eq!(clean_paragraphs([" ", ""]), None);
    }
}
