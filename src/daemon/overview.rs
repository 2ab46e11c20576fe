//! Puts together how everything does, from the store and the schedules.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Job;
use crate::alarm::Channels;
use crate::model::Subscribers;
use crate::status::{ChannelFault, ChannelReport, FeedReport, Report, SourceReport, first_day};
use crate::store::{FeedState, SourceMemory, Store, StoreError};

/// Asks the store how everything does.
#[derive(Debug, Clone)]
pub struct Overview {
    store: Store,
    jobs: Vec<Job>,
    /// Their names in the ledger, and for people.
    channels: Vec<(String, String)>,
    about: About,
}

/// What the store does not know.
#[derive(Debug, Clone)]
pub struct About {
    /// The title of the site.
    pub title: String,
    /// BCP 47.
    pub language: String,
    /// Of the site.
    pub time_zone: TimeZone,
    /// Whether subscribers are counted.
    pub counts: bool,
}

impl Overview {
    /// Of these sources, and these ways to the operator.
    #[must_use]
    pub fn new(store: Store, jobs: Vec<Job>, channels: &Channels, about: About) -> Self {
        let channels = channels.iter().map(|channel| (channel.key().to_owned(), channel.label().to_owned())).collect();
        Self { store, jobs, channels, about }
    }

    /// Fails unless the store answers.
    pub(super) async fn answers(&self) -> Result<(), StoreError> {
        self.store.answers().await
    }

    /// How everything does.
    pub async fn report(&self, now: Timestamp) -> Result<Report, StoreError> {
        let About { title, language, time_zone, counts } = self.about.clone();
        let since = first_day(time_zone.to_datetime(now).date());
        let mut sources = Vec::new();
        for job in &self.jobs {
            sources.push(self.source(job, now).await?);
        }
        let subscribers = self.store.subscribers(since).await?;
        let feeds = self.store.feed_states().await?.into_iter().map(|state| feed(state, &subscribers)).collect();
        Ok(Report {
            at: now,
            title,
            language,
            time_zone,
            sources,
            feeds,
            alarms: self.store.alarms().await?,
            channels: self.channels().await?,
            subscriptions: self.store.subscriptions(now).await?,
            counts,
            combined: subscribers.into_iter().filter(|one| one.feed.contains('+')).collect(),
        })
    }

    async fn source(&self, job: &Job, now: Timestamp) -> Result<SourceReport, StoreError> {
        let source = &job.plan.source;
        let memory = self.store.memory(&source.id).await?;
        Ok(SourceReport {
            id: source.id.clone(),
            address: job.plan.fetch.redacted(&source.url),
            found: memory.found,
            failures: memory.failures,
            hold: self.store.hold(&source.id).await?,
            last_run: memory.last_run,
            last_good: memory.last_good,
            next_run: next_run(job, &memory, now),
            news: memory.history.rhythm.map(|rhythm| rhythm.news),
            state: memory.outcome,
            trouble: memory.trouble,
        })
    }

    /// Every channel of the config, and what is wrong with it.
    async fn channels(&self) -> Result<Vec<ChannelReport>, StoreError> {
        let mut troubles = self.store.channel_troubles().await?;
        let mut fault = |key: &str| {
            let at = troubles.iter().position(|trouble| trouble.key == key)?;
            let trouble = troubles.swap_remove(at);
            Some(ChannelFault { why: trouble.trouble, since: trouble.since, tries: trouble.failures })
        };
        let report = |(key, label): &(String, String)| ChannelReport { label: label.clone(), trouble: fault(key) };
        Ok(self.channels.iter().map(report).collect())
    }
}

/// The next firing of the schedule for which the source need not rest.
#[must_use]
pub fn next_run(job: &Job, memory: &SourceMemory, now: Timestamp) -> Option<Timestamp> {
    let memory = memory.clone().by_clock(now);
    job.schedule.next_rested(now, memory.rest_until, &job.plan.source.time_zone)
}

fn feed(state: FeedState, subscribers: &[Subscribers]) -> FeedReport {
    let slug = state.feed.slug.to_string();
    FeedReport {
        subscribers: subscribers.iter().filter(|one| one.feed == slug).cloned().collect(),
        slug,
        title: state.feed.title,
        items: state.items,
        newest: state.newest,
        changed: state.feed.changed,
        due: state.due,
    }
}
