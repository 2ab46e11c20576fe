//! Who asks, where a proxy stands before the server.
//!
//! What a request says of this is believed only from those that the operator trusts; for everybody else it is the address
//! of the connection.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use hyper::HeaderMap;
use hyper::header::{FORWARDED, HeaderName};

use super::listener::Client;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Steps that are followed back along the proxies.
const MOST_STEPS: usize = 16;

/// An address, or all that begin alike: `192.0.2.7`, `10.0.0.0/8`, `2001:db8::/32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    /// Bits that are alike.
    prefix: u8,
}

impl Network {
    /// Whether an address is in it.
    #[must_use]
    pub fn has(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (own.to_bits() ^ other.to_bits()).leading_zeros() >= u32::from(self.prefix)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                (own.to_bits() ^ other.to_bits()).leading_zeros() >= u32::from(self.prefix)
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(drop)?;
        let whole = if address.is_ipv4() { 32 } else { 128 };
        let digits = |prefix: &str| prefix.chars().all(|c| c.is_ascii_digit()).then(|| prefix.parse().ok())?;
        let prefix = prefix.map_or(Some(whole), digits).filter(|prefix| *prefix <= whole).ok_or(())?;
        Ok(Self { address, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = if self.address.is_ipv4() { 32 } else { 128 };
        if self.prefix == whole { self.address.fmt(f) } else { write!(f, "{}/{}", self.address, self.prefix) }
    }
}

/// Who asks, as far as it can be known: `peer` has made the connection (`None`: by a Unix socket, which only a proxy on this
/// machine opens), and is believed if it is among the trusted.
///
/// The address is that which the last trusted proxy saw, the one furthest right that is not itself trusted: what stands left
/// of it, anybody may have written. Of the two headers the older goes first, as it is what proxies set unless told otherwise.
pub(super) fn asker(headers: &HeaderMap, peer: Client, trusted: &[Network]) -> Option<IpAddr> {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.has(address));
    if peer.is_some_and(|peer| !is_trusted(peer)) {
        return peer;
    }
    let mut nearest = peer;
    let steps = if headers.contains_key(X_FORWARDED_FOR) {
        steps(headers, &X_FORWARDED_FOR, |step| Some(step.trim()))
    } else {
        steps(headers, &FORWARDED, forwarded_for)
    };
    for step in steps {
        let Some(address) = step else { break }; // hidden, or not an address: nobody knows beyond it
        nearest = Some(address);
        if !is_trusted(address) {
            break;
        }
    }
    nearest
}

/// What a header tells of the way, the last step first.
fn steps<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
    read: impl Fn(&'a str) -> Option<&'a str>,
) -> Vec<Option<IpAddr>> {
    let lines: Vec<&str> = headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect();
    let steps = lines.into_iter().rev().flat_map(|line| line.rsplit(','));
    steps.take(MOST_STEPS).map(|step| read(step).and_then(address)).collect()
}

/// The value of `for` in an element of `Forwarded` (RFC 7239 section 4).
fn forwarded_for(element: &str) -> Option<&str> {
    let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for")).map(|(_, value)| value.trim().trim_matches('"'))
}

/// `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::7`, `[2001:db8::7]:4711`.
fn address(node: &str) -> Option<IpAddr> {
    if let Some((v6, _)) = node.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return v6.parse().ok();
    }
    node.parse().ok().or_else(|| node.rsplit_once(':')?.0.parse().ok())
}

/// The network of an address, which is all that is ever looked at: 24 bits of IPv4, 48 of IPv6; before them, which it is.
pub(super) fn network(address: Option<IpAddr>) -> [u8; 7] {
    let bits = match address.map(|address| address.to_canonical()) {
        None => 0,
        Some(IpAddr::V4(v4)) => 4 << 48 | u64::from(v4.to_bits() >> 8),
        Some(IpAddr::V6(v6)) => 6 << 48 | u64::try_from(v6.to_bits() >> 80).unwrap_or_default(),
    };
    let [_, network @ ..] = bits.to_be_bytes();
    network
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn headers(lines: &[(&HeaderName, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_str(value).expect("a value"));
        }
        headers
    }

    /// Who has connected, the header, who asks.
    type Case<'a> = (Option<&'a str>, &'a [(&'a HeaderName, &'a str)], Option<&'a str>);

    #[test]
    fn only_the_trusted_are_believed() {
        let trusted: Vec<Network> =
            ["127.0.0.1", "10.0.0.0/8", "2001:db8::/32"].map(|text| text.parse().expect(text)).into();
        let (x, f) = (&X_FORWARDED_FOR, &FORWARDED);
        let (lo, far) = (Some("127.0.0.1"), Some("192.0.2.9"));
        let cases: &[Case<'_>] = &[
            (far, &[(x, "198.51.100.1")], far),
            (lo, &[], lo),
            (None, &[], None),
            (lo, &[(x, "198.51.100.1")], Some("198.51.100.1")),
            (Some("::ffff:127.0.0.1"), &[(x, "198.51.100.1")], Some("198.51.100.1")),
            (None, &[(x, "198.51.100.1")], Some("198.51.100.1")),
            // What the client itself wrote stands left of what the proxy added.
            (lo, &[(x, "1.1.1.1, 198.51.100.1")], Some("198.51.100.1")),
            (lo, &[(x, "1.1.1.1"), (x, "198.51.100.1, 10.1.2.3")], Some("198.51.100.1")),
            (lo, &[(x, "10.1.2.3, 10.1.2.4")], Some("10.1.2.3")),
            (lo, &[(x, "198.51.100.1, unknown, 10.1.2.4")], Some("10.1.2.4")),
            (lo, &[(x, "198.51.100.1:4711")], Some("198.51.100.1")),
            (lo, &[(x, "rubbish")], lo),
            (lo, &[(f, "for=1.1.1.1, For=\"[2001:db9::7]:4711\";proto=https")], Some("2001:db9::7")),
            (lo, &[(f, "proto=https;for=198.51.100.1")], Some("198.51.100.1")),
            (lo, &[(f, "for=_hidden")], lo),
            (lo, &[(f, "for=1.1.1.1"), (x, "198.51.100.1")], Some("198.51.100.1")),
        ];
        for (peer, lines, want) in cases {
            let parse = |text: &str| text.parse::<IpAddr>().expect(text);
            assert_eq!(asker(&headers(lines), peer.map(parse), &trusted), want.map(parse), "{peer:?} {lines:?}");
        }
    }

    #[test]
    fn networks_are_read_and_shown() {
        for text in ["192.0.2.7", "10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "::1"] {
            assert_eq!(text.parse::<Network>().map(|network| network.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "example.se", "10.0.0/8", "::/129"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
        let same = |a: &str, b: &str| network(a.parse().ok()) == network(b.parse().ok());
        assert!(same("192.0.2.7", "192.0.2.200") && same("2001:db8:1::1", "2001:db8:1:ffff::2"));
        assert!(!same("192.0.2.7", "192.0.3.7") && !same("2001:db8:1::1", "2001:db8:2::1") && !same("0.0.0.0", "::"));
    }
}
