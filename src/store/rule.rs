//! The rule of a declared feed, as text in its row.

use serde::{Deserialize, Serialize};

use crate::model::{Rule, SourceId, Words};

#[derive(Serialize, Deserialize)]
struct Row {
    any: Vec<String>,
    all: Vec<String>,
    none: Vec<String>,
    include: Vec<String>,
    exclude: Vec<String>,
    sources: Vec<String>,
}

/// The rule as JSON: equal rules give equal texts.
pub(super) fn write(rule: &Rule) -> String {
    let words = |words: &[Words]| words.iter().map(ToString::to_string).collect();
    let row = Row {
        any: rule.any.clone(),
        all: rule.all.clone(),
        none: rule.none.clone(),
        include: words(&rule.include),
        exclude: words(&rule.exclude),
        sources: rule.sources.iter().map(ToString::to_string).collect(),
    };
    // Lists of texts always have a JSON form.
    serde_json::to_string(&row).unwrap_or_default()
}

/// The rule of a text; the reason when it is none.
pub(super) fn read(text: &str) -> Result<Rule, String> {
    let row: Row = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let words = |words: Vec<String>| words.iter().map(|word| Words::parse(word)).collect::<Result<_, _>>();
    Ok(Rule {
        any: row.any,
        all: row.all,
        none: row.none,
        include: words(row.include)?,
        exclude: words(row.exclude)?,
        sources: row.sources.iter().map(|id| SourceId::parse(id)).collect::<Result<_, _>>()?,
    })
}
