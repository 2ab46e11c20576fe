//! `[push]`: who is told of changes, and how.

use super::names;
use super::reader::Reader;
use super::sections::{days, seconds};
use super::units::{duration, whole};
use crate::push::Options;

pub(super) fn read(r: &mut Reader<'_, '_>) -> Options {
    let default = Options::default();
    let private = "hosts at a private address that may subscribe";
    Options {
        hub: r.optional(
            "hub",
            &names::hub(),
            "none",
            "who tells subscribers of changes at once (WebSub): `own` is flode itself, at `hub` below `site.base_url`; or the \
             address of another",
        ),
        timeout: r.or(
            "timeout",
            &duration(seconds(1)..=seconds(60)),
            default.timeout,
            "the time for a hub or a subscriber to answer",
        ),
        retry: r.or(
            "retry",
            &duration(seconds(1)..=seconds(3600)),
            default.retry,
            "the pause after the first failure of a delivery, doubled for each further one, up to 6 h",
        ),
        give_up: r.or(
            "give_up",
            &duration(seconds(60)..=days(30)),
            default.give_up,
            "a subscriber, or a hub elsewhere, that fails for so long is not told of that change",
        ),
        lease: r.or("lease", &duration(seconds(300)..=days(366)), default.lease, "how long a subscription lasts"),
        max_lease: r.or(
            "max_lease",
            &duration(seconds(300)..=days(366)),
            default.max_lease,
            "the longest that a subscriber may ask for",
        ),
        max_subscriptions: r.or(
            "max_subscriptions",
            &whole(0..=1_000_000),
            default.max_subscriptions,
            "subscriptions in all",
        ),
        max_per_host: r.or("max_per_host", &whole(1..=1_000_000), default.max_per_host, "of these, those of one host"),
        max_per_network: r.or(
            "max_per_network",
            &whole(1..=1_000_000),
            default.max_per_network,
            "of these, those whose callbacks answer from one network (IPv4 `/24`, IPv6 `/48`)",
        ),
        verify_interval: r.or(
            "verify_interval",
            &duration(seconds(0)..=seconds(3600)),
            default.verify_interval,
            "between two questions to one callback whether it meant to subscribe, and for 60 to one host",
        ),
        private_hosts: r.list("private_hosts", &names::line("\"127.0.0.1\""), default.private_hosts, private),
    }
}
