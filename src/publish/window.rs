//! How much a feed shows.

use jiff::SignedDuration;

use crate::model::Item;

use super::Options;

/// Sorts items newest first and keeps those that the feed shows.
///
/// The order is total: by `published`, then by id, so that equal dates never trade places between two runs. Kept is
/// everything of the last `options.days` days, counted back from the newest item so that no clock is asked, never
/// fewer than `options.items`, never more than `options.max_items`.
#[must_use]
pub fn window(mut items: Vec<Item>, options: &Options) -> Vec<Item> {
    newest_first(&mut items);
    let Some(newest) = items.first().map(|item| item.published) else {
        return items;
    };
    let span = SignedDuration::from_hours(24 * i64::from(options.days));
    // `None` lies before the beginning of time: every item is younger.
    let since = newest.checked_sub(span).ok();
    let recent = items.partition_point(|item| since.is_none_or(|since| item.published >= since));
    items.truncate(recent.max(options.items).min(options.max_items));
    items
}

/// Sorts items as every document has them.
pub fn newest_first(items: &mut [Item]) {
    items.sort_by(|a, b| b.published.cmp(&a.published).then_with(|| a.id.cmp(&b.id)));
}
