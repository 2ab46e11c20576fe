//! How the fields of an item are found on a source's page.

use std::fmt;

use super::selector::{Css, Mistake};
use crate::model::Page;

/// What a page is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// HTML, read by selectors.
    Html,
    /// A list in plain text, one bullet an item.
    Text,
}

impl Kind {
    /// The name as the config writes it; `None`: there is no such kind.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "html" => Some(Self::Html),
            "text" => Some(Self::Text),
            _ => None,
        }
    }

    /// The kind a page looks like. A text that holds an HTML document is HTML, whatever the server calls it.
    #[must_use]
    pub fn of(page: &Page) -> Self {
        let start = page.text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
        let head: String = start.chars().take(2000).collect::<String>().to_ascii_lowercase();
        if head.starts_with("<!doctype html") || head.contains("<html") || head.contains("<body") {
            return Self::Html;
        }
        match page.media_type.as_deref() {
            Some("text/html" | "application/xhtml+xml") => Self::Html,
            Some("text/plain" | "text/markdown") => Self::Text,
            _ if head.starts_with('<') => Self::Html,
            _ => {
                let bullets = page.text.lines().filter(|line| line.trim_start().starts_with(['•', '*', '-'])).count();
                if bullets > page.text.matches("</").count() { Self::Text } else { Self::Html }
            }
        }
    }
}

/// How one field is found: the first step that yields a value wins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    steps: Vec<Step>,
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
        Ok(Self { steps: vec![Step::parse(text)?], all: None })
    }

    /// Reads a list of fallbacks; `attribute` holds for those that name none. An empty list: the item has no such field.
    pub fn from_text(text: &FieldText) -> Result<Self, RecipeError> {
        let mut steps = text.select.iter().map(|one| Step::parse(one)).collect::<Result<Vec<_>, _>>()?;
        for step in &mut steps {
            step.attribute = step.attribute.take().or_else(|| text.attribute.clone());
        }
        Ok(Self { steps, all: text.all })
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
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
                    return Err(RecipeError::new(text, Mistake { at, why, hint }));
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

/// Selectors for elements: the first that matches anything wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selectors(Vec<Css>);

impl Selectors {
    /// Reads a list of fallbacks.
    pub fn parse<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, RecipeError> {
        let list = texts.into_iter().map(Css::parse).collect::<Result<Vec<_>, _>>()?;
        if list.is_empty() { Css::parse("").map(|css| Self(vec![css])) } else { Ok(Self(list)) }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Css> {
        self.0.iter()
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

/// How the items of a page are found, and the fields of each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipe {
    /// What the page is made of; `None`: it is looked at.
    pub kind: Option<Kind>,
    /// The element that holds the list. When it is named and gone, the page has changed.
    pub list: Option<Selectors>,
    /// The elements of the items; `None`: the list is found by its looks.
    pub item: Option<Selectors>,
    /// Here and below, `None`: as is usual on pages.
    pub title: Option<Field>,
    /// The item's address.
    pub link: Option<Field>,
    /// A few sentences.
    pub summary: Option<Field>,
    /// When the item appeared.
    pub date: Option<Field>,
    /// The item's categories.
    pub categories: Option<Field>,
}

impl Recipe {
    /// The keys of a recipe, `kind` apart, which is a word and no selector.
    pub const FIELDS: [&'static str; 7] = ["list", "item", "title", "link", "summary", "date", "categories"];

    /// The recipe that finds everything by its looks.
    #[must_use]
    pub fn auto() -> Self {
        Self::default()
    }

    /// Builds a recipe from its keys (those of [`Recipe::FIELDS`]); all mistakes at once.
    pub fn from_fields<'k>(
        kind: Option<Kind>,
        fields: impl IntoIterator<Item = (&'k str, FieldText)>,
    ) -> Result<Self, Vec<RecipeError>> {
        let mut recipe = Self { kind, ..Self::default() };
        let errors: Vec<RecipeError> = fields
            .into_iter()
            .filter_map(|(key, text)| recipe.set(key, &text).err().map(|error| error.of_field(key)))
            .collect();
        if errors.is_empty() { Ok(recipe) } else { Err(errors) }
    }

    fn set(&mut self, key: &str, text: &FieldText) -> Result<(), RecipeError> {
        let selectors = || Selectors::parse(text.select.iter().map(String::as_str)).map(Some);
        let field = || Field::from_text(text).map(Some);
        match key {
            "list" => self.list = selectors()?,
            "item" => self.item = selectors()?,
            "title" => self.title = field()?,
            "link" => self.link = field()?,
            "summary" => self.summary = field()?,
            "date" => self.date = field()?,
            "categories" => self.categories = field()?,
            _ => {
                let why = format!("a recipe has the fields {}", Self::FIELDS.join(", "));
                return Err(RecipeError::new(key, Mistake { at: 0, why, hint: None }));
            }
        }
        Ok(())
    }

    /// What a page is: as the recipe says, else as it looks.
    #[must_use]
    pub fn kind_of(&self, page: &Page) -> Kind {
        self.kind.unwrap_or_else(|| Kind::of(page))
    }

    /// All parts as one text: equal for equal recipes, so that a changed recipe is noticed.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let selectors = |name: &str, list: &Option<Selectors>| {
            let texts: Vec<&str> = list.iter().flat_map(Selectors::iter).map(Css::text).collect();
            format!("{name}={}", texts.join("\u{1F}"))
        };
        let field = |name: &str, field: &Option<Field>| {
            let Some(field) = field else { return format!("{name}?") };
            let steps: Vec<String> = field.steps.iter().map(ToString::to_string).collect();
            format!("{name}={}{}", steps.join("\u{1F}"), field.all.map_or("", |all| if all { " all" } else { " one" }))
        };
        [
            format!("kind={}", self.kind.map_or("", |kind| if kind == Kind::Html { "html" } else { "text" })),
            selectors("list", &self.list),
            selectors("item", &self.item),
            field("title", &self.title),
            field("link", &self.link),
            field("summary", &self.summary),
            field("date", &self.date),
            field("categories", &self.categories),
        ]
        .join("\n")
    }

    /// Every selector, with how often it runs over the whole of a page.
    pub(super) fn all_css(&self) -> impl Iterator<Item = &Css> {
        let fields = [&self.title, &self.link, &self.summary, &self.date, &self.categories];
        let steps =
            fields.into_iter().flatten().flat_map(|field| field.steps.iter().filter_map(|step| step.css.as_ref()));
        self.list.iter().chain(&self.item).flat_map(Selectors::iter).chain(steps)
    }
}

/// A selector that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipeError {
    /// The key of the recipe; empty when the selector stands alone.
    pub field: String,
    /// The selector.
    pub selector: String,
    /// Where it stops making sense, in characters from 1.
    pub column: usize,
    why: String,
    hint: Option<String>,
}

impl RecipeError {
    pub(super) fn new(selector: &str, mistake: Mistake) -> Self {
        let Mistake { at, why, hint } = mistake;
        Self { field: String::new(), selector: selector.to_owned(), column: at + 1, why, hint }
    }

    fn of_field(self, field: &str) -> Self {
        Self { field: field.to_owned(), ..self }
    }

    /// What to write instead.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for RecipeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        let shown = crate::model::text::shorten(&self.selector, 80);
        write!(f, "the selector `{shown}` makes no sense at column {}: {}", self.column, self.why)
    }
}

