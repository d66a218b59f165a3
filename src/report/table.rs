//! The one table model: what every report becomes, and every renderer takes.
//!
//! No sums here and none after: a cell holds its final figure. How wide a column is, which digits
//! line up and what is dropped on a narrow screen, a renderer decides.

use crate::money::Decimal;
use crate::period::NaiveDate;

/// A report ready to be printed in any format.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The first line, left: `Income 2024 · tax view`.
    pub title: String,
    /// The first line, right: `United States · single · USD`.
    pub subtitle: String,
    /// Sentences before the table, whole; a renderer wraps them.
    pub preface: Vec<String>,
    /// The columns, left to right.
    pub columns: Vec<Column>,
    /// The rows, top to bottom.
    pub rows: Vec<Row>,
    /// Sentences after the table.
    pub notes: Vec<String>,
}

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The heading in text and HTML; may be empty.
    pub heading: String,
    /// Whether digits line up at the decimal point, at the right edge, or words at the left.
    pub align: Align,
    /// A renderer that has no room drops columns from the highest number down; 0 always stays.
    pub drops: u8,
}

/// How cells of a column line up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Figures: the decimal points stand below each other.
    Decimal,
    /// At the right edge.
    Right,
}

/// One line of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// What sort of line it is; text and HTML show it by place and weight.
    pub style: RowStyle,
    /// How deep the first cell is indented: 0 for a section's heading, 1 for a figure that adds up.
    pub indent: u8,
    /// One for each column; missing ones are empty.
    pub cells: Vec<Cell>,
}

/// What sort of line a row is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RowStyle {
    /// A figure.
    #[default]
    Line,
    /// A section's name.
    Heading,
    /// A sum, under a rule.
    Total,
    /// A figure that explains the one above.
    Detail,
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing belongs here.
    #[default]
    Empty,
    /// Nothing is recorded: `-` in text, empty in CSV, null in JSON.
    Nothing,
    /// Words.
    Text(String),
    /// A figure with the digits it is to be shown with, and the number of the question it rests on.
    Number(Decimal, Option<u32>),
    /// A day.
    Day(NaiveDate),
}

impl Cell {
    /// A figure that rests on no question.
    pub fn number(number: Decimal) -> Cell {
        Cell::Number(number, None)
    }

    /// Words.
    pub fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }
}
