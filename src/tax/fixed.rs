//! A decimal number as a whole number of its last digits.
//!
//! Where shares are sold at a loss and bought again for years, a sale takes as many lots as shares, and
//! all of them are walked. What is done to each is little: a sum, a difference, a share. On the numbers
//! of nearly all books that is a machine's own arithmetic.

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::num::NonZeroU64;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use crate::money::Decimal;

/// An exact number, the same one as the `Decimal` it was made of, digits included, in as little room.
#[derive(Clone, Copy)]
pub(super) struct Fixed {
    /// Of a small number, how many of its digits stand behind the mark, and `SMALL`; of another one,
    /// the first half of the `Decimal`'s bytes, and `LARGE`.
    head: NonZeroU64,
    /// Of a small number, how many of its last digits it is; of another one, the second half.
    rest: i64,
}

/// Two of the bits that a `Decimal` leaves empty.
const SMALL: u64 = 1;
const LARGE: u64 = 2;

/// Where the digits behind the mark stand in a head.
const DIGITS: u32 = 16;

/// Powers of ten, by how many digits.
const TENS: [i64; 19] = {
    let mut tens = [1; 19];
    let mut at = 1;
    while at < 19 {
        tens[at] = tens[at - 1] * 10;
        at += 1;
    }
    tens
};

impl Fixed {
    pub const ZERO: Fixed = Fixed { head: NonZeroU64::MIN, rest: 0 };

    #[inline]
    fn small(rest: i64, digits: u64) -> Fixed {
        let head = NonZeroU64::MIN | digits << DIGITS;
        Fixed { head, rest }
    }

    #[inline]
    fn is_small(self) -> bool {
        self.head.get() & SMALL != 0
    }

    /// Of a small number, how many digits stand behind the mark.
    #[inline]
    fn digits(self) -> u64 {
        self.head.get() >> DIGITS
    }

    #[inline]
    pub fn is_zero(self) -> bool {
        // Nothing large is nil.
        self.rest == 0 && self.is_small()
    }

    /// Below zero.
    #[inline]
    pub fn is_negative(self) -> bool {
        if self.is_small() { self.rest < 0 } else { self.decimal().is_sign_negative() }
    }

    /// Above zero.
    #[inline]
    pub fn is_positive(self) -> bool {
        if self.is_small() { self.rest > 0 } else { self.decimal().is_sign_positive() }
    }

    /// It has no more than two digits behind the mark.
    #[inline]
    pub fn is_in_cents(self) -> bool {
        self.is_small() && self.digits() <= 2
    }

    pub fn decimal(self) -> Decimal {
        self.into()
    }

    /// A number that is small, not below zero, as so many of its last digits.
    #[inline]
    fn natural(self) -> Option<(u64, u64)> {
        let units = u64::try_from(self.rest).ok()?;
        self.is_small().then(|| (units, self.digits()))
    }
}

/// A one and so many zeros.
#[inline]
fn tens(zeros: u64) -> Option<i64> {
    TENS.get(usize::try_from(zeros).ok()?).copied()
}

/// Both in the digits of the one that has more. `None`: one is too large.
fn alike(one: Fixed, other: Fixed) -> Option<(i64, i64, u64)> {
    if !one.is_small() || !other.is_small() {
        return None;
    }
    let (digits, others) = (one.digits(), other.digits());
    let tens = tens(digits.abs_diff(others))?;
    if digits < others {
        Some((one.rest.checked_mul(tens)?, other.rest, others))
    } else {
        Some((one.rest, other.rest.checked_mul(tens)?, digits))
    }
}

impl From<Decimal> for Fixed {
    fn from(number: Decimal) -> Fixed {
        if let Ok(units) = i64::try_from(number.mantissa()) {
            return Fixed::small(units, number.scale().into());
        }
        let bytes = number.serialize();
        let half = |from: usize| std::array::from_fn(|at| bytes[from + at]);
        let head = u64::from_le_bytes(half(0)) | LARGE;
        let head = NonZeroU64::new(head).unwrap_or(NonZeroU64::MAX);
        Fixed { head, rest: i64::from_le_bytes(half(8)) }
    }
}

