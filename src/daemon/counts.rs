//! Sees to the counts of subscribers: that each day has its own, and that they are written down.

use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::{Clock, Event};
use crate::pipeline::Pipeline;

/// Between two looks at the clock: so late a day may begin.
const LOOK: Duration = Duration::from_secs(1);

/// Between two writings: so much a program that is killed has counted in vain.
const WRITE: Duration = Duration::from_mins(1);

/// Keeps them until `stop` turns true. What is counted after that, [`Pipeline::keep_counts`] still writes.
pub(super) async fn keep(pipeline: Pipeline, clock: Clock, tell: impl Fn(Event), mut stop: watch::Receiver<bool>) {
    let mut written = Instant::now();
    let mut works = true;
    loop {
        if pipeline.count_day(clock.now()) || written.elapsed() >= WRITE {
            written = Instant::now();
            let kept = pipeline.keep_counts().await;
            // Once, not every minute; it is tried again, and what was counted is not lost meanwhile.
            if let Some(failure) = kept.as_ref().err().filter(|_| works) {
                tell(Event::Uncounted(failure.to_string()));
            }
            works = kept.is_ok();
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}
