//! What a request is answered with: a function of the request and the shelf.

use http_body_util::Full;
use hyper::body::{Body, Bytes};
use hyper::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CONNECTION, CONTENT_LENGTH, DATE, HOST, HeaderValue,
    LAST_MODIFIED, X_CONTENT_TYPE_OPTIONS,
};
use hyper::http::uri::Authority;
use hyper::{Method, Request, StatusCode, Version};

use super::answer::{self, Answer, text};
use super::combined::{Combined, MOST_FEEDS, Refused, Wanted};
use super::conditional::http_date;
use super::operator::Operator;
use super::options::Options;
use super::post::{self, Desk};
use super::shelf::{Shelf, Stored};
use super::target::{name, relative};

/// The file that `/` stands for.
const INDEX: &str = "index.html";

/// Answers a request. `suspect`: something about its form was read in a way in which a proxy may not have read it.
pub(super) async fn respond<B: Body>(
    request: &Request<B>,
    shelf: &Shelf,
    combined: &Combined,
    max_target: usize,
    suspect: bool,
) -> Answer {
    let answer = match check(request, max_target, suspect) {
        Some(refusal) => refusal,
        None => match route(request, shelf) {
            Route::Answer(answer) => answer,
            Route::Combined(wanted) => match combined.get(wanted, shelf).await {
                Ok(stored) => file(request, &stored, shelf),
                Err(Refused::Absent) => nothing(),
                Err(Refused::Busy) => answer::busy(),
            },
        },
    };
    finish(request, public(answer), suspect)
}

/// Answers a request for one of the operator's pages, which no page elsewhere may read.
pub(super) async fn respond_to_operator<B: Body>(
    request: &Request<B>,
    operator: &Operator,
    max_target: usize,
    suspect: bool,
) -> Answer {
    let answer = match check_form_of(request, max_target, suspect) {
        Some(refusal) => refusal,
        None => operator.respond(request).await,
    };
    finish(request, answer, suspect)
}

/// Answers a form that was posted to the desk.
pub(super) async fn respond_to_form<B>(
    request: &mut Request<B>,
    desk: &Desk,
    options: &Options,
    bare: impl Fn() -> bool,
) -> Answer
where
    B: Body + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut answer = match check_form_of(request, options.max_target, false) {
        Some(refusal) => refusal,
        None => post::take(request, desk, options, bare).await,
    };
    if request.version() < Version::HTTP_2 {
        // As after all content: what follows it is not to be taken for the next request.
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    finish(request, public(answer), false)
}

/// Whether content follows the header.
pub(super) fn has_content<B: Body>(request: &Request<B>) -> bool {
    !request.body().is_end_stream()
}

/// The answer to a request that is not served, whatever it names.
fn check<B>(request: &Request<B>, max_target: usize, suspect: bool) -> Option<Answer> {
    if let Some(refusal) = check_form_of(request, max_target, suspect) {
        return Some(refusal);
    }
    match *request.method() {
        Method::GET | Method::HEAD if request.uri().path().starts_with('/') => None,
        Method::GET | Method::HEAD => Some(text(StatusCode::BAD_REQUEST, "a path begins with /\n")),
        Method::OPTIONS => Some(answer::options()),
        ref method => Some(answer::unserved(method)),
    }
}

/// The answer to a request whose form is not legal, whatever it wants.
fn check_form_of<B>(request: &Request<B>, max_target: usize, suspect: bool) -> Option<Answer> {
    if suspect {
        return Some(text(StatusCode::BAD_REQUEST, post::BARE));
    }
    if request.uri().path_and_query().is_some_and(|target| target.as_str().len() > max_target) {
        return Some(text(StatusCode::URI_TOO_LONG, "the address is too long\n"));
    }
    (!has_a_host(request)).then(|| text(StatusCode::BAD_REQUEST, "a request names one host\n"))
}

/// RFC 9112 section 3.2: HTTP/1.1 names one host, of any name, once. HTTP/1.0 need not, HTTP/2 has its own way.
fn has_a_host<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(HOST).iter();
    let legal = |host: &HeaderValue| host.is_empty() || Authority::try_from(host.as_bytes()).is_ok();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => legal(host),
        (None, _) => request.version() != Version::HTTP_11,
        (Some(_), Some(_)) => false,
    }
}

