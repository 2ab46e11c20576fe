//! The operator's pages, on an address of their own.
//!
//! What they say, somebody else knows ([`Operator`]); here is who may ask, how often, and in which form it is handed out.
//! They are asked by name of this machine, by its address, or by a name that the configuration gives: a page of the web that
//! has its own name lead here (DNS rebinding) is refused.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY, RETRY_AFTER,
};
use hyper::http::uri::Authority;
use hyper::{Method, Request, StatusCode};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::timeout;

use super::answer::{Answer, text};

/// For so long a page is not written anew: however often it is asked for, the store is asked no oftener.
const FRESH: Duration = Duration::from_secs(1);
/// Requests that wait for one to be written.
const MOST_WAITING: usize = 16;
/// How long they wait.
const WAIT: Duration = Duration::from_secs(10);

/// They may show themselves, and load nothing but their own style.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// One of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OperatorPage {
    /// For people.
    Status,
    /// What it is dressed in.
    Style,
    /// The same for programs.
    Json,
    /// For Prometheus, in its own text format.
    Metrics,
    /// For whoever asks for `OpenMetrics`.
    OpenMetrics,
    /// Whether all is alive.
    Health,
}

/// What a page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Whether it can be said; else the answer is 503.
    pub well: bool,
    /// `Content-Type`.
    pub media_type: &'static str,
    /// The page.
    pub body: String,
}

/// What a page says, some time later.
pub type Saying = Pin<Box<dyn Future<Output = Said> + Send>>;

/// Knows what the pages say.
#[derive(Clone)]
pub struct Operator(Arc<Inner>);

struct Inner {
    say: Box<dyn Fn(OperatorPage) -> Saying + Send + Sync>,
    /// Names that it may be asked by, in lower case.
    hosts: Vec<String>,
    kept: Mutex<BTreeMap<OperatorPage, (Instant, Said)>>,
    waiting: Semaphore,
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operator").field("hosts", &self.0.hosts).finish_non_exhaustive()
    }
}

impl Operator {
    /// Pages that are asked for by one of these names, `localhost`, or an address.
    pub fn new(hosts: &[String], say: impl Fn(OperatorPage) -> Saying + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner {
            say: Box::new(say),
            hosts: hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
            kept: Mutex::default(),
            waiting: Semaphore::new(MOST_WAITING),
        }))
    }

    /// Answers a request whose form is legal.
    pub(super) async fn respond<B>(&self, request: &Request<B>) -> Answer {
        let mut answer = self.answer(request).await;
        let headers = answer.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(CONTENT_SECURITY_POLICY, POLICY);
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        for (name, value) in [("x-robots-tag", "noindex, nofollow"), ("cross-origin-resource-policy", "same-origin")] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        answer
    }

    async fn answer<B>(&self, request: &Request<B>) -> Answer {
        if !self.is_asked_by_name(request) {
            return text(
                StatusCode::MISDIRECTED_REQUEST,
                "ask by `localhost`, an IP address, or a name in `serve.operator_hosts`\n",
            );
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, "these pages can be read and nothing else\n");
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return answer;
        }
        let page = match request.uri().path() {
            "/" | "/status" => OperatorPage::Status,
            "/status.css" => OperatorPage::Style,
            "/status.json" => OperatorPage::Json,
            "/metrics" if wants_open_metrics(request.headers()) => OperatorPage::OpenMetrics,
            "/metrics" => OperatorPage::Metrics,
            "/health" => OperatorPage::Health,
            "/robots.txt" => return text(StatusCode::OK, "User-agent: *\nDisallow: /\n"),
            "/favicon.ico" => return text(StatusCode::NO_CONTENT, ""),
            _ => return text(StatusCode::NOT_FOUND, "there are /status, /status.json, /metrics and /health\n"),
        };
        match self.said(page).await {
            Some(said) => shown(said),
            None => busy(),
        }
    }

    /// What a page says now, or said a moment ago; `None` when too many ask.
    async fn said(&self, page: OperatorPage) -> Option<Said> {
        let _turn = self.0.waiting.try_acquire().ok()?;
        let mut kept = timeout(WAIT, self.0.kept.lock()).await.ok()?;
        if let Some((at, said)) = kept.get(&page)
            && at.elapsed() < FRESH
        {
            return Some(said.clone());
        }
        let said = timeout(WAIT, (self.0.say)(page)).await.ok()?;
        kept.insert(page, (Instant::now(), said.clone()));
        Some(said)
    }

    /// A name that leads here without our doing is none of ours. Addresses cannot be made to lead elsewhere.
    fn is_asked_by_name<B>(&self, request: &Request<B>) -> bool {
        let header = request.headers().get(HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
        // HTTP/2 names it in the address; HTTP/1.0 need not name it, and no browser speaks that.
        let Some(authority) = request.uri().authority().cloned().or(header) else {
            return request.headers().get(HOST).is_none();
        };
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        host == "localhost" || host.parse::<IpAddr>().is_ok() || self.0.hosts.contains(&host)
    }
}

/// Whether the client says that it reads `OpenMetrics`. Prometheus does, and takes its own format as well.
fn wants_open_metrics(headers: &HeaderMap) -> bool {
    let mut accepted =
        headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    accepted.any(|range| range.trim_start().starts_with("application/openmetrics-text"))
}

fn shown(said: Said) -> Answer {
    let mut answer = Answer::new(Full::new(Bytes::from(said.body)));
    *answer.status_mut() = if said.well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(said.media_type));
    answer
}

fn busy() -> Answer {
    let mut answer = text(StatusCode::SERVICE_UNAVAILABLE, "too much is asked for, or the store does not answer\n");
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
    answer
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn operator(asked: &Arc<AtomicUsize>) -> Operator {
        let asked = Arc::clone(asked);
        Operator::new(&["Status.example.se".to_owned()], move |_| {
            let number = asked.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move { Said { well: true, media_type: "text/plain", body: number.to_string() } })
        })
    }

    #[tokio::test]
    async fn a_name_that_others_gave_is_refused() {
        let operator = operator(&Arc::default());
        for (host, want) in [
            ("localhost:8081", 200),
            ("LOCALHOST", 200),
            ("127.0.0.1:8081", 200),
            ("[::1]:8081", 200),
            ("10.1.2.3", 200),
            ("status.example.se", 200),
            ("evil.example", 421),
            ("localhost.evil.example", 421),
            ("127.0.0.1.evil.example:8081", 421),
            ("", 421),
        ] {
            let request = Request::get("/health").header(HOST, host).body(()).expect("a request");
            assert_eq!(operator.respond(&request).await.status().as_u16(), want, "{host:?}");
        }
    }

    #[tokio::test]
    async fn a_crowd_asks_the_store_once() {
        let asked: Arc<AtomicUsize> = Arc::default();
        let operator = operator(&asked);
        for _ in 0..100 {
            let request = Request::get("/status").body(()).expect("a request");
            assert_eq!(operator.respond(&request).await.status(), StatusCode::OK);
        }
        assert!(asked.load(Ordering::Relaxed) <= 3);
        let post = Request::post("/status").body(()).expect("a request");
        assert_eq!(operator.respond(&post).await.headers()[ALLOW], "GET, HEAD");
    }
}
