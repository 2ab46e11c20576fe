//! Feeds that a subscriber combines: of the server alone, then of the whole program.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use flode::serve::Options;

use super::{Running, body, file, header, status};
use crate::support::{Flode, Origin, RECIPE, list};
use crate::wire::get;

/// A server whose combinations say what they are made of, and how often they were made.
async fn serving() -> (Running, Arc<AtomicUsize>) {
    let server = Running::start(Options::default()).await;
    server.shelf.put(vec![
        file("bibliotek.rss", "<rss b/>"),
        file("kultur.atom", "<feed/>"),
        file("stod.rss", "<rss s/>"),
    ]);
    let made = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&made);
    server.shelf.combine_with(Arc::new(move |slugs, extension| {
        count.fetch_add(1, Ordering::Relaxed);
        Some(file(&format!("{}.{extension}", slugs.join("+")), &format!("<rss {}/>", slugs.join(" and "))))
    }));
    (server, made)
}

#[tokio::test]
async fn a_combination_has_one_address() {
    let (server, _) = serving().await;
    server.shelf.redirect("bok.rss", "bibliotek.rss");
    for (path, want, to) in [
        ("/bibliotek+kultur.rss", "200", None),
        ("/bibliotek%2Bkultur.rss", "200", None),
        ("/kultur+bibliotek.rss", "301", Some("bibliotek+kultur.rss")),
        ("/kultur+kultur.rss", "301", Some("kultur.rss")),
        ("/bok+kultur.rss", "301", Some("bibliotek+kultur.rss")),
        ("/bibliotek+bok.rss", "301", Some("bibliotek.rss")),
        ("/bibliotek+kultur.atom", "404", None),
        ("/bibliotek+.rss", "404", None),
        ("/+.rss", "404", None),
        ("/bibliotek+kultur.exe", "404", None),
        ("/bibliotek+../kultur.rss", "404", None),
    ] {
        let answer = server.get(path, "").await;
        assert_eq!((status(&answer), header(&answer, "location")), (want, to), "{path}: {answer}");
    }
    let unknown = server.get("/bibliotek+spa.rss", "").await;
    assert_eq!(body(&unknown), "there is no feed spa.rss; / lists those there are\n");
    server.shelf.put((0..9).map(|n| file(&format!("f{n}.rss"), "<rss/>")).collect());
    let many = |most: usize| (0..most).map(|n| format!("f{n}")).collect::<Vec<_>>().join("+");
    assert_eq!(status(&server.get(&format!("/{}.rss", many(8)), "").await), "200");
    assert_eq!(status(&server.get(&format!("/{}.rss", many(9)), "").await), "404");
}

#[tokio::test]
async fn a_combination_is_made_anew_when_a_part_changes_and_not_before() {
    let (server, made) = serving().await;
    let first = server.get("/bibliotek+kultur.rss", "").await;
    assert_eq!(body(&first), "<rss bibliotek and kultur/>");
    assert_eq!(header(&first, "cache-control"), Some("public, max-age=900"));
    let etag = header(&first, "etag").unwrap();
    let again = server.get("/bibliotek+kultur.rss", &format!("If-None-Match: {etag}\r\n")).await;
    assert_eq!((status(&again), made.load(Ordering::Relaxed)), ("304", 1));
    server.shelf.put(vec![file("stod.rss", "<rss new/>")]);
    server.get("/bibliotek+kultur.rss", "").await;
    assert_eq!(made.load(Ordering::Relaxed), 1, "no part of it");
    server.shelf.put(vec![file("kultur.rss", "<rss new/>")]);
    server.get("/bibliotek+kultur.rss", "").await;
    assert_eq!(made.load(Ordering::Relaxed), 2);
    server.shelf.remove(["kultur.rss"]);
    assert_eq!(status(&server.get("/bibliotek+kultur.rss", "").await), "404");
}

#[test]
fn the_program_combines_what_it_publishes() {
    let origin = Origin::start();
    origin.html(
        "/nyheter/",
        &list(&[
            "Ny bro | Trafik | /n/1",
            "Ny bok | Kultur, Bibliotek | /n/2",
            "Ny scen | Kultur | /n/3",
            "Nytt kort | Bibliotek | /n/4",
        ]),
    );
    let flode = Flode::reading(
        &origin.url("/nyheter/"),
        &format!("schedule = \"0 0 1 1 *\"\n{RECIPE}\n[serve]\nlisten = \"127.0.0.1:0\"\n"),
    );
    let mut daemon = flode.start(&["run"]);
    let line = daemon.wait_for_log("feeds at http://");
    let address = line.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
    daemon.wait_for_log("published 4 feeds");
    for extension in ["atom", "rss"] {
        let answer = get(&address, &format!("/bibliotek+kultur.{extension}"));
        assert_eq!(status(&answer), "200", "{answer}");
        let feed = feed_rs::parser::parse(body(&answer).as_bytes()).unwrap();
        assert_eq!(feed.title.unwrap().content, "Bibliotek + Kultur – Region Mälarö: nyheter");
        let mut titles: Vec<String> = feed.entries.iter().map(|entry| entry.title.clone().unwrap().content).collect();
        titles.sort();
        assert_eq!(titles, ["Ny bok", "Ny scen", "Nytt kort"], "each item once, the others not");
        let own = format!("https://floden.example/bibliotek+kultur.{extension}");
        assert!(body(&answer).contains(&own), "{answer}");
    }
    let id = |path: &str| feed_rs::parser::parse(body(&get(&address, path)).as_bytes()).unwrap().id;
    assert_ne!(id("/bibliotek+kultur.atom"), id("/bibliotek+trafik.atom"));
    let other = get(&address, "/kultur+bibliotek.atom");
    assert_eq!((status(&other), header(&other, "location")), ("301", Some("bibliotek+kultur.atom")));
}
