//! Rows of the tables as nouns of the model, and back.

use jiff::Timestamp;
use serde::Deserialize;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::error::{During, StoreError};
use crate::model::{Category, Item, SourceId};

/// The columns of an item, with its categories as a JSON array; to be selected `FROM item i`.
pub(super) const ITEM_COLUMNS: &str = "i.nr, i.id, i.home, i.title, i.link, i.summary, i.author, i.image, \
     i.enclosure, i.content, i.page_date, i.first_seen, \
     i.published, i.updated, (SELECT json_group_array(json_object('key', c.key, 'name', c.name) ORDER BY ic.place) \
     FROM item_category ic JOIN category c ON c.key = ic.category WHERE ic.item = i.nr) AS categories";

#[derive(Deserialize)]
struct CategoryRow {
    key: String,
    name: String,
}

/// Categories written as a JSON array of objects.
pub(super) fn categories(json: &str, place: &str) -> Result<Vec<Category>, StoreError> {
    let rows: Vec<CategoryRow> = serde_json::from_str(json).map_err(|e| corrupt(place, &e))?;
    Ok(rows.into_iter().map(|row| Category { key: row.key, name: row.name }).collect())
}

/// An item from the columns above.
pub(super) fn item(row: &SqliteRow) -> Result<Item, StoreError> {
    let task = "read an item";
    let id: String = row.try_get("id").during(task)?;
    let home: String = row.try_get("home").during(task)?;
    let link: Option<String> = row.try_get("link").during(task)?;
    let page_date: Option<String> = row.try_get("page_date").during(task)?;
    let image: Option<String> = row.try_get("image").during(task)?;
    let enclosure: Option<String> = row.try_get("enclosure").during(task)?;
    let json: String = row.try_get("categories").during(task)?;
    Ok(Item {
        home: SourceId::parse(&home).map_err(|e| corrupt(&id, &e))?,
        title: row.try_get("title").during(task)?,
        link: link.map(|link| link.parse()).transpose().map_err(|e| corrupt(&id, &e))?,
        summary: row.try_get("summary").during(task)?,
        author: row.try_get("author").during(task)?,
        image: image.map(|image| image.parse()).transpose().map_err(|e| corrupt(&id, &e))?,
        enclosure: enclosure.map(|kept| kept.parse()).transpose().map_err(|e| corrupt(&id, &e))?,
        content: row.try_get("content").during(task)?,
        categories: categories(&json, &id)?,
        page_date: page_date.map(|date| date.parse()).transpose().map_err(|e| corrupt(&id, &e))?,
        first_seen: instant(row.try_get("first_seen").during(task)?, &id)?,
        published: instant(row.try_get("published").during(task)?, &id)?,
        updated: instant(row.try_get("updated").during(task)?, &id)?,
        id: id.parse().map_err(|e| corrupt(&id, &e))?,
    })
}

/// An instant from a column.
pub(super) fn instant(seconds: i64, place: &str) -> Result<Timestamp, StoreError> {
    Timestamp::from_second(seconds).map_err(|e| corrupt(place, &e))
}

/// Names what is damaged.
pub(super) fn corrupt(place: &str, why: &dyn std::fmt::Display) -> StoreError {
    StoreError::Corrupt { place: place.to_owned(), why: why.to_string() }
}

/// A list as SQLite's `json_each` reads it: one parameter, however long the list.
pub(super) fn json<T: serde::Serialize>(list: &[T]) -> String {
    // Text, numbers and nulls always have a JSON form.
    serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned())
}
