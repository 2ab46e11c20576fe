//! An origin server on loopback that says exactly what it is told to, byte by byte, and can behave as no HTTP library
//! would let it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is done with a connection once its request has been read; it is closed after the last step.
#[derive(Debug, Clone)]
pub enum Step {
    /// Sends the bytes.
    Send(Vec<u8>),
    /// Sends the bytes one by one, with a pause after each.
    Drip(Vec<u8>, Duration),
    /// Sends the bytes again and again.
    Endless(Vec<u8>),
    /// Keeps the connection open and says nothing more.
    Hang,
    /// Breaks the connection off with a TCP reset.
    Reset,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// The path and query.
    pub path: String,
    /// All of the header, byte for byte as characters.
    pub head: String,
    /// How many requests for this path came before.
    pub nth: usize,
    /// When.
    pub at: Instant,
}

impl Request {
    /// The value of a header, exactly as it was sent.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

type Script = dyn Fn(&Request) -> Vec<Step> + Send + Sync;

/// A running server; it stops when dropped.
#[derive(Debug)]
pub struct Origin {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Origin {
    /// Listens on a free port of 127.0.0.1. It has no robots.txt, and does not count requests for it.
    pub async fn start(script: impl Fn(&Request) -> Vec<Step> + Send + Sync + 'static) -> Self {
        Self::listen(script, false).await
    }

    /// Listens on a free port of 127.0.0.1, with a robots.txt as the script says.
    pub async fn with_robots(script: impl Fn(&Request) -> Vec<Step> + Send + Sync + 'static) -> Self {
        Self::listen(script, true).await
    }

    async fn listen(script: impl Fn(&Request) -> Vec<Step> + Send + Sync + 'static, robots: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (script, log): (Arc<Script>, _) = (Arc::new(script), Arc::clone(&seen));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&script), Arc::clone(&log), robots));
            }
        });
        Self { address, seen, task }
    }

    /// An address on this server.
    pub fn url(&self, path: &str) -> url::Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut stream: TcpStream, script: Arc<Script>, log: Arc<Mutex<Vec<Request>>>, robots: bool) {
    let Some(head) = read_head(&mut stream).await else { return };
    if drain_body(&mut stream, &head).await.is_none() {
        return;
    }
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    if path == "/robots.txt" && !robots {
        for step in answer_with("HTTP/1.1 404 Not Found\nconnection: close", "") {
            let _ = take(&mut stream, step).await;
        }
        return;
    }
    let request = {
        let mut log = log.lock().unwrap();
        let nth = log.iter().filter(|earlier| earlier.path == path).count();
        let request = Request { path, head, nth, at: Instant::now() };
        log.push(request.clone());
        request
    };
    for step in script(&request) {
        // The client may have gone, which is its right.
        if take(&mut stream, step).await.is_err() {
            return;
        }
    }
}

async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    Some(head.into_iter().map(char::from).collect())
}

/// Takes in what was sent along, so that closing the connection does not cut the answer off.
async fn drain_body(stream: &mut TcpStream, head: &str) -> Option<()> {
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse().ok())?
    });
    stream.read_exact(&mut vec![0; length.unwrap_or(0)]).await.ok().map(drop)
}

async fn take(stream: &mut TcpStream, step: Step) -> std::io::Result<()> {
    match step {
        Step::Send(bytes) => stream.write_all(&bytes).await,
        Step::Drip(bytes, every) => {
            for byte in bytes {
                stream.write_u8(byte).await?;
                tokio::time::sleep(every).await;
            }
            Ok(())
        }
        Step::Endless(bytes) => loop {
            stream.write_all(&bytes).await?;
        },
        Step::Hang => std::future::pending().await,
        Step::Reset => stream.set_zero_linger(),
    }
}

/// A whole answer: status line and header lines, separated by line feeds, then the body with its length.
pub fn answer_with(head: &str, body: impl AsRef<[u8]>) -> Vec<Step> {
    let body = body.as_ref();
    let head = format!("{}\r\ncontent-length: {}\r\n\r\n", head.replace('\n', "\r\n"), body.len());
    vec![Step::Send([head.as_bytes(), body].concat())]
}

/// A whole answer of status 200.
pub fn ok(body: impl AsRef<[u8]>) -> Vec<Step> {
    answer_with("HTTP/1.1 200 OK\ncontent-type: text/html; charset=utf-8", body)
}

/// A whole answer that leads elsewhere.
pub fn redirect(status: u16, location: &str) -> Vec<Step> {
    answer_with(&format!("HTTP/1.1 {status} Elsewhere\nlocation: {location}"), "")
}

/// Bytes as they are, then the end of the connection.
pub fn raw(bytes: impl AsRef<[u8]>) -> Vec<Step> {
    vec![Step::Send(bytes.as_ref().to_vec())]
}
