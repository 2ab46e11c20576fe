//! What is said to hubs and subscribers.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use url::{Url, form_urlencoded};

use super::form::Mode;

/// The value of `Link` that goes with a document: its hub and its own address (section 4).
#[must_use]
pub fn link_header(hub: &Url, topic: &Url) -> String {
    format!("<{hub}>; rel=\"hub\", <{topic}>; rel=\"self\"")
}

/// The address by which a callback is asked whether it meant it (section 5.3). What its query has already stays.
pub(super) fn question(callback: &Url, mode: Mode, topic: &Url, challenge: &str, lease: u64) -> Url {
    let mut url = callback.clone();
    url.query_pairs_mut()
        .append_pair("hub.mode", mode.word())
        .append_pair("hub.topic", topic.as_str())
        .append_pair("hub.challenge", challenge)
        .append_pair("hub.lease_seconds", &lease.to_string());
    url
}

/// The address by which a callback is told that there will be no subscription (section 5.2).
pub(super) fn denial(callback: &Url, topic: &Url, reason: &str) -> Url {
    let mut url = callback.clone();
    url.query_pairs_mut()
        .append_pair("hub.mode", "denied")
        .append_pair("hub.topic", topic.as_str())
        .append_pair("hub.reason", reason);
    url
}

/// The form that tells a hub elsewhere of a change.
pub(super) fn ping(topic: &Url) -> String {
    form_urlencoded::Serializer::new(String::new())
        .append_pair("hub.mode", "publish")
        .append_pair("hub.url", topic.as_str())
        .finish()
}

/// The value of `X-Hub-Signature` (section 7.1); `None` cannot be: HMAC takes keys of any length.
pub(super) fn signature(secret: &str, document: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(document);
    Some(format!("sha256={}", hex(&mac.finalize().into_bytes())))
}

/// Bytes in hexadecimal, lower case.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // a string takes everything
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect(text)
    }

    #[test]
    fn signatures_are_those_of_rfc_4231() {
        // Test case 2.
        assert_eq!(
            signature("Jefe", b"what do ya want for nothing?").as_deref(),
            Some("sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        );
    }

    #[test]
    fn a_callback_keeps_its_query() {
        let (callback, topic) = (url("https://s.example/cb?id=a%20b"), url("https://f.example/a.atom?x=1&y"));
        assert_eq!(
            question(&callback, Mode::Subscribe, &topic, "abc", 300).as_str(),
            "https://s.example/cb?id=a%20b&hub.mode=subscribe&hub.topic=https%3A%2F%2Ff.example%2Fa.atom%3Fx%3D1%26y\
             &hub.challenge=abc&hub.lease_seconds=300"
        );
        let denied = denial(&url("https://s.example/"), &topic, "too many");
        assert!(denied.as_str().ends_with("&hub.reason=too+many"), "{denied}");
        assert_eq!(ping(&url("https://f.example/a.atom")), "hub.mode=publish&hub.url=https%3A%2F%2Ff.example%2Fa.atom");
    }
}
