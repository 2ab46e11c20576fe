//! What a subscriber asks of the hub: section 5.1 of the Recommendation.

use std::fmt;

use url::{Url, form_urlencoded};

/// Bytes of an address.
const LONGEST_ADDRESS: usize = 2048;

/// Section 5.1: a secret is shorter than this, in bytes.
const SECRET_END: usize = 200;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// To be told.
    Subscribe,
    /// To be told no longer.
    Unsubscribe,
}

impl Mode {
    /// The value of `hub.mode`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
        }
    }
}

/// A request that is well formed. Whether the callback wants it is still to be asked.
#[derive(Clone, PartialEq, Eq)]
pub struct Asked {
    /// What is asked for.
    pub mode: Mode,
    /// Where documents are to be sent.
    pub callback: Url,
    /// The address of the document.
    pub topic: Url,
    /// Seconds that the subscription is to last.
    pub lease: Option<u64>,
    /// What documents are to be signed with.
    pub secret: Option<String>,
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked").field("mode", &self.mode).field("topic", &self.topic.as_str()).finish_non_exhaustive()
    }
}

/// Why a request is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A field is not there.
    Missing(&'static str),
    /// A field is there more than once.
    Repeated(&'static str),
    /// Neither `subscribe` nor `unsubscribe`.
    Mode,
    /// Not an address that a document can be sent to.
    Callback,
    /// Not an address.
    Topic,
    /// Not a number of seconds.
    Lease,
    /// Empty or too long.
    Secret,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(field) => write!(f, "{field} is missing"),
            Self::Repeated(field) => write!(f, "{field} is there more than once"),
            Self::Mode => f.write_str("hub.mode is subscribe or unsubscribe"),
            Self::Callback => f.write_str("hub.callback is an http or https address without a login"),
            Self::Topic => f.write_str("hub.topic is not an address"),
            Self::Lease => f.write_str("hub.lease_seconds is not a whole number"),
            Self::Secret => write!(f, "hub.secret has 1 to {} bytes", SECRET_END - 1),
        }
    }
}

impl std::error::Error for Refusal {}

impl Asked {
    /// Reads a form (`application/x-www-form-urlencoded`). Fields that are not known are passed over, and a lease with an
    /// `unsubscribe` (section 5.1).
    pub fn read(form: &[u8]) -> Result<Self, Refusal> {
        let mode = match required(form, "hub.mode")?.as_str() {
            "subscribe" => Mode::Subscribe,
            "unsubscribe" => Mode::Unsubscribe,
            _ => return Err(Refusal::Mode),
        };
        let callback = address(&required(form, "hub.callback")?).filter(is_callback).ok_or(Refusal::Callback)?;
        let topic = address(&required(form, "hub.topic")?).ok_or(Refusal::Topic)?;
        let lease = if mode == Mode::Subscribe { lease(form)? } else { None };
        let secret = field(form, "hub.secret")?;
        if secret.as_ref().is_some_and(|secret| !(1..SECRET_END).contains(&secret.len())) {
            return Err(Refusal::Secret);
        }
        Ok(Self { mode, callback, topic, lease, secret })
    }

    /// The host of the callback.
    #[must_use]
    pub fn host(&self) -> String {
        self.callback.host_str().unwrap_or_default().to_owned()
    }
}

fn field(form: &[u8], name: &'static str) -> Result<Option<String>, Refusal> {
    let mut values = form_urlencoded::parse(form).filter(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let first = values.next();
    if values.next().is_some() { Err(Refusal::Repeated(name)) } else { Ok(first) }
}

fn required(form: &[u8], name: &'static str) -> Result<String, Refusal> {
    field(form, name)?.ok_or(Refusal::Missing(name))
}

/// A decimal integer, with no sign.
fn lease(form: &[u8]) -> Result<Option<u64>, Refusal> {
    let Some(text) = field(form, "hub.lease_seconds")?.filter(|text| !text.is_empty()) else { return Ok(None) };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).map(Some).ok_or(Refusal::Lease)
}

fn address(text: &str) -> Option<Url> {
    if text.len() > LONGEST_ADDRESS { None } else { Url::parse(text).ok() }
}

fn is_callback(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "hub.mode=subscribe&hub.callback=https%3A%2F%2Fs.example%2Fcb%3Fid%3D1&hub.topic=https%3A%2F%2Ff.example%2Fa.atom";

    #[test]
    fn a_request_is_read() {
        let form = format!("{GOOD}&hub.lease_seconds=3600&hub.secret=h%C3%A4&hub.verify=async&foo=1");
        let asked = Asked::read(form.as_bytes()).expect("well formed");
        assert_eq!(asked.mode, Mode::Subscribe);
        assert_eq!(asked.callback.as_str(), "https://s.example/cb?id=1");
        assert_eq!(asked.topic.as_str(), "https://f.example/a.atom");
        assert_eq!((asked.lease, asked.secret.as_deref()), (Some(3600), Some("hä")));
        assert!(!format!("{asked:?}").contains("hä"), "a secret is not printed");
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let callback = |url: &str| GOOD.replace("https%3A%2F%2Fs.example%2Fcb%3Fid%3D1", url);
        for (form, why) in [
            (String::new(), Refusal::Missing("hub.mode")),
            ("\u{0}\u{1}=%ff&&&==".to_owned(), Refusal::Missing("hub.mode")),
            (GOOD.replace("subscribe", "publish"), Refusal::Mode),
            (format!("{GOOD}&hub.mode=unsubscribe"), Refusal::Repeated("hub.mode")),
            (GOOD.replace("hub.callback", "callback"), Refusal::Missing("hub.callback")),
            (callback("ftp://s.example/"), Refusal::Callback),
            (callback("https://ann:pw@s.example/"), Refusal::Callback),
            (callback("javascript:alert(1)"), Refusal::Callback),
            (callback("/cb"), Refusal::Callback),
            (callback(&format!("https://s.example/{}", "x".repeat(2048))), Refusal::Callback),
            (callback("https://s.example/%23a"), Refusal::Callback),
            (GOOD.replace("hub.topic=https%3A%2F%2F", "hub.topic="), Refusal::Topic),
            (format!("{GOOD}&hub.lease_seconds=-1"), Refusal::Lease),
            (format!("{GOOD}&hub.lease_seconds=%2B5"), Refusal::Lease),
            (format!("{GOOD}&hub.lease_seconds=99999999999999999999"), Refusal::Lease),
            (format!("{GOOD}&hub.secret="), Refusal::Secret),
            (format!("{GOOD}&hub.secret={}", "x".repeat(200)), Refusal::Secret),
        ] {
            assert_eq!(Asked::read(form.as_bytes()), Err(why), "{form}");
        }
        assert!(Asked::read(format!("{GOOD}&hub.secret={}", "x".repeat(199)).as_bytes()).is_ok());
    }

    #[test]
    fn who_leaves_need_not_say_for_how_long() {
        for lease in ["3600", "-1", "", "x&hub.lease_seconds=2"] {
            let form = format!("{}&hub.lease_seconds={lease}", GOOD.replace("subscribe", "unsubscribe"));
            let asked = Asked::read(form.as_bytes()).expect(&form);
            assert_eq!((asked.mode, asked.lease), (Mode::Unsubscribe, None), "{form}");
        }
    }
}
