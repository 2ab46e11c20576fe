//! One limit for the whole of a fetch, and shorter ones for its steps.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

/// The moment by which a fetch has ended, however it ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    at: Instant,
    total: Duration,
}

/// The limit that was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Late {
    /// The step took longer than this.
    Step(Duration),
    /// The fetch took longer than this.
    Total(Duration),
}

impl Deadline {
    /// Starts the count.
    pub(super) fn after(total: Duration) -> Self {
        let now = Instant::now();
        // A limit beyond what the clock can count is cut to a day.
        Self { at: now.checked_add(total).unwrap_or(now + Duration::from_hours(24)), total }
    }

    /// Waits for a step, at most `limit`.
    pub(super) async fn within<F: Future>(&self, limit: Duration, step: F) -> Result<F::Output, Late> {
        let own = Instant::now().checked_add(limit).filter(|own| *own < self.at);
        let late = if own.is_some() { Late::Step(limit) } else { Late::Total(self.total) };
        timeout_at(own.unwrap_or(self.at), step).await.map_err(|_| late)
    }

    /// Waits for what is not the fetch's own time: the clock stands still.
    pub(super) async fn pausing<F: Future>(&mut self, wait: F) -> F::Output {
        let begun = Instant::now();
        let outcome = wait.await;
        self.at = self.at.checked_add(begun.elapsed()).unwrap_or(self.at);
        outcome
    }

    /// Whether there is time left for a pause of this length.
    pub(super) fn allows(&self, pause: Duration) -> bool {
        Instant::now().checked_add(pause).is_some_and(|end| end < self.at)
    }
}
