//! `flode check`: the configuration, and the next runs.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::house::{categoriser, channels, jobs, read_config, store_failure};
use super::print::{self, Failure, Table};
use super::status::{shown, zone_name};
use super::{Ended, Exit, Setting};
use crate::alarm::{Channels, Letter};
use crate::config::Config;
use crate::daemon::Job;
use crate::model::{Category, Message};
use crate::publish::{Place, Sink};
use crate::store::{Store, StoreError};
use jiff::Timestamp;

/// How many of the next runs are shown.
const NEXT_RUNS: usize = 3;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Send a test message through each channel of `[alarm]`, and tell what came of it
    #[arg(long)]
    alarms: bool,
}

pub(super) async fn perform(setting: &Setting, args: &Args) -> Ended {
    let config = read_config(&setting.config)?;
    categoriser(&config)?;
    let channels = channels(&config)?;
    let odd = check_surroundings(&config).await?;
    let now = setting.clock.now();
    if args.alarms {
        return Ok(try_channels(&config, &channels, now, setting.json).await);
    }
    let jobs = jobs(&config);
    if setting.json {
        let sources: Vec<Value> = jobs.iter().map(|job| job_json(job, now)).collect();
        let config_file = setting.config.display().to_string();
        let warnings = config.warnings.iter().map(|warning| json!(warning));
        let warnings: Vec<Value> = warnings.chain(odd.iter().map(|reason| json!({ "reason": reason }))).collect();
        print::json(&json!({ "config": config_file, "sources": sources, "warnings": warnings }));
        return Ok(Exit::Well);
    }
    print::line(&format!("{}: all well; times are of {}", setting.config.display(), zone_name(&config.site.time_zone)));
    let mut table = Table::new(&["source", "schedule", "next runs"]);
    for job in &jobs {
        let runs: Vec<String> =
            next_runs(job, now).into_iter().map(|at| shown(Some(at), &config.site.time_zone)).collect();
        table.row(vec![job.plan.source.id.to_string(), job.schedule.to_string(), runs.join(", ")]);
    }
    table.print();
    for warning in &config.warnings {
        print::note(&warning.to_string());
    }
    for warning in &odd {
        print::note(&format!("warning: {warning}"));
    }
    Ok(Exit::Well)
}

/// Sends a test message through each channel.
async fn try_channels(config: &Config, channels: &Channels, now: Timestamp, json: bool) -> Exit {
    // Every test has an id of its own: a mailbox drops what it has.
    let message = Message::of(Vec::new(), i64::from(std::process::id()), now);
    let site = &config.site;
    let letter = Letter { site: site.title.clone(), link: site.link.to_string(), time_zone: site.time_zone.clone() };
    let (mut well, mut answers) = (true, Vec::new());
    for channel in channels.iter() {
        let sent = channel.send(&message, &letter).await;
        match &sent {
            _ if json => {}
            Ok(()) => print::line(&format!("{}: took the test message", channel.label())),
            Err(error) => print::error(&format!("{}: {error}", channel.label()), error.hint),
        }
        well &= sent.is_ok();
        answers.push(json!({ "channel": channel.label(), "error": sent.err().map(|error| error.to_string()) }));
    }
    if json {
        print::json(&json!({ "channels": answers }));
    } else if answers.is_empty() {
        print::line("no channel is configured: add an `[[alarm.webhook]]` or an `[alarm.mail]`");
    }
    if well { Exit::Well } else { Exit::SourceFailed }
}

/// What would stop a run although the configuration is right by itself; and what is odd.
async fn check_surroundings(config: &Config) -> Result<Vec<String>, Failure> {
    match &config.publish.to {
        Place::Directory(to) if to.exists() && !to.is_dir() => {
            return Err(Failure::of_disk(format!("`publish.to` is {}, which is not a directory", to.display())));
        }
        Place::Bucket(_) => {
            Sink::check_login(&config.publish).map_err(|error| Failure::new(&error).hint(error.hint()))?;
        }
        Place::Directory(_) => {}
    }
    match Store::open_to_look(&config.store).await {
        Ok(store) => beside_the_ledger(config, &store).await,
        Err(StoreError::Missing { .. }) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
    .map_err(store_failure)
}

/// What the configuration and what is kept say of each other: warnings of feeds whose categories no item has.
async fn beside_the_ledger(config: &Config, store: &Store) -> Result<Vec<String>, StoreError> {
    store.check_slugs(&config.feeds.iter().map(|feed| feed.slug.clone()).collect::<Vec<_>>()).await?;
    let default = config.sources.iter().filter_map(|source| source.source.default_category.as_ref());
    let names = config.categories.known.iter().chain(default);
    let configured: BTreeSet<String> = names.filter_map(|name| Some(Category::new(name)?.key)).collect();
    let mut unknown = Vec::new();
    for feed in &config.feeds {
        let wanted: BTreeSet<&str> = feed.rule.any.iter().chain(&feed.rule.all).map(String::as_str).collect();
        let (known, all) = store.categories_among(&wanted).await?;
        // Of a ledger that knows none, nobody can tell.
        let strange = wanted.iter().filter(|key| all > 0 && !known.contains(**key) && !configured.contains(**key));
        unknown.extend(strange.map(|key| format!("feed `{}`: no item has the category `{key}` so far", feed.slug)));
    }
    Ok(unknown)
}

fn next_runs(job: &Job, now: Timestamp) -> Vec<Timestamp> {
    let zone = &job.plan.source.time_zone;
    std::iter::successors(job.schedule.next_after(now, zone), |at| job.schedule.next_after(*at, zone))
        .take(NEXT_RUNS)
        .collect()
}

fn job_json(job: &Job, now: Timestamp) -> Value {
    let runs: Vec<String> = next_runs(job, now).iter().map(ToString::to_string).collect();
    json!({
        "source": job.plan.source.id.as_str(),
        "url": job.plan.fetch.redacted(&job.plan.source.url),
        "schedule": job.schedule.to_string(),
        "next_runs": runs,
        "warning": job.schedule.warning(),
    })
}
