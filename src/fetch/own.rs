//! What is special about the requests of one source: a key, a login, a proxy.

use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue, IF_MATCH,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, PROXY_AUTHORIZATION, RANGE, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};
use url::Url;

use super::address::{hidden, redacted};
use crate::model::Secret;

/// Headers that are the program's business.
const RESERVED: &[HeaderName] = &[
    ACCEPT_ENCODING,
    CONNECTION,
    CONTENT_LENGTH,
    HOST,
    IF_MATCH,
    IF_MODIFIED_SINCE,
    IF_NONE_MATCH,
    IF_RANGE,
    IF_UNMODIFIED_SINCE,
    PROXY_AUTHORIZATION,
    RANGE,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// How the pages of one source, and the robots.txt before them, are asked for. Headers and logins go to the source's own
/// origin alone, never where a page or a redirect wishes; no reason below quotes what it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceOptions {
    /// Whether robots.txt is heeded. Default true; false is for sites of one's own.
    pub robots: bool,
    /// Whether a part of the source's address is a secret of the environment: nobody is shown its query. Default false.
    pub keyed: bool,
    /// Sent along; all marked as sensitive, so that they are not printed.
    headers: HeaderMap,
    proxy: Option<Secret>,
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self { robots: true, keyed: false, headers: HeaderMap::new(), proxy: None }
    }
}

impl SourceOptions {
    /// Heeds robots.txt, or not.
    #[must_use]
    pub fn with_robots(self, heeded: bool) -> Self {
        Self { robots: heeded, ..self }
    }

    /// Shows nobody the query of the source's address, or shows it.
    #[must_use]
    pub fn with_key_in_address(self, keyed: bool) -> Self {
        Self { keyed, ..self }
    }

    /// An address of the source as it may be printed: without what lets somebody in.
    #[must_use]
    pub fn redacted(&self, url: &Url) -> String {
        redacted(&hidden(url, self.keyed, Some("***")))
    }

    /// An address of the source as links on its page may be relative to it.
    #[must_use]
    pub fn without_key(&self, url: &Url) -> Url {
        hidden(url, self.keyed, None)
    }

    /// Sends a header along; the reason when it may not be.
    pub fn with_header(mut self, name: &str, value: &Secret) -> Result<Self, String> {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| "is not the name of a header".to_owned())?;
        if RESERVED.contains(&name) {
            return Err("is a header that flode sets itself".to_owned());
        }
        if name == USER_AGENT {
            return Err("says who asks: give your address as `contact`, under `[fetch]`".to_owned());
        }
        self.headers.insert(name, sensitive(value.reveal())?);
        Ok(self)
    }

    /// Logs in with a name and a password (RFC 7617); the reason when that cannot be sent.
    pub fn with_basic(mut self, user: &Secret, password: &Secret) -> Result<Self, String> {
        if user.reveal().contains(':') {
            return Err("has a colon, which ends the name".to_owned());
        }
        let pair = format!("{}:{}", user.reveal(), password.reveal());
        if pair.contains(char::is_control) {
            return Err("has characters that cannot be sent".to_owned());
        }
        self.headers.insert(AUTHORIZATION, sensitive(&format!("Basic {}", base64(pair.as_bytes())))?);
        Ok(self)
    }

    /// Logs in with a token (RFC 6750); the reason when that cannot be sent.
    pub fn with_bearer(mut self, token: &Secret) -> Result<Self, String> {
        self.headers.insert(AUTHORIZATION, sensitive(&format!("Bearer {}", token.reveal()))?);
        Ok(self)
    }

    /// Asks through a proxy: `http`, `https`, `socks5` (which is told addresses) or `socks5h` (which is told names),
    /// with a login inside the address if it needs one. The reason when it is none of these.
    ///
    /// What an HTTP or `socks5h` proxy connects to is its own choice: addresses and names are judged before they are
    /// handed over, but not what it takes a name for.
    pub fn with_proxy(mut self, address: &Secret) -> Result<Self, String> {
        let url = Url::parse(address.reveal()).map_err(|_| "is not an address".to_owned())?;
        let fits = matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") && url.has_host();
        if !fits {
            return Err("is not the address of an http, https, socks5 or socks5h proxy".to_owned());
        }
        self.proxy = Some(Secret::new(url));
        Ok(self)
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub(super) fn proxy(&self) -> Option<&Secret> {
        self.proxy.as_ref()
    }
}

fn sensitive(text: &str) -> Result<HeaderValue, String> {
    let mut value =
        HeaderValue::from_bytes(text.as_bytes()).map_err(|_| "has characters that cannot be sent".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

/// RFC 4648 section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32| DIGITS.get((bits & 63) as usize).copied().map_or('=', char::from);
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, i| bits << 8 | u32::from(chunk.get(i).copied().unwrap_or_default()));
        let encoded = [bits >> 18, bits >> 12, bits >> 6, bits].map(digit);
        text.extend(encoded.iter().take(chunk.len() + 1));
        text.extend(std::iter::repeat_n('=', 3 - chunk.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text)
    }

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (bytes, wanted) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
            ("å?>~", "w6U/Pn4="),
        ] {
            assert_eq!(base64(bytes.as_bytes()), wanted);
        }
    }

    #[test]
    fn what_cannot_be_sent_is_refused_and_not_quoted() {
        let own = SourceOptions::default;
        for refused in [
            own().with_header("x y", &secret("hemlig")),
            own().with_header("", &secret("hemlig")),
            own().with_header("Host", &secret("hemlig")),
            own().with_header("If-None-Match", &secret("hemlig")),
            own().with_header("User-Agent", &secret("hemlig")),
            own().with_header("x", &secret("hemlig\r\ny: z")),
            own().with_basic(&secret("hemlig:x"), &secret("y")),
            own().with_basic(&secret("x"), &secret("hemlig\n")),
            own().with_bearer(&secret("hemlig\0")),
            own().with_proxy(&secret("hemlig")),
            own().with_proxy(&secret("ftp://hemlig/")),
            own().with_proxy(&secret("socks4://hemlig/")),
            own().with_proxy(&secret("http:")),
        ] {
            let reason = refused.expect_err("must be refused");
            assert!(!reason.is_empty() && !reason.contains("hemlig"), "{reason}");
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        let own = SourceOptions::default()
            .with_header("X-Key", &secret("hemlig"))
            .and_then(|own| own.with_bearer(&secret("hemlig")))
            .and_then(|own| own.with_proxy(&secret("socks5://ann:hemlig@127.0.0.1:9/")))
            .expect("all that can be sent");
        let shown = format!("{own:?} {:#?} {} {:?}", own, secret("hemlig"), secret("hemlig"));
        assert!(!shown.contains("hemlig") && shown.contains("x-key"), "{shown}");
    }
}
