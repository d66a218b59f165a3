//! The records of a file, one after the other: parted by delimiters, or the objects of a JSON table.

use super::json;
use super::record::{Cell, Record, Records, Start};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Its cells are parted by this character.
    Delimited(u8),
    /// It is JSON, and its rows are those of the table of this number.
    Json(usize),
}

/// The records of a text.
pub enum Feed<'s> {
    /// Of a delimited text.
    Delimited(Records<'s>),
    /// Of a JSON table.
    Json(std::vec::IntoIter<(Record<'s>, Vec<Cell<'s>>)>),
}

impl<'s> Feed<'s> {
    /// The records of `text` below its header: `skip` records stand above them.
    pub fn new(text: &'s str, form: Form, skip: usize) -> Feed<'s> {
        match form {
            Form::Delimited(delimiter) => {
                let (mut records, mut cells) = (Records::new(text, delimiter), Vec::new());
                for _ in 0..skip {
                    records.next(&mut cells);
                }
                Feed::Delimited(records)
            }
            Form::Json(number) => {
                let tables = json::tables(text).unwrap_or_default();
                let rows = tables.into_iter().nth(number).map(|table| table.rows);
                Feed::Json(rows.unwrap_or_default().into_iter())
            }
        }
    }

    /// The records of a delimited `text` from the start of one of them.
    pub fn from(text: &'s str, delimiter: u8, start: Start) -> Feed<'s> {
        Feed::Delimited(Records::from(text, delimiter, start))
    }

    /// Where the next record starts; `None` in a JSON table, which is read as a whole.
    pub fn start(&self) -> Option<Start> {
        match self {
            Feed::Delimited(records) => Some(records.start()),
            Feed::Json(_) => None,
        }
    }

    /// The next record, its cells in `cells`.
    pub fn next(&mut self, cells: &mut Vec<Cell<'s>>) -> Option<Record<'s>> {
        match self {
            Feed::Delimited(records) => records.next(cells),
            Feed::Json(rows) => {
                let (record, row) = rows.next()?;
                *cells = row;
                Some(record)
            }
        }
    }
}
