//! Parts of a document: RFC 9110 section 14.

use hyper::HeaderMap;
use hyper::header::{HeaderValue, IF_RANGE, RANGE};

/// What of the document a GET asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// From this byte up to, and not including, that one.
    Of(std::ops::Range<usize>),
    /// 416: what is not there.
    Beyond,
}

/// Reads `Range`, which may be passed over at any time (section 14.2), and is when it names several parts or another unit:
/// feed readers ask for at most one, to go on where a transfer broke off.
///
/// `etag` and `last_modified` are those of the document as it is, `len` its length.
pub(super) fn part(headers: &HeaderMap, etag: &HeaderValue, last_modified: Option<&HeaderValue>, len: usize) -> Part {
    let mut lines = headers.get_all(RANGE).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else { return Part::Whole };
    // Section 13.1.5. A weak tag never fits: its document may have other bytes. A date has to be the very same.
    let fits = headers.get(IF_RANGE).is_none_or(|validator| validator == etag || Some(validator) == last_modified);
    match line.to_str() {
        Ok(line) if fits => read(line, len).unwrap_or(Part::Whole),
        _ => Part::Whole,
    }
}

/// `None` for what is no single range of bytes.
fn read(line: &str, len: usize) -> Option<Part> {
    let (unit, set) = line.split_once('=')?;
    let (first, last) = set.trim().split_once('-')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let range = match (first, last) {
        ("", suffix) => len.saturating_sub(number(suffix)?)..len,
        (first, "") => number(first)?..len,
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if first > last {
                return None;
            }
            first..last.saturating_add(1).min(len)
        }
    };
    Some(if range.start < range.end { Part::Of(range) } else { Part::Beyond })
}

/// Digits alone; a number that is too large is beyond every document.
fn number(digits: &str) -> Option<usize> {
    let legal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    legal.then(|| digits.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &str, condition: Option<&str>) -> Part {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, range.parse().expect("a value"));
        if let Some(condition) = condition {
            headers.insert(IF_RANGE, condition.parse().expect("a value"));
        }
        let date = HeaderValue::from_static("Fri, 20 Nov 2026 08:30:00 GMT");
        part(&headers, &HeaderValue::from_static("\"tag\""), Some(&date), 10)
    }

    #[test]
    fn one_range_is_read() {
        for (range, want) in [
            ("bytes=0-3", Part::Of(0..4)),
            ("Bytes=0-0", Part::Of(0..1)),
            ("bytes=4-", Part::Of(4..10)),
            ("bytes=-3", Part::Of(7..10)),
            ("bytes=-99", Part::Of(0..10)),
            ("bytes=9-99", Part::Of(9..10)),
            ("bytes=0-99999999999999999999999", Part::Of(0..10)),
            ("bytes=10-", Part::Beyond),
            ("bytes=10-12", Part::Beyond),
            ("bytes=-0", Part::Beyond),
            ("bytes=99999999999999999999999-", Part::Beyond),
            ("bytes=3-2", Part::Whole),
            ("bytes=0-1,4-5", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=", Part::Whole),
            ("bytes", Part::Whole),
            ("bytes=+1-2", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("bytes=-5-6", Part::Whole),
            ("items=0-3", Part::Whole),
        ] {
            assert_eq!(asked(range, None), want, "{range}");
        }
    }

    #[test]
    fn a_part_of_another_version_is_not_sent() {
        for (condition, whole) in [
            ("\"tag\"", false),
            ("Fri, 20 Nov 2026 08:30:00 GMT", false),
            ("W/\"tag\"", true),
            ("\"other\"", true),
            ("Fri, 20 Nov 2026 08:30:01 GMT", true),
            ("\"other\", \"tag\"", true),
        ] {
            assert_eq!(asked("bytes=0-3", Some(condition)) == Part::Whole, whole, "{condition}");
        }
    }

    #[test]
    fn an_empty_document_has_no_parts() {
        assert_eq!(read("bytes=0-", 0), Some(Part::Beyond));
        assert_eq!(read("bytes=-1", 0), Some(Part::Beyond));
    }
}
