//! robots.txt, from sites that have none, that hide it, and that make a weapon of it.

use std::time::Duration;

use flode::fetch::{Ask, Fetcher, Reason, SourceOptions};
use flode::model::Validators;

use super::{Case, case, check, check_with, gzip, hasty, patient, source, told};
use crate::origin::{Origin, Request, Step, answer_with, ok, raw, redirect};

/// A site with a page everywhere, and this answer for robots.txt.
fn site(
    name: &'static str,
    wanted: &'static str,
    robots: impl Fn(&Request) -> Vec<Step> + Send + Sync + 'static,
) -> Case {
    let script = move |request: &Request| if request.path == "/robots.txt" { robots(request) } else { ok("page") };
    case(name, wanted, script).with_robots()
}

fn status(line: &'static str) -> impl Fn(&Request) -> Vec<Step> + Send + Sync {
    move |_| answer_with(&format!("HTTP/1.1 {line}"), "User-agent: *\nDisallow: /")
}

fn file(text: impl Into<String>) -> impl Fn(&Request) -> Vec<Step> + Send + Sync {
    let text = text.into();
    move |_| answer_with("HTTP/1.1 200 OK\ncontent-type: text/plain", &text)
}

const REFUSED: &str = "robots.txt: the site does not let it be read: `Disallow: /start`";
const FAILED: &str = "robots.txt: cannot be had, so nothing may be read: ";

#[tokio::test]
async fn rules() {
    check(vec![
        site("allowed", "ok: page", file("User-agent: *\nDisallow: /private\n")).asked(2),
        site("empty", "ok: page", file("")).asked(2),
        site("for others", "ok: page", file("User-agent: badbot\nDisallow: /")).asked(2),
        site("a page instead", "ok: page", file("<!DOCTYPE html><title>Disallow: /</title>")).asked(2),
        site("disallowed", REFUSED, file("User-agent: *\nDisallow: /start")),
        site("disallowed by name", REFUSED, file("User-agent: *\nDisallow:\n\nUser-agent: Flode/2\nDisallow: /start")),
        site("in a Macintosh's lines", REFUSED, file("\u{feff}User-agent: *\rDisallow: /start\r")),
        site("compressed", REFUSED, |_| {
            answer_with("HTTP/1.1 200 OK\ncontent-encoding: gzip", gzip(b"User-agent: *\nDisallow: /start"))
        }),
        site("203", REFUSED, |_| answer_with("HTTP/1.1 203 X", "User-agent: *\nDisallow: /start")),
    ])
    .await;
}

#[tokio::test]
async fn answers_without_rules() {
    check(vec![
        site("204", "ok: page", |_| raw("HTTP/1.1 204 No Content\r\n\r\n")).asked(2),
        site("300", "ok: page", status("300 Choices")).asked(2),
        site("304 unasked", "ok: page", |_| raw("HTTP/1.1 304 Not Modified\r\n\r\n")).asked(2),
        site("400", "ok: page", status("400 Bad")).asked(2),
        site("401", "ok: page", status("401 Login")).asked(2),
        site("403", "ok: page", status("403 Forbidden")).asked(2),
        site("404", "ok: page", status("404 Not Found")).asked(2),
        site("410", "ok: page", status("410 Gone")).asked(2),
        site("429", FAILED_429, status("429 Slow\nretry-after: 120")),
        site("500", FAILED_500, status("500 Oops")),
        site("503 for good", FAILED, status("503 Busy")).asked(2),
        site("503 for a while", FAILED, status("503 Busy\nretry-after: 7")),
        site("999", FAILED, status("999 Denied")),
        site("503, then rules", REFUSED, |request| match request.nth {
            0 => answer_with("HTTP/1.1 503 Busy", ""),
            _ => answer_with("HTTP/1.1 200 OK", "User-agent: *\nDisallow: /start"),
        })
        .asked(2),
    ])
    .await;
}

