//! Parses JSON within limits.

use std::borrow::Cow;

use serde_json::Value;

use super::super::Options;
use crate::model::Refusal;

/// What some servers write before JSON, so that no script can include it.
pub(in super::super) const PREFIX: &str = ")]}'";

/// The value of a document.
pub(super) fn strict(text: &str, options: &Options) -> Result<Value, Refusal> {
    let text = bare(text);
    check(text, options)?;
    serde_json::from_str(text).map_err(|error| Refusal::Malformed { format: "JSON", line: error.line() })
}

/// The value of a script that people wrote: comments around it, line breaks inside strings and commas too many are passed
/// over.
pub(in super::super) fn lenient(text: &str, options: &Options) -> Option<Value> {
    let text = unwrapped(bare(text));
    check(text, options).ok()?;
    serde_json::from_str(text).or_else(|_| serde_json::from_str(&repaired(text))).ok()
}

fn bare(text: &str) -> &str {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    text.strip_prefix(PREFIX).unwrap_or(text).trim()
}

/// Bounds the memory: a value takes some thirty bytes where the text has two. The depth is bounded by the parser, to 128.
fn check(text: &str, options: &Options) -> Result<(), Refusal> {
    if text.len() > options.max_bytes {
        return Err(Refusal::TooLong { limit: options.max_bytes });
    }
    // Those inside strings count as well: whoever writes so many commas has more text than values.
    let values = text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    let limit = options.max_nodes;
    if values > limit { Err(Refusal::TooManyNodes { limit }) } else { Ok(()) }
}

/// From the first bracket to the last, those of CDATA apart.
fn unwrapped(text: &str) -> &str {
    let text = text.split_once("<![CDATA[").map_or(text, |(_, inside)| inside);
    let text = text.rsplit_once("]]>").map_or(text, |(inside, _)| inside);
    let from = text.find(['{', '[']).unwrap_or(0);
    let to = text.rfind(['}', ']']).map_or(text.len(), |at| at + 1);
    text.get(from..to).unwrap_or(text)
}

fn repaired(text: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(text.len());
    let (mut inside, mut escaped) = (false, false);
    for c in text.chars() {
        if inside {
            out.push(if c.is_control() { ' ' } else { c });
            inside = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        inside = c == '"';
        if matches!(c, '}' | ']') {
            let kept = out.trim_end().trim_end_matches(',').len();
            out.truncate(kept);
        }
        out.push(c);
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_of_people_are_read() {
        for (text, want) in [
            ("{\"a\": \"x\ny\"}", "{\"a\":\"x y\"}"),
            ("<!--\n{\"a\": [1, 2,],}\n-->", "{\"a\":[1,2]}"),
            ("//<![CDATA[\n{\"a\": \"b \\\" , }\"};\n//]]>", "{\"a\":\"b \\\" , }\"}"),
            (")]}'\n[1]", "[1]"),
        ] {
            let value = lenient(text, &Options::default()).map(|value| value.to_string());
            assert_eq!(value.as_deref(), Some(want), "{text}");
        }
        for text in ["", "{", "{\"a\": }", "var x = 1;", &"[".repeat(1000), &"[".repeat(1_000_000)] {
            assert_eq!(lenient(text, &Options::default()), None);
        }
    }

    #[test]
    fn what_is_malformed_says_where() {
        let refused = |text: &str| strict(text, &Options::default()).unwrap_err();
        assert_eq!(refused("{\n\"a\": [1,\n}").to_string(), "the JSON makes no sense at line 3");
        assert_eq!(refused(&("[".repeat(200) + &"]".repeat(200))), Refusal::Malformed { format: "JSON", line: 1 });
        assert_eq!(refused(&format!("[{}0]", "0,".repeat(300_000))), Refusal::TooManyNodes { limit: 200_000 });
    }
}
