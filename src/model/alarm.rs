//! What the operator is told: that something is not well, that it still is not, that it is again.

use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;

use super::source::SourceId;
use super::text;

/// Characters of a reason or a hint that are kept.
const LONGEST: usize = 400;

/// What may be well or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The reading of a source.
    Source(SourceId),
    /// The writing of the feeds.
    Publishing,
    /// The ledger.
    Store,
}

impl Subject {
    /// What kind of thing it is, in one word.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Source(_) => "source",
            Self::Publishing => "publishing",
            Self::Store => "store",
        }
    }

    /// Reads what [`Subject`]'s `key` wrote; the reason when it is nothing of the kind.
    pub fn parse(key: &str) -> Result<Self, String> {
        match key.split_once(':') {
            Some(("source", id)) => SourceId::parse(id).map(Self::Source),
            None if key == "publishing" => Ok(Self::Publishing),
            None if key == "store" => Ok(Self::Store),
            _ => Err(format!("`{key}` is nothing that an alarm is about")),
        }
    }

    /// As the ledger names it: `source:nyheter`.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Source(id) => format!("source:{id}"),
            Self::Publishing | Self::Store => self.kind().to_owned(),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(id) => write!(f, "{id}"),
            Self::Publishing | Self::Store => f.write_str(self.kind()),
        }
    }
}

/// How something is not well, from the least bad to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Condition {
    /// It could not be had or done this time; it may pass by itself.
    Failed,
    /// It can hardly be believed; part of it is held back.
    Suspect,
    /// Somebody has to mend it.
    Broken,
}

impl Condition {
    /// Every condition.
    pub const ALL: [Self; 3] = [Self::Failed, Self::Suspect, Self::Broken];

    /// One word, as stored and as sent.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Suspect => "suspect",
            Self::Broken => "broken",
        }
    }

    /// The condition of that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// That something is not well, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// In what way.
    pub condition: Condition,
    /// Why: one line for people, without keys and logins of addresses.
    pub reason: String,
    /// What the operator can do, where there is something; one line.
    pub hint: Option<String>,
}

impl Complaint {
    /// A complaint whose texts are one clean line each, of bounded length, whatever a page or a server put into them.
    #[must_use]
    pub fn new(condition: Condition, reason: &str, hint: Option<&str>) -> Self {
        let line = |text: &str| text::shorten(&text::without_keys(&text::clean(text)), LONGEST);
        Self { condition, reason: line(reason), hint: hint.map(line).filter(|hint| !hint.is_empty()) }
    }
}

/// What is remembered of a subject that is not well, or was not long ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// The last complaint.
    pub complaint: Complaint,
    /// When it was first not well.
    pub since: Timestamp,
    /// Runs since then that were not well; 0 when the alarm has ended and only `ended` counts.
    pub failures: u32,
    /// Since when it has been well again, though its end has not been told; `None`: it is not well.
    pub well_since: Option<Timestamp>,
    /// When the operator was last told of it; `None`: not yet.
    pub told: Option<Timestamp>,
    /// The worst condition that the operator was told of.
    pub worst: Option<Condition>,
    /// When the end of the last alarm was told.
    pub ended: Option<Timestamp>,
}

/// What is told of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// It is not well, or worse than was told.
    Raised,
    /// It is still not well.
    Reminded,
    /// It is well again.
    Cleared,
}

impl Event {
    /// Every event, in the order in which messages tell them.
    pub const ALL: [Self; 3] = [Self::Raised, Self::Reminded, Self::Cleared];

    /// One word, as stored and as sent.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Reminded => "reminded",
            Self::Cleared => "cleared",
        }
    }

    /// The event of that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// One thing to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Of what.
    pub subject: Subject,
    /// What happened.
    pub event: Event,
    /// The complaint; of what is well again, the last one.
    pub complaint: Complaint,
    /// When it was first not well.
    pub since: Timestamp,
    /// When this was found out.
    pub at: Timestamp,
}

/// Alerts that say the same of several subjects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// How many there are.
    pub total: usize,
    /// The first of them; never empty.
    pub first: Vec<Alert>,
}

/// What the operator is sent: everything that was to be told at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The same on every channel and at every try, so that a receiver can tell a repetition.
    pub id: Uuid,
    /// When it was put together.
    pub at: Timestamp,
    /// What it tells; empty for a message that only tries the channels.
    pub groups: Vec<Group>,
}

impl Message {
    /// Alerts that a group names; the others are counted.
    pub const NAMED: usize = 10;

    /// Puts alerts together: the latest of each subject counts, and what is said of several is one group. `number` is
    /// different for every message of a ledger.
    #[must_use]
    pub fn of(alerts: Vec<Alert>, number: i64, at: Timestamp) -> Self {
        let mut latest: Vec<Alert> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for alert in alerts.into_iter().rev() {
            if seen.insert(alert.subject.key()) {
                latest.push(alert);
            }
        }
        // The worst comes first, and of what is well again it does not matter how bad it was.
        let kind = |alert: &Alert| {
            let worst = (alert.event != Event::Cleared).then_some(std::cmp::Reverse(alert.complaint.condition));
            (alert.event, worst, alert.subject.kind())
        };
        latest.sort_by(|a, b| kind(a).cmp(&kind(b)).then_with(|| a.subject.cmp(&b.subject)));
        let groups = latest
            .chunk_by(|a, b| kind(a) == kind(b))
            .map(|same| Group { total: same.len(), first: same.iter().take(Self::NAMED).cloned().collect() });
        Self { id: Self::id(number, at), at, groups: groups.collect() }
    }

    /// The id of the message of that number and moment: a UUID v5 of a space of its own.
    #[must_use]
    pub fn id(number: i64, at: Timestamp) -> Uuid {
        let space = Uuid::new_v5(&Uuid::NAMESPACE_OID, b"flode alarm");
        Uuid::new_v5(&space, format!("{number} {at}").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(subject: &str, event: Event, condition: Condition) -> Alert {
        Alert {
            subject: Subject::parse(subject).expect("a subject"),
            event,
            complaint: Complaint::new(condition, "why", None),
            since: Timestamp::UNIX_EPOCH,
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn subjects_read_what_they_write() {
        for key in ["source:nyheter", "publishing", "store"] {
            assert_eq!(Subject::parse(key).expect("a subject").key(), key);
        }
        for key in ["", "source", "source:", "source:Å", "feed:all"] {
            assert!(Subject::parse(key).is_err(), "{key}");
        }
    }

    #[test]
    fn a_message_groups_and_counts() {
        let mut alerts: Vec<Alert> =
            (0..42).map(|n| alert(&format!("source:s{n:02}"), Event::Raised, Condition::Failed)).collect();
        alerts.push(alert("source:s07", Event::Raised, Condition::Broken));
        alerts.push(alert("store", Event::Cleared, Condition::Failed));
        let message = Message::of(alerts, 1, Timestamp::UNIX_EPOCH);
        let seen: Vec<_> = message.groups.iter().map(|g| (g.total, g.first.len(), g.first[0].subject.key())).collect();
        assert_eq!(seen, [(1, 1, "source:s07".into()), (41, 10, "source:s00".into()), (1, 1, "store".into())]);
    }

    #[test]
    fn a_complaint_is_one_line_without_keys() {
        let told = Complaint::new(Condition::Failed, "a\r\nBcc: x https://u:p@example.se/a?token=t: 404", Some(" \n"));
        assert_eq!(told.reason, "a Bcc: x https://example.se/a: 404");
        assert_eq!(told.hint, None);
        assert!(Complaint::new(Condition::Failed, &"x".repeat(9999), None).reason.chars().count() <= LONGEST);
    }
}
