//! Names of categories: taken apart, compared, settled, made into addresses.

use std::collections::BTreeSet;

use flode::categorise::{Categoriser, Options};
use flode::model::text::clean;
use flode::model::{Category, FoundItem, Slug, canonical_link, category_key, split_glued};
use url::Url;

use super::bytes::Bytes;
use super::found::line;

/// Lines: known names, then aliases in pairs, then what stands on a page.
pub fn categories(data: &[u8]) {
    let mut bytes = Bytes(data);
    let (known, aliases, shortest) = (bytes.below(4), bytes.below(3), bytes.below(6) + 1);
    let known: Vec<String> = (0..known).map(|_| bytes.line()).collect();
    let aliases = (0..aliases).map(|_| (bytes.line(), bytes.line())).collect();
    let mut lines = Vec::new();
    while !bytes.is_empty() && lines.len() < 30 {
        lines.push(bytes.line());
    }
    for text in &lines {
        parts(text, &known, usize::from(shortest));
        link(text);
    }
    slugs(&lines);
    let options = Options { known, aliases, max_categories: 5, max_in_all: 9, max_name: 30, max_line: 200 };
    match Categoriser::new(&options) {
        Ok(categoriser) => settled(&categoriser, lines, &options),
        Err(error) => assert!(!error.to_string().is_empty() && error.hint().is_some()),
    }
}

/// Nothing is lost and nothing is added but borders.
fn parts(text: &str, known: &[String], shortest: usize) {
    let parts = split_glued(text, known, shortest);
    for part in &parts {
        line(part, usize::MAX);
    }
    let letters = |text: &str| clean(text).chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    assert_eq!(letters(&parts.concat()), letters(text), "{text:?}");
    let key = category_key(text);
    assert_eq!(category_key(&key), key, "the key of a key");
}

fn slugs(names: &[String]) {
    let mut taken = BTreeSet::new();
    for name in names {
        let slug = Slug::for_name(name, &taken);
        assert_eq!(Slug::parse(slug.as_str()).as_ref(), Ok(&slug), "{name:?}");
        assert_eq!(slug, Slug::for_name(name, &taken), "twice");
        assert!(taken.insert(slug), "{name:?} has another's slug");
    }
}

/// The canonical form of a link is that of itself.
fn link(text: &str) {
    let Ok(url) = Url::parse(text) else { return };
    if !matches!(url.scheme(), "http" | "https") {
        return;
    }
    let canonical = canonical_link(&url);
    let again = Url::parse(&format!("https:{canonical}")).unwrap_or_else(|error| panic!("{canonical}: {error}"));
    assert_eq!(canonical_link(&again), canonical, "{url}");
}

fn settled(categoriser: &Categoriser, lines: Vec<String>, options: &Options) {
    let found = FoundItem { categories: lines, ..FoundItem::default() };
    for default in [None, Some("Övrigt")] {
        let settled = categoriser.categorise(&found, default);
        assert!(settled.len() <= options.max_categories);
        let keys: BTreeSet<&str> = settled.iter().map(|category| category.key.as_str()).collect();
        assert_eq!(keys.len(), settled.len(), "a category twice: {settled:?}");
        for category in &settled {
            // An alias may stand for a longer name than a page may write.
            line(&category.name, usize::MAX);
            assert_eq!(category_key(&category.name), category.key);
            assert!(Category::new(&category.name).is_some());
        }
        // What the operator writes may be anything, a list of two names too.
        if options.known.is_empty() && options.aliases.is_empty() {
            let names = settled.iter().map(|category| category.name.clone()).collect();
            let again = categoriser.categorise(&FoundItem { categories: names, ..FoundItem::default() }, None);
            assert_eq!(again, settled, "settled twice");
        }
    }
}
