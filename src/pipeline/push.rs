//! Between the shelf, the store and the hub: who is told of what.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use tokio::sync::{Notify, mpsc};
use url::Url;

use super::Pipeline;
use crate::model::{FeedFile, Format, Slug};
use crate::push::{self, Answer, Asked, Client, Hub, Mode, PushError};
use crate::serve::{Desk, Reply};
use crate::store::{Capacity, Delivery, StoreError, Subscription};

/// Requests that wait to be confirmed; further ones are told to come again.
const MOST_WAITING: usize = 1000;

/// What telling subscribers needs, beside the store and the shelf.
#[derive(Debug)]
pub struct Push {
    options: push::Options,
    hub: Url,
    base: Url,
    client: Client,
    asked: mpsc::Sender<Asked>,
    waiting: tokio::sync::Mutex<mpsc::Receiver<Asked>>,
    changed: Notify,
    /// Hosts that are being sent to.
    busy: Arc<Mutex<HashSet<String>>>,
}

/// What came of telling somebody. Callbacks are named by their host alone: the rest of the address may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// A host will be told of a topic from now on.
    Subscribed(String, String),
    /// Or no longer, as it asked.
    Unsubscribed(String, String),
    /// A host did not confirm what was asked in its name, or there is no place for it; with the reason.
    Denied(String, String, String),
    /// A topic was sent to a host, or to the hub elsewhere.
    Told(String, String),
    /// It was not, and will be again; with the reason.
    Failed(String, String, String),
    /// It was not, and of this change never will be; with the reason.
    GivenUp(String, String, String),
    /// A subscription ended because the subscriber said so when it was sent a topic; with what it said.
    Ended(String, String, String),
}

/// Deliveries to one host, which are made one after the other.
#[derive(Debug)]
pub struct Batch {
    /// What is owed.
    pub deliveries: Vec<Delivery>,
    busy: Arc<Mutex<HashSet<String>>>,
    host: String,
}

impl Drop for Batch {
    fn drop(&mut self) {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.host);
    }
}

impl Push {
    /// What `options` ask for; `None` without a hub. `base` is the address that documents are below.
    pub fn new(options: &push::Options, base: &Url) -> Result<Option<Self>, PushError> {
        let Some(hub) = options.hub_address(base) else { return Ok(None) };
        let (asked, waiting) = mpsc::channel(MOST_WAITING);
        Ok(Some(Self {
            client: Client::new(options)?,
            options: options.clone(),
            hub,
            base: base.clone(),
            asked,
            waiting: tokio::sync::Mutex::new(waiting),
            changed: Notify::new(),
            busy: Arc::default(),
        }))
    }

    fn is_own(&self) -> bool {
        self.options.hub == Some(Hub::Own)
    }

    fn address(&self, topic: &str) -> Option<Url> {
        self.base.join(topic).ok()
    }

    /// The links of a document that can be subscribed to.
    fn link(&self, name: &str) -> Option<String> {
        is_topic(name).then_some(())?;
        Some(push::link_header(&self.hub, &self.address(name)?))
    }

    /// The name of the document at this address.
    fn topic(&self, address: &Url) -> Option<String> {
        let name = address.as_str().strip_prefix(self.base.as_str())?;
        is_topic(name).then(|| name.to_owned())
    }
}

/// Whether a document of that name is a feed.
fn is_topic(name: &str) -> bool {
    let Some((stem, extension)) = name.split_once('.') else { return false };
    // A combination is made when it is asked for, the operator's own feed is nobody else's, and an archive document
    // (`kultur.1.atom`) has no news.
    !stem.is_empty()
        && !stem.contains('+')
        && !stem.starts_with('_')
        && Format::ALL.iter().any(|format| format.extension() == extension)
}

impl Pipeline {
    /// Names the hub in the headers of documents.
    pub(super) fn link_documents(&self) {
        let weak = Arc::downgrade(&self.0); // for the shelf is one of the parts
        self.0.shelf.link_with(Arc::new(move |name| weak.upgrade()?.push.as_ref()?.link(name)));
    }

    /// Notes what a feed says now, so that it is told of. Before its mark is cleared: what is killed in between is noted again.
    pub(super) async fn note_documents(&self, files: &[(String, Vec<u8>)]) -> Result<(), StoreError> {
        let Some(push) = &self.0.push else { return Ok(()) };
        self.0.store.note_topics(files).await?;
        push.changed.notify_one();
        Ok(())
    }

