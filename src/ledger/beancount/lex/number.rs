//! Numbers, and what is computed of them on the spot: `1,234.50`, `(10 + 2) * 3`.

use crate::ledger::beancount::arith;
use crate::ledger::beancount::lex::Cursor;
use crate::money::Decimal;

/// Parentheses within parentheses; deeper is taken for noise.
const DEPTH: u32 = 64;

/// Why a number cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ledger::beancount) enum Wrong {
    /// Digits or an operator are missing at the cursor.
    Syntax,
    /// A comma groups another number of digits than three, or is meant for the point.
    Groups,
    /// It has more digits than a number can hold, or divides by zero.
    Value,
}

impl Cursor<'_> {
    /// A number, or `+ - * /` and parentheses over numbers.
    pub fn number(&mut self) -> Result<Decimal, Wrong> {
        match self.usual_number() {
            Some((number, end)) => {
                self.at = end;
                Ok(number)
            }
            None => self.sum(0),
        }
    }

    /// A number as most are written, `-91.05`, and where it ends; nothing that computes follows.
    fn usual_number(&self) -> Option<(Decimal, usize)> {
        let mut at = self.at;
        let negative = self.bytes.get(at) == Some(&b'-');
        at += usize::from(negative);
        let start = at;
        let (mut value, mut decimals) = (0_u64, None);
        loop {
            match self.bytes.get(at) {
                Some(digit @ b'0'..=b'9') => {
                    value = value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
                }
                Some(b'.') if decimals.is_none() && at > start => decimals = Some(at + 1),
                Some(b',') => return None,
                _ => break,
            }
            at += 1;
        }
        // So many digits fit.
        if at == start || at - start > 18 {
            return None;
        }
        let rest = &self.bytes[at..];
        let next = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
        if let Some(b'+' | b'-' | b'*' | b'/') = next {
            return None;
        }
        let scale = decimals.map_or(0, |first| at - first);
        let number = Decimal::new(i64::try_from(value).ok()?, u32::try_from(scale).ok()?);
        Some((if negative && value != 0 { -number } else { number }, at))
    }

    fn sum(&mut self, depth: u32) -> Result<Decimal, Wrong> {
        let mut value = self.product(depth)?;
        loop {
            let end = self.at;
            self.blanks();
            let operation = match self.byte() {
                b'+' => arith::add,
                b'-' => arith::sub,
                _ => {
                    self.at = end;
                    return Ok(value);
                }
            };
            self.at += 1;
            self.blanks();
            value = operation(value, self.product(depth)?).ok_or(Wrong::Value)?;
        }
    }

    fn product(&mut self, depth: u32) -> Result<Decimal, Wrong> {
        let mut value = self.factor(depth)?;
        loop {
            let end = self.at;
            self.blanks();
            let operation = match self.byte() {
                b'*' => arith::mul,
                // `/ESH25` is a currency.
                b'/' if self.clone().currency().is_none() => arith::div,
                _ => {
                    self.at = end;
                    return Ok(value);
                }
            };
            self.at += 1;
            self.blanks();
            value = operation(value, self.factor(depth)?).ok_or(Wrong::Value)?;
        }
    }

    fn factor(&mut self, depth: u32) -> Result<Decimal, Wrong> {
        let mut negative = false;
        while let b'-' | b'+' = self.byte() {
            negative ^= self.byte() == b'-';
            self.at += 1;
            self.blanks();
        }
        let mut value = if self.byte() == b'(' {
            if depth >= DEPTH {
                return Err(Wrong::Value);
            }
            self.at += 1;
            self.blanks();
            let value = self.sum(depth + 1)?;
            self.blanks();
            if !self.word(")") {
                return Err(Wrong::Syntax);
            }
            value
        } else {
            self.digits()?
        };
        if negative && !value.is_zero() {
            value.set_sign_negative(!value.is_sign_negative());
        }
        Ok(value)
    }

    /// Digits, with commas between groups of three, and decimals.
    fn digits(&mut self) -> Result<Decimal, Wrong> {
        let mut at = self.at;
        let (mut value, mut scale, mut point) = (0_i128, 0_u32, false);
        let mut long = false;
        // Digits since the last comma, if there was one.
        let (mut run, mut grouped, mut uneven) = (0_u32, false, false);
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'0'..=b'9' => {
                    run += u32::from(!point);
                    if value > i128::MAX / 100 {
                        long = true;
                    } else {
                        value = value * 10 + i128::from(byte - b'0');
                        scale += u32::from(point);
                    }
                }
                b'.' if !point && at > self.at => point = true,
                b',' if !point
                    && at > self.at
                    && matches!(self.bytes.get(at + 1), Some(b'0'..=b'9' | b',')) =>
                {
                    uneven |= run > 3 || (grouped && !matches!(run, 0 | 3));
                    (run, grouped) = (0, true);
                }
                _ => break,
            }
            at += 1;
        }
        if at == self.at {
            return Err(Wrong::Syntax);
        }
        self.at = at;
        if uneven || (grouped && run != 3) {
            return Err(Wrong::Groups);
        }
        if long {
            return Err(Wrong::Value);
        }
        Decimal::try_from_i128_with_scale(value, scale).map_err(|_| Wrong::Value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_computed() {
        for (text, value, rest) in [
            ("1,234.50 USD", "1234.50", " USD"),
            ("-(1 + 2) * 3 / 4", "-2.25", ""),
            ("10 /ESH25", "10", " /ESH25"),
            ("10 /2 X", "5", " X"),
            ("12,345,678", "12345678", ""),
            ("- 5.", "-5", ""),
            ("3 - -2", "5", ""),
        ] {
            let mut cursor = Cursor::new(text);
            assert_eq!(cursor.number().map(|n| n.to_string()), Ok(value.to_owned()), "{text}");
            assert_eq!(&text[cursor.at..], rest);
        }
        for text in ["1,50", "1,2,3", "1000,000", "12,34,567", "1,000,00.5", "2 * 1,5"] {
            assert_eq!(Cursor::new(text).number(), Err(Wrong::Groups), "{text}");
        }
        assert_eq!(Cursor::new("1 / 0").number(), Err(Wrong::Value));
        assert_eq!(Cursor::new("(1").number(), Err(Wrong::Syntax));
        assert_eq!(Cursor::new(&"9".repeat(60)).number(), Err(Wrong::Value));
        assert_eq!(Cursor::new(&"(".repeat(99_999)).number(), Err(Wrong::Value));
    }
}
