//! One document of a feed: what is written, and where it stands among the others (RFC 5005 section 4).

use crate::model::{Feed, Format, Item};

use super::{Options, fields};

/// Which document of a feed it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The one that subscribers ask for again and again.
    Subscription {
        /// The number of the newest archive document; 0 when there is none.
        archives: u32,
    },
    /// One of older items, which never changes.
    Archive {
        /// Counted from the oldest, which is 1.
        number: u32,
    },
}

/// A document before it has a format.
#[derive(Debug, Clone, Copy)]
pub(super) struct Document<'a> {
    pub(super) feed: &'a Feed,
    pub(super) items: &'a [Item],
    pub(super) part: Part,
    pub(super) options: &'a Options,
}

/// A link of a document to another one, or to itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DocumentLink {
    pub(super) rel: &'static str,
    pub(super) href: String,
    pub(super) media_type: Option<&'static str>,
}

impl Document<'_> {
    /// Its name, in the sink and below the base address.
    pub(super) fn name(&self, format: Format) -> String {
        name(self.feed, self.part, format)
    }

    /// Where subscribers reach it.
    pub(super) fn address(&self, format: Format) -> String {
        self.beside(self.part, format)
    }

    /// The document with the items before those of this one.
    pub(super) fn previous(&self, format: Format) -> Option<String> {
        let number = match self.part {
            Part::Subscription { archives } => archives,
            Part::Archive { number } => number.saturating_sub(1),
        };
        (number > 0).then(|| self.beside(Part::Archive { number }, format))
    }

    pub(super) fn is_archive(&self) -> bool {
        matches!(self.part, Part::Archive { .. })
    }

    /// What RSS and Atom link to in the same words.
    ///
    /// An archive document does not link to the next one (`next-archive`): that is not there yet when it is written, and
    /// it is written once. Nor does it name a hub: nothing about it will ever be told.
    pub(super) fn links(&self, format: Format) -> Vec<DocumentLink> {
        let link = |rel, href, media_type| DocumentLink { rel, href, media_type };
        let own = Some(format.bare_media_type());
        let mut links = vec![link("self", self.address(format), own)];
        if self.is_archive() {
            links.push(link("current", self.beside(Part::Subscription { archives: 0 }, format), own));
        } else if let Some(hub) = &self.options.hub {
            links.push(link("hub", fields::address(hub), None));
        }
        links.extend(self.previous(format).map(|href| link("prev-archive", href, own)));
        links
    }

    fn beside(&self, part: Part, format: Format) -> String {
        let base = fields::address(&self.options.base_url);
        format!("{}/{}", base.trim_end_matches('/'), name(self.feed, part, format))
    }
}

/// The name of a document. No slug has a dot in it, so that of an archive document (`kultur.3.atom`) is that of no
/// other feed.
#[must_use]
pub fn name(feed: &Feed, part: Part, format: Format) -> String {
    let extension = format.extension();
    match part {
        Part::Subscription { .. } => format!("{}.{extension}", feed.slug),
        Part::Archive { number } => format!("{}.{number}.{extension}", feed.slug),
    }
}
