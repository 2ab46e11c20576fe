//! Why a page was not fetched.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::model::{Notice, Noticed, Page, SourceId};

/// A page was not fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchError {
    /// Whose page.
    pub source: SourceId,
    /// The address that failed, which a redirect may have led to; credentials and secret parameters are hidden.
    pub address: String,
    /// How far the fetch came.
    pub phase: Phase,
    /// What happened there.
    pub reason: Reason,
    /// What came with a status that brings no page.
    pub answer: Option<Box<ErrorAnswer>>,
}

/// What a server sent with a status that brings no page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorAnswer {
    /// The beginning of its text, until somebody has looked at it; `None`: there is none, or it could not be read.
    pub page: Option<Page>,
    /// What it is: by its header, or by its page once that has been looked at.
    pub noticed: Option<Noticed>,
}

/// The steps of a fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Waiting for one's turn at the host.
    Host,
    /// Asking whether the site lets the page be read.
    Robots,
    /// Finding the addresses of the host.
    Resolve,
    /// Opening the connection.
    Connect,
    /// Agreeing on encryption, and whom one talks to.
    Tls,
    /// Sending the request and waiting for an answer.
    Request,
    /// The status and header of the answer.
    Header,
    /// Following a redirect.
    Redirect,
    /// Reading the body.
    Body,
    /// Undoing the compression of the body.
    Decode,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The step took longer than this limit.
    TimedOut(Duration),
    /// The whole fetch took longer than this limit.
    Overdue(Duration),
    /// The host could not be reached: no address, nobody listening, no trust.
    Unreachable(String),
    /// The connection broke before an answer was there.
    Closed(String),
    /// The answer is not HTTP, or its body breaks off or is damaged.
    Malformed(String),
    /// The address is not public, and not the source's own.
    Private(String),
    /// A status that brings no page.
    Status {
        /// The status.
        code: u16,
        /// How long the server asks to be left alone, at most a day.
        retry_after: Option<Duration>,
    },
    /// 304 in answer to a request without validators.
    NotModifiedUnasked,
    /// More header than this.
    HeaderTooLarge(String),
    /// More body than this number of bytes, after decompression.
    BodyTooLarge(usize),
    /// A content coding that is not read.
    Coding(String),
    /// A redirect with this status does not say where to.
    NoLocation(u16),
    /// A redirect to what is no address.
    BadLocation(String),
    /// An address that is neither http nor https.
    Scheme(String),
    /// More redirects than this.
    TooManyRedirects(usize),
    /// A redirect to an address that was already visited.
    Loop(String),
    /// The site does not want the page to be read.
    Disallowed {
        /// The line of its robots.txt that says so.
        rule: String,
    },
    /// robots.txt cannot be had for this reason, which forbids everything (RFC 9309 section 2.3.1.4).
    RobotsUnreachable(Box<Reason>),
    /// The host was asked by others, or asked to be left alone, for longer than this limit.
    HostBusy(Duration),
}

impl Reason {
    /// How long the server asks to be left alone, at most a day.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::RobotsUnreachable(reason) => reason.retry_after(),
            _ => None,
        }
    }
}

