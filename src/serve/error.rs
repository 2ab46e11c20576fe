//! Why there is no server.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::options::Listen;

/// Why there is no server.
#[derive(Debug)]
pub enum ServeError {
    /// The address could not be taken.
    Listen {
        /// The value of `serve.listen`.
        address: Listen,
        /// What the system said.
        source: io::Error,
    },
    /// A file that is no socket stands where the Unix socket is to be.
    Occupied {
        /// Its path.
        path: PathBuf,
    },
    /// systemd has handed over no socket, or one that no client can connect to.
    NoSocket {
        /// What it handed over.
        why: String,
    },
    /// The certificate or its key cannot be used.
    Tls {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
}

impl ServeError {
    /// What the operator can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Listen { source, .. } => {
                let cause = match source.kind() {
                    io::ErrorKind::AddrInUse => "is another flode running?",
                    io::ErrorKind::AddrNotAvailable => "this machine has no such address;",
                    io::ErrorKind::PermissionDenied => "ports below 1024 are for privileged programs;",
                    _ => return None,
                };
                Some(format!("{cause} choose another `serve.listen`"))
            }
            Self::Occupied { .. } => Some("move the file away, or choose another `serve.listen`".to_owned()),
            Self::NoSocket { .. } => {
                Some("start flode by a socket unit, or set `serve.listen` to an address".to_owned())
            }
            Self::Tls { .. } => {
                Some("`serve.tls_certificate` and `serve.tls_key` name PEM files that belong together".to_owned())
            }
        }
    }
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { address, source } => write!(f, "cannot listen on {address}: {source}"),
            Self::Occupied { path } => write!(f, "cannot listen on {}: it is not a socket", path.display()),
            Self::NoSocket { why } => write!(f, "cannot listen on systemd's sockets: {why}"),
            Self::Tls { path, why } => write!(f, "cannot use {} for TLS: {why}", path.display()),
        }
    }
}

impl std::error::Error for ServeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen { source, .. } => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::Options;

    #[test]
    fn an_error_names_the_address_and_what_to_do() {
        let address = Options::default().listen.remove(0);
        let error = |kind| ServeError::Listen { address: address.clone(), source: io::Error::from(kind) };
        let taken = error(io::ErrorKind::AddrInUse);
        assert!(taken.to_string().starts_with("cannot listen on 127.0.0.1:8080: "), "{taken}");
        assert_eq!(taken.hint().as_deref(), Some("is another flode running? choose another `serve.listen`"));
        assert_eq!(error(io::ErrorKind::Other).hint(), None);
    }
}
