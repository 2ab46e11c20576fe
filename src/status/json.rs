//! How everything does, for programs: `flode status --json` and `/status.json`.

use jiff::Timestamp;
use serde_json::{Value, json as value};

use super::{ChannelReport, FeedReport, Report, SourceReport};
use crate::model::{Alarm, Condition, Hold, Subject, Subscribers};

/// The report as JSON.
#[must_use]
pub fn json(report: &Report) -> Value {
    value!({
        "sources": report.sources.iter().map(source).collect::<Vec<_>>(),
        "feeds": report.feeds.iter().map(feed).collect::<Vec<_>>(),
        "subscriptions": report.subscriptions,
        "combined": report.combined.iter().map(combined).collect::<Vec<_>>(),
        "alarms": report.alarms.iter().map(|(subject, one)| alarm(subject, one)).collect::<Vec<_>>(),
        "channels": report.channels.iter().map(channel).collect::<Vec<_>>(),
    })
}

fn source(source: &SourceReport) -> Value {
    value!({
        "source": source.id.as_str(),
        "url": source.address,
        "state": source.state,
        "on_page": source.found,
        "failures": source.failures,
        "trouble": source.trouble,
        "held": source.hold.as_ref().map(held),
        "last_run": moment(source.last_run),
        "last_good": moment(source.last_good),
        "last_news": moment(source.news),
        "next_run": moment(source.next_run),
    })
}

/// What is held of a source.
#[must_use]
pub fn held(hold: &Hold) -> Value {
    value!({
        "since": hold.since.to_string(),
        "causes": hold.causes,
        "items": hold.items.iter().map(|item| item.found.title.as_str()).collect::<Vec<_>>(),
    })
}

fn feed(feed: &FeedReport) -> Value {
    value!({
        "feed": feed.slug,
        "title": feed.title,
        "items": feed.items,
        "newest": moment(feed.newest),
        "changed": feed.changed.to_string(),
        "due": feed.due,
        "subscribers": feed.subscribers.iter().map(subscribers).collect::<Vec<_>>(),
    })
}

fn subscribers(one: &Subscribers) -> Value {
    value!({
        "day": one.day.to_string(),
        "format": one.format.extension(),
        "reported": one.reported,
        "readers": one.readers,
    })
}

fn combined(one: &Subscribers) -> Value {
    let mut shown = subscribers(one);
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("feeds".to_owned(), Value::from(one.feed.as_str()));
    }
    shown
}

fn alarm(subject: &Subject, alarm: &Alarm) -> Value {
    value!({
        "kind": subject.kind(),
        "subject": subject.to_string(),
        "state": alarm.complaint.condition.word(),
        "reason": alarm.complaint.reason,
        "hint": alarm.complaint.hint,
        "since": alarm.since.to_string(),
        "failures": alarm.failures,
        "well_since": moment(alarm.well_since),
        "told": moment(alarm.told),
        "told_as": alarm.worst.map(Condition::word),
    })
}

fn channel(channel: &ChannelReport) -> Value {
    let trouble = channel.trouble.as_ref();
    value!({
        "channel": channel.label,
        "trouble": trouble.map(|trouble| &trouble.why),
        "since": trouble.map(|trouble| trouble.since.to_string()),
        "tries": trouble.map_or(0, |trouble| trouble.tries),
    })
}

fn moment(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}
