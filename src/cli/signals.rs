//! SIGINT, SIGTERM and SIGHUP, and the signal of a quota.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::print::{self, Failure};

/// The exit code of a process that was told twice to stop, as a shell gives it for SIGINT.
const INTERRUPTED: i32 = 130;

/// SIGXFSZ: a file would grow beyond what the process may write (setrlimit(2), `ulimit -f`).
const FILE_TOO_LARGE: i32 = 25;

/// Goes on at a quota: the write fails, with a reason that is told. Without a listener the system ends the process.
pub(super) fn outlive_quotas() {
    // Nobody has to hold the listener: once there was one, the signal ends nothing any more.
    let _ = signal(SignalKind::from_raw(FILE_TOO_LARGE));
}

/// Turns true at the first signal. A second one ends the process at once: nothing is lost by that, for what the
/// ledger has committed is durable and what it has not is read again.
pub(super) fn stop() -> Result<watch::Receiver<bool>, Failure> {
    stop_after(None)
}

/// The same, and also after a time.
pub(super) fn stop_after(time: Option<Duration>) -> Result<watch::Receiver<bool>, Failure> {
    let failed = |error| Failure::new(format!("signals could not be listened to: {error}"));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut hang_up = signal(SignalKind::hangup()).map_err(failed)?;
    let (tell, stop) = watch::channel(false);
    tokio::spawn(async move {
        let time_is_up = async {
            match time {
                Some(time) => tokio::time::sleep(time).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => print::note("stopping; once more ends at once"),
            _ = terminate.recv() => print::note("stopping; once more ends at once"),
            _ = hang_up.recv() => print::note("stopping; once more ends at once"),
            () = time_is_up => {}
        }
        // Nobody listening any more means that everything has stopped already.
        let _ = tell.send(true);
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
        std::process::exit(INTERRUPTED);
    });
    Ok(stop)
}

/// Waits for the word to stop.
pub(super) async fn stopped(mut stop: watch::Receiver<bool>) {
    // A sender that is gone means the same.
    let _ = stop.wait_for(|stop| *stop).await;
}
