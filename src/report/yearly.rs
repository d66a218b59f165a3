//! Income and expense accounts by year, as journals have them: the plain side of `balance --yearly`.
//!
//! In: journals as they were read, and patterns of account names. Out: one row for each account,
//! commodity and year; to read, a column for each year. No categories and no law: those are `income`'s.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::table::{Cell, Column, Row, RowStyle, Table};
use crate::diagnostic::Diagnostic;
use crate::ledger::{self, Ledger, Section};
use crate::money::{self, Decimal};
use crate::source::Name;

/// What accounts came to by year, zeros left out.
#[derive(Debug, Default)]
pub struct Yearly {
    /// By section, account and commodity, then year. Revenues are positive.
    pub rows: BTreeMap<(Section, Name, Name), BTreeMap<i32, Decimal>>,
    /// Accounts whose sum has more digits than a number can have.
    pub too_long: Vec<Name>,
}

impl Yearly {
    /// Over all `ledgers`, of the accounts that one of `patterns` matches; of all, where there is none.
    pub fn of<'l>(ledgers: impl IntoIterator<Item = &'l Ledger>, patterns: &[Regex]) -> Yearly {
        let wanted = |account: &str| {
            patterns.is_empty() || patterns.iter().any(|pattern| pattern.is_match(account))
        };
        let mut all = Yearly::default();
        for row in ledgers.into_iter().flat_map(|ledger| ledger::yearly(ledger, wanted)) {
            let years =
                all.rows.entry((row.section, row.account.clone(), row.commodity)).or_default();
            let sum = years.entry(row.year).or_default();
            match row.quantity.and_then(|quantity| sum.checked_add(quantity)) {
                Some(whole) => *sum = whole,
                None => all.too_long.push(row.account),
            }
        }
        for years in all.rows.values_mut() {
            years.retain(|_, sum| !sum.is_zero());
        }
        all.rows.retain(|_, years| !years.is_empty());
        all
    }

    /// A problem for each account that has a sum with too many digits.
    pub fn problems(&self) -> Vec<Diagnostic> {
        let problem = |account: &Name| {
            let what = format!("a sum of `{account}` has more digits than a number can have");
            Diagnostic::error("number", what).note("it is left out of the report")
        };
        self.too_long.iter().map(problem).collect()
    }

    /// To read: a column for each year.
    pub fn table(&self) -> Table {
        let mut table = Table { title: "Income and expenses".to_owned(), ..Table::default() };
        if self.rows.is_empty() {
            "No income and no expenses".clone_into(&mut table.title);
            table.preface.push("No account that is asked for is one of income or expenses.".into());
            return table;
        }
        let years: BTreeSet<i32> =
            self.rows.values().flat_map(|years| years.keys().copied()).collect();
        table.columns = vec![Column::words("account", "")];
        for year in &years {
            let year = year.to_string();
            table.columns.push(Column::figures(&year, &year));
        }
        table.columns.push(Column::words("commodity", "").gap(1));
        let mut last = None;
        for ((section, account, commodity), of_years) in &self.rows {
            if last != Some(*section) {
                let cells = vec![Cell::text(name(*section))];
                table.rows.push(Row { style: RowStyle::Heading, cells, ..Row::default() });
                last = Some(*section);
            }
            let figure = |year| Cell::maybe(of_years.get(year).map(|sum| shown(*sum, commodity)));
            let cells = [Cell::text(&**account)]
                .into_iter()
                .chain(years.iter().map(figure))
                .chain([Cell::text(&**commodity)]);
            table.rows.push(Row { indent: 1, cells: cells.collect(), ..Row::default() });
        }
        table
    }

    /// For programs: `section,year,account,commodity,quantity`, plain and unrounded.
    pub fn records(&self) -> Table {
        let columns = vec![
            Column::words("section", "section"),
            Column::words("year", "year"),
            Column::words("account", "account"),
            Column::words("commodity", "commodity"),
            Column::figures("quantity", "quantity"),
        ];
        let rows = self.rows.iter().flat_map(|((section, account, commodity), years)| {
            years.iter().map(move |(year, sum)| Row {
                cells: vec![
                    Cell::text(name(*section)),
                    Cell::text(year.to_string()),
                    Cell::text(&**account),
                    Cell::text(&**commodity),
                    Cell::number(sum.normalize()),
                ],
                ..Row::default()
            })
        });
        Table { columns, rows: rows.collect(), ..Table::default() }
    }
}

fn name(section: Section) -> &'static str {
    match section {
        Section::Revenues => "Revenues",
        Section::Expenses => "Expenses",
    }
}

fn shown(quantity: Decimal, commodity: &str) -> Decimal {
    let is_currency =
        commodity.len() == 3 && commodity.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_currency { money::cash(quantity, commodity) } else { quantity.normalize() }
}
