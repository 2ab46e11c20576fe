//! How everything does, for people: one page, without a script, that asks for nothing but its style.

use askama::Template;
use jiff::Timestamp;

use super::words::Words;
use super::{FeedReport, Followers, Report, SourceReport, by_day, format_name};
use crate::model::text;

/// Its media type.
pub const HTML: &str = "text/html; charset=utf-8";

/// Held items that are shown by their titles.
const HELD_SHOWN: usize = 5;
/// Combinations of feeds that are shown.
const COMBINED_SHOWN: usize = 20;
/// The drawing of 30 days, in units of its own: a bar is 3 wide, and 1 from the next.
const BAR: u32 = 4;
/// How high the highest bar is.
const HIGH: u32 = 24;

#[derive(Template)]
#[template(path = "status.html", config = "src/status/askama.toml")]
struct Page<'a> {
    words: &'a Words,
    site: &'a str,
    as_of: String,
    verdict: String,
    well: bool,
    /// Where there is something in English on a page that is not.
    in_english: Option<&'a str>,
    sources: Vec<Source<'a>>,
    feeds: Vec<Feed<'a>>,
    counts: bool,
    combined: Vec<(String, Followers)>,
    alarms: Vec<(String, &'a str, Option<&'a str>, String)>,
    channels: Vec<(&'a str, &'a str)>,
}

struct Source<'a> {
    id: &'a str,
    address: &'a str,
    state: &'a str,
    well: bool,
    found: u32,
    last_run: String,
    next_run: String,
    news: String,
    trouble: Option<&'a str>,
    failures: Option<String>,
    held: Option<String>,
    titles: Vec<&'a str>,
}

struct Feed<'a> {
    title: &'a str,
    slug: &'a str,
    items: u64,
    newest: String,
    due: bool,
    followers: Followers,
    drawing: Option<Drawing>,
}

/// The followers of 30 days as bars: `reported` from the ground, `all` behind it.
struct Drawing {
    label: String,
    width: u32,
    all: String,
    reported: String,
}

/// Renders the page. Those that are not well come first.
///
/// # Errors
///
/// When the template did not come out.
pub fn page(report: &Report) -> Result<String, askama::Error> {
    let words = Words::of(&report.language);
    let unwell = report.sources.iter().filter(|source| !source.is_well()).count();
    let mut sources: Vec<&SourceReport> = report.sources.iter().collect();
    sources.sort_by_key(|source| source.is_well());
    let alarms = alarms(report, words);
    let channels: Vec<(&str, &str)> = report
        .channels
        .iter()
        .filter_map(|channel| Some((channel.label.as_str(), channel.trouble.as_ref()?.why.as_str())))
        .collect();
    let is_told_why =
        !alarms.is_empty() || !channels.is_empty() || sources.iter().any(|source| source.trouble.is_some());
    let page = Page {
        words,
        site: &report.title,
        as_of: words.as_of.replace("{moment}", &text::moment(report.at, &report.time_zone)),
        verdict: if unwell == 0 {
            words.all_well.clone()
        } else {
            words.not_well.replace("{number}", &unwell.to_string())
        },
        well: unwell == 0,
        in_english: words.in_english.as_deref().filter(|_| is_told_why),
        sources: sources.into_iter().map(|one| source(one, report, words)).collect(),
        feeds: report.feeds.iter().map(|one| feed(one, report, words)).collect(),
        counts: report.counts,
        combined: combined(report),
        alarms,
        channels,
    };
    page.render()
}

/// The style of the page: that of the public pages, and what is its own.
#[must_use]
pub fn style(public: &str) -> String {
    format!("{public}\n{}", include_str!("status.css"))
}

/// To the minute, in the zone of the site.
fn moment(at: Option<Timestamp>, report: &Report, words: &Words) -> String {
    at.map_or_else(
        || words.never.clone(),
        |at| at.to_zoned(report.time_zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
    )
}

fn source<'a>(source: &'a SourceReport, report: &Report, words: &'a Words) -> Source<'a> {
    let number =
        |template: &str, number: usize| (number > 0).then(|| template.replace("{number}", &number.to_string()));
    let held = source.hold.iter().flat_map(|hold| &hold.items);
    Source {
        id: source.id.as_str(),
        address: &source.address,
        state: words.state_of(&source.state),
        well: source.is_well(),
        found: source.found,
        last_run: moment(source.last_run, report, words),
        next_run: moment(source.next_run, report, words),
        news: moment(source.news, report, words),
        trouble: source.trouble.as_deref(),
        failures: number(&words.failures, usize::try_from(source.failures).unwrap_or(usize::MAX)),
        held: number(&words.held, source.held()),
        titles: held.take(HELD_SHOWN).map(|item| item.found.title.as_str()).collect(),
    }
}

fn feed<'a>(feed: &'a FeedReport, report: &Report, words: &Words) -> Feed<'a> {
    let followers = report.followers(feed);
    Feed {
        title: &feed.title,
        slug: &feed.slug,
        items: feed.items,
        newest: moment(feed.newest, report, words),
        due: feed.due,
        followers,
        drawing: drawing(feed, followers, report, words),
    }
}

