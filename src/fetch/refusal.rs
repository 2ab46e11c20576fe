//! Answers that bring no page: what their status means, and what came with it.
//!
//! "Status 403" says little to the operator; that a firewall sent a challenge with it says what to do. The header of some
//! firewalls tells by itself; the page is handed on for whoever reads pages. Neither changes what the failure is.

use std::time::Duration;

use reqwest::Response;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use tokio::time::timeout;

use super::deadline::Deadline;
use super::error::{ErrorAnswer, Failure, Phase, Reason};
use super::freshness::retry_after;
use super::hop::page_of;
use super::host::Visit;
use super::redirect::Trail;
use super::{Fetcher, body};
use crate::model::{Notice, Noticed};

/// Bytes of such a page that are looked at; one that is compressed must fit as a whole.
const MAX_ERROR_BODY: usize = 256 * 1024;

/// For so long it is waited for: its status is known already.
const ERROR_BODY_TIME: Duration = Duration::from_secs(5);

/// A line of header by which a firewall says that it has answered in the place of the site.
struct Witness {
    header: &'static str,
    /// As the makers document them; empty: any.
    values: &'static [&'static str],
    maker: &'static str,
}

const WITNESSES: &[Witness] = &[
    Witness { header: "cf-mitigated", values: &["challenge"], maker: "Cloudflare" },
    Witness { header: "x-amzn-waf-action", values: &["challenge", "captcha"], maker: "AWS WAF" },
    Witness { header: "x-vercel-mitigated", values: &["challenge", "deny"], maker: "Vercel" },
    // Its `x-datadome` stands in every answer.
    Witness { header: "x-dd-b", values: &[], maker: "DataDome" },
];

impl Fetcher {
    /// The failure that an answer without a page is, with what came with it.
    pub(super) async fn turned_away(
        &self,
        trail: &Trail<'_>,
        response: Response,
        visit: &Visit,
        deadline: &Deadline,
    ) -> Failure {
        let failure = refused(&response, visit);
        let headers = response.headers().clone();
        let noticed = challenge(&headers);
        let wait = self.options.idle_timeout.min(ERROR_BODY_TIME);
        let max = self.options.max_body.min(MAX_ERROR_BODY);
        let page = match timeout(wait, body::read_start(response, max, wait, deadline)).await {
            Ok(Ok(bytes)) if !bytes.is_empty() => Some(page_of(&headers, &bytes, trail.page_address())),
            _ => None,
        };
        Failure { answer: Some(Box::new(ErrorAnswer { page, noticed })), ..failure }
    }
}

/// A gateway that failed is asked once more, unless the server says when to come back. One that is asked too much is
/// left alone by every source.
fn refused(response: &Response, visit: &Visit) -> Failure {
    let code = response.status().as_u16();
    let retry_after = retry_after(response.headers());
    let failure = Failure::new(Phase::Header, Reason::Status { code, retry_after });
    if let (429 | 503, Some(wait)) = (code, retry_after) {
        visit.hold_off(wait);
    }
    let gateway = matches!(code, 502..=504) && !response.headers().contains_key(RETRY_AFTER);
    if gateway { failure.worth_a_retry() } else { failure }
}

/// The challenge that a header speaks of.
fn challenge(headers: &HeaderMap) -> Option<Noticed> {
    let says = |witness: &&Witness| {
        let value = headers.get(witness.header).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| {
            let value = value.trim();
            witness.values.is_empty() || witness.values.iter().any(|known| known.eq_ignore_ascii_case(value))
        })
    };
    let witness = WITNESSES.iter().find(says)?;
    Some(Noticed::new(Notice::Challenge, &format!("header of {}", witness.maker), true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_of_a_firewall_tells() {
        for (name, value, want) in [
            ("cf-mitigated", "challenge", Some("a challenge page (header of Cloudflare)")),
            ("CF-Mitigated", " Challenge ", Some("a challenge page (header of Cloudflare)")),
            ("cf-mitigated", "something", None),
            ("x-amzn-waf-action", "captcha", Some("a challenge page (header of AWS WAF)")),
            ("x-vercel-mitigated", "deny", Some("a challenge page (header of Vercel)")),
            ("x-dd-b", "2", Some("a challenge page (header of DataDome)")),
            ("x-datadome", "protected", None),
            ("server", "cloudflare", None),
        ] {
            let mut headers = HeaderMap::new();
            let name: reqwest::header::HeaderName = name.parse().expect("a name");
            headers.insert(name, value.parse().expect("a value"));
            assert_eq!(challenge(&headers).map(|noticed| noticed.to_string()).as_deref(), want, "{headers:?}");
        }
    }
}
