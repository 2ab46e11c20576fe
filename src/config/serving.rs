//! `[serve]`: where and how feeds are handed out.

use std::path::Path;

use url::Url;

use super::names;
use super::reader::Reader;
use super::sections::{BASE_URL, seconds};
use super::units::{duration, size, whole};
use crate::serve::{Listen, Options, TlsFiles};

pub(super) fn read(r: &mut Reader<'_, '_>, directory: &Path) -> Options {
    let default = Options::default();
    let listen = r.some(
        "listen",
        &names::listen(directory),
        "`\"127.0.0.1:8080\"`",
        "where feeds are handed out: an address and port, `unix:` and a path, `systemd` for the sockets that it hands over; \
         or a list of these",
    );
    r.refuse_empty("listen");
    let socket_mode = r.or("socket_mode", &names::mode(), default.socket_mode, "the permissions of Unix sockets");
    let tls = tls(r, directory);
    Options {
        listen: listen.filter(|all| !all.is_empty()).unwrap_or(default.listen.clone()),
        socket_mode,
        tls,
        ..limits(r, default)
    }
}

/// Warns of feeds that say they are at the default address, and are handed out elsewhere.
pub(super) fn check_address(r: &mut Reader<'_, '_>, base_url: Option<&Url>, listen: &[Listen]) {
    let Some(default) = base_url.filter(|url| url.as_str() == BASE_URL) else { return };
    // Port 0 is any free one: nobody has subscribed there.
    let fits = |port: u16| port == 0 || Some(port) == default.port();
    if !listen.iter().any(|one| matches!(one, Listen::Tcp(address) if fits(address.port()))) {
        let hint = "set `site.base_url` to the address that subscribers use".to_owned();
        r.warn("listen", &format!("is not where `site.base_url` has the feeds: `{BASE_URL}`"), Some(hint));
    }
}

/// The certificate and its key, which come together.
fn tls(r: &mut Reader<'_, '_>, directory: &Path) -> Option<TlsFiles> {
    let certificate = r.optional(
        "tls_certificate",
        &names::file("\"certificate.pem\""),
        "none",
        "a certificate and those that lead to a known one, as PEM; with it, every address and port speaks TLS",
    );
    let key = r.optional("tls_key", &names::file("\"key.pem\""), "none", "its private key, as PEM");
    for (name, other) in [("tls_certificate", "tls_key"), ("tls_key", "tls_certificate")] {
        if r.span(name).is_some() && r.span(other).is_none() {
            r.mistake(name, &format!("needs `serve.{other}`"), None);
        }
    }
    Some(TlsFiles { certificate: directory.join(certificate?), key: directory.join(key?) })
}

fn limits(r: &mut Reader<'_, '_>, default: Options) -> Options {
    Options {
        max_connections: r.or(
            "max_connections",
            &whole(1..=100_000),
            default.max_connections,
            "connections held at once; beyond, the one that has rested longest is closed",
        ),
        max_connections_per_client: r.or(
            "max_connections_per_client",
            &whole(1..=100_000),
            default.max_connections_per_client,
            "of these, connections from one address (IPv6: from one network of 64 bits)",
        ),
        header_timeout: r.or(
            "header_timeout",
            &duration(seconds(1)..=seconds(300)),
            default.header_timeout,
            "the time for a client to send its request, between two requests, and for the handshake of TLS",
        ),
        write_timeout: r.or(
            "write_timeout",
            &duration(seconds(1)..=seconds(300)),
            default.write_timeout,
            "the time for a client to take some more of an answer",
        ),
        answer_timeout: r.or(
            "answer_timeout",
            &duration(seconds(1)..=seconds(3600)),
            default.answer_timeout,
            "the time for a client to take all that is ready for it",
        ),
        max_connection_age: r.or(
            "max_connection_age",
            &duration(seconds(1)..=seconds(7 * 24 * 3600)),
            default.max_connection_age,
            "the time for a connection, which is then closed after the answer under way",
        ),
        max_streams: r.or(
            "max_streams",
            &whole(1..=10_000),
            default.max_streams,
            "requests under way at once on one HTTP/2 connection",
        ),
        max_header: r.or("max_header", &size(8 << 10..=1 << 20), default.max_header, "the longest header of a request"),
        max_target: r.or(
            "max_target",
            &size(256..=64 << 10),
            default.max_target,
            "the longest path and query of a request",
        ),
        max_combined: r.or(
            "max_combined",
            &size(0..=1 << 30),
            default.max_combined,
            "memory for feeds that subscribers combine (`/kultur+bibliotek.atom`)",
        ),
        drain: r.or(
            "drain",
            &duration(seconds(0)..=seconds(300)),
            default.drain,
            "the time for open requests to end when the program stops",
        ),
        ..default
    }
}
