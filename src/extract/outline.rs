//! What a page is built of, in a few hundred lines: for people who want to see what changed in it.

use scraper::{ElementRef, Html};

use super::field::Selectors;
use super::kind::Kind;
use super::recipe::Recipe;
use super::text::{INLINE, is_seen, start};
use super::{Options, html};
use crate::model::text::{clean, shorten};
use crate::model::{Page, Refusal};

/// Lines of an outline.
const LINES: usize = 400;
/// Levels of elements that are shown.
const LEVELS: usize = 24;
/// Characters of a text, and of an element's name with its classes.
const SHOWN: usize = 70;

/// What a page is built of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// The page's own title.
    pub title: Option<String>,
    /// One line an element, indented by its level: its name, id and classes, and the text of those that hold no other. Of
    /// neighbours that are alike the first is shown, with their number and without texts. Of a page that is not HTML, its
    /// lines.
    pub lines: Vec<String>,
    /// What the recipe's selectors of elements find.
    pub selected: Vec<Selected>,
    /// Why the page was not looked at, if it was not.
    pub refused: Option<Refusal>,
}

/// A selector of elements, and how many it finds on the page as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// Its name in the recipe: `list` or `item`.
    pub field: &'static str,
    /// As the config writes it.
    pub selector: String,
    /// Elements on the page.
    pub elements: usize,
}

/// The outline of a page, within the limits of extraction.
#[must_use]
pub fn outline(page: &Page, recipe: &Recipe, options: &Options) -> Outline {
    if !matches!(recipe.kind_of(page), Kind::Html | Kind::JsonLd) {
        let lines = page.text.lines().map(|line| shorten(&clean(line), SHOWN)).filter(|line| !line.is_empty());
        return Outline { lines: lines.take(LINES).collect(), ..Outline::default() };
    }
    match html::parse(page, recipe.all_css(), options) {
        Ok(html) => {
            Outline { title: title(&html), lines: lines(&html), selected: selected(&html, recipe), refused: None }
        }
        Err(refusal) => Outline { refused: Some(refusal), ..Outline::default() },
    }
}

fn title(html: &Html) -> Option<String> {
    let mut elements = html.tree.nodes().filter_map(ElementRef::wrap);
    let title = elements.find(|element| element.value().name() == "title")?;
    let text: String = title.text().flat_map(str::chars).take(4 * SHOWN).collect();
    Some(shorten(&clean(&text), SHOWN)).filter(|text| !text.is_empty())
}

pub(super) fn selected(html: &Html, recipe: &Recipe) -> Vec<Selected> {
    let named = [("list", &recipe.list), ("item", &recipe.item)];
    let count = |field, selectors: &Selectors| {
        selectors
            .iter()
            .map(|css| (css.text().to_owned(), html.select(css.compiled()).count()))
            .map(move |(selector, elements)| Selected { field, selector, elements })
            .collect::<Vec<_>>()
    };
    named
        .into_iter()
        .flat_map(|(field, selectors)| selectors.as_ref().map(|s| count(field, s)).unwrap_or_default())
        .collect()
}

/// An element that is still to be written.
struct Open<'a> {
    element: ElementRef<'a>,
    level: usize,
    /// It and so many like it.
    alike: usize,
    /// It stands in one of several that are alike: their texts tell nothing of how the page is built.
    repeated: bool,
}

/// A loop, not a recursion: pages are deep.
fn lines(html: &Html) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = vec![Open { element: html.root_element(), level: 0, alike: 1, repeated: false }];
    while let Some(Open { element, level, alike, repeated }) = open.pop() {
        if lines.len() == LINES {
            break;
        }
        let repeated = repeated || alike > 1;
        let inside = groups(element);
        let text = if inside.is_empty() && !repeated { start(element, 4 * SHOWN) } else { String::new() };
        let (indent, name) = ("  ".repeat(level), name(element));
        lines.push(match (alike, text.as_str()) {
            (1, "") => format!("{indent}{name}"),
            (1, text) => format!("{indent}{name}: {}", shorten(text, SHOWN)),
            (alike, _) => format!("{indent}{name} ×{alike}"),
        });
        if level < LEVELS {
            let further = inside.into_iter().rev();
            open.extend(further.map(|(element, alike)| Open { element, level: level + 1, alike, repeated }));
        }
    }
    lines
}

/// The elements inside that are worth a line, neighbours of the same name and classes as one.
fn groups(element: ElementRef<'_>) -> Vec<(ElementRef<'_>, usize)> {
    let mut groups: Vec<(ElementRef<'_>, usize)> = Vec::new();
    let shown = |e: &ElementRef<'_>| is_seen(*e) && (!INLINE.contains(&e.value().name()) || e.attr("class").is_some());
    for child in element.child_elements().filter(shown) {
        match groups.last_mut() {
            Some((first, count)) if name(*first) == name(child) => *count += 1,
            _ => groups.push((child, 1)),
        }
    }
    groups
}

/// `div#id.class.class`.
fn name(element: ElementRef<'_>) -> String {
    let element = element.value();
    let id = element.id().map(|id| format!("#{id}")).unwrap_or_default();
    let classes = element.classes().take(8).fold(String::new(), |all, class| all + "." + class);
    shorten(&clean(&format!("{}{id}{classes}", element.name())), SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, recipe: &Recipe) -> Outline {
        let url = "https://a.se/".parse().unwrap();
        outline(&Page { url, text: text.to_owned(), media_type: None }, recipe, &Options::default())
    }

    #[test]
    fn a_page_is_what_it_is_built_of() {
        let page = "<title>Nyheter </title><script>x</script><main id=m><h1>Allt <i>nytt</i></h1><ul class='news wide'>\
                    <li class=a><a href=/1>Ett</a><p>om</p><li class=a><h2>Två</h2></ul><p>Sida 1</main>";
        let fields = [("list", "ul.news"), ("item", "li.b")].map(|(key, text)| (key, text.into()));
        let recipe = Recipe::from_fields(None, fields).unwrap();
        let outline = of(page, &recipe);
        assert_eq!(outline.title.as_deref(), Some("Nyheter"));
        let want = [
            "html",
            "  body",
            "    main#m",
            "      h1: Allt nytt",
            "      ul.news.wide",
            "        li.a ×2",
            "          p",
            "      p: Sida 1",
        ];
        assert_eq!(outline.lines, want);
        let found: Vec<_> = outline.selected.iter().map(|s| (s.field, s.selector.as_str(), s.elements)).collect();
        assert_eq!(found, [("list", "ul.news", 1), ("item", "li.b", 0)]);
    }

    #[test]
    fn it_is_bounded_and_harmless() {
        let wide = of(&"<p>x</p><div>y</div>".repeat(1000), &Recipe::auto());
        assert_eq!(wide.lines.len(), LINES);
        let deep = of(&"<div>".repeat(300), &Recipe::auto());
        assert!(deep.lines.len() < 30, "{}", deep.lines.len());
        let refused = of(&"<div>".repeat(3000), &Recipe::auto());
        assert!(refused.refused.is_some() && refused.lines.is_empty());
        let escape = of("<p class='a\u{1b}[2J'>b\u{1b}[2J</p>", &Recipe::auto());
        assert!(!escape.lines.concat().contains('\u{1b}'), "{:?}", escape.lines);
        assert_eq!(of("Nyheter\n\n• Ett\n• Två\n", &Recipe::auto()).lines, ["Nyheter", "• Ett", "• Två"]);
    }
}
