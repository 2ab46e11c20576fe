//! What a source's last answer says of when it may be asked again.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::{Pipeline, Trouble};
use crate::fetch::{self, Fetched};
use crate::model::SourceId;
use crate::store::SourceMemory;

impl Pipeline {
    /// After a page or a 304.
    pub(super) fn note_pace(&self, memory: &mut SourceMemory, source: &SourceId, fetched: &Fetched, now: Timestamp) {
        let options = &self.0.fetch;
        let fresh_for = fetched.fresh_for().unwrap_or_default().min(options.max_freshness);
        memory.not_before = (!fresh_for.is_zero()).then(|| later(now, fresh_for));
        memory.rest_until = Some(fetch::not_before(Ok(fetched), 0, now, chance(source, now), options));
    }

    /// After a failure: what the server asked for, and how long the schedule rests. A page that was had and could not be
    /// believed is read again when the schedule says so.
    pub(super) fn pace_of_failure(
        &self,
        source: &SourceId,
        trouble: &Trouble,
        failures: u32,
        now: Timestamp,
    ) -> (Option<Timestamp>, Option<Timestamp>) {
        let Trouble::Fetch(error) = trouble else { return (None, None) };
        let asked = error.retry_after().map(|wait| later(now, wait));
        (asked, Some(fetch::not_before(Err(error), failures, now, chance(source, now), &self.0.fetch)))
    }
}

fn later(now: Timestamp, wait: std::time::Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// A number from 0 to 1 that differs from source to source and from run to run: enough of a chance to keep sources that
/// failed together from coming back together, and the same whenever the same run is made again.
fn chance(source: &SourceId, now: Timestamp) -> f64 {
    let hash = Sha256::digest(format!("{source} {now}"));
    let number = hash.iter().take(4).fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
    f64::from(number) / f64::from(u32::MAX)
}
