//! What a run thinks of the page it read.

use std::fmt;

use super::found::Refusal;

/// Whether the page can be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Items found, fields as usual: the run goes on.
    Healthy,
    /// The list is there and has no items: the run goes on, nothing is removed.
    Empty,
    /// It is not the page we know: nothing changes.
    Broken(Vec<Cause>),
}

impl Verdict {
    /// One word, as stored and as printed.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Empty => "empty",
            Self::Broken(_) => "broken",
        }
    }

    /// Why; empty for a page that is well.
    #[must_use]
    pub fn causes(&self) -> &[Cause] {
        match self {
            Self::Healthy | Self::Empty => &[],
            Self::Broken(causes) => causes,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        for (i, cause) in self.causes().iter().enumerate() {
            write!(f, "{} {cause}", if i == 0 { ":" } else { ";" })?;
        }
        Ok(())
    }
}

/// One reason for a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The page could not be parsed within the limits.
    Refused(Refusal),
    /// The element that holds the list is gone.
    ContainerGone,
    /// Not one item was found, and nothing says that the list is empty.
    NoItems,
    /// A further page has none of the addresses that the first page's items have in common.
    OtherAddresses,
    /// None of the items is known, and they are far fewer than the page had: it may be another page altogether.
    Unfamiliar {
        /// Now.
        found: usize,
        /// On the last good run.
        usual: usize,
    },
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(f, "{refusal}"),
            Self::ContainerGone => f.write_str("the element that holds the list is not on the page"),
            Self::NoItems => f.write_str("no item was found on the page"),
            Self::OtherAddresses => f.write_str("its items are at other addresses than those of the first page"),
            Self::Unfamiliar { found, usual } => {
                write!(f, "it has {found} items where {usual} are usual, and none of them is known")
            }
        }
    }
}
