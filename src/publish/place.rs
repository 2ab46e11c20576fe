//! Where feeds are written to, as the operator names it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

/// A place for feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A directory of the file system.
    Directory(PathBuf),
    /// A bucket of a service that speaks the protocol of S3.
    Bucket(Box<BucketOptions>),
}

/// A bucket, and how its objects are written. No login: that is read from the environment when the sink is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketOptions {
    /// Its name.
    pub name: String,
    /// What the keys of all objects begin with: empty, or ends in `/`.
    pub prefix: String,
    /// The service. Default: that of AWS in the region.
    pub endpoint: Option<Url>,
    /// The region, which signatures name. Default `us-east-1`.
    pub region: String,
    /// Whether the bucket is named in the path of addresses, not in their host. Default: with an endpoint of one's own.
    pub path_style: bool,
    /// The value of `Cache-Control` (RFC 9111, section 5.2) of every object. Default `public, max-age=300`.
    pub cache_control: String,
    /// What objects are stored as. Default: as they are.
    pub encoding: Encoding,
    /// The time for one attempt of a request. Default 30 s.
    pub timeout: Duration,
}

/// What an object is stored as. A bucket answers everybody alike, so there is one form for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Identity,
    /// Compressed, with `Content-Encoding: gzip`, also for those who did not say that they understand it.
    Gzip,
}

impl BucketOptions {
    /// A bucket of AWS with the defaults.
    #[must_use]
    pub fn new(name: &str, prefix: &str) -> Self {
        Self {
            name: name.to_owned(),
            prefix: prefix.to_owned(),
            endpoint: None,
            region: "us-east-1".to_owned(),
            path_style: false,
            cache_control: "public, max-age=300".to_owned(),
            encoding: Encoding::Identity,
            timeout: Duration::from_secs(30),
        }
    }
}

impl Place {
    /// A file of that name there, for people.
    #[must_use]
    pub fn of(&self, name: &str) -> String {
        match self {
            Self::Directory(path) => path.join(name).display().to_string(),
            Self::Bucket(bucket) => format!("s3://{}/{}{name}", bucket.name, bucket.prefix),
        }
    }
}

impl From<&Path> for Place {
    fn from(path: &Path) -> Self {
        Self::Directory(path.to_owned())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(path) => path.display().fmt(f),
            Self::Bucket(bucket) => write!(f, "s3://{}/{}", bucket.name, bucket.prefix),
        }
    }
}
