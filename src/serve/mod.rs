//! Hands out the published files over HTTP, from memory.

use std::net::SocketAddr;
use std::time::Duration;

/// How the server listens, with the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The address. Default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// Connections held at once; further ones wait. Default 512.
    pub max_connections: usize,
    /// For a client to send its request's header, and between two requests. Default 30 s.
    pub header_timeout: Duration,
    /// For open requests to end when the program stops. Default 5 s.
    pub drain: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            max_connections: 512,
            header_timeout: Duration::from_secs(30),
            drain: Duration::from_secs(5),
        }
    }
}
