//! Which addresses and names belong to the public internet.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Endings of names that are private by agreement: RFC 6761, RFC 6762, RFC 8375, and what ICANN keeps unassigned.
const PRIVATE_ENDINGS: &[&str] =
    &["localhost", "local", "internal", "lan", "home", "corp", "intranet", "private", "localdomain", "home.arpa"];

/// A name of a host in the one spelling in which names are compared.
#[must_use]
pub fn plain_name(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// Whether a plain name is private. One of a single label is found through the machine's own search list, never in the public tree.
#[must_use]
pub fn is_private_name(name: &str) -> bool {
    let ends_in = |ending: &str| name.strip_suffix(ending).is_some_and(|head| head.is_empty() || head.ends_with('.'));
    !name.contains('.') || PRIVATE_ENDINGS.iter().any(|ending| ends_in(ending))
}

/// Whether the address is one that the public internet routes to a single host.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// RFC 6890 and the IANA IPv4 special-purpose registry; multicast (RFC 5771) and the reserved top are out too.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

/// Global unicast (RFC 4291) without its special blocks. An address that carries an IPv4 one is judged by that, too.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let routed = match address.segments() {
        // Protocol assignments (RFC 2928: Teredo, ORCHID, benchmarking), documentation (RFC 3849, RFC 9637).
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // Mapped (RFC 4291) and NAT64 (RFC 6052) lead to the IPv4 internet.
        [0x2000..=0x3fff, ..] | [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => true,
        _ => false,
    };
    routed && carried_v4(address).is_none_or(is_public_v4)
}

/// The IPv4 address inside: mapped, NAT64, 6to4 (RFC 3056) or ISATAP (RFC 5214).
fn carried_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..]
        | [_, _, _, _, 0 | 0x200, 0x5efe, high, low] => Some(v4_of(high, low)),
        _ => None,
    }
}

fn v4_of(high: u16, low: u16) -> Ipv4Addr {
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_purpose_addresses_are_not_public() {
        for text in "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 \
             169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 \
             198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 :: \
             ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1 \
             64:ff9b::127.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b:1::8.8.8.8 100::1 2001::1 2001:0:7f00:1:: \
             2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:a00:1::1 2002:a9fe:a9fe:: 3fff::1 \
             3fff:fff::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fec0::1 ff02::1 2001:db8::5efe:8.8.8.8 2a00::5efe:10.0.0.1 \
             2a00::200:5efe:127.0.0.1"
            .split_whitespace()
        {
            assert!(!is_public(text.parse().expect(text)), "{text}");
        }
    }

    #[test]
    fn ordinary_addresses_are_public() {
        for text in "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 \
             169.253.255.255 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 198.17.255.255 198.20.0.0 \
             223.255.255.255 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::1 2001:4860:4860::8888 \
             2606:4700::1111 2a00:1450::1 2a00::5efe:8.8.8.8"
            .split_whitespace()
        {
            assert!(is_public(text.parse().expect(text)), "{text}");
        }
    }
}
