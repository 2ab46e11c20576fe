//! What is different in an item that was recognised.

use std::collections::BTreeSet;

use super::{Candidate, Options, Reading};
use crate::model::{Category, Changes, KnownItem, Sighting, canonical_link};

/// The differences that are to be kept.
///
/// Only the source that showed the item first edits it: a mirror with another address or another shortening of the summary
/// would change it back and forth. A field that the page no longer gives is not taken away. What is cut off changes nothing.
pub(super) fn between(
    candidate: &Candidate,
    known: &KnownItem,
    sighting: &Sighting,
    reading: &Reading<'_>,
    options: &Options,
) -> Changes {
    let mut changes = Changes::default();
    if candidate.found.cut_off {
        return changes;
    }
    let (found, item) = (&candidate.found, &known.item);
    let orphan = !reading.configured.contains(&item.home);
    changes.home = orphan.then(|| sighting.source.clone());
    if !reading.archived && (item.home == sighting.source || orphan) {
        changes.title = (found.title != item.title).then(|| found.title.clone());
        changes.link = found
            .link
            .clone()
            .filter(|link| item.link.as_ref().is_none_or(|kept| canonical_link(kept) != canonical_link(link)));
        changes.summary = found.summary.clone().filter(|summary| item.summary.as_ref() != Some(summary));
        changes.author = found.author.clone().filter(|author| item.author.as_ref() != Some(author));
        changes.image = found
            .image
            .clone()
            .filter(|image| item.image.as_ref().is_none_or(|kept| canonical_link(kept) != canonical_link(image)));
        changes.enclosure = found.enclosure.clone().filter(|enclosure| item.enclosure.as_ref() != Some(enclosure));
        changes.content = found.content.clone().filter(|content| item.content.as_ref() != Some(content));
        // A list that corrects its dates is held against the corrected ones, and a page built anew against the new ones.
        let corrected = options.apart(found.date, item.page_date, reading.time_zone);
        changes.page_date = found.date.filter(|_| item.page_date.is_none() || corrected);
    }
    let categories = all_categories(known, sighting);
    // Another order alone moves nothing between feeds.
    let keys = |categories: &[Category]| categories.iter().map(|c| c.key.clone()).collect::<BTreeSet<_>>();
    if keys(&categories) != keys(&item.categories) {
        changes.categories = Some(categories);
    }
    changes
}

/// The categories of all sightings together: those of the item's home first, each in the order of its page.
fn all_categories(known: &KnownItem, now: &Sighting) -> Vec<Category> {
    let mut sightings: Vec<&Sighting> = known.sightings.iter().filter(|s| s.source != now.source).collect();
    sightings.push(now);
    sightings.sort_by_key(|s| (s.source != known.item.home, s.source.clone()));
    let mut all: Vec<Category> = Vec::new();
    for category in sightings.into_iter().flat_map(|s| &s.categories) {
        if !all.iter().any(|have| have.key == category.key) {
            all.push(category.clone());
        }
    }
    all
}
