//! Bytes that become text.

use flode::fetch::saved_page;
use url::Url;

/// Text is what it was, unless it says of itself that it is something else.
pub fn charset(data: &[u8]) {
    for address in ["https://example.se/", "https://example.xn--p1ai/", "http://127.0.0.1/"] {
        let text = saved_page(data, &Url::parse(address).expect("an address")).text;
        assert!(text.len() <= 3 * data.len(), "{} bytes of {}", text.len(), data.len());
        let lower = data.to_ascii_lowercase();
        let declares = [b"charset".as_slice(), b"encoding", b"\0"];
        let declares = declares.iter().any(|word| lower.windows(word.len()).any(|some| some == *word));
        if let (Ok(whole), false) = (std::str::from_utf8(data), declares) {
            assert_eq!(text, whole.strip_prefix('\u{FEFF}').unwrap_or(whole), "UTF-8 in {address}");
        }
    }
    #[cfg(fuzzing)]
    if let Some((header, body)) = data.iter().position(|byte| *byte == b'\n').map(|at| data.split_at(at)) {
        let header = String::from_utf8_lossy(header);
        assert!(flode::fetch::fuzzing::text(body, Some(&header)).len() <= 3 * body.len());
    }
}

/// Content codings: the first line is the header, the rest the body. Only `--cfg fuzzing` has a way in.
#[cfg_attr(not(fuzzing), expect(unused_variables))]
pub fn coding(data: &[u8]) {
    #[cfg(fuzzing)]
    if let Some(at) = data.iter().position(|byte| *byte == b'\n') {
        const MAX: usize = 200_000;
        let (header, body) = (&data[..at], &data[at + 1..]);
        let decoded = flode::fetch::fuzzing::body(header, body, MAX);
        assert!(decoded.is_none_or(|bytes| bytes.len() <= MAX.max(body.len())));
    }
}
