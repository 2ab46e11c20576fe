//! What a service may do to a request: every fault is named, and tried again only where that may help.

use std::time::Duration;

use flode::model::FeedFile;
use flode::publish::{BucketOptions, Options, PageOptions, Place, PublishError, Sink, Written};

use crate::origin::{Origin, Request, Step, answer_with};

const LISTING: &str = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";

fn empty(head: &str) -> Vec<Step> {
    answer_with(&format!("HTTP/1.1 {head}\nconnection: close"), "")
}

fn error(head: &str, code: &str) -> Vec<Step> {
    let body = format!("<Error><Code>{code}</Code><Message>Words of {code}.</Message></Error>");
    answer_with(&format!("HTTP/1.1 {head}\nconnection: close"), body)
}

/// A service that is well but for what `fault` says of objects other than the probe.
async fn service(fault: impl Fn(&Request, &str) -> Option<Vec<Step>> + Send + Sync + 'static) -> Origin {
    Origin::start(move |request| {
        let method = request.head.split(' ').next().unwrap_or_default().to_owned();
        let probe = request.path.contains(".flode-probe");
        if let Some(steps) = (!probe).then(|| fault(request, &method)).flatten() {
            return steps;
        }
        match method.as_str() {
            "GET" => answer_with("HTTP/1.1 200 OK\nconnection: close", LISTING),
            "HEAD" => empty("404 Not Found"),
            _ => empty("200 OK"),
        }
    })
    .await
}

fn options(origin: &Origin) -> Options {
    let bucket = BucketOptions {
        endpoint: Some(origin.url("/")),
        path_style: true,
        timeout: Duration::from_secs(1),
        ..BucketOptions::new("feeds", "p/")
    };
    Options {
        to: Place::Bucket(Box::new(bucket)),
        formats: Vec::new(),
        items: 50,
        days: 7,
        max_items: 1000,
        archive: true,
        archive_items: 100,
        hub: None,
        base_url: origin.url("/"),
        pages: PageOptions::default(),
    }
}

fn login(name: &str) -> Option<String> {
    matches!(name, "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY").then(|| "HUSHHUSH".to_owned())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

async fn open(origin: &Origin) -> Result<Sink, PublishError> {
    let options = options(origin);
    blocking(move || Sink::open_with(&options, &login)).await
}

async fn write(sink: &Sink, names: &[&str]) -> Result<Vec<Written>, PublishError> {
    let file = |name: &&str| FeedFile {
        name: (*name).to_owned(),
        media_type: "application/rss+xml; charset=utf-8",
        bytes: b"<rss/>".to_vec(),
        changed: "2026-03-02T09:30:00Z".parse().unwrap(),
    };
    let (sink, files): (_, Vec<_>) = (sink.clone(), names.iter().map(file).collect());
    blocking(move || sink.write_all(&files)).await
}

/// The requests for objects other than the probe, by their methods.
fn asked(origin: &Origin, method: &str) -> usize {
    let of = |request: &&Request| request.head.starts_with(method) && request.path.starts_with("/feeds/p/kultur");
    origin.seen().iter().filter(of).count()
}

#[tokio::test]
async fn a_service_that_is_busy_for_a_moment_is_asked_again() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let origin = service(move |_, method| {
        let nth = (method == "PUT").then(|| count.fetch_add(1, std::sync::atomic::Ordering::SeqCst))?;
        match nth {
            0 => Some(error("429 Too Many Requests", "SlowDown")),
            1 => Some(vec![Step::Reset]),
            _ => None,
        }
    })
    .await;
    let sink = open(&origin).await.unwrap();
    assert!(!sink.has("kultur.rss"));
    assert_eq!(write(&sink, &["kultur.rss"]).await.unwrap(), [Written::Created]);
    assert!(sink.has("kultur.rss"));
    assert_eq!(asked(&origin, "PUT"), 3);
}

