//! Politeness towards each host: how many requests at once, how long between two, and what its robots.txt says.
//!
//! A host is scheme, name and port. Whoever waits for one holds up no other.

use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout_at};
use url::Url;

use super::Options;
use super::error::{Failure, Phase, Reason};
use super::guard::Reach;
use super::permission::RobotsCache;
use super::robots::RobotsTxt;

/// Hosts that are remembered. Beyond it, the one that was left alone for longest is forgotten.
const MAX_HOSTS: usize = 1000;

/// Bytes of memory for the rules of all of them, in idle hosts; beyond it, hosts are forgotten as well.
const MAX_WEIGHT: usize = 64 * 1024 * 1024;

/// Between two requests to a public host.
const INTERVAL: Duration = Duration::from_secs(1);

/// All hosts that were visited lately.
#[derive(Debug)]
pub(super) struct Hosts {
    known: Mutex<HashMap<String, Arc<Host>>>,
    interval: Option<Duration>,
    concurrency: usize,
    max_crawl_delay: Duration,
    max_wait: Duration,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Host {
    permits: Arc<Semaphore>,
    pace: Mutex<Pace>,
    /// Bytes of its rules.
    weight: AtomicUsize,
    /// Held while the file is asked for, so that it is asked for once.
    pub(super) robots: tokio::sync::Mutex<RobotsCache>,
}

#[derive(Debug)]
struct Pace {
    /// No request begins before.
    next: Instant,
    /// What robots.txt asks for, within the limit.
    crawl_delay: Duration,
}

/// The right to one request to a host, until it is dropped.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) reach: Reach,
    host: Arc<Host>,
    _permit: OwnedSemaphorePermit,
}

