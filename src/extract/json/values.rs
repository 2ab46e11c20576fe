//! What the values of a field say.

use serde_json::Value;

use super::super::field::Field;

/// Values of one field.
const MOST: usize = 200;

/// What a field is about: it decides which part of an object is meant, where a field is an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Meaning {
    /// A title, a text.
    Text,
    /// A name: not a number, which would be a key into another document.
    Name,
    /// An address.
    Address,
    /// A date; a number is seconds or milliseconds since 1970.
    Date,
}

impl Meaning {
    /// The members of an object that may hold it, the best first.
    fn members(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["rendered", "@value", "#text", "__cdata", "text", "value", "html", "name"],
            Self::Name => &["name", "title", "label", "rendered", "@value", "#text", "value", "text"],
            Self::Address => &["url", "href", "@id", "src", "contentUrl", "link", "path", "@value"],
            Self::Date => &["@value", "date", "iso", "value", "datetime", "$date", "timestamp"],
        }
    }
}

/// The values of one field of one item.
#[derive(Debug, Default)]
pub(in super::super) struct Values<'v>(Vec<&'v Value>);

impl<'v> Values<'v> {
    pub(in super::super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those of the first path that finds any that say something.
    pub(in super::super) fn of(item: &'v Value, field: &Field) -> Self {
        let says = |value: &&Value| !value.is_null() && value.as_str() != Some("");
        let of_path =
            |path: &super::super::path::JsonPath| path.find(item).into_iter().filter(says).collect::<Vec<_>>();
        let mut found = field.paths().iter().map(of_path).find(|found| !found.is_empty()).unwrap_or_default();
        if !field.takes_all(true) {
            found.truncate(1);
        }
        Self(found)
    }

    pub(super) fn new(values: Vec<&'v Value>) -> Self {
        Self(values)
    }

    /// Their texts, lists taken apart.
    pub(in super::super) fn texts(&self, meaning: Meaning) -> Vec<String> {
        let mut out = Vec::new();
        self.0.iter().for_each(|value| gather(value, meaning, &mut out));
        out
    }
}

fn gather(value: &Value, meaning: Meaning, out: &mut Vec<String>) {
    if out.len() >= MOST {
        return;
    }
    match value {
        Value::String(text) if meaning == Meaning::Date => out.push(ticks(text).unwrap_or(text).to_owned()),
        Value::String(text) if !text.trim().is_empty() => out.push(text.clone()),
        Value::Number(number) if matches!(meaning, Meaning::Text | Meaning::Date) => out.push(whole(number)),
        Value::Array(list) => list.iter().for_each(|element| gather(element, meaning, out)),
        Value::Object(members) => {
            let member = meaning.members().iter().find_map(|name| members.get(*name));
            if let Some(member) = member {
                gather(member, meaning, out);
            }
        }
        _ => {}
    }
}

/// `/Date(1718000000000)/`.
fn ticks(text: &str) -> Option<&str> {
    text.strip_prefix("/Date(")?.split([')', '+']).next()
}

/// `1718000000.5` seconds without the fraction.
fn whole(number: &serde_json::Number) -> String {
    let text = number.to_string();
    text.split_once('.').map_or(text.clone(), |(whole, _)| whole.to_owned())
}
