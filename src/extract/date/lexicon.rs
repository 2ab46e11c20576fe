//! Finds a word of a page in the tables of languages.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::fold::fold;
use super::words::{LANGUAGES, Language, UNITS, Unit};

/// What a word, or a phrase that begins with it, may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    /// 1 is January.
    Month(i8),
    /// 1 is Monday. An abbreviation says less for certain than the name in full.
    Weekday { day: i8, full: bool },
    /// This moment.
    Now,
    /// So many days before today.
    DaysAgo(i32),
    /// One of the unit, in the past.
    OneAgo(Unit),
    /// The unit.
    Unit(Unit),
    /// One, before a unit.
    One,
    /// Makes the length of time after it lie in the past.
    Before,
    /// Makes the length of time before it lie in the past.
    After,
    /// The label of a date of publication.
    Published,
    /// The label of a date of change.
    Updated,
}

/// One meaning of a word.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) sense: Sense,
    /// The place in [`LANGUAGES`].
    pub(super) language: usize,
    /// It counts only where the source is in this language.
    pub(super) own_only: bool,
    /// The words of the phrase after the first.
    pub(super) rest: Vec<String>,
}

type Lexicon = HashMap<String, Vec<Entry>>;

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon::new();
    for (place, language) in LANGUAGES.iter().enumerate() {
        for (sense, phrase) in senses(language) {
            add(&mut lexicon, place, sense, phrase);
        }
    }
    lexicon
});

/// Length at which a name of a weekday is no abbreviation in any of the languages.
const FULL_WEEKDAY: usize = 5;

/// All that a folded word may mean, in the order of the tables.
pub(super) fn find(word: &str) -> &'static [Entry] {
    LEXICON.get(word).map_or(&[], Vec::as_slice)
}

/// The place of a BCP 47 tag in the tables.
pub(super) fn language(tag: &str) -> Option<usize> {
    let primary = tag.split(['-', '_']).next()?;
    // `no` is the older tag for what is nearly always written as Bokmål.
    let primary = if primary.eq_ignore_ascii_case("no") { "nb" } else { primary };
    LANGUAGES.iter().position(|l| l.tag.eq_ignore_ascii_case(primary))
}

/// Every phrase of a language with its meaning.
pub(super) fn senses(language: &Language) -> Vec<(Sense, &'static str)> {
    let mut all = Vec::new();
    let mut words = |sense: Sense, forms: &'static str| all.extend(forms.split(' ').map(|form| (sense, form)));
    for (month, forms) in (1..).zip(language.months.split('|')) {
        words(Sense::Month(month), forms);
    }
    for (unit, forms) in UNITS.into_iter().zip(language.units.split('|')) {
        words(Sense::Unit(unit), forms);
    }
    words(Sense::One, language.one);
    words(Sense::Published, language.published);
    words(Sense::Updated, language.updated);
    for (day, forms) in (1..).zip(language.weekdays.split('|')) {
        all.extend(forms.split(' ').map(|form| {
            let full = form.trim_start_matches('=').chars().count() >= FULL_WEEKDAY;
            (Sense::Weekday { day, full }, form)
        }));
    }
    let mut phrases = |sense: Sense, forms: &'static str| all.extend(forms.split('|').map(|form| (sense, form)));
    phrases(Sense::Now, language.now);
    phrases(Sense::Before, language.before);
    phrases(Sense::After, language.after);
    for (days, forms) in (0..).zip(language.days) {
        phrases(Sense::DaysAgo(days), forms);
    }
    for (unit, forms) in UNITS.into_iter().zip(language.bare.split('|')) {
        phrases(Sense::OneAgo(unit), forms);
    }
    all.retain(|(_, form)| !form.is_empty());
    all
}

fn add(lexicon: &mut Lexicon, language: usize, sense: Sense, phrase: &str) {
    let own_only = phrase.starts_with('=');
    // Tokens are split at apostrophes and hyphens; so are phrases.
    let folded = fold(phrase.trim_start_matches('='));
    let mut words = folded.split([' ', '-']).map(str::to_owned);
    let Some(first) = words.next() else { return };
    lexicon.entry(first).or_default().push(Entry { sense, language, own_only, rest: words.collect() });
}
