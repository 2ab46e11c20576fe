//! The pages for people: what changes with what, what the operator adds, and how they stand in a browser.

use std::process::Command;

use crate::support::{Flode, Origin, RECIPE, list};

fn house(more: &str) -> (Origin, Flode) {
    let origin = Origin::start();
    origin.html(
        "/nyheter/",
        &list(&[
            "Konst på sjukhusen | Kultur, Vård | /n/1 | 1 mars 2026 | Elva verk visas.",
            "Ny bro över sundet | Trafik | /n/2 | 28 februari 2026 | Bron öppnar.",
        ]),
    );
    let flode = Flode::reading(&origin.url("/nyheter/"), &format!("{RECIPE}{more}"));
    (origin, flode)
}

fn text(flode: &Flode, name: &str) -> String {
    std::fs::read_to_string(flode.path("feeds").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn a_page_changes_with_its_own_feed_alone() {
    let (origin, mut flode) = house("");
    flode.once();
    let page = text(&flode, "kultur.html");
    assert!(page.contains("Konst på sjukhusen") && page.contains("href=\"vard.html\""), "{page}");
    let before = flode.published();
    origin.html(
        "/nyheter/",
        &list(&[
            "Färjan är tillbaka | Trafik | /n/3 | 2 mars 2026 | Efter service.",
            "Konst på sjukhusen | Kultur, Vård | /n/1 | 1 mars 2026 | Elva verk visas.",
            "Ny bro över sundet | Trafik | /n/2 | 28 februari 2026 | Bron öppnar.",
        ]),
    );
    flode.at("2026-03-02T11:00:00Z").once();
    let after = flode.published();
    let changed = |end: &str| -> Vec<&String> {
        after.keys().filter(|name| name.ends_with(end) && before[*name] != after[*name]).collect()
    };
    assert_eq!(changed(".html"), ["all.html", "index.html", "trafik.html"]);
    assert!(changed(".css").is_empty() && changed(".js").is_empty());
}

#[test]
fn a_page_that_is_gone_comes_back() {
    let (_origin, flode) = house("");
    flode.once();
    for name in ["kultur.html", "pages.css", "feed.css"] {
        std::fs::remove_file(flode.path("feeds").join(name)).unwrap();
        assert_eq!(flode.once()["published"]["files_written"], 1, "{name}");
        assert!(flode.files().contains(&name.to_owned()));
    }
}

#[test]
fn without_html_there_is_an_index_and_no_page() {
    let (_origin, flode) = house("[publish]\nformats = [\"atom\"]\n");
    flode.once();
    let pages: Vec<String> = flode.files().into_iter().filter(|name| name.contains(".html")).collect();
    assert_eq!(pages, ["index.html"]);
    assert!(text(&flode, "index.html").contains("href=\"kultur.atom\""));
}

#[test]
fn the_operators_own_files_are_read_at_the_start() {
    let (_origin, mut flode) = house("[pages]\ncss = \"own.css\"\nheader = \"header.html\"\n");
    flode.write("own.css", ".own { color: navy }\n");
    flode.write("header.html", "<header class=\"own\">Region Mälarö</header>");
    flode.once();
    assert!(text(&flode, "pages.css").ends_with(".own { color: navy }\n"));
    for name in ["index.html", "kultur.html"] {
        assert!(text(&flode, name).contains("<header class=\"own\">Region Mälarö</header>"), "{name}");
    }
    flode.write("header.html", "<header class=\"own\">Region Nya Mälarö</header>");
    flode.at("2026-03-02T11:00:00Z").once();
    assert!(text(&flode, "kultur.html").contains("Region Nya Mälarö"), "another header is on every page");

    for (name, content, want) in [
        ("header.html", "<div>Region Mälarö".to_owned(), "header.html: leaves an element or a comment open"),
        ("header.html", "x".repeat(17 << 10), "header.html: is longer than 16 KiB"),
        ("own.css", "x".repeat(65 << 10), "own.css: is longer than 64 KiB"),
    ] {
        let before = std::fs::read(flode.path(name)).unwrap();
        flode.write(name, &content);
        let told = flode.run(&["check"]).code(2).stderr();
        assert!(told.contains(want), "{told}");
        std::fs::write(flode.path(name), before).unwrap();
    }
}

/// A site for the browser: usual news, and a feed of what nobody would write but somebody may send.
fn site(origin: &Origin, path: &str, language: &str) -> Flode {
    let long_word = "Kollektivtrafik".repeat(20);
    let many: Vec<String> = (1..=20).map(|n| format!("Ett ganska långt ämne nummer {n}")).collect();
    let hostile = [
        format!(
            "&lt;img src=x onerror=alert(1)&gt;&lt;/h3&gt;&lt;script&gt;alert(2)&lt;/script&gt; | Konstigt, {}",
            many.join(", ")
        ),
        format!("{long_word} | Konstigt | /n/lang | 1 mars 2026 | {long_word}{long_word}"),
        "\u{202E}bakvänt\u{202D} och \u{200F}עברית و عربية\u{200E} 👩\u{200D}⚕️🎄 | Konstigt | /n/rtl".to_owned(),
        "“”’‘\"'&amp;&lt;&gt; {{ 7*7 }} ${x} | Konstigt".to_owned(),
    ];
    let usual = (1..=40).map(|n| {
        let day = n % 28 + 1;
        let category = ["Kultur", "Folkhälsa", "Skärgård", "Ekonomi och budget"][n % 4];
        format!("Halka ger förseningar på linje {n} | {category}, Kultur | /n/{n} | {day} februari 2026 | Räkna med längre restid mellan Tallåsa och Hällebro under förmiddagen.")
    });
    let items: Vec<String> = hostile.into_iter().chain(usual).collect();
    origin.html(path, &list(&items.iter().map(String::as_str).collect::<Vec<_>>()));
    let flode = Flode::new(&format!(
        "[site]\ntitle = \"Region Mälarö: nyheter\"\nlink = \"https://www.malaro.example/nyheter/\"\n\
         language = \"{language}\"\ntime_zone = \"Europe/Stockholm\"\nbase_url = \"https://floden.malaro.example/\"\n\
         [[source]]\nid = \"nyheter\"\nlanguage = \"sv\"\nurl = \"{}\"\n{RECIPE}",
        origin.url(path)
    ));
    assert_eq!(flode.once()["runs"][0]["new"], 44);
    flode
}

#[test]
fn pages_are_accessible_fast_and_whole_in_a_browser() {
    let Some(modules) = std::env::var_os("FLODE_NODE_MODULES") else {
        assert!(
            std::env::var_os("CI").is_none(),
            "FLODE_NODE_MODULES names a directory with playwright-core and axe-core"
        );
        println!("skipped: FLODE_NODE_MODULES is not set");
        return;
    };
    let origin = Origin::start();
    let sites = [site(&origin, "/sv/", "sv"), site(&origin, "/en/", "en")];
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/pages.js");
    let directories = sites.iter().map(|flode| flode.path("feeds"));
    let ran = Command::new("node").arg(script).args(directories).env("NODE_PATH", modules).output().unwrap();
    let (told, log) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{told}{log}");
}
