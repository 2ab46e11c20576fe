//! HTTP/2 without TLS, asked for with prior knowledge; and clients that abuse it.

use std::time::Duration;

use flode::serve::Options;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{FAR, RSS, Running, file, read_bytes};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
// RFC 9113 section 6, RFC 7541 appendix A.
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GO_AWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// `GET http://x/`.
const GET_ROOT: &[u8] = &[0x82, 0x86, 0x84, 0x41, 0x01, b'x'];

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// The kinds of the frames in what was read.
fn kinds(mut bytes: &[u8]) -> Vec<u8> {
    let mut kinds = Vec::new();
    while let [a, b, c, kind, rest @ ..] = bytes {
        kinds.push(*kind);
        let length = usize::try_from(u32::from_be_bytes([0, *a, *b, *c])).unwrap();
        bytes = rest.get(5 + length..).unwrap_or_default();
    }
    kinds
}

/// A connection that has begun, with these settings of the client.
async fn begin(server: &Running, settings: &[u8]) -> TcpStream {
    let mut stream = server.connect().await;
    stream.write_all(PREFACE).await.unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, settings)).await.unwrap();
    stream
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().http2_prior_knowledge().no_proxy().build().unwrap()
}

#[tokio::test]
async fn a_feed_comes_with_its_headers() {
    let server = Running::start(Options::default()).await;
    let client = client();
    let url = format!("http://{}/kultur.rss", server.address);
    let answer = client.get(&url).send().await.unwrap();
    assert_eq!((answer.version(), answer.status().as_u16()), (reqwest::Version::HTTP_2, 200));
    let headers = answer.headers().clone();
    assert_eq!(headers["content-length"], RSS.len().to_string());
    assert_eq!(headers["cache-control"], "public, max-age=900");
    assert_eq!(answer.text().await.unwrap(), RSS);

    let head = client.head(&url).send().await.unwrap();
    assert_eq!(
        (head.status().as_u16(), head.headers()["content-length"].clone()),
        (200, headers["content-length"].clone())
    );
    let has = client.get(&url).header("if-none-match", &headers["etag"]).send().await.unwrap();
    assert_eq!((has.status().as_u16(), has.headers().get("content-length")), (304, None));
    let part = client.get(&url).header("range", "bytes=0-3").send().await.unwrap();
    assert_eq!((part.status().as_u16(), part.text().await.unwrap()), (206, "<rss".to_owned()));
    let post = client.post(&url).body("x".repeat(1 << 20)).send().await.unwrap();
    assert_eq!(post.status(), 405);
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200, "the connection goes on");
}

#[tokio::test]
async fn stopping_says_so_and_lets_answers_out() {
    let Running { address, shelf, stop, task } =
        Running::start(Options { drain: Duration::from_hours(1), ..Options::default() }).await;
    let large = "x".repeat(16 << 20);
    shelf.put(vec![file("large.rss", &large)]);
    let mut answer = client().get(format!("http://{address}/large.rss")).send().await.unwrap();
    let mut taken = answer.chunk().await.unwrap().unwrap().len();
    stop.send(()).unwrap();
    while let Some(chunk) = answer.chunk().await.unwrap() {
        taken += chunk.len();
    }
    assert_eq!(taken, large.len());
    timeout(FAR, task).await.expect("the server ends with its last connection").unwrap();
}

#[tokio::test]
async fn connections_that_rest_are_ended_with_a_word() {
    let server = Running::start(Options { header_timeout: Duration::from_millis(300), ..Options::default() }).await;
    let mut idle = begin(&server, &[]).await;
    idle.write_all(&frame(SETTINGS, 1, 0, &[])).await.unwrap();
    idle.write_all(&frame(HEADERS, END_STREAM | END_HEADERS, 1, GET_ROOT)).await.unwrap();
    let kinds = kinds(&read_bytes(&mut idle).await);
    assert!(kinds.contains(&DATA) && kinds.contains(&GO_AWAY), "{kinds:?}");
    let mut half = server.connect().await;
    half.write_all(&PREFACE[..10]).await.unwrap();
    read_bytes(&mut half).await;
    let mut silent = server.connect().await;
    read_bytes(&mut silent).await;
}

