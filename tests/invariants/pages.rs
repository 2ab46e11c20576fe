//! Pages of every kind, with a recipe or without.

use flode::extract::{
    ArticleRecipe, Context, FieldText, Kind, Options, Recipe, article as read_article, clues, extract, outline,
    recognise,
};
use flode::fetch::saved_page;
use flode::model::{Noticed, Page};
use jiff::tz::TimeZone;
use url::Url;

use super::found;

/// What stands between the recipe of a page and the page.
const BORDER: &str = "\n---\n";

const LANGUAGES: [&str; 4] = ["sv", "fi", "de", "en-US"];

pub fn html(data: &[u8]) {
    let (recipe, page) = split(data);
    let Some(recipe) = fields(recipe, Some(Kind::Html)) else { return };
    read(&page, &recipe);
    let outline = outline(&page, &recipe, &Options::default());
    let clues = clues(&page, &recipe, &Options::default());
    assert!(clues.is_none_or(|clues| clues.hint().len() <= 1000));
    assert!(outline.lines.len() <= 10_000, "{} lines", outline.lines.len());
    // The same page may come with an error.
    if let Some(noticed) = recognise(&page, &Options::default()) {
        found::line(&noticed.to_string(), Noticed::LONGEST + 60);
    }
}

pub fn listing(data: &[u8]) {
    let (_, page) = split(data);
    read(&page, &Recipe { kind: Some(Kind::Text), ..Recipe::auto() });
}

/// Feeds, sitemaps, JSON and JSON-LD, by what they look like; what looks like none of them is read as a feed.
pub fn documents(data: &[u8]) {
    let (recipe, page) = split(data);
    let kind = match Kind::of(&page) {
        Kind::Html if page.text.contains("ld+json") => Kind::JsonLd,
        Kind::Html | Kind::Text => Kind::Feed,
        seen => seen,
    };
    if let Some(recipe) = fields(recipe, Some(kind)) {
        read(&page, &recipe);
    }
}

pub fn article(data: &[u8]) {
    let (recipe, page) = split(data);
    let Some(fields) = texts(recipe) else { return };
    let given = fields.iter().map(|(key, text)| (key.as_str(), text.clone()));
    let Ok(recipe) = ArticleRecipe::from_fields(given) else { return };
    with_context(&page, |context, options| {
        let article = read_article(&page, &recipe, context, options);
        assert_eq!(article, read_article(&page, &recipe, context, options), "read twice");
        found::article(&article, options);
    });
}

fn read(page: &Page, recipe: &Recipe) {
    with_context(page, |context, options| {
        let extraction = extract(page, recipe, context, options);
        assert_eq!(extraction, extract(page, recipe, context, options), "read twice");
        found::extraction(&extraction, page, options);
    });
}

/// One page in three is read within limits that it will meet.
fn with_context(page: &Page, read: impl FnOnce(&Context<'_>, &Options)) {
    let zone = TimeZone::get("Europe/Stockholm").expect("a zone");
    let known = ["Hälso- och sjukvård".to_owned(), "Kollektivtrafik".to_owned(), "Kultur".to_owned()];
    let length = page.text.len();
    let context = Context {
        language: LANGUAGES[length / 3 % LANGUAGES.len()],
        time_zone: &zone,
        now: "2024-06-14T10:00:00Z".parse().expect("an instant"),
        known_categories: &known,
    };
    let narrow = Options {
        max_items: 3,
        max_categories: 2,
        max_title: 20,
        max_summary: 40,
        max_category: 10,
        max_author: 8,
        max_content: 60,
        max_further: 1,
        max_depth: 30,
        ..Options::default()
    };
    read(&context, &if length % 3 == 2 { narrow } else { Options::default() });
}

/// The recipe before the border, if there is one, and the page behind it.
fn split(data: &[u8]) -> (&str, Page) {
    let url = Url::parse("https://user:key@www.example.se/nyheter/2024/lista?sida=2").expect("an address");
    let border = data.windows(BORDER.len()).take(2000).position(|five| five == BORDER.as_bytes());
    let head = border.and_then(|at| data.get(..at)).and_then(|head| std::str::from_utf8(head).ok());
    let Some(head) = head else { return ("", saved_page(data, &url)) };
    let page = data.get(head.len() + BORDER.len()..).unwrap_or_default();
    (head, saved_page(page, &url))
}

/// A recipe as the config writes it; `None`: the config would refuse it.
fn fields(text: &str, kind: Option<Kind>) -> Option<Recipe> {
    let fields = texts(text)?;
    let given = fields.iter().filter(|(key, _)| key != "kind");
    Recipe::from_fields(kind, given.map(|(key, text)| (key.as_str(), text.clone()))).ok()
}

fn texts(text: &str) -> Option<Vec<(String, FieldText)>> {
    let table: toml::Table = text.parse().ok()?;
    table.into_iter().map(|(key, value)| Some((key, field(&value)?))).collect()
}

fn field(value: &toml::Value) -> Option<FieldText> {
    let strings = |value: &toml::Value| -> Option<Vec<String>> {
        match value {
            toml::Value::Array(all) => all.iter().map(|one| Some(one.as_str()?.to_owned())).collect(),
            one => Some(vec![one.as_str()?.to_owned()]),
        }
    };
    match value {
        toml::Value::Table(table) => Some(FieldText {
            select: strings(table.get("select")?)?,
            attribute: table.get("attribute").and_then(|name| Some(name.as_str()?.to_owned())),
            all: table.get("all").and_then(toml::Value::as_bool),
        }),
        value => Some(FieldText { select: strings(value)?, ..FieldText::default() }),
    }
}