impl From<Fixed> for Decimal {
    fn from(number: Fixed) -> Decimal {
        if number.is_small() {
            let digits = u32::try_from(number.digits()).unwrap_or_default();
            return Decimal::new(number.rest, digits);
        }
        let head = number.head.get() & !LARGE;
        let bytes = u128::from(number.rest.cast_unsigned()) << 64 | u128::from(head);
        Decimal::deserialize(bytes.to_le_bytes())
    }
}

impl fmt::Debug for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.decimal().fmt(f)
    }
}

impl Default for Fixed {
    fn default() -> Fixed {
        Fixed::ZERO
    }
}

impl Add for Fixed {
    type Output = Fixed;

    #[inline]
    fn add(self, other: Fixed) -> Fixed {
        if self.head == other.head
            && self.is_small()
            && let Some(rest) = self.rest.checked_add(other.rest)
        {
            return Fixed { rest, ..self };
        }
        sum(self, other)
    }
}

/// A sum of numbers with other digits, or of large ones.
#[cold]
fn sum(one: Fixed, other: Fixed) -> Fixed {
    // Nothing added is the number, with its own digits.
    if one.is_zero() {
        return other;
    }
    if other.is_zero() {
        return one;
    }
    let small = alike(one, other).and_then(|(one, other, digits)| {
        let sum = one.checked_add(other)?;
        Some(Fixed::small(sum, digits))
    });
    small.unwrap_or_else(|| (one.decimal() + other.decimal()).into())
}

impl Neg for Fixed {
    type Output = Fixed;

    #[inline]
    fn neg(self) -> Fixed {
        if self.is_small()
            && let Some(rest) = self.rest.checked_neg()
        {
            return Fixed { rest, ..self };
        }
        (-self.decimal()).into()
    }
}

impl Sub for Fixed {
    type Output = Fixed;

    #[inline]
    fn sub(self, other: Fixed) -> Fixed {
        if self.head == other.head
            && self.is_small()
            && let Some(rest) = self.rest.checked_sub(other.rest)
        {
            return Fixed { rest, ..self };
        }
        difference(self, other)
    }
}

#[cold]
fn difference(one: Fixed, other: Fixed) -> Fixed {
    one + -other
}

impl AddAssign for Fixed {
    #[inline]
    fn add_assign(&mut self, other: Fixed) {
        *self = *self + other;
    }
}

impl SubAssign for Fixed {
    #[inline]
    fn sub_assign(&mut self, other: Fixed) {
        *self = *self - other;
    }
}

impl Sum for Fixed {
    fn sum<I: Iterator<Item = Fixed>>(numbers: I) -> Fixed {
        numbers.fold(Fixed::ZERO, Add::add)
    }
}

impl Sum<Fixed> for Decimal {
    fn sum<I: Iterator<Item = Fixed>>(numbers: I) -> Decimal {
        numbers.sum::<Fixed>().decimal()
    }
}

impl Ord for Fixed {
    #[inline]
    fn cmp(&self, other: &Fixed) -> Ordering {
        if self.head == other.head && self.is_small() {
            return self.rest.cmp(&other.rest);
        }
        order(*self, *other)
    }
}

/// The order of numbers with other digits, or of large ones.
#[cold]
fn order(one: Fixed, other: Fixed) -> Ordering {
    match alike(one, other) {
        Some((one, other, _)) => one.cmp(&other),
        None => one.decimal().cmp(&other.decimal()),
    }
}

