//! Turns the names that a page writes into categories: takes apart what was run together, applies the operator's aliases,
//! settles on one spelling.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::model::{Category, FoundItem, category_key, split_glued};

/// What the operator says of categories, and the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Names as they are to be shown; they also take apart names that a page ran together. Default: none.
    pub known: Vec<String>,
    /// Other names, each with the name it stands for, which may be an alias itself. Default: none.
    pub aliases: BTreeMap<String, String>,
    /// Categories of one item. Default 20.
    pub max_categories: usize,
    /// Categories of the site, each of which has a feed; the names of more are passed over. Default 1000.
    pub max_in_all: usize,
    /// Characters of a category's name; a longer one is no name and is passed over. Default 100.
    pub max_name: usize,
    /// Characters of names run together; a longer line is passed over. Default 1000.
    pub max_line: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            known: Vec::new(),
            aliases: BTreeMap::new(),
            max_categories: 20,
            max_in_all: 1000,
            max_name: 100,
            max_line: 1000,
        }
    }
}

/// Why a set of options makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CategoriseError {
    /// Following the aliases leads back to where it began.
    Circle {
        /// The names on the way; the last stands there twice.
        names: Vec<String>,
    },
    /// Two aliases differ in nothing that counts and stand for different names.
    Ambiguous {
        /// The alias, as written first.
        alias: String,
        /// One name it stands for.
        first: String,
        /// The other.
        second: String,
    },
    /// An alias, or the name it stands for, has nothing to compare.
    Blank {
        /// The alias.
        alias: String,
    },
}

impl CategoriseError {
    /// What there is to do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Circle { .. } => "let one of them stand for a name that is no alias",
            Self::Ambiguous { .. } => "keep one of the two; case, spaces and kinds of dashes do not tell aliases apart",
            Self::Blank { .. } => "give both sides a name, or remove the alias",
        };
        Some(hint.to_owned())
    }
}

impl fmt::Display for CategoriseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Circle { names } => write!(f, "category aliases go round in a circle: `{}`", names.join("` → `")),
            Self::Ambiguous { alias, first, second } => {
                write!(f, "the category alias `{alias}` stands for both `{first}` and `{second}`")
            }
            Self::Blank { alias } => write!(f, "the category alias `{alias}` or what it stands for is blank"),
        }
    }
}

impl std::error::Error for CategoriseError {}

/// The stage, with its options prepared.
#[derive(Debug, Clone)]
pub struct Categoriser {
    options: Options,
    /// Names that take a line apart, each with its key.
    names: Vec<(String, String)>,
    /// By the key of an alias: what it stands for in the end.
    aliases: BTreeMap<String, Category>,
    /// By key: a known name.
    known: BTreeMap<String, Category>,
    /// By loose key: a known name; `None` where two known names share it.
    loose: BTreeMap<String, Option<Category>>,
}

impl Categoriser {
    /// Prepares the options.
    ///
    /// # Errors
    /// When the aliases contradict each other.
    pub fn new(options: &Options) -> Result<Self, CategoriseError> {
        let mut known = BTreeMap::new();
        let mut loose: BTreeMap<String, Option<Category>> = BTreeMap::new();
        for category in options.known.iter().filter_map(|name| Category::new(name)) {
            if known.contains_key(&category.key) {
                continue;
            }
            let spelling = Some(category.clone());
            loose.entry(loose_key(&category.key)).and_modify(|shared| *shared = None).or_insert(spelling);
            known.insert(category.key.clone(), category);
        }
        let direct = Aliases::new(&options.aliases)?;
        let mut stage = Self { options: options.clone(), names: Vec::new(), aliases: BTreeMap::new(), known, loose };
        for key in direct.0.keys() {
            let target = stage.spelled(direct.resolve(key)?);
            stage.aliases.insert(key.clone(), target);
        }
        let written = options.known.iter().chain(options.aliases.iter().flat_map(|(alias, target)| [alias, target]));
        let mut seen = BTreeSet::new();
        stage.names = written
            .map(|name| (category_key(name), name.clone()))
            .filter(|(key, _)| !key.is_empty() && seen.insert(key.clone()))
            .collect();
        Ok(stage)
    }

    /// What it was made of.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// What a category of the past, by its key, means today.
    #[must_use]
    pub fn meaning(&self, key: &str) -> Option<&str> {
        self.aliases.get(key).map(|target| target.key.as_str())
    }

