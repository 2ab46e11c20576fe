//! Patterns of paths, and the form in which octets are compared.

use memchr::memmem;

/// A pattern of paths: `*` is any run of octets, `$` at its end is the end of the address (section 2.2.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    /// The octets between the stars, in their normal form.
    normal: Vec<u8>,
    anchored: bool,
}

impl Pattern {
    pub(super) fn new(value: &[u8]) -> Self {
        let open = value.strip_suffix(b"$");
        Self { normal: normalised(open.unwrap_or(value), true), anchored: open.is_some() }
    }

    /// Its length, by which the most specific one is found.
    pub(super) fn octets(&self) -> usize {
        self.normal.len() + usize::from(self.anchored)
    }

    /// In ASCII: all else is percent-encoded.
    pub(super) fn text(&self) -> String {
        let end = if self.anchored { "$" } else { "" };
        format!("{}{end}", String::from_utf8_lossy(&self.normal))
    }

    /// Each part is looked for behind the one before; the leftmost find leaves the most room for the rest.
    pub(super) fn matches(&self, target: &[u8]) -> bool {
        let mut parts = self.normal.split(|byte| *byte == b'*');
        let Some(mut rest) = parts.next().and_then(|first| target.strip_prefix(first)) else { return false };
        let mut last: Option<&[u8]> = None;
        for part in parts {
            // The last part of an anchored pattern stands at the end, so it is not looked for.
            if let Some(before) = last.replace(part) {
                let Some(after) = behind(rest, before) else { return false };
                rest = after;
            }
        }
        match (last, self.anchored) {
            (None, anchored) => !anchored || rest.is_empty(),
            (Some(last), true) => rest.ends_with(last),
            (Some(last), false) => behind(rest, last).is_some(),
        }
    }
}

fn behind<'a>(text: &'a [u8], part: &[u8]) -> Option<&'a [u8]> {
    let at = memmem::find(text, part)?;
    text.get(at + part.len()..)
}

/// Octets in the form in which they are compared (section 2.2.2): what may stand plainly does, all else is encoded in
/// capitals. A star or a dollar is itself in an address, and a sign in a pattern.
pub(super) fn normalised(octets: &[u8], is_pattern: bool) -> Vec<u8> {
    let mut normal = Vec::with_capacity(octets.len());
    let mut rest = octets;
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        let encoded = if octet == b'%' { after.first_chunk().and_then(|digits| hex(*digits)) } else { None };
        match encoded {
            Some(octet) => {
                rest = after.get(2..).unwrap_or_default();
                if is_unreserved(octet) { normal.push(octet) } else { encode(octet, &mut normal) }
            }
            None if octet == b'*' && is_pattern => normal.push(octet),
            None if is_unreserved(octet) || b":/?#[]@!&'()+,;=%".contains(&octet) => normal.push(octet),
            None => encode(octet, &mut normal),
        }
    }
    normal
}

fn encode(octet: u8, to: &mut Vec<u8>) {
    to.extend_from_slice(format!("%{octet:02X}").as_bytes());
}

fn hex(digits: [u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high? * 16 + low?).ok()
}

/// RFC 3986 section 2.3.
fn is_unreserved(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"-._~".contains(&octet)
}
