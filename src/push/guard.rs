//! Which callbacks are reached: those at public addresses, and those that the operator vouches for.
//!
//! As for pages, the judgement falls twice: an address that is a literal is seen before the request, and what a name resolves to
//! when the connection is made, so that it cannot change in between.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::limit::Limit;
use crate::model::{is_private_name, is_public, plain_name};

/// Questions to one host, or to one address, in the time in which a single callback has one.
pub(super) const MOST_PER_HOST: u32 = 60;

/// Why a callback is not reached.
#[derive(Debug)]
pub(super) enum Unreached {
    Private,
    Unresolved,
    /// The address has been asked too often.
    Busy,
}

impl fmt::Display for Unreached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Private => "its address is not public",
            Self::Unresolved => "its name has no address",
            Self::Busy => "its address was asked too often",
        })
    }
}

impl std::error::Error for Unreached {}

/// A resolver for callbacks.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    /// Plain names, and literals as addresses are written.
    private_hosts: Arc<[String]>,
    /// Of questions to one address; `None`: what is sent was asked for and confirmed.
    limit: Option<Arc<Mutex<Limit>>>,
}

impl Guard {
    pub(super) fn new(private_hosts: &[String], limit: Option<Arc<Mutex<Limit>>>) -> Self {
        Self { private_hosts: private_hosts.iter().map(|host| plain_name(host)).collect(), limit }
    }

    /// Whether the address itself may be asked for, before anything is resolved.
    pub(super) fn admits(&self, callback: &Url) -> bool {
        let vouched = callback.host_str().is_some_and(|host| self.vouched(host));
        vouched
            || match callback.host() {
                Some(Host::Ipv4(address)) => is_public(address.into()),
                Some(Host::Ipv6(address)) => is_public(address.into()),
                Some(Host::Domain(name)) => !is_private_name(&plain_name(name)),
                None => false,
            }
    }

    fn vouched(&self, host: &str) -> bool {
        let plain = plain_name(host.trim_start_matches('[').trim_end_matches(']'));
        self.private_hosts.contains(&plain)
    }

    fn choose(&self, name: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Unreached> {
        if found.is_empty() {
            return Err(Unreached::Unresolved);
        }
        let vouched = self.vouched(name);
        let public: Vec<SocketAddr> = found.into_iter().filter(|at| vouched || is_public(at.ip())).collect();
        if public.is_empty() {
            return Err(Unreached::Private);
        }
        let Some(limit) = &self.limit else { return Ok(public) };
        let mut limit = limit.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let admitted: Vec<SocketAddr> =
            public.into_iter().filter(|at| limit.admit(&at.ip().to_string(), MOST_PER_HOST, now)).collect();
        if admitted.is_empty() { Err(Unreached::Busy) } else { Ok(admitted) }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| Unreached::Unresolved)?;
            let chosen = guard.choose(name.as_str(), found.collect())?;
            Ok(Box::new(chosen.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn admits(guard: &Guard, text: &str) -> bool {
        guard.admits(&Url::parse(text).expect(text))
    }

    #[test]
    fn private_callbacks_are_refused_in_every_spelling() {
        let strict = Guard::new(&[], None);
        for text in "http://127.0.0.1/ http://0x7f.1/ http://2130706433/ http://[::1]/ http://[::ffff:10.0.0.1]/ \
                     http://localhost/ http://router/ http://a.internal/ http://169.254.169.254/ http://10.0.0.1:8080/"
            .split_whitespace()
        {
            assert!(!admits(&strict, text), "{text}");
        }
        assert!(admits(&strict, "https://s.example.se/cb") && admits(&strict, "http://8.8.8.8/"));
        let vouching = Guard::new(&["127.0.0.1".to_owned(), "::1".to_owned(), "Inne.lan.".to_owned()], None);
        for text in ["http://127.0.0.1:9/", "http://[::1]/", "http://inne.lan/"] {
            assert!(admits(&vouching, text), "{text}");
        }
        assert!(!admits(&vouching, "http://127.0.0.2/"));
    }

    #[test]
    fn a_name_that_resolves_to_a_private_address_is_not_reached() {
        let at = |text: &str| SocketAddr::new(text.parse().expect(text), 0);
        let guard = Guard::new(&["inne.example.se".to_owned()], None);
        let choose = |name: &str, found: &[&str]| guard.choose(name, found.iter().map(|text| at(text)).collect());
        assert!(matches!(choose("s.example.se", &["10.0.0.1", "::1"]), Err(Unreached::Private)));
        assert_eq!(choose("s.example.se", &["10.0.0.1", "8.8.8.8"]).expect("one is public"), [at("8.8.8.8")]);
        assert_eq!(choose("inne.example.se", &["10.0.0.1"]).expect("vouched for"), [at("10.0.0.1")]);
    }

    #[test]
    fn one_address_behind_many_names_is_asked_so_many_times() {
        let limit = Arc::new(Mutex::new(Limit::new(Duration::from_mins(1))));
        let guard = Guard::new(&[], Some(limit));
        let ask = |n: u32| guard.choose(&format!("{n}.example.se"), vec![SocketAddr::from(([8, 8, 8, 8], 0))]);
        assert!((0..MOST_PER_HOST).all(|n| ask(n).is_ok()));
        assert!(matches!(ask(MOST_PER_HOST), Err(Unreached::Busy)));
    }
}
