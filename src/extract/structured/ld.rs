//! JSON-LD: objects of schema.org in `<script type="application/ld+json">`.

use scraper::{ElementRef, Html};
use serde_json::Value;

use super::super::fitter::Draft;
use super::super::recipe::Recipe;
use super::super::{Options, json};

/// Types of schema.org that are news, without their prefix.
pub(in super::super) const ARTICLES: &[&str] = &[
    "Article",
    "NewsArticle",
    "BlogPosting",
    "Report",
    "ReportageNewsArticle",
    "AnalysisNewsArticle",
    "BackgroundNewsArticle",
    "OpinionNewsArticle",
    "ReviewNewsArticle",
    "SocialMediaPosting",
    "LiveBlogPosting",
    "TechArticle",
    "ScholarlyArticle",
    "SpecialAnnouncement",
    "PressRelease",
];
/// Types whose parts are no news.
const CHROME: &[&str] = &["BreadcrumbList", "SiteNavigationElement", "WPHeader", "WPFooter", "FAQPage"];
/// Levels that are searched.
const LEVELS: usize = 24;
/// Scripts of a page that are read.
const SCRIPTS: usize = 50;

/// Where the fields of an object are.
pub(in super::super) fn recipe() -> Recipe {
    json::built_in(&[
        ("title", &["headline", "name", "alternativeHeadline"]),
        ("link", &["url", "mainEntityOfPage", "@id"]),
        ("summary", &["description", "abstract"]),
        ("date", &["datePublished", "datePosted", "dateCreated"]),
        ("categories", &["articleSection", "keywords"]),
        ("author", &["author", "creator"]),
        ("image", &["image", "thumbnailUrl"]),
        ("content", &[]),
    ])
}

/// The values of all scripts that can be read.
pub(in super::super) fn scripts(html: &Html, options: &Options) -> Vec<Value> {
    let elements = html.tree.root().descendants().filter_map(ElementRef::wrap);
    let is_ld = |e: &ElementRef<'_>| {
        let kind = e.attr("type").unwrap_or_default().to_ascii_lowercase();
        e.value().name() == "script" && kind.trim().starts_with("application/ld+json")
    };
    let texts = elements.filter(is_ld).take(SCRIPTS).map(|script| script.text().collect::<String>());
    texts.filter_map(|text| json::lenient(&text, options)).collect()
}

/// The objects of news anywhere in a value, in its order.
pub(in super::super) fn objects(value: &Value) -> Vec<&Value> {
    let mut found = Vec::new();
    search(value, 0, &mut found);
    found
}

fn search<'v>(value: &'v Value, level: usize, found: &mut Vec<&'v Value>) {
    if level > LEVELS || is_a(value, CHROME) {
        return;
    }
    match value {
        Value::Array(list) => list.iter().for_each(|value| search(value, level + 1, found)),
        Value::Object(members) => {
            if is_a(value, ARTICLES) {
                found.push(value);
                return;
            }
            if is_a(value, &["ListItem"]) {
                let item = members.get("item").filter(|item| item.is_object());
                let named = |value: &Value| value.get("name").is_some() && value.get("url").is_some();
                match item {
                    Some(item) if is_a(item, ARTICLES) || !named(item) => search(item, level + 1, found),
                    Some(item) => found.push(item),
                    None if named(value) => found.push(value),
                    None => {}
                }
                return;
            }
            members.values().for_each(|value| search(value, level + 1, found));
        }
        _ => {}
    }
}

fn is_a(value: &Value, types: &[&str]) -> bool {
    let local = |name: &str| name.rsplit(['/', ':', '#']).next().is_some_and(|name| types.contains(&name));
    match value.get("@type") {
        Some(Value::String(name)) => local(name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(local),
        _ => false,
    }
}

/// The articles of one value.
pub(super) fn drafts(value: &Value, options: &Options) -> Vec<Draft> {
    let recipe = recipe();
    let objects = objects(value).into_iter().take(options.max_items + 1);
    let drafts = objects.map(|object| Draft { may_lack_title: false, ..json::draft(object, &recipe, options) });
    drafts.map(apart).collect()
}

/// `keywords` are often one text with commas.
fn apart(draft: Draft) -> Draft {
    let pieces = |name: &String| name.split(',').map(|piece| piece.trim().to_owned()).collect::<Vec<_>>();
    let categories = match draft.categories.as_slice() {
        [only] => pieces(only),
        several => several.to_vec(),
    };
    Draft { categories, ..draft }
}
