//! flode reads news-list pages that have no usable feed, on a schedule, and publishes one RSS and one Atom feed for
//! each category.
//!
//! ```text
//! schedule → fetch → extract → judge → categorise → dedup → store → publish → serve
//!  when      Page    FoundItem  Verdict   Item       decide   ledger   Feed      shelf
//! ```
//!
//! A module for each word, in this order, and beside them what tells the operator; below them the nouns they share, above
//! them what calls them.

// floor 0
pub mod model;

// floor 1: the stages, strangers to each other
pub mod schedule;
pub mod fetch;
pub mod extract;
pub mod judge;
pub mod categorise;
pub mod dedup;
pub mod store;
pub mod publish;
pub mod serve;
pub mod alarm;
pub mod push;
pub mod count;
pub mod status;

// floor 2
pub mod config;
pub mod pipeline;

// floor 3
pub mod daemon;

// floor 4
pub mod cli;
