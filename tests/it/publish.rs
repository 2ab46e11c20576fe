//! Feeds as subscribers get them: byte for byte, and read back by a parser that is not the one that wrote them.

mod pages;
mod sink;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use feed_rs::model::Entry;
use flode::model::{Category, Feed, FeedFile, Format, Item, ItemId, ItemKey, Selection, Slug, SourceId};
use flode::publish::{Listed, Options, PageOptions, Part, PublishError, Site, opml, window};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use url::Url;

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("an address")
}

fn options(to: &Path) -> Options {
    Options {
        to: to.into(),
        formats: Format::ALL.to_vec(),
        items: 50,
        days: 7,
        max_items: 1000,
        archive: true,
        archive_items: 100,
        base_url: url("https://floden.example.se/nyheter/"),
        pages: PageOptions { time_zone: TimeZone::get("Europe/Stockholm").expect("a zone"), ..PageOptions::default() },
        hub: None,
    }
}

fn feed() -> Feed {
    Feed {
        author: "Region Mälarö".to_owned(),
        slug: Slug::for_name("Hälso- och sjukvård", &BTreeSet::new()),
        title: "Hälso- och sjukvård".to_owned(),
        description: "Nyheter om <vård> & hälsa".to_owned(),
        link: url("https://www.example.se/nyheter/?omr=1&typ=2"),
        language: "sv-SE".to_owned(),
        changed: at("2022-12-21T07:30:00.75Z"),
        ttl: Some(15),
        selection: Selection::All,
    }
}

fn id(title: &str) -> ItemId {
    let key = ItemKey { title: title.to_owned(), category: String::new() };
    ItemId::mint(&url("https://www.example.se/"), &key, 0)
}

fn item(title: &str, published: &str) -> Item {
    let published = at(published);
    Item {
        id: id(title),
        home: SourceId::parse("nyheter").expect("an id"),
        title: title.to_owned(),
        link: Some(url("https://www.example.se/nyheter/a/")),
        summary: Some("En rad.".to_owned()),
        author: None,
        image: None,
        enclosure: None,
        content: None,
        categories: Category::new("Kultur").into_iter().collect(),
        page_date: None,
        first_seen: published,
        published,
        updated: published,
    }
}

/// Six items with what pages have in them, and with what they must not have.
fn nasty_items() -> Vec<Item> {
    let categories = |names: &[&str]| names.iter().filter_map(|name| Category::new(name)).collect();
    vec![
        Item {
            updated: at("2022-12-21T07:30:00Z"),
            categories: categories(&["Hälso- och sjukvård", "Kultur & \"stöd\"", "<b>Övrigt</b>"]),
            author: Some("Åsa <Ö> & Söner\u{1}".to_owned()),
            image: Some(url("https://www.example.se/bild.jpg?a=1&b=2")),
            content: Some("<p>Hela <b>texten</b> &amp; ]]> mer\u{B}</p>".to_owned()),
            summary: Some("Första stycket: 1 < 2 & 3 > 2.\nAndra \"stycket\" 🚑 och ]]> mitt i.\n\n".to_owned()),
            link: Some(url("https://www.example.se/nyheter/åäö/?a=1&b=[2]|{3}#del")),
            ..item("Åäö: vården rustar för jul 🎄👩‍⚕️", "2022-12-20T11:00:00Z")
        },
        Item {
            link: None,
            author: Some("Anna </b> Ek <anna@example.se> & Co".to_owned()),
            summary: Some("Inget att följa, men text finns.".to_owned()),
            ..item("Utan länk ]]> & <script>alert('x')</script> \"citat\"", "2022-12-20T10:59:59.4Z")
        },
        Item { summary: None, ..item("Utan sammanfattning", "2022-12-20T09:00:00Z") },
        Item { summary: None, link: None, categories: Vec::new(), ..item("Bara en rubrik", "2022-12-19T08:00:00Z") },
        Item {
            summary: Some("\u{0}\u{1B}[31mrött\u{FFFE}\r\nny\u{B} rad\u{85}slut".to_owned()),
            link: Some(url("javascript:alert(1)")),
            ..item("Styr\u{1}tecken\u{8}\ti\nrubriken\u{FFFF}", "2022-12-18T08:00:00Z")
        },
        Item {
            summary: Some(format!("שלום & مرحبا\u{202C} {}", "lång ".repeat(40))),
            ..item(&format!("{}: ‏عنوان‏ עברית", "Mycket lång rubrik ".repeat(25)), "1999-12-31T23:59:59Z")
        },
    ]
}

