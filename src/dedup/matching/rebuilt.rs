//! A page that was built anew: its titles are known, and all else about them is another at once.
//!
//! One item alone that has its title in common with a known one, and neither category nor day, is another item: a weekly
//! report. So are several, in a list that is written anew each week. Where most of a page is so, and what is beside the titles
//! shows that they are the same items, it is the page that has changed. To announce once more is the lesser evil: what
//! is taken for known is never announced.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{Facts, Here, Pair, Placed, Row, Table};
use crate::dedup::published;
use crate::model::{PageDate, Reason, numbers_aside, title_key};

/// So many items are a page that has changed its addresses and categories.
const MOVED: usize = 2;

/// So many are a page that has changed its addresses and dates.
const DATED: usize = 4;

/// On so many times as many days they were before; on fewer, items have changed together.
const DAYS: usize = 3;

/// Recognises the items of a page that was built anew: at least half of those whose title or address is known, at
/// addresses they did not have before, and
/// - at least [`MOVED`] of them on the day that they had, without a category that they had; or
/// - as many without a date to tell, if they have not changed together before; or
/// - at least [`DATED`] of them, and those with another date had [`DAYS`] times as many days between them as they have now,
///   and a quarter as many as they are.
///
/// A title that this source has shown more than once before is no witness: it recurs. So do titles that come anew together,
/// again, before there was any other news: at most once are they taken for known.
pub(super) fn settle(pairs: &mut [Pair], table: &Table<'_>) {
    let familiar: BTreeSet<usize> = pairs.iter().map(|pair| pair.candidate).collect();
    let sure: BTreeSet<usize> =
        pairs.iter().filter(|pair| matches!(pair.row, Some(Row::Same(_)))).map(|pair| pair.candidate).collect();
    let all: Vec<&Pair> = pairs.iter().filter(|pair| pair.replaced && !sure.contains(&pair.candidate)).collect();
    let (dated, near): (Vec<&Pair>, Vec<&Pair>) = all.iter().partition(|pair| table.apart(pair));
    let kept: Vec<&Pair> = near.iter().copied().filter(|pair| table.same_day(pair)).collect();
    let most = |group: &[&Pair], least: usize| {
        let items = group.iter().map(|pair| pair.candidate).collect::<BTreeSet<_>>().len();
        items >= least && items * 2 >= familiar.len()
    };

    let redated = most(&all, DATED) && dated_anew(&dated, table);
    let moved = redated || most(&kept, MOVED) || (most(&near, MOVED) && !changed_together(&near, table));
    for pair in pairs.iter_mut().filter(|pair| pair.replaced) {
        if if table.apart(pair) { redated } else { moved } {
            pair.row = Some(Row::Same(Reason::Rebuilt));
        }
    }
}

/// Whether these items had many days between them, and have few.
fn dated_anew(group: &[&Pair], table: &Table<'_>) -> bool {
    let now = group.iter().filter_map(|pair| table.page.get(pair.candidate)?.item.found.date);
    let before = group.iter().filter_map(|pair| table.known.get(pair.known)?.known.item.page_date);
    let (now, before) = (days(now, table).max(1), days(before, table));
    before >= now * DAYS && before * 4 >= group.len()
}

/// Whether most of these items were edited on the same few days, as they are when a page is built anew.
fn changed_together(group: &[&Pair], table: &Table<'_>) -> bool {
    let items = group.iter().filter_map(|pair| Some(&table.known.get(pair.known)?.known.item));
    let edits: Vec<PageDate> = items
        .filter(|item| item.updated.duration_since(item.published) > SignedDuration::from_hours(24))
        .map(|item| PageDate::Instant(item.updated))
        .collect();
    edits.len() * 2 >= group.len() && days(edits.into_iter(), table) < DAYS
}

fn days(dates: impl Iterator<Item = PageDate>, table: &Table<'_>) -> usize {
    dates.filter_map(|date| published::day(date, table.reading.time_zone)).collect::<BTreeSet<_>>().len()
}

/// Whether it looks as if it were the page that has changed: summary and day have stayed; or one of them, and the address
/// has another form; or the summary, where there are no addresses, or no two dates. A summary that several items have shows
/// nothing.
pub(super) fn shows(placed: &Placed, facts: &Facts<'_>, here: &Here<'_>, same_day: Option<bool>) -> bool {
    let (found, item) = (&placed.item.found, &facts.known.item);
    let own = found.summary.as_deref().filter(|text| here.summaries.get(text) == Some(&1));
    let summary = same_text(own, item.summary.as_deref());
    let before: Vec<String> = facts.links.iter().map(|link| form(link)).collect();
    let another_form =
        !before.is_empty() && placed.item.link.as_deref().is_none_or(|link| !before.contains(&form(link)));
    let no_address = before.is_empty() && placed.item.link.is_none();
    (summary && (same_day != Some(false) || no_address || another_form)) || (another_form && same_day == Some(true))
}

/// A design cuts its summaries at its own length, and puts its own words before them: of two the shorter is in the longer.
fn same_text(one: Option<&str>, other: Option<&str>) -> bool {
    /// Shorter ones are in many texts, in characters.
    const LEAST: usize = 20;
    let (Some(one), Some(other)) = (one.map(title_key), other.map(title_key)) else { return false };
    let whole = |text: &str| text.trim_end_matches(['.', '…', ' ']).to_owned();
    let (one, other) = (whole(&one), whole(&other));
    let (shorter, longer) = if one.len() < other.len() { (&one, &other) } else { (&other, &one) };
    one == other || (shorter.chars().count() >= LEAST && longer.contains(shorter.as_str()))
}

/// What the addresses of a list have in common: host and folders, in which a year, a week or a number may stand.
fn form(link: &str) -> String {
    let path = link.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    numbers_aside(path.rsplit_once('/').map_or(path, |(folder, _)| folder))
}
