//! Counts the attributes of a tag that the parser has not finished with.

/// How many attributes stand in a tag, which may end anywhere. A comment has none.
pub(super) fn count(tag: &str) -> usize {
    let mut rest = tag.as_bytes().iter().copied().skip(1).peekable();
    if rest.next_if(|b| matches!(b, b'!' | b'?')).is_some() {
        return 0;
    }
    let mut found = 0;
    while let Some(byte) = rest.next() {
        if is_gap(byte) && rest.peek().is_some_and(|&next| !is_gap(next) && !matches!(next, b'=' | b'>')) {
            found += 1;
        }
        if byte == b'=' {
            while rest.next_if(|&b| is_gap(b)).is_some() {}
            if let Some(quote) = rest.next_if(|b| matches!(b, b'"' | b'\'')) {
                // After a quoted value an attribute may begin without a space.
                if rest.by_ref().any(|b| b == quote) && rest.peek().is_some_and(|&next| !is_gap(next) && next != b'>') {
                    found += 1;
                }
            }
        }
    }
    found
}

fn is_gap(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b'/'
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn attributes_are_counted_as_the_parser_reads_them() {
        for (tag, want) in [
            ("<a", 0),
            ("<a b c=1 d='x y z'\n e=\"/ / /\"f=2 / g>", 6),
            ("<img src = \"data:image/png;base64,aa bb cc dd", 1),
            ("<!-- a b c d e -->", 0),
        ] {
            assert_eq!(count(tag), want, "{tag}");
        }
    }
}
