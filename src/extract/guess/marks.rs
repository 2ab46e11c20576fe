//! Words in class names, and their like, that tell what an element is.

use scraper::ElementRef;

/// Beginnings of the words that mark a title.
pub(super) const TITLE: &[&str] =
    &["title", "titel", "heading", "headline", "rubrik", "otsikko", "tittel", "überschrift"];
/// Those that mark categories. `tag` and its plurals are looked at apart: many words begin with them.
pub(super) const CATEGORY: &[&str] = &[
    "categor",
    "kategori",
    "kategorie",
    "topic",
    "amne",
    "ämne",
    "label",
    "etikett",
    "taxonom",
    "subject",
    "tagg",
    "aihe",
    "avainsan",
    "emne",
    "thema",
    "badge",
    "chip",
    "pill",
];
/// Those that mark a date.
pub(super) const DATE: &[&str] =
    &["date", "datum", "dato", "pvm", "publi", "posted", "created", "timestamp", "time", "tid", "datetime"];
/// Those that mark a summary.
pub(super) const SUMMARY: &[&str] = &[
    "summary",
    "excerpt",
    "ingress",
    "preamble",
    "lead",
    "teaser",
    "description",
    "intro",
    "abstract",
    "sammanfattning",
];

/// Those that mark who wrote it.
pub(super) const AUTHOR: &[&str] = &["author", "byline", "forfattar", "författar", "skribent", "kirjoittaja", "autor"];

/// Whether a class, `rel`, `itemprop` or `property` has a word that begins with one of `words`.
pub(super) fn is_marked(element: ElementRef<'_>, words: &[&str]) -> bool {
    words_of(element).iter().any(|word| words.iter().any(|wanted| word.starts_with(wanted)))
}

/// Whether the element calls itself a category.
pub(super) fn is_category(element: ElementRef<'_>) -> bool {
    words_of(element).iter().any(|word| {
        matches!(word.as_str(), "tag" | "tags" | "cat" | "cats")
            || CATEGORY.iter().any(|wanted| word.starts_with(wanted))
    })
}

/// The words of an element's marks, lower case: `entry-dateLine` has `entry`, `date` and `line`.
fn words_of(element: ElementRef<'_>) -> Vec<String> {
    const MOST: usize = 40;
    let marks = ["class", "rel", "itemprop", "property"].into_iter().filter_map(|name| element.attr(name));
    let mut words: Vec<String> = Vec::new();
    for mark in marks {
        let mut was_lower = false;
        let mut fresh = true;
        for c in mark.chars().take(500) {
            if !c.is_alphanumeric() || (was_lower && c.is_uppercase()) {
                fresh = true;
            }
            if c.is_alphanumeric() {
                if std::mem::take(&mut fresh) {
                    words.push(String::new());
                }
                if let Some(word) = words.last_mut() {
                    word.extend(c.to_lowercase());
                }
            }
            was_lower = c.is_lowercase();
        }
    }
    words.truncate(MOST);
    words
}
