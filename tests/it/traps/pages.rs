//! Documents made to be slow: each costs a simple reader the square of its length, or worse. At most 5 MiB, the default
//! limit of a page. `benches/growth.rs` measures the same.

use flode::extract::{FieldText, Kind, Recipe};

/// A document and how it is read.
pub struct Trap {
    /// With its kind in front.
    pub name: String,
    pub text: String,
    pub recipe: Recipe,
}

fn row(part: &str, count: usize) -> String {
    part.repeat(count)
}

fn numbered(count: usize, one: &dyn Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |text, n| text + &one(n))
}

type Fields = &'static [(&'static str, &'static str)];

fn trap(name: &str, text: String, kind: Kind, fields: Fields) -> Trap {
    let fields = fields.iter().map(|&(key, text)| (key, FieldText::from(text)));
    let recipe = Recipe::from_fields(Some(kind), fields).expect("a recipe");
    Trap { name: format!("{}: {name}", kind.name()), text, recipe }
}

/// Of every kind, with `share` quarters of their length.
pub fn all(share: usize) -> Vec<Trap> {
    let of = |count: usize| count * share / 4;
    [markup(&of), lists(&of), documents(&of), listings(&of)].into_iter().flatten().collect()
}

/// For the parser of HTML and the tree that it builds.
fn markup(of: &dyn Fn(usize) -> usize) -> Vec<Trap> {
    let attributes = |count: usize| numbered(count, &|n| format!("a{n} "));
    let formats = |count: usize, rest: &str| numbered(count, &|n| format!("<b {rest}id={n}>"));
    let open = [formats(400, ""), formats(90, &attributes(90))];
    let row = |part: &str, count: usize| row(part, of(count));
    let numbered = |count: usize, one: &dyn Fn(usize) -> String| numbered(of(count), one);
    let traps = [
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
        ("many tags of many attributes", row(&format!("<i {}>", attributes(900)), 900)),
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
        ("open formats with many attributes", open[1].clone() + &row(&format!("<b {}></b>", attributes(90)), 10_000)),
        ("open formats", open[0].clone() + &numbered(250_000, &|n| format!("<b id=x{n}></b>"))),
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
    ];
    traps.into_iter().map(|(name, text)| trap(name, text, Kind::Html, &[("item", "li")])).collect()
}

/// For whoever looks for the items in the tree.
fn lists(of: &dyn Fn(usize) -> usize) -> Vec<Trap> {
    const AUTO: Fields = &[];
    let title = "<h2><a href=/x>en ganska lång rubrik</a></h2>";
    let nested = |levels: usize, inside: &str| row("<div class=k>a ", levels) + inside + &row("</div>", levels);
    let articles = |count: usize, inside: &str| {
        numbered(of(count), &|n| format!("<article><h2><a href=/{n}>rubrik {n} här</a></h2>{inside}</article>"))
    };
    let marks = "<span class=tag>12 ab</span><i class=date>3 xx</i>";
    [
        ("texts in each other", articles(100, &nested(20, &row("ord ", 2_000))), AUTO),
        ("many marks", articles(200, &row(marks, 40)), AUTO),
        ("deep list", nested(400, &row(title, of(1_000))), AUTO),
        ("terms", row("<dt><a href=/x>en ganska lång rubrik</a><dd>x", of(10_000)), AUTO),
        ("siblings", row("<li>x</li>", of(20_000)), &[("item", "p ~ li")]),
        ("siblings from the end", row("<li>x</li>", of(20_000)), &[("item", "li:nth-last-of-type(2n)")]),
        ("inside", nested(400, &row("<li>x</li>", of(10_000))), &[("item", "div:has(p)")]),
        ("ancestors", nested(400, &row("<b>x</b>", of(20_000))), &[("item", "i b i b i b b b div b")]),
        ("items in each other", nested(of(500), title), &[("item", "div"), ("title", "h2"), ("summary", "div")]),
    ]
    .into_iter()
    .map(|(name, text, fields)| trap(name, text, Kind::Html, fields))
    .collect()
}

