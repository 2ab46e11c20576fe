//! From the configuration to a program that runs.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::Setting;
use super::files;
use super::print::Failure;
use crate::alarm::Channels;
use crate::categorise::Categoriser;
use crate::config::{self, Config};
use crate::daemon::{About, Job};
use crate::fetch::Fetcher;
use crate::model::{Category, SITE_SLUG, Slug};
use crate::pipeline::{Alarms, Combiner, Counting, Onlooker, Parts, Pipeline, Plan, Push, Reader, Site};
use crate::publish::{INDEX, PublishError, Sink};
use crate::serve::Shelf;
use crate::store::{SiteFeeds, Store, StoreError};

/// Everything that the configuration describes, built.
pub(super) struct House {
    pub(super) config: Config,
    pub(super) pipeline: Pipeline,
    pub(super) jobs: Vec<Job>,
}

impl House {
    /// Opens the store for writing and connects the stages.
    pub(super) async fn open(setting: &Setting) -> Result<Self, Failure> {
        Box::pin(Self::build(read_config(&setting.config)?, setting)).await
    }

    pub(super) async fn build(mut config: Config, setting: &Setting) -> Result<Self, Failure> {
        files::fit(&mut config);
        let categoriser = categoriser(&config)?;
        let fetcher = Fetcher::new(&config.fetch).map_err(|error| Failure::new(&error).hint(error.hint()))?;
        let (sink, published) = open_sink(&config, setting.new_ledger).await.map_err(disk_failure)?;
        let store = open_store(&config, &sink, published, setting.new_ledger).await?;
        let now = setting.clock.now();
        let ttl = jobs(&config)
            .iter()
            .filter_map(|job| job.schedule.typical_gap(&job.plan.source.time_zone, now))
            .min()
            .and_then(|gap| u32::try_from(gap.as_secs() / 60).ok());
        let parts = Parts {
            site: Site {
                title: config.site.title.clone(),
                link: config.site.link.clone(),
                language: config.site.language.clone(),
                time_zone: config.site.time_zone.clone(),
            },
            feeds: site_feeds(&config, ttl)?,
            configured: config.sources.iter().map(|source| source.source.id.clone()).collect(),
            fetch: config.fetch.clone(),
            fetcher,
            reader: Reader { extract: config.extract.clone(), categoriser: Arc::new(categoriser) },
            judge: config.judge.clone(),
            dedup: config.dedup.clone(),
            store,
            archive: config.archive,
            publish: config.publish.clone(),
            sink,
            shelf: Shelf::default(),
            push: Push::new(&config.push, &config.site.base_url).map_err(Failure::new)?,
            combined: Combiner::default(),
            alarms: Alarms::new(config.alarm.clone(), channels(&config)?),
            counting: Counting::new(&config.count),
            ttl,
            turn: Mutex::new(()),
        };
        let pipeline = Pipeline::new(parts, now).await.map_err(store_failure)?;
        Ok(Self { jobs: jobs(&config), pipeline, config })
    }

    /// The jobs of these sources, in the order of the configuration; of all, if none is named.
    pub(super) fn chosen(&self, wanted: &[String]) -> Result<Vec<Job>, Failure> {
        for id in wanted {
            find(&self.jobs, id)?;
        }
        let named = |job: &&Job| wanted.is_empty() || wanted.iter().any(|id| id == job.plan.source.id.as_str());
        Ok(self.jobs.iter().filter(named).cloned().collect())
    }
}

/// The job of a source.
pub(super) fn find<'a>(jobs: &'a [Job], id: &str) -> Result<&'a Job, Failure> {
    jobs.iter().find(|job| job.plan.source.id.as_str() == id).ok_or_else(|| {
        let known: Vec<&str> = jobs.iter().map(|job| job.plan.source.id.as_str()).collect();
        Failure::new(format!("there is no source `{id}` in the configuration"))
            .hint(Some(format!("the sources are: {}", known.join(", "))))
    })
}

/// Reads the configuration; all its mistakes are one failure.
pub(super) fn read_config(path: &Path) -> Result<Config, Failure> {
    config::load(path)
        .map_err(|mistakes| Failure { details: serde_json::to_value(&mistakes).ok(), ..Failure::new(&mistakes) })
}

