//! Items that are the rows of a table.

use scraper::ElementRef;

use super::text;

/// Beginnings of the words at the head of a column with categories.
const CATEGORY: &[&str] = &["kategori", "categor", "ämne", "emne", "nämnd", "topic", "tema", "thema", "aihe"];
/// Nodes of a table among which its header is looked for.
const LOOKED_AT: usize = 1000;
/// Columns that a cell may span.
const SPAN: usize = 100;

/// Without the rows that head columns.
pub(super) fn without_headers(rows: Vec<ElementRef<'_>>) -> Vec<ElementRef<'_>> {
    rows.into_iter().filter(|row| !is_header(*row)).collect()
}

/// The cell of a row that stands in the column of categories, where the table has a header that names one.
pub(super) fn category_cell(row: ElementRef<'_>) -> Option<ElementRef<'_>> {
    let table = row.ancestors().filter_map(ElementRef::wrap).find(|e| e.value().name() == "table")?;
    let mut rows = table.descendants().take(LOOKED_AT).filter_map(ElementRef::wrap);
    let header = rows.find(|e| is_header(*e)).filter(|_| row.value().name() == "tr")?;
    let (column, _) = cells(header).find(|(_, cell)| names_categories(*cell))?;
    cells(row).find(|(at, _)| *at == column).map(|(_, cell)| cell)
}

fn is_header(row: ElementRef<'_>) -> bool {
    let mut cells = row.child_elements().peekable();
    row.value().name() == "tr" && cells.peek().is_some() && cells.all(|cell| cell.value().name() == "th")
}

/// The cells of a row, each with the column where it begins.
fn cells(row: ElementRef<'_>) -> impl Iterator<Item = (usize, ElementRef<'_>)> {
    let cells = row.child_elements().filter(|e| matches!(e.value().name(), "td" | "th"));
    cells.scan(0, |next, cell| {
        let span = cell.attr("colspan").and_then(|span| span.trim().parse().ok()).unwrap_or(1);
        let at = *next;
        *next += usize::clamp(span, 1, SPAN);
        Some((at, cell))
    })
}

fn names_categories(cell: ElementRef<'_>) -> bool {
    let text = text::start(cell, LOOKED_AT).to_lowercase();
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.any(|word| CATEGORY.iter().any(|wanted| word.starts_with(wanted)))
}
