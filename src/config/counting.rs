//! Of `[serve]`: what is counted, who is believed, and where the operator looks.

use std::path::Path;

use super::names;
use super::reader::Reader;
use super::units::{flag, whole};
use crate::count;
use crate::serve::{self, Listen};

/// What is counted.
pub(super) fn read(r: &mut Reader<'_, '_>) -> count::Options {
    let default = count::Options::default();
    count::Options {
        on: r.or("count", &flag(), default.on, "whether subscribers are counted: totals of days, about nobody"),
        days: r.or("count_days", &whole(1..=36_500), default.days, "days whose totals are kept"),
        max_reported: r.or(
            "count_max_reported",
            &whole(0..=1_000_000_000),
            default.max_reported,
            "the most subscribers that are believed of one service (Feedly and the like), for one document",
        ),
        max_per_network: r.or(
            "count_max_per_network",
            &whole(1..=1_000_000),
            default.max_per_network,
            "the most readers that are counted of one network (24 bits of IPv4, 48 of IPv6), for one document",
        ),
    }
}

/// Who is believed, and the operator's pages.
pub(super) fn operator(r: &mut Reader<'_, '_>, directory: &Path, options: serve::Options) -> serve::Options {
    let trusted_proxies = r.list(
        "trusted_proxies",
        &names::network(),
        options.trusted_proxies,
        "proxies whose `X-Forwarded-For` or `Forwarded` says who asks, when readers are counted; one behind a Unix socket is \
         always believed",
    );
    let operator = r.optional(
        "operator",
        &names::listen(directory),
        "none",
        "where the operator's pages are (`/status`, `/status.json`, `/metrics`, `/health`): an address and port, or `unix:` \
         and a path",
    );
    let operator_hosts = r.list(
        "operator_hosts",
        &names::host(),
        options.operator_hosts,
        "names that they may be asked by, beside `localhost` and IP addresses",
    );
    match &operator {
        Some(Listen::Systemd) => {
            r.mistake("operator", "has an address of its own: systemd's sockets are for `serve.listen`", None);
        }
        Some(Listen::Tcp(address)) if !address.ip().to_canonical().is_loopback() && operator_hosts.is_empty() => {
            let hint = "the pages ask for no password; if they are meant to be reached from other machines, name the host in \
                        `serve.operator_hosts`, else use `127.0.0.1`";
            r.mistake("operator", &format!("is reached from other machines: {address}"), Some(hint.to_owned()));
        }
        _ => {}
    }
    serve::Options { trusted_proxies, operator, operator_hosts, ..options }
}
