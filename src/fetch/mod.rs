//! Gets a page: a guest with manners, and one that no page can hang, bomb or lure.

mod address;
mod body;
mod charset;
mod client;
mod coding;
mod deadline;
mod error;
mod freshness;
mod guard;
mod hop;
mod redirect;

use std::time::Duration;

use backon::{BackoffBuilder, ConstantBuilder};
use url::Url;

use crate::model::{Page, Source, Validators};

pub use error::{FetchError, Phase, Reason, SetupError};

use client::Clients;
use deadline::Deadline;
use error::Failure;
use guard::Guard;
use hop::Answer;
use redirect::Trail;

/// How pages are fetched, with the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// A page for people or an address for mail, sent in `User-Agent` so that a site owner can ask who is there.
    /// Default none.
    pub contact: Option<String>,
    /// From the first byte of the request to the last of the body, redirects and a retry included. Default 60 s.
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
            private_hosts: Vec::new(),
        }
    }
}

/// The text of a page that was saved to a file, by its BOM, its `<meta>` or by its looks; `address` is where it is from.
#[must_use]
pub fn decode_saved(bytes: &[u8], address: &Url) -> String {
    charset::decode(bytes, None, hop::top_level_domain(address))
}

/// A page that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// For whom. Its configured host is the only one that may be private.
    pub source: &'a Source,
    /// The page: the source's own, or one that it links to.
    pub url: &'a Url,
    /// What is known of the page; empty to have it in any case.
    pub validators: &'a Validators,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Fetched {
    /// The page, whole.
    Fresh {
        /// The text and its final address.
        page: Page,
        /// To ask with next time.
        validators: Validators,
        /// SHA-256 of the body before its character set was decoded.
        body_hash: [u8; 32],
        /// The address that every redirect on the way called permanent.
        moved: Option<Url>,
        /// For how long the server promises that nothing changes; at most a day.
        fresh_for: Option<Duration>,
    },
    /// The page that the validators stand for.
    NotModified {
        /// To ask with next time.
        validators: Validators,
        /// The address that every redirect on the way called permanent.
        moved: Option<Url>,
        /// For how long the server promises that nothing changes; at most a day.
        fresh_for: Option<Duration>,
    },
}

/// Fetches pages. One for the process: it keeps connections.
#[derive(Debug)]
pub struct Fetcher {
    options: Options,
    guard: Guard,
    clients: Clients,
}

impl Fetcher {
    /// Prepares the client; fails on a contact that no header can carry, and without certificates to trust.
    pub fn new(options: &Options) -> Result<Self, SetupError> {
        Ok(Self {
            options: options.clone(),
            guard: Guard::new(&options.private_hosts),
            clients: Clients::new(options)?,
        })
    }

    /// Fetches a page, through redirects, with at most one retry, within `total_timeout`.
    pub async fn fetch(&self, ask: &Ask<'_>) -> Result<Fetched, FetchError> {
        let mut trail = Trail::new(&ask.source.url, ask.url, self.options.max_redirects);
        self.travel(&mut trail, ask.validators).await.map_err(|failure| FetchError {
            source: ask.source.id.clone(),
            address: address::redacted(trail.current()),
            phase: failure.phase,
            reason: failure.reason,
        })
    }

    async fn travel(&self, trail: &mut Trail<'_>, validators: &Validators) -> Result<Fetched, Failure> {
        let deadline = Deadline::after(self.options.total_timeout);
        let mut retried = false;
        loop {
            match self.hop(trail, validators, &deadline).await {
                Ok(Answer::Here(fetched)) => return Ok(*fetched),
                Ok(Answer::Elsewhere(to)) => trail.follow(&to)?,
                Err(failure) if failure.again && !retried => {
                    let pause = self.pause();
                    if !deadline.allows(pause) {
                        return Err(failure);
                    }
                    tokio::time::sleep(pause).await;
                    retried = true;
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Jittered, so that many sources of one host do not come back together.
    fn pause(&self) -> Duration {
        let pause = self.options.retry_pause;
        ConstantBuilder::default().with_delay(pause).with_jitter().build().next().unwrap_or(pause)
    }
}
