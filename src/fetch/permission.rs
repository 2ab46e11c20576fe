//! Asks each host for its robots.txt, and keeps the answer for a while (RFC 9309 section 2.3).
//!
//! | answer | then |
//! | --- | --- |
//! | 2xx | its rules hold |
//! | 4xx but 429; a redirect that leads nowhere, or past five | there are no rules |
//! | 5xx, 429, other; no answer, one that breaks off or is a bomb | nothing may be read, unless an older copy is known |
//!
//! 429 is among the failures, against the letter of the RFC: a server that is asked too much is not asked for more.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::{Response, StatusCode};
use tokio::time::Instant;

use super::deadline::Deadline;
use super::error::{Failure, Phase, Reason};
use super::freshness::{LONGEST, fresh_for};
use super::host::{Host, Visit};
use super::own::SourceOptions;
use super::redirect::{Elsewhere, Trail};
use super::robots::{FILE, MAX_FILE, RobotsTxt};
use super::{Fetcher, body};

/// Redirects from one file to the next (section 2.3.1.2).
const MAX_REDIRECTS: usize = 5;

/// The least time for which an answer is kept, whatever it says.
const SHORTEST: Duration = Duration::from_mins(10);

/// For how long an older copy stands in while no answer is to be had.
const STALE: Duration = Duration::from_hours(24 * 30);

/// After a failure the file is left alone for so long, or for as long as the server asks.
const PAUSE: Duration = Duration::from_mins(1);

/// What is known of the file of one host.
#[derive(Debug, Default)]
pub(super) struct RobotsCache {
    copy: Option<Copy>,
    failure: Option<(Failure, Instant)>,
}

#[derive(Debug)]
struct Copy {
    rules: Arc<RobotsTxt>,
    fresh_until: Instant,
    stale_until: Instant,
}

/// The rules of a host, and for how long they hold.
struct Answer {
    rules: RobotsTxt,
    fresh_for: Duration,
}

impl RobotsCache {
    /// What holds now; `None`: ask.
    fn current(&self, now: Instant) -> Option<Result<Arc<RobotsTxt>, Failure>> {
        let copy = self.copy.as_ref();
        if let Some(fresh) = copy.filter(|copy| now < copy.fresh_until) {
            return Some(Ok(Arc::clone(&fresh.rules)));
        }
        let (failure, _) = self.failure.as_ref().filter(|(_, until)| now < *until)?;
        if let Some(stale) = copy.filter(|copy| now < copy.stale_until) {
            return Some(Ok(Arc::clone(&stale.rules)));
        }
        let reason = Reason::RobotsUnreachable(Box::new(failure.reason.clone()));
        Some(Err(Failure { answer: failure.answer.clone(), ..Failure::new(Phase::Robots, reason) }))
    }

    fn keep(&mut self, answer: Answer, now: Instant) {
        let (fresh_until, stale_until) = (now + answer.fresh_for, now + STALE);
        self.copy = Some(Copy { rules: Arc::new(answer.rules), fresh_until, stale_until });
        self.failure = None;
    }

    fn keep_failure(&mut self, failure: Failure, now: Instant) {
        let pause = failure.reason.retry_after().unwrap_or_default().max(PAUSE);
        self.failure = Some((failure, now + pause));
    }
}

impl Fetcher {
    /// Whether the site lets the current address be read.
    pub(super) async fn permit(&self, trail: &Trail<'_>, own: &SourceOptions, host: &Host) -> Result<(), Failure> {
        if trail.current().path() == FILE {
            return Ok(());
        }
        let rules = self.rules(trail, own, host).await?;
        rules.check(trail.current()).map_err(|rule| Failure::new(Phase::Robots, Reason::Disallowed { rule }))
    }

    async fn rules(&self, trail: &Trail<'_>, own: &SourceOptions, host: &Host) -> Result<Arc<RobotsTxt>, Failure> {
        let mut cache = self.hosts.wait(host.robots.lock()).await?;
        if let Some(known) = cache.current(Instant::now()) {
            return known;
        }
        match self.ask_twice(trail, own).await {
            Ok(answer) => {
                self.hosts.note(host, &answer.rules);
                cache.keep(answer, Instant::now());
            }
            // The page would fail as well, and its own address says more.
            Err(failure) if matches!(failure.phase, Phase::Host | Phase::Resolve | Phase::Connect | Phase::Tls) => {
                return Err(failure);
            }
            Err(failure) => cache.keep_failure(failure, Instant::now()),
        }
        // Never `None`: both were kept for longer than no time at all.
        cache.current(Instant::now()).unwrap_or_else(|| Ok(Arc::default()))
    }

