//! A bucket of a service that speaks the protocol of S3. The service replaces an object whole.
//!
//! Each object bears the digest of what flode wrote. An object that has the digest of what is to be written is left alone,
//! so unchanged feeds cost one `HEAD` each, and nobody's cache is disturbed.

use std::collections::HashSet;
use std::io::{Read as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use rusty_s3::Credentials;
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use super::super::{BucketOptions, Encoding, PublishError};
use super::client::{Client, MAX_DOCUMENT, Object};
use super::fault::Fault;
use super::{Written, check_name, is_feed};
use crate::model::FeedFile;

/// Requests under way at once.
const CONCURRENCY: usize = 4;
/// Parts of a listing that are asked for, of 1000 objects each.
const MAX_PARTS: usize = 1000;
/// Feeds that are looked at for whether they are flode's.
const LOOKED_AT: usize = 10;
/// What is written, and removed, to see whether that can be done. No feed can have its name.
const PROBE: &str = ".flode-probe";
/// After a failure to reach the service, it is left alone for so long: the feeds that are due wait for the next pass
/// instead of for one time limit after the other.
const REST: Duration = Duration::from_secs(20);

/// A bucket that feeds are written to. Clones share what they know of it.
#[derive(Debug, Clone)]
pub struct Bucket(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Arc<Client>,
    options: BucketOptions,
    /// What its requests run on.
    runtime: Handle,
    /// The names below the prefix: of the listing at the start, and of what was written since.
    names: Mutex<HashSet<String>>,
    /// When the service was last not reached, and why.
    rest: Mutex<Option<(Instant, Fault)>>,
}

impl Bucket {
    pub(super) fn open(options: &BucketOptions, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, PublishError> {
        let fail = |doing, fault| fail(options, doing, &options.prefix, fault);
        let runtime = Handle::try_current().map_err(|why| PublishError::Panicked { why: why.to_string() })?;
        let client = credentials(env).and_then(|login| Client::new(options, login));
        let client = Arc::new(client.map_err(|fault| fail("open", fault))?);
        let names = runtime.block_on(names(&client, &options.prefix)).map_err(|fault| fail("list", fault))?;
        runtime.block_on(probe(&client, &options.prefix)).map_err(|fault| fail("write to", fault))?;
        let (options, names) = (options.clone(), Mutex::new(names));
        Ok(Self(Arc::new(Inner { client, options, runtime, names, rest: Mutex::default() })))
    }

    pub(super) fn check_login(
        options: &BucketOptions,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(), PublishError> {
        credentials(env).map(drop).map_err(|fault| fail(options, "open", &options.prefix, fault))
    }

    pub(super) fn write_all(&self, files: &[FeedFile]) -> Result<Vec<Written>, PublishError> {
        let objects = files.iter().map(|file| self.object(file)).collect::<Result<Vec<_>, _>>()?;
        let Some(first) = objects.first() else { return Ok(Vec::new()) };
        if let Some(fault) = self.resting() {
            return Err(self.fail("write", &first.key, fault));
        }
        let written = self.0.runtime.block_on(self.replace(objects));
        if let Err(PublishError::Bucket { fault, .. }) = &written {
            self.note(Some(fault));
        }
        let written = written?;
        let mut names = self.0.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.extend(files.iter().map(|file| file.name.clone()));
        Ok(written)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.names.lock().unwrap_or_else(PoisonError::into_inner).contains(name)
    }

    /// Not asked for what was not there. What cannot be a document of ours is none.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, PublishError> {
        if !self.has(name) {
            return Ok(None);
        }
        let key = self.key(name);
        let asked = self.resting().map_or_else(|| self.0.runtime.block_on(self.0.client.get(&key)), Err);
        self.note(asked.as_ref().err());
        match asked {
            Ok((bytes, false)) => Ok(Some(bytes)),
            Ok((bytes, true)) => Ok(gunzip(&bytes)),
            Err(Fault::Refused { status: 404, .. } | Fault::Garbled(_)) => Ok(None),
            Err(fault) => Err(self.fail("read", &key, fault)),
        }
    }

    pub(super) fn remove(&self, name: &str) -> Result<(), PublishError> {
        check_name(name)?;
        if !self.has(name) {
            return Ok(());
        }
        let key = self.key(name);
        let asked = self.resting().map_or_else(|| self.0.runtime.block_on(self.0.client.delete(&key)), Err);
        self.note(asked.as_ref().err());
        asked.map_err(|fault| self.fail("remove", &key, fault))?;
        self.0.names.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        Ok(())
    }

    pub(super) fn published_before(&self) -> Result<Option<String>, PublishError> {
        let mut feeds: Vec<String> = {
            let names = self.0.names.lock().unwrap_or_else(PoisonError::into_inner);
            names.iter().filter(|name| is_feed(name)).cloned().collect()
        };
        feeds.sort_unstable();
        for name in feeds.iter().take(LOOKED_AT) {
            let key = self.key(name);
            let head =
                self.0.runtime.block_on(self.0.client.head(&key)).map_err(|fault| self.fail("read", &key, fault))?;
            if head.is_some_and(|head| head.digest.is_some()) {
                return Ok(Some(self.place(&key)));
            }
        }
        Ok(None)
    }

    /// Compares all objects, then writes those that differ.
    async fn replace(&self, objects: Vec<Object>) -> Result<Vec<Written>, PublishError> {
        let objects: Vec<Arc<Object>> = objects.into_iter().map(Arc::new).collect();
        let compared =
            self.each("read", &objects, |client, object| async move { compare(&client, &object).await }).await?;
        let differing = objects.iter().zip(&compared).filter(|(_, found)| **found != Written::Unchanged);
        let differing: Vec<Arc<Object>> = differing.map(|(object, _)| Arc::clone(object)).collect();
        self.each("write", &differing, |client, object| async move { client.put(&object).await }).await?;
        Ok(compared)
    }

    /// Asks for every object, a few at a time; the first failure ends it. What is under way then is broken off: the
    /// service replaces an object whole or not at all.
    async fn each<T, F>(
        &self,
        doing: &'static str,
        objects: &[Arc<Object>],
        ask: impl Fn(Arc<Client>, Arc<Object>) -> F,
    ) -> Result<Vec<T>, PublishError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Fault>> + Send + 'static,
    {
        let mut done = Vec::with_capacity(objects.len());
        for some in objects.chunks(CONCURRENCY) {
            let mut asked = JoinSet::new();
            for (nth, object) in some.iter().enumerate() {
                let answer = ask(Arc::clone(&self.0.client), Arc::clone(object));
                let key = object.key.clone();
                asked.spawn_on(async move { (nth, key, answer.await) }, &self.0.runtime);
            }
            let mut answers = Vec::with_capacity(some.len());
            while let Some(joined) = asked.join_next().await {
                let (nth, key, answer) = joined.map_err(|lost| PublishError::Panicked { why: lost.to_string() })?;
                answers.push((nth, answer.map_err(|fault| self.fail(doing, &key, fault))?));
            }
            answers.sort_by_key(|(nth, _)| *nth);
            done.extend(answers.into_iter().map(|(_, answer)| answer));
        }
        Ok(done)
    }

    fn object(&self, file: &FeedFile) -> Result<Object, PublishError> {
        check_name(&file.name)?;
        let key = self.key(&file.name);
        let (body, encoding) = match self.0.options.encoding {
            Encoding::Identity => (file.bytes.clone(), None),
            Encoding::Gzip => {
                let body = gzip(&file.bytes).map_err(|source| PublishError::Io {
                    doing: "compress",
                    path: self.place(&key).into(),
                    source,
                })?;
                (body, Some("gzip"))
            }
        };
        let cache_control = self.0.options.cache_control.clone();
        let digest = digest(&[file.media_type, &cache_control, encoding.unwrap_or_default()], &file.bytes);
        Ok(Object { key, body, media_type: file.media_type, cache_control, encoding, digest })
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.0.options.prefix)
    }

    fn place(&self, key: &str) -> String {
        place(&self.0.options, key)
    }

    fn fail(&self, doing: &'static str, key: &str, fault: Fault) -> PublishError {
        fail(&self.0.options, doing, key, fault)
    }

    /// Leaves a service alone that was not reached, or is not well.
    fn note(&self, fault: Option<&Fault>) {
        let Some(fault) = fault.filter(|fault| fault.may_pass()) else { return };
        // What was not tried because of the last failure is no failure of its own.
        let mut rest = self.0.rest.lock().unwrap_or_else(PoisonError::into_inner);
        if rest.as_ref().is_none_or(|(since, _)| since.elapsed() >= REST) {
            *rest = Some((Instant::now(), fault.clone()));
        }
    }

    fn resting(&self) -> Option<Fault> {
        let rest = self.0.rest.lock().unwrap_or_else(PoisonError::into_inner);
        rest.as_ref().filter(|(since, _)| since.elapsed() < REST).map(|(_, fault)| fault.clone())
    }
}

fn place(options: &BucketOptions, key: &str) -> String {
    format!("s3://{}/{key}", options.name)
}

fn fail(options: &BucketOptions, doing: &'static str, key: &str, fault: Fault) -> PublishError {
    PublishError::Bucket { doing, place: place(options, key), fault }
}

fn credentials(env: &dyn Fn(&str) -> Option<String>) -> Result<Credentials, Fault> {
    let look_up = |variable| env(variable).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let needed = |variable| look_up(variable).ok_or(Fault::NoLogin { variable });
    let (key, secret) = (needed("AWS_ACCESS_KEY_ID")?, needed("AWS_SECRET_ACCESS_KEY")?);
    Ok(match look_up("AWS_SESSION_TOKEN") {
        Some(token) => Credentials::new_with_token(key, secret, token),
        None => Credentials::new(key, secret),
    })
}

/// The names of all objects below the prefix.
async fn names(client: &Client, prefix: &str) -> Result<HashSet<String>, Fault> {
    let (mut names, mut token) = (HashSet::new(), None);
    for _ in 0..MAX_PARTS {
        let part = client.list(prefix, token.as_deref()).await?;
        names.extend(part.keys.iter().filter_map(|key| key.strip_prefix(prefix)).map(str::to_owned));
        token = part.next;
        if token.is_none() {
            return Ok(names);
        }
    }
    Err(Fault::Crowded { limit: MAX_PARTS * 1000 })
}

/// Writes an object and removes it. A login that may not remove leaves it there: it is empty, and always the same.
async fn probe(client: &Client, prefix: &str) -> Result<(), Fault> {
    let probe = Object {
        key: format!("{prefix}{PROBE}"),
        body: b"\n".to_vec(),
        media_type: "text/plain; charset=utf-8",
        cache_control: "no-store".to_owned(),
        encoding: None,
        digest: digest(&[], b"\n"),
    };
    client.put(&probe).await?;
    let _ = client.delete(&probe.key).await;
    Ok(())
}

async fn compare(client: &Client, object: &Object) -> Result<Written, Fault> {
    Ok(match client.head(&object.key).await? {
        None => Written::Created,
        Some(head) if head.digest.as_ref() == Some(&object.digest) => Written::Unchanged,
        Some(_) => Written::Replaced,
    })
}

/// The same bytes always become the same bytes: the header of the format has no time in it.
fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// `None`: it is not whole, or longer than any document.
fn gunzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    let limit = u64::try_from(MAX_DOCUMENT).ok()?;
    GzDecoder::new(bytes).take(limit + 1).read_to_end(&mut plain).ok()?;
    (plain.len() <= MAX_DOCUMENT).then_some(plain)
}