/// A file of the shelf. Its clock may have been set back since it changed, and RFC 9110 section 8.8.2.1 has no answer be older
/// than what it shows.
fn file<B>(request: &Request<B>, stored: &Stored, shelf: &Shelf) -> Answer {
    let mut answer = answer::file(request, stored, shelf.max_age());
    let headers = answer.headers_mut();
    let now = shelf.time_before(stored).and_then(http_date).and_then(|now| HeaderValue::from_str(&now).ok());
    if let Some(now) = now.filter(|_| headers.contains_key(LAST_MODIFIED)) {
        headers.insert(LAST_MODIFIED, now.clone());
        headers.insert(DATE, now);
    }
    answer
}

enum Route {
    Answer(Answer),
    Combined(Wanted),
}

fn route<B>(request: &Request<B>, shelf: &Shelf) -> Route {
    let Some(mut name) = name(request.uri().path()) else { return Route::Answer(nothing()) };
    if name.is_empty() {
        INDEX.clone_into(&mut name);
    }
    if name == "health" {
        return Route::Answer(text(StatusCode::OK, "ok\n"));
    }
    if let Some(stored) = shelf.get(&name) {
        return Route::Answer(file(request, &stored, shelf));
    }
    if let Some(to) = shelf.moved(&name) {
        return Route::Answer(answer::moved(&relative(&name, &to)));
    }
    if let Some((stem, extension)) = name.rsplit_once('.').filter(|(stem, _)| stem.contains('+')) {
        return combination(shelf, &name, stem, extension);
    }
    Route::Answer(match name.as_str() {
        "robots.txt" => answer::robots(),
        "favicon.ico" => answer::no_icon(),
        name => unknown(shelf, name),
    })
}

/// Several feeds as one. Written in another order or with a slug that has changed, it is at another address.
fn combination(shelf: &Shelf, name: &str, stem: &str, extension: &str) -> Route {
    let mut slugs = Vec::new();
    for slug in stem.split('+') {
        let file = format!("{slug}.{extension}");
        if shelf.get(&file).is_some() {
            slugs.push(slug.to_owned());
            continue;
        }
        let moved = shelf.moved(&file);
        match moved.as_deref().and_then(|to| to.strip_suffix(extension)?.strip_suffix('.')) {
            Some(slug) if shelf.get(&format!("{slug}.{extension}")).is_some() => slugs.push(slug.to_owned()),
            _ => return Route::Answer(missing(format!("there is no feed {file}; / lists those there are\n"))),
        }
    }
    slugs.sort();
    slugs.dedup();
    if slugs.len() > MOST_FEEDS {
        return Route::Answer(missing(format!("at most {MOST_FEEDS} feeds can be combined\n")));
    }
    let wanted = Wanted { slugs, extension: extension.to_owned() };
    let own = wanted.name();
    if own == name { Route::Combined(wanted) } else { Route::Answer(answer::moved(&relative(name, &own))) }
}

/// A name without an extension leads to the page for people.
fn unknown(shelf: &Shelf, name: &str) -> Answer {
    let has = |extension: &str| shelf.get(&format!("{name}.{extension}")).is_some();
    if has("html") {
        return answer::found(&relative(name, &format!("{name}.html")));
    }
    match ["atom", "rss", "json"].into_iter().find(|extension| has(extension)) {
        Some(extension) => missing(format!("the feed is at /{name}.{extension}\n")),
        None => nothing(),
    }
}

fn nothing() -> Answer {
    missing("there is no such feed; / lists those there are\n".to_owned())
}

fn missing(line: String) -> Answer {
    text(StatusCode::NOT_FOUND, line)
}

/// What everybody may read, pages of other sites too.
fn public(mut answer: Answer) -> Answer {
    let headers = answer.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag, Content-Range"));
    answer
}

/// What every answer has. HEAD gets the headers of GET alone.
fn finish<B: Body>(request: &Request<B>, mut answer: Answer, suspect: bool) -> Answer {
    let length = answer.body().size_hint().exact();
    let bare = matches!(answer.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if request.method() == Method::HEAD {
        *answer.body_mut() = Full::new(Bytes::new());
    }
    let headers = answer.headers_mut();
    if let Some(length) = length.filter(|_| !bare) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // No request of ours has content. What follows one that has is not to be taken for the next request.
    if request.version() < Version::HTTP_2 && (suspect || has_content(request)) {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}
