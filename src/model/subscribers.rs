//! How many people follow a feed.

use jiff::civil::Date;

use super::feed::Format;

/// How many took a document on one day, as far as can be told without knowing any of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscribers {
    /// The day, in the zone of the site.
    pub day: Date,
    /// The slug of the feed; several with `+` between them where a subscriber combined them.
    pub feed: String,
    /// The form it was taken in.
    pub format: Format,
    /// Subscribers that services which read for many say they have. It is their claim.
    pub reported: u32,
    /// Readers that asked by themselves, estimated.
    pub readers: u32,
}
