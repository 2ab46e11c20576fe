use std::fmt::Write;

use super::*;

fn refused(page: &str) -> Option<Refusal> {
    parse(page, &Options::default()).err()
}

/// Ordinary in every way but its length: about 20 000 nodes, 1.6 MB.
fn large_page() -> String {
    let mut page = "<!doctype html><html lang=sv><head><title>Nyheter</title><body class=start><main><ul>".to_owned();
    for n in 0..1400 {
        let text = "Regionen bygger om mottagningen på sjukhuset &amp; öppnar i maj. ".repeat(15);
        let _ = write!(
            page,
            "<li class=\"nyhet lista\"><h2><a href=\"/nyheter/{n}/\">Nyhet {n}</a></h2><p>{text}<b>Läs <i>mer</b></i><br>\
             <time datetime=2024-01-02>2 januari</time><table><tr><td>1<td>2</table><ul><li>Vård<li>Kultur</ul>"
        );
    }
    page
}

#[test]
fn a_large_page_passes_and_its_tree_is_the_parsers_own() {
    let page = large_page();
    assert!(page.len() > 1_500_000);
    let (ours, theirs) = (parse(&page, &Options::default()).unwrap(), Html::parse_document(&page));
    assert!(ours.tree.nodes().len() > 20_000);
    assert!(ours.tree == theirs.tree);
}

#[test]
fn awkward_markup_gives_the_parsers_own_tree() {
    for page in [
        "",
        "\u{FEFF}<p>a",
        "a<b>c<p>d</b>e<table><b>f<tr>g<td>h</table>\r\n<pre>\r\n\nx</pre>&ampi &#x41;&notin; <!-- <a> --><?x <![CDATA[y]]>",
        "<svg><foreignObject><p>x</svg><math><mi>a<template><tr><td>b</template><select><option>c<input>",
        "<script>if (a < b && c) { '</script'; '<!--<script>' }</script><textarea>\n<b></textarea><plaintext></b>",
        "<a href=x>1<a href=y>2<div>3</a>4</div><nobr>5<nobr>6<form><form><button><p><button>",
        "<frameset><frame></frameset><noframes><p></noframes>",
        "<p title='a<b<c' data-x=\"<\">x < y <3 <",
        "<html a=1><body b=2><html c=3><body d=4 b=5>",
    ] {
        let ours = parse(page, &Options::default()).unwrap();
        assert!(ours.tree == Html::parse_document(page).tree, "{page}");
    }
}

#[test]
fn a_long_attribute_is_no_trap() {
    let page =
        format!("<ul><li><img src=\"data:image/png;base64,{}\"><a href=/1>Ett</a>", "iVBOR/w0 KGgo".repeat(50_000));
    assert!(refused(&page).is_none());
}

#[test]
fn refusals_are_named() {
    let limits = Options::default();
    assert_eq!(refused(&"<div>".repeat(100_000)), Some(Refusal::TooDeep { limit: limits.max_depth }));
    let formats = (0..3_000).fold(String::new(), |text, n| text + &format!("<p><b id={n}>x</p>"));
    assert_eq!(refused(&formats), Some(Refusal::TooManyOpenFormats { limit: limits.max_open_formats }));
    assert_eq!(refused(&"<br>".repeat(300_000)), Some(Refusal::TooManyNodes { limit: limits.max_nodes }));
    let tag = format!("<a {}>", "b ".repeat(400_000));
    assert_eq!(refused(&tag), Some(Refusal::TooManyAttributes { limit: limits.max_attributes }));
    let comment = format!("<!-- {}", "b ".repeat(800_000));
    assert_eq!(refused(&comment), Some(Refusal::TagTooLong { limit: limits.max_tag }));
    assert_eq!(refused(&"x".repeat(6_000_000)), Some(Refusal::TooLong { limit: limits.max_bytes }));
    assert_eq!(refused(&"<p>".repeat(2_000)), None);
}
