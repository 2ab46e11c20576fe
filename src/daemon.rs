//! Runs every source on its schedule until it is told to stop.
//!
//! One task for each source, so that the runs of one source never overlap and a slow one delays no other. A run that was
//! missed while the program was down is made up once, at the start. This module and `cli` alone read a clock, and this one
//! is given it. A further task tells the operator what is not well: it waits for nobody, and nobody for it.
//!
//! A clock may be wrong, and be set right: it decides when a source is due, never how often. What the ledger remembers of
//! another time is read as [`SourceMemory::by_clock`] has it, and between two runs of a source lies `fetch.min_interval` of
//! real time.

mod clock;
mod counts;
mod operator;
mod overview;
mod push;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, Notify, Semaphore, watch};
use tokio::task::{Id, JoinError, JoinSet};

use crate::model::SourceId;
use crate::pipeline::{Haste, How, Pipeline, Plan, Publishing, Pushed, Run, Telling};
use crate::schedule::Schedule;
use crate::store::{SourceMemory, StoreError};

pub use clock::Clock;
pub use operator::{Gauges, operator};
pub use overview::{About, Overview, next_run};

/// The limits of the daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Sources read at the same time. Default 8.
    pub concurrency: usize,
    /// For runs under way to end when the program stops; after it they are dropped, which harms nothing. Default 20 s.
    pub drain: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { concurrency: 8, drain: Duration::from_secs(20) }
    }
}

/// A source with its schedule.
#[derive(Debug, Clone)]
pub struct Job {
    /// The source and how it is read.
    pub plan: Plan,
    /// When.
    pub schedule: Schedule,
}

/// Something worth telling.
#[derive(Debug)]
pub enum Event {
    /// A run has ended, which took so long.
    Ran(Run, Duration),
    /// Feeds were published after it.
    Published(Result<Publishing, StoreError>),
    /// What was held of a source was let out because the operator asked for it: so many items.
    Released(SourceId, Result<u32, StoreError>),
    /// A subscriber was told of a change, or asked to be.
    Pushed(Pushed),
    /// What was counted of subscribers could not be written down, for this reason; it is tried again.
    Uncounted(String),
    /// When the source is read next; `None`: never.
    Next(SourceId, Option<Timestamp>),
    /// The task of a source, or of letting held items out (`None`), ended in a defect of the program; the others go on.
    Lost(Option<SourceId>, String),
    /// What the operator was told.
    Told(Telling),
}

/// Longest time between two looks at the clock, which may be set, or stand still while the machine is suspended.
const LOOK_UP: Duration = Duration::from_secs(20);

/// After a run, before the operator is told: many runs end together.
const BREATH: Duration = Duration::from_secs(1);

/// A run may begin so much sooner after the one before than `min_interval` says: that one may have begun late.
const EARLY: Duration = Duration::from_secs(5);

