//! Tells a web service.

use std::error::Error;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response};
use serde_json::Value;
use url::Url;

use super::SendError;
use crate::model::{Secret, text};

/// Characters of an answer that are shown.
const ANSWER: usize = 200;

/// What shape a service takes a message in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookKind {
    /// The program's own, for programs.
    Json,
    /// An incoming webhook of Slack.
    Slack,
    /// One of Mattermost.
    Mattermost,
    /// The Workflows of Microsoft Teams.
    Teams,
}

impl WebhookKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Json, Self::Slack, Self::Mattermost, Self::Teams];

    /// Its name in the config.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Slack => "slack",
            Self::Mattermost => "mattermost",
            Self::Teams => "teams",
        }
    }
}

/// A service that is told. Its address is a secret: whoever has it can write there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The shape that it takes.
    pub kind: WebhookKind,
    /// The host and port, which may be shown.
    pub host: String,
    address: Secret,
}

impl Webhook {
    /// The service at an address of http or https.
    #[must_use]
    pub fn new(kind: WebhookKind, address: &Url) -> Self {
        let port = address.port().map(|port| format!(":{port}")).unwrap_or_default();
        let host = format!("{}{port}", address.host_str().unwrap_or_default());
        Self { kind, host, address: Secret::new(address.as_str()) }
    }

    /// Where it is.
    pub(super) fn address(&self) -> &str {
        self.address.reveal()
    }
}

/// The client of all webhooks. It follows no redirect, which could lead the message to a stranger, and heeds the proxy of
/// the environment, for these are addresses of the operator's choice.
pub(super) fn client(timeout: Duration) -> Result<Client, String> {
    Client::builder()
        .user_agent(concat!("flode/", env!("CARGO_PKG_VERSION")))
        .referer(false)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(timeout)
        .timeout(timeout)
        .pool_max_idle_per_host(0)
        .build()
        .map_err(|error| root_cause(&error))
}

/// Sends one message.
pub(super) async fn send(client: &Client, webhook: &Webhook, payload: &Value) -> Result<(), SendError> {
    let request = client.post(webhook.address()).header(CONTENT_TYPE, "application/json").body(payload.to_string());
    let answer = request.send().await.map_err(|error| SendError::new(unsent(error)))?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    let retry_after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let said = said(answer, webhook).await;
    let why = if said.is_empty() {
        format!("status {}", status.as_u16())
    } else {
        format!("status {}: {said}", status.as_u16())
    };
    let hint = match status.as_u16() {
        300..400 => Some("the address leads elsewhere; give the one that it leads to"),
        400 => Some("see that `kind` is that of the service"),
        401 | 403 | 404 | 410 => Some("see that the address is whole, and that the service still has the webhook"),
        _ => None,
    };
    Err(SendError { retry_after: retry_after.map(Duration::from_secs), hint, ..SendError::new(why) })
}

fn unsent(error: reqwest::Error) -> String {
    if error.is_timeout() { "it did not answer in time".to_owned() } else { root_cause(&error.without_url()) }
}

/// The beginning of the answer, without the address should it repeat it.
async fn said(mut answer: Response, webhook: &Webhook) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER * 4 {
            break;
        }
    }
    let path = Url::parse(webhook.address()).map(|url| url.path().trim_matches('/').to_owned()).unwrap_or_default();
    let line = text::clean(&String::from_utf8_lossy(&body));
    let line = if path.is_empty() { line } else { line.replace(&path, "…") };
    text::shorten(&line, ANSWER)
}

/// The innermost cause, which is the one to act on.
fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    text::shorten(&text::clean(&cause.to_string()), ANSWER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_never_printed() {
        let address =
            Url::parse("https://user:hemlig@hooks.example:8443/services/T0/hemlig?k=hemlig").expect("an address");
        let webhook = Webhook::new(WebhookKind::Slack, &address);
        assert_eq!(webhook.host, "hooks.example:8443");
        assert!(!format!("{webhook:?}").contains("hemlig"));
    }
}