const NEWEST: Part = Part::Subscription { archives: 0 };

fn render(feed: &Feed, items: &[Item], options: &Options) -> Result<Vec<FeedFile>, PublishError> {
    flode::publish::render(feed, items, NEWEST, options)
}

fn rendered() -> Vec<FeedFile> {
    render(&feed(), &nasty_items(), &options(Path::new("feeds"))).expect("renders")
}

fn golden(name: &str, bytes: &[u8]) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    if std::env::var_os("FLODE_BLESS").is_some() {
        fs::write(&path, bytes).expect("writes the golden file");
    }
    let want = fs::read_to_string(&path).expect("a golden file: FLODE_BLESS=1 makes it");
    let got = String::from_utf8_lossy(bytes);
    for (number, (got, want)) in got.lines().zip(want.lines()).enumerate() {
        assert_eq!(got, want, "{name}, line {}", number + 1);
    }
    assert_eq!(got.len(), want.len(), "{name}");
}

#[test]
fn documents_are_as_agreed_byte_for_byte() {
    let files = rendered();
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["halso-och-sjukvard.rss", "halso-och-sjukvard.atom", "halso-och-sjukvard.json"]);
    for file in &files {
        golden(&format!("publish-{}", file.name), &file.bytes);
        assert_eq!(file.changed, feed().changed);
    }
    assert_eq!(files, rendered(), "the same every time");
    assert_eq!(files[1].media_type, "application/atom+xml; charset=utf-8");
}

#[test]
fn an_empty_feed_is_a_feed() {
    for file in render(&feed(), &[], &options(Path::new("feeds"))).expect("renders") {
        assert!(parse(&file).entries.is_empty());
    }
}

fn parse(file: &FeedFile) -> feed_rs::model::Feed {
    feed_rs::parser::parse(file.bytes.as_slice()).expect("a feed")
}

/// A title as readers show it: as HTML where it says so, or, as RSS cannot, where it has marks of it.
fn plain(title: &feed_rs::model::Text) -> String {
    let is_html =
        title.content_type.subty() == "html" || ["&amp;", "&lt;"].iter().any(|mark| title.content.contains(mark));
    if is_html { unescape(&title.content) } else { title.content.clone() }
}

fn unescape(html: &str) -> String {
    quick_xml::escape::unescape(html).expect("HTML").into_owned()
}

/// What a reader shows of an entry: id, title, link, text, categories, date.
fn shown(entry: &Entry) -> (String, String, Option<String>, String, Vec<String>, i64) {
    let text = entry.summary.as_ref().map(|summary| summary.content.clone());
    let text = text.or_else(|| entry.content.as_ref().and_then(|content| content.body.clone()));
    (
        entry.id.clone(),
        entry.title.as_ref().map(plain).unwrap_or_default(),
        entry.links.first().map(|link| link.href.clone()),
        text.unwrap_or_default(),
        entry.categories.iter().map(|category| category.term.clone()).collect(),
        entry.published.expect("a date").timestamp(),
    )
}

