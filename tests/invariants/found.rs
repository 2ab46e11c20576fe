//! What is promised of everything that was found on a page.

use flode::extract::{Article, Options};
use flode::model::text::{clean, is_xml_char};
use flode::model::{Extraction, FoundItem, Page, PageDate, category_key, title_key};
use jiff::tz::TimeZone;
use scraper::{Html, Node};
use url::Url;

/// Years in which a page's date is believed: those of `now` in `pages`, and one on each side for the zone.
const YEARS: std::ops::RangeInclusive<i16> = 1989..=2030;

/// Defects of one item, at most about.
const DEFECTS: usize = 40;

pub fn extraction(found: &Extraction, page: &Page, options: &Options) {
    assert!(found.items.len() <= options.max_items, "{} items", found.items.len());
    assert!(found.refused.is_none() || found.items.is_empty(), "refused, yet read");
    assert!(found.defects.len() <= DEFECTS * (options.max_items + 2), "{} defects", found.defects.len());
    found.defects.iter().for_each(|defect| line(&defect.to_string(), 700));
    found.items.iter().for_each(|found| item(found, options));
    assert!(found.further.len() <= options.max_further, "{} further", found.further.len());
    for further in &found.further {
        address(further);
        assert_eq!(further.host(), page.url.host(), "{further}");
        assert_ne!(further, &page.url);
    }
}

pub fn item(item: &FoundItem, options: &Options) {
    line(&item.title, options.max_title);
    assert!(!title_key(&item.title).is_empty(), "the title {:?} shows nothing", item.title);
    item.link.iter().chain(&item.image).for_each(address);
    item.summary.iter().for_each(|text| paragraphs(text, options.max_summary));
    item.date.iter().for_each(date);
    assert!(item.categories.len() <= options.max_categories);
    for name in &item.categories {
        // A listing gives its line of names as it stands.
        line(name, (options.max_category + 3) * options.max_categories);
        assert!(!category_key(name).is_empty(), "the category {name:?} shows nothing");
    }
    item.author.iter().for_each(|name| line(name, options.max_author));
    item.content.iter().for_each(|html| content(html, options));
}

pub fn article(article: &Article, options: &Options) {
    article.title.iter().for_each(|title| line(title, options.max_title));
    article.date.iter().for_each(date);
    article.author.iter().for_each(|name| line(name, options.max_author));
    article.image.iter().for_each(address);
    article.language.iter().for_each(|language| line(language, 50));
    article.summary.iter().for_each(|text| paragraphs(text, options.max_summary));
    article.content.iter().for_each(|html| content(html, options));
    assert!(article.defects.len() <= DEFECTS, "{:?}", article.defects);
    article.defects.iter().for_each(|defect| line(&defect.to_string(), 700));
}

/// One clean line that is not empty.
pub fn line(text: &str, max: usize) {
    assert!(!text.is_empty(), "an empty line");
    assert_eq!(text, clean(text), "not clean");
    assert!(text.chars().count() <= max, "longer than {max}: {text:?}");
}

fn paragraphs(text: &str, max: usize) {
    assert!(text.chars().count() <= max, "longer than {max}: {text:?}");
    text.split('\n').for_each(|paragraph| line(paragraph, max));
}

fn address(url: &Url) {
    assert!(matches!(url.scheme(), "http" | "https") && url.has_host(), "{url}");
    assert!(url.username().is_empty() && url.password().is_none(), "{url}");
}

pub fn date(date: &PageDate) {
    let year = match date {
        PageDate::Day(day) | PageDate::Month(day) => day.year(),
        PageDate::Instant(at) => at.to_zoned(TimeZone::UTC).year(),
    };
    assert!(YEARS.contains(&year), "{date}");
}

/// Elements that act, or bring something in.
const ACTIVE: [&str; 20] = [
    "script", "style", "iframe", "frame", "object", "embed", "applet", "base", "link", "meta", "form", "input",
    "button", "textarea", "select", "svg", "math", "template", "noscript", "title",
];

/// HTML that a reader may show as it is: nothing acts, nothing is loaded but pictures, every address is absolute.
pub fn content(html: &str, options: &Options) {
    assert!(!html.trim().is_empty() && html.chars().all(is_xml_char), "{html:?}");
    assert!(html.chars().count() <= options.max_content, "longer than {}", options.max_content);
    let tree = Html::parse_fragment(html);
    for node in tree.tree.nodes() {
        match node.value() {
            Node::Comment(_) | Node::Doctype(_) | Node::ProcessingInstruction(_) => panic!("{html}"),
            Node::Element(element) => {
                assert!(!ACTIVE.contains(&element.name()), "<{}> in {html}", element.name());
                element.attrs().for_each(|(name, value)| attribute(element.name(), name, value));
            }
            _ => {}
        }
    }
}

fn attribute(element: &str, name: &str, value: &str) {
    assert!(!name.starts_with("on") && !matches!(name, "style" | "srcset" | "srcdoc" | "action"), "{name}={value:?}");
    if matches!(name, "href" | "src" | "cite" | "background" | "poster" | "data") {
        let url = Url::parse(value).unwrap_or_else(|error| panic!("{name}={value:?}: {error}"));
        let is_mail = element == "a" && url.scheme() == "mailto";
        assert!(is_mail || matches!(url.scheme(), "http" | "https"), "{name}={value:?}");
    }
}
