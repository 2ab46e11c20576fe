//! Requests that two programs in a row may read in two ways: at most the first is answered, and the connection closed.

use flode::serve::Options;
use tokio::io::AsyncWriteExt;

use super::{Running, body, header, read_to_end, status};

/// Would be the second request, if the first were read in another way.
const SECOND: &str = "GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n";

/// Sends the first part with a second request after it.
async fn sent(server: &Running, first: &str) -> String {
    server.ask(&format!("{first}{SECOND}")).await
}

fn count(answers: &str) -> usize {
    answers.matches("HTTP/1.1 ").count()
}

#[tokio::test]
async fn shapes_that_are_read_in_two_ways_end_the_connection() {
    let server = Running::start(Options::default()).await;
    let chunked = "Transfer-Encoding: chunked\r\n";
    for (case, first, want) in [
        (
            "both lengths",
            format!("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n{chunked}\r\n0\r\n\r\n"),
            &["200", "400"][..],
        ),
        (
            "both, the other way",
            format!("POST / HTTP/1.1\r\nHost: x\r\n{chunked}Content-Length: 4\r\n\r\n0\r\n\r\n"),
            &["405", "400"],
        ),
        (
            "two lengths",
            "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello".into(),
            &["400"],
        ),
        ("a list of lengths", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 6\r\n\r\nhello".into(), &["400"]),
        ("a signed length", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello".into(), &["400"]),
        ("a negative length", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n".into(), &["400"]),
        ("a folded line", "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n".into(), &["400"]),
        ("space before the colon", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\nhello".into(), &["400"]),
        ("a line feed alone", "GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n".into(), &["400"]),
        ("an end of line feeds", "GET / HTTP/1.1\r\nHost: x\r\nX: y\n\n".into(), &["400"]),
        ("a carriage return alone", "GET / HTTP/1.1\r\nHost: x\r\nX: a\rb: c\r\n\r\n".into(), &["400"]),
        ("a NUL", "GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n".into(), &["400"]),
        ("not chunked last", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n".into(), &["400"]),
        ("an unknown coding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n".into(), &["400"]),
        ("chunks in HTTP/1.0", format!("GET / HTTP/1.0\r\nConnection: keep-alive\r\n{chunked}\r\n0\r\n\r\n"), &["400"]),
        ("content with GET", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello".into(), &["200"]),
        ("chunks with GET", format!("GET / HTTP/1.1\r\nHost: x\r\n{chunked}\r\n5\r\nhello\r\n0\r\n\r\n"), &["200"]),
        ("a huge chunk", format!("POST / HTTP/1.1\r\nHost: x\r\n{chunked}\r\nFFFFFFFFFFFFFFFFF\r\n"), &["405", "400"]),
        ("a broken version", "GET / HTTP/1.9\r\nHost: x\r\n\r\n".into(), &["400", "505"]),
        ("two spaces", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n".into(), &["400"]),
        ("HTTP/0.9", "GET /\r\n".into(), &["400"]),
    ] {
        let answers = sent(&server, &first).await;
        assert!(want.contains(&status(&answers)), "{case}: {answers}");
        assert_eq!(count(&answers), 1, "{case}: {answers}");
        assert!(!answers.contains("User-agent"), "{case}: {answers}");
    }
}

#[tokio::test]
async fn what_is_no_content_keeps_the_connection() {
    let server = Running::start(Options::default()).await;
    let close = SECOND.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    for first in ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"] {
        let answers = server.ask(&format!("{first}{close}")).await;
        assert_eq!(count(&answers), 2, "{answers}");
    }
}

#[tokio::test]
async fn content_is_refused_unread_and_the_refusal_arrives() {
    let server = Running::start(Options::default()).await;
    let mut stream = server.connect().await;
    let head = "POST /kultur.rss HTTP/1.1\r\nHost: x\r\nContent-Length: 1099511627776\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let _ = stream.write_all(&vec![b'\n'; 200 << 10]).await;
    let answer = read_to_end(&mut stream).await;
    assert_eq!((status(&answer), header(&answer, "connection")), ("405", Some("close")), "{answer}");

    let expecting = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n";
    let answer = server.ask(expecting).await;
    assert_eq!(status(&answer), "405", "not told to go on: {answer}");
    assert_eq!(body(&answer), "feeds can be read and nothing else\n");
}