const FAILED_429: &str = "robots.txt: cannot be had, so nothing may be read: status 429, retry after 120s";
const FAILED_500: &str = "robots.txt: cannot be had, so nothing may be read: status 500";

/// A robots.txt that leads to `location`, which has rules of its own.
fn leads(location: &'static str) -> impl Fn(&Request) -> Vec<Step> + Send + Sync {
    move |request| match request.path.as_str() {
        "/robots.txt" => redirect(302, location),
        "/rules" => answer_with("HTTP/1.1 200 OK", "User-agent: *\nDisallow: /start"),
        _ => ok("page"),
    }
}

#[tokio::test]
async fn redirects() {
    let led = |name, wanted, location| case(name, wanted, leads(location)).with_robots();
    check(vec![
        led("to rules", REFUSED, "/rules").asked(2),
        led("to a page", "ok: page", "/start").asked(3),
        led("to itself", "ok: page", "/robots.txt").asked(2),
        led("to nowhere", "ok: page", "").asked(2),
        led("to no address", "ok: page", "http://%").asked(2),
        led("to a file", "ok: page", "file:///etc/passwd").asked(2),
        led("to the inside", "ok: page", "http://10.0.0.1/robots.txt").asked(2),
        led("to metadata", "ok: page", "http://169.254.169.254/latest").asked(2),
        case("in a ring", "ok: page", |request| match request.path.as_str() {
            "/robots.txt" => redirect(301, "/a"),
            "/a" => redirect(301, "/b"),
            "/b" => redirect(301, "/robots.txt"),
            _ => ok("page"),
        })
        .with_robots()
        .asked(4),
        case("ever on", "ok: page", |request| match request.path.as_str() {
            "/start" => ok("page"),
            path => redirect(301, &format!("{path}x")),
        })
        .with_robots()
        .asked(7),
    ])
    .await;
}

