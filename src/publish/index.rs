//! The page for people that lists all feeds.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use crate::model::{Feed, FeedFile, Format, Item, text};

use super::{Options, fields};

/// The name of the page.
pub const INDEX: &str = "index.html";

/// The longest title of a newest item on the page, in characters: fifty feeds stay below 20 KB.
const NEWEST_TITLE: usize = 60;

/// What the page says of the site.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// Its title, the page's heading.
    pub title: &'a str,
    /// Its news page.
    pub link: &'a Url,
    /// BCP 47. The page's own words are Swedish or English.
    pub language: &'a str,
    /// The zone that days are shown in.
    pub time_zone: &'a TimeZone,
}

/// A feed as the page lists it.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// The feed.
    pub feed: &'a Feed,
    /// How many items it shows.
    pub items: usize,
    /// The newest of them.
    pub newest: Option<&'a Item>,
}

/// The words of the page in one language.
struct Words {
    language: &'static str,
    invitation: &'static str,
    one_item: &'static str,
    items: &'static str,
    none: &'static str,
}

const SWEDISH: Words = Words {
    language: "sv",
    invitation: "Lägg in adressen till ett av flödena i din nyhetsläsare, så kommer nyheterna till dig.",
    one_item: "nyhet",
    items: "nyheter",
    none: "inga nyheter ännu",
};

const ENGLISH: Words = Words {
    language: "en",
    invitation: "Give the address of a feed to your feed reader, and the news will come to you.",
    one_item: "item",
    items: "items",
    none: "no items yet",
};

const STYLE: &str = "body{max-width:40rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif}\
                     ul{padding:0;list-style:none}li{margin:1.5rem 0}h2{margin:0;font-size:1.1rem}p{margin:.2rem 0}\
                     p+p{font-size:.9rem;opacity:.8}";

/// Renders `index.html`.
///
/// Feeds are linked by name alone: the page lies beside them, whatever the address it is reached by.
#[must_use]
pub fn index(site: Site<'_>, feeds: &[Listed<'_>], options: &Options) -> FeedFile {
    let words = if primary(site.language).eq_ignore_ascii_case("sv") { &SWEDISH } else { &ENGLISH };
    let mut html = head(site, feeds, options, words);
    for listed in feeds {
        html.push_str(&row(*listed, site.time_zone, options, words));
    }
    html.push_str("</ul>\n</body>\n</html>\n");
    FeedFile {
        name: INDEX.to_owned(),
        media_type: "text/html; charset=utf-8",
        bytes: html.into_bytes(),
        changed: feeds.iter().map(|listed| listed.feed.changed).max().unwrap_or(Timestamp::UNIX_EPOCH),
    }
}

fn head(site: Site<'_>, feeds: &[Listed<'_>], options: &Options, words: &Words) -> String {
    let title = fields::escape(&fields::line(site.title));
    // One format is enough for a reader to find a feed; both would double the head.
    let found: String = feeds
        .iter()
        .filter_map(|listed| options.formats.first().map(|&format| discovery(listed.feed, format)))
        .collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
         {found}</head>\n<body>\n<h1><a href=\"{link}\">{title}</a></h1>\n<p>{invitation}</p>\n<ul>\n",
        language = words.language,
        link = fields::escape(&fields::address(site.link)),
        invitation = words.invitation,
    )
}

/// The element that browsers and readers look for when they are given the page's own address.
fn discovery(feed: &Feed, format: Format) -> String {
    let media_type = format.media_type().split(';').next().unwrap_or_default();
    let title = fields::escape(&fields::line(&feed.title));
    let name = fields::file_name(feed, format);
    format!("<link rel=\"alternate\" type=\"{media_type}\" title=\"{title}\" href=\"{name}\">\n")
}

fn row(listed: Listed<'_>, zone: &TimeZone, options: &Options, words: &Words) -> String {
    let feed = listed.feed;
    let links: Vec<String> = options
        .formats
        .iter()
        .map(|&format| format!("<a href=\"{}\">{}</a>", fields::file_name(feed, format), shown(format)))
        .collect();
    let language = if primary(&feed.language).eq_ignore_ascii_case(words.language) {
        String::new()
    } else {
        format!(" lang=\"{}\"", fields::escape(&fields::line(&feed.language)))
    };
    format!(
        "<li>\n<h2{language}>{title}</h2>\n<p>{links} · {count}</p>\n{newest}</li>\n",
        title = fields::escape(&fields::line(&feed.title)),
        links = links.join(" · "),
        count = count(listed.items, words),
        newest = listed.newest.map(|item| newest(item, zone, &language)).unwrap_or_default(),
    )
}

fn newest(item: &Item, zone: &TimeZone, language: &str) -> String {
    let day = zone.to_datetime(item.published).date();
    let title = fields::escape(&text::shorten(&fields::title(item), NEWEST_TITLE));
    format!("<p{language}><time>{day}</time> {title}</p>\n")
}

fn count(items: usize, words: &Words) -> String {
    match items {
        0 => words.none.to_owned(),
        1 => format!("1 {}", words.one_item),
        more => format!("{more} {}", words.items),
    }
}

fn shown(format: Format) -> &'static str {
    match format {
        Format::Rss => "RSS",
        Format::Atom => "Atom",
    }
}

/// The language of a tag, without script and region.
fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}
