//! Makes the HTML of others safe to publish: structure and text stay, everything that acts does not.

use std::borrow::Cow;
use std::collections::HashSet;

use ammonia::{Builder, UrlRelative};
use url::Url;

use super::fitter::web;
use super::{Options, markup};
use crate::model::Refusal;
use crate::model::text::is_xml_char;

/// Elements that go with all that is in them: they act, or belong to the page and not to the text.
const GONE: [&str; 15] = [
    "script", "style", "iframe", "object", "embed", "noscript", "template", "svg", "math", "form", "button", "select",
    "textarea", "nav", "title",
];

/// Content that may be published.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) html: String,
    /// There was more than may be kept.
    pub(super) cut: bool,
}

/// Sanitised HTML with absolute addresses; `None` when it shows nothing.
///
/// The sanitiser's parser has no limits, so the markup goes through the gate first. Too long a text ends before the
/// element that does not fit, which may be the first.
pub(super) fn content(html: &str, base: &Url, options: &Options) -> Result<Option<Content>, Refusal> {
    let html: String = html.chars().filter(|c| is_xml_char(*c)).collect();
    markup::part(&html, options)?;
    let clean = cleaner(base).clean(&html).to_string();
    let clean = clean.trim();
    let shows = clean.contains("<img") || clean.contains("<hr") || !markup::line(clean, options).is_empty();
    if !shows {
        return Ok(None);
    }
    if clean.chars().nth(options.max_content).is_none() {
        return Ok(Some(Content { html: clean.to_owned(), cut: false }));
    }
    Ok(Some(Content { html: first_elements(clean, options)?, cut: true }))
}

/// The first elements that fit together, of those that stand beside each other on the outermost level that has several.
fn first_elements(html: &str, options: &Options) -> Result<String, Refusal> {
    let tree = markup::part(html, options)?;
    let body = tree.root_element().child_elements().find(|child| child.value().name() == "body");
    let mut level = body.unwrap_or_else(|| tree.root_element());
    let (mut out, mut room) = (String::new(), options.max_content);
    while let (Some(only), None) = (level.child_elements().next(), level.child_elements().nth(1)) {
        level = only;
    }
    for child in level.children() {
        let piece = match child.value() {
            scraper::Node::Text(text) => markup::escape(text),
            _ => scraper::ElementRef::wrap(child).map(|element| element.html()).unwrap_or_default(),
        };
        let Some(left) = room.checked_sub(piece.chars().count()) else { break };
        room = left;
        out.push_str(&piece);
    }
    Ok(out.trim().to_owned())
}

fn cleaner(base: &Url) -> Builder<'static> {
    let base = base.clone();
    let mut builder = Builder::default();
    builder
        .rm_tags(GONE)
        // The W3C validator of feeds does not know these; their text stays.
        .rm_tags(["bdo", "rtc"])
        .clean_content_tags(HashSet::from(GONE))
        .link_rel(None)
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::PassThrough)
        .attribute_filter(move |tag, name, value| address(&base, tag, name, value));
    builder
}

/// The value of an attribute: an address is made absolute, or the attribute goes.
fn address<'v>(base: &Url, tag: &str, name: &str, value: &'v str) -> Option<Cow<'v, str>> {
    if !matches!(name, "href" | "src" | "cite") {
        return Some(Cow::Borrowed(value));
    }
    let url = base.join(value.trim()).ok()?;
    let kept = if tag == "a" && url.scheme() == "mailto" { Some(url) } else { web(url) };
    kept.map(|url| Cow::Owned(url.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(html: &str, max_content: usize) -> Result<Option<Content>, Refusal> {
        let base = Url::parse("https://example.se/a/b").unwrap();
        content(html, &base, &Options { max_content, ..Options::default() })
    }

    fn html(html: &str) -> String {
        cleaned(html, 1000).unwrap().map(|content| content.html).unwrap_or_default()
    }

    #[test]
    fn what_acts_is_gone_and_what_shows_stays() {
        for (given, want) in [
            ("<p id=a class=b style='x' onclick=y>Text</p>", "<p>Text</p>"),
            ("Ett<script>alert(1)</script><style>a{}</style>", "Ett"),
            ("<a href='/c'>c</a> <a href='javascript:x'>j</a>", "<a href=\"https://example.se/c\">c</a> <a>j</a>"),
            ("<a href='JaVa&#09;script:x'>j</a><a href='data:text/html,x'>d</a>", "<a>j</a><a>d</a>"),
            ("<a href='mailto:a@example.se'>m</a>", "<a href=\"mailto:a@example.se\">m</a>"),
            ("<img src='d.png' alt='D' onerror=x>", "<img src=\"https://example.se/a/d.png\" alt=\"D\">"),
            ("x<img src='data:image/png;base64,AA'><img src='mailto:a'>", "x<img><img>"),
            ("<form><input><button>Dela</button></form><p>a</p><iframe src=x>y</iframe>", "<p>a</p>"),
            ("<svg><script>x</script></svg><math><mtext>y</mtext></math>z", "z"),
            ("<p>a\u{1}b\u{FFFE}c", "<p>abc</p>"),
            ("<!-- x --><p> </p>", ""),
            ("<base href='https://evil.example/'><a href=x>y</a>", "<a href=\"https://example.se/a/x\">y</a>"),
        ] {
            assert_eq!(html(given), want, "{given}");
        }
    }

    #[test]
    fn long_content_ends_at_an_element() {
        let long = "<div><p>aaaa</p><p>bbbb</p><p>cccc</p></div>";
        assert_eq!(cleaned(long, 25), Ok(Some(Content { html: "<p>aaaa</p><p>bbbb</p>".to_owned(), cut: true })));
        assert_eq!(cleaned("<p>aaaaaaaaaaaaaa</p>", 5), Ok(Some(Content { html: String::new(), cut: true })));
    }

    #[test]
    fn bombs_are_refused() {
        for bomb in ["<div>".repeat(100_000), "<b>".repeat(50_000) + &"<p>".repeat(5000), "<table><td>".repeat(9000)] {
            assert!(cleaned(&bomb, 1000).is_err());
        }
    }
}
