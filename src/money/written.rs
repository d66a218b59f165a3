//! Numbers written for texts of many rows: on the stack, without the ways of `fmt`.

use super::Decimal;

/// Digits and signs, few enough to need no memory of their own.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    /// ASCII, filled from its end.
    bytes: [u8; 48],
    from: usize,
}

impl Written {
    /// Nothing yet.
    pub fn nothing() -> Written {
        Written { bytes: [b'0'; 48], from: 48 }
    }

    /// A number with the digits it was recorded with; zero has no sign.
    pub fn number(number: Decimal) -> Written {
        let mut written = Written::nothing();
        written.put_digits(number.mantissa().unsigned_abs(), number.scale());
        if number.is_sign_negative() && !number.is_zero() {
            written.put(b'-');
        }
        written
    }

    /// What is written.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[self.from..]
    }

    /// The same, as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }

    /// Puts an ASCII character in front; there is room for 48.
    pub fn put(&mut self, byte: u8) {
        self.from -= 1;
        self.bytes[self.from] = byte;
    }

    /// Puts the last two digits of a number in front.
    pub fn put_two(&mut self, number: u32) {
        self.put(b'0' + last(number % 10));
        self.put(b'0' + last(number / 10 % 10));
    }

    /// Puts a number in front whose last `behind` digits stand behind the point.
    pub fn put_digits(&mut self, number: u128, behind: u32) {
        let (mut rest, mut place) = (number, 0);
        // Long division takes long, and few numbers need it.
        let mut few = loop {
            match u64::try_from(rest) {
                Ok(few) => break few,
                Err(_) => self.put_digit(last(rest % 10), place, behind),
            }
            (rest, place) = (rest / 10, place + 1);
        };
        if place > behind && few == 0 {
            return;
        }
        if place <= behind && behind > 0 {
            for _ in place..behind {
                self.put(b'0' + (few % 10) as u8);
                few /= 10;
            }
            self.put(b'.');
        }
        loop {
            self.put(b'0' + (few % 10) as u8);
            few /= 10;
            if few == 0 {
                break;
            }
        }
    }

    /// Puts a digit in front, and a point where `behind` digits stand behind it.
    fn put_digit(&mut self, digit: u8, place: u32, behind: u32) {
        if place == behind && place > 0 {
            self.put(b'.');
        }
        self.put(b'0' + digit);
    }
}

/// One digit.
fn last<N: TryInto<u8>>(digit: N) -> u8 {
    digit.try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_are_written_as_they_are_shown(mantissa: i128, shift in 33u32..127, scale in 0u32..=28) {
            let number = Decimal::try_from_i128_with_scale(mantissa >> shift, scale).expect("96 bits");
            let shown = if number.is_zero() { number.abs().to_string() } else { number.to_string() };
            let written = Written::number(number);
            prop_assert_eq!(written.text(), shown);
        }
    }
}
