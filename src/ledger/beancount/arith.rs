//! Exact arithmetic as Beancount does it: decimal, 28 significant digits, halves to even.
//!
//! In: numbers. Out: numbers, or `None` where a result has more digits before its point than a
//! number can hold. Knows nothing of accounts or journals.

use crate::money::Decimal;
use rust_decimal::RoundingStrategy;

/// How many significant digits the result of an operation keeps.
const DIGITS: u32 = 28;
/// The largest number of that many digits, plus one.
const LIMIT: i128 = 10_i128.pow(DIGITS);

/// `a + b`
pub(super) fn add(a: Decimal, b: Decimal) -> Option<Decimal> {
    a.checked_add(b).map(fit)
}

/// `a - b`
pub(super) fn sub(a: Decimal, b: Decimal) -> Option<Decimal> {
    a.checked_sub(b).map(fit)
}

/// `a` times `b`, with the decimals of both.
pub(super) fn mul(a: Decimal, b: Decimal) -> Option<Decimal> {
    a.checked_mul(b).map(fit)
}

/// `a / b`; `None` too for `b` = 0. An exact result keeps the decimals that `a` has more than `b`.
pub(super) fn div(a: Decimal, b: Decimal) -> Option<Decimal> {
    let mut quotient = fit(a.checked_div(b)?).normalize();
    let decimals = a.scale().saturating_sub(b.scale());
    if quotient.scale() < decimals {
        quotient.rescale(decimals);
    }
    Some(quotient)
}

/// One unit of the last of `decimals` decimals: 0.01 for 2.
pub(super) fn unit(decimals: u32) -> Decimal {
    Decimal::try_new(1, decimals).unwrap_or_default()
}

/// `number` rounded to the decimals of `quantum` and padded to them; where `quantum` is a multiple
/// of ten, to that power of ten. Halves go to even.
pub(super) fn quantize(number: Decimal, quantum: Decimal) -> Decimal {
    let quantum = quantum.normalize();
    let (mut step, mut power) = (quantum.mantissa(), 0_u32);
    while quantum.scale() == 0 && step != 0 && step % 10 == 0 {
        step /= 10;
        power += 1;
    }
    let even = RoundingStrategy::MidpointNearestEven;
    if power > 0 {
        let ten = Decimal::from(10_u64.pow(power.min(19)));
        return number
            .checked_div(ten)
            .map(|part| part.round_dp_with_strategy(0, even))
            .and_then(|part| part.checked_mul(ten))
            .unwrap_or(number);
    }
    let mut number = number.round_dp_with_strategy(quantum.scale(), even);
    number.rescale(quantum.scale());
    number
}

/// How many digits `number` has when written without zeros at its end.
pub(super) fn digits(number: Decimal) -> u32 {
    let mut mantissa = number.normalize().mantissa().unsigned_abs();
    while mantissa != 0 && mantissa.is_multiple_of(10) {
        mantissa /= 10;
    }
    mantissa.checked_ilog10().map_or(1, |power| power + 1)
}

/// Rounds what has more digits than an operation keeps.
fn fit(number: Decimal) -> Decimal {
    if number.mantissa().abs() < LIMIT {
        return number;
    }
    number.round_sf_with_strategy(DIGITS, RoundingStrategy::MidpointNearestEven).unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::plain;

    fn number(text: &str) -> Decimal {
        plain(text).expect("a number")
    }

    #[test]
    fn a_quotient_has_28_digits_and_the_decimals_of_its_parts() {
        let third = div(number("100"), number("3")).expect("not zero");
        assert_eq!(third.to_string(), "33.33333333333333333333333333");
        assert_eq!(div(number("4.00"), number("2")).map(|n| n.to_string()), Some("2.00".into()));
        assert_eq!(div(number("1.0"), number("0.8")).map(|n| n.to_string()), Some("1.25".into()));
        assert_eq!(div(number("1"), number("0")), None);
    }

    #[test]
    fn a_number_is_rounded_to_the_step_of_its_tolerance() {
        for (text, quantum, rounded) in [
            ("0.125", "0.01", "0.12"),
            ("0.135", "0.01", "0.14"),
            ("7", "0.010", "7.00"),
            ("123.4", "1", "123"),
            ("1250", "100", "1200"),
            ("0.1234", "0.022", "0.123"),
        ] {
            assert_eq!(quantize(number(text), number(quantum)).to_string(), rounded, "{text}");
        }
    }

    #[test]
    fn digits_do_not_count_zeros_at_the_end() {
        assert_eq!(digits(number("0.0100")), 1);
        assert_eq!(digits(number("1200")), 2);
        assert_eq!(digits(number("0")), 1);
        assert_eq!(digits(number("0.12345")), 5);
    }
}
