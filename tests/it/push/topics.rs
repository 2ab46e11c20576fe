//! What can be subscribed to: feeds in every format, under their own names and under those that they had.

use super::{OWN, Subscriber, add_an_item, end, form_for, house, post, run, subscribe, subscribe_to};
use crate::support::list;
use crate::wire::ask;

#[test]
fn a_json_feed_is_a_topic() {
    let (origin, mut flode) = house(&format!("{OWN}[publish]\nformats = [\"rss\", \"atom\", \"json\"]\n"));
    let subscriber = Subscriber::start();
    let (mut daemon, address) = run(&flode, super::FIRST);
    let answer = ask(&address, "GET /kultur.json", "");
    let document: serde_json::Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(document["hubs"], serde_json::json!([{"type": "WebSub", "url": "https://floden.example/hub"}]));
    assert_eq!(document["feed_url"], "https://floden.example/kultur.json");
    subscribe_to("kultur.json", &mut daemon, &address, &subscriber.url("/cb"), "");
    end(daemon);
    add_an_item(&origin);
    flode.at(super::LATER).once();
    let sent = subscriber.got("POST /cb");
    assert_eq!(sent.len(), 1, "the other formats are other topics");
    assert!(sent[0].body == std::fs::read(flode.path("feeds/kultur.json")).unwrap());
    let head = sent[0].head.to_lowercase();
    assert!(head.contains("content-type: application/feed+json"), "{head}");
    assert!(head.contains("<https://floden.example/kultur.json>; rel=\"self\"\r\n"), "{head}");
}

#[test]
fn every_answer_about_a_feed_names_its_hub() {
    let (_origin, flode) = house(OWN);
    let (daemon, address) = run(&flode, super::FIRST);
    let link = "link: <https://floden.example/hub>; rel=\"hub\", <https://floden.example/kultur.rss>; rel=\"self\"\r\n";
    let first = ask(&address, "GET /kultur.rss", "");
    let etag = first.split("etag: ").nth(1).unwrap().lines().next().unwrap();
    for (request, headers, status) in [
        ("HEAD /kultur.rss", String::new(), 200),
        ("GET /kultur.rss", "Accept-Encoding: gzip\r\n".to_owned(), 200),
        ("GET /kultur.rss", format!("If-None-Match: {etag}\r\n"), 304),
        ("GET /kultur.rss", "Range: bytes=0-9\r\n".to_owned(), 206),
    ] {
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        std::io::Write::write_all(
            &mut stream,
            format!("{request} HTTP/1.1\r\nHost: x\r\n{headers}Connection: close\r\n\r\n").as_bytes(),
        )
        .unwrap();
        let mut answer = Vec::new();
        std::io::Read::read_to_end(&mut stream, &mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(link), "{answer}");
    }
    end(daemon);
}

#[test]
fn what_has_no_news_of_its_own_is_no_topic() {
    let (origin, flode) = house(&format!("{OWN}[publish]\nitems = 2\ndays = 0\narchive_items = 3\n"));
    let many: Vec<String> = (1..=9).map(|n| format!("Ny bok {n} | Kultur | /n/{n}")).collect();
    origin.html("/nyheter/", &list(&many.iter().map(String::as_str).collect::<Vec<_>>()));
    let subscriber = Subscriber::start();
    let (daemon, address) = run(&flode, super::FIRST);
    assert!(flode.path("feeds/kultur.1.atom").exists());
    for name in
        ["kultur.1.atom", "kultur.html", "index.html", "feeds.opml", "_flode.atom", "all+kultur.atom", "pages.css", ""]
    {
        let answer = ask(&address, &format!("GET /{name}"), "");
        assert!(answer.starts_with("HTTP/1.1 200 ") && !answer.contains("\r\nlink: "), "{name}: {answer}");
        let answer = post(&address, &form_for(name, "subscribe", &subscriber.url("/cb"), ""));
        assert!(
            answer.starts_with("HTTP/1.1 400 ") && answer.ends_with("hub.topic is none of the feeds here\n"),
            "{answer}"
        );
    }
    let document = ask(&address, "GET /kultur.1.atom", "");
    assert!(document.contains("rel=\"current\"") && !document.contains("rel=\"hub\""), "{document}");
    end(daemon);
    assert!(subscriber.got("").is_empty());
}

#[test]
fn what_has_not_changed_is_told_to_nobody() {
    let (origin, mut flode) = house(OWN);
    let subscriber = Subscriber::start();
    let (mut daemon, address) = run(&flode, super::FIRST);
    subscribe(&mut daemon, &address, &subscriber.url("/cb"), "");
    end(daemon);
    // Another category's news, a page written in another way, all files written anew, a start.
    let same = ["Ny bok | Kultur | /n/1", "Ny buss | Trafik | /n/2"];
    origin.html("/nyheter/", &list(&["Ny bro | Trafik | /n/3", same[0], same[1]]));
    flode.at("2026-03-02T10:00:00Z").once();
    origin.html("/nyheter/", &format!("{}<!-- ny -->", list(&same)));
    flode.at("2026-03-02T10:30:00Z").once();
    std::fs::remove_file(flode.path("feeds/kultur.atom")).unwrap();
    flode.run(&["publish"]).code(0);
    let (daemon, _) = run(&flode, "2026-03-02T11:00:00Z");
    end(daemon);
    assert!(subscriber.got("POST").is_empty());
}

#[test]
fn who_subscribed_to_a_feed_that_has_a_new_name_is_told_of_it() {
    let (origin, mut flode) = house(OWN);
    let (stays, leaves) = (Subscriber::start(), Subscriber::start());
    let (mut daemon, address) = run(&flode, super::FIRST);
    subscribe(&mut daemon, &address, &stays.url("/cb"), "&hub.secret=hemlig");
    subscribe(&mut daemon, &address, &leaves.url("/cb"), "");
    end(daemon);
    let config = std::fs::read_to_string(flode.path("config.toml")).unwrap();
    flode.write("config.toml", &format!("{config}[categories]\naliases = {{ \"Kultur\" = \"Konst\" }}\n"));
    origin.html("/nyheter/", &list(&["Ny film | Konst | /n/3", "Ny bok | Kultur | /n/1", "Ny buss | Trafik | /n/2"]));
    flode.at(super::LATER).once();
    let last = stays.got("POST /cb").pop().expect("it was told");
    assert!(last.body == std::fs::read(flode.path("feeds/konst.atom")).unwrap());
    assert!(last.head.contains("<https://floden.example/konst.atom>; rel=\"self\""), "{}", last.head);
    assert!(last.head.to_lowercase().contains("x-hub-signature: sha256="), "{}", last.head);

    let told = stays.got("POST /cb").len();
    let (mut daemon, address) = run(&flode, "2026-03-02T10:40:00Z");
    assert!(ask(&address, "GET /kultur.atom", "").contains("location: konst.atom\r\n"));
    subscribe(&mut daemon, &address, &stays.url("/cb"), ""); // renewed by one that did not look
    assert!(post(&address, &form_for("kultur.atom", "unsubscribe", &leaves.url("/cb"), "")).contains(" 202 "));
    daemon.wait_for_log("has unsubscribed");
    end(daemon);
    origin.html("/nyheter/", &list(&["Ny pjäs | Konst | /n/4", "Ny film | Konst | /n/3", "Ny bok | Konst | /n/1"]));
    flode.at("2026-03-02T11:30:00Z").once();
    assert_eq!(stays.got("POST /cb").len(), told + 1);
    assert_eq!(leaves.got("POST /cb").len(), told);
}
