//! What the operator's pages say while the program runs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::{Clock, Overview};
use crate::pipeline::{Outcome, Run};
use crate::serve::{Operator, OperatorPage, Requests, Said};
use crate::status::{self, HTML, METRICS, Measured, OPEN_METRICS, Report, Runs};

/// The time for the store to say whether it is there.
const PATIENCE: Duration = Duration::from_secs(5);

const TEXT: &str = "text/plain; charset=utf-8";

/// What is measured of the runs. Clones share it.
#[derive(Debug, Clone)]
pub struct Gauges {
    began: Timestamp,
    runs: Arc<Mutex<BTreeMap<String, Runs>>>,
}

impl Gauges {
    /// Of a program that begins now.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self { began: now, runs: Arc::default() }
    }

    /// Notes a run, and how long it took.
    pub fn note(&self, run: &Run, took: Duration) {
        let mut all = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        let runs = all.entry(run.source.to_string()).or_default();
        *runs.outcomes.entry(word(&run.outcome)).or_default() += 1;
        runs.seconds = took.as_secs_f64();
    }

    fn measured(&self, requests: &Requests) -> Measured {
        let runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Measured { began: self.began, requests: requests.counts(), runs }
    }
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Waiting(_) => "waiting",
        Outcome::Unchanged(..) => "unchanged",
        Outcome::Read(read) => read.verdict.word(),
        Outcome::Failed(trouble) => trouble.word(),
    }
}

/// Knows what the pages say; `style` is that of the public ones, `requests` those that the public server has answered.
#[must_use]
pub fn operator(
    overview: Overview,
    clock: Clock,
    gauges: Gauges,
    requests: Requests,
    style: &str,
    hosts: &[String],
) -> Operator {
    let desk = Arc::new(Desk { overview, clock, gauges, requests, style: status::style(style) });
    Operator::new(hosts, move |page| {
        let desk = Arc::clone(&desk);
        Box::pin(async move { desk.say(page).await })
    })
}

struct Desk {
    overview: Overview,
    clock: Clock,
    gauges: Gauges,
    requests: Requests,
    style: String,
}

impl Desk {
    async fn say(&self, page: OperatorPage) -> Said {
        match page {
            OperatorPage::Style => well("text/css; charset=utf-8", self.style.clone()),
            OperatorPage::Health => self.health().await,
            _ => match self.overview.report(self.clock.now()).await {
                Ok(report) => self.show(page, &report),
                Err(failure) => ill(&failure),
            },
        }
    }

    /// That the program runs, this answer shows; that it can work, the store does.
    async fn health(&self) -> Said {
        match tokio::time::timeout(PATIENCE, self.overview.answers()).await {
            Ok(Ok(())) => well(TEXT, "ok\n".to_owned()),
            Ok(Err(failure)) => ill(&failure),
            Err(_) => ill(&format!("the store has not answered within {PATIENCE:?}")),
        }
    }

    fn show(&self, page: OperatorPage, report: &Report) -> Said {
        let measured = || self.gauges.measured(&self.requests);
        match page {
            OperatorPage::Json => well("application/json", format!("{:#}\n", status::json(report))),
            OperatorPage::Metrics => well(METRICS, status::metrics(report, &measured(), false)),
            OperatorPage::OpenMetrics => well(OPEN_METRICS, status::metrics(report, &measured(), true)),
            _ => match status::page(report) {
                Ok(page) => well(HTML, page),
                Err(failure) => ill(&failure),
            },
        }
    }
}

fn well(media_type: &'static str, body: String) -> Said {
    Said { well: true, media_type, body }
}

fn ill(why: &dyn std::fmt::Display) -> Said {
    Said { well: false, media_type: TEXT, body: format!("{why}\n") }
}
