//! Gets a page: a guest with manners, and one that no page can hang, bomb or lure.

use std::time::Duration;

/// How pages are fetched, with the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// A page for people or an address for mail, sent in `User-Agent` so that a site owner can ask who is there.
    pub contact: Option<String>,
    /// From the first byte of the request to the last of the body. Default 60 s.
    pub total_timeout: Duration,
    /// For the connection, TLS included. Default 10 s.
    pub connect_timeout: Duration,
    /// Between two reads. Default 20 s.
    pub idle_timeout: Duration,
    /// Bytes of a body after decompression. Default 5 MiB.
    pub max_body: usize,
    /// Redirects followed. Default 5.
    pub max_redirects: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            contact: None,
            total_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(20),
            max_body: 5 * 1024 * 1024,
            max_redirects: 5,
        }
    }
}
