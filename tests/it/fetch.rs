//! Fetching from servers that are strange, broken or hostile.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flode::fetch::{Ask, FetchError, Fetched, Fetcher, Options, Phase, Reason};
use flode::model::{Source, SourceId, Validators};
use tokio::task::JoinSet;
use url::Url;

use crate::origin::{Origin, Request, Step, answer_with, ok, raw, redirect};

const MIB: usize = 1024 * 1024;

/// Where time does not matter.
fn patient() -> Options {
    Options { max_body: MIB, retry_pause: Duration::ZERO, ..Options::default() }
}

/// Limits that a test can wait for.
fn hasty() -> Options {
    Options {
        total_timeout: Duration::from_secs(2),
        connect_timeout: Duration::from_millis(500),
        idle_timeout: Duration::from_millis(500),
        ..patient()
    }
}

fn source(url: &Url) -> Source {
    Source {
        id: SourceId::parse("nyheter").unwrap(),
        url: url.clone(),
        default_category: None,
        language: "sv".to_owned(),
        time_zone: jiff::tz::TimeZone::UTC,
    }
}

async fn fetch_with(options: &Options, url: &Url, validators: &Validators) -> Result<Fetched, FetchError> {
    let source = source(url);
    Fetcher::new(options).unwrap().fetch(&Ask { source: &source, url, validators }).await
}

async fn fetch(url: &Url) -> Result<Fetched, FetchError> {
    fetch_with(&patient(), url, &Validators::default()).await
}

/// An outcome in one line: `ok: text`, or `phase: reason`.
fn told(outcome: &Result<Fetched, FetchError>) -> String {
    match outcome {
        Ok(Fetched::Fresh { page, .. }) => format!("ok: {}", page.text),
        Ok(Fetched::NotModified { .. }) => "not modified".to_owned(),
        Err(err) => format!("{}: {}", err.phase, err.reason),
    }
}

type Script = Box<dyn Fn(&Request) -> Vec<Step> + Send + Sync>;

/// A behaviour, how the told outcome begins, and how many requests it takes.
struct Case {
    name: &'static str,
    script: Script,
    wanted: &'static str,
    requests: usize,
}

fn case(
    name: &'static str,
    wanted: &'static str,
    script: impl Fn(&Request) -> Vec<Step> + Send + Sync + 'static,
) -> Case {
    Case { name, script: Box::new(script), wanted, requests: 1 }
}

impl Case {
    fn asked(self, requests: usize) -> Self {
        Self { requests, ..self }
    }
}

/// Each case has a server of its own; all run at once.
async fn check(cases: Vec<Case>) {
    check_with(&patient(), cases).await;
}

