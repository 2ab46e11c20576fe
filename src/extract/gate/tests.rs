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

fn numbered(count: usize, write_one: &dyn Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |text, n| text + &write_one(n))
}

/// Pages of at most 5 MiB whose cost would be the square of their length, or worse.
fn traps() -> Vec<(&'static str, String)> {
    let row = |tag: &str, count: usize| tag.repeat(count);
    vec![
        ("nested div", row("<div>", 100_000)),
        ("nested list", row("<ul><li>", 64_000)),
        ("nested template", row("<template>", 100_000)),
        ("nested svg", row("<svg><foreignObject>", 100_000)),
        ("nested span", row("<span>", 100_000)),
        ("nested table", row("<table><tr><td>", 60_000)),
        ("reopened formats", numbered(3_000, &|n| format!("<b id={n}>")) + &row("<p>", 3_000)),
        ("formats closed by blocks", numbered(100_000, &|n| format!("<p><b id={n}>x</p>"))),
        ("formats in cells", numbered(100_000, &|n| format!("<table><td><b id={n}></table>"))),
        ("one tag, a million attributes", format!("<a {}>", numbered(600_000, &|n| format!("a{n} ")))),
        ("one tag, 100 000 attributes", format!("<a {}>", numbered(100_000, &|n| format!("a{n} ")))),
        ("attributes glued by quotes", format!("<a {}>", numbered(100_000, &|n| format!("a{n}=''")))),
        ("many tags of many attributes", row(&format!("<i {}>", numbered(900, &|n| format!("a{n} "))), 900)),
        ("late attributes", numbered(250_000, &|n| format!("<body a{n}=1>"))),
        ("links around blocks", row("<a><div>", 60_000)),
        ("links around closed blocks", row("<a><div></div>", 300_000)),
        ("stray end tags", row("<div>", 500) + &row("</p>", 300_000)),
        ("stray end tags that fit nothing", row("<i>", 30_000) + &row("</x>", 900_000)),
        ("deep, then stray", row("<span>", 500) + &row("</x>", 1_000_000)),
        ("foster parents", "<table>".to_owned() + &row("<div>x</div>", 300_000)),
        ("foster text", "<table>".to_owned() + &row("x<tr>", 500_000)),
        ("foster formats", "<table>".to_owned() + &numbered(200_000, &|n| format!("<b id={n}><tr>"))),
        ("selects", row("<select>", 500_000)),
        ("options", row("<select><option>", 300_000)),
        ("framesets", row("<frameset>", 400_000)),
        ("open formats with many attributes", {
            let names = numbered(90, &|n| format!("a{n} "));
            numbered(90, &|n| format!("<b {names} id={n}>")) + &row(&format!("<b {names}></b>"), 10_000)
        }),
        (
            "open formats",
            numbered(400, &|n| format!("<b id={n}>")) + &numbered(250_000, &|n| format!("<b id=x{n}></b>")),
        ),
        ("errors", row("<a \"'<\"'<\"'<\"'<>", 300_000)),
        ("nulls", row("\0", 5_000_000)),
        ("buttons", row("<button>", 600_000)),
        ("forms", row("<form><input>", 400_000)),
        ("headings", row("<h1><h2>", 600_000)),
        ("lists", row("<li>", 1_200_000)),
        ("marquees", row("<marquee><b>", 400_000)),
        ("many classes", format!("<i class='{}'>", numbered(140_000, &|n| format!("c{n} ")))),
        ("comments", row("<!---->", 700_000)),
        ("nested html", row("<html><head><body>", 250_000)),
    ]
}

/// The time this thread has used, in milliseconds.
fn cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    (ticks(11) + ticks(12)) * 10
}

#[test]
fn traps_end_soon_with_their_name() {
    // A tenth of the defaults: what is built without optimisation is ten times as slow.
    let options = Options { max_nodes: 20_000, max_steps: 4_000_000, ..Options::default() };
    for (name, page) in traps() {
        assert!(page.len() <= Options::default().max_bytes, "{name}: {}", page.len());
        let (mut refusal, mut spent) = (None, u64::MAX);
        // What else the machine does makes a thread slower, never faster: the best of three tries is the page's own cost.
        for _ in 0..3 {
            let before = cpu_ms();
            refusal = parse(&page, &options).err();
            spent = spent.min(cpu_ms() - before);
            if spent < 2_000 {
                break;
            }
        }
        assert!(spent < 2_000, "{name}: {spent} ms, {refusal:?}");
        if !matches!(name, "many classes" | "nested html") {
            assert!(refusal.is_some(), "{name} passed");
        }
    }
}

#[test]
fn refusals_are_named() {
    let limits = Options::default();
    assert_eq!(refused(&"<div>".repeat(100_000)), Some(Refusal::TooDeep { limit: limits.max_depth }));
    let formats = numbered(3_000, &|n| format!("<p><b id={n}>x</p>"));
    assert_eq!(refused(&formats), Some(Refusal::TooManyOpenFormats { limit: limits.max_open_formats }));
    assert_eq!(refused(&"<br>".repeat(300_000)), Some(Refusal::TooManyNodes { limit: limits.max_nodes }));
    let tag = format!("<a {}>", "b ".repeat(400_000));
    assert_eq!(refused(&tag), Some(Refusal::TooManyAttributes { limit: limits.max_attributes }));
    let comment = format!("<!-- {}", "b ".repeat(800_000));
    assert_eq!(refused(&comment), Some(Refusal::TagTooLong { limit: limits.max_tag }));
    assert_eq!(refused(&"x".repeat(6_000_000)), Some(Refusal::TooLong { limit: limits.max_bytes }));
    assert_eq!(refused(&"<p>".repeat(2_000)), None);
}
