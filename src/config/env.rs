//! `${NAME}` inside a string value stands for an environment variable, so that a secret need not be in the file.
//!
//! `$${` is a plain `${`. What came from the environment is never printed: [`Findings`] quotes no value that holds any
//! of it, and hides it in what is said of other values.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::findings::Findings;

/// The environment: the value of a variable, if it is set.
pub(super) type Env<'e> = &'e dyn Fn(&str) -> Option<String>;

/// Fills in every string value of a table, of the tables in it, and so on.
pub(super) fn fill_table(table: &mut DeTable<'_>, env: Env<'_>, findings: &mut Findings<'_>) {
    for (_, value) in table.iter_mut() {
        fill_value(value, env, findings);
    }
}

fn fill_value(value: &mut Spanned<DeValue<'_>>, env: Env<'_>, findings: &mut Findings<'_>) {
    let span = value.span();
    match value.get_mut() {
        DeValue::String(text) if text.contains("${") => {
            let Filled { text: whole, secrets, flaws } = fill(text, env);
            for (part, reason, hint) in &flaws {
                let part = findings.document().part(&span, text, part);
                findings.mistake(Some(&part), reason, hint.map(str::to_owned));
            }
            if !flaws.is_empty() {
                findings.hush(&span);
            } else if !secrets.is_empty() {
                findings.keep_secret(&span, secrets);
            }
            *text = whole.into();
        }
        DeValue::Array(values) => values.iter_mut().for_each(|value| fill_value(value, env, findings)),
        DeValue::Table(table) => fill_table(table, env, findings),
        _ => {}
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Filled {
    text: String,
    /// The parts of it that came from the environment.
    secrets: Vec<String>,
    /// What could not be filled in, as a range of bytes of the text, why, and what to do.
    flaws: Vec<(Range<usize>, String, Option<&'static str>)>,
}

/// A service has its variables from its manager, a shell has others.
const UNSET: &str = "every command needs it; in a shell, `set -a; . FILE` takes those of a service";

fn fill(text: &str, env: Env<'_>) -> Filled {
    let mut filled = Filled::default();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            filled.text.extend([before, "${"]);
            rest = after;
            continue;
        }
        filled.text.push_str(before);
        let (name, tail) = after.split_once('}').map_or((after, None), |(name, tail)| (name, Some(tail)));
        rest = tail.unwrap_or_default();
        match look_up(name, tail.is_some(), env) {
            Ok(value) => {
                filled.text.push_str(&value);
                filled.secrets.push(value);
            }
            Err((reason, hint)) => {
                let start = text.len() - after.len() - "${".len();
                filled.flaws.push((start..text.len() - rest.len(), reason, hint));
            }
        }
    }
    filled.text.push_str(rest);
    filled
}

/// The value of a variable, or why there is none and what to do.
fn look_up(name: &str, closed: bool, env: Env<'_>) -> Result<String, (String, Option<&'static str>)> {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !closed {
        return Err(("`${` has no closing `}`; a plain `${` is written `$${`".to_owned(), None));
    }
    if name.is_empty() || !name.chars().all(legal) {
        return Err(("the name of an environment variable has letters, digits and `_`".to_owned(), None));
    }
    match env(name) {
        Some(value) if !value.is_empty() => Ok(value),
        Some(_) => Err((format!("the environment variable `{name}` is empty"), None)),
        None => Err((format!("the environment variable `{name}` is not set"), Some(UNSET))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_in() {
        let env = |name: &str| match name {
            "USER" => Some("anna".to_owned()),
            "NESTED" => Some("${USER}".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        for (text, wanted) in [
            ("a${USER}b${USER}", "aannabanna"),
            ("${NESTED}", "${USER}"),
            ("$${USER} $USER $", "${USER} $USER $"),
            ("å$${${USER}}", "å${anna}"),
        ] {
            let filled = fill(text, &env);
            assert_eq!((filled.text.as_str(), filled.flaws.len()), (wanted, 0), "{text}");
        }
        for (text, part, reason) in [
            ("åä${NONE}!", "${NONE}", "`NONE` is not set"),
            ("x${EMPTY}", "${EMPTY}", "`EMPTY` is empty"),
            ("å${USER", "${USER", "no closing"),
            ("${}", "${}", "letters, digits"),
            ("${USER}${a b}x", "${a b}", "letters, digits"),
        ] {
            let flaws = fill(text, &env).flaws;
            assert_eq!((flaws.len(), text.get(flaws[0].0.clone())), (1, Some(part)), "{text}");
            assert!(flaws[0].1.contains(reason), "{text}: {flaws:?}");
        }
        assert_eq!(fill("${A}${B}", &env).flaws.len(), 2);
    }
}
