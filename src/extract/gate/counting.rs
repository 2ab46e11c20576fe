//! A tree that counts what is done to it.

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};
use std::collections::HashMap;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, QualName, local_name};
use scraper::{ElementRef, Html, HtmlTreeSink};

/// How the tree names a node.
pub(in super::super) type NodeId = <HtmlTreeSink as TreeSink>::Handle;

/// Passes everything on to scraper's tree. A *step* is about one look at one element: a few nanoseconds.
pub(super) struct CountingSink {
    tree: HtmlTreeSink,
    steps: Cell<u64>,
    created: Cell<usize>,
    attributes: Cell<usize>,
    /// Attributes that came after their element, with a second `<html>` or `<body>`.
    late: Cell<usize>,
    deepest: Cell<usize>,
    /// How deep each node was put. Nodes that are moved later keep the first answer.
    levels: RefCell<HashMap<NodeId, usize>>,
    /// The formatting element just made, with the number of its attributes.
    format: Cell<Option<(NodeId, usize)>>,
}

impl CountingSink {
    pub(super) fn new() -> Self {
        Self {
            tree: HtmlTreeSink::new(Html::new_document()),
            steps: Cell::new(0),
            created: Cell::new(0),
            attributes: Cell::new(0),
            late: Cell::new(0),
            deepest: Cell::new(0),
            levels: RefCell::default(),
            format: Cell::new(None),
        }
    }

    /// Adds to the work done.
    pub(super) fn charge(&self, steps: u64) {
        self.steps.set(self.steps.get().saturating_add(steps));
    }

    /// The work done.
    pub(super) fn steps(&self) -> u64 {
        self.steps.get()
    }

    /// Elements made so far, also those that ended up nowhere.
    pub(super) fn created(&self) -> usize {
        self.created.get()
    }

    /// Levels of the deepest place where something was put.
    pub(super) fn deepest(&self) -> usize {
        self.deepest.get()
    }

    /// The memory held, in nodes: four attributes are about one.
    pub(super) fn weight(&self) -> usize {
        self.tree.0.borrow().tree.nodes().len() + self.attributes.get() / 4
    }

    /// Notes that `child` is about to stand inside `parent`.
    fn place(&self, parent: NodeId, child: &NodeOrText<NodeId>) {
        let NodeOrText::AppendNode(child) = child else { return };
        let mut levels = self.levels.borrow_mut();
        let level = levels.get(&parent).copied().unwrap_or(0) + 1;
        levels.insert(*child, level);
        self.deepest.set(self.deepest.get().max(level));
        self.charge(1);
        if let Some((_, attributes)) = self.format.take().filter(|(id, _)| id == child) {
            // A formatting element is held, attribute by attribute, against each that is open.
            self.charge((level + self.open_formats(parent) * (attributes + 4) * 8) as u64);
        }
    }

    /// Formatting elements around a place.
    fn open_formats(&self, place: NodeId) -> usize {
        let html = self.tree.0.borrow();
        let Some(node) = html.tree.get(place) else { return 0 };
        let around = std::iter::once(node).chain(node.ancestors()).filter_map(ElementRef::wrap);
        around.filter(|element| is_format(&element.value().name)).count()
    }
}

/// The elements that a parser opens again in the next block when they were left open.
fn is_format(name: &QualName) -> bool {
    matches!(
        name.local,
        local_name!("a")
            | local_name!("b")
            | local_name!("big")
            | local_name!("code")
            | local_name!("em")
            | local_name!("font")
            | local_name!("i")
            | local_name!("nobr")
            | local_name!("s")
            | local_name!("small")
            | local_name!("strike")
            | local_name!("strong")
            | local_name!("tt")
            | local_name!("u")
    )
}

impl TreeSink for CountingSink {
    type Handle = NodeId;
    type Output = Html;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Html {
        self.tree.finish()
    }

    /// Nobody reads them, and a page can have millions.
    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        self.tree.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Ref<'a, QualName> {
        self.charge(1);
        self.tree.elem_name(target)
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> NodeId {
        self.created.set(self.created.get() + 1);
        self.attributes.set(self.attributes.get() + attrs.len());
        self.charge(8 + 8 * attrs.len() as u64);
        let format = is_format(&name).then_some(attrs.len());
        let id = self.tree.create_element(name, attrs, flags);
        self.format.set(format.map(|attributes| (id, attributes)));
        id
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.tree.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.tree.create_pi(target, data)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.place(*parent, &child);
        self.tree.append(parent, child);
    }

    fn append_based_on_parent_node(&self, element: &NodeId, previous: &NodeId, child: NodeOrText<NodeId>) {
        self.place(*element, &child);
        self.tree.append_based_on_parent_node(element, previous, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public_id: StrTendril, system_id: StrTendril) {
        self.tree.append_doctype_to_document(name, public_id, system_id);
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        let contents = self.tree.get_template_contents(target);
        let mut levels = self.levels.borrow_mut();
        let level = levels.get(target).copied().unwrap_or(0);
        levels.insert(contents, level);
        contents
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        self.charge(1);
        x == y
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.tree.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &NodeId, new_node: NodeOrText<NodeId>) {
        self.place(*sibling, &new_node);
        self.tree.append_before_sibling(sibling, new_node);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attrs: Vec<Attribute>) {
        self.late.set(self.late.get() + attrs.len());
        self.attributes.set(self.attributes.get() + attrs.len());
        // Each is inserted into a sorted list, which moves half of it.
        self.charge((attrs.len() * (16 + self.late.get())) as u64);
        self.tree.add_attrs_if_missing(target, attrs);
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.tree.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        let children = self.tree.0.borrow().tree.get(*node).map_or(0, |node| node.children().count());
        self.charge(2 * children as u64);
        self.tree.reparent_children(node, new_parent);
    }
}
