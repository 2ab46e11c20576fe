//! How the server listens, with its limits.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::peer::Network;

/// How the server listens, with the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Where it is asked. Default `127.0.0.1:8080`.
    pub listen: Vec<Listen>,
    /// Permissions of the Unix sockets among them. Default `0o660`.
    pub socket_mode: u32,
    /// The certificate; with one, every TCP address speaks TLS and nothing else. Default none.
    pub tls: Option<TlsFiles>,
    /// Connections held at once; beyond, the one that has rested longest is closed. Default 512.
    pub max_connections: usize,
    /// Of these, connections of one client: one IPv4 address or one IPv6 network of 64 bits. Default 64.
    pub max_connections_per_client: usize,
    /// For a client to send its request's header, between two requests, and for the handshake of TLS. Default 30 s.
    pub header_timeout: Duration,
    /// For a client to take some more of an answer. Default 30 s.
    pub write_timeout: Duration,
    /// For a client to take all that is ready for it. Default 5 min.
    pub answer_timeout: Duration,
    /// For a connection, which is then closed after the answer under way. Default 1 h.
    pub max_connection_age: Duration,
    /// Requests under way at once on one HTTP/2 connection. Default 100.
    pub max_streams: u32,
    /// Bytes of a request's header, answered with 431 beyond. Default 16 KiB; less than 8 KiB counts as 8 KiB.
    pub max_header: usize,
    /// Bytes of a request's path and query, answered with 414 beyond. Default 2 KiB.
    pub max_target: usize,
    /// Bytes of combined feeds that are kept; the one least asked for goes first. Default 16 MiB.
    pub max_combined: usize,
    /// For open requests to end when the program stops. Default 5 s.
    pub drain: Duration,
    /// Proxies whose word is taken for who asks, when visits are told of. Default none; one behind a Unix socket is always.
    pub trusted_proxies: Vec<Network>,
    /// Where the operator's pages are. Default nowhere.
    pub operator: Option<Listen>,
    /// Names that they may be asked by, beside `localhost` and addresses. Default none.
    pub operator_hosts: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: vec![Listen::Tcp(SocketAddr::from(([127, 0, 0, 1], 8080)))],
            socket_mode: 0o660,
            tls: None,
            max_connections: 512,
            max_connections_per_client: 64,
            header_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            answer_timeout: Duration::from_mins(5),
            max_connection_age: Duration::from_hours(1),
            max_streams: 100,
            max_header: 16 * 1024,
            max_target: 2 * 1024,
            max_combined: 16 << 20,
            drain: Duration::from_secs(5),
            trusted_proxies: Vec::new(),
            operator: None,
            operator_hosts: Vec::new(),
        }
    }
}

/// Somewhere to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// An address; port 0 takes any free one.
    Tcp(SocketAddr),
    /// A Unix socket, made anew and removed at the end.
    Unix(PathBuf),
    /// The sockets that systemd hands over (`sd_listen_fds(3)`).
    Systemd,
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Systemd => f.write_str("systemd"),
        }
    }
}

/// A certificate and its key, as PEM. They are read anew when they change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate first, then those that lead to a known one.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}
