//! flode reads news-list pages that have no usable feed, on a schedule, and publishes one RSS and one Atom feed for
//! each category.
//!
//! ```text
//! schedule → fetch → extract → judge → categorise → dedup → store → publish → serve
//!  when      Page    FoundItem  Verdict   Item       decide   ledger   Feed      shelf
//! ```

pub mod dedup;
pub mod judge;
pub mod model;
pub mod store;
