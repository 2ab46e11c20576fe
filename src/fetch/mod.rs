//! Gets a page: a guest with manners, and one that no page can hang, bomb or lure.

mod address;
mod body;
mod charset;
mod client;
mod clock;
mod coding;
mod deadline;
mod error;
mod freshness;
#[cfg(fuzzing)]
pub mod fuzzing;
mod guard;
mod hop;
mod host;
mod options;
mod own;
mod pace;
mod permission;
mod redirect;
mod refusal;
mod robots;

use std::time::Duration;

use backon::{BackoffBuilder, ConstantBuilder};
use jiff::Timestamp;
use url::Url;

use crate::model::{Page, Source, Validators};

pub use clock::{ClockDoubt, doubt};
pub use error::{ErrorAnswer, FetchError, Phase, Reason, SetupError};
pub use options::Options;
pub use own::SourceOptions;
pub use pace::{VALIDATORS_MAX_AGE, not_before};
pub use robots::RobotsTxt;

use client::Clients;
use deadline::Deadline;
use error::Failure;
use guard::Guard;
use hop::Answer;
use host::{Hosts, Visit};
use redirect::Trail;

/// A page that was saved to a file: its text by its BOM, its `<meta>` or by its looks. `address` is where it is from.
#[must_use]
pub fn saved_page(bytes: &[u8], address: &Url) -> Page {
    let text = charset::decode(bytes, None, hop::top_level_domain(address));
    Page { url: address::public(address), text, media_type: None }
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
    /// What is special about its requests.
    pub options: &'a SourceOptions,
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
        /// When, by the server's clock; `None` where it has none.
        sent: Option<Timestamp>,
    },
    /// The page that the validators stand for.
    NotModified {
        /// To ask with next time.
        validators: Validators,
        /// The address that every redirect on the way called permanent.
        moved: Option<Url>,
        /// For how long the server promises that nothing changes; at most a day.
        fresh_for: Option<Duration>,
        /// When, by the server's clock; `None` where it has none.
        sent: Option<Timestamp>,
    },
}

impl Fetched {
    /// For how long the server promises that nothing changes; at most a day.
    #[must_use]
    pub fn fresh_for(&self) -> Option<Duration> {
        match self {
            Self::Fresh { fresh_for, .. } | Self::NotModified { fresh_for, .. } => *fresh_for,
        }
    }

    /// When the answer was sent, by the server's clock; `None` where it has none.
    #[must_use]
    pub fn sent(&self) -> Option<Timestamp> {
        match self {
            Self::Fresh { sent, .. } | Self::NotModified { sent, .. } => *sent,
        }
    }
}

/// Fetches pages. One for the process: it keeps connections, and is polite to each host for all sources together.
#[derive(Debug)]
pub struct Fetcher {
    options: Options,
    guard: Guard,
    clients: Clients,
    hosts: Hosts,
}

impl Fetcher {
    /// Prepares the client; fails on a contact that no header can carry, and without certificates to trust.
    pub fn new(options: &Options) -> Result<Self, SetupError> {
        Ok(Self {
            options: options.clone(),
            guard: Guard::new(&options.private_hosts),
            clients: Clients::new(options)?,
            hosts: Hosts::new(options),
        })
    }

    /// Fetches a page, through redirects, with at most one retry, within `total_timeout`. Every host on the way is waited
    /// for, and asked for its robots.txt first.
    pub async fn fetch(&self, ask: &Ask<'_>) -> Result<Fetched, FetchError> {
        let trail = Trail::new(&ask.source.url, ask.url, self.options.max_redirects);
        let mut trail = trail.with_key_in_address(ask.options.keyed);
        self.travel(&mut trail, ask).await.map_err(|failure| FetchError {
            source: ask.source.id.clone(),
            address: trail.redacted(trail.current()),
            phase: failure.phase,
            reason: failure.reason,
            answer: failure.answer,
        })
    }

    async fn travel(&self, trail: &mut Trail<'_>, ask: &Ask<'_>) -> Result<Fetched, Failure> {
        let mut deadline = Deadline::after(self.options.total_timeout);
        let mut retried = false;
        loop {
            let visit = deadline.pausing(self.enter(trail, ask.options)).await?;
            let answer = self.hop(trail, ask, &visit, &deadline).await;
            drop(visit);
            match answer {
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

    /// Waits for the host of the current address, if it may be asked and lets the page be read.
    async fn enter(&self, trail: &Trail<'_>, own: &SourceOptions) -> Result<Visit, Failure> {
        let reach = self.admit(trail)?;
        let host = self.hosts.of(trail.current());
        if own.robots {
            self.permit(trail, own, &host).await?;
        }
        self.hosts.turn(&host, reach).await
    }

    /// Jittered, so that many sources of one host do not come back together.
    fn pause(&self) -> Duration {
        let pause = self.options.retry_pause;
        ConstantBuilder::default().with_delay(pause).with_jitter().build().next().unwrap_or(pause)
    }
}
