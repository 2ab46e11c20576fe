//! `flode once`: one pass, then exit.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::house::{House, store_failure};
use super::print::{self, Table};
use super::{Ended, Exit, Ledger, Setting};
use crate::daemon::{Clock, Job};
use crate::model::{Cause, Hold, Verdict, text};
use crate::pipeline::{Batch, Haste, How, Outcome, Publishing, Pushed, Read, Run, Telling, Trouble};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these sources; all, if none is named
    #[arg(value_name = "SOURCE")]
    sources: Vec<String>,

    /// Also ask a server that has asked for patience (Retry-After, max-age), or whose clock contradicts this machine's
    #[arg(long)]
    force: bool,

    /// Walk the whole list once, page by page, for the items of the past
    #[arg(long)]
    backfill: bool,

    #[command(flatten)]
    pub(super) ledger: Ledger,
}

pub(super) async fn perform(setting: &Setting, args: &Args) -> Ended {
    let house = House::open(setting).await?;
    let how = How { force: args.force, backfill: args.backfill };
    let runs = read_all(&house, house.chosen(&args.sources)?, &setting.clock, how).await;
    finish(&house, &runs, setting).await
}

/// Reads the sources of a host one after the other, and as many hosts at a time as `fetch.concurrency` says, so that a slow
/// one delays no other. The runs are in the order of the sources.
async fn read_all(house: &House, jobs: Vec<Job>, clock: &Clock, how: How) -> Vec<Run> {
    let mut hosts: BTreeMap<String, Vec<(usize, Job)>> = BTreeMap::new();
    for (place, job) in jobs.into_iter().enumerate() {
        hosts.entry(job.plan.source.url.authority().to_owned()).or_default().push((place, job));
    }
    let permits = Arc::new(Semaphore::new(house.config.fetch.concurrency));
    let mut running = JoinSet::new();
    for jobs in hosts.into_values() {
        let (pipeline, clock, permits) = (house.pipeline.clone(), clock.clone(), Arc::clone(&permits));
        running.spawn(async move {
            let _permit = permits.acquire_owned().await;
            let mut runs = Vec::with_capacity(jobs.len());
            for (place, job) in jobs {
                runs.push((place, pipeline.run(&job.plan, clock.now(), how).await));
            }
            runs
        });
    }
    let mut runs = BTreeMap::new();
    while let Some(ended) = running.join_next().await {
        match ended {
            Ok(ended) => runs.extend(ended),
            Err(lost) => print::error(&format!("a source was not read: {lost}"), None),
        }
    }
    runs.into_values().collect()
}

/// Publishes what is due after the runs, and tells of both.
pub(super) async fn finish(house: &House, runs: &[Run], setting: &Setting) -> Ended {
    let zone = &house.config.site.time_zone;
    let published = house.pipeline.publish_due().await;
    let now = setting.clock.now();
    let noted = house.pipeline.note_publishing(&published, now).await;
    Box::pin(push(house, &setting.clock)).await;
    let told = house.pipeline.tell(now, Haste::Now).await;
    house.pipeline.parts().store.close().await;
    let (published, failure) = match noted.and(published) {
        Ok(published) => (published, None),
        Err(error) => (Publishing::default(), Some(store_failure(error))),
    };
    if setting.json {
        let runs: Vec<Value> = runs.iter().map(run_json).collect();
        print::json(&json!({
            "runs": runs,
            "published": publishing_json(&published),
            "alarms": told_json(&told),
            "error": failure.as_ref().map(|failure| &failure.message),
            "hint": failure.as_ref().and_then(|failure| failure.hint.as_deref()),
        }));
    } else {
        table(runs, zone).print();
        print::line(&publishing_line(&published, house));
    }
    for (run, trouble) in runs.iter().filter_map(|run| Some((run, failed(run)?))) {
        let after = run.after_failure.map(|after| format!("; {}", after.sentence(|at| text::moment(at, zone))));
        let after = after.unwrap_or_default();
        print::error(&format!("{}: {trouble}{after}", run.source), trouble.hint().as_deref());
    }
    for (run, verdict) in runs.iter().filter_map(|run| Some((run, doubted(run)?))) {
        let (said, hint) = (format!("{}: {}", run.source, verdict.sentence()), doubt_hint(run));
        if verdict.is_remark() {
            print::note(&format!("warning: {said}\nhint: {hint}"));
        } else {
            print::error(&said, Some(&hint));
        }
    }
    for (feed, error) in &published.failed {
        print::error(&format!("{feed}: {error}"), error.hint().as_deref());
    }
    for (channel, error) in &told.failed {
        print::error(&format!("{channel}: the alarm could not be sent: {error}; it is tried again"), error.hint);
    }
    if let Some(error) = &told.feed {
        print::error(&format!("_flode: {error}"), error.hint().as_deref());
    }
    if let Some(failure) = failure {
        print::error(&failure.message, failure.hint.as_deref());
        return Ok(Exit::Disk);
    }
    if runs.iter().any(|run| matches!(failed(run), Some(Trouble::Store(_)))) {
        return Ok(Exit::Disk);
    }
    let doubtful = |run: &Run| doubted(run).is_some_and(|verdict| !verdict.is_remark());
    let well = runs.iter().all(|run| failed(run).is_none() && !doubtful(run))
        && published.failed.is_empty()
        && told.failed.is_empty()
        && told.feed.is_none();
    Ok(if well { Exit::Well } else { Exit::SourceFailed })
}

