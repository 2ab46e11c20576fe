//! The requests that a hub and a publisher make.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hyper::body::Bytes;
use reqwest::header::{CONTENT_TYPE, LINK};
use reqwest::{ClientBuilder, Response, StatusCode};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use url::Url;

use super::form::Asked;
use super::guard::{Guard, MOST_PER_HOST, Unreached};
use super::limit::Limit;
use super::message;
use super::options::Options;

/// Random bytes of a challenge.
const CHALLENGE: usize = 24;

/// The client could not be made.
#[derive(Debug)]
pub struct PushError(String);

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot prepare to tell subscribers: {}", self.0)
    }
}

impl Error for PushError {}

/// What came of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was taken.
    Taken,
    /// 410: the subscription is over (section 7).
    Gone,
    /// It was not, for this reason.
    Failed(String),
    /// Nobody answered, for this reason.
    Silent(String),
}

/// Talks to hubs and subscribers. It follows no redirect, for the address that a request leads to was not confirmed by anybody,
/// and reads of an answer only what it needs.
#[derive(Debug)]
pub struct Client {
    /// For questions: each on a connection of its own, so that the limit sees every one.
    questions: reqwest::Client,
    deliveries: reqwest::Client,
    /// For the hub that the operator names, wherever it is.
    hub: reqwest::Client,
    guard: Guard,
    limit: Arc<Mutex<Limit>>,
    callbacks: Mutex<Limit>,
}

impl Client {
    /// A client with these limits.
    pub fn new(options: &Options) -> Result<Self, PushError> {
        let limit = Arc::new(Mutex::new(Limit::new(options.verify_interval)));
        let build = |builder: ClientBuilder| builder.build().map_err(|error| PushError(root(&error)));
        let guard = Guard::new(&options.private_hosts, None);
        let asking = Guard::new(&options.private_hosts, Some(Arc::clone(&limit)));
        Ok(Self {
            questions: build(builder(options.timeout).pool_max_idle_per_host(0).dns_resolver(asking))?,
            deliveries: build(builder(options.timeout).dns_resolver(guard.clone()))?,
            hub: build(builder(options.timeout))?,
            guard,
            limit,
            callbacks: Mutex::new(Limit::new(options.verify_interval)),
        })
    }

    /// Whether a callback is one that may be reached.
    #[must_use]
    pub fn reaches(&self, callback: &Url) -> bool {
        self.guard.admits(callback)
    }

    /// Whether a callback may be asked now; if so, that is counted.
    #[must_use]
    pub fn may_ask(&self, asked: &Asked, now: Instant) -> bool {
        let admit = |limit: &Mutex<Limit>, key: &str, most| {
            limit.lock().unwrap_or_else(PoisonError::into_inner).admit(key, most, now)
        };
        admit(&self.callbacks, asked.callback.as_str(), 1)
            && admit(&self.limit, &format!("host {}", asked.host()), MOST_PER_HOST)
    }

    /// Asks a callback whether it meant what was asked in its name (section 5.3). From which network it answered, or the
    /// reason if it did not.
    pub async fn confirm(&self, asked: &Asked, lease: u64) -> Result<String, String> {
        let mut random = [0; CHALLENGE];
        let source = aws_lc_rs::default_provider().secure_random;
        source.fill(&mut random).map_err(|_| "the system gives no random numbers".to_owned())?;
        let challenge = message::hex(&random);
        let url = message::question(&asked.callback, asked.mode, &asked.topic, &challenge, lease);
        let answer = self.questions.get(url).send().await.map_err(|error| why(&error))?;
        if !answer.status().is_success() {
            return Err(format!("it answered {}", answer.status()));
        }
        let from = answer.remote_addr().map_or_else(String::new, |at| network(at.ip()));
        let meant = is_body(answer, challenge.as_bytes()).await;
        if meant { Ok(from) } else { Err("it did not return the challenge".to_owned()) }
    }

    /// Tells a callback that there is no subscription. Whether it hears is its own affair.
    pub async fn deny(&self, asked: &Asked, reason: &str) {
        let _ = self.questions.get(message::denial(&asked.callback, &asked.topic, reason)).send().await;
    }

    /// Sends a document to a subscriber (section 7).
    pub async fn deliver(
        &self,
        callback: &Url,
        document: Bytes,
        media_type: &str,
        link: &str,
        secret: Option<&str>,
    ) -> Answer {
        if !self.reaches(callback) {
            return Answer::Failed(Unreached::Private.to_string());
        }
        let mut request = self.deliveries.post(callback.clone()).header(CONTENT_TYPE, media_type).header(LINK, link);
        if let Some(signature) = secret.and_then(|secret| message::signature(secret, &document)) {
            request = request.header("x-hub-signature", signature);
        }
        match request.body(document).send().await {
            Ok(answer) if answer.status().is_success() => Answer::Taken,
            Ok(answer) if answer.status() == StatusCode::GONE => Answer::Gone,
            Ok(answer) => Answer::Failed(format!("it answered {}", answer.status())),
            Err(error) => Answer::Silent(why(&error)),
        }
    }

    /// Tells a hub elsewhere that a topic has changed.
    pub async fn ping(&self, hub: &Url, topic: &Url) -> Answer {
        let form = "application/x-www-form-urlencoded";
        let request = self.hub.post(hub.clone()).header(CONTENT_TYPE, form).body(message::ping(topic));
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Answer::Taken,
            Ok(answer) => Answer::Failed(format!("it answered {}", answer.status())),
            Err(error) => Answer::Silent(why(&error)),
        }
    }
}

/// The addresses that one holder has with this one: 256 of IPv4, and of IPv6 a site's (a `/48`).
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

fn builder(timeout: Duration) -> ClientBuilder {
    reqwest::Client::builder()
        .user_agent(concat!("flode/", env!("CARGO_PKG_VERSION"), " (WebSub)"))
        .no_proxy()
        .referer(false)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(timeout)
        .timeout(timeout)
        .pool_max_idle_per_host(1)
        .pool_idle_timeout(Duration::from_secs(10))
}

/// Whether the body of an answer is this. What is longer is not read.
async fn is_body(mut answer: Response, wanted: &[u8]) -> bool {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > wanted.len() {
            return false;
        }
    }
    body == wanted
}

/// Why a request failed, without its address: that of a callback is its subscriber's secret.
fn why(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it took too long".to_owned();
    }
    root(error)
}

fn root(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_a_network() {
        let of = |text: &str| network(text.parse().expect(text));
        for (one, other) in
            [("192.0.2.1", "192.0.2.254"), ("::ffff:192.0.2.9", "192.0.2.7"), ("2001:db8:1:2::3", "2001:db8:1:ffff::")]
        {
            assert_eq!(of(one), of(other), "{one}");
        }
        assert_ne!(of("192.0.2.1"), of("192.0.3.1"));
        assert_ne!(of("2001:db8:1::1"), of("2001:db8:2::1"));
    }
}
