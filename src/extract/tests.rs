use super::*;

type Fields<'f> = &'f [(&'f str, &'f str)];

fn found(text: impl Into<String>, fields: Fields<'_>, options: &Options) -> Extraction {
    let fields = fields.iter().map(|&(key, text)| (key, text.into()));
    found_by(&Recipe::from_fields(Some(Kind::Html), fields).unwrap(), text, options)
}

fn found_by(recipe: &Recipe, text: impl Into<String>, options: &Options) -> Extraction {
    let zone = TimeZone::UTC;
    let context = Context { language: "sv", time_zone: &zone, now: Timestamp::UNIX_EPOCH, known_categories: &[] };
    let page = Page { url: "https://example.se/a/".parse().unwrap(), text: text.into(), media_type: None };
    extract(&page, recipe, &context, options)
}

#[test]
fn limits_leave_defects() {
    let options = Options {
        max_items: 2,
        max_categories: 2,
        max_title: 10,
        max_summary: 20,
        max_category: 5,
        ..Options::default()
    };
    let item = "<li><h2>En mycket lång rubrik</h2><p>En sammanfattning som är för lång.</p><i>Kultur</i><i>Vård</i><i>Trafik</i>";
    let found = found(item.repeat(3), &[("item", "li"), ("categories", "i")], &options);
    assert_eq!(found.items.len(), 2);
    let first = &found.items[0];
    assert_eq!((first.title.as_str(), first.summary.as_deref()), ("En mycket…", Some("En sammanfattning…")));
    assert_eq!(first.categories, ["Kult…", "Vård"]);
    let defects: Vec<String> = found.defects.iter().map(ToString::to_string).collect();
    assert_eq!(defects.len(), 9, "{defects:?}");
    assert_eq!(defects[0], "more than 2 items; the rest was passed over");
}

#[test]
fn links_are_absolute_and_of_the_web() {
    for (href, want) in [
        ("b?x=1", Some("https://example.se/a/b?x=1")),
        ("//other.se/c", Some("https://other.se/c")),
        (" /d \n", Some("https://example.se/d")),
        ("#e", Some("https://example.se/a/#e")),
        ("#", None),
        ("", None),
        ("https://anna:hemligt@other.se/c?x=1#d", Some("https://other.se/c?x=1#d")),
        ("//anna@other.se/c", Some("https://other.se/c")),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("http://", None),
    ] {
        let found = found(format!("<li><h2><a href='{href}'>Rubrik</a></h2>"), &[("item", "li")], &Options::default());
        assert_eq!(found.items[0].link.as_ref().map(url::Url::as_str), want, "{href}");
        assert_eq!(found.defects.is_empty(), want.is_some() || matches!(href, "#" | ""), "{href}");
    }
}

#[test]
fn the_item_that_a_page_ends_in_is_told_and_not_kept() {
    let fields = [("list", "ul"), ("item", "li")];
    let told = |text: &str| {
        let found = found(text, &fields, &Options::default());
        let titles: Vec<String> = found.items.into_iter().map(|item| item.title).collect();
        (titles.join("+"), found.defects.iter().map(ToString::to_string).collect::<Vec<_>>().join("+"), found.container)
    };
    let ends_in = |item: usize, title: &str| format!("the page ends inside item {item} (`{title}`)");
    let (present, unknown) = (crate::model::Container::Present, crate::model::Container::Unknown);
    for (text, titles, defects, container) in [
        ("<!doctype html><ul><li><b>Ett</b><li><b>Tv", "Ett", ends_in(2, "Tv"), present),
        ("<!doctype html><ul><li><b>Ett</b></li> <li><a href='/t", "Ett", ends_in(2, ""), present),
        ("<!doctype html><ul><li><b>Ett</b><li><b>Två</b></li>\n", "Ett+Två", String::new(), present),
        ("<!doctype html><ul><li><b>Et", "", ends_in(1, "Et"), unknown),
        ("<!doctype html><ul><li><b>Ett</b></ul></body>", "Ett", String::new(), present),
        ("<ul><li><b>Ett</b><li><b>Två</b>", "Ett+Två", String::new(), present),
        ("<ul><li><b>Ett</b><li><b>Två</b><a hre", "Ett", ends_in(2, "Två"), present),
    ] {
        assert_eq!(told(text), (titles.to_owned(), defects, container), "{text}");
    }
    let article = |name: &str| {
        format!(
            "<div itemscope itemtype=https://schema.org/NewsArticle><a itemprop=url href=/{name}><b itemprop=headline>{name}"
        )
    };
    let page = format!("<!doctype html>{}</b></a></div> {}", article("Ett"), article("Tv"));
    let recipe = Recipe { kind: Some(Kind::JsonLd), ..Recipe::auto() };
    let found = found_by(&recipe, page, &Options::default());
    assert_eq!((found.items.len(), found.defects[0].to_string()), (1, ends_in(2, "Tv")));
}

