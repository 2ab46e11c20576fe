//! Tells by mail, through a server of the operator's (RFC 5321).

use std::time::Duration;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message as Letter, MessageBuilder};
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::text::{lines, title};
use super::{SendError, text};
use crate::model::{Message, Secret, text as words};

/// Characters of a subject, and of what a server says.
const SUBJECT: usize = 200;

/// How the connection to the mail server is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// It begins in the clear and is secured before anything is said (RFC 3207).
    StartTls,
    /// It is secure from the beginning (RFC 8314).
    Tls,
    /// It is not, which suits a server on this machine.
    None,
}

impl Tls {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::StartTls, Self::Tls, Self::None];

    /// Its name in the config.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::StartTls => "starttls",
            Self::Tls => "tls",
            Self::None => "none",
        }
    }

    /// The port that servers listen on for it.
    #[must_use]
    pub fn port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

/// Who is told by mail, and through which server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The server.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the connection is secured.
    pub tls: Tls,
    /// The name and password to log in with.
    pub login: Option<(Secret, Secret)>,
    /// Who sends.
    pub from: Mailbox,
    /// Who is told; never empty.
    pub to: Vec<Mailbox>,
}

/// Reads an address such as `Flode <flode@example.se>`; the reason when it is not one.
pub fn mailbox(text: &str) -> Result<Mailbox, String> {
    text.parse().map_err(|error: lettre::address::AddressError| error.to_string())
}

/// Carries mail to the server.
#[derive(Debug, Clone)]
pub(super) struct Courier {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    to: Vec<Mailbox>,
}

impl Courier {
    pub(super) fn new(mail: &Mail, timeout: Duration) -> Result<Self, String> {
        let builder: AsyncSmtpTransportBuilder = match mail.tls {
            Tls::StartTls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&mail.server),
            Tls::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(&mail.server),
            Tls::None => Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&mail.server)),
        }
        .map_err(|error| error.to_string())?;
        let mut builder = builder.port(mail.port).timeout(Some(timeout));
        if let Some((user, password)) = &mail.login {
            builder = builder.credentials(Credentials::new(user.reveal().to_owned(), password.reveal().to_owned()));
        }
        Ok(Self { transport: builder.build(), from: mail.from.clone(), to: mail.to.clone() })
    }

    pub(super) async fn send(&self, message: &Message, letter: &text::Letter) -> Result<(), SendError> {
        let mail = self.compose(message, letter).map_err(SendError::new)?;
        match self.transport.send(mail).await {
            Ok(_) => Ok(()),
            Err(error) => {
                let hint =
                    error.is_permanent().then_some("see `user`, `password`, `from` and `to` under `[alarm.mail]`");
                let why = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
                let why = why.map(ToString::to_string).collect::<Vec<_>>().join(": ");
                Err(SendError { hint, ..SendError::new(words::shorten(&words::clean(&why), SUBJECT)) })
            }
        }
    }

    /// A plain text. The same message has the same `Message-ID`, by which mailboxes drop a repetition.
    fn compose(&self, message: &Message, letter: &text::Letter) -> Result<Letter, String> {
        let subject = words::shorten(&words::clean(&format!("[flode] {}: {}", letter.site, title(message))), SUBJECT);
        let id = format!("<{}@{}>", message.id, self.from.email.domain());
        // RFC 3834: nobody's holiday answers it.
        let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        let mut builder: MessageBuilder = Letter::builder()
            .from(self.from.clone())
            .subject(subject)
            .message_id(Some(id))
            .date(message.at.into())
            .raw_header(automatic)
            .header(ContentType::TEXT_PLAIN);
        for to in &self.to {
            builder = builder.to(to.clone());
        }
        let body = format!("{}\r\n\r\n{}\r\n", lines(message, letter).join("\r\n"), letter.link);
        builder.body(body).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::text::tests::{alert, letter, message};
    use crate::model::{Condition, Event};

    fn mail() -> Mail {
        Mail {
            server: "127.0.0.1".to_owned(),
            port: 25,
            tls: Tls::None,
            login: Some((Secret::new("ann"), Secret::new("hemlig"))),
            from: mailbox("Flöde <flode@example.se>").expect("an address"),
            to: vec![mailbox("anna@example.se").expect("an address"), mailbox("bo@example.se").expect("an address")],
        }
    }

    // The transport belongs to a runtime.
    #[tokio::test]
    async fn a_reason_adds_no_header_and_a_repetition_is_the_same_mail() {
        let courier = Courier::new(&mail(), Duration::from_secs(1)).expect("a courier");
        let reason = "gone\r\nBcc: eve@evil.example\r\n\r\n<script>";
        let message = message(vec![alert("source:nyheter", Event::Raised, Condition::Broken, reason)]);
        let hostile = text::Letter { site: "Mälarö\r\nBcc: eve@evil.example".to_owned(), ..letter() };
        let mail = courier.compose(&message, &hostile).expect("a mail").formatted();
        assert_eq!(mail, courier.compose(&message, &hostile).expect("a mail").formatted());
        let mail = String::from_utf8(mail).expect("text");
        let (head, _) = mail.split_once("\r\n\r\n").expect("a head and a body");
        assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
        assert!(head.contains("Auto-Submitted: auto-generated") && head.contains("To: anna@example.se, bo@example.se"));
        assert!(head.contains(&format!("Message-ID: <{}@example.se>", message.id)), "{head}");
    }

    #[tokio::test]
    async fn a_password_is_never_printed() {
        let shown = format!("{:?} {:?}", mail(), Courier::new(&mail(), Duration::from_secs(1)).expect("a courier"));
        assert!(!shown.contains("hemlig"), "{shown}");
    }
}
