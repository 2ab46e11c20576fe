//! What all formats say of a feed and of an item, so that they agree.

use std::fmt::Write as _;

use jiff::Timestamp;
use url::{Position, Url};

use crate::model::{Feed, Format, Item, text, title_key};

use super::document::{self, Part};

/// The program's name, as RSS and Atom give it. Without a version: an upgrade alone must not change a byte.
pub(super) const GENERATOR: &str = "flode";

/// The longest title made from a summary, in characters.
const TITLE_FROM_SUMMARY: usize = 100;

/// The name of a feed's file, in the sink and below the base address.
pub(super) fn file_name(feed: &Feed, format: Format) -> String {
    document::name(feed, Part::Subscription { archives: 0 }, format)
}

/// One line that is legal in XML 1.0 and HTML, in elements and attributes. The last line of defence: text is cleaned when it
/// is extracted.
pub(super) fn line(text: &str) -> String {
    let spaced = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    let legal: String = spaced.filter(|&c| is_legal(c)).map(whole).collect();
    legal.trim().to_owned()
}

/// XML allows most of Unicode's noncharacters; HTML does not, and they mean nothing to anybody.
fn is_legal(c: char) -> bool {
    let is_noncharacter = matches!(c, '\u{FDD0}'..='\u{FDEF}') || u32::from(c) & 0xFFFE == 0xFFFE;
    text::is_xml_char(c) && !c.is_control() && !is_noncharacter
}

/// The mark of a byte that made no sense stays visible as a question mark. The W3C validator warns of it, as it does of
/// the C1 controls: both are sure signs of a mistaken character set.
fn whole(c: char) -> char {
    if c == '\u{FFFD}' { '?' } else { c }
}

/// The feed's description, or its title.
pub(super) fn description(feed: &Feed) -> String {
    [&feed.description, &feed.title]
        .into_iter()
        .map(|text| line(text))
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

/// The item's title, never empty.
pub(super) fn title(item: &Item) -> String {
    let title = line(&item.title);
    if shows(&title) {
        return title;
    }
    let first = paragraphs(item).into_iter().next().map(|first| text::shorten(&first, TITLE_FROM_SUMMARY));
    first.or_else(|| link(item)).unwrap_or_else(|| item.id.to_string())
}

/// Whether there is anything in a line that a reader sees: a mark of direction alone is none.
fn shows(line: &str) -> bool {
    !title_key(line).is_empty()
}

/// The item's summary as HTML, each of its lines a paragraph; the title when there is no summary.
///
/// Readers take what RSS calls a description for HTML, so plain text must be escaped to stay what it was.
pub(super) fn body(item: &Item) -> String {
    let mut paragraphs = paragraphs(item);
    if paragraphs.is_empty() {
        paragraphs.push(title(item));
    }
    let html: Vec<String> = paragraphs.iter().map(|text| format!("<p>{}</p>", escape(text))).collect();
    html.join("\n")
}

/// The item's summary as plain text, if it has one.
pub(super) fn summary(item: &Item) -> Option<String> {
    let paragraphs = paragraphs(item);
    (!paragraphs.is_empty()).then(|| paragraphs.join("\n"))
}

fn paragraphs(item: &Item) -> Vec<String> {
    item.summary.iter().flat_map(|summary| summary.lines()).map(line).filter(|text| shows(text)).collect()
}

/// The item's address, if it is one that may be published.
pub(super) fn link(item: &Item) -> Option<String> {
    item.link.as_ref().filter(|url| matches!(url.scheme(), "http" | "https")).map(address)
}

/// Who wrote the item, without addresses for mail in angle brackets and end tags: they are nobody's name.
pub(super) fn author(item: &Item) -> Option<String> {
    let written = line(item.author.as_ref()?);
    let mut pieces = written.split('<');
    let mut name = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once('>') {
            Some((inside, rest)) if inside.contains('@') || inside.starts_with('/') => name.push_str(rest),
            _ => name.extend(["<", piece]),
        }
    }
    let name = text::clean(&name);
    (!name.is_empty()).then_some(name)
}

/// The full text, of which the reading of the page has left only harmless HTML.
pub(super) fn content(item: &Item) -> Option<String> {
    let kept = |c: &char| is_legal(*c) || matches!(c, '\t' | '\n' | '\r');
    let legal = |html: &String| html.chars().filter(kept).map(whole).collect::<String>();
    item.content.as_ref().map(legal).filter(|html| !html.trim().is_empty())
}

