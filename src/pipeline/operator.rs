//! The feed `_flode`: every message, for the operator's own reader.
//!
//! It lies beside the other feeds and is listed nowhere. What it says of addresses is without keys and logins.

use jiff::Timestamp;

use super::Pipeline;
use super::telling::{SHOWN, SHOWN_FOR};
use crate::alarm;
use crate::model::{Feed, Format, Item, ItemId, Message, Selection, Slug, SourceId};
use crate::publish::{self, Part, PublishError};
use crate::store::StoreError;

/// When a feed changed that has never told anything: the first moment of 1990, before which W3C's validator believes no date.
const NEVER: Timestamp = Timestamp::constant(631_152_000, 0);

impl Pipeline {
    /// Whether a file of the feed is not where it should be, or stands where it should not any more.
    pub(super) fn operators_feed_is_missing(&self) -> bool {
        let wanted = self.0.alarms.options.feed;
        names().any(|(format, name)| (wanted && self.0.publish.formats.contains(&format)) != self.0.sink.has(&name))
    }

    /// Writes the feed, or takes it away if it is not wanted.
    pub(super) async fn publish_operators_feed(&self) -> Result<Result<(), PublishError>, StoreError> {
        let messages = self.0.store.messages(SHOWN_FOR, SHOWN).await?;
        let this = self.clone();
        let work = move || this.write_operators_feed(&messages);
        let lost = |lost: tokio::task::JoinError| Err(PublishError::Panicked { why: lost.to_string() });
        Ok(tokio::task::spawn_blocking(work).await.unwrap_or_else(lost))
    }

    fn write_operators_feed(&self, messages: &[Message]) -> Result<(), PublishError> {
        if !self.0.alarms.options.feed {
            let names: Vec<String> = names().map(|(_, name)| name).collect();
            self.0.shelf.remove(names.iter().map(String::as_str));
            return names.iter().try_for_each(|name| self.0.sink.remove(name));
        }
        let letter = self.letter();
        let mut items: Vec<Item> = messages.iter().filter_map(|message| item(message, &letter)).collect();
        publish::newest_first(&mut items);
        let newest = Part::Subscription { archives: 0 };
        let files = publish::render(&self.operators_feed(&items), &items, newest, &self.0.publish)?;
        self.0.sink.write_all(&files)?;
        self.0.shelf.put(files);
        Ok(())
    }

    fn operators_feed(&self, items: &[Item]) -> Feed {
        let site = &self.0.site;
        Feed {
            slug: Slug::operator(),
            title: format!("flode – {}", site.title),
            author: "flode".to_owned(),
            description: "What flode has to tell its operator: sources that cannot be read, and why.".to_owned(),
            link: site.link.clone(),
            language: "en".to_owned(),
            changed: items.iter().map(|item| item.updated).max().unwrap_or(NEVER),
            ttl: None,
            selection: Selection::All,
        }
    }
}

fn names() -> impl Iterator<Item = (Format, String)> {
    Format::ALL.into_iter().map(|format| (format, format!("{}.{}", Slug::operator(), format.extension())))
}

fn item(message: &Message, letter: &alarm::Letter) -> Option<Item> {
    Some(Item {
        id: message.id.to_string().parse::<ItemId>().ok()?,
        home: SourceId::parse("flode").ok()?,
        title: alarm::title(message),
        link: None,
        summary: Some(alarm::lines(message, letter).join("\n")),
        author: None,
        image: None,
        enclosure: None,
        content: None,
        categories: Vec::new(),
        page_date: None,
        first_seen: message.at,
        published: message.at,
        updated: message.at,
    })
}
