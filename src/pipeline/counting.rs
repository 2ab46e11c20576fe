//! Between the server, the tally and the store: how many subscribe.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio_rustls::rustls::crypto::aws_lc_rs;

use super::Pipeline;
use crate::count::{Options, Salt, Tally};
use crate::model::Subscribers;
use crate::serve::Witness;
use crate::store::StoreError;

/// Totals of days that have ended which wait while the store cannot be written to: those of about a day.
const MOST_WAITING: usize = 8192;

/// Counts subscribers, if the operator wants it.
#[derive(Debug)]
pub struct Counting {
    options: Options,
    tally: Tally,
    /// Of days that have ended, until they are kept.
    ended: Mutex<Vec<Subscribers>>,
}

impl Counting {
    /// As the options say.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self { options: options.clone(), tally: Tally::new(options), ended: Mutex::default() }
    }
}

impl Pipeline {
    /// Who is to be told of visits; `None` when nothing is counted.
    #[must_use]
    pub fn witness(&self) -> Option<Witness> {
        let weak = Arc::downgrade(&self.0);
        self.0.counting.options.on.then(|| {
            Witness::new(move |visit| {
                if let Some(parts) = weak.upgrade() {
                    parts.counting.tally.note(visit.name, visit.network, visit.agent);
                }
            })
        })
    }

    /// Begins the count of the day that it is now; whether it is another than before.
    pub fn count_day(&self, now: Timestamp) -> bool {
        let Counting { options, tally, ended } = &self.0.counting;
        let date = self.0.site.time_zone.to_datetime(now).date();
        if !options.on || tally.date() == Some(date) {
            return false;
        }
        let mut random = [0; 32];
        if aws_lc_rs::default_provider().secure_random.fill(&mut random).is_err() {
            return false; // a day whose traces could be guessed is not begun
        }
        let totals = tally.turn(date, Salt::new(random));
        let mut ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.extend(totals);
        let beyond = ended.len().saturating_sub(MOST_WAITING);
        ended.drain(..beyond);
        true
    }

    /// Writes down what was counted so far.
    pub async fn keep_counts(&self) -> Result<(), StoreError> {
        let Counting { options, tally, ended } = &self.0.counting;
        let before = std::mem::take(&mut *ended.lock().unwrap_or_else(PoisonError::into_inner));
        let totals: Vec<Subscribers> = before.iter().cloned().chain(tally.totals()).collect();
        if totals.is_empty() {
            return Ok(());
        }
        let kept = self.0.store.keep_subscribers(&totals, options.days).await;
        if kept.is_err() {
            ended.lock().unwrap_or_else(PoisonError::into_inner).extend(before);
        }
        kept
    }
}
