//! The way in for the fuzz targets, and only there (`--cfg fuzzing`): bytes of a server without a server.

use reqwest::header::{CONTENT_ENCODING, HeaderMap, HeaderValue};

use super::{charset, coding};

/// The text of a body, by the value of its `Content-Type`.
#[must_use]
pub fn text(body: &[u8], content_type: Option<&str>) -> String {
    charset::decode(body, content_type, None)
}

/// A body without its content codings, at most `max` bytes; `None`: it was refused.
#[must_use]
pub fn body(content_encoding: &[u8], body: &[u8], max: usize) -> Option<Vec<u8>> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_ENCODING, HeaderValue::from_bytes(content_encoding).ok()?);
    coding::decode(&headers, body.to_vec(), max).ok()
}
