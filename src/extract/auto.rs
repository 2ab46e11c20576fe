//! Finds the news list of a page that nobody has described.
//!
//! A list of news is a group of elements of the same make, each with a link of its own; what else they have in common (a
//! heading, a date, a few sentences) tells it from a menu, and so does the place where it stands.

use std::collections::{HashMap, HashSet};

use scraper::{ElementRef, Html};

use super::gate::NodeId;
use super::node::{ItemNode, has_text, heading_level, is_within};
use super::{table, text};
use crate::model::title_key;

/// Characters of a link's text that may be the title of news. A shorter one is, beside enough of these.
const TITLE: usize = 10;
/// Share of a list that has what all of it is said to have.
const ALL: f64 = 0.8;
/// Characters of a paragraph that says something.
const SENTENCE: usize = 40;
/// Elements that are a list.
const FEWEST: usize = 3;
/// Links and headings looked at.
const SEEDS: usize = 4000;
/// Levels above a title where its item may be.
const LEVELS: usize = 10;
/// Elements of a group that are looked at closely.
const SAMPLE: usize = 40;
/// A group with less is no list of news: links with nothing beside them, outside of the main part.
const ENOUGH: f64 = 2.2;

/// The items of the best group on the page, or inside `roots`; none when no group is good enough.
pub(super) fn find<'a>(html: &'a Html, roots: Option<&[ElementRef<'a>]>, most: usize) -> Vec<ItemNode<'a>> {
    let mut best: Option<(f64, Vec<ElementRef<'a>>)> = None;
    for group in groups(html, roots) {
        let score = score(&group);
        // Of equals the first is kept: it is the outer one.
        if score >= ENOUGH && best.as_ref().is_none_or(|(other, _)| score > other + 1e-9) {
            best = Some((score, group));
        }
    }
    let heads = best.map(|(_, group)| table::without_headers(group)).unwrap_or_default();
    let ids: HashSet<NodeId> = heads.iter().map(|head| head.id()).collect();
    heads.into_iter().take(most + 1).map(|head| ItemNode::new(head, |next| ids.contains(&next.id()))).collect()
}

/// Elements of the same make, in page order, that hold what may be a title; groups in page order, outer first.
fn groups<'a>(html: &'a Html, roots: Option<&[ElementRef<'a>]>) -> Vec<Vec<ElementRef<'a>>> {
    // Whether the title is of some length.
    let mut elements: HashMap<NodeId, bool> = HashMap::new();
    for seed in seeds(html) {
        let long = has_text(seed, TITLE);
        let up = std::iter::once(seed).chain(seed.ancestors().filter_map(ElementRef::wrap)).take(LEVELS);
        let inside =
            |e: &ElementRef<'a>| roots.is_none_or(|roots| roots.iter().any(|root| e != root && is_within(*e, *root)));
        for element in up.take_while(|e| !matches!(e.value().name(), "body" | "main" | "html")).filter(inside) {
            *elements.entry(element.id()).or_default() |= long;
        }
    }
    let mut found: Vec<Vec<ElementRef<'a>>> = Vec::new();
    let mut place: HashMap<String, usize> = HashMap::new();
    let root = html.tree.root();
    for element in root.descendants().filter(|node| elements.contains_key(&node.id())).filter_map(ElementRef::wrap) {
        let at = *place.entry(make(element)).or_insert_with(|| {
            found.push(Vec::new());
            found.len() - 1
        });
        found.get_mut(at).into_iter().for_each(|group| group.push(element));
    }
    let long = |element: &ElementRef<'_>| elements.get(&element.id()) == Some(&true);
    let lists = found.into_iter().map(|group| without_strangers(without_outer(group), &long));
    lists.filter(|group| group.len() >= FEWEST).collect()
}

/// Leaves of the elements with short titles those that have beside it all that the `long` ones have: a heading, a date, a few
/// sentences. Among bare links nothing tells "Kallelse" from "Visa fler".
fn without_strangers<'a>(
    mut group: Vec<ElementRef<'a>>,
    long: &dyn Fn(&ElementRef<'a>) -> bool,
) -> Vec<ElementRef<'a>> {
    let sure: Vec<ElementRef<'_>> = group.iter().copied().filter(long).collect();
    if sure.len() == group.len() {
        return group;
    }
    let ids: HashSet<NodeId> = group.iter().map(|element| element.id()).collect();
    let has: [fn(&Looks) -> bool; 3] = [|looks| looks.headings == 1, |looks| looks.dated, |looks| looks.summary];
    let sample: Vec<Looks> = sure.iter().take(SAMPLE).map(|head| looks(*head, &ids)).collect();
    let all = has.map(|has| number(sample.iter().filter(|looks| has(looks)).count()) >= ALL * number(sample.len()));
    let enough = sure.len() >= FEWEST && group.len() <= 2 * sure.len() && all.contains(&true);
    group.retain(|element| {
        let alike = || {
            let looks = looks(*element, &ids);
            looks.linked && has.iter().zip(all).all(|(has, all)| !all || has(&looks))
        };
        long(element) || (enough && alike())
    });
    group
}

/// The links and headings of the page: what titles are.
fn seeds(html: &Html) -> impl Iterator<Item = ElementRef<'_>> {
    let all = html.tree.root().descendants().filter_map(ElementRef::wrap);
    let titles = all.filter(|e| is_link(*e) || heading_level(*e).is_some_and(|level| level > 1));
    titles.take(SEEDS).filter(|title| has_text(*title, 1))
}

fn is_link(element: ElementRef<'_>) -> bool {
    element.value().name() == "a" && element.attr("href").is_some_and(|href| href.trim().len() > 1)
}

/// Elements that hold another of their group are not what repeats.
fn without_outer(group: Vec<ElementRef<'_>>) -> Vec<ElementRef<'_>> {
    let ids: HashSet<NodeId> = group.iter().map(|element| element.id()).collect();
    let outer: HashSet<NodeId> = group
        .iter()
        .flat_map(|element| element.ancestors().take(2 * LEVELS))
        .map(|node| node.id())
        .filter(|id| ids.contains(id))
        .collect();
    group.into_iter().filter(|element| !outer.contains(&element.id())).collect()
}

/// What elements of one make have in common: their name and class, and those of the two levels above. Where no class tells
/// lists apart, the parent does.
fn make(element: ElementRef<'_>) -> String {
    let up: Vec<String> = std::iter::once(element)
        .chain(element.ancestors().filter_map(ElementRef::wrap))
        .take(3)
        .map(name_and_class)
        .collect();
    let named = up.iter().take(2).any(|name| name.contains('.'));
    let parent = element.parent().filter(|_| !named).map(|parent| format!("{:?}", parent.id()));
    format!("{} {}", up.join("<"), parent.unwrap_or_default())
}

/// The name and the first class that does not count or colour.
fn name_and_class(element: ElementRef<'_>) -> String {
    const PASSING: &[&str] =
        &["first", "last", "odd", "even", "active", "current", "featured", "sticky", "new", "clearfix"];
    let class = element.attr("class").unwrap_or_default();
    let lasting = |class: &&str| !class.chars().any(|c| c.is_ascii_digit()) && !PASSING.contains(class);
    match class.split_ascii_whitespace().find(lasting) {
        Some(class) => format!("{}.{class}", element.value().name()),
        None => element.value().name().to_owned(),
    }
}

/// How much a group looks like a list of news.
fn score(group: &[ElementRef<'_>]) -> f64 {
    let ids: HashSet<NodeId> = group.iter().map(|element| element.id()).collect();
    let sample: Vec<Looks> = group.iter().take(SAMPLE).map(|head| looks(*head, &ids)).collect();
    let count = number(sample.len());
    let share = |has: &dyn Fn(&Looks) -> bool| number(sample.iter().filter(|looks| has(looks)).count()) / count;
    let titles: HashSet<String> = sample.iter().map(|looks| title_key(&looks.title)).collect();
    if number(titles.len()) < 0.6 * count
        || share(&|looks| looks.linked) < 0.5
        || share(&|looks| looks.headings > 1 || looks.long_links > 4) > 0.5
    {
        return 0.0;
    }
    let length = sample.iter().map(|looks| looks.title.chars().count()).sum::<usize>();
    let worth = 1.0
        + 2.5 * share(&|looks| looks.headings == 1)
        + 2.0 * share(&|looks| looks.dated)
        + 2.0 * share(&|looks| looks.summary)
        + f64::from(u8::from(number(length) / count >= 20.0));
    let many = number(group.len().min(30)).ln_1p();
    worth * many * group.first().map_or(0.0, |first| place(*first))
}

/// Counts here are small.
#[allow(clippy::cast_precision_loss)]
fn number(count: usize) -> f64 {
    count as f64
}

/// What one element of a group has.
struct Looks {
    title: String,
    linked: bool,
    headings: usize,
    long_links: usize,
    dated: bool,
    summary: bool,
}

fn looks(head: ElementRef<'_>, group: &HashSet<NodeId>) -> Looks {
    let item = ItemNode::new(head, |next| group.contains(&next.id()));
    let long = |e: &ElementRef<'_>| e.value().name() == "a" && has_text(*e, TITLE);
    let title = super::guess::title(&item);
    let own = |e: ElementRef<'_>| title.is_some_and(|title| is_within(e, title));
    Looks {
        title: title.map(|title| text::start(title, 1000)).unwrap_or_default(),
        linked: super::guess::link(&item, title).is_some(),
        headings: item.elements().filter(|e| heading_level(*e).is_some()).count(),
        long_links: item.elements().filter(long).count(),
        dated: item.elements().any(|e| !own(e) && looks_dated(e)),
        summary: item.elements().any(|e| !own(e) && e != head && is_sentence(e)),
    }
}

/// A `time`, or a short text with a year or a day and a letter or mark.
fn looks_dated(element: ElementRef<'_>) -> bool {
    if element.value().name() == "time" {
        return true;
    }
    let text = text::own(element);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    text.chars().count() <= 40 && (3..=12).contains(&digits)
}

fn is_sentence(element: ElementRef<'_>) -> bool {
    text::own(element).chars().count() >= SENTENCE
}

/// How likely news stand where the element does.
fn place(element: ElementRef<'_>) -> f64 {
    let mut worth = 1.0;
    for above in std::iter::once(element).chain(element.ancestors().filter_map(ElementRef::wrap)) {
        let name = above.value().name();
        let is_site_header = name == "header" && !above.ancestors().filter_map(ElementRef::wrap).any(|e| is_main(&e));
        if name == "form" || is_site_header || is_beside(above) {
            return 0.15;
        }
        if is_main(&above) {
            worth = 1.4;
        }
    }
    worth
}

/// Whether an element calls itself something that stands beside what the page is about: a menu, a footer, a banner.
pub(super) fn is_beside(element: ElementRef<'_>) -> bool {
    const ASIDE: &[&str] = &["nav", "footer", "aside", "dialog"];
    const ROLES: &[&str] =
        &["navigation", "contentinfo", "complementary", "dialog", "menu", "banner", "menubar", "search"];
    const WORDS: &[&str] = &[
        "cookie",
        "consent",
        "samtycke",
        "breadcrumb",
        "menu",
        "meny",
        "footer",
        "sidfot",
        "sidebar",
        "related",
        "relaterad",
        "pagination",
        "popular",
        "genvag",
        "shortcut",
        "social",
        "nav",
        "quicklink",
    ];
    let name = element.value().name();
    let marks =
        [element.attr("class"), element.attr("id")].into_iter().flatten().collect::<Vec<_>>().join(" ").to_lowercase();
    let mut words = marks.split(|c: char| !c.is_alphanumeric());
    let told = name != "body" && words.any(|word| WORDS.iter().any(|wanted| word.starts_with(wanted)));
    told || ASIDE.contains(&name) || element.attr("role").is_some_and(|role| ROLES.contains(&role))
}

pub(super) fn is_main(element: &ElementRef<'_>) -> bool {
    matches!(element.value().name(), "main" | "article") || element.attr("role") == Some("main")
}
