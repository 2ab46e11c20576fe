//! Every folder of `tests/documents` is a case, like those of `tests/pages`, but of any kind: `page.xml`, `page.json`,
//! `page.html` or `page.txt`. Every folder of `tests/articles` is the page of one article: `page.html`, `recipe.toml` as
//! `[source.article]` (may be left out) and `article.json`.

use std::fs;
use std::path::{Path, PathBuf};

use flode::extract::{Article, ArticleRecipe, Context, Kind, Options, Recipe, article, extract};
use flode::model::{Extraction, Page, PageDate};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::extract::{field, recipe, shown};

fn context(zone: &TimeZone) -> Context<'_> {
    Context { language: "sv", time_zone: zone, now: "2024-06-14T10:00:00Z".parse().unwrap(), known_categories: &[] }
}

fn zone() -> TimeZone {
    TimeZone::get("Europe/Stockholm").unwrap()
}

fn page(url: &str, text: impl Into<String>) -> Page {
    Page { url: url.parse().unwrap(), text: text.into(), media_type: None }
}

fn folders(name: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    let mut folders: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap().to_string_lossy().into_owned()
}

fn text_of(folder: &Path) -> String {
    let names = ["page.xml", "page.json", "page.html", "page.txt"];
    names.iter().find_map(|name| fs::read_to_string(folder.join(name)).ok()).expect("a page")
}

/// Compares with what is written; what is missing is written, and fails until someone has read it.
fn difference(folder: &Path, file: &str, found: &Value) -> Option<String> {
    let path = folder.join(file);
    let lines = |value: &Value| serde_json::to_string_pretty(value).unwrap() + "\n";
    let Ok(text) = fs::read_to_string(&path) else {
        fs::write(&path, lines(found)).unwrap();
        return Some(format!("{}: {file} was missing and is written; read it, then run again", name_of(folder)));
    };
    let want: Value = serde_json::from_str(&text).unwrap();
    (*found != want).then(|| format!("{}: found\n{}", name_of(folder), lines(found)))
}

fn read_document(folder: &Path) -> Extraction {
    let zone = zone();
    let page = page(&format!("https://www.{}.example/nyheter/", name_of(folder)), text_of(folder));
    extract(&page, &recipe(folder), &context(&zone), &Options::default())
}

/// What the cases of pages show, and what only documents have.
fn document_json(found: &Extraction) -> Value {
    let mut value = shown(&json!({}), found);
    let value_of = value.as_object_mut().unwrap();
    value_of.retain(|key, _| !matches!(key.as_str(), "url" | "language" | "notice" | "verdict"));
    let further: Vec<&str> = found.further.iter().map(url::Url::as_str).collect();
    value_of.insert("further".to_owned(), json!(further));
    for (item, shown) in found.items.iter().zip(value["items"].as_array_mut().unwrap()) {
        let all = [
            ("author", json!(item.author)),
            ("image", json!(item.image.as_ref().map(url::Url::as_str))),
            ("enclosure", json!(item.enclosure.as_ref().map(ToString::to_string))),
            ("content", json!(item.content)),
            ("cut_off", if item.cut_off { json!(true) } else { Value::Null }),
        ];
        shown.as_object_mut().unwrap().extend(all.map(|(key, value)| (key.to_owned(), value)));
        shown
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null() && value.as_array().is_none_or(|a| !a.is_empty()));
    }
    value
}

