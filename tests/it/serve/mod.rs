//! The feed server, asked over raw connections: what stands on the wire is what is promised.

mod codings;
mod combined;
mod http2;
mod limits;
mod requests;
mod smuggling;
mod sockets;
mod tls;

use std::net::SocketAddr;
use std::time::Duration;

use flode::model::FeedFile;
use flode::serve::{Listen, Options, Server, Shelf};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::wire::{body, header, status};

const RSS: &str = "<rss version=\"2.0\"/>\n";
/// Longer than any wait that should end; a test that reaches it has failed.
const FAR: Duration = crate::support::PATIENCE;

/// A server on a free port, and the means to stop it.
struct Running {
    address: SocketAddr,
    shelf: Shelf,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    async fn start(options: Options) -> Self {
        let listen = vec![Listen::Tcp("127.0.0.1:0".parse().unwrap())];
        Self::listening(Options { listen, ..options }).await
    }

    async fn listening(options: Options) -> Self {
        let shelf = Shelf::default();
        shelf.put(vec![file("kultur.rss", RSS), file("index.html", "<!doctype html>\n")]);
        shelf.fresh_for(Duration::from_mins(15));
        let server = Server::bind(&options, shelf.clone()).await.unwrap();
        let address = server.local_addr().unwrap_or_else(|| "0.0.0.0:0".parse().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(server.run(async move {
            let _ = stopped.await;
        }));
        Self { address, shelf, stop, task }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends a request, and reads until the server closes.
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

async fn read_to_end(stream: &mut (impl AsyncRead + Unpin)) -> String {
    String::from_utf8_lossy(&read_bytes(stream).await).into_owned()
}

async fn read_bytes(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut answer = Vec::new();
    // A connection that is reset has ended as well.
    let _ = timeout(FAR, stream.read_to_end(&mut answer)).await.expect("the connection stayed open");
    answer
}

/// Reads up to the end of one answer with the RSS file as its body.
async fn read_rss(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut answer = String::new();
    while !answer.ends_with(RSS) {
        let mut some = [0; 1024];
        let n = timeout(FAR, stream.read(&mut some)).await.expect("no answer came").unwrap();
        assert_ne!(n, 0, "closed after {answer:?}");
        answer.push_str(std::str::from_utf8(&some[..n]).unwrap());
    }
    answer
}
