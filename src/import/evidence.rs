//! Gathers what the cells of a file say about its spelling, before it is read: which number of a day
//! comes first, which mark is decimal.

use std::borrow::Cow;

use super::cell::{self, Mark, Number};
use super::feed::Feed;
use super::profile::{Field, normalised};
use super::recognise::{self, Column, Layout};
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
    /// By column: numbers whose decimal mark must be a point, and those where it must be a comma.
    pub marks: Vec<(usize, usize)>,
}

/// How the numbers of one column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// With this decimal mark; a number that can only be read with the other is.
    Only(Mark),
    /// With either: a number that can be read both ways is not read.
    Mixed,
}

impl Default for Spelling {
    fn default() -> Spelling {
        Spelling::Only(Mark::Point)
    }
}

impl Spelling {
    /// The number that `text` is, and whether it is written as is usual here.
    pub fn number(self, text: &str) -> (Number, bool) {
        let Spelling::Only(mark) = self else {
            let number = match cell::mark_of(text) {
                Some(mark) => cell::number(text, mark),
                None if text.contains(['.', ',']) => Number::Unreadable,
                None => cell::number(text, Mark::Point),
            };
            return (number, true);
        };
        match cell::number(text, mark) {
            Number::Unreadable if text.contains(['.', ',']) => match cell::mark_of(text) {
                Some(other) if other != mark => (cell::number(text, other), false),
                _ => (Number::Unreadable, false),
            },
            number => (number, true),
        }
    }
}

impl Evidence {
    /// How each column is written: by what its own numbers say, else those of the others, else as
    /// is usual.
    pub fn spelling(&self, usual: Mark) -> Vec<Spelling> {
        let total = self.marks.iter().fold((0, 0), |sum, own| (sum.0 + own.0, sum.1 + own.1));
        let of = |(points, commas)| match (points, commas) {
            (0, 0) => None,
            (_, 0) => Some(Spelling::Only(Mark::Point)),
            (0, _) => Some(Spelling::Only(Mark::Comma)),
            _ => Some(Spelling::Mixed),
        };
        let whole = of(total).unwrap_or(Spelling::Only(usual));
        self.marks.iter().map(|own| of(*own).unwrap_or(whole)).collect()
    }
}

/// Looks at every day and number below the header.
pub fn of(text: &str, layout: &Layout) -> Evidence {
    let mut evidence = Evidence::default();
    let (mut feed, mut cells) = (Feed::new(text, layout.form, layout.skip), Vec::new());
    let mut section = Cow::Borrowed(&layout.first);
    while let Some(record) = feed.next(&mut cells) {
        if layout.profile.tables.len() > 1 {
            let names: Vec<String> = cells.iter().map(|cell| normalised(cell)).collect();
            if let Some(next) = recognise::section(layout.profile, &names, record.line) {
                section = Cow::Owned(next);
                continue;
            }
        }
        if section.table.ignore.is_some() {
            continue;
        }
        if evidence.marks.len() < section.columns.len() {
            evidence.marks.resize(section.columns.len(), (0, 0));
        }
        for (at, (cell, column)) in cells.iter().zip(&section.columns).enumerate() {
            match column {
                Column::Field(Field::Date | Field::Posted | Field::Settles) => {
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
                Column::Field(field) if field.is_number() => match cell::mark_of(cell) {
                    Some(Mark::Point) => evidence.marks[at].0 += 1,
                    Some(Mark::Comma) => evidence.marks[at].1 += 1,
                    None => {}
                },
                Column::Field(_) | Column::Unused | Column::Unknown(_) => {}
            }
        }
    }
    evidence
}
