//! Redirects, followed by hand: each hop is judged before it is taken (RFC 9110 section 15.4).

use std::fmt::Write;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION};
use url::Url;

use super::address::{hidden, plain, public, redacted};
use super::error::{Failure, Phase, Reason};
use super::guard::same_host;

/// Where a response sends the reader.
#[derive(Debug)]
pub(super) struct Elsewhere {
    pub(super) location: Vec<u8>,
    pub(super) permanent: bool,
}

impl Elsewhere {
    /// Reads a redirect; `None` when the status is none that leads on by itself.
    ///
    /// A request without a body stays a GET through all five.
    pub(super) fn read(status: StatusCode, headers: &HeaderMap) -> Option<Result<Self, Failure>> {
        let permanent = match status {
            StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT => true,
            StatusCode::FOUND | StatusCode::SEE_OTHER | StatusCode::TEMPORARY_REDIRECT => false,
            _ => return None,
        };
        let location = headers.get(LOCATION).map(|value| value.as_bytes().trim_ascii().to_vec());
        Some(location.filter(|location| !location.is_empty()).map_or_else(
            || Err(Failure::new(Phase::Redirect, Reason::NoLocation(status.as_u16()))),
            |location| Ok(Self { location, permanent }),
        ))
    }
}

/// The addresses that a fetch has come through.
#[derive(Debug)]
pub(super) struct Trail<'a> {
    /// The configured address: the owner of the credentials, and of the right to a private host.
    home: &'a Url,
    /// Whether every hop so far stayed on the host of `home`.
    at_home: bool,
    /// The query of the address has a key in it, and so may that of the next.
    keyed: bool,
    visited: Vec<Url>,
    current: Url,
    permanent: bool,
    max: usize,
}

impl<'a> Trail<'a> {
    pub(super) fn new(home: &'a Url, start: &Url, max: usize) -> Self {
        let current = with_credentials_of(home, start);
        Self { home, at_home: same_host(home, start), keyed: false, visited: Vec::new(), current, permanent: true, max }
    }

    /// A way to another address of the host that this one has come to, which may go as far into the private.
    pub(super) fn aside(&self, address: &Url, max: usize) -> Self {
        let aside = Self::new(self.home, address, max);
        Self { at_home: self.at_home && aside.at_home, keyed: self.keyed, ..aside }
    }

    /// Whether nobody is shown the query of an address.
    pub(super) fn with_key_in_address(self, keyed: bool) -> Self {
        Self { keyed, ..self }
    }

    /// Whether a hop was taken.
    pub(super) fn has_moved(&self) -> bool {
        !self.visited.is_empty()
    }

    /// Whether the current address is one that the source's headers are meant for.
    pub(super) fn is_at_origin(&self) -> bool {
        self.current.origin() == self.home.origin()
    }

    /// The address to ask for next, with the source's credentials where they belong to it.
    pub(super) fn current(&self) -> &Url {
        &self.current
    }

    /// The configured address, as long as the trail has not left its host: what the public internet leads back to
    /// is no longer the operator's choice.
    pub(super) fn home(&self) -> Option<&Url> {
        self.at_home.then_some(self.home)
    }

    /// The address of the page, as it may be published.
    pub(super) fn page_address(&self) -> Url {
        public(&hidden(&self.current, self.keyed, None))
    }

    /// An address of the way, as it may be printed.
    pub(super) fn redacted(&self, url: &Url) -> String {
        redacted(&hidden(url, self.keyed, Some("***")))
    }

    /// The new address of the page when every hop said that the move is for good.
    pub(super) fn moved(&self) -> Option<Url> {
        (self.permanent && !self.visited.is_empty()).then(|| plain(&self.current))
    }

    /// Takes a hop.
    pub(super) fn follow(&mut self, to: &Elsewhere) -> Result<(), Failure> {
        let refuse = |reason| Err(Failure::new(Phase::Redirect, reason));
        let Some(target) = self.target(&to.location) else {
            return refuse(Reason::BadLocation(printable(&to.location)));
        };
        if !matches!(target.scheme(), "http" | "https") {
            return refuse(Reason::Scheme(target.scheme().to_owned()));
        }
        if target == self.current || self.visited.contains(&target) {
            return refuse(Reason::Loop(self.redacted(&target)));
        }
        if self.visited.len() >= self.max {
            return refuse(Reason::TooManyRedirects(self.max));
        }
        self.permanent &= to.permanent;
        self.at_home &= same_host(self.home, &target);
        self.visited.push(std::mem::replace(&mut self.current, target));
        Ok(())
    }

    fn target(&self, location: &[u8]) -> Option<Url> {
        let target = self.current.join(&escaped(location)).ok()?;
        Some(with_credentials_of(self.home, &target))
    }
}

/// The address as it is asked for. Credentials go to the origin they were configured for, never where a page wishes.
fn with_credentials_of(home: &Url, target: &Url) -> Url {
    let mut url = plain(target);
    url.set_fragment(None);
    if url.origin() == home.origin() {
        // Only an address without a host refuses, and it has no such origin.
        let _ = url.set_username(home.username());
        let _ = url.set_password(home.password());
    }
    url
}

