//! Kinds of values that are written as strings: names, addresses, places.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use url::Url;

use super::kind::{Flaw, Kind, quoted};
use super::nearest::{did_you_mean, nearest_zone};
use crate::judge::Release;
use crate::model::{Category, Secret, Slug, SourceId, Words, text};
use crate::push::Hub;
use crate::schedule::Schedule;
use crate::serve::{Listen, Network};

/// One line of text, cleaned.
pub(super) fn line(example: &'static str) -> Kind<String> {
    let read = |given: &str| {
        let line = text::clean(given);
        if line.is_empty() { Err(Flaw::but_is("empty")) } else { Ok(line) }
    };
    Kind::text("text", example, read, |line| quoted(line))
}

/// A text that no message quotes.
pub(super) fn secret() -> Kind<Secret> {
    let read = |given: &str| if given.is_empty() { Err(Flaw::but_is("empty")) } else { Ok(Secret::new(given)) };
    Kind::text("text", "\"${PASSWORD}\"", read, ToString::to_string)
}

/// An address of http or https.
pub(super) fn address() -> Kind<Url> {
    Kind::text("an http or https address", "\"https://www.example.se/nyheter/\"", read_address, |url| quoted(url))
}

fn read_address(given: &str) -> Result<Url, Flaw> {
    let bare = Flaw::but_is(quoted(given));
    match Url::parse(given) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        Ok(_) => Err(bare),
        Err(url::ParseError::RelativeUrlWithoutBase) if given.contains('.') && !given.starts_with(['/', '.']) => {
            Err(bare.hint(did_you_mean(&format!("https://{given}"))))
        }
        Err(error) => Err(Flaw::because(format!("{} is not an address: {error}", quoted(given)))),
    }
}

/// The address that all feeds are below: ends in `/`, which is added where it is left out.
pub(super) fn base_address() -> Kind<Url> {
    let read = |given: &str| {
        let mut url = read_address(given)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(Flaw::because("the names of the feeds follow it, so it has neither `?` nor `#`"));
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(url)
    };
    Kind::text("an http or https address", "\"https://feeds.example.se/\"", read, |url| quoted(url))
}

/// A language tag that is well-formed (BCP 47, section 2.1).
pub(super) fn language() -> Kind<String> {
    let read = |given: &str| {
        if is_language_tag(given) {
            return Ok(given.to_owned());
        }
        let flaw = Flaw::but_is(quoted(given));
        // As a locale is named.
        let meant = given.split('.').next().unwrap_or_default().replace('_', "-");
        Err(if is_language_tag(&meant) { flaw.hint(did_you_mean(&meant)) } else { flaw })
    };
    Kind::text("a language tag such as `sv` or `en-GB`", "\"sv\"", read, |tag| quoted(tag))
}

/// A language of two or three letters, then in this order a script, a region, variants, and after a single letter whatever
/// is private or an extension.
fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let is_language = |part: &str| matches!(part.len(), 2 | 3) && part.chars().all(|c| c.is_ascii_alphabetic());
    let mut reached = 0;
    let mut follows = |part: &str| {
        let letters = part.chars().all(|c| c.is_ascii_alphabetic());
        let digits = part.chars().all(|c| c.is_ascii_digit());
        let (rank, repeats) = match part.len() {
            1 => (4, true),
            1..=8 if reached == 4 => (4, true),
            4 if letters => (1, false),
            2 if letters => (2, false),
            3 if digits => (2, false),
            4 if part.starts_with(|c: char| c.is_ascii_digit()) => (3, true),
            5..=8 => (3, true),
            _ => return false,
        };
        let fits = rank > reached || repeats && rank == reached;
        reached = rank;
        fits && part.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let ends = tag.rsplit('-').next().is_some_and(|last| last.len() > 1);
    parts.next().is_some_and(is_language) && parts.all(&mut follows) && ends
}

/// A time zone by its name in the IANA database.
pub(super) fn time_zone() -> Kind<TimeZone> {
    let read = |given: &str| match TimeZone::get(given) {
        Ok(zone) if !zone.is_unknown() => Ok(zone),
        _ => {
            let flaw = Flaw::because(format!("no time zone is called {}", quoted(given)));
            Err(match nearest_zone(given) {
                Some(name) => flaw.hint(did_you_mean(&name)),
                None => flaw.hint("a name such as `Europe/Stockholm`, or `UTC`"),
            })
        }
    };
    Kind::text("the name of a time zone", "\"Europe/Stockholm\"", read, |zone| {
        quoted(zone.iana_name().unwrap_or("UTC"))
    })
}

/// The operator's name for a source.
pub(super) fn source_id() -> Kind<SourceId> {
    Kind::text("an id", "\"nyheter\"", |given| SourceId::parse(given).map_err(Flaw::because), |id| quoted(id.as_str()))
}

/// The part of a feed's address that names it.
pub(super) fn slug() -> Kind<Slug> {
    Kind::text("a slug", "\"trafik\"", |given| Slug::parse(given).map_err(Flaw::because), |slug| quoted(slug.as_str()))
}

/// A category by its name.
pub(super) fn category() -> Kind<Category> {
    let read = |given: &str| Category::new(given).ok_or_else(|| Flaw::but_is("empty"));
    Kind::text("the name of a category", "\"Kollektivtrafik\"", read, |category| quoted(&category.name))
}

/// Who tells subscribers.
pub(super) fn hub() -> Kind<Hub> {
    let read = |given: &str| if given == "own" { Ok(Hub::Own) } else { read_address(given).map(Hub::At) };
    Kind::text("`own` or an http or https address", "\"own\"", read, |hub| match hub {
        Hub::Own => quoted("own"),
        Hub::At(url) => quoted(url),
    })
}