#[test]
fn documents_of_every_kind_are_read() {
    let folders = folders("documents");
    assert!(folders.len() >= 25, "{}", folders.len());
    let wrong: Vec<String> = folders
        .iter()
        .filter_map(|folder| difference(folder, "items.json", &document_json(&read_document(folder))))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn article_json(article: &Article) -> Value {
    let defects = article.defects.iter().map(ToString::to_string).chain(article.refused.map(|r| r.to_string()));
    let mut value = json!({
        "title": article.title,
        "date": article.date.map(|date| date.to_string()),
        "author": article.author,
        "image": article.image.as_ref().map(url::Url::as_str),
        "language": article.language,
        "summary": article.summary,
        "content": article.content.as_ref().map(|html| if html.len() > 2000 { json!(html.len()) } else { json!(html) }),
        "defects": defects.collect::<Vec<_>>(),
    });
    value.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    value
}

fn read_article(folder: &Path) -> Article {
    let zone = zone();
    let table: toml::Table = fs::read_to_string(folder.join("recipe.toml")).unwrap_or_default().parse().unwrap();
    let fields: Vec<_> = table.iter().map(|(key, value)| (key.as_str(), field(value))).collect();
    let page = page(&format!("https://www.{}.example/nyheter/artikel", name_of(folder)), text_of(folder));
    article(&page, &ArticleRecipe::from_fields(fields).unwrap(), &context(&zone), &Options::default())
}

#[test]
fn articles_are_read() {
    let folders = folders("articles");
    assert!(folders.len() >= 10, "{}", folders.len());
    let wrong: Vec<String> = folders
        .iter()
        .filter_map(|folder| difference(folder, "article.json", &article_json(&read_article(folder))))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Where another parser reads a feed at all, it finds the same items.
#[test]
fn feeds_are_read_as_others_read_them() {
    let mut compared = 0;
    for folder in folders("documents") {
        let text = text_of(&folder);
        if text.contains("encoding=\"ISO-8859-1\"") {
            continue;
        }
        let Ok(theirs) = feed_rs::parser::parse(text.as_bytes()) else { continue };
        let ours = read_document(&folder);
        let theirs: Vec<_> = theirs.entries.iter().filter(|entry| entry.title.is_some()).collect();
        for entry in theirs {
            let path = |address: &str| address.rsplit('/').next().unwrap_or_default().to_owned();
            let links: Vec<String> = entry.links.iter().map(|link| path(&link.href)).collect();
            let moment = entry.published.or(entry.updated).map(|at| at.timestamp());
            let same = ours.items.iter().any(|item| {
                let at = match item.date {
                    Some(PageDate::Instant(at)) => at.as_second() == moment.unwrap_or_default(),
                    Some(_) => moment.is_some(),
                    None => moment.is_none(),
                };
                let link = item.link.as_ref().map(|link| path(link.as_str()));
                at && (links.is_empty() || link.is_some_and(|link| links.contains(&link)))
            });
            assert!(same, "{}: {:?}", name_of(&folder), entry.title);
            compared += 1;
        }
    }
    assert!(compared >= 5, "only {compared} entries");
}

/// Texts that are nearly of some kind.
fn almost_document() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "<rss version='2.0'>",
        "<channel>",
        "<item>",
        "</item>",
        "<title>",
        "</title>",
        "<link>",
        "</link>",
        "&amp;",
        "&",
        "&#x0;",
        "<![CDATA[",
        "]]>",
        "<feed xmlns='http://www.w3.org/2005/Atom'>",
        "<entry>",
        "<link href='",
        "' rel='next'/>",
        "<content type='xhtml'>",
        "<div>",
        "</div>",
        "<urlset>",
        "<url>",
        "<loc>",
        "https://example.se/a",
        "</loc>",
        "<news:news>",
        "<rdf:RDF>",
        "xml:base='//['",
        "{",
        "}",
        "[",
        "]",
        "\"title\"",
        ":",
        ",",
        "\"items\"",
        "\"url\"",
        "\"@type\"",
        "\"NewsArticle\"",
        "\"@graph\"",
        "<script type='application/ld+json'>",
        "</script>",
        "<div itemscope itemtype='x/Article'>",
        "<p itemprop='headline'>",
        "<!--",
        "-->",
        "<?xml version='1.0'",
        "?>",
        "<!DOCTYPE x [",
        "<meta property='og:image' content='",
        "'>",
        "2024-06-01",
        "”",
        "å\u{301}",
        "\u{0}",
        "\n",
        " ",
        "<img src=",
        "data:x",
        "1e999",
        "\\u",
    ]);
    prop::collection::vec(prop_oneof![4 => part.prop_map(str::to_owned), 1 => "\\PC{0,8}"], 0..60)
        .prop_map(|all| all.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_document_panics(text in prop_oneof![almost_document(), any::<String>()]) {
        let zone = zone();
        let page = page("https://www.example.se/nyheter/", text);
        let options = Options { max_content: 50, max_summary: 20, max_title: 10, ..Options::default() };
        for kind in Kind::ALL.into_iter().map(Some).chain([None]) {
            let found = extract(&page, &Recipe { kind, ..Recipe::auto() }, &context(&zone), &options);
            for item in &found.items {
                prop_assert!(!item.title.is_empty() && item.title.chars().count() <= 10);
                let web = |url: &url::Url| matches!(url.scheme(), "http" | "https");
                prop_assert!(item.link.iter().chain(&item.image).all(web));
                prop_assert!(item.content.as_ref().is_none_or(|html| html.chars().count() <= 50));
            }
            prop_assert!(found.further.iter().all(|url| url.host_str() == Some("www.example.se")));
        }
        let recipe = ArticleRecipe::from_fields([("content", "div".into())]).unwrap();
        let _ = article(&page, &recipe, &context(&zone), &options);
    }

    #[test]
    fn no_path_panics(text in "[a-z.\\[\\]*$'\"0-9å@ ]{0,20}") {
        let _ = Recipe::from_fields(Some(Kind::Json), [("item", text.as_str().into())]);
    }

    #[test]
    fn sanitised_content_does_nothing(
        parts in prop::collection::vec(prop::sample::select(vec![
            "<script>", "</script>", "<p>", "<svg>", "<math>", "<mtext>", "<style>", "</style>", "<img src=x onerror=alert(1)>",
            "<a href=\"javascript:alert(1)\">", "</a>", "<table>", "<td>", "<noscript>", "<template>", "<title>", "<!--", "-->",
            "<b id=x class=y>", "<iframe src=javascript:x>", "<form>", "<mglyph>", "<foreignObject>", "<plaintext>", "&lt;script&gt;",
            "<base href=//evil.example>", "<meta http-equiv=refresh>", "<annotation-xml encoding=text/html>", "<select>", "text",
        ]), 0..30)
    ) {
        let zone = zone();
        let escaped = parts.concat().replace('&', "&amp;").replace('<', "&lt;");
        let text = format!("<rss><item><title>x</title><content:encoded>{escaped}</content:encoded></item></rss>");
        let found = extract(&page("https://www.example.se/", text), &Recipe::auto(), &context(&zone), &Options::default());
        let html = found.items[0].content.clone().unwrap_or_default();
        let tree = scraper::Html::parse_fragment(&html);
        for element in tree.tree.root().descendants().filter_map(scraper::ElementRef::wrap) {
            let name = element.value().name();
            let acts = ["script", "style", "iframe", "svg", "math", "form", "template", "base", "meta", "object", "noscript"];
            prop_assert!(!acts.contains(&name), "{name} in {html}");
            for (key, value) in element.value().attrs() {
                prop_assert!(!key.starts_with("on") && !matches!(key, "id" | "class" | "style"), "{html}");
                prop_assert!(!matches!(key, "href" | "src") || value.starts_with("http"), "{html}");
            }
        }
    }
}
