//! Tells the operator what is not well, and when it is well again.
//!
//! [`state`] decides when, [`text`] and [`payload`] what is said; [`Channels`] sends it, to webhooks and by mail. A message
//! is kept in the ledger until every channel has taken it, so nothing here remembers anything.

mod channel;
mod mail;
mod payload;
mod state;
mod text;
mod webhook;

use std::time::Duration;

pub use channel::{Channel, Channels, SendError, SetupError};
pub use mail::{Mail, Tls, mailbox};
pub use state::{after_run, is_time, meanwhile};
pub use text::{Letter, lines, title};
pub use webhook::{Webhook, WebhookKind};

/// When the operator is told, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// A source that cannot be had is told of at this failure in a row. Default 3.
    pub failures: u32,
    /// Or at the second one, when the first is so long ago. Default 1 hour.
    pub after: Duration,
    /// What lasts is told again after this time. What ended less long ago and comes back has to be well for as long. Default 1 day.
    pub reminder: Duration,
    /// What is well again is told after it has stayed so for this time. Default 30 min.
    pub settle: Duration,
    /// The daemon waits so long for more to tell before it sends a message. Default 1 min.
    pub gather: Duration,
    /// Between two messages of the daemon. Default 10 min.
    pub interval: Duration,
    /// For a channel to take a message. Default 15 s.
    pub timeout: Duration,
    /// Whether the feed `_flode` is published. Default true.
    pub feed: bool,
    /// Who is told over HTTP.
    pub webhooks: Vec<Webhook>,
    /// Who is told by mail.
    pub mail: Option<Mail>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            failures: 3,
            after: Duration::from_hours(1),
            reminder: Duration::from_hours(24),
            settle: Duration::from_mins(30),
            gather: Duration::from_mins(1),
            interval: Duration::from_mins(10),
            timeout: Duration::from_secs(15),
            feed: true,
            webhooks: Vec::new(),
            mail: None,
        }
    }
}
