//! `flode run`: the daemon.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{debug, error, info, warn};

use super::house::{House, about, store_failure};
use super::print::Failure;
use super::told::Told;
use super::{Ended, Exit, Ledger, Setting, once, signals};
use crate::daemon::{self, Clock, Event, Gauges, Overview};
use crate::model::SourceId;
use crate::pipeline::{Outcome, Publishing, Pushed, Read, Run, Telling, Trouble};
use crate::publish;
use crate::serve::{ServeError, Server, Shelf};
use crate::store::StoreError;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) ledger: Ledger,
}

pub(super) async fn perform(setting: &Setting) -> Ended {
    let stop = signals::stop()?;
    let house = House::open(setting).await?;
    let server = open_shop(&house).await?;
    let gauges = Gauges::new(setting.clock.now());
    let office = open_office(&house, &server, &setting.clock, &gauges).await?;
    info!("{} feeds at {}", feeds(&house).await, server.addresses().join(" "));
    if let Some(office) = &office {
        info!("status at {}", office.addresses().join(" "));
    }
    let told = Told::default();
    let tell = move |event: &Event| {
        if let Event::Ran(run, took) = event {
            gauges.note(run, *took);
        }
        log(event, &told);
    };
    keep(house, [Some(server), office], setting.clock.clone(), stop, tell).await;
    info!("stopped");
    Ok(Exit::Well)
}

async fn feeds(house: &House) -> usize {
    house.pipeline.parts().store.feeds(false).await.map_or(0, |feeds| feeds.len())
}

/// Fills the shelf from the ledger and takes the server's address, so that what is there is served before the first run.
pub(super) async fn open_shop(house: &House) -> Result<Server, Failure> {
    let published = house.pipeline.publish_all().await.map_err(store_failure)?;
    for (feed, error) in &published.failed {
        error!("{feed}: {error}");
    }
    let shelf = house.pipeline.parts().shelf.clone();
    shelf.tell_time_by(Timestamp::now); // as `Date` is told, whatever clock the runs go by
    let server =
        Server::bind(&house.config.serve, shelf).await.map_err(|error| Failure::new(&error).hint(error.hint()))?;
    Ok(server.with_desk(house.pipeline.desk()).with_witness(house.pipeline.witness()))
}

/// Takes the address of the operator's pages, where there is one.
async fn open_office(
    house: &House,
    server: &Server,
    clock: &Clock,
    gauges: &Gauges,
) -> Result<Option<Server>, Failure> {
    let parts = house.pipeline.parts();
    let overview = Overview::new(parts.store.clone(), house.jobs.clone(), &parts.alarms.channels, about(&house.config));
    let assets = publish::assets(&house.config.site.language, clock.now(), &parts.publish);
    let style = assets.iter().find(|file| file.name == "pages.css").map_or(&[][..], |file| &file.bytes);
    let style = String::from_utf8_lossy(style);
    let options = &house.config.serve;
    let (clock, gauges) = (clock.clone(), gauges.clone());
    let operator = daemon::operator(overview, clock, gauges, server.requests(), &style, &options.operator_hosts);
    let refused = |error: ServeError| {
        let hint = error.hint().map(|hint| hint.replace("`serve.listen`", "`serve.operator`"));
        Failure::new(&error).hint(hint)
    };
    Server::bind_operator(options, operator).await.map_err(refused)
}

/// Runs the sources and the servers until `stop` turns true, and closes the store.
pub(super) async fn keep(
    house: House,
    servers: [Option<Server>; 2],
    clock: Clock,
    stop: watch::Receiver<bool>,
    tell: impl Fn(&Event) + Clone + Send + Sync + 'static,
) {
    let pipeline = house.pipeline.clone();
    // Before anybody can come.
    pipeline.count_day(clock.now());
    let mut serving = JoinSet::new();
    for server in servers.into_iter().flatten() {
        serving.spawn(server.run(signals::stopped(stop.clone())));
    }
    let rest = Rest::new(house.pipeline.parts().shelf.clone(), clock.clone());
    let tell = move |event: Event| {
        tell(&event);
        if let Event::Next(source, at) = event {
            rest.note(source, at);
        }
    };
    let options = daemon::Options { concurrency: house.config.fetch.concurrency, drain: house.config.serve.drain };
    daemon::run(house.pipeline, house.jobs, clock, &options, tell, stop).await;
    // A server that ended in a defect has nothing left to drain.
    while serving.join_next().await.is_some() {}
    if let Err(failure) = pipeline.keep_counts().await {
        warn!("{failure}: what was counted last is lost");
    }
    pipeline.parts().store.close().await;
}

/// A client asks at least so often, for feeds also change by other hands than the schedule's: an import, a new configuration.
const LONGEST_REST: Duration = Duration::from_hours(1);

/// How long clients may rest: until the next run of any source.
#[derive(Clone)]
struct Rest {
    shelf: Shelf,
    clock: Clock,
    next: Arc<Mutex<BTreeMap<SourceId, Timestamp>>>,
}

impl Rest {
    fn new(shelf: Shelf, clock: Clock) -> Self {
        Self { shelf, clock, next: Arc::default() }
    }