/// Prepares the names of categories.
pub(super) fn categoriser(config: &Config) -> Result<Categoriser, Failure> {
    Categoriser::new(&config.categories).map_err(|error| Failure::new(&error).hint(error.hint()))
}

/// What looks at pages and keeps nothing.
pub(super) fn onlooker(config: &Config) -> Result<Onlooker, Failure> {
    Ok(Onlooker {
        reader: Reader { extract: config.extract.clone(), categoriser: Arc::new(categoriser(config)?) },
        site: config.site.link.clone(),
        configured: config.sources.iter().map(|source| source.source.id.clone()).collect(),
        dedup: config.dedup.clone(),
    })
}

/// Prepares the ways to the operator.
pub(super) fn channels(config: &Config) -> Result<Channels, Failure> {
    Channels::new(&config.alarm).map_err(Failure::new)
}

/// Every source with how and when it is read.
pub(super) fn jobs(config: &Config) -> Vec<Job> {
    let job = |source: &config::SourceConfig| Job {
        plan: Plan {
            source: source.source.clone(),
            fetch: source.fetch.clone(),
            recipe: source.recipe.clone(),
            paging: source.paging.clone(),
            article: source.article.clone(),
        },
        schedule: source.schedule.clone(),
    };
    config.sources.iter().map(job).collect()
}

/// What the operator's pages say that the store does not know.
pub(super) fn about(config: &Config) -> About {
    About {
        title: config.site.title.clone(),
        language: config.site.language.clone(),
        time_zone: config.site.time_zone.clone(),
        counts: config.count.on,
    }
}

fn site_feeds(config: &Config, ttl: Option<u32>) -> Result<SiteFeeds, Failure> {
    let site = Slug::parse(SITE_SLUG).map_err(Failure::new)?;
    let declared = config.feeds.iter().map(|feed| (feed.slug.clone(), feed.title.clone(), feed.rule.clone()));
    let site_facts = &config.site;
    Ok(SiteFeeds {
        site: (site, site_facts.title.clone()),
        declared: declared.collect(),
        known: config.categories.known.iter().filter_map(|name| Category::new(name)).collect(),
        renamed: categoriser(config)?.renamed(),
        fingerprint: format!(
            "{}\n{}\n{}\n{:?}\n{ttl:?}\n{}",
            site_facts.title,
            site_facts.link,
            site_facts.language,
            config.publish,
            env!("CARGO_PKG_VERSION")
        ),
    })
}

/// Opens the sink, and asks it what was published there before: a feed, if there is one. Not asked where a new ledger
/// is wanted.
async fn open_sink(config: &Config, new_ledger: bool) -> Result<(Sink, Option<String>), PublishError> {
    let options = config.publish.clone();
    let open = move || {
        let sink = Sink::open(&options)?;
        let published = if new_ledger { None } else { sink.published_before()? };
        Ok((sink, published))
    };
    tokio::task::spawn_blocking(open).await.unwrap_or_else(|lost| Err(PublishError::Panicked { why: lost.to_string() }))
}

/// Opens the store for writing. None is begun where feeds were published from one, unless the operator says so: undated
/// items would get other dates, and those that have left the pages would be lost.
async fn open_store(
    config: &Config,
    sink: &Sink,
    published: Option<String>,
    new_ledger: bool,
) -> Result<Store, Failure> {
    let opened = match published {
        Some(published) => Store::reopen(&config.store, &published).await,
        None if !new_ledger && sink.has(INDEX) && !config.store.path.exists() => {
            return Err(disk_failure(PublishError::Foreign { place: config.publish.to.of(INDEX) }));
        }
        None => Store::open(&config.store).await,
    };
    opened.map_err(store_failure)
}

/// A failure of the store, with what to do about it. A slug that is taken is the config's, and a command that comes too early
/// is one that is wrong.
pub(super) fn store_failure(error: StoreError) -> Failure {
    let hint = error.hint();
    let failure = match error {
        StoreError::SlugTaken { .. } | StoreError::Missing { .. } => Failure::new,
        _ => Failure::of_disk,
    };
    failure(error).hint(hint)
}

fn disk_failure(error: PublishError) -> Failure {
    let hint = error.hint();
    Failure::of_disk(error).hint(hint)
}

/// Text as TOML writes it; the escapes of JSON are among those of TOML.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
