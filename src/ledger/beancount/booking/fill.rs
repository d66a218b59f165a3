//! The one number that a group of postings leaves out: what the others lack.
//!
//! In: the postings of a currency, lots taken. Out: the same with every number, units that come
//! with the cost of one unit; `None`, reported, where more than one number is missing.

use crate::diagnostic::Diagnostic;
use crate::ledger::beancount::arith;
use crate::ledger::beancount::booking::costly::weight;
use crate::ledger::beancount::booking::{Basis, Book, Leg};
use crate::ledger::beancount::draft::{CostSpec, Part};
use crate::ledger::beancount::inventory::LotCost;
use crate::ledger::model::CommodityId;
use crate::money::Decimal;

/// What a posting leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gap {
    Units,
    CostPer,
    CostTotal,
    Price,
}

/// Why a number cannot be computed, and what to write.
struct Fault(&'static str, &'static str);

const TOO_LARGE: Fault = Fault(
    "the amounts have more digits than a number can hold",
    "write smaller or rounder numbers",
);
const NO_UNITS: Fault =
    Fault("0 units cannot have a cost", "write the units, or leave out the `{…}`");

const SHORT_TOTAL: Fault =
    Fault("a total cost of units that go short cannot be completed", "write the cost of one unit");

impl Book<'_> {
    /// Fills the gap of a group that balances in `currency`, if it has one.
    pub(super) fn fill(
        &mut self,
        at: u32,
        currency: CommodityId,
        mut legs: Vec<Leg>,
    ) -> Option<Vec<Leg>> {
        let mut gaps = legs
            .iter()
            .enumerate()
            .flat_map(|(at, leg)| gaps(leg).into_iter().flatten().map(move |gap| (at, gap)));
        let gap = gaps.next();
        if let (Some((first, _)), Some((second, _))) = (gap, gaps.next()) {
            let (one, two) = (legs[first].index, legs[second].index);
            let name = self.draft.ledger.commodity(currency).clone();
            let message = format!("two numbers of the {name} postings are missing");
            let mut problem =
                Diagnostic::error("two-elided", message).at(self.draft.place_of_posting(at, two));
            if one != two {
                problem = problem.at(self.draft.place_of_posting(at, one).labelled("first"));
            }
            self.tell(at, problem.help("write one of them: only one can be computed"));
            return None;
        }
        drop(gaps);
        let mut sum = Decimal::ZERO;
        for (index, leg) in legs.iter_mut().enumerate() {
            if gap.is_some_and(|(at, _)| at == index) {
                continue;
            }
            let added = settle(leg)
                .and_then(|()| weight(leg).ok_or(TOO_LARGE))
                .and_then(|(weight, _)| arith::add(sum, weight).ok_or(TOO_LARGE));
            match added {
                Ok(total) => sum = total,
                Err(fault) => return self.fault(at, leg.index, &fault),
            }
        }
        if let Some((index, gap)) = gap {
            let lacking = if sum.is_zero() { sum } else { -sum };
            match self.fill_gap(&mut legs[index], gap, lacking) {
                Ok(true) => {}
                Ok(false) => {
                    legs.remove(index);
                }
                Err(fault) => {
                    let index = legs[index].index;
                    return self.fault(at, index, &fault);
                }
            }
        }
        for leg in &legs {
            let Basis::Lot(cost, _) = &leg.cost else { continue };
            if leg.number.is_none_or(|number| number.is_zero()) {
                return self.fault(at, leg.index, &NO_UNITS);
            }
            if cost.number.is_sign_negative() && !cost.number.is_zero() {
                return self.fault(
                    at,
                    leg.index,
                    &Fault(
                        "a cost is not negative",
                        "write it without `-`; the sign of the units says which way it goes",
                    ),
                );
            }
        }
        Some(legs)
    }

    /// Computes the number that `leg` leaves out so that it weighs `lacking`. False where nothing is
    /// lacking and the posting is none.
    fn fill_gap(&self, leg: &mut Leg, gap: Gap, lacking: Decimal) -> Result<bool, Fault> {
        leg.computed = true;
        match gap {
            Gap::Units => {
                let number = match (&leg.cost, &leg.price) {
                    (Basis::Spec(spec), _) => {
                        let per = spec.per.known().filter(|per| !per.is_zero()).ok_or(Fault(
                            "units cannot be computed from a total cost alone",
                            "write the units",
                        ))?;
                        let total = spec.total.known().unwrap_or_default();
                        arith::sub(lacking, total).and_then(|rest| arith::div(rest, per))
                    }
                    (_, Some(price)) => {
                        let price = price.number.filter(|price| !price.is_zero()).ok_or(Fault(
                            "units cannot be computed from a price of 0",
                            "write the units",
                        ))?;
                        arith::div(lacking, price)
                    }
                    _ => Some(lacking),
                };
                let number = number.ok_or(TOO_LARGE)?;
                leg.number = Some(self.tolerances.round(self.rules, leg.commodity, number));
                if lacking.is_zero() {
                    return Ok(false);
                }
            }
            Gap::CostPer | Gap::CostTotal => {
                let units = leg.number.unwrap_or_default();
                let Basis::Spec(spec) = &mut leg.cost else { return Ok(true) };
                if units.is_zero() {
                    return Ok(false);
                }
                // The cost of all units, positive for units of either sign.
                let all = if units.is_sign_negative() { -lacking } else { lacking };
                // Where a total is part of the cost, Beancount adds it with the sign of the units.
                let is_odd = |total: Decimal| units.is_sign_negative() && !total.is_zero();
                if gap == Gap::CostTotal {
                    let per = spec.per.known().unwrap_or_default();
                    let part = arith::mul(per, units.abs());
                    let total = part.and_then(|part| arith::sub(all, part));
                    if total.is_some_and(is_odd) {
                        return Err(SHORT_TOTAL);
                    }
                    spec.total = total.map_or(Part::Missing, Part::Known);
                } else if spec.total.known().is_some_and(is_odd) {
                    return Err(SHORT_TOTAL);
                } else if spec.total == Part::Absent {
                    // Kept as the total, which is exact.
                    (spec.per, spec.total) = (Part::Known(Decimal::ZERO), Part::Known(all));
                } else {
                    let total = spec.total.known().unwrap_or_default();
                    spec.per = arith::sub(all, total)
                        .and_then(|rest| arith::div(rest, units.abs()))
                        .map_or(Part::Missing, Part::Known);
                }
            }
            Gap::Price => {
                if !matches!(leg.cost, Basis::None) {
                    return Err(Fault(
                        "a price cannot be computed where there is a cost",
                        "write the price, or leave it out: the cost is what counts",
                    ));
                }
                let units = leg.number.unwrap_or_default();
                if units.is_zero() {
                    return Err(Fault("a price of 0 units cannot be computed", "write the price"));
                }
                if let Some(price) = &mut leg.price {
                    (price.number, price.total) = (Some(lacking.abs()), true);
                }
            }
        }
        settle(leg)?;
        Ok(true)
    }

    fn fault<T>(&mut self, at: u32, index: usize, fault: &Fault) -> Option<T> {
        let place = self.draft.place_of_posting(at, index);
        self.tell(at, Diagnostic::error("amount", fault.0).at(place).help(fault.1));
        None
    }
}

