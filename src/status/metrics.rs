//! How everything does, for Prometheus: its text format 0.0.4, or `OpenMetrics` 1.0 for whoever asks for that.
//!
//! Labels are the ids of sources, the slugs of feeds, formats, words of ours and statuses: as many as the configuration
//! makes them, and none that somebody who asks could make up.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use jiff::Timestamp;

use super::{Report, SourceReport};

/// The media type of the text format.
pub const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";
/// The media type of `OpenMetrics`.
pub const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is measured while the program runs, and known to no ledger.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// When the program began.
    pub began: Timestamp,
    /// Requests that were answered, by status.
    pub requests: Vec<(u16, u64)>,
    /// The runs of each source.
    pub runs: BTreeMap<String, Runs>,
}

/// The runs of a source since the program began.
#[derive(Debug, Clone, Default)]
pub struct Runs {
    /// How many ended how.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// Seconds that the last one took.
    pub seconds: f64,
}

/// The states that a source may be in.
const STATES: [&str; 10] =
    ["new", "healthy", "empty", "suspect", "unchanged", "waiting", "failed", "clock", "broken", "error"];

/// Writes the metrics; `open` as `OpenMetrics`.
#[must_use]
pub fn metrics(report: &Report, measured: &Measured, open: bool) -> String {
    let mut text = Text { open, out: String::new() };
    program(&mut text, measured);
    sources(&mut text, report);
    moments(&mut text, report);
    runs(&mut text, measured);
    feeds(&mut text, report);
    if open {
        text.out.push_str("# EOF\n");
    }
    text.out
}

