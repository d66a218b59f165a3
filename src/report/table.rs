//! The one table model: what every report becomes, and every renderer takes.
//!
//! No sums here and none after: a cell holds its final figure. How wide a column is, which digits
//! line up and what is dropped on a narrow screen, a renderer decides. A report that people read
//! otherwise than programs do makes two tables: one to read, one of records.

use crate::money::Decimal;
use crate::period::NaiveDate;

/// A report ready to be printed in any format.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The first line, left: `Income 2024 · tax view`.
    pub title: String,
    /// The first line, right: `United States · single · USD`.
    pub subtitle: String,
    /// Sentences before the table; a single short one stands beside the headings.
    pub preface: Vec<Sentence>,
    /// The columns, left to right.
    pub columns: Vec<Column>,
    /// The rows, top to bottom.
    pub rows: Vec<Row>,
    /// Sentences after the table.
    pub notes: Vec<Sentence>,
}

/// A sentence around a table; a renderer wraps it. A no-break space keeps words together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    /// The words, with the blanks they begin with.
    pub text: String,
    /// How far its further lines are indented.
    pub hang: usize,
}

impl Sentence {
    /// A sentence whose further lines are indented by `hang`.
    pub fn new(text: impl Into<String>, hang: usize) -> Sentence {
        Sentence { text: text.into(), hang }
    }
}

impl From<String> for Sentence {
    fn from(text: String) -> Sentence {
        Sentence { text, hang: 2 }
    }
}

impl From<&str> for Sentence {
    fn from(text: &str) -> Sentence {
        Sentence::from(text.to_owned())
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The heading in text and HTML; may be empty.
    pub heading: String,
    /// Its name for programs, snake_case: the head of CSV, the key of JSON.
    pub key: String,
    /// How its cells line up.
    pub align: Align,
    /// Columns of the screen it has at least.
    pub width: usize,
    /// Blanks before it, at least.
    pub gap: usize,
    /// A renderer that has no room drops columns from the highest number down; 0 always stays.
    pub drops: u8,
    /// Its text may be broken into several lines; below 80 columns it stands under its row.
    pub soft: bool,
}

impl Column {
    /// A column of words.
    pub fn words(key: &str, heading: &str) -> Column {
        Column {
            heading: heading.to_owned(),
            key: key.to_owned(),
            align: Align::Left,
            width: 0,
            gap: 2,
            drops: 0,
            soft: false,
        }
    }

    /// A column of figures.
    pub fn figures(key: &str, heading: &str) -> Column {
        Column { align: Align::Decimal, ..Column::words(key, heading) }
    }

    /// The same column, `width` wide at least.
    #[must_use]
    pub fn width(self, width: usize) -> Column {
        Column { width, ..self }
    }

    /// The same column, `gap` blanks before it.
    #[must_use]
    pub fn gap(self, gap: usize) -> Column {
        Column { gap, ..self }
    }

    /// The same column, dropped before those of a lower number.
    #[must_use]
    pub fn drops(self, drops: u8) -> Column {
        Column { drops, ..self }
    }

    /// The same column, with text that may be broken.
    #[must_use]
    pub fn soft(self) -> Column {
        Column { soft: true, ..self }
    }
}

/// How cells of a column line up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Figures: the decimal points stand below each other. A rule above a total is drawn here.
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
    /// One for each column; missing ones are empty. Words in the first run on over empty cells.
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
    /// A sum without a rule.
    Sum,
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

    /// A day, or nothing where it is not known.
    pub fn day(day: Option<NaiveDate>) -> Cell {
        day.map_or(Cell::Nothing, Cell::Day)
    }

    /// A figure, or nothing where there is none.
    pub fn maybe(number: Option<Decimal>) -> Cell {
        number.map_or(Cell::Nothing, Cell::number)
    }
}
