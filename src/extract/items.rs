//! Which elements of a page are its items.

use std::collections::{HashMap, HashSet};

use scraper::{ElementRef, Html};

use super::auto;
use super::field::Selectors;
use super::gate::NodeId;
use super::node::{ItemNode, heading_level};
use super::recipe::Recipe;
use super::table;
use crate::model::Container;

/// The items in page order, and whether the list that the recipe names is there.
pub(super) fn find<'a>(html: &'a Html, recipe: &Recipe, most: usize) -> (Container, Vec<ItemNode<'a>>) {
    let (container, roots) = match &recipe.list {
        None => (Container::Unknown, None),
        Some(list) => match outermost(select(html, list)) {
            lists if lists.is_empty() => return (Container::Gone, Vec::new()),
            lists => (Container::Present, Some(lists)),
        },
    };
    let Some(item) = &recipe.item else {
        return (container, auto::find(html, roots.as_deref(), most));
    };
    let matched = match &roots {
        None => select(html, item),
        Some(roots) => item
            .iter()
            .map(|css| roots.iter().flat_map(|root| root.select(css.compiled())).collect::<Vec<_>>())
            .find(|found| !found.is_empty())
            .unwrap_or_default(),
    };
    let heads = table::without_headers(settle(&matched));
    let ids: HashSet<NodeId> = heads.iter().map(|head| head.id()).collect();
    // One more than is read, so that the reader can tell that there were more.
    let nodes = heads.into_iter().take(most + 1).map(|head| ItemNode::new(head, |next| ids.contains(&next.id())));
    (container, nodes.collect())
}

/// What the first selector that matches anything matches.
fn select<'a>(html: &'a Html, selectors: &Selectors) -> Vec<ElementRef<'a>> {
    selectors
        .iter()
        .map(|css| html.select(css.compiled()).collect::<Vec<_>>())
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// Without those that stand inside another: its items are found through that one.
fn outermost(found: Vec<ElementRef<'_>>) -> Vec<ElementRef<'_>> {
    let ids: HashSet<NodeId> = found.iter().map(|element| element.id()).collect();
    found.into_iter().filter(|element| !element.ancestors().any(|node| ids.contains(&node.id()))).collect()
}

/// Of matches inside each other, those that are items.
///
/// A wrapper that the selector happens to match gives way to what is inside it; a list of categories inside an item gives
/// way to the item. What tells them apart is where the headings stand, and then the links: an element gives way to those
/// inside it unless it has a heading (or, without headings, a link) that none of them has.
fn settle<'a>(matched: &[ElementRef<'a>]) -> Vec<ElementRef<'a>> {
    let place: HashMap<NodeId, usize> = matched.iter().enumerate().map(|(at, element)| (element.id(), at)).collect();
    let outer = |element: &ElementRef<'a>| element.ancestors().find_map(|node| place.get(&node.id()).copied());
    let outers: Vec<Option<usize>> = matched.iter().map(outer).collect();
    if outers.iter().all(Option::is_none) {
        return matched.to_vec();
    }
    let own: Vec<u8> = matched.iter().map(|element| rank(*element, &place)).collect();
    let mut kept = vec![true; matched.len()];
    // Page order puts the outer first; from the end, the inner ones are settled before it.
    let mut inner = vec![None::<u8>; matched.len()];
    for at in (0..matched.len()).rev() {
        let (Some(&mine), Some(&best)) = (own.get(at), inner.get(at)) else { continue };
        let gives_way = best.is_some_and(|best| !(mine > best || (mine == 1 && best == 1)));
        if let Some(keep) = kept.get_mut(at) {
            *keep = !gives_way;
        }
        if let Some(above) = outers.get(at).copied().flatten().and_then(|above| inner.get_mut(above)) {
            *above = (*above).max(best).max(Some(mine));
        }
    }
    let items: HashSet<NodeId> =
        matched.iter().zip(&kept).filter(|(_, keep)| **keep).map(|(element, _)| element.id()).collect();
    let stands_alone =
        |e: &&ElementRef<'a>| items.contains(&e.id()) && !e.ancestors().any(|node| items.contains(&node.id()));
    matched.iter().filter(stands_alone).copied().collect()
}

/// 2: it has a heading outside the matches inside it; 1: a link; 0: neither.
fn rank(element: ElementRef<'_>, matched: &HashMap<NodeId, usize>) -> u8 {
    let mut best = 0;
    let mut waiting = vec![element];
    while let Some(next) = waiting.pop() {
        if heading_level(next).is_some() {
            return 2;
        }
        best = best.max(u8::from(next.value().name() == "a"));
        waiting.extend(next.child_elements().filter(|child| !matched.contains_key(&child.id())));
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(markup: &str, fields: &[(&str, &str)]) -> (Container, Vec<String>) {
        let html = Html::parse_document(markup);
        let recipe = Recipe::from_fields(None, fields.iter().map(|&(key, text)| (key, text.into()))).unwrap();
        let (container, nodes) = find(&html, &recipe, 100);
        (container, nodes.iter().map(|node| node.head().attr("id").unwrap_or("-").to_owned()).collect())
    }

    #[test]
    fn of_nested_matches_the_items_are_kept() {
        let item = |css| [("item", css)];
        let categories = "<ul><li id=a><h3>A</h3><ul><li>Vård<li>Kultur</ul><li id=b><h3>B</h3></ul>";
        assert_eq!(heads(categories, &item("li")).1, ["a", "b"]);
        let headed =
            "<table><tr id=h><th>Dag<th><a href=/s>Rubrik</a><tr id=a><td>1<td>A<tr id=b><th scope=row>2<td>B</table>";
        assert_eq!(heads(headed, &item("tr")).1, ["a", "b"]);
        let linked = "<ul><li id=a><a href=/a>A</a><ul><li><a href=/v>Vård</a></ul><li id=b><a href=/b>B</a></ul>";
        assert_eq!(heads(linked, &item("li")).1, ["a", "b"]);
        let wrapped = "<div id=w><h2>Nyheter</h2><div id=a><h3>A</h3></div><div id=b><h3>B</h3></div></div>";
        assert_eq!(heads(wrapped, &item("div")).1, ["a", "b"]);
    }

    #[test]
    fn the_list_is_there_or_gone() {
        let page = "<ul class=n><li id=a>A</ul><ul class=n><li id=b>B</ul><li id=c>C<ul class=e></ul>";
        assert_eq!(heads(page, &[("list", ".n"), ("item", "li")]), (Container::Present, vec!["a".into(), "b".into()]));
        assert_eq!(heads(page, &[("list", ".e"), ("item", "li")]), (Container::Present, vec![]));
        assert_eq!(heads(page, &[("list", ".x"), ("item", "li")]), (Container::Gone, vec![]));
        assert_eq!(heads(page, &[("item", "li")]).0, Container::Unknown);
    }
}
