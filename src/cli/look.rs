//! `flode try`: what would be found on a page.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::tz::TimeZone;
use serde_json::{Value, json};
use url::Url;

use super::house::{find, jobs, onlooker, quoted, read_config, store_failure};
use super::import;
use super::print::{self, Failure};
use super::{Ended, Exit, Setting};
use crate::config::{self, Config};
use crate::dedup::Candidate;
use crate::extract::{self, Clues};
use crate::fetch::{Ask, Fetched, Fetcher, SourceOptions};
use crate::model::{Cause, Page, PageDate, Validators, Verdict, text};
use crate::pipeline::{Look, Plan, Reader};
use crate::store::Store;

/// Characters of a summary that are shown.
const SUMMARY: usize = 160;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// An address, a saved page or text listing, or a source of the configuration
    #[arg(value_name = "URL|FILE|SOURCE")]
    page: String,

    /// Read it by the recipe of this source
    #[arg(long, value_name = "ID")]
    source: Option<String>,
}

pub(super) async fn perform(setting: &Setting, args: &Args) -> Ended {
    let (config, plan, from) = choose(setting, args)?;
    let onlooker = onlooker(&config)?;
    let page = match from {
        From::File => import::read(Path::new(&args.page), &plan, config.fetch.max_body)?,
        From::Web => fetch(&config, &plan, &onlooker.reader).await?,
    };
    let address = page.url.clone();
    let now = setting.clock.now();
    let mut look = onlooker.reader.look(&plan, page, now).await.map_err(Failure::new)?;
    // Only the ledger of a source that has been read can say what the next run would make of it.
    let mut new = None;
    if onlooker.configured.contains(&plan.source.id)
        && let Ok(store) = Store::open_to_look(&config.store).await
    {
        let foreseen = onlooker.foresee(&store, &plan, &look, now).await.map_err(store_failure)?;
        look.verdict = foreseen.verdict;
        new = Some(foreseen.new);
    }
    let lacking = look.verdict.causes().iter().any(|cause| matches!(cause, Cause::NoItems | Cause::ContainerGone));
    let clues = if lacking { extract::clues(&look.page, &plan.recipe, &config.extract) } else { None };
    let shown = Shown { look: &look, new: new.as_ref(), clues: clues.as_ref(), zone: &plan.source.time_zone };
    if setting.json {
        print::json(&look_json(&shown, &address));
    } else {
        show(&shown, &args.page);
    }
    Ok(if look.verdict.causes().is_empty() { Exit::Well } else { Exit::SourceFailed })
}

enum From {
    File,
    Web,
}

/// The source to read as: one of the configuration, or one made up for the page.
fn choose(setting: &Setting, args: &Args) -> Result<(Config, Plan, From), Failure> {
    let address = Url::parse(&args.page).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let is_file = address.is_none() && Path::new(&args.page).exists();
    if !setting.config.exists() && args.source.is_none() && (address.is_some() || is_file) {
        let (config, plan) = made_up(address.as_ref())?;
        return Ok((config, plan, if is_file { From::File } else { From::Web }));
    }
    let config = read_config(&setting.config)?;
    let jobs = jobs(&config);
    let named = match &args.source {
        Some(id) => Some(find(&jobs, id)?.plan.clone()),
        None if address.is_none() && !is_file => {
            Some(find(&jobs, &args.page).map_err(|failure| nothing(&args.page, failure))?.plan.clone())
        }
        None => None,
    };
    let plan = match (named, &address) {
        (Some(mut plan), Some(url)) => {
            // Keys and logins are for the source's own origin.
            if plan.source.url.origin() != url.origin() {
                plan.fetch = SourceOptions::default().with_robots(plan.fetch.robots);
            }
            plan.source.url = url.clone();
            plan
        }
        (Some(plan), None) => plan,
        (None, _) => {
            let (_, mut plan) = made_up(address.as_ref())?;
            plan.source.language.clone_from(&config.site.language);
            plan.source.time_zone = config.site.time_zone.clone();
            plan
        }
    };
    Ok((config, plan, if is_file { From::File } else { From::Web }))
}

fn nothing(page: &str, failure: Failure) -> Failure {
    let message = format!("`{page}` is neither an address, nor a file, nor a source");
    // A host name without its scheme is the usual slip.
    let hint = if page.contains('.') && !page.starts_with(['/', '.']) {
        Some(format!("did you mean `https://{page}`?"))
    } else {
        failure.hint
    };
    Failure { message, hint, ..Failure::new("") }
}

