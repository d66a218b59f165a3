//! A table as CSV (RFC 4180): the columns' keys, then one record for each row.
//!
//! Figures are plain, `1234.56`, days ISO. Words that a spreadsheet would take for a formula get an
//! apostrophe before them; a figure never does.

use crate::report::table::{Cell, Table};

/// `table` as CSV; records end with CRLF.
pub fn csv(table: &Table) -> String {
    let mut out = String::new();
    head(&mut out, table);
    rows(&mut out, table);
    out
}

/// The same of one table that comes in parts, each with all columns: of a long one no more than a part
/// is there at once.
pub fn csv_in_parts(parts: impl IntoIterator<Item = Table>) -> String {
    let mut out = String::new();
    for (at, part) in parts.into_iter().enumerate() {
        if at == 0 {
            head(&mut out, &part);
        }
        rows(&mut out, &part);
    }
    out
}

fn head(out: &mut String, table: &Table) {
    record(out, table.columns.iter().map(|column| column.key.clone()));
}

fn rows(out: &mut String, table: &Table) {
    for row in &table.rows {
        let cells =
            (0..table.columns.len()).map(|at| row.cells.get(at).map_or_else(String::new, field));
        record(out, cells);
    }
}

/// One cell, not yet quoted.
fn field(cell: &Cell) -> String {
    match cell {
        Cell::Empty | Cell::Nothing => String::new(),
        Cell::Text(text) => no_formula(text),
        Cell::Number(number, _) => number.to_string(),
        Cell::Day(day) => day.to_string(),
    }
}

/// `text`, made harmless for a spreadsheet: an apostrophe before what would begin a formula.
fn no_formula(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn record(out: &mut String, fields: impl Iterator<Item = String>) {
    for (at, field) in fields.enumerate() {
        if at > 0 {
            out.push(',');
        }
        if field.contains([',', '"', '\n', '\r']) || field.trim() != field {
            out.push('"');
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&field);
        }
    }
    out.push_str("\r\n");
}