#[test]
fn the_login_of_a_page_is_in_no_address() {
    let zone = TimeZone::UTC;
    let context = Context { language: "sv", time_zone: &zone, now: Timestamp::UNIX_EPOCH, known_categories: &[] };
    let item =
        "<li><h2><a href='#e'>Rubrik</a></h2><img src='b.jpg'><p><a href='c'>Läs</a><img src='//u:p@d.se/e.jpg'></p>";
    let html = format!("<ul>{item}</ul><a rel=next href='?sida=2'>Nästa</a><a rel=next href=''>Här</a>");
    let fields = [("item", "li"), ("content", "p")].map(|(key, text)| (key, FieldText::from(text)));
    let recipe = Recipe::from_fields(None, fields).unwrap();
    for text in [html.as_str(), "- Rubrik\n  En text.\n  <c>\n- [Rubrik två](d)\n"] {
        let url = "https://anna:hemligt@example.se/a/".parse().unwrap();
        let page = Page { url, text: text.to_owned(), media_type: None };
        let found = extract(&page, &recipe, &context, &Options::default());
        assert!(!found.items.is_empty() && found.items.iter().any(|item| item.link.is_some()), "{found:?}");
        let all = format!("{found:?}");
        assert!(!all.contains("anna") && !all.contains("hemligt") && !all.contains("u:p@"), "{all}");
        assert!(found.further.len() <= 1, "{all}");
    }
}

#[test]
fn a_field_that_no_item_has_is_told() {
    let item = "<li><h2><a href=/a>Rubrik</a></h2><p>Text</p><i class=k></i>";
    let told = |count: usize, fields: &[(&str, &str)]| {
        let fields: Vec<_> = [("item", "li")].into_iter().chain(fields.iter().copied()).collect();
        let found = found(item.repeat(count), &fields, &Options::default());
        found.defects.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let nothing: [&str; 0] = [];
    assert_eq!(told(3, &[("categories", ".tag")]), ["`categories` of the recipe finds nothing in any of 3 items"]);
    assert_eq!(told(4, &[("date", "time@datetime"), ("link", "b a"), ("summary", "p")]).len(), 2);
    assert_eq!(told(2, &[("categories", ".tag")]), nothing);
    // It is there, and empty; or in one of them; or it is not wanted.
    assert_eq!(told(3, &[("categories", ".k"), ("link", "a"), ("content", "article")]), nothing);
    let one = found(
        item.repeat(3) + "<li><h2>Rubrik</h2><b>Kultur</b>",
        &[("item", "li"), ("categories", "b")],
        &Options::default(),
    );
    assert_eq!(one.defects, []);
    let none = FieldText::default();
    let recipe = Recipe::from_fields(Some(Kind::Html), [("item", "li".into()), ("date", none)]).unwrap();
    assert_eq!(found_by(&recipe, item.repeat(3), &Options::default()).defects, []);
    let json = [("item", "items"), ("title", "t"), ("date", "when")].map(|(key, text)| (key, FieldText::from(text)));
    let json = Recipe::from_fields(Some(Kind::Json), json).unwrap();
    let page = r#"{"items":[{"t":"A"},{"t":"B"},{"t":"C"}]}"#;
    assert_eq!(
        found_by(&json, page, &Options::default()).defects,
        [crate::model::Defect::FieldGone { field: "date", items: 3 }]
    );
}

#[test]
fn a_field_of_no_steps_is_a_field_that_is_not_there() {
    let recipe = Recipe::from_fields(None, [("item", "li".into()), ("summary", FieldText::default())]).unwrap();
    let found = found_by(
        &recipe,
        "<li><h2>Rubrik</h2><p>En text som annars vore sammanfattningen av nyheten.</p>",
        &Options::default(),
    );
    assert_eq!(found.items[0].summary, None);
}

#[test]
fn the_first_fallback_with_a_value_wins() {
    let page = "<li><h2> </h2><h3>Tredje</h3><b>Fet</b>";
    let texts = FieldText { select: vec!["h2".into(), "h3".into(), "b".into()], ..FieldText::default() };
    let field = Field::from_text(&texts).unwrap();
    let recipe = Recipe { item: Some(Selectors::parse(["li"]).unwrap()), title: Some(field), ..Recipe::auto() };
    assert_eq!(found_by(&recipe, page, &Options::default()).items[0].title, "Tredje");
}

#[test]
fn what_is_no_text_is_not_read() {
    let found = found_by(&Recipe::auto(), "%PDF-1.7\n\u{0}\u{1}\u{FFFD}", &Options::default());
    assert_eq!(found.refused, Some(crate::model::Refusal::NotText));
}
