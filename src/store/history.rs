//! The history of a source as it is written down.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::rows::{corrupt, instant};
use crate::model::{History, Rhythm, Shape};

/// A shape as eight numbers: its moment in seconds, then the counts in the order of the model.
type ShapeRow = (i64, u32, u32, u32, u32, u32, u32, u32);

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct HistoryRow {
    last: Option<ShapeRow>,
    shapes: Vec<ShapeRow>,
    /// Seconds: the last news, and the end of patience.
    rhythm: Option<(i64, i64)>,
}

pub(super) fn write(history: &History) -> String {
    let row = HistoryRow {
        last: history.last.as_ref().map(row),
        shapes: history.shapes.iter().map(row).collect(),
        rhythm: history.rhythm.map(|rhythm| (rhythm.news.as_second(), rhythm.patience.as_second())),
    };
    // Numbers always have a JSON form.
    serde_json::to_string(&row).unwrap_or_else(|_| "{}".to_owned())
}

pub(super) fn read(text: &str, place: &str) -> Result<History, StoreError> {
    let row: HistoryRow = serde_json::from_str(text).map_err(|e| corrupt(place, &e))?;
    let moment = |seconds| instant(seconds, place);
    Ok(History {
        last: row.last.map(|row| shape(row, moment)).transpose()?,
        shapes: row.shapes.into_iter().map(|row| shape(row, moment)).collect::<Result<_, _>>()?,
        rhythm: match row.rhythm {
            Some((news, patience)) => Some(Rhythm { news: moment(news)?, patience: moment(patience)? }),
            None => None,
        },
    })
}

fn row(shape: &Shape) -> ShapeRow {
    let Shape { at, found, titles, links, dates, categories, summaries, new } = *shape;
    (at.as_second(), found, titles, links, dates, categories, summaries, new)
}

fn shape(row: ShapeRow, moment: impl Fn(i64) -> Result<Timestamp, StoreError>) -> Result<Shape, StoreError> {
    let (at, found, titles, links, dates, categories, summaries, new) = row;
    Ok(Shape { at: moment(at)?, found, titles, links, dates, categories, summaries, new })
}
