//! Of which sort an account is: assets, liabilities, equity, revenues, expenses.
//!
//! In: a ledger. Out: the section of each of its accounts. The tag `type:` of its declaration or of
//! one above it tells it, else the first part of its name, as in hledger: `income`, `revenues`,
//! `expenses`.

use std::collections::HashMap;

use crate::ledger::header;
use crate::ledger::model::{Declaration, Declared, Ledger};
use crate::source::lines;

/// A sort of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// What is owned.
    Assets,
    /// What is owed.
    Liabilities,
    /// What is left of the two.
    Equity,
    /// What comes in.
    Revenues,
    /// What goes out.
    Expenses,
    /// Nothing tells it.
    Other,
}

impl Section {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Section::Assets => "Assets",
            Section::Liabilities => "Liabilities",
            Section::Equity => "Equity",
            Section::Revenues => "Revenues",
            Section::Expenses => "Expenses",
            Section::Other => "Other",
        }
    }

    /// Whether it is one of an income statement.
    pub fn is_income(self) -> bool {
        matches!(self, Section::Revenues | Section::Expenses)
    }
}

/// The section of each account of `ledger`, by the account's number.
pub fn sections(ledger: &Ledger) -> Vec<Section> {
    let accounts = ledger.declared.iter().filter(|one| one.what == Declared::Account);
    let declared: HashMap<&str, Section> =
        accounts.filter_map(|one| Some((&*one.name, told(ledger, one)?))).collect();
    ledger.accounts.names().iter().map(|name| section(name, &declared)).collect()
}

/// What a declaration says of an account.
fn told(ledger: &Ledger, declaration: &Declaration) -> Option<Section> {
    let start = declaration.start as usize;
    let text = &ledger.sources[declaration.source as usize].text;
    let text = text.get(start..start + declaration.length as usize)?;
    let mut comments =
        lines(text).filter_map(|line| line.split_once(';').map(|(_, comment)| comment));
    let value = comments.find_map(|comment| header::tag(comment, "type"))?;
    Some(match value.to_ascii_lowercase().as_str() {
        "a" | "asset" | "assets" | "c" | "cash" => Section::Assets,
        "l" | "liability" | "liabilities" => Section::Liabilities,
        "e" | "equity" | "v" | "conversion" => Section::Equity,
        "r" | "revenue" | "revenues" | "income" => Section::Revenues,
        "x" | "expense" | "expenses" => Section::Expenses,
        _ => Section::Other,
    })
}

/// The section of an account: that of the nearest declaration at or above it, else by its name.
fn section(name: &str, declared: &HashMap<&str, Section>) -> Section {
    let mut above = Some(name);
    while let Some(account) = above.filter(|_| !declared.is_empty()) {
        if let Some(section) = declared.get(account) {
            return *section;
        }
        above = account.rsplit_once(':').map(|(above, _)| above);
    }
    let first = name.split(':').next().unwrap_or_default().to_ascii_lowercase();
    match first.as_str() {
        "asset" | "assets" => Section::Assets,
        "debt" | "debts" | "liability" | "liabilities" => Section::Liabilities,
        "equity" => Section::Equity,
        "income" | "incomes" | "revenue" | "revenues" => Section::Revenues,
        "expense" | "expenses" => Section::Expenses,
        _ => Section::Other,
    }
}
