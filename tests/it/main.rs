//! The tests of the program, in one binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::format_push_string,
    clippy::too_many_lines,
    missing_docs,
    unreachable_pub
)]

mod alarm;
mod archive;
mod bucket;
mod cli;
mod clock;
mod config;
mod counts;
mod crash;
mod daemon;
mod day;
mod docs;
mod documents;
mod extract;
mod faults;
mod feeds;
mod fetch;
mod hostile;
#[path = "../invariants/mod.rs"]
mod invariants;
mod journey;
mod listing;
mod manners;
mod nginx;
mod notices;
mod operator;
mod origin;
mod pages;
mod publish;
mod push;
mod readers;
mod replay;
mod resources;
mod schedule;
mod seeds;
mod serve;
mod sources;
mod store;
mod subscribers;
mod support;
mod tidy;
mod traps;
mod verdict;
mod wire;
