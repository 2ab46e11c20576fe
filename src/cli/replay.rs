//! `flode replay`: what another recipe would have done to the pages that are kept.

use std::path::PathBuf;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::house::{find, jobs, onlooker, read_config, store_failure};
use super::print::{self, Failure};
use super::{Ended, Exit, Setting};
use crate::config::{self, Config};
use crate::model::{Verdict, text};
use crate::pipeline::{FieldChange, PageReplay, Plan, Replay, Trouble};
use crate::store::Store;

/// Characters of a field that are shown.
const SHOWN: usize = 80;
/// Lines of a kind that are shown of a page; `--json` has them all.
const LINES: usize = 20;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The source whose pages are read again
    #[arg(value_name = "SOURCE")]
    source: String,

    /// A file with the new [recipe]; without it, the configuration's
    #[arg(long, value_name = "FILE")]
    recipe: Option<PathBuf>,
}

pub(super) async fn perform(setting: &Setting, args: &Args) -> Ended {
    let config = read_config(&setting.config)?;
    let mut plan = find(&jobs(&config), &args.source)?.plan.clone();
    if let Some(path) = &args.recipe {
        plan.recipe = config::load_recipe(path)
            .map_err(|mistakes| Failure { details: serde_json::to_value(&mistakes).ok(), ..Failure::new(&mistakes) })?;
    }
    let replay = replay(&config, &plan).await?;
    if replay.pages.is_empty() {
        return Err(Failure::new(format!("no page of `{}` is kept yet", args.source))
            .hint(Some("`flode once` and `flode run` keep those they read; `archive.pages` says how many")));
    }
    if setting.json {
        print::json(&as_json(&args.source, &replay));
    } else {
        for alike in replay.pages.chunk_by(|a, b| misread(a).is_some() && misread(a) == misread(b)) {
            show_alike(alike, &config.site.time_zone);
        }
        print::line("");
        print::line(&summary(&args.source, &replay));
    }
    Ok(if replay.announces() { Exit::SourceFailed } else { Exit::Well })
}

async fn replay(config: &Config, plan: &Plan) -> Result<Replay, Failure> {
    let store = Store::open_to_look(&config.store).await.map_err(store_failure)?;
    let onlooker = onlooker(config)?;
    onlooker.replay(&store, plan).await.map_err(|trouble| match trouble {
        Trouble::Store(error) => store_failure(error),
        trouble => Failure::new(&trouble).hint(trouble.hint()),
    })
}

/// What was thought of a page that would not be understood, and what would be.
fn misread(page: &PageReplay) -> Option<(&str, &Verdict)> {
    let after = page.verdict.as_ref().filter(|verdict| matches!(verdict, Verdict::Broken(_)))?;
    Some((&page.before.0, after))
}

/// Pages that would not be understood, one after the other and for the same reason, are one line: as a rule they are from
/// before the page was built anew.
fn show_alike(alike: &[PageReplay], zone: &TimeZone) {
    let ([first, .., end], Some((word, verdict))) = (alike, alike.first().and_then(misread)) else {
        return alike.iter().for_each(|page| show(page, zone));
    };
    let (from, to) = (text::moment(first.seen, zone), text::moment(end.seen, zone));
    let items = || alike.iter().map(|page| page.items_before);
    let items = match (items().min(), items().max()) {
        (Some(least), Some(most)) if least < most => format!("{least} to {most}"),
        _ => first.items_before.to_string(),
    };
    print::line(&format!("{from} to {to}, {} pages  {word}, {items} items → {verdict}", alike.len()));
}

