//! Hands the bundled site out over HTTP.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, ETAG, LAST_MODIFIED};
use hyper::{Request, Response, StatusCode, http, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::site::{HTML, Site, in_shell};
use crate::serve::{http_date, is_unchanged};

/// Hands the site out until it is dropped. `clock` says what time it is.
pub(super) async fn serve_site(
    listener: TcpListener,
    site: Site,
    clock: impl Fn() -> Timestamp + Clone + Send + Sync + 'static,
) {
    let site = Arc::new(site);
    let mut connections = JoinSet::new(); // which end with this function
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await; // out of files: it would come back at once
            continue;
        };
        while connections.try_join_next().is_some() {}
        let (site, clock) = (Arc::clone(&site), clock.clone());
        connections.spawn(async move {
            let service = service_fn(|request| std::future::ready(answer(&request, &site, clock())));
            let mut http = http1::Builder::new();
            let _ = http.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

type Answer = Result<Response<Full<Bytes>>, http::Error>;

fn answer<B>(request: &Request<B>, site: &Site, now: Timestamp) -> Answer {
    let target = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let Some(page) = site.page(target, now) else {
        let main = "    <h1>Sidan finns inte</h1>\n";
        let not_found = Response::builder().status(StatusCode::NOT_FOUND).header(CONTENT_TYPE, HTML);
        return not_found.body(Full::from(in_shell("Sidan finns inte", main)));
    };
    let found = Response::builder()
        .header(CONTENT_TYPE, page.media_type)
        .header(LAST_MODIFIED, http_date(page.changed).unwrap_or_default())
        .header(ETAG, &page.etag);
    if is_unchanged(request.headers(), &page.etag, page.changed) {
        return found.status(StatusCode::NOT_MODIFIED).body(Full::default());
    }
    found.body(Full::from(page.body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::IF_NONE_MATCH;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[test]
    fn what_the_reader_has_is_not_sent_again() {
        let now = Timestamp::from_second(1_800_000_000).expect("a time");
        let site = Site::new(now).expect("news.toml is in order");
        let ask = |path: &str, tag: &str| {
            let request = Request::get(path).header(IF_NONE_MATCH, tag).body(()).expect("a request");
            answer(&request, &site, now).expect("an answer")
        };
        let fresh = ask("/nyheter/", "\"x\"");
        assert_eq!(fresh.status(), 200);
        assert_eq!(fresh.headers()[CONTENT_TYPE], HTML);
        assert!(fresh.headers().contains_key(LAST_MODIFIED));
        assert_eq!(ask("/nyheter/", fresh.headers()[ETAG].to_str().expect("text")).status(), 304);
        assert_eq!(ask("/saknas/", "*").status(), 404);
    }

    #[tokio::test]
    async fn the_site_answers_on_a_port_of_its_own() {
        let now = Timestamp::from_second(1_800_000_000).expect("a time");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let site = Site::new(now).expect("news.toml is in order");
        let mut reader = tokio::net::TcpStream::connect(address).await.expect("listening");
        let ask = async {
            reader.write_all(b"GET /nyheter/?skip=40 HTTP/1.0\r\n\r\n").await.expect("sent");
            let mut answer = String::new();
            reader.read_to_string(&mut answer).await.map(|_| answer)
        };
        tokio::select! {
            () = serve_site(listener, site, move || now) => unreachable!("it serves until it is dropped"),
            answer = ask => {
                let answer = answer.expect("text");
                assert!(answer.starts_with("HTTP/1.0 200 OK\r\n") && answer.ends_with("</html>\n"), "{answer}");
            }
        }
    }
}
