//! Gathers what the cells of a file say about its spelling, before it is read: which number of a day
//! comes first, which mark is decimal.

use super::cell::{self, Mark};
use super::profile::Field;
use super::recognise::{Column, Layout};
use super::record::Records;
use crate::period::DateForm;

/// What the cells of a file say about its spelling.
#[derive(Default)]
pub struct Evidence {
    /// A day can only be read month first.
    pub month_first: bool,
    /// A day can only be read day first.
    pub day_first: bool,
    /// How many days have neither a year in front nor a month in words.
    pub days: usize,
    /// Line and text of the first of them.
    pub open: Option<(u32, String)>,
    /// Numbers whose decimal mark must be a point.
    pub points: usize,
    /// Numbers whose decimal mark must be a comma.
    pub commas: usize,
}

/// Looks at every day and number below the header.
pub fn of(text: &str, layout: &Layout) -> Evidence {
    let mut evidence = Evidence::default();
    let (mut records, mut cells) = (Records::new(text, layout.delimiter), Vec::new());
    let mut seen = 0;
    while let Some(record) = records.next(&mut cells) {
        seen += 1;
        if seen <= layout.skip {
            continue;
        }
        for (cell, column) in cells.iter().zip(&layout.columns) {
            match column {
                Column::Field(Field::Date | Field::Settles) => {
                    for part in cell.split(layout.profile.dates.as_of.as_deref().unwrap_or("\n")) {
                        match cell::form_of(part) {
                            Some(DateForm::MonthDayYear) => evidence.month_first = true,
                            Some(DateForm::DayMonthYear) => evidence.day_first = true,
                            _ => {}
                        }
                        if !cell::year_first(part.trim())
                            && crate::period::date_prefix(part.trim(), DateForm::MonthDayYear)
                                .is_some()
                        {
                            evidence.days += 1;
                            let open = || (record.line, part.trim().to_owned());
                            evidence.open.get_or_insert_with(open);
                        }
                    }
                }
                Column::Field(
                    Field::Quantity
                    | Field::Price
                    | Field::Fees
                    | Field::Commission
                    | Field::Accrued
                    | Field::Withheld
                    | Field::Amount
                    | Field::Debit
                    | Field::Credit
                    | Field::Balance,
                ) => match cell::mark_of(cell) {
                    Some(Mark::Point) => evidence.points += 1,
                    Some(Mark::Comma) => evidence.commas += 1,
                    None => {}
                },
                Column::Field(_) | Column::Unused | Column::Unknown(_) => {}
            }
        }
    }
    evidence
}
