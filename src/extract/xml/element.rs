//! What an XML document is made of, and what can be asked of it.

use std::fmt::Write;

use url::Url;

use super::super::markup;

/// What a name means, by its namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in super::super) enum Space {
    /// None, or that of RSS or of sitemaps.
    #[default]
    Own,
    /// RFC 4287, and Atom 0.3.
    Atom,
    /// Dublin Core.
    Dublin,
    /// `content:encoded`.
    Content,
    /// Media RSS.
    Media,
    /// iTunes.
    Itunes,
    /// News in sitemaps.
    News,
    /// Any other.
    Other,
}

impl Space {
    pub(super) fn of_address(uri: &str) -> Self {
        let uri = uri.trim().to_ascii_lowercase();
        let is = |part: &str| uri.contains(part);
        if is("www.w3.org/2005/atom") || is("purl.org/atom/") {
            Self::Atom
        } else if is("purl.org/dc/") {
            Self::Dublin
        } else if is("purl.org/rss/1.0/modules/content") {
            Self::Content
        } else if is("search.yahoo.com/mrss") {
            Self::Media
        } else if is("itunes.com/dtds/podcast") {
            Self::Itunes
        } else if is("/schemas/sitemap-news/") {
            Self::News
        } else if uri.is_empty()
            || is("purl.org/rss/1.0")
            || is("/schemas/sitemap/")
            || is("backend.userland.com")
            || is("netscape.com/rdf")
        {
            Self::Own
        } else {
            Self::Other
        }
    }

    /// A prefix that nobody declared means what it usually does.
    pub(super) fn of_prefix(prefix: &str) -> Self {
        match prefix {
            "atom" => Self::Atom,
            "dc" | "dcterms" => Self::Dublin,
            "content" => Self::Content,
            "media" => Self::Media,
            "itunes" => Self::Itunes,
            "news" => Self::News,
            _ => Self::Other,
        }
    }
}

/// An element.
#[derive(Debug, Default)]
pub(in super::super) struct Element {
    pub(in super::super) space: Space,
    /// Lower case, without a prefix.
    pub(in super::super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) nodes: Vec<Node>,
    /// The document ends inside it.
    pub(in super::super) open: bool,
}

/// What stands in an element.
#[derive(Debug)]
pub(super) enum Node {
    Text(String),
    Element(Element),
}

impl Element {
    /// The value of an attribute, named with its prefix as it is written.
    pub(in super::super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The elements directly inside.
    pub(in super::super) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// Those of one name.
    pub(in super::super) fn all(&self, space: Space, name: &str) -> impl Iterator<Item = &Element> {
        self.elements().filter(move |element| element.space == space && element.name == name)
    }

    /// The first of them.
    pub(in super::super) fn first(&self, space: Space, name: &str) -> Option<&Element> {
        self.all(space, name).next()
    }

    /// The text inside; `None` when there is nothing but space.
    pub(in super::super) fn text(&self) -> Option<String> {
        let mut text = String::new();
        self.gather(&mut text);
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn gather(&self, out: &mut String) {
        for node in &self.nodes {
            match node {
                Node::Text(text) => out.push_str(text),
                Node::Element(element) => element.gather(out),
            }
        }
    }

    /// What is inside, as HTML: text is HTML that was written as text, unless elements stand beside it.
    pub(in super::super) fn markup(&self) -> Option<String> {
        if self.elements().next().is_none() {
            return self.text();
        }
        Some(self.inside())
    }

    /// What is inside, written as HTML.
    pub(in super::super) fn inside(&self) -> String {
        let mut out = String::new();
        self.nodes.iter().for_each(|node| node.write(&mut out));
        out
    }

    /// What addresses inside are relative to: `xml:base`.
    pub(in super::super) fn base(&self, outer: &Url) -> Url {
        let own = self.attribute("xml:base").and_then(|base| outer.join(base.trim()).ok());
        own.filter(super::super::fitter::is_web).unwrap_or_else(|| outer.clone())
    }
}

impl Node {
    fn write(&self, out: &mut String) {
        let element = match self {
            Self::Text(text) => return out.push_str(&markup::escape(text)),
            Self::Element(element) => element,
        };
        let name = &element.name;
        // Writing to a string does not fail.
        let _ = write!(out, "<{name}");
        for (key, value) in &element.attributes {
            let _ = write!(out, " {key}=\"{}\"", markup::escape(value).replace('"', "&quot;"));
        }
        out.push('>');
        element.nodes.iter().for_each(|node| node.write(out));
        if !matches!(name.as_str(), "br" | "img" | "hr" | "input" | "wbr" | "col" | "source" | "area" | "embed") {
            let _ = write!(out, "</{name}>");
        }
    }
}
