//! Writes the values that make a row the same row in one form: days ISO, numbers without padding.
//!
//! What stands here can never change: ids of rows imported long ago are hashes of it.

use crate::event::{Account, RowHash};
use crate::money::Decimal;
use crate::period::{Datelike, NaiveDate};

/// A value as it is hashed: digits and signs, few enough to need no memory of their own.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    /// ASCII, filled from its end.
    bytes: [u8; 48],
    from: usize,
}

impl Written {
    fn nothing() -> Written {
        Written { bytes: [b'0'; 48], from: 48 }
    }

    /// What is written.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[self.from..]
    }

    /// The same, as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }

    /// Puts a character in front.
    fn put(&mut self, byte: u8) {
        self.from -= 1;
        self.bytes[self.from] = byte;
    }

    /// Puts a digit in front, and a point where `behind` digits stand behind it.
    fn put_digit(&mut self, digit: u8, place: u32, behind: u32) {
        if place == behind && place > 0 {
            self.put(b'.');
        }
        self.put(b'0' + digit);
    }

    /// Puts a number in front whose last `behind` digits stand behind the point.
    fn put_number(&mut self, number: u128, behind: u32) {
        let (mut rest, mut place) = (number, 0);
        // Long division takes long, and few numbers need it.
        let mut few = loop {
            match u64::try_from(rest) {
                Ok(few) => break few,
                Err(_) => self.put_digit(last(rest % 10), place, behind),
            }
            (rest, place) = (rest / 10, place + 1);
        };
        while few > 0 || place <= behind {
            self.put_digit(last(few % 10), place, behind);
            (few, place) = (few / 10, place + 1);
        }
    }
}

/// One digit.
fn last<N: TryInto<u8>>(digit: N) -> u8 {
    digit.try_into().unwrap_or_default()
}

/// `2024-03-27` and a blank.
pub fn day(day: NaiveDate) -> Written {
    let mut written = Written::nothing();
    let two = |number: u32| [last(number / 10), last(number % 10)].map(|digit| b'0' + digit);
    written.put(b' ');
    for [tens, ones] in [two(day.day()), two(day.month())] {
        written.put(ones);
        written.put(tens);
        written.put(b'-');
    }
    written.put_number(day.year().unsigned_abs().into(), 0);
    written
}

/// A number without padding: `-17000.03`. Zero is nothing, as in files that leave it out.
pub fn number(number: Decimal) -> Written {
    let mut written = Written::nothing();
    let number = unpadded(number);
    if !number.is_zero() {
        written.put_number(number.mantissa().unsigned_abs(), number.scale());
        if number.is_sign_negative() {
            written.put(b'-');
        }
    }
    written
}

/// The number without zeros after its last digit.
fn unpadded(number: Decimal) -> Decimal {
    let (Ok(mut digits), mut scale) = (i64::try_from(number.mantissa()), number.scale()) else {
        return number.normalize();
    };
    if scale == 0 || digits % 10 != 0 {
        return number;
    }
    while scale > 0 && digits % 10 == 0 {
        digits /= 10;
        scale -= 1;
    }
    Decimal::new(digits, scale)
}

/// The hash that makes a row's id, of its account and its content.
pub fn hash(account: &Account, content: u64) -> RowHash {
    let mut hex = [0; 16];
    let mut rest = content;
    for at in (0..hex.len()).rev() {
        hex[at] = b"0123456789abcdef"[(rest & 15) as usize];
        rest >>= 4;
    }
    let (name, mut piece) = (account.identity().as_bytes(), [0; 128]);
    let end = name.len() + 1 + hex.len();
    if end < piece.len() {
        piece[..name.len()].copy_from_slice(name);
        piece[name.len() + 1..end].copy_from_slice(&hex);
        return RowHash::of_piece(&piece[..=end]);
    }
    RowHash::of(account.identity(), std::str::from_utf8(&hex).ok())
}

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