impl Hosts {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            known: Mutex::default(),
            interval: options.host_interval,
            concurrency: options.host_concurrency.max(1),
            max_crawl_delay: options.max_crawl_delay,
            max_wait: options.max_host_wait,
        }
    }

    /// The host of an address.
    pub(super) fn of(&self, url: &Url) -> Arc<Host> {
        let key = url.origin().ascii_serialization();
        let mut known = self.known();
        if known.len() >= MAX_HOSTS && !known.contains_key(&key) {
            forget_one(&mut known);
        }
        Arc::clone(known.entry(key).or_insert_with(|| Arc::new(Host::new(self.concurrency))))
    }

    /// Waits until the host may be asked, at most `max_host_wait`.
    pub(super) async fn turn(&self, host: &Arc<Host>, reach: Reach) -> Result<Visit, Failure> {
        let latest = self.latest();
        let busy = |_| self.busy();
        let permit = timeout_at(latest, Arc::clone(&host.permits).acquire_owned()).await.map_err(busy)?;
        // The semaphore is never closed.
        let permit = permit.map_err(|_| self.busy())?;
        let begin = host.reserve(Instant::now(), self.interval(reach), latest).ok_or_else(|| self.busy())?;
        sleep_until(begin).await;
        Ok(Visit { reach, host: Arc::clone(host), _permit: permit })
    }

    /// Waits for something of a host that others use, at most `max_host_wait`.
    pub(super) async fn wait<F: Future>(&self, what: F) -> Result<F::Output, Failure> {
        timeout_at(self.latest(), what).await.map_err(|_| self.busy())
    }

    /// Keeps the pause that a robots.txt asks for, within `max_crawl_delay`, and makes room for its rules.
    pub(super) fn note(&self, host: &Host, rules: &RobotsTxt) {
        host.pace().crawl_delay = rules.crawl_delay().unwrap_or_default().min(self.max_crawl_delay);
        host.weight.store(rules.weight(), Relaxed);
        let mut known = self.known();
        while known.values().map(|host| host.weight.load(Relaxed)).sum::<usize>() > MAX_WEIGHT {
            if !forget_one(&mut known) {
                return;
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Arc<Host>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It serves strangers: hosts of one's own network have none, unless one is configured.
    fn interval(&self, reach: Reach) -> Duration {
        let usual = if reach == Reach::Home { Duration::ZERO } else { INTERVAL };
        self.interval.unwrap_or(usual)
    }

    fn latest(&self) -> Instant {
        later(Instant::now(), self.max_wait)
    }

    fn busy(&self) -> Failure {
        Failure::new(Phase::Host, Reason::HostBusy(self.max_wait))
    }
}

impl Host {
    fn new(concurrency: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(concurrency.min(Semaphore::MAX_PERMITS))),
            pace: Mutex::new(Pace { next: Instant::now(), crawl_delay: Duration::ZERO }),
            weight: AtomicUsize::new(0),
            robots: tokio::sync::Mutex::default(),
        }
    }

    /// When the next request may begin, which is then taken; `None` if that is too late.
    fn reserve(&self, now: Instant, interval: Duration, latest: Instant) -> Option<Instant> {
        let mut pace = self.pace();
        let begin = pace.next.max(now);
        if begin > latest {
            return None;
        }
        pace.next = later(begin, interval.max(pace.crawl_delay));
        Some(begin)
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visit {
    /// The host asks to be left alone for so long, by whomever.
    pub(super) fn hold_off(&self, wait: Duration) {
        let mut pace = self.host.pace();
        pace.next = pace.next.max(later(Instant::now(), wait));
    }
}

/// A sum that the clock cannot hold is cut to a day.
fn later(from: Instant, by: Duration) -> Instant {
    from.checked_add(by).unwrap_or(from + Duration::from_hours(24))
}

/// Forgets the host that was left alone for longest, if there is one that nobody visits: only the map has it.
fn forget_one(known: &mut HashMap<String, Arc<Host>>) -> bool {
    let idle = known.iter().filter(|(_, host)| Arc::strong_count(host) == 1);
    let oldest = idle.min_by_key(|(_, host)| host.pace().next).map(|(key, _)| key.clone());
    oldest.and_then(|key| known.remove(&key)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect(text)
    }

    /// Seconds after `start` at which the next request begins.
    fn begins(host: &Host, start: Instant, now: u64, interval: Duration) -> Option<u64> {
        let latest = start + Duration::from_mins(10);
        let begin = host.reserve(start + Duration::from_secs(now), interval, latest)?;
        Some(begin.duration_since(start).as_secs())
    }

    #[test]
    fn requests_are_an_interval_apart() {
        let hosts = Hosts::new(&Options::default());
        let host = hosts.of(&url("https://example.se/"));
        let (start, interval) = (Instant::now(), hosts.interval(Reach::Public));
        for (now, wanted) in [(0, 0), (0, 1), (0, 2), (30, 30), (30, 31)] {
            assert_eq!(begins(&host, start, now, interval), Some(wanted));
        }
        let other = hosts.of(&url("https://example.se:8443/"));
        assert_eq!(begins(&other, start, 0, interval), Some(0), "another port is another host");
        hosts.note(&host, &RobotsTxt::parse(b"User-agent: *\nCrawl-delay: 3600"));
        assert_eq!(begins(&host, start, 40, interval), Some(40));
        assert_eq!(begins(&host, start, 40, interval), Some(100), "a delay of an hour is cut to a minute");
        hosts.note(&host, &RobotsTxt::default());
        assert_eq!(begins(&host, start, 599, interval), Some(599));
        assert_eq!(begins(&host, start, 599, interval), Some(600));
        assert_eq!(begins(&host, start, 600, interval), None, "a turn that comes too late is not taken");
        assert_eq!(begins(&host, start, 601, interval), None);
    }

    #[test]
    fn hosts_of_ones_own_have_no_interval_unless_configured() {
        let seconds = |interval: Option<u64>, reach| {
            let host_interval = interval.map(Duration::from_secs);
            Hosts::new(&Options { host_interval, ..Options::default() }).interval(reach).as_secs()
        };
        assert_eq!((seconds(None, Reach::Home), seconds(None, Reach::Public)), (0, 1));
        assert_eq!((seconds(Some(5), Reach::Home), seconds(Some(0), Reach::Public)), (5, 0));
    }

    #[tokio::test]
    async fn hosts_are_forgotten_when_they_are_many() {
        let hosts = Hosts::new(&Options::default());
        let held = hosts.of(&url("https://held.se/"));
        let visit = hosts.turn(&held, Reach::Public).await.expect("a turn");
        for number in 0..MAX_HOSTS + 100 {
            hosts.of(&url(&format!("https://{number}.se/")));
        }
        assert_eq!(hosts.known().len(), MAX_HOSTS);
        assert!(Arc::ptr_eq(&held, &hosts.of(&url("https://held.se/"))), "whoever is visited is not forgotten");
        drop(visit);
    }

    #[test]
    fn hosts_are_forgotten_when_their_rules_are_long() {
        let hosts = Hosts::new(&Options::default());
        let rules = RobotsTxt::parse(format!("User-agent: *\n{}", "allow:*b\n".repeat(55_000)).as_bytes());
        let fit = MAX_WEIGHT / rules.weight();
        for number in 0..2 * fit {
            hosts.note(&hosts.of(&url(&format!("https://{number}.se/"))), &rules);
        }
        assert_eq!(hosts.known().len(), fit);
    }
}
