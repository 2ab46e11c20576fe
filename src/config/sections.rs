//! The sections that stand once: what the site is called, and how each stage works.

use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use url::Url;

use super::Site;
use super::bucket;
use super::names;
use super::pages::{self, Form};
use super::reader::Reader;
use super::sources::check_language;
use super::units::{duration, flag, size, whole};
use crate::model::Format;
use crate::publish::PageOptions;
use crate::{dedup, extract, fetch, judge, publish, store};

/// Where subscribers reach the feeds, unless the config says so: where `serve` listens by default.
pub(super) const BASE_URL: &str = "http://127.0.0.1:8080/";

pub(super) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) const fn days(days: u64) -> Duration {
    Duration::from_hours(24 * days)
}

pub(super) fn site(r: &mut Reader<'_, '_>) -> Option<Site> {
    let title =
        r.required("title", &names::line("\"Nyheter\""), "the name of the site, as it stands in the titles of feeds");
    let link = r.required("link", &names::address(), "the page for people that the feeds stand for");
    let base_url = r
        .optional("base_url", &names::base_address(), &format!("`\"{BASE_URL}\"`"), "where subscribers reach the feeds")
        .or_else(|| Url::parse(BASE_URL).ok());
    let language = r.or("language", &names::language(), "en".to_owned(), "the language of the pages and of the feeds");
    check_language(r, &language);
    let time_zone = r.or("time_zone", &names::time_zone(), TimeZone::UTC, "the zone of dates and schedules");
    Some(Site { title: title?, link: link?, base_url: base_url?, language, time_zone })
}

pub(super) fn store(r: &mut Reader<'_, '_>, directory: &Path) -> store::Options {
    let default = store::Options::default();
    let file = r.or("url", &names::ledger(), default.path, "the file of the ledger, the memory of all items");
    store::Options { path: directory.join(file) }
}

pub(super) fn archive(r: &mut Reader<'_, '_>) -> store::Archive {
    let default = store::Archive::default();
    store::Archive {
        pages: r.or(
            "pages",
            &whole(0..=1000),
            default.pages,
            "pages of each source that are kept once they were understood, and beside them the newest that was not",
        ),
        max_bytes: r.or(
            "max_bytes",
            &size(0..=1 << 30),
            default.max_bytes,
            "all of them together, compressed, of each source; a single page has half",
        ),
    }
}

pub(super) fn fetch(r: &mut Reader<'_, '_>) -> fetch::Options {
    let default = fetch::Options::default();
    fetch::Options {
        contact: r.optional(
            "contact",
            &names::line("\"https://www.example.se/om-oss\""),
            "none",
            "a page or an address for mail, sent along so that a site's owner can ask who is there",
        ),
        total_timeout: r.or(
            "total_timeout",
            &duration(seconds(1)..=seconds(600)),
            default.total_timeout,
            "the time for a page, redirects and a retry included",
        ),
        connect_timeout: r.or(
            "connect_timeout",
            &duration(seconds(1)..=seconds(60)),
            default.connect_timeout,
            "the time for a connection: name, TCP and TLS",
        ),
        idle_timeout: r.or(
            "idle_timeout",
            &duration(seconds(1)..=seconds(300)),
            default.idle_timeout,
            "the time for silence in the middle of an answer",
        ),
        max_header: r.or("max_header", &size(1 << 10..=1 << 20), default.max_header, "the longest header of an answer"),
        max_body: r.or("max_body", &size(1 << 10..=100 << 20), default.max_body, "the longest page, decompressed"),
        max_redirects: r.or("max_redirects", &whole(0..=20), default.max_redirects, "redirects followed for a page"),
        retry_pause: r.or(
            "retry_pause",
            &duration(seconds(0)..=seconds(60)),
            default.retry_pause,
            "the pause before the one retry of a connection that broke",
        ),
        concurrency: r.or("concurrency", &whole(1..=1000), default.concurrency, "sources read at the same time"),
        host_interval: r.optional(
            "host_interval",
            &duration(seconds(0)..=seconds(3600)),
            "`\"1s\"`; none for hosts of your own network",
            "between two requests to one host",
        ),
        host_concurrency: r.or(
            "host_concurrency",
            &whole(1..=100),
            default.host_concurrency,
            "requests to one host at the same time",
        ),
        max_host_wait: r.or(
            "max_host_wait",
            &duration(seconds(1)..=seconds(3600)),
            default.max_host_wait,
            "the time to wait for one's turn at a host",
        ),
        max_crawl_delay: r.or(
            "max_crawl_delay",
            &duration(seconds(0)..=seconds(3600)),
            default.max_crawl_delay,
            "the longest `Crawl-delay` of a robots.txt that is kept",
        ),
        min_interval: r.or(
            "min_interval",
            &duration(seconds(0)..=days(1)),
            default.min_interval,
            "between two requests for one source, whatever its schedule says",
        ),
        max_freshness: r.or(
            "max_freshness",
            &duration(seconds(0)..=days(1)),
            default.max_freshness,
            "for how long a page that promises not to change is left alone",
        ),
        backoff: r.or(
            "backoff",
            &duration(seconds(1)..=days(1)),
            default.backoff,
            "the pause after a failure of a source, doubled for each further one",
        ),
        max_backoff: r.or(
            "max_backoff",
            &duration(seconds(1)..=days(7)),
            default.max_backoff,
            "the longest such pause",
        ),
        private_hosts: r.list(
            "private_hosts",
            &names::line("\"intranet.example.se\""),
            default.private_hosts,
            "hosts at a private address that a source may be read from",
        ),
    }
}

