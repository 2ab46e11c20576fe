//! Telling the operator: from the ledger to the channels.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Pipeline;
use super::alarms::{ago, keep};
use crate::alarm::{self, Channel, SendError};
use crate::model::{Message, SourceId};
use crate::publish::PublishError;
use crate::store::{ChannelTrouble, StoreError};

/// A message that a channel has not taken for so long, and for as long as a reminder takes, is no news any more: what lasts
/// is in a later one.
const STALE: SignedDuration = SignedDuration::from_hours(24);

/// The feed `_flode` shows the messages of so long, and never fewer than [`SHOWN`].
pub(super) const SHOWN_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// See [`SHOWN_FOR`].
pub(super) const SHOWN: u32 = 50;

/// After the first failure of a channel; doubled for each further one, up to [`MAX_BACKOFF`].
const BACKOFF: Duration = Duration::from_mins(1);

/// The longest pause of a channel.
const MAX_BACKOFF: Duration = Duration::from_hours(1);

/// How soon what is to be told is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Haste {
    /// Now: the program is about to end.
    Now,
    /// When enough time was left for more to come, so that many troubles are one message.
    Gathered,
}

/// What telling did.
#[derive(Debug, Default)]
pub struct Telling {
    /// Messages that were put together, each with its title and lines.
    pub messages: Vec<(String, Vec<String>)>,
    /// Messages that channels took.
    pub sent: usize,
    /// Channels that no longer take messages, and why.
    pub failed: Vec<(String, SendError)>,
    /// Channels that do so again.
    pub recovered: Vec<String>,
    /// Why the feed `_flode` could not be written.
    pub feed: Option<PublishError>,
}

impl Pipeline {
    /// Forgets what no longer concerns anybody.
    pub(super) async fn tidy_alarms(&self, now: Timestamp) -> Result<(), StoreError> {
        let sources: Vec<&str> = self.0.configured.iter().map(SourceId::as_str).collect();
        let channels = self.keys();
        let stale = STALE.max(SignedDuration::try_from(self.0.alarms.options.reminder).unwrap_or(STALE));
        let mut ledger = self.0.store.begin().await?;
        ledger.tidy_alarms(&sources, &channels, ago(now, stale), ago(now, SHOWN_FOR), SHOWN).await?;
        ledger.commit().await
    }

    /// Tells what is to be told: reminds, puts messages together, writes the feed, and sends what was not sent.
    pub async fn tell(&self, now: Timestamp, haste: Haste) -> Telling {
        let mut told = Telling::default();
        let done = self.tell_from_ledger(now, haste, &mut told).await;
        self.note_store(done.as_ref().err(), now);
        self.tell_aside(now, &mut told).await;
        told
    }

    async fn tell_from_ledger(&self, now: Timestamp, haste: Haste, told: &mut Telling) -> Result<(), StoreError> {
        self.remind(now).await?;
        let composed = self.compose(now, haste).await?;
        if let Some(message) = &composed {
            let letter = self.letter();
            told.messages.push((alarm::title(message), alarm::lines(message, &letter)));
            self.tidy_alarms(now).await?;
        }
        if composed.is_some() || self.operators_feed_is_missing() {
            told.feed = self.publish_operators_feed().await?.err();
        }
        self.deliver(now, told).await
    }

