//! How one field of an item is found.

use std::fmt;

use super::path::JsonPath;
use super::recipe::RecipeError;
use super::selector::{Css, Mistake, mistake};

/// How one field is found: the first step that yields a value wins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    /// For HTML.
    steps: Vec<Step>,
    /// For JSON.
    paths: Vec<JsonPath>,
    all: Option<bool>,
}

/// A selector and where the value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// `None`: the item itself.
    pub(super) css: Option<Css>,
    /// `None`: the text.
    pub(super) attribute: Option<String>,
}

impl Field {
    /// Reads a field as the config writes it in one string: `h2 a`, `time@datetime`, `:scope@href`, `@href`.
    pub fn parse(text: &str) -> Result<Self, RecipeError> {
        Ok(Self { steps: vec![Step::parse(text)?], ..Self::default() })
    }

    /// Reads a path into JSON: `data.title`, `tags[*].name`.
    pub fn parse_path(text: &str) -> Result<Self, RecipeError> {
        Ok(Self { paths: vec![JsonPath::parse(text)?], ..Self::default() })
    }

    /// Reads a list of fallbacks; `attribute` holds for those that name none. An empty list: the item has no such field.
    pub fn from_text(text: &FieldText) -> Result<Self, RecipeError> {
        let mut steps = text.select.iter().map(|one| Step::parse(one)).collect::<Result<Vec<_>, _>>()?;
        for step in &mut steps {
            step.attribute = step.attribute.take().or_else(|| text.attribute.clone());
        }
        Ok(Self { steps, paths: Vec::new(), all: text.all })
    }

    /// The same for JSON, where a field has a path and no attribute.
    pub fn from_paths(text: &FieldText) -> Result<Self, RecipeError> {
        if let Some(attribute) = &text.attribute {
            let hint = "name it in the path";
            return Err(RecipeError::new("path", attribute, mistake(0, "JSON has no attributes", hint)));
        }
        Ok(Self { steps: Vec::new(), paths: parse_paths(text.select.iter().map(String::as_str))?, all: text.all })
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    pub(super) fn paths(&self) -> &[JsonPath] {
        &self.paths
    }

    /// Whether it says that there is no such field.
    pub(super) fn is_none(&self) -> bool {
        self.steps.is_empty() && self.paths.is_empty()
    }

    pub(super) fn all_css(&self) -> impl Iterator<Item = &Css> {
        self.steps.iter().filter_map(|step| step.css.as_ref())
    }

    /// All parts as one text, equal for equal fields.
    pub(super) fn fingerprint(&self) -> String {
        let steps = self.steps.iter().map(ToString::to_string);
        let paths = self.paths.iter().map(|path| format!("$ {}", path.text()));
        let parts: Vec<String> = steps.chain(paths).collect();
        parts.join("\u{1F}") + self.all.map_or("", |all| if all { " all" } else { " one" })
    }

    /// Whether every match counts, where the config does not say.
    pub(super) fn takes_all(&self, default: bool) -> bool {
        self.all.unwrap_or(default)
    }
}

impl Step {
    fn parse(text: &str) -> Result<Self, RecipeError> {
        let (select, attribute) = match split_attribute(text.trim()) {
            Some((select, name)) => {
                let at = select.chars().count() + 1;
                let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.');
                if name.is_empty() || !name.chars().all(legal) {
                    let why = "an attribute's name follows the `@`".to_owned();
                    let hint = Some("`time@datetime`".to_owned());
                    return Err(RecipeError::new("selector", text, Mistake { at, why, hint }));
                }
                (select.trim(), Some(name.to_ascii_lowercase()))
            }
            None => (text.trim(), None),
        };
        let own = select == ":scope" || (select.is_empty() && attribute.is_some());
        let css = if own { None } else { Some(Css::parse(select)?) };
        Ok(Self { css, attribute })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.css.as_ref().map_or(":scope", Css::text))?;
        self.attribute.iter().try_for_each(|name| write!(f, "@{name}"))
    }
}

/// Cuts at the last `@` that stands outside brackets and quotes.
fn split_attribute(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    let mut brackets = 0_usize;
    let mut found = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) => quote = (open != c).then_some(open),
            (None, '"' | '\'') => quote = Some(c),
            (None, '[') => brackets += 1,
            (None, ']') => brackets = brackets.saturating_sub(1),
            (None, '@') if brackets == 0 => found = Some(at),
            _ => {}
        }
    }
    let at = found?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

fn parse_paths<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Vec<JsonPath>, RecipeError> {
    texts.into_iter().map(JsonPath::parse).collect()
}

/// Selectors for elements, or paths to lists: the first that matches anything wins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selectors {
    css: Vec<Css>,
    paths: Vec<JsonPath>,
}

impl Selectors {
    /// Reads a list of fallbacks.
    pub fn parse<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, RecipeError> {
        let css = texts.into_iter().map(Css::parse).collect::<Result<Vec<_>, _>>()?;
        // An empty list makes the same mistake as an empty selector.
        let css = if css.is_empty() { vec![Css::parse("")?] } else { css };
        Ok(Self { css, paths: Vec::new() })
    }

    /// The same for JSON: `data.items`.
    pub fn parse_paths<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, RecipeError> {
        let paths = parse_paths(texts)?;
        let paths = if paths.is_empty() { vec![JsonPath::parse("")?] } else { paths };
        Ok(Self { css: Vec::new(), paths })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Css> {
        self.css.iter()
    }

    pub(super) fn paths(&self) -> &[JsonPath] {
        &self.paths
    }

    /// All parts as one text, equal for equal selectors.
    pub(super) fn fingerprint(&self) -> String {
        let parts: Vec<&str> = self.css.iter().map(Css::text).chain(self.paths.iter().map(JsonPath::text)).collect();
        parts.join("\u{1F}")
    }
}

/// A field as the config writes it, before its selectors are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldText {
    /// A selector with its attribute, or several as fallbacks.
    pub select: Vec<String>,
    /// The attribute that holds the value; `None`: the text, or what the selector says after `@`.
    pub attribute: Option<String>,
    /// Whether every match counts; `None`: as is usual for the field.
    pub all: Option<bool>,
}

impl From<&str> for FieldText {
    fn from(select: &str) -> Self {
        Self { select: vec![select.to_owned()], ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_name_a_selector_and_an_attribute() {
        for (text, want) in [
            ("h2 a", "h2 a"),
            ("time@datetime", "time@datetime"),
            (":scope", ":scope"),
            ("@href", ":scope@href"),
            (":scope@data-Date", ":scope@data-date"),
            ("a[title='x@y']@href", "a[title='x@y']@href"),
        ] {
            let field = Field::parse(text).unwrap();
            assert_eq!(field.steps[0].to_string(), want);
        }
        for text in ["time@", "time@date time", "", "@"] {
            assert!(Field::parse(text).is_err(), "{text:?}");
        }
    }
}
