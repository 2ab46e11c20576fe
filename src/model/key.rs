//! Identity: the keys that the deduplicator compares, and the id that subscribers see.

use std::fmt;
use std::str::FromStr;

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizer;
use url::Url;
use uuid::Uuid;

use super::text;

/// What the deduplicator keys on: a normalised title and a normalised category.
///
/// The category is empty for an item that stands in no category.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey {
    /// See [`title_key`].
    pub title: String,
    /// See [`category_key`].
    pub category: String,
}

/// The identity of an item, minted once: the `guid` in RSS, the `id` in Atom, in every feed that shows it.
///
/// A UUID of version 5 (RFC 9562), printed as `urn:uuid:…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(Uuid);

impl ItemId {
    /// Computes the id from the site's address, the item's first title and category key, and its occurrence
    /// (0 for the first item under that key), so that a ledger rebuilt from the same pages gives the same ids.
    #[must_use]
    pub fn mint(site: &Url, key: &ItemKey, occurrence: u32) -> Self {
        let site = Uuid::new_v5(&Uuid::NAMESPACE_URL, canonical_link(site).as_bytes());
        // U+001F cannot stand in a key: `text::clean` removes control characters.
        let name = format!("{}\u{1F}{}\u{1F}{occurrence}", key.title, key.category);
        Self(Uuid::new_v5(&site, name.as_bytes()))
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.urn())
    }
}

impl FromStr for ItemId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(Self)
    }
}

/// A title as it is compared: NFKC, invisible characters removed, white space and case folded, typographic
/// quotes and dashes made plain.
#[must_use]
pub fn title_key(title: &str) -> String {
    let nfkc = ComposingNormalizer::new_nfkc();
    // A control character would part a letter from its accent until the end.
    let title = text::clean(title);
    let seen = nfkc.normalize(&title);
    let plain: String = seen.chars().filter(|c| !text::is_zero_width(*c)).map(plain_mark).collect();
    let folded = CaseMapper::new().fold_string(&plain);
    // Folding can undo the composition (ΐ), and a plain mark can meet a combining one.
    text::clean(&nfkc.normalize(&folded))
}

/// A category's name as it is compared. Aliases are applied before, by the `categorise` stage.
#[must_use]
pub fn category_key(name: &str) -> String {
    title_key(name)
}

/// Quotes and dashes that an editor's keyboard, or its word processor, chose by itself.
fn plain_mark(c: char) -> char {
    match c {
        '\u{2018}'..='\u{201B}' | '\u{2032}' | '\u{2035}' | '\u{B4}' | '`' | '\u{2BC}' => '\'',
        '\u{201C}'..='\u{201F}' | '\u{2033}' | '\u{2036}' | '«' | '»' | '\u{2039}' | '\u{203A}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' => '-',
        other => other,
    }
}

/// Parameters that say who a visitor is or where it came from, not what is shown.
const TRACKING: &[&str] = &[
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "msclkid",
    "mc_cid",
    "mc_eid",
    "igshid",
    "twclid",
    "yclid",
    "wbraid",
    "gbraid",
    "phpsessid",
    "jsessionid",
    "sessionid",
    "session_id",
    "sid",
    "cfid",
    "cftoken",
    "_ga",
    "_gl",
    "ref_src",
    "cmpid",
    "mkt_tok",
    "vero_id",
    "oly_anon_id",
    "oly_enc_id",
];

fn is_tracking(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("utm_")
        || name.starts_with("aspsessionid")
        || name.starts_with("pk_")
        || name.starts_with("mtm_")
        || TRACKING.contains(&name.as_str())
}

