//! Writes the values that make a row the same row in one form: days ISO, numbers without padding.
//!
//! What stands here can never change: ids of rows imported long ago are hashes of it.

use crate::event::{Account, RowHash};
use crate::money::Decimal;
use crate::period::{Datelike, NaiveDate};

/// `2024-03-27` and a blank.
pub fn push_day(buffer: &mut String, day: NaiveDate) {
    let digit = |number: u32| b'0' + u8::try_from(number % 10).unwrap_or_default();
    let (year, month, number) = (day.year().unsigned_abs(), day.month(), day.day());
    if !(1000..=9999).contains(&year) {
        push_digits(buffer, u128::from(year));
    }
    let digits = [
        [year / 1000, year / 100, year / 10, year].map(digit),
        [b'-', digit(month / 10), digit(month), b'-'],
        [digit(number / 10), digit(number), b' ', 0],
    ];
    let from = if (1000..=9999).contains(&year) { 0 } else { 4 };
    let text = std::str::from_utf8(&digits.as_flattened()[from..11]).unwrap_or_default();
    buffer.push_str(text);
}

/// A number without padding: `-17000.03`. Zero is nothing, as in files that leave it out.
pub fn push_number(buffer: &mut String, number: Decimal) {
    let number = unpadded(number);
    if number.is_zero() {
        return;
    }
    if number.is_sign_negative() {
        buffer.push('-');
    }
    let scale = number.scale();
    let digits = number.mantissa().unsigned_abs();
    // Long division takes long, and few numbers need it.
    if let (Ok(digits), Some(unit)) = (u64::try_from(digits), 10u64.checked_pow(scale)) {
        push_parts(buffer, scale, digits / unit, digits % unit);
        return;
    }
    let Some(unit) = 10u128.checked_pow(scale) else { return };
    push_digits(buffer, digits / unit);
    if scale > 0 {
        buffer.push('.');
        let fraction = digits % unit;
        let mut unit = unit / 10;
        while unit > fraction {
            buffer.push('0');
            unit /= 10;
        }
        push_digits(buffer, fraction);
    }
}

/// What stands before the point and what behind it.
fn push_parts(buffer: &mut String, scale: u32, whole: u64, fraction: u64) {
    let mut digits = [b'0'; 42];
    let mut at = digits.len();
    let mut push = |digit: u8| {
        at -= 1;
        digits[at] = digit;
    };
    let digit = |number: u64| b'0' + u8::try_from(number % 10).unwrap_or_default();
    if scale > 0 {
        let mut rest = fraction;
        for _ in 0..scale {
            push(digit(rest));
            rest /= 10;
        }
        push(b'.');
    }
    let mut rest = whole;
    loop {
        push(digit(rest));
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    buffer.push_str(std::str::from_utf8(&digits[at..]).unwrap_or_default());
}

/// The number without zeros after its last digit.
fn unpadded(number: Decimal) -> Decimal {
    let (Ok(mut digits), mut scale) = (i64::try_from(number.mantissa()), number.scale()) else {
        return number.normalize();
    };
    while scale > 0 && digits % 10 == 0 {
        digits /= 10;
        scale -= 1;
    }
    Decimal::new(digits, scale)
}

/// Whole digits, without a sign.
fn push_digits(buffer: &mut String, number: u128) {
    let mut digits = [0u8; 39];
    let mut at = digits.len();
    let mut rest = number;
    while u64::try_from(rest).is_err() {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    let mut rest = u64::try_from(rest).unwrap_or_default();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    buffer.push_str(std::str::from_utf8(&digits[at..]).unwrap_or_default());
}

/// The hash that makes a row's id, of its account and its content.
pub fn hash(account: &Account, content: u64) -> RowHash {
    let hex: [u8; 16] = std::array::from_fn(|at| {
        let digit = (content >> (60 - 4 * at)) & 15;
        b"0123456789abcdef"[usize::try_from(digit).unwrap_or_default()]
    });
    RowHash::of(account.identity(), std::str::from_utf8(&hex).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pushed(number: Decimal) -> String {
        let mut buffer = String::new();
        push_number(&mut buffer, number);
        buffer
    }

    proptest! {
        /// Padding, and only padding, is left out of what makes a row the same row.
        #[test]
        fn a_number_is_hashed_without_its_padding(mantissa: i128, scale in 0u32..=28, more in 0u32..4) {
            let mantissa = mantissa >> 33;
            let number = Decimal::try_from_i128_with_scale(mantissa, scale).expect("96 bits");
            let expected = if number.is_zero() { String::new() } else { number.normalize().to_string() };
            prop_assert_eq!(pushed(number), expected.clone());
            let mut padded = number;
            padded.rescale((scale + more).min(28));
            if padded == number {
                prop_assert_eq!(pushed(padded), expected);
            }
        }
    }

    #[test]
    fn small_numbers_keep_their_zeros() {
        for (number, expected) in [("0.05", "0.05"), ("-100.0050", "-100.005"), ("1000", "1000")] {
            assert_eq!(pushed(crate::money::plain(number).expect("a number")), expected);
        }
        let mut buffer = String::new();
        push_day(&mut buffer, crate::period::iso("2024-03-07").expect("a day"));
        assert_eq!(buffer, "2024-03-07 ");
    }
}
