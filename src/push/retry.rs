//! When a delivery that failed is tried again.

use std::time::Duration;

/// The longest pause.
const LONGEST: Duration = Duration::from_hours(6);

/// The pause after so many failures in a row, the first being 1: `first`, and twice as long each time.
#[must_use]
pub fn pause(first: Duration, failures: u32) -> Duration {
    let times = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
    first.saturating_mul(times).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit() {
        let minute = Duration::from_mins(1);
        for (failures, minutes) in [(0, 1), (1, 1), (2, 2), (3, 4), (9, 256), (10, 360), (32, 360), (u32::MAX, 360)] {
            assert_eq!(pause(minute, failures).as_secs(), minutes * 60, "{failures}");
        }
    }
}
