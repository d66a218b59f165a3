//! A lot: units of one purchase with what they cost and since when they are held.

use std::num::NonZeroU32;
use std::ops::{Deref, DerefMut};

use super::day::Day;
use super::fixed::{Fixed, Rounding};
use super::share::{Shares, share};
use crate::money::{Decimal, rounded};
use crate::period::NaiveDate;

/// Units of one purchase that are still held, or owed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Lot {
    /// The purchase, counted from 1, where the books have it.
    acquisition: Option<NonZeroU32>,
    /// The day of purchase; `None` where unknown.
    pub acquired: Option<NaiveDate>,
    /// The day the holding period begins from.
    pub since: Option<Day>,
    /// Units left, positive.
    pub quantity: Fixed,
    /// Cost of the units left; of what is owed, what was received. `None` where unknown.
    pub cost: Option<Fixed>,
    /// It replaced units sold at a loss: no unit does so twice.
    pub replaces: bool,
    /// Held long whatever the day: inherited.
    pub always_long: bool,
    /// What few lots have.
    pub more: More,
    /// Which of two lots of one day came first.
    pub order: u64,
}

/// What few lots have: it takes no room where there is nothing of it. Read it as if it were a `Rare`;
/// to write to it makes one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct More(Option<Box<Rare>>);

/// What lots that are cut, gifts, bonds and short sales have beside cost and days.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rare {
    /// Units and cost of which those left are a part, so that parts never lose a cent; `None` where
    /// none were taken out, or where the cost is unknown.
    whole: Option<Shares>,
    /// A gift worth less than it had cost: its value that day, and the day.
    pub worth: Option<(Decimal, NaiveDate)>,
    /// Of a bond: what one unit cost when it was bought, and the day its yield is counted to.
    pub yields: Option<(Decimal, NaiveDate)>,
    /// Of what is owed: dividends paid to its lender, by event.
    pub paid: Vec<(usize, Decimal)>,
}

impl Deref for More {
    type Target = Rare;
    fn deref(&self) -> &Rare {
        static NOTHING: Rare = Rare { whole: None, worth: None, yields: None, paid: Vec::new() };
        self.0.as_deref().unwrap_or(&NOTHING)
    }
}

impl More {
    /// What a part of the lot has of it.
    fn of_part(&self) -> More {
        let Some(Rare { whole: _, worth, yields, paid }) = self.0.as_deref() else {
            return More(None);
        };
        if worth.is_none() && yields.is_none() && paid.is_empty() {
            return More(None);
        }
        let rare = Rare { whole: None, worth: *worth, yields: *yields, paid: paid.clone() };
        More(Some(Box::new(rare)))
    }
}

impl DerefMut for More {
    fn deref_mut(&mut self) -> &mut Rare {
        self.0.get_or_insert_default()
    }
}

impl Lot {
    pub fn new(
        acquisition: Option<usize>,
        acquired: Option<NaiveDate>,
        quantity: Decimal,
        cost: Option<Decimal>,
    ) -> Lot {
        Lot {
            acquisition: acquisition
                .and_then(|at| NonZeroU32::MIN.checked_add(u32::try_from(at).ok()?)),
            acquired,
            since: acquired.map(Day::from),
            quantity: quantity.into(),
            cost: cost.map(Fixed::from),
            replaces: false,
            always_long: false,
            more: More::default(),
            order: 0,
        }
    }

    /// Takes `quantity` units out. What stays has the cost of its part of the whole, rounded down to
    /// the whole's digits; so the parts of a lot always add up to it.
    #[inline]
    pub fn take(&mut self, quantity: Fixed) -> Lot {
        let left = self.quantity - quantity;
        if !left.is_positive() {
            let nothing = Lot {
                quantity: Fixed::ZERO,
                cost: self.cost.map(|_| Fixed::ZERO),
                more: More::default(),
                ..*self
            };
            return std::mem::replace(self, nothing).whole();
        }
        let units = self.quantity;
        let kept = self.cost.map(|cost| {
            let whole = || Shares::new(cost, units);
            self.more.whole.get_or_insert_with(whole).of(left, Rounding::Down)
        });
        let mut part = Lot {
            quantity,
            cost: self.cost.zip(kept).map(|(cost, kept)| cost - kept),
            more: self.more.of_part(),
            ..*self
        };
        if let (Some(own), Some(of_part)) = (&mut self.more.0, &mut part.more.0) {
            let of = |amount| rounded(share(amount, quantity.into(), self.quantity.into()), 2);
            if let (Some(worth), Some(part)) = (&mut own.worth, &mut of_part.worth) {
                part.0 = of(worth.0);
                worth.0 -= part.0;
            }
            for (own, taken) in own.paid.iter_mut().zip(&mut of_part.paid) {
                taken.1 = of(own.1);
                own.1 -= taken.1;
            }
        }
        self.quantity = left;
        self.cost = kept;
        part
    }

    /// Makes its first units a lot of their own, which stands before what is left.
    pub fn part(&mut self, quantity: Fixed) -> Lot {
        let part = self.take(quantity);
        self.order += 1;
        part
    }

    /// The lot as one that is no part of another.
    pub fn whole(mut self) -> Lot {
        self.set(self.quantity, self.cost);
        self
    }

    /// Sets units and cost anew, after something changed them.
    pub fn set(&mut self, quantity: Fixed, cost: Option<Fixed>) {
        self.quantity = quantity;
        self.cost = cost;
        if let Some(rare) = &mut self.more.0 {
            rare.whole = None;
        }
    }

    /// Changes the cost.
    pub fn set_cost(&mut self, cost: Option<Fixed>) {
        self.set(self.quantity, cost);
    }

    /// The purchase, by its index, where the books have it.
    #[inline]
    pub fn acquisition(&self) -> Option<usize> {
        self.acquisition.map(|at| at.get() as usize - 1)
    }

    /// Units left, as a decimal.
    pub fn units(&self) -> Decimal {
        self.quantity.decimal()
    }

    /// Cost of the units left, as a decimal.
    pub fn paid(&self) -> Option<Decimal> {
        self.cost.map(Fixed::decimal)
    }

    /// What lots stand in order by: day of purchase, then which came first.
    pub fn key(&self) -> (NaiveDate, u64) {
        (self.acquired.unwrap_or(NaiveDate::MIN), self.order)
    }

    /// Of one unit; below zero where it is unknown.
    pub fn unit_cost(&self) -> Decimal {
        let cost = self.cost.map_or(Decimal::NEGATIVE_ONE, Decimal::from);
        cost.checked_div(self.quantity.into()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        crate::money::plain(text).expect("a number")
    }

    #[test]
    fn a_lot_fits_a_line_of_the_cache() {
        assert!(size_of::<Lot>() <= 64, "{}", size_of::<Lot>());
    }

    #[test]
    fn three_parts_of_a_hundred_are_the_hundred() {
        let mut lot = Lot::new(None, None, number("3"), Some(number("100.00")));
        let costs: Vec<String> = (0..3)
            .filter_map(|_| lot.take(Decimal::ONE.into()).cost)
            .map(|cost| cost.decimal().normalize().to_string())
            .collect();
        assert_eq!(costs, ["33.34", "33.33", "33.33"]);
    }
}
