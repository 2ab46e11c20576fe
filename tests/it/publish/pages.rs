//! The pages for people, as they are rendered.

use std::collections::BTreeMap;
use std::path::Path;

use flode::model::{Category, Feed, Format, Item, Selection, Slug};
use flode::publish::{Around, Listed, Options, PageOptions, Site, assets, index, page};
use scraper::{ElementRef, Html, Selector};

use super::{feed, golden, item, nasty_items, options, url};

fn slugs() -> BTreeMap<String, Slug> {
    let pairs = [("Kultur", "kultur"), ("Hälso- och sjukvård", "halso-och-sjukvard"), ("<b>Övrigt</b>", "b-ovrigt-b")];
    let slug = |(name, slug)| (Category::new(name).unwrap().key, Slug::parse(slug).unwrap());
    pairs.map(slug).into_iter().collect()
}

fn rendered(feed: &Feed, items: &[Item], options: &Options) -> String {
    let slugs = slugs();
    let file = page(feed, items, &Around { name: "Hälso- & sjukvård", slugs: &slugs }, options).unwrap();
    assert_eq!((file.name.as_str(), file.media_type), ("halso-och-sjukvard.html", "text/html; charset=utf-8"));
    String::from_utf8(file.bytes).unwrap()
}

fn defaults() -> Options {
    Options { formats: Format::DEFAULT.to_vec(), ..options(Path::new("feeds")) }
}

fn with_pages(pages: PageOptions) -> Options {
    Options { pages, ..defaults() }
}

/// Parses a page, of which nothing may need mending.
#[track_caller]
fn read(html: &str) -> Html {
    let page = Html::parse_document(html);
    assert!(page.errors.is_empty(), "{:?}\n{html}", page.errors);
    page
}

fn all<'a>(page: &'a Html, css: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(css).unwrap()).collect()
}

fn texts(page: &Html, css: &str) -> Vec<String> {
    let text =
        |element: ElementRef<'_>| element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    all(page, css).into_iter().map(text).collect()
}

fn attributes(page: &Html, css: &str, name: &str) -> Vec<String> {
    all(page, css).into_iter().filter_map(|element| element.attr(name)).map(str::to_owned).collect()
}

#[test]
fn the_page_of_a_feed_is_as_agreed_byte_for_byte() {
    let html = rendered(&feed(), &nasty_items(), &defaults());
    golden("publish-halso-och-sjukvard.html", html.as_bytes());
    assert_eq!(html, rendered(&feed(), &nasty_items(), &defaults()), "the same every time");
}

#[test]
fn what_an_item_says_is_text_and_nothing_more() {
    let html = rendered(&feed(), &nasty_items(), &defaults());
    let page = read(&html);
    let titles = texts(&page, "article h3");
    assert_eq!(titles.len(), nasty_items().len());
    assert_eq!(titles[1], "Utan länk ]]> & <script>alert('x')</script> \"citat\"");
    assert_eq!(attributes(&page, "script", "src"), ["pages.js"], "no script but ours");
    assert!(all(&page, "b, style, iframe, img, [onclick], [style]").is_empty());
    let links = attributes(&page, "article a", "href");
    assert!(links.iter().all(|link| link.starts_with("https://") || link.contains(".html")), "{links:?}");
    assert_eq!(
        texts(&page, "article:first-of-type .tags li"),
        ["Kultur & \"stöd\"", "<b>Övrigt</b>"],
        "its own is left out"
    );
    assert_eq!(attributes(&page, "article:first-of-type .tags a", "href"), ["b-ovrigt-b.html"]);
    assert_eq!(texts(&page, "article time").first().map(String::as_str), Some("20 december 2022"));
    assert_eq!(attributes(&page, "article time", "datetime").first().map(String::as_str), Some("2022-12-20T11:00:00Z"));
}

