//! Categories: a display name for people, a key to compare, a slug for addresses.

use std::collections::BTreeSet;
use std::fmt;

use sha2::{Digest, Sha256};

use super::key::category_key;

/// A category as kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Category {
    /// See [`category_key`].
    pub key: String,
    /// As it is shown.
    pub name: String,
}

impl Category {
    /// A category of that name, cleaned; `None` if nothing is left of it to compare.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let name = super::text::clean(name);
        let key = category_key(&name);
        (!key.is_empty()).then_some(Self { key, name })
    }
}

/// The longest slug, in characters: short enough for every file system and for a line of a document.
pub const SLUG_MAX: usize = 60;

/// The part of a feed's address that names it: ASCII letters, digits and single hyphens, never reserved, never hidden; or
/// several such with `+` between them, for a feed that a subscriber combines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

/// Names that mean something else to a file system or to the server: the devices of Windows, and our own pages.
const RESERVED: &[&str] = &[
    "aux", "con", "nul", "prn", "com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt0",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "index", "feeds", "status", "metrics",
    "health", "hub", "archive", "static", "robots", "favicon",
];

impl Slug {
    /// The slug for a name, different from all that are `taken`.
    ///
    /// The plain form (`Hälso- och sjukvård` → `halso-och-sjukvard`) when it is free and harmless; else the plain form and
    /// six hexadecimal digits of the name's hash, so that it does not depend on the order in which names were met.
    #[must_use]
    pub fn for_name(name: &str, taken: &BTreeSet<Slug>) -> Self {
        let plain = Self::plain(name);
        let fits = plain.len() <= SLUG_MAX && !plain.is_empty() && !RESERVED.contains(&plain.as_str());
        let free = Self(plain.clone());
        if fits && !taken.contains(&free) {
            return free;
        }
        let stem: String = plain.chars().take(SLUG_MAX - 7).collect();
        let stem = if stem.is_empty() { "feed" } else { stem.trim_end_matches('-') };
        let mut rounds = 0_u32;
        loop {
            let hash = Sha256::digest(format!("{}\u{1F}{rounds}", category_key(name)));
            let number = hash.iter().take(3).fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
            let slug = Self(format!("{stem}-{number:06x}"));
            if !taken.contains(&slug) {
                return slug;
            }
            rounds += 1;
        }
    }

    /// The slug of the operator's own feed. No category and no declared feed can have it: it has a character that they cannot.
    #[must_use]
    pub fn operator() -> Self {
        Self("_flode".to_owned())
    }

