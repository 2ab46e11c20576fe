//! The bundled news site: Region Mälarö, which does not exist. Its pages are a pure function of when the site was started
//! and of what time it is.
//!
//! It has the ways of such sites: a menu, a cookie banner, twenty news items to a page, dates on only a few of them. While
//! it runs, news arrives, a title is corrected and an item gets another category. All that it says is in `news.toml`.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::model::Slug;

const NEWS: &str = include_str!("news.toml");
const PAGE: &str = include_str!("page.html");
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// News items that are there at the start; the others arrive one by one.
const OPENING: usize = 60;
/// Seconds between two of those that are there at the start.
const SPACING: i64 = 7 * 3600 + 13 * 60;
/// News items to a page where the address does not say.
const TAKE: usize = 20;
/// The most that an address may ask for.
const MAX_TAKE: usize = 100;

const MONTHS: &str = "januari februari mars april maj juni juli augusti september oktober november december";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewsFile {
    news: Vec<News>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct News {
    title: String,
    intro: String,
    categories: Vec<String>,
    date: Option<DateForm>,
    edit: Option<Edit>,
}

/// How the list shows the date of a news item.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum DateForm {
    Text,
    Time,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    /// Seconds after the start.
    after: i64,
    title: Option<String>,
    categories: Option<Vec<String>>,
}

/// The site.
#[derive(Debug)]
pub(super) struct Site {
    /// With their slugs, from the oldest to the newest.
    news: Vec<(News, Slug)>,
    start: Timestamp,
    pace: Duration,
    zone: TimeZone,
}

/// A page of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SitePage {
    /// The value of `Content-Type`.
    pub(super) media_type: &'static str,
    /// The document.
    pub(super) body: String,
    /// The value of `ETag`, with its quotes.
    pub(super) etag: String,
    /// When it last changed.
    pub(super) changed: Timestamp,
}

/// A news item as it stands at some moment.
struct Shown<'a> {
    title: &'a str,
    intro: &'a str,
    categories: &'a [String],
    date: Option<DateForm>,
    link: String,
    published: Timestamp,
    changed: Timestamp,
}

impl Site {
    /// The site as of its start: 60 news items of the days before, and a new one every 20 seconds. An error is a mistake in
    /// `news.toml`.
    pub(super) fn new(start: Timestamp) -> Result<Self, toml::de::Error> {
        let file: NewsFile = toml::from_str(NEWS)?;
        let mut taken = BTreeSet::new();
        let slugged = file.news.into_iter().map(|news| {
            let slug = Slug::for_name(&news.title, &taken);
            taken.insert(slug.clone());
            (news, slug)
        });
        let news = slugged.collect();
        let zone = TimeZone::get("Europe/Stockholm").unwrap_or(TimeZone::UTC);
        Ok(Self { news, start, pace: Duration::from_secs(20), zone })
    }

    /// The same site with another time between two new items, at least a second.
    #[must_use]
    pub(super) fn with_pace(self, pace: Duration) -> Self {
        Self { pace: pace.max(Duration::from_secs(1)), ..self }
    }

    /// The page at an address (`/nyheter/?skip=20&take=20`) at that moment; `None` where there is none.
    #[must_use]
    pub(super) fn page(&self, path_and_query: &str, now: Timestamp) -> Option<SitePage> {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        match path {
            "/" | "/nyheter" | "/nyheter/" => Some(self.list(query, now)),
            "/robots.txt" => {
                Some(page("text/plain; charset=utf-8", "User-agent: *\nAllow: /\n".to_owned(), self.start))
            }
            _ => self.shown(now).find(|news| news.link == path).map(|news| self.article(&news)),
        }
    }

