//! What is told of requests once they are answered: how many there were, and which feeds were taken.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hyper::header::{CONTENT_RANGE, USER_AGENT};
use hyper::{Method, Request, Response, StatusCode};

use super::listener::Client;
use super::peer::{Network, asker, network};
use super::target;

/// A file that was taken, or asked for by somebody who has it already.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// Its name.
    pub name: &'a str,
    /// The network that was asked from; no more is told of the address.
    pub network: &'a [u8],
    /// The `User-Agent`.
    pub agent: &'a [u8],
}

/// Is told of each visit, and keeps nobody waiting: it asks no disk, no database and no network.
#[derive(Clone)]
pub struct Witness(Arc<Tell>);

type Tell = dyn Fn(Visit<'_>) + Send + Sync;

impl Witness {
    /// A witness.
    pub fn new(tell: impl Fn(Visit<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Witness")
    }
}

impl Witness {
    /// Tells of a request that was answered, if it is a visit: a file was asked for by GET, and it, its beginning or word
    /// that it is unchanged was given.
    pub(super) fn note<A, B>(&self, request: &Request<A>, answer: &Response<B>, peer: Client, trusted: &[Network]) {
        if *request.method() != Method::GET || !gives(answer) {
            return;
        }
        let Some(name) = target::name(request.uri().path()) else { return };
        let headers = request.headers();
        let network = network(asker(headers, peer, trusted));
        let agent = headers.get(USER_AGENT).map_or(&b""[..], |agent| agent.as_bytes());
        (self.0)(Visit { name: &name, network: &network, agent });
    }
}

fn gives<B>(answer: &Response<B>) -> bool {
    let first = || answer.headers().get(CONTENT_RANGE).is_some_and(|range| range.as_bytes().starts_with(b"bytes 0-"));
    match answer.status() {
        StatusCode::OK | StatusCode::NOT_MODIFIED => true,
        StatusCode::PARTIAL_CONTENT => first(),
        _ => false,
    }
}

/// The statuses that the server answers with; others are counted as 0.
const STATUSES: [u16; 20] =
    [0, 200, 202, 204, 206, 301, 302, 304, 400, 404, 405, 408, 412, 413, 414, 415, 416, 429, 501, 503];

/// How many requests were answered, by status, since the start. A clone shows the same.
#[derive(Debug, Clone, Default)]
pub struct Requests(Arc<[AtomicU64; STATUSES.len()]>);

impl Requests {
    pub(super) fn note(&self, status: StatusCode) {
        let place = STATUSES.iter().position(|known| *known == status.as_u16()).unwrap_or_default();
        if let Some(count) = self.0.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Each status that there was, and how often.
    #[must_use]
    pub fn counts(&self) -> Vec<(u16, u64)> {
        let counts = self.0.iter().map(|count| count.load(Ordering::Relaxed));
        STATUSES.into_iter().zip(counts).filter(|(_, count)| *count > 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use hyper::header::HeaderValue;

    use super::*;

    #[test]
    fn only_what_is_taken_is_a_visit() {
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let told = Arc::clone(&seen);
        let witness = Witness::new(move |visit| told.lock().expect("whole").push(visit.name.to_owned()));
        for (n, (method, path, status, range)) in [
            ("GET", "/a.atom", 200, None),
            ("GET", "/b.atom", 304, None),
            ("GET", "/c.atom", 206, Some("bytes 0-9/100")),
            ("GET", "/d.atom", 206, Some("bytes 10-19/100")),
            ("HEAD", "/e.atom", 200, None),
            ("GET", "/f.atom", 404, None),
            ("GET", "/g.atom", 412, None),
            ("GET", "/../h.atom", 200, None),
        ]
        .into_iter()
        .enumerate()
        {
            let request = Request::builder().method(method).uri(path).body(()).expect("a request");
            let mut answer = Response::builder().status(status).body(()).expect("an answer");
            if let Some(range) = range {
                answer.headers_mut().insert(CONTENT_RANGE, HeaderValue::from_static(range));
            }
            witness.note(&request, &answer, None, &[]);
            assert!(seen.lock().expect("whole").len() <= n + 1);
        }
        assert_eq!(*seen.lock().expect("whole"), ["a.atom", "b.atom", "c.atom"]);
    }

    #[test]
    fn requests_are_counted_by_status() {
        let requests = Requests::default();
        for status in [200, 200, 404, 599] {
            requests.note(StatusCode::from_u16(status).expect("a status"));
        }
        assert_eq!(requests.counts(), [(0, 1), (200, 2), (404, 1)]);
    }
}
