//! The log of the daemon, on standard error.

use std::io::IsTerminal;

use jiff::Timestamp;
use tracing::Level;
use tracing_subscriber::fmt;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

/// Starts the log. `FLODE_LOG` sets the least level that is shown (`error`, `warn`, `info`, `debug`); default `info`.
pub(super) fn start() {
    let word = std::env::var("FLODE_LOG").unwrap_or_default();
    let level = word.parse::<Level>().unwrap_or(Level::INFO);
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    // A log that has been started already (by a test in the same process) is as good.
    let _ = fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(colour)
        .with_target(false)
        .with_timer(Seconds)
        .try_init();
    if !word.is_empty() && word.parse::<Level>().is_err() {
        tracing::warn!("FLODE_LOG is `{word}`: known are error, warn, info, debug and trace");
    }
}

/// The time of a line, to the second, in UTC.
struct Seconds;

impl FormatTime for Seconds {
    fn format_time(&self, writer: &mut Writer<'_>) -> std::fmt::Result {
        write!(writer, "{}", Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ"))
    }
}
