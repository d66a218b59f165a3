//! A workbook (XLSX, XLS, ODS) as the texts of its sheets, so that each is read as any table.
//!
//! In: bytes. Out: a line of comma-separated cells for each row of a sheet, so that line 14 is the
//! sheet's row 14. The sheet with most rows is first, of equals the one that stands first.

use std::cmp::Reverse;
use std::fmt::Write;
use std::io::Cursor;

use calamine::{Data, DataType, Range, Reader, open_workbook_auto_from_rs};

/// How workbooks begin: a zip archive, or the older compound file.
const BEGINNINGS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"];

/// Whether bytes begin as a workbook does.
pub fn begins(bytes: &[u8]) -> bool {
    BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning))
}

/// The texts of the sheets, longest first; `None` where the bytes are no workbook that can be read.
pub fn texts(bytes: &[u8]) -> Option<Vec<String>> {
    if !begins(bytes) {
        return None;
    }
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).ok()?;
    let names = book.sheet_names();
    let mut sheets: Vec<Range<Data>> =
        names.iter().filter_map(|name| book.worksheet_range(name).ok()).collect();
    sheets.sort_by_key(|sheet| Reverse(sheet.height()));
    (!sheets.is_empty()).then(|| sheets.iter().map(text).collect())
}

fn text(sheet: &Range<Data>) -> String {
    let (row, column) = sheet.start().unwrap_or_default();
    let mut text = "\n".repeat(row as usize);
    for cells in sheet.rows() {
        text.push_str(&",".repeat(column as usize));
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            push(&mut text, cell);
        }
        text.push('\n');
    }
    text
}

/// One cell: numbers with the digits that the sheet has, days as ISO writes them.
fn push(text: &mut String, cell: &Data) {
    match cell {
        Data::Empty | Data::Error(_) => {}
        Data::DateTime(_) => match cell.as_datetime() {
            Some(time) if time.time() == chrono::NaiveTime::MIN => {
                let _ = write!(text, "{}", time.date());
            }
            Some(time) => {
                let _ = write!(text, "{}", time.format("%Y-%m-%d %H:%M:%S"));
            }
            None => push_quoted(text, &cell.to_string()),
        },
        _ => push_quoted(text, &cell.to_string()),
    }
}

/// A cell of words: on one line, in quotes where it needs them.
fn push_quoted(text: &mut String, cell: &str) {
    let cell = cell.replace(['\r', '\n'], " ");
    if cell.contains([',', '"']) || cell.starts_with(' ') {
        let _ = write!(text, "\"{}\"", cell.replace('"', "\"\""));
    } else {
        text.push_str(&cell);
    }
}
