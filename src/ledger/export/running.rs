//! What accounts hold as a text goes on, to see which stated balances hold in another program.

use std::collections::HashMap;

use crate::ledger::sums::plus;
use crate::money::Decimal;
use crate::source::Name;

/// Accounts above an account that are kept; names that are deeper are taken for a mistake.
const DEPTH: usize = 64;

/// Sums by account and commodity.
#[derive(Default)]
pub(super) struct Running {
    own: HashMap<Name, HashMap<Name, Held>>,
    below: HashMap<Name, HashMap<Name, Option<Decimal>>>,
}

/// What an account holds of a commodity; `None` past all digits.
#[derive(Clone, Copy)]
struct Held {
    real: Option<Decimal>,
    all: Option<Decimal>,
}

impl Running {
    /// Takes in one posting.
    pub fn add(&mut self, account: &Name, commodity: &Name, number: Decimal, real: bool) {
        let held = self.own.entry(account.clone()).or_default().entry(commodity.clone());
        let held = held.or_insert(Held { real: Some(Decimal::ZERO), all: Some(Decimal::ZERO) });
        held.all = held.all.and_then(|sum| plus(sum, number));
        if real {
            held.real = held.real.and_then(|sum| plus(sum, number));
        }
        let ends = account.match_indices(':').map(|(at, _)| at).take(DEPTH);
        for end in ends.chain([account.len()]) {
            let sums = self.below.entry(Name::new(&account[..end])).or_default();
            let sum = sums.entry(commodity.clone()).or_insert(Some(Decimal::ZERO));
            *sum = sum.and_then(|sum| plus(sum, number));
        }
    }

    /// What the account holds.
    pub fn own(&self, account: &Name, commodity: &Name, real: bool) -> Option<Decimal> {
        match self.own.get(account).and_then(|held| held.get(commodity)) {
            None => Some(Decimal::ZERO),
            Some(held) if real => held.real,
            Some(held) => held.all,
        }
    }

    /// What it holds with the accounts below it.
    pub fn below(&self, account: &Name, commodity: &Name) -> Option<Decimal> {
        match self.below.get(account).and_then(|sums| sums.get(commodity)) {
            None => Some(Decimal::ZERO),
            Some(sum) => *sum,
        }
    }

    /// Whether it holds nothing else.
    pub fn sole(&self, account: &Name, commodity: &Name, inclusive: bool) -> bool {
        let zero = |sum: &Option<Decimal>| sum.is_some_and(|sum| sum.is_zero());
        if inclusive {
            let sums = self.below.get(account).into_iter().flatten();
            return sums.filter(|(other, _)| *other != commodity).all(|(_, sum)| zero(sum));
        }
        let held = self.own.get(account).into_iter().flatten();
        held.filter(|(other, _)| *other != commodity).all(|(_, held)| zero(&held.all))
    }
}
