//! Pages that stand in the place of the list: nothing of them is announced, and the operator hears what they are. The
//! pages are those of `tests/pages`.

use std::fs;
use std::path::Path;

use crate::support::{Flode, Origin, RECIPE, list};

fn page(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages").join(name);
    fs::read_to_string(folder.join("page.html")).unwrap()
}

const LIST: &[&str] = &[
    "Ny bro över Långsundet | Kollektivtrafik | /nyheter/bro/ | | Bron öppnar i maj.",
    "Fler tider på vårdcentralerna | Hälso- och sjukvård | /nyheter/tider/ | 1 mars 2026 | Kvällstider införs.",
    "Konst på väntrummets väggar | Kultur | /nyheter/konst/",
];

#[test]
fn a_good_source_that_gives_another_page_keeps_its_feeds() {
    for (recipe, at) in [(RECIPE, "with a recipe"), ("", "found by looks")] {
        let origin = Origin::start();
        origin.html("/nyheter/", &list(LIST));
        let mut flode = Flode::reading(&origin.url("/nyheter/"), recipe);
        assert_eq!(flode.once()["runs"][0]["new"], 3, "{at}");
        let before = flode.published();
        for (minute, (name, word)) in [
            ("notis-cloudflare", "a challenge page"),
            ("notis-pardon", "a challenge page"),
            ("notis-inloggning-sv", "a login page"),
            ("notis-saml", "a login page"),
            ("notis-didomi", "a consent page"),
            ("notis-uppdaterar", "a maintenance page"),
            ("notis-finns-inte", "an error page"),
            ("notis-sedo", "the page of a parked or empty site"),
            ("notis-vidare", "a page that only leads on"),
        ]
        .into_iter()
        .enumerate()
        {
            origin.html("/nyheter/", &page(name));
            flode.at(&format!("2026-03-02T10:{:02}:00Z", minute * 5));
            let ran = flode.run(&["once"]).code(1);
            assert!(ran.stderr().contains(word) && ran.stderr().contains("hint:"), "{at} {name}: {}", ran.stderr());
            assert_eq!(flode.published(), before, "{at} {name}");
            let status = flode.run(&["status"]).code(1);
            assert!(status.stderr().contains(word), "{at} {name}: {}", status.stderr());
        }
        // And the list is as good as it was when it is back.
        origin.html("/nyheter/", &list(LIST));
        let back = flode.at("2026-03-02T11:00:00Z").once();
        assert_eq!(flode.published(), before, "{at}: {back:#}");
        flode.run(&["status"]).code(0);
    }
}

#[test]
fn on_the_first_run_no_link_of_another_page_is_news() {
    for name in [
        "notis-uppdaterar",
        "notis-onderhoud",
        "notis-drupal-vedligeholdelse",
        "notis-przerwa",
        "notis-finns-inte",
        "notis-siths",
        "notis-inicio-sesion",
        "notis-pardon",
        "notis-captcha-de",
        "notis-didomi",
        "notis-pur",
        "notis-sedo",
    ] {
        let origin = Origin::start();
        origin.html("/nyheter/", &page(name));
        let flode = Flode::reading(&origin.url("/nyheter/"), "");
        let ran = flode.run(&["once", "--json"]).code(1).json();
        assert_eq!(ran["runs"][0]["outcome"], "broken", "{name}: {ran:#}");
        let feeds: String =
            flode.published().values().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
        assert!(!feeds.contains("<item>") && !feeds.contains("<entry>"), "{name}: {feeds}");
    }
}

#[test]
fn a_web_page_is_no_feed() {
    for (kind, words) in [
        ("feed", "it is a web page, not a feed"),
        ("json", "it is a web page, not JSON"),
        ("text", "it is a web page, not a listing of text"),
        ("sitemap", "it is a web page, not a sitemap"),
    ] {
        let origin = Origin::start();
        origin.html("/nyheter/", &list(LIST));
        let flode = Flode::reading(&origin.url("/nyheter/"), &format!("[source.recipe]\nkind = \"{kind}\"\n"));
        let ran = flode.run(&["once"]).code(1);
        assert!(ran.stderr().contains(words), "{kind}: {}", ran.stderr());
        // One that says what it is, is called that.
        origin.html("/nyheter/", &page("notis-cloudflare"));
        let ran = flode.run(&["once"]).code(1);
        assert!(ran.stderr().contains("a challenge page (marks of Cloudflare)"), "{kind}: {}", ran.stderr());
    }
}

