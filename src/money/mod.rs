//! The ground: exact amounts of money and units, read without a float and written for people.
//!
//! A number is a `Decimal`, an amount a number and its commodity. Rounding happens where a caller
//! names it, nowhere else. Knows no broker's spelling and no journal's marks; those are the readers'.

mod currency;
mod written;

use std::fmt;

pub use currency::currency;
pub use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy;
pub use written::Written;

use crate::source::Name;

/// A signed quantity of one commodity: `-91.05 USD`, `10 VTI`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Amount {
    /// Exact, with the digits it was written with.
    pub quantity: Decimal,
    /// A currency or a security; empty where a journal names none.
    pub commodity: Name,
}

impl Amount {
    /// `quantity` of `commodity`.
    pub fn new(quantity: Decimal, commodity: Name) -> Amount {
        Amount { quantity, commodity }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.quantity, self.commodity)
    }
}

/// Reads a plain decimal number: `-91.05`, `+3`, `.5`, `10.`, `1E-6`. Exact; nothing else passes, no
/// group marks, no blanks. `None` too for more than 28 digits.
pub fn plain(text: &str) -> Option<Decimal> {
    let bytes = text.as_bytes();
    let (negative, digits) = match bytes.first()? {
        b'-' => (true, &bytes[1..]),
        b'+' => (false, &bytes[1..]),
        _ => (false, bytes),
    };
    let (mut value, mut scale, mut point, mut any) = (0i128, 0u32, false, false);
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                value = value.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
                scale += u32::from(point);
                any = true;
            }
            b'.' if !point => point = true,
            b'e' | b'E' if any => {
                let exponent: i32 = std::str::from_utf8(&digits[at + 1..]).ok()?.parse().ok()?;
                return scaled(if negative { -value } else { value }, scale, exponent);
            }
            _ => return None,
        }
    }
    if !any {
        return None;
    }
    Decimal::try_from_i128_with_scale(if negative { -value } else { value }, scale).ok()
}

/// `value` x 10^(`exponent` - `scale`).
fn scaled(value: i128, scale: u32, exponent: i32) -> Option<Decimal> {
    let exponent = exponent.checked_sub(i32::try_from(scale).ok()?)?;
    if exponent <= 0 {
        return Decimal::try_from_i128_with_scale(value, exponent.unsigned_abs()).ok();
    }
    let factor = 10i128.checked_pow(exponent.unsigned_abs())?;
    Decimal::try_from_i128_with_scale(value.checked_mul(factor)?, 0).ok()
}

/// How many decimals amounts in this currency are written with at least: 2, but for currencies
/// whose smallest coin says otherwise (ISO 4217).
pub fn decimals_of(currency: &str) -> u32 {
    // By letters, which is one look at each; by texts it would be one at each of them.
    match currency.as_bytes() {
        b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF"
        | b"UGX" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
        b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
        _ => 2,
    }
}

/// An amount of cash with at least its currency's decimals, and no more zeros than those:
/// `500` is `500.00`, `0.0750` is `0.075`.
pub fn cash(number: Decimal, currency: &str) -> Decimal {
    padded(number, decimals_of(currency))
}

/// The same for a currency of so many decimals.
pub fn padded(number: Decimal, decimals: u32) -> Decimal {
    let mut number = number;
    if number.scale() != decimals {
        number = number.normalize();
        if number.scale() < decimals {
            number.rescale(decimals);
        }
    }
    if number.is_zero() {
        number.set_sign_positive(true);
    }
    number
}

/// `number` rounded to `decimals`, halves away from zero, and padded to them.
pub fn rounded(number: Decimal, decimals: u32) -> Decimal {
    let mut number =
        number.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    number.rescale(decimals);
    if number.is_zero() {
        number.set_sign_positive(true);
    }
    number
}

/// For people: groups of three and a point, `-1,234.50`, all digits of `number`.
pub fn grouped(number: Decimal) -> String {
    let plain = number.abs().to_string();
    let (whole, fraction) = plain.split_once('.').map_or((&*plain, ""), |parts| parts);
    let mut text = String::with_capacity(plain.len() + plain.len() / 3 + 1);
    if number.is_sign_negative() && !number.is_zero() {
        text.push('-');
    }
    for (at, digit) in whole.char_indices() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_numbers_are_exact() {
        for (text, shown) in [
            ("-91.05", "-91.05"),
            ("+3", "3"),
            (".5", "0.5"),
            ("10.", "10"),
            ("1E-6", "0.000001"),
            ("-2.637591265E-4", "-0.0002637591265"),
            ("1.5e3", "1500"),
            ("0.000", "0.000"),
        ] {
            assert_eq!(plain(text).map(|number| number.to_string()).as_deref(), Some(shown));
        }
        for text in ["", "-", ".", "1,000", "1.2.3", " 1", "1e", "abc", &"9".repeat(40)] {
            assert_eq!(plain(text), None, "{text}");
        }
    }

    #[test]
    fn groups_are_of_three() {
        for (text, shown) in [
            ("1234.5", "1,234.5"),
            ("-999", "-999"),
            ("1000000.00", "1,000,000.00"),
            ("-0.0", "0.0"),
        ] {
            assert_eq!(grouped(plain(text).expect("a number")), shown);
        }
    }

    #[test]
    fn cash_has_its_currency_s_decimals() {
        let number = |text| plain(text).expect("a number");
        assert_eq!(cash(number("500"), "USD").to_string(), "500.00");
        assert_eq!(cash(number("0.0750"), "USD").to_string(), "0.075");
        assert_eq!(cash(number("120.00"), "JPY").to_string(), "120");
        assert_eq!(rounded(number("-0.005"), 2).to_string(), "-0.01");
        assert_eq!(rounded(number("-0.004"), 2).to_string(), "0.00");
    }
}
