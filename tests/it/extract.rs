//! Every folder of `tests/pages` is a case: `page.html` (or `page.txt`), `recipe.toml` as in the config (left out: found
//! automatically) and `items.json`, what is to be found. A case without `items.json` gets one, and fails until someone has
//! read it.

use std::fs;
use std::path::Path;

use flode::extract::{Context, FieldText, Kind, Options, Recipe, extract};
use flode::judge::judge;
use flode::model::{Container, Extraction, FoundItem, Page};
use serde_json::{Value, json};

#[test]
fn pages_are_read_as_a_person_would() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let mut folders: Vec<_> = fs::read_dir(pages).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let wrong: Vec<String> =
        folders.iter().filter(|path| path.is_dir()).filter_map(|folder| differences(folder)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_is_left_of_a_page_that_was_cut_off_is_whole() {
    // The link stands last in the item; in its heading. Then recipes, and items that no end tag closes.
    for (name, every) in [("kort", 1), ("wordpress", 1), ("regionlista", 7), ("definitioner", 7), ("flat-headings", 7)]
    {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages").join(name);
        let case: Value = serde_json::from_str(&fs::read_to_string(folder.join("items.json")).unwrap()).unwrap();
        let text = fs::read_to_string(folder.join("page.html")).unwrap();
        let recipe = recipe(&folder);
        let whole = read_text(&text, &recipe, &case).items;
        let list = text.find("<main").or_else(|| text.find("<h1")).unwrap();
        let end = text.rfind("</main>").map_or(text.len() - 20, |at| at + 20);
        let mut counts = std::collections::BTreeSet::new();
        for at in (list..end).step_by(every).filter(|at| text.is_char_boundary(*at)) {
            let found = read_text(&text[..at], &recipe, &case);
            for item in &found.items {
                assert!(whole.contains(item), "{name}, cut at {at} after `{}`: {item:?}", &text[at - 9..at]);
            }
            counts.insert(found.items.len());
        }
        assert!(counts.contains(&whole.len()) && counts.len() > 1, "{name}: {counts:?}");
    }
}

fn differences(folder: &Path) -> Option<String> {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let file = folder.join("items.json");
    let Ok(text) = fs::read_to_string(&file) else {
        let case = json!({ "url": format!("https://www.{name}.example/nyheter/"), "language": "sv" });
        let found = shown(&case, &read(folder, &case));
        fs::write(&file, serde_json::to_string_pretty(&found).unwrap() + "\n").unwrap();
        return Some(format!("{name}: items.json was missing and is written; read it, then run again"));
    };
    let want: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut found = shown(&want, &read(folder, &want));
    // A page that is no list has no more to say than that.
    found.as_object_mut().unwrap().retain(|key, _| want.get(key).is_some());
    (found != want).then(|| {
        let lines = |value: &Value| serde_json::to_string_pretty(value).unwrap();
        let (want, found) = (lines(&want), lines(&found));
        let first = want.lines().zip(found.lines()).find(|(want, found)| want != found);
        format!("{name}: wanted, then found: {first:#?}\n{found}")
    })
}

fn read(folder: &Path, case: &Value) -> Extraction {
    let html = fs::read_to_string(folder.join("page.html"));
    let text = html.or_else(|_| fs::read_to_string(folder.join("page.txt"))).expect("page.html or page.txt");
    read_text(&text, &recipe(folder), case)
}

fn read_text(text: &str, recipe: &Recipe, case: &Value) -> Extraction {
    let zone = jiff::tz::TimeZone::get("Europe/Stockholm").unwrap();
    let known = ["Hälso- och sjukvård".to_owned(), "Kollektivtrafik".to_owned()];
    let context = Context {
        language: case["language"].as_str().unwrap(),
        time_zone: &zone,
        now: "2024-06-14T10:00:00Z".parse().unwrap(),
        known_categories: &known,
    };
    let url = case["url"].as_str().unwrap().parse().unwrap();
    let page = Page { url, text: text.to_owned(), media_type: None };
    extract(&page, recipe, &context, &Options::default())
}

pub(crate) fn recipe(folder: &Path) -> Recipe {
    let text = fs::read_to_string(folder.join("recipe.toml")).unwrap_or_default();
    let mut table: toml::Table = text.parse().unwrap();
    let kind = table.remove("kind").map(|kind| Kind::parse(kind.as_str().unwrap()).expect("a kind"));
    let fields: Vec<(String, FieldText)> = table.into_iter().map(|(key, value)| (key, field(&value))).collect();
    Recipe::from_fields(kind, fields.iter().map(|(key, text)| (key.as_str(), text.clone()))).unwrap()
}

pub(crate) fn field(value: &toml::Value) -> FieldText {
    let strings = |value: &toml::Value| -> Vec<String> {
        match value {
            toml::Value::Array(all) => all.iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
            one => vec![one.as_str().unwrap().to_owned()],
        }
    };
    match value {
        toml::Value::Table(table) => FieldText {
            select: strings(&table["select"]),
            attribute: table.get("attribute").map(|name| name.as_str().unwrap().to_owned()),
            all: table.get("all").map(|all| all.as_bool().unwrap()),
        },
        value => FieldText { select: strings(value), ..FieldText::default() },
    }
}

pub(crate) fn shown(case: &Value, found: &Extraction) -> Value {
    let container = match found.container {
        Container::Unknown => "unknown",
        Container::Present => "present",
        Container::Gone => "gone",
    };
    let texts = |defects: &mut dyn Iterator<Item = String>| defects.collect::<Vec<_>>();
    json!({
        "url": case["url"],
        "language": case["language"],
        "notice": found.notice.as_ref().map(|noticed| noticed.notice.word()),
        "verdict": judge(found).to_string(),
        "container": container,
        "items": found.items.iter().map(item).collect::<Vec<_>>(),
        "defects": texts(&mut found.defects.iter().map(ToString::to_string).chain(found.refused.map(|r| r.to_string()))),
    })
}

fn item(item: &FoundItem) -> Value {
    json!({
        "title": item.title,
        "link": item.link.as_ref().map(ToString::to_string),
        "summary": item.summary,
        "date": item.date.map(|date| date.to_string()),
        "categories": item.categories,
    })
}