/// Runs all jobs until `stop` turns true, then lets the runs under way end within [`Options::drain`].
pub async fn run(
    pipeline: Pipeline,
    jobs: Vec<Job>,
    clock: Clock,
    options: &Options,
    tell: impl Fn(Event) + Clone + Send + Sync + 'static,
    mut stop: watch::Receiver<bool>,
) {
    let permits = Arc::new(Semaphore::new(options.concurrency.max(1)));
    let (turn, queue) = (Arc::<Mutex<()>>::default(), Arc::new(Semaphore::new(1)));
    let news = Arc::new(Notify::new());
    let mut tasks = Tasks::default();
    tasks.running.spawn(release(pipeline.clone(), jobs.clone(), clock.clone(), tell.clone(), stop.clone()));
    tasks.running.spawn(counts::keep(pipeline.clone(), clock.clone(), tell.clone(), stop.clone()));
    if pipeline.pushes() {
        tasks.running.spawn(push::keep(pipeline.clone(), clock.clone(), tell.clone(), stop.clone()));
    }
    for job in jobs {
        let desk = Desk {
            pipeline: pipeline.clone(),
            clock: clock.clone(),
            permits: Arc::clone(&permits),
            stop: stop.clone(),
            news: Arc::clone(&news),
            tell: tell.clone(),
            turn: Arc::clone(&turn),
            queue: Arc::clone(&queue),
            rested: None,
        };
        let source = job.plan.source.id.clone();
        let task = tasks.running.spawn(desk.keep(job));
        tasks.sources.insert(task.id(), source);
    }
    let telling = tokio::spawn(keep_telling(pipeline.clone(), clock.clone(), news, tell.clone(), stop.clone()));
    loop {
        tokio::select! {
            // A sender that is gone means the same as a word to stop.
            _ = stop.wait_for(|stop| *stop) => break,
            Some(ended) = tasks.running.join_next_with_id(), if !tasks.running.is_empty() => {
                let Some((source, why)) = tasks.lost(ended) else { continue };
                // A store that fails is told of by itself.
                if let Some(source) = &source {
                    let _ = pipeline.note_lost(source, &why, clock.now()).await;
                }
                tell(Event::Lost(source, why));
            }
        }
    }
    let drained = tokio::time::timeout(options.drain, async {
        while let Some(ended) = tasks.running.join_next_with_id().await {
            if let Some((source, why)) = tasks.lost(ended) {
                tell(Event::Lost(source, why));
            }
        }
        // What it has not sent is sent at the next start.
        let _ = telling.await;
    });
    if drained.await.is_err() {
        tasks.running.shutdown().await;
    }
}

/// The tasks of the sources.
#[derive(Default)]
struct Tasks {
    running: JoinSet<()>,
    sources: BTreeMap<Id, SourceId>,
}

impl Tasks {
    /// The source of a task that ended in a defect, and what it said.
    fn lost(&self, ended: Result<(Id, ()), JoinError>) -> Option<(Option<SourceId>, String)> {
        let lost = ended.err()?;
        Some((self.sources.get(&lost.id()).cloned(), lost.to_string()))
    }
}

