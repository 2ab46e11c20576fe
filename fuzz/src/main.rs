//! Feeds one target, named by `TARGET` in the environment, with what libFuzzer makes up.
#![no_main]

use std::sync::OnceLock;

#[path = "../../tests/invariants/mod.rs"]
#[allow(dead_code, reason = "the ordinary tests use more of it")]
mod invariants;

static CHECK: OnceLock<invariants::Check> = OnceLock::new();

fn named() -> invariants::Check {
    let name = std::env::var("TARGET").unwrap_or_default();
    let found = invariants::TARGETS.iter().find(|(target, _)| *target == name);
    found.unwrap_or_else(|| panic!("TARGET={name:?} is no target")).1
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let check = CHECK.get_or_init(named);
    check(data);
});
