//! Takes a text apart into numbers, words and marks, case and accents folded.

use super::fold::fold_char;
use super::lexicon::{self, Entry};

/// Characters of a text that are looked at.
pub(super) const LOOKED_AT: usize = 300;

/// Tokens before the cut in a longer text that cannot be trusted: a year may have been cut off.
const TORN: usize = 8;

/// A number, a word or a mark.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// ASCII digits; `u64::MAX` if there are more than fit.
    Number(u64),
    /// Letters.
    Word {
        /// All in capitals.
        upper: bool,
        /// What it may mean.
        senses: &'static [Entry],
    },
    /// Any other visible character.
    Mark(char),
}

#[derive(Debug)]
struct Token {
    kind: Kind,
    /// Bytes of the folded text.
    start: usize,
    end: usize,
    /// No white space before it.
    glued: bool,
}

/// A number as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) value: u64,
    pub(super) digits: usize,
}

/// A text in tokens. A place is the index of a token; outside the text there is nothing, and it is never an error.
#[derive(Debug)]
pub(super) struct Text {
    folded: String,
    tokens: Vec<Token>,
    /// The places before which a date may end.
    pub(super) whole: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Blank,
    Digit,
    Letter,
    Mark,
}

impl Text {
    pub(super) fn new(text: &str) -> Self {
        let mut chars = text.trim().chars();
        let mut builder = Builder::default();
        for c in chars.by_ref().take(LOOKED_AT) {
            builder.push(c);
        }
        builder.close();
        let cut = chars.next().is_some();
        let Builder { folded, tokens, .. } = builder;
        let whole = if cut { tokens.len().saturating_sub(TORN) } else { tokens.len() };
        Self { folded, tokens, whole }
    }

    /// How many tokens.
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// What stands at a place.
    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|t| t.kind)
    }

    /// The number at a place.
    pub(super) fn number(&self, at: usize) -> Option<Number> {
        let token = self.tokens.get(at)?;
        match token.kind {
            Kind::Number(value) => Some(Number { value, digits: token.end - token.start }),
            _ => None,
        }
    }

    /// The number at a place, if it has so many digits.
    pub(super) fn digits(&self, at: usize, count: std::ops::RangeInclusive<usize>) -> Option<u64> {
        self.number(at).filter(|n| count.contains(&n.digits)).map(|n| n.value)
    }

    /// The folded word at a place, or an empty string.
    pub(super) fn word(&self, at: usize) -> &str {
        match self.tokens.get(at) {
            Some(Token { kind: Kind::Word { .. }, start, end, .. }) => self.folded.get(*start..*end).unwrap_or(""),
            _ => "",
        }
    }

    /// What the word at a place may mean.
    pub(super) fn senses(&self, at: usize) -> &'static [Entry] {
        match self.kind(at) {
            Some(Kind::Word { senses, .. }) => senses,
            _ => &[],
        }
    }

    /// The mark at a place.
    pub(super) fn mark(&self, at: usize) -> Option<char> {
        match self.kind(at) {
            Some(Kind::Mark(c)) => Some(c),
            _ => None,
        }
    }

    /// Nothing, not even white space, between the token at this place and the one before.
    pub(super) fn glued(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|t| t.glued)
    }

    /// One of the marks at a place, directly after the token before it.
    pub(super) fn glued_mark(&self, at: usize, marks: &[char]) -> Option<char> {
        self.mark(at).filter(|c| marks.contains(c) && self.glued(at))
    }

    /// A number directly after the token before it, with so many digits.
    pub(super) fn glued_digits(&self, at: usize, count: std::ops::RangeInclusive<usize>) -> Option<u64> {
        self.digits(at, count).filter(|_| self.glued(at))
    }

    /// The place after the phrase, if it stands at this place from its second word on.
    pub(super) fn phrase(&self, at: usize, rest: &[String]) -> Option<usize> {
        let mut at = at + 1;
        for word in rest {
            if self.glued_mark(at, &['-']).is_some() {
                at += 1;
            }
            if self.word(at) != word {
                return None;
            }
            at += 1;
        }
        Some(at)
    }

    /// Whether a number at this place begins there: it is no tail of a word, a decimal, a range or an id.
    pub(super) fn starts(&self, at: usize) -> bool {
        if !self.glued(at) || at == 0 {
            return true;
        }
        let Some(mark) = self.mark(at - 1) else { return false };
        if at == 1 {
            return !matches!(mark, '-' | '+' | '/' | '.');
        }
        let after_number = matches!(self.kind(at - 2), Some(Kind::Number(_)));
        !(matches!(mark, '-' | '/' | '_' | '+' | '#' | '=') || after_number && matches!(mark, '.' | ':' | ','))
    }

    /// Whether a date that ends before this place ends there.
    pub(super) fn ends(&self, at: usize) -> bool {
        if !self.glued(at) {
            return true;
        }
        match self.mark(at) {
            None | Some('%' | '_') => false,
            Some('-' | '/' | '.' | ':' | ',' | '+') => !(self.glued(at + 1) && self.number(at + 1).is_some()),
            Some(_) => true,
        }
    }
}

#[derive(Default)]
struct Builder {
    folded: String,
    tokens: Vec<Token>,
    open: Option<(Class, usize, bool)>,
    /// The open word has no small letter so far.
    upper: bool,
    glued: bool,
}

impl Builder {
    fn push(&mut self, c: char) {
        let class = match c {
            // What is not seen, and the marks that make letters of letters.
            '\u{AD}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}'
            | '\u{300}'..='\u{36F}' => return,
            '\'' | '’' | '‘' | 'ʼ' | '`' | '´' => Class::Blank,
            c if c.is_whitespace() || c.is_control() => Class::Blank,
            c if c.is_ascii_digit() => Class::Digit,
            c if c.is_alphabetic() => Class::Letter,
            _ => Class::Mark,
        };
        if class == Class::Mark || self.open.is_none_or(|(open, ..)| open != class) {
            self.close();
            if class == Class::Blank {
                self.glued = false;
                return;
            }
            self.open = Some((class, self.folded.len(), self.glued));
            self.upper = true;
            self.glued = true;
        }
        self.upper &= !c.is_lowercase();
        fold_char(c, &mut self.folded);
    }

    fn close(&mut self) {
        let Some((class, start, glued)) = self.open.take() else { return };
        let end = self.folded.len();
        let text = self.folded.get(start..end).unwrap_or("");
        let kind = match class {
            Class::Digit => Kind::Number(text.parse().unwrap_or(u64::MAX)),
            Class::Letter => Kind::Word { upper: self.upper, senses: lexicon::find(text) },
            Class::Mark | Class::Blank => Kind::Mark(text.chars().next().unwrap_or(' ')),
        };
        self.tokens.push(Token { kind, start, end, glued });
    }
}