/// The time for telling subscribers: a pass that was started by a schedule is to end before the next one begins.
const LONGEST_PUSH: Duration = Duration::from_mins(1);

/// Tells subscribers, each host until it fails: what it is owed still, `flode run` or the next pass sends.
async fn push(house: &House, clock: &Clock) {
    let owed = house.pipeline.owed(clock.now()).await.unwrap_or_default();
    // What this pass has not published is not on the shelf yet, from which documents are sent.
    if owed.is_empty() || house.pipeline.publish_all().await.is_err() {
        return;
    }
    let telling = tell_all(house, owed, clock);
    if tokio::time::timeout(LONGEST_PUSH, telling).await.is_err() {
        print::note("telling subscribers takes too long: the others are told by the next pass");
    }
}

async fn tell_all(house: &House, owed: Vec<Batch>, clock: &Clock) {
    for batch in owed {
        for delivery in &batch.deliveries {
            match house.pipeline.push(delivery, clock.now()).await {
                Ok(Some(Pushed::Failed(topic, host, why))) => {
                    print::error(&format!("{topic}: {host} was not told: {why}; it will be"), None);
                    break;
                }
                Ok(_) => {}
                Err(_) => return, // told of by the runs
            }
        }
    }
}

fn failed(run: &Run) -> Option<&Trouble> {
    match &run.outcome {
        Outcome::Failed(trouble) => Some(trouble),
        _ => None,
    }
}

/// The verdict of a run that went on, if it is one to tell of.
pub(super) fn doubted(run: &Run) -> Option<&Verdict> {
    match &run.outcome {
        Outcome::Unchanged(_, verdict) | Outcome::Read(Read { verdict, .. }) if !verdict.causes().is_empty() => {
            Some(verdict)
        }
        _ => None,
    }
}

/// What the operator can do about a suspect page.
pub(super) fn doubt_hint(run: &Run) -> String {
    let source = &run.source;
    match &run.outcome {
        Outcome::Read(Read { held, .. }) if *held > 0 => {
            format!("{held} new items are held; {}; a mended recipe makes them known again", Hold::way_out(source))
        }
        _ => format!(
            "look at the page with `flode try {source}`; `flode release {source}` says that it is right as it is"
        ),
    }
}

fn codes(verdict: &Verdict) -> Vec<&'static str> {
    verdict.causes().iter().map(Cause::code).collect()
}

