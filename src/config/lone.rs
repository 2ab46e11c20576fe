//! A recipe in a file of its own: what `[source.recipe]` would be in the config.

use std::path::Path;

use toml::de::DeTable;

use super::document::Document;
use super::findings::Findings;
use super::mistake::ConfigErrors;
use super::reader::Reader;
use super::{env, file, recipe, syntax};
use crate::extract::Recipe;

/// Reads a file with a `[recipe]`, or with a `[source.recipe]` as it was cut out of a config.
pub fn load_recipe(path: &Path) -> Result<Recipe, ConfigErrors> {
    parse(&file::read(path)?, path)
}

fn parse(text: &str, path: &Path) -> Result<Recipe, ConfigErrors> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let document = Document::new(path, text);
    let (readable, slips) = syntax::readable(&document);
    let mut findings = Findings::new(&document, slips);
    let mut table = DeTable::parse_recoverable(&readable).0.into_inner();
    env::fill_table(&mut table, &|name| std::env::var(name).ok(), &mut findings);
    let recipe = Reader::root(&table, &mut findings, |r| {
        if r.span("source").is_some() {
            return r.section("source", one);
        }
        one(r)
    });
    Ok(findings.conclude(recipe)?.0)
}

fn one(r: &mut Reader<'_, '_>) -> Option<Recipe> {
    let recipe = r.section("recipe", recipe::read);
    if r.span("recipe").is_some() {
        return Some(recipe);
    }
    let hint = "write one as it stands in the config, under `[recipe]` or `[source.recipe]`";
    r.findings().missing(None, "there is no recipe in it", Some(hint.to_owned()));
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Recipe, String> {
        parse(text, Path::new("ny.toml")).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn a_recipe_stands_alone_or_as_it_was_cut_out() {
        let alone = read("[recipe]\nitem = \"li\"\ntitle = \"h2\"\n").unwrap();
        assert!(alone.item.is_some() && alone.title.is_some() && alone.date.is_none());
        assert_eq!(read("[source.recipe]\nitem = \"li\"\ntitle = \"h2\"\n").unwrap(), alone);
    }

    #[test]
    fn its_mistakes_are_told_with_their_lines() {
        for (text, words) in [
            ("[recipe]\nitem = \"li[\"\n", "ny.toml:2:11: "),
            ("[recipe]\ntitel = \"h2\"\n", "did you mean `title`"),
            ("[source.recipe]\ntitel = \"h2\"\n", "ny.toml:2:1: "),
            ("[recept]\nitem = \"li\"\n", "did you mean `recipe`"),
            ("", "there is no recipe in it"),
        ] {
            let mistakes = read(text).unwrap_err();
            assert!(mistakes.contains(words), "{text}: {mistakes}");
        }
    }
}
