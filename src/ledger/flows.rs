//! What postings came to, by account, commodity and period, in one walk over all of them.
//!
//! In: a ledger, the accounts that are wanted, and the number of the period a day falls into. Out:
//! sums by number, without a name copied: a caller turns numbers into names where it shows them.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::ledger::model::{AccountId, CommodityId, Ledger, PostingRow, Quantity, Xxh};
use crate::ledger::sums::plus;
use crate::money::Decimal;
use crate::period::NaiveDate;

/// From this many commodities in one account on, a sum is found by a table rather than by looking
/// through all.
const MANY: usize = 8;

/// What the postings of one account in one commodity came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The account, not its subaccounts.
    pub account: AccountId,
    /// Of what.
    pub commodity: CommodityId,
    /// What one unit is worth for ever: `{=1.10 USD}` fixes it.
    pub fixed: Option<Quantity>,
    /// By the number of the period, in that order; a sum may be zero. `None`: more digits than a
    /// number can have.
    pub periods: Vec<(i32, Option<Decimal>)>,
}

/// The sums of all accounts whose name `wanted` takes. `period` gives the number of the period of a
/// day, `None` for a day that does not count; the day is the posting's own, else its transaction's.
/// Costs and lots do not count, virtual postings do.
pub fn flows(
    ledger: &Ledger,
    wanted: impl Fn(&str) -> bool,
    period: impl Fn(NaiveDate) -> Option<i32>,
) -> Vec<Flow> {
    let names = ledger.accounts.names();
    let mut found = Flows {
        taken: names.iter().map(|name| wanted(name)).collect(),
        few: vec![Vec::new(); names.len()],
        ..Flows::default()
    };
    // Transactions stand by date, so that the period rarely changes from one to the next.
    let mut last: Option<(NaiveDate, Option<i32>)> = None;
    let mut period_of = |day: NaiveDate| match last {
        Some((known, number)) if known == day => number,
        _ => {
            let number = period(day);
            last = Some((day, number));
            number
        }
    };
    // Those of transactions only: a transaction that does not balance leaves rows that count nowhere.
    for transaction in &ledger.transactions {
        let range = transaction.first as usize..(transaction.first + transaction.count) as usize;
        for row in &ledger.postings[range] {
            if !found.taken[row.account.0 as usize] {
                continue;
            }
            let detail = (row.detail as usize).checked_sub(1).and_then(|at| ledger.details.get(at));
            let day = detail.and_then(|detail| detail.date).unwrap_or(transaction.date);
            if let Some(number) = period_of(day) {
                let lot = detail.and_then(|detail| detail.lot.as_deref());
                let fixed = lot.filter(|lot| lot.fixed).and_then(|lot| lot.cost);
                let fixed = fixed.and_then(|cost| {
                    let Quantity { number, commodity } = cost.amount;
                    let unit = if cost.total {
                        number.checked_div(row.number.abs())
                    } else {
                        Some(number)
                    };
                    unit.map(|number| Quantity { number, commodity })
                });
                found.add(row, fixed, number);
            }
        }
    }
    found.sums
}

type Key = (AccountId, CommodityId, Option<(CommodityId, Decimal)>);

#[derive(Default)]
struct Flows {
    /// Whether an account is wanted, by its number.
    taken: Vec<bool>,
    /// The first sums of each account that are not of a fixed price.
    few: Vec<Vec<(CommodityId, u32)>>,
    /// All others.
    many: HashMap<Key, u32, BuildHasherDefault<Xxh>>,
    sums: Vec<Flow>,
}

impl Flows {
    fn add(&mut self, row: &PostingRow, fixed: Option<Quantity>, period: i32) {
        let at = self.find(row.account, row.commodity, fixed);
        let periods = &mut self.sums[at].periods;
        let place = match periods.last() {
            Some((last, _)) if *last == period => periods.len() - 1,
            Some((last, _)) if *last > period => {
                periods.binary_search_by_key(&period, |(number, _)| *number).unwrap_or_else(|at| {
                    periods.insert(at, (period, Some(Decimal::ZERO)));
                    at
                })
            }
            Some(_) | None => {
                periods.push((period, Some(Decimal::ZERO)));
                periods.len() - 1
            }
        };
        let sum = &mut periods[place].1;
        *sum = sum.and_then(|sum| plus(sum, row.number));
    }

    fn find(
        &mut self,
        account: AccountId,
        commodity: CommodityId,
        fixed: Option<Quantity>,
    ) -> usize {
        let new = u32::try_from(self.sums.len()).unwrap_or(u32::MAX);
        let few = &mut self.few[account.0 as usize];
        let known = few.iter().find(|(known, _)| *known == commodity && fixed.is_none());
        let at = match known {
            Some((_, at)) => *at,
            None if fixed.is_none() && few.len() < MANY => {
                few.push((commodity, new));
                new
            }
            None => {
                let price = fixed.map(|price| (price.commodity, price.number));
                *self.many.entry((account, commodity, price)).or_insert(new)
            }
        };
        if at == new {
            self.sums.push(Flow { account, commodity, fixed, periods: Vec::new() });
        }
        at as usize
    }
}
