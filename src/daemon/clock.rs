//! The clock that the daemon is given.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// Tells the time, and how long a span of it takes.
#[derive(Clone)]
pub struct Clock {
    tell: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    pace: u32,
}

impl Clock {
    /// The clock of the machine.
    #[must_use]
    pub fn system() -> Self {
        Self::from_fn(Timestamp::now)
    }

    /// Any other.
    pub fn from_fn(tell: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { tell: Arc::new(tell), pace: 1 }
    }

    /// One that begins at `start` and runs `pace` times as fast as the machine's: a year of runs in an hour.
    #[must_use]
    pub fn running(start: Timestamp, pace: u32) -> Self {
        let began = Instant::now();
        let tell = move || {
            let passed = SignedDuration::try_from(began.elapsed().saturating_mul(pace));
            passed.ok().and_then(|passed| start.checked_add(passed).ok()).unwrap_or(Timestamp::MAX)
        };
        Self { tell: Arc::new(tell), pace: pace.max(1) }
    }

    /// The same, off by as many seconds as `seconds` says whenever it is looked at; `None` is none.
    #[must_use]
    pub fn shifted(self, seconds: impl Fn() -> Option<i64> + Send + Sync + 'static) -> Self {
        let (tell, pace) = (self.tell, self.pace);
        let shifted = move || {
            let now = tell();
            now.checked_add(SignedDuration::from_secs(seconds().unwrap_or(0))).unwrap_or(now)
        };
        Self { tell: Arc::new(shifted), pace }
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.tell)()
    }

    /// How long a span of this clock is for the machine.
    #[must_use]
    pub fn real(&self, span: Duration) -> Duration {
        span / self.pace
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("pace", &self.pace).finish_non_exhaustive()
    }
}
