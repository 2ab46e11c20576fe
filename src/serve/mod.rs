//! Hands out the published files over HTTP/1.1, from memory.
//!
//! A GET is a lookup on the [`Shelf`]: no disk, no database, no network. No client can hold a connection for longer than
//! the limits in [`Options`], and no number of clients can take more than `max_connections`.

mod conditional;
mod respond;
mod shelf;
mod write_timeout;

pub(crate) use conditional::{http_date, is_unchanged};
pub use shelf::{Shelf, Stored};

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tracing::{debug, warn};

use write_timeout::WriteTimeout;

/// How the server listens, with the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The address. Default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// Connections held at once; further ones wait. Default 512.
    pub max_connections: usize,
    /// For a client to send its request's header, and between two requests. Default 30 s.
    pub header_timeout: Duration,
    /// For a client to take some more of an answer. Default 30 s.
    pub write_timeout: Duration,
    /// Bytes of a request's header, answered with 431 beyond. Default 16 KiB; less than 8 KiB counts as 8 KiB.
    pub max_header: usize,
    /// Bytes of a request's path and query, answered with 414 beyond. Default 2 KiB.
    pub max_target: usize,
    /// For open requests to end when the program stops. Default 5 s.
    pub drain: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            max_connections: 512,
            header_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            max_header: 16 * 1024,
            max_target: 2 * 1024,
            drain: Duration::from_secs(5),
        }
    }
}

/// The least that hyper accepts as the size of a connection's buffer; it panics below.
const LEAST_BUFFER: usize = 8 * 1024;

/// How long to leave the system alone when it has no more files or memory for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);

/// A server that holds its address and does not answer yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    free: Arc<Semaphore>,
    shelf: Shelf,
    options: Arc<Options>,
}

impl Server {
    /// Takes the address of `serve.listen`; port 0 takes any free one.
    pub async fn bind(options: &Options, shelf: Shelf) -> Result<Self, ServeError> {
        let failed = |source| ServeError::Listen { address: options.listen, source };
        let listener = TcpListener::bind(options.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let most = options.max_connections.clamp(1, Semaphore::MAX_PERMITS);
        Ok(Self { listener, address, free: Arc::new(Semaphore::new(most)), shelf, options: Arc::new(options.clone()) })
    }

    /// The address in use, with the port that the system chose for port 0.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until `shutdown` is ready; then takes no new ones, and gives the open ones `drain` to end.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        let open = GracefulShutdown::new();
        let mut tasks = JoinSet::new();
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                (stream, permit) = self.accept() => {
                    tasks.spawn(converse(stream, permit, open.watcher(), self.shelf.clone(), Arc::clone(&self.options)));
                }
                Some(_) = tasks.join_next() => {} // so that the set does not grow
            }
        }
        drop(self.listener);
        if tokio::time::timeout(self.options.drain, open.shutdown()).await.is_err() {
            debug!("connections still open after {:?} are cut", self.options.drain);
        }
        tasks.shutdown().await;
    }

    /// The next connection, once there is room for it: until then clients wait in the system's queue.
    async fn accept(&self) -> (TcpStream, Option<OwnedSemaphorePermit>) {
        // Only a closed semaphore refuses, and nothing closes this one.
        let permit = Arc::clone(&self.free).acquire_owned().await.ok();
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => return (stream, permit),
                Err(error) if is_of_one_client(&error) => debug!("a client left before it was accepted: {error}"),
                Err(error) => {
                    warn!("cannot accept connections on {}: {error}", self.address);
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

/// Whether an error of `accept` says nothing about the next call; others (EMFILE, ENOMEM) would come back at once.
fn is_of_one_client(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}

/// Answers the requests of one connection, until it closes, stalls or is told to end.
async fn converse(
    stream: TcpStream,
    _permit: Option<OwnedSemaphorePermit>, // given back when the connection ends
    watcher: Watcher,
    shelf: Shelf,
    options: Arc<Options>,
) {
    let _ = stream.set_nodelay(true); // an answer is one write: nothing to gather
    let io = TokioIo::new(WriteTimeout::new(stream, options.write_timeout));
    let service = service_fn(|request| {
        let answer = respond::respond(&request, &shelf, options.max_target);
        async move { Ok::<_, Infallible>(answer) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(options.header_timeout)
        .max_buf_size(options.max_header.max(LEAST_BUFFER))
        .half_close(true) // a client may close its side once it has asked
        .serve_connection(io, service);
    if let Err(error) = watcher.watch(connection).await {
        debug!("a connection ended early: {error}");
    }
}

/// Why there is no server.
#[derive(Debug)]
pub enum ServeError {
    /// The address could not be taken.
    Listen {
        /// The value of `serve.listen`.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

impl ServeError {
    /// What the operator can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let Self::Listen { source, .. } = self;
        let cause = match source.kind() {
            io::ErrorKind::AddrInUse => "is another flode running?",
            io::ErrorKind::AddrNotAvailable => "this machine has no such address;",
            io::ErrorKind::PermissionDenied => "ports below 1024 are for privileged programs;",
            _ => return None,
        };
        Some(format!("{cause} choose another `serve.listen`"))
    }
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Listen { address, source } = self;
        write!(f, "cannot listen on {address}: {source}")
    }
}

impl std::error::Error for ServeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let Self::Listen { source, .. } = self;
        Some(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lost_client_is_passed_over_without_a_pause() {
        assert!(is_of_one_client(&io::Error::from(io::ErrorKind::ConnectionAborted)));
        for resource in [24, 23, 12, 105] {
            // EMFILE, ENFILE, ENOMEM, ENOBUFS on Linux.
            assert!(!is_of_one_client(&io::Error::from_raw_os_error(resource)), "{resource}");
        }
    }

    #[test]
    fn an_error_names_the_address_and_what_to_do() {
        let error = |kind| ServeError::Listen { address: Options::default().listen, source: io::Error::from(kind) };
        let taken = error(io::ErrorKind::AddrInUse);
        assert!(taken.to_string().starts_with("cannot listen on 127.0.0.1:8080: "), "{taken}");
        assert_eq!(taken.hint().as_deref(), Some("is another flode running? choose another `serve.listen`"));
        assert_eq!(error(io::ErrorKind::Other).hint(), None);
    }
}
