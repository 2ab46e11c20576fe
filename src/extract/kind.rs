//! What a page is made of: what it says itself counts for more than what the server calls it.

use crate::model::Page;

use super::listing;

/// What a page is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// HTML, read by selectors.
    Html,
    /// A list in plain text, one bullet an item.
    Text,
    /// RSS, Atom or JSON Feed.
    Feed,
    /// JSON, read by paths.
    Json,
    /// What an HTML page says to machines: JSON-LD and microdata.
    JsonLd,
    /// A sitemap, or an index of them.
    Sitemap,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::Html, Self::Text, Self::Feed, Self::Json, Self::JsonLd, Self::Sitemap];

    /// The name as the config writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Text => "text",
            Self::Feed => "feed",
            Self::Json => "json",
            Self::JsonLd => "json-ld",
            Self::Sitemap => "sitemap",
        }
    }

    /// The kind of that name; `None`: there is none.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What a page of this kind is called, where a web page cannot stand in for it.
    pub(super) fn other_than_a_page(self) -> Option<&'static str> {
        match self {
            Self::Html | Self::JsonLd => None,
            Self::Text => Some("a listing of text"),
            Self::Feed => Some("a feed"),
            Self::Json => Some("JSON"),
            Self::Sitemap => Some("a sitemap"),
        }
    }

    /// Whether a page says itself, by its first element, that it is a web page.
    pub(super) fn is_web_page(page: &Page) -> bool {
        let text = page.text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
        of_root(text) == Some(Self::Html)
    }

    /// The kind a page looks like. Wrong media types are common, so the beginning of the text is looked at first.
    #[must_use]
    pub fn of(page: &Page) -> Self {
        let text = page.text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
        let media_type = page.media_type.as_deref().unwrap_or_default();
        of_root(text).or_else(|| of_json(text, media_type)).unwrap_or_else(|| {
            let head: String = text.chars().take(HEAD).collect::<String>().to_ascii_lowercase();
            match media_type {
                _ if head.contains("<html") || head.contains("<body") => Self::Html,
                "text/html" | "application/xhtml+xml" => Self::Html,
                "text/plain" | "text/markdown" => Self::Text,
                "application/rss+xml" | "application/atom+xml" | "application/rdf+xml" => Self::Feed,
                _ if head.starts_with('<') => Self::Html,
                _ if listing::bullets(&page.text) > page.text.matches("</").count() => Self::Text,
                _ => Self::Html,
            }
        })
    }
}

/// Characters at the beginning that are looked at.
const HEAD: usize = 2000;
/// Declarations and comments before the first element.
const PROLOG: usize = 50;

/// The kind that the first element tells.
fn of_root(text: &str) -> Option<Kind> {
    let name = root(text)?.to_ascii_lowercase();
    let local = name.rsplit(':').next().unwrap_or(&name);
    match local {
        "rss" | "rdf" | "feed" | "entry" => Some(Kind::Feed),
        "urlset" | "sitemapindex" => Some(Kind::Sitemap),
        "html" => Some(Kind::Html),
        _ => None,
    }
}

/// The name of the first element, after declarations and comments.
fn root(text: &str) -> Option<&str> {
    let mut rest = text;
    for _ in 0..PROLOG {
        rest = rest.trim_start();
        if rest.get(.."<!doctype html".len()).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype html")) {
            return Some("html");
        }
        rest = if let Some(comment) = rest.strip_prefix("<!--") {
            comment.split_once("-->")?.1
        } else if rest.starts_with("<?") || rest.starts_with("<!") {
            rest.split_once('>')?.1
        } else {
            let name = rest.strip_prefix('<')?;
            return name.split(|c: char| !c.is_alphanumeric() && !matches!(c, ':' | '-' | '_')).next();
        };
    }
    None
}