/// The namespace of RFC 5005.
pub(super) const HISTORY: &str = "http://purl.org/syndication/history/1.0";

/// The namespace of Media RSS.
pub(super) const MEDIA: &str = "http://search.yahoo.com/mrss/";

/// The address of the item's picture, if it is one that may be published.
pub(super) fn image(item: &Item) -> Option<String> {
    item.image.as_ref().filter(|url| matches!(url.scheme(), "http" | "https")).map(address)
}

/// The media type of a picture by the extension of its address; `None` when that says nothing.
pub(super) fn image_type(address: &str) -> Option<&'static str> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let extension = path.rsplit_once('/')?.1.rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match extension.as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "svg" => "image/svg+xml",
        _ => return None,
    })
}

/// A file as it is written.
pub(super) struct File {
    pub(super) url: String,
    pub(super) media_type: String,
    /// Bytes.
    pub(super) length: String,
}

/// The file that goes with the item.
pub(super) fn enclosure(item: &Item) -> Option<File> {
    let file = item.enclosure.as_ref()?;
    Some(File { url: address(&file.url), media_type: file.media_type.clone(), length: file.length.to_string() })
}

/// The elements of Media RSS that show the item's picture, each with its attributes.
pub(super) fn media(item: &Item) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let Some(url) = image(item) else { return Vec::new() };
    let mut content = vec![("medium", "image".to_owned()), ("url", url.clone())];
    match enclosure(item).filter(|file| file.url == url) {
        Some(file) => content.extend([("type", file.media_type), ("fileSize", file.length)]),
        None => content.extend(image_type(&url).map(|media_type| ("type", media_type.to_owned()))),
    }
    vec![("content", content), ("thumbnail", vec![("url", url)])]
}

/// The names of the item's categories.
pub(super) fn categories(item: &Item) -> impl Iterator<Item = String> {
    item.categories.iter().map(|category| line(&category.name)).filter(|name| !name.is_empty())
}

/// An address as RFC 3986 wants it. Browsers, and so [`Url`], leave some characters as they are that the RFC and the
/// W3C validator refuse; a server reads them alike when they are percent-encoded.
pub(super) fn address(url: &Url) -> String {
    let (origin, rest) = (&url[..Position::BeforePath], &url[Position::BeforePath..]);
    let mut out = String::with_capacity(url.as_str().len());
    out.push_str(origin);
    let mut ahead = rest.chars();
    while let Some(c) = ahead.next() {
        match c {
            '[' | ']' | '{' | '}' | '|' | '\\' | '^' | '`' | '"' | '<' | '>' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "%{:02X}", u32::from(c));
            }
            '%' if ahead.clone().take(2).filter(char::is_ascii_hexdigit).count() < 2 => out.push_str("%25"),
            other => out.push(other),
        }
    }
    out
}

/// Whether it is an address that a reader can follow from anywhere.
pub(super) fn is_absolute(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// Text as it stands in HTML, in elements and attributes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

/// Whether readers that have to guess take a plain text for HTML: it has an end tag or a character reference in it. The W3C
/// validator looks for the same.
pub(super) fn looks_like_html(text: &str) -> bool {
    let is_end = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.contains('>');
    let is_reference = |rest: &str| {
        let (name, _) = rest.split_once(';').unwrap_or_default();
        let name = name.strip_prefix('#').unwrap_or(name);
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric())
    };
    text.split("</").skip(1).any(is_end) || text.split('&').skip(1).any(is_reference)
}

/// A plain text for a place of which nobody says whether it holds HTML. One that would be taken for HTML is written as such,
/// and shows what was meant.
pub(super) fn guessed(text: String) -> String {
    if looks_like_html(&text) { escape(&text) } else { text }
}

/// An XML document with `&` and `<` in its plain texts written by their numbers.
///
/// Some readers take a title for HTML and would show `&amp;lt;b>` as a tag. The RSS profile asks for this form, by which
/// they, and the W3C validator, know that the text is meant as it stands. In the attributes of Atom nobody looks for tags, and
/// readers in Node do not know the numbers there.
pub(super) fn numbered(document: &str) -> String {
    const PLAIN: [&str; 4] = ["<title", "<category>", "<description>", "<subtitle"];
    let mut out = String::with_capacity(document.len());
    for line in document.split_inclusive('\n') {
        let text = line.trim_start();
        let is_plain = text.contains('&') && !text.contains("<![CDATA[");
        if is_plain && PLAIN.iter().any(|element| text.starts_with(element)) {
            out.push_str(&line.replace("&lt;", "&#x3C;").replace("&amp;", "&#x26;"));
        } else {
            out.push_str(line);
        }
    }
    out
}

