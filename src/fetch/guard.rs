//! Which hosts may be reached: a page of the public internet never leads into the network that flode runs in.
//!
//! The judgement falls twice. [`Guard::admit`] reads the address before a request and sees literals, which no resolver
//! is asked about. [`PublicOnly`] sees what a name resolves to, and since the connection goes to exactly what it
//! returns, a name cannot change between the check and the use.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::model::{is_private_name, is_public, plain_name};

/// How a request may travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Reach {
    /// To public addresses alone.
    Public,
    /// Also to a private address, because the operator configured this host.
    Home,
}

/// Why a host is not reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The address itself names a private place.
    Private(String),
    /// A name that looks public resolved to nothing but private addresses; one of them.
    Resolved { host: String, address: IpAddr },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Private(host) => write!(f, "{host} is not public"),
            Self::Resolved { host, address } => write!(f, "{host} resolves to {address}, which is not public"),
        }
    }
}

impl Error for Refusal {}

/// A name that no address was found for.
#[derive(Debug)]
pub(super) struct Unresolved(String);

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Unresolved {}

/// The rule for one fetcher.
#[derive(Debug)]
pub(super) struct Guard {
    private_hosts: Vec<String>,
}

impl Guard {
    /// `private_hosts` are names that the operator vouches for: a source configured there may be at a private address.
    pub(super) fn new(private_hosts: &[String]) -> Self {
        Self { private_hosts: private_hosts.iter().map(|host| plain_name(host)).collect() }
    }

    /// Whether `url` may be asked for; `home` is the configured address while the journey has not left its host.
    pub(super) fn admit(&self, url: &Url, home: Option<&Url>) -> Result<Reach, Refusal> {
        if !self.is_private(url) {
            return Ok(Reach::Public);
        }
        if home.is_some_and(|home| same_host(home, url)) {
            return Ok(Reach::Home);
        }
        Err(Refusal::Private(url.host_str().unwrap_or_default().to_owned()))
    }

    fn is_private(&self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Ipv4(address)) => !is_public(address.into()),
            Some(Host::Ipv6(address)) => !is_public(address.into()),
            Some(Host::Domain(name)) => {
                let name = plain_name(name);
                is_private_name(&name) || self.private_hosts.contains(&name)
            }
            None => true,
        }
    }
}

/// Whether both addresses name one host, on whatever port.
pub(super) fn same_host(a: &Url, b: &Url) -> bool {
    a.host_str().map(plain_name) == b.host_str().map(plain_name)
}

/// The system's resolver, of whose answers only the public addresses are kept.
#[derive(Debug)]
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = look_up(name.as_str()).await?;
            let kept = only_public(name.as_str(), found)?;
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

/// [`PublicOnly`] but for one name: that of a proxy, which the operator configured. It sees what is asked through a
/// proxy that is told addresses; others resolve names themselves.
#[derive(Debug)]
pub(super) struct PublicBut(String);

impl PublicBut {
    pub(super) fn new(name: &str) -> Self {
        Self(plain_name(name))
    }
}

impl Resolve for PublicBut {
    fn resolve(&self, name: Name) -> Resolving {
        if plain_name(name.as_str()) == self.0 { Anywhere.resolve(name) } else { PublicOnly.resolve(name) }
    }
}

/// The system's resolver as it is, for hosts that the operator configured.
#[derive(Debug)]
pub(super) struct Anywhere;

impl Resolve for Anywhere {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move { Ok(Box::new(look_up(name.as_str()).await?.into_iter()) as Addrs) })
    }
}

/// Port 0 is replaced by the port of the address.
async fn look_up(name: &str) -> Result<Vec<SocketAddr>, Unresolved> {
    let found = tokio::net::lookup_host((name, 0)).await.map_err(|err| Unresolved(format!("{name}: {err}")))?;
    let found: Vec<SocketAddr> = found.collect();
    if found.is_empty() { Err(Unresolved(format!("{name} has no address"))) } else { Ok(found) }
}

