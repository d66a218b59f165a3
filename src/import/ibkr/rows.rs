//! The rows of a file, whatever its format: what each column says, the section it stands in, where it
//! lies. What is a row by its form only (a header, a total, a mark of a section) is told here.

use std::borrow::Cow;

use super::fields::Field;
use super::sections::Sort;
use crate::source::Name;

/// A row as it lies in the file.
#[derive(Clone, Debug)]
pub struct Raw<'s> {
    /// Of the file, from 1.
    pub line: u32,
    /// From its first character to its end.
    pub bytes: (usize, usize),
    /// The section's name as the file has it.
    pub section: Name,
    /// What the section holds.
    pub sort: Sort,
    /// What the columns say, those that say something.
    pub cells: Vec<(Field, Cow<'s, str>)>,
    /// Lines of other rows that were added to it.
    pub also: Vec<u32>,
    /// What the commission is in, where the column's name says it.
    pub commission_in: Option<Name>,
    /// The account's number, in the row or above it.
    pub holder: Option<Name>,
    /// It is no row of data, and why.
    pub aside: Option<Name>,
    /// It is not as a row of its section should be, and why.
    pub trouble: Option<&'static str>,
}

impl Raw<'_> {
    /// What the column says, without blanks around it; `None` where it says nothing.
    pub fn get(&self, field: Field) -> Option<&str> {
        let (_, text) = self.cells.iter().find(|(known, _)| *known == field)?;
        let text = text.trim();
        (!matches!(text, "" | "-" | "--")).then_some(text)
    }

    /// The same, whether or not it says that there is nothing.
    pub fn cell(&self, field: Field) -> Option<&str> {
        self.cells.iter().find(|(known, _)| *known == field).map(|(_, text)| text.trim())
    }
}

/// A file taken apart.
#[derive(Debug, Default)]
pub struct Sheet<'s> {
    /// In the order of the file.
    pub rows: Vec<Raw<'s>>,
    /// What the file calls its base currency.
    pub base: Option<Name>,
    /// The days it is of, by the account's number where the file has several.
    pub periods: Vec<(Option<Name>, Period)>,
}

/// First and last day.
pub type Period = (crate::period::NaiveDate, crate::period::NaiveDate);
