//! What accounts hold: each account's own postings, one line for each commodity.
//!
//! In: journals as they were read, and patterns of account names. Out: rows by account and commodity,
//! and the total by commodity. Exact and unrounded; costs, lots and tax do not enter.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

use super::table::{Cell, Column, Row, RowStyle, Table};
use crate::diagnostic::Diagnostic;
use crate::ledger::{self, Ledger};
use crate::money::{self, Decimal};
use crate::source::Name;

/// The balances of accounts, zeros left out.
#[derive(Debug, Default)]
pub struct Balances {
    /// By account, then commodity.
    pub rows: BTreeMap<(Name, Name), Decimal>,
    /// Accounts and commodities whose sum has more digits than a number can have.
    pub too_long: Vec<(Name, Name)>,
}

impl Balances {
    /// The balances over all `ledgers` of the accounts that one of `patterns` matches; of all, where
    /// there is no pattern.
    pub fn of<'l>(ledgers: impl IntoIterator<Item = &'l Ledger>, patterns: &[Regex]) -> Balances {
        let wanted = |account: &str| {
            patterns.is_empty() || patterns.iter().any(|pattern| pattern.is_match(account))
        };
        let mut balances = Balances::default();
        for ledger in ledgers {
            for row in ledger::balance(ledger, wanted) {
                let key = (row.account, row.commodity);
                let before = balances.rows.get(&key).copied().unwrap_or_default();
                match row.quantity.and_then(|quantity| before.checked_add(quantity)) {
                    Some(sum) => {
                        balances.rows.insert(key, sum);
                    }
                    None => balances.too_long.push(key),
                }
            }
        }
        balances.rows.retain(|_, sum| !sum.is_zero());
        balances
    }

    /// A problem for each balance that is left out because it has too many digits.
    pub fn problems(&self) -> Vec<Diagnostic> {
        let problem = |(account, commodity): &(Name, Name)| {
            let what = format!("the balance of `{account}` in `{commodity}`");
            Diagnostic::error("number", format!("{what} has more digits than a number can have"))
                .note("it is left out of the report")
        };
        self.too_long.iter().map(problem).collect()
    }

    /// To read: the account, what it holds; under a rule what all of it comes to.
    pub fn table(&self) -> Table {
        let mut table = Table { title: "Balances".to_owned(), ..Table::default() };
        if self.rows.is_empty() {
            "No balances".clone_into(&mut table.title);
            table.preface.push("No account that is asked for holds anything.".into());
            return table;
        }
        table.columns = vec![
            Column::words("account", "Account"),
            Column::figures("quantity", ""),
            Column::words("commodity", "").gap(1),
        ];
        let mut totals: BTreeMap<&Name, Option<Decimal>> = BTreeMap::new();
        for ((account, commodity), quantity) in &self.rows {
            let total = totals.entry(commodity).or_insert(Some(Decimal::ZERO));
            *total = total.and_then(|total| total.checked_add(*quantity));
            table.rows.push(row(*quantity, commodity, account, RowStyle::Line));
        }
        // Commodities that come to nothing are of no interest in a total, unless all do.
        let left: Vec<_> = totals
            .iter()
            .filter_map(|(commodity, total)| Some((*commodity, (*total)?)))
            .filter(|(_, total)| !total.is_zero())
            .collect();
        for (at, (commodity, total)) in left.iter().enumerate() {
            let style = if at == 0 { RowStyle::Total } else { RowStyle::Sum };
            table.rows.push(row(*total, commodity, "Total", style));
        }
        if left.is_empty() {
            table.rows.push(row(Decimal::ZERO, "", "Total", RowStyle::Total));
        }
        table
    }

    /// For programs: `account,commodity,quantity`, plain and unrounded.
    pub fn records(&self) -> Table {
        let columns = vec![
            Column::words("account", "account"),
            Column::words("commodity", "commodity"),
            Column::figures("quantity", "quantity"),
        ];
        let rows = self.rows.iter().map(|((account, commodity), quantity)| Row {
            cells: vec![
                Cell::text(&**account),
                Cell::text(&**commodity),
                Cell::number(quantity.normalize()),
            ],
            ..Row::default()
        });
        Table { columns, rows: rows.collect(), ..Table::default() }
    }
}

/// A pattern of account names: part of a name, case apart. `None`: it is none.
pub fn pattern(text: &str) -> Option<Regex> {
    RegexBuilder::new(text).case_insensitive(true).size_limit(1 << 20).build().ok()
}

fn row(quantity: Decimal, commodity: &str, account: &str, style: RowStyle) -> Row {
    let is_currency =
        commodity.len() == 3 && commodity.bytes().all(|byte| byte.is_ascii_uppercase());
    let shown = if is_currency { money::cash(quantity, commodity) } else { quantity.normalize() };
    let cells = vec![Cell::text(account), Cell::number(shown), Cell::text(commodity)];
    Row { style, cells, ..Row::default() }
}
