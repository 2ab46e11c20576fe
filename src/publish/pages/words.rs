//! What the pages say, in the language of the site.
//!
//! Another language is a file beside those in `words/`, and a line in [`FILES`].

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

/// The languages there are; the first stands in for every other.
const FILES: &[&str] = &[include_str!("words/en.toml"), include_str!("words/sv.toml")];

/// A file that is not complete does not get past the tests.
static LANGUAGES: LazyLock<Vec<Words>> =
    LazyLock::new(|| FILES.iter().filter_map(|text| toml::from_str(text).ok()).collect());

static NONE: LazyLock<Words> = LazyLock::new(Words::default);

/// The words of one language. Each is explained by where it stands in the English file and in the templates.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(super) struct Words {
    pub(super) language: String,
    alphabet: String,
    months: Vec<String>,
    date: String,
    items_none: String,
    items_one: String,
    items_many: String,
    changed: String,
    pub(super) to_content: String,
    pub(super) all_feeds: String,
    pub(super) invitation: String,
    pub(super) everything: String,
    pub(super) newest: String,
    pub(super) topics: String,
    pub(super) filter: String,
    pub(super) filter_none: String,
    pub(super) letters: String,
    pub(super) at_once: String,
    pub(super) opml: String,
    pub(super) opml_link: String,
    pub(super) news: String,
    pub(super) no_news: String,
    pub(super) older: String,
    pub(super) categories: String,
    pub(super) subscribe: String,
    pub(super) what: String,
    pub(super) address: String,
    pub(super) copy: String,
    pub(super) copied: String,
    pub(super) formats: String,
    pub(super) local: String,
    pub(super) readers: String,
    pub(super) elsewhere: String,
    pub(super) outlook: Vec<String>,
    pub(super) teams: Vec<String>,
    pub(super) slack: Vec<String>,
    pub(super) thunderbird: Vec<String>,
    pub(super) newsboat: Vec<String>,
    pub(super) raw: String,
}

impl Words {
    /// The words for a language tag, by its first part; English for what is not there.
    pub(super) fn of(tag: &str) -> &'static Self {
        let all = &*LANGUAGES;
        let own = all.iter().find(|words| primary(tag).eq_ignore_ascii_case(&words.language));
        own.or(all.first()).unwrap_or(&NONE)
    }

    /// A day as people write it: `20 december 2026`.
    pub(super) fn day(&self, at: Timestamp, zone: &TimeZone) -> String {
        let date = zone.to_datetime(at).date();
        let month = usize::try_from(date.month()).ok().and_then(|month| self.months.get(month.checked_sub(1)?));
        self.date
            .replace("{day}", &date.day().to_string())
            .replace("{month}", month.map_or("", String::as_str))
            .replace("{year}", &date.year().to_string())
    }

    /// `ändrat 20 december 2026`.
    pub(super) fn changed(&self, at: Timestamp, zone: &TimeZone) -> String {
        self.changed.replace("{date}", &self.day(at, zone))
    }

    /// So many items.
    pub(super) fn count(&self, items: usize) -> String {
        match items {
            0 => self.items_none.clone(),
            1 => self.items_one.clone(),
            more => self.items_many.replace("{number}", &more.to_string()),
        }
    }

    /// What names are sorted by, so that they stand as in this language's dictionaries: `Ö` last in Swedish. Letters of
    /// other alphabets stand where they would in English.
    pub(super) fn order(&self, name: &str) -> Vec<usize> {
        let place = |c: char| self.alphabet.chars().position(|letter| letter == c);
        let foreign = |c: char| {
            let plain = deunicode::deunicode_char(c).unwrap_or_default().to_lowercase();
            let places: Vec<usize> = plain.chars().filter_map(place).map(|place| place + 1).collect();
            // Digits and marks stand before the letters.
            if places.is_empty() { vec![0, plain.chars().next().map_or(0, |c| c as usize)] } else { places }
        };
        name.to_lowercase().chars().flat_map(|c| place(c).map_or_else(|| foreign(c), |at| vec![at + 1])).collect()
    }

    /// The letter of the alphabet that a name stands under; `#` for digits and marks.
    pub(super) fn letter(&self, name: &str) -> char {
        let first = self.order(name).first().and_then(|at| self.alphabet.chars().nth(at.checked_sub(1)?));
        first.map_or('#', |letter| letter.to_uppercase().next().unwrap_or(letter))
    }
}