    /// Takes what subscribers ask of the own hub; `None` if there is none.
    #[must_use]
    pub fn desk(&self) -> Option<Desk> {
        self.0.push.as_ref().filter(|push| push.is_own())?;
        let pipeline = self.clone();
        Some(Desk::new(move |form| pipeline.receive(form)))
    }

    fn receive(&self, form: &[u8]) -> Reply {
        let Some(push) = &self.0.push else { return Reply::Busy };
        let asked = match Asked::read(form) {
            Ok(asked) => asked,
            Err(refusal) => return Reply::Refused(refusal.to_string()),
        };
        // Who leaves may leave a feed that is here no longer.
        let leaves = asked.mode == Mode::Unsubscribe;
        if push.topic(&asked.topic).is_none_or(|name| !leaves && self.0.shelf.find(&name).is_none()) {
            return Reply::Refused("hub.topic is none of the feeds here".to_owned());
        }
        if !push.client.reaches(&asked.callback) {
            return Reply::Refused("hub.callback is not at a public address".to_owned());
        }
        let Ok(place) = push.asked.try_reserve() else { return Reply::Busy };
        if !push.client.may_ask(&asked, Instant::now()) {
            return Reply::TooOften;
        }
        place.send(asked);
        Reply::Accepted
    }

    /// The next request of a subscriber; never, if there is no own hub.
    pub async fn next_asked(&self) -> Asked {
        if let Some(push) = &self.0.push
            && let Some(asked) = push.waiting.lock().await.recv().await
        {
            return asked;
        }
        std::future::pending().await
    }

    /// Asks the callback whether it meant it, and keeps or ends the subscription.
    pub async fn settle(&self, asked: &Asked, now: Timestamp) -> Result<Option<Pushed>, StoreError> {
        let Some((push, topic)) = self.0.push.as_ref().and_then(|push| Some((push, push.topic(&asked.topic)?))) else {
            return Ok(None);
        };
        let host = asked.host();
        let lease = push.options.lease(asked.lease);
        let network = match push.client.confirm(asked, lease).await {
            Ok(network) => network,
            Err(why) => return Ok(Some(Pushed::Denied(topic, host, why))),
        };
        if asked.mode == Mode::Unsubscribe {
            self.0.store.unsubscribe(&topic, asked.callback.as_str()).await?;
            return Ok(Some(Pushed::Unsubscribed(topic, host)));
        }
        let new = Subscription {
            topic: topic.clone(),
            callback: asked.callback.to_string(),
            host: host.clone(),
            network,
            secret: asked.secret.clone(),
            until: later(now, std::time::Duration::from_secs(lease)),
        };
        let limits = &push.options;
        let capacity = Capacity {
            total: limits.max_subscriptions,
            per_host: limits.max_per_host,
            per_network: limits.max_per_network,
        };
        if self.0.store.subscribe(&new, capacity).await? {
            return Ok(Some(Pushed::Subscribed(topic, host)));
        }
        let why = "there is no place for further subscriptions";
        push.client.deny(asked, why).await;
        Ok(Some(Pushed::Denied(topic, host, why.to_owned())))
    }

    /// Returns when a document may have changed; never, if nobody is told.
    pub async fn changed(&self) {
        match &self.0.push {
            Some(push) => push.changed.notified().await,
            None => std::future::pending().await,
        }
    }

    /// Whether somebody is told of changes.
    #[must_use]
    pub fn pushes(&self) -> bool {
        self.0.push.is_some()
    }

    /// What is owed now, by host; hosts that are being sent to are left out until their batch is dropped.
    pub async fn owed(&self, now: Timestamp) -> Result<Vec<Batch>, StoreError> {
        let Some(push) = &self.0.push else { return Ok(Vec::new()) };
        let store = &self.0.store;
        let owed = if push.is_own() { store.owed_to_subscribers(now).await? } else { store.owed_to_hub(now).await? };
        let mut hosts: BTreeMap<String, Vec<Delivery>> = BTreeMap::new();
        for delivery in owed {
            hosts.entry(delivery.host.clone()).or_default().push(delivery);
        }
        let mut busy = push.busy.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.retain(|host, _| busy.insert(host.clone()));
        drop(busy);
        let batch = |(host, deliveries)| Batch { deliveries, busy: Arc::clone(&push.busy), host };
        Ok(hosts.into_iter().map(batch).collect())
    }

