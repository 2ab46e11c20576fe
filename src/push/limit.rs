//! How often somebody is written to because a stranger asked for it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Keys that are remembered; while there are so many within one interval, no further one is let through.
const MOST_KEYS: usize = 20_000;

/// So many times in an interval, for each key.
#[derive(Debug)]
pub struct Limit {
    interval: Duration,
    seen: HashMap<String, (Instant, u32)>,
}

impl Limit {
    /// None at all for an interval of 0.
    #[must_use]
    pub fn new(interval: Duration) -> Self {
        Self { interval, seen: HashMap::new() }
    }

    /// Whether this key may once more, of `most` times; if so, it is counted.
    pub fn admit(&mut self, key: &str, most: u32, now: Instant) -> bool {
        if self.interval.is_zero() {
            return true;
        }
        if let Some((since, times)) = self.seen.get_mut(key) {
            if now.saturating_duration_since(*since) >= self.interval {
                (*since, *times) = (now, 0);
            }
            *times = times.saturating_add(1);
            return *times <= most;
        }
        if self.seen.len() >= MOST_KEYS {
            let interval = self.interval;
            self.seen.retain(|_, (since, _)| now.saturating_duration_since(*since) < interval);
        }
        if self.seen.len() >= MOST_KEYS {
            return false;
        }
        self.seen.insert(key.to_owned(), (now, 1));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_so_many_times_in_an_interval() {
        let start = Instant::now();
        let mut limit = Limit::new(Duration::from_mins(1));
        let mut at = |key: &str, seconds: u64| limit.admit(key, 2, start + Duration::from_secs(seconds));
        assert!(at("a", 0) && at("a", 1) && !at("a", 2) && at("b", 2));
        assert!(!at("a", 59) && at("a", 60) && at("a", 119) && !at("a", 119));
    }

    #[test]
    fn memory_is_bounded() {
        let start = Instant::now();
        let mut limit = Limit::new(Duration::from_mins(1));
        let let_through = (0..2 * MOST_KEYS).filter(|n| limit.admit(&n.to_string(), 1, start)).count();
        assert_eq!(let_through, MOST_KEYS);
        assert!(limit.admit("later", 1, start + Duration::from_mins(1)));
        assert_eq!(limit.seen.len(), 1);
    }

    #[test]
    fn an_interval_of_nothing_limits_nothing() {
        let mut limit = Limit::new(Duration::ZERO);
        assert!((0..10).all(|_| limit.admit("a", 1, Instant::now())));
    }
}
