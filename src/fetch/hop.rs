//! One request and what its answer means.

use jiff::SignedDuration;
use reqwest::header::{
    CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use reqwest::{Client, Response, StatusCode};
use sha2::{Digest, Sha256};
use url::{Host, Url};

use super::client::{late, request_failure};
use super::deadline::Deadline;
use super::error::{Failure, Phase, Reason};
use super::freshness::{age_of_change, fresh_for, sent};
use super::guard::Reach;
use super::host::Visit;
use super::own::SourceOptions;
use super::redirect::{Elsewhere, Trail};
use super::{Ask, Fetched, Fetcher, body, charset};
use crate::model::{Page, Validators, is_public};

/// The longest validator that is kept, in bytes: it is sent back with every request.
const MAX_VALIDATOR: usize = 1024;

/// A page that was last changed so long before it was sent has a date of change that tells it from any other.
const SETTLED: SignedDuration = SignedDuration::from_mins(1);

/// What an answer brings.
#[derive(Debug)]
pub(super) enum Answer {
    Here(Box<Fetched>),
    Elsewhere(Elsewhere),
}

impl Fetcher {
    /// Asks for the current address of the trail.
    pub(super) async fn hop(
        &self,
        trail: &Trail<'_>,
        ask: &Ask<'_>,
        visit: &Visit,
        deadline: &Deadline,
    ) -> Result<Answer, Failure> {
        let response = self.send(trail, ask.options, conditions(ask.validators), visit, deadline).await?;
        match response.status() {
            StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION => self.arrive(trail, response, deadline).await,
            StatusCode::NOT_MODIFIED => not_modified(trail, &response, ask.validators),
            status => match Elsewhere::read(status, response.headers()) {
                Some(redirect) => redirect.map(Answer::Elsewhere),
                None => Err(self.turned_away(trail, response, visit, deadline).await),
            },
        }
    }

    /// Whether the current address may be asked for, and how far the request may reach.
    pub(super) fn admit(&self, trail: &Trail<'_>) -> Result<Reach, Failure> {
        let url = trail.current();
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Failure::new(Phase::Request, Reason::Scheme(url.scheme().to_owned())));
        }
        self.guard.admit(url, trail.home()).map_err(|refusal| private(refusal.to_string()))
    }

    /// Sends the request and reads the header of the answer.
    pub(super) async fn send(
        &self,
        trail: &Trail<'_>,
        own: &SourceOptions,
        headers: HeaderMap,
        visit: &Visit,
        deadline: &Deadline,
    ) -> Result<Response, Failure> {
        let mut request = self.client(own, visit.reach)?.get(trail.current().clone());
        if trail.is_at_origin() {
            request = request.headers(own.headers().clone());
        }
        let request = request.headers(headers);
        let limit = self.options.connect_timeout.saturating_add(self.options.idle_timeout);
        let response = deadline.within(limit, request.send()).await.map_err(|limit| late(Phase::Request, limit))?;
        let response = response.map_err(|err| request_failure(&err, &self.options))?;
        // Nothing should get here; a mistake in the resolver must not publish a page of the inside.
        let peer = response.remote_addr().filter(|peer| !is_public(peer.ip()));
        if let (Reach::Public, None, Some(peer)) = (visit.reach, own.proxy(), peer) {
            return Err(private(format!("connected to {peer}, which is not public")));
        }
        self.bound_header(response)
    }

    fn client(&self, own: &SourceOptions, reach: Reach) -> Result<Client, Failure> {
        match own.proxy() {
            Some(proxy) => self.clients.through(proxy, reach, &self.options),
            None => Ok(self.clients.reaching(reach).clone()),
        }
    }

    fn bound_header(&self, response: Response) -> Result<Response, Failure> {
        // Each line costs its colon, space and line end.
        let size: usize = response.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        let max = self.options.max_header;
        if size > max {
            return Err(Failure::new(Phase::Header, Reason::HeaderTooLarge(format!("{max} bytes"))));
        }
        Ok(response)
    }

    async fn arrive(&self, trail: &Trail<'_>, response: Response, deadline: &Deadline) -> Result<Answer, Failure> {
        let headers = response.headers().clone();
        let bytes = body::read(response, self.options.max_body, self.options.idle_timeout, deadline).await?;
        let url = trail.page_address();
        Ok(Answer::Here(Box::new(Fetched::Fresh {
            page: page_of(&headers, &bytes, url),
            validators: trusted(validators_of(&headers), &headers),
            body_hash: Sha256::digest(&bytes).into(),
            moved: trail.moved(),
            fresh_for: fresh_for(&headers),
            sent: sent(&headers),
        })))
    }
}