fn show(page: &PageReplay, zone: &TimeZone) {
    let when = text::moment(page.seen, zone);
    let (word, _) = &page.before;
    let after = page
        .verdict
        .as_ref()
        .map_or_else(|| "too large to be kept".to_owned(), |verdict| format!("{verdict}, {} items", page.items_after));
    print::line(&format!("{when}  {word}, {} items → {after}", page.items_before));
    // That all are gone, the verdict has said.
    if misread(page).is_none() {
        several(&page.removed, |title| print::line(&format!("  - {}", short(title))));
    }
    several(&page.added, |title| print::line(&format!("  + {}", short(title))));
    several(&page.changed, |(title, changes)| {
        print::line(&format!("  ~ {}", short(title)));
        for FieldChange { field, old, new } in changes {
            let value = |text: &Option<String>| text.as_deref().map_or_else(|| "–".to_owned(), short);
            print::line(&format!("      {field}: {} → {}", value(old), value(new)));
        }
    });
    several(&page.announced, |one| {
        let title = short(&one.title);
        print::line(&match &one.known_as {
            Some(known) => format!("  ! announced again: {title}\n      {known} → {}", one.id),
            None if one.late => format!("  ! announced now: {title}\n      {}", one.id),
            None => format!("  ! news: {title}\n      {}", one.id),
        });
    });
    if page.held() > 0 {
        print::line("  held first, until the next page says the same or `flode release` lets them out");
    }
}

fn several<T>(all: &[T], show: impl Fn(&T)) {
    all.iter().take(LINES).for_each(show);
    if all.len() > LINES {
        print::line(&format!("    … and {} more", all.len() - LINES));
    }
}

fn short(value: &str) -> String {
    text::shorten(&value.replace('\n', " "), SHOWN)
}

/// One sentence of what it comes to.
fn summary(source: &str, replay: &Replay) -> String {
    let (late, news) = replay.first_time();
    let again = replay.again().len();
    let held: usize = replay.pages.iter().map(PageReplay::held).sum();
    let unread = replay.pages.iter().filter(|page| matches!(page.verdict, Some(Verdict::Broken(_)))).count();
    let several = |number: usize, noun: &str, rest: &str| {
        let s = if number == 1 { "" } else { "s" };
        (number > 0).then(|| format!("{number} {noun}{s}{rest}"))
    };
    let moves = several(again, "known item", " would be announced again, under another id");
    let rest = [
        several(late, "item", " of earlier pages would be announced now"),
        several(news, "news item", ", of pages that were not understood"),
        (held > 0).then(|| format!("{held} of them would be held first")),
        several(unread, "page", " would not be understood"),
    ];
    let parts: Vec<String> =
        std::iter::once(moves.unwrap_or_else(|| "no id moves".to_owned())).chain(rest.into_iter().flatten()).collect();
    let pages = several(replay.pages.len(), "page", " kept").unwrap_or_default();
    format!("{source}: of {pages}, {}", parts.join("; "))
}

fn as_json(source: &str, replay: &Replay) -> Value {
    let (late, news) = replay.first_time();
    json!({
        "source": source,
        "pages": replay.pages.iter().map(page_json).collect::<Vec<_>>(),
        "moved_ids": replay.again(),
        "announced_now": late,
        "news": news,
        "held": replay.pages.iter().map(PageReplay::held).sum::<usize>(),
        "announces": replay.announces(),
    })
}

fn page_json(page: &PageReplay) -> Value {
    let changed = page.changed.iter().map(|(title, changes)| {
        let fields = changes.iter().map(|c| (c.field.to_owned(), json!({ "old": c.old, "new": c.new })));
        json!({ "title": title, "fields": fields.collect::<serde_json::Map<_, _>>() })
    });
    let announced = page.announced.iter().map(|one| {
        let known_as = one.known_as.as_ref().map(ToString::to_string);
        json!({ "title": one.title, "id": one.id.to_string(), "known_as": known_as, "late": one.late })
    });
    let verdict = page.verdict.as_ref();
    json!({
        "seen": page.seen.to_string(),
        "before": { "verdict": page.before.0, "reason": page.before.1, "items": page.items_before },
        "after": verdict.map(|verdict| json!({
            "verdict": verdict.word(),
            "causes": verdict.causes().iter().map(ToString::to_string).collect::<Vec<_>>(),
            "items": page.items_after,
        })),
        "added": page.added,
        "removed": page.removed,
        "changed": changed.collect::<Vec<_>>(),
        "announced": announced.collect::<Vec<_>>(),
        "held": page.held(),
    })
}
