//! Keys, logins and proxies of a source: where they go, and where not.

use std::sync::{Arc, Mutex};

use flode::fetch::{Ask, FetchError, Fetched, Fetcher, Phase, Reason, SourceOptions};
use flode::model::Secret;
use flode::model::Validators;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::{patient, source, told};
use crate::origin::{Origin, answer_with, ok, redirect};
use crate::support;

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

fn through(proxy: &str) -> SourceOptions {
    SourceOptions::default().with_proxy(&secret(proxy)).unwrap()
}

async fn fetch(home: &Url, url: &Url, own: &SourceOptions) -> Result<Fetched, FetchError> {
    let (source, validators) = (source(home), Validators::default());
    let ask = Ask { source: &source, url, validators: &validators, options: own };
    Fetcher::new(&patient()).unwrap().fetch(&ask).await
}

#[tokio::test]
async fn keys_and_logins_go_to_the_sources_own_origin_alone() {
    let other = Origin::with_robots(|_| ok("other")).await;
    let away = other.url("/").to_string();
    let origin = Origin::with_robots(move |request| match request.path.as_str() {
        "/robots.txt" => answer_with("HTTP/1.1 404 Not Found", ""),
        "/away" => redirect(307, &away),
        "/near" => redirect(308, "/page"),
        _ => ok("page"),
    })
    .await;
    let keyed = || SourceOptions::default().with_header("X-Key", &secret("hemlig")).unwrap();
    let basic = keyed().with_basic(&secret("ann"), &secret("hemlig")).unwrap();
    let bearer = keyed().with_bearer(&secret("hemlig")).unwrap();
    for (own, login) in [(&basic, "Basic YW5uOmhlbWxpZw=="), (&bearer, "Bearer hemlig")] {
        for (path, wanted) in [("/near", "ok: page"), ("/away", "ok: other")] {
            // The login of the options counts before the one in the address.
            let mut url = origin.url(path);
            url.set_username("eve").unwrap();
            assert_eq!(told(&fetch(&url, &url, own).await), wanted);
        }
        for request in origin.seen() {
            assert_eq!(request.header("x-key"), Some("hemlig"), "{}", request.path);
        }
        let logins: Vec<_> =
            origin.seen().iter().filter_map(|request| request.header("authorization").map(str::to_owned)).collect();
        assert_eq!(logins.last().map(String::as_str), Some(login));
        assert_eq!(logins.len(), origin.seen().len());
    }
    // A page elsewhere that the source links to.
    assert_eq!(told(&fetch(&origin.url("/"), &other.url("/"), &basic).await), "ok: other");
    assert!(other.seen().len() >= 6);
    for request in other.seen() {
        assert!(!request.head.contains("hemlig") && !request.head.contains("authorization"), "{}", request.head);
    }
}

#[tokio::test]
async fn a_header_of_the_source_replaces_the_usual_one() {
    let origin = Origin::start(|_| ok("page")).await;
    let own = SourceOptions::default().with_header("accept", &secret("text/plain")).unwrap();
    let own = own.with_header("accept-language", &secret("sv")).unwrap();
    let url = origin.url("/");
    assert_eq!(told(&fetch(&url, &url, &own).await), "ok: page");
    let request = origin.seen().pop().unwrap();
    assert_eq!(request.head.matches("accept: ").count(), 1);
    assert_eq!((request.header("accept"), request.header("accept-language")), (Some("text/plain"), Some("sv")));
}

#[tokio::test]
async fn an_http_proxy_is_told_what_is_wanted() {
    let proxy = Origin::with_robots(|request| match request.path.as_str() {
        "http://news.example.se/robots.txt" => answer_with("HTTP/1.1 404 Not Found", ""),
        "http://news.example.se/" => redirect(302, "http://127.0.0.1/inside"),
        "http://news.example.se/login" => answer_with("HTTP/1.1 407 Login", ""),
        path if path.starts_with("http://news.example.se/") => ok("page"),
        _ => answer_with("HTTP/1.1 403 Forbidden", ""),
    })
    .await;
    let own = through(&format!("http://ann:hemlig@{}", proxy.address));
    let url = |path: &str| Url::parse("http://news.example.se/").unwrap().join(path).unwrap();
    assert_eq!(told(&fetch(&url("/a"), &url("/a"), &own).await), "ok: page");
    let requests = proxy.seen();
    assert_eq!(requests.len(), 2);
    for request in &requests {
        assert_eq!(request.header("proxy-authorization"), Some("Basic YW5uOmhlbWxpZw=="));
        assert_eq!((request.header("host"), request.header("authorization")), (Some("news.example.se"), None));
    }
    // The guard stands before the proxy, too.
    for (home, link) in [("/", "/"), ("/a", "http://10.0.0.1/"), ("/a", "http://localhost/")] {
        let err = fetch(&url(home), &url(link), &own).await.unwrap_err();
        assert!(matches!(err.reason, Reason::Private(_)), "{link}: {err}");
    }
    let err = fetch(&url("/login"), &url("/login"), &own).await.unwrap_err();
    assert!(err.hint().unwrap().contains("proxy") && !format!("{err:?} {own:?}").contains("hemlig"), "{err:?}");
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named_without_its_login() {
    for status in ["403 Forbidden", "407 Login", "502 Bad Gateway"] {
        let proxy = Origin::with_robots(move |_| answer_with(&format!("HTTP/1.1 {status}"), "")).await;
        let own = through(&format!("http://ann:hemlig@{}/", proxy.address));
        let url = Url::parse("https://news.example.se/").unwrap();
        let err = fetch(&url, &url, &own).await.unwrap_err();
        assert_eq!(err.phase, Phase::Connect, "{err}");
        assert!(!format!("{err} {err:?}").contains("hemlig"), "{err:?}");
        let request = proxy.seen().pop().unwrap();
        assert!(request.head.starts_with("CONNECT news.example.se:443 "), "{}", request.head);
        assert_eq!(request.header("proxy-authorization"), Some("Basic YW5uOmhlbWxpZw=="));
    }
    let nobody = Origin::start(|_| Vec::new()).await.address;
    let url = Url::parse("http://news.example.se/").unwrap();
    for scheme in ["http", "socks5h"] {
        let err = fetch(&url, &url, &through(&format!("{scheme}://ann:hemlig@{nobody}"))).await.unwrap_err();
        assert_eq!(err.phase, Phase::Connect, "{err}");
        assert!(err.is_transient() && !format!("{err} {err:?}").contains("hemlig"), "{err:?}");
    }
}

/// A SOCKS server (RFC 1928) behind which every host has a page; it notes whom it was asked to connect to, and the
/// login (RFC 1929).
async fn socks() -> (std::net::SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                let _ = serve_socks(stream, &log).await;
            });
        }
    });
    (address, seen)
}

