//! TLS by a certificate from files, read anew when they change.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use tracing::{info, warn};

use super::error::ServeError;
use super::options::TlsFiles;

/// How often the files are looked at, at most; and only when somebody connects.
const LOOK: Duration = Duration::from_secs(2);

/// Bytes of a certificate or key file that are read.
const LONGEST: u64 = 1 << 20;

/// The protocols offered (ALPN, RFC 7301), the preferred one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The certificate in use.
pub(super) struct Tls {
    files: TlsFiles,
    state: Mutex<State>,
}

struct State {
    acceptor: TlsAcceptor,
    /// Of the files as they were last read, good or not; zeros when they could not be.
    hash: [u8; 32],
    looked: Instant,
}

impl Tls {
    /// Reads the files.
    pub(super) fn open(files: &TlsFiles) -> Result<Self, ServeError> {
        let pair = Pair::read(files)?;
        let state = State { acceptor: pair.acceptor(files)?, hash: pair.hash(), looked: Instant::now() };
        Ok(Self { files: files.clone(), state: Mutex::new(state) })
    }

    /// What takes the next connection.
    pub(super) async fn acceptor(self: &Arc<Self>) -> TlsAcceptor {
        if self.is_due() {
            let this = Arc::clone(self);
            // A task that is lost leaves the last good certificate.
            let _ = tokio::task::spawn_blocking(move || this.look()).await;
        }
        self.state().acceptor.clone()
    }

    /// Whether it is time to look at the files; whoever asks first looks.
    fn is_due(&self) -> bool {
        let mut state = self.state();
        let due = state.looked.elapsed() >= LOOK;
        if due {
            state.looked = Instant::now();
        }
        due
    }

    /// Takes a changed certificate into use. Of one that is broken the operator is told once, and the last good one stays.
    fn look(&self) {
        let read = Pair::read(&self.files);
        let hash = read.as_ref().map(Pair::hash).unwrap_or_default();
        let mut state = self.state();
        if state.hash == hash {
            return;
        }
        state.hash = hash;
        match read.and_then(|pair| pair.acceptor(&self.files)) {
            Ok(acceptor) => {
                state.acceptor = acceptor;
                info!("the certificate in {} is in use", self.files.certificate.display());
            }
            Err(error) => warn!("{error}; the last good certificate stays"),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("files", &self.files).finish_non_exhaustive()
    }
}

/// The two files as they were read.
struct Pair {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Pair {
    fn read(files: &TlsFiles) -> Result<Self, ServeError> {
        let read = |path: &Path| bytes(path).map_err(|error| unusable(path, &error));
        Ok(Self { certificate: read(&files.certificate)?, key: read(&files.key)? })
    }

    fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.certificate.len().to_be_bytes());
        hash.update(&self.certificate);
        hash.update(&self.key);
        hash.finalize().into()
    }

    fn acceptor(&self, files: &TlsFiles) -> Result<TlsAcceptor, ServeError> {
        let in_certificate = |why: &dyn fmt::Display| unusable(&files.certificate, why);
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&self.certificate)
            .collect::<Result<_, _>>()
            .map_err(|error| in_certificate(&error))?;
        if chain.is_empty() {
            return Err(in_certificate(&"there is no certificate in it"));
        }
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|error| unusable(&files.key, &error))?;
        let mut config = config(chain, key).map_err(|error| in_certificate(&error))?;
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// TLS 1.2 and 1.3; refuses a key that is another certificate's.
fn config(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<ServerConfig, rustls::Error> {
    ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unusable(path: &Path, why: &dyn fmt::Display) -> ServeError {
    ServeError::Tls { path: path.to_owned(), why: why.to_string() }
}
