//! `flode status`: the health of every source and feed.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::house::{channels, jobs, read_config, store_failure};
use super::print::{self, Failure, Table};
use super::{Ended, Exit, Setting, show};
use crate::alarm::Channel;
use crate::config::Config;
use crate::daemon::Job;
use crate::model::{Alarm, Hold, Subject};
use crate::store::{ChannelTrouble, FeedState, SourceMemory, Store};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// One source in full: its last pages, and what changed in the one that was not believed
    #[arg(long, value_name = "SOURCE")]
    show: Option<String>,

    /// Write the page that was not believed to standard output; the newest, if all were
    #[arg(long, requires = "show")]
    page: bool,

    /// With --page: the newest page that was believed
    #[arg(long, requires = "page")]
    good: bool,
}

pub(super) async fn perform(setting: &Setting, args: &Args) -> Ended {
    match &args.show {
        Some(source) if args.page => show::page(setting, source, args.good).await,
        Some(source) => show::perform(setting, source).await,
        None => everything(setting).await,
    }
}

async fn everything(setting: &Setting) -> Ended {
    let config = read_config(&setting.config)?;
    let store = Store::open_to_look(&config.store).await.map_err(store_failure)?;
    let mut sources = Vec::new();
    for job in jobs(&config) {
        let memory = store.memory(&job.plan.source.id).await.map_err(store_failure)?;
        let hold = store.hold(&job.plan.source.id).await.map_err(store_failure)?;
        sources.push(SourceState { job, memory, hold });
    }
    let feeds = store.feed_states().await.map_err(store_failure)?;
    let alarms = store.alarms().await.map_err(store_failure)?;
    let channels = channel_states(&config, &store).await?;
    let now = setting.clock.now();
    let zone = &config.site.time_zone;
    if setting.json {
        let sources: Vec<Value> = sources.iter().map(|state| source_json(state, now)).collect();
        let feeds: Vec<Value> = feeds.iter().map(feed_json).collect();
        let alarms: Vec<Value> = alarms.iter().map(|(subject, alarm)| alarm_json(subject, alarm)).collect();
        let channels: Vec<Value> =
            channels.iter().map(|(label, trouble)| channel_json(label, trouble.as_ref())).collect();
        print::json(&json!({ "sources": sources, "feeds": feeds, "alarms": alarms, "channels": channels }));
    } else {
        source_table(&sources, now, zone).print();
        print::line("");
        feed_table(&feeds, zone).print();
        if !alarms.is_empty() {
            print::line("");
            alarm_table(&alarms, zone).print();
        }
    }
    for (label, trouble) in channels.iter().filter_map(|(label, trouble)| Some((label, trouble.as_ref()?))) {
        let since = shown(Some(trouble.since), zone);
        print::error(
            &format!(
                "{label}: the alarm could not be sent: {} (since {since}, tries: {})",
                trouble.trouble, trouble.failures
            ),
            None,
        );
    }
    for state in &sources {
        tell(state, zone);
    }
    let well = sources.iter().all(|state| state.memory.outcome != "suspect" && state.memory.failures == 0);
    Ok(if well { Exit::Well } else { Exit::SourceFailed })
}

/// A source with what the ledger has of it.
struct SourceState {
    job: Job,
    memory: SourceMemory,
    hold: Option<Hold>,
}

/// What is wrong with a source, and what is held of it.
fn tell(state: &SourceState, zone: &TimeZone) {
    let SourceState { job, memory, hold } = state;
    let source = &job.plan.source.id;
    let Some(trouble) = &memory.trouble else { return };
    let since =
        memory.last_good.map_or_else(|| "never well".to_owned(), |at| format!("well until {}", shown(Some(at), zone)));
    if memory.failures == 0 && memory.outcome != "suspect" {
        print::note(&format!("warning: {source}: {trouble}"));
    } else {
        print::error(&format!("{source}: {trouble} ({since}, failed runs since: {})", memory.failures), None);
    }
    if let Some(hold) = hold.as_ref().filter(|hold| !hold.items.is_empty()) {
        let mut titles: Vec<&str> = hold.items.iter().take(HELD_SHOWN).map(|item| item.found.title.as_str()).collect();
        if hold.items.len() > HELD_SHOWN {
            titles.push("…");
        }
        print::error(
            &format!(
                "{source}: {} new items are held since {}: {}",
                hold.items.len(),
                shown(Some(hold.since), zone),
                titles.join("; ")
            ),
            Some(&Hold::way_out(source)),
        );
    }
}

/// Held items of a source that are shown by their titles.
const HELD_SHOWN: usize = 5;

/// To the minute, in the site's zone.
pub(super) fn shown(at: Option<Timestamp>, zone: &TimeZone) -> String {
    at.map_or_else(|| "–".to_owned(), |at| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string())
}

