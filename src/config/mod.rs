//! `config.toml`: one file, every mistake in it told at once, with its place.
//!
//! The text becomes a table in which every value knows its bytes ([`syntax`]); the environment is filled in ([`env`]);
//! a [`reader`] asks for each key by name, [`kind`] and default; [`findings`] collects what is wrong, and [`document`]
//! knows where that is.

mod alarm;
mod bucket;
mod categories;
mod counting;
mod document;
mod env;
mod feeds;
mod file;
mod findings;
mod keys;
mod kind;
mod lone;
mod mistake;
mod names;
mod pages;
mod paging;
mod nearest;
mod push;
mod reader;
mod recipe;
mod reference;
mod requests;
mod sections;
mod serving;
mod sources;
mod syntax;
mod units;

use std::path::Path;

use jiff::tz::TimeZone;
use toml::de::DeTable;
use url::Url;

use crate::extract::{ArticleRecipe, Paging, Recipe};
use crate::model::{Rule, Slug, Source};
use crate::schedule::Schedule;
use crate::{alarm as alarms, categorise, count, dedup, extract, fetch, judge, publish, serve, store};

use document::Document;
pub use document::Place;
use findings::Findings;
pub use lone::load_recipe;
pub use mistake::{ConfigErrors, Mistake};
use reader::Reader;
pub use reference::reference;

/// Everything that is configured. Relative paths are already below the directory of the config.
#[derive(Debug, Clone)]
pub struct Config {
    /// What the site is called.
    pub site: Site,
    /// Where the ledger is.
    pub store: store::Options,
    /// How many pages of each source are kept.
    pub archive: store::Archive,
    /// How pages are fetched.
    pub fetch: fetch::Options,
    /// The limits of reading a page.
    pub extract: extract::Options,
    /// How feeds are published.
    pub publish: publish::Options,
    /// How feeds are served.
    pub serve: serve::Options,
    /// What is counted of subscribers.
    pub count: count::Options,
    /// How subscribers are told of changes.
    pub push: crate::push::Options,
    /// The names of categories.
    pub categories: categorise::Options,
    /// When held items are let out.
    pub judge: judge::Options,
    /// When an equal title is another item.
    pub dedup: dedup::Options,
    /// When the operator is told what, and how.
    pub alarm: alarms::Options,
    /// What is read; never empty.
    pub sources: Vec<SourceConfig>,
    /// What is published beside the feed of each category and the feed of everything.
    pub feeds: Vec<FeedConfig>,
    /// What is allowed and seldom meant.
    pub warnings: Vec<Mistake>,
}

/// What the site is called, and what its sources and feeds have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// As it stands in the titles of feeds.
    pub title: String,
    /// The page for people that the feeds stand for.
    pub link: Url,
    /// Where subscribers reach the feeds; ends in `/`.
    pub base_url: Url,
    /// BCP 47.
    pub language: String,
    /// Of dates and schedules, unless the source has its own.
    pub time_zone: TimeZone,
}

/// A source, when it is read, and how.
#[derive(Debug, Clone)]
pub struct SourceConfig {
    /// The page.
    pub source: Source,
    /// In the source's time zone.
    pub schedule: Schedule,
    /// Where the fields of an item are; what it leaves open is found automatically.
    pub recipe: Recipe,
    /// How many further pages of its list are read, and where they are.
    pub paging: Paging,
    /// How its page is asked for.
    pub fetch: fetch::SourceOptions,
    /// Where those of an article are, on its own page; `None`: articles are not fetched.
    pub article: Option<ArticleRecipe>,
}

/// A feed that the config declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedConfig {
    /// Its address below the base address, without the extension.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// What it shows; at least one condition, and no category that is an alias.
    pub rule: Rule,
}

/// Reads a config file.
pub fn load(path: &Path) -> Result<Config, ConfigErrors> {
    let text = file::read(path)?;
    parse(&text, path, &|name| std::env::var(name).ok())
}

/// Reads the text of a config. `file` is its path: mistakes name it, and relative paths start from its directory.
pub fn parse(text: &str, file: &Path, env: &dyn Fn(&str) -> Option<String>) -> Result<Config, ConfigErrors> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let document = Document::new(file, text);
    let (readable, slips) = syntax::readable(&document);
    let mut findings = Findings::new(&document, slips);
    let mut table = DeTable::parse_recoverable(&readable).0.into_inner();
    env::fill_table(&mut table, env, &mut findings);
    let directory = file.parent().unwrap_or(Path::new(""));
    let config = Reader::root(&table, &mut findings, |r| read(r, directory));
    let (config, warnings) = findings.conclude(config)?;
    Ok(Config { warnings, ..config })
}

/// Every section in the order of the sample. `None` if a key is missing that must be there.
fn read(r: &mut Reader<'_, '_>, directory: &Path) -> Option<Config> {
    let site = r.section("site", sections::site);
    let store = r.section("store", |r| sections::store(r, directory));
    let archive = r.section("archive", sections::archive);
    let fetch = r.section("fetch", sections::fetch);
    let extract = r.section("extract", sections::extract);
    let base_url = site.as_ref().map(|site| site.base_url.clone());
    let pages = r.section("pages", |r| pages::read(r, directory, site.as_ref()));
    let publish = r.section("publish", |r| sections::publish(r, directory, base_url, pages));
    let (serve, count) = r.section("serve", |r| {
        let serve = serving::read(r, directory);
        serving::check_address(r, site.as_ref().map(|site| &site.base_url), &serve.listen);
        let count = counting::read(r);
        (counting::operator(r, directory, serve), count)
    });
    let push = r.section("push", push::read);
    // The documents name the hub.
    let publish = publish.map(|publish| publish::Options { hub: push.hub_address(&publish.base_url), ..publish });
    let categories = r.section("categories", categories::read);
    let judge = r.section("judge", sections::judge);
    let dedup = r.section("dedup", sections::dedup);
    let alarm = r.section("alarm", alarm::read);
    let sources = sources::read_sources(r, site.as_ref());
    let feeds = feeds::read(r, &categories, &sources);
    Some(Config {
        site: site?,
        store,
        archive,
        fetch,
        extract,
        publish: publish?,
        serve,
        count,
        push,
        categories: categories.options,
        judge,
        dedup,
        alarm,
        sources,
        feeds,
        warnings: Vec::new(),
    })
}
