//! What each request is answered with, over HTTP/1.

use flode::serve::Options;
use tokio::io::AsyncWriteExt;

use super::{RSS, Running, body, file, header, read_rss, read_to_end, status};

#[tokio::test]
async fn a_feed_comes_with_all_its_headers() {
    let server = Running::start(Options::default()).await;
    let answer = server.get("/kultur.rss", "").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let length = RSS.len().to_string();
    let headers = [
        ("content-type", "application/rss+xml; charset=utf-8"),
        ("content-length", length.as_str()),
        ("last-modified", "Fri, 20 Nov 2026 08:30:00 GMT"),
        ("cache-control", "public, max-age=900"),
        ("access-control-allow-origin", "*"),
        ("x-content-type-options", "nosniff"),
    ];
    for (name, value) in headers {
        assert_eq!(header(&answer, name), Some(value), "{name} in {answer}");
    }
    let etag = header(&answer, "etag").unwrap();
    assert!(etag.len() == 34 && etag.starts_with('"') && etag.ends_with('"'), "{etag}");
    assert!(header(&answer, "date").is_some());
    assert_eq!(body(&answer), RSS);

    server.shelf.put(vec![file("kultur.rss", "<rss/>")]);
    let newer = server.get("/kultur.rss", &format!("If-None-Match: {etag}\r\n")).await;
    assert_eq!((status(&newer), body(&newer)), ("200", "<rss/>"));
    server.shelf.remove(["kultur.rss"]);
    assert_eq!(status(&server.get("/kultur.rss", "").await), "404");
}

#[tokio::test]
async fn no_answer_is_older_than_what_it_shows() {
    let server = Running::start(Options::default()).await;
    // Two hours before the file, as when the clock was set back.
    server.shelf.tell_time_by(|| "2026-11-20T06:30:00Z".parse().unwrap());
    let then = "Fri, 20 Nov 2026 06:30:00 GMT";
    let whole = server.get("/kultur.rss", "").await;
    assert_eq!(
        (status(&whole), header(&whole, "last-modified"), header(&whole, "date")),
        ("200", Some(then), Some(then))
    );
    assert_eq!(whole.matches("\r\ndate: ").count(), 1, "{whole}");
    let etag = format!("If-None-Match: {}\r\n", header(&whole, "etag").unwrap());
    let same = server.get("/kultur.rss", &etag).await;
    assert_eq!((status(&same), header(&same, "last-modified")), ("304", Some(then)));
    // That date is older than the file: whoever has nothing but it is sent the file again.
    let dated = format!("If-Modified-Since: {then}\r\n");
    assert_eq!(status(&server.get("/kultur.rss", &dated).await), "200");
    assert_eq!(header(&server.get("/nothing.rss", "").await, "last-modified"), None);
}

