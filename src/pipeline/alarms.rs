//! What the operator is told, from the transaction of a run to the channels and the feed `_flode`.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Pipeline, Publishing, Trouble};
use crate::alarm::{self, Channel, Channels, Letter};
use crate::model::{Alarm, Alert, Complaint, Condition, Hold, Message, SourceId, Subject, Verdict};
use crate::store::{Ledger, StoreError};

/// Alarms: when they are told, and to whom.
#[derive(Debug, Default)]
pub struct Alarms {
    /// When.
    pub options: alarm::Options,
    /// To whom.
    pub channels: Channels,
    /// What the ledger cannot remember, because it is what fails.
    pub(super) aside: Mutex<Aside>,
}

impl Alarms {
    /// With these options, told to these channels.
    #[must_use]
    pub fn new(options: alarm::Options, channels: Channels) -> Self {
        Self { options, channels, aside: Mutex::default() }
    }
}

/// The alarm of the store, while the program runs.
#[derive(Debug, Default)]
pub(super) struct Aside {
    alarm: Option<Alarm>,
    pub(super) message: Option<Message>,
    /// Channels that have not taken it.
    pub(super) left: BTreeSet<String>,
    /// Channels with the messages of the ledger that they have taken, and whose marks could not be cleared.
    pub(super) taken: BTreeSet<(String, Uuid)>,
    pub(super) tries: u32,
    pub(super) not_before: Option<Timestamp>,
}

impl Pipeline {
    /// Notes how a subject does (`None`: well), in the transaction of the run that found out.
    pub(super) async fn note(
        &self,
        ledger: &mut Ledger,
        subject: &Subject,
        seen: Option<&Complaint>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let memory = ledger.alarm(subject).await?;
        let (alarm, event) = alarm::after_run(memory.as_ref(), seen, now, &self.0.alarms.options);
        keep(ledger, subject, memory.as_ref(), alarm, event, now).await
    }

    /// Notes whether feeds could be written.
    pub async fn note_publishing(
        &self,
        done: &Result<Publishing, StoreError>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let seen = match done {
            Ok(done) => done.failed.first().map(|(feed, error)| {
                let more = match done.failed.len() {
                    0 | 1 => String::new(),
                    feeds => format!("; {} other feeds likewise", feeds - 1),
                };
                let reason = format!("{feed}: {error}{more}; subscribers get the last good files");
                Complaint::new(Condition::Broken, &reason, error.hint().as_deref())
            }),
            Err(error) => {
                self.note_store(Some(error), now);
                return Ok(());
            }
        };
        let mut ledger = self.0.store.begin().await?;
        self.note(&mut ledger, &Subject::Publishing, seen.as_ref(), now).await?;
        ledger.commit().await
    }

    /// Notes that nobody looks after a source any more, by a defect of the program.
    pub async fn note_lost(&self, source: &SourceId, why: &str, now: Timestamp) -> Result<(), StoreError> {
        let reason = format!("flode no longer reads it, by a defect of its own: {why}");
        let seen = Complaint::new(Condition::Broken, &reason, Some("start flode anew, and report the defect"));
        let mut ledger = self.0.store.begin().await?;
        self.note(&mut ledger, &Subject::Source(source.clone()), Some(&seen), now).await?;
        ledger.commit().await
    }

    /// Notes whether the ledger works, which the ledger cannot.
    pub(super) fn note_store(&self, failure: Option<&StoreError>, now: Timestamp) {
        let alarms = &self.0.alarms;
        let seen = failure.map(|error| Complaint::new(Condition::Broken, &error.to_string(), error.hint().as_deref()));
        let mut aside = self.aside();
        let before = aside.alarm.take();
        let (alarm, event) = alarm::after_run(before.as_ref(), seen.as_ref(), now, &alarms.options);
        if let Some((event, told)) = event.zip(alarm.as_ref().or(before.as_ref())) {
            let alert = alert(&Subject::Store, told, event, now);
            aside.message = Some(Message::of(vec![alert], -1, now));
            aside.left = alarms.channels.iter().map(|channel| channel.key().to_owned()).collect();
            (aside.tries, aside.not_before) = (0, None);
        }
        aside.alarm = alarm;
    }

    pub(super) fn aside(&self) -> MutexGuard<'_, Aside> {
        self.0.alarms.aside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn keys(&self) -> Vec<&str> {
        self.0.alarms.channels.iter().map(Channel::key).collect()
    }

    /// What every message says of the site.
    pub(super) fn letter(&self) -> Letter {
        let site = &self.0.site;
        Letter { site: site.title.clone(), link: site.link.to_string(), time_zone: site.time_zone.clone() }
    }
}

/// What a page's verdict is to the operator, and how many items of it are held.
pub(super) fn complaint_of(source: &SourceId, verdict: &Verdict, held: usize) -> Option<Complaint> {
    match verdict {
        Verdict::Healthy | Verdict::Empty => None,
        Verdict::Suspect(_) if held > 0 => {
            let hint = format!("{}; `flode status` shows them", Hold::way_out(source));
            Some(Complaint::new(
                Condition::Suspect,
                &format!("the page is {verdict}; {held} new items are held"),
                Some(&hint),
            ))
        }
        Verdict::Suspect(_) => {
            let hint = format!(
                "look at what is found with `flode try {source}`; `flode release {source}` says that it is right"
            );
            Some(Complaint::new(Condition::Suspect, &verdict.sentence(), Some(&hint)))
        }
        Verdict::Broken(_) => Trouble::Broken(verdict.clone()).complaint(),
    }
}

impl Trouble {
    /// What it is to the operator; `None` of what the store tells itself.
    pub(super) fn complaint(&self) -> Option<Complaint> {
        let condition = match self {
            Self::Fetch(_) => Condition::Failed,
            Self::Broken(_) | Self::Clock(_) | Self::Panicked(_) => Condition::Broken,
            Self::Store(_) => return None,
        };
        Some(Complaint::new(condition, &self.to_string(), self.hint().as_deref()))
    }
}

/// Writes what has changed.
pub(super) async fn keep(
    ledger: &mut Ledger,
    subject: &Subject,
    before: Option<&Alarm>,
    after: Option<Alarm>,
    event: Option<crate::model::Event>,
    now: Timestamp,
) -> Result<(), StoreError> {
    if let Some((event, told)) = event.zip(after.as_ref().or(before)) {
        ledger.add_alert(&alert(subject, told, event, now)).await?;
    }
    if before != after.as_ref() {
        ledger.set_alarm(subject, after.as_ref()).await?;
    }
    Ok(())
}

fn alert(subject: &Subject, alarm: &Alarm, event: crate::model::Event, now: Timestamp) -> Alert {
    Alert { subject: subject.clone(), event, complaint: alarm.complaint.clone(), since: alarm.since, at: now }
}

pub(super) fn ago(now: Timestamp, time: SignedDuration) -> Timestamp {
    now.checked_sub(time).unwrap_or(Timestamp::MIN)
}
