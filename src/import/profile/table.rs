//! One table of an export: how its header is told, and what its columns hold.

use super::{Cells, Field, in_currency, normalised};
use crate::source::Name;

/// One table: of a layout of its own, or a section of a file with several.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The header in its usual order; the examples are rows below it.
    pub header: Vec<String>,
    /// What stands in each column, where files have no header: then `header` names them in order.
    pub shape: Vec<Cells>,
    /// The names each field's column may have, normalised.
    pub columns: Vec<(Field, Vec<String>)>,
    /// Columns that are known and hold nothing an event needs, normalised.
    pub unused: Vec<String>,
    /// Fields whose columns the header must have; none: every name of `header`.
    pub needs: Vec<Field>,
    /// Why its rows are no events, in the singular: `position`.
    pub ignore: Option<Name>,
    /// A row without a date fills the one above it: an action, then its details.
    pub continues: bool,
    /// Fees and tax are written below zero where they cost.
    pub costs_signed: bool,
}

impl Table {
    /// The names the column of `field` may have, normalised.
    pub fn aliases(&self, field: Field) -> &[String] {
        self.columns.iter().find(|(known, _)| *known == field).map_or(&[], |(_, names)| names)
    }

    /// Whether the table knows this column and needs nothing of it.
    pub fn is_unused(&self, column: &str) -> bool {
        let column = normalised(column);
        let plain = in_currency(&column).map(|(name, _)| name);
        column.is_empty()
            || self.unused.iter().any(|name| *name == column || plain == Some(name.as_str()))
    }

    /// Adds to the names of columns those that are given, each field's behind its own.
    pub fn add_columns(&mut self, columns: Vec<(Field, Vec<String>)>) {
        for (field, mut names) in columns {
            match self.columns.iter_mut().find(|(known, _)| *known == field) {
                Some((_, known)) => known.append(&mut names),
                None => self.columns.push((field, names)),
            }
        }
    }
}
