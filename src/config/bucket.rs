//! `publish.to` and `[publish.s3]`: the directory or the bucket that feeds are written to.

use std::path::Path;

use super::kind::{Flaw, Kind, quoted};
use super::names;
use super::reader::Reader;
use super::sections::seconds;
use super::units::{duration, flag};
use crate::publish::{BucketOptions, Encoding, Place};

pub(super) fn read(r: &mut Reader<'_, '_>, directory: &Path) -> Place {
    let to = r.optional(
        "to",
        &place(directory),
        "`\"feeds\"`",
        "the directory, or the bucket (`\"s3://bucket/prefix\"`), that feeds are written to",
    );
    let is_directory = matches!(to, Some(Place::Directory(_)) | None);
    let options = r.section("s3", read_options);
    if is_directory && r.span("s3").is_some() {
        r.warn("s3", "does nothing: `publish.to` is a directory", None);
    }
    match to {
        Some(Place::Bucket(named)) => {
            Place::Bucket(Box::new(BucketOptions { name: named.name, prefix: named.prefix, ..options }))
        }
        Some(directory) => directory,
        None => Place::Directory(directory.join("feeds")),
    }
}

/// All but the name and the prefix.
fn read_options(r: &mut Reader<'_, '_>) -> BucketOptions {
    let default = BucketOptions::new("", "");
    let endpoint =
        r.optional("endpoint", &names::address(), "that of AWS in the region", "the service, where it is not AWS");
    let region = r.or("region", &region(), default.region, "the region of the bucket, which signatures name");
    let path_style = r.optional(
        "path_style",
        &flag(),
        "`true` with an `endpoint`, else `false`",
        "whether the bucket is named in the path of addresses, not in their host",
    );
    BucketOptions {
        path_style: path_style.unwrap_or(endpoint.is_some()),
        endpoint,
        region,
        cache_control: r.or(
            "cache_control",
            &header(),
            default.cache_control,
            "the `Cache-Control` of every object: for how long others may keep it",
        ),
        encoding: r.or(
            "encoding",
            &encoding(),
            default.encoding,
            "what objects are stored as: `gzip` saves room and traffic, and is sent to everybody alike, as a bucket cannot choose",
        ),
        timeout: r.or(
            "timeout",
            &duration(seconds(1)..=seconds(300)),
            default.timeout,
            "the time for one attempt of a request; there are three",
        ),
        ..default
    }
}

/// A directory, or a bucket with its defaults. Paths start from the directory of the config.
fn place(directory: &Path) -> Kind<Place> {
    let directory = directory.to_owned();
    let read = move |given: &str| match given.split_once("://") {
        None if given.is_empty() => Err(Flaw::but_is("empty")),
        None => Ok(Place::Directory(directory.join(given))),
        Some(("s3", rest)) => read_bucket(rest),
        Some(("file", _)) => Err(Flaw::because("write the directory without `file://`")),
        Some((scheme, _)) => {
            let reason = format!("feeds are written to a directory or to `s3://`, not to `{scheme}://`");
            Err(Flaw::because(reason).hint("a directory, such as `feeds`, or `s3://bucket/prefix`"))
        }
    };
    Kind::text("a directory or a bucket", "\"feeds\"", read, |place| quoted(place.to_string()))
}

/// A bucket's name as the rules for new ones have it, a little wider; and a prefix that stands in an address as it is.
fn read_bucket(rest: &str) -> Result<Place, Flaw> {
    let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let edge = |c: char| c.is_ascii_alphanumeric();
    if !(3..=63).contains(&name.len()) || !name.chars().all(legal) || !name.starts_with(edge) || !name.ends_with(edge) {
        return Err(Flaw::because(format!("{} is no name of a bucket", quoted(name))).hint("`s3://bucket/prefix`"));
    }
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    let part = |part: &str| !part.is_empty() && part.chars().all(legal) && !matches!(part, "." | "..");
    if prefix.is_empty() {
        return Ok(Place::Bucket(Box::new(BucketOptions::new(name, ""))));
    }
    if prefix.len() > 512 || !prefix.split('/').all(part) {
        let reason =
            format!("the prefix {} has other than letters of ASCII, digits, `-`, `_`, `.` and `/`", quoted(prefix));
        return Err(Flaw::because(reason));
    }
    Ok(Place::Bucket(Box::new(BucketOptions::new(name, &format!("{prefix}/")))))
}

fn region() -> Kind<String> {
    let read = |given: &str| {
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let fits = (1..=63).contains(&given.len()) && given.chars().all(legal);
        if fits { Ok(given.to_owned()) } else { Err(Flaw::but_is(quoted(given))) }
    };
    Kind::text("the name of a region", "\"eu-north-1\"", read, |region| quoted(region))
}

/// The value of a header, in ASCII.
fn header() -> Kind<String> {
    let read = |given: &str| {
        let fits = (1..=200).contains(&given.len()) && given.trim() == given;
        let plain = given.chars().all(|c| c == ' ' || c.is_ascii_graphic());
        if fits && plain { Ok(given.to_owned()) } else { Err(Flaw::but_is(quoted(given))) }
    };
    Kind::text("the value of a header", "\"public, max-age=300\"", read, |value| quoted(value))
}

fn encoding() -> Kind<Encoding> {
    let read = |given: &str| match given {
        "identity" => Ok(Encoding::Identity),
        "gzip" => Ok(Encoding::Gzip),
        _ => Err(Flaw::but_is(quoted(given))),
    };
    Kind::text("`identity` or `gzip`", "\"gzip\"", read, |encoding| match encoding {
        Encoding::Identity => quoted("identity"),
        Encoding::Gzip => quoted("gzip"),
    })
}
