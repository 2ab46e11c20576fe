//! The ways to the operator.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;
use std::time::Duration;

use reqwest::Client;
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use super::mail::Courier;
use super::payload::payload;
use super::text::Letter;
use super::{Options, Webhook, webhook};
use crate::model::Message;

/// Why a channel could not be made ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupError {
    /// The channel.
    pub channel: String,
    /// Why.
    pub why: String,
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alarm: {} cannot be used: {}", self.channel, self.why)
    }
}

impl std::error::Error for SetupError {}

/// Why a message was not taken. Names no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendError {
    /// One line.
    pub why: String,
    /// The service asked not to be asked before.
    pub retry_after: Option<Duration>,
    /// What the operator can do, where there is something.
    pub hint: Option<&'static str>,
}

impl SendError {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), retry_after: None, hint: None }
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for SendError {}

#[derive(Debug, Clone)]
enum Way {
    Web(Client, Webhook),
    Mail(Courier),
}

/// One way to the operator. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Channel {
    key: String,
    label: String,
    way: Way,
    timeout: Duration,
}

impl Channel {
    /// By which the ledger knows what is still to be sent there: the same for as long as its place is the same.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// For people: `slack hooks.slack.com`.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Sends one message, within the time of [`Options::timeout`].
    pub async fn send(&self, message: &Message, letter: &Letter) -> Result<(), SendError> {
        let sending = async {
            match &self.way {
                Way::Web(client, webhook) => {
                    webhook::send(client, webhook, &payload(webhook.kind, message, letter)).await
                }
                Way::Mail(courier) => courier.send(message, letter).await,
            }
        };
        timeout(self.timeout, sending).await.unwrap_or_else(|_| Err(SendError::new("it did not answer in time")))
    }
}

/// All ways to the operator, in the order of the config.
#[derive(Debug, Clone, Default)]
pub struct Channels(Vec<Channel>);

impl Channels {
    /// Makes the channels of the options ready. Nothing is sent yet.
    pub fn new(options: &Options) -> Result<Self, SetupError> {
        let mut channels = Vec::new();
        let mut labels: BTreeMap<String, u32> = BTreeMap::new();
        let mut add = |secret: &str, label: String, way| {
            let count = labels.entry(label.clone()).or_default();
            *count += 1;
            let label = if *count > 1 { format!("{label} ({count})") } else { label };
            channels.push(Channel { key: key(secret), label, way, timeout: options.timeout });
        };
        for webhook in &options.webhooks {
            let label = format!("{} {}", webhook.kind.word(), webhook.host);
            let client = webhook::client(options.timeout).map_err(|why| SetupError { channel: label.clone(), why })?;
            add(&format!("{} {}", webhook.kind.word(), webhook.address()), label, Way::Web(client, webhook.clone()));
        }
        if let Some(mail) = &options.mail {
            let label = format!("mail {}", mail.server);
            let courier =
                Courier::new(mail, options.timeout).map_err(|why| SetupError { channel: label.clone(), why })?;
            add(&format!("{} {:?}", mail.server, mail.to), label, Way::Mail(courier));
        }
        Ok(Self(channels))
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Channel> {
        self.0.iter()
    }
}

/// A name for a place that does not tell where it is.
fn key(secret: &str) -> String {
    let hash = Sha256::digest(secret);
    hash.iter().take(8).fold(String::new(), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::alarm::WebhookKind;

    #[tokio::test]
    async fn two_channels_of_one_service_are_told_apart() {
        let webhook = |path: &str| {
            let address = Url::parse(&format!("https://hooks.example/{path}")).expect("an address");
            Webhook::new(WebhookKind::Slack, &address)
        };
        let options = Options { webhooks: vec![webhook("one"), webhook("two")], ..Options::default() };
        let channels = Channels::new(&options).expect("channels");
        let labels: Vec<&str> = channels.iter().map(Channel::label).collect();
        assert_eq!(labels, ["slack hooks.example", "slack hooks.example (2)"]);
        let keys: Vec<&str> = channels.iter().map(Channel::key).collect();
        assert!(keys[0] != keys[1] && keys.iter().all(|key| key.len() == 16));
        assert!(!format!("{channels:?}").contains("/one"));
    }
}
