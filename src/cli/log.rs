//! The log of the daemon, on standard error: `2026-03-02T09:30:00Z error nyheter: …`, one line each.

use std::fmt;
use std::io::IsTerminal;

use jiff::Timestamp;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// Starts the log. `FLODE_LOG` sets the least level that is shown (`error`, `warn`, `info`, `debug`); default `info`.
pub(super) fn start() {
    let word = std::env::var("FLODE_LOG").unwrap_or_default();
    let level = word.parse::<Level>().unwrap_or(Level::INFO);
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let log = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_ansi(colour);
    // A log that has been started already (by a test in the same process) is as good.
    let _ = log.event_format(Line).try_init();
    if !word.is_empty() && word.parse::<Level>().is_err() {
        tracing::warn!("FLODE_LOG is `{word}`: known are error, warn, info, debug and trace");
    }
}

/// A line: the second in UTC, the level as a word, what is told.
struct Line;

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let (word, colour) = match *event.metadata().level() {
            Level::ERROR => ("error", "\x1b[1;31m"),
            Level::WARN => ("warning", "\x1b[33m"),
            Level::INFO => ("info", ""),
            Level::DEBUG => ("debug", ""),
            Level::TRACE => ("trace", ""),
        };
        let (colour, plain) = if to.has_ansi_escapes() && !colour.is_empty() { (colour, "\x1b[0m") } else { ("", "") };
        write!(to, "{} {colour}{word}{plain} ", Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ"))?;
        context.field_format().format_fields(to.by_ref(), event)?;
        writeln!(to)
    }
}