/// Tells the operator what there is to tell, after each run and as time goes by.
async fn keep_telling(
    pipeline: Pipeline,
    clock: Clock,
    news: Arc<Notify>,
    tell: impl Fn(Event),
    mut stop: watch::Receiver<bool>,
) {
    loop {
        tell(Event::Told(pipeline.tell(clock.now(), Haste::Gathered).await));
        tokio::select! {
            () = async { news.notified().await; tokio::time::sleep(BREATH).await } => {}
            () = tokio::time::sleep(LOOK_UP) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Longest time until the operator's word to release held items is heard.
const HEAR: Duration = Duration::from_secs(2);

/// Lets out what the operator asks for, which another process notes in the ledger.
async fn release(
    pipeline: Pipeline,
    jobs: Vec<Job>,
    clock: Clock,
    tell: impl Fn(Event),
    mut stop: watch::Receiver<bool>,
) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(HEAR) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        // A store that fails is told of by the runs.
        let asked = pipeline.parts().store.asked_to_release().await.unwrap_or_default();
        for job in jobs.iter().filter(|job| asked.contains(&job.plan.source.id)) {
            let released = pipeline.release(&job.plan, clock.now()).await;
            tell(Event::Released(job.plan.source.id.clone(), released.map(|applied| applied.new)));
        }
        if !asked.is_empty() {
            tell(Event::Published(pipeline.publish_due().await));
        }
    }
}

/// Where one source is looked after.
struct Desk<T> {
    pipeline: Pipeline,
    clock: Clock,
    permits: Arc<Semaphore>,
    stop: watch::Receiver<bool>,
    /// Rung when there may be something to tell the operator.
    news: Arc<Notify>,
    tell: T,
    /// Held while feeds are written.
    turn: Arc<Mutex<()>>,
    /// One place, for who writes them next.
    queue: Arc<Semaphore>,
    /// No run begins before, however often the clock is set.
    rested: Option<Instant>,
}

impl<T: Fn(Event)> Desk<T> {
    async fn keep(mut self, job: Job) {
        let mut planned = self.first(&job).await;
        loop {
            (self.tell)(Event::Next(job.plan.source.id.clone(), planned.at));
            match self.wait(planned).await {
                Woken::Due => self.run(&job).await,
                Woken::ClockSetBack => {}
                Woken::Stopped => return,
            }
            planned = self.next(&job).await;
        }
    }

    /// The next firing of the schedule for which the source need not rest.
    async fn next(&self, job: &Job) -> Planned {
        let from = self.clock.now();
        let memory = self.remembered(job, from).await;
        Planned { from, at: job.schedule.next_rested(from, memory.rest_until, &job.plan.source.time_zone) }
    }

    /// Now, if the source has never been read or a run was missed; else as the schedule says.
    async fn first(&self, job: &Job) -> Planned {
        let now = self.clock.now();
        let memory = self.remembered(job, now).await;
        let rested = memory.rest_until.is_none_or(|until| until <= now);
        let missed = |last| rested && job.schedule.missed_between(last, now, &job.plan.source.time_zone);
        if memory.last_run.is_none_or(missed) { Planned { from: now, at: Some(now) } } else { self.next(job).await }
    }

    async fn remembered(&self, job: &Job, now: Timestamp) -> SourceMemory {
        let store = &self.pipeline.parts().store;
        store.memory_by_clock(&job.plan.source.id, now).await.unwrap_or_default()
    }

    /// A schedule without a further firing is waited for as well: the clock may stand beyond the end of the calendar.
    async fn wait(&mut self, planned: Planned) -> Woken {
        let until = planned.at.unwrap_or(Timestamp::MAX);
        let mut before = planned.from;
        loop {
            let now = self.clock.now();
            if now < before - SignedDuration::from_mins(1) {
                return Woken::ClockSetBack;
            }
            before = now;
            let mut left = self.clock.real(until.duration_since(now).try_into().unwrap_or_default());
            if let Some(rested) = self.rested {
                left = left.max(rested.saturating_duration_since(Instant::now()));
            }
            if left.is_zero() {
                return Woken::Due;
            }
            tokio::select! {
                () = tokio::time::sleep(left.min(self.clock.real(LOOK_UP))) => {}
                _ = self.stop.wait_for(|stop| *stop) => return Woken::Stopped,
            }
        }
    }

    async fn run(&mut self, job: &Job) {
        let permit = tokio::select! {
            permit = self.permits.clone().acquire_owned() => permit,
            _ = self.stop.wait_for(|stop| *stop) => return,
        };
        let pause = self.pipeline.parts().fetch.min_interval.saturating_sub(EARLY);
        self.rested = Instant::now().checked_add(self.clock.real(pause));
        let began = Instant::now();
        let run = self.pipeline.run(&job.plan, self.clock.now(), How::default()).await;
        (self.tell)(Event::Ran(run, began.elapsed()));
        drop(permit);
        // Whoever waits already will find the marks of this run, too: a hundred runs that end together write once or twice.
        let Ok(place) = self.queue.try_acquire() else { return self.news.notify_one() };
        let turn = self.turn.lock().await;
        drop(place);
        let published = self.pipeline.publish_due().await;
        // A store that fails is told of by itself.
        let _ = self.pipeline.note_publishing(&published, self.clock.now()).await;
        (self.tell)(Event::Published(published));
        drop(turn);
        self.news.notify_one();
    }
}

/// When a source is read next.
#[derive(Debug, Clone, Copy)]
struct Planned {
    /// When this was planned: a clock that shows less has been set back since.
    from: Timestamp,
    /// `None`: never, as far as the calendar goes.
    at: Option<Timestamp>,
}

enum Woken {
    Due,
    ClockSetBack,
    Stopped,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_source_of_a_task_that_is_lost_is_known() {
        let mut tasks = Tasks::default();
        for (id, fails) in [("good", false), ("bad", true)] {
            let task = tasks.running.spawn(async move { assert!(!fails, "a defect") });
            tasks.sources.insert(task.id(), SourceId::parse(id).expect("an id"));
        }
        let mut lost = Vec::new();
        while let Some(ended) = tasks.running.join_next_with_id().await {
            lost.extend(tasks.lost(ended).and_then(|(source, _)| source).map(|source| source.to_string()));
        }
        assert_eq!(lost, ["bad"]);
    }
}