/// What a posting leaves out.
fn gaps(leg: &Leg) -> [Option<Gap>; 4] {
    let (per, total) = match &leg.cost {
        Basis::Spec(spec) => (spec.per == Part::Missing, spec.total == Part::Missing),
        Basis::None | Basis::Lot(..) => (false, false),
    };
    let price = leg.price.is_some_and(|price| price.number.is_none());
    [
        leg.number.is_none().then_some(Gap::Units),
        per.then_some(Gap::CostPer),
        total.then_some(Gap::CostTotal),
        price.then_some(Gap::Price),
    ]
}

/// Makes a written cost that of a lot.
fn settle(leg: &mut Leg) -> Result<(), Fault> {
    let Basis::Spec(spec) = &leg.cost else { return Ok(()) };
    if spec.merge {
        return Err(Fault(
            "`*` merges the lots that units leave: nothing leaves here",
            "leave out the `*`",
        ));
    }
    let units = leg.number.unwrap_or_default().abs();
    let (number, total) = unit_cost(spec, units)?;
    let cost =
        LotCost { number, currency: spec.currency, date: spec.date, label: spec.label.clone() };
    leg.cost = Basis::Lot(cost, total);
    Ok(())
}

/// The cost of one unit, and exactly that of all where it is written so.
fn unit_cost(spec: &CostSpec, units: Decimal) -> Result<(Decimal, Option<Decimal>), Fault> {
    let per = spec.per.known();
    let Part::Known(total) = spec.total else {
        return per.map(|per| (per, None)).ok_or(TOO_LARGE);
    };
    if units.is_zero() {
        return Err(NO_UNITS);
    }
    let part = arith::mul(per.unwrap_or_default(), units);
    let all = part.and_then(|part| arith::add(part, total)).ok_or(TOO_LARGE)?;
    let number = arith::div(all, units).ok_or(TOO_LARGE)?;
    Ok((number, Some(all)))
}
