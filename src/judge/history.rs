//! Holds a page against the source's own history.

use jiff::{SignedDuration, Timestamp};

use super::{FEW, MANY, Options, Release};
use crate::model::{Cause, Field, History, Hold, Rewrite, Rhythm, Shape, Verdict};

/// What counts for the verdict on a page whose items have been looked up.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// What the page looks like.
    pub shape: &'a Shape,
    /// Items that are known.
    pub known: u32,
    /// Items that are held of the page before it.
    pub held: u32,
    /// None is known, nor at an address like those of the last page: see [`super::continues`].
    pub elsewhere: bool,
    /// Items that are not known, and have no date that is later than the last run.
    pub unexplained: u32,
    /// Known items that have another title, summary or set of categories than before, in the order of [`REWRITES`].
    pub rewritten: [u32; 3],
    /// What the last pages looked like.
    pub history: &'a History,
}

/// What may be written anew, in the order of [`Evidence::rewritten`].
pub const REWRITES: [Rewrite; 3] = [Rewrite::Titles, Rewrite::Summaries, Rewrite::Categories];

/// The second half of the table: whether the page is like those before it.
#[must_use]
pub fn compare(evidence: &Evidence<'_>) -> Verdict {
    if let Some(cause) = another_page(evidence) {
        return Verdict::Broken(vec![cause]);
    }
    let mut causes = Vec::new();
    causes.extend(far_fewer(evidence));
    causes.extend(Field::ALL.into_iter().filter_map(|field| missing(evidence, field)));
    if let Some(flood) = flood(evidence) {
        causes.push(flood);
        causes.extend(evidence.elsewhere.then_some(Cause::OtherAddresses));
    }
    causes.extend(rewritten(evidence));
    if causes.is_empty() { Verdict::Healthy } else { Verdict::Suspect(causes) }
}

/// It is not the list at all.
fn another_page(e: &Evidence<'_>) -> Option<Cause> {
    let Shape { found, titles, .. } = *e.shape;
    let last = e.history.shapes.last()?;
    let without_a_field = Field::ALL.into_iter().any(|field| missing(e, field).is_some());
    let far_shorter = found > 0 && last.found >= FEW && found * 2 < last.found;
    if e.known == 0 && e.held == 0 && (far_shorter || (without_a_field && flood(e).is_some())) {
        return Some(Cause::Unfamiliar { found: size(found), usual: size(last.found) });
    }
    let told_apart = e.history.shapes.iter().all(|shape| shape.titles * 5 >= shape.found * 4);
    (told_apart && found >= FEW && titles * 3 <= found).then_some(Cause::SameTitles { titles, found })
}

fn far_fewer(e: &Evidence<'_>) -> Option<Cause> {
    let found = e.shape.found;
    let usual = e.history.shapes.iter().map(|shape| shape.found).min()?;
    (usual >= MANY && found * 2 < usual).then_some(Cause::FarFewer { found, usual })
}

/// Nearly all items had the field, on each of the last pages, and now less than half of them have it. Of a few items one
/// may lack anything: there, each had it, and now none of them has, nor is known.
fn missing(e: &Evidence<'_>, field: Field) -> Option<Cause> {
    let (with, found) = (e.shape.with(field), e.shape.found);
    let few = found < FEW;
    let usual = |shape: &Shape| {
        let all = shape.with(field) == shape.found && shape.found > 0;
        if few { all } else { covers(shape, field) }
    };
    let was_there = !e.history.shapes.is_empty() && e.history.shapes.iter().all(usual);
    let lacks = if few { found > 0 && with == 0 && e.known == 0 } else { with * 2 < found };
    (was_there && lacks).then_some(Cause::FieldMissing { field, with, found })
}

/// Hardly any item is known, though most known ones should still be there.
fn flood(e: &Evidence<'_>) -> Option<Cause> {
    let last = e.history.last?;
    let found = e.shape.found;
    let too_many = found / 4 > last.found;
    let strange = e.known * 5 < found.min(last.found) && (too_many || e.unexplained * 2 >= found);
    let turned_over = expected(e.history, e.shape.at).saturating_mul(2) >= found;
    (found >= FEW && last.found >= FEW && strange && !turned_over)
        .then_some(Cause::Flood { new: found - e.known.min(found), found })
}

/// How many new items the time since the last run explains: twice as many as its rhythm promises.
fn expected(history: &History, now: Timestamp) -> u32 {
    let hours = |from: Timestamp, to: Timestamp| u64::try_from(to.duration_since(from).as_hours()).unwrap_or(0);
    let Some(last) = history.last else { return u32::MAX };
    let away = hours(last.at, now);
    let first = history.shapes.first().copied().unwrap_or(last);
    // The first run found everything new; that says nothing of the rhythm.
    let new: u64 = history.shapes.iter().skip(1).map(|shape| u64::from(shape.new)).sum();
    let watched = hours(first.at, last.at);
    if watched < RHYTHM_HOURS {
        return if away >= LONG_AWAY_HOURS { u32::MAX } else { 0 };
    }
    u32::try_from((2 * new).saturating_mul(away) / watched).unwrap_or(u32::MAX)
}

/// A rhythm shows itself after a day.
const RHYTHM_HOURS: u64 = 24;

/// Where the rhythm is not known, a list may have turned over after a month.
const LONG_AWAY_HOURS: u64 = 30 * 24;