async fn serve_socks(mut stream: TcpStream, log: &Mutex<Vec<String>>) -> std::io::Result<()> {
    async fn counted(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::from(stream.read_u8().await?)];
        stream.read_exact(&mut bytes).await?;
        Ok(bytes)
    }
    let _version = stream.read_u8().await?;
    let login = counted(&mut stream).await?.contains(&2);
    stream.write_all(&[5, if login { 2 } else { 0 }]).await?;
    let mut note = String::new();
    if login {
        let _version = stream.read_u8().await?;
        let (user, password) = (counted(&mut stream).await?, counted(&mut stream).await?);
        note = format!("{}:{}@", String::from_utf8_lossy(&user), String::from_utf8_lossy(&password));
        stream.write_all(&[1, 0]).await?;
    }
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    note += &match head[3] {
        1 => std::net::Ipv4Addr::from(stream.read_u32().await?).to_string(),
        3 => String::from_utf8_lossy(&counted(&mut stream).await?).into_owned(),
        _ => std::net::Ipv6Addr::from(stream.read_u128().await?).to_string(),
    };
    let port = stream.read_u16().await?;
    log.lock().unwrap().push(format!("{note}:{port}"));
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await?);
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\npage").await
}

#[tokio::test]
async fn a_socks_proxy_is_told_names_or_addresses() {
    let (address, seen) = socks().await;
    let news = Url::parse("http://news.example.se/").unwrap();
    let own = through(&format!("socks5h://ann:hemlig@{address}"));
    assert_eq!(told(&fetch(&news, &news, &own).await), "ok: page");
    assert_eq!(std::mem::take(&mut *seen.lock().unwrap()), ["ann:hemlig@news.example.se:80"; 2]);

    // Resolved here, where the guard sees the address. The source's own host may be private.
    let own = through(&format!("socks5://{address}")).with_robots(false);
    let home = Url::parse("http://localhost:81/").unwrap();
    assert_eq!(told(&fetch(&home, &home, &own).await), "ok: page");
    let told_of = std::mem::take(&mut *seen.lock().unwrap());
    assert!(matches!(told_of.as_slice(), [one] if ["127.0.0.1:81", "::1:81"].contains(&one.as_str())), "{told_of:?}");
    assert!(fetch(&news, &home, &own).await.is_err());
    assert!(seen.lock().unwrap().is_empty());
}

#[test]
fn what_the_configuration_says_of_a_source_is_sent() {
    let site = support::Origin::start();
    site.html("/nyheter", &support::list(&["Ny bro | Trafik"]));
    let more = "headers = { X-Key = \"nyckel\" }\ntoken = \"hemlig\"\n";
    let flode = support::Flode::reading(&site.url("/nyheter"), &format!("{more}{}", support::RECIPE));
    flode.once();
    for path in ["/robots.txt", "/nyheter"] {
        let heads = site.asked(path);
        assert_eq!(heads.len(), 1, "{path}");
        assert!(heads[0].contains("x-key: nyckel\r\n") && heads[0].contains("authorization: Bearer hemlig\r\n"));
    }
}

#[test]
fn a_refusal_by_robots_txt_is_told_with_what_to_do() {
    let site = support::Origin::start();
    site.html("/nyheter", &support::list(&["Ny bro | Trafik"]));
    site.text("/robots.txt", "User-agent: *\nDisallow: /ny");
    let flode = support::Flode::reading(&site.url("/nyheter"), support::RECIPE);
    let ran = flode.run(&["once"]).code(1);
    let told = ran.stdout() + &ran.stderr();
    assert!(told.contains("`Disallow: /ny`") && told.contains("robots = false"), "{told}");
    assert!(site.asked("/nyheter").is_empty());
    let flode = support::Flode::reading(&site.url("/nyheter"), &format!("robots = false\n{}", support::RECIPE));
    flode.once();
    assert_eq!(site.asked("/robots.txt").len(), 1);
}
