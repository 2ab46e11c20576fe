//! The whole program on a bundled news site, offline.

pub mod loopback;
pub mod site;