    /// Every alias, by its key, with the category that it means.
    #[must_use]
    pub fn renamed(&self) -> Vec<(String, Category)> {
        self.aliases.iter().map(|(key, category)| (key.clone(), category.clone())).collect()
    }

    /// The categories of an item, in the order of the page, each once; `default` when the page puts it in none.
    #[must_use]
    pub fn categorise(&self, found: &FoundItem, default: Option<&str>) -> Vec<Category> {
        let lines = found.categories.iter().filter(|line| line.chars().nth(self.options.max_line).is_none());
        let names = lines.flat_map(|line| self.split(line));
        let mut seen = BTreeSet::new();
        let mut categories: Vec<Category> = names
            .filter(|name| name.chars().nth(self.options.max_name).is_none())
            .filter_map(|name| self.category(&name))
            .filter(|category| seen.insert(category.key.clone()))
            .take(self.options.max_categories)
            .collect();
        if categories.is_empty() {
            categories.extend(default.and_then(|name| self.category(name)));
        }
        categories
    }

    /// Takes a line apart: finely where a known name is part of it, else so that brand names stay whole.
    fn split(&self, line: &str) -> Vec<String> {
        let key = category_key(line);
        if self.is_written(&key) {
            return vec![line.to_owned()];
        }
        // Splitting costs the line times the names, so only those that stand in it go there.
        let near = self.names.iter().filter(|(name, _)| key.contains(name.as_str()));
        let near: Vec<String> = near.map(|(_, name)| name.clone()).collect();
        let fine = split_glued(line, &near, 2);
        let has_known = fine.iter().any(|piece| self.is_written(&category_key(piece)));
        if has_known { fine } else { split_glued(line, &near, 4) }
    }

    /// Whether the operator wrote a name of this key.
    fn is_written(&self, key: &str) -> bool {
        self.known.contains_key(key) || self.aliases.contains_key(key)
    }

    /// The category that a name stands for.
    fn category(&self, name: &str) -> Option<Category> {
        let category = Category::new(name)?;
        Some(match self.aliases.get(&category.key) {
            Some(target) => target.clone(),
            None => self.spelled(category),
        })
    }

    /// The known name that differs in case, spaces and dashes alone, or else the name itself.
    fn spelled(&self, category: Category) -> Category {
        let near = || self.loose.get(&loose_key(&category.key)).cloned().flatten();
        self.known.get(&category.key).cloned().or_else(near).unwrap_or(category)
    }
}

/// A key without the spaces and dashes that people forget.
fn loose_key(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, ' ' | '-')).collect()
}

/// By the key of an alias: the alias, and the name it stands for.
#[derive(Debug)]
struct Aliases(BTreeMap<String, (String, Category)>);

impl Aliases {
    fn new(written: &BTreeMap<String, String>) -> Result<Self, CategoriseError> {
        let mut direct: BTreeMap<String, (String, Category)> = BTreeMap::new();
        for (alias, target) in written {
            let key = category_key(alias);
            let Some(target) = Category::new(target).filter(|_| !key.is_empty()) else {
                return Err(CategoriseError::Blank { alias: alias.clone() });
            };
            match direct.get(&key) {
                Some((alias, first)) if first.key != target.key => {
                    let (first, second) = (first.name.clone(), target.name);
                    return Err(CategoriseError::Ambiguous { alias: alias.clone(), first, second });
                }
                _ => direct.insert(key, (alias.clone(), target)),
            };
        }
        Ok(Self(direct))
    }

    /// The name at the end of the way that begins at this alias.
    fn resolve(&self, key: &str) -> Result<Category, CategoriseError> {
        let mut way = BTreeSet::from([key]);
        let mut names = Vec::new();
        let mut at = key;
        let mut end = Category { key: key.to_owned(), name: key.to_owned() };
        while let Some((alias, target)) = self.0.get(at) {
            names.push(alias.clone());
            end = target.clone();
            // An alias of itself is a spelling.
            if target.key == *at {
                break;
            }
            if !way.insert(&target.key) || names.len() >= LONGEST_WAY {
                names.push(target.name.clone());
                return Err(CategoriseError::Circle { names });
            }
            at = &target.key;
        }
        Ok(end)
    }
}