/// Most known items are written anew at once, by a recipe that is the same.
fn rewritten(e: &Evidence<'_>) -> Option<Cause> {
    if e.history.shapes.is_empty() || e.known < FEW {
        return None;
    }
    let (what, items) = REWRITES.into_iter().zip(e.rewritten).find(|(_, items)| items * 2 > e.known)?;
    Some(Cause::Rewritten { what, items, known: e.known })
}

/// Whether a suspect page is believed because it says the same as the one before it, whose items are held: no new reason,
/// at least four in five of the items that were held of that page stand on it again, of its new items at most one in five
/// (or one) was not held, and the operator's rule allows it. Of a page that is elsewhere, a run says so that comes a day
/// later.
///
/// Believed too, though its items come and go, is a list that has turned over no more than daily, after a day; and a page
/// that is known for the most part, after [`LASTING`].
#[must_use]
pub fn agrees(hold: &Hold, causes: &[Cause], again: &Again, now: Timestamp, options: &Options) -> bool {
    let age = now.duration_since(hold.since);
    let elsewhere = causes.iter().any(|cause| matches!(cause, Cause::OtherAddresses));
    let same = causes.iter().all(|cause| hold.causes.iter().any(|code| code == cause.code()));
    let waited = age >= options.hold && (!elsewhere || age >= DAY);
    let last = hold.on_page().count();
    let confirmed = again.held * 5 >= last * 4 && (again.unseen * 5 <= again.new || again.unseen <= 1);
    let days = usize::try_from(age.as_hours() / DAY.as_hours()).unwrap_or(0);
    let turns_over = again.goes_on && hold.items.len() <= last * days;
    let strange = elsewhere || causes.iter().any(|cause| matches!(cause, Cause::Flood { .. }));
    let lasting = age >= LASTING && !strange;
    same && (confirmed || turns_over || lasting) && waited && options.release == Release::NextRun
}

/// How long a page of other addresses has to say the same.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// After so long, a page that lacks something is no accident.
const LASTING: SignedDuration = SignedDuration::from_hours(3 * 24);

/// What of a suspect page was held before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Again {
    /// Items that stand on it, and were held of the page before it.
    pub held: usize,
    /// Its new items.
    pub new: usize,
    /// Those of them that were not held.
    pub unseen: usize,
    /// The list has turned over: its addresses are like those of the items that were held, and no date is before that.
    pub goes_on: bool,
}

/// Days with news, the newest first, from which a rhythm is read; fewer tell nothing.
const RHYTHM_DAYS: usize = 5;

/// No shorter silence is unusual.
const LEAST_SILENCE: i64 = 14;

/// How often a source has news: its patience is four times the longest silence among the last days with news, and never
/// less than two weeks. It begins when the last item was first seen, whatever its date. `newest` holds when each of its
/// newest items was published and when it was first seen, the newest first.
#[must_use]
pub fn rhythm(newest: &[(Timestamp, Timestamp)]) -> Option<Rhythm> {
    const DAY: i64 = 24 * 60 * 60;
    let mut days: Vec<i64> = newest.iter().map(|(published, _)| published.as_second().div_euclid(DAY)).collect();
    days.dedup();
    if days.len() < RHYTHM_DAYS {
        return None;
    }
    let longest = days.windows(2).filter_map(|pair| Some(pair.first()? - pair.last()?)).max()?;
    let patience = SignedDuration::from_hours(24 * longest.saturating_mul(4).max(LEAST_SILENCE));
    let news = newest.iter().map(|(_, seen)| *seen).max()?;
    Some(Rhythm { news, patience: news.checked_add(patience).ok()? })
}

/// What the operator may want to look at though the page is believed: nothing new came for far longer than usual, or it has
/// lost a field, as long as it is remembered that it had it.
#[must_use]
pub fn remarks(history: &History, now: Timestamp) -> Verdict {
    let mut causes: Vec<Cause> = Field::ALL.into_iter().filter_map(|field| lost(history, field)).collect();
    if let Some(Rhythm { news, .. }) = history.rhythm.filter(|rhythm| now > rhythm.patience) {
        let days = u32::try_from(now.duration_since(news).as_hours() / 24).unwrap_or(u32::MAX);
        causes.push(Cause::Stale { days });
    }
    if causes.is_empty() { Verdict::Healthy } else { Verdict::Suspect(causes) }
}

/// Nearly all items had the field, on each page until one, and less than half have it on each since. A share that falls by and
/// by is no loss.
fn lost(history: &History, field: Field) -> Option<Cause> {
    let lacks = |shape: &&Shape| shape.found >= FEW && shape.with(field) * 2 < shape.found;
    let last = history.shapes.last().filter(lacks)?;
    let since = history.shapes.iter().rev().take_while(lacks).count();
    let mut before = history.shapes.iter().rev().skip(since).peekable();
    let had = before.peek().is_some() && before.all(|shape| covers(shape, field));
    had.then_some(Cause::FieldLost { field, with: last.with(field), found: last.found })
}

fn covers(shape: &Shape, field: Field) -> bool {
    shape.found >= FEW && shape.with(field) * 5 >= shape.found * 4
}

fn size(items: u32) -> usize {
    usize::try_from(items).unwrap_or(usize::MAX)
}
