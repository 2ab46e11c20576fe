//! Requests to an object store: signed in their address (AWS Signature Version 4), bounded in time, tried again where that
//! may help.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use reqwest::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use reqwest::{Method, Request, Response, redirect};
use rusty_s3::actions::{GetObject, HeadObject, PutObject};
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use url::Url;

use super::super::BucketOptions;
use super::answer::{self, Listing};
use super::fault::Fault;

/// The header of an object that holds the digest of what flode wrote, and is its mark.
pub(super) const MARK: &str = "x-amz-meta-flode-sha256";

/// The time for a connection: name, TCP and TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an address that was signed is good for: longer than any attempt.
const SIGNED_FOR: Duration = Duration::from_mins(10);
/// Attempts after the first.
const RETRIES: usize = 2;
/// The pause before the second attempt; doubled for the third. Some of it is left to chance.
const RETRY_PAUSE: Duration = Duration::from_millis(250);
/// The longest listing, in bytes: 1000 keys of 1024 bytes, each encoded, with what is said of them.
const MAX_LISTING: usize = 8 << 20;
/// The longest document that is read back, in bytes.
pub(super) const MAX_DOCUMENT: usize = 64 << 20;
/// Characters of a reason.
const MAX_WHY: usize = 200;

/// An object as it is stored.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) key: String,
    pub(super) body: Vec<u8>,
    pub(super) media_type: &'static str,
    pub(super) cache_control: String,
    /// `Content-Encoding`, where it has one.
    pub(super) encoding: Option<&'static str>,
    /// Of the body and of all that is said of it.
    pub(super) digest: String,
}

/// What is known of an object without reading it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The digest that flode left there; `None`: somebody else wrote it.
    pub(super) digest: Option<String>,
}

/// Asks one bucket.
pub(super) struct Client {
    http: reqwest::Client,
    bucket: Bucket,
    credentials: Credentials,
    timeout: Duration,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

impl Client {
    pub(super) fn new(options: &BucketOptions, credentials: Credentials) -> Result<Self, Fault> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("flode/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|error| Fault::Address(root_cause(error)))?;
        Ok(Self { http, bucket: bucket(options)?, credentials, timeout: options.timeout })
    }

