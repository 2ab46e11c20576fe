//! `config.toml`: the sample, and what an operator is told of a broken one.

use std::path::Path;

use flode::config::{self, Config, ConfigErrors};

fn no_env(_: &str) -> Option<String> {
    None
}

fn parse(text: &str) -> Result<Config, ConfigErrors> {
    config::parse(text, Path::new("config.toml"), &no_env)
}

/// Compares with a file; `FLODE_BLESS=1` writes it anew.
fn assert_golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/config").join(name);
    if std::env::var_os("FLODE_BLESS").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let wanted = std::fs::read_to_string(&path).unwrap();
    assert_eq!(actual, wanted, "{name} differs; FLODE_BLESS=1 writes it anew");
}

#[test]
fn a_broken_config_is_told_of_whole() {
    let errors = parse(include_str!("config/broken.toml")).unwrap_err();
    assert_golden("broken.txt", &errors.to_string());
}

#[test]
fn a_garbled_config_is_told_of_whole() {
    let errors = parse(include_str!("config/garbled.toml")).unwrap_err();
    assert_golden("garbled.txt", &errors.to_string());
}
