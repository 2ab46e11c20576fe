//! A file that goes with an item.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// The longest media type, in characters.
const LONGEST_TYPE: usize = 100;

/// The longest address, in bytes; nothing answers at longer ones.
const LONGEST_ADDRESS: usize = 2000;

/// The longest length that every reader of JSON takes for a number: 2^53 - 1.
const LARGEST: u64 = (1 << 53) - 1;

/// A file that goes with an item, of which the source says all that feeds have to: nothing is guessed, and nobody asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// Absolute, http or https.
    pub url: Url,
    /// Such as `image/jpeg`, without parameters.
    pub media_type: String,
    /// Bytes; never 0.
    pub length: u64,
}

impl Enclosure {
    /// `None` where the type or the length is none. Sources that do not know the length write 0.
    #[must_use]
    pub fn new(url: Url, media_type: &str, length: &str) -> Option<Self> {
        let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let length: u64 = length.trim().parse().ok()?;
        let short = url.as_str().len() <= LONGEST_ADDRESS;
        let fits = short && is_media_type(&media_type) && (1..=LARGEST).contains(&length) && is_web(&url);
        fits.then_some(Self { url, media_type, length })
    }
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// RFC 6838 section 4.2.
fn is_media_type(text: &str) -> bool {
    let is_name = |name: &str| {
        let legal = |c: char| c.is_ascii_alphanumeric() || "!#$&^_.+-".contains(c);
        name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(legal)
    };
    text.len() <= LONGEST_TYPE && text.split_once('/').is_some_and(|(kind, name)| is_name(kind) && is_name(name))
}

/// As it is kept: length, type, address.
impl fmt::Display for Enclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.length, self.media_type, self.url)
    }
}

/// What is kept is no enclosure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoEnclosure;

impl fmt::Display for NoEnclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an enclosure is a length, a type and an address")
    }
}

impl std::error::Error for NoEnclosure {}

impl FromStr for Enclosure {
    type Err = NoEnclosure;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (length, rest) = text.split_once(' ').ok_or(NoEnclosure)?;
        let (media_type, url) = rest.split_once(' ').ok_or(NoEnclosure)?;
        Self::new(Url::parse(url).map_err(|_| NoEnclosure)?, media_type, length).ok_or(NoEnclosure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enclosure(media_type: &str, length: &str) -> Option<String> {
        let url = Url::parse("https://example.se/a b.mp3").expect("an address");
        Enclosure::new(url, media_type, length).map(|enclosure| enclosure.to_string())
    }

    #[test]
    fn only_what_is_known_is_told() {
        let kept = enclosure("Audio/MPEG; rate=1", " 123 ").expect("whole");
        assert_eq!(kept, "123 audio/mpeg https://example.se/a%20b.mp3");
        assert_eq!(kept.parse::<Enclosure>().map(|read| read.to_string()), Ok(kept));
        for (media_type, length) in [
            ("audio/mpeg", "0"),
            ("audio/mpeg", ""),
            ("audio/mpeg", "-1"),
            ("audio/mpeg", "9007199254740992"),
            ("audio/mpeg", "12 kB"),
            ("mp3", "1"),
            ("audio/", "1"),
            ("audio/mp\" x=\"3", "1"),
            ("", "1"),
        ] {
            assert_eq!(enclosure(media_type, length), None, "{media_type} {length}");
        }
        let script = Url::parse("javascript:alert(1)").expect("an address");
        assert_eq!(Enclosure::new(script, "text/html", "1"), None);
        assert_eq!("1 a/b".parse::<Enclosure>(), Err(NoEnclosure));
    }
}
