//! Who holds a connection, and who loses it when there are too many.
//!
//! A client that opens connections and leaves them must not keep others out. At the limit, the connection that has rested
//! longest gives its place to the new one: first among those of the same client, if it has its full share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::listener::Client;

/// A connection that has taken some of an answer within this time, and waits to take more, is not closed for another.
const UNDER_WAY: Duration = Duration::from_secs(5);

/// Connections that may be on their way out at once: more than the limit are open for a moment, and no more than these.
const LEAVING: usize = 8;

/// What is known of a connection while it lasts.
#[derive(Debug)]
pub(super) struct Life {
    began: Instant,
    /// Milliseconds after `began`: when it last asked something or took some of an answer.
    progress: AtomicU64,
    /// An answer waits for the client to take it.
    pub(super) waiting: AtomicBool,
    /// A line of what came in ended in a line feed alone, which proxies read in different ways.
    pub(super) bare_line_feed: AtomicBool,
    /// Something is left unread: what is sent last reaches the client only if that is taken first.
    pub(super) unread: AtomicBool,
    /// Its place is given to another.
    pub(super) dismissed: Notify,
}

impl Life {
    pub(super) fn new() -> Self {
        Self {
            began: Instant::now(),
            progress: AtomicU64::new(0),
            waiting: AtomicBool::new(false),
            bare_line_feed: AtomicBool::new(false),
            unread: AtomicBool::new(false),
            dismissed: Notify::new(),
        }
    }

    /// Notes that it has asked something or taken some of an answer.
    pub(super) fn progressed(&self) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.progress.store(now, Ordering::Relaxed);
    }

    /// When it last asked something or took something.
    fn last(&self) -> Instant {
        self.began + Duration::from_millis(self.progress.load(Ordering::Relaxed))
    }

    /// For how long it has asked nothing and taken nothing.
    pub(super) fn rested(&self) -> Duration {
        self.last().elapsed()
    }

    /// Whether it holds its place against others.
    fn is_under_way(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) && self.rested() < UNDER_WAY
    }
}

/// All places, taken and free.
#[derive(Debug)]
pub(super) struct Places {
    most: usize,
    most_per_client: usize,
    taken: Mutex<Taken>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    holders: HashMap<u64, (Client, Arc<Life>)>,
    /// Dismissed, and not closed yet: each is still an open file.
    leaving: usize,
}

/// What a new connection finds.
#[derive(Debug)]
pub(super) enum Found {
    /// A place.
    Place(Place),
    /// None, for its client has its full share of connections that are all under way.
    Share,
    /// None, for all are under way.
    Full,
}

impl Places {
    pub(super) fn new(most: usize, most_per_client: usize) -> Self {
        Self {
            most: most.max(1),
            most_per_client: most_per_client.max(1),
            taken: Mutex::default(),
            freed: Notify::new(),
        }
    }

    /// A place for a connection of that client, perhaps another's.
    pub(super) fn take(self: &Arc<Self>, client: Client) -> Found {
        let mut taken = self.lock();
        if taken.leaving >= LEAVING {
            return Found::Full;
        }
        let own = client.map_or(0, |_| taken.holders.values().filter(|(holder, _)| *holder == client).count());
        if own >= self.most_per_client {
            if !taken.dismiss(|holder| *holder == client) {
                return Found::Share;
            }
        } else if taken.holders.len() >= self.most && !taken.dismiss(|_| true) {
            return Found::Full;
        }
        let number = taken.next;
        taken.next += 1;
        let life = Arc::new(Life::new());
        taken.holders.insert(number, (client, Arc::clone(&life)));
        Found::Place(Place { places: Arc::clone(self), number, life })
    }

    /// Waits until a place may be free.
    pub(super) async fn changed(&self) {
        // The time bounds the wait for one that is under way and then stalls.
        let _ = tokio::time::timeout(Duration::from_millis(250), self.freed.notified()).await;
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    /// Takes the place of the one that has rested longest among those; `false` if all of them are under way.
    fn dismiss(&mut self, among: impl Fn(&Client) -> bool) -> bool {
        let resting = self.holders.iter().filter(|(_, (client, life))| among(client) && !life.is_under_way());
        let longest = resting.min_by_key(|(number, (_, life))| (life.last(), **number)).map(|(number, _)| *number);
        let gone = longest.and_then(|number| self.holders.remove(&number));
        if let Some((_, life)) = &gone {
            life.dismissed.notify_one();
            self.leaving += 1;
        }
        gone.is_some()
    }
}

/// A place, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    number: u64,
    pub(super) life: Arc<Life>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        if taken.holders.remove(&self.number).is_none() {
            taken.leaving = taken.leaving.saturating_sub(1);
        }
        drop(taken);
        self.places.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn client(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[track_caller]
    fn place(found: Found) -> Place {
        let Found::Place(place) = found else { panic!("no place: {found:?}") };
        place
    }

    fn has_place(place: &Place) -> bool {
        place.places.lock().holders.contains_key(&place.number)
    }

    /// As if it had asked something after so many milliseconds.
    fn asked_after(place: &Place, millis: u64) {
        place.life.progress.store(millis, Ordering::Relaxed);
    }

    #[test]
    fn who_rests_longest_goes_first() {
        let places = Arc::new(Places::new(3, 3));
        let [a, b, c] = [1, 2, 3].map(|last| place(places.take(Some(client(last)))));
        asked_after(&a, 60_000);
        asked_after(&c, 30_000);
        let d = place(places.take(Some(client(4))));
        assert_eq!([&a, &b, &c, &d].map(has_place), [true, false, true, true]);
        drop(b);
        assert_eq!(places.lock().holders.len(), 3, "its place is another's already");
    }

    #[test]
    fn a_crowd_waits_until_those_before_it_have_left() {
        let places = Arc::new(Places::new(1, 100));
        let mut open: Vec<Place> = (0..=LEAVING).map(|_| place(places.take(Some(client(1))))).collect();
        assert!(matches!(places.take(Some(client(2))), Found::Full));
        open.remove(0);
        open.push(place(places.take(Some(client(2)))));
        drop(open);
        let taken = places.lock();
        assert_eq!((taken.leaving, taken.holders.len()), (0, 0));
    }

    #[test]
    fn a_client_with_its_full_share_displaces_itself() {
        let places = Arc::new(Places::new(10, 2));
        let other = place(places.take(Some(client(1))));
        let own: Vec<Place> = (0..4).map(|_| place(places.take(Some(client(2))))).collect();
        assert_eq!(own.iter().map(has_place).collect::<Vec<_>>(), [false, false, true, true]);
        assert!(has_place(&other));
        let local: Vec<Place> = (0..5).map(|_| place(places.take(None))).collect();
        assert!(local.iter().all(has_place), "connections of a Unix socket have no share");
    }

    #[test]
    fn an_answer_under_way_is_not_cut_for_another() {
        let places = Arc::new(Places::new(2, 1));
        let a = place(places.take(Some(client(1))));
        a.life.waiting.store(true, Ordering::Relaxed);
        assert!(matches!(places.take(Some(client(1))), Found::Share));
        let b = place(places.take(Some(client(2))));
        b.life.waiting.store(true, Ordering::Relaxed);
        assert!(matches!(places.take(Some(client(3))), Found::Full));
        b.life.waiting.store(false, Ordering::Relaxed);
        place(places.take(Some(client(3))));
        assert!(has_place(&a) && !has_place(&b));
    }
}