#[test]
fn a_page_says_how_to_subscribe() {
    let page = read(&rendered(&feed(), &[], &defaults()));
    let address = "https://floden.example.se/nyheter/halso-och-sjukvard.rss";
    assert_eq!(texts(&page, ".address code"), [address]);
    assert_eq!(attributes(&page, "link[rel=alternate]", "href"), ["halso-och-sjukvard.rss", "halso-och-sjukvard.atom"]);
    assert_eq!(attributes(&page, "link[rel=alternate]", "type"), ["application/rss+xml", "application/atom+xml"]);
    assert_eq!(texts(&page, ".readers a").len(), 5);
    let programs = ["Outlook", "Thunderbird", "Microsoft Teams", "Slack", "Newsboat"];
    assert_eq!(texts(&page, "summary"), programs);
    let lines = texts(&page, "details code");
    assert_eq!(lines, [format!("/feed subscribe {address}"), format!("{address} \"~Hälso- & sjukvård\"")]);

    let own = Options { base_url: url("http://127.0.0.1:8080/"), ..defaults() };
    let page = read(&rendered(&feed(), &[], &own));
    assert!(all(&page, ".readers").is_empty(), "they could not reach it");
    assert_eq!(texts(&page, "summary"), ["Outlook", "Thunderbird", "Newsboat"]);
}

#[test]
fn a_page_is_in_the_language_of_the_site() {
    for (language, html_language, heading, day) in [
        ("sv-SE", "sv", "Nyheter", "20 december 2022"),
        ("en", "en", "News", "20 December 2022"),
        ("ar", "en", "News", "20 December 2022"),
    ] {
        let feed = Feed { language: language.to_owned(), ..feed() };
        let page = read(&rendered(&feed, &nasty_items(), &defaults()));
        assert_eq!(attributes(&page, "html", "lang"), [html_language]);
        assert_eq!(texts(&page, "h2").first().map(String::as_str), Some(heading));
        assert_eq!(texts(&page, "article time").first().map(String::as_str), Some(day));
        let foreign = (language == "ar").then(|| "ar".to_owned());
        assert_eq!(attributes(&page, "h1", "lang").first(), foreign.as_ref(), "the news are in the site's own");
    }
}

#[test]
fn a_page_is_short_whatever_the_feed_has() {
    let long: Vec<Item> = (0..1000)
        .map(|number| Item {
            summary: Some("Räkna med längre restid mellan Tallåsa och Hällebro under förmiddagen. ".repeat(40)),
            categories: ["Kultur", "Kollektivtrafik", "Folkhälsa"].into_iter().filter_map(Category::new).collect(),
            ..item(&format!("{number} Halka ger förseningar på busslinjerna i norr"), "2026-11-22T02:00:00Z")
        })
        .collect();
    let html = rendered(&feed(), &long, &defaults());
    assert!(html.len() < 50_000, "{} bytes", html.len());
    let page = read(&html);
    assert_eq!(texts(&page, "article").len(), 30);
    assert_eq!(texts(&page, ".news > .none"), ["Äldre nyheter finns i själva flödet."]);
    let few = with_pages(PageOptions { items: 3, ..defaults().pages });
    assert_eq!(texts(&read(&rendered(&feed(), &long, &few)), "article").len(), 3);
}

fn listed(name: &str, selection: Selection) -> Feed {
    let slug = Slug::for_name(name, &std::collections::BTreeSet::new());
    Feed { slug, title: name.to_owned(), selection, ..feed() }
}

