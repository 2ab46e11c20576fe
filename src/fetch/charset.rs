//! Bytes become text: byte-order mark, then the header, then the page's own declaration, then a guess.
//!
//! Labels and decoders are those of the WHATWG Encoding Standard, so that a page reads as it does in a browser, with
//! two exceptions for declarations that the bytes prove wrong (see [`believable`]). What cannot be decoded becomes
//! U+FFFD; decoding never fails.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};
use memchr::memmem;

/// Bytes of a page in which its own declaration is looked for (HTML, "prescan a byte stream").
const PRESCAN: usize = 1024;

/// The text of a body. `content_type` is the header's value, `top_level_domain` (`se`) tips a close guess.
pub(super) fn decode(bytes: &[u8], content_type: Option<&str>, top_level_domain: Option<&str>) -> String {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(length..).unwrap_or_default()).0.into_owned();
    }
    let encoding = content_type
        .and_then(header_charset)
        .and_then(|declared| believable(declared, bytes))
        .or_else(|| unmarked_utf16(bytes))
        .or_else(|| page_charset(bytes).and_then(|declared| believable(declared, bytes)))
        .unwrap_or_else(|| guess(bytes, top_level_domain));
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// The encoding that a declaration and the bytes agree on; `None` when the bytes prove it wrong.
///
/// Declared UTF-8 without a single valid sequence beyond ASCII, though there are bytes beyond ASCII, is another
/// encoding. A declared single-byte encoding whose bytes beyond ASCII all form valid UTF-8 is UTF-8: text in such an
/// encoding does not do that by chance.
fn believable(declared: &'static Encoding, bytes: &[u8]) -> Option<&'static Encoding> {
    if declared == UTF_8 {
        return (bytes.is_ascii() || has_utf8_sequence(bytes)).then_some(UTF_8);
    }
    let is_utf8 = declared.is_single_byte() && !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok();
    Some(if is_utf8 { UTF_8 } else { declared })
}

fn has_utf8_sequence(bytes: &[u8]) -> bool {
    bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii())
}

/// The encoding that `charset=` names in a `Content-Type`; an unknown name counts for nothing.
fn header_charset(content_type: &str) -> Option<&'static Encoding> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        name.trim().eq_ignore_ascii_case("charset").then(|| Encoding::for_label_no_replacement(value.as_bytes()))?
    })
}

/// UTF-16 without a mark, told by how markup begins in it.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [b'<', 0, first, 0, ..] if *first != 0 => Some(UTF_16LE),
        [0, b'<', 0, first, ..] if *first != 0 => Some(UTF_16BE),
        _ => None,
    }
}

/// The encoding that the page declares in itself: `<meta charset>`, `<meta http-equiv content>` or an XML declaration.
fn page_charset(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..PRESCAN).unwrap_or(bytes).to_ascii_lowercase();
    let label = if head.starts_with(b"<?xml") { xml_label(&head) } else { None }.or_else(|| meta_label(&head))?;
    let encoding = Encoding::for_label_no_replacement(label)?;
    // Whoever could read the declaration as ASCII was not reading UTF-16.
    Some(match encoding {
        e if e == UTF_16LE || e == UTF_16BE => UTF_8,
        e if e == X_USER_DEFINED => WINDOWS_1252,
        e => e,
    })
}

fn xml_label(head: &[u8]) -> Option<&[u8]> {
    let end = memchr::memchr(b'>', head)?;
    value_after(head.get(..end)?, b"encoding")
}

