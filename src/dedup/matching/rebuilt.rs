//! A page that was built anew: its titles are known, and all else about them is another at once.
//!
//! One item alone that has its title in common with a known one, and neither category nor day, is another item: a weekly
//! report. So are several, in a list that is written anew each week. Where most of a page is so, and what is beside the titles
//! shows that they are the same items, it is the page that has changed. To announce once more is the lesser evil: what
//! is taken for known is never announced.

use std::collections::BTreeSet;

use super::{Facts, Pair, Placed, Row, Table};
use crate::dedup::published;
use crate::model::{PageDate, Reason};

/// So many items are a page that has changed its addresses and categories.
const MOVED: usize = 2;

/// So many are a page that has changed its addresses and dates.
const DATED: usize = 4;

/// On so many days they were, before they were on one.
const DAYS: usize = 3;

/// Recognises the items of a page that was built anew: at least half of those whose title or address is known, at
/// addresses they did not have before, and
/// - at least [`MOVED`] of them without a category that they had; or
/// - at least [`DATED`] of them with other dates, which lie on one day now, and did on [`DAYS`] and a quarter as many as there
///   are items.
///
/// A title that this source has shown more than once before is no witness: it recurs.
pub(super) fn settle(pairs: &mut [Pair], table: &Table<'_>) {
    let familiar: BTreeSet<usize> = pairs.iter().map(|pair| pair.candidate).collect();
    let sure = pairs.iter().filter(|pair| matches!(pair.row, Some(Row::Same(_)))).map(|pair| pair.candidate).collect();
    let most = |group: &BTreeSet<usize>, least: usize| group.len() >= least && group.len() * 2 >= familiar.len();

    let replaced = |pairs: &[Pair], apart: bool| -> BTreeSet<usize> {
        let of_dates = pairs.iter().filter(|pair| pair.replaced && table.apart(pair) == apart);
        of_dates.map(|pair| pair.candidate).collect::<BTreeSet<_>>().difference(&sure).copied().collect()
    };
    let (moved, dated) = (replaced(pairs, false), replaced(pairs, true));
    let moved = most(&moved, MOVED);
    let dated = most(&dated, DATED) && dated_anew(pairs, &dated, table);
    for pair in pairs.iter_mut().filter(|pair| pair.replaced) {
        let rebuilt = if table.apart(pair) { dated } else { moved };
        pair.row = if rebuilt { Some(Row::Same(Reason::Rebuilt)) } else { pair.row };
    }
}

/// Whether it looks as if it were the page that has changed: summary and date have stayed; or one of them, and the address
/// has another form; or the summary, where there are no addresses.
pub(super) fn shows(placed: &Placed, facts: &Facts<'_>) -> bool {
    let (found, item) = (&placed.item.found, &facts.known.item);
    let summary = found.summary.is_some() && found.summary == item.summary;
    let date = found.date.is_some() && found.date == item.page_date;
    let before: Vec<String> = facts.links.iter().map(|link| form(link)).collect();
    let another_form =
        !before.is_empty() && placed.item.link.as_deref().is_none_or(|link| !before.contains(&form(link)));
    let no_address = before.is_empty() && placed.item.link.is_none();
    (summary && (date || no_address)) || (another_form && (summary || date))
}

/// What the addresses of a list have in common: host and folders, in which a year, a week or a number may stand.
fn form(link: &str) -> String {
    let path = link.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let folder = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
    let mut form = String::with_capacity(folder.len());
    for c in folder.chars() {
        match c {
            '0'..='9' if form.ends_with('0') => {}
            '0'..='9' => form.push('0'),
            other => form.push(other),
        }
    }
    form
}

/// Whether these items had many days between them, and have one.
fn dated_anew(pairs: &[Pair], group: &BTreeSet<usize>, table: &Table<'_>) -> bool {
    let day = |date: Option<PageDate>| published::day(date?, table.reading.time_zone);
    let (mut before, mut now) = (BTreeSet::new(), BTreeSet::new());
    for pair in pairs.iter().filter(|pair| pair.replaced && group.contains(&pair.candidate)) {
        let (placed, facts) = (table.page.get(pair.candidate), table.known.get(pair.known));
        now.extend(placed.and_then(|placed| day(placed.item.found.date)));
        before.extend(facts.and_then(|facts| day(facts.known.item.page_date)));
    }
    now.len() == 1 && before.len() >= DAYS && before.len() * 4 >= group.len()
}
