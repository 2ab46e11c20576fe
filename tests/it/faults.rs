//! The disk, and whoever works beside flode on it: each fault is named with what to do, the feeds stay as they were, and the
//! next pass mends what it can once the cause is gone.

mod daemon;
mod house;
mod order;
mod output;
mod space;
mod store;
pub use house::sql;
