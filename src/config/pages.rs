//! `[pages]`: how the pages for people look, and whether there are any. The operator's own files are read here, once.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::Site;
use super::kind::{Flaw, Kind, quoted};
use super::nearest::{did_you_mean, nearest};
use super::reader::Reader;
use super::units::whole;
use crate::model::Format;
use crate::publish::{MAX_CSS, MAX_HEADER, PageOptions, header_flaw};

pub(super) fn read(r: &mut Reader<'_, '_>, directory: &Path, site: Option<&Site>) -> PageOptions {
    let default = PageOptions::default();
    let items = r.or("items", &whole(1..=1000), default.items, "the page of a feed shows so many items at most");
    let css = r.optional(
        "css",
        &own_file(directory, "\"own.css\"", MAX_CSS, |_| None),
        "none",
        "a file with your own style, which comes after flode's; relative to this one",
    );
    let header = r.optional(
        "header",
        &own_file(directory, "\"header.html\"", MAX_HEADER, header_flaw),
        "none",
        "a file with your own HTML, which stands at the beginning of every page as it is",
    );
    PageOptions {
        feeds: default.feeds,
        items,
        time_zone: site.map_or(default.time_zone, |site| site.time_zone.clone()),
        css: css.unwrap_or_default(),
        header: header.unwrap_or_default(),
    }
}

/// The text of a file that the config names, not longer than `max` bytes.
fn own_file(
    directory: &Path,
    example: &'static str,
    max: u64,
    judge: fn(&str) -> Option<&'static str>,
) -> Kind<String> {
    let directory = directory.to_owned();
    let read = move |given: &str| {
        let path = directory.join(given);
        let refuse = |why: String| Flaw::because(format!("{}: {why}", path.display()));
        let bytes = read_bytes(&path, max).map_err(|error| refuse(format!("cannot be read: {error}")))?;
        if u64::try_from(bytes.len()).is_ok_and(|length| length > max) {
            return Err(refuse(format!("is longer than {} KiB", max >> 10)));
        }
        let text = String::from_utf8(bytes).map_err(|_| refuse("is not UTF-8".to_owned()))?;
        judge(&text).map_or(Ok(text), |flaw| Err(refuse(flaw.to_owned())))
    };
    Kind::text("the name of a file", example, read, |text| quoted(text))
}

/// At most one byte more than may be, so that a device without end is refused as well.
fn read_bytes(path: &Path, max: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(max + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A form that feeds are published in: a document for readers, or a page for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Document(Format),
    Page,
}

impl Form {
    /// Those that are written unless the config says otherwise. A page costs little, and is what a colleague who is sent
    /// the address of a feed can read.
    pub(super) const DEFAULT: [Self; 3] = [Self::Document(Format::Rss), Self::Document(Format::Atom), Self::Page];

    fn all() -> impl Iterator<Item = Self> {
        Format::ALL.into_iter().map(Self::Document).chain([Self::Page])
    }

    pub(super) fn document(self) -> Option<Format> {
        match self {
            Self::Document(format) => Some(format),
            Self::Page => None,
        }
    }

    fn name(self) -> &'static str {
        self.document().map_or("html", Format::extension)
    }
}

/// See [`Form`].
pub(super) fn form() -> Kind<Form> {
    let names: Vec<String> = Form::all().map(|form| quoted(form.name())).collect();
    let read = |given: &str| {
        Form::all().find(|form| form.name() == given).ok_or_else(|| {
            let flaw = Flaw::but_is(quoted(given));
            match nearest(given, Form::all().map(Form::name)) {
                Some(name) => flaw.hint(did_you_mean(name)),
                None => flaw,
            }
        })
    };
    Kind::text(names.join(" or "), "\"rss\"", read, |form| quoted(form.name()))
}
