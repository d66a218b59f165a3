//! How often the names of journals are used, and when.
//!
//! In: a ledger. Out: postings and their first and last day by account and by commodity, and the
//! transactions of each month. Sums no amounts.

use std::collections::BTreeMap;

use crate::ledger::model::{AmountFrom, CommodityId, Ledger, PostingRow};
use crate::period::{Every, NaiveDate};

/// How often one name is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Postings to the account, or in the commodity.
    pub postings: usize,
    /// The day of the first of them, and of the last.
    pub span: Option<(NaiveDate, NaiveDate)>,
    /// Costs, lots and stated balances in the commodity, and prices of or in it.
    pub beside: usize,
}

impl Used {
    fn posted(&mut self, day: NaiveDate) {
        self.postings += 1;
        self.span = Some(match self.span {
            None => (day, day),
            Some((first, last)) => (first.min(day), last.max(day)),
        });
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Used) -> Used {
        let span = match (self.span, other.span) {
            (Some(one), Some(other)) => Some((one.0.min(other.0), one.1.max(other.1))),
            (one, other) => one.or(other),
        };
        Used { postings: self.postings + other.postings, span, beside: self.beside + other.beside }
    }

    /// Whether it is used at all.
    pub fn is_used(&self) -> bool {
        self.postings > 0 || self.beside > 0
    }
}

/// How often all names of a ledger are used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// By the account's number.
    pub accounts: Vec<Used>,
    /// By the commodity's number.
    pub commodities: Vec<Used>,
    /// Transactions and postings by the number of the month, by the transaction's day.
    pub months: BTreeMap<i32, (usize, usize)>,
}

/// Counts.
pub fn usage(ledger: &Ledger) -> Usage {
    let mut usage = Usage {
        accounts: vec![Used::default(); ledger.accounts.names().len()],
        commodities: vec![Used::default(); ledger.commodities.names().len()],
        months: BTreeMap::new(),
    };
    let mut month = (NaiveDate::MIN, 0);
    for transaction in &ledger.transactions {
        if transaction.date != month.0 {
            month = (transaction.date, Every::Month.number(transaction.date));
        }
        let mut postings = 0;
        let range = transaction.first as usize..(transaction.first + transaction.count) as usize;
        let mut before: Option<&PostingRow> = None;
        for row in &ledger.postings[range] {
            // A posting that takes several commodities has a row for each.
            let is_new = before.is_none_or(|other| {
                row.amount != AmountFrom::Elided
                    || (other.start, other.account) != (row.start, row.account)
            });
            before = Some(row);
            let detail = (row.detail as usize).checked_sub(1).and_then(|at| ledger.details.get(at));
            let day = detail.and_then(|detail| detail.date).unwrap_or(transaction.date);
            if is_new {
                postings += 1;
                usage.accounts[row.account.0 as usize].posted(day);
            }
            usage.commodities[row.commodity.0 as usize].posted(day);
            let Some(detail) = detail else { continue };
            let lot = detail.lot.as_deref().and_then(|lot| lot.cost);
            let costs = detail.cost.into_iter().chain(lot).map(|cost| cost.amount.commodity);
            let stated = detail.assertion.as_deref().map(|stated| stated.amount.commodity);
            for commodity in costs.chain(stated) {
                usage.beside(commodity);
            }
        }
        let counts = usage.months.entry(month.1).or_default();
        *counts = (counts.0 + 1, counts.1 + postings);
    }
    for price in &ledger.prices {
        usage.beside(price.commodity);
        usage.beside(price.amount.commodity);
    }
    usage
}

impl Usage {
    fn beside(&mut self, commodity: CommodityId) {
        self.commodities[commodity.0 as usize].beside += 1;
    }
}
