//! Statuses, redirects, bodies, connections and headers, as no server should send them.

use std::time::Duration;

use flode::fetch::{Options, Reason};
use flode::model::Validators;

use super::{MIB, case, check, check_with, fetch_with, hasty, patient};
use crate::origin::{Origin, Request, Step, answer_with, ok, raw, redirect};

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
