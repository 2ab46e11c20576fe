//! How the fields of an article are found on its page.

use super::super::field::{Field, FieldText};
use super::super::recipe::{RecipeError, fingerprint};
use super::super::selector::Css;

/// Selectors for the page of an article. What is left out is found automatically.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArticleRecipe {
    /// When it was published.
    pub date: Option<Field>,
    /// Who wrote it.
    pub author: Option<Field>,
    /// Its picture.
    pub image: Option<Field>,
    /// A few sentences.
    pub summary: Option<Field>,
    /// The element that holds the full text.
    pub content: Option<Field>,
}

impl ArticleRecipe {
    /// The keys.
    pub const FIELDS: [&'static str; 5] = ["date", "author", "image", "summary", "content"];

    /// Builds a recipe from its keys (those of [`ArticleRecipe::FIELDS`]); all mistakes at once.
    pub fn from_fields<'k>(fields: impl IntoIterator<Item = (&'k str, FieldText)>) -> Result<Self, Vec<RecipeError>> {
        let mut recipe = Self::default();
        let errors: Vec<RecipeError> = fields
            .into_iter()
            .filter_map(|(key, text)| recipe.set(key, &text).err().map(|error| error.of_field(key)))
            .collect();
        if errors.is_empty() { Ok(recipe) } else { Err(errors) }
    }

    fn set(&mut self, key: &str, text: &FieldText) -> Result<(), RecipeError> {
        let place = match key {
            "date" => &mut self.date,
            "author" => &mut self.author,
            "image" => &mut self.image,
            "summary" => &mut self.summary,
            "content" => &mut self.content,
            _ => return Err(RecipeError::unknown_field(key, &Self::FIELDS)),
        };
        *place = Some(Field::from_text(text)?);
        Ok(())
    }

    /// All parts as one text: equal for equal recipes, so that a changed recipe is noticed.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let parts: Vec<String> =
            Self::FIELDS.iter().zip(self.fields()).map(|(name, field)| fingerprint(name, field.as_ref())).collect();
        parts.join("\n")
    }

    fn fields(&self) -> [&Option<Field>; 5] {
        [&self.date, &self.author, &self.image, &self.summary, &self.content]
    }

    pub(super) fn all_css(&self) -> impl Iterator<Item = &Css> {
        self.fields().into_iter().flatten().flat_map(Field::all_css)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_set_and_told_apart() {
        let of = |fields: &[(&str, &str)]| {
            ArticleRecipe::from_fields(fields.iter().map(|&(key, text)| (key, FieldText::from(text))))
        };
        let prints: std::collections::HashSet<String> =
            ArticleRecipe::FIELDS.iter().map(|name| of(&[(name, "p")]).unwrap().fingerprint()).collect();
        assert_eq!(prints.len(), 5);
        let errors = of(&[("date", "time["), ("title", "h1")]).unwrap_err();
        assert_eq!(errors.iter().map(|e| e.field.as_str()).collect::<Vec<_>>(), ["date", "title"]);
    }
}
