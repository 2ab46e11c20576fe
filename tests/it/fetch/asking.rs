//! What is sent and what is remembered: validators, credentials, names of failures.

use std::time::Duration;

use flode::fetch::{Ask, Fetched, Fetcher, Options, Phase, Reason, SourceOptions};
use flode::model::Validators;
use url::Url;

use super::{fetch, fetch_with, hasty, patient, source, told};
use crate::origin::{Origin, answer_with, ok, raw, redirect};

#[tokio::test]
async fn validators_go_back_exactly_as_they_came() {
    let etags: [&[u8]; 8] =
        [b"\"abc\"", b"W/\"abc\"", b"abc", b"\"a, b\"", b"\"\"", b"\"\xE5\xFF\"", b"'x' ; y=\"z", b"w/\"low\""];
    for etag in etags {
        let tag: String = etag.iter().copied().map(char::from).collect();
        let head = [b"HTTP/1.1 200 OK\r\nlast-modified: yesterday, I think\r\netag: ", etag, b"\r\n\r\nhej"].concat();
        let origin = Origin::start(move |request| match request.header("if-none-match") {
            Some(_) => raw("HTTP/1.1 304 Not Modified\r\ncontent-length: 3\r\ncache-control: max-age=60\r\n\r\n"),
            None => raw(&head),
        })
        .await;
        let url = origin.url("/");
        let Ok(Fetched::Fresh { validators, .. }) = fetch(&url).await else { panic!("{tag}: no page") };
        let again = fetch_with(&patient(), &url, &validators).await.unwrap();
        let Fetched::NotModified { validators: kept, fresh_for, .. } = again else { panic!("{tag}: {again:?}") };
        assert_eq!(kept, validators);
        assert_eq!(fresh_for, Some(Duration::from_mins(1)));
        let request = origin.seen().pop().unwrap();
        assert_eq!(request.header("if-none-match"), Some(tag.as_str()));
        assert_eq!(request.header("if-modified-since"), Some("yesterday, I think"));
    }
}

#[tokio::test]
async fn validators_survive_redirects_and_are_renewed() {
    let origin = Origin::start(|request| match request.path.as_str() {
        "/" => redirect(308, "/page"),
        _ => raw("HTTP/1.1 304 Not Modified\r\netag: \"new\"\r\n\r\n"),
    })
    .await;
    let asked = Validators { etag: Some("\"old\"".to_owned()), last_modified: Some("then".to_owned()) };
    let fetched = fetch_with(&patient(), &origin.url("/"), &asked).await.unwrap();
    let Fetched::NotModified { validators, moved, .. } = fetched else { panic!("{fetched:?}") };
    assert_eq!(validators, Validators { etag: Some("\"new\"".to_owned()), last_modified: Some("then".to_owned()) });
    assert_eq!(moved, Some(origin.url("/page")));
    assert!(origin.seen().iter().all(|request| request.header("if-none-match") == Some("\"old\"")));
}

#[tokio::test]
async fn validators_that_no_header_can_carry_are_left_out() {
    let origin = Origin::start(|_| raw("HTTP/1.1 304 Not Modified\r\n\r\n")).await;
    for text in ["", "a\r\nx: y", "€"] {
        let asked = Validators { etag: Some(text.to_owned()), last_modified: None };
        let err = fetch_with(&patient(), &origin.url("/"), &asked).await.unwrap_err();
        assert_eq!(err.reason, Reason::NotModifiedUnasked, "{text:?}");
    }
    assert!(origin.seen().iter().all(|request| !request.head.contains("if-none-match")));
}

#[tokio::test]
async fn a_page_comes_with_all_that_is_known_of_it() {
    let origin = Origin::start(|request| match request.path.as_str() {
        "/old" => redirect(301, "/old/"),
        "/old/" => redirect(308, "/new?key=1#part"),
        "/away" => redirect(302, "/new"),
        _ => answer_with("HTTP/1.1 200 OK\ncontent-type: Text/HTML ;x=y\nage: 10\ncache-control: max-age=70", "hej"),
    })
    .await;
    let Ok(Fetched::Fresh { page, validators, body_hash, moved, fresh_for, .. }) = fetch(&origin.url("/old#x")).await
    else {
        panic!("no page")
    };
    // What lets somebody in is not taken to readers by the links of the page.
    assert_eq!(page.url, origin.url("/new"));
    assert_eq!(page.media_type.as_deref(), Some("text/html"));
    assert_eq!(validators, Validators::default());
    assert_eq!(body_hash[..4], [0x9c, 0x47, 0x8b, 0xf6]);
    assert_eq!(moved, Some(origin.url("/new?key=1")));
    assert_eq!(fresh_for, Some(Duration::from_mins(1)));
    let Ok(Fetched::Fresh { moved, .. }) = fetch(&origin.url("/away")).await else { panic!("no page") };
    assert_eq!(moved, None);
}

