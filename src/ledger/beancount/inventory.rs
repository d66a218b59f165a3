//! What an account holds, lot by lot, so that a sale finds its lots without looking at all of them.
//!
//! In: units that come and go, with what they cost. Out: the lots a filter names, in the order a
//! booking method takes them. Lots are kept by date, by cost and by label; equal ones are one lot.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::BuildHasherDefault;
use std::ops::Bound;

use crate::ledger::beancount::arith;
use crate::ledger::beancount::draft::Booking;
use crate::ledger::beancount::few::Few;
use crate::ledger::model::{CommodityId, Xxh};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

/// What one unit of a lot cost, when, and the lot's label.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct LotCost {
    /// Of one unit.
    pub number: Decimal,
    pub currency: CommodityId,
    pub date: Option<NaiveDate>,
    pub label: Option<Name>,
}

/// Units with the same cost.
#[derive(Clone, Debug)]
pub(super) struct Lot {
    /// Negative for what is sold and not yet bought.
    pub units: Decimal,
    pub cost: LotCost,
}

/// Which lots a posting means.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    /// Of one unit.
    pub number: Option<Decimal>,
    /// Of the cost.
    pub currency: CommodityId,
    pub date: Option<NaiveDate>,
    pub label: Option<Name>,
}

/// Where a lot stands: by date, those of one day as they came.
pub(super) type LotId = (Option<NaiveDate>, u32);

/// One commodity in one account.
#[derive(Debug, Default)]
pub(super) struct Holding {
    /// Units without a cost.
    bare: Decimal,
    lots: BTreeMap<LotId, Lot>,
    ids: HashMap<LotCost, LotId, BuildHasherDefault<Xxh>>,
    by_cost: BTreeSet<(Decimal, LotId)>,
    by_label: HashMap<Name, BTreeSet<LotId>>,
    /// By cost and then as they came; kept where the method takes the dearest first.
    ranked: Option<BTreeSet<(Decimal, u32, Option<NaiveDate>)>>,
    /// By the currency of the cost: how many lots, and the units in all.
    sums: Few<(usize, Decimal)>,
    /// How many lots (and the units without cost) are above and below zero.
    positive: usize,
    negative: usize,
    next: u32,
}

impl Holding {
    pub fn new(method: Booking) -> Holding {
        let ranked = (method == Booking::Hifo).then(BTreeSet::new);
        Holding { ranked, ..Holding::default() }
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.positive == 0 && self.negative == 0
    }

    /// Whether `units` go against something that is held.
    pub fn is_reduced_by(&self, units: Decimal) -> bool {
        if units.is_zero() {
            return false;
        }
        if units.is_sign_negative() { self.positive > 0 } else { self.negative > 0 }
    }

    /// The currencies that lots have their cost in.
    pub fn cost_currencies(&self) -> impl Iterator<Item = CommodityId> {
        self.sums.iter().filter(|(_, (lots, _))| *lots > 0).map(|(currency, _)| *currency)
    }

    /// Adds units without a cost. `None`: more than a number can hold.
    pub fn add_bare(&mut self, units: Decimal) -> Option<()> {
        let sum = arith::add(self.bare, units)?;
        self.count(self.bare, sum);
        self.bare = sum;
        Some(())
    }

    /// Adds units of a lot, which is gone when none are left.
    pub fn add(&mut self, units: Decimal, cost: &LotCost) -> Option<()> {
        let cost = LotCost { number: cost.number.normalize(), ..cost.clone() };
        match self.ids.get(&cost) {
            Some(id) => self.change(*id, units),
            None if units.is_zero() => Some(()),
            None => {
                self.sum(cost.currency, units, 1)?;
                let id = (cost.date, self.next);
                self.next = self.next.saturating_add(1);
                self.by_cost.insert((cost.number, id));
                if let Some(ranked) = &mut self.ranked {
                    ranked.insert((cost.number, id.1, id.0));
                }
                if let Some(label) = &cost.label {
                    self.by_label.entry(label.clone()).or_default().insert(id);
                }
                self.ids.insert(cost.clone(), id);
                self.lots.insert(id, Lot { units, cost });
                self.count(Decimal::ZERO, units);
                Some(())
            }
        }
    }

