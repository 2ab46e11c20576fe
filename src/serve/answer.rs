//! Answers, whole and in memory.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE, ALLOW,
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName,
    HeaderValue, LAST_MODIFIED, LINK, LOCATION, RETRY_AFTER, VARY,
};
use hyper::{Method, Request, Response, StatusCode};

use super::coding::Accepted;
use super::conditional::{Conditions, conditions};
use super::range::{Part, part};
use super::shelf::{Form, Stored};

/// A body that is whole and in memory.
pub(super) type Answer = Response<Full<Bytes>>;

/// What may be asked of a file.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// What a page of ours may do in a browser: show itself, and pictures of the sites that it tells of. It runs no script but the
/// one beside it: none that a site could have put into its news.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' https: http: data:; form-action 'none'; \
     base-uri 'none'; frame-ancestors *",
);

/// Cached for a day: what hardly ever changes, and still may.
const DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// A file in the form that suits the request, a part of it, or word that the client has it already.
pub(super) fn file<B>(request: &Request<B>, stored: &Stored, max_age: u64) -> Answer {
    let headers = request.headers();
    let forms = Accepted::of(headers).sort(stored.forms(), |form| (form.coding, form.document.len()));
    let etags: Vec<&HeaderValue> = forms.iter().map(|form| &form.etag).collect();
    let form = match conditions(headers, &etags, stored.changed) {
        Conditions::Fail => return text(StatusCode::PRECONDITION_FAILED, "this is not the version that you have\n"),
        Conditions::Has(at) => {
            let mut answer = empty(StatusCode::NOT_MODIFIED);
            describe(&mut answer, stored, forms.get(at), max_age);
            return answer;
        }
        Conditions::Hold => forms.first(),
    };
    // Parts are of the document as it is: they are asked for where a transfer broke off, or by what looks into archives.
    let wanted = if request.method() == Method::GET && forms.iter().any(|form| form.coding.is_none()) {
        part(headers, &stored.etag, stored.last_modified.as_ref(), stored.document.len())
    } else {
        Part::Whole
    };
    match wanted {
        Part::Whole => whole(stored, form, max_age),
        Part::Of(range) => partial(stored, range, max_age),
        Part::Beyond => {
            let mut answer = text(StatusCode::RANGE_NOT_SATISFIABLE, "the document ends before that\n");
            set(&mut answer, CONTENT_RANGE, &format!("bytes */{}", stored.document.len()));
            answer
        }
    }
}

fn whole(stored: &Stored, form: Option<&Form>, max_age: u64) -> Answer {
    let mut answer = Response::new(Full::new(form.map_or(&stored.document, |form| &form.document).bytes()));
    describe(&mut answer, stored, form, max_age);
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, stored.media_type.clone());
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Some(coding) = form.and_then(|form| form.coding) {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.token()));
    }
    answer
}

fn partial(stored: &Stored, range: std::ops::Range<usize>, max_age: u64) -> Answer {
    let shown = format!("bytes {}-{}/{}", range.start, range.end.saturating_sub(1), stored.document.len());
    let mut answer = Response::new(Full::new(stored.document.bytes().slice(range)));
    *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
    describe(&mut answer, stored, None, max_age);
    answer.headers_mut().insert(CONTENT_TYPE, stored.media_type.clone());
    set(&mut answer, CONTENT_RANGE, &shown);
    answer
}

/// What 200, 206 and 304 have in common (RFC 9110 section 15.4.5).
fn describe(answer: &mut Answer, stored: &Stored, form: Option<&Form>, max_age: u64) {
    set(answer, CACHE_CONTROL, &format!("public, max-age={max_age}"));
    let headers = answer.headers_mut();
    headers.insert(ETAG, form.map_or(&stored.etag, |form| &form.etag).clone());
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(last_modified) = &stored.last_modified {
        headers.insert(LAST_MODIFIED, last_modified.clone());
    }
    if let Some(link) = &stored.link {
        headers.insert(LINK, link.clone());
    }
    if stored.media_type.as_bytes().starts_with(b"text/html") {
        headers.insert(CONTENT_SECURITY_POLICY, PAGE_POLICY);
    }
}

/// Also the answer to a browser's question whether a page may send the headers of a conditional request.
pub(super) fn options() -> Answer {
    let mut answer = empty(StatusCode::NO_CONTENT);
    let headers = answer.headers_mut();
    headers.insert(ALLOW, METHODS);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(
        ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("If-None-Match, If-Modified-Since, If-Match, If-Unmodified-Since, If-Range, Range"),
    );
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    answer
}

/// A method that means something, and nothing here (RFC 9110 section 15.5.6), or none that is known (section 15.6.2).
pub(super) fn unserved(method: &Method) -> Answer {
    const KNOWN: [Method; 6] =
        [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE, Method::CONNECT];
    let known = KNOWN.contains(method);
    let status = if known { StatusCode::METHOD_NOT_ALLOWED } else { StatusCode::NOT_IMPLEMENTED };
    let mut answer = text(status, "feeds can be read and nothing else\n");
    answer.headers_mut().insert(ALLOW, METHODS);
    answer
}

/// Another address, for good: feed readers then keep the new one.
pub(super) fn moved(to: &str) -> Answer {
    redirect(StatusCode::MOVED_PERMANENTLY, to, DAY)
}

/// Another address, for now.
pub(super) fn found(at: &str) -> Answer {
    redirect(StatusCode::FOUND, at, HeaderValue::from_static("no-store"))
}

fn redirect(status: StatusCode, to: &str, cache: HeaderValue) -> Answer {
    let mut answer = text(status, format!("{to}\n"));
    set(&mut answer, LOCATION, to);
    answer.headers_mut().insert(CACHE_CONTROL, cache);
    answer
}

/// What programs ask of every site.
pub(super) fn robots() -> Answer {
    let mut answer = text(StatusCode::OK, "User-agent: *\nAllow: /\n");
    answer.headers_mut().insert(CACHE_CONTROL, DAY);
    answer
}

/// No picture, without the words of a 404 in every browser's log.
pub(super) fn no_icon() -> Answer {
    let mut answer = empty(StatusCode::NO_CONTENT);
    answer.headers_mut().insert(CACHE_CONTROL, DAY);
    answer
}

/// Too much is asked for at once.
pub(super) fn busy() -> Answer {
    let mut answer = text(StatusCode::SERVICE_UNAVAILABLE, "too much is asked for; try again soon\n");
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("30"));
    answer
}

/// A line for people. Never to be kept: the feed that is missing now may be there the next minute.
pub(super) fn text(status: StatusCode, line: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(line.into()));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::default();
    *answer.status_mut() = status;
    answer
}

fn set(answer: &mut Answer, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}
