//! Sources of other kinds, and the pages of articles.

use crate::support::{Flode, Origin, RECIPE, list};

const ARTICLE: &str = r#"<!doctype html><html lang="sv"><head><title>Ny bro</title>
<meta property="article:published_time" content="2026-02-27T06:45:00+01:00"><meta name="author" content="Åsa Ek">
</head><body><main><article><h1>Ny bro över sundet</h1>
<p onclick="x()">Bron är <b>340 meter</b> lång. <a href="/karta">Karta</a></p><script>alert(1)</script></article></main></body></html>"#;

fn house(article: &str) -> (Origin, Flode) {
    let origin = Origin::start();
    origin.html("/nyheter/", &list(&["Ny bro över sundet | Trafik | /n/bro", "Ny bok om skogen | Kultur | /n/bok"]));
    origin.html("/n/bro", ARTICLE);
    let flode = Flode::reading(&origin.url("/nyheter/"), &format!("{RECIPE}{article}"));
    (origin, flode)
}

#[test]
fn the_page_of_a_new_item_is_read_once_and_never_holds_it_back() {
    let (origin, mut flode) = house("[source.article]\ncontent = \"article\"\n");
    let answer = flode.once();
    assert_eq!(answer["runs"][0]["new"], 2, "{answer:#}");
    assert!(
        answer["runs"][0]["defects"][0].as_str().unwrap().contains("item 2: its own page was not read"),
        "{answer:#}"
    );
    let entry = flode.feed("trafik.atom").entries.remove(0);
    assert_eq!(entry.published.unwrap().to_rfc3339(), "2026-02-27T05:45:00+00:00");
    assert_eq!(entry.authors[0].name.as_deref(), Some("Åsa Ek"));
    let content = entry.content.unwrap().body.unwrap();
    assert!(
        content.contains("<b>340 meter</b>") && !content.contains("script") && !content.contains("onclick"),
        "{content}"
    );
    assert!(content.contains(&origin.url("/karta")), "relative links are made absolute: {content}");
    assert_eq!(flode.titles("kultur.rss"), ["Ny bok om skogen"]);
    origin.html("/nyheter/", &list(&["Ny bro över sundet | Trafik | /n/bro", "Ny väg | Trafik | /n/vag"]));
    flode.at("2026-03-02T10:00:00Z").once();
    assert_eq!((origin.asked("/n/bro").len(), origin.asked("/n/bok").len(), origin.asked("/n/vag").len()), (1, 1, 1));
}

#[test]
fn a_server_that_asks_for_patience_is_not_asked_for_the_next_article() {
    let (origin, flode) = house("[source.article]\n");
    for path in ["/n/bro", "/n/bok"] {
        origin.answers(path, "429 Too Many Requests", "retry-after: 600", "");
    }
    let answer = flode.once();
    assert_eq!(answer["runs"][0]["new"], 2, "{answer:#}");
    assert_eq!(origin.asked("/n/bro").len() + origin.asked("/n/bok").len(), 1);
}

#[test]
fn without_a_word_in_the_recipe_no_article_is_fetched() {
    let (origin, flode) = house("");
    flode.once();
    assert!(origin.asked("/n/bro").is_empty());
}

#[test]
fn a_feed_is_split_by_category() {
    let origin = Origin::start();
    origin.answers(
        "/feed",
        "200 OK",
        "x-note: a feed under a wrong media type",
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Allt</title><link>https://a.example/</link><item><title>Ny \
         bro</title><link>https://a.example/1</link><category>Trafik</category><pubDate>Sun, 01 Mar 2026 07:00:00 \
         GMT</pubDate><description>&lt;p&gt;Text &amp;amp; bild&lt;/p&gt;</description></item><item><title>Ny bok</title>\
         <link>https://a.example/2</link><category>Kultur</category></item></channel></rss>",
    );
    let flode = Flode::reading(&origin.url("/feed"), "");
    flode.once();
    let entry = flode.feed("trafik.atom").entries.remove(0);
    assert_eq!(entry.published.unwrap().to_rfc3339(), "2026-03-01T07:00:00+00:00");
    assert_eq!(entry.summary.unwrap().content, "<p>Text &amp; bild</p>");
    assert_eq!(flode.titles("kultur.rss"), ["Ny bok"]);
}

#[test]
fn a_json_document_is_read_by_paths() {
    let origin = Origin::start();
    origin.text(
        "/api/news.json",
        r#"{"data":{"hits":[{"name":"Ny bro","href":"/n/1","tags":[{"t":"Trafik"},{"t":"Byggen"}],"at":"2026-03-01T08:00:00+01:00"}]}}"#,
    );
    let recipe = "[source.recipe]\nkind = \"json\"\nitem = \"data.hits\"\ntitle = \"name\"\nlink = \"href\"\ndate = \"at\"\n\
                  categories = \"tags[*].t\"\n";
    let flode = Flode::reading(&origin.url("/api/news.json"), recipe);
    flode.once();
    let entry = flode.feed("byggen.rss").entries.remove(0);
    assert_eq!(
        (entry.links[0].href.clone(), entry.published.unwrap().to_rfc3339()),
        (origin.url("/n/1"), "2026-03-01T07:00:00+00:00".to_owned())
    );
}
