//! The text of an element, as a reader sees it.

use scraper::{ElementRef, Node};

use crate::model::text::{clean, clean_paragraphs};

/// Elements whose text nobody sees.
const UNSEEN: &[&str] =
    &["script", "style", "template", "noscript", "svg", "head", "select", "textarea", "iframe", "object"];

/// Classes of texts for those who hear a page: labels, and hints that repeat what others see.
const HEARD: &[&str] =
    &["screen-reader-text", "visually-hidden", "visuallyhidden", "sr-only", "element-invisible", "env-assistive-text"];

/// Elements that stand in a line of text. All others begin a line of their own.
pub(super) const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub",
    "sup", "time", "tt", "u", "var", "wbr",
];

/// Bytes of text read of one element, white space apart: more than any field may have.
const MOST: usize = 64 * 1024;

/// Everything in one line.
pub(super) fn line(element: ElementRef<'_>) -> String {
    clean(&blocks(element, MOST))
}

/// The beginning in one line: not much more than so many bytes are read, so that elements inside each other stay cheap.
pub(super) fn start(element: ElementRef<'_>, bytes: usize) -> String {
    clean(&blocks(element, bytes))
}

/// One line for each block, such as a paragraph; `None` when there is no text.
pub(super) fn paragraphs(element: ElementRef<'_>) -> Option<String> {
    clean_paragraphs(blocks(element, MOST).split('\n'))
}

/// The text that stands in the element itself, not in one of its children.
pub(super) fn own(element: ElementRef<'_>) -> String {
    let texts: Vec<&str> = element.children().filter_map(|child| child.value().as_text().map(|text| &**text)).collect();
    clean(&texts.join(" "))
}

/// Whether what stands in the element is shown to a reader.
pub(super) fn is_seen(element: ElementRef<'_>) -> bool {
    let is_heard = |class: &str| class.split_ascii_whitespace().any(|class| HEARD.contains(&class));
    !UNSEEN.contains(&element.value().name())
        && element.attr("hidden").is_none()
        && !element.attr("class").is_some_and(is_heard)
}

/// The text with a line feed where a block begins or ends. A loop, not a recursion: pages are deep.
fn blocks(element: ElementRef<'_>, most: usize) -> String {
    let mut out = String::new();
    let mut read = 0;
    let top = *element;
    let mut node = top;
    loop {
        let enter = node == top || open(node.value(), ElementRef::wrap(node).is_none_or(is_seen), &mut out);
        read += node.value().as_text().map_or(0, |text| text.trim().len());
        if enter && let Some(child) = node.first_child() {
            node = child;
            continue;
        }
        loop {
            if node == top || read > most {
                return out;
            }
            close(node.value(), &mut out);
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            let Some(parent) = node.parent() else { return out };
            node = parent;
        }
    }
}

/// Writes what a node begins with; whether its children are to be read.
fn open(node: &Node, seen: bool, out: &mut String) -> bool {
    match node {
        Node::Text(text) => out.extend(text.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c })),
        Node::Element(element) if !seen => out.push(if INLINE.contains(&element.name()) { ' ' } else { '\n' }),
        Node::Element(element) => match element.name() {
            "br" | "img" | "input" => out.push(' '),
            name if !INLINE.contains(&name) => out.push('\n'),
            _ => {}
        },
        _ => {}
    }
    seen
}

fn close(node: &Node, out: &mut String) {
    if let Node::Element(element) = node
        && !INLINE.contains(&element.name())
        && !matches!(element.name(), "br" | "img" | "input")
    {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_what_a_reader_sees() {
        for (markup, want) in [
            ("<p>Ett<p>två", "Ett\ntvå"),
            ("Ett<br>två<script>x</script><b>tre</b>", "Ett två\ntre"),
            (
                "<div>Ny\u{AD}heter \n i <i>länet</i></div><template>x</template><span hidden>y</span>z",
                "Nyheter i länet\nz",
            ),
            ("<ul><li>a<li>b</ul>", "a\nb"),
            ("<span>Kultur</span><span>Stöd</span>", "KulturStöd"),
            ("Ny <a>tid<b class='x sr-only'> öppnas</b></a><i class=visually-hidden>!</i>", "Ny tid"),
            ("<noscript><p>slå på</p></noscript>", ""),
        ] {
            let html = scraper::Html::parse_fragment(markup);
            let text = paragraphs(html.root_element()).unwrap_or_default();
            assert_eq!(text, want, "{markup}");
        }
    }
}
