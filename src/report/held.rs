//! The lots that accounts hold, as the journals' own annotations and booking have them.
//!
//! In: journals as they were read, and patterns of account names. Out: rows by account, commodity, day
//! and cost. Knows no tax: lots by a regime's rule are another report.

use std::collections::BTreeMap;

use super::patterns::Patterns;
use super::table::{Cell, Column, Row, Table};
use crate::diagnostic::Diagnostic;
use crate::ledger::{self, Ledger};
use crate::money::{self, Decimal};
use crate::period::NaiveDate;
use crate::source::Name;

/// What tells a lot from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lot {
    /// The account that holds it.
    pub account: Name,
    /// What is held.
    pub commodity: Name,
    /// When it was acquired, if the journal says so.
    pub date: Option<NaiveDate>,
    /// Of one unit.
    pub cost: Decimal,
    /// What the cost is in.
    pub cost_commodity: Name,
    /// Empty for none.
    pub label: Name,
}

/// The lots still held, with the units left of each.
#[derive(Debug, Default)]
pub struct Held {
    /// By account, commodity, day and cost.
    pub rows: BTreeMap<Lot, Decimal>,
    /// Lots whose units have more digits than a number can have.
    pub too_long: Vec<Lot>,
}

impl Held {
    /// The lots over all `ledgers` in the accounts that `patterns` take.
    pub fn of<'l>(ledgers: impl IntoIterator<Item = &'l Ledger>, patterns: &Patterns) -> Held {
        let mut held = Held::default();
        let rows =
            ledgers.into_iter().flat_map(ledger::lots).filter(|row| patterns.take(&row.account));
        for row in rows {
            let lot = Lot {
                account: row.account,
                commodity: row.commodity,
                date: row.date,
                cost: row.cost,
                cost_commodity: row.cost_commodity,
                label: row.label,
            };
            let before = held.rows.get(&lot).copied().unwrap_or_default();
            match row.quantity.and_then(|quantity| before.checked_add(quantity)) {
                Some(sum) => {
                    held.rows.insert(lot, sum);
                }
                None => held.too_long.push(lot),
            }
        }
        held.rows.retain(|_, units| !units.is_zero());
        held
    }

    /// A problem for each lot that is left out because its units have too many digits.
    pub fn problems(&self) -> Vec<Diagnostic> {
        let problem = |lot: &Lot| {
            let what = format!("a lot of {} in `{}`", lot.commodity, lot.account);
            Diagnostic::error("number", format!("{what} has more digits than a number can have"))
                .note("it is left out of the report")
        };
        self.too_long.iter().map(problem).collect()
    }

    /// To read: where, how many of what, the cost of one unit, the day, the label.
    pub fn table(&self) -> Table {
        let mut table = Table { title: "Lots held".to_owned(), ..Table::default() };
        if self.rows.is_empty() {
            "No lots held".clone_into(&mut table.title);
            table.preface.push("No account that is asked for holds units with a cost.".into());
            return table;
        }
        table.columns = vec![
            Column::words("account", "Account"),
            Column::figures("quantity", "Units"),
            Column::words("commodity", "").gap(1),
            Column::figures("cost", "Cost of one"),
            Column::words("cost_commodity", "").gap(1),
            Column::words("date", "Acquired"),
            Column::words("label", "Label"),
        ];
        table.rows.extend(self.rows.iter().map(|(lot, units)| Row {
            cells: vec![
                Cell::text(&*lot.account),
                Cell::number(*units),
                Cell::text(&*lot.commodity),
                Cell::number(money::cash(lot.cost, &lot.cost_commodity)),
                Cell::text(&*lot.cost_commodity),
                Cell::day(lot.date),
                Cell::text(&*lot.label),
            ],
            ..Row::default()
        }));
        table
    }

    /// For programs: `account,commodity,cost,cost_commodity,date,label,quantity`, plain and unrounded.
    pub fn records(&self) -> Table {
        let columns = vec![
            Column::words("account", "account"),
            Column::words("commodity", "commodity"),
            Column::figures("cost", "cost"),
            Column::words("cost_commodity", "cost_commodity"),
            Column::words("date", "date"),
            Column::words("label", "label"),
            Column::figures("quantity", "quantity"),
        ];
        let rows = self.rows.iter().map(|(lot, units)| Row {
            cells: vec![
                Cell::text(&*lot.account),
                Cell::text(&*lot.commodity),
                Cell::number(lot.cost.normalize()),
                Cell::text(&*lot.cost_commodity),
                Cell::day(lot.date),
                Cell::text(&*lot.label),
                Cell::number(units.normalize()),
            ],
            ..Row::default()
        });
        Table { columns, rows: rows.collect(), ..Table::default() }
    }
}
