//! Where the hub is, with its limits.

use std::time::Duration;

use url::Url;

/// Where subscribers are told from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hub {
    /// flode's own, at `hub` below the base address.
    Own,
    /// One elsewhere.
    At(Url),
}

/// How subscribers are told of changes, with the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The hub. Default none: nobody is told.
    pub hub: Option<Hub>,
    /// For a hub or a subscriber to answer. Default 10 s.
    pub timeout: Duration,
    /// After the first failure of a delivery; doubled for each further one, up to 6 h. Default 1 min.
    pub retry: Duration,
    /// For a subscriber, or a hub elsewhere, to fail before it is not told of a change. The subscription goes on to the end of
    /// its lease, and the next change is told (section 7). Default 3 days.
    pub give_up: Duration,
    /// A subscription's time, where the subscriber asks for none. Default 10 days.
    pub lease: Duration,
    /// The longest that it may ask for. Default 30 days.
    pub max_lease: Duration,
    /// Subscriptions in all. Default 10 000.
    pub max_subscriptions: usize,
    /// Of these, subscriptions of one host. Default 500.
    pub max_per_host: usize,
    /// Of these, subscriptions whose callbacks answer from one network: names cost nothing. Default 2000.
    pub max_per_network: usize,
    /// Between two questions to one callback whether it meant what was asked. Default 1 min.
    pub verify_interval: Duration,
    /// Hosts at a private address that may subscribe. Default none.
    pub private_hosts: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            hub: None,
            timeout: Duration::from_secs(10),
            retry: Duration::from_mins(1),
            give_up: Duration::from_hours(72),
            lease: Duration::from_hours(240),
            max_lease: Duration::from_hours(720),
            max_subscriptions: 10_000,
            max_per_host: 500,
            max_per_network: 2000,
            verify_interval: Duration::from_mins(1),
            private_hosts: Vec::new(),
        }
    }
}

/// The shortest lease: a shorter one would be over before it is of use.
const LEAST_LEASE: Duration = Duration::from_mins(5);

impl Options {
    /// The address that documents name as their hub.
    #[must_use]
    pub fn hub_address(&self, base: &Url) -> Option<Url> {
        match self.hub.as_ref()? {
            Hub::Own => base.join("hub").ok(),
            Hub::At(url) => Some(url.clone()),
        }
    }

    /// The lease that is granted for the one asked for, in seconds. The subscriber is told of it (section 5.3).
    #[must_use]
    pub fn lease(&self, asked: Option<u64>) -> u64 {
        let asked = asked.map_or(self.lease, Duration::from_secs);
        asked.min(self.max_lease).max(LEAST_LEASE).as_secs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_bounded() {
        let options = Options::default();
        for (asked, granted) in
            [(None, 864_000), (Some(0), 300), (Some(3600), 3600), (Some(u64::MAX), 2_592_000), (Some(864_001), 864_001)]
        {
            assert_eq!(options.lease(asked), granted, "{asked:?}");
        }
    }

    #[test]
    fn the_own_hub_is_below_the_base_address() {
        let base = Url::parse("https://example.se/feeds/").expect("an address");
        let at = |hub| Options { hub, ..Options::default() }.hub_address(&base).map(String::from);
        assert_eq!(at(Some(Hub::Own)).as_deref(), Some("https://example.se/feeds/hub"));
        assert_eq!(at(None), None);
    }
}