impl FetchError {
    /// Whether the same request may succeed later without anybody doing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.reason {
            Reason::TimedOut(_)
            | Reason::Overdue(_)
            | Reason::Closed(_)
            | Reason::Malformed(_)
            | Reason::RobotsUnreachable(_)
            | Reason::HostBusy(_) => true,
            Reason::Unreachable(_) => self.phase != Phase::Tls,
            Reason::Status { code, .. } => matches!(code, 408 | 425 | 429 | 500 | 502..=504 | 507 | 509 | 520..=530),
            _ => false,
        }
    }

    /// How long the server asks to be left alone, at most a day.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.reason.retry_after()
    }

    /// What the page that came with the status is.
    #[must_use]
    pub fn noticed(&self) -> Option<&Noticed> {
        self.answer.as_ref()?.noticed.as_ref()
    }

    /// What the operator can do, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let notice = self.noticed().map(|noticed| noticed.notice);
        let hint = match &self.reason {
            Reason::Private(_) if self.phase == Phase::Resolve => {
                "to read a page of your own network, list its host under `private_hosts`"
            }
            Reason::Private(_) => "a page may lead to public hosts alone; give the final address as the source's `url`",
            Reason::Status { code: 401, .. } => "the page asks for a login: give the source a `user` or a `token`",
            Reason::Status { code: 429, .. } if notice != Some(Notice::Challenge) => "read the source less often",
            Reason::Status { code: 407, .. } => "the proxy asks for a login: put it into the address of the `proxy`",
            Reason::Status { .. } | Reason::RobotsUnreachable(_) if notice.is_some() => notice.map_or("", Notice::hint),
            Reason::Disallowed { .. } => {
                "ask the site's owner; for a site of your own, give the source `robots = false`"
            }
            Reason::RobotsUnreachable(_) => {
                "a site whose robots.txt fails is left alone; for a site of your own, give the source `robots = false`"
            }
            Reason::HostBusy(_) => "read the sources of this host less often, or raise `max_host_wait`",
            Reason::Status { code: 403 | 451, .. } => "the site refuses this reader; set `contact`, and ask its owner",
            Reason::Status { code: 404 | 410, .. } => "open the page in a browser, and correct the source's `url`",
            Reason::BodyTooLarge(_) => "raise `max_body` if the page is meant to be that long",
            Reason::Loop(_) | Reason::TooManyRedirects(_) => {
                "open the page in a browser, and give its final address as the source's `url`; cookies are not kept"
            }
            Reason::Unreachable(_) if self.phase == Phase::Resolve => "check the spelling of the host",
            Reason::Unreachable(_) if self.phase == Phase::Tls => {
                "check the certificate in a browser, and the machine's own clock and certificates"
            }
            Reason::Scheme(_) => "only http and https are read",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

/// Without the source, which whoever reports it names first.
impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: ", self.address, self.phase)?;
        match (self.noticed(), &self.reason) {
            (Some(noticed), Reason::Status { .. }) => write!(f, "{noticed}, sent with {}", self.reason),
            (Some(noticed), reason) => write!(f, "{reason}, sent with {noticed}"),
            (None, reason) => write!(f, "{reason}"),
        }
    }
}

impl Error for FetchError {}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Host => "host",
            Self::Robots => "robots.txt",
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Request => "request",
            Self::Header => "header",
            Self::Redirect => "redirect",
            Self::Body => "body",
            Self::Decode => "decode",
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut(limit) => write!(f, "nothing came for {limit:?}"),
            Self::Overdue(limit) => write!(f, "not done within {limit:?}"),
            Self::Unreachable(why) | Self::Closed(why) | Self::Malformed(why) | Self::Private(why) => f.write_str(why),
            Self::Status { code, retry_after: None } => write!(f, "status {code}"),
            Self::Status { code, retry_after: Some(wait) } => write!(f, "status {code}, retry after {wait:?}"),
            Self::NotModifiedUnasked => f.write_str("status 304, though nothing was known of the page"),
            Self::HeaderTooLarge(limit) => write!(f, "header beyond the limit of {limit}"),
            Self::BodyTooLarge(limit) => write!(f, "body beyond the limit of {limit} bytes"),
            Self::Coding(what) => write!(f, "content coding {what} is not read"),
            Self::NoLocation(code) => write!(f, "status {code} does not say where the page is"),
            Self::BadLocation(location) => write!(f, "`{location}` is not an address"),
            Self::Scheme(scheme) => write!(f, "`{scheme}` addresses are not read"),
            Self::TooManyRedirects(limit) => write!(f, "more than {limit} redirects"),
            Self::Loop(address) => write!(f, "leads back to {address}"),
            Self::Disallowed { rule } => write!(f, "the site does not let it be read: `{rule}`"),
            Self::RobotsUnreachable(reason) => write!(f, "cannot be had, so nothing may be read: {reason}"),
            Self::HostBusy(limit) => write!(f, "no turn within {limit:?}"),
        }
    }
}

/// The options make no client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetupError {
    /// The contact holds characters that no header may.
    Contact(String),
    /// The HTTP client could not be built.
    Client(String),
}

impl SetupError {
    /// What the operator can do, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Contact(_) => Some("give an address of a page or of a mailbox, in ASCII".to_owned()),
            Self::Client(why) => why
                .to_ascii_lowercase()
                .contains("certificate")
                .then(|| "install the system's certificates (package `ca-certificates`)".to_owned()),
        }
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contact(text) => write!(f, "fetch: contact {text:?} cannot be sent in a header"),
            Self::Client(why) => write!(f, "fetch: no HTTP client: {why}"),
        }
    }
}

impl Error for SetupError {}

/// What happened to one request, before it is known whose it was.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) phase: Phase,
    pub(super) reason: Reason,
    /// Whether the same request may be sent again at once.
    pub(super) again: bool,
    /// What came with a status.
    pub(super) answer: Option<Box<ErrorAnswer>>,
}

impl Failure {
    pub(super) fn new(phase: Phase, reason: Reason) -> Self {
        Self { phase, reason, again: false, answer: None }
    }

    pub(super) fn worth_a_retry(self) -> Self {
        Self { again: true, ..self }
    }
}