#[tokio::test]
async fn a_refusal_is_final() {
    for (head, code, said) in [
        ("403 Forbidden", "AccessDenied", "403, AccessDenied, Words of AccessDenied."),
        ("404 Not Found", "NoSuchBucket", "404, NoSuchBucket"),
        ("301 Moved\nx-amz-bucket-region: eu-north-1", "PermanentRedirect", "301, PermanentRedirect"),
        ("501 Not Implemented", "NotImplemented", "501, NotImplemented"),
    ] {
        let origin = service(move |_, method| (method == "PUT").then(|| error(head, code))).await;
        let sink = open(&origin).await.unwrap();
        let fault = write(&sink, &["kultur.rss"]).await.unwrap_err();
        let text = fault.to_string();
        assert!(
            text.starts_with("cannot write s3://feeds/p/kultur.rss: the object store says ") && text.contains(said)
        );
        assert_eq!((asked(&origin, "PUT"), sink.has("kultur.rss")), (1, false), "{head}");
        if head.starts_with("301") {
            assert!(fault.hint().is_some_and(|hint| hint.contains("\"eu-north-1\"")), "{:?}", fault.hint());
        }
        // It says nothing of the next feed.
        write(&sink, &["kultur.atom"]).await.unwrap_err();
        assert_eq!(asked(&origin, "PUT"), 2, "{head}");
    }
}

#[tokio::test]
async fn nothing_is_written_unless_all_were_compared() {
    let origin =
        service(|request, method| (method == "HEAD" && request.path.contains(".atom")).then(|| empty("403 Forbidden")))
            .await;
    let sink = open(&origin).await.unwrap();
    let fault = write(&sink, &["kultur.rss", "kultur.atom"]).await.unwrap_err();
    assert!(
        fault.to_string().starts_with("cannot read s3://feeds/p/kultur.atom: the object store says 403"),
        "{fault}"
    );
    assert_eq!(asked(&origin, "PUT"), 0);
    let fault = write(&sink, &["kultur.rss", "../kultur.atom"]).await.unwrap_err();
    assert!(matches!(fault, PublishError::Name { .. }), "{fault}");
}

#[tokio::test]
async fn a_service_that_is_silent_or_gone_holds_up_one_feed_not_all() {
    let origin = service(|_, method| (method == "PUT").then(|| vec![Step::Hang])).await;
    let sink = open(&origin).await.unwrap();
    let fault = write(&sink, &["kultur.rss"]).await.unwrap_err();
    assert_eq!(
        fault.to_string(),
        "cannot write s3://feeds/p/kultur.rss: no answer from the object store: it takes longer than 1 s"
    );
    assert!(fault.hint().is_some());
    assert_eq!(asked(&origin, "PUT"), 3);
    let next = write(&sink, &["kultur.atom"]).await.unwrap_err();
    assert!(next.to_string().contains("kultur.atom: no answer"), "{next}");
    assert_eq!((asked(&origin, "PUT"), asked(&origin, "HEAD")), (3, 1), "the service was not asked again");
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    for head in ["HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc", "HTTP/1.1 20"] {
        let origin = service(move |_, method| (method == "PUT").then(|| vec![Step::Send(head.into())])).await;
        let sink = open(&origin).await.unwrap();
        let fault = write(&sink, &["kultur.rss"]).await.unwrap_err();
        assert!(fault.to_string().contains("no answer from the object store: "), "{fault}");
        assert!(!fault.to_string().contains("X-Amz") && !format!("{fault:?}").contains("HUSH"), "{fault:?}");
        assert_eq!(asked(&origin, "PUT"), 3);
    }
}

#[tokio::test]
async fn a_listing_is_followed_and_held_in_bounds() {
    let part = |keys: &str, more: &str| {
        answer_with("HTTP/1.1 200 OK\nconnection: close", format!("<ListBucketResult>{keys}{more}</ListBucketResult>"))
    };
    let more = "<IsTruncated>true</IsTruncated><NextContinuationToken>t/1=</NextContinuationToken>";
    let origin = service(move |request, method| {
        let last = request.path.contains("continuation-token=t%2F1%3D");
        let part = if last {
            part("<Contents><Key>p%2Fb.rss</Key></Contents>", "")
        } else {
            part("<Contents><Key>p/a.rss</Key></Contents>", more)
        };
        (method == "GET").then_some(part)
    })
    .await;
    let sink = open(&origin).await.unwrap();
    assert!(sink.has("a.rss") && sink.has("b.rss") && !sink.has("c.rss"));
    assert_eq!(blocking(move || sink.published_before()).await.unwrap(), None, "they are not flode's");

    for (body, said) in [
        ("<html>Hello</html>".to_owned(), "the listing is not whole, or is none"),
        ("<ListBucketResult><Contents>".to_owned(), "the listing is not whole, or is none"),
        (" ".repeat(9 << 20), "the listing is too long"),
    ] {
        let origin = service(move |_, method| {
            (method == "GET").then(|| answer_with("HTTP/1.1 200 OK\nconnection: close", &body))
        })
        .await;
        let fault = open(&origin).await.unwrap_err();
        assert!(fault.to_string().contains(said), "{fault}");
    }
}
