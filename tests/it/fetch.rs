//! Fetching from servers that are strange, broken or hostile.

mod answers;
mod asking;
mod content;
mod own;
mod politeness;
mod robots;

use std::sync::Arc;
use std::time::Duration;

use flode::fetch::{Ask, FetchError, Fetched, Fetcher, Options, SourceOptions};
use flode::model::{Source, SourceId, Validators};
use tokio::task::JoinSet;
use url::Url;

use content::gzip;

use crate::origin::{Origin, Request, Step};

const MIB: usize = 1024 * 1024;

/// Where time does not matter.
fn patient() -> Options {
    Options { max_body: MIB, retry_pause: Duration::ZERO, ..Options::default() }
}

/// Limits that a test can wait for.
fn hasty() -> Options {
    Options {
        total_timeout: Duration::from_secs(2),
        connect_timeout: Duration::from_millis(500),
        idle_timeout: Duration::from_millis(500),
        ..patient()
    }
}

fn source(url: &Url) -> Source {
    Source {
        id: SourceId::parse("nyheter").unwrap(),
        url: url.clone(),
        default_category: None,
        language: "sv".to_owned(),
        time_zone: jiff::tz::TimeZone::UTC,
    }
}

async fn fetch_with(options: &Options, url: &Url, validators: &Validators) -> Result<Fetched, FetchError> {
    let source = source(url);
    Fetcher::new(options)
        .unwrap()
        .fetch(&Ask { source: &source, url, validators, options: &SourceOptions::default() })
        .await
}

async fn fetch(url: &Url) -> Result<Fetched, FetchError> {
    fetch_with(&patient(), url, &Validators::default()).await
}

/// An outcome in one line: `ok: text`, or `phase: reason`.
fn told(outcome: &Result<Fetched, FetchError>) -> String {
    match outcome {
        Ok(Fetched::Fresh { page, .. }) => format!("ok: {}", page.text),
        Ok(Fetched::NotModified { .. }) => "not modified".to_owned(),
        Err(err) => format!("{}: {}", err.phase, err.reason),
    }
}

type Script = Box<dyn Fn(&Request) -> Vec<Step> + Send + Sync>;

/// A behaviour, how the told outcome begins, and how many requests it takes.
struct Case {
    name: &'static str,
    script: Script,
    wanted: &'static str,
    requests: usize,
    /// Whether the script answers for robots.txt as well.
    robots: bool,
}

fn case(
    name: &'static str,
    wanted: &'static str,
    script: impl Fn(&Request) -> Vec<Step> + Send + Sync + 'static,
) -> Case {
    Case { name, script: Box::new(script), wanted, requests: 1, robots: false }
}

impl Case {
    fn asked(self, requests: usize) -> Self {
        Self { requests, ..self }
    }

    fn with_robots(self) -> Self {
        Self { robots: true, ..self }
    }
}

/// Each case has a server of its own; all run at once.
async fn check(cases: Vec<Case>) {
    check_with(&patient(), cases).await;
}

async fn check_with(options: &Options, cases: Vec<Case>) {
    let fetcher = Arc::new(Fetcher::new(options).unwrap());
    let mut running = JoinSet::new();
    for Case { name, script, wanted, requests, robots } in cases {
        let fetcher = Arc::clone(&fetcher);
        running.spawn(async move {
            let origin = if robots { Origin::with_robots(script).await } else { Origin::start(script).await };
            let url = origin.url("/start");
            let source = source(&url);
            let outcome = fetcher
                .fetch(&Ask {
                    source: &source,
                    url: &url,
                    validators: &Validators::default(),
                    options: &SourceOptions::default(),
                })
                .await;
            let told: String = told(&outcome).chars().take(300).collect();
            let mut wrong = Vec::new();
            if !told.starts_with(wanted) {
                wrong.push(format!("{name}: wanted {wanted:?}, got {told:?}"));
            }
            if origin.seen().len() != requests {
                wrong.push(format!("{name}: wanted {requests} requests, got {}", origin.seen().len()));
            }
            wrong
        });
    }
    let wrong: Vec<String> = running.join_all().await.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
