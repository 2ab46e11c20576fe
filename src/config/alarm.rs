//! `[alarm]`: when the operator is told, and how.

use std::net::IpAddr;
use std::time::Duration;

use url::Url;

use super::kind::{Flaw, Kind, quoted};
use super::names;
use super::nearest::{did_you_mean, nearest};
use super::reader::{Reader, Seen};
use super::units::{duration, flag, whole};
use crate::alarm::{Mail, Options, Tls, Webhook, WebhookKind, mailbox};
use crate::model::Secret;

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

pub(super) fn read(r: &mut Reader<'_, '_>) -> Options {
    let default = Options::default();
    let options = Options {
        failures: r.or(
            "failures",
            &whole(1..=1000),
            default.failures,
            "you are told of a source that cannot be had at this failure in a row; of one that has changed, at once",
        ),
        after: r.or("after", &duration(MINUTE..=30 * DAY), default.after, "or at the second, so long after the first"),
        reminder: r.or(
            "reminder",
            &duration(Duration::from_hours(1)..=30 * DAY),
            default.reminder,
            "you are told again of what lasts; what comes back so soon has to be well for as long",
        ),
        settle: r.or(
            "settle",
            &duration(Duration::ZERO..=30 * DAY),
            default.settle,
            "you are told that it is well again when it has stayed so",
        ),
        gather: r.or(
            "gather",
            &duration(Duration::ZERO..=DAY),
            default.gather,
            "`flode run` waits so long for more troubles to tell of in one message",
        ),
        interval: r.or(
            "interval",
            &duration(Duration::ZERO..=DAY),
            default.interval,
            "between two messages of `flode run`",
        ),
        timeout: r.or(
            "timeout",
            &duration(Duration::from_secs(1)..=Duration::from_mins(2)),
            default.timeout,
            "the time for a service or a mail server to take a message",
        ),
        feed: r.or("feed", &flag(), default.feed, "whether the messages are also a feed, `_flode`, beside the others"),
        webhooks: Vec::new(),
        mail: None,
    };
    let mut seen = Seen::default();
    let webhooks = r.each("webhook", |r| webhook(r, &mut seen));
    let mail = r.section("mail", |r| r.is_there().then(|| mail(r)).flatten());
    Options { webhooks, mail, ..options }
}

fn webhook(r: &mut Reader<'_, '_>, seen: &mut Seen) -> Option<Webhook> {
    let url = r.required("url", &address(), "where messages are sent; who has it can write there");
    let kind = r.or("kind", &kind(), WebhookKind::Json, "what takes them: `json`, `slack`, `mattermost` or `teams`");
    let url = url?;
    let place = format!("{} {}", kind.word(), url.reveal());
    if let Some(line) = r.seen_before("url", &place, seen) {
        r.mistake("url", &format!("is that of another webhook, on line {line}"), None);
    }
    let url = Url::parse(url.reveal()).ok()?;
    if url.scheme() == "http" && !is_near(url.host_str().unwrap_or_default()) {
        r.warn("url", "is not of https: whoever is on the way can read it, and write there too", None);
    }
    Some(Webhook::new(kind, &url))
}

fn mail(r: &mut Reader<'_, '_>) -> Option<Mail> {
    let server = r.required("server", &names::line("\"smtp.example.se\""), "the server that takes mail from you");
    let tls = r.or("tls", &tls(), Tls::StartTls, "how the connection is secured: `starttls`, `tls` or `none`");
    let port =
        r.optional("port", &whole(1..=u16::MAX), "587; 465 with `tls`, 25 with `none`", "the port of the server");
    let user = r.optional("user", &names::secret(), "none", "the name to log in with");
    let password = r.optional("password", &names::secret(), "none", "its password");
    let from = r.required("from", &person(), "who sends");
    let to = r.required_list("to", &person(), "who is told");
    let login = match (user, password) {
        (Some(user), Some(password)) => Some((user, password)),
        (None, None) => None,
        (Some(_), None) => {
            r.mistake("user", "has no `password` beside it", None);
            None
        }
        (None, Some(_)) => {
            r.mistake("password", "has no `user` beside it", None);
            None
        }
    };
    let server = server?;
    if tls == Tls::None && login.is_some() && !is_near(&server) {
        r.warn("tls", "sends the password in the clear", None);
    }
    let to = to?.into_iter().map(|(_, person)| person).collect();
    Some(Mail { server, port: port.unwrap_or_else(|| tls.port()), tls, login, from: from?, to })
}

/// Whether what is said to a host stays on this machine.
fn is_near(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// An address that no message quotes.
fn address() -> Kind<Secret> {
    let read = |given: &str| match Url::parse(given) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(Secret::new(given)),
        _ => Err(Flaw::but_is("something else")),
    };
    Kind::text("an http or https address", "\"${SLACK_URL}\"", read, ToString::to_string)
}

fn kind() -> Kind<WebhookKind> {
    word(WebhookKind::ALL.to_vec(), WebhookKind::word, "\"slack\"", |kind| quoted(kind.word()))
}

fn tls() -> Kind<Tls> {
    word(Tls::ALL.to_vec(), Tls::word, "\"starttls\"", |tls| quoted(tls.word()))
}

/// One of a few words.
fn word<T: Copy + 'static>(
    all: Vec<T>,
    name: fn(T) -> &'static str,
    example: &'static str,
    show: fn(&T) -> String,
) -> Kind<T> {
    let words: Vec<String> = all.iter().map(|one| quoted(name(*one))).collect();
    let read = move |given: &str| {
        all.iter().copied().find(|one| name(*one) == given).ok_or_else(|| {
            let flaw = Flaw::but_is(quoted(given));
            match nearest(given, all.iter().map(|one| name(*one))) {
                Some(near) => flaw.hint(did_you_mean(near)),
                None => flaw,
            }
        })
    };
    Kind::text(words.join(" or "), example, read, show)
}

/// Somebody who sends or gets mail.
fn person() -> Kind<lettre::message::Mailbox> {
    let read = |given: &str| {
        mailbox(given).map_err(|why| Flaw::because(format!("{} is no address for mail: {why}", quoted(given))))
    };
    Kind::text("an address for mail", "\"Anna <anna@example.se>\"", read, |person| quoted(person.to_string()))
}
