//! What every account holds: its own postings, by commodity.

use std::collections::BTreeMap;

use crate::ledger::flows::flows;
use crate::ledger::model::Ledger;
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
    let mut sums: BTreeMap<(&Name, &Name), Option<Decimal>> = BTreeMap::new();
    for flow in flows(ledger, |account| wanted(ledger.account(account)), |_| Some(0)) {
        let key = (ledger.account(flow.account), ledger.commodity(flow.commodity));
        for (_, quantity) in flow.periods {
            let sum = sums.entry(key).or_insert(Some(Decimal::ZERO));
            *sum = sum.zip(quantity).and_then(|(sum, quantity)| plus(sum, quantity));
        }
    }
    let left = sums.into_iter().filter(|(_, sum)| !sum.is_some_and(|sum| sum.is_zero()));
    left.map(|((account, commodity), quantity)| Balance {
        account: account.clone(),
        commodity: commodity.clone(),
        quantity,
    })
    .collect()
}