/// The text of a body, by what its header says of it.
pub(super) fn page_of(headers: &HeaderMap, bytes: &[u8], url: Url) -> Page {
    let content_type = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    Page {
        text: charset::decode(bytes, content_type.as_deref(), top_level_domain(&url)),
        media_type: content_type.as_deref().and_then(essence),
        url,
    }
}

/// A 304 renews the validators it names and leaves the others (RFC 9111 section 4.3.4).
fn not_modified(trail: &Trail<'_>, response: &Response, asked: &Validators) -> Result<Answer, Failure> {
    if conditions(asked).is_empty() {
        return Err(Failure::new(Phase::Header, Reason::NotModifiedUnasked));
    }
    let new = validators_of(response.headers());
    let validators = Validators {
        etag: new.etag.or_else(|| asked.etag.clone()),
        last_modified: new.last_modified.or_else(|| asked.last_modified.clone()),
    };
    let (fresh_for, sent) = (fresh_for(response.headers()), sent(response.headers()));
    Ok(Answer::Here(Box::new(Fetched::NotModified { validators, moved: trail.moved(), fresh_for, sent })))
}

fn private(why: String) -> Failure {
    Failure::new(Phase::Connect, Reason::Private(why))
}

fn conditions(validators: &Validators) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let known = [(IF_NONE_MATCH, &validators.etag), (IF_MODIFIED_SINCE, &validators.last_modified)];
    for (name, value) in known {
        if let Some(value) = value.as_deref().and_then(to_header) {
            headers.insert(name, value);
        }
    }
    headers
}

/// Without a date that tells nothing: a page that changes again within the second of its `Last-Modified` keeps it, and would
/// be answered for with 304 from then on (RFC 9110 section 8.8.2.2).
fn trusted(validators: Validators, headers: &HeaderMap) -> Validators {
    let weak = validators.etag.is_none() && age_of_change(headers).is_some_and(|age| age < SETTLED);
    if weak { Validators::default() } else { validators }
}

fn validators_of(headers: &HeaderMap) -> Validators {
    let read = |name: HeaderName| headers.get(name).and_then(from_header);
    Validators { etag: read(ETAG), last_modified: read(LAST_MODIFIED) }
}

/// A header's bytes as characters of the same numbers, so that they go back exactly as they came.
fn from_header(value: &HeaderValue) -> Option<String> {
    let bytes = value.as_bytes();
    (!bytes.is_empty() && bytes.len() <= MAX_VALIDATOR).then(|| bytes.iter().copied().map(char::from).collect())
}

fn to_header(text: &str) -> Option<HeaderValue> {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
    HeaderValue::from_bytes(&bytes?).ok().filter(|value| !value.is_empty())
}

/// `text/html` of `Text/HTML; charset=utf-8`.
fn essence(content_type: &str) -> Option<String> {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.contains('/').then_some(essence)
}

pub(super) fn top_level_domain(url: &Url) -> Option<&str> {
    match url.host()? {
        Host::Domain(name) => name.trim_end_matches('.').rsplit('.').next(),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_change_that_is_as_good_as_now_is_no_validator() {
        let date = ("date", "Mon, 02 Mar 2026 09:30:00 GMT");
        let changed = |at| ("last-modified", at);
        for (headers, kept) in [
            (vec![date, changed("Mon, 02 Mar 2026 09:29:00 GMT")], true),
            (vec![date, changed("Mon, 02 Mar 2026 09:29:01 GMT")], false),
            (vec![date, changed("Mon, 02 Mar 2026 09:30:00 GMT")], false),
            (vec![date, changed("Mon, 02 Mar 2026 10:30:00 GMT")], false),
            (vec![date, changed("Mon, 02 Mar 2026 09:30:00 GMT"), ("etag", "\"a\"")], true),
            (vec![date, changed("yesterday, I think")], true),
            (vec![changed("Mon, 02 Mar 2026 09:30:00 GMT")], true),
        ] {
            let all: HeaderMap = headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect();
            let validators = trusted(validators_of(&all), &all);
            assert_eq!(validators.last_modified.is_some(), kept, "{headers:?}");
        }
    }
}
