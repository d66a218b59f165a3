//! Exact shares of amounts, by quantity.

use rust_decimal::RoundingStrategy;

use super::fixed::{Fixed, Rounding, Scale, exact_share};
use crate::money::{Decimal, rounded};

/// Units that a quotient gives are counted to so many digits, so that sums of them stay exact.
pub(super) const DIGITS: u32 = 10;

/// `amount` x `part` / `whole`; 28 digits, exact where `part` is the whole.
pub(super) fn share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal {
    if part == whole || whole.is_zero() {
        return amount;
    }
    let product = amount.checked_mul(part).and_then(|product| product.checked_div(whole));
    product.or_else(|| amount.checked_div(whole)?.checked_mul(part)).unwrap_or(amount)
}

/// What units have become where there are `new` ones for `old` ones.
pub(super) fn units_of(units: Fixed, new: Decimal, old: Decimal) -> Fixed {
    rounded(share(units.into(), new, old), DIGITS).into()
}

/// To how many digits an amount is dealt out: its own, cents at least.
pub(super) fn digits_of(amount: Fixed) -> u32 {
    // Zeros at the end are no digits; where there is no room for more than cents, none are counted.
    if amount.is_in_cents() { 2 } else { amount.decimal().normalize().scale().max(2) }
}

/// An amount and the units that share in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shares {
    amount: Fixed,
    whole: Fixed,
    /// To how many digits shares are counted.
    digits: u32,
    scale: Option<Scale>,
}

impl Shares {
    pub fn new(amount: Fixed, whole: Fixed) -> Shares {
        Shares::in_digits(amount, whole, digits_of(amount))
    }

    fn in_digits(amount: Fixed, whole: Fixed, digits: u32) -> Shares {
        Shares { amount, whole, digits, scale: Scale::new(amount, whole, digits) }
    }

    /// What so many of the units share.
    #[inline]
    pub fn of(&self, units: Fixed, rounding: Rounding) -> Fixed {
        let share = self.scale.as_ref().and_then(|scale| scale.share(units, rounding));
        share.unwrap_or_else(|| self.anyhow(units, rounding))
    }

    /// The same of any numbers.
    #[cold]
    fn anyhow(&self, units: Fixed, rounding: Rounding) -> Fixed {
        let Shares { amount, whole, digits, .. } = *self;
        exact_share(amount, units, whole, digits, rounding).unwrap_or_else(|| {
            let share = share(amount.into(), units.into(), whole.into());
            let down = RoundingStrategy::ToNegativeInfinity;
            let share = match rounding {
                Rounding::Down => share.round_dp_with_strategy(digits, down),
                Rounding::Nearest => rounded(share, digits),
            };
            share.into()
        })
    }
}

/// Deals an amount out by quantity, in cents: each part is what the running total gains by it, so
/// that all parts add up to the amount.
pub(super) struct Dealer {
    shares: Shares,
    so_far: Fixed,
    dealt: Fixed,
}

impl Dealer {
    pub fn new(amount: Fixed, whole: Fixed) -> Dealer {
        Dealer { shares: Shares::new(amount, whole), so_far: Fixed::ZERO, dealt: Fixed::ZERO }
    }

    /// The units count anew, after a split: so many are left.
    pub fn rescale(&mut self, left: Fixed, new: Decimal, old: Decimal) {
        self.so_far = units_of(self.so_far, new, old);
        let Shares { amount, digits, .. } = self.shares;
        self.shares = Shares::in_digits(amount, self.so_far + left, digits);
    }

    /// The share of the next `quantity` units.
    #[inline]
    pub fn next(&mut self, quantity: Fixed) -> Fixed {
        self.so_far += quantity;
        let Shares { amount, whole, .. } = self.shares;
        let all = self.so_far == whole;
        let total = if all { amount } else { self.shares.of(self.so_far, Rounding::Nearest) };
        let part = total - self.dealt;
        self.dealt = total;
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tax::position::next;

    fn number(text: &str) -> Decimal {
        crate::money::plain(text).expect("a number")
    }

    #[test]
    fn a_share_by_whole_numbers_is_the_share() {
        let mut seed = 7;
        for _ in 0..20_000 {
            let mut number = |digits: u64, below: u64| {
                let scale = u32::try_from(next(&mut seed, digits)).expect("small");
                Decimal::new(i64::try_from(next(&mut seed, below)).expect("small"), scale)
            };
            let (amount, part, whole) = (number(5, 1 << 31), number(4, 5000), number(4, 5000));
            let digits = digits_of(amount.into());
            for rounding in [Rounding::Down, Rounding::Nearest] {
                let (of, out_of) = (part.into(), whole.into());
                let Some(share) = exact_share(amount.into(), of, out_of, digits, rounding) else {
                    continue;
                };
                let plain = amount * part / whole;
                let plain = match rounding {
                    Rounding::Down => {
                        plain.round_dp_with_strategy(digits, RoundingStrategy::ToNegativeInfinity)
                    }
                    Rounding::Nearest => rounded(plain, digits),
                };
                assert_eq!(share.decimal(), plain, "{amount} x {part} / {whole}");
                let again = Shares::new(amount.into(), out_of).of(of, rounding);
                assert_eq!(again.decimal(), plain, "{amount} x {part} / {whole}");
            }
        }
    }

    #[test]
    fn a_dealer_deals_all() {
        let mut dealer = Dealer::new(number("100.00").into(), number("7").into());
        let sum: Fixed = (0..7).map(|_| dealer.next(Decimal::ONE.into())).sum();
        assert_eq!(sum.decimal(), number("100.00"));
    }
}