pub(super) fn extract(r: &mut Reader<'_, '_>) -> extract::Options {
    let default = extract::Options::default();
    extract::Options {
        max_items: r.or("max_items", &whole(1..=10_000), default.max_items, "items read from one page"),
        max_categories: r.or("max_categories", &whole(1..=100), default.max_categories, "categories read of one item"),
        max_title: r.or("max_title", &whole(20..=10_000), default.max_title, "characters of a title"),
        max_summary: r.or("max_summary", &whole(20..=100_000), default.max_summary, "characters of a summary"),
        max_category: r.or("max_category", &whole(20..=1000), default.max_category, "characters of a category's name"),
        max_author: r.or("max_author", &whole(20..=1000), default.max_author, "characters of an author's name"),
        max_content: r.or(
            "max_content",
            &whole(1000..=1_000_000),
            default.max_content,
            "characters of the full text of an item, as HTML",
        ),
        max_further: r.or("max_further", &whole(0..=1000), default.max_further, "further pages that a page may name"),
        max_depth: r.or("max_depth", &whole(16..=2048), default.max_depth, "levels of elements inside each other"),
        max_nodes: r.or("max_nodes", &whole(1000..=5_000_000), default.max_nodes, "nodes of a page"),
        max_bytes: r.or("max_bytes", &size(1 << 10..=100 << 20), default.max_bytes, "the longest page that is read"),
        max_tag: r.or("max_tag", &size(1 << 10..=10 << 20), default.max_tag, "the longest tag or comment"),
        max_attributes: r.or("max_attributes", &whole(10..=10_000), default.max_attributes, "attributes of one tag"),
        max_open_formats: r.or(
            "max_open_formats",
            &whole(10..=1000),
            default.max_open_formats,
            "formatting elements left open at once",
        ),
        max_steps: r.or(
            "max_steps",
            &whole(1_000_000..=10_000_000_000),
            default.max_steps,
            "steps of reading a page, each a few nanoseconds",
        ),
    }
}

pub(super) fn publish(
    r: &mut Reader<'_, '_>,
    directory: &Path,
    base_url: Option<Url>,
    pages: PageOptions,
) -> Option<publish::Options> {
    let to = bucket::read(r, directory);
    let forms = r.list("formats", &pages::form(), Form::DEFAULT.to_vec(), "the forms each feed is written in");
    r.refuse_empty("formats");
    let formats: Vec<Format> = forms.iter().filter_map(|form| form.document()).collect();
    if formats.is_empty() && forms.contains(&Form::Page) {
        let hint = Some("add `\"rss\"`".to_owned());
        r.mistake("formats", "names the page for people alone, which no reader can follow", hint);
    }
    let pages = PageOptions { feeds: forms.contains(&Form::Page), ..pages };
    let items = r.or("items", &whole(1..=1000), 50, "a feed shows at least so many items, where there are as many");
    let days = r.or("days", &whole(0..=366), 7, "a feed shows all items of so many days, back from its newest");
    let max_items = r.or("max_items", &whole(1..=10_000), 1000, "a feed never shows more items than this");
    if max_items < items {
        let last = if r.span("max_items").is_some() { "max_items" } else { "items" };
        r.mistake(last, &format!("does not fit: `max_items` is {max_items}, `items` is {items}"), None);
    }
    let archive = r.or("archive", &flag(), true, "what a feed no longer shows goes into archive documents (RFC 5005)");
    let archive_items = r.or("archive_items", &whole(1..=1000), 100, "items of an archive document");
    Some(publish::Options {
        to,
        formats,
        items,
        days,
        max_items,
        archive,
        archive_items,
        base_url: base_url?,
        pages,
        hub: None,
    })
}

pub(super) fn judge(r: &mut Reader<'_, '_>) -> judge::Options {
    let default = judge::Options::default();
    let hold = r.or(
        "hold",
        &duration(seconds(0)..=days(30)),
        default.hold.unsigned_abs(),
        "the new items of a page that is suspect are held at least so long",
    );
    judge::Options {
        release: r.or(
            "release",
            &names::release(),
            default.release,
            "who lets them out: the next run that says the same, or the operator alone, with `flode release`",
        ),
        hold: SignedDuration::try_from(hold).unwrap_or(SignedDuration::MAX),
    }
}

pub(super) fn dedup(r: &mut Reader<'_, '_>) -> dedup::Options {
    let default = dedup::Options::default();
    let signed = |duration| SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
    dedup::Options {
        recurrence: signed(r.or(
            "recurrence",
            &duration(seconds(60)..=days(366)),
            default.recurrence.unsigned_abs(),
            "items of one title and category, dated further apart than this, are two items",
        )),
        gone: signed(r.or(
            "gone",
            &duration(days(1)..=days(3660)),
            default.gone.unsigned_abs(),
            "an undated item that was off the page for so long is a new item when its title returns",
        )),
    }
}
