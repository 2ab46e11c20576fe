//! What two readings of pages have in common: which item is which, and what is different in it. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{FoundItem, canonical_link, title_key};

/// A field that two readings of an item see differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Its name in the recipe.
    pub field: &'static str,
    /// As it was read; `None`: it was not there.
    pub old: Option<String>,
    /// As it would be read.
    pub new: Option<String>,
}

/// The fields that differ, in the order of a recipe.
#[must_use]
pub fn changes(old: &FoundItem, new: &FoundItem) -> Vec<FieldChange> {
    let (old, new) = (fields(old), fields(new));
    old.into_iter()
        .zip(new)
        .filter(|((_, old), (_, new))| old != new)
        .map(|((field, old), (_, new))| FieldChange { field, old, new })
        .collect()
}

/// The fields of an item that a list usually has, as text.
pub(super) fn fields(item: &FoundItem) -> [(&'static str, Option<String>); 8] {
    [
        ("title", Some(item.title.clone())),
        ("link", item.link.as_ref().map(ToString::to_string)),
        ("summary", item.summary.clone()),
        ("date", item.date.map(|date| date.to_string())),
        ("categories", (!item.categories.is_empty()).then(|| item.categories.join(" | "))),
        ("author", item.author.clone()),
        ("image", item.image.as_ref().map(ToString::to_string)),
        ("enclosure", item.enclosure.as_ref().map(ToString::to_string)),
    ]
}

/// How many items there are, and how many of them have each field.
#[must_use]
pub fn coverage(items: &[FoundItem]) -> Vec<(&'static str, usize)> {
    let mut counts = vec![("items", items.len())];
    let names = fields(&FoundItem::default()).map(|(name, _)| name);
    for (place, name) in names.into_iter().enumerate().skip(1) {
        let has = |item: &&FoundItem| fields(item).get(place).is_some_and(|(_, value)| value.is_some());
        counts.push((name, items.iter().filter(has).count()));
    }
    counts
}

/// Which item of one reading is which of another: places in both, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pairs(pub(super) BTreeMap<usize, usize>);

impl Pairs {
    /// Pairs the items that share, each alone on its side: address and title, address, title, then any other text. With
    /// `same_page` those that are left over between two pairs, as many on both sides, are the same in their order.
    pub(super) fn of(old: &[FoundItem], new: &[FoundItem], same_page: bool) -> Self {
        let mut pairs = Self::default();
        let passes: [fn(&FoundItem) -> Vec<String>; 4] = [
            |item| link(item).map(|link| format!("{link} {}", title_key(&item.title))).into_iter().collect(),
            |item| link(item).into_iter().collect(),
            |item| vec![title_key(&item.title)],
            texts,
        ];
        for marks in passes {
            pairs.unite(old, new, marks);
        }
        if same_page {
            pairs.fill_gaps(old.len(), new.len());
        }
        pairs
    }

    /// The new items that have no pair.
    pub(super) fn only_new(&self, new: usize) -> Vec<usize> {
        let taken: BTreeSet<usize> = self.0.values().copied().collect();
        (0..new).filter(|place| !taken.contains(place)).collect()
    }

    /// The old items that have no pair.
    pub(super) fn only_old(&self, old: usize) -> Vec<usize> {
        (0..old).filter(|place| !self.0.contains_key(place)).collect()
    }

    fn unite(&mut self, old: &[FoundItem], new: &[FoundItem], marks: fn(&FoundItem) -> Vec<String>) {
        let here = alone(self.only_old(old.len()), old, marks);
        let there = alone(self.only_new(new.len()), new, marks);
        let mut taken = BTreeSet::new();
        for (mark, from) in here {
            let Some(to) = there.get(&mark) else { continue };
            if !self.0.contains_key(&from) && taken.insert(*to) {
                self.0.insert(from, *to);
            }
        }
    }

    fn fill_gaps(&mut self, old: usize, new: usize) {
        let mut gaps = Vec::new();
        let (mut i, mut j) = (0, 0);
        for (&from, &to) in self.0.iter().chain([(&old, &new)]) {
            // A pair that crosses another bounds no gap.
            if to < j {
                continue;
            }
            gaps.push((i..from, j..to));
            (i, j) = (from + 1, to + 1);
        }
        let (left, right) = (self.only_old(old), self.only_new(new));
        for (from, to) in gaps {
            let from: Vec<usize> = left.iter().copied().filter(|place| from.contains(place)).collect();
            let to: Vec<usize> = right.iter().copied().filter(|place| to.contains(place)).collect();
            if from.len() == to.len() {
                self.0.extend(from.into_iter().zip(to));
            }
        }
    }
}

/// The marks that only one of these items has.
fn alone(places: Vec<usize>, items: &[FoundItem], marks: fn(&FoundItem) -> Vec<String>) -> BTreeMap<String, usize> {
    let mut found: BTreeMap<String, Option<usize>> = BTreeMap::new();
    for place in places {
        for mark in items.get(place).map(marks).unwrap_or_default() {
            let entry = found.entry(mark).or_insert(Some(place));
            if *entry != Some(place) {
                *entry = None;
            }
        }
    }
    found.into_iter().filter_map(|(mark, place)| Some((mark, place?))).collect()
}

fn link(item: &FoundItem) -> Option<String> {
    item.link.as_ref().map(canonical_link)
}

/// What a reader would know the item by, in whichever field it came to stand.
fn texts(item: &FoundItem) -> Vec<String> {
    let lines = item.summary.iter().flat_map(|summary| summary.lines()).map(title_key);
    let mut texts: Vec<String> = lines.chain([title_key(&item.title)]).chain(link(item)).collect();
    texts.extend(item.image.as_ref().map(ToString::to_string));
    texts.retain(|text| !text.is_empty());
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `title | link | summary`.
    fn items(rows: &[&str]) -> Vec<FoundItem> {
        let read = |row: &&str| {
            let mut parts = row.split('|').map(str::trim);
            let mut part = || parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
            let title = part().unwrap_or_default();
            let link = part().map(|path| format!("https://a.se{path}").parse().unwrap());
            FoundItem { title, link, summary: part(), ..FoundItem::default() }
        };
        rows.iter().map(read).collect()
    }

    #[test]
    fn the_same_item_is_found_again() {
        for (old, new, same_page, want) in [
            (&["A | /1", "B | /2"][..], &["B | /2", "A | /1"][..], true, &[(0, 1), (1, 0)][..]),
            (&["A | /1", "B | /2"], &["X | /1", "Y | /2"], false, &[(0, 0), (1, 1)]), // another element as title
            (&["A | /1", "B | /2"], &["Mer | /1", "Mer | /2"], false, &[(0, 0), (1, 1)]),
            (&["A | /1", "B | /2"], &["A | /", "B | /"], false, &[(0, 0), (1, 1)]),
            (&["A || om a", "B || om b"], &["om b", "om a"], false, &[(0, 1), (1, 0)]),
            (&["A", "B"], &["1 mars", "2 mars"], true, &[(0, 0), (1, 1)]), // by their places
            (&["A", "B"], &["1 mars", "2 mars"], false, &[]),
            (&["A", "B", "C"], &["A", "x", "C"], true, &[(0, 0), (1, 1), (2, 2)]),
            (&["A", "B", "C"], &["A", "x", "y", "C"], true, &[(0, 0), (2, 3)]), // which of the two is unknown
            (&["A", "A"], &["A", "A"], true, &[(0, 0), (1, 1)]),
            (&[], &["A"], true, &[]),
        ] {
            let pairs = Pairs::of(&items(old), &items(new), same_page);
            let pairs: Vec<(usize, usize)> = pairs.0.into_iter().collect();
            assert_eq!(pairs, want, "{old:?} {new:?}");
        }
    }

    #[test]
    fn what_changed_is_told_field_by_field() {
        let (old, new) = (items(&["A | /1 | om"]), items(&["B | /1"]));
        let told: Vec<_> = changes(&old[0], &new[0]).into_iter().map(|c| (c.field, c.old, c.new)).collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(told, [("title", some("A"), some("B")), ("summary", some("om"), None)]);
        assert!(changes(&old[0], &old[0]).is_empty());
    }
}