fn program(text: &mut Text, measured: &Measured) {
    text.family("flode_build", "info", "", "The version that runs.");
    text.sample("flode_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    text.family("flode_start_timestamp_seconds", "gauge", "seconds", "When the program began.");
    text.sample("flode_start_timestamp_seconds", &[], measured.began.as_second());
    text.family(
        "flode_http_requests",
        "counter",
        "",
        "Requests for feeds and pages that were answered, by status; 0 is any other.",
    );
    for (status, count) in &measured.requests {
        text.sample("flode_http_requests_total", &[("code", &status.to_string())], count);
    }
}

type Number = fn(&SourceReport) -> u64;
type Moment = fn(&SourceReport) -> Option<Timestamp>;

fn sources(text: &mut Text, report: &Report) {
    let all = &report.sources;
    text.family("flode_source_healthy", "gauge", "", "1 while there is nothing to do about a source, else 0.");
    for source in all {
        text.sample("flode_source_healthy", &[("source", source.id.as_str())], u8::from(source.is_well()));
    }
    text.family("flode_source_state", "gauge", "", "1 for the state that the last run of a source left it in.");
    for source in all {
        let known = STATES.into_iter().find(|state| *state == source.state);
        text.sample("flode_source_state", &[("source", source.id.as_str()), ("state", known.unwrap_or("error"))], 1);
    }
    let numbers: [(&str, &str, Number); 3] = [
        ("flode_source_items", "Items on the page of a source.", |source| u64::from(source.found)),
        ("flode_source_held_items", "Items of a source that are held.", |source| {
            u64::try_from(source.held()).unwrap_or(u64::MAX)
        }),
        ("flode_source_failures", "Runs of a source that failed since its last good one.", |source| {
            u64::from(source.failures)
        }),
    ];
    for (name, help, number) in numbers {
        text.family(name, "gauge", "", help);
        for source in all {
            text.sample(name, &[("source", source.id.as_str())], number(source));
        }
    }
}

fn moments(text: &mut Text, report: &Report) {
    let moments: [(&str, &str, Moment); 4] = [
        ("flode_source_last_run_timestamp_seconds", "The last run of a source.", |source| source.last_run),
        ("flode_source_last_success_timestamp_seconds", "The last good run of a source.", |source| source.last_good),
        ("flode_source_last_news_timestamp_seconds", "When a source last had news.", |source| source.news),
        ("flode_source_next_run_timestamp_seconds", "The next run of a source.", |source| source.next_run),
    ];
    for (name, help, moment) in moments {
        text.family(name, "gauge", "seconds", help);
        for (source, at) in report.sources.iter().filter_map(|source| Some((source, moment(source)?))) {
            text.sample(name, &[("source", source.id.as_str())], at.as_second());
        }
    }
}

fn runs(text: &mut Text, measured: &Measured) {
    text.family("flode_source_runs", "counter", "", "Runs of a source since the program began, by how they ended.");
    for (source, runs) in &measured.runs {
        for (outcome, count) in &runs.outcomes {
            text.sample("flode_source_runs_total", &[("source", source), ("outcome", outcome)], count);
        }
    }
    let name = "flode_source_run_duration_seconds";
    text.family(name, "gauge", "seconds", "How long the last run of a source took, its turn at the host included.");
    for (source, runs) in &measured.runs {
        text.sample(name, &[("source", source)], runs.seconds);
    }
}

fn feeds(text: &mut Text, report: &Report) {
    let all = &report.feeds;
    text.family("flode_feed_items", "gauge", "", "Items that a feed could show.");
    for feed in all {
        text.sample("flode_feed_items", &[("feed", &feed.slug)], feed.items);
    }
    text.family("flode_feed_due", "gauge", "", "1 while a feed has changed and is not written, else 0.");
    for feed in all {
        text.sample("flode_feed_due", &[("feed", &feed.slug)], u8::from(feed.due));
    }
    let name = "flode_feed_last_change_timestamp_seconds";
    text.family(name, "gauge", "seconds", "When a feed last changed.");
    for feed in all {
        text.sample(name, &[("feed", &feed.slug)], feed.changed.as_second());
    }
    text.family("flode_push_subscriptions", "gauge", "", "Subscriptions at flode's own hub.");
    text.sample("flode_push_subscriptions", &[], report.subscriptions);
    if !report.counts {
        return;
    }
    let name = "flode_feed_subscribers";
    text.family(
        name,
        "gauge",
        "",
        "Who follows a feed, the greater of yesterday and today: reported by services, or readers estimated.",
    );
    for feed in all {
        for (format, followers) in report.present(feed) {
            let labels = |kind| [("feed", feed.slug.as_str()), ("format", format), ("kind", kind)];
            text.sample(name, &labels("reported"), followers.reported);
            text.sample(name, &labels("readers"), followers.readers);
        }
    }
}

/// The text as it is written.
struct Text {
    open: bool,
    out: String,
}

impl Text {
    /// Begins a family. `OpenMetrics` calls a counter by its name without `_total`, and knows information; the older format
    /// calls each by the name of its samples.
    fn family(&mut self, name: &str, kind: &str, unit: &str, help: &str) {
        let (name, kind) = match (self.open, kind) {
            (false, "counter") => (format!("{name}_total"), kind),
            (false, "info") => (format!("{name}_info"), "gauge"),
            _ => (name.to_owned(), kind),
        };
        // A text takes all that is written to it.
        let _ = writeln!(self.out, "# HELP {name} {help}\n# TYPE {name} {kind}");
        if self.open && !unit.is_empty() {
            let _ = writeln!(self.out, "# UNIT {name} {unit}");
        }
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.out, "{name}{labels} {value}");
    }
}

/// The value of a label between its quotation marks.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_labels_are_escaped() {
        let mut text = Text { open: false, out: String::new() };
        text.sample("a", &[("b", "\\ \" \n å")], 1.5);
        assert_eq!(text.out, "a{b=\"\\\\ \\\" \\n å\"} 1.5\n");
    }

    #[test]
    fn a_counter_has_the_name_of_its_format() {
        for (open, want) in [(true, "# TYPE a counter\n"), (false, "# TYPE a_total counter\n")] {
            let mut text = Text { open, out: String::new() };
            text.family("a", "counter", "", "All.");
            assert!(text.out.contains(want), "{}", text.out);
        }
    }
}