/// The next firing of the schedule for which the source need not rest, as `flode run` has it.
pub(super) fn next(job: &Job, memory: &SourceMemory, now: Timestamp) -> Option<Timestamp> {
    let memory = memory.clone().by_clock(now);
    job.schedule.next_rested(now, memory.rest_until, &job.plan.source.time_zone)
}

fn source_table(sources: &[SourceState], now: Timestamp, zone: &TimeZone) -> Table {
    let mut table =
        Table::new(&["source", "state", "on page", "held", "failures", "last run", "last good run", "next run"]);
    for SourceState { job, memory, hold } in sources {
        table.row(vec![
            job.plan.source.id.to_string(),
            memory.outcome.clone(),
            memory.found.to_string(),
            hold.as_ref().map_or(0, |hold| hold.items.len()).to_string(),
            memory.failures.to_string(),
            shown(memory.last_run, zone),
            shown(memory.last_good, zone),
            shown(next(job, memory, now), zone),
        ]);
    }
    table
}

fn feed_table(feeds: &[FeedState], zone: &TimeZone) -> Table {
    let mut table = Table::new(&["feed", "items", "newest", "changed", "state", "title"]);
    for state in feeds {
        table.row(vec![
            state.feed.slug.to_string(),
            state.items.to_string(),
            shown(state.newest, zone),
            shown(Some(state.feed.changed), zone),
            if state.due { "due" } else { "published" }.to_owned(),
            state.feed.title.clone(),
        ]);
    }
    table
}

fn source_json(state: &SourceState, now: Timestamp) -> Value {
    let SourceState { job, memory, hold } = state;
    json!({
        "source": job.plan.source.id.as_str(),
        "url": job.plan.fetch.redacted(&job.plan.source.url),
        "state": memory.outcome,
        "on_page": memory.found,
        "failures": memory.failures,
        "trouble": memory.trouble,
        "held": hold.as_ref().map(held_json),
        "last_run": memory.last_run.map(|at| at.to_string()),
        "last_good": memory.last_good.map(|at| at.to_string()),
        "next_run": next(job, memory, now).map(|at| at.to_string()),
    })
}

pub(super) fn held_json(hold: &Hold) -> Value {
    json!({
        "since": hold.since.to_string(),
        "causes": hold.causes,
        "items": hold.items.iter().map(|item| item.found.title.as_str()).collect::<Vec<_>>(),
    })
}

fn feed_json(state: &FeedState) -> Value {
    json!({
        "feed": state.feed.slug.as_str(),
        "title": state.feed.title,
        "items": state.items,
        "newest": state.newest.map(|at| at.to_string()),
        "changed": state.feed.changed.to_string(),
        "due": state.due,
    })
}

/// Every channel of the config, and what is wrong with it.
async fn channel_states(config: &Config, store: &Store) -> Result<Vec<(String, Option<ChannelTrouble>)>, Failure> {
    let troubles = store.channel_troubles().await.map_err(store_failure)?;
    let state = |channel: &Channel| {
        let trouble = troubles.iter().find(|trouble| trouble.key == channel.key()).cloned();
        (channel.label().to_owned(), trouble)
    };
    Ok(channels(config)?.iter().map(state).collect())
}

fn alarm_table(alarms: &[(Subject, Alarm)], zone: &TimeZone) -> Table {
    let mut table = Table::new(&["alarm", "state", "since", "told", "reason"]);
    for (subject, alarm) in alarms {
        let state = if alarm.well_since.is_some() { "well for now" } else { alarm.complaint.condition.word() };
        table.row(vec![
            subject.to_string(),
            state.to_owned(),
            shown(Some(alarm.since), zone),
            alarm.told.map_or_else(|| "not yet".to_owned(), |at| shown(Some(at), zone)),
            alarm.complaint.reason.clone(),
        ]);
    }
    table
}

fn alarm_json(subject: &Subject, alarm: &Alarm) -> Value {
    json!({
        "kind": subject.kind(),
        "subject": subject.to_string(),
        "state": alarm.complaint.condition.word(),
        "reason": alarm.complaint.reason,
        "hint": alarm.complaint.hint,
        "since": alarm.since.to_string(),
        "failures": alarm.failures,
        "well_since": alarm.well_since.map(|at| at.to_string()),
        "told": alarm.told.map(|at| at.to_string()),
    })
}

fn channel_json(label: &str, trouble: Option<&ChannelTrouble>) -> Value {
    json!({
        "channel": label,
        "trouble": trouble.map(|trouble| &trouble.trouble),
        "since": trouble.map(|trouble| trouble.since.to_string()),
        "tries": trouble.map_or(0, |trouble| trouble.failures),
    })
}
