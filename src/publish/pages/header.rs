//! Whether the operator's own header leaves the page that follows it whole.

use scraper::{Html, Selector};

/// What is wrong with a header: it would swallow the page, or bend it. `None`: nothing.
///
/// It is the operator's own and inserted as it is; this only keeps a forgotten `-->` or `</div>` from hiding the news.
#[must_use]
pub fn header_flaw(header: &str) -> Option<&'static str> {
    let page = format!("<!DOCTYPE html><html><head><title>t</title></head><body>{header}<main></main></body></html>");
    let document = Html::parse_document(&page);
    // Neither can be wrong: they are ours.
    let (Ok(kept), Ok(all)) = (Selector::parse("body > main:last-child"), Selector::parse("main")) else { return None };
    if document.select(&kept).count() == 0 {
        return Some("leaves an element or a comment open");
    }
    (document.select(&all).count() > 1).then_some("has a `main` element, which is the page's own")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_swallow_the_page_is_seen() {
        let open = Some("leaves an element or a comment open");
        for (header, want) in [
            ("", None),
            ("Region Mälarö", None),
            ("<header><a href=\"/\">Region <b>Mälarö</b></a><br><img src=\"logo.svg\" alt=\"\"></header>", None),
            ("<style>a { color: red }</style><p>Hej", None),
            ("<div><p>Hej</p>", open),
            ("<!-- Hej", open),
            ("<script>var a = 1;", open),
            ("<textarea>", open),
            ("<main>Hej</main>", Some("has a `main` element, which is the page's own")),
        ] {
            assert_eq!(header_flaw(header), want, "{header}");
        }
    }
}
