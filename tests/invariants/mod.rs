//! What holds for every input, however hostile: one function for each stage that reads what others wrote.
//!
//! A function takes any bytes and panics where a promise is broken. The fuzz targets (`fuzz/targets`) feed them by chance,
//! the ordinary tests with all pages of `tests` and with every input that was once answered wrongly (`tests/hostile`).

mod bytes;
mod categories;
mod config;
mod cron;
mod dates;
mod dedup;
mod feeds;
mod found;
pub mod oracle;
mod pages;
mod robots;
mod text;

/// Feeds bytes to a stage and checks what it answers.
pub type Check = fn(&[u8]);

/// Every target, by name.
pub const TARGETS: &[(&str, Check)] = &[
    ("html", pages::html),
    ("listing", pages::listing),
    ("documents", pages::documents),
    ("article", pages::article),
    ("dates", dates::dates),
    ("charset", text::charset),
    ("coding", text::coding),
    ("robots", robots::robots),
    ("categories", categories::categories),
    ("dedup", dedup::dedup),
    ("feeds", feeds::feeds),
    ("config", config::config),
    ("cron", cron::cron),
];

/// Runs the target of that name.
pub fn check(target: &str, data: &[u8]) {
    let (_, check) = TARGETS.iter().find(|(name, _)| *name == target).expect("a target");
    check(data);
}
