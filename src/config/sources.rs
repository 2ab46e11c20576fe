//! `[[source]]`: what is read.

use super::names;
use super::nearest::did_you_mean;
use super::reader::{Reader, Seen};
use super::{Site, SourceConfig, paging, recipe, requests};
use crate::extract;
use crate::model::Source;
use crate::schedule::Schedule;

/// When a source is read, unless the config says so.
const SCHEDULE: &str = "*/30 * * * *";

/// Every source. `site` is `None` where it could not be read.
pub(super) fn read_sources(r: &mut Reader<'_, '_>, site: Option<&Site>) -> Vec<SourceConfig> {
    let (mut ids, mut urls) = (Seen::default(), Seen::default());
    let sources = r.each("source", |r| read_source(r, site, &mut ids, &mut urls));
    if r.span("source").is_none() {
        let hint = "write one, with an `id` and a `url`".to_owned();
        r.findings().missing(None, "there is no `[[source]]`, so there is nothing to read", Some(hint));
    }
    sources
}

fn read_source(r: &mut Reader<'_, '_>, site: Option<&Site>, ids: &mut Seen, urls: &mut Seen) -> Option<SourceConfig> {
    let id = r.required("id", &names::source_id(), "your name for it");
    let url = r.required(
        "url",
        &names::address(),
        "the page that is read; where `${NAME}` stands in it, its query (not its path) is shown to nobody",
    );
    let schedule = r.optional(
        "schedule",
        &names::schedule(),
        &format!("`\"{SCHEDULE}\"`"),
        "when it is read, as in crontab(5), in its time zone",
    );
    let default_category =
        r.optional("default_category", &names::category(), "none", "the category of items that have none");
    let language = r.optional("language", &names::language(), "`site.language`", "the language of its dates");
    if let Some(language) = &language {
        check_language(r, language);
    }
    let zone = r.optional("time_zone", &names::time_zone(), "`site.time_zone`", "the zone of its dates and schedule");
    let fetch = requests::read(r);
    let recipe = r.section("recipe", recipe::read);
    let paging = r.section("pages", paging::read);
    let article = r.section("article", recipe::read_article);
    let article = r.span("article").is_some().then_some(article);

    if let Some(line) = id.as_ref().and_then(|id| r.seen_before("id", id.as_str(), ids)) {
        r.mistake("id", &format!("is that of another source, on line {line}"), None);
    }
    check_secrets_place(r);
    if let Some(line) = url.as_ref().and_then(|url| r.seen_before("url", url.as_str(), urls)) {
        r.warn("url", &format!("is that of another source too, on line {line}"), None);
    }
    if let Some(warning) = schedule.as_ref().and_then(Schedule::warning) {
        r.warn("schedule", &format!("may not mean what it seems to: {warning}"), None);
    }
    let source = Source {
        id: id?,
        url: url?,
        default_category: default_category.map(|category| category.name),
        language: language.or_else(|| Some(site?.language.clone()))?,
        time_zone: zone.or_else(|| Some(site?.time_zone.clone()))?,
    };
    let schedule = schedule.or_else(|| Schedule::parse(SCHEDULE).ok())?;
    Some(SourceConfig { source, schedule, recipe, paging, fetch, article })
}

/// Countries, and longer tags, that are taken for the tag of a language.
const TAKEN_FOR: &[(&str, &str)] = &[
    ("se", "sv"),
    ("swe", "sv"),
    ("dk", "da"),
    ("dan", "da"),
    ("fin", "fi"),
    ("nor", "nb"),
    ("at", "de"),
    ("deu", "de"),
    ("ger", "de"),
    ("gb", "en"),
    ("us", "en"),
    ("eng", "en"),
];

/// Warns of a language whose dates are not known: `se` is Northern Sami, and seldom meant.
pub(super) fn check_language(r: &mut Reader<'_, '_>, tag: &str) {
    if extract::knows_dates_of(tag) {
        return;
    }
    let country = tag.split('-').next().unwrap_or_default().to_lowercase();
    let meant = TAKEN_FOR.iter().find(|(taken, _)| *taken == country);
    let hint = match meant {
        Some((_, language)) => did_you_mean(language),
        None => format!("dates in words are read in {}", extract::date_languages().collect::<Vec<_>>().join(", ")),
    };
    r.warn("language", &format!("is `{tag}`, a language whose dates flode does not know"), Some(hint));
}

/// Warns of a secret in the path of an address: unlike the query, it is in the addresses of what the page links to.
fn check_secrets_place(r: &mut Reader<'_, '_>) {
    let Some(span) = r.span("url").filter(|_| r.is_secret("url")) else { return };
    let written = r.findings().document().written(&span);
    let path = written.find("://").and_then(|at| written.get(at + 3..)?.find('/').map(|slash| at + 3 + slash));
    let end = written.find(['?', '#']).unwrap_or(written.len());
    let escaped = |at: usize| written.get(..at).is_some_and(|before| before.ends_with('$'));
    let inside = |at: &usize| path.is_some_and(|path| (path..end).contains(at)) && !escaped(*at);
    let Some(at) = written.match_indices("${").map(|(at, _)| at).find(inside) else { return };
    let reason =
        "`source.url`: what stands for this is not kept secret in a path: links on the page, and messages, have it";
    let hint =
        "where the site takes it as a parameter (`?key=`), by `headers` or as a `token`, nobody is shown it".to_owned();
    r.findings().warn(Some(&(span.start + at..span.end - 1)), reason, Some(hint));
}