/// A header is bytes, of no agreed encoding: those beyond ASCII are kept as they are, percent-encoded.
fn escaped(location: &[u8]) -> String {
    let mut text = String::with_capacity(location.len());
    for byte in location {
        if byte.is_ascii() {
            text.push(char::from(*byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

fn printable(location: &[u8]) -> String {
    escaped(location).chars().filter(|c| !c.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect(text)
    }

    fn hop(location: &str, permanent: bool) -> Elsewhere {
        Elsewhere { location: location.as_bytes().to_vec(), permanent }
    }

    #[test]
    fn locations_are_resolved_as_browsers_do() {
        let home = url("https://example.se/a/b?c=1#d");
        for (location, wanted) in [
            ("/x", "https://example.se/x"),
            ("x", "https://example.se/a/x"),
            ("../x", "https://example.se/x"),
            ("?d=2", "https://example.se/a/b?d=2"),
            ("//other.se/x", "https://other.se/x"),
            ("http:/x", "http://x/"),
            ("https:x", "https://example.se/a/x"),
            ("\\x", "https://example.se/x"),
            ("HTTP://OTHER.se:80/x#y", "http://other.se/x"),
            ("/sjukvård", "https://example.se/sjukv%C3%A5rd"),
            ("https://åäö.se/", "https://xn--4cab6c.se/"),
            ("http://u:p@other.se/", "http://other.se/"),
        ] {
            let mut trail = Trail::new(&home, &home, 5);
            trail.follow(&hop(location, true)).unwrap_or_else(|err| panic!("{location}: {err:?}"));
            assert_eq!(trail.page_address().as_str(), wanted, "{location}");
        }
    }

    #[test]
    fn hops_that_lead_nowhere_are_named() {
        let home = url("https://example.se/a");
        for location in ["file:///etc/passwd", "ftp://example.se/", "javascript:alert(1)", "data:,x", "mailto:a@b.se"] {
            let failure = Trail::new(&home, &home, 5).follow(&hop(location, false)).expect_err(location);
            assert!(matches!(failure.reason, Reason::Scheme(_)), "{location}: {failure:?}");
        }
        for location in ["http://", "http://%", "//x y/", "http://[::1", "http://a:99999/"] {
            let failure = Trail::new(&home, &home, 5).follow(&hop(location, false)).expect_err(location);
            assert!(matches!(failure.reason, Reason::BadLocation(_)), "{location}: {failure:?}");
        }
        for location in ["/a", "#x", "https://EXAMPLE.se:443/a#y"] {
            let failure = Trail::new(&home, &home, 5).follow(&hop(location, false)).expect_err(location);
            assert!(matches!(failure.reason, Reason::Loop(_)), "{location}: {failure:?}");
        }
    }

    #[test]
    fn hops_are_counted() {
        let home = url("https://example.se/0");
        let mut trail = Trail::new(&home, &home, 2);
        assert!(trail.follow(&hop("/1", true)).is_ok());
        assert_eq!(trail.moved(), Some(url("https://example.se/1")));
        assert!(trail.follow(&hop("/2", false)).is_ok());
        assert_eq!(trail.moved(), None);
        assert_eq!(trail.follow(&hop("/3", true)).expect_err("too many").reason, Reason::TooManyRedirects(2));
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        let home = url("https://ann:hemlig@example.se/a");
        let mut trail = Trail::new(&home, &home, 9);
        trail.follow(&hop("/b", true)).expect("a hop");
        assert_eq!(trail.current().as_str(), "https://ann:hemlig@example.se/b");
        assert_eq!(trail.moved(), Some(url("https://example.se/b")));
        trail.follow(&hop("https://other.se/", true)).expect("a hop");
        assert_eq!(trail.current().as_str(), "https://other.se/");
        trail.follow(&hop("http://example.se/b", true)).expect("a hop");
        assert_eq!(trail.current().as_str(), "http://example.se/b");
    }

    #[test]
    fn a_link_gets_the_credentials_of_its_origin_and_no_others() {
        let home = url("https://ann:hemlig@example.se/a");
        for (link, wanted) in [
            ("https://example.se/x#y", "https://ann:hemlig@example.se/x"),
            ("https://eve:gissad@example.se/x", "https://ann:hemlig@example.se/x"),
            ("https://eve:gissad@other.se/x", "https://other.se/x"),
            ("https://example.se:8443/x", "https://example.se:8443/x"),
        ] {
            assert_eq!(Trail::new(&home, &url(link), 9).current().as_str(), wanted);
        }
    }

    #[test]
    fn home_is_left_for_good() {
        let home = url("http://10.0.0.1/a");
        let mut trail = Trail::new(&home, &home, 9);
        trail.follow(&hop("http://10.0.0.1:8080/b", true)).expect("a hop");
        assert!(trail.home().is_some());
        trail.follow(&hop("https://example.se/", true)).expect("a hop");
        trail.follow(&hop("http://10.0.0.1/c", true)).expect("a hop");
        assert!(trail.home().is_none());
        assert!(trail.aside(&url("http://10.0.0.1/robots.txt"), 5).home().is_none());
        assert!(Trail::new(&home, &url("https://example.se/x"), 9).home().is_none());
    }
}
