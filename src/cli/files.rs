//! How many files the system lets this process have open, and who may have them.
//!
//! Connections are files. Readers who hold all of them would keep the sources from being read and the feeds from being
//! written; many sources read at once, likewise. So both are cut to what there is, and the operator is told.

use tracing::warn;

use crate::config::Config;
use crate::serve::OPERATOR_CONNECTIONS;

/// For the database, the feeds that are written, the runtime, the standard streams, and connections that are being closed.
const HOUSE: usize = 32;

/// For a source that is read: its connection, and those that stay open for a moment after it.
const SOURCE: usize = 3;

/// Cuts `fetch.concurrency` and `serve.max_connections` to the limit of open files, where the system names it.
pub(super) fn fit(config: &mut Config) {
    let text = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let Some(files) = limit(&text) else { return };
    let operator = if config.serve.operator.is_some() { OPERATOR_CONNECTIONS } else { 0 };
    let (sources, readers) =
        share(files.saturating_sub(operator), config.fetch.concurrency, config.serve.max_connections);
    if (sources, readers) != (config.fetch.concurrency, config.serve.max_connections) {
        warn!(
            "the system lets this process open {files} files: {sources} sources are read at once, {readers} connections \
             are served; `ulimit -n` or LimitNOFILE= gives more"
        );
    }
    (config.fetch.concurrency, config.serve.max_connections) = (sources, readers);
}

/// `Max open files            1024                 524288               files`; `None` when there is none.
fn limit(text: &str) -> Option<usize> {
    let line = text.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Sources first, with half of what the house leaves at most; then readers.
fn share(files: usize, sources: usize, readers: usize) -> (usize, usize) {
    let left = files.saturating_sub(HOUSE);
    let sources = sources.min(left / 2 / SOURCE).max(1);
    (sources, readers.min(left.saturating_sub(sources * SOURCE)).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_read() {
        let row =
            |soft: &str| format!("Limit   Soft Limit   Hard Limit   Units\nMax open files   {soft}   524288   files\n");
        assert_eq!((limit(&row("64")), limit(&row("unlimited")), limit("")), (Some(64), None, None));
    }

    #[test]
    fn everybody_has_a_share() {
        for (files, sources, readers, wanted) in [
            (1024, 8, 512, (8, 512)),
            (64, 8, 512, (5, 17)),
            (64, 2, 10, (2, 10)),
            (256, 100, 512, (37, 113)),
            (0, 8, 512, (1, 1)),
            (usize::MAX, 1000, 100_000, (1000, 100_000)),
        ] {
            assert_eq!(share(files, sources, readers), wanted, "{files}");
        }
    }
}