#[tokio::test]
async fn a_window_that_never_opens_holds_nothing_for_ever() {
    let server = Running::start(Options { header_timeout: Duration::from_millis(300), ..Options::default() }).await;
    // SETTINGS_INITIAL_WINDOW_SIZE = 0
    let mut shut = begin(&server, &[0, 4, 0, 0, 0, 0]).await;
    for stream in 0..50 {
        shut.write_all(&frame(HEADERS, END_STREAM | END_HEADERS, 2 * stream + 1, GET_ROOT)).await.unwrap();
    }
    let kinds = kinds(&read_bytes(&mut shut).await);
    assert!(!kinds.contains(&DATA), "{kinds:?}");
}

/// Writes until the server has had enough; panics if it never has.
async fn until_closed(mut stream: TcpStream, mut next: impl FnMut(u32) -> Vec<u8>) -> Vec<u8> {
    let (mut read, mut write) = stream.split();
    let flood = async {
        for n in 0..2_000_000 {
            if write.write_all(&next(n)).await.is_err() {
                return;
            }
        }
        panic!("it took all of that");
    };
    let mut answer = Vec::new();
    let answers = async {
        let mut some = [0; 4096];
        while let Ok(n @ 1..) = read.read(&mut some).await {
            answer.extend(&some[..n]);
        }
    };
    timeout(FAR, async {
        tokio::select! { () = flood => {}, () = answers => {} }
    })
    .await
    .expect("neither closed nor done");
    answer
}

#[tokio::test]
async fn requests_that_are_taken_back_at_once_end_the_connection() {
    let server = Running::start(Options::default()).await;
    let stream = begin(&server, &[]).await;
    until_closed(stream, |n| {
        let mut bytes = frame(HEADERS, END_STREAM | END_HEADERS, 2 * n + 1, GET_ROOT);
        bytes.extend(frame(RESET, 0, 2 * n + 1, &8_u32.to_be_bytes()));
        bytes
    })
    .await;
    assert_eq!(client().get(format!("http://{}/", server.address)).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_header_without_end_ends_the_connection() {
    let server = Running::start(Options::default()).await;
    let stream = begin(&server, &[]).await;
    let line = [&[0x40, 1, b'a', 100][..], &[b'b'; 100]].concat();
    until_closed(stream, |n| {
        if n == 0 { frame(HEADERS, END_STREAM, 1, GET_ROOT) } else { frame(CONTINUATION, 0, 1, &line.repeat(10)) }
    })
    .await;
}

#[tokio::test]
async fn a_header_beyond_the_limit_is_refused() {
    let server = Running::start(Options::default()).await;
    let client = client();
    let url = format!("http://{}/", server.address);
    let huge = client.get(&url).header("x-long", "y".repeat(20_000)).send().await;
    assert!(huge.is_ok_and(|answer| answer.status() == 431));
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn answers_to_pings_that_nobody_reads_are_not_kept() {
    let options = Options { write_timeout: Duration::from_millis(500), ..Options::default() };
    let server = Running::start(options).await;
    for flood in [frame(PING, 0, 0, &[7; 8]), frame(SETTINGS, 0, 0, &[])] {
        let mut deaf = begin(&server, &[]).await;
        let flood = flood.repeat(1000);
        let write = async { while deaf.write_all(&flood).await.is_ok() {} };
        timeout(FAR, write).await.expect("the server reads on, and keeps what it cannot send");
    }
}

#[tokio::test]
async fn as_many_requests_at_once_as_are_allowed() {
    let server = Running::start(Options { max_streams: 3, ..Options::default() }).await;
    let mut stream = begin(&server, &[0, 4, 0, 0, 0, 0]).await;
    for n in 0..10 {
        stream.write_all(&frame(HEADERS, END_STREAM | END_HEADERS, 2 * n + 1, GET_ROOT)).await.unwrap();
    }
    stream.write_all(&frame(PING, 0, 0, &[7; 8])).await.unwrap();
    stream.shutdown().await.unwrap();
    let kinds = kinds(&read_bytes(&mut stream).await);
    let answers: Vec<&u8> = kinds.iter().filter(|kind| **kind == HEADERS).collect();
    assert_eq!(answers.len(), 3, "{kinds:?}");
    assert!(kinds.contains(&RESET) || kinds.contains(&GO_AWAY), "{kinds:?}");
}
