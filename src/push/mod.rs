//! Tells subscribers of changes at once: `WebSub` (W3C Recommendation, 23 January 2018).
//!
//! A hub is flode's own, or one elsewhere that is told what has changed and does the rest. What is asked of the own hub comes
//! from strangers, and makes it send requests to third parties: [`form`] bounds what they can say, [`limit`] how often
//! somebody is written to for it, and [`Client`] reaches public addresses alone.

mod client;
mod form;
mod guard;
mod limit;
mod message;
mod options;
mod retry;

pub use client::{Answer, Client, PushError};
pub use form::{Asked, Mode, Refusal};
pub use limit::Limit;
pub use message::link_header;
pub use options::{Hub, Options};
pub use retry::pause;
