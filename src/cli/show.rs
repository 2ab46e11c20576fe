//! `flode status --show SOURCE`: one source in full, and what changed in its page.

use std::io::{IsTerminal, Write as _};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::house::{find, jobs, read_config, store_failure};
use super::print::{self, Failure, Table};
use super::status::shown;
use super::{Ended, Exit, Setting};
use crate::config::Config;
use crate::daemon::{Job, next_run};
use crate::extract::{self, Outline};
use crate::model::{Hold, text};
use crate::pipeline::{coverage, unified};
use crate::status::held;
use crate::store::{SavedPage, SourceMemory, Store};

/// Lines of the difference that are shown.
const DIFF: usize = 40;
/// Held items that are shown, and characters of their titles.
const HELD: usize = 20;
const TITLE: usize = 100;
/// Equal lines around what differs.
const CONTEXT: usize = 2;

/// All that is known of a source.
struct Shown {
    job: Job,
    memory: SourceMemory,
    hold: Option<Hold>,
    /// The oldest first.
    pages: Vec<SavedPage>,
}

impl Shown {
    /// The newest page that was not believed.
    fn doubted(&self) -> Option<&SavedPage> {
        self.pages.iter().rfind(|page| !page.believed)
    }

    /// The newest that was.
    fn good(&self) -> Option<&SavedPage> {
        self.pages.iter().rfind(|page| page.believed)
    }

    async fn read(config: &Config, id: &str) -> Result<Self, Failure> {
        let job = find(&jobs(config), id)?.clone();
        let store = Store::open_to_look(&config.store).await.map_err(store_failure)?;
        let memory = store.memory(&job.plan.source.id).await.map_err(store_failure)?;
        let hold = store.hold(&job.plan.source.id).await.map_err(store_failure)?;
        let pages = store.saved_pages(&job.plan.source.id).await.map_err(store_failure)?;
        Ok(Self { job, memory, hold, pages })
    }
}

pub(super) async fn perform(setting: &Setting, id: &str) -> Ended {
    let config = read_config(&setting.config)?;
    let all = Shown::read(&config, id).await?;
    let change = all.doubted().map(|page| Change::of(&all, page, &config)).transpose()?;
    let now = setting.clock.now();
    let zone = &config.site.time_zone;
    if setting.json {
        print::json(&as_json(&all, change.as_ref(), next_run(&all.job, &all.memory, now)));
    } else {
        head(&all, named(next_run(&all.job, &all.memory, now), zone), zone);
        pages(&all.pages, zone).print();
        if let Some(change) = &change {
            print::line("");
            change.print(zone);
        }
        hints(&all, id);
    }
    Ok(if all.memory.trouble.is_some() || all.memory.failures > 0 { Exit::SourceFailed } else { Exit::Well })
}

/// Writes a kept page to standard output, as UTF-8: the newest that was not believed, else the newest; with `good` the
/// newest that was.
pub(super) async fn page(setting: &Setting, id: &str, good: bool) -> Ended {
    let config = read_config(&setting.config)?;
    let all = Shown::read(&config, id).await?;
    let wanted = all.doubted().filter(|_| !good).or_else(|| all.good());
    let page = wanted.map(SavedPage::page).transpose().map_err(store_failure)?.flatten();
    let Some((wanted, page)) = wanted.zip(page) else {
        return Err(Failure::new(format!("no page of `{id}` is kept"))
            .hint(Some("`archive.pages` and `archive.max_bytes` say how many, and how large")));
    };
    let mut out = std::io::stdout();
    if out.is_terminal() {
        let hint = format!("flode status --show {id} --page > page.html");
        return Err(Failure::new("what stands in a page may confuse a terminal").hint(Some(hint)));
    }
    let zone = &config.site.time_zone;
    print::note(&format!("{} of {}: {}", wanted.url, text::moment(wanted.seen, zone), wanted.verdict));
    // The page may declare the character set that it came in; the mark overrides that.
    let mark = if page.text.is_ascii() { "" } else { "\u{FEFF}" };
    let written = out.write_all(mark.as_bytes()).and_then(|()| out.write_all(page.text.as_bytes()));
    written.and_then(|()| out.flush()).map_err(|error| Failure::new(format!("the page was not written: {error}")))?;
    Ok(Exit::Well)
}

fn named(at: Option<Timestamp>, zone: &TimeZone) -> String {
    at.map_or_else(|| "–".to_owned(), |at| text::moment(at, zone))
}

fn head(all: &Shown, next: String, zone: &TimeZone) {
    let Shown { job, memory, hold, .. } = all;
    let mut fields =
        vec![("address", job.plan.fetch.redacted(&job.plan.source.url)), ("state", memory.outcome.clone())];
    fields.extend(memory.trouble.clone().map(|trouble| ("trouble", trouble)));
    fields.extend([
        ("failures", memory.failures.to_string()),
        ("last run", named(memory.last_run, zone)),
        ("last good", named(memory.last_good, zone)),
        ("next run", next),
        ("on page", format!("{} items", memory.found)),
    ]);
    print::line(&format!("{}", job.plan.source.id));
    for (name, value) in fields {
        print::line(&format!("  {name:<9}  {value}"));
    }
    if let Some(hold) = hold.as_ref().filter(|hold| !hold.items.is_empty()) {
        print::line(&format!("  held       {} new items since {}", hold.items.len(), text::moment(hold.since, zone)));
        for item in hold.items.iter().take(HELD) {
            print::line(&format!("    {}", text::shorten(&item.found.title, TITLE)));
        }
        if hold.items.len() > HELD {
            print::line(&format!("    … and {} more", hold.items.len() - HELD));
        }
    }
    print::line("");
}