    /// `None`: there is no such object.
    pub(super) async fn head(&self, key: &str) -> Result<Option<Head>, Fault> {
        let asked = self.send(|| Ok(Request::new(Method::HEAD, self.head_object(key).sign(SIGNED_FOR)))).await;
        match asked {
            Ok(answer) => {
                let digest = answer.headers.get(MARK).and_then(|value| value.to_str().ok());
                Ok(Some(Head { digest: digest.map(str::to_owned) }))
            }
            Err(Fault::Refused { status: 404, .. }) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    pub(super) async fn put(&self, object: &Object) -> Result<(), Fault> {
        let request = || {
            let url = self.put_object(object).sign(SIGNED_FOR);
            let mut request = self.http.put(url).header(CONTENT_TYPE, object.media_type).header(MARK, &object.digest);
            request = request.header(CACHE_CONTROL, &object.cache_control);
            if let Some(encoding) = object.encoding {
                request = request.header(CONTENT_ENCODING, encoding);
            }
            // A header cannot hold everything; the config has been read, so it holds these.
            request.body(object.body.clone()).build().map_err(|error| Fault::Address(root_cause(error)))
        };
        self.send(request).await.map(drop)
    }

    /// The bytes as they are stored, and whether they are compressed.
    pub(super) async fn get(&self, key: &str) -> Result<(Vec<u8>, bool), Fault> {
        let url = || self.bucket.get_object(Some(&self.credentials), key).sign(SIGNED_FOR);
        let answer = self.send(|| Ok(Request::new(Method::GET, url()))).await?;
        let compressed = answer.headers.get(CONTENT_ENCODING).is_some_and(|coding| coding == "gzip");
        Ok((answer.body, compressed))
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), Fault> {
        let url = || self.bucket.delete_object(Some(&self.credentials), key).sign(SIGNED_FOR);
        self.send(|| Ok(Request::new(Method::DELETE, url()))).await.map(drop)
    }

    /// The objects below a prefix, up to the next `/`: a part of them, from a token on.
    pub(super) async fn list(&self, prefix: &str, token: Option<&str>) -> Result<Listing, Fault> {
        let url = || self.list_objects(prefix, token).sign(SIGNED_FOR);
        let answer = self.send(|| Ok(Request::new(Method::GET, url()))).await?;
        if answer.body.len() > MAX_LISTING {
            return Err(Fault::Garbled("the listing is too long"));
        }
        let text = str::from_utf8(&answer.body).map_err(|_| Fault::Garbled("the listing is not UTF-8"))?;
        answer::listing(text).map_err(Fault::Garbled)
    }

    fn head_object<'a>(&'a self, key: &'a str) -> HeadObject<'a> {
        self.bucket.head_object(Some(&self.credentials), key)
    }

    /// All that begins with `x-amz-` has to be signed.
    fn put_object<'a>(&'a self, object: &'a Object) -> PutObject<'a> {
        let mut action = self.bucket.put_object(Some(&self.credentials), &object.key);
        action.headers_mut().insert("content-type", object.media_type);
        action.headers_mut().insert(MARK, object.digest.as_str());
        action
    }

    /// `ListObjectsV2` is a `GET` of the bucket itself, which is what an empty key means.
    fn list_objects<'a>(&'a self, prefix: &'a str, token: Option<&'a str>) -> GetObject<'a> {
        let mut action = self.bucket.get_object(Some(&self.credentials), "");
        let query = action.query_mut();
        query.insert("list-type", "2");
        query.insert("encoding-type", "url");
        query.insert("delimiter", "/");
        query.insert("prefix", prefix);
        if let Some(token) = token {
            query.insert("continuation-token", token);
        }
        action
    }

    /// Sends a request, made anew for each attempt so that its signature is fresh.
    async fn send(&self, request: impl Fn() -> Result<Request, Fault>) -> Result<Answer, Fault> {
        let pauses = ExponentialBuilder::new().with_min_delay(RETRY_PAUSE).with_max_times(RETRIES).with_jitter();
        let mut pauses = pauses.build();
        loop {
            let mut request = request()?;
            *request.timeout_mut() = Some(self.timeout);
            match self.attempt(request).await {
                Err(fault) if fault.may_pass() => match pauses.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(fault),
                },
                done => return done,
            }
        }
    }

