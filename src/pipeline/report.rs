//! What a run did, for whoever started it.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::dedup::Candidate;
use crate::fetch::{ClockDoubt, FetchError};
use crate::model::{Defect, Page, SourceId, Verdict};
use crate::store::{Applied, StoreError};

/// What one pass over one source did.
#[derive(Debug)]
pub struct Run {
    /// The source.
    pub source: SourceId,
    /// When it began.
    pub started: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// What stays after a failure.
    pub after_failure: Option<AfterFailure>,
}

/// What stays after a run that failed, and when the source is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AfterFailure {
    /// Items of the source that its feeds keep.
    pub items: u64,
    /// The schedule rests until then.
    pub rest_until: Option<Timestamp>,
}

impl AfterFailure {
    /// A sentence, with the moment as its reader is shown moments.
    pub fn sentence(&self, shown: impl FnOnce(Timestamp) -> String) -> String {
        let items = self.items;
        match self.rest_until {
            Some(until) => format!("its feeds keep {items} items; it is asked again after {}", shown(until)),
            None => format!("its feeds keep {items} items; it is asked again on schedule"),
        }
    }
}

/// How a run ended.
#[derive(Debug)]
pub enum Outcome {
    /// The server asked not to be asked before this moment, so it was not.
    Waiting(Timestamp),
    /// Nothing to do; the verdict is suspect if that has been so for too long.
    Unchanged(Gate, Verdict),
    /// The page was read and kept.
    Read(Read),
    /// Nothing was changed, for this reason.
    Failed(Trouble),
}

/// What reading a page gave.
#[derive(Debug)]
pub struct Read {
    /// Healthy, empty or suspect.
    pub verdict: Verdict,
    /// Items on the page, or pages.
    pub found: usize,
    /// Pages of the list that were read.
    pub pages: usize,
    /// Items that wait: the page was cut off inside them, or is suspect.
    pub held: usize,
    /// What changed in the ledger.
    pub applied: Applied,
    /// What could not be read.
    pub defects: Vec<Defect>,
    /// Why no further page was read, if one should have been.
    pub stopped: Option<Trouble>,
}

/// Where an unchanged page was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// The server said 304.
    NotModified,
    /// The same body as last time.
    SameBody,
    /// Another body with the same items.
    SameItems,
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotModified => "304",
            Self::SameBody => "same body",
            Self::SameItems => "same items",
        })
    }
}

/// Why a run changed nothing.
#[derive(Debug)]
pub enum Trouble {
    /// The page could not be had.
    Fetch(FetchError),
    /// It was had at a moment that cannot be true.
    Clock(ClockDoubt),
    /// The page is not the one we know.
    Broken(Verdict),
    /// The ledger did not keep it.
    Store(StoreError),
    /// A defect of the program, caught at the edge of the run.
    Panicked(String),
}

impl Trouble {
    /// One word, as remembered and shown.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Fetch(_) => "failed",
            Self::Clock(_) => "clock",
            Self::Broken(_) => "broken",
            Self::Store(_) | Self::Panicked(_) => "error",
        }
    }

    /// What the operator can do, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Fetch(error) => error.hint(),
            Self::Clock(_) => Some(
                "set the clock of this machine; if it is right, `flode once --force` takes it at its word".to_owned(),
            ),
            Self::Broken(verdict) => Some(verdict.hint().to_owned()),
            Self::Store(error) => error.hint(),
            Self::Panicked(_) => None,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fetch(error) => write!(f, "{error}"),
            Self::Clock(doubt) => write!(f, "{doubt}; nothing that is announced now would have the right date"),
            Self::Broken(verdict) => write!(f, "the page is {verdict}"),
            Self::Store(error) => write!(f, "{error}"),
            Self::Panicked(why) => write!(f, "reading the page ended in a defect of flode: {why}"),
        }
    }
}

impl From<FetchError> for Trouble {
    fn from(error: FetchError) -> Self {
        Self::Fetch(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What was found on a page.
#[derive(Debug)]
pub struct Look {
    /// The page itself.
    pub page: Arc<Page>,
    /// What to think of it.
    pub verdict: Verdict,
    /// The items with their categories, in the order of the page.
    pub candidates: Vec<Candidate>,
    /// What could not be read.
    pub defects: Vec<Defect>,
    /// Where the page says that its next one is.
    pub further: Vec<url::Url>,
    /// SHA-256 of what was found.
    pub found_hash: [u8; 32],
}