/// A configuration of defaults with one source, for a page that no configuration knows.
fn made_up(address: Option<&Url>) -> Result<(Config, Plan), Failure> {
    let url = address.map_or("https://localhost/", Url::as_str);
    let url = quoted(url);
    let text = format!("[site]\ntitle = \"try\"\nlink = {url}\n[[source]]\nid = \"page\"\nurl = {url}\n");
    let config =
        config::parse(&text, Path::new("(defaults)"), &|_| None).map_err(|mistakes| Failure::new(&mistakes))?;
    let plan = find(&jobs(&config), "page")?.plan.clone();
    Ok((config, plan))
}

async fn fetch(config: &Config, plan: &Plan, reader: &Reader) -> Result<Page, Failure> {
    let fetcher = Fetcher::new(&config.fetch).map_err(|error| Failure::new(&error).hint(error.hint()))?;
    let validators = Validators::default();
    let ask = Ask { source: &plan.source, url: &plan.source.url, validators: &validators, options: &plan.fetch };
    match fetcher.fetch(&ask).await {
        Ok(Fetched::Fresh { page, .. }) => Ok(page),
        Err(error) => {
            let error = reader.recognise(error).await;
            Err(Failure { exit: Exit::SourceFailed, ..Failure::new(&error).hint(error.hint()) })
        }
        // The fetcher refuses an answer of 304 that nobody asked for.
        Ok(Fetched::NotModified { .. }) => {
            Err(Failure::new("the server said that a page that was never read is unchanged"))
        }
    }
}

/// A page that was looked at, and the places of the items that its source's ledger does not know.
struct Shown<'a> {
    look: &'a Look,
    new: Option<&'a BTreeSet<usize>>,
    /// What stands there in place of a list.
    clues: Option<&'a Clues>,
    zone: &'a TimeZone,
}

impl Shown<'_> {
    fn date(&self, date: PageDate) -> String {
        match date {
            PageDate::Instant(at) => text::moment(at, self.zone),
            day => day.to_string(),
        }
    }

    /// What the next run would make of the item at a place.
    fn fate(&self, place: usize) -> Option<&'static str> {
        let news = match &self.look.verdict {
            Verdict::Broken(_) => return None,
            Verdict::Suspect(_) => "new, would be held",
            Verdict::Healthy | Verdict::Empty => "new",
        };
        self.new.map(|new| if new.contains(&place) { news } else { "known" })
    }
}

fn show(shown: &Shown<'_>, page: &str) {
    let look = shown.look;
    print::line(&format!("{page}: {}, {} items", look.verdict, look.candidates.len()));
    for (number, candidate) in (1..).zip(&look.candidates) {
        print::line("");
        print::line(&format!("{number:>3}. {}", candidate.found.title));
        let field = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                print::line(&format!("     {name:<10} {value}"));
            }
        };
        field("ledger", shown.fate(number - 1).map(str::to_owned));
        field("categories", Some(names(candidate).join(" | ")).filter(|names| !names.is_empty()));
        field("date", candidate.found.date.map(|date| shown.date(date)));
        field("link", candidate.found.link.as_ref().map(ToString::to_string));
        field("summary", candidate.found.summary.as_ref().map(|s| text::shorten(&s.replace('\n', " "), SUMMARY)));
        field("cut off", candidate.found.cut_off.then(|| "the page ends inside this item".to_owned()));
    }
    if !look.defects.is_empty() {
        print::line("");
    }
    for defect in &look.defects {
        print::note(&format!("warning: {defect}"));
    }
    if let Some(clues) = shown.clues {
        print::line(&format!("looked at: {clues}"));
        print::note(&format!("hint: {}", clues.hint()));
    }
}

fn names(candidate: &Candidate) -> Vec<&str> {
    candidate.categories.iter().map(|category| category.name.as_str()).collect()
}

fn look_json(shown: &Shown<'_>, address: &Url) -> Value {
    let look = shown.look;
    let items = look.candidates.iter().enumerate().map(|(place, candidate)| {
        let found = &candidate.found;
        json!({
            "title": found.title,
            "link": found.link.as_ref().map(Url::as_str),
            "summary": found.summary,
            "date": found.date.map(|date| date.to_string()),
            "categories": names(candidate),
            "cut_off": found.cut_off,
            "ledger": shown.fate(place),
        })
    });
    json!({
        "url": address.as_str(),
        "verdict": look.verdict.word(),
        "causes": look.verdict.causes().iter().map(ToString::to_string).collect::<Vec<_>>(),
        "items": items.collect::<Vec<_>>(),
        "looked_at": shown.clues.map(ToString::to_string),
        "hint": shown.clues.map(Clues::hint),
        "defects": look.defects.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