/// A date as RSS wants it: RFC 822 with a year of four digits, in Greenwich time.
pub(super) fn rfc822(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// An instant without its fraction, which RSS cannot say.
pub(super) fn whole_second(at: Timestamp) -> Timestamp {
    // Every `Timestamp` has a whole second before it, or is the first one.
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_have_the_type_of_their_extension() {
        for (address, want) in [
            ("https://example.se/a/b.JPG?w=100", Some("image/jpeg")),
            ("https://example.se/a.b/c.webp#x", Some("image/webp")),
            ("https://example.se/a.png/c", None),
            ("https://example.se/picture?file=a.png", None),
            ("https://example.se", None),
        ] {
            assert_eq!(image_type(address), want, "{address}");
        }
    }

    #[test]
    fn lines_are_legal_and_single() {
        for (text, want) in [
            (" a\tb\nc\r\nd ", "a b c  d"),
            ("a\u{0}b\u{B}\u{1F}c\u{FFFE}\u{FFFF}\u{80}\u{9F}", "ab c"),
            ("a\u{FDD0}\u{FDEF}\u{1FFFE}\u{10FFFF}b\u{FDCF}\u{FDF0}", "ab\u{FDCF}\u{FDF0}"),
            ("👨‍👩‍👧 ok", "👨‍👩‍👧 ok"),
            ("\u{85}\u{2028}", ""),
            ("Sjukv\u{FFFD}rd", "Sjukv?rd"),
        ] {
            assert_eq!(line(text), want, "{text:?}");
        }
    }

    #[test]
    fn addresses_follow_the_rfc() {
        let encoded = |text: &str| address(&Url::parse(text).expect("an address"));
        for (text, want) in [
            ("https://example.se/a?b=[1]|{2}^`", "https://example.se/a?b=%5B1%5D%7C%7B2%7D%5E%60"),
            ("http://[::1]:8080/[x]", "http://[::1]:8080/%5Bx%5D"),
            ("https://example.se/100%?a=%zz%C3%A5%", "https://example.se/100%25?a=%25zz%C3%A5%25"),
            ("https://example.se/å ä#ö", "https://example.se/%C3%A5%20%C3%A4#%C3%B6"),
        ] {
            assert_eq!(encoded(text), want);
            assert_eq!(encoded(&encoded(text)), want, "stable");
        }
    }

    #[test]
    fn what_would_be_taken_for_html_is_written_as_such() {
        for (text, want) in [
            ("Skriv </b> sist", "Skriv &lt;/b&gt; sist"),
            ("a </b c> & d", "a &lt;/b c&gt; &amp; d"),
            ("AT&amp;T", "AT&amp;amp;T"),
            ("&#60; och &#x3C;", "&amp;#60; och &amp;#x3C;"),
            ("Kultur & stöd", "Kultur & stöd"),
            ("R&D; a & b;", "R&amp;D; a &amp; b;"),
            ("R&D", "R&D"),
            ("&; &#; & ;", "&; &#; & ;"),
            ("<b> 3 < 4 </ b> </", "<b> 3 < 4 </ b> </"),
        ] {
            assert_eq!(guessed(text.to_owned()), want, "{text}");
        }
    }

    #[test]
    fn marks_in_plain_text_are_written_by_their_numbers() {
        let given = "  <title>Kultur &amp;amp; &lt;b&gt;</title>\n  <link>https://example.se/?a&amp;b</link>\n";
        let want = "  <title>Kultur &#x26;amp; &#x3C;b&gt;</title>\n  <link>https://example.se/?a&amp;b</link>\n";
        assert_eq!(numbered(given), want);
        let attribute = "    <category term=\"Kultur &amp; stöd\"/>\n";
        assert_eq!(numbered(attribute), attribute);
    }

    #[test]
    fn dates_are_in_greenwich() {
        let at: Timestamp = "2022-12-20T12:00:00.9+01:00".parse().expect("an instant");
        assert_eq!(rfc822(at), "Tue, 20 Dec 2022 11:00:00 GMT");
    }
}