    /// The news items of that moment, the newest first.
    fn shown(&self, now: Timestamp) -> impl Iterator<Item = Shown<'_>> {
        let elapsed = now.duration_since(self.start).as_millis().max(0).unsigned_abs();
        let arrived = usize::try_from(elapsed / self.pace.as_millis().max(1)).unwrap_or(usize::MAX);
        let there = self.news.iter().enumerate().take(OPENING.saturating_add(arrived));
        there.rev().map(move |(index, (news, slug))| self.show(index, news, slug, now))
    }

    fn show<'a>(&self, index: usize, news: &'a News, slug: &Slug, now: Timestamp) -> Shown<'a> {
        let published = self.published(index);
        let edit = news.edit.as_ref().filter(|edit| self.after_start(edit.after) <= now);
        let day = published.to_zoned(self.zone.clone());
        Shown {
            title: edit.and_then(|edit| edit.title.as_ref()).unwrap_or(&news.title),
            intro: &news.intro,
            categories: edit.and_then(|edit| edit.categories.as_ref()).unwrap_or(&news.categories),
            date: news.date,
            link: format!("/nyheter/{}/{:02}/{slug}/", day.year(), day.month()),
            published,
            changed: edit.map_or(published, |edit| published.max(self.after_start(edit.after))),
        }
    }

    fn published(&self, index: usize) -> Timestamp {
        let signed = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        if index < OPENING {
            return self.after_start(-SPACING * signed(OPENING - index));
        }
        let pace = i64::try_from(self.pace.as_secs()).unwrap_or(i64::MAX);
        self.after_start(pace.saturating_mul(signed(index + 1 - OPENING)))
    }

    fn after_start(&self, seconds: i64) -> Timestamp {
        Timestamp::from_second(self.start.as_second().saturating_add(seconds)).unwrap_or(Timestamp::MAX)
    }

    fn list(&self, query: &str, now: Timestamp) -> SitePage {
        let number = |wanted: &str| {
            url::form_urlencoded::parse(query.as_bytes()).find_map(|(k, v)| (k == wanted).then(|| v.parse().ok())?)
        };
        let skip: usize = number("skip").unwrap_or(0);
        let take = number("take").unwrap_or(TAKE).clamp(1, MAX_TAKE);
        let shown: Vec<_> = self.shown(now).collect();
        let rows: String = shown.iter().skip(skip).take(take).map(|news| self.row(news)).collect();
        let next = skip.saturating_add(take);
        let more = if next < shown.len() {
            format!("    <a class=\"more\" rel=\"next\" href=\"/nyheter/?skip={next}&amp;take={take}\">Visa fler</a>\n")
        } else {
            String::new()
        };
        let main = format!("    <h1>Nyheter</h1>\n    <ul class=\"news-list\">\n{rows}    </ul>\n{more}");
        let changed = shown.iter().map(|news| news.changed).max().unwrap_or(self.start);
        page(HTML, in_shell("Nyheter", &main), changed)
    }

    fn row(&self, news: &Shown<'_>) -> String {
        let date = match news.date {
            None => String::new(),
            Some(DateForm::Text) => format!("        <p class=\"date\">{}</p>\n", self.day(news.published)),
            Some(DateForm::Time) => format!("        <p class=\"date\">{}</p>\n", self.time(news.published)),
        };
        format!(
            "      <li>\n        <h2><a href=\"{}\">{}</a></h2>\n{date}        <p class=\"intro\">{}</p>\n{}      </li>\n",
            news.link,
            escaped(news.title),
            escaped(news.intro),
            tags(news.categories),
        )
    }

    fn article(&self, news: &Shown<'_>) -> SitePage {
        let main = format!(
            "    <article>\n        <h1>{}</h1>\n        <p class=\"date\">Publicerad {}</p>\n        <p class=\"intro\">{}</p>\n\
             \x20       <p>Den här nyheten är påhittad och hör till en webbplats som visar hur flode arbetar.</p>\n{}    </article>\n",
            escaped(news.title),
            self.time(news.published),
            escaped(news.intro),
            tags(news.categories),
        );
        page(HTML, in_shell(news.title, &main), news.changed)
    }

    /// `20 november 2026`.
    fn day(&self, instant: Timestamp) -> String {
        let day = instant.to_zoned(self.zone.clone());
        let month =
            usize::try_from(day.month() - 1).ok().and_then(|index| MONTHS.split(' ').nth(index)).unwrap_or_default();
        format!("{} {month} {}", day.day(), day.year())
    }

    fn time(&self, instant: Timestamp) -> String {
        let local = instant.to_zoned(self.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        format!("<time datetime=\"{local}\">{}</time>", self.day(instant))
    }
}

fn tags(categories: &[String]) -> String {
    let mut tags = "        <ul class=\"tags\">\n".to_owned();
    for category in categories {
        let _ = writeln!(tags, "          <li>{}</li>", escaped(category));
    }
    tags + "        </ul>\n"
}

