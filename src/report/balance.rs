//! What accounts hold: each account's own postings, or with those of the accounts below it.
//!
//! In: journals as they were read, and what is asked. Out: rows by account and commodity, and the
//! total by commodity. Exact and unrounded; costs, lots and tax do not enter.

use std::collections::BTreeMap;

use super::sums::{Ask, Sums};
use super::table::{Cell, Column, Row, RowStyle, Table};
use super::tree;
use crate::diagnostic::Diagnostic;
use crate::ledger::Ledger;
use crate::money::Decimal;
use crate::source::Name;

/// The balances of accounts, zeros left out.
#[derive(Debug, Default)]
pub struct Balances {
    sums: Sums,
    tree: bool,
    /// The days are bounded: what is shown is a change, or a balance of a day.
    when: String,
}

impl Balances {
    /// The balances over all `ledgers` of the accounts that `ask` takes; `tree`: with what the accounts
    /// below them hold.
    pub fn of(ledgers: &[Ledger], ask: &Ask, tree: bool) -> Balances {
        let when = match (ask.from, ask.to) {
            (None, None) => String::new(),
            (None, Some(to)) => format!(" at the close of {to}"),
            (Some(from), None) => format!(" since {from}"),
            (Some(from), Some(to)) => format!(" from {from} to {to}"),
        };
        let ask = Ask { every: None, ..ask.clone() };
        Balances { sums: Sums::of(ledgers, &ask, None), tree, when }
    }

    /// A problem for each balance that is left out because it has too many digits.
    pub fn problems(&self) -> Vec<Diagnostic> {
        self.sums.problems()
    }

    /// The sums of each account that is shown, in the order of the rows.
    fn accounts(&self) -> Vec<tree::Account<'_, ()>> {
        let mut own: BTreeMap<&str, BTreeMap<&Name, BTreeMap<(), Decimal>>> = BTreeMap::new();
        for ((_, account, commodity), periods) in &self.sums.rows {
            let sums = own.entry(account).or_default().entry(commodity).or_default();
            for sum in periods.values() {
                let whole = sums.entry(()).or_default();
                *whole = whole.saturating_add(*sum);
            }
        }
        if self.tree { tree::of(own) } else { tree::flat(own) }
    }

    /// To read: the account, what it holds; under a rule what all of it comes to.
    pub fn table(&self) -> Table {
        let title = if self.when.is_empty() { "Balances" } else { "Balances," };
        let subtitle = self.sums.subtitle();
        let mut table =
            Table { title: format!("{title}{}", self.when), subtitle, ..Table::default() };
        if self.sums.rows.is_empty() {
            table.title = format!("No balances{}", self.when);
            table.preface.push("No account that is asked for holds anything.".into());
            table.preface.push("All there are: rentier accounts".into());
            return table;
        }
        table.columns = vec![
            Column::words("account", "Account"),
            Column::figures("quantity", ""),
            Column::words("commodity", "").gap(1),
        ];
        for account in self.accounts() {
            let mut name = account.label;
            for (commodity, quantities) in &account.sums {
                let quantity = quantities.get(&()).copied().unwrap_or_default();
                let mut row = self.row(quantity, commodity, name, RowStyle::Line);
                row.indent = account.indent;
                table.rows.push(row);
                if self.tree {
                    name = "";
                }
            }
        }
        let mut totals: BTreeMap<&Name, Option<Decimal>> = BTreeMap::new();
        for ((_, _, commodity), periods) in &self.sums.rows {
            let total = totals.entry(commodity).or_insert(Some(Decimal::ZERO));
            for quantity in periods.values() {
                *total = total.and_then(|total| total.checked_add(*quantity));
            }
        }
        // Commodities that come to nothing are of no interest in a total, unless all do.
        let left: Vec<_> = totals
            .iter()
            .filter_map(|(commodity, total)| Some((*commodity, (*total)?)))
            .filter(|(_, total)| !total.is_zero())
            .collect();
        for (at, (commodity, total)) in left.iter().enumerate() {
            let style = if at == 0 { RowStyle::Total } else { RowStyle::Sum };
            table.rows.push(self.row(*total, commodity, "Total", style));
        }
        if left.is_empty() {
            table.rows.push(self.row(Decimal::ZERO, "", "Total", RowStyle::Total));
        }
        table.notes = self.sums.notes();
        table
    }

    /// For programs: `account,commodity,quantity`, plain and unrounded.
    pub fn records(&self) -> Table {
        let columns = vec![
            Column::words("account", "account"),
            Column::words("commodity", "commodity"),
            Column::figures("quantity", "quantity"),
        ];
        let rows = self.accounts().into_iter().flat_map(|account| {
            let name = account.name;
            account.sums.into_iter().map(move |(commodity, quantities)| Row {
                cells: vec![
                    Cell::text(name),
                    Cell::text(&**commodity),
                    Cell::number(quantities.get(&()).copied().unwrap_or_default().normalize()),
                ],
                ..Row::default()
            })
        });
        Table { columns, rows: rows.collect(), ..Table::default() }
    }

    /// What of the sentences must be said where a format has no place for them.
    pub fn said(&self) -> Option<String> {
        self.sums.value.as_ref()?.told().map(|sentence| sentence.text)
    }

    fn row(&self, quantity: Decimal, commodity: &str, account: &str, style: RowStyle) -> Row {
        let shown = self.sums.shown(quantity, commodity);
        let cells = vec![Cell::text(account), Cell::number(shown), Cell::text(commodity)];
        Row { style, cells, ..Row::default() }
    }
}
