//! `flode status`: the health of every source and feed.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::house::{about, channels, jobs, read_config, store_failure};
use super::print::{self, Table};
use super::{Ended, Exit, Setting, show};
use crate::daemon::Overview;
use crate::model::{Alarm, Hold, Subject, text};
use crate::status::{self, Report, SourceReport};
use crate::store::Store;

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
    let overview = Overview::new(store, jobs(&config), &channels(&config)?, about(&config));
    let report = overview.report(setting.clock.now()).await.map_err(store_failure)?;
    let zone = &report.time_zone;
    if setting.json {
        print::json(&status::json(&report));
    } else {
        source_table(&report).print();
        print::line("");
        feed_table(&report).print();
        if !report.alarms.is_empty() {
            print::line("");
            alarm_table(&report.alarms, zone).print();
        }
        print::line("");
        print::line(&format!("times are of {}", zone_name(zone)));
    }
    for (label, trouble) in
        report.channels.iter().filter_map(|channel| Some((&channel.label, channel.trouble.as_ref()?)))
    {
        let since = text::moment(trouble.since, zone);
        print::error(
            &format!("{label}: the alarm could not be sent: {} (since {since}, tries: {})", trouble.why, trouble.tries),
            None,
        );
    }
    for source in &report.sources {
        tell(source, zone);
    }
    let well = report.sources.iter().all(SourceReport::is_well);
    Ok(if well { Exit::Well } else { Exit::SourceFailed })
}

/// What is wrong with a source, and what is held of it.
fn tell(report: &SourceReport, zone: &TimeZone) {
    let source = &report.id;
    let since =
        report.last_good.map_or_else(|| "never well".to_owned(), |at| format!("well until {}", text::moment(at, zone)));
    match &report.trouble {
        Some(trouble) if report.is_well() => print::note(&format!("warning: {source}: {trouble}")),
        Some(trouble) => {
            print::error(&format!("{source}: {trouble} ({since}, failed runs since: {})", report.failures), None);
        }
        None => {}
    }
    if let Some(hold) = report.hold.as_ref().filter(|hold| !hold.items.is_empty()) {
        let mut titles: Vec<&str> = hold.items.iter().take(HELD_SHOWN).map(|item| item.found.title.as_str()).collect();
        if hold.items.len() > HELD_SHOWN {
            titles.push("…");
        }
        print::error(
            &format!(
                "{source}: {} new items are held since {}: {}",
                hold.items.len(),
                text::moment(hold.since, zone),
                titles.join("; ")
            ),
            Some(&Hold::way_out(source)),
        );
    }
}

/// Held items of a source that are shown by their titles.
const HELD_SHOWN: usize = 5;

/// To the minute, in the site's zone: for tables, below which it is named.
pub(super) fn shown(at: Option<Timestamp>, zone: &TimeZone) -> String {
    at.map_or_else(|| "–".to_owned(), |at| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string())
}

/// The name of a zone.
pub(super) fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}

fn source_table(report: &Report) -> Table {
    let zone = &report.time_zone;
    let mut table =
        Table::new(&["source", "state", "on page", "held", "failures", "last run", "last good run", "next run"]);
    for source in &report.sources {
        table.row(vec![
            source.id.to_string(),
            source.state.clone(),
            source.found.to_string(),
            source.held().to_string(),
            source.failures.to_string(),
            shown(source.last_run, zone),
            shown(source.last_good, zone),
            shown(source.next_run, zone),
        ]);
    }
    table
}

fn feed_table(report: &Report) -> Table {
    let zone = &report.time_zone;
    let mut table = Table::new(&["feed", "items", "newest", "changed", "reported", "readers", "state", "title"]);
    for feed in &report.feeds {
        let followers = report.followers(feed);
        table.row(vec![
            feed.slug.clone(),
            feed.items.to_string(),
            shown(feed.newest, zone),
            shown(Some(feed.changed), zone),
            followers.reported.to_string(),
            followers.readers.to_string(),
            if feed.due { "due" } else { "published" }.to_owned(),
            feed.title.clone(),
        ]);
    }
    table
}

/// When the operator was told, and of what, where that was worse than what is shown beside it.
fn told(alarm: &Alarm, zone: &TimeZone) -> String {
    let Some(at) = alarm.told else { return "not yet".to_owned() };
    let worse = alarm.worst.filter(|worst| *worst > alarm.complaint.condition);
    shown(Some(at), zone) + &worse.map(|worst| format!(" as {}", worst.word())).unwrap_or_default()
}

fn alarm_table(alarms: &[(Subject, Alarm)], zone: &TimeZone) -> Table {
    let mut table = Table::new(&["alarm", "state", "not well since", "told", "reason"]);
    for (subject, alarm) in alarms {
        let state = if alarm.well_since.is_some() { "well for now" } else { alarm.complaint.condition.word() };
        table.row(vec![
            subject.to_string(),
            state.to_owned(),
            shown(Some(alarm.since), zone),
            told(alarm, zone),
            alarm.complaint.reason.clone(),
        ]);
    }
    table
}
