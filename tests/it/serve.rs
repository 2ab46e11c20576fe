//! The feed server, asked over raw connections: what stands on the wire is what is promised.

use std::net::SocketAddr;
use std::time::Duration;

use flode::model::FeedFile;
use flode::serve::{Options, ServeError, Server, Shelf};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

const RSS: &str = "<rss version=\"2.0\"/>\n";
/// Longer than any wait that should end; a test that reaches it has failed.
const FAR: Duration = Duration::from_secs(20);

/// A server on a free port, and the means to stop it.
struct Running {
    address: SocketAddr,
    shelf: Shelf,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    async fn start(options: Options) -> Self {
        let shelf = Shelf::default();
        shelf.put(vec![file("kultur.rss", RSS), file("index.html", "<!doctype html>\n")]);
        shelf.fresh_for(Duration::from_mins(15));
        let options = Options { listen: "127.0.0.1:0".parse().unwrap(), ..options };
        let server = Server::bind(&options, shelf.clone()).await.unwrap();
        let address = server.local_addr();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(server.run(async move {
            let _ = stopped.await;
        }));
        Self { address, shelf, stop, task }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends a request whose last header is to close, and reads all there is.
    async fn ask(&self, request: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        read_to_end(&mut stream).await
    }

    async fn get(&self, path: &str, headers: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n{headers}Connection: close\r\n\r\n")).await
    }
}

fn file(name: &str, text: &str) -> FeedFile {
    let media_type =
        if name.ends_with("html") { "text/html; charset=utf-8" } else { "application/rss+xml; charset=utf-8" };
    let changed = "2026-11-20T08:30:00.5Z".parse().unwrap();
    FeedFile { name: name.to_owned(), media_type, bytes: text.into(), changed }
}

async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    timeout(FAR, stream.read_to_end(&mut answer)).await.expect("the connection stayed open").unwrap();
    String::from_utf8(answer).unwrap()
}

/// Reads up to the end of one answer with the RSS file as its body.
async fn read_rss(stream: &mut TcpStream) -> String {
    let mut answer = String::new();
    while !answer.ends_with(RSS) {
        let mut some = [0; 1024];
        let n = timeout(FAR, stream.read(&mut some)).await.expect("no answer came").unwrap();
        assert_ne!(n, 0, "closed after {answer:?}");
        answer.push_str(std::str::from_utf8(&some[..n]).unwrap());
    }
    answer
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or(answer)
}

fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let head = answer.split("\r\n\r\n").next()?;
    head.lines().filter_map(|line| line.split_once(": ")).find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

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
        ("kultur.rss", "404", ""),
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

    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
        let answer = server.ask(&format!("{method} /kultur.rss HTTP/1.1\r\n{close}")).await;
        assert_eq!((status(&answer), header(&answer, "allow")), ("405", Some("GET, HEAD")), "{method}");
    }
    for target in ["*", "/kultur.rss"] {
        let answer = server.ask(&format!("OPTIONS {target} HTTP/1.1\r\n{close}")).await;
        assert_eq!((status(&answer), header(&answer, "allow")), ("204", Some("GET, HEAD")), "{target}");
        assert_eq!(header(&answer, "access-control-allow-methods"), Some("GET, HEAD"));
    }
    let old = server.ask("GET /kultur.rss HTTP/1.0\r\n\r\n").await;
    assert_eq!((status(&old), body(&old)), ("200", RSS));
    for hosts in ["", "Host: x\r\nHost: y\r\n"] {
        let answer = server.ask(&format!("GET / HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n")).await;
        assert_eq!(status(&answer), "400", "{hosts:?}");
    }
}