    async fn attempt(&self, request: Request) -> Result<Answer, Fault> {
        let response = self.http.execute(request).await.map_err(|error| self.unreachable(error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = self.body(response).await?;
        if status.is_success() {
            Ok(Answer { headers, body })
        } else {
            Err(self.refused(status.as_u16(), &headers, &body))
        }
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, Fault> {
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await.map_err(|error| self.unreachable(error))? {
            if body.len() + part.len() > MAX_DOCUMENT {
                return Err(Fault::Garbled("the answer is longer than any document"));
            }
            body.extend_from_slice(&part);
        }
        Ok(body)
    }

    fn unreachable(&self, error: reqwest::Error) -> Fault {
        if error.is_timeout() {
            let limit = if error.is_connect() { self.timeout.min(CONNECT_TIMEOUT) } else { self.timeout };
            return Fault::Unreachable(format!("it takes longer than {} s", limit.as_secs()));
        }
        Fault::Unreachable(self.without_login(root_cause(error)))
    }

    fn refused(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Fault {
        let said = answer::refusal(&String::from_utf8_lossy(body));
        let header = headers.get("x-amz-bucket-region").and_then(|value| value.to_str().ok());
        let region = said.region.or_else(|| header.map(str::to_owned));
        let region =
            region.filter(|region| region.len() < 64 && region.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
        Fault::Refused {
            status,
            code: self.without_login(said.code),
            message: self.without_login(said.message),
            region,
        }
    }

    /// A service that repeats the login in its answer does not bring it into the log.
    fn without_login(&self, text: String) -> String {
        let login = [Some(self.credentials.key()), Some(self.credentials.secret()), self.credentials.token()];
        login.into_iter().flatten().fold(text, |text, word| text.replace(word, "…"))
    }
}

/// An answer of success.
struct Answer {
    headers: HeaderMap,
    body: Vec<u8>,
}

fn bucket(options: &BucketOptions) -> Result<Bucket, Fault> {
    let of_aws = || Url::parse(&format!("https://s3.{}.amazonaws.com", options.region));
    let endpoint =
        options.endpoint.clone().map_or_else(of_aws, Ok).map_err(|error| Fault::Address(error.to_string()))?;
    let style = if options.path_style { UrlStyle::Path } else { UrlStyle::VirtualHost };
    Bucket::new(endpoint, style, options.name.clone(), options.region.clone())
        .map_err(|error| Fault::Address(error.to_string()))
}

/// The innermost reason, without the address, which holds the signature.
fn root_cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut innermost: &dyn Error = &error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string().chars().filter(|c| !c.is_control()).take(MAX_WHY).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The login of the examples in the documentation of AWS.
    fn client(options: &BucketOptions) -> Client {
        let login = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        Client::new(options, login).unwrap()
    }

    /// Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters".
    #[test]
    fn an_address_is_signed_as_in_the_documentation() {
        let endpoint = Url::parse("https://s3.amazonaws.com").ok();
        let client = client(&BucketOptions { endpoint, ..BucketOptions::new("examplebucket", "") });
        let action = client.bucket.get_object(Some(&client.credentials), "test.txt");
        let url = action.sign_with_time(Duration::from_hours(24), &"2013-05-24T00:00:00Z".parse().unwrap());
        assert_eq!(
            url.as_str(),
            "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
             &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        );
    }

    #[test]
    fn a_bucket_is_named_in_the_host_or_in_the_path() {
        let aws = BucketOptions { region: "eu-north-1".to_owned(), ..BucketOptions::new("nyheter", "") };
        let own = Url::parse("http://127.0.0.1:9000").ok();
        let own = BucketOptions { endpoint: own, path_style: true, ..BucketOptions::new("nyheter", "") };
        for (options, address) in
            [(&aws, "https://nyheter.s3.eu-north-1.amazonaws.com/a.rss"), (&own, "http://127.0.0.1:9000/nyheter/a.rss")]
        {
            assert_eq!(client(options).bucket.object_url("a.rss").as_str(), address);
        }
        let in_host = BucketOptions { path_style: false, ..own };
        assert!(matches!(bucket(&in_host), Err(Fault::Address(_))), "an IP address has no subdomains");
    }

    #[test]
    fn the_login_is_not_printed() {
        let client = client(&BucketOptions::new("nyheter", ""));
        assert!(!format!("{client:?}").contains("EXAMPLE"), "{client:?}");
        let body = "<Error><Code>SignatureDoesNotMatch</Code><Message>key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY of \
                    AKIAIOSFODNN7EXAMPLE</Message></Error>";
        let said = client.refused(403, &HeaderMap::new(), body.as_bytes()).to_string();
        assert_eq!(said, "the object store says 403, SignatureDoesNotMatch, key … of …");
    }

    #[test]
    fn what_is_said_of_an_object_is_signed_with_it() {
        let client = client(&BucketOptions::new("nyheter", ""));
        let object = Object {
            key: "p/a.rss".to_owned(),
            body: Vec::new(),
            media_type: "application/rss+xml; charset=utf-8",
            cache_control: String::new(),
            encoding: None,
            digest: "d".to_owned(),
        };
        let url = client.put_object(&object).sign(SIGNED_FOR);
        assert!(
            url.query_pairs()
                .any(|(name, value)| name == "X-Amz-SignedHeaders"
                    && value == "content-type;host;x-amz-meta-flode-sha256")
        );
    }
}