/// Of what is said of an object and of its content, before it is compressed.
fn digest(said: &[&str], bytes: &[u8]) -> String {
    let mut hasher = Sha256::new();
    for line in said {
        hasher.update(line);
        hasher.update(b"\n");
    }
    hasher.update(bytes);
    format!("{:x}", hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_whole_or_none() {
        let login = |set: &[(&'static str, &'static str)]| {
            let set = set.to_vec();
            credentials(&move |name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        let (key, secret) = (("AWS_ACCESS_KEY_ID", "k"), ("AWS_SECRET_ACCESS_KEY", "s\n"));
        let whole = login(&[key, secret]).unwrap();
        assert_eq!((whole.key(), whole.secret(), whole.token()), ("k", "s", None));
        assert_eq!(login(&[key, secret, ("AWS_SESSION_TOKEN", "t")]).unwrap().token(), Some("t"));
        assert_eq!(login(&[key, secret, ("AWS_SESSION_TOKEN", "")]).unwrap().token(), None);
        assert_eq!(login(&[key]), Err(Fault::NoLogin { variable: "AWS_SECRET_ACCESS_KEY" }));
        assert_eq!(login(&[secret, ("AWS_ACCESS_KEY_ID", " ")]), Err(Fault::NoLogin { variable: "AWS_ACCESS_KEY_ID" }));
    }

    #[test]
    fn another_header_is_another_object() {
        let one = digest(&["text/html", "max-age=1", ""], b"x");
        assert_eq!(one, digest(&["text/html", "max-age=1", ""], b"x"));
        for (said, bytes) in [(["text/html", "max-age=2", ""], b"x"), (["text/html", "max-age=1", "gzip"], b"x")] {
            assert_ne!(one, digest(&said, bytes));
        }
        assert_ne!(one, digest(&["text/html", "max-age=1", ""], b"y"));
    }
}