    /// A slug given by the operator; the reason when it is not one.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() || text.len() > SLUG_MAX {
            return Err(format!("a slug has 1 to {SLUG_MAX} characters"));
        }
        if Self::plain(text) != text {
            let near = Self::plain(text);
            return Err(if near.is_empty() {
                "a slug has the letters a-z, digits and single hyphens".to_owned()
            } else {
                format!("a slug has the letters a-z, digits and single hyphens: `{near}`")
            });
        }
        if RESERVED.contains(&text) {
            return Err(format!("`{text}` is a reserved name"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The slug of several feeds as one: the same in whatever order they are given.
    #[must_use]
    pub fn combined(slugs: &BTreeSet<Slug>) -> Self {
        Self(slugs.iter().map(Slug::as_str).collect::<Vec<_>>().join("+"))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn plain(name: &str) -> String {
        let mut out = String::new();
        for c in deunicode::deunicode(name).chars() {
            if c.is_ascii_alphanumeric() {
                out.push(c.to_ascii_lowercase());
            } else if !out.is_empty() && !out.ends_with('-') {
                out.push('-');
            }
        }
        out.truncate(out.trim_end_matches('-').len());
        out
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Takes apart category names that a page ran together (`KulturStöd` → `Kultur`, `Stöd`).
///
/// First by the `known` names, the longest that fits at each place; what is left, where a lower-case letter meets an
/// upper-case one and both sides have at least `shortest` characters (a page that is known to glue its names can be cut
/// finely; elsewhere a longer minimum leaves `YouTube` in one piece). A name that is known is never cut.
#[must_use]
pub fn split_glued(text: &str, known: &[String], shortest: usize) -> Vec<String> {
    let text = super::text::clean(text);
    let mut by_length: Vec<&String> = known.iter().filter(|name| !name.is_empty()).collect();
    by_length.sort_by_key(|name| std::cmp::Reverse(name.chars().count()));

    let chars: Vec<char> = text.chars().collect();
    let mut parts: Vec<(String, bool)> = Vec::new(); // text, is a known name
    let mut at = 0;
    let mut loose_from = 0;
    while at < chars.len() {
        let found = by_length.iter().find_map(|name| known_at(&chars, at, name));
        if let Some(len) = found {
            push_loose(&mut parts, chars.get(loose_from..at));
            parts.push((chars.iter().skip(at).take(len).collect(), true));
            at += len;
            loose_from = at;
        } else {
            at += 1;
        }
    }
    push_loose(&mut parts, chars.get(loose_from..));
    parts
        .into_iter()
        .flat_map(|(part, is_known)| if is_known { vec![part] } else { split_at_case(&part, shortest) })
        .map(|part| super::text::clean(&part))
        .filter(|part| !part.is_empty())
        .collect()
}

fn push_loose(parts: &mut Vec<(String, bool)>, loose: Option<&[char]>) {
    let loose: String = loose.unwrap_or_default().iter().collect();
    if !loose.trim().is_empty() {
        parts.push((loose, false));
    }
}

/// The length of `name` if it stands at `at` as a name of its own: a border before it and after it. A border is an end, a
/// mark or white space that is followed by no lower-case word, or the seam of two glued names (lower case, upper case).
fn known_at(chars: &[char], at: usize, name: &str) -> Option<usize> {
    let wanted: Vec<char> = name.chars().collect();
    let here = chars.get(at..at + wanted.len())?;
    if here != wanted.as_slice() && category_key(&here.iter().collect::<String>()) != category_key(name) {
        return None;
    }
    let seam = |before: Option<&char>, after: Option<&char>| match (before, after) {
        (None, _) | (_, None) => true,
        (Some(b), Some(a)) => (b.is_alphanumeric() && a.is_uppercase()) || is_separator(*b) || is_separator(*a),
    };
    let before = at.checked_sub(1).and_then(|i| chars.get(i));
    (seam(before, here.first()) && seam(here.last(), chars.get(at + wanted.len()))).then_some(wanted.len())
}

/// Marks that separate names and belong to none.
fn is_separator(c: char) -> bool {
    matches!(c, ',' | ';' | '|' | '•' | '·' | '\n' | '/')
}

fn split_at_case(text: &str, shortest: usize) -> Vec<String> {
    let mut out = Vec::new();
    for piece in text.split([';', '|', '•', '·', '\n']) {
        let chars: Vec<char> = piece.trim_matches(|c: char| is_separator(c) || c.is_whitespace()).chars().collect();
        let mut from = 0;
        for (i, pair) in chars.windows(2).enumerate() {
            let [a, b] = pair else { continue };
            let (left, right) = (i + 1 - from, chars.len() - i - 1);
            if a.is_lowercase() && b.is_uppercase() && left >= shortest && right >= shortest {
                out.push(chars.iter().skip(from).take(left).collect());
                from = i + 1;
            }
        }
        out.push(chars.iter().skip(from).collect());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str, known: &[&str]) -> Vec<String> {
        split_glued(text, &known.iter().map(|&k| k.to_owned()).collect::<Vec<_>>(), 2)
    }

    #[test]
    fn glued_names_part_at_the_seam() {
        let want = ["Kollektivtrafik", "Projekt inom buss", "Projekt inom tunnelbana"];
        assert_eq!(split("KollektivtrafikProjekt inom bussProjekt inom tunnelbana", &[]), want);
        assert_eq!(split("KollektivtrafikProjekt inom bussProjekt inom tunnelbana", &want), want);
    }

    #[test]
    fn the_longest_known_name_wins_and_is_never_cut() {
        assert_eq!(split("Kultur och fritidKultur", &["Kultur", "Kultur och fritid"]), ["Kultur och fritid", "Kultur"]);
        assert_eq!(split("Kultur och musik", &["Kultur"]), ["Kultur och musik"]);
        assert_eq!(split("eHälsaVårdval", &["eHälsa"]), ["eHälsa", "Vårdval"]);
        assert_eq!(split("Vård ITStöd", &["Vård IT", "Stöd"]), ["Vård IT", "Stöd"]);
        assert_eq!(split("Kultur, Stöd", &["Kultur", "Stöd"]), ["Kultur", "Stöd"]);
    }

    #[test]
    fn a_longer_minimum_leaves_brand_names_whole() {
        assert_eq!(split_glued("YouTube", &[], 4), ["YouTube"]);
        assert_eq!(split_glued("eHälsa", &[], 4), ["eHälsa"]);
        assert_eq!(split_glued("KulturStöd", &[], 4), ["Kultur", "Stöd"]);
    }

    #[test]
    fn slugs_are_harmless() {
        let none = BTreeSet::new();
        let slug = |name: &str| Slug::for_name(name, &none).to_string();
        assert_eq!(slug("Hälso- och sjukvård"), "halso-och-sjukvard");
        assert_eq!(slug("Kultur & Stöd"), "kultur-stod");
        assert_eq!(slug("Kultur och stöd"), "kultur-och-stod");
        assert_eq!(slug("/etc/passwd"), "etc-passwd");
        for name in ["..", "CON", "", "!!!", "con ", &"å".repeat(300), &"lång text ".repeat(30), "日本語", "."] {
            let slug = slug(name);
            assert!(Slug::parse(&slug).is_ok(), "{name:?} gave {slug:?}");
        }
    }

    #[test]
    fn nobody_else_has_the_slug_of_the_operator() {
        assert!(Slug::parse(Slug::operator().as_str()).is_err());
        assert_eq!(Slug::for_name("_flode", &BTreeSet::new()).as_str(), "flode");
    }

    #[test]
    fn slugs_are_unique() {
        let mut taken = BTreeSet::new();
        for name in ["Åmål", "Amal", "ÅMÅL!", "Amål"] {
            assert!(taken.insert(Slug::for_name(name, &taken)), "{name:?} collided");
        }
        assert!(taken.contains(&Slug("amal".to_owned())));
    }
}
