//! Where the fields stand in the cells of a row, worked out once for each table.

use super::Cell;
use super::said::WORDS;
use crate::import::cell::trimmed;
use crate::import::profile::Field;
use crate::import::recognise::{Column, In, Section};

/// What few tables state of a row. Rows of others are read without looking for each of it.
const SELDOM: [Field; 20] = [
    Field::Accrued,
    Field::Asset,
    Field::Balance,
    Field::Credit,
    Field::Currency,
    Field::Debit,
    Field::Ex,
    Field::Gross,
    Field::Id,
    Field::Into,
    Field::Original,
    Field::Posted,
    Field::PriceCurrency,
    Field::Rate,
    Field::Reference,
    Field::Settles,
    Field::Time,
    Field::Withheld,
    Field::WithheldCurrency,
    Field::Wkn,
];

/// At which position each field stands, and where else, should that cell be blank.
pub(super) struct Places {
    first: [Option<usize>; Field::ALL.len()],
    others: Vec<(Field, usize)>,
    /// The fields of words that stand in a column.
    pub(super) words: Vec<Field>,
    /// Whether a column holds what few tables state, or says what another is in.
    pub(super) seldom: bool,
    /// Where costs and tax stand, and which they are.
    pub(super) costs: Vec<(Field, usize)>,
    /// Where columns stand that the profile does not know.
    pub(super) unknown: Vec<usize>,
}

impl Places {
    /// Of the columns of a table.
    pub(super) fn of(section: &Section) -> Places {
        let (mut first, mut others) = ([None; Field::ALL.len()], Vec::new());
        for (field, at) in &section.places {
            match &mut first[*field as usize] {
                Some(_) => others.push((*field, *at)),
                free => *free = Some(*at),
            }
        }
        let columns = || section.columns.iter().enumerate();
        let cost = |(at, column): (usize, &Column)| match column {
            Column::Field(
                field @ (Field::Fees | Field::Commission | Field::OtherFees | Field::Withheld),
            ) => Some((*field, at)),
            _ => None,
        };
        let unknown =
            |(at, column): (usize, &Column)| matches!(column, Column::Unknown(_)).then_some(at);
        let (costs, unknown) =
            (columns().filter_map(cost).collect(), columns().filter_map(unknown).collect());
        let words = WORDS.into_iter().filter(|field| first[*field as usize].is_some()).collect();
        let named = section.currencies.iter().any(|own| *own != In::Row);
        let seldom = named || SELDOM.iter().any(|field| first[*field as usize].is_some());
        Places { first, others, words, seldom, costs, unknown }
    }

    /// Where the column of a field stands that is looked at first.
    #[inline]
    pub(super) fn first(&self, field: Field) -> Option<usize> {
        self.first[field as usize]
    }

    /// Whether a column holds this field.
    #[inline]
    pub(super) fn has(&self, field: Field) -> bool {
        self.first(field).is_some()
    }

    /// Where the field stands in this row.
    #[inline]
    pub(super) fn at(&self, field: Field, cells: &[Cell]) -> Option<usize> {
        let first = self.first(field)?;
        Some(if self.others.is_empty() { first } else { self.filled(field, first, cells) })
    }

    /// Where the field stands: where its cell is blank, in another column of its own that is not.
    #[cold]
    fn filled(&self, field: Field, first: usize, cells: &[Cell]) -> usize {
        let filled = |at: &usize| cells.get(*at).is_some_and(|cell| !trimmed(cell).is_empty());
        let others = self.others.iter().filter(|(other, _)| *other == field).map(|(_, at)| *at);
        std::iter::once(first).chain(others).find(filled).unwrap_or(first)
    }

    /// What stands in the field's cell, without blanks around it; nothing where it has no column.
    #[inline]
    pub(super) fn get<'c>(&self, field: Field, cells: &'c [Cell]) -> &'c str {
        match self.at(field, cells).and_then(|at| cells.get(at)) {
            Some(cell) => trimmed(cell),
            None => "",
        }
    }
}
