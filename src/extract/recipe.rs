//! How the fields of an item are found on a source's page.

use std::fmt;

use super::field::{Field, FieldText, Selectors};
use super::kind::Kind;
use super::selector::{Css, Mistake};
use crate::model::{Defect, Page};

/// Items that must all lack a field before anyone is told: one or two may really have none.
const ENOUGH: usize = 3;

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
    /// Who wrote it.
    pub author: Option<Field>,
    /// The address of its picture.
    pub image: Option<Field>,
    /// Its full text. Lists of HTML rarely have it, JSON often does.
    pub content: Option<Field>,
    /// On the page as a whole: the address of the page with the next items.
    pub next: Option<Field>,
}

impl Recipe {
    /// The keys of a recipe, `kind` apart, which is a word and no selector.
    pub const FIELDS: [&'static str; 11] =
        ["list", "item", "title", "link", "summary", "date", "categories", "author", "image", "content", "next"];

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
        let json = self.kind == Some(Kind::Json);
        let texts = || text.select.iter().map(String::as_str);
        if matches!(key, "list" | "item") {
            let selectors = if json { Selectors::parse_paths(texts())? } else { Selectors::parse(texts())? };
            *(if key == "list" { &mut self.list } else { &mut self.item }) = Some(selectors);
            return Ok(());
        }
        let field = if json { Field::from_paths(text) } else { Field::from_text(text) };
        let place = match key {
            "title" => &mut self.title,
            "link" => &mut self.link,
            "summary" => &mut self.summary,
            "date" => &mut self.date,
            "categories" => &mut self.categories,
            "author" => &mut self.author,
            "image" => &mut self.image,
            "content" => &mut self.content,
            "next" => &mut self.next,
            _ => return Err(RecipeError::unknown_field(key, &Self::FIELDS)),
        };
        *place = Some(field?);
        Ok(())
    }

    /// The fields with their names.
    fn fields(&self) -> [(&'static str, &Option<Field>); 9] {
        [
            ("title", &self.title),
            ("link", &self.link),
            ("summary", &self.summary),
            ("date", &self.date),
            ("categories", &self.categories),
            ("author", &self.author),
            ("image", &self.image),
            ("content", &self.content),
            ("next", &self.next),
        ]
    }

    /// The fields that it names and none of so many items has; `finds`: whether one of them has it. A title that is
    /// missing is told item by item, and a full text is rarely in a list.
    pub(super) fn gone(&self, items: usize, finds: impl Fn(&Field) -> bool) -> Vec<Defect> {
        let told = |name: &str| !matches!(name, "title" | "content" | "next");
        let named = self.fields().into_iter().filter_map(|(name, field)| Some((name, field.as_ref()?)));
        let gone = named.filter(|(name, field)| told(name) && !field.is_none() && !finds(field));
        if items < ENOUGH {
            return Vec::new();
        }
        gone.map(|(field, _)| Defect::FieldGone { field, items }).collect()
    }

    /// What a page is: as the recipe says, else as it looks.
    #[must_use]
    pub fn kind_of(&self, page: &Page) -> Kind {
        self.kind.unwrap_or_else(|| Kind::of(page))
    }

    /// All parts as one text: equal for equal recipes, so that a changed recipe is noticed.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let selectors = |list: &Option<Selectors>| list.as_ref().map(Selectors::fingerprint).unwrap_or_default();
        let mut parts = vec![
            format!("kind={}", self.kind.map_or("", Kind::name)),
            format!("list={}", selectors(&self.list)),
            format!("item={}", selectors(&self.item)),
        ];
        parts.extend(self.fields().map(|(name, field)| fingerprint(name, field.as_ref())));
        parts.join("\n")
    }

    /// Every selector, with how often it runs over the whole of a page.
    pub(super) fn all_css(&self) -> impl Iterator<Item = &Css> {
        let fields = self.fields().into_iter().filter_map(|(_, field)| field.as_ref());
        self.list.iter().chain(&self.item).flat_map(Selectors::iter).chain(fields.flat_map(Field::all_css))
    }
}

/// A field as one text; one that is left out differs from one without steps.
pub(super) fn fingerprint(name: &str, field: Option<&Field>) -> String {
    field.map_or_else(|| format!("{name}?"), |field| format!("{name}={}", field.fingerprint()))
}

/// A selector or a path that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipeError {
    /// The key of the recipe; empty when the selector stands alone.
    pub field: String,
    /// The selector or the path.
    pub selector: String,
    /// Where it stops making sense, in characters from 1.
    pub column: usize,
    noun: &'static str,
    why: String,
    hint: Option<String>,
}

impl RecipeError {
    /// `noun`: what it was to be, a selector or a path.
    pub(super) fn new(noun: &'static str, selector: &str, mistake: Mistake) -> Self {
        let Mistake { at, why, hint } = mistake;
        Self { field: String::new(), selector: selector.to_owned(), column: at + 1, noun, why, hint }
    }

    pub(super) fn unknown_field(key: &str, known: &[&str]) -> Self {
        let why = format!("a recipe has the fields {}", known.join(", "));
        Self::new("field", key, Mistake { at: 0, why, hint: None })
    }

    pub(super) fn of_field(self, field: &str) -> Self {
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
        write!(f, "the {} `{shown}` makes no sense at column {}: {}", self.noun, self.column, self.why)
    }
}

impl std::error::Error for RecipeError {}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_fields_of_json_are_paths() {
        let of = |fields: &[(&str, &str)]| {
            let fields = fields.iter().map(|&(key, text)| (key, FieldText::from(text)));
            Recipe::from_fields(Some(Kind::Json), fields)
        };
        assert!(of(&[("item", "data.items"), ("title", "name")]).is_ok());
        let errors = of(&[("item", "data..items"), ("date", "time@datetime")]).unwrap_err();
        assert_eq!(
            errors[0].to_string(),
            "item: the path `data..items` makes no sense at column 6: a name follows the `.`"
        );
        assert_eq!(errors.len(), 2);
    }
}