#[tokio::test]
async fn each_target_has_its_answer() {
    let server = Running::start(Options::default()).await;
    // A name that only a client which lies about its path could reach.
    server.shelf.put(vec![file("x", "secret")]);
    let long = format!("/{}", "a".repeat(3000));
    let table = [
        ("/", "200", "<!doctype html>\n"),
        ("/index.html", "200", "<!doctype html>\n"),
        ("/health", "200", "ok\n"),
        ("/kultur.rss?from=reader", "200", RSS),
        ("http://elsewhere/kultur.rss", "200", RSS),
        ("/%6bultur%2erss", "200", RSS),
        ("/robots.txt", "200", "User-agent: *\nAllow: /\n"),
        ("/favicon.ico", "204", ""),
        ("/kultur", "404", "the feed is at /kultur.rss\n"),
        ("/index", "302", ""),
        ("/Kultur.rss", "404", "there is no such feed; / lists those there are\n"),
        ("/../x", "404", ""),
        ("/a/../x", "404", ""),
        ("/%2e%2e/x", "404", ""),
        ("/..%2fx", "404", ""),
        ("//x", "404", ""),
        ("/x/", "404", ""),
        ("/x%00", "404", ""),
        ("/\\x", "404", ""),
        ("/\u{0}x", "400", ""),
        ("/x%5c", "404", ""),
        ("/.x", "404", ""),
        ("kultur.rss", "400", ""),
        ("*", "400", ""),
        (&long, "414", ""),
    ];
    for (target, want, text) in table {
        let answer = server.get(target, "").await;
        assert_eq!(status(&answer), want, "{target:?} got {answer}");
        assert!(body(&answer).contains(text), "{target:?} got {answer}");
        assert!(!answer.contains("secret"), "{target:?}");
    }
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again() {
    let server = Running::start(Options::default()).await;
    let etag = header(&server.get("/kultur.rss", "").await, "etag").unwrap().to_owned();
    let table = [
        (format!("If-None-Match: {etag}\r\n"), "304"),
        (format!("If-None-Match: W/\"x\", W/{etag}\r\n"), "304"),
        ("If-None-Match: *\r\n".to_owned(), "304"),
        ("If-None-Match: \"x\"\r\n".to_owned(), "200"),
        ("If-None-Match: \"x\"\r\nIf-Modified-Since: Fri, 20 Nov 2026 08:30:00 GMT\r\n".to_owned(), "200"),
        ("If-Modified-Since: Fri, 20 Nov 2026 08:30:00 GMT\r\n".to_owned(), "304"),
        ("If-Modified-Since: Fri, 20 Nov 2026 08:29:59 GMT\r\n".to_owned(), "200"),
        ("If-Modified-Since: yesterday\r\n".to_owned(), "200"),
    ];
    for (headers, want) in table {
        let answer = server.get("/kultur.rss", &headers).await;
        assert_eq!(status(&answer), want, "{headers}");
        assert_eq!(header(&answer, "etag"), Some(etag.as_str()));
        assert_eq!(header(&answer, "cache-control"), Some("public, max-age=900"));
        assert_eq!(header(&answer, "access-control-allow-origin"), Some("*"));
        if want == "304" {
            assert_eq!((body(&answer), header(&answer, "content-length")), ("", None), "{answer}");
        }
    }
}

#[tokio::test]
async fn methods_and_versions() {
    let server = Running::start(Options::default()).await;
    let close = "Host: x\r\nConnection: close\r\n\r\n";
    let head = server.ask(&format!("HEAD /kultur.rss HTTP/1.1\r\n{close}")).await;
    assert_eq!((status(&head), body(&head)), ("200", ""));
    assert_eq!(header(&head, "content-length"), Some(RSS.len().to_string().as_str()));

    let of_get = server.ask(&format!("GET /kultur.rss HTTP/1.1\r\n{close}")).await;
    let lines = |answer: &str| {
        let head = answer.split("\r\n\r\n").next().unwrap().to_owned();
        head.lines().filter(|line| !line.starts_with("date: ")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lines(&head), lines(&of_get));

    for (method, want) in
        [("POST", "405"), ("PUT", "405"), ("DELETE", "405"), ("PATCH", "405"), ("TRACE", "405"), ("BREW", "501")]
    {
        let answer = server.ask(&format!("{method} /kultur.rss HTTP/1.1\r\n{close}")).await;
        assert_eq!((status(&answer), header(&answer, "allow")), (want, Some("GET, HEAD, OPTIONS")), "{method}");
    }
    assert_eq!(status(&server.ask(&format!("CONNECT x:443 HTTP/1.1\r\n{close}")).await), "405");
    for target in ["*", "/kultur.rss"] {
        let answer = server.ask(&format!("OPTIONS {target} HTTP/1.1\r\n{close}")).await;
        assert_eq!((status(&answer), header(&answer, "allow")), ("204", Some("GET, HEAD, OPTIONS")), "{target}");
        assert_eq!(header(&answer, "access-control-allow-methods"), Some("GET, HEAD, OPTIONS"));
        assert!(header(&answer, "access-control-allow-headers").unwrap().contains("If-None-Match"));
    }
    let old = server.ask("GET /kultur.rss HTTP/1.0\r\n\r\n").await;
    assert_eq!((status(&old), body(&old)), ("200", RSS));
    for hosts in ["", "Host: x\r\nHost: y\r\n", "Host: x y\r\n", "Host: x/y\r\n"] {
        let answer = server.ask(&format!("GET / HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n")).await;
        assert_eq!(status(&answer), "400", "{hosts:?}");
    }
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request_and_may_be_half_closed() {
    let server = Running::start(Options::default()).await;
    let mut stream = server.connect().await;
    for version in ["1.1", "1.1", "1.0"] {
        let request = format!("GET /kultur.rss HTTP/{version}\r\nHost: x\r\nConnection: keep-alive\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        assert_eq!(status(&read_rss(&mut stream).await), "200");
    }
    stream.write_all(b"GET /kultur.rss HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    stream.shutdown().await.unwrap();
    assert!(read_to_end(&mut stream).await.ends_with(RSS));
}

#[tokio::test]
async fn an_old_client_may_ask_to_stay() {
    let server = Running::start(Options::default()).await;
    let mut stream = server.connect().await;
    for _ in 0..3 {
        stream.write_all(b"GET /kultur.rss HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").await.unwrap();
        let answer = read_rss(&mut stream).await;
        assert_eq!(header(&answer, "connection"), Some("keep-alive"), "{answer}");
    }
    stream.write_all(b"GET /kultur.rss HTTP/1.0\r\n\r\n").await.unwrap();
    assert!(read_to_end(&mut stream).await.ends_with(RSS));
    // An upgrade to HTTP/2 is not offered any more: it is passed over.
    let upgrade = "Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n";
    let answer = server.ask(&format!("GET /kultur.rss HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n")).await;
    assert_eq!((status(&answer), body(&answer)), ("200", RSS));
}

#[tokio::test]
async fn a_condition_that_fails_is_told() {
    let server = Running::start(Options::default()).await;
    let etag = header(&server.get("/kultur.rss", "").await, "etag").unwrap().to_owned();
    for (headers, want) in [
        (format!("If-Match: {etag}\r\n"), "200"),
        (format!("If-Match: W/{etag}\r\n"), "412"),
        ("If-Match: \"x\"\r\n".to_owned(), "412"),
        (format!("If-Match: {etag}\r\nIf-None-Match: {etag}\r\n"), "304"),
        ("If-Unmodified-Since: Fri, 20 Nov 2026 08:30:00 GMT\r\n".to_owned(), "200"),
        ("If-Unmodified-Since: Fri, 20 Nov 2026 08:29:59 GMT\r\n".to_owned(), "412"),
    ] {
        assert_eq!(status(&server.get("/kultur.rss", &headers).await), want, "{headers}");
    }
    assert_eq!(status(&server.get("/none.rss", "If-Match: *\r\n").await), "404");
}

#[tokio::test]
async fn a_part_can_be_asked_for() {
    let server = Running::start(Options::default()).await;
    let whole = server.get("/kultur.rss", "").await;
    assert_eq!(header(&whole, "accept-ranges"), Some("bytes"));
    let (etag, len) = (header(&whole, "etag").unwrap(), RSS.len());
    for (headers, want, range, text) in [
        ("Range: bytes=0-3\r\n".to_owned(), "206", Some(format!("bytes 0-3/{len}")), "<rss"),
        ("Range: bytes=-4\r\n".to_owned(), "206", Some(format!("bytes {}-{}/{len}", len - 4, len - 1)), "\"/>\n"),
        ("Range: bytes=99-\r\n".to_owned(), "416", Some(format!("bytes */{len}")), "the document ends before that\n"),
        ("Range: bytes=0-1,3-4\r\n".to_owned(), "200", None, RSS),
        (format!("Range: bytes=0-3\r\nIf-Range: {etag}\r\n"), "206", Some(format!("bytes 0-3/{len}")), "<rss"),
        (format!("Range: bytes=0-3\r\nIf-Range: W/{etag}\r\n"), "200", None, RSS),
        (format!("Range: bytes=0-3\r\nIf-None-Match: {etag}\r\n"), "304", None, ""),
    ] {
        let answer = server.get("/kultur.rss", &headers).await;
        assert_eq!((status(&answer), body(&answer)), (want, text), "{headers}");
        assert_eq!(header(&answer, "content-range"), range.as_deref(), "{headers}");
    }
    let head =
        server.ask("HEAD /kultur.rss HTTP/1.1\r\nHost: x\r\nRange: bytes=0-3\r\nConnection: close\r\n\r\n").await;
    assert_eq!(status(&head), "200", "a range is of GET alone");
}

#[tokio::test]
async fn a_feed_that_has_moved_is_found() {
    let server = Running::start(Options::default()).await;
    server.shelf.redirect("musik.rss", "kultur.rss");
    server.shelf.redirect("gammalt/musik.rss", "kultur.rss");
    server.shelf.redirect("kultur.rss", "kultur.rss");
    for (path, to) in [("/musik.rss", "kultur.rss"), ("/gammalt/musik.rss", "../kultur.rss")] {
        let answer = server.get(path, "").await;
        assert_eq!((status(&answer), header(&answer, "location")), ("301", Some(to)));
        assert_eq!(header(&answer, "cache-control"), Some("public, max-age=86400"));
    }
    assert_eq!(status(&server.get("/kultur.rss", "").await), "200");
    server.shelf.put(vec![file("musik.rss", RSS), file("kultur.html", "<!doctype html>")]);
    assert_eq!(status(&server.get("/musik.rss", "").await), "200", "what is there goes first");
    let page = server.get("/kultur", "").await;
    assert_eq!((status(&page), header(&page, "location")), ("302", Some("kultur.html")));
}

#[tokio::test]
async fn a_page_runs_no_script_of_others() {
    let server = Running::start(Options::default()).await;
    let policy = |answer: &str| header(answer, "content-security-policy").map(str::to_owned);
    let page = policy(&server.get("/", "").await).unwrap();
    let scripts = page.split("; ").filter(|part| part.starts_with("script-src"));
    assert!(page.starts_with("default-src 'none'; "), "{page}");
    assert_eq!(scripts.collect::<Vec<_>>(), ["script-src 'self'"], "the one beside the page");
    assert_eq!(policy(&server.get("/kultur.rss", "").await), None);
}