fn only_public(host: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Refusal> {
    let first = found.first().map(SocketAddr::ip);
    let kept: Vec<SocketAddr> = found.into_iter().filter(|address| is_public(address.ip())).collect();
    match first {
        Some(address) if kept.is_empty() => Err(Refusal::Resolved { host: host.to_owned(), address }),
        _ => Ok(kept),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("an address")
    }

    #[test]
    fn private_hosts_are_seen_in_every_spelling() {
        let guard = Guard::new(&["Insidan.Example.se.".to_owned()]);
        for text in "http://127.0.0.1/ http://127.1/ http://127.0.0.1./ http://0/ http://0x7f000001/ http://0x7f.1/ \
             http://2130706433/ http://017700000001/ http://0177.0.0.1/ http://[::1]/ \
             http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/ http://[64:ff9b::7f00:1]/ \
             http://[2002:7f00:1::]/ http://①②⑦.⓪.⓪.①/ http://127%2e0%2e0%2e1/ http://localhost/ \
             http://LOCALHOST./ http://a.localhost/ http://router/ http://printer.local/ \
             http://metadata.google.internal/ http://nas.home.arpa/ http://db.lan/ http://insidan.example.se/ \
             http://INSIDAN.example.se.:8080/ http://169.254.169.254/latest/meta-data/ http://a@127.0.0.1/ \
             http://example.se@10.0.0.1/ https://[fd00::1]:8443/"
            .split_whitespace()
        {
            assert!(guard.admit(&url(text), None).is_err(), "{text}");
            assert_eq!(guard.admit(&url(text), Some(&url(text))), Ok(Reach::Home), "{text}");
        }
        for text in ["http://8.8.8.8/", "https://example.se/", "https://locallocal.se/", "https://www.localhost.se/"] {
            assert_eq!(guard.admit(&url(text), None), Ok(Reach::Public), "{text}");
        }
    }

    #[test]
    fn a_private_source_may_stay_on_its_own_host_alone() {
        let guard = Guard::new(&[]);
        let home = url("http://127.0.0.1:8000/nyheter");
        let admit = |text: &str| guard.admit(&url(text), Some(&home)).ok();
        assert_eq!(admit("http://127.0.0.1:8000/annat"), Some(Reach::Home));
        assert_eq!(admit("https://127.0.0.1/"), Some(Reach::Home));
        assert_eq!(admit("http://127.0.0.2:8000/"), None);
        assert_eq!(admit("http://localhost:8000/"), None);
        assert_eq!(admit("http://10.0.0.1/"), None);
        assert_eq!(admit("http://[::1]:8000/"), None);
        assert_eq!(admit("https://example.se/"), Some(Reach::Public));
    }

    #[test]
    fn of_a_name_only_the_public_addresses_are_used() {
        let at = |text: &str| SocketAddr::new(text.parse().expect(text), 0);
        let mixed = vec![at("10.0.0.1"), at("8.8.8.8"), at("::1")];
        assert_eq!(only_public("example.se", mixed), Ok(vec![at("8.8.8.8")]));
        let refused = only_public("rebound.example.se", vec![at("127.0.0.1"), at("::1")]).expect_err("all private");
        assert_eq!(refused.to_string(), "rebound.example.se resolves to 127.0.0.1, which is not public");
    }

    #[tokio::test]
    async fn the_resolver_tells_no_private_address() {
        let ask = |resolver: &dyn Resolve| resolver.resolve("localhost".parse().expect("a name"));
        let refused = ask(&PublicOnly).await.err().expect("loopback");
        assert!(refused.downcast_ref::<Refusal>().is_some(), "{refused}");
        assert!(ask(&Anywhere).await.expect("loopback").all(|address| address.ip().is_loopback()));
        assert!(ask(&PublicBut::new("proxy.example.se")).await.is_err());
        assert!(ask(&PublicBut::new("LocalHost.")).await.is_ok());
    }
}