/// A whole page around its main part.
pub(super) fn in_shell(title: &str, main: &str) -> String {
    PAGE.replace("{title}", &escaped(title)).replace("{main}\n", main)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn page(media_type: &'static str, body: String, changed: Timestamp) -> SitePage {
    let tag = Sha256::digest(&body).first_chunk().copied().map_or(0, u64::from_be_bytes);
    SitePage { media_type, body, etag: format!("\"{tag:016x}\""), changed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scraper::{ElementRef, Html, Selector};

    const START: &str = "2026-11-21T12:00:00Z";

    fn site() -> Site {
        Site::new(at(0)).expect("news.toml is in order")
    }

    fn at(seconds: i64) -> Timestamp {
        let start: Timestamp = START.parse().expect("a time");
        Timestamp::from_second(start.as_second() + seconds).expect("a time")
    }

    fn read(site: &Site, target: &str, now: Timestamp) -> Html {
        let page = site.page(target, now).unwrap_or_else(|| panic!("no page at {target}"));
        let html = Html::parse_document(&page.body);
        assert!(html.errors.is_empty(), "{target}: {:?}", html.errors);
        assert!(!page.body.contains("{title}") && !page.body.contains("{main}"));
        html
    }

    fn all<'a>(html: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
        html.select(&Selector::parse(selector).expect("a selector")).collect()
    }

    fn texts(html: &Html, selector: &str) -> Vec<String> {
        all(html, selector).iter().map(|element| element.text().collect()).collect()
    }

    fn titles(site: &Site, now: Timestamp) -> Vec<String> {
        texts(&read(site, "/nyheter/?take=100", now), "main ul.news-list > li > h2 > a")
    }

    #[test]
    fn every_page_is_sound_html() {
        let site = site();
        let late = at(3600);
        let list = read(&site, "/?skip=0&take=100", late);
        let rows = all(&list, "ul.news-list > li");
        assert_eq!(rows.len(), site.news.len());
        assert!(rows.len() >= 72);
        let mut links = BTreeSet::new();
        for link in all(&list, "ul.news-list > li > h2 > a[href]") {
            let href = link.attr("href").expect("selected by it");
            assert!(links.insert(href), "{href} stands twice");
            let article = read(&site, href, late);
            assert_eq!(texts(&article, "main h1"), [link.text().collect::<String>()]);
            assert_eq!(all(&article, "main time[datetime]").len(), 1);
        }
        assert_eq!(texts(&list, "p.intro").len(), rows.len());
        assert!(texts(&list, "ul.tags > li").into_iter().collect::<BTreeSet<_>>().len() >= 10);
        for row in rows {
            let tags = row.select(&Selector::parse("ul.tags > li").expect("a selector")).count();
            assert!((1..=4).contains(&tags));
        }
    }

    #[test]
    fn lists_have_twenty_to_a_page_and_lead_to_the_next() {
        let site = site();
        let mut target = "/nyheter/".to_owned();
        let mut seen = Vec::new();
        for page in 1..=3 {
            let html = read(&site, &target, at(0));
            seen.extend(texts(&html, "ul.news-list h2"));
            assert_eq!(seen.len(), page * 20);
            let next = all(&html, "a[rel=next]").first().and_then(|next| next.attr("href")).map(str::to_owned);
            assert_eq!(next.is_some(), page < 3);
            target = next.unwrap_or_default();
        }
        assert_eq!(seen, titles(&site, at(0)));
        for (query, rows) in [("skip=50", 10), ("skip=60", 0), ("take=0", 1), ("skip=-1&take=x", 20), ("take=9999", 60)]
        {
            let html = read(&site, &format!("/nyheter/?{query}"), at(0));
            assert_eq!(all(&html, "ul.news-list > li").len(), rows, "{query}");
        }
    }

    #[test]
    fn news_arrives_at_the_top() {
        let site = site();
        let before = titles(&site, at(-5));
        assert_eq!(before, titles(&site, at(19)));
        let after = titles(&site, at(40));
        assert_eq!(after[2..], before[..]);
        assert_eq!(titles(&site, Timestamp::MAX).len(), site.news.len());
        assert_eq!(titles(&self::site().with_pace(Duration::from_secs(1)), at(2)), after);
    }

    #[test]
    fn dates_are_those_of_the_clock_and_on_few() {
        let list = read(&site(), "/nyheter/", at(0));
        let times = all(&list, "ul.news-list time[datetime]");
        let dates = texts(&list, "ul.news-list p.date");
        assert!(dates.len() > times.len() && !times.is_empty() && dates.len() < 10);
        let newest = times.first().expect("not empty");
        assert_eq!(newest.attr("datetime"), Some("2026-11-21T05:47:00+01:00"));
        assert_eq!(newest.text().collect::<String>(), "21 november 2026");
    }

    #[test]
    fn a_title_and_a_category_change_under_the_same_address() {
        let site = site();
        let facts = |now: Timestamp, wanted: &str| {
            let news = site.shown(now).find(|news| news.link.contains(wanted)).expect("shown");
            (news.title.to_owned(), news.categories.to_vec(), news.link, news.published)
        };
        let (old, new) = (facts(at(59), "berattarkvallar"), facts(at(60), "berattarkvallar"));
        assert_ne!(old.0, new.0);
        assert_eq!((&old.1, &old.2, &old.3), (&new.1, &new.2, &new.3));
        let (old, new) = (facts(at(119), "hur-full-bussen"), facts(at(120), "hur-full-bussen"));
        assert_ne!(old.1, new.1);
        assert_eq!((&old.0, &old.2), (&new.0, &new.2));
    }

    #[test]
    fn tags_and_times_move_with_the_content_alone() {
        let site = site();
        let list = |now| site.page("/nyheter/", now).expect("a page");
        assert_eq!(list(at(0)), list(at(19)));
        let (old, new) = (list(at(19)), list(at(20)));
        assert_ne!(old.etag, new.etag);
        assert!(old.changed < new.changed && new.changed == at(20));
        for nowhere in ["/nyheter/2026/11/ingenting/", "/../etc/passwd", "", "nyheter"] {
            assert_eq!(site.page(nowhere, at(0)), None, "{nowhere}");
        }
    }
}