#[tokio::test]
async fn slow_broken_and_hostile_files() {
    check_with(
        &hasty(),
        vec![
            site("reset", FAILED, |_| vec![Step::Reset]).asked(2),
            site("reset once", "ok: page", |request| match request.nth {
                0 => vec![Step::Reset],
                _ => answer_with("HTTP/1.1 404 Not Found", ""),
            })
            .asked(3),
            site("not HTTP", FAILED, |_| raw("220 mail.example.se ESMTP\r\n")),
            site("says nothing", FAILED, |_| vec![Step::Hang]),
            site("stops within the body", FAILED, |_| {
                vec![Step::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nUser".to_vec()), Step::Hang]
            }),
            site("drips", FAILED, |_| {
                let head = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
                vec![Step::Send(head), Step::Drip(vec![b'#'; 999], Duration::from_millis(20))]
            }),
            site("cut off", FAILED, |_| raw("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nUser-agent: *")),
            site("header without end", FAILED, |_| {
                vec![Step::Send(b"HTTP/1.1 200 OK\r\n".to_vec()), Step::Endless(b"x: y\r\n".repeat(100))]
            }),
            site("unread coding", FAILED, status("200 OK\ncontent-encoding: compress")),
            site("bomb", FAILED, |_| {
                answer_with("HTTP/1.1 200 OK\ncontent-encoding: gzip", gzip(&vec![b'#'; 16 << 20]))
            }),
            site("endless", "ok: page", |_| {
                let head = b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\r\n".to_vec();
                vec![Step::Send(head), Step::Endless(b"Disallow: /x\r\n".repeat(100))]
            })
            .asked(2),
            site("endless line", "ok: page", |_| {
                let head = b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\r\nDisallow: /".to_vec();
                vec![Step::Send(head), Step::Endless(vec![b'*'; 4096])]
            })
            .asked(2),
            site("binary", "ok: page", |_| answer_with("HTTP/1.1 200 OK", [0, 0xff, b':', 0x1f, b'\r'].repeat(999)))
                .asked(2),
            site("stars", "ok: page", file(format!("User-agent: *\nDisallow: /{}b$", "*s".repeat(5000)))).asked(2),
            site("many rules", "ok: page", file("User-agent: *\n".to_owned() + &"Disallow: /*x*y\n".repeat(10_000)))
                .asked(2),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_file_is_asked_for_once_and_for_each_host() {
    let other = Origin::with_robots(|request| match request.path.as_str() {
        "/robots.txt" => answer_with("HTTP/1.1 200 OK", "User-agent: *\nDisallow: /closed"),
        _ => ok("other"),
    })
    .await;
    let away = other.url("");
    let origin = Origin::with_robots(move |request| match request.path.as_str() {
        "/robots.txt" => answer_with("HTTP/1.1 404 Not Found", ""),
        "/a" => redirect(302, away.join("/open").unwrap().as_str()),
        "/b" => redirect(302, away.join("/closed").unwrap().as_str()),
        _ => ok("page"),
    })
    .await;
    let fetcher = Fetcher::new(&patient()).unwrap();
    let own = SourceOptions::default();
    for (path, wanted) in [("/c", "ok: page"), ("/a", "ok: other"), ("/b", "robots.txt: the site does not")] {
        let url = origin.url(path);
        let (source, validators) = (source(&url), Validators::default());
        let outcome = fetcher.fetch(&Ask { source: &source, url: &url, validators: &validators, options: &own }).await;
        assert!(told(&outcome).starts_with(wanted), "{path}: {outcome:?}");
        if let Err(err) = outcome {
            assert_eq!(err.address, other.url("/closed").as_str());
            assert!(!err.is_transient() && err.hint().unwrap().contains("robots = false"), "{err}");
        }
    }
    let paths = |origin: &Origin| origin.seen().into_iter().map(|request| request.path).collect::<Vec<_>>();
    assert_eq!(paths(&origin), ["/robots.txt", "/c", "/a", "/b"]);
    assert_eq!(paths(&other), ["/robots.txt", "/open"]);
}

#[tokio::test]
async fn a_site_of_ones_own_may_be_read_all_the_same() {
    let origin = Origin::with_robots(|request| match request.path.as_str() {
        "/robots.txt" => answer_with("HTTP/1.1 200 OK", "User-agent: *\nDisallow: /"),
        _ => ok("page"),
    })
    .await;
    let url = origin.url("/");
    let (source, validators) = (source(&url), Validators::default());
    let ask = async |own: &SourceOptions, url: &url::Url| {
        let ask = Ask { source: &source, url, validators: &validators, options: own };
        Fetcher::new(&patient()).unwrap().fetch(&ask).await
    };
    let ignoring = SourceOptions::default().with_robots(false);
    assert_eq!(told(&ask(&ignoring, &url).await), "ok: page");
    assert_eq!(origin.seen().len(), 1);
    let err = ask(&SourceOptions::default(), &url).await.unwrap_err();
    assert_eq!(err.reason, Reason::Disallowed { rule: "Disallow: /".to_owned() });
    // The file itself may be a source.
    assert!(ask(&SourceOptions::default(), &origin.url("/robots.txt")).await.is_ok());
}

#[tokio::test]
async fn a_file_that_fails_is_left_alone_for_a_while() {
    let origin = Origin::with_robots(|request| match request.path.as_str() {
        "/robots.txt" => answer_with("HTTP/1.1 500 Oops", ""),
        _ => ok("page"),
    })
    .await;
    let url = origin.url("/");
    let (source, validators, own) = (source(&url), Validators::default(), SourceOptions::default());
    let fetcher = Fetcher::new(&patient()).unwrap();
    for _ in 0..3 {
        let ask = Ask { source: &source, url: &url, validators: &validators, options: &own };
        let err = fetcher.fetch(&ask).await.unwrap_err();
        assert!(
            matches!(err.reason, Reason::RobotsUnreachable(_)) && err.is_transient() && err.hint().is_some(),
            "{err}"
        );
        assert_eq!(err.address, url.as_str());
    }
    assert_eq!(origin.seen().len(), 1);
}
