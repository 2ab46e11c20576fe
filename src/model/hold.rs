//! What a suspect run held back.

use jiff::Timestamp;

use super::category::Category;
use super::found::FoundItem;

/// The new items of a suspect run. They wait until the next run says the same, or the operator lets them out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// When they were first held.
    pub since: Timestamp,
    /// Why, one word each: [`Cause::code`](super::Cause::code).
    pub causes: Vec<String>,
    /// In the order of the page.
    pub items: Vec<HeldItem>,
    /// The operator has asked for them.
    pub asked: bool,
}

/// An item that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldItem {
    /// As it stood on the page.
    pub found: FoundItem,
    /// As categorised.
    pub categories: Vec<Category>,
}
