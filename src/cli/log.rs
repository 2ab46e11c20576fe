//! The log of the daemon, on standard error.

use std::io::IsTerminal;

use tracing::Level;
use tracing_subscriber::fmt;

/// Starts the log. `FLODE_LOG` sets the least level that is shown (`error`, `warn`, `info`, `debug`); default `info`.
pub(super) fn start() {
    let level = std::env::var("FLODE_LOG").ok().and_then(|word| word.parse::<Level>().ok()).unwrap_or(Level::INFO);
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    // A log that has been started already (by a test in the same process) is as good.
    let _ = fmt().with_max_level(level).with_writer(std::io::stderr).with_ansi(colour).with_target(false).try_init();
}
