//! What is sent to the server: forms for one desk, and nothing else.

use std::fmt;
use std::sync::Arc;

use http_body_util::{BodyExt, Limited};
use hyper::body::Body;
use hyper::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, StatusCode};
use tokio::time::timeout;

use super::answer::{Answer, text};
use super::options::Options;

/// Bytes of a form.
const LONGEST: usize = 4 * 1024;

/// What is said to a line feed alone.
pub(super) const BARE: &str = "a line ends in CR LF\n";

/// The name of the one address that forms are sent to.
const DESK: &str = "/hub";

/// What a form is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It will be seen to (202).
    Accepted,
    /// It cannot be, and why (400).
    Refused(String),
    /// Not now (429).
    TooOften,
    /// Not now, for everybody (503).
    Busy,
}

/// Takes a form and answers at once: it asks no disk, no database and no network.
#[derive(Clone)]
pub struct Desk(Arc<Take>);

type Take = dyn Fn(&[u8]) -> Reply + Send + Sync;

impl Desk {
    /// A desk.
    pub fn new(take: impl Fn(&[u8]) -> Reply + Send + Sync + 'static) -> Self {
        Self(Arc::new(take))
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Desk")
    }
}

/// Whether a request is one for the desk.
pub(super) fn is_for_desk<B>(request: &Request<B>) -> bool {
    request.uri().path() == DESK
}

/// The answer to what is not sent to the desk but asked of it.
fn unsent(method: &Method) -> Answer {
    let mut answer = if *method == Method::OPTIONS {
        text(StatusCode::NO_CONTENT, "")
    } else {
        text(StatusCode::METHOD_NOT_ALLOWED, "this is the WebSub hub: forms are sent to it\n")
    };
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static("POST, OPTIONS"));
    answer
}

/// Reads a form, within the limits, and hands it over.
///
/// `bare`: whether a line feed alone was read on this connection. A form that is encoded has none, so it stood in a header that
/// a proxy may have read in another way. It is asked after the form was read, which may have been with the header.
pub(super) async fn take<B>(request: &mut Request<B>, desk: &Desk, options: &Options, bare: impl Fn() -> bool) -> Answer
where
    B: Body + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if request.method() != Method::POST {
        return if bare() { text(StatusCode::BAD_REQUEST, BARE) } else { unsent(request.method()) };
    }
    let headers = request.headers();
    let declared = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > LONGEST) {
        return text(StatusCode::PAYLOAD_TOO_LARGE, "the form is too long\n");
    }
    let is_form = |value: &HeaderValue| {
        value.to_str().is_ok_and(|value| {
            let essence = value.split(';').next().unwrap_or_default().trim();
            essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        })
    };
    if !headers.get(CONTENT_TYPE).is_some_and(is_form) {
        return text(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send a form: application/x-www-form-urlencoded\n");
    }
    let reading = Limited::new(request.body_mut(), LONGEST).collect();
    let form = match timeout(options.header_timeout, reading).await {
        Ok(Ok(form)) => form.to_bytes(),
        Ok(Err(_)) => return text(StatusCode::PAYLOAD_TOO_LARGE, "the form is too long, or broken off\n"),
        Err(_) => return text(StatusCode::REQUEST_TIMEOUT, "the form takes too long\n"),
    };
    if bare() {
        return text(StatusCode::BAD_REQUEST, BARE);
    }
    answer((desk.0)(&form))
}

fn answer(reply: Reply) -> Answer {
    let (status, line) = match reply {
        Reply::Accepted => (StatusCode::ACCEPTED, String::new()),
        Reply::Refused(why) => (StatusCode::BAD_REQUEST, format!("{why}\n")),
        Reply::TooOften => (StatusCode::TOO_MANY_REQUESTS, "asked too often; try again later\n".to_owned()),
        Reply::Busy => (StatusCode::SERVICE_UNAVAILABLE, "too much is asked for; try again soon\n".to_owned()),
    };
    let mut answer = text(status, line);
    if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
    }
    answer
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;
    use hyper::body::Bytes;

    use super::*;

    async fn status(length: usize, media_type: &str, bare: bool) -> u16 {
        let body = Full::new(Bytes::from(vec![b'x'; length]));
        let mut request = Request::post("/hub").header(CONTENT_TYPE, media_type).body(body).expect("a request");
        assert!(is_for_desk(&request));
        let desk = Desk::new(|form| if form.is_empty() { Reply::Busy } else { Reply::Accepted });
        take(&mut request, &desk, &Options::default(), || bare).await.status().as_u16()
    }

    #[tokio::test]
    async fn only_a_short_form_is_taken() {
        let form = "application/x-www-form-urlencoded; charset=UTF-8";
        assert_eq!(status(LONGEST, form, false).await, 202);
        assert_eq!(status(LONGEST + 1, form, false).await, 413);
        assert_eq!(status(10, "application/json", false).await, 415);
        assert_eq!(status(10, form, true).await, 400);
        assert_eq!(status(0, form, false).await, 503);
    }
}
