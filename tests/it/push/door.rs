//! The way in: a form by each protocol that the server speaks.

use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::{Certificate, Client, ClientBuilder, Response, Version};

use super::{OWN, Subscriber, end, form, house, house_with, post, run};
use crate::support::Running;
use crate::wire::ask;

async fn send(client: ClientBuilder, hub: &str, body: String) -> Response {
    let client: Client = client.no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
    let request = client.post(hub).header("content-type", "application/x-www-form-urlencoded").body(body);
    request.send().await.unwrap()
}

async fn subscribes(client: ClientBuilder, version: Version, hub: &str, daemon: &mut Running, callback: &str) {
    let answer = send(client, hub, form("subscribe", callback, "&hub.secret=hemlig")).await;
    assert_eq!((answer.version(), answer.status().as_u16()), (version, 202));
    daemon.wait_for_log("kultur.atom: 127.0.0.1 has subscribed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_comes_over_http_2() {
    let (_origin, flode) = house(OWN);
    let subscriber = Subscriber::start();
    let (mut daemon, address) = run(&flode, super::FIRST);
    let (hub, h2) = (format!("http://{address}/hub"), || Client::builder().http2_prior_knowledge());
    subscribes(h2(), Version::HTTP_2, &hub, &mut daemon, &subscriber.url("/cb")).await;
    assert_eq!(send(h2(), &hub, "x".repeat(5000)).await.status(), 413);
    assert_eq!(send(h2(), &hub, form("publish", &subscriber.url("/cb"), "")).await.status(), 400);
    end(daemon);
    assert_eq!(subscriber.got("GET").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_comes_over_tls() {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (_origin, flode) = house_with("tls_certificate = \"c.pem\"\ntls_key = \"k.pem\"\n", OWN);
    flode.write("c.pem", &cert.pem());
    flode.write("k.pem", &signing_key.serialize_pem());
    let subscriber = Subscriber::start();
    let (mut daemon, address) = run(&flode, super::FIRST);
    let hub = format!("https://{address}/hub");
    let trusting = || {
        let own = Certificate::from_pem(cert.pem().as_bytes()).unwrap();
        Client::builder().tls_certs_only([own])
    };
    subscribes(trusting(), Version::HTTP_2, &hub, &mut daemon, &subscriber.url("/2")).await;
    subscribes(trusting().http1_only(), Version::HTTP_11, &hub, &mut daemon, &subscriber.url("/1")).await;
    end(daemon);
}

#[test]
fn the_hub_takes_forms_alone() {
    let (_origin, flode) = house(OWN);
    let (daemon, address) = run(&flode, super::FIRST);
    let (hub, feed) = (Some("POST, OPTIONS"), Some("GET, HEAD, OPTIONS"));
    for (request, status, allow) in [
        ("GET /hub", "405", hub),
        ("DELETE /hub", "405", hub),
        ("OPTIONS /hub", "204", hub),
        ("POST /kultur.atom", "405", feed),
        ("POST /hub", "415", None),
    ] {
        let answer = ask(&address, request, "Content-Length: 0\r\n");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request}: {answer}");
        let allowed = answer.lines().find_map(|line| line.strip_prefix("allow: "));
        assert_eq!(allowed, allow, "{request}");
    }
    // A field that stands twice means nothing certain; one that is not known means nothing.
    let callback = "http://127.0.0.1:9/cb";
    let twice = form("subscribe", callback, "&hub.callback=http%3A%2F%2F127.0.0.1%3A9%2Fother");
    assert!(post(&address, &twice).contains("hub.callback is there more than once"));
    let more = form("subscribe", callback, "&hub.verify=sync&hub.verify_token=x&from=anna");
    assert!(post(&address, &more).starts_with("HTTP/1.1 202 "));
    end(daemon);
}
