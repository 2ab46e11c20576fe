//! Paths into JSON: `data.items`, `$.list[0].name`, `tags[*].label`, `a['two words']`.
//!
//! A list is looked through: what follows it holds for each of its elements, with or without `[*]`.

use serde_json::Value;

use super::recipe::RecipeError;
use super::selector::{Mistake, mistake};

/// Steps of a path.
const MOST_STEPS: usize = 32;
/// Values that one path finds.
const MOST_VALUES: usize = 100_000;

/// A path into a JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JsonPath {
    text: String,
    steps: Vec<Step>,
}

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// The member of an object.
    Key(String),
    /// The element of a list, from 0.
    At(usize),
    /// Everything in a list or an object.
    Every,
}

impl JsonPath {
    /// Reads a path.
    pub(super) fn parse(text: &str) -> Result<Self, RecipeError> {
        let text = text.trim();
        let mut reader = Reader { chars: text.chars().collect(), at: 0 };
        let steps = reader.steps().map_err(|mistake| RecipeError::new("path", text, mistake))?;
        Ok(Self { text: text.to_owned(), steps })
    }

    /// As it was written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The path to the list itself, where it ends in `[*]`.
    pub(super) fn without_last_every(&self) -> Option<Self> {
        let (last, steps) = self.steps.split_last()?;
        (*last == Step::Every).then(|| Self { text: self.text.clone(), steps: steps.to_vec() })
    }

    /// What stands at the path, in the order of the document.
    pub(super) fn find<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        let mut found = vec![value];
        for step in &self.steps {
            found = found.into_iter().flat_map(|value| step.from(value)).take(MOST_VALUES).collect();
        }
        found
    }
}

impl Step {
    fn from<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        match (self, value) {
            (Self::Key(key), Value::Object(members)) => members.get(key).into_iter().collect(),
            (Self::Key(key), Value::Array(list)) => list.iter().filter_map(|element| element.get(key)).collect(),
            (Self::At(at), Value::Array(list)) => list.get(*at).into_iter().collect(),
            (Self::Every, Value::Array(list)) => list.iter().collect(),
            (Self::Every, Value::Object(members)) => members.values().collect(),
            _ => Vec::new(),
        }
    }
}

/// Walks through a path once.
struct Reader {
    chars: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn steps(&mut self) -> Result<Vec<Step>, Mistake> {
        if self.chars.is_empty() {
            return Err(mistake(0, "the path is empty", "`$` is the whole, as in `$[0]`"));
        }
        if self.chars.first() == Some(&'/') {
            return Err(mistake(0, "a path is not written with `/`", "`data.items`"));
        }
        let rooted = self.peek() == Some('$');
        self.at += usize::from(rooted);
        let mut steps = Vec::new();
        while let Some(c) = self.peek() {
            if steps.len() == MOST_STEPS {
                return Err(mistake(self.at, format!("a path has at most {MOST_STEPS} steps"), ""));
            }
            match c {
                '[' => steps.push(self.bracket()?),
                '.' if steps.is_empty() && !rooted => {
                    return Err(mistake(self.at, "nothing stands before the `.`", ""));
                }
                '.' => {
                    self.at += 1;
                    steps.push(self.key()?);
                }
                _ if steps.is_empty() && !rooted => steps.push(self.key()?),
                c => return Err(mistake(self.at, format!("a `.` or `[` is expected here, not `{c}`"), "`a[0].b`")),
            }
        }
        Ok(steps)
    }

    fn key(&mut self) -> Result<Step, Mistake> {
        let from = self.at;
        while self.peek().is_some_and(|c| !matches!(c, '.' | '[' | ']')) {
            self.at += 1;
        }
        let name: String = self.chars.get(from..self.at).unwrap_or_default().iter().collect();
        match name.trim() {
            "" if self.peek() == Some(']') => Err(mistake(from, "this `]` closes nothing", "")),
            "" => Err(mistake(from, "a name follows the `.`", "`data.items`; a name with a dot is written `['a.b']`")),
            "*" => Ok(Step::Every),
            name if name.contains(['(', '?', '@', '|']) && !name.starts_with('@') => {
                let at = from + name.chars().take_while(|c| !matches!(c, '(' | '?' | '@' | '|')).count();
                Err(mistake(at, "a path has names, `[0]` and `[*]`, no filters or attributes", ""))
            }
            name => Ok(Step::Key(name.to_owned())),
        }
    }

    /// `[0]`, `[*]`, `['name']`.
    fn bracket(&mut self) -> Result<Step, Mistake> {
        let open = self.at;
        self.at += 1;
        let quote = self.peek().filter(|c| matches!(c, '\'' | '"'));
        self.at += usize::from(quote.is_some());
        let from = self.at;
        let end = quote.unwrap_or(']');
        while self.peek().is_some_and(|c| c != end) {
            self.at += 1;
        }
        let inside: String = self.chars.get(from..self.at).unwrap_or_default().iter().collect();
        self.at += usize::from(quote.is_some());
        if self.peek() != Some(']') {
            return Err(mistake(open, "this `[` is never closed", ""));
        }
        self.at += 1;
        match (quote, inside.trim()) {
            (Some(_), _) => Ok(Step::Key(inside)),
            (None, "*" | "") => Ok(Step::Every),
            (None, number) => number.parse().map(Step::At).map_err(|_| {
                mistake(from, "between brackets stands a number from 0, `*`, or a name in quotes", "`['a b']`")
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_find_what_stands_there() {
        let value: Value = serde_json::from_str(
            r#"{"data": {"items": [{"t": "a", "g": [{"n": 1}, {"n": 2}]}, {"t": "b"}]}, "a.b": {"c d": 3}}"#,
        )
        .unwrap();
        for (path, want) in [
            ("data.items.t", "a b"),
            ("$.data.items[*].t", "a b"),
            ("data.items[1].t", "b"),
            ("data['items'][0].g[*].n", "1 2"),
            ("data.items.g.n", "1 2"),
            ("data.*[0].t", "a"),
            ("['a.b']['c d']", "3"),
            ("$['a.b'].c d", "3"),
            ("data.items[9].t", ""),
            ("data.t.x", ""),
        ] {
            let found = JsonPath::parse(path).unwrap();
            let texts: Vec<String> =
                found.find(&value).iter().map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect();
            assert_eq!(texts.join(" "), want, "{path}");
        }
    }

    #[test]
    fn mistakes_are_placed() {
        for (path, column, part) in [
            ("", 1, "empty"),
            (".a", 1, "before"),
            ("a..b", 3, "follows"),
            ("a.", 3, "follows"),
            ("a[0", 2, "never closed"),
            ("a['b]", 2, "never closed"),
            ("a[b]", 3, "brackets"),
            ("a[-1]", 3, "brackets"),
            ("a[0]b", 5, "expected"),
            ("$a", 2, "expected"),
            ("a]", 2, "expected"),
            ("/a/b", 1, "`/`"),
            ("a[?(@.b)]", 3, "brackets"),
            ("a.b@href", 4, "attributes"),
            ("åäö[", 4, "never closed"),
        ] {
            let error = JsonPath::parse(path).expect_err(path);
            assert_eq!(error.column, column, "{path}: {error}");
            assert!(error.to_string().contains(part), "{path}: {error}");
            assert!(error.to_string().contains("the path"), "{error}");
        }
        assert!(JsonPath::parse(&"a.".repeat(40)).is_err());
    }
}