/// An address as it is compared: fragment and tracking parameters dropped, host without `www.`, http and https equal.
///
/// The result is for comparing only: it has no scheme and cannot be opened.
#[must_use]
pub fn canonical_link(link: &Url) -> String {
    let host = link.host_str().unwrap_or_default().to_ascii_lowercase();
    let plain = host.trim_start_matches("www.").trim_end_matches('.');
    // A host may be nothing but what is left out; an address without any would be none.
    let mut out = format!("//{}", if plain.is_empty() { &host } else { plain });
    if let Some(port) = link.port() {
        // `Url` has already dropped the default port of the scheme it saw; the other scheme's default is as plain.
        if !matches!(port, 80 | 443) {
            out.push(':');
            out.push_str(&port.to_string());
        }
    }
    // A session that a servlet container writes into the path.
    let path = link.path();
    let bare = path.to_ascii_lowercase().find(";jsessionid=").and_then(|at| path.get(..at)).unwrap_or(path);
    out.push_str(if bare.is_empty() { "/" } else { bare });
    let kept: Vec<&str> = link
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !is_tracking(pair.split('=').next().unwrap_or_default()))
        .collect();
    if !kept.is_empty() {
        out.push('?');
        out.push_str(&kept.join("&"));
    }
    out
}

/// A text with `0` for each number in it: what the addresses of one list have in common.
#[must_use]
pub fn numbers_aside(text: &str) -> String {
    let mut form = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '0'..='9' if form.ends_with('0') => {}
            '0'..='9' => form.push('0'),
            other => form.push(other),
        }
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_ignore_what_a_reader_does_not_see() {
        let same = |a: &str, b: &str| assert_eq!(title_key(a), title_key(b), "{a:?} and {b:?}");
        same("Hälso- och sjukvård", "HÄLSO-\u{A0}OCH  SJUK\u{AD}VÅRD");
        same("”Nytt” avtal – klart", "\"nytt\" avtal - klart");
        same("Ha\u{308}lso", "Hälso");
        same("STRASSE", "straße");
        same("ﬁnal ½", "final 1⁄2");
        same("👩\u{200D}⚕️ vård", "👩⚕ vård");
        assert_ne!(title_key("Kultur"), title_key("Kultur 2"));
        assert_eq!(title_key(" \u{200B} "), "");
    }

    #[test]
    fn keys_are_stable_under_themselves() {
        for title in ["ΐ", "İstanbul", "Ǆ", "ﬀ", "´´", "…", "①", "ſ", "C\u{F}\u{302}"] {
            let once = title_key(title);
            assert_eq!(title_key(&once), once, "{title:?}");
        }
    }

    #[test]
    fn links_are_compared_without_their_luggage() {
        let canon = |s: &str| canonical_link(&Url::parse(s).expect("an address"));
        assert_eq!(canon("https://www.Example.se/a?utm_source=x&id=1#top"), canon("http://example.se/a?id=1"));
        assert_eq!(canon("https://example.se"), canon("http://example.se:80/"));
        assert_eq!(canon("https://example.se:80/"), canon("http://example.se:443/"));
        assert_eq!(canon("https://example.se/a;jsessionid=7F?PHPSESSID=x&id=1"), canon("https://example.se/a?id=1"));
        assert_ne!(canon("https://example.se/a"), canon("https://example.se/A"));
        assert_ne!(canon("https://example.se:8443/"), canon("https://example.se/"));
        for (dots, plain) in
            [("https://./a", "//./a"), ("https://www./", "//www./"), ("https://www.www.a.se./", "//a.se/")]
        {
            assert_eq!(canon(dots), plain);
        }
    }

    #[test]
    fn ids_depend_on_site_key_and_occurrence_only() {
        let site = Url::parse("https://www.example.se/nyheter/").expect("an address");
        let key = ItemKey { title: title_key("Nytt avtal"), category: category_key("Kultur") };
        let id = ItemId::mint(&site, &key, 0);
        assert_eq!(id, ItemId::mint(&Url::parse("http://example.se/nyheter/").expect("an address"), &key, 0));
        assert_ne!(id, ItemId::mint(&site, &key, 1));
        assert_eq!(id.to_string().parse::<ItemId>().expect("reads itself"), id);
        // Golden: a change of this line announces every item anew to every subscriber.
        assert_eq!(id.to_string(), "urn:uuid:8ea2060f-2674-501a-ae5f-0ced38acbbda");
    }
}