    /// What time alone makes due: reminders, and ends.
    async fn remind(&self, now: Timestamp) -> Result<(), StoreError> {
        let options = &self.0.alarms.options;
        let before = |time: Duration| ago(now, SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX));
        let (told, well) = (before(options.reminder), before(options.settle));
        let due = self.0.store.alarms_due(told, well, told).await?;
        if due.is_empty() {
            return Ok(());
        }
        let mut ledger = self.0.store.begin().await?;
        for subject in due {
            let Some(memory) = ledger.alarm(&subject).await? else { continue };
            let (alarm, event) = alarm::meanwhile(&memory, now, options);
            keep(&mut ledger, &subject, Some(&memory), alarm, event, now).await?;
        }
        ledger.commit().await
    }

    async fn compose(&self, now: Timestamp, haste: Haste) -> Result<Option<Message>, StoreError> {
        let Some(waiting) = self.0.store.waiting().await? else { return Ok(None) };
        let early = !alarm::is_time(waiting.since, waiting.last_message, now, &self.0.alarms.options);
        if haste == Haste::Gathered && early {
            return Ok(None);
        }
        let mut ledger = self.0.store.begin().await?;
        let message = ledger.compose(&self.keys(), now).await?;
        ledger.commit().await?;
        Ok(message)
    }

    /// Sends what was not sent, to all channels at once, each in order.
    async fn deliver(&self, now: Timestamp, told: &mut Telling) -> Result<(), StoreError> {
        let troubles = self.0.store.channel_troubles().await?;
        let mut sending = JoinSet::new();
        for channel in self.0.alarms.channels.iter() {
            let trouble = troubles.iter().find(|trouble| trouble.key == channel.key()).cloned();
            let resting = trouble.as_ref().is_some_and(|trouble| {
                trouble.not_before > now && trouble.not_before.duration_since(now).unsigned_abs() <= MAX_BACKOFF
            });
            let messages = if resting { Vec::new() } else { self.0.store.outbox(channel.key()).await? };
            if !messages.is_empty() {
                sending.spawn(self.clone().deliver_to(channel.clone(), messages, trouble, now));
            }
        }
        while let Some(sent) = sending.join_next().await {
            let Ok(sent) = sent else { continue };
            let sent = sent?;
            told.sent += sent.count;
            told.failed.extend(sent.failed);
            told.recovered.extend(sent.recovered);
        }
        Ok(())
    }

    /// The mark is cleared after each message: killed in between, the program sends that one again, under the same id. While
    /// the ledger cannot clear it, the program remembers that the message was taken.
    async fn deliver_to(
        self,
        channel: Channel,
        messages: Vec<Message>,
        before: Option<ChannelTrouble>,
        now: Timestamp,
    ) -> Result<Sent, StoreError> {
        let (letter, store) = (self.letter(), &self.0.store);
        let mut sent = Sent::default();
        let end = Instant::now() + self.0.alarms.options.timeout * 2;
        for message in messages.iter().take_while(|_| Instant::now() < end) {
            let one = (channel.key().to_owned(), message.id);
            let again = self.aside().taken.contains(&one);
            if !again && let Err(error) = channel.send(message, &letter).await {
                let trouble = trouble(&channel, before.as_ref().filter(|_| sent.count == 0), &error, now);
                store.note_channel(channel.key(), Some(&trouble)).await?;
                // Telling once, not at every try.
                if trouble.failures == 1 {
                    sent.failed = Some((channel.label().to_owned(), error));
                }
                return Ok(sent);
            }
            if let Err(failure) = store.delivered(channel.key(), message).await {
                self.aside().taken.insert(one);
                return Err(failure);
            }
            self.aside().taken.remove(&one);
            sent.count += usize::from(!again);
        }
        if before.is_some() {
            store.note_channel(channel.key(), None).await?;
            sent.recovered = Some(channel.label().to_owned());
        }
        Ok(sent)
    }

    /// What is told although the ledger cannot keep it: as long as the program runs, and not for ever.
    async fn tell_aside(&self, now: Timestamp, told: &mut Telling) {
        let alarms = &self.0.alarms;
        let letter = self.letter();
        let (message, left) = {
            let mut aside = self.aside();
            let Some(message) = aside.message.clone() else { return };
            if aside.not_before.is_some_and(|at| at > now) {
                return;
            }
            if aside.tries == 0 {
                told.messages.push((alarm::title(&message), alarm::lines(&message, &letter)));
            }
            aside.tries += 1;
            aside.not_before = Some(later(now, backoff(aside.tries)));
            (message, aside.left.clone())
        };
        let mut sending = JoinSet::new();
        for channel in alarms.channels.iter().filter(|channel| left.contains(channel.key())) {
            let (channel, message, letter) = (channel.clone(), message.clone(), letter.clone());
            sending.spawn(async move { channel.send(&message, &letter).await.map(|()| channel.key().to_owned()) });
        }
        let taken = sending.join_all().await;
        let mut aside = self.aside();
        for key in taken.into_iter().flatten() {
            aside.left.remove(&key);
            told.sent += 1;
        }
        let late = now.duration_since(message.at) >= STALE;
        if (aside.left.is_empty() || late) && aside.message.as_ref().is_some_and(|last| last.id == message.id) {
            aside.message = None;
        }
    }
}

/// What sending to one channel did.
#[derive(Debug, Default)]
struct Sent {
    count: usize,
    failed: Option<(String, SendError)>,
    recovered: Option<String>,
}

fn trouble(channel: &Channel, before: Option<&ChannelTrouble>, error: &SendError, now: Timestamp) -> ChannelTrouble {
    let failures = before.map_or(0, |before| before.failures).saturating_add(1);
    let wait = error.retry_after.unwrap_or_default().max(backoff(failures)).min(MAX_BACKOFF);
    ChannelTrouble {
        key: channel.key().to_owned(),
        failures,
        since: before.map_or(now, |before| before.since),
        not_before: later(now, wait),
        trouble: error.to_string(),
    }
}

fn backoff(failures: u32) -> Duration {
    BACKOFF.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX)).min(MAX_BACKOFF)
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.checked_add(SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX)).unwrap_or(Timestamp::MAX)
}
