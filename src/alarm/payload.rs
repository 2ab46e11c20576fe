//! A message as each service takes it.
//!
//! What a page or a server says stands in a message, so nothing in it may become a mention, a link or markup:
//!
//! | kind | text | limit |
//! | --- | --- | --- |
//! | `slack` | `&`, `<` and `>` as entities, markup off | 3000 characters |
//! | `mattermost` | the same, and what Markdown means is escaped; a zero-width space after `@` | 3800 characters |
//! | `teams` | runs of an Adaptive Card, which know no markup | 4000 characters of a request of 28 KB |
//! | `json` | as it is | the first ten of each group |

use serde_json::{Value, json};

use super::WebhookKind;
use super::text::{Letter, fit, lines, title};
use crate::model::{Alert, Message};

/// Longer texts are cut in two by Slack.
const SLACK: usize = 3000;
/// Servers before 5.0 take 4000 characters.
const MATTERMOST: usize = 3800;
/// The whole request may have 28 KB; a character may be four bytes, and a line costs a hundred of JSON.
const TEAMS: usize = 4000;

/// The body of the request.
pub(super) fn payload(kind: WebhookKind, message: &Message, letter: &Letter) -> Value {
    match kind {
        WebhookKind::Json => own(message, letter),
        WebhookKind::Slack => json!({
            "text": escaped(message, letter, SLACK, slack),
            "mrkdwn": false,
            "unfurl_links": false,
            "unfurl_media": false,
        }),
        WebhookKind::Mattermost => json!({ "text": escaped(message, letter, MATTERMOST, mattermost) }),
        WebhookKind::Teams => teams(message, letter),
    }
}

/// `flode: site: title` and the lines.
fn all_lines(message: &Message, letter: &Letter) -> Vec<String> {
    let mut all = vec![format!("{}: {}", letter.site, title(message))];
    all.extend(lines(message, letter));
    all
}

/// Escaped before it is measured, so that no escape is cut in two.
fn escaped(message: &Message, letter: &Letter, limit: usize, escape: fn(&str) -> String) -> String {
    let lines: Vec<String> = all_lines(message, letter).iter().map(|line| escape(line)).collect();
    fit(&lines, limit)
}

fn slack(line: &str) -> String {
    line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn mattermost(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in slack(line).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '!' | '#' | '|' | '~') {
            out.push('\\');
        }
        out.push(c);
        if c == '@' {
            out.push('\u{200B}');
        }
    }
    out
}

/// The message that the trigger "When a Teams webhook request is received" of Workflows takes.
fn teams(message: &Message, letter: &Letter) -> Value {
    let text = fit(&all_lines(message, letter), TEAMS);
    let blocks: Vec<Value> = text
        .lines()
        .enumerate()
        .map(|(i, line)| {
            let weight = if i == 0 { "Bolder" } else { "Default" };
            json!({ "type": "RichTextBlock", "inlines": [{ "type": "TextRun", "text": line, "weight": weight }] })
        })
        .collect();
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "msteams": { "width": "Full" },
                "body": blocks,
            },
        }],
    })
}

fn own(message: &Message, letter: &Letter) -> Value {
    let alerts: Vec<Value> = message.groups.iter().flat_map(|group| &group.first).map(alert).collect();
    json!({
        "id": message.id.urn().to_string(),
        "at": message.at.to_string(),
        "site": { "title": letter.site, "link": letter.link },
        "title": title(message),
        "text": all_lines(message, letter).join("\n"),
        "total": message.groups.iter().map(|group| group.total).sum::<usize>(),
        "alerts": alerts,
    })
}

fn alert(alert: &Alert) -> Value {
    json!({
        "event": alert.event.word(),
        "kind": alert.subject.kind(),
        "subject": alert.subject.to_string(),
        "state": alert.complaint.condition.word(),
        "since": alert.since.to_string(),
        "at": alert.at.to_string(),
        "reason": alert.complaint.reason,
        "hint": alert.complaint.hint,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::text::tests::{alert, letter, message};
    use crate::model::{Condition, Event};

    fn hostile() -> Message {
        let reason = "<!channel> @all @here **[x](http://evil.example/)** ![p](http://evil.example/p) a & b <@U1> `c`";
        message(vec![alert("source:nyheter", Event::Raised, Condition::Broken, reason)])
    }

    #[test]
    fn slack_has_no_mention_and_no_markup() {
        let value = payload(WebhookKind::Slack, &hostile(), &letter());
        let text = value["text"].as_str().expect("text");
        assert!(text.starts_with("Region Mälarö: nyheter is broken\nnyheter: &lt;!channel&gt; @all"), "{text}");
        assert!(!text.contains(['<', '>']) && text.contains("a &amp; b"), "{text}");
        assert_eq!(value["mrkdwn"], false);
    }

    #[test]
    fn mattermost_has_no_mention_and_no_markup() {
        let value = payload(WebhookKind::Mattermost, &hostile(), &letter());
        let text = value["text"].as_str().expect("text");
        let escaped = text.split('\\').skip(1).filter(|part| part.starts_with(['*', '[', ']', '!', '`'])).count();
        assert_eq!(escaped, 12, "{text}");
        for bad in ["@all", "@here", "<", ">"] {
            assert!(!text.contains(bad), "{bad} in {text}");
        }
    }

    #[test]
    fn teams_has_a_card_of_plain_runs() {
        let value = payload(WebhookKind::Teams, &hostile(), &letter());
        let card = &value["attachments"][0];
        assert_eq!(value["type"], "message");
        assert_eq!(card["contentType"], "application/vnd.microsoft.card.adaptive");
        assert_eq!(card["content"]["type"], "AdaptiveCard");
        let body = card["content"]["body"].as_array().expect("a body");
        assert_eq!(body.len(), 3);
        assert!(body.iter().all(|block| block["type"] == "RichTextBlock" && block["inlines"][0]["type"] == "TextRun"));
    }

    #[test]
    fn every_service_gets_no_more_than_it_takes() {
        let reason = "🦀<&>".repeat(400);
        let conditions = [Condition::Failed, Condition::Suspect, Condition::Broken];
        let alerts = (0..90).map(|n| alert(&format!("source:s{n}"), Event::Raised, conditions[n % 3], &reason));
        let message = message(alerts.collect());
        let long = |kind, pointer: &str| {
            let value = payload(kind, &message, &letter());
            let text = value.pointer(pointer).and_then(Value::as_str).map_or(0, |text| text.chars().count());
            (text, value.to_string().len())
        };
        assert!(long(WebhookKind::Slack, "/text").0 <= SLACK);
        assert!(long(WebhookKind::Mattermost, "/text").0 <= MATTERMOST);
        assert!(long(WebhookKind::Teams, "").1 <= 28 * 1024);
        assert!(long(WebhookKind::Json, "/text").1 < 200_000);
    }

    #[test]
    fn the_own_shape_says_everything_in_fields() {
        let value = payload(WebhookKind::Json, &hostile(), &letter());
        assert_eq!(value["total"], 1);
        assert_eq!(value["alerts"][0]["subject"], "nyheter");
        assert_eq!(value["alerts"][0]["state"], "broken");
        assert!(value["id"].as_str().is_some_and(|id| id.starts_with("urn:uuid:")));
    }
}