    async fn ask_twice(&self, page: &Trail<'_>, own: &SourceOptions) -> Result<Answer, Failure> {
        let mut deadline = Deadline::after(self.options.total_timeout);
        match self.ask_robots(page, own, &mut deadline).await {
            Err(failure) if failure.again => {
                let pause = self.pause();
                if !deadline.allows(pause) {
                    return Err(failure);
                }
                tokio::time::sleep(pause).await;
                self.ask_robots(page, own, &mut deadline).await
            }
            outcome => outcome,
        }
    }

    async fn ask_robots(
        &self,
        page: &Trail<'_>,
        own: &SourceOptions,
        deadline: &mut Deadline,
    ) -> Result<Answer, Failure> {
        let Ok(address) = page.current().join(FILE) else { return Ok(Answer::nothing()) };
        let mut trail = page.aside(&address, MAX_REDIRECTS);
        loop {
            let visit = match self.knock(&trail, deadline).await {
                Ok(visit) => visit,
                Err(Failure { reason: Reason::Private(_), .. }) if trail.has_moved() => return Ok(Answer::nothing()),
                Err(failure) => return Err(elsewhere(&trail, failure)),
            };
            let asked = self.send(&trail, own, wanted(), &visit, deadline).await;
            let response = asked.map_err(|failure| elsewhere(&trail, failure))?;
            match response.status() {
                status if status.is_success() => return self.read_robots(response, deadline).await,
                StatusCode::TOO_MANY_REQUESTS => {
                    return Err(self.turned_away(&trail, response, &visit, deadline).await);
                }
                status if status.is_client_error() => return Ok(Answer::nothing()),
                status if status.is_redirection() => match Elsewhere::read(status, response.headers()) {
                    Some(Ok(to)) if trail.follow(&to).is_ok() => {}
                    _ => return Ok(Answer::nothing()),
                },
                _ => return Err(self.turned_away(&trail, response, &visit, deadline).await),
            }
        }
    }

    /// Waits for the host that the trail has come to.
    async fn knock(&self, trail: &Trail<'_>, deadline: &mut Deadline) -> Result<Visit, Failure> {
        let reach = self.admit(trail)?;
        let host = self.hosts.of(trail.current());
        deadline.pausing(self.hosts.turn(&host, reach)).await
    }

    async fn read_robots(&self, response: Response, deadline: &Deadline) -> Result<Answer, Failure> {
        let fresh_for = fresh_for(response.headers()).unwrap_or(LONGEST).max(SHORTEST);
        let bytes = body::read_start(response, MAX_FILE + 1, self.options.idle_timeout, deadline).await?;
        Ok(Answer { rules: RobotsTxt::parse(&bytes), fresh_for })
    }
}

impl Answer {
    /// No rules.
    fn nothing() -> Self {
        Self { rules: RobotsTxt::default(), fresh_for: LONGEST }
    }
}

/// What fails behind a redirect is not the host of the page.
fn elsewhere(trail: &Trail<'_>, failure: Failure) -> Failure {
    if trail.has_moved() { Failure { phase: Phase::Robots, ..failure } } else { failure }
}

/// Plain text as it is: a file of which only the beginning counts cannot be unpacked in part.
fn wanted() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("text/plain,*/*;q=0.5"));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str, fresh_for: Duration) -> Answer {
        Answer { rules: RobotsTxt::parse(text.as_bytes()), fresh_for }
    }

    #[test]
    fn a_copy_is_asked_for_again_and_stands_in_for_a_while() {
        let mut cache = RobotsCache::default();
        let start = Instant::now();
        assert!(cache.current(start).is_none());
        cache.keep(file("User-agent: *\nDisallow: /a", LONGEST), start);
        assert!(cache.current(start + LONGEST / 2).is_some());
        assert!(cache.current(start + LONGEST).is_none());
        let busy =
            |code| Failure::new(Phase::Header, Reason::Status { code, retry_after: Some(Duration::from_mins(5)) });
        cache.keep_failure(busy(503), start + LONGEST);
        assert!(cache.current(start + LONGEST + Duration::from_mins(4)).expect("stale").is_ok());
        assert!(cache.current(start + LONGEST + Duration::from_mins(5)).is_none());
        cache.keep_failure(busy(429), start + STALE);
        let failure = cache.current(start + STALE).expect("a failure").expect_err("too old");
        assert!(matches!(failure.reason, Reason::RobotsUnreachable(_)), "{failure:?}");
    }

    #[test]
    fn a_failure_is_forgotten_with_the_next_answer() {
        let mut cache = RobotsCache::default();
        let start = Instant::now();
        let failure = Failure::new(Phase::Header, Reason::Status { code: 500, retry_after: None });
        cache.keep_failure(failure, start);
        assert!(cache.current(start + PAUSE / 2).expect("a failure").is_err());
        assert!(cache.current(start + PAUSE).is_none());
        cache.keep(Answer::nothing(), start + PAUSE);
        assert!(cache.current(start + PAUSE).expect("an answer").is_ok());
    }
}