    fn note(&self, source: SourceId, at: Option<Timestamp>) {
        let Ok(mut next) = self.next.lock() else { return };
        match at {
            Some(at) => next.insert(source, at),
            None => next.remove(&source),
        };
        let now = self.clock.now();
        let soonest =
            next.values().min().map_or(Duration::ZERO, |at| at.duration_since(now).try_into().unwrap_or_default());
        self.shelf.fresh_for(soonest.min(LONGEST_REST));
    }
}

fn log(event: &Event, told: &Told) {
    match event {
        Event::Ran(Run { outcome: Outcome::Failed(Trouble::Store(failure)), .. }, _)
        | Event::Published(Err(failure)) => {
            log_store(failure, told);
        }
        Event::Ran(run, _) => {
            // A run that waits has written nothing, and one that only read proves nothing.
            let kept = !matches!(run.outcome, Outcome::Waiting(_) | Outcome::Failed(_)) || run.after_failure.is_some();
            if kept && told.store_works() {
                info!("the store works again");
            }
            log_run(run);
        }
        Event::Published(Ok(published)) => log_publishing(published, told),
        Event::Uncounted(why) => warn!("{why}: subscribers are counted on, and written down when that can be done"),
        Event::Next(source, Some(at)) => info!("{source}: next run at {}", seconds(*at)),
        Event::Next(source, None) => warn!("{source}: the schedule has no further run"),
        Event::Released(source, Ok(items)) => info!("{source}: {items} held items let out, as the operator asked"),
        Event::Released(source, Err(failure)) => error!("{source}: held items were not let out: {failure}"),
        Event::Lost(Some(source), why) => error!("{source}: it is no longer read: {why}"),
        Event::Lost(None, why) => error!("held items are no longer let out: {why}"),
        Event::Told(telling) => log_alarms(telling, told),
        Event::Pushed(pushed) => log_push(pushed),
    }
}

fn seconds(at: Timestamp) -> impl std::fmt::Display {
    at.strftime("%Y-%m-%dT%H:%M:%SZ")
}

fn log_run(run: &Run) {
    let source = &run.source;
    if let Some(verdict) = once::doubted(run) {
        warn!("{source}: {}; hint: {}", verdict.sentence(), once::doubt_hint(run));
    }
    match &run.outcome {
        Outcome::Waiting(until) => info!("{source}: the server asked not to be asked before {}", seconds(*until)),
        Outcome::Unchanged(gate, _) => info!("{source}: unchanged ({gate})"),
        Outcome::Read(Read { verdict, found, pages, held, applied, defects, stopped }) => {
            info!(
                "{source}: {verdict}, {found} items, {} new, {} edited, {} moved, {held} held",
                applied.new, applied.edited, applied.moved
            );
            if let Some(trouble) = stopped {
                warn!("{source}: page {} of the list was not read: {trouble}", pages + 1);
            }
            for defect in defects {
                warn!("{source}: {defect}");
            }
        }
        Outcome::Failed(trouble) => {
            let after = run.after_failure.map(|after| format!("; {}", after.sentence(|at| seconds(at).to_string())));
            let after = after.unwrap_or_default();
            error!("{source}: {trouble}{after}");
        }
    }
}

fn log_store(failure: &StoreError, told: &Told) {
    if told.store_fails(failure) {
        let hint = failure.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
        error!("{failure}: nothing is read until it works again, and the feeds stay as they are{hint}");
    }
}

/// Deliveries that fail are tried again, and the subscriber's affair.
fn log_push(pushed: &Pushed) {
    match pushed {
        Pushed::Subscribed(topic, host) => info!("{topic}: {host} has subscribed"),
        Pushed::Unsubscribed(topic, host) => info!("{topic}: {host} has unsubscribed"),
        Pushed::Ended(topic, host, why) => info!("{topic}: {host} is told no longer: {why}"),
        Pushed::GivenUp(topic, host, why) => info!("{topic}: {host} could not be told of this change: {why}"),
        Pushed::Denied(topic, host, why) => debug!("{topic}: {host} is no subscriber: {why}"),
        Pushed::Told(topic, host) => debug!("{topic}: {host} was told"),
        Pushed::Failed(topic, host, why) => debug!("{topic}: {host} was not told: {why}"),
    }
}

fn log_publishing(published: &Publishing, told: &Told) {
    if published.written() > 0 {
        info!("published {} feeds, {} files", published.feeds, published.written());
    }
    if published.failed.is_empty() {
        if told.feeds_work() {
            info!("every feed is written again");
        }
        return;
    }
    let news = told.feeds_fail(&published.failed);
    if let Some((feed, failure)) = news.first() {
        let others = news.len() - 1;
        let others = if others > 0 { format!("; {others} others likewise") } else { String::new() };
        let hint = failure.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
        error!("{feed}: {failure}{others}; the last good files stay{hint}");
    }
}

fn log_alarms(telling: &Telling, told: &Told) {
    let news = told.operators_feed(telling.feed.as_ref());
    for (title, _) in &telling.messages {
        warn!("told: {title}");
    }
    for (channel, failure) in &telling.failed {
        let hint = failure.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
        error!("{channel}: the alarm could not be sent: {failure}; it is tried again{hint}");
    }
    for channel in &telling.recovered {
        info!("{channel}: alarms are sent again");
    }
    if let Some(failure) = telling.feed.as_ref().filter(|_| news) {
        error!("_flode: {failure}; its last good file stays");
    }
}