    /// Adds units to a lot that is there.
    pub fn change(&mut self, id: LotId, units: Decimal) -> Option<()> {
        let lot = self.lots.get_mut(&id)?;
        let before = lot.units;
        let after = arith::add(before, units)?;
        lot.units = after;
        let currency = lot.cost.currency;
        self.sum(currency, units, 0)?;
        self.count(before, after);
        if after.is_zero()
            && let Some(lot) = self.lots.remove(&id)
        {
            self.sum(currency, Decimal::ZERO, -1)?;
            self.by_cost.remove(&(lot.cost.number, id));
            if let Some(ranked) = &mut self.ranked {
                ranked.remove(&(lot.cost.number, id.1, id.0));
            }
            if let Some(label) = &lot.cost.label
                && let Some(lots) = self.by_label.get_mut(label)
            {
                lots.remove(&id);
            }
            self.ids.remove(&lot.cost);
        }
        Some(())
    }

    /// How many lots have their cost in `currency`, and the units of all of them.
    pub fn all(&self, currency: CommodityId) -> (usize, Decimal) {
        self.sums.get(currency).copied().unwrap_or_default()
    }

    /// All lots, by date.
    pub fn lots(&self) -> impl Iterator<Item = &Lot> {
        self.lots.values()
    }

    /// The lots that `filter` means, in the order `method` takes them.
    pub fn matches<'h>(
        &'h self,
        filter: &'h Filter,
        method: Booking,
    ) -> Box<dyn Iterator<Item = (LotId, &'h Lot)> + 'h> {
        let lot = |id: LotId| self.lots.get(&id).map(|lot| (id, lot));
        let fits = |(_, lot): &(LotId, &Lot)| filter.fits(&lot.cost);
        if let Some(label) = &filter.label {
            let ids = self.by_label.get(label).into_iter().flatten().copied();
            return ordered(ids, method, lot, fits);
        }
        if let Some(number) = filter.number {
            let number = number.normalize();
            let from = filter.date.map_or((None, 0), |date| (Some(date), 0));
            let to =
                filter.date.map_or((Some(NaiveDate::MAX), u32::MAX), |date| (Some(date), u32::MAX));
            let ids = self.by_cost.range((number, from)..=(number, to)).map(|(_, id)| *id);
            return ordered(ids, method, lot, fits);
        }
        if let Some(date) = filter.date {
            let ids = self.lots.range((Some(date), 0)..=(Some(date), u32::MAX)).map(|(id, _)| *id);
            return ordered(ids, method, lot, fits);
        }
        if let (Booking::Hifo, Some(ranked)) = (method, &self.ranked) {
            let mut below = Bound::Unbounded;
            let mut rank: Vec<LotId> = Vec::new();
            let ids = std::iter::from_fn(move || {
                if rank.is_empty() {
                    let (number, ..) = *ranked.range((Bound::Unbounded, below)).next_back()?;
                    below = Bound::Excluded((number, 0, None));
                    rank = ranked
                        .range((number, 0, None)..)
                        .take_while(|(dear, ..)| *dear == number)
                        .map(|(_, came, date)| (*date, *came))
                        .collect();
                    rank.reverse();
                }
                rank.pop()
            });
            return Box::new(ids.filter_map(lot).filter(fits));
        }
        ordered(self.lots.keys().copied(), method, lot, fits)
    }

    fn sum(&mut self, currency: CommodityId, units: Decimal, lots: isize) -> Option<()> {
        let (count, sum) = self.sums.entry(currency, Default::default);
        *sum = arith::add(*sum, units)?;
        *count = count.saturating_add_signed(lots);
        Some(())
    }

    fn count(&mut self, before: Decimal, after: Decimal) {
        for (number, left) in [(before, true), (after, false)] {
            if number.is_zero() {
                continue;
            }
            let count =
                if number.is_sign_negative() { &mut self.negative } else { &mut self.positive };
            *count = if left { count.saturating_sub(1) } else { *count + 1 };
        }
    }
}

