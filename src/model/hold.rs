//! What a suspect run held back.

use jiff::Timestamp;

use super::category::Category;
use super::found::FoundItem;
use super::source::SourceId;

/// The new items of suspect runs. They wait until the next run says the same, or the operator lets them out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// When they were first held.
    pub since: Timestamp,
    /// Why, one word each: [`Cause::code`](super::Cause::code); none once the source is well again.
    pub causes: Vec<String>,
    /// Those of the last page, in its order, then those that have left it.
    pub items: Vec<HeldItem>,
    /// The operator has asked for them.
    pub asked: bool,
}

impl Hold {
    /// Those that stand on the last page.
    pub fn on_page(&self) -> impl Iterator<Item = &HeldItem> {
        self.items.iter().filter(|item| !item.left)
    }

    /// Whether they are held for nothing but being so many that are not known.
    #[must_use]
    pub fn is_flood(&self) -> bool {
        !self.causes.is_empty() && self.causes.iter().all(|code| code == "flood" || code == "other-addresses")
    }

    /// What ends it, for the operator.
    #[must_use]
    pub fn way_out(source: &SourceId) -> String {
        format!(
            "`flode release {source}` lets them out, and so does the next run that says the same (of another part of the \
             site, a day later), unless `judge.release` leaves it to the operator"
        )
    }
}

/// An item that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldItem {
    /// As it stood on the page.
    pub found: FoundItem,
    /// As categorised.
    pub categories: Vec<Category>,
    /// It has left the page since: it is let out by the operator, or when the list turns out to have turned over.
    pub left: bool,
}
