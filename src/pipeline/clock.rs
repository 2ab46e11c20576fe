//! A clock that is wrong announces nothing.

use jiff::Timestamp;
use tracing::warn;

use super::{Pipeline, Plan, Trouble};
use crate::fetch::{self, Fetched};

impl Pipeline {
    /// Holds the moment of a run against what the server and the ledger say. A small doubt is told; a grave one ends the
    /// run, and the next one asks again.
    pub(super) async fn check_clock(&self, plan: &Plan, fetched: &Fetched, now: Timestamp) -> Result<(), Trouble> {
        // The ledger is asked only when there is something to ask.
        if fetch::doubt(now, fetched.sent(), None).is_none() {
            return Ok(());
        }
        let last = self.0.store.last_good_run().await?;
        match fetch::doubt(now, fetched.sent(), last) {
            Some(doubt) if doubt.is_grave() => Err(Trouble::Clock(doubt)),
            Some(doubt) => {
                warn!("{}: {doubt}", plan.source.id);
                Ok(())
            }
            None => Ok(()),
        }
    }
}
