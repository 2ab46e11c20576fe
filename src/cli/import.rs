//! `flode import`: archived pages and text listings.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::house::{House, find};
use super::print::Failure;
use super::{Ended, Ledger, Setting, once};
use crate::fetch::saved_page;
use crate::model::Page;
use crate::pipeline::Plan;
use crate::pipeline::{Outcome, Read};

/// The first moment that a page can have been saved: 1990-01-01, before the web.
const FIRST: Timestamp = Timestamp::constant(631_152_000, 0);

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Pages as they were saved, HTML or text, the newest first
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The source whose pages they are
    #[arg(long, value_name = "ID")]
    source: String,

    /// When they were saved, as 2024-03-01 or 2024-03-01T08:00; now, if left out
    #[arg(long, value_name = "DATE")]
    seen: Option<String>,

    #[command(flatten)]
    pub(super) ledger: Ledger,
}

pub(super) async fn perform(setting: &Setting, args: &Args) -> Ended {
    let house = House::open(setting).await?;
    let plan = find(&house.jobs, &args.source)?.plan.clone();
    let now = setting.clock.now();
    let seen = match &args.seen {
        Some(text) => instant(text, &plan.source.time_zone)?,
        None => now,
    };
    if seen > now || seen < FIRST {
        return Err(Failure::new(format!("--seen {seen} is not between {FIRST} and now")));
    }
    // All are read before the first is kept: a name that is misspelt leaves the ledger as it was.
    let pages = args.files.iter().map(|path| read(path, &plan, house.config.fetch.max_body));
    let pages: Vec<Page> = pages.collect::<Result<_, _>>()?;
    let mut runs = Vec::new();
    // Each file is older than the one before by as many seconds as that has items: items without dates stand a second apart.
    let mut moment = seen;
    for page in pages {
        let run = house.pipeline.import(&plan, page, moment, now).await;
        if let Outcome::Read(Read { found, .. }) = &run.outcome {
            moment -= SignedDuration::from_secs(i64::try_from(*found).unwrap_or(0));
        }
        runs.push(run);
    }
    once::finish(&house, &runs, setting).await
}

/// Reads a saved page; `limit` in bytes.
pub(super) fn read(path: &Path, plan: &Plan, limit: usize) -> Result<Page, Failure> {
    let failed = |why: String| Failure::new(format!("{} could not be read: {why}", path.display()));
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    let mut bytes = Vec::new();
    // A pipe has no length that could be looked at first.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(|error| failed(error.to_string()))?;
    if bytes.len() > limit {
        return Err(failed(format!("it is longer than {limit} bytes")).hint(Some("`fetch.max_body` sets the limit")));
    }
    Ok(saved_page(&bytes, &plan.fetch.without_key(&plan.source.url)))
}

fn instant(text: &str, zone: &TimeZone) -> Result<Timestamp, Failure> {
    // A day alone means its noon; `DateTime` would read it as midnight.
    let noon = || text.parse::<Date>().ok().filter(|_| text.len() == 10).map(|day| day.at(12, 0, 0, 0));
    let wall = || noon().or_else(|| text.parse::<DateTime>().ok())?.to_zoned(zone.clone()).ok();
    let read = text.parse::<Timestamp>().ok().or_else(|| wall().map(|zoned| zoned.timestamp()));
    read.ok_or_else(|| {
        Failure::new(format!("`{text}` is not a date"))
            .hint(Some("write it as 2024-03-01, 2024-03-01T08:00 or with a zone"))
    })
}
