//! Whether a client already has what it asks for: RFC 9110 section 13.

use hyper::HeaderMap;
use hyper::header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

/// Whether the answer to a GET or HEAD is 304.
///
/// `etag` is the current tag with its quotes, `changed` the time in `Last-Modified`. `If-None-Match` overrules
/// `If-Modified-Since` (section 13.1.3); a date that cannot be read is as good as none.
pub(crate) fn is_unchanged(headers: &HeaderMap, etag: &str, changed: Timestamp) -> bool {
    if headers.contains_key(IF_NONE_MATCH) {
        return headers.get_all(IF_NONE_MATCH).iter().any(|value| lists_tag(value.as_bytes(), etag));
    }
    let since = headers.get(IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    since.and_then(parse_http_date).is_some_and(|since| since.as_second() >= changed.as_second())
}

/// Whether a value of `If-None-Match` holds the tag, or `*`. Compared weakly (section 13.1.2): `W/` counts for nothing,
/// which also forgives a proxy that compressed the answer and weakened its tag.
fn lists_tag(value: &[u8], etag: &str) -> bool {
    // A tag holds no quote (section 8.8.3), so every other piece between quotes is one, commas included.
    let mut tags = value.split(|&byte| byte == b'"').skip(1).step_by(2);
    value.trim_ascii() == b"*" || tags.any(|tag| tag == etag.trim_matches('"').as_bytes())
}

/// The three forms of section 5.6.7, of which two are obsolete and still to be read.
fn parse_http_date(text: &str) -> Option<Timestamp> {
    Timestamp::try_from(httpdate::parse_http_date(text.trim()).ok()?).ok()
}

/// The one form to be written: `Fri, 20 Nov 2026 08:30:00 GMT`.
pub(crate) fn http_date(instant: Timestamp) -> Option<String> {
    DateTimePrinter::new().timestamp_to_rfc9110_string(&instant).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: &str = "\"abc\"";

    fn unchanged(headers: &[(&str, &str)]) -> bool {
        let changed: Timestamp = "1994-11-06T08:49:37.9Z".parse().expect("a time");
        let mut map = HeaderMap::new();
        for &(name, value) in headers {
            map.append(name.parse::<hyper::header::HeaderName>().expect("a name"), value.parse().expect("a value"));
        }
        is_unchanged(&map, TAG, changed)
    }

    #[test]
    fn tags_are_compared_weakly_in_lists() {
        let table = [
            ("\"abc\"", true),
            ("W/\"abc\"", true),
            ("*", true),
            (" * ", true),
            ("\"x\", \"abc\"", true),
            ("W/\"x,y\",\"abc\"", true),
            ("\"x\"", false),
            ("\"ABC\"", false),
            ("\"\"", false),
            ("", false),
            ("abc", false),
            ("\"*\"", false),
            ("\"x,abc,y\"", false),
        ];
        for (value, want) in table {
            assert_eq!(unchanged(&[("if-none-match", value)]), want, "{value:?}");
        }
        assert!(unchanged(&[("if-none-match", "\"x\""), ("if-none-match", "\"abc\"")]), "two lines are one list");
    }

    #[test]
    fn dates_are_read_in_three_forms() {
        let table = [
            ("Sun, 06 Nov 1994 08:49:37 GMT", true),
            ("Sunday, 06-Nov-94 08:49:37 GMT", true),
            ("Sun Nov  6 08:49:37 1994", true),
            ("Mon, 07 Nov 1994 08:49:37 GMT", true),
            ("Sun, 06 Nov 1994 08:49:36 GMT", false),
            ("1994-11-06T08:49:37Z", false),
            ("0", false),
            ("Fri, 31 Dec 99999 23:59:59 GMT", false),
        ];
        for (value, want) in table {
            assert_eq!(unchanged(&[("if-modified-since", value)]), want, "{value:?}");
        }
    }

    #[test]
    fn a_tag_overrules_a_date() {
        let old = ("if-modified-since", "Sat, 05 Nov 1994 00:00:00 GMT");
        let new = ("if-modified-since", "Mon, 07 Nov 1994 00:00:00 GMT");
        assert!(unchanged(&[("if-none-match", TAG), old]));
        assert!(!unchanged(&[("if-none-match", "\"x\""), new]));
        assert!(!unchanged(&[]));
    }

    #[test]
    fn dates_are_written_in_one_form() {
        let instant = "1994-11-06T08:49:37.9Z".parse().expect("a time");
        assert_eq!(http_date(instant).as_deref(), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(http_date(Timestamp::MIN), None);
    }
}