#[tokio::test]
async fn the_guest_introduces_itself_and_carries_nothing_away() {
    let origin = Origin::start(|request| match request.path.as_str() {
        "/" => answer_with("HTTP/1.1 302 Found\nlocation: /page\nset-cookie: a=b; path=/", ""),
        _ => ok("hej"),
    })
    .await;
    let options = Options { contact: Some("https://www.example.se/om".to_owned()), ..patient() };
    fetch_with(&options, &origin.url("/"), &Validators::default()).await.unwrap();
    for request in origin.seen() {
        let agent = request.header("user-agent").unwrap();
        assert!(agent.starts_with("flode/") && agent.ends_with(" (+https://www.example.se/om)"), "{agent}");
        assert!(request.header("accept").unwrap().starts_with("text/html"));
        assert_eq!(request.header("accept-encoding"), Some("gzip, br, zstd"));
        assert_eq!(request.header("host"), Some(origin.address.to_string().as_str()));
        for absent in ["cookie", "referer", "if-none-match", "if-modified-since", "authorization", "range"] {
            assert_eq!(request.header(absent), None, "{absent}");
        }
    }
}

#[tokio::test]
async fn credentials_are_sent_home_only_and_never_shown() {
    let other = Origin::start(|_| answer_with("HTTP/1.1 404 Not Found", "")).await;
    let away = other.url("/?token=hemlig").to_string();
    let origin = Origin::start(move |request| match request.path.as_str() {
        "/" => redirect(302, "/page"),
        "/page" => ok("hej"),
        _ => redirect(302, &away),
    })
    .await;
    let with_password = |path: &str| {
        let mut url = origin.url(path);
        url.set_username("ann").unwrap();
        url.set_password(Some("hemlig")).unwrap();
        url
    };
    let Ok(Fetched::Fresh { page, .. }) = fetch(&with_password("/")).await else { panic!("no page") };
    assert_eq!(page.url, origin.url("/page"));
    let basic = Some("Basic YW5uOmhlbWxpZw==");
    assert!(origin.seen().iter().all(|request| request.header("authorization") == basic));

    let err = fetch(&with_password("/away")).await.unwrap_err();
    assert!(!format!("{err} {err:?}").contains("hemlig"), "{err:?}");
    assert!(err.address.ends_with("token=***"), "{}", err.address);
    assert_eq!(other.seen().pop().unwrap().header("authorization"), None);
}

#[tokio::test]
async fn a_link_on_a_page_does_not_open_the_inside() {
    let origin = Origin::start(|_| ok("hej")).await;
    let link = origin.url("/");
    let fetcher = Fetcher::new(&patient()).unwrap();
    let outside = source(&Url::parse("https://www.example.se/").unwrap());
    let err = fetcher
        .fetch(&Ask {
            source: &outside,
            url: &link,
            validators: &Validators::default(),
            options: &SourceOptions::default(),
        })
        .await
        .unwrap_err();
    assert!(matches!(err.reason, Reason::Private(_)), "{err}");
    assert!(err.hint().is_some() && !err.is_transient());
    assert!(origin.seen().is_empty());
    let inside = source(&origin.url("/list"));
    assert!(
        fetcher
            .fetch(&Ask {
                source: &inside,
                url: &link,
                validators: &Validators::default(),
                options: &SourceOptions::default()
            })
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_name_of_this_machine_may_be_a_source() {
    let origin = Origin::start(|_| ok("hej")).await;
    let url = Url::parse(&format!("http://localhost:{}/", origin.address.port())).unwrap();
    assert_eq!(told(&fetch(&url).await), "ok: hej");
}

#[tokio::test]
async fn failures_of_the_connection_are_named() {
    let origin = Origin::start(|_| Vec::new()).await;
    let nobody = origin.url("/");
    drop(origin);
    let err = fetch(&nobody).await.unwrap_err();
    assert_eq!(err.phase, Phase::Connect, "{err}");
    assert!(err.is_transient() && matches!(err.reason, Reason::Unreachable(_)), "{err}");
    assert!(err.to_string().starts_with(&format!("{nobody}: connect: ")), "{err}");

    // Not TLS at the other end: what it takes for the request is the client's greeting.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let err = fetch(&url).await.unwrap_err();
    assert_eq!(err.phase, Phase::Tls, "{err}");
    assert!(err.hint().is_some() && !err.is_transient(), "{err}");

    // A greeting that nobody answers.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap();
    let err = fetch_with(&hasty(), &url, &Validators::default()).await.unwrap_err();
    assert_eq!((err.phase, &err.reason), (Phase::Connect, &Reason::TimedOut(hasty().connect_timeout)), "{err}");
    assert!(err.is_transient());
}

#[tokio::test]
async fn only_http_is_asked_for() {
    for text in ["file:///etc/passwd", "ftp://example.se/", "data:text/html,hej"] {
        let err = fetch(&Url::parse(text).unwrap()).await.unwrap_err();
        assert!(matches!(err.reason, Reason::Scheme(_)), "{err}");
    }
}

#[tokio::test]
async fn a_server_in_trouble_says_when_to_come_back() {
    let origin = Origin::start(|_| answer_with("HTTP/1.1 503 Busy\nretry-after: 9999999", "")).await;
    let err = fetch(&origin.url("/")).await.unwrap_err();
    assert_eq!(err.retry_after(), Some(Duration::from_hours(24)));
    assert!(err.is_transient());
    let origin = Origin::start(|_| answer_with("HTTP/1.1 404 Not Found\nretry-after: x", "")).await;
    let err = fetch(&origin.url("/")).await.unwrap_err();
    assert_eq!(err.retry_after(), None);
    assert!(!err.is_transient() && err.hint().is_some());
}
