//! Transactions with costs, prices or currencies that are left out.
//!
//! In: one transaction as written. Out: its rows with lots, costs and every number; what it adds to
//! holdings. One that cannot be computed keeps what it states, without lots.

use crate::ledger::beancount::arith;
use crate::ledger::beancount::booking::group::{self, Group};
use crate::ledger::beancount::booking::{Basis, Book, Changed, Known, Leg};
use crate::ledger::beancount::draft::{NONE, Part};
use crate::ledger::beancount::tolerance::Mode;
use crate::ledger::model::{
    AmountFrom, CommodityId, Cost, Detail, Lot, PostingRow, Quantity, TransactionRow,
};
use crate::money::Decimal;
use crate::period::NaiveDate;

impl Book<'_> {
    /// Computes a transaction with costs, prices or unknown currencies.
    pub(super) fn complex(&mut self, at: u32) {
        let row = self.draft.ledger.transactions[at as usize];
        let mut legs = std::mem::take(&mut self.legs);
        legs.clear();
        legs.extend(self.legs(row));
        if let Some(currency) = group::only(&legs) {
            self.only_group(at, currency, legs, row.date);
            return;
        }
        let Some(groups) = self.groups(at, &legs) else {
            self.keep_written(at, &legs, Vec::new());
            return;
        };
        self.infer(&legs);
        let mut done: Vec<Leg> = Vec::with_capacity(legs.len());
        let mut lost: Vec<Leg> = Vec::new();
        for Group { currency, legs } in groups {
            let written = legs.clone();
            let booked = self.reduce(at, legs, row.date);
            match booked.and_then(|legs| self.fill(at, currency, legs)) {
                Some(legs) => done.extend(legs),
                None => lost.extend(written),
            }
        }
        done.sort_by_key(|leg| leg.index);
        if !lost.is_empty() {
            self.keep_written(at, &lost, done);
            return;
        }
        self.finish(at, &done);
    }

    /// Computes a transaction that balances in `currency`, as most do.
    fn only_group(&mut self, at: u32, currency: CommodityId, mut legs: Vec<Leg>, date: NaiveDate) {
        // Only a number of units that is computed is rounded.
        if legs.iter().any(|leg| leg.number.is_none()) {
            self.infer(&legs);
        }
        group::resolve(&mut legs, currency);
        let booked = self.reduce(at, legs, date);
        let Some(done) = booked.and_then(|legs| self.fill(at, currency, legs)) else {
            let written: Vec<Leg> =
                self.legs(self.draft.ledger.transactions[at as usize]).collect();
            self.keep_written(at, &written, Vec::new());
            return;
        };
        self.finish(at, &done);
        self.legs = done;
    }

    /// Checks and keeps what a transaction was computed to.
    fn finish(&mut self, at: u32, done: &[Leg]) {
        self.check_weights(at, done);
        self.hold(at, done);
        let TransactionRow { first, count, .. } = self.draft.ledger.transactions[at as usize];
        let aligned = done.iter().zip(0..).all(|(leg, index)| leg.index == index);
        if done.len() == count as usize && aligned {
            for (leg, at_row) in done.iter().zip(first..) {
                let written = &self.draft.ledger.postings[at_row as usize];
                let found = leg.computed || leg.commodity != written.commodity;
                if found || written.detail != 0 {
                    let row = self.row(at, leg);
                    self.change(at_row, row);
                }
            }
            return;
        }
        let rows = done.iter().map(|leg| self.row(at, leg)).collect::<Vec<PostingRow>>();
        self.replace(at, rows);
    }

    /// The postings of a transaction, as written.
    fn legs(&self, row: TransactionRow) -> impl Iterator<Item = Leg> {
        let range = row.first as usize..(row.first + row.count) as usize;
        let rows = self.draft.ledger.postings[range].iter().enumerate();
        rows.map(|(index, row)| self.leg(index, row))
    }

    fn leg(&self, index: usize, row: &PostingRow) -> Leg {
        let spec = self.draft.specs.get((row.detail as usize).wrapping_sub(1));
        Leg {
            index,
            account: row.account,
            number: (row.amount == AmountFrom::Written).then_some(row.number),
            commodity: row.commodity,
            cost: spec.and_then(|spec| spec.cost.clone()).map_or(Basis::None, Basis::Spec),
            price: spec.and_then(|spec| spec.price),
            computed: false,
            taken: false,
        }
    }

    /// Infers the tolerances that computed amounts are rounded by, from what is written.
    fn infer(&mut self, legs: &[Leg]) {
        let mode = if self.rules.precise { Mode::Finest } else { Mode::Coarsest };
        self.see(legs, mode);
    }

    fn see(&mut self, legs: &[Leg], mode: Mode) {
        self.tolerances.clear(self.rules);
        for leg in legs {
            let cost = match &leg.cost {
                Basis::None => None,
                Basis::Spec(spec) => Some((spec.currency, [spec.per, spec.total].map(Part::known))),
                Basis::Lot(cost, _) => Some((cost.currency, [Some(cost.number), None])),
            };
            let currencies = [cost.map(|(currency, _)| currency), leg.price.map(|p| p.currency)];
            for currency in currencies.into_iter().flatten().chain([leg.commodity]) {
                self.tolerances.mention(currency);
            }
            let Some(number) = leg.number.filter(|_| !leg.computed) else { continue };
            let price = leg.price.and_then(|price| {
                let price_of = match (price.number?, price.total) {
                    (total, true) => arith::div(total, number.abs())?,
                    (unit, false) => unit,
                };
                Some((price.currency, price_of))
            });
            let amount = (number, leg.commodity);
            self.tolerances.see(self.rules, mode, amount, cost, price);
        }
        self.tolerances.finish(self.rules, mode);
    }

    /// Reports a transaction whose weights do not cancel out.
    fn check_weights(&mut self, at: u32, legs: &[Leg]) {
        self.sums.clear();
        for leg in legs {
            let added = weight(leg).and_then(|(weight, currency)| {
                let sum = self.sums.entry(currency, Default::default);
                *sum = arith::add(*sum, weight)?;
                Some(())
            });
            if added.is_none() {
                self.too_large(at);
                return;
            }
        }
        if self.sums.iter().all(|(_, sum)| sum.is_zero()) {
            return;
        }
        self.see(legs, Mode::Coarsest);
        let off: Vec<(CommodityId, Decimal)> = self
            .sums
            .iter()
            .filter(|(currency, sum)| sum.abs() > self.tolerances.of(self.rules, *currency))
            .copied()
            .collect();
        if !off.is_empty() {
            self.unbalanced(at, &off);
        }
    }

    /// Takes computed postings into what accounts hold; what leaves lots has left them already.
    fn hold(&mut self, at: u32, legs: &[Leg]) {
        let mut over = false;
        for leg in legs {
            let Some(number) = leg.number else { continue };
            let has_cost = !matches!(leg.cost, Basis::None);
            let Known { costly, infers, .. } = self.known;
            let wanted = has_cost || *infers || costly[leg.commodity.0 as usize];
            if !wanted || leg.taken {
                continue;
            }
            let holding = self.holding((leg.account, leg.commodity));
            let added = match &leg.cost {
                Basis::Lot(cost, _) => holding.add(number, cost),
                Basis::None | Basis::Spec(_) => holding.add_bare(number),
            };
            over |= added.is_none();
        }
        if over {
            self.too_large(at);
        }
    }

    /// Keeps of a transaction that cannot be computed what states its amount.
    fn keep_written(&mut self, at: u32, legs: &[Leg], done: Vec<Leg>) {
        self.booked.failed.push(at);
        let mut rows: Vec<(usize, PostingRow)> = Vec::new();
        for leg in legs.iter().filter(|leg| leg.number.is_some() && leg.commodity != NONE) {
            let plain = Leg { cost: Basis::None, price: None, ..leg.clone() };
            rows.push((leg.index, self.row(at, &plain)));
        }
        for leg in done {
            rows.push((leg.index, self.row(at, &leg)));
        }
        rows.sort_by_key(|(index, _)| *index);
        self.replace(at, rows.into_iter().map(|(_, row)| row).collect());
    }

    /// The row of a posting, its cost and price among the details.
    fn row(&mut self, at: u32, leg: &Leg) -> PostingRow {
        let first = self.draft.ledger.transactions[at as usize].first as usize;
        let written = self.draft.ledger.postings[first + leg.index];
        let number = leg.number.unwrap_or_default();
        let price = leg.price.and_then(|price| {
            let amount = Quantity { number: price.number?, commodity: price.currency };
            Some(Cost { amount, total: price.total, implied: false })
        });
        let lot = match &leg.cost {
            Basis::None | Basis::Spec(_) => None,
            Basis::Lot(cost, total) => {
                let number = total.unwrap_or(cost.number);
                let amount = Quantity { number, commodity: cost.currency };
                Some(Box::new(Lot {
                    cost: Some(Cost { amount, total: total.is_some(), implied: false }),
                    fixed: false,
                    date: cost.date,
                    label: cost.label.clone(),
                }))
            }
        };
        let mut detail = 0;
        if price.is_some() || lot.is_some() {
            self.booked.details.push(Detail { cost: price, lot, ..Detail::default() });
            detail = u32::try_from(self.booked.details.len()).unwrap_or(u32::MAX);
        }
        PostingRow { commodity: leg.commodity, number, detail, ..written }
    }

    fn change(&mut self, at: u32, row: PostingRow) {
        let PostingRow { commodity, number, detail, .. } = row;
        self.booked.changed.push(Changed { at, commodity, number, detail });
    }

    /// Puts computed rows in the place of the written ones.
    fn replace(&mut self, at: u32, rows: Vec<PostingRow>) {
        let TransactionRow { first, count, .. } = self.draft.ledger.transactions[at as usize];
        if rows.len() == count as usize {
            for (at, row) in (first..).zip(rows) {
                self.change(at, row);
            }
        } else {
            self.booked.replaced.push((at, rows));
        }
    }
}

/// What a posting counts for when its transaction is balanced: its cost, else its price, else itself.
/// `None` where a number is missing still, or too large.
pub(super) fn weight(leg: &Leg) -> Option<(Decimal, CommodityId)> {
    let number = leg.number?;
    let total = |total: Decimal| if number.is_sign_negative() { -total } else { total };
    match (&leg.cost, &leg.price) {
        (Basis::Lot(cost, Some(all)), _) => Some((total(*all), cost.currency)),
        (Basis::Lot(cost, None), _) => Some((arith::mul(cost.number, number)?, cost.currency)),
        (Basis::Spec(_), _) => None,
        (Basis::None, Some(price)) if price.total => {
            let all = if number.is_zero() { Decimal::ZERO } else { total(price.number?) };
            Some((all, price.currency))
        }
        (Basis::None, Some(price)) => Some((arith::mul(price.number?, number)?, price.currency)),
        (Basis::None, None) => Some((number, leg.commodity)),
    }
}