#[test]
fn both_formats_say_the_same() {
    let files = rendered();
    let (rss, atom) = (parse(&files[0]), parse(&files[1]));
    let from_rss: Vec<_> = rss.entries.iter().map(shown).collect();
    let from_atom: Vec<_> = atom.entries.iter().map(shown).collect();
    assert_eq!(from_rss, from_atom);
    for ((id, _, link, text, _, published), item) in from_rss.iter().zip(nasty_items()) {
        assert_eq!(*id, item.id.to_string());
        assert_eq!(*published, item.published.as_second());
        assert!(text.starts_with("<p>") && !text.contains("<script"), "{text}");
        assert!(link.as_ref().is_none_or(|link| link.starts_with("https://")), "{link:?}");
    }
    assert_eq!(from_rss[0].1, nasty_items()[0].title);
    assert_eq!(from_rss[0].4, ["Hälso- och sjukvård", "Kultur & \"stöd\"", "<b>Övrigt</b>"]);
    assert_eq!(
        from_rss[0].3,
        "<p>Första stycket: 1 &lt; 2 &amp; 3 &gt; 2.</p>\n<p>Andra &quot;stycket&quot; 🚑 och ]]&gt; mitt i.</p>"
    );
    assert_eq!(from_rss[1].1, nasty_items()[1].title);
    assert_eq!(from_rss[4].1, "Styrtecken i rubriken");
    assert_eq!(atom.entries[0].updated.map(|at| at.timestamp()), Some(nasty_items()[0].updated.as_second()));
    for (parsed, name) in [(&rss, "halso-och-sjukvard.rss"), (&atom, "halso-och-sjukvard.atom")] {
        assert_eq!(parsed.title.as_ref().map(|title| title.content.as_str()), Some("Hälso- och sjukvård"));
        assert_eq!(parsed.description.as_ref().map(|text| text.content.as_str()), Some("Nyheter om <vård> & hälsa"));
        assert_eq!(parsed.updated.map(|at| at.timestamp()), Some(feed().changed.as_second()));
        assert!(parsed.language.as_ref().is_some_and(|language| language.eq_ignore_ascii_case("sv-SE")));
        let own = parsed.links.iter().find(|link| link.rel.as_deref() == Some("self")).expect("a self link");
        assert_eq!(own.href, format!("https://floden.example.se/nyheter/{name}"));
    }
}

/// What JSON Feed and Atom both say of an item: id, title, link, text, author, picture, categories, dates.
type Said = (String, String, Option<String>, String, Option<String>, Option<String>, Vec<String>, [i64; 2]);

fn json_says(file: &FeedFile) -> Vec<Said> {
    let feed: serde_json::Value = serde_json::from_slice(&file.bytes).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let date = |value: &serde_json::Value| at(value.as_str().expect("a date")).as_second();
    let said = |item: &serde_json::Value| {
        (
            text(&item["id"]).expect("an id"),
            text(&item["title"]).expect("a title"),
            text(&item["url"]),
            text(&item["content_html"]).expect("a content"),
            text(&item["authors"][0]["name"]),
            text(&item["image"]),
            item["tags"].as_array().into_iter().flatten().filter_map(text).collect(),
            [date(&item["date_published"]), date(&item["date_modified"])],
        )
    };
    feed["items"].as_array().expect("items").iter().map(said).collect()
}

fn atom_says(file: &FeedFile) -> Vec<Said> {
    let feed = atom_syndication::Feed::read_from(file.bytes.as_slice()).expect("Atom");
    let picture = |entry: &atom_syndication::Entry| {
        let media = entry.extensions.get("media").and_then(|elements| elements.get("thumbnail"));
        media.map(|elements| elements[0].attrs["url"].clone())
    };
    let said = |entry: &atom_syndication::Entry| {
        let content = entry.content.as_ref().and_then(|content| content.value.clone());
        (
            entry.id.clone(),
            match entry.title.r#type {
                atom_syndication::TextType::Html => unescape(&entry.title.value),
                _ => entry.title.value.clone(),
            },
            entry.links.first().map(|link| link.href.clone()),
            content.or_else(|| entry.summary.as_ref().map(|summary| summary.value.clone())).expect("a text"),
            entry.authors.first().map(|author| author.name.clone()),
            picture(entry),
            entry.categories.iter().map(|category| category.term.clone()).collect(),
            [entry.published.expect("a date").timestamp(), entry.updated.timestamp()],
        )
    };
    feed.entries.iter().map(said).collect()
}

#[test]
fn json_says_what_atom_says() {
    let files = rendered();
    assert_eq!(json_says(&files[2]), atom_says(&files[1]));
}

