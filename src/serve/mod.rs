//! Hands out the published files over HTTP/1 and HTTP/2, with TLS or without, from memory.
//!
//! A GET is a lookup on the [`Shelf`]: no disk, no database, no network. No client can hold a connection for longer than
//! the limits in [`Options`], none can take more than its share of them, and no number of clients more than
//! `max_connections`.

mod answer;
mod coding;
mod combined;
mod conditional;
mod connection;
mod document;
mod error;
mod listener;
mod operator;
mod options;
mod paced;
mod peer;
mod places;
mod post;
mod press;
mod range;
mod respond;
mod shelf;
mod target;
mod tls;
mod witness;

pub use combined::Combine;
pub(crate) use conditional::{http_date, is_unchanged};
pub use document::Document;
pub use error::ServeError;
pub use operator::{Operator, OperatorPage, Said, Saying};
pub use options::{Listen, Options, TlsFiles};
pub use peer::Network;
pub use post::{Desk, Reply};
pub use shelf::{Link, Shelf, Stored};
pub use witness::{Requests, Visit, Witness};

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::{debug, warn};

use combined::Combined;
use connection::{Common, converse};
use listener::{Client, Listener, Wire, counted};
use places::{Found, Place, Places};
use tls::Tls;

/// How long to leave the system alone when it has no more files or memory for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);

/// Connections to the operator's pages, beside those of everybody else.
pub const OPERATOR_CONNECTIONS: usize = 16;

/// A server that holds its addresses and does not answer yet.
#[derive(Debug)]
pub struct Server {
    listeners: Vec<Listener>,
    tls: Option<Arc<Tls>>,
    places: Arc<Places>,
    common: Common,
}

impl Server {
    /// Takes the addresses of `serve.listen`, and reads the certificate if there is one.
    #[expect(clippy::unused_async, reason = "sockets belong to a runtime, which `async` asks for")]
    pub async fn bind(options: &Options, shelf: Shelf) -> Result<Self, ServeError> {
        let tls = options.tls.as_ref().map(Tls::open).transpose()?.map(Arc::new);
        let listeners = Listener::all(options)?;
        let places = Arc::new(Places::new(options.max_connections, options.max_connections_per_client));
        let combined = Combined::new(options.max_combined);
        let common = Common {
            shelf,
            combined,
            options: options.clone(),
            desk: None,
            witness: None,
            requests: Requests::default(),
            operator: None,
        };
        Ok(Self { listeners, tls, places, common })
    }

    /// A server of the operator's pages alone, at `serve.operator`; `None` without such an address. It speaks no TLS.
    pub async fn bind_operator(options: &Options, operator: Operator) -> Result<Option<Self>, ServeError> {
        let Some(listen) = &options.operator else { return Ok(None) };
        let options = Options {
            listen: vec![listen.clone()],
            tls: None,
            max_connections: OPERATOR_CONNECTIONS,
            max_connections_per_client: OPERATOR_CONNECTIONS,
            ..options.clone()
        };
        let mut server = Self::bind(&options, Shelf::default()).await?;
        server.common.operator = Some(operator);
        Ok(Some(server))
    }

    /// With somebody who is told of each visit.
    #[must_use]
    pub fn with_witness(mut self, witness: Option<Witness>) -> Self {
        self.common.witness = witness;
        self
    }

    /// How many requests it has answered.
    #[must_use]
    pub fn requests(&self) -> Requests {
        self.common.requests.clone()
    }

    /// With somebody who takes what is posted to `/hub`; without, nothing is.
    #[must_use]
    pub fn with_desk(mut self, desk: Option<Desk>) -> Self {
        self.common.desk = desk;
        self
    }

    /// The first TCP address in use, with the port that the system chose for port 0.
    #[must_use]
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.listeners.iter().find_map(|listener| match listener.address() {
            Some(Listen::Tcp(address)) => Some(address),
            _ => None,
        })
    }

    /// All addresses in use, as people write them: `http://127.0.0.1:8080/`, `unix:/run/flode.sock`.
    #[must_use]
    pub fn addresses(&self) -> Vec<String> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let shown = |listen: Listen| match listen {
            Listen::Tcp(address) => format!("{scheme}://{address}/"),
            other => other.to_string(),
        };
        self.listeners.iter().filter_map(Listener::address).map(shown).collect()
    }

    /// Answers requests until `shutdown` is ready; then takes no new ones, and gives the open ones `drain` to end.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let (tell, stop) = watch::channel(false);
        let common = Arc::new(self.common);
        let mut pressing = JoinSet::new(); // ends with this function
        pressing.spawn(common.shelf.clone().keep_pressing());
        let mut attending = JoinSet::new();
        for listener in self.listeners {
            let tls = self.tls.clone().filter(|_| listener.is_tcp());
            let door = Door { tls, places: Arc::clone(&self.places), common: Arc::clone(&common), stop: stop.clone() };
            attending.spawn(door.attend(listener));
        }
        shutdown.await;
        let _ = tell.send(true);
        while attending.join_next().await.is_some() {}
    }
}

/// Where the connections of one listener are taken.
struct Door {
    tls: Option<Arc<Tls>>,
    places: Arc<Places>,
    common: Arc<Common>,
    stop: watch::Receiver<bool>,
}

impl Door {
    async fn attend(self, listener: Listener) {
        let mut stop = self.stop.clone();
        let mut open = JoinSet::new();
        let mut rest = None;
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                ((wire, client), place) = self.admit(&listener, &mut rest) => {
                    let (tls, common) = (self.tls.clone(), Arc::clone(&self.common));
                    open.spawn(converse((wire, client), place, tls, common, self.stop.clone()));
                }
                Some(_) = open.join_next() => {} // so that the set does not grow
            }
        }
        drop(listener);
        let drain = self.common.options.drain;
        let drained = tokio::time::timeout(drain, async { while open.join_next().await.is_some() {} });
        if drained.await.is_err() {
            debug!("connections still open after {drain:?} are cut");
        }
        open.shutdown().await;
    }

    /// The next connection that has a place. While all others are under way it waits, and the rest in the system's queue.
    async fn admit(&self, listener: &Listener, rest: &mut Option<Instant>) -> ((Box<dyn Wire>, Client), Place) {
        loop {
            let (wire, client) = accept(listener, rest).await;
            loop {
                match self.places.take(client.map(counted)) {
                    Found::Place(place) => return ((wire, client), place),
                    Found::Full => self.places.changed().await,
                    Found::Share => break, // it has to end one of its own first
                }
            }
        }
    }
}

/// The next connection, not before `rest`: the caller may stop waiting and come again.
async fn accept(listener: &Listener, rest: &mut Option<Instant>) -> (Box<dyn Wire>, Client) {
    loop {
        if let Some(until) = *rest {
            tokio::time::sleep_until(until).await;
            *rest = None;
        }
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_one_client(&error) => debug!("a client left before it was accepted: {error}"),
            Err(error) => {
                warn!("cannot accept connections: {error}");
                *rest = Some(Instant::now() + ACCEPT_PAUSE);
            }
        }
    }
}

/// Whether an error of `accept` says nothing about the next call; others (EMFILE, ENOMEM) would come back at once.
fn is_of_one_client(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
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
}
