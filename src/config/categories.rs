//! `[categories]`: the names that are known, and those that mean another.

use std::collections::{BTreeMap, BTreeSet};

use super::document::Span;
use super::names;
use super::nearest::nearest;
use super::reader::Reader;
use crate::categorise;
use crate::model::{Category, Slug, category_key, text};

/// How many characters of a circle of aliases are told.
const CIRCLE: usize = 200;

/// The categories as configured, with what the rest of the config is held against.
#[derive(Debug)]
pub(super) struct Categories {
    pub(super) options: categorise::Options,
    /// The name behind each alias, by the alias's key.
    meant: BTreeMap<String, String>,
    /// The known categories by their keys.
    known: BTreeMap<String, String>,
    /// The known categories by the slugs of their own feeds.
    slugs: BTreeMap<Slug, String>,
}

pub(super) fn read(r: &mut Reader<'_, '_>) -> Categories {
    let known = r.list(
        "known",
        &names::category(),
        Vec::new(),
        "names of categories, to tell them from other text and to part those that a page ran together",
    );
    let meaning = "names that mean another: `{ \"Sjukvård\" = \"Hälso- och sjukvård\" }`";
    let aliases = r.pairs("aliases", &names::category(), meaning);
    let meant = check_aliases(r, &aliases);
    let aliases = aliases.into_iter().map(|(alias, _, category)| (alias, category.name)).collect();
    let slug = |category: &Category| (Slug::for_name(&category.name, &BTreeSet::new()), category.name.clone());
    Categories {
        meant,
        slugs: known.iter().map(slug).collect(),
        known: known.iter().map(|category| (category.key.clone(), category.name.clone())).collect(),
        options: categorise::Options {
            known: known.into_iter().map(|category| category.name).collect(),
            aliases,
            ..categorise::Options::default()
        },
    }
}

impl Categories {
    /// The name that an alias means.
    pub(super) fn behind_alias(&self, category: &Category) -> Option<&str> {
        self.meant.get(&category.key).map(String::as_str)
    }

    /// The known name that a category was probably meant to be, if it is not known itself.
    pub(super) fn near(&self, category: &Category) -> Option<&str> {
        if self.known.contains_key(&category.key) {
            return None;
        }
        nearest(&category.name, self.known.values().map(String::as_str))
    }

    /// The known category whose own feed has this slug.
    pub(super) fn owner_of(&self, slug: &Slug) -> Option<&str> {
        self.slugs.get(slug).map(String::as_str)
    }
}

/// Tells of aliases that mean nothing or lead round in a circle; returns what each means, by key.
fn check_aliases(r: &mut Reader<'_, '_>, aliases: &[(String, Span, Category)]) -> BTreeMap<String, String> {
    let mut meant: BTreeMap<String, &Category> = BTreeMap::new();
    let mut places: BTreeMap<String, (&str, &Span)> = BTreeMap::new();
    for (alias, span, category) in aliases {
        let key = category_key(alias);
        let reason = match places.get(&key) {
            _ if key.is_empty() => Some("the alias is empty".to_owned()),
            Some((other, _)) => Some(format!("`{alias}` is the same name as `{other}`, which is an alias already")),
            None => None,
        };
        if let Some(reason) = reason {
            r.findings().mistake(Some(span), &reason, None);
            continue;
        }
        places.insert(key.clone(), (alias, span));
        meant.insert(key, category);
    }
    for circle in circles(&meant) {
        let names: Vec<&str> = circle.iter().filter_map(|key| places.get(*key)).map(|(name, _)| *name).collect();
        let Some((first, span)) = circle.first().and_then(|key| places.get(*key)) else { continue };
        let way = text::shorten(&names.join(" → "), CIRCLE);
        r.findings().mistake(Some(span), &format!("an alias that leads back to itself: {way} → {first}"), None);
    }
    meant.into_iter().map(|(key, category)| (key, category.name.clone())).collect()
}

/// The circles among aliases, each once. Every alias is visited once.
fn circles<'a>(meant: &'a BTreeMap<String, &'a Category>) -> Vec<Vec<&'a str>> {
    let mut visited = BTreeSet::new();
    let mut circles = Vec::new();
    for start in meant.keys() {
        let mut walk: Vec<&str> = Vec::new();
        let mut at: &str = start;
        while let Some(next) = meant.get(at)
            && visited.insert(at)
        {
            walk.push(at);
            at = &next.key;
        }
        if let Some(first) = walk.iter().position(|key| *key == at) {
            circles.push(walk.split_off(first));
        }
    }
    circles
}
