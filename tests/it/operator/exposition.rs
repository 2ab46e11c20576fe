//! A reader of metrics that takes nothing but what the two formats allow: Prometheus's text format 0.0.4, `OpenMetrics` 1.0.

use std::collections::{BTreeMap, BTreeSet};

/// Samples under one name.
#[derive(Debug, Default)]
pub struct Family {
    pub name: String,
    pub kind: String,
    pub unit: String,
    pub samples: Vec<Sample>,
}

#[derive(Debug)]
pub struct Sample {
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub value: f64,
}

pub fn read(text: &str, open: bool) -> Result<Vec<Family>, String> {
    let text = text.strip_suffix('\n').ok_or("the last line has no end")?;
    let text = if open { text.strip_suffix("\n# EOF").ok_or("no # EOF at the end")? } else { text };
    let mut families: Vec<Family> = Vec::new();
    let mut seen = BTreeSet::new();
    for line in text.split('\n') {
        if line.contains('\r') || line.is_empty() {
            return Err(format!("a line that is none: {line:?}"));
        }
        if let Some(comment) = line.strip_prefix("# ") {
            let mut words = comment.splitn(3, ' ');
            let (keyword, name, rest) = (words.next().unwrap(), words.next().ok_or(line)?, words.next().ok_or(line)?);
            check_name(name)?;
            if keyword == "HELP" {
                if families.iter().any(|family| family.name == name) {
                    return Err(format!("{name} begins twice"));
                }
                families.push(Family { name: name.to_owned(), ..Family::default() });
            }
            let family =
                families.last_mut().filter(|family| family.name == name).ok_or(format!("out of order: {line}"))?;
            if !family.samples.is_empty() {
                return Err(format!("after samples: {line}"));
            }
            match keyword {
                "HELP" => {}
                "TYPE" if family.kind.is_empty() => rest.clone_into(&mut family.kind),
                "UNIT" if open && name.ends_with(&format!("_{rest}")) => rest.clone_into(&mut family.unit),
                _ => return Err(format!("strange: {line}")),
            }
            continue;
        }
        let sample = sample(line)?;
        let family = families.last_mut().ok_or("a sample without a family")?;
        let suffix = match (open, family.kind.as_str()) {
            (true, "counter") => "_total",
            (true, "info") => "_info",
            (false, "counter") if !family.name.ends_with("_total") => {
                return Err(format!("{} is no counter", family.name));
            }
            (_, "gauge") | (false, "counter") => "",
            _ => return Err(format!("no kind that is known: {family:?}")),
        };
        if sample.name != format!("{}{suffix}", family.name) {
            return Err(format!("{} does not belong to {}", sample.name, family.name));
        }
        if family.kind == "counter" && (sample.value < 0.0 || !sample.value.is_finite()) {
            return Err(format!("a counter of {}", sample.value));
        }
        if !seen.insert((sample.name.clone(), sample.labels.clone())) {
            return Err(format!("twice: {line}"));
        }
        family.samples.push(sample);
    }
    Ok(families)
}

fn check_name(name: &str) -> Result<(), String> {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    let legal = name.starts_with(first) && name.chars().all(|c| first(c) || c.is_ascii_digit());
    if legal { Ok(()) } else { Err(format!("no name: {name}")) }
}

fn sample(line: &str) -> Result<Sample, String> {
    let end = line.find(['{', ' ']).ok_or(line)?;
    let (name, mut rest) = line.split_at(end);
    check_name(name)?;
    let mut labels = BTreeMap::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            let (label, after) = rest.split_once("=\"").ok_or(line)?;
            check_name(label)?;
            let (value, after) = quoted(after).ok_or(line)?;
            if labels.insert(label.to_owned(), value).is_some() {
                return Err(format!("a label twice: {line}"));
            }
            let Some(more) = after.strip_prefix(',') else {
                rest = after.strip_prefix('}').ok_or(line)?;
                break;
            };
            rest = more;
        }
    }
    let value = rest.strip_prefix(' ').ok_or(line)?;
    let value = value.parse().map_err(|_| format!("no number: {line}"))?;
    Ok(Sample { name: name.to_owned(), labels, value })
}

/// A text up to its quotation mark, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(match chars.next()?.1 {
                'n' => '\n',
                c @ ('\\' | '"') => c,
                _ => return None,
            }),
            c => value.push(c),
        }
    }
    None
}
