//! Where items come from.

use std::fmt;

use jiff::tz::TimeZone;
use url::Url;

/// The operator's name for a source: lower-case letters, digits, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(String);

impl SourceId {
    /// The longest id, in characters.
    pub const MAX: usize = 60;

    /// Reads an id; the reason when it is not one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if text.is_empty() || text.len() > Self::MAX || !text.chars().all(legal) {
            return Err(format!("an id has 1 to {} of the characters a-z, 0-9, `-` and `_`", Self::MAX));
        }
        Ok(Self(text.to_owned()))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A page that is read.
#[derive(Debug, Clone)]
pub struct Source {
    /// The operator's name for it.
    pub id: SourceId,
    /// Its address, http or https.
    pub url: Url,
    /// The category of items that the page puts in none; `None`: such items stand in the site's feed alone.
    pub default_category: Option<String>,
    /// The language of the page, as BCP 47 (`sv`): how its dates are read.
    pub language: String,
    /// The zone of the page's dates and of its schedule.
    pub time_zone: TimeZone,
}