/// The language of a tag, without script and region.
pub(super) fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every text of a file, by its key; a list by its number too.
    fn texts(words: &Words) -> Vec<(String, String)> {
        let table = toml::Table::try_from(words).expect("a table");
        table
            .into_iter()
            .flat_map(|(key, value)| match value {
                toml::Value::Array(list) => {
                    assert!(!list.is_empty(), "{}: `{key}` is empty", words.language);
                    let text = |value: toml::Value| value.as_str().expect("a text").to_owned();
                    list.into_iter().map(|value| (key.clone(), text(value))).collect::<Vec<_>>()
                }
                value => vec![(key, value.as_str().expect("a text").to_owned())],
            })
            .collect()
    }

    #[test]
    fn every_language_is_complete() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/publish/pages/words");
        let files: Vec<_> = std::fs::read_dir(folder).expect("the folder").flatten().collect();
        assert_eq!(files.len(), FILES.len(), "each file has its line in FILES");
        for file in files {
            let text = std::fs::read_to_string(file.path()).expect("a file");
            let words: Words = toml::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}", file.path().display()));
            assert_eq!(file.file_name().to_str(), Some(format!("{}.toml", words.language).as_str()));
            assert_eq!(Words::of(&words.language).language, words.language, "it is in FILES");
            assert_eq!(words.months.len(), 12, "{}", words.language);
            for (key, text) in texts(&words) {
                assert!(!text.trim().is_empty(), "{}: `{key}` is empty", words.language);
                let marks: &[&str] = match key.as_str() {
                    "date" => &["{day}", "{month}", "{year}"],
                    "items_many" => &["{number}"],
                    "changed" => &["{date}"],
                    _ => &[],
                };
                assert_eq!(text.matches('{').count(), marks.len(), "{}: `{key}`", words.language);
                assert!(marks.iter().all(|mark| text.contains(mark)), "{}: `{key}`", words.language);
            }
        }
    }

    #[test]
    fn a_language_that_is_not_there_is_english() {
        for (tag, want) in [("sv", "sv"), ("SV-fi", "sv"), ("en-GB", "en"), ("fi", "en"), ("", "en"), ("svx", "en")] {
            assert_eq!(Words::of(tag).language, want, "{tag}");
        }
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let zone = TimeZone::get("Europe/Stockholm").expect("a zone");
        let at: Timestamp = "2026-11-20T23:30:00Z".parse().expect("an instant");
        assert_eq!(Words::of("sv").day(at, &zone), "21 november 2026");
        assert_eq!(Words::of("en").day(at, &TimeZone::UTC), "20 November 2026");
    }

    #[test]
    fn numbers_agree() {
        let words = Words::of("sv");
        assert_eq!([0, 1, 2].map(|n| words.count(n)), ["inga nyheter ännu", "1 nyhet", "2 nyheter"]);
    }

    #[test]
    fn names_stand_as_in_a_dictionary() {
        let sorted = |tag: &str| {
            let mut names = ["Ödetorp", "Arv", "Örebro", "zon", "Éire", "1177", "Äldre", "Ekonomi", "Åka", "日本"];
            names.sort_by_key(|name| Words::of(tag).order(name));
            names
        };
        let swedish = ["1177", "Arv", "Éire", "Ekonomi", "日本", "zon", "Åka", "Äldre", "Ödetorp", "Örebro"];
        assert_eq!(sorted("sv"), swedish);
        let english = ["1177", "Åka", "Äldre", "Arv", "Éire", "Ekonomi", "Ödetorp", "Örebro", "日本", "zon"];
        assert_eq!(sorted("en"), english);
        let letters = |tag: &str| ["Ödetorp", "Éire", "1177", "", "日"].map(|name| Words::of(tag).letter(name));
        assert_eq!((letters("sv"), letters("en")), (['Ö', 'E', '#', '#', 'R'], ['O', 'E', '#', '#', 'R']));
    }
}