/// Comments are passed over; everything else that is not `<meta` is not markup to this scan.
fn meta_label(head: &[u8]) -> Option<&[u8]> {
    let mut rest = head;
    while let Some(start) = memchr::memchr(b'<', rest) {
        rest = rest.get(start..)?;
        if rest.starts_with(b"<!--") {
            // `<!-->` is a whole comment.
            let end = memmem::find(rest.get(2..)?, b"-->")?;
            rest = rest.get(end + 5..)?;
        } else if rest.starts_with(b"<meta") && rest.get(5).is_some_and(|b| b.is_ascii_whitespace() || *b == b'/') {
            let end = memchr::memchr(b'>', rest).unwrap_or(rest.len());
            let label = value_after(rest.get(..end)?, b"charset");
            if label.is_some_and(|label| Encoding::for_label_no_replacement(label).is_some()) {
                return label;
            }
            rest = rest.get(end..)?;
        } else {
            rest = rest.get(1..)?;
        }
    }
    None
}

/// What follows `name =` in a tag, be it an attribute or a parameter inside one.
fn value_after<'a>(tag: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    memmem::find_iter(tag, name).find_map(|at| {
        let rest = tag.get(at + name.len()..)?.trim_ascii_start();
        let rest = rest.strip_prefix(b"=")?.trim_ascii_start();
        let rest = match rest.first() {
            Some(b'"' | b'\'') => rest.get(1..)?,
            _ => rest,
        };
        let ends = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b';' | b'?' | b'/' | b'>');
        let label = rest.get(..rest.iter().position(ends).unwrap_or(rest.len()))?;
        (!label.is_empty()).then_some(label)
    })
}

