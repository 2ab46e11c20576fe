//! Configs: whatever the file holds, there is an answer that a person can act on, and no secret is in it.

use std::collections::BTreeSet;
use std::path::Path;

use flode::config::{ConfigErrors, Mistake, parse};

/// What the environment holds; nothing else has it.
const SECRET: &str = "9f7Qx-hemligt";

pub fn config(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let env = |name: &str| name.starts_with('S').then(|| SECRET.to_owned());
    match parse(text, Path::new("config.toml"), &env) {
        Ok(config) => {
            assert!(!config.sources.is_empty());
            let ids: BTreeSet<_> = config.sources.iter().map(|source| source.source.id.as_str()).collect();
            assert_eq!(ids.len(), config.sources.len(), "an id twice");
            let slugs: BTreeSet<_> = config.feeds.iter().map(|feed| feed.slug.as_str()).collect();
            assert_eq!(slugs.len(), config.feeds.len(), "a slug twice");
            assert!(config.site.base_url.path().ends_with('/'));
            config.warnings.iter().for_each(|warning| mistake(warning, text));
        }
        Err(errors) => refused(&errors, text),
    }
}

fn refused(errors: &ConfigErrors, text: &str) {
    assert!(!errors.mistakes().is_empty() && errors.count() >= errors.mistakes().len());
    errors.mistakes().iter().for_each(|one| mistake(one, text));
    let printed = errors.to_string();
    assert!(printed.ends_with('\n') && printed.len() < 200_000, "{} bytes", printed.len());
    let is_plain = |c: char| matches!(c, '\n' | '\t') || !c.is_control();
    assert!(printed.chars().all(is_plain), "{printed:?}");
}

fn mistake(mistake: &Mistake, text: &str) {
    let printed = mistake.to_string();
    assert!(!mistake.reason.is_empty() && !mistake.reason.ends_with('.'), "{printed}");
    assert!(!printed.contains(SECRET), "{printed}");
    assert!(mistake.reason.chars().count() < 2000, "{printed}");
    let Some(place) = &mistake.place else { return };
    let lines: Vec<&str> = text.split('\n').collect();
    let line = place.line.checked_sub(1).and_then(|at| lines.get(at));
    let line = line.unwrap_or_else(|| panic!("no such line: {printed}"));
    assert!((1..=line.chars().count() + 2).contains(&place.column), "no such column: {printed}");
    assert!(place.excerpt.chars().count() <= 130, "{printed}");
}
