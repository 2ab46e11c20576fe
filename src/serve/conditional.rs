//! Whether a client already has what it asks for, and whether what it asks for is what it means: RFC 9110 section 13.

use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

/// What follows from the conditions of a GET or HEAD.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conditions {
    /// The document is sent.
    Hold,
    /// 304: the client has the form with this index.
    Has(usize),
    /// 412: it is not what the client means.
    Fail,
}

/// Weighs the conditions in the order of section 13.2.2. `etags` are those of the forms that the client accepts, the
/// preferred one first: a client that has any of them need not be sent another.
pub(super) fn conditions(headers: &HeaderMap, etags: &[&HeaderValue], changed: Timestamp) -> Conditions {
    let known = |name, strong| etags.iter().position(|etag| lists(headers, &name, etag.as_bytes(), strong));
    if headers.contains_key(IF_MATCH) {
        if known(IF_MATCH, true).is_none() {
            return Conditions::Fail;
        }
    } else if date(headers, IF_UNMODIFIED_SINCE).is_some_and(|since| since.as_second() < changed.as_second()) {
        return Conditions::Fail;
    }
    if headers.contains_key(IF_NONE_MATCH) {
        return known(IF_NONE_MATCH, false).map_or(Conditions::Hold, Conditions::Has);
    }
    let unchanged = date(headers, IF_MODIFIED_SINCE).is_some_and(|since| since.as_second() >= changed.as_second());
    if unchanged { Conditions::Has(0) } else { Conditions::Hold }
}

/// Whether the answer to a GET or HEAD is 304.
///
/// `etag` is the current tag with its quotes, `changed` the time in `Last-Modified`. `If-None-Match` overrules
/// `If-Modified-Since` (section 13.1.3); a date that cannot be read is as good as none.
pub(crate) fn is_unchanged(headers: &HeaderMap, etag: &str, changed: Timestamp) -> bool {
    let etag = HeaderValue::from_str(etag).ok();
    conditions(headers, &etag.iter().collect::<Vec<_>>(), changed) == Conditions::Has(0)
}

/// Whether one of the header's values holds the tag, or is `*`.
///
/// `If-None-Match` compares weakly (section 13.1.2): `W/` counts for nothing, which also forgives a proxy that compressed the
/// answer and weakened its tag. `If-Match` compares strongly (section 13.1.1).
fn lists(headers: &HeaderMap, name: &HeaderName, etag: &[u8], strong: bool) -> bool {
    headers.get_all(name).iter().any(|value| {
        let value = value.as_bytes();
        // A tag holds no quote (section 8.8.3), so every other piece between quotes is one, commas included.
        let mut pieces = value.split(|&byte| byte == b'"');
        let mut found = value.trim_ascii() == b"*";
        while let (Some(before), Some(tag)) = (pieces.next(), pieces.next()) {
            let quoted = etag.strip_prefix(b"\"").and_then(|etag| etag.strip_suffix(b"\""));
            found |= Some(tag) == quoted && !(strong && before.ends_with(b"W/"));
        }
        found
    })
}

/// One that is given twice is none (section 13.1.3).
fn date(headers: &HeaderMap, name: HeaderName) -> Option<Timestamp> {
    let mut lines = headers.get_all(name).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else { return None };
    line.to_str().ok().and_then(parse_http_date)
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
        let twice = ("if-modified-since", "Mon, 07 Nov 1994 08:49:37 GMT");
        assert!(!unchanged(&[twice, twice]));
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
    fn what_a_client_means_may_be_gone() {
        let changed: Timestamp = "1994-11-06T08:49:37.9Z".parse().expect("a time");
        let tags = [&HeaderValue::from_static("\"br\""), &HeaderValue::from_static("\"plain\"")];
        let after = "Sun, 06 Nov 1994 08:49:37 GMT";
        let before = "Sun, 06 Nov 1994 08:49:36 GMT";
        for (lines, want) in [
            (&[("if-match", "\"plain\"")][..], Conditions::Hold),
            (&[("if-match", "\"x\", \"br\"")], Conditions::Hold),
            (&[("if-match", "*")], Conditions::Hold),
            (&[("if-match", "W/\"br\"")], Conditions::Fail),
            (&[("if-match", "\"x\"")], Conditions::Fail),
            (&[("if-match", "")], Conditions::Fail),
            (&[("if-match", "\"br\""), ("if-unmodified-since", before)], Conditions::Hold),
            (&[("if-match", "\"x\""), ("if-none-match", "\"br\"")], Conditions::Fail),
            (&[("if-match", "\"br\""), ("if-none-match", "\"br\"")], Conditions::Has(0)),
            (&[("if-unmodified-since", after)], Conditions::Hold),
            (&[("if-unmodified-since", before)], Conditions::Fail),
            (&[("if-unmodified-since", "yesterday")], Conditions::Hold),
            (&[("if-none-match", "\"x\", W/\"plain\"")], Conditions::Has(1)),
            (&[("if-none-match", "*")], Conditions::Has(0)),
        ] {
            let mut map = HeaderMap::new();
            for &(name, value) in lines {
                map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            assert_eq!(conditions(&map, &tags, changed), want, "{lines:?}");
        }
    }

    #[test]
    fn dates_are_written_in_one_form() {
        let instant = "1994-11-06T08:49:37.9Z".parse().expect("a time");
        assert_eq!(http_date(instant).as_deref(), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(http_date(Timestamp::MIN), None);
    }
}