    /// Sends one document, and notes what came of it.
    pub async fn push(&self, delivery: &Delivery, now: Timestamp) -> Result<Option<Pushed>, StoreError> {
        let Some(push) = &self.0.push else { return Ok(None) };
        let (name, store) = (delivery.topic.clone(), &self.0.store);
        let host = if delivery.callback.is_some() { delivery.host.clone() } else { "the hub".to_owned() };
        let (why, silent) = match self.send(push, delivery).await {
            Answer::Taken => {
                store.pushed(delivery).await?;
                return Ok(Some(Pushed::Told(name, host)));
            }
            Answer::Gone => {
                if let Some(callback) = &delivery.callback {
                    store.unsubscribe(&name, callback).await?;
                    return Ok(Some(Pushed::Ended(name, host, "it answered 410".to_owned())));
                }
                ("it answered 410".to_owned(), false)
            }
            Answer::Failed(why) => (why, false),
            Answer::Silent(why) => (why, true),
        };
        let give_up = SignedDuration::try_from(push.options.give_up).unwrap_or(SignedDuration::MAX);
        if delivery.failing.is_some_and(|since| now.duration_since(since) >= give_up) {
            store.pushed(delivery).await?;
            return Ok(Some(Pushed::GivenUp(name, host, why)));
        }
        let next = later(now, push::pause(push.options.retry, delivery.failures.saturating_add(1)));
        if silent && delivery.callback.is_none() {
            store.hub_is_silent(now, next).await?;
        } else {
            store.not_pushed(delivery, now, next).await?;
        }
        Ok(Some(Pushed::Failed(name, host, why)))
    }

    async fn send(&self, push: &Push, delivery: &Delivery) -> Answer {
        let nothing = || Answer::Failed("there is no such feed".to_owned());
        let Some(callback) = &delivery.callback else {
            let Some(topic) = push.address(&delivery.topic) else { return nothing() };
            return push.client.ping(&push.hub, &topic).await;
        };
        let Ok(callback) = Url::parse(callback) else { return Answer::Gone };
        // A feed that has moved is sent under its new name (section 7): there it is subscribed to the next time.
        let Some((name, document)) = self.0.shelf.find(&delivery.topic) else { return nothing() };
        let Some(topic) = push.address(&name) else { return nothing() };
        let media_type = document.media_type.to_str().unwrap_or_default();
        let link = push::link_header(&push.hub, &topic);
        push.client.deliver(&callback, document.document.bytes(), media_type, &link, delivery.secret.as_deref()).await
    }
}

/// The names and hashes of the documents among the files.
pub(super) fn documents(files: &[FeedFile]) -> Vec<(String, Vec<u8>)> {
    let topics = files.iter().filter(|file| is_topic(&file.name));
    topics.map(|file| (file.name.clone(), Sha256::digest(&file.bytes).to_vec())).collect()
}

/// The same documents under the former names of their feed, to which some may have subscribed.
pub(super) fn former_documents(documents: &[(String, Vec<u8>)], former: &[Slug]) -> Vec<(String, Vec<u8>)> {
    let under = |slug: &Slug| {
        let slug = slug.to_string();
        documents.iter().filter_map(move |(name, hash)| {
            let (_, extension) = name.rsplit_once('.')?;
            Some((format!("{slug}.{extension}"), hash.clone()))
        })
    };
    former.iter().flat_map(under).collect()
}

fn later(now: Timestamp, by: std::time::Duration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feeds_alone_can_be_subscribed_to() {
        let options = push::Options { hub: Some(Hub::Own), ..push::Options::default() };
        let base = Url::parse("https://example.se/feeds/").expect("an address");
        let push = Push::new(&options, &base).expect("a client").expect("a hub");
        let topic = |text: &str| push.topic(&Url::parse(text).expect(text));
        assert_eq!(topic("https://example.se/feeds/kultur.atom").as_deref(), Some("kultur.atom"));
        for text in [
            "https://example.se/feeds/kultur.html",
            "https://example.se/feeds/a+b.atom",
            "https://example.se/feeds/kultur.1.atom",
            "https://example.se/feeds/_flode.atom",
            "https://example.se/feeds/.atom",
            "https://example.se/feeds/atom",
            "https://example.se/kultur.atom",
            "https://example.se/feeds/kultur.atom?x",
            "http://example.se/feeds/kultur.atom",
        ] {
            assert_eq!(topic(text), None, "{text}");
        }
        assert_eq!(
            push.link("kultur.rss").as_deref(),
            Some("<https://example.se/feeds/hub>; rel=\"hub\", <https://example.se/feeds/kultur.rss>; rel=\"self\"")
        );
    }
}
