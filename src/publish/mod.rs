//! Renders feeds and writes them to a sink.

use std::path::PathBuf;

use url::Url;

use crate::model::Format;

/// How feeds are published, with the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The directory that feeds are written to. Default `feeds`.
    pub to: PathBuf,
    /// The forms each feed is written in. Default RSS and Atom.
    pub formats: Vec<Format>,
    /// A feed shows at least this many items, where there are so many. Default 50.
    pub items: usize,
    /// A feed shows everything of this many days, counted back from its newest item. Default 7.
    pub days: u16,
    /// A feed never shows more than this many items. Default 1000.
    pub max_items: usize,
    /// Where subscribers reach the feeds, ending in `/`. Default `http://127.0.0.1:8080/`.
    pub base_url: Url,
}
