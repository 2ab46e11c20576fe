//! The HTTP client: what is sent, what is put up with, and what its errors mean.

use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::{Client, ClientBuilder, Proxy};
use url::Url;

use super::deadline::Late;
use super::error::{Failure, Phase, Reason, SetupError};
use super::guard::{Anywhere, PublicBut, PublicOnly, Reach, Refusal, Unresolved};
use super::{Options, coding};
use crate::model::Secret;

/// Pages before feeds before everything else.
const ACCEPTED: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5";

/// Lines of header; some sites send a policy for every service they use.
const MAX_HEADER_LINES: usize = 256;

/// Connections kept open for each host, and for how long: a source is read minutes apart, its redirects at once, its
/// robots.txt and its further pages a second apart. Not longer: each is an open file, and hosts may be many.
const IDLE_PER_HOST: usize = 1;
const IDLE_FOR: Duration = Duration::from_secs(2);

/// One client for each reach, and for each proxy. They share no connection: what was opened at home never serves a
/// public address.
#[derive(Debug)]
pub(super) struct Clients {
    public: Client,
    home: Client,
    /// Those the sources name; made when first needed.
    proxied: Mutex<HashMap<(Secret, Reach), Client>>,
}

impl Clients {
    pub(super) fn new(options: &Options) -> Result<Self, SetupError> {
        let build = |builder: ClientBuilder| builder.build().map_err(|err| SetupError::Client(root_cause(&err)));
        Ok(Self {
            public: build(builder(options)?.dns_resolver(PublicOnly))?,
            home: build(builder(options)?.dns_resolver(Anywhere))?,
            proxied: Mutex::default(),
        })
    }

    pub(super) fn reaching(&self, reach: Reach) -> &Client {
        match reach {
            Reach::Public => &self.public,
            Reach::Home => &self.home,
        }
    }

    /// The client that asks through a proxy.
    pub(super) fn through(&self, proxy: &Secret, reach: Reach, options: &Options) -> Result<Client, Failure> {
        let mut proxied = self.proxied.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (proxy.clone(), reach);
        if let Some(client) = proxied.get(&key) {
            return Ok(client.clone());
        }
        let client = through(proxy, reach, options).map_err(|why| {
            Failure::new(Phase::Connect, Reason::Unreachable(format!("the proxy cannot be used: {why}")))
        })?;
        Ok(proxied.entry(key).or_insert(client).clone())
    }
}

/// The reason never quotes the address of the proxy.
fn through(proxy: &Secret, reach: Reach, options: &Options) -> Result<Client, String> {
    let url = Url::parse(proxy.reveal()).map_err(|err| err.to_string())?;
    let name = url.host_str().unwrap_or_default().to_owned();
    let all = Proxy::all(url).map_err(|err| root_cause(&err.without_url()))?;
    let builder = builder(options).map_err(|err| err.to_string())?.proxy(all);
    let client = match reach {
        Reach::Public => builder.dns_resolver(PublicBut::new(&name)).build(),
        Reach::Home => builder.dns_resolver(Anywhere).build(),
    };
    client.map_err(|err| root_cause(&err.without_url()))
}

/// Neither a proxy of the environment (it would resolve names beyond the guard), nor cookies, nor `Referer`; redirects
/// and retries are decided by the caller.
fn builder(options: &Options) -> Result<ClientBuilder, SetupError> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static(ACCEPTED));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(coding::ACCEPTED));
    let header_bytes = u32::try_from(options.max_header).unwrap_or(u32::MAX);
    Ok(Client::builder()
        .user_agent(user_agent(options.contact.as_deref())?)
        .default_headers(headers)
        .no_proxy()
        .referer(false)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(options.connect_timeout)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .pool_idle_timeout(IDLE_FOR)
        .http1_max_headers(MAX_HEADER_LINES)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http1_ignore_invalid_headers_in_responses(true)
        .http2_max_header_list_size(header_bytes))
}

fn user_agent(contact: Option<&str>) -> Result<HeaderValue, SetupError> {
    let program = concat!("flode/", env!("CARGO_PKG_VERSION"));
    let Some(contact) = contact else { return Ok(HeaderValue::from_static(program)) };
    // A bracket would end the comment (RFC 9110 section 5.6.5).
    let legal = |c: char| c.is_ascii_graphic() && !matches!(c, '(' | ')' | '\\') || c == ' ';
    let text = format!("{program} (+{contact})");
    let value = HeaderValue::from_str(&text).ok().filter(|_| contact.chars().all(legal) && !contact.is_empty());
    value.ok_or_else(|| SetupError::Contact(contact.to_owned()))
}

