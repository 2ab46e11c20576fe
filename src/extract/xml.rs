//! Reads XML into a tree, as far as it goes.
//!
//! Feeds and sitemaps are often not quite well-formed: a bare `&`, an entity of HTML, a missing end. What can be read is
//! read, and an element that does not end says so. No entity is expanded, so none can grow.

mod element;

use std::borrow::Cow;
use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Error, Reader};

use super::Options;
use crate::model::Refusal;
use element::Node;

pub(super) use element::{Element, Space};

/// The outermost element; `None`: there is none.
pub(super) fn parse(text: &str, options: &Options) -> Result<Option<Element>, Refusal> {
    if text.len() > options.max_bytes {
        return Err(Refusal::TooLong { limit: options.max_bytes });
    }
    let start = text.find('<').and_then(|at| text.get(at..)).unwrap_or_default();
    let mut reader = Reader::from_str(start);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut builder = TreeBuilder { options, stack: Vec::new(), root: None, spaces: HashMap::new(), nodes: 0 };
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(event) => builder.event(&event)?,
            // The reader has gone past it.
            Err(Error::IllFormed(_)) => builder.count(1)?,
            Err(_) => break,
        }
    }
    Ok(builder.finish())
}

/// Builds the tree.
struct TreeBuilder<'o> {
    options: &'o Options,
    /// The open elements, each with the space of names without a prefix.
    stack: Vec<(Element, Space)>,
    root: Option<Element>,
    /// By prefix. The first declaration holds for all of the document: feeds do not use one prefix for two things.
    spaces: HashMap<String, Space>,
    nodes: usize,
}

