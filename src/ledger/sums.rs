//! Exact sums by commodity.

use std::collections::HashMap;

use crate::ledger::model::CommodityId;
use crate::money::Decimal;

/// From this many commodities on, a sum is found by a table rather than by looking through all.
const MANY: usize = 16;

/// What the postings of one transaction come to, by commodity, in the order they appear.
#[derive(Debug, Default)]
pub struct Sums {
    sums: Vec<(CommodityId, Decimal)>,
    table: HashMap<CommodityId, usize>,
}

/// A sum has more digits than a number can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Long;

impl Sums {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.sums.clear();
        self.table.clear();
    }

    /// Adds `number` of `commodity`.
    pub fn add(&mut self, commodity: CommodityId, number: Decimal) -> Result<(), Long> {
        if let Some(at) = self.find(commodity) {
            let sum = &mut self.sums[at].1;
            *sum = plus(*sum, number).ok_or(Long)?;
            return Ok(());
        }
        if self.sums.len() >= MANY {
            if self.table.is_empty() {
                let all = self.sums.iter().enumerate();
                self.table.extend(all.map(|(at, (commodity, _))| (*commodity, at)));
            }
            self.table.insert(commodity, self.sums.len());
        }
        self.sums.push((commodity, number));
        Ok(())
    }

    /// All of them, zeros too, in the order they were first added.
    pub fn all(&self) -> &[(CommodityId, Decimal)] {
        &self.sums
    }

    fn find(&self, commodity: CommodityId) -> Option<usize> {
        if self.sums.len() > MANY {
            self.table.get(&commodity).copied()
        } else {
            self.sums.iter().position(|(known, _)| *known == commodity)
        }
    }
}

/// The exact sum. `None`: it has more digits than a number can have.
pub fn plus(left: Decimal, right: Decimal) -> Option<Decimal> {
    // Of the same few decimals, as nearly all are.
    if left.scale() == right.scale()
        && let Ok(sum) = i64::try_from(left.mantissa() + right.mantissa())
    {
        return Some(Decimal::new(sum, left.scale()));
    }
    let sum = left.checked_add(right)?;
    if sum.scale() >= left.scale().max(right.scale()) {
        return Some(sum);
    }
    // The sum was cut to fit, unless the digits that went were zeros.
    let (left, right) = (left.normalize(), right.normalize());
    let sum = left.checked_add(right)?;
    (sum.scale() >= left.scale().max(right.scale())).then_some(sum)
}

/// Whether `number`, rounded to `decimals` places with halves towards zero, is zero.
pub fn rounds_to_zero(number: Decimal, decimals: u32) -> bool {
    number.is_zero() || {
        let half = Decimal::try_from_i128_with_scale(5, decimals + 1);
        half.is_ok_and(|half| number.abs() <= half)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::plain;

    #[test]
    fn sums_are_exact_or_none() {
        let number = |text| plain(text).expect("a number");
        assert_eq!(plus(number("0.1"), number("0.25")), Some(number("0.35")));
        let large = number("7922816251426433759354395033");
        assert_eq!(plus(large, number("0.0000000001")), None);
        assert_eq!(plus(large, number("0.0000000000")), Some(large));
    }

    #[test]
    fn many_commodities_are_kept_apart() {
        let mut sums = Sums::default();
        for _ in 0..2 {
            for id in 0..40 {
                sums.add(CommodityId(id), Decimal::ONE).expect("small numbers");
            }
        }
        assert_eq!(sums.all().len(), 40);
        assert!(sums.all().iter().all(|(_, sum)| *sum == Decimal::TWO));
    }
}