async fn check_with(options: &Options, cases: Vec<Case>) {
    let fetcher = Arc::new(Fetcher::new(options).unwrap());
    let mut running = JoinSet::new();
    for Case { name, script, wanted, requests } in cases {
        let fetcher = Arc::clone(&fetcher);
        running.spawn(async move {
            let origin = Origin::start(script).await;
            let url = origin.url("/start");
            let source = source(&url);
            let begun = Instant::now();
            let outcome = fetcher.fetch(&Ask { source: &source, url: &url, validators: &Validators::default() }).await;
            let told: String = told(&outcome).chars().take(300).collect();
            let mut wrong = Vec::new();
            if !told.starts_with(wanted) {
                wrong.push(format!("{name}: wanted {wanted:?}, got {told:?}"));
            }
            if origin.seen().len() != requests {
                wrong.push(format!("{name}: wanted {requests} requests, got {}", origin.seen().len()));
            }
            if begun.elapsed() > Duration::from_secs(30) {
                wrong.push(format!("{name}: took {:?}", begun.elapsed()));
            }
            wrong
        });
    }
    let wrong: Vec<String> = running.join_all().await.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn status(line: &'static str) -> impl Fn(&Request) -> Vec<Step> + Send + Sync {
    move |_| answer_with(&format!("HTTP/1.1 {line}"), "body")
}

#[tokio::test]
async fn statuses() {
    check(vec![
        case("200", "ok: body", status("200 OK")),
        case("200 without a reason", "ok: body", status("200")),
        case("203", "ok: body", status("203 Non-Authoritative")),
        case("empty page", "ok: ", |_| ok("")),
        case("201", "header: status 201", status("201 Created")),
        case("202, often a challenge", "header: status 202", status("202 Accepted")),
        case("204", "header: status 204", |_| raw("HTTP/1.1 204 No Content\r\n\r\n")),
        case("205", "header: status 205", status("205 Reset Content")),
        case("206 unasked", "header: status 206", status("206 Partial Content\ncontent-range: bytes 0-3/9")),
        case("300", "header: status 300", status("300 Choices\nlocation: /x")),
        case("304 unasked", "header: status 304, though", |_| raw("HTTP/1.1 304 Not Modified\r\n\r\n")),
        case("305", "header: status 305", status("305 Use Proxy\nlocation: http://127.0.0.1:1/")),
        case("101 unasked", "header: status 101", |_| {
            raw("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n")
        }),
        case("400", "header: status 400", status("400 Bad")),
        case("404", "header: status 404", status("404 Not Found")),
        case("410", "header: status 410", status("410 Gone")),
        case("429", "header: status 429, retry after 120s", status("429 Slow\nretry-after: 120")),
        case("429 until", "header: status 429, retry after 60s", |_| {
            let date = "date: Sun, 06 Nov 1994 08:49:37 GMT\nretry-after: Sun, 06 Nov 1994 08:50:37 GMT";
            answer_with(&format!("HTTP/1.1 429 Slow\n{date}"), "")
        }),
        case("500", "header: status 500", status("500 Oops")),
        case("503 for good", "header: status 503", status("503 Busy")).asked(2),
        case("503 for a while", "header: status 503, retry after 7s", status("503 Busy\nretry-after: 7")),
        case("503 for no time", "header: status 503", status("503 Busy\nretry-after: -1")),
        case("502, then the page", "ok: body", |request| match request.nth {
            0 => answer_with("HTTP/1.1 502 Bad Gateway", ""),
            _ => ok("body"),
        })
        .asked(2),
        case("999", "header: status 999", status("999 Denied")),
        case("1xx before", "ok: body", |_| {
            let early = b"HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n".to_vec();
            [vec![Step::Send(early)], ok("body")].concat()
        }),
    ])
    .await;
}

/// Leads from `/start` to `location`, and has a page at `/page`.
fn leads(status: u16, location: &'static str) -> impl Fn(&Request) -> Vec<Step> + Send + Sync {
    move |request| if request.path == "/start" { redirect(status, location) } else { ok("page") }
}

/// Leads from `/start` to the page under another spelling of this host; `{}` is the port.
fn leads_to_port(location: &'static str) -> impl Fn(&Request) -> Vec<Step> + Send + Sync {
    move |request| {
        let port = request.header("host").and_then(|host| host.rsplit_once(':')).map_or("80", |(_, port)| port);
        if request.path == "/start" { redirect(302, &location.replace("{}", port)) } else { ok("page") }
    }
}

#[tokio::test]
async fn redirects() {
    check(vec![
        case("301", "ok: page", leads(301, "/page")).asked(2),
        case("302", "ok: page", leads(302, "page")).asked(2),
        case("303", "ok: page", leads(303, "?x")).asked(2),
        case("307", "ok: page", leads(307, "./page#top")).asked(2),
        case("308", "ok: page", leads(308, " /page ")).asked(2),
        case("letters beyond ASCII", "ok: page", leads(302, "/sjukvård")).asked(2),
        case("no location", "redirect: status 302 does not say", status("302 Found")),
        case("empty location", "redirect: status 302 does not say", leads(302, "")),
        case("to itself", "redirect: leads back to", leads(302, "#top")),
        case("in a ring", "redirect: leads back to", |request| match request.path.as_str() {
            "/a" => redirect(301, "/b"),
            _ => redirect(302, "/a"),
        })
        .asked(3),
        case("ever on", "redirect: more than 5 redirects", |request| redirect(301, &format!("{}x", request.path)))
            .asked(6),
        case("to a file", "redirect: `file` addresses", leads(302, "file:///etc/passwd")),
        case("to a script", "redirect: `javascript` addresses", leads(302, "javascript:alert(1)")),
        case("to ftp", "redirect: `ftp` addresses", leads(302, "ftp://127.0.0.1/")),
        case("to a socket", "redirect: `gopher` addresses", leads(302, "gopher://127.0.0.1:6379/_x")),
        case("to nothing", "redirect: `http://%` is not", leads(302, "http://%")),
        case("home under another spelling", "ok: page", leads_to_port("http://2130706433:{}/page")).asked(2),
        case("home in short", "ok: page", leads_to_port("http://127.1:{}/page")).asked(2),
        case("another loopback address", "connect: 127.0.0.2 is not public", leads_to_port("http://127.0.0.2:{}/page")),
        case("loopback by name", "connect: localhost is not public", leads_to_port("http://localhost:{}/page")),
        case("any address", "connect: 0.0.0.0 is not public", leads_to_port("http://0:{}/page")),
        case("loopback of IPv6", "connect: [::1] is not public", leads_to_port("http://[::1]:{}/page")),
        case("mapped", "connect: [::ffff:7f00:1] is not public", leads_to_port("http://[::ffff:127.0.0.1]:{}/page")),
        case("metadata", "connect: 169.254.169.254 is not", leads(302, "http://169.254.169.254/latest/meta-data/")),
        case("private network", "connect: 10.0.0.1 is not public", leads(301, "https://10.0.0.1/")),
        case("a broken page behind it", "redirect: leads back", |_| redirect(302, "/start")),
    ])
    .await;
}

fn chunked(body: &'static str) -> impl Fn(&Request) -> Vec<Step> + Send + Sync {
    move |_| raw(format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{body}"))
}

fn page(head: &'static str, body: &'static str) -> impl Fn(&Request) -> Vec<Step> + Send + Sync {
    move |_| raw(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}"))
}

#[tokio::test]
async fn bodies() {
    check(vec![
        case("chunked", "ok: hej", chunked("1\r\nh\r\n2;x=y\r\nej\r\n0\r\ntrailer: x\r\n\r\n")),
        case("until the end", "ok: hej", page("connection: close", "hej")),
        case("of HTTP/1.0", "ok: hej", |_| raw("HTTP/1.0 200 OK\r\n\r\nhej")),
        case("longer than announced", "ok: hej", page("content-length: 3", "hej och mer")),
        case("shorter than announced", "body: ", page("content-length: 9", "hej")),
        case("announced alone", "body: ", page("content-length: 9", "")),
        case("announced too long", "body: body beyond the limit of 1048576", page("content-length: 1048577", "hej")),
        case("announced absurd", "body: body beyond", page("content-length: 9223372036854775807", "hej")),
        case("announced beyond numbers", "header: ", page("content-length: 99999999999999999999", "hej")),
        case("announced in words", "header: ", page("content-length: three", "hej")),
        case("announced negative", "header: ", page("content-length: -3", "hej")),
        case("announced twice", "header: ", page("content-length: 3\r\ncontent-length: 2", "hej")),
        case(
            "announced both ways",
            "ok: hej",
            page("content-length: 1\r\ntransfer-encoding: chunked", "3\r\nhej\r\n0\r\n\r\n"),
        ),
        case("chunks cut off", "body: ", chunked("3\r\nhej\r\n")),
        case("chunk cut off", "body: ", chunked("9\r\nhej")),
        case("chunk size of letters", "body: ", chunked("zz\r\nhej\r\n0\r\n\r\n")),
        case("chunk size beyond numbers", "body: ", chunked("fffffffffffffffff\r\nhej")),
        case("chunk without its end", "body: ", chunked("3\r\nhejXX0\r\n\r\n")),
        case("endless chunk extension", "body: ", |_| {
            let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;".to_vec();
            vec![Step::Send(head), Step::Endless(vec![b'x'; 4096])]
        }),
        case("endless", "body: body beyond the limit of 1048576 bytes", |_| {
            vec![Step::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()), Step::Endless(vec![b'x'; 4096])]
        }),
        case("endless chunks", "body: body beyond the limit of 1048576 bytes", |_| {
            let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
            vec![Step::Send(head), Step::Endless([b"3e8\r\n", &[b'x'; 1000][..], b"\r\n"].concat())]
        }),
        case("just as long as allowed", "ok: xxx", |_| ok("x".repeat(MIB))),
        case("reset within", "body: ", |_| {
            vec![Step::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhej".to_vec()), Step::Reset]
        }),
        case("zero bytes", "ok: a\0b", |_| ok("a\0b")),
    ])
    .await;
}

#[tokio::test]
async fn connections() {
    check_with(
        &hasty(),
        vec![
            case("closed without a word", "request: ", |_| Vec::new()).asked(2),
            case("reset without a word", "request: ", |_| vec![Step::Reset]).asked(2),
            case("closed once, then the page", "ok: hej", |request| match request.nth {
                0 => vec![Step::Reset],
                _ => ok("hej"),
            })
            .asked(2),
            case("closed within the status line", "request: ", |_| raw("HTTP/1.1 20")).asked(2),
            case("closed within the header", "request: ", |_| raw("HTTP/1.1 200 OK\r\ncontent-ty")).asked(2),
            case("one retry for the whole way", "request: ", |request| match (request.path.as_str(), request.nth) {
                ("/start", 0) | ("/page", _) => Vec::new(),
                _ => redirect(302, "/page"),
            })
            .asked(3),
            case("mail server", "header: ", |_| raw("220 mail.example.se ESMTP\r\n")),
            case("HTTP/0.9", "header: ", |_| raw("<html>hej</html>")),
            case("binary", "header: ", |_| raw([0x15, 0x03, 0x01, 0, 2, 2, 0x16])),
            case("HTTP/2 unasked", "header: ", |_| raw([0, 0, 0, 4, 0, 0, 0, 0, 0])),
            case("HTTP/3.1", "header: ", |_| raw("HTTP/3.1 200 OK\r\n\r\nhej")),
            case("says nothing", "request: nothing came for 1s", |_| vec![Step::Hang]),
            case("stops within the header", "request: nothing came for 1s", |_| {
                vec![Step::Send(b"HTTP/1.1 200 OK\r\n".to_vec()), Step::Hang]
            }),
            case("drips the header", "request: nothing came for 1s", |_| {
                vec![Step::Drip(b"HTTP/1.1 200 OK\r\nx: ".repeat(99), Duration::from_millis(20))]
            }),
            case("stops within the body", "body: nothing came for 500ms", |_| {
                vec![Step::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhej".to_vec()), Step::Hang]
            }),
            case("drips the body", "body: not done within 2s", |_| {
                vec![
                    Step::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
                    Step::Drip(vec![b'x'; 999], Duration::from_millis(20)),
                ]
            }),
            case("endless 1xx", "request: nothing came for 1s", |_| {
                vec![Step::Endless(b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec())]
            }),
        ],
    )
    .await;
}

#[tokio::test]
async fn many_slow_hops_are_one_slow_fetch() {
    let origin = Origin::start(|request| {
        let rest = format!("\r\ncontent-length: 0\r\nlocation: {}x\r\n\r\n", request.path);
        vec![Step::Drip(b"HTTP/1.1 302".to_vec(), Duration::from_millis(10)), Step::Send(rest.into_bytes())]
    })
    .await;
    let options = Options { total_timeout: Duration::from_millis(500), max_redirects: 1000, ..patient() };
    let err = fetch_with(&options, &origin.url("/"), &Validators::default()).await.unwrap_err();
    assert_eq!(err.reason, Reason::Overdue(options.total_timeout), "{err}");
}

#[tokio::test]
async fn a_pause_that_would_end_too_late_is_not_begun() {
    let origin = Origin::start(|_| Vec::new()).await;
    let options = Options { retry_pause: Duration::from_hours(1), ..patient() };
    let err = fetch_with(&options, &origin.url("/"), &Validators::default()).await.unwrap_err();
    assert!(matches!(err.reason, Reason::Closed(_)) && err.is_transient(), "{err}");
    assert_eq!(origin.seen().len(), 1);
}

#[tokio::test]
async fn headers() {
    let lines = |count: usize, length: usize| format!("x: {}\n", "y".repeat(length)).repeat(count);
    let with = move |count, length| {
        move |_: &Request| answer_with(&format!("HTTP/1.1 200 OK\n{}a: b", lines(count, length)), "hej")
    };
    check(vec![
        case("many", "ok: hej", with(200, 10)),
        case("too many", "header: ", with(300, 10)),
        case("flood", "header: ", |_| {
            vec![Step::Send(b"HTTP/1.1 200 OK\r\n".to_vec()), Step::Endless(b"x: y\r\n".repeat(100))]
        }),
        case("long", "ok: hej", with(1, 60_000)),
        case("too long together", "header: header beyond the limit of 65536", with(40, 2000)),
        case("too long a line", "header: ", with(1, 1_000_000)),
        case("endless line", "header: ", |_| {
            vec![Step::Send(b"HTTP/1.1 200 OK\r\nx: ".to_vec()), Step::Endless(vec![b'y'; 4096])]
        }),
        case("folded", "ok: hej", page("x: a\r\n  b\r\ncontent-length: 3", "hej")),
        case("space before the colon", "ok: hej", page("x : a\r\ncontent-length: 3", "hej")),
        case("no colon", "ok: hej", page("nonsense\r\ncontent-length: 3", "hej")),
        case("line feeds alone", "ok: hej", |_| raw("HTTP/1.1 200 OK\ncontent-length: 3\n\nhej")),
        case("beyond ASCII", "ok: hej", |_| {
            raw(b"HTTP/1.1 200 OK\r\nx: \xE5\xFF\r\ncontent-type: \xFF\r\netag: \xE5\r\ncontent-length: 3\r\n\r\nhej")
        }),
        case("zero byte", "header: ", page("x: a\0b\r\ncontent-length: 3", "hej")),
        case("content type without sense", "ok: hej", page("content-type: ;;=;charset=\r\ncontent-length: 3", "hej")),
    ])
    .await;
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut encoder = brotli::CompressorWriter::new(&mut packed, 4096, 5, 22);
    encoder.write_all(bytes).unwrap();
    drop(encoder);
    packed
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

fn coded(coding: &str, body: Vec<u8>) -> impl Fn(&Request) -> Vec<Step> + Send + Sync + use<> {
    let head = format!("HTTP/1.1 200 OK\ncontent-encoding: {coding}");
    move |_| answer_with(&head, &body)
}

#[tokio::test]
async fn codings() {
    let hej = b"hej";
    let mut bad_sum = gzip(hej);
    let at = bad_sum.len() - 6;
    bad_sum[at] ^= 1;
    check(vec![
        case("gzip", "ok: hej", coded("gzip", gzip(hej))),
        case("deflate", "ok: hej", coded("deflate", zlib(hej))),
        case("raw deflate", "ok: hej", coded("deflate", deflate(hej))),
        case("br", "ok: hej", coded("br", brotli(hej))),
        case("zstd", "ok: hej", coded("zstd", zstd(hej))),
        case("identity", "ok: hej", coded("identity", hej.to_vec())),
        case("named empty", "ok: hej", coded("", hej.to_vec())),
        case("gzip in two members", "ok: hejhej", coded("gzip", gzip(hej).repeat(2))),
        case("zstd in two frames", "ok: hejhej", coded("zstd", zstd(hej).repeat(2))),
        case("empty gzip", "ok: ", coded("gzip", Vec::new())),
        case("x-gzip", "ok: hej", coded("x-gzip", gzip(hej))),
        case("upper case", "ok: hej", coded("GZIP", gzip(hej))),
        case("twice", "ok: hej", coded("br, gzip", gzip(&brotli(hej)))),
        case("in two lines", "ok: hej", coded("br\ncontent-encoding: gzip", gzip(&brotli(hej)))),
        case("unsaid", "ok: hej", move |_| ok(gzip(hej))),
        case("character set said here", "ok: hej", coded("utf-8", hej.to_vec())),
        case("unread", "decode: content coding `compress` is not read", coded("compress", hej.to_vec())),
        case("too many", "decode: content coding 9 at once", coded(&["gzip"; 9].join(","), gzip(hej))),
        case("gzip that is plain", "decode: ", coded("gzip", b"<html>hej</html>".to_vec())),
        case("gzip cut off", "decode: ", coded("gzip", gzip(hej)[..12].to_vec())),
        case("gzip with a wrong sum", "decode: ", coded("gzip", bad_sum)),
        case("gzip and garbage", "ok: hej", coded("gzip", [gzip(hej), b"garbage".to_vec()].concat())),
        case("br of nothing", "decode: ", coded("br", vec![0xFF; 99])),
    ])
    .await;
}

#[tokio::test]
async fn bombs() {
    let zeros = vec![0_u8; 16 * MIB];
    let beyond = "body: body beyond the limit of 1048576 bytes";
    let once = gzip(&zeros);
    let twice = gzip(&once);
    check(vec![
        case("gzip", beyond, coded("gzip", once)),
        case("deflate", beyond, coded("deflate", zlib(&zeros))),
        case("br", beyond, coded("br", brotli(&zeros))),
        case("zstd", beyond, coded("zstd", zstd(&zeros))),
        case("many members", beyond, coded("gzip", gzip(&zeros[..MIB]).repeat(9))),
        case("gzip in gzip", beyond, coded("gzip", twice.clone())),
        case("gzip of gzip", beyond, coded("gzip, gzip", twice)),
        case("small and many", "ok: ", coded("gzip", gzip(b"").repeat(20_000))),
    ])
    .await;
}

#[tokio::test]
async fn character_sets() {
    let latin = b"<p>H\xE4lso- och sjukv\xE5rd f\xF6r alla".to_vec();
    let utf8 = "<p>Hälso- och sjukvård för alla";
    let wanted = "ok: <p>Hälso- och sjukvård för alla";
    let typed = |content_type: &'static str, body: &[u8]| {
        let body = body.to_vec();
        move |_: &Request| answer_with(&format!("HTTP/1.1 200 OK\ncontent-type: {content_type}"), &body)
    };
    let utf16: Vec<u8> = "\u{FEFF}<p>Hälso".encode_utf16().flat_map(u16::to_be_bytes).collect();
    check(vec![
        case("said", wanted, typed("text/html; charset=iso-8859-1", &latin)),
        case("said in capitals", wanted, typed("TEXT/HTML;CHARSET=\"Windows-1252\"", &latin)),
        case("unsaid", wanted, typed("text/html", &latin)),
        case("unsaid UTF-8", wanted, typed("text/html", utf8.as_bytes())),
        case("said wrongly", wanted, typed("text/html; charset=utf-8", &latin)),
        case("said wrongly, too", wanted, typed("text/html; charset=iso-8859-1", utf8.as_bytes())),
        case("unknown", wanted, typed("text/html; charset=nonsense", utf8.as_bytes())),
        case("marked", "ok: <p>Hälso", typed("text/html; charset=utf-8", &utf16)),
        case("said by the page", "ok: <meta charset=latin1>å", typed("text/html", b"<meta charset=latin1>\xE5")),
        case("cut", "ok: å\u{FFFD}", typed("text/html; charset=utf-8", b"\xC3\xA5\xC3")),
    ])
    .await;
}

#[tokio::test]
async fn validators_go_back_exactly_as_they_came() {
    let etags: [&[u8]; 8] =
        [b"\"abc\"", b"W/\"abc\"", b"abc", b"\"a, b\"", b"\"\"", b"\"\xE5\xFF\"", b"'x' ; y=\"z", b"w/\"low\""];
    for etag in etags {
        let tag: String = etag.iter().copied().map(char::from).collect();
        let head = [b"HTTP/1.1 200 OK\r\nlast-modified: yesterday, I think\r\netag: ", etag, b"\r\n\r\nhej"].concat();
        let origin = Origin::start(move |request| match request.header("if-none-match") {
            Some(_) => raw("HTTP/1.1 304 Not Modified\r\ncontent-length: 3\r\ncache-control: max-age=60\r\n\r\n"),
            None => raw(&head),
        })
        .await;
        let url = origin.url("/");
        let Ok(Fetched::Fresh { validators, .. }) = fetch(&url).await else { panic!("{tag}: no page") };
        let again = fetch_with(&patient(), &url, &validators).await.unwrap();
        let Fetched::NotModified { validators: kept, fresh_for, .. } = again else { panic!("{tag}: {again:?}") };
        assert_eq!(kept, validators);
        assert_eq!(fresh_for, Some(Duration::from_mins(1)));
        let request = origin.seen().pop().unwrap();
        assert_eq!(request.header("if-none-match"), Some(tag.as_str()));
        assert_eq!(request.header("if-modified-since"), Some("yesterday, I think"));
    }
}

#[tokio::test]
async fn validators_survive_redirects_and_are_renewed() {
    let origin = Origin::start(|request| match request.path.as_str() {
        "/" => redirect(308, "/page"),
        _ => raw("HTTP/1.1 304 Not Modified\r\netag: \"new\"\r\n\r\n"),
    })
    .await;
    let asked = Validators { etag: Some("\"old\"".to_owned()), last_modified: Some("then".to_owned()) };
    let fetched = fetch_with(&patient(), &origin.url("/"), &asked).await.unwrap();
    let Fetched::NotModified { validators, moved, .. } = fetched else { panic!("{fetched:?}") };
    assert_eq!(validators, Validators { etag: Some("\"new\"".to_owned()), last_modified: Some("then".to_owned()) });
    assert_eq!(moved, Some(origin.url("/page")));
    assert!(origin.seen().iter().all(|request| request.header("if-none-match") == Some("\"old\"")));
}

#[tokio::test]
async fn validators_that_no_header_can_carry_are_left_out() {
    let origin = Origin::start(|_| raw("HTTP/1.1 304 Not Modified\r\n\r\n")).await;
    for text in ["", "a\r\nx: y", "€"] {
        let asked = Validators { etag: Some(text.to_owned()), last_modified: None };
        let err = fetch_with(&patient(), &origin.url("/"), &asked).await.unwrap_err();
        assert_eq!(err.reason, Reason::NotModifiedUnasked, "{text:?}");
    }
    assert!(origin.seen().iter().all(|request| !request.head.contains("if-none-match")));
}

#[tokio::test]
async fn a_page_comes_with_all_that_is_known_of_it() {
    let origin = Origin::start(|request| match request.path.as_str() {
        "/old" => redirect(301, "/old/"),
        "/old/" => redirect(308, "/new?key=1#part"),
        "/away" => redirect(302, "/new"),
        _ => answer_with("HTTP/1.1 200 OK\ncontent-type: Text/HTML ;x=y\nage: 10\ncache-control: max-age=70", "hej"),
    })
    .await;
    let Ok(Fetched::Fresh { page, validators, body_hash, moved, fresh_for }) = fetch(&origin.url("/old#x")).await
    else {
        panic!("no page")
    };
    assert_eq!(page.url, origin.url("/new?key=1"));
    assert_eq!(page.media_type.as_deref(), Some("text/html"));
    assert_eq!(validators, Validators::default());
    assert_eq!(body_hash[..4], [0x9c, 0x47, 0x8b, 0xf6]);
    assert_eq!(moved, Some(origin.url("/new?key=1")));
    assert_eq!(fresh_for, Some(Duration::from_mins(1)));
    let Ok(Fetched::Fresh { moved, .. }) = fetch(&origin.url("/away")).await else { panic!("no page") };
    assert_eq!(moved, None);
}

#[tokio::test]
async fn the_guest_introduces_itself_and_carries_nothing_away() {
    let origin = Origin::start(|request| match request.path.as_str() {
        "/" => answer_with("HTTP/1.1 302 Found\nlocation: /page\nset-cookie: a=b; path=/", ""),
        _ => ok("hej"),
    })
    .await;
    let options = Options { contact: Some("https://www.example.se/om".to_owned()), ..patient() };
    fetch_with(&options, &origin.url("/"), &Validators::default()).await.unwrap();
    for request in origin.seen() {
        let agent = request.header("user-agent").unwrap();
        assert!(agent.starts_with("flode/") && agent.ends_with(" (+https://www.example.se/om)"), "{agent}");
        assert!(request.header("accept").unwrap().starts_with("text/html"));
        assert_eq!(request.header("accept-encoding"), Some("gzip, br, zstd"));
        assert_eq!(request.header("host"), Some(origin.address.to_string().as_str()));
        for absent in ["cookie", "referer", "if-none-match", "if-modified-since", "authorization", "range"] {
            assert_eq!(request.header(absent), None, "{absent}");
        }
    }
}

#[tokio::test]
async fn credentials_are_sent_home_only_and_never_shown() {
    let other = Origin::start(|_| answer_with("HTTP/1.1 404 Not Found", "")).await;
    let away = other.url("/?token=hemlig").to_string();
    let origin = Origin::start(move |request| match request.path.as_str() {
        "/" => redirect(302, "/page"),
        "/page" => ok("hej"),
        _ => redirect(302, &away),
    })
    .await;
    let with_password = |path: &str| {
        let mut url = origin.url(path);
        url.set_username("ann").unwrap();
        url.set_password(Some("hemlig")).unwrap();
        url
    };
    let Ok(Fetched::Fresh { page, .. }) = fetch(&with_password("/")).await else { panic!("no page") };
    assert_eq!(page.url, origin.url("/page"));
    let basic = Some("Basic YW5uOmhlbWxpZw==");
    assert!(origin.seen().iter().all(|request| request.header("authorization") == basic));

    let err = fetch(&with_password("/away")).await.unwrap_err();
    assert!(!format!("{err} {err:?}").contains("hemlig"), "{err:?}");
    assert!(err.address.ends_with("token=***"), "{}", err.address);
    assert_eq!(other.seen().pop().unwrap().header("authorization"), None);
}

#[tokio::test]
async fn a_link_on_a_page_does_not_open_the_inside() {
    let origin = Origin::start(|_| ok("hej")).await;
    let link = origin.url("/");
    let fetcher = Fetcher::new(&patient()).unwrap();
    let outside = source(&Url::parse("https://www.example.se/").unwrap());
    let err =
        fetcher.fetch(&Ask { source: &outside, url: &link, validators: &Validators::default() }).await.unwrap_err();
    assert!(matches!(err.reason, Reason::Private(_)), "{err}");
    assert!(err.hint().is_some() && !err.is_transient());
    assert!(origin.seen().is_empty());
    let inside = source(&origin.url("/list"));
    assert!(fetcher.fetch(&Ask { source: &inside, url: &link, validators: &Validators::default() }).await.is_ok());
}

#[tokio::test]
async fn a_name_of_this_machine_may_be_a_source() {
    let origin = Origin::start(|_| ok("hej")).await;
    let url = Url::parse(&format!("http://localhost:{}/", origin.address.port())).unwrap();
    assert_eq!(told(&fetch(&url).await), "ok: hej");
}

#[tokio::test]
async fn failures_of_the_connection_are_named() {
    let origin = Origin::start(|_| Vec::new()).await;
    let nobody = origin.url("/");
    drop(origin);
    let err = fetch(&nobody).await.unwrap_err();
    assert_eq!(err.phase, Phase::Connect, "{err}");
    assert!(err.is_transient() && matches!(err.reason, Reason::Unreachable(_)), "{err}");
    assert!(err.to_string().starts_with(&format!("{nobody}: connect: ")), "{err}");

    // Not TLS at the other end: what it takes for the request is the client's greeting.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let err = fetch(&url).await.unwrap_err();
    assert_eq!(err.phase, Phase::Tls, "{err}");
    assert!(err.hint().is_some() && !err.is_transient(), "{err}");

    // A greeting that nobody answers.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap();
    let err = fetch_with(&hasty(), &url, &Validators::default()).await.unwrap_err();
    assert_eq!((err.phase, &err.reason), (Phase::Connect, &Reason::TimedOut(hasty().connect_timeout)), "{err}");
    assert!(err.is_transient());
}

#[tokio::test]
async fn only_http_is_asked_for() {
    for text in ["file:///etc/passwd", "ftp://example.se/", "data:text/html,hej"] {
        let err = fetch(&Url::parse(text).unwrap()).await.unwrap_err();
        assert!(matches!(err.reason, Reason::Scheme(_)), "{err}");
    }
}

#[tokio::test]
async fn a_server_in_trouble_says_when_to_come_back() {
    let origin = Origin::start(|_| answer_with("HTTP/1.1 503 Busy\nretry-after: 9999999", "")).await;
    let err = fetch(&origin.url("/")).await.unwrap_err();
    assert_eq!(err.retry_after(), Some(Duration::from_hours(24)));
    assert!(err.is_transient());
    let origin = Origin::start(|_| answer_with("HTTP/1.1 404 Not Found\nretry-after: x", "")).await;
    let err = fetch(&origin.url("/")).await.unwrap_err();
    assert_eq!(err.retry_after(), None);
    assert!(!err.is_transient() && err.hint().is_some());
}
