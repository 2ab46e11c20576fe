//! Requests to one host: how many at once, how far apart, and who waits.

use std::sync::Arc;
use std::time::Duration;

use flode::fetch::{Ask, FetchError, Fetched, Fetcher, Options, Phase, Reason, SourceOptions};
use flode::model::Validators;
use tokio::task::JoinSet;
use url::Url;

use super::{patient, source, told};
use crate::origin::{Origin, Step, answer_with, ok};

async fn fetch(fetcher: &Fetcher, url: &Url) -> Result<Fetched, FetchError> {
    let (source, validators, options) = (source(url), Validators::default(), SourceOptions::default());
    fetcher.fetch(&Ask { source: &source, url, validators: &validators, options: &options }).await
}

/// The pauses between the requests that came.
fn pauses(origin: &Origin) -> Vec<Duration> {
    origin.seen().windows(2).map(|pair| pair[1].at - pair[0].at).collect()
}

/// The other end may notice one request late and the next at once.
const SLACK: Duration = Duration::from_millis(100);
/// How often a pause is measured at most: on a busy machine it may be very late.
const TRIES: usize = 3;

#[tokio::test]
async fn requests_to_a_host_are_an_interval_apart_whoever_asks() {
    let interval = Duration::from_millis(500);
    let mut measured = Vec::new();
    for _ in 0..TRIES {
        measured = three_at_once(interval).await;
        if measured.iter().all(|pause| *pause + SLACK >= interval) {
            return;
        }
    }
    panic!("{measured:?}");
}

/// The pauses between robots.txt and three pages that are asked for at once.
async fn three_at_once(interval: Duration) -> Vec<Duration> {
    let origin = Origin::with_robots(|request| match request.path.as_str() {
        "/robots.txt" => answer_with("HTTP/1.1 404 Not Found", ""),
        _ => ok("page"),
    })
    .await;
    // Waiting does not count: three turns take longer than this.
    let total_timeout = Duration::from_millis(1400);
    let options = Options { host_interval: Some(interval), total_timeout, ..patient() };
    let fetcher = Arc::new(Fetcher::new(&options).unwrap());
    let mut running = JoinSet::new();
    for path in ["/a", "/b", "/c"] {
        let (fetcher, url) = (Arc::clone(&fetcher), origin.url(path));
        running.spawn(async move { told(&fetch(&fetcher, &url).await) });
    }
    assert_eq!(running.join_all().await, ["ok: page"; 3]);
    assert_eq!(origin.seen().len(), 4, "robots.txt once");
    pauses(&origin)
}

#[tokio::test]
async fn a_crawl_delay_is_kept_within_the_limit() {
    let delay = Duration::from_millis(500);
    let mut measured = Duration::ZERO;
    for _ in 0..TRIES {
        measured = between_two_pages(delay).await;
        if measured + SLACK >= delay {
            return;
        }
    }
    panic!("{measured:?}");
}

/// The pause between two pages of a site that asks for an hour, where no more than `delay` is granted.
async fn between_two_pages(delay: Duration) -> Duration {
    let origin = Origin::with_robots(|request| match request.path.as_str() {
        "/robots.txt" => answer_with("HTTP/1.1 200 OK", "User-agent: *\nCrawl-delay: 3600"),
        _ => ok("page"),
    })
    .await;
    let fetcher = Fetcher::new(&Options { max_crawl_delay: delay, ..patient() }).unwrap();
    for path in ["/a", "/b"] {
        assert_eq!(told(&fetch(&fetcher, &origin.url(path)).await), "ok: page");
    }
    pauses(&origin)[1]
}

#[tokio::test]
async fn one_request_at_a_time_and_a_wait_with_an_end() {
    let slow = Origin::start(|_| vec![Step::Hang]).await;
    let quick = Origin::start(|_| ok("page")).await;
    let wait = Duration::from_millis(200);
    let fetcher = Arc::new(Fetcher::new(&Options { max_host_wait: wait, ..patient() }).unwrap());
    let (first, url) = (Arc::clone(&fetcher), slow.url("/first"));
    let first = tokio::spawn(async move { fetch(&first, &url).await });
    while slow.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    let url = slow.url("/second");
    let elsewhere = quick.url("/");
    let (second, other) = tokio::join!(fetch(&fetcher, &url), fetch(&fetcher, &elsewhere));
    assert_eq!(told(&other), "ok: page");
    let err = second.unwrap_err();
    assert_eq!((err.phase, &err.reason), (Phase::Host, &Reason::HostBusy(wait)));
    assert!(err.is_transient() && err.hint().is_some());
    assert_eq!(slow.seen().len(), 1);
    first.abort();
}

#[tokio::test]
async fn a_host_that_asks_to_be_left_alone_is_for_every_source() {
    let origin = Origin::start(|request| match request.path.as_str() {
        "/busy" => answer_with("HTTP/1.1 503 Busy\nretry-after: 3600", ""),
        "/gone" => answer_with("HTTP/1.1 404 Not Found\nretry-after: 3600", ""),
        _ => ok("page"),
    })
    .await;
    let fetcher = Fetcher::new(&patient()).unwrap();
    for (path, wanted) in
        [("/gone", "header: status 404"), ("/", "ok: page"), ("/busy", "header: status 503"), ("/", "host: no turn")]
    {
        let told = told(&fetch(&fetcher, &origin.url(path)).await);
        assert!(told.starts_with(wanted), "{path}: {told}");
    }
    assert_eq!(origin.seen().len(), 3);
}
