//! Income and expense accounts by calendar year, as journals have them: no categories, no law.
//!
//! In: a ledger. Out: one row for each account, commodity and year. An account is of a type by the tag
//! `type:` of its declaration or of one above it, else by the first part of its name: `income`,
//! `revenues`, `expenses`.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::ledger::header;
use crate::ledger::model::{AccountId, CommodityId, Declaration, Declared, Ledger, Xxh};
use crate::ledger::sums::plus;
use crate::money::Decimal;
use crate::period::Datelike;
use crate::source::{Name, lines};

/// Which of the two an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// What comes in.
    Revenues,
    /// What goes out.
    Expenses,
}

/// What one account came to in one year, in one commodity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearRow {
    /// What sort of account it is.
    pub section: Section,
    /// The calendar year of the postings' own dates.
    pub year: i32,
    /// The account, not its subaccounts.
    pub account: Name,
    /// Empty for none.
    pub commodity: Name,
    /// Revenues positive, as readers expect them. `None`: more digits than a number can have.
    pub quantity: Option<Decimal>,
}

type Sums = HashMap<(AccountId, CommodityId, i32), Option<Decimal>, BuildHasherDefault<Xxh>>;

/// The rows of all accounts whose name `wanted` takes, by section, account, commodity and year; zeros
/// are left out.
pub fn yearly(ledger: &Ledger, wanted: impl Fn(&str) -> bool) -> Vec<YearRow> {
    let declared = declared(ledger);
    let sections: Vec<Option<Section>> = ledger
        .accounts
        .names()
        .iter()
        .map(|name| section(name, &declared).filter(|_| wanted(name)))
        .collect();
    let mut sums = Sums::default();
    for transaction in &ledger.transactions {
        let range = transaction.first as usize..(transaction.first + transaction.count) as usize;
        for row in &ledger.postings[range] {
            if sections[row.account.0 as usize].is_none() {
                continue;
            }
            let detail = (row.detail as usize).checked_sub(1).and_then(|at| ledger.details.get(at));
            let date = detail.and_then(|detail| detail.date).unwrap_or(transaction.date);
            let key = (row.account, row.commodity, date.year());
            let sum = sums.entry(key).or_insert(Some(Decimal::ZERO));
            *sum = sum.and_then(|sum| plus(sum, row.number));
        }
    }
    let mut rows: Vec<YearRow> = sums
        .into_iter()
        .filter(|(_, sum)| !sum.is_some_and(|sum| sum.is_zero()))
        .filter_map(|((account, commodity, year), sum)| {
            let section = sections[account.0 as usize]?;
            let quantity = sum.map(|sum| if section == Section::Revenues { -sum } else { sum });
            let (account, commodity) =
                (ledger.account(account).clone(), ledger.commodity(commodity).clone());
            Some(YearRow { section, year, account, commodity, quantity })
        })
        .collect();
    rows.sort_unstable_by(|one, other| {
        (one.section, &one.account, &one.commodity, one.year).cmp(&(
            other.section,
            &other.account,
            &other.commodity,
            other.year,
        ))
    });
    rows
}

/// What a declaration says of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Is(Section),
    /// A type that is neither: its name is not asked.
    Neither,
}

/// The accounts whose declaration tells a type.
fn declared(ledger: &Ledger) -> HashMap<&str, Told> {
    let accounts = ledger.declared.iter().filter(|one| one.what == Declared::Account);
    accounts.filter_map(|one| Some((&*one.name, told(ledger, one)?))).collect()
}

fn told(ledger: &Ledger, declaration: &Declaration) -> Option<Told> {
    let start = declaration.start as usize;
    let text = &ledger.sources[declaration.source as usize].text;
    let text = text.get(start..start + declaration.length as usize)?;
    let mut comments =
        lines(text).filter_map(|line| line.split_once(';').map(|(_, comment)| comment));
    let value = comments.find_map(|comment| header::tag(comment, "type"))?;
    Some(match value.to_ascii_lowercase().as_str() {
        "r" | "revenue" | "revenues" | "income" => Told::Is(Section::Revenues),
        "x" | "expense" | "expenses" => Told::Is(Section::Expenses),
        _ => Told::Neither,
    })
}

/// The type of an account: that of the nearest declaration at or above it, else by its name.
fn section(name: &str, declared: &HashMap<&str, Told>) -> Option<Section> {
    let mut above = Some(name);
    while let Some(account) = above.filter(|_| !declared.is_empty()) {
        match declared.get(account) {
            Some(Told::Is(section)) => return Some(*section),
            Some(Told::Neither) => return None,
            None => {}
        }
        above = account.rsplit_once(':').map(|(above, _)| above);
    }
    let first = name.split(':').next().unwrap_or_default().to_ascii_lowercase();
    match first.as_str() {
        "income" | "incomes" | "revenue" | "revenues" => Some(Section::Revenues),
        "expense" | "expenses" => Some(Section::Expenses),
        _ => None,
    }
}