/// Nothing is drawn where nobody was counted.
fn drawing(feed: &FeedReport, present: Followers, report: &Report, words: &Words) -> Option<Drawing> {
    let days = by_day(&feed.subscribers, report.today());
    let most = days.iter().map(|(_, day)| day.all()).max().filter(|most| *most > 0)?;
    let height = |number: u32| {
        let scaled = u64::from(number) * u64::from(HIGH);
        // Whoever there was is seen.
        u32::try_from(scaled.div_ceil(u64::from(most))).unwrap_or(HIGH)
    };
    let bars = |number: fn(Followers) -> u32| {
        let heights = (0..).step_by(BAR as usize).zip(&days).map(|(at, (_, day))| (at, height(number(*day))));
        let bar = |(at, high): (u32, u32)| format!("M{at} {HIGH}v-{high}h{}v{high}z", BAR - 1);
        heights.filter(|(_, high)| *high > 0).map(bar).collect::<String>()
    };
    let label = words.peak.replace("{present}", &present.all().to_string()).replace("{number}", &most.to_string());
    Some(Drawing {
        label,
        width: BAR * u32::try_from(days.len()).unwrap_or_default() - 1,
        all: bars(Followers::all),
        reported: bars(|day| day.reported),
    })
}

/// Those with the most followers in a day first.
fn combined(report: &Report) -> Vec<(String, Followers)> {
    let mut all: std::collections::BTreeMap<String, Followers> = std::collections::BTreeMap::new();
    for one in &report.combined {
        let known = all.entry(format!("{} ({})", one.feed.replace('+', " + "), format_name(one.format))).or_default();
        known.reported = known.reported.max(one.reported);
        known.readers = known.readers.max(one.readers);
    }
    let mut all: Vec<(String, Followers)> = all.into_iter().collect();
    all.sort_by_key(|(_, followers)| std::cmp::Reverse(followers.all()));
    all.truncate(COMBINED_SHOWN);
    all
}

fn alarms<'a>(report: &'a Report, words: &Words) -> Vec<(String, &'a str, Option<&'a str>, String)> {
    let shown = |since| words.since.replace("{moment}", &moment(Some(since), report, words));
    let alarm = |(subject, alarm): &'a (crate::model::Subject, crate::model::Alarm)| {
        let complaint = &alarm.complaint;
        (subject.to_string(), complaint.reason.as_str(), complaint.hint.as_deref(), shown(alarm.since))
    };
    // What is well for now is no alarm to look at.
    report.alarms.iter().filter(|(_, alarm)| alarm.well_since.is_none()).map(alarm).collect()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::model::{Format, SourceId, Subscribers};

    fn report(language: &str) -> Report {
        let at: Timestamp = "2026-03-02T09:30:00Z".parse().expect("an instant");
        let one = |day: &str, reported, readers| Subscribers {
            day: day.parse().expect("a day"),
            feed: "kultur".to_owned(),
            format: Format::Atom,
            reported,
            readers,
        };
        Report {
            at,
            title: "Nyheter & <b>mer</b>".to_owned(),
            language: language.to_owned(),
            time_zone: TimeZone::get("Europe/Stockholm").expect("a zone"),
            sources: vec![SourceReport {
                id: SourceId::parse("nyheter").expect("an id"),
                address: "https://www.example.se/".to_owned(),
                state: "broken".to_owned(),
                found: 20,
                failures: 2,
                trouble: Some("the page is <script>alert(1)</script>".to_owned()),
                hold: None,
                last_run: Some(at),
                last_good: None,
                next_run: None,
                news: None,
            }],
            feeds: vec![FeedReport {
                slug: "kultur".to_owned(),
                title: "Kultur".to_owned(),
                items: 12,
                newest: Some(at),
                changed: at,
                due: false,
                subscribers: vec![one("2026-02-20", 100, 0), one("2026-03-01", 40, 3), one("2026-03-02", 41, 1)],
            }],
            alarms: Vec::new(),
            channels: Vec::new(),
            subscriptions: 0,
            counts: true,
            combined: vec![Subscribers { feed: "kultur+vard".to_owned(), ..one("2026-03-01", 0, 2) }],
        }
    }

    #[test]
    fn the_page_says_it_in_both_languages_and_escapes_it() {
        for (language, words) in [
            ("sv", ["Driftläge", "trasig", "2026-03-02 10:30", "44 nu, som mest 100 på 30 dagar", "aldrig"]),
            ("en", ["Status", "broken", "2026-03-02 10:30", "44 now, at most 100 in 30 days", "never"]),
        ] {
            let page = page(&report(language)).expect("a page");
            for word in words {
                assert!(page.contains(word), "{word}: {page}");
            }
            assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
            assert!(page.contains(&format!("<html lang=\"{language}\"")) && page.contains("kultur + vard"), "{page}");
            // The day with 100 is as high as it gets; 40 of 100 are ten of 24.
            assert!(page.contains("v-24h3v24z") && page.contains("v-10h3v10z"), "{page}");
        }
    }

    #[test]
    fn a_page_says_where_it_is_in_another_language() {
        let well = |language| {
            let mut report = report(language);
            report.sources[0].trouble = None;
            report
        };
        for (report, want) in [(report("sv"), true), (well("sv"), false), (report("en"), false)] {
            let page = page(&report).expect("a page");
            assert_eq!(page.contains("står på engelska"), want, "{page}");
        }
    }

    #[test]
    fn what_is_not_counted_is_not_shown() {
        let page = page(&Report { counts: false, ..report("en") }).expect("a page");
        assert!(page.contains("Subscribers are not counted.") && !page.contains("<svg"), "{page}");
    }
}