fn guess(bytes: &[u8], top_level_domain: Option<&str>) -> &'static Encoding {
    // A stray invalid byte in a UTF-8 page (a title cut in the middle of a letter) must not lose all its letters.
    let (mut sequences, mut invalid) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        sequences += chunk.valid().bytes().filter(|b| *b >= 0xC2).count();
        invalid += usize::from(!chunk.invalid().is_empty());
    }
    if invalid * 20 < sequences {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    // The detector refuses anything but a lower-case ASCII label.
    let plain = |label: &&str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_lowercase());
    detector.guess(top_level_domain.filter(plain).map(str::as_bytes), Utf8Detection::Allow)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Hälso- och sjukvård, kollektivtrafik på Åland – ”nytt”";

    fn cp1252(text: &str) -> Vec<u8> {
        WINDOWS_1252.encode(text).0.into_owned()
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn a_mark_beats_the_header_beats_the_page_beats_the_guess() {
        let marked = [b"\xEF\xBB\xBF", TEXT.as_bytes()].concat();
        assert_eq!(decode(&marked, Some("text/html; charset=iso-8859-1"), None), TEXT);
        let (le, be) = ([b"\xFF\xFE", &*utf16(TEXT, false)].concat(), [b"\xFE\xFF", &*utf16(TEXT, true)].concat());
        assert_eq!(decode(&le, Some("text/html; charset=utf-8"), None), TEXT);
        assert_eq!(decode(&be, None, None), TEXT);
        let page = format!("<meta charset=windows-1251><p>{TEXT}");
        assert_eq!(decode(&cp1252(&page), Some("text/html; charset=windows-1252"), None), page);
        let russian = "<meta charset=windows-1251><p>Новости города";
        let bytes = encoding_rs::WINDOWS_1251.encode(russian).0;
        assert_eq!(decode(&bytes, None, Some("se")), russian);
        assert_eq!(decode(TEXT.as_bytes(), None, None), TEXT);
        assert_eq!(decode(&cp1252(TEXT), None, Some("se")), TEXT);
    }

    #[test]
    fn header_labels() {
        let table = [
            ("text/html; charset=ISO-8859-1", Some("windows-1252")),
            ("text/html;charset=\"latin1\"", Some("windows-1252")),
            ("text/html; CHARSET = 'utf8' ", Some("UTF-8")),
            ("text/html; boundary=x; charset=Shift_JIS", Some("Shift_JIS")),
            ("text/html; charset=utf-16le", Some("UTF-16LE")),
            ("text/html; charset=klingon", None),
            ("text/html; charset=iso-2022-kr", None),
            ("text/html; charset=", None),
            ("charset=utf-8", None),
            ("text/html", None),
        ];
        for (header, wanted) in table {
            assert_eq!(header_charset(header).map(Encoding::name), wanted, "{header}");
        }
    }

    #[test]
    fn page_labels() {
        let table: &[(&str, Option<&str>)] = &[
            ("<meta charset=utf-8>", Some("UTF-8")),
            ("<META CHARSET = \"ISO-8859-15\" />", Some("ISO-8859-15")),
            ("<meta http-equiv=content-type content='text/html; charset=koi8-r'>", Some("KOI8-R")),
            ("<meta content='text/html; charset=\"koi8-r\"'>", Some("KOI8-R")),
            ("<?xml version='1.0' encoding=\"iso-8859-2\"?><rss>", Some("ISO-8859-2")),
            ("<?xml version='1.0'?><meta charset=koi8-r>", Some("KOI8-R")),
            ("<!-- <meta charset=koi8-r> --><meta charset=utf-8>", Some("UTF-8")),
            ("<!--><meta charset=koi8-r>", Some("KOI8-R")),
            ("<meta charset=utf-16>", Some("UTF-8")),
            ("<meta charset=x-user-defined>", Some("windows-1252")),
            ("<meta charset=klingon><meta charset=koi8-r>", Some("KOI8-R")),
            ("<metadata charset=koi8-r>", None),
            ("<p>charset=koi8-r</p>", None),
            ("<meta charset>", None),
            ("<meta charset", None),
            ("<meta ", None),
            ("<", None),
            ("<!--", None),
            ("", None),
        ];
        for (page, wanted) in table {
            assert_eq!(page_charset(page.as_bytes()).map(Encoding::name), *wanted, "{page}");
        }
        let late = format!("{}<meta charset=koi8-r>", " ".repeat(PRESCAN));
        assert_eq!(page_charset(late.as_bytes()), None);
    }

    #[test]
    fn a_declaration_that_the_bytes_disprove_is_not_believed() {
        let utf8 = Some("text/html; charset=utf-8");
        assert_eq!(decode(&cp1252(TEXT), utf8, Some("se")), TEXT);
        assert_eq!(decode(TEXT.as_bytes(), Some("text/html; charset=iso-8859-1"), None), TEXT);
        let page = format!("<meta charset=iso-8859-1>{TEXT}");
        assert_eq!(decode(page.as_bytes(), None, None), page);
        let page = format!("<meta charset=utf-8>{TEXT}");
        assert_eq!(decode(&cp1252(&page), utf8, Some("se")), page);
        // Two-byte encodings can look like UTF-8 by chance: the declaration stands.
        let chinese = [0xC1, 0xAA, 0xCD, 0xA8];
        assert_eq!(decode(&chinese, Some("text/html; charset=gbk"), None), "联通");
    }

    #[test]
    fn what_cannot_be_decoded_is_replaced() {
        let cut = [TEXT.as_bytes(), b" sj\xC3"].concat();
        assert_eq!(decode(&cut, Some("text/html; charset=utf-8"), None), format!("{TEXT} sj\u{FFFD}"));
        let long = [TEXT.repeat(20).as_bytes(), b"\xC3"].concat();
        assert_eq!(decode(&long, None, None), format!("{}\u{FFFD}", TEXT.repeat(20)));
        assert_eq!(decode(b"\xFF\xFEa", None, None), "\u{FFFD}");
        assert_eq!(decode(b"", Some("text/html; charset=utf-16"), Some("SE.")), "");
        for byte in 0..=u8::MAX {
            assert!(!decode(&[byte, b'a', byte], None, Some("xn--p1ai")).is_empty());
        }
    }

    #[test]
    fn utf16_is_recognised_without_a_mark() {
        let page = "<html><p>Åland";
        assert_eq!(decode(&utf16(page, false), None, None), page);
        assert_eq!(decode(&utf16(page, true), Some("text/html"), None), page);
        assert_eq!(decode(&utf16(page, true), Some("text/html; charset=utf-16be"), None), page);
    }
}
