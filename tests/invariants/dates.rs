//! Dates as people write them, in the field of an item.

use flode::extract::{Context, Kind, Options, Recipe, extract};
use flode::model::{Extraction, Page};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use super::bytes::Bytes;
use super::found;

const LANGUAGES: [&str; 8] = ["sv", "en", "en-US", "de", "fi", "fr", "nb", "xx"];
const ZONES: [&str; 4] = ["Europe/Stockholm", "UTC", "America/St_Johns", "Pacific/Apia"];

/// The first byte is the language and the zone, the rest the text of the field.
pub fn dates(data: &[u8]) {
    let mut bytes = Bytes(data);
    let (language, zone) = (bytes.one_of(&LANGUAGES), ZONES[data.len() % ZONES.len()]);
    let text = String::from_utf8_lossy(bytes.0);
    let now: Timestamp = "2024-06-14T22:30:00Z".parse().expect("an instant");
    let found = read(&text, language, zone, now);
    assert_eq!(found, read(&text, language, zone, now), "read twice");
    let [item] = found.items.as_slice() else { panic!("one item: {found:?}") };
    item.date.iter().for_each(found::date);
    found.defects.iter().for_each(|defect| found::line(&defect.to_string(), 300));
    // Read, or told: never passed over. Marks alone are no date, nor is the form in which .NET writes one.
    let says = text.chars().any(char::is_alphanumeric) && !text.starts_with("/Date(");
    assert!(item.date.is_some() || !found.defects.is_empty() || !says, "{text:?} is not told");
    // What was read is read again from the form in which programs write it.
    if let Some(date) = item.date {
        let again = read(&date.to_string(), language, zone, now);
        assert_eq!(again.items.first().and_then(|item| item.date), Some(date), "{text:?}");
    }
}

fn read(text: &str, language: &str, zone: &str, now: Timestamp) -> Extraction {
    let recipe = [("item", "i"), ("title", "t"), ("date", "d"), ("link", "l")];
    let recipe = Recipe::from_fields(Some(Kind::Json), recipe.map(|(key, path)| (key, path.into()))).expect("a recipe");
    let page = Page {
        url: Url::parse("https://example.se/").expect("an address"),
        text: serde_json::json!({ "i": [{ "t": "Rubrik", "d": text }] }).to_string(),
        media_type: None,
    };
    let zone = TimeZone::get(zone).expect("a zone");
    let context = Context { language, time_zone: &zone, now, known_categories: &[] };
    extract(&page, &recipe, &context, &Options::default())
}