#[test]
fn archive_documents_lead_from_the_newest_to_the_oldest() {
    let options = Options { hub: Some(url("https://hub.example.se/?a=1&b=2")), ..options(Path::new("feeds")) };
    let render = |part| flode::publish::render(&feed(), &nasty_items(), part, &options).expect("renders");
    let place = "https://floden.example.se/nyheter/halso-och-sjukvard";
    for (part, own, previous, current, hub) in [
        (Part::Subscription { archives: 0 }, "", None, false, true),
        (Part::Subscription { archives: 2 }, "", Some(".2"), false, true),
        (Part::Archive { number: 2 }, ".2", Some(".1"), true, false),
        (Part::Archive { number: 1 }, ".1", None, true, false),
    ] {
        for file in render(part) {
            let extension = file.name.rsplit('.').next().expect("an extension").to_owned();
            assert_eq!(file.name, format!("halso-och-sjukvard{own}.{extension}"));
            let mut want = vec![("self", format!("{place}{own}.{extension}"))];
            want.extend(previous.map(|number| ("prev-archive", format!("{place}{number}.{extension}"))));
            want.extend(hub.then(|| ("hub", "https://hub.example.se/?a=1&b=2".to_owned())));
            want.extend((current && extension != "json").then(|| ("current", format!("{place}.{extension}"))));
            want.sort();
            let text = String::from_utf8_lossy(&file.bytes);
            assert_eq!(text.contains("<fh:archive></fh:archive>"), current && extension != "json");
            let mut got = document_links(&file);
            got.sort();
            let got: Vec<(&str, String)> = got.iter().map(|(rel, href)| (rel.as_str(), href.clone())).collect();
            assert_eq!(got, want, "{}", file.name);
        }
    }
    for file in render(Part::Archive { number: 2 }) {
        golden(&format!("publish-{}", file.name), &file.bytes);
    }
}

/// The links of a document to itself and to other ones, JSON's by the names that they have elsewhere.
fn document_links(file: &FeedFile) -> Vec<(String, String)> {
    if file.media_type == Format::Json.media_type() {
        let feed: serde_json::Value = serde_json::from_slice(&file.bytes).expect("JSON");
        let named =
            [("self", &feed["feed_url"]), ("prev-archive", &feed["next_url"]), ("hub", &feed["hubs"][0]["url"])];
        return named
            .into_iter()
            .filter_map(|(rel, value)| Some((rel.to_owned(), value.as_str()?.to_owned())))
            .collect();
    }
    let links = parse(file).links.into_iter().map(|link| (link.rel.unwrap_or_default(), link.href));
    links.filter(|(rel, _)| !rel.is_empty() && rel != "alternate").collect()
}

#[test]
fn the_list_of_feeds_is_read_by_others() {
    let feed = feed();
    let odd =
        Feed { title: "<\"Tomt\"> & \u{1}".to_owned(), slug: Slug::for_name("Tomt", &BTreeSet::new()), ..feed.clone() };
    let listed = [Listed { feed: &feed, items: 6, newest: &[] }, Listed { feed: &odd, items: 0, newest: &[] }];
    let site = Site { title: "Region <Exempel>", link: &url("https://example.se/"), language: "sv", opml: true };
    let list = opml(site, &listed, &options(Path::new("feeds"))).expect("renders");
    assert_eq!((list.name.as_str(), list.media_type), ("feeds.opml", "text/x-opml; charset=utf-8"));
    golden("publish-feeds.opml", &list.bytes);
    assert_eq!(list, opml(site, &listed, &options(Path::new("feeds"))).expect("renders"), "the same every time");
    let none = opml(site, &[], &options(Path::new("feeds"))).expect("renders");
    assert!(String::from_utf8_lossy(&none.bytes).contains("<body"));
}

#[test]
fn two_items_with_one_id_are_refused() {
    let twice = vec![item("En", "2022-12-20T11:00:00Z"), item("En", "2022-12-20T12:00:00Z")];
    let refused = render(&feed(), &twice, &options(Path::new("feeds"))).expect_err("refused");
    assert_eq!(
        refused.to_string(),
        format!("feed `halso-och-sjukvard`: the new rss is not published: two items have the id {}", id("En"))
    );
}

