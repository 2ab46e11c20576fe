//! Whether the clock of this machine can be believed, when a server's says something else. Pure.
//!
//! A machine without a battery wakes up in 1970, and somebody types a year wrongly: what is announced then keeps its date
//! for ever, and a date in the future stays on top of every reader's list. The `Date` of an answer is evidence, but a server
//! may be wrong too, or a cache in front of it. So the last good run of any source is the third witness.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

/// Clocks that differ by no more than this are not worth a word: a day.
const TOLD: SignedDuration = SignedDuration::from_hours(24);

/// A page that is read by a clock this far off is not kept: 30 days.
const GRAVE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The clock of this machine and that of a server disagree, and the server is likely to be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockDoubt {
    /// By this machine.
    pub own: Timestamp,
    /// By the server.
    pub server: Timestamp,
}

impl ClockDoubt {
    /// Whether nothing that is announced now would have a date to be trusted.
    #[must_use]
    pub fn is_grave(&self) -> bool {
        self.own.duration_since(self.server).abs() > GRAVE
    }
}

impl fmt::Display for ClockDoubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let days = self.own.duration_since(self.server).abs().as_hours() / 24;
        let (own, server) = (shown(self.own), shown(self.server));
        write!(f, "the clock of this machine is {days} days off: it says {own}, the server says {server}")
    }
}

/// What an answer that was `sent` then says of the clock that says `own`.
///
/// | the two differ by | the last good run, `last`, is nearer to | doubt |
/// | --- | --- | --- |
/// | a day at most | | none |
/// | more | this machine's time: the server is wrong | none |
/// | more | the server's, or there was none yet | yes; grave beyond 30 days |
#[must_use]
pub fn doubt(own: Timestamp, sent: Option<Timestamp>, last: Option<Timestamp>) -> Option<ClockDoubt> {
    let server = sent.filter(|sent| own.duration_since(*sent).abs() > TOLD)?;
    let distance = |at: Timestamp| last.map(|last| at.duration_since(last).abs());
    (distance(server) <= distance(own)).then_some(ClockDoubt { own, server })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_witnesses_outvote_the_third() {
        let at = |text: &str| -> Option<Timestamp> { (!text.is_empty()).then(|| text.parse().expect("a moment")) };
        for (own, sent, last, wanted) in [
            ("2026-03-02T09:00:00Z", "", "", None),
            ("2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", "", None),
            ("2026-03-02T09:00:00Z", "2026-03-01T09:00:00Z", "2026-03-01T09:00:00Z", None),
            ("2036-03-02T09:00:00Z", "2026-03-02T09:00:00Z", "2026-03-02T08:00:00Z", Some(true)),
            ("1970-01-01T00:00:09Z", "2026-03-02T09:00:00Z", "2026-03-02T08:00:00Z", Some(true)),
            ("1970-01-01T00:00:09Z", "2026-03-02T09:00:00Z", "", Some(true)),
            ("2026-03-04T09:00:00Z", "2026-03-02T09:00:00Z", "2026-03-02T08:00:00Z", Some(false)),
            // The server, or a cache before it, is what is wrong.
            ("2026-03-02T09:00:00Z", "2016-03-02T09:00:00Z", "2026-03-02T08:00:00Z", None),
            ("2026-03-02T09:00:00Z", "2036-03-02T09:00:00Z", "2026-02-02T08:00:00Z", None),
            // The program was not run for years.
            ("2026-03-02T09:00:00Z", "2026-03-02T09:00:07Z", "2019-02-02T08:00:00Z", None),
            // A wrong clock was believed once, and has been set right.
            ("2026-03-02T09:00:00Z", "2026-03-02T09:00:07Z", "2036-02-02T08:00:00Z", None),
        ] {
            let found = doubt(at(own).expect("a moment"), at(sent), at(last));
            assert_eq!(found.map(|doubt| doubt.is_grave()), wanted, "{own} {sent} {last}");
        }
    }
}