impl TreeBuilder<'_> {
    fn event(&mut self, event: &Event<'_>) -> Result<(), Refusal> {
        self.count(1)?;
        match event {
            Event::Start(tag) => self.open(tag)?,
            Event::Empty(tag) => {
                self.open(tag)?;
                self.close_last();
            }
            Event::End(tag) => self.close(&name_of(tag.name().as_ref()).1),
            Event::Text(text) => self.text(&utf8(text)),
            Event::CData(text) => self.text(&utf8(text)),
            Event::GeneralRef(entity) => {
                let name = utf8(entity);
                let known = quick_xml::escape::resolve_predefined_entity(&name);
                match entity.resolve_char_ref().ok().flatten() {
                    Some(c) => self.text(c.encode_utf8(&mut [0; 4])),
                    None => self.text(known.unwrap_or(&format!("&{name};"))),
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn count(&mut self, nodes: usize) -> Result<(), Refusal> {
        self.nodes += nodes;
        // Events are smaller than nodes: a text with an entity in every word is many of them.
        let limit = self.options.max_nodes;
        if self.nodes > 4 * limit { Err(Refusal::TooManyNodes { limit }) } else { Ok(()) }
    }

    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), Refusal> {
        let limits = self.options;
        if self.stack.len() >= limits.max_depth {
            return Err(Refusal::TooDeep { limit: limits.max_depth });
        }
        let mut attributes = Vec::new();
        let mut default = self.stack.last().map_or(Space::Own, |(_, default)| *default);
        for attribute in tag.html_attributes().with_checks(false).flatten() {
            if attributes.len() == limits.max_attributes {
                return Err(Refusal::TooManyAttributes { limit: limits.max_attributes });
            }
            let key = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
            let raw = String::from_utf8_lossy(&attribute.value);
            let value = quick_xml::escape::unescape(&raw).unwrap_or(Cow::Borrowed(&raw)).into_owned();
            if key == "xmlns" {
                default = Space::of_address(&value);
            } else if let Some(prefix) = key.strip_prefix("xmlns:") {
                self.spaces.entry(prefix.to_owned()).or_insert_with(|| Space::of_address(&value));
            } else {
                attributes.push((key, value));
            }
        }
        self.count(attributes.len() / 4)?;
        let (prefix, name) = name_of(tag.name().as_ref());
        let space = match prefix.as_str() {
            "" => default,
            prefix => self.spaces.get(prefix).copied().unwrap_or_else(|| Space::of_prefix(prefix)),
        };
        self.stack.push((Element { space, name, attributes, nodes: Vec::new(), open: false }, default));
        Ok(())
    }

    /// Ends the nearest open element of that name, and with it those inside; an end that fits none is passed over.
    fn close(&mut self, name: &str) {
        let Some(at) = self.stack.iter().rposition(|(element, _)| element.name == name) else { return };
        while self.stack.len() > at {
            self.close_last();
        }
    }

    fn close_last(&mut self) {
        let Some((element, _)) = self.stack.pop() else { return };
        match self.stack.last_mut() {
            Some((parent, _)) => parent.nodes.push(Node::Element(element)),
            // Whatever follows the first document is none of it.
            None => drop(self.root.get_or_insert(element)),
        }
    }

    fn text(&mut self, text: &str) {
        let Some((element, _)) = self.stack.last_mut() else { return };
        match element.nodes.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ => element.nodes.push(Node::Text(text.to_owned())),
        }
    }

    fn finish(mut self) -> Option<Element> {
        while let Some((element, _)) = self.stack.last_mut() {
            element.open = true;
            self.close_last();
        }
        self.root
    }
}

/// The prefix, and the name in lower case.
fn name_of(name: &[u8]) -> (String, String) {
    let name = String::from_utf8_lossy(name);
    let (prefix, local) = name.trim().split_once(':').unwrap_or(("", name.trim()));
    (prefix.to_owned(), local.to_ascii_lowercase())
}

/// The reader was given text, so it is.
fn utf8(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(text: &str) -> Element {
        parse(text, &Options::default()).unwrap().unwrap()
    }

    #[test]
    fn texts_are_read_once() {
        for (inside, want) in [
            ("a &amp; b", "a & b"),
            ("a &amp;amp; b", "a &amp; b"),
            ("a & b &c d", "a & b &c d"),
            ("a&nbsp;b&#228;&#xE5;", "a\u{A0}bäå"),
            ("<![CDATA[<p>a]]> &lt;b", "<p>a <b"),
            ("a &unknown; b", "a &unknown; b"),
            ("<!-- x -->a<?y z?>b", "ab"),
        ] {
            assert_eq!(root(&format!("<t>{inside}</t>")).text().as_deref(), Some(want), "{inside}");
        }
    }

    #[test]
    fn names_have_spaces() {
        let text = "\u{FEFF} <?xml version='1.0' encoding='iso-8859-1'?><!DOCTYPE x [<!ENTITY e 'eee'>]>\
            <x:feed xmlns:x='http://www.w3.org/2005/Atom' xmlns:d='http://purl.org/dc/elements/1.1/'><x:Title/><d:date/>\
            <dc:date/><i xmlns='http://www.w3.org/1999/xhtml'/><j/></x:feed>";
        let root = root(text);
        assert_eq!((root.space, root.name.as_str()), (Space::Atom, "feed"));
        let inside: Vec<_> = root.elements().map(|e| (e.space, e.name.as_str())).collect();
        let (dublin, other) = (Space::Dublin, Space::Other);
        let want = [(Space::Atom, "title"), (dublin, "date"), (dublin, "date"), (other, "i"), (Space::Own, "j")];
        assert_eq!(inside, want);
    }

    #[test]
    fn what_is_cut_off_is_open() {
        let root = root("<r><a>x</a><b>y<c>z");
        let open: Vec<_> = root.elements().map(|e| (e.name.as_str(), e.open)).collect();
        assert_eq!((root.open, open), (true, vec![("a", false), ("b", true)]));
        let stray = self::root("<r></x><a><b>1</a></b><c>2</c></r>");
        assert_eq!(stray.elements().map(|e| e.name.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    }

    #[test]
    fn elements_inside_a_text_are_markup() {
        let root = root("<r><d>a &lt; b <b title='&quot;'>fet</b><br/>c</d><e>&lt;b>x&lt;/b></e></r>");
        let markup: Vec<_> = root.elements().filter_map(Element::markup).collect();
        assert_eq!(markup, ["a &lt; b <b title=\"&quot;\">fet</b><br>c", "<b>x</b>"]);
    }

    #[test]
    fn bombs_end() {
        let options = Options::default();
        let refused = |text: &str| parse(text, &options).err();
        assert_eq!(refused(&"<a>".repeat(100_000)), Some(Refusal::TooDeep { limit: 512 }));
        assert!(refused(&"<a/>".repeat(1_000_000)).is_some());
        let attributes = (0..5000).fold(String::new(), |text, n| text + &format!(" a{n}='1'"));
        assert!(refused(&format!("<a{attributes}>")).is_some());
        let entities = "<!DOCTYPE l [<!ENTITY a 'xxxxxxxxxx'><!ENTITY b '&a;&a;&a;&a;'>]><l>&b;&b;</l>";
        assert_eq!(root(entities).text().as_deref(), Some("&b;&b;"));
        assert!(parse("", &options).unwrap().is_none());
        assert!(parse(&"</a>".repeat(1000), &options).unwrap().is_none());
    }
}