/// What an error before the body means.
pub(super) fn request_failure(err: &reqwest::Error, options: &Options) -> Failure {
    let why = root_cause(err);
    if let Some(refusal) = find::<Refusal>(err) {
        return Failure::new(Phase::Resolve, Reason::Private(refusal.to_string()));
    }
    if let Some(unresolved) = find::<Unresolved>(err) {
        return Failure::new(Phase::Resolve, Reason::Unreachable(unresolved.to_string()));
    }
    if err.is_connect() {
        return if err.is_timeout() {
            Failure::new(Phase::Connect, Reason::TimedOut(options.connect_timeout))
        } else {
            Failure::new(if is_tls(err) { Phase::Tls } else { Phase::Connect }, Reason::Unreachable(why))
        };
    }
    match find::<hyper::Error>(err) {
        Some(hyper) if hyper.is_parse_too_large() => {
            let limit = format!("{MAX_HEADER_LINES} lines, or without end");
            Failure::new(Phase::Header, Reason::HeaderTooLarge(limit))
        }
        Some(hyper) if hyper.is_parse() => Failure::new(Phase::Header, Reason::Malformed(why)),
        _ if err.is_builder() => Failure::new(Phase::Request, Reason::Unreachable(why)),
        _ => Failure::new(Phase::Request, Reason::Closed(why)).worth_a_retry(),
    }
}

/// What an error within the body means.
pub(super) fn body_failure(err: &reqwest::Error) -> Failure {
    Failure::new(Phase::Body, Reason::Malformed(root_cause(err)))
}

/// What a limit of time that was passed in a phase means.
pub(super) fn late(phase: Phase, late: Late) -> Failure {
    Failure::new(
        phase,
        match late {
            Late::Step(limit) => Reason::TimedOut(limit),
            Late::Total(limit) => Reason::Overdue(limit),
        },
    )
}

/// Everything an error holds, outermost first. An I/O error hides what it wraps from `source`.
fn chain<'a>(err: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    fn inside<'a>(err: &&'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
        match (**err).downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => (**err).source(),
        }
    }
    std::iter::successors(Some(err), inside)
}

fn find<'a, T: Error + 'static>(err: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(err).find_map(|err| err.downcast_ref())
}

/// The TLS library reports through I/O errors of two kinds.
fn is_tls(err: &reqwest::Error) -> bool {
    let kinds = [io::ErrorKind::InvalidData, io::ErrorKind::UnexpectedEof];
    chain(err).filter_map(|err| err.downcast_ref::<io::Error>()).any(|err| kinds.contains(&err.kind()))
}

/// The innermost cause that says something, which is the one to act on.
fn root_cause(err: &(dyn Error + 'static)) -> String {
    let said = chain(err).map(ToString::to_string).filter(|text| !text.is_empty()).last();
    said.unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_is_printed_keeps_the_login_of_its_proxy() {
        let clients = Clients::new(&Options::default()).expect("clients");
        for scheme in ["http", "https", "socks5", "socks5h"] {
            let proxy = Secret::new(format!("{scheme}://ann:hemlig@127.0.0.1:9/"));
            let client = clients.through(&proxy, Reach::Public, &Options::default()).expect(scheme);
            let shown = format!("{client:?} {clients:?}");
            assert!(!shown.contains("hemlig") && !shown.contains("YW5uOmhlbWxpZw"), "{shown}");
        }
        assert_eq!(clients.proxied.lock().expect("no panic").len(), 4);
    }

    #[test]
    fn the_user_agent_names_the_program_and_its_owner() {
        let sent = |contact| user_agent(contact).map(|value| value.to_str().expect("ascii").to_owned());
        let program = concat!("flode/", env!("CARGO_PKG_VERSION"));
        assert_eq!(sent(None).as_deref(), Ok(program));
        let contact = "https://www.example.se/om-flode";
        assert_eq!(sent(Some(contact)), Ok(format!("{program} (+{contact})")));
        for bad in ["", "a\r\nX: y", "å@example.se", "a) evil (b", "\u{7f}"] {
            assert!(sent(Some(bad)).is_err(), "{bad:?}");
        }
    }
}
