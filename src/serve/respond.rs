//! What a request is answered with: a pure function of the request and the shelf.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CACHE_CONTROL,
    CONTENT_TYPE, ETAG, HOST, HeaderValue, LAST_MODIFIED, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode, Version};

use super::conditional::is_unchanged;
use super::shelf::{Shelf, Stored};

/// A body that is whole and in memory.
pub(super) type Answer = Response<Full<Bytes>>;

/// What may be asked of a file.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD");

/// The file that `/` stands for.
const INDEX: &str = "index.html";

/// Answers a request. The body of an answer to HEAD is left out by hyper, which keeps its length.
pub(super) fn respond<B>(request: &Request<B>, shelf: &Shelf, max_target: usize) -> Answer {
    let mut answer = route(request, shelf, max_target);
    let headers = answer.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

fn route<B>(request: &Request<B>, shelf: &Shelf, max_target: usize) -> Answer {
    let uri = request.uri();
    if uri.path_and_query().is_some_and(|target| target.as_str().len() > max_target) {
        return text(StatusCode::URI_TOO_LONG, "the address is too long\n");
    }
    // RFC 9112 section 3.2.
    if request.version() == Version::HTTP_11 && request.headers().get_all(HOST).iter().count() != 1 {
        return text(StatusCode::BAD_REQUEST, "a request names one host\n");
    }
    match *request.method() {
        Method::GET | Method::HEAD => {}
        Method::OPTIONS => return options(),
        _ => return method_not_allowed(),
    }
    if uri.path() == "/health" {
        return text(StatusCode::OK, "ok\n");
    }
    // The name is looked up as it stands: a path that climbs or is encoded names nothing.
    let name = match uri.path().strip_prefix('/') {
        Some("") => INDEX,
        Some(name) => name,
        None => "",
    };
    let Some(stored) = shelf.get(name) else {
        return text(StatusCode::NOT_FOUND, "there is no such feed; / lists those there are\n");
    };
    file(request, &stored, shelf.max_age())
}

/// A file, or word that the client has it already.
fn file<B>(request: &Request<B>, stored: &Stored, max_age: u64) -> Answer {
    let unchanged = is_unchanged(request.headers(), stored.etag.to_str().unwrap_or_default(), stored.changed);
    let mut answer = Response::new(Full::new(if unchanged { Bytes::new() } else { stored.bytes.clone() }));
    if unchanged {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        answer.headers_mut().insert(CONTENT_TYPE, stored.media_type.clone());
    }
    let headers = answer.headers_mut();
    headers.insert(ETAG, stored.etag.clone());
    if let Some(last_modified) = &stored.last_modified {
        headers.insert(LAST_MODIFIED, last_modified.clone());
    }
    if let Ok(cache_control) = HeaderValue::try_from(format!("public, max-age={max_age}")) {
        headers.insert(CACHE_CONTROL, cache_control);
    }
    answer
}

/// Also the answer to a browser's question whether a page may send the headers of a conditional request.
fn options() -> Answer {
    let mut answer = Response::default();
    *answer.status_mut() = StatusCode::NO_CONTENT;
    let headers = answer.headers_mut();
    headers.insert(ALLOW, METHODS);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("If-None-Match, If-Modified-Since"));
    answer
}

fn method_not_allowed() -> Answer {
    let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, "feeds can be read and nothing else\n");
    answer.headers_mut().insert(ALLOW, METHODS);
    answer
}

/// A line for people. Never to be kept: the feed that is missing now may be there the next minute.
fn text(status: StatusCode, line: &'static str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from_static(line.as_bytes())));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
