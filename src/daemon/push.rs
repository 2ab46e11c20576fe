//! Tells subscribers, beside the runs: no delivery delays a source, and no subscriber another.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::{Clock, Event};
use crate::pipeline::{Batch, Pipeline, Pushed};
use crate::push::Asked;

/// Longest time until a delivery that failed is looked at again.
const LOOK: Duration = Duration::from_secs(2);

/// Hosts that are sent to at once.
const HOSTS: usize = 32;

/// Callbacks that are asked at once whether they meant it.
const QUESTIONS: usize = 16;

/// Confirms subscriptions and sends what is owed, until `stop` turns true. What is under way then is owed still.
pub(super) async fn keep(
    pipeline: Pipeline,
    clock: Clock,
    tell: impl Fn(Event) + Clone + Send + Sync + 'static,
    mut stop: watch::Receiver<bool>,
) {
    let desk = Desk {
        pipeline,
        clock,
        tell,
        hosts: Arc::new(Semaphore::new(HOSTS)),
        questions: Arc::new(Semaphore::new(QUESTIONS)),
    };
    let mut sending = JoinSet::new(); // ends with this function
    loop {
        let owed = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            Some(_) = sending.join_next() => false,
            (permit, asked) = desk.next_asked() => {
                let desk = desk.clone();
                sending.spawn(async move {
                    desk.settle(asked).await;
                    drop(permit);
                });
                false
            }
            () = desk.pipeline.changed() => true,
            () = tokio::time::sleep(LOOK) => true,
        };
        if owed {
            desk.send_owed(&mut sending).await;
        }
    }
}

#[derive(Clone)]
struct Desk<T> {
    pipeline: Pipeline,
    clock: Clock,
    tell: T,
    hosts: Arc<Semaphore>,
    questions: Arc<Semaphore>,
}

impl<T: Fn(Event) + Clone + Send + Sync + 'static> Desk<T> {
    /// The next request, as soon as it can be seen to; until then it waits where places are counted.
    async fn next_asked(&self) -> (Option<tokio::sync::OwnedSemaphorePermit>, Asked) {
        let permit = Arc::clone(&self.questions).acquire_owned().await.ok(); // never closed
        (permit, self.pipeline.next_asked().await)
    }

    async fn settle(&self, asked: Asked) {
        // A store that fails is told of by the runs.
        if let Ok(Some(pushed)) = self.pipeline.settle(&asked, self.clock.now()).await {
            (self.tell)(Event::Pushed(pushed));
        }
    }

    async fn send_owed(&self, sending: &mut JoinSet<()>) {
        for batch in self.pipeline.owed(self.clock.now()).await.unwrap_or_default() {
            let desk = self.clone();
            sending.spawn(async move { desk.send(batch).await });
        }
    }

    async fn send(self, batch: Batch) {
        for delivery in &batch.deliveries {
            // One place for one delivery: a host that takes its time with hundreds lets the others in between.
            let _permit = self.hosts.acquire().await;
            let Ok(Some(pushed)) = self.pipeline.push(delivery, self.clock.now()).await else { continue };
            let is_last = delivery.callback.is_none() && matches!(pushed, Pushed::Failed(..));
            (self.tell)(Event::Pushed(pushed));
            if is_last {
                return; // what the hub elsewhere is owed besides may have to wait as well
            }
        }
    }
}
