//! `[categories]`: the names that are known, and those that mean another.

use std::collections::{BTreeMap, BTreeSet};

use super::document::Span;
use super::names;
use super::nearest::nearest;
use super::reader::Reader;
use super::units::whole;
use crate::categorise::{CategoriseError, Categoriser, Options};
use crate::model::{Category, Slug, category_key};

/// How many aliases are told to make no sense.
const TOLD: usize = 20;

/// The categories as configured, with what the rest of the config is held against.
#[derive(Debug)]
pub(super) struct Categories {
    pub(super) options: Options,
    /// The known categories by their keys.
    known: BTreeMap<String, String>,
    /// The known categories by the slugs of their own feeds.
    slugs: BTreeMap<Slug, String>,
    /// The name behind each alias, by the alias's key.
    meant: BTreeMap<String, String>,
}

pub(super) fn read(r: &mut Reader<'_, '_>) -> Categories {
    let default = Options::default();
    let known = r.list(
        "known",
        &names::category(),
        Vec::new(),
        "names of categories, to tell them from other text and to part those that a page ran together",
    );
    let meaning = "names that mean another: `{ \"Sjukvård\" = \"Hälso- och sjukvård\" }`";
    let (places, aliases) = r.pairs("aliases", &names::category(), meaning);
    let options = Options {
        known: known.iter().map(|category| category.name.clone()).collect(),
        aliases: aliases.iter().map(|(alias, category)| (alias.clone(), category.name.clone())).collect(),
        max_categories: r.or("max_categories", &whole(1..=100), default.max_categories, "categories of one item"),
        max_in_all: r.or(
            "max_in_all",
            &whole(1..=100_000),
            default.max_in_all,
            "categories of the site, each of which has a feed; names of more are passed over",
        ),
        max_name: r.or("max_name", &whole(20..=1000), default.max_name, "characters of a category's name"),
        max_line: r.or("max_line", &whole(20..=10_000), default.max_line, "characters of names that were run together"),
    };
    check(r, &options, &places);
    let other =
        |(alias, category): (String, Category)| Some((category_key(&alias), category)).filter(|(key, c)| *key != c.key);
    let slug = |category: &Category| (Slug::for_name(&category.name, &BTreeSet::new()), category.name.clone());
    Categories {
        options,
        slugs: known.iter().map(slug).collect(),
        known: known.into_iter().map(|category| (category.key, category.name)).collect(),
        meant: aliases.into_iter().filter_map(other).map(|(key, category)| (key, category.name)).collect(),
    }
}

/// Tells of aliases that make no sense. Each is then set aside, so that it does not hide the next.
fn check(r: &mut Reader<'_, '_>, options: &Options, places: &BTreeMap<String, Span>) {
    let mut rest = options.clone();
    for _ in 0..TOLD {
        let Err(error) = Categoriser::new(&rest) else { break };
        let alias = match &error {
            CategoriseError::Circle { names } => names.first().cloned().unwrap_or_default(),
            CategoriseError::Ambiguous { alias, .. } | CategoriseError::Blank { alias } => alias.clone(),
        };
        r.findings().mistake(places.get(&alias), &error.to_string(), error.hint());
        rest.aliases.remove(&alias);
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
