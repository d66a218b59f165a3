//! Finds the table in a text: the delimiter, the header, and what the cells of each column are.

use indexmap::IndexMap;

use crate::import::cell::{self, Mark, Number};
use crate::import::profile::Field;
use crate::import::record::{Cell, Records};
use crate::money::Decimal;
use crate::period::{DateForm, NaiveDate};

/// In how many records the header is looked for.
const HEAD: usize = 30;

/// More distinct words than this in a column, and it is prose rather than a set of action words.
const WORDS: usize = 60;

/// A text as the table it is.
pub struct Table {
    /// What stands between cells.
    pub delimiter: u8,
    /// In the file's order.
    pub columns: Vec<Column>,
    /// How numbers are written, by the evidence of all of them.
    pub mark: Mark,
}

/// One column of the file, with what its cells tell.
pub struct Column {
    /// As the header has it.
    pub name: String,
    /// What it holds, once that is known.
    pub field: Option<Field>,
    /// Why it is taken for that, where its name does not say it.
    pub why: Option<String>,
    /// The cells of all rows.
    pub cells: Vec<String>,
    /// Its words, each with how often it stands there and the first row that has it.
    pub words: IndexMap<String, (usize, String)>,
    /// Which days can be read in one way alone, and the line of the first.
    pub forms: Vec<(DateForm, u32)>,
    marks: Vec<Mark>,
    days: usize,
    numbers: usize,
    filled: usize,
}

/// The table of a text. `None`: there is none.
pub fn table(text: &str) -> Option<Table> {
    let (delimiter, header) = header(text)?;
    let columns = read(text, delimiter, header);
    let commas = columns.iter().any(|column| column.marks.contains(&Mark::Comma));
    let points = columns.iter().any(|column| column.marks.contains(&Mark::Point));
    let mark = if commas && !points { Mark::Comma } else { Mark::Point };
    Some(Table { delimiter, columns, mark })
}

/// The delimiter, and the index of the record that is the header: the first of the widest run of
/// records of one width, none of whose cells is a number or a day.
fn header(text: &str) -> Option<(u8, usize)> {
    let mut best: Option<(usize, u8, usize)> = None;
    for delimiter in [b',', b';', b'\t', b'|'] {
        let (mut records, mut cells) = (Records::new(text, delimiter), Vec::new());
        let mut head: Vec<Vec<String>> = Vec::new();
        while head.len() < HEAD && records.next(&mut cells).is_some() {
            head.push(cells.iter().map(|cell| cell.trim().to_owned()).collect());
        }
        for (at, cells) in head.iter().enumerate() {
            let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
            let names = cells.iter().all(|cell| !is_day(cell) && !is_number(cell));
            let rows = head[at + 1..].iter().filter(|row| row.len().abs_diff(cells.len()) <= 1);
            let weight = filled * rows.count().max(1);
            if filled >= 2 && names && best.as_ref().is_none_or(|(most, ..)| weight > *most) {
                best = Some((weight, delimiter, at));
            }
        }
    }
    best.map(|(_, delimiter, at)| (delimiter, at))
}

fn is_number(text: &str) -> bool {
    [Mark::Point, Mark::Comma]
        .iter()
        .any(|mark| matches!(cell::number(text, *mark), Number::Some(_)))
}

fn is_day(text: &str) -> bool {
    [DateForm::MonthDayYear, DateForm::DayMonthYear]
        .iter()
        .any(|form| cell::day(text, *form).is_some())
}

/// The columns with what the cells of all rows tell.
fn read(text: &str, delimiter: u8, header: usize) -> Vec<Column> {
    let (mut records, mut cells) = (Records::new(text, delimiter), Vec::new());
    for _ in 0..header {
        records.next(&mut cells);
    }
    let mut columns: Vec<Column> = match records.next(&mut cells) {
        Some(_) => cells.iter().map(|cell: &Cell| Column::new(cell.trim())).collect(),
        None => Vec::new(),
    };
    while let Some(record) = records.next(&mut cells) {
        if cells.len() + 1 < columns.len() {
            continue;
        }
        for (at, column) in columns.iter_mut().enumerate() {
            let cell = cells.get(at).map_or("", |cell| cell.trim());
            column.take(cell, record.line, record.text);
        }
    }
    columns
}

impl Column {
    fn new(name: &str) -> Column {
        Column {
            name: name.to_owned(),
            field: None,
            why: None,
            cells: Vec::new(),
            words: IndexMap::new(),
            forms: Vec::new(),
            marks: Vec::new(),
            days: 0,
            numbers: 0,
            filled: 0,
        }
    }

    fn take(&mut self, cell: &str, line: u32, row: &str) {
        self.cells.push(cell.to_owned());
        if cell::is_nothing(cell) {
            return;
        }
        self.filled += 1;
        if is_day(cell) {
            self.days += 1;
            if let Some(form) = cell::form_of(cell)
                && !self.forms.iter().any(|(known, _)| *known == form)
            {
                self.forms.push((form, line));
            }
        } else if is_number(cell) {
            self.numbers += 1;
            if let Some(mark) = cell::mark_of(cell)
                && !self.marks.contains(&mark)
            {
                self.marks.push(mark);
            }
        }
        if self.words.len() <= WORDS {
            let word = self.words.entry(cell.to_owned()).or_insert_with(|| (0, row.to_owned()));
            word.0 += 1;
        }
    }

    /// Its cells that say something.
    pub fn filled(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(String::as_str).filter(|cell| !cell::is_nothing(cell))
    }

    /// Whether every cell that says something is a day.
    pub fn is_days(&self) -> bool {
        self.filled > 0 && self.days == self.filled
    }

    /// Whether every cell that says something is a number.
    pub fn is_numbers(&self) -> bool {
        self.filled > 0 && self.numbers == self.filled
    }

    /// Words that repeat: what action words do.
    pub fn is_words(&self) -> bool {
        self.days + self.numbers == 0 && self.filled > 0 && self.words.len() <= WORDS
    }

    /// Whether it holds days all read `form`, and no earlier one than `other` in any row.
    pub fn never_before(&self, other: &Column, form: DateForm) -> bool {
        let day = |cell: &String| -> Option<NaiveDate> { cell::day(cell, form) };
        self.cells.iter().zip(&other.cells).all(|(own, other)| match (day(own), day(other)) {
            (Some(own), Some(other)) => own >= other,
            _ => true,
        })
    }

    /// The number of each row, where there is one.
    pub fn values(&self, mark: Mark) -> Vec<Option<Decimal>> {
        self.cells.iter().map(|cell| cell::number(cell, mark).value()).collect()
    }

    /// Whether its cells are what a field of this kind holds.
    pub fn holds(&self, field: Field) -> bool {
        match field {
            Field::Date | Field::Posted | Field::Settles | Field::Ex => self.is_days(),
            Field::Action => self.is_words(),
            _ if field.is_number() => self.is_numbers() || self.filled == 0,
            _ => !self.is_days(),
        }
    }
}