/// For the readers of XML and JSON.
fn documents(of: &dyn Fn(usize) -> usize) -> Vec<Trap> {
    let row = |part: &str, count: usize| row(part, of(count));
    let divs = row("&lt;div&gt;", 10_000);
    let item = format!("<item><title>{divs}</title><description>{divs}</description></item>");
    let entities = "<!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><rss><item><title>&b;";
    let (many, name) = (of(90_000), |n| format!("<a xmlns:x{n}='y'/>"));
    [
        ("nested items", "<rss><channel>".to_owned() + &row("<item>", 300_000), Kind::Feed),
        ("nested extensions", "<rss><channel><item>".to_owned() + &row("<x:y>", 300_000), Kind::Feed),
        ("empty elements", "<rss>".to_owned() + &row("<a/>", 300_000), Kind::Feed),
        ("references", "<rss><item><title>".to_owned() + &row("&amp;", 300_000), Kind::Feed),
        ("dangling references", "<rss><item><title>".to_owned() + &row("&", 1_000_000), Kind::Feed),
        ("stray ends", "<rss>".to_owned() + &row("</a>", 300_000), Kind::Feed),
        ("unclosed tags", "<rss>".to_owned() + &row("<a ", 1_000_000), Kind::Feed),
        ("namespaces", "<rss>".to_owned() + &numbered(many, &name), Kind::Feed),
        ("attributes", format!("<rss {}>", numbered(of(400_000), &|n| format!("a{n}='' "))), Kind::Feed),
        ("deep html in every item", "<rss>".to_owned() + &item.repeat(8), Kind::Feed),
        ("entities of entities", entities.to_owned(), Kind::Feed),
        ("nested sitemaps", row("<sitemapindex><url><loc>", 180_000), Kind::Sitemap),
        ("nested json", row("[", 2_000_000), Kind::Json),
        ("nested json objects", row("{\"a\":", 800_000), Kind::Json),
        ("values", format!("[{}0]", row("0,", 2_400_000)), Kind::Json),
        ("a long string", format!("{{\"items\": \"{}\"}}", row("x", 5_000_000)), Kind::Json),
        ("json-ld", format!("<script type='application/ld+json'>{}</script>", row("[", 500_000)), Kind::JsonLd),
    ]
    .into_iter()
    .map(|(name, text, kind)| trap(name, text, kind, if kind == Kind::Json { &[("item", "items")] } else { &[] }))
    .collect()
}

/// For whoever reads a list that is written as text.
fn listings(of: &dyn Fn(usize) -> usize) -> Vec<Trap> {
    const NAMES: &str = "KATEGORI NUMMER 1KATEGORI NUMMER 2KATEGORI NUMMER 3KATEGORI NUMMER 4";
    let items = format!("• A\n\n T.\n\n {NAMES}\n");
    let parts = [
        ("bullets", "• A\n"),
        ("empty bullets", "•\n\n"),
        ("one long line", "a"),
        ("links", "[]("),
        ("addresses", "<http://"),
        ("capitals", "AB"),
        ("dashes", "- a\n"),
        ("numbers", "1. a\n"),
        ("tabs", "\t"),
        ("marks of order", "\u{FEFF}"),
        ("short lines", "\nAb\n"),
        ("items", items.as_str()),
    ];
    let text = |part: &str| row(part, of(500_000 / part.len()));
    let beside = |part: &str| format!("• A\n\n Text.\n\n Kategori nummer 7\n• B\n\n{}", text(part));
    let alone = parts.map(|(name, part)| trap(name, text(part), Kind::Text, &[]));
    let after = parts.map(|(name, part)| trap(&format!("{name} after a list"), beside(part), Kind::Text, &[]));
    alone.into_iter().chain(after).collect()
}