fn table(runs: &[Run], zone: &TimeZone) -> Table {
    let mut table = Table::new(&["source", "outcome", "found", "new", "edited", "moved", "rows", "note"]);
    for run in runs {
        let source = run.source.to_string();
        let dash = || "–".to_owned();
        table.row(match &run.outcome {
            Outcome::Waiting(until) => {
                let [found, new, edited, moved] = std::array::from_fn(|_| dash());
                let note = format!("not to be asked before {}; --force asks", text::moment(*until, zone));
                vec![source, "waiting".into(), found, new, edited, moved, "0".into(), note]
            }
            Outcome::Unchanged(gate, _) => {
                let [found, new, edited, moved] = std::array::from_fn(|_| dash());
                vec![source, "unchanged".into(), found, new, edited, moved, "0".into(), gate.to_string()]
            }
            Outcome::Read(Read { verdict, found, pages, held, applied, defects, stopped }) => {
                let mut notes: Vec<String> = defects.iter().take(1).map(ToString::to_string).collect();
                if defects.len() > 1 {
                    notes.push(format!("{} more defects", defects.len() - 1));
                }
                if *pages > 1 {
                    notes.push(format!("{pages} pages"));
                }
                if let Some(trouble) = stopped {
                    notes.push(format!("page {} was not read: {trouble}", pages + 1));
                }
                if *held > 0 {
                    notes.push(format!("{held} held"));
                }
                vec![
                    source,
                    verdict.word().to_owned(),
                    found.to_string(),
                    applied.new.to_string(),
                    applied.edited.to_string(),
                    applied.moved.to_string(),
                    applied.rows.to_string(),
                    notes.join("; "),
                ]
            }
            Outcome::Failed(trouble) => {
                let [found, new, edited, moved] = std::array::from_fn(|_| dash());
                vec![source, trouble.word().to_owned(), found, new, edited, moved, "0".into(), "its feeds stay".into()]
            }
        });
    }
    table
}

/// What publishing did, for people.
pub(super) fn publishing_line(published: &Publishing, house: &House) -> String {
    format!(
        "published: {} feeds looked at, {} files written, {} unchanged, in {}",
        published.feeds,
        published.written(),
        published.unchanged,
        house.config.publish.to
    )
}

/// What a run did, for programs.
pub(super) fn run_json(run: &Run) -> Value {
    let mut value = match &run.outcome {
        Outcome::Waiting(until) => json!({ "outcome": "waiting", "until": until.to_string() }),
        Outcome::Unchanged(gate, verdict) => json!({
            "outcome": "unchanged",
            "reason": gate.to_string(),
            "causes": codes(verdict),
        }),
        Outcome::Read(Read { verdict, found, pages, held, applied, defects, stopped }) => json!({
            "outcome": verdict.word(),
            "causes": codes(verdict),
            "found": found,
            "pages": pages,
            "stopped": stopped.as_ref().map(ToString::to_string),
            "new": applied.new,
            "edited": applied.edited,
            "moved": applied.moved,
            "held": held,
            "rows": applied.rows,
            "defects": defects.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }),
        Outcome::Failed(trouble) => {
            json!({
                "outcome": trouble.word(),
                "causes": if let Trouble::Broken(verdict) = trouble { codes(verdict) } else { Vec::new() },
                "error": trouble.to_string(),
                "hint": trouble.hint(),
                "items_kept": run.after_failure.map(|after| after.items),
                "rest_until": run.after_failure.and_then(|after| after.rest_until).map(|until| until.to_string()),
            })
        }
    };
    if let Value::Object(map) = &mut value {
        map.insert("source".to_owned(), run.source.as_str().into());
        map.insert("started".to_owned(), run.started.to_string().into());
    }
    value
}

/// What publishing did, for programs.
pub(super) fn publishing_json(published: &Publishing) -> Value {
    let failed = published.failed.iter().map(|(feed, error)| json!({ "feed": feed, "error": error.to_string() }));
    json!({
        "feeds": published.feeds,
        "files_written": published.written(),
        "files_unchanged": published.unchanged,
        "failed": failed.collect::<Vec<_>>(),
    })
}

/// What the operator was told, for programs.
fn told_json(told: &Telling) -> Value {
    let messages = told.messages.iter().map(|(title, lines)| json!({ "title": title, "lines": lines }));
    let failed = told.failed.iter().map(|(channel, error)| json!({ "channel": channel, "error": error.to_string() }));
    json!({ "messages": messages.collect::<Vec<_>>(), "sent": told.sent, "failed": failed.collect::<Vec<_>>() })
}
