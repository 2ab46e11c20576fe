//! When a source may be asked again, however often its schedule says so.
//!
//! Pure: the moment and the chance are given.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::error::{FetchError, Reason};
use super::freshness::LONGEST;
use super::{Fetched, Options};

/// Validators that brought nothing but 304 for so long are given up once: a server that compares them wrongly would
/// say so for ever.
pub const VALIDATORS_MAX_AGE: Duration = Duration::from_hours(24 * 8);

/// The moment before which a source that was asked at `asked` is not asked again. The schedule says when after it.
///
/// * After a page: when its promise of freshness ends, within `max_freshness`.
/// * After a failure: `backoff`, doubled for each of the `failures` in a row (this one included) but the first, within
///   `max_backoff`; a fifth less or more as `jitter` says, from 0 to 1 by chance, so that sources which failed together
///   do not come back together. No sooner than the server asks (`Retry-After`), and after a refusal by robots.txt, which
///   is itself kept for a day, after a day.
/// * In any case: `min_interval`. It counts from the whole second, so that the milliseconds a run begins late do not
///   push the next behind its minute.
#[must_use]
pub fn not_before(
    outcome: Result<&Fetched, &FetchError>,
    failures: u32,
    asked: Timestamp,
    jitter: f64,
    options: &Options,
) -> Timestamp {
    let wait = match outcome {
        Ok(fetched) => fetched.fresh_for().unwrap_or_default().min(options.max_freshness),
        Err(FetchError { reason: Reason::Disallowed { .. }, .. }) => LONGEST,
        Err(error) => backoff(failures, jitter, options).max(error.retry_after().unwrap_or_default()),
    };
    later(asked, wait.max(options.min_interval))
}

fn backoff(failures: u32, jitter: f64, options: &Options) -> Duration {
    let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
    let wait = options.backoff.saturating_mul(doubled).min(options.max_backoff);
    let jitter = if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 0.5 };
    Duration::try_from_secs_f64(wait.as_secs_f64() * (0.8 + 0.4 * jitter)).unwrap_or(wait)
}

/// A sum beyond the calendar is its end.
fn later(asked: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    let second = Timestamp::from_second(asked.as_second()).unwrap_or(asked);
    second.checked_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Phase;
    use crate::model::{SourceId, Validators};

    fn page(fresh_for: Option<u64>) -> Fetched {
        let fresh_for = fresh_for.map(Duration::from_secs);
        Fetched::NotModified { validators: Validators::default(), moved: None, fresh_for, sent: None }
    }

    fn error(reason: Reason) -> FetchError {
        let source = SourceId::parse("nyheter").expect("an id");
        FetchError { source, address: String::new(), phase: Phase::Header, reason, answer: None }
    }

    fn status(code: u16, retry_after: Option<u64>) -> FetchError {
        error(Reason::Status { code, retry_after: retry_after.map(Duration::from_secs) })
    }

    fn seconds(outcome: Result<&Fetched, &FetchError>, failures: u32, jitter: f64, options: &Options) -> i64 {
        let asked: Timestamp = "2026-03-02T09:30:00.7Z".parse().expect("a moment");
        not_before(outcome, failures, asked, jitter, options).as_second() - asked.as_second()
    }

    #[test]
    fn a_page_is_fresh_for_as_long_as_it_says() {
        let options = Options::default();
        for (fresh, wanted) in [(None, 60), (Some(1), 60), (Some(600), 600), (Some(86_400), 86_400)] {
            assert_eq!(seconds(Ok(&page(fresh)), 0, 0.5, &options), wanted, "{fresh:?}");
        }
        let short = Options { max_freshness: Duration::from_mins(5), ..Options::default() };
        assert_eq!(seconds(Ok(&page(Some(600))), 0, 0.5, &short), 300);
        let none = Options { min_interval: Duration::ZERO, ..Options::default() };
        assert_eq!(seconds(Ok(&page(None)), 0, 0.5, &none), 0);
    }

    #[test]
    fn failures_are_further_and_further_apart() {
        let options = Options { min_interval: Duration::ZERO, ..Options::default() };
        let gone = status(404, None);
        for (failures, jitter, wanted) in [
            (0, 0.5, 60),
            (1, 0.5, 60),
            (1, 0.0, 48),
            (1, 1.0, 72),
            (2, 0.5, 120),
            (5, 0.5, 960),
            (9, 0.5, 15_360),
            (10, 0.5, 21_600),
            (u32::MAX, 0.5, 21_600),
            (u32::MAX, 1.0, 25_920),
            (1, f64::NAN, 60),
            (1, -7.0, 48),
            (1, f64::INFINITY, 60),
        ] {
            assert_eq!(seconds(Err(&gone), failures, jitter, &options), wanted, "{failures} {jitter}");
        }
    }

    #[test]
    fn a_server_is_left_alone_for_as_long_as_it_asks() {
        let options = Options::default();
        for (error, failures, wanted) in [
            (status(503, Some(7)), 1, 60),
            (status(503, Some(7200)), 1, 7200),
            (status(429, Some(86_400)), 3, 86_400),
            (status(503, Some(7)), 10, 21_600),
            (error(Reason::Disallowed { rule: "Disallow: /".to_owned() }), 1, 86_400),
            (error(Reason::RobotsUnreachable(Box::new(status(503, Some(7200)).reason))), 1, 7200),
        ] {
            assert_eq!(seconds(Err(&error), failures, 0.5, &options), wanted, "{error}");
        }
    }

    #[test]
    fn the_calendar_has_an_end() {
        let endless = Options { min_interval: Duration::MAX, ..Options::default() };
        assert_eq!(not_before(Ok(&page(None)), 0, Timestamp::MAX, 0.5, &endless), Timestamp::MAX);
        assert_eq!(not_before(Ok(&page(None)), 0, Timestamp::MIN, 0.5, &endless), Timestamp::MAX);
    }
}