impl std::error::Error for RecipeError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str, media_type: Option<&str>) -> Page {
        let url = url::Url::parse("https://example.se/").unwrap();
        Page { url, text: text.to_owned(), media_type: media_type.map(str::to_owned) }
    }

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

    #[test]
    fn all_mistakes_of_a_recipe_are_told_at_once() {
        let fields = [("item", "li["), ("title", "h2"), ("date", "time::text"), ("tittel", "h2")];
        let errors = Recipe::from_fields(None, fields.map(|(key, text)| (key, text.into()))).unwrap_err();
        assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["item", "date", "tittel"]);
        assert_eq!(
            errors[0].to_string(),
            "item: the selector `li[` makes no sense at column 3: this `[` is never closed"
        );
    }

    #[test]
    fn the_fingerprint_tells_recipes_apart() {
        let of = |fields: &[(&str, &str)]| {
            let fields = fields.iter().map(|&(key, text)| (key, FieldText::from(text)));
            Recipe::from_fields(None, fields).unwrap().fingerprint()
        };
        assert_eq!(of(&[("item", "li"), ("title", "h2")]), of(&[("title", "h2"), ("item", " li ")]));
        assert_ne!(of(&[("item", "li")]), of(&[("list", "li")]));
        assert_ne!(of(&[("date", "time")]), of(&[("date", "time@datetime")]));
        assert_ne!(of(&[]), Recipe { date: Some(Field::default()), ..Recipe::auto() }.fingerprint());
    }

    #[test]
    fn the_kind_is_seen() {
        for (text, media_type, want) in [
            ("<!DOCTYPE html><p>x", Some("text/plain"), Kind::Html),
            ("\u{FEFF}\n<ul><li>a</li></ul>", None, Kind::Html),
            ("Nyheter\n• Ett\n• Två", Some("text/plain"), Kind::Text),
            ("Nyheter\n• Ett\n• Två", None, Kind::Text),
            ("• Ett", Some("text/html"), Kind::Html),
            ("<html lang=sv>", Some("application/octet-stream"), Kind::Html),
        ] {
            assert_eq!(Kind::of(&page(text, media_type)), want, "{text}");
        }
    }
}
