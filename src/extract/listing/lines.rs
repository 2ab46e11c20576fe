//! The lines of a text: where they begin, and the bullets at their beginning.

/// Bullets that nobody writes for another purpose.
const CERTAIN: &str = "•‣◦▪●■○∙⁃";
/// Bullets that are also dashes, stars and dots: only with white space after them.
const POSSIBLE: &str = "-*–—·+";
/// Columns that a tabulator stops at.
const TAB: usize = 4;

/// A line that is not blank.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) column: usize,
    /// Without the space around it.
    pub(super) text: &'a str,
    pub(super) bullet: Option<Bullet<'a>>,
    pub(super) after_blank: bool,
}

/// The lines of a text, and whether the last one lacks its line feed.
pub(super) fn lines(text: &str) -> (Vec<Line<'_>>, bool) {
    let feed = if text.contains('\n') { '\n' } else { '\r' };
    let mut out = Vec::new();
    let mut after_blank = false;
    let mut open = false;
    for raw in text.split([feed, '\u{2028}', '\u{2029}']) {
        let (column, text) = indent(raw);
        open = !text.is_empty();
        if open {
            out.push(Line { column, text, bullet: Bullet::read(text), after_blank });
        }
        after_blank = !open;
    }
    (out, open)
}

/// The column at which a line begins, and the line without the space around it.
fn indent(raw: &str) -> (usize, &str) {
    let text = raw.trim_start_matches(is_gap);
    let mut column = 0;
    for c in raw.chars().take_while(|&c| is_gap(c)) {
        column += match c {
            '\t' => TAB - column % TAB,
            c if c.is_whitespace() => 1,
            _ => 0,
        };
    }
    (column, text.trim_end_matches(is_gap))
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{200B}' | '\u{2060}')
}

/// What makes two bullets bullets of one list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Certain(char),
    Possible(char),
    Number,
}

/// The mark at the beginning of a line, and what follows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bullet<'a> {
    pub(super) kind: Kind,
    /// 0 where it is no number.
    pub(super) number: usize,
    pub(super) rest: &'a str,
}

impl<'a> Bullet<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut chars = text.chars();
        let first = chars.next()?;
        let rest = chars.as_str();
        if CERTAIN.contains(first) {
            return Some(Self { kind: Kind::Certain(first), number: 0, rest });
        }
        if POSSIBLE.contains(first) {
            let is_rule = !rest.is_empty() && rest.chars().all(|c| c.is_whitespace() || POSSIBLE.contains(c));
            let parted = rest.chars().next().is_none_or(char::is_whitespace);
            return (parted && !is_rule).then_some(Self { kind: Kind::Possible(first), number: 0, rest });
        }
        let (digits, rest) = text.split_once(['.', ')'])?;
        let is_number = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        let parted = rest.chars().next().is_none_or(char::is_whitespace);
        let number = digits.parse().ok().filter(|_| is_number && parted)?;
        Some(Self { kind: Kind::Number, number, rest })
    }
}

/// Whether a text begins in the middle of a sentence.
pub(super) fn starts_lower(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_lowercase)
}

/// Whether a text ends as a sentence does.
pub(super) fn ends_sentence(text: &str) -> bool {
    let bare = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '”' | '»' | '’' | '\'' | ')'));
    bare.ends_with(['.', '!', '?', '…', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bullets_are_told_from_text() {
        let bullet = |text| Bullet::read(text).map(|bullet| (bullet.kind, bullet.rest));
        assert_eq!(bullet("•Nytt"), Some((Kind::Certain('•'), "Nytt")));
        assert_eq!(bullet("-\u{A0}Nytt"), Some((Kind::Possible('-'), "\u{A0}Nytt")));
        assert_eq!(bullet("12) Nytt"), Some((Kind::Number, " Nytt")));
        for text in ["-5 grader", "**Nytt**", "---", "* * *", "2031. Nytt", "1.5 miljoner", "Nytt", ""] {
            assert_eq!(bullet(text), None, "{text}");
        }
    }

    #[test]
    fn columns_are_those_of_a_screen() {
        for (raw, want) in
            [("a", 0), ("  a", 2), ("\ta", 4), (" \t a", 5), ("\u{FEFF}\u{A0}a\u{A0}", 1), (" \u{200B}", 1)]
        {
            assert_eq!(indent(raw).0, want, "{raw:?}");
            assert!(indent(raw).1.len() < 2);
        }
    }
}
