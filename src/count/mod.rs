//! How many subscribe, without knowing who.
//!
//! Two numbers for each document and day. *Reported*: services that read a feed once for all their users say in their
//! `User-Agent` how many these are. *Readers*: how many different programs asked by themselves, told apart by the network
//! that they ask from and their `User-Agent`, both of which leave nothing but a trace in a [`sketch`]: the salt of it is
//! random, belongs to one day, and is forgotten with it. Nothing here is written down but the two numbers.

mod agent;
mod options;
mod sketch;
mod tally;

pub use options::Options;
pub use tally::{Salt, Tally};