impl PartialOrd for Fixed {
    #[inline]
    fn partial_cmp(&self, other: &Fixed) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Fixed {
    #[inline]
    fn eq(&self, other: &Fixed) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Fixed {}

/// Which way a share that is no whole number of its last digits goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rounding {
    Down,
    /// Halves away from zero.
    Nearest,
}

/// `amount` x `part` / `whole` in units of the last of `digits`, by whole numbers: without a quotient of
/// 28 digits. `None` where the numbers are too large for that, or where the amount has more digits or a
/// sign is not as of a share.
#[inline]
pub(super) fn exact_share(
    amount: Fixed,
    part: Fixed,
    whole: Fixed,
    digits: u32,
    rounding: Rounding,
) -> Option<Fixed> {
    let (amount, of_amount) = amount.natural()?;
    let (part, of_part) = part.natural()?;
    let (whole, of_whole) = whole.natural()?;
    let digits = u64::from(digits);
    let tens = tens((digits + of_whole).checked_sub(of_amount + of_part)?)?;
    let product = amount.checked_mul(part)?.checked_mul(tens.unsigned_abs())?;
    let (quotient, rest) = (product.checked_div(whole)?, product.checked_rem(whole)?);
    let up = rounding == Rounding::Nearest && rest >= whole - rest;
    let share = quotient.checked_add(u64::from(up))?;
    Some(Fixed::small(i64::try_from(share).ok()?, digits))
}

/// What `exact_share` works out anew for each part, worked out once for all parts of one whole that have
/// its digits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    /// What units of a part are multiplied with: the amount, in units of the last of `digits`.
    times: u64,
    whole: u64,
    /// Of the whole.
    head: NonZeroU64,
    digits: u64,
}

impl Scale {
    /// `None` where the numbers are not as `exact_share` takes them.
    pub fn new(amount: Fixed, whole: Fixed, digits: u32) -> Option<Scale> {
        let (amount, of_amount) = amount.natural()?;
        let (units, _) = whole.natural().filter(|(units, _)| *units > 0)?;
        let digits = u64::from(digits);
        let tens = tens(digits.checked_sub(of_amount)?)?;
        let times = amount.checked_mul(tens.unsigned_abs())?;
        Some(Scale { times, whole: units, head: whole.head, digits })
    }

    /// The share of a part. `None`: it has other digits than the whole, or is too large.
    #[inline]
    pub fn share(&self, part: Fixed, rounding: Rounding) -> Option<Fixed> {
        if part.head != self.head {
            return None;
        }
        let product = self.times.checked_mul(u64::try_from(part.rest).ok()?)?;
        let (quotient, rest) = (product / self.whole, product % self.whole);
        let up = rounding == Rounding::Nearest && rest >= self.whole - rest;
        let share = quotient + u64::from(up);
        Some(Fixed::small(i64::try_from(share).ok()?, self.digits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tax::position::next;

    /// Numbers of all sizes, zeros and odd digits among them.
    fn numbers() -> Vec<Decimal> {
        let mut seed = 11;
        let mut numbers: Vec<Decimal> = [0, 1, -1, i64::MAX, i64::MIN, i64::MAX - 1]
            .into_iter()
            .flat_map(|number| [0, 2, 9, 18].map(|scale| Decimal::new(number, scale)))
            .collect();
        numbers.push(Decimal::from_i128_with_scale(i128::from(i64::MAX) * 40, 3));
        for _ in 0..60 {
            let size = next(&mut seed, 31);
            let number = i64::try_from(next(&mut seed, 1 << (size + 1))).expect("small");
            let scale = u32::try_from(next(&mut seed, 8)).expect("small");
            let sign = if next(&mut seed, 2) == 0 { 1 } else { -1 };
            numbers.push(Decimal::new(sign * number, scale));
        }
        numbers
    }

    /// What a `Decimal` is made of, but for the sign of zero, which no reader of it tells.
    fn made_of(number: Decimal) -> (i128, u32) {
        (number.mantissa(), number.scale())
    }

    #[test]
    fn it_counts_as_decimals_do() {
        let numbers = numbers();
        for one in &numbers {
            let fixed = Fixed::from(*one);
            assert_eq!(made_of(fixed.into()), made_of(*one));
            assert_eq!(made_of((-fixed).into()), made_of(-*one));
            assert_eq!(fixed.is_zero(), one.is_zero());
            assert_eq!(fixed.is_negative(), *one < Decimal::ZERO);
            assert_eq!(fixed.is_positive(), *one > Decimal::ZERO);
            for other in &numbers {
                let also = Fixed::from(*other);
                assert_eq!(fixed.cmp(&also), one.cmp(other), "{one} {other}");
                let (sum, difference) = (fixed + also, fixed - also);
                assert_eq!(made_of(sum.into()), made_of(*one + *other), "{one} + {other}");
                assert_eq!(made_of(difference.into()), made_of(*one - *other), "{one} - {other}");
            }
        }
    }
}