/// Who lets held items out.
pub(super) fn release() -> Kind<Release> {
    let read = |given: &str| match given {
        "next run" => Ok(Release::NextRun),
        "operator" => Ok(Release::Operator),
        _ => Err(Flaw::but_is(quoted(given))),
    };
    Kind::text("`next run` or `operator`", "\"next run\"", read, |release| match release {
        Release::NextRun => quoted("next run"),
        Release::Operator => quoted("operator"),
    })
}

/// Words to look for.
pub(super) fn words() -> Kind<Words> {
    let read = |given: &str| Words::parse(given).map_err(|reason| Flaw::because(format!("{} {reason}", quoted(given))));
    Kind::text("words", "\"tunnelban*\"", read, |words| quoted(words.to_string()))
}

/// Somewhere to listen. Paths start from the directory of the config.
pub(super) fn listen(directory: &Path) -> Kind<Listen> {
    let directory = directory.to_owned();
    let read = move |given: &str| match given.strip_prefix("unix:") {
        Some("") => Err(Flaw::because("the socket is not named").hint("a path, such as `unix:/run/flode.sock`")),
        Some(path) => Ok(Listen::Unix(directory.join(path))),
        None if given == "systemd" => Ok(Listen::Systemd),
        None => given.parse().map(Listen::Tcp).map_err(|_| Flaw::but_is(quoted(given))),
    };
    let noun = "an IP address and a port, `unix:` and a path, or `systemd`";
    Kind::text(noun, "\"127.0.0.1:8080\"", read, |listen| quoted(listen.to_string()))
}

/// The name of a host, without a port.
pub(super) fn host() -> Kind<String> {
    let legal = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    let read = move |given: &str| {
        if !given.is_empty() && given.chars().all(legal) {
            Ok(given.to_owned())
        } else {
            Err(Flaw::but_is(quoted(given)))
        }
    };
    Kind::text("the name of a host", "\"flode.intern.example.se\"", read, |host| quoted(host))
}

/// An address, or the beginning that a network's addresses have in common.
pub(super) fn network() -> Kind<Network> {
    let read = |given: &str| given.parse().map_err(|()| Flaw::but_is(quoted(given)));
    Kind::text("an IP address or a network", "\"10.0.0.0/8\"", read, |network: &Network| quoted(network.to_string()))
}

/// The permissions of a file, as `chmod` takes them.
pub(super) fn mode() -> Kind<u32> {
    let read = |given: &str| match u32::from_str_radix(given, 8) {
        Ok(mode) if mode <= 0o777 && (3..=4).contains(&given.len()) => Ok(mode),
        _ => Err(Flaw::but_is(quoted(given))),
    };
    Kind::text("permissions in octal", "\"660\"", read, |mode| quoted(format!("{mode:03o}")))
}

/// A file.
pub(super) fn file(example: &'static str) -> Kind<PathBuf> {
    let read = |given: &str| if given.is_empty() { Err(Flaw::but_is("empty")) } else { Ok(PathBuf::from(given)) };
    Kind::text("a file", example, read, |path| quoted(path.display().to_string()))
}

/// The file of the ledger, as `sqlite:FILE`.
pub(super) fn ledger() -> Kind<PathBuf> {
    let read = |given: &str| {
        let flaw = |reason: &str| Err(Flaw::because(reason).hint("a file, such as `sqlite:flode.db`"));
        let Some(file) = given.strip_prefix("sqlite:") else {
            return flaw("this build keeps its ledger in SQLite");
        };
        match file.strip_prefix("//").unwrap_or(file) {
            "" => flaw("the file is not named"),
            ":memory:" => flaw("a ledger in memory would announce every item anew at each start"),
            file if file.contains('?') => flaw("the ledger takes no parameters"),
            file => Ok(PathBuf::from(file)),
        }
    };
    Kind::text("an address of SQLite", "\"sqlite:flode.db\"", read, |path| quoted(format!("sqlite:{}", path.display())))
}

/// Fields of a line of crontab(5), and what they are.
const SCHEDULE_FIELDS: usize = 5;
const SCHEDULE_HINT: &str = "minute, hour, day, month, day of the week: `*/15 * * * *` is every quarter of an hour";

/// When a source is read, as in crontab(5).
pub(super) fn schedule() -> Kind<Schedule> {
    let read = |given: &str| {
        let flaw = |error: crate::schedule::ScheduleError| {
            Flaw::because(error.sentence()).at(error.column().saturating_sub(1))
        };
        let is_line = given.split_whitespace().count() == SCHEDULE_FIELDS;
        let flaw = |error| if is_line { flaw(error) } else { flaw(error).hint(SCHEDULE_HINT) };
        Schedule::parse(given).map_err(flaw)
    };
    Kind::text("a schedule", "\"*/15 6-22 * * *\"", read, |schedule| quoted(schedule.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags() {
        let well = ["sv", "SV", "sv-SE", "sv-Latn-SE", "zh-Hant", "es-419", "de-CH-1996", "sl-rozaj-biske", "en-x-own"];
        for tag in well.into_iter().chain(["yue", "de-DE-u-co-phonebk", "sma"]) {
            assert!(is_language_tag(tag), "{tag}");
        }
        let ill =
            ["", "s", "svenska", "sv_SE", "sv-", "-sv", "sv--SE", "sv-SE-Latn", "sv-SE-FI", "sv-x", "s1", "å", "sv-å"];
        for tag in ill {
            assert!(!is_language_tag(tag), "{tag}");
        }
    }
}