/// Aliases on the way to a name; a longer way is taken for a circle.
const LONGEST_WAY: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn options(known: &[&str], aliases: &[(&str, &str)]) -> Options {
        let aliases = aliases.iter().map(|(alias, target)| ((*alias).to_owned(), (*target).to_owned())).collect();
        Options { known: known.iter().map(|&name| name.to_owned()).collect(), aliases, ..Options::default() }
    }

    fn names(options: &Options, lines: &[&str], default: Option<&str>) -> Vec<String> {
        let found =
            FoundItem { categories: lines.iter().map(|&line| line.to_owned()).collect(), ..FoundItem::default() };
        let categories = Categoriser::new(options).unwrap().categorise(&found, default);
        categories.into_iter().map(|category| category.name).collect()
    }

    #[test]
    fn names_run_together_are_taken_apart() {
        let known = options(&["Kultur", "Projekt inom buss", "eHälsa", "IT"], &[]);
        let unknown = Options::default();
        for (options, line, want) in [
            (&unknown, "KollektivtrafikProjekt inom bussStöd", &["Kollektivtrafik", "Projekt inom buss", "Stöd"][..]),
            (&unknown, "YouTube", &["YouTube"]),
            (&known, "YouTube", &["YouTube"]),
            (&known, "KulturAB", &["Kultur", "AB"]),
            (&known, "eHälsaKultur", &["eHälsa", "Kultur"]),
            (&known, "IT", &["IT"]),
            (&known, "kultur", &["Kultur"]),
            (&known, "Kulturen", &["Kulturen"]),
        ] {
            assert_eq!(names(options, &[line], None), want, "{line}");
        }
    }

    #[test]
    fn the_known_spelling_wins() {
        let options = options(&["Hälso- och sjukvård", "Kollektivtrafik", "A-B", "AB"], &[]);
        for line in
            ["HÄLSO- OCH SJUKVÅRD", "Hälso\u{2013} och\u{A0}sjukvård", "Hälso och sjukvård", "Hälso-och sjukvård"]
        {
            assert_eq!(names(&options, &[line], None), ["Hälso- och sjukvård"], "{line}");
        }
        assert_eq!(names(&options, &["Kollektiv-trafik"], None), ["Kollektivtrafik"]);
        // Two known names are alike but for a dash: nothing tells which was meant.
        assert_eq!(names(&options, &["A B"], None), ["A B"]);
        assert_eq!(names(&options, &["Sjukvård"], None), ["Sjukvård"]);
    }

    #[test]
    fn aliases_are_followed() {
        let chain = [("Vård", "Sjukvård"), ("SJUKVÅRD", "hälso- och sjukvård"), ("trafik", "Trafik")];
        let options = options(&["Hälso- och sjukvård", "Kultur"], &chain);
        assert_eq!(names(&options, &["vård"], None), ["Hälso- och sjukvård"]);
        assert_eq!(names(&options, &["KulturVård"], None), ["Kultur", "Hälso- och sjukvård"]);
        assert_eq!(names(&options, &["Sjukvård", "Hälso- och sjukvård"], None), ["Hälso- och sjukvård"]);
        assert_eq!(names(&options, &["TRAFIK"], None), ["Trafik"]);
        assert_eq!(names(&options, &[], Some("Vård")), ["Hälso- och sjukvård"]);
    }

    #[test]
    fn aliases_that_contradict_are_refused() {
        let error = |aliases: &[(&str, &str)]| Categoriser::new(&options(&[], aliases)).unwrap_err();
        let circle = error(&[("A", "B"), ("B", "C"), ("C", "a")]);
        assert_eq!(circle.to_string(), "category aliases go round in a circle: `A` → `B` → `C` → `a`");
        assert!(matches!(error(&[("A", "B"), ("B", "C"), ("C", "B")]), CategoriseError::Circle { .. }));
        assert!(matches!(error(&[("A", "B"), ("a", "C")]), CategoriseError::Ambiguous { .. }));
        for blank in [(" ", "B"), ("A", "\u{200B}")] {
            let error = error(&[blank]);
            assert!(matches!(error, CategoriseError::Blank { .. }) && error.hint().is_some());
        }
    }

    #[test]
    fn an_item_has_a_few_categories_each_once() {
        let few = Options { max_categories: 2, max_name: 6, max_line: 20, ..Options::default() };
        assert_eq!(names(&few, &["Kultur", "kultur", "Stöd", "Vård"], None), ["Kultur", "Stöd"]);
        assert_eq!(names(&few, &["Sjukvård", &"Kultur".repeat(4)], Some("Övrigt")), ["Övrigt"]);
        assert_eq!(names(&few, &["", " "], None), [""; 0]);
        assert_eq!(names(&few, &[], Some(" ")), [""; 0]);
    }
}