fn pages(pages: &[SavedPage], zone: &TimeZone) -> Table {
    let mut table = Table::new(&["page of", "verdict", "items", "bytes", "kept", "reason"]);
    for page in pages.iter().rev() {
        table.row(vec![
            shown(Some(page.seen), zone),
            page.verdict.clone(),
            page.items.len().to_string(),
            page.size.to_string(),
            page.packed().map_or_else(|| "–".to_owned(), |bytes| bytes.to_string()),
            page.reason
                .clone()
                .unwrap_or_else(|| if page.packed().is_none() { "too large to be kept" } else { "" }.to_owned()),
        ]);
    }
    table
}

fn hints(all: &Shown, id: &str) {
    print::line("");
    if all.pages.iter().all(|page| page.packed().is_none()) {
        print::line("no page is kept");
        return;
    }
    print::line(&format!("the page itself: flode status --show {id} --page > page.html  (--good: the last good one)"));
    print::line(&format!("another recipe:  flode replay {id} --recipe FILE"));
}

/// The page that was not believed against the last good one.
struct Change<'a> {
    good: Option<&'a SavedPage>,
    page: &'a SavedPage,
    before: Outline,
    after: Outline,
    diff: Vec<String>,
}

impl<'a> Change<'a> {
    fn of(all: &'a Shown, page: &'a SavedPage, config: &Config) -> Result<Self, Failure> {
        let good = all.good();
        let outline = |page: Option<&SavedPage>| -> Result<Outline, Failure> {
            let page = page.map(SavedPage::page).transpose().map_err(store_failure)?.flatten();
            Ok(page.map(|page| extract::outline(&page, &all.job.plan.recipe, &config.extract)).unwrap_or_default())
        };
        let (before, after) = (outline(good)?, outline(Some(page))?);
        let diff = unified(&before.lines, &after.lines, CONTEXT, DIFF);
        Ok(Self { good, page, before, after, diff })
    }

    /// What is counted, on the last good page and on this one.
    fn counts(&self) -> Vec<(String, Option<usize>, usize)> {
        let before = self.good.map(|good| coverage(&good.items));
        let fields = coverage(&self.page.items).into_iter().enumerate().map(|(i, (name, after))| {
            let before = before.as_ref().and_then(|before| before.get(i)).map(|(_, count)| *count);
            (name.to_owned(), before, after)
        });
        let selected = self.after.selected.iter().enumerate().map(|(i, now)| {
            let before = self.before.selected.get(i).map(|then| then.elements);
            (format!("{} `{}`", now.field, now.selector), before, now.elements)
        });
        selected.chain(fields).filter(|(_, before, after)| before.is_some_and(|n| n > 0) || *after > 0).collect()
    }

    fn same_body(&self) -> bool {
        self.good.is_some_and(|good| good.body_hash == self.page.body_hash)
    }

    fn print(&self, zone: &TimeZone) {
        let against = self.good.map_or_else(
            || "and no good one is kept".to_owned(),
            |good| format!("beside the last good one of {}", text::moment(good.seen, zone)),
        );
        print::line(&format!("the page of {} was not believed, {against}", text::moment(self.page.seen, zone)));
        let title = |outline: &Outline| outline.title.clone().unwrap_or_else(|| "–".to_owned());
        print::line(&format!("  title: {} → {}", title(&self.before), title(&self.after)));
        if let Some(refusal) = &self.after.refused {
            print::line(&format!("  it was not looked at: {refusal}"));
        }
        print::line("");
        let mut table = Table::new(&["found", "last good", "this page"]);
        for (name, before, after) in self.counts() {
            let before = before.map_or_else(|| "–".to_owned(), |before| before.to_string());
            table.row(vec![name, before, after.to_string()]);
        }
        table.print();
        print::line("");
        if self.same_body() {
            print::line("the page is the last good one, byte by byte: the recipe has changed");
        }
        self.diff.iter().for_each(|line| print::line(line));
    }

    fn json(&self) -> Value {
        let counts = self
            .counts()
            .into_iter()
            .map(|(name, before, after)| json!({ "found": name, "last_good": before, "this_page": after }));
        json!({
            "last_good": self.good.map(|good| good.seen.to_string()),
            "this_page": self.page.seen.to_string(),
            "title": { "last_good": self.before.title, "this_page": self.after.title },
            "counts": counts.collect::<Vec<_>>(),
            "same_body": self.same_body(),
            "diff": self.diff,
        })
    }
}

fn as_json(all: &Shown, change: Option<&Change<'_>>, next: Option<Timestamp>) -> Value {
    let Shown { job, memory, hold, pages } = all;
    let page = |page: &SavedPage| {
        json!({
            "seen": page.seen.to_string(),
            "verdict": page.verdict,
            "reason": page.reason,
            "items": page.items.len(),
            "bytes": page.size,
            "kept_bytes": page.packed(),
        })
    };
    json!({
        "source": job.plan.source.id.as_str(),
        "url": job.plan.fetch.redacted(&job.plan.source.url),
        "state": memory.outcome,
        "trouble": memory.trouble,
        "failures": memory.failures,
        "on_page": memory.found,
        "held": hold.as_ref().map(held),
        "last_run": memory.last_run.map(|at| at.to_string()),
        "last_good": memory.last_good.map(|at| at.to_string()),
        "next_run": next.map(|at| at.to_string()),
        "pages": pages.iter().rev().map(page).collect::<Vec<_>>(),
        "change": change.map(Change::json),
    })
}
