//! What every account holds: its own postings, by commodity.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::ledger::model::{AccountId, CommodityId, Ledger, Xxh};
use crate::ledger::sums::plus;
use crate::money::Decimal;
use crate::source::Name;

/// What one account holds of one commodity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// The account, not its subaccounts.
    pub account: Name,
    /// Empty for none.
    pub commodity: Name,
    /// Exact and unrounded. `None`: more digits than a number can have.
    pub quantity: Option<Decimal>,
}

/// The balances of all accounts whose name `wanted` takes, by account and commodity; zeros are left
/// out. Costs and lots do not count, virtual postings do.
pub fn balance(ledger: &Ledger, wanted: impl Fn(&str) -> bool) -> Vec<Balance> {
    let taken: Vec<bool> = ledger.accounts.names().iter().map(|name| wanted(name)).collect();
    let mut sums: HashMap<(AccountId, CommodityId), Option<Decimal>, BuildHasherDefault<Xxh>> =
        HashMap::default();
    // Those of transactions only: a transaction that does not balance leaves rows that count nowhere.
    for transaction in &ledger.transactions {
        let range = transaction.first as usize..(transaction.first + transaction.count) as usize;
        for row in &ledger.postings[range] {
            if taken[row.account.0 as usize] {
                let sum = sums.entry((row.account, row.commodity)).or_insert(Some(Decimal::ZERO));
                *sum = sum.and_then(|sum| plus(sum, row.number));
            }
        }
    }
    let mut balances: Vec<Balance> = sums
        .into_iter()
        .filter(|(_, sum)| !sum.is_some_and(|sum| sum.is_zero()))
        .map(|((account, commodity), quantity)| Balance {
            account: ledger.account(account).clone(),
            commodity: ledger.commodity(commodity).clone(),
            quantity,
        })
        .collect();
    balances.sort_unstable_by(|one, other| {
        (&one.account, &one.commodity).cmp(&(&other.account, &other.commodity))
    });
    balances
}
