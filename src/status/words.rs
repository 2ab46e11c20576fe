//! What the operator's page says, in the language of the site.

use std::sync::LazyLock;

use serde::Deserialize;

/// The languages there are; the first stands in for every other.
const FILES: &[&str] = &[include_str!("words/en.toml"), include_str!("words/sv.toml")];

/// A file that is not complete does not get past the tests.
static LANGUAGES: LazyLock<Vec<Words>> =
    LazyLock::new(|| FILES.iter().filter_map(|text| toml::from_str(text).ok()).collect());

static NONE: LazyLock<Words> = LazyLock::new(Words::default);

/// The words of one language.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(super) struct Words {
    pub(super) language: String,
    pub(super) title: String,
    pub(super) to_content: String,
    pub(super) as_of: String,
    pub(super) all_well: String,
    pub(super) not_well: String,
    pub(super) sources: String,
    pub(super) source: String,
    pub(super) state: String,
    pub(super) on_page: String,
    pub(super) last_run: String,
    pub(super) next_run: String,
    pub(super) last_news: String,
    pub(super) never: String,
    /// That reasons and hints are in English, where the rest of the page is not.
    #[serde(default)]
    pub(super) in_english: Option<String>,
    pub(super) failures: String,
    pub(super) held: String,
    pub(super) feeds: String,
    pub(super) feed: String,
    pub(super) items: String,
    pub(super) newest: String,
    pub(super) due: String,
    pub(super) reported: String,
    pub(super) readers: String,
    pub(super) days: String,
    pub(super) peak: String,
    pub(super) what: String,
    pub(super) off: String,
    pub(super) combined: String,
    pub(super) alarms: String,
    pub(super) since: String,
    pub(super) channels: String,
    pub(super) states: std::collections::BTreeMap<String, String>,
}

impl Words {
    /// The words for a language tag, by its first part; English for what is not there.
    pub(super) fn of(tag: &str) -> &'static Self {
        let primary = tag.split('-').next().unwrap_or_default();
        let all = &*LANGUAGES;
        let own = all.iter().find(|words| primary.eq_ignore_ascii_case(&words.language));
        own.or(all.first()).unwrap_or(&NONE)
    }

    /// A state as people call it.
    pub(super) fn state_of<'a>(&'a self, state: &'a str) -> &'a str {
        self.states.get(state).map_or(state, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_is_complete() {
        let read: Vec<Words> = FILES.iter().map(|text| toml::from_str(text).expect("a file of words")).collect();
        for words in &read {
            assert_eq!(Words::of(&words.language).language, words.language);
            assert_eq!(words.states.keys().collect::<Vec<_>>(), read[0].states.keys().collect::<Vec<_>>());
            for (key, value) in toml::Table::try_from(words).expect("a table") {
                let marks: &[&str] = match key.as_str() {
                    "as_of" | "since" => &["{moment}"],
                    "not_well" | "failures" | "held" => &["{number}"],
                    "peak" => &["{number}", "{present}"],
                    _ => &[],
                };
                let text = value.as_str().unwrap_or("x");
                assert!(!text.trim().is_empty(), "{}: `{key}` is empty", words.language);
                assert_eq!(text.matches('{').count(), marks.len(), "{}: `{key}`", words.language);
                assert!(marks.iter().all(|mark| text.contains(mark)), "{}: `{key}`", words.language);
            }
        }
    }
}
