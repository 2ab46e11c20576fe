//! TLS by a certificate from files.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use flode::serve::{Listen, Options, ServeError, Server, Shelf, TlsFiles};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion, version};

use super::{FAR, RSS, Running, read_bytes, read_to_end, status};

fn certificate() -> CertifiedKey<KeyPair> {
    generate_simple_self_signed(["localhost".to_owned()]).unwrap()
}

fn write(directory: &Path, certificate: &str, key: &str) -> TlsFiles {
    let files = TlsFiles { certificate: directory.join("certificate.pem"), key: directory.join("key.pem") };
    fs::write(&files.certificate, certificate).unwrap();
    fs::write(&files.key, key).unwrap();
    files
}

fn options(files: TlsFiles) -> Options {
    let listen = vec![Listen::Tcp("127.0.0.1:0".parse().unwrap())];
    Options { listen, tls: Some(files), header_timeout: Duration::from_secs(2), ..Options::default() }
}

type Secured = tokio_rustls::client::TlsStream<tokio::net::TcpStream>;

async fn connect(
    server: &Running,
    trusted: &CertificateDer<'static>,
    version: &'static SupportedProtocolVersion,
    protocol: &[u8],
) -> std::io::Result<Secured> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, server.connect().await).await
}

#[tokio::test]
async fn feeds_come_over_tls_in_both_protocols() {
    let directory = tempfile::tempdir().unwrap();
    let CertifiedKey { cert, signing_key } = certificate();
    let server = Running::listening(options(write(directory.path(), &cert.pem(), &signing_key.serialize_pem()))).await;
    for version in [&version::TLS12, &version::TLS13] {
        let mut stream = connect(&server, cert.der(), version, b"http/1.1").await.unwrap();
        stream.write_all(b"GET /kultur.rss HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
        assert!(read_to_end(&mut stream).await.ends_with(RSS));
    }
    let mut stream = connect(&server, cert.der(), &version::TLS13, b"h2").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    let mut settings = [0; 9];
    timeout(FAR, stream.read_exact(&mut settings)).await.unwrap().unwrap();
    assert_eq!(settings[3], 4, "a frame of settings: {settings:?}");
    assert!(connect(&server, cert.der(), &version::TLS13, b"gopher").await.is_err());
}

#[tokio::test]
async fn what_is_not_tls_has_no_answer_and_holds_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let CertifiedKey { cert, signing_key } = certificate();
    let files = write(directory.path(), &cert.pem(), &signing_key.serialize_pem());
    let server = Running::listening(Options { header_timeout: Duration::from_millis(300), ..options(files) }).await;
    let plain = server.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(!plain.contains("HTTP/1.1"), "{plain:?}");
    let mut silent = server.connect().await;
    assert!(read_bytes(&mut silent).await.is_empty(), "the handshake has a time limit");
    let mut half = server.connect().await;
    half.write_all(&[0x16, 3, 1, 2, 0, 1]).await.unwrap();
    assert!(read_bytes(&mut half).await.is_empty());
}

#[tokio::test]
async fn a_changed_certificate_is_taken_and_a_broken_one_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let (first, second) = (certificate(), certificate());
    let server =
        Running::listening(options(write(directory.path(), &first.cert.pem(), &first.signing_key.serialize_pem())))
            .await;
    let works = async |with: &CertifiedKey<KeyPair>| {
        connect(&server, with.cert.der(), &version::TLS13, b"http/1.1").await.is_ok()
    };
    assert!(works(&first).await && !works(&second).await);

    write(directory.path(), &second.cert.pem(), &second.signing_key.serialize_pem());
    let changed = async { while !works(&second).await {} };
    timeout(FAR, changed).await.expect("never read anew");
    assert!(!works(&first).await);

    // A key of another certificate, no certificate at all, no file: looked at, and passed over.
    let mut pause = tokio::time::interval(Duration::from_millis(2100));
    pause.tick().await;
    for (certificate, key) in
        [(first.cert.pem(), second.signing_key.serialize_pem()), ("nonsense".to_owned(), String::new())]
    {
        write(directory.path(), &certificate, &key);
        pause.tick().await;
        assert!(works(&second).await);
    }
    fs::remove_file(directory.path().join("key.pem")).unwrap();
    pause.tick().await;
    assert!(works(&second).await);
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let (one, other) = (certificate(), certificate());
    let key = one.signing_key.serialize_pem();
    for (certificate, key, file) in [
        ("", key.as_str(), "certificate.pem"),
        (one.cert.pem().as_str(), "", "key.pem"),
        (other.cert.pem().as_str(), &key, "certificate.pem"),
    ] {
        let options = options(write(directory.path(), certificate, key));
        let error: ServeError = Server::bind(&options, Shelf::default()).await.unwrap_err();
        assert!(error.to_string().contains(file) && error.hint().is_some(), "{error}");
        assert!(!error.to_string().contains("PRIVATE"), "{error}");
    }
}

#[tokio::test]
async fn a_unix_socket_needs_no_tls() {
    let directory = tempfile::tempdir().unwrap();
    let CertifiedKey { cert, signing_key } = certificate();
    let path = directory.path().join("flode.sock");
    let mut options = options(write(directory.path(), &cert.pem(), &signing_key.serialize_pem()));
    options.listen.push(Listen::Unix(path.clone()));
    let server = Running::listening(options).await;
    let mut stream = tokio::net::UnixStream::connect(&path).await.unwrap();
    stream.write_all(b"GET /kultur.rss HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    assert_eq!(status(&read_to_end(&mut stream).await), "200");
    drop(server);
}