#[tokio::test]
async fn a_header_has_a_largest_size() {
    let server = Running::start(Options::default()).await;
    let huge = format!("GET / HTTP/1.1\r\nHost: x\r\nCookie: {}\r\n", "c".repeat(20_000));
    assert_eq!(status(&server.ask(&huge).await), "431");
    let many = "X: y\r\n".repeat(200);
    assert_eq!(status(&server.get("/", &many).await), "431");
    assert_eq!(status(&server.get("/", "").await), "200");
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
async fn slow_clients_are_dropped_and_stop_no_other() {
    let options = Options { header_timeout: Duration::from_millis(300), max_connections: 21, ..Options::default() };
    let server = Running::start(options).await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        let mut stream = server.connect().await;
        stream.write_all(b"GET /kultur.rss HTTP/1.1\r\nHos").await.unwrap();
        slow.push(stream);
    }
    assert_eq!(status(&server.get("/kultur.rss", "").await), "200");
    for mut stream in slow {
        read_to_end(&mut stream).await; // ends because the server closed it
    }
    // The same limit holds between two requests.
    let mut idle = server.connect().await;
    idle.write_all(b"GET /kultur.rss HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(read_to_end(&mut idle).await.ends_with(RSS));
}

#[tokio::test]
async fn a_client_beyond_the_limit_waits_for_its_turn() {
    let server = Running::start(Options { max_connections: 1, ..Options::default() }).await;
    let mut first = server.connect().await;
    first.write_all(b"GET /kultur.rss HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    read_rss(&mut first).await;

    let mut second = server.connect().await;
    second.write_all(b"GET /kultur.rss HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let early = timeout(Duration::from_millis(200), second.read_u8()).await;
    assert!(early.is_err(), "answered beyond the limit");
    drop(first);
    assert_eq!(status(&read_rss(&mut second).await), "200");
}

#[tokio::test]
async fn a_client_that_does_not_read_loses_its_place() {
    let options = Options { max_connections: 1, write_timeout: Duration::from_millis(200), ..Options::default() };
    let server = Running::start(options).await;
    server.shelf.put(vec![file("large.rss", &"x".repeat(32 << 20))]); // more than the system buffers
    let mut deaf = server.connect().await;
    deaf.write_all(b"GET /large.rss HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert_eq!(status(&server.get("/kultur.rss", "").await), "200");
    drop(deaf);
}

#[tokio::test]
async fn stopping_ends_idle_connections_and_lets_answers_out() {
    let Running { address, shelf, stop, task } =
        Running::start(Options { drain: Duration::from_hours(1), ..Options::default() }).await;
    let large = "x".repeat(32 << 20);
    shelf.put(vec![file("large.rss", &large)]);
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET /kultur.rss HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    read_rss(&mut idle).await;
    let mut reading = TcpStream::connect(address).await.unwrap();
    reading.write_all(b"GET /large.rss HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert_eq!(reading.read_u8().await.unwrap(), b'H');

    stop.send(()).unwrap();
    assert_eq!(read_to_end(&mut idle).await, "");
    assert!(TcpStream::connect(address).await.is_err(), "takes no new connections");
    assert_eq!(body(&read_to_end(&mut reading).await).len(), large.len());
    timeout(FAR, task).await.expect("the server ends with its last connection").unwrap();
}

#[tokio::test]
async fn stopping_waits_no_longer_than_it_may() {
    let options = Options { drain: Duration::from_millis(100), ..Options::default() };
    let server = Running::start(options).await;
    let mut half = server.connect().await;
    half.write_all(b"GET /kultur.rss HTTP/1.1\r\nHos").await.unwrap();
    assert_eq!(status(&server.get("/kultur.rss", "").await), "200"); // the half request has been accepted
    server.stop.send(()).unwrap();
    timeout(FAR, server.task).await.expect("bounded by `drain`").unwrap();
    assert_eq!(read_to_end(&mut half).await, "");
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let server = Running::start(Options::default()).await;
    let taken = Options { listen: server.address, ..Options::default() };
    let error: ServeError = Server::bind(&taken, Shelf::default()).await.unwrap_err();
    assert!(error.to_string().contains(&server.address.to_string()), "{error}");
    assert_eq!(error.hint().as_deref(), Some("is another flode running? choose another `serve.listen`"));
}
