//! A message in words.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use crate::model::{Alert, Condition, Event, Group, Message, Subject, text};

/// What a message says of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its title.
    pub site: String,
    /// Its page for people.
    pub link: String,
    /// The zone that times are shown in.
    pub time_zone: TimeZone,
}

/// The message in one line.
#[must_use]
pub fn title(message: &Message) -> String {
    if message.groups.is_empty() {
        return "this is a test of the alarms".to_owned();
    }
    message.groups.iter().map(headline).collect::<Vec<_>>().join("; ")
}

/// What follows the title: a line for each subject that is named, and one for its hint.
#[must_use]
pub fn lines(message: &Message, letter: &Letter) -> Vec<String> {
    if message.groups.is_empty() {
        return vec!["Whoever reads this will also hear when a source cannot be read, and why.".to_owned()];
    }
    let mut lines = Vec::new();
    for group in &message.groups {
        lines.extend(group.first.iter().map(|alert| line(alert, letter)));
        let more = group.total.saturating_sub(group.first.len());
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        // What was told of all of them alike is told once.
        let mut hints: Vec<&str> = Vec::new();
        for hint in
            group.first.iter().filter(|one| one.event != Event::Cleared).filter_map(|n| n.complaint.hint.as_deref())
        {
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        lines.extend(hints.into_iter().map(|hint| format!("hint: {hint}")));
    }
    lines
}

fn headline(group: &Group) -> String {
    let Some(first) = group.first.first() else { return String::new() };
    let many = group.total > 1;
    let still = if first.event == Event::Reminded { "still " } else { "" };
    let verb = if many { "are" } else { "is" };
    let name = match &first.subject {
        Subject::Source(_) if many => format!("{} sources", group.total),
        Subject::Source(id) => id.to_string(),
        Subject::Publishing => "the publishing of feeds".to_owned(),
        Subject::Store => "the store".to_owned(),
    };
    match (first.event, first.complaint.condition, &first.subject) {
        (Event::Cleared, ..) => format!("{name} {verb} well again"),
        (_, Condition::Failed, Subject::Source(_)) => format!("{name} {still}cannot be read"),
        (_, Condition::Failed, _) => format!("{name} {still}fails"),
        (_, Condition::Suspect, _) => format!("{name} {verb} {still}suspect"),
        (_, Condition::Broken, _) => format!("{name} {verb} {still}broken"),
    }
}

fn line(alert: &Alert, letter: &Letter) -> String {
    let Alert { subject, complaint, since, .. } = alert;
    let since = text::moment(*since, &letter.time_zone);
    match alert.event {
        Event::Cleared => format!("{subject}: well again; since {since} it was not: {}", complaint.reason),
        Event::Raised | Event::Reminded => format!("{subject}: {} (since {since})", complaint.reason),
    }
}

/// The lines, joined, as far as `limit` characters go; what does not fit is counted.
pub(super) fn fit(lines: &[String], limit: usize) -> String {
    let whole = lines.join("\n");
    if whole.chars().count() <= limit {
        return whole;
    }
    let mut out = String::new();
    let mut length = 0;
    let room = limit.saturating_sub("and 1000000 lines more".len());
    for (i, line) in lines.iter().enumerate() {
        let long = line.chars().count() + 1;
        if length + long > room {
            // Writing to a string cannot fail.
            let _ = write!(out, "and {} lines more", lines.len() - i);
            break;
        }
        out.push_str(line);
        out.push('\n');
        length += long;
    }
    out
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::Complaint;

    pub(in crate::alarm) fn letter() -> Letter {
        let time_zone = TimeZone::get("Europe/Stockholm").expect("a zone");
        Letter { site: "Region Mälarö".to_owned(), link: "https://www.malaro.example/".to_owned(), time_zone }
    }

    pub(in crate::alarm) fn alert(subject: &str, event: Event, condition: Condition, reason: &str) -> Alert {
        Alert {
            subject: Subject::parse(subject).expect("a subject"),
            event,
            complaint: Complaint::new(condition, reason, Some("mend it")),
            since: "2026-03-02T08:30:00Z".parse().expect("a time"),
            at: "2026-03-02T09:30:00Z".parse().expect("a time"),
        }
    }

    pub(in crate::alarm) fn message(alerts: Vec<Alert>) -> Message {
        Message::of(alerts, 1, "2026-03-02T09:30:00Z".parse().expect("a time"))
    }

    #[test]
    fn titles() {
        use Condition::{Broken, Failed, Suspect};
        use Event::{Cleared, Raised, Reminded};
        for (alerts, want) in [
            (vec![], "this is a test of the alarms"),
            (vec![("source:a", Raised, Failed)], "a cannot be read"),
            (vec![("source:a", Reminded, Failed)], "a still cannot be read"),
            (vec![("source:a", Raised, Broken)], "a is broken"),
            (vec![("source:a", Reminded, Suspect)], "a is still suspect"),
            (vec![("source:a", Raised, Failed), ("source:b", Raised, Failed)], "2 sources cannot be read"),
            (vec![("source:a", Cleared, Failed), ("source:b", Cleared, Broken)], "2 sources are well again"),
            (
                vec![("publishing", Raised, Broken), ("store", Cleared, Broken)],
                "the publishing of feeds is broken; the store is well again",
            ),
            (vec![("store", Reminded, Broken), ("source:a", Raised, Broken)], "a is broken; the store is still broken"),
        ] {
            let alerts = alerts.into_iter().map(|(s, e, c)| alert(s, e, c, "why")).collect();
            assert_eq!(title(&message(alerts)), want);
        }
    }

    #[test]
    fn the_first_ten_are_named_and_a_hint_stands_once() {
        let alerts = (0..42).map(|n| alert(&format!("source:s{n:02}"), Event::Raised, Condition::Failed, "no route"));
        let lines = lines(&message(alerts.collect()), &letter());
        assert_eq!(lines.len(), 12);
        assert_eq!(lines[0], "s00: no route (since 2026-03-02 09:30 CET)");
        assert_eq!((lines[10].as_str(), lines[11].as_str()), ("and 32 more", "hint: mend it"));
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let lines: Vec<String> = (0..100).map(|n| format!("line {n} åäö")).collect();
        let text = fit(&lines, 200);
        assert!(text.chars().count() <= 200 && text.ends_with("lines more"), "{text}");
        assert_eq!(fit(&["a".repeat(500)], 100), "and 1 lines more");
        assert_eq!(fit(&["a".to_owned(), "b".to_owned()], 3), "a\nb");
    }
}
