//! Sockets that clients connect to: of an address, of a path, or handed over by systemd.

use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use listenfd::ListenFd;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener, UnixSocket};

use super::error::ServeError;
use super::options::{Listen, Options};

/// Connections that the system keeps until they are accepted.
const BACKLOG: u32 = 1024;

/// A connection, whatever carries it.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// The address of who has connected; none of a Unix socket, whose clients are on this machine.
pub(super) type Client = Option<IpAddr>;

/// A socket that takes connections.
#[derive(Debug)]
pub(super) enum Listener {
    Tcp(TcpListener),
    Unix { listener: UnixListener, _file: Option<OwnFile> },
}

impl Listener {
    /// Takes every address of `options.listen`.
    pub(super) fn all(options: &Options) -> Result<Vec<Self>, ServeError> {
        let mut all = Vec::new();
        for listen in &options.listen {
            let failed = |source| ServeError::Listen { address: listen.clone(), source };
            match listen {
                Listen::Tcp(address) => {
                    let taken = std::net::TcpListener::bind(address).and_then(tcp);
                    all.push(taken.map_err(failed)?);
                }
                Listen::Unix(path) => all.push(unix(path, options.socket_mode)?),
                Listen::Systemd => all.extend(handed_over(ListenFd::from_env())?),
            }
        }
        Ok(all)
    }

    /// The next connection, and who made it.
    pub(super) async fn accept(&self) -> io::Result<(Box<dyn Wire>, Client)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                let _ = stream.set_nodelay(true); // an answer is one write: nothing to gather
                Ok((Box::new(stream), Some(peer.ip())))
            }
            Self::Unix { listener, .. } => Ok((Box::new(listener.accept().await?.0), None)),
        }
    }

    /// Whether it is of TCP, and so speaks TLS when there is a certificate.
    pub(super) fn is_tcp(&self) -> bool {
        matches!(self, Self::Tcp(_))
    }

    /// The address in use, with the port that the system chose for port 0.
    pub(super) fn address(&self) -> Option<Listen> {
        match self {
            Self::Tcp(listener) => listener.local_addr().ok().map(Listen::Tcp),
            Self::Unix { listener, .. } => {
                let address = listener.local_addr().ok()?;
                Some(Listen::Unix(address.as_pathname().unwrap_or(Path::new("")).to_owned()))
            }
        }
    }
}

/// As far as limits for one client go, it has one IPv4 address, or all of an IPv6 network of 64 bits.
pub(super) fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn tcp(listener: std::net::TcpListener) -> io::Result<Listener> {
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener).map(Listener::Tcp)
}

/// A new Unix socket. Its permissions are set before it takes connections.
fn unix(path: &Path, mode: u32) -> Result<Listener, ServeError> {
    clear_away(path)?;
    let failed = |source| ServeError::Listen { address: Listen::Unix(path.to_owned()), source };
    let bound = || {
        let socket = UnixSocket::new_stream()?;
        socket.bind(path)?;
        let file = OwnFile::of(path)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
        Ok(Listener::Unix { listener: socket.listen(BACKLOG)?, _file: Some(file) })
    };
    bound().map_err(failed)
}

/// Removes a socket that a program which was killed has left. One that somebody listens on, and any other file, stays.
fn clear_away(path: &Path) -> Result<(), ServeError> {
    let failed = |source| ServeError::Listen { address: Listen::Unix(path.to_owned()), source };
    let file_type = match std::fs::symlink_metadata(path) {
        Ok(found) => found.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    if !file_type.is_socket() {
        return Err(ServeError::Occupied { path: path.to_owned() });
    }
    match std::os::unix::net::UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => std::fs::remove_file(path).map_err(failed),
        // It is listened on; or nobody can say, and then it stays as well.
        Ok(_) => Err(failed(io::Error::from(io::ErrorKind::AddrInUse))),
        Err(error) => Err(failed(error)),
    }
}

/// The file of a Unix socket, removed with this value unless another has taken its place.
#[derive(Debug)]
pub(super) struct OwnFile {
    path: PathBuf,
    device: u64,
    number: u64,
}

impl OwnFile {
    fn of(path: &Path) -> io::Result<Self> {
        let found = std::fs::symlink_metadata(path)?;
        Ok(Self { path: path.to_owned(), device: found.dev(), number: found.ino() })
    }
}

impl Drop for OwnFile {
    fn drop(&mut self) {
        // A number alone is given again to the next file.
        let own = |now: std::fs::Metadata| {
            now.file_type().is_socket() && (now.dev(), now.ino()) == (self.device, self.number)
        };
        if std::fs::symlink_metadata(&self.path).is_ok_and(own) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The sockets of a socket unit; their files are systemd's.
fn handed_over(mut handed: ListenFd) -> Result<Vec<Listener>, ServeError> {
    let failed = |why: String| ServeError::NoSocket { why };
    if handed.len() == 0 {
        return Err(failed("there are none".to_owned()));
    }
    let mut all = Vec::new();
    for at in 0..handed.len() {
        let taken = match handed.take_tcp_listener(at) {
            Ok(Some(listener)) => tcp(listener),
            _ => handed.take_unix_listener(at).and_then(|listener| match listener {
                Some(listener) => {
                    listener.set_nonblocking(true)?;
                    UnixListener::from_std(listener).map(|listener| Listener::Unix { listener, _file: None })
                }
                None => Err(io::Error::from(io::ErrorKind::NotFound)),
            }),
        };
        all.push(taken.map_err(|error| failed(format!("number {at} takes no connections: {error}")))?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_an_address_or_a_network() {
        let counted = |text: &str| counted(text.parse().expect("an address")).to_string();
        for (address, client) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("::1", "::"),
        ] {
            assert_eq!(counted(address), client);
        }
    }

    #[tokio::test]
    async fn only_a_socket_that_nobody_listens_on_is_replaced() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("flode.sock");
        let first = unix(&path, 0o600).expect("a new socket");
        let mode = std::fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(
            matches!(unix(&path, 0o600), Err(ServeError::Listen { source, .. }) if source.kind() == io::ErrorKind::AddrInUse)
        );
        drop(first);
        assert!(!path.exists(), "removed at the end");

        drop(std::os::unix::net::UnixListener::bind(&path).expect("a socket"));
        assert!(path.exists(), "left behind");
        let second = unix(&path, 0o660).expect("a stale socket is replaced");
        std::fs::remove_file(&path).expect("removed");
        std::fs::write(&path, "text").expect("written");
        drop(second);
        assert!(path.exists(), "what is not its own is not removed");
        assert!(matches!(unix(&path, 0o660), Err(ServeError::Occupied { .. })));
    }
}