fn front(feeds: &[Listed<'_>], language: &str, options: &Options) -> String {
    let link = url("https://example.se/");
    let site = Site { title: "Region <Exempel>: nyheter", link: &link, language, opml: true };
    String::from_utf8(index(site, feeds, options).unwrap().bytes).unwrap()
}

#[test]
fn the_index_lists_every_feed() {
    let items = nasty_items();
    let named = |name: &str| listed(name, Selection::Category(name.to_owned()));
    let (everything, one, other) = (listed("all", Selection::All), named("Övrigt"), named("Arv & <miljö>"));
    let feeds = [
        Listed { feed: &everything, items: 6, newest: &items[..5] },
        Listed { feed: &one, items: 1, newest: &items[5..] },
        Listed { feed: &other, items: 0, newest: &[] },
    ];
    let html = front(&feeds, "sv", &defaults());
    golden("publish-index.html", html.as_bytes());
    let page = read(&html);
    assert_eq!(texts(&page, ".feeds h3"), ["Arv & <miljö>", "Övrigt"], "as in a dictionary");
    assert_eq!(attributes(&page, ".feeds h3 a", "href"), ["arv-miljo.html", "ovrigt.html"]);
    assert_eq!(texts(&page, ".items .title").len(), 5);
    assert_eq!(attributes(&page, ".all a", "href"), ["all.html"]);
    assert_eq!(attributes(&page, ".once a", "href"), ["feeds.opml"]);
    assert_eq!(attributes(&page, "link[rel=alternate]", "href"), ["all.rss", "arv-miljo.rss", "ovrigt.rss"]);

    let english = read(&front(&feeds, "en-GB", &defaults()));
    assert_eq!(texts(&english, ".feeds .quiet"), ["no items yet", "1 item · 1 January 2000"]);

    let bare = with_pages(PageOptions { feeds: false, ..defaults().pages });
    let page = read(&front(&feeds, "sv", &bare));
    let links = ["arv-miljo.rss", "arv-miljo.rss", "arv-miljo.atom", "ovrigt.rss", "ovrigt.rss", "ovrigt.atom"];
    assert_eq!(attributes(&page, ".feeds a", "href"), links, "without pages, to the documents");
}

#[test]
fn many_feeds_are_found_by_their_letters() {
    let names = ["Anslag", "Bibliotek", "Cykel", "Ägande", "Öar"];
    let feeds: Vec<Feed> =
        (0..60).map(|n| listed(&format!("{} {n}", names[n % 5]), Selection::Category(n.to_string()))).collect();
    let newest = [item(&"Halka ger förseningar på busslinjerna i norr".repeat(5), "2026-11-22T02:00:00Z")];
    let rows: Vec<Listed<'_>> = feeds.iter().map(|feed| Listed { feed, items: 999, newest: &newest }).collect();
    let html = front(&rows, "sv", &defaults());
    assert!(html.len() < 50_000, "{} bytes", html.len());
    let page = read(&html);
    assert_eq!(texts(&page, ".letters a"), ["A", "B", "C", "Ä", "Ö"]);
    for anchor in attributes(&page, ".letters a", "href") {
        let id = anchor.strip_prefix('#').unwrap();
        assert_eq!(attributes(&page, ".feeds li", "id").iter().filter(|found| *found == id).count(), 1);
    }
    assert!(all(&read(&front(&rows[..10], "sv", &defaults())), ".letters").is_empty());
}

#[test]
fn the_operator_adds_a_header_and_a_style() {
    let header = "<header class=\"own\"><a href=\"/\">Region & Mälarö</a></header>".to_owned();
    let own =
        with_pages(PageOptions { header: header.clone(), css: ".own { color: red }\n".to_owned(), ..defaults().pages });
    assert!(rendered(&feed(), &nasty_items(), &own).contains(&header), "as it is");
    assert!(front(&[], "sv", &own).contains(&header));
    let style =
        |options: &Options| String::from_utf8(assets("sv", feed().changed, options).swap_remove(0).bytes).unwrap();
    assert_eq!(style(&own), format!("{}\n.own {{ color: red }}\n", style(&defaults())));
}

#[test]
fn a_feed_in_a_browser_speaks_the_language_of_the_site() {
    for (language, words) in [("sv", "Det här är ett flöde"), ("en", "This is a feed")] {
        let files = assets(language, feed().changed, &defaults());
        let raw = files.iter().find(|file| file.name == "feed.css").unwrap();
        let css = String::from_utf8(raw.bytes.clone()).unwrap();
        assert!(css.contains(&format!("content: \"{words}")), "{css}");
        assert!(!css.contains("{words}"));
    }
}
