//! Where a feed can be read: the addresses that add it to well-known readers on the web.

use url::{Host, Url, form_urlencoded};

/// A reader's name, and the address that the encoded address of the feed is put behind.
const READERS: &[(&str, &str)] = &[
    ("Feedly", "https://feedly.com/i/subscription/feed%2F"),
    ("Inoreader", "https://www.inoreader.com/?add_feed="),
    ("NewsBlur", "https://www.newsblur.com/?url="),
    ("The Old Reader", "https://theoldreader.com/feeds/subscribe?url="),
    ("Feedbin", "https://feedbin.com/?subscribe="),
];

/// Ends of names that are known inside a network only: RFC 6761, RFC 6762, RFC 8375, and what ICANN keeps for it.
const OWN: &[&str] = &["localhost", "local", "home.arpa", "internal", "lan", "intranet"];

/// The readers with the addresses that add a feed to them.
pub(super) fn links(feed: &str) -> Vec<(&'static str, String)> {
    let encoded: String = form_urlencoded::byte_serialize(feed.as_bytes()).collect();
    READERS.iter().map(|(name, start)| (*name, format!("{start}{encoded}"))).collect()
}

/// Whether others can reach the address, as far as it tells: a loopback or private one they cannot.
pub(super) fn is_public(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => !(ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()),
        Some(Host::Ipv6(ip)) => {
            !(ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_unspecified())
        }
        Some(Host::Domain(name)) => {
            let own = |end: &str| name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
            name.contains('.') && !OWN.iter().any(|end| own(end))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_given_the_whole_address() {
        let links = links("https://floden.example/a?b=c&d=å");
        assert_eq!(
            links[0].1,
            "https://feedly.com/i/subscription/feed%2Fhttps%3A%2F%2Ffloden.example%2Fa%3Fb%3Dc%26d%3D%C3%A5"
        );
        for (name, link) in links {
            assert!(Url::parse(&link).is_ok_and(|url| url.fragment().is_none()), "{name}: {link}");
        }
    }

    #[test]
    fn what_others_cannot_reach_is_known() {
        for (address, want) in [
            ("https://floden.example/", true),
            ("http://127.0.0.1:8080/", false),
            ("http://10.1.2.3/", false),
            ("http://192.168.0.1/", false),
            ("http://203.0.113.7/", true),
            ("http://[::1]/", false),
            ("http://[fd00::1]/", false),
            ("http://[2001:db8::1]/", true),
            ("http://localhost:8080/", false),
            ("http://flode.local/", false),
            ("http://feeds.home.arpa/", false),
            ("http://feeds/", false),
            ("https://nonlocal.example/", true),
        ] {
            assert_eq!(is_public(&Url::parse(address).expect("an address")), want, "{address}");
        }
    }
}
