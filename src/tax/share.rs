//! Exact shares of amounts, by quantity.

use super::fixed::{Fixed, Rounding, exact_share};
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

/// Deals an amount out by quantity, in cents: each part is what the running total gains by it, so
/// that all parts add up to the amount.
pub(super) struct Dealer {
    amount: Fixed,
    whole: Fixed,
    digits: u32,
    so_far: Fixed,
    dealt: Fixed,
}

impl Dealer {
    pub fn new(amount: Fixed, whole: Fixed) -> Dealer {
        let digits = digits_of(amount);
        Dealer { amount, whole, digits, so_far: Fixed::ZERO, dealt: Fixed::ZERO }
    }

    /// The units count anew, after a split: so many are left.
    pub fn rescale(&mut self, left: Fixed, new: Decimal, old: Decimal) {
        self.so_far = units_of(self.so_far, new, old);
        self.whole = self.so_far + left;
    }

    /// The share of the next `quantity` units.
    #[inline]
    pub fn next(&mut self, quantity: Fixed) -> Fixed {
        self.so_far += quantity;
        let total = if self.so_far == self.whole { self.amount } else { self.total() };
        let part = total - self.dealt;
        self.dealt = total;
        part
    }

    /// What was dealt out by now, in all.
    fn total(&self) -> Fixed {
        let Dealer { amount, whole, digits, so_far, .. } = *self;
        exact_share(amount, so_far, whole, digits, Rounding::Nearest).unwrap_or_else(|| {
            let share = share(amount.into(), so_far.into(), whole.into());
            rounded(share, digits).into()
        })
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
                    Rounding::Down => plain.round_dp_with_strategy(
                        digits,
                        rust_decimal::RoundingStrategy::ToNegativeInfinity,
                    ),
                    Rounding::Nearest => rounded(plain, digits),
                };
                assert_eq!(share.decimal(), plain, "{amount} x {part} / {whole}");
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