#[test]
fn the_text_of_a_challenge_is_not_that_of_an_article() {
    let origin = Origin::start();
    origin.html("/nyheter/", &list(&LIST[..1]));
    let challenge = page("notis-cloudflare").replace("<head>", "<head><meta name=description content='Vänta lite'>");
    origin.html("/nyheter/bro/", &challenge);
    let more = format!("{RECIPE}[source.article]\ncontent = \"main, body\"\n");
    let flode = Flode::reading(&origin.url("/nyheter/"), &more);
    let answer = flode.once();
    assert_eq!(answer["runs"][0]["new"], 1, "{answer:#}");
    assert!(answer["runs"][0]["defects"].to_string().contains("a challenge page"), "{answer:#}");
    let feed = fs::read_to_string(flode.path("feeds/all.atom")).unwrap();
    assert!(!feed.contains("Enable JavaScript") && !feed.contains("Vänta lite"), "{feed}");
}

#[test]
fn what_came_with_an_error_is_named_and_nothing_else_changes() {
    let origin = Origin::start();
    origin.html("/nyheter/", &list(LIST));
    let mut flode = Flode::reading(&origin.url("/nyheter/"), RECIPE);
    flode.once();
    let before = flode.published();
    let maker = "a challenge page (marks of Cloudflare), sent with status 403";
    for (minute, (status, header, body, words, hint)) in [
        ("403 Forbidden", "", page("notis-cloudflare"), maker, "keeps programs out"),
        (
            "403 Forbidden",
            "cf-mitigated: challenge",
            "Nej".to_owned(),
            "a challenge page (header of Cloudflare), sent with status 403",
            "keeps programs out",
        ),
        ("429 Too Many Requests", "retry-after: 60", page("notis-pardon"), "a challenge page (", "keeps programs out"),
        ("429 Too Many Requests", "retry-after: 60", list(LIST), "header: status 429, retry after 60s", "less often"),
        (
            "503 Service Unavailable",
            "retry-after: 60",
            page("notis-uppdaterar"),
            "a maintenance page (",
            "nothing needs doing",
        ),
        ("401 Unauthorized", "", page("notis-inloggning-sv"), "a login page (", "give the source a `user`"),
        ("404 Not Found", "", page("notis-finns-inte"), "header: status 404", "correct the source's `url`"),
        ("403 Forbidden", "", "\0\0\u{1}".to_owned(), "header: status 403", "refuses this reader"),
        ("403 Forbidden", "content-encoding: gzip", "no gzip".to_owned(), "header: status 403", "refuses this reader"),
        (
            "403 Forbidden",
            "",
            format!("{}{}", page("notis-cloudflare"), " ".repeat(3_000_000)),
            maker,
            "keeps programs out",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let case = format!("{status} {header} {words}");
        origin.answers("/nyheter/", status, header, &body);
        flode.at(&format!("2026-03-02T10:{:02}:00Z", minute * 5));
        let ran = flode.run(&["once"]).code(1);
        assert!(ran.stderr().contains(words) && ran.stderr().contains(hint), "{case}: {}", ran.stderr());
        assert_eq!(ran.stderr().contains("retry after"), header.starts_with("retry"), "{case}: {}", ran.stderr());
        let status = flode.run(&["status"]).code(1).stderr();
        assert!(status.contains(words), "{case}: {status}");
        assert_eq!(flode.run(&["status", "--json"]).code(1).json()["sources"][0]["state"], "failed", "{case}");
        let tried = flode.run(&["try", "nyheter"]).code(1).stderr();
        assert!(tried.contains(words) && tried.contains(hint), "{case}: {tried}");
        let mut after = flode.published();
        after.retain(|name, _| !name.starts_with("_flode"));
        let feeds: Vec<_> = before.iter().filter(|(name, _)| !name.starts_with("_flode")).collect();
        assert!(after.iter().collect::<Vec<_>>() == feeds, "{case}");
    }
    // A firewall may stand before robots.txt as well, without which nothing is read.
    origin.answers("/robots.txt", "429 Too Many Requests", "x-vercel-mitigated: challenge", "Nej");
    let said = flode.at("2026-03-02T11:30:00Z").run(&["once"]).code(1).stderr();
    let words =
        "robots.txt: cannot be had, so nothing may be read: status 429, sent with a challenge page (header of Vercel)";
    assert!(said.contains(words) && said.contains("keeps programs out"), "{said}");
    let told = fs::read_to_string(flode.path("feeds/_flode.atom")).unwrap();
    assert!(told.contains("a challenge page ("), "{told}");
}
