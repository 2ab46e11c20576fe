//! `[[feed]]`: what is published beside the feed of each category and the feed of everything.

use super::categories::Categories;
use super::document::Span;
use super::names;
use super::nearest::{did_you_mean, nearest};
use super::reader::{Reader, Seen};
use super::{FeedConfig, SourceConfig};
use crate::model::{Category, Rule, SITE_SLUG, Slug, SourceId};

/// The keys that say what a feed shows; one of them has to be there.
const CONDITIONS: [&str; 6] = ["categories", "all", "none", "include", "exclude", "sources"];

/// Every declared feed.
pub(super) fn read(r: &mut Reader<'_, '_>, categories: &Categories, sources: &[SourceConfig]) -> Vec<FeedConfig> {
    let mut slugs = Seen::default();
    r.each("feed", |r| read_feed(r, categories, sources, &mut slugs))
}

fn read_feed(
    r: &mut Reader<'_, '_>,
    categories: &Categories,
    sources: &[SourceConfig],
    slugs: &mut Seen,
) -> Option<FeedConfig> {
    let slug = r.required("slug", &names::slug(), "its address below `site.base_url`, without the extension");
    let title = r.required("title", &names::line("\"Trafik\""), "its title");
    let rule = read_rule(r, categories, sources);
    if let Some(slug) = &slug {
        check_slug(r, slug, categories, slugs);
    }
    Some(FeedConfig { slug: slug?, title: title?, rule })
}

fn read_rule(r: &mut Reader<'_, '_>, categories: &Categories, sources: &[SourceConfig]) -> Rule {
    let any = r.places("categories", &names::category(), "it shows the items of any of these");
    let all = r.places("all", &names::category(), "and of those only what is in each of these");
    let none = r.places("none", &names::category(), "and in none of these");
    let include = r.places("include", &names::words(), "some of these words stand in the title or summary");
    let exclude = r.places("exclude", &names::words(), "none of these words do");
    let seen_at = r.places("sources", &names::source_id(), "it was seen on the page of one of these sources");
    for name in CONDITIONS {
        r.refuse_empty(name);
    }
    if CONDITIONS.iter().all(|name| r.span(name).is_none()) {
        r.missing("categories", format!("[{}]", names::category().example));
    }
    for (span, category) in any.iter().chain(&all).chain(&none) {
        check_category(r, span, category, categories);
    }
    for (span, source) in &seen_at {
        check_source(r, span, source, sources);
    }
    let keys = |chosen: Vec<(Span, Category)>| chosen.into_iter().map(|(_, category)| category.key).collect();
    Rule {
        any: keys(any),
        all: keys(all),
        none: keys(none),
        include: include.into_iter().map(|(_, words)| words).collect(),
        exclude: exclude.into_iter().map(|(_, words)| words).collect(),
        sources: seen_at.into_iter().map(|(_, source)| source).collect(),
    }
}

fn check_slug(r: &mut Reader<'_, '_>, slug: &Slug, categories: &Categories, slugs: &mut Seen) {
    if let Some(line) = r.seen_before("slug", slug.as_str(), slugs) {
        r.mistake("slug", &format!("is that of another feed, on line {line}"), None);
    }
    if let Some(owner) = categories.owner_of(slug) {
        r.mistake("slug", &format!("is that of the category `{owner}`, which has a feed of its own"), None);
    }
    if slug.as_str() == SITE_SLUG {
        r.mistake("slug", "is that of the feed of the whole site", None);
    }
}

/// A name that no item will ever have is a mistake, one that is almost known deserves a warning.
fn check_category(r: &mut Reader<'_, '_>, span: &Span, category: &Category, categories: &Categories) {
    let name = &category.name;
    if let Some(meant) = categories.behind_alias(category) {
        let reason = format!("`{name}` is an alias, so no item has it");
        r.findings().mistake(Some(span), &reason, Some(format!("write `{meant}`")));
    } else if let Some(near) = categories.near(category) {
        let reason = format!("`{name}` is not among `categories.known`");
        r.findings().warn(Some(span), &reason, Some(did_you_mean(near)));
    }
}

fn check_source(r: &mut Reader<'_, '_>, span: &Span, id: &SourceId, sources: &[SourceConfig]) {
    let mut known = sources.iter().map(|source| source.source.id.as_str());
    if known.clone().all(|known| known != id.as_str()) {
        let hint = nearest(id.as_str(), known.by_ref()).map(did_you_mean);
        r.findings().mistake(Some(span), &format!("there is no source `{id}`"), hint);
    }
}
