//! Exact shares of amounts, by quantity.

use crate::money::{Decimal, rounded};

/// `amount` x `part` / `whole`; 28 digits, exact where `part` is the whole.
pub(super) fn share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal {
    if part == whole || whole.is_zero() {
        return amount;
    }
    let product = amount.checked_mul(part).and_then(|product| product.checked_div(whole));
    product.or_else(|| amount.checked_div(whole)?.checked_mul(part)).unwrap_or(amount)
}

/// To how many digits an amount is dealt out: its own, cents at least.
pub(super) fn digits_of(amount: Decimal) -> u32 {
    // Zeros at the end are no digits; where there is no room for more than cents, none are counted.
    if amount.scale() <= 2 { 2 } else { amount.normalize().scale().max(2) }
}

/// Which way a share that is no whole number of its last digits goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rounding {
    Down,
    /// Halves away from zero.
    Nearest,
}

/// `amount` x `part` / `whole` in units of the last of `digits`, by whole numbers: what nearly all
/// numbers of a ledger are small enough for, without a quotient of 28 digits. `None` where they are
/// not, or where the amount has more digits or a sign is not as of a share.
pub(super) fn exact_share(
    amount: Decimal,
    part: Decimal,
    whole: Decimal,
    digits: u32,
    rounding: Rounding,
) -> Option<Decimal> {
    let small = |number: Decimal| u64::try_from(number.mantissa()).ok();
    let tens = (digits + whole.scale()).checked_sub(amount.scale() + part.scale())?;
    let (amount, part, whole) = (small(amount)?, small(part)?, small(whole)?);
    let product = amount.checked_mul(part)?.checked_mul(10u64.checked_pow(tens)?)?;
    let (quotient, rest) = (product.checked_div(whole)?, product.checked_rem(whole)?);
    let up = rounding == Rounding::Nearest && rest >= whole - rest;
    let share = quotient.checked_add(u64::from(up))?;
    Decimal::try_from_i128_with_scale(share.into(), digits).ok()
}

/// Deals an amount out by quantity, in cents: each part is what the running total gains by it, so
/// that all parts add up to the amount.
pub(super) struct Dealer {
    amount: Decimal,
    whole: Decimal,
    digits: u32,
    so_far: Decimal,
    dealt: Decimal,
}

impl Dealer {
    pub fn new(amount: Decimal, whole: Decimal) -> Dealer {
        let digits = digits_of(amount);
        Dealer { amount, whole, digits, so_far: Decimal::ZERO, dealt: Decimal::ZERO }
    }

    /// The units count anew, after a split.
    pub fn rescale(&mut self, new: Decimal, old: Decimal) {
        self.whole = share(self.whole, new, old);
        self.so_far = share(self.so_far, new, old);
    }

    /// What is not dealt out yet.
    pub fn rest(&self) -> Decimal {
        self.amount - self.dealt
    }

    /// The share of the next `quantity` units.
    pub fn next(&mut self, quantity: Decimal) -> Decimal {
        self.so_far += quantity;
        let total = if self.so_far == self.whole {
            self.amount
        } else {
            let (amount, digits) = (self.amount, self.digits);
            exact_share(amount, self.so_far, self.whole, digits, Rounding::Nearest)
                .unwrap_or_else(|| rounded(share(amount, self.so_far, self.whole), digits))
        };
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
            let digits = digits_of(amount);
            for rounding in [Rounding::Down, Rounding::Nearest] {
                let Some(share) = exact_share(amount, part, whole, digits, rounding) else {
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
                assert_eq!(share, plain, "{amount} x {part} / {whole}");
            }
        }
    }

    #[test]
    fn a_dealer_deals_all() {
        let mut dealer = Dealer::new(number("100.00"), number("7"));
        let sum: Decimal = (0..7).map(|_| dealer.next(Decimal::ONE)).sum();
        assert_eq!(sum, number("100.00"));
    }
}