/// JSON begins with a bracket and what may follow it; `[Rubrik](/1)` is a link in a text.
fn of_json(text: &str, media_type: &str) -> Option<Kind> {
    let bare = text.strip_prefix(super::json::PREFIX).unwrap_or(text).trim_start();
    let mut chars = bare.chars();
    let open = chars.next()?;
    let next = chars.as_str().trim_start().chars().next();
    let is_json = match open {
        '{' => matches!(next, Some('"' | '}')),
        '[' => matches!(next, Some('{' | '[' | ']' | '"')),
        _ => false,
    };
    if !is_json {
        return None;
    }
    let head: String = bare.chars().take(HEAD).filter(|c| *c != '\\').collect();
    Some(if head.contains("jsonfeed.org/version/") || media_type == "application/feed+json" {
        Kind::Feed
    } else if media_type == "application/ld+json" {
        Kind::JsonLd
    } else {
        Kind::Json
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str, media_type: Option<&str>) -> Page {
        let url = url::Url::parse("https://example.se/").unwrap();
        Page { url, text: text.to_owned(), media_type: media_type.map(str::to_owned) }
    }

    #[test]
    fn the_kind_is_seen_whatever_the_server_calls_it() {
        let html = Some("text/html");
        for (text, media_type, want) in [
            ("<!DOCTYPE html><p>x", Some("text/plain"), Kind::Html),
            ("\u{FEFF}\n<ul><li>a</li></ul>", None, Kind::Html),
            ("<html lang=sv>", Some("application/octet-stream"), Kind::Html),
            ("<?xml version='1.0'?><!DOCTYPE html PUBLIC 'x'><html xmlns='y'>", Some("text/xml"), Kind::Html),
            ("<p>Felet <html>", None, Kind::Html),
            ("• Ett", html, Kind::Html),
            ("Nyheter\n• Ett\n• Två", Some("text/plain"), Kind::Text),
            ("Nyheter\n• Ett\n• Två", None, Kind::Text),
            ("Nyheter\n\n– Ett\n\n– Två", None, Kind::Text),
            ("· Ett\n· Två", None, Kind::Text),
            ("‣ Ett\n‣ Två", None, Kind::Text),
            ("◦ Ett\n◦ Två", Some("application/octet-stream"), Kind::Text),
            ("Nyheter\n1. Ett\n2. Två", None, Kind::Text),
            ("[Ett](/1)\n* Två", Some("text/markdown"), Kind::Text),
            ("<rss version='2.0'>", html, Kind::Feed),
            ("\u{FEFF}<?xml version='1.0'?>\n<!-- <html> -->\n<rss>", Some("text/plain"), Kind::Feed),
            ("<feed xmlns='http://www.w3.org/2005/Atom'>", html, Kind::Feed),
            ("<a:feed xmlns:a='http://www.w3.org/2005/Atom'>", None, Kind::Feed),
            ("<?xml-stylesheet href='x'?><rdf:RDF>", Some("application/xml"), Kind::Feed),
            ("<rss><channel><item><description><![CDATA[<html><body>", html, Kind::Feed),
            ("{\"version\": \"https:\\/\\/jsonfeed.org\\/version\\/1.1\"}", Some("text/html"), Kind::Feed),
            ("{ }", Some("application/feed+json"), Kind::Feed),
            ("{\"items\": []}", html, Kind::Json),
            (")]}'\n[{\"a\": 1}]", Some("text/plain"), Kind::Json),
            (" [\n {\"title\": 1}]", Some("application/json"), Kind::Json),
            ("{\"@type\": \"x\"}", Some("application/ld+json"), Kind::JsonLd),
            ("<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>", html, Kind::Sitemap),
            ("<?xml version='1.0'?><sitemapindex>", None, Kind::Sitemap),
            ("<?xml version='1.0'?>", Some("application/rss+xml"), Kind::Feed),
            ("<?xml", Some("text/xml"), Kind::Html),
            ("", None, Kind::Html),
        ] {
            assert_eq!(Kind::of(&page(text, media_type)), want, "{text}");
        }
    }

    #[test]
    fn names_are_read_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.name()), Some(kind));
        }
        assert_eq!(Kind::parse("xml"), None);
    }
}
