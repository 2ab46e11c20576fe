//! What a path names: RFC 3986 without its pitfalls.

/// The name that a path stands for, without the first `/`; empty for the root. `None` when it can name nothing.
///
/// Names on the shelf are plain: letters and digits of ASCII, `.`, `-`, `_`, `~` and `+`, in levels parted by `/`. A character
/// that is percent-encoded without need means the same as itself (RFC 3986 section 6.2.2.2). A path that climbs (`..`), that is
/// hidden (`.git`), that has an empty level (`//`), or hides a `/`, a `\` or a NUL behind its code, names nothing.
pub(super) fn name(path: &str) -> Option<String> {
    let path = path.strip_prefix('/')?;
    let mut name = String::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let (high, low) = (bytes.next()?, bytes.next()?);
                name.push(plain(hex(high)? << 4 | hex(low)?)?);
            }
            b'/' => name.push('/'),
            byte => name.push(plain(byte)?),
        }
    }
    let climbs = name.split('/').any(|level| level.is_empty() || level.starts_with('.'));
    (name.is_empty() || !climbs).then_some(name)
}

fn plain(byte: u8) -> Option<char> {
    (byte.is_ascii_alphanumeric() || b".-_~+".contains(&byte)).then_some(char::from(byte))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The address of one name as seen from another. Relative, so that it also holds behind a proxy that puts the feeds below a path
/// of its own.
pub(super) fn relative(from: &str, to: &str) -> String {
    let up = "../".repeat(from.matches('/').count());
    if up.is_empty() && to.contains(':') { format!("./{to}") } else { format!("{up}{to}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_are_decoded_and_others_refused() {
        for (path, want) in [
            ("/", Some("")),
            ("/kultur.rss", Some("kultur.rss")),
            ("/%6bultur%2Erss", Some("kultur.rss")),
            ("/%6Bultur.rss", Some("kultur.rss")),
            ("/a+b.atom", Some("a+b.atom")),
            ("/a%2Bb.atom", Some("a+b.atom")),
            ("/a/b.atom", Some("a/b.atom")),
            ("/a%2Fb.atom", None),
            ("/..", None),
            ("/a/../b", None),
            ("/%2e%2e/b", None),
            ("/.%2e/b", None),
            ("/./b", None),
            ("/.git", None),
            ("//b", None),
            ("/b/", None),
            ("/b%00", None),
            ("/b%5c", None),
            ("/b\\c", None),
            ("/b%", None),
            ("/b%2", None),
            ("/b%zz", None),
            ("/b%+1", None),
            ("/%25%36%62", None),
            ("/å", None),
            ("/%C3%A5", None),
            ("*", None),
            ("", None),
            ("kultur.rss", None),
        ] {
            assert_eq!(name(path).as_deref(), want, "{path:?}");
        }
    }

    #[test]
    fn addresses_are_relative() {
        assert_eq!(relative("kultur", "kultur.html"), "kultur.html");
        assert_eq!(relative("a/b", "c.rss"), "../c.rss");
    }
}
