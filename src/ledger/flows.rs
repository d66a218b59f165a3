//! What postings came to, by account, commodity and period, in one walk over all of them.
//!
//! In: a ledger, the accounts that are wanted, and the number of the period a day falls into. Out:
//! sums by number, without a name copied: a caller turns numbers into names where it shows them.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasherDefault;

use rayon::prelude::*;

use crate::ledger::beancount;
use crate::ledger::model::{
    AccountId, CommodityId, Dialect, Ledger, PostingRow, Quantity, TransactionRow, Xxh,
};
use crate::ledger::reader::index;
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

/// From this many transactions on, each core sums its part of them.
const LONG: usize = 50_000;

/// The sums of all accounts that `wanted` takes. `period` gives the number of the period of a
/// day, `None` for a day that does not count; the day is the posting's own, else its transaction's.
/// Costs and lots do not count, virtual postings do. On however many cores, the sums stand in the
/// order in which they begin. Beancount computes costs and gains to 28 digits: a sum of those that
/// has more is rounded as it does.
pub fn flows(
    ledger: &Ledger,
    wanted: impl Fn(AccountId) -> bool,
    period: impl Fn(NaiveDate) -> Option<i32> + Sync,
) -> Vec<Flow> {
    let accounts = 0..index(ledger.accounts.names().len());
    let taken: Vec<bool> = accounts.map(|account| wanted(AccountId(account))).collect();
    let all = &ledger.transactions;
    let mut found = if all.len() < LONG {
        walk(ledger, all, &taken, &period).sums
    } else {
        parts(ledger, all.len().div_ceil(rayon::current_num_threads()), &taken, &period)
    };
    if ledger.dialects.first().is_some_and(|(dialect, _)| *dialect == Dialect::Beancount) {
        round(ledger, &mut found, &period);
    }
    found
}

/// Sums anew, from the first to the last, what has more digits than a number can have.
fn round(ledger: &Ledger, flows: &mut [Flow], period: &impl Fn(NaiveDate) -> Option<i32>) {
    let is_long = |flow: &&Flow| flow.periods.iter().any(|(_, sum)| sum.is_none());
    let mut sums: HashMap<(AccountId, CommodityId), BTreeMap<i32, Option<Decimal>>> = flows
        .iter()
        .filter(is_long)
        .map(|flow| ((flow.account, flow.commodity), BTreeMap::new()))
        .collect();
    if sums.is_empty() {
        return;
    }
    for transaction in &ledger.transactions {
        let range = transaction.first as usize..(transaction.first + transaction.count) as usize;
        for row in &ledger.postings[range] {
            let Some(periods) = sums.get_mut(&(row.account, row.commodity)) else { continue };
            let Some(number) = period(day(ledger, transaction, row)) else { continue };
            let sum = periods.entry(number).or_insert(Some(Decimal::ZERO));
            *sum = sum.and_then(|sum| beancount::sum(sum, row.number));
        }
    }
    for flow in flows {
        if let Some(periods) = sums.remove(&(flow.account, flow.commodity)) {
            flow.periods = periods.into_iter().collect();
        }
    }
}

/// The day on which a posting counts.
fn day(ledger: &Ledger, transaction: &TransactionRow, row: &PostingRow) -> NaiveDate {
    let detail = (row.detail as usize).checked_sub(1).and_then(|at| ledger.details.get(at));
    detail.and_then(|detail| detail.date).unwrap_or(transaction.date)
}

/// The sums of parts of so many transactions, put together.
fn parts(
    ledger: &Ledger,
    part: usize,
    taken: &[bool],
    period: &(impl Fn(NaiveDate) -> Option<i32> + Sync),
) -> Vec<Flow> {
    let parts = ledger.transactions.par_chunks(part.max(1));
    let parts: Vec<Flows> = parts.map(|rows| walk(ledger, rows, taken, period)).collect();
    let mut parts = parts.into_iter();
    let Some(mut found) = parts.next() else { return Vec::new() };
    for flow in parts.flat_map(|part| part.sums) {
        let at = found.find(flow.account, flow.commodity, flow.fixed);
        for (period, sum) in flow.periods {
            found.sums[at].add(period, sum);
        }
    }
    found.sums
}

/// The sums of some transactions.
fn walk(
    ledger: &Ledger,
    transactions: &[TransactionRow],
    taken: &[bool],
    period: &impl Fn(NaiveDate) -> Option<i32>,
) -> Flows {
    let mut found = Flows { few: vec![Vec::new(); taken.len()], ..Flows::default() };
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
    for transaction in transactions {
        let range = transaction.first as usize..(transaction.first + transaction.count) as usize;
        for row in &ledger.postings[range] {
            if !taken[row.account.0 as usize] {
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
                let at = found.find(row.account, row.commodity, fixed);
                found.sums[at].add(number, Some(row.number));
            }
        }
    }
    found
}

impl Flow {
    /// Adds to the sum of a period.
    fn add(&mut self, period: i32, amount: Option<Decimal>) {
        let periods = &mut self.periods;
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
        *sum = sum.zip(amount).and_then(|(sum, amount)| plus(sum, amount));
    }
}

type Key = (AccountId, CommodityId, Option<(CommodityId, Decimal)>);

#[derive(Default)]
struct Flows {
    /// The first sums of each account that are not of a fixed price.
    few: Vec<Vec<(CommodityId, u32)>>,
    /// All others.
    many: HashMap<Key, u32, BuildHasherDefault<Xxh>>,
    sums: Vec<Flow>,
}

impl Flows {
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

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::ledger::{self, Options};
    use crate::source::Source;

    #[test]
    fn parts_put_together_are_the_sums_of_all() {
        let mut text = String::new();
        for day in 1..=28 {
            for (account, commodity) in [("a", "EUR"), ("b", "USD"), ("c", "X"), ("a", "X")] {
                let _ = writeln!(
                    text,
                    "2024-{:02}-{day:02} *\n    {account}  {day}.5 {commodity}\n    e\n",
                    1 + day % 3
                );
            }
        }
        let source = Source::new("x.journal", text);
        let ledger = ledger::read(source, &Options::default(), &mut |_, _| Ok(Vec::new()));
        let taken = vec![true; ledger.accounts.names().len()];
        let month = |day: NaiveDate| Some(crate::period::Every::Month.number(day));
        let whole = walk(&ledger, &ledger.transactions, &taken, &month).sums;
        assert_eq!(whole.len(), 7);
        for part in [1, 2, 3, 7, 100, 1000] {
            assert_eq!(parts(&ledger, part, &taken, &month), whole, "parts of {part}");
        }
    }
}