impl Filter {
    fn fits(&self, cost: &LotCost) -> bool {
        self.number.is_none_or(|number| number == cost.number)
            && self.currency == cost.currency
            && self.date.is_none_or(|date| Some(date) == cost.date)
            && self.label.as_ref().is_none_or(|label| Some(label) == cost.label.as_ref())
    }
}

/// Lots given by date and as they came, in the order of `method`: the newest day first for the last
/// in, the dearest first for the highest; else as they are given. Those of one day, or one cost,
/// stay as they came.
fn ordered<'h>(
    ids: impl DoubleEndedIterator<Item = LotId> + 'h,
    method: Booking,
    lot: impl Fn(LotId) -> Option<(LotId, &'h Lot)> + 'h,
    fits: impl Fn(&(LotId, &Lot)) -> bool + 'h,
) -> Box<dyn Iterator<Item = (LotId, &'h Lot)> + 'h> {
    match method {
        Booking::Lifo => {
            let mut ids = ids.rev().peekable();
            let mut day: Vec<LotId> = Vec::new();
            let by_day = std::iter::from_fn(move || {
                if day.is_empty() {
                    let first = ids.next()?;
                    day.push(first);
                    while let Some(next) = ids.next_if(|next| next.0 == first.0) {
                        day.push(next);
                    }
                }
                day.pop()
            });
            Box::new(by_day.filter_map(lot).filter(fits))
        }
        Booking::Hifo => {
            let mut lots: Vec<(LotId, &Lot)> = ids.filter_map(lot).filter(fits).collect();
            lots.sort_by(|(a, one), (b, two)| {
                two.cost.number.cmp(&one.cost.number).then(a.1.cmp(&b.1))
            });
            Box::new(lots.into_iter())
        }
        Booking::Strict
        | Booking::StrictWithSize
        | Booking::None
        | Booking::Average
        | Booking::Fifo => Box::new(ids.filter_map(lot).filter(fits)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::plain;

    const USD: CommodityId = CommodityId(1);

    fn cost(number: &str, day: u32) -> LotCost {
        let date = NaiveDate::from_ymd_opt(2024, 1, day);
        LotCost { number: plain(number).expect("a number"), currency: USD, date, label: None }
    }

    fn order(method: Booking) -> Vec<String> {
        let mut holding = Holding::new(method);
        for (number, day) in [("10", 3), ("12.0", 1), ("11", 3), ("12", 2), ("0", 4)] {
            holding.add(Decimal::ONE, &cost(number, day)).expect("small");
        }
        let filter = Filter { number: None, currency: USD, date: None, label: None };
        let mut costs = Vec::new();
        for (_, lot) in holding.matches(&filter, method) {
            costs.push(format!("{}", lot.cost.number));
        }
        costs
    }

    #[test]
    fn lots_come_in_the_order_of_their_method() {
        assert_eq!(order(Booking::Fifo), ["12", "12", "10", "11", "0"]);
        assert_eq!(order(Booking::Lifo), ["0", "10", "11", "12", "12"]);
        assert_eq!(order(Booking::Hifo), ["12", "12", "11", "10", "0"]);
    }

    #[test]
    fn equal_lots_are_one_and_empty_ones_are_gone() {
        let mut holding = Holding::new(Booking::Strict);
        holding.add(Decimal::TWO, &cost("10", 1)).expect("small");
        holding.add(Decimal::ONE, &cost("10.00", 1)).expect("small");
        assert_eq!(holding.all(USD), (1, Decimal::from(3)));
        assert!(holding.is_reduced_by(Decimal::NEGATIVE_ONE));
        holding.add(Decimal::from(-3), &cost("10", 1)).expect("small");
        assert!(holding.is_empty() && holding.lots().next().is_none());
        assert!(!holding.is_reduced_by(Decimal::NEGATIVE_ONE));
    }
}