#[test]
fn a_feed_shows_days_but_never_too_few_nor_too_many() {
    // Two items a day, counted back from the newest; the last is exactly 10 days older.
    let all: Vec<Item> = (0_i32..=20)
        .map(|half_days| {
            let published = at("2024-03-31T12:00:00Z") - jiff::SignedDuration::from_hours(12 * i64::from(half_days));
            Item { published, ..item(&format!("{half_days}"), "2024-01-01T00:00:00Z") }
        })
        .collect();
    for (days, items, max_items, want) in [
        (0, 0, 100, 1),
        (1, 0, 100, 3),
        (10, 0, 100, 21),
        (1, 5, 100, 5),
        (1, 50, 100, 21),
        (10, 50, 7, 7),
        (u16::MAX, 0, 100, 21),
        (7, 5, 0, 0),
    ] {
        let options = Options { days, items, max_items, ..options(Path::new("feeds")) };
        let mut shuffled = all.clone();
        shuffled.reverse();
        shuffled.rotate_left(7);
        let kept = window(shuffled, &options);
        let (kept, newest): (Vec<_>, Vec<_>) = kept.iter().zip(&all).map(|(a, b)| (&a.title, &b.title)).unzip();
        assert_eq!((kept.len(), &kept), (want, &newest), "{days} days, {items} to {max_items} items");
    }
    assert!(window(Vec::new(), &options(Path::new("feeds"))).is_empty());
}

#[test]
fn equal_dates_never_trade_places() {
    let items: Vec<Item> = ["a", "b", "c", "d"].iter().map(|title| item(title, "2024-03-31T12:00:00Z")).collect();
    let once = window(items.clone(), &options(Path::new("feeds")));
    assert_eq!(once, window(items.into_iter().rev().collect(), &options(Path::new("feeds"))));
    assert!(once.is_sorted_by_key(|item| item.id));
}

/// Text as nobody cleaned it: any characters, often those that markup is made of.
fn any_text() -> impl Strategy<Value = String> {
    let awkward = prop::sample::select(vec![
        "<",
        ">",
        "&",
        "\"",
        "'",
        "]]>",
        "<![CDATA[",
        "&amp;",
        "&#0;",
        "<!--",
        "?>",
        "\0",
        "\u{1F}",
        "\u{FFFE}",
        "\u{FFFF}",
        "\r",
        "\n",
        "\u{85}",
        "\u{2028}",
        "\u{202E}",
        "å",
        "🎄",
        " ",
        "</p>",
        "xmlns:x=",
    ])
    .prop_map(str::to_owned);
    prop::collection::vec(prop_oneof![awkward, any::<char>().prop_map(String::from), "\\PC{0,8}"], 0..12)
        .prop_map(|parts| parts.concat())
}

fn any_item() -> impl Strategy<Value = Item> {
    (
        any_text(),
        prop::option::of(any_text()),
        prop::collection::vec(any_text(), 0..4),
        prop::option::of(any_text()),
        0_i64..4_102_444_800,
    )
        .prop_map(|(title, summary, categories, link, second)| Item {
            title,
            summary,
            categories: categories.into_iter().map(|name| Category { key: name.clone(), name }).collect(),
            link: link.and_then(|link| url("https://www.example.se/a/").join(&link).ok()),
            published: Timestamp::from_second(second).expect("an instant"),
            ..item("", "2024-01-01T00:00:00Z")
        })
}

proptest! {
    #[test]
    fn any_text_gives_a_feed_that_others_read(
        mut items in prop::collection::vec(any_item(), 0..6),
        title in any_text(),
        description in any_text(),
        language in any_text(),
        path in any_text(),
    ) {
        for (number, item) in items.iter_mut().enumerate() {
            item.id = id(&number.to_string());
        }
        let link = url("https://www.example.se/").join(&format!("/{path}")).unwrap_or(feed().link);
        items.sort_by_key(|item| std::cmp::Reverse(item.published));
        let link = if link.scheme() == "https" { link } else { feed().link };
        let feed = Feed { title, description, language, link, ..feed() };
        let files = render(&feed, &items, &options(Path::new("feeds"))).expect("renders");
        let both: Vec<Vec<_>> = files.iter().take(2).map(|file| parse(file).entries.iter().map(shown).collect()).collect();
        prop_assert_eq!(&json_says(&files[2]), &atom_says(&files[1]));
        prop_assert_eq!(both[0].len(), items.len());
        prop_assert_eq!(&both[0], &both[1]);
    }
}
