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

/// Three items in each form of feed: a file of which all is known, one of unknown length, and a picture of Media RSS.
const WITH_FILES: [(&str, &str, &str); 3] = [
    (
        "application/rss+xml",
        "/rss",
        r#"<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>x</title><link>/</link>
        <item><title>Radio</title><link>/n/1</link><enclosure url="/a.mp3?x=1&amp;y" length="1234567" type="audio/mpeg"/></item>
        <item><title>Okänd</title><link>/n/2</link><enclosure url="/b.mp3" length="0" type="audio/mpeg"/></item>
        <item><title>Bild</title><link>/n/3</link>
        <media:content url="/c.png" fileSize="99" type="image/png" medium="image"/></item></channel></rss>"#,
    ),
    (
        "application/atom+xml",
        "/atom",
        r#"<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"><title>x</title><id>x</id>
        <entry><title>Radio</title><id>1</id><link href="/n/1"/>
        <link rel="enclosure" href="/a.mp3?x=1&amp;y" length="1234567" type="audio/mpeg"/></entry>
        <entry><title>Okänd</title><id>2</id><link href="/n/2"/><link rel="enclosure" href="/b.mp3"/></entry>
        <entry><title>Bild</title><id>3</id><link href="/n/3"/>
        <media:content url="/c.png" fileSize="99" type="image/png" medium="image"/></entry></feed>"#,
    ),
    (
        "application/feed+json",
        "/json",
        r#"{"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": [
        {"id": "1", "url": "/n/1", "title": "Radio", "content_text": "",
         "attachments": [{"url": "/a.mp3?x=1&y", "mime_type": "audio/mpeg", "size_in_bytes": 1234567}]},
        {"id": "2", "url": "/n/2", "title": "Okänd", "content_text": "",
         "attachments": [{"url": "/b.mp3", "mime_type": "audio/mpeg"}, {"url": "javascript:x", "mime_type": "a/b", "size_in_bytes": 1}]},
        {"id": "3", "url": "/n/3", "title": "Bild", "image": "/c.png", "content_text": "",
         "attachments": [{"url": "/c.png", "mime_type": "image/png", "size_in_bytes": 99}]}]}"#,
    ),
];

#[test]
fn a_file_whose_length_and_type_the_source_tells_goes_on_as_an_enclosure() {
    for (media_type, path, document) in WITH_FILES {
        let origin = Origin::start();
        origin.answers(path, "200 OK", &format!("x-type: {media_type}"), document);
        let formats = "[publish]\nformats = [\"rss\", \"atom\", \"json\"]\n";
        let mut flode = Flode::reading(&origin.url(path), formats);
        assert_eq!(flode.once()["runs"][0]["new"], 3, "{path}");
        let text = |name: &str| std::fs::read_to_string(flode.path("feeds").join(name)).unwrap();
        let (radio, picture) = (origin.url("/a.mp3?x=1&y"), origin.url("/c.png"));
        let want = [
            ("Bild", Some((picture.clone(), "99".to_owned(), "image/png".to_owned()))),
            ("Okänd", None),
            ("Radio", Some((radio, "1234567".to_owned(), "audio/mpeg".to_owned()))),
        ];

        let channel = rss::Channel::read_from(text("all.rss").as_bytes()).unwrap();
        let of_rss = |item: &rss::Item| item.enclosure.clone().map(|file| (file.url, file.length, file.mime_type));
        let feed: atom_syndication::Feed = text("all.atom").parse().unwrap();
        let of_atom = |entry: &atom_syndication::Entry| {
            let link = entry.links.iter().find(|link| link.rel == "enclosure")?.clone();
            Some((link.href, link.length.unwrap(), link.mime_type.unwrap()))
        };
        let json: serde_json::Value = serde_json::from_str(&text("all.json")).unwrap();
        let of_json = |item: &serde_json::Value| {
            let file = item.get("attachments")?.as_array().unwrap()[0].clone();
            let text = |name: &str| file[name].as_str().unwrap().to_owned();
            Some((text("url"), file["size_in_bytes"].to_string(), text("mime_type")))
        };
        let items = json["items"].as_array().unwrap();
        for (title, file) in &want {
            let rss = channel.items.iter().find(|item| item.title.as_deref() == Some(title)).expect(title);
            let atom = feed.entries.iter().find(|entry| entry.title.value == *title).expect(title);
            let json = items.iter().find(|item| item["title"] == *title).expect(title);
            assert_eq!((&of_rss(rss), &of_atom(atom), &of_json(json)), (file, file, file), "{path}: {title}");
        }
        let content = format!("<media:content fileSize=\"99\" medium=\"image\" type=\"image/png\" url=\"{picture}\">");
        assert!(text("all.rss").contains(&content), "{}", text("all.rss"));

        // What has not changed is no edit; another file is.
        let before = flode.published();
        flode.at("2026-03-02T10:00:00Z").once();
        assert_eq!(flode.published(), before, "{path}");
        origin.answers(path, "200 OK", "x-type: x", &document.replace("1234567", "7654321"));
        flode.at("2026-03-02T10:30:00Z").once();
        assert!(
            std::fs::read_to_string(flode.path("feeds/all.atom")).unwrap().contains("length=\"7654321\""),
            "{path}"
        );
    }
}
