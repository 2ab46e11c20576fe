//! The limits of fetching.

use std::time::Duration;

/// How pages are fetched, with the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// A page for people or an address for mail, sent in `User-Agent` so that a site owner can ask who is there.
    /// Default none.
    pub contact: Option<String>,
    /// From the first byte of the request to the last of the body, redirects and a retry included, waiting for a host
    /// not; robots.txt has as much again. Default 60 s.
    pub total_timeout: Duration,
    /// For the connection: name, TCP and TLS. Default 10 s.
    pub connect_timeout: Duration,
    /// Between two reads of the body; the header has `connect_timeout` and this. Default 20 s.
    pub idle_timeout: Duration,
    /// Bytes of a header. Default 64 KiB.
    pub max_header: usize,
    /// Bytes of a body after decompression. Default 5 MiB.
    pub max_body: usize,
    /// Redirects followed. Default 5.
    pub max_redirects: usize,
    /// Before the one retry of a connection that broke or a gateway that failed; up to twice as long, by chance.
    /// Default 1 s.
    pub retry_pause: Duration,
    /// Sources read at the same time. Default 8.
    pub concurrency: usize,
    /// Between two requests to one host, from beginning to beginning. Default none: a second, and nothing for a host
    /// of one's own network.
    pub host_interval: Option<Duration>,
    /// Requests to one host at the same time. Default 1.
    pub host_concurrency: usize,
    /// For a host that others ask, or that asked to be left alone; it is not part of `total_timeout`. Default 10 min.
    pub max_host_wait: Duration,
    /// The longest `Crawl-delay` of a robots.txt that is kept; a longer one is cut to it. Default 60 s.
    pub max_crawl_delay: Duration,
    /// Between two asks for one source. Default 60 s.
    pub min_interval: Duration,
    /// For how long a page is believed to stay the same, however long it promises to. Default a day, which is also the
    /// most.
    pub max_freshness: Duration,
    /// After the first failure of a source; doubled for each further one. Default 1 min.
    pub backoff: Duration,
    /// After ever so many failures. Default 6 h.
    pub max_backoff: Duration,
    /// Hosts that look public and are at a private address: a source configured there may be read. Default none.
    pub private_hosts: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            contact: None,
            total_timeout: Duration::from_mins(1),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(20),
            max_header: 64 * 1024,
            max_body: 5 * 1024 * 1024,
            max_redirects: 5,
            retry_pause: Duration::from_secs(1),
            concurrency: 8,
            host_interval: None,
            host_concurrency: 1,
            max_host_wait: Duration::from_mins(10),
            max_crawl_delay: Duration::from_mins(1),
            min_interval: Duration::from_mins(1),
            max_freshness: Duration::from_hours(24),
            backoff: Duration::from_mins(1),
            max_backoff: Duration::from_hours(6),
            private_hosts: Vec::new(),
        }
    }
}
