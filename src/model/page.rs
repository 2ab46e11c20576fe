//! A fetched page.

use url::Url;

/// What a server gave to ask again with: RFC 9110 section 8.8, exactly as received.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// The value of `ETag`.
    pub etag: Option<String>,
    /// The value of `Last-Modified`.
    pub last_modified: Option<String>,
}

/// A body and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The address after redirects: what relative links are relative to.
    pub url: Url,
    /// The decoded text.
    pub text: String,
    /// The essence of `Content-Type` (`text/html`), lower case, where the server sent one.
    pub media_type: Option<String>,
}
