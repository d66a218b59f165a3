//! Writes the values that make a row the same row in one form: days ISO, numbers without padding.
//!
//! What stands here can never change: ids of rows imported long ago are hashes of it.

use crate::event::{Account, RowHash};
use crate::money::{Decimal, Written};
use crate::period::{Datelike, NaiveDate};

/// `2024-03-27` and a blank.
pub fn day(day: NaiveDate) -> Written {
    let mut written = Written::nothing();
    written.put(b' ');
    for number in [day.day(), day.month()] {
        written.put_two(number);
        written.put(b'-');
    }
    written.put_digits(day.year().unsigned_abs().into(), 0);
    written
}

/// A number without padding: `-17000.03`. Zero is nothing, as in files that leave it out.
pub fn number(number: Decimal) -> Written {
    let (mut digits, mut scale) = (number.mantissa().unsigned_abs(), number.scale());
    let mut written = Written::nothing();
    if digits == 0 {
        return written;
    }
    // Long division takes long, and few numbers need it.
    if let Ok(mut few) = u64::try_from(digits) {
        while scale > 0 && few % 10 == 0 {
            (few, scale) = (few / 10, scale - 1);
        }
        digits = few.into();
    } else {
        let plain = number.normalize();
        (digits, scale) = (plain.mantissa().unsigned_abs(), plain.scale());
    }
    written.put_digits(digits, scale);
    if number.is_sign_negative() {
        written.put(b'-');
    }
    written
}

/// The hash that makes a row's id, of its account and its content.
pub fn hash(account: &Account, content: u64) -> RowHash {
    let mut hex = [[0; 2]; 8];
    for (digits, byte) in hex.iter_mut().zip(content.to_be_bytes()) {
        *digits = HEX[usize::from(byte)];
    }
    let hex = hex.as_flattened();
    let (name, mut piece) = (account.identity().as_bytes(), [0; 128]);
    let end = name.len() + 1 + hex.len();
    if end < piece.len() {
        piece[..name.len()].copy_from_slice(name);
        piece[name.len() + 1..end].copy_from_slice(hex);
        return RowHash::of_piece(&piece[..=end]);
    }
    RowHash::of(account.identity(), std::str::from_utf8(hex).ok())
}

/// The two digits of every byte.
static HEX: [[u8; 2]; 256] = {
    let (digits, mut hex, mut byte) = (b"0123456789abcdef", [[0; 2]; 256], 0);
    while byte < 256 {
        hex[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    hex
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(decimal: Decimal) -> String {
        number(decimal).text().to_owned()
    }

    proptest! {
        /// Padding, and only padding, is left out of what makes a row the same row.
        #[test]
        fn a_number_is_hashed_without_its_padding(mantissa: i128, scale in 0u32..=28, more in 0u32..4) {
            let mantissa = mantissa >> 33;
            let number = Decimal::try_from_i128_with_scale(mantissa, scale).expect("96 bits");
            let expected = if number.is_zero() { String::new() } else { number.normalize().to_string() };
            prop_assert_eq!(written(number), expected.clone());
            let mut padded = number;
            padded.rescale((scale + more).min(28));
            if padded == number {
                prop_assert_eq!(written(padded), expected);
            }
        }
    }

    #[test]
    fn small_numbers_keep_their_zeros() {
        for (number, expected) in [("0.05", "0.05"), ("-100.0050", "-100.005"), ("1000", "1000")] {
            assert_eq!(written(crate::money::plain(number).expect("a number")), expected);
        }
        for (written, expected) in [("2024-03-07", "2024-03-07 "), ("0987-12-31", "987-12-31 ")] {
            assert_eq!(day(crate::period::iso(written).expect("a day")).text(), expected);
        }
    }

    #[test]
    fn a_row_s_hash_is_that_of_its_account_and_sixteen_digits() {
        for length in [0, 5, 109, 110, 111, 112, 300] {
            let account = Account::taxable("x".repeat(length).into());
            for content in [0, 0x0123_4567_89ab_cdef, u64::MAX] {
                let expected = RowHash::of(account.identity(), [&*format!("{content:016x}")]);
                assert_eq!(hash(&account, content), expected, "{length}");
            }
        }
    }
}
