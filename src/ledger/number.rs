//! A number as journals write it: digits, group marks, one decimal mark, and which mark is which.
//!
//! In: text. Out: an exact `Decimal`. What a single `.` or `,` means is decided in the order of
//! [`decide`]; a mark that more than one reading fits is said to be guessed, so that a caller can warn.

use crate::ledger::model::Dialect;
use crate::money::Decimal;

/// A number as it was written, with its marks counted and not yet understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    digits: i128,
    points: u32,
    commas: u32,
    /// The last `.` or `,`.
    last: u8,
    /// Digits after the last mark.
    after: u32,
    /// Whether some group between two marks has one digit or more than four.
    ragged: bool,
    /// Whether some group between two marks has not three digits.
    uneven: bool,
    /// Whether a mark stands before the first digit.
    leads: bool,
    /// Blanks and `'` among its digits.
    others: u32,
    exponent: i32,
    /// Digits at the end that had no room.
    dropped: u32,
}

/// What is wrong with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Two decimal marks, or groups of digits that are none.
    Marks,
    /// A single mark that is declared to group, and not three digits after it.
    Declared,
    /// More digits than a number can have here.
    Long,
    /// Group marks and an exponent.
    Exponent,
}

/// How sure the reading of a number's mark is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sure {
    /// No mark, or a declared one.
    Yes,
    /// The number itself shows its decimal mark: `1.234,50`.
    Shows(u8),
    /// Only the dialect's habit decided which is the decimal mark, and the other reading differs:
    /// `1,000`.
    Guessed(u8),
}

/// A number of few digits with at most one point among them, as nearly all are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usual {
    digits: i64,
    /// Digits after the point. `None`: there is no point.
    pub decimals: Option<u32>,
    /// Bytes of all of it.
    pub width: usize,
}

impl Usual {
    /// The one at the start of `bytes`, up to the first byte that is not of it. `None`: none, or one
    /// with more digits.
    pub fn read(bytes: &[u8]) -> Option<Usual> {
        let (mut width, mut digits) = (0, 0i64);
        let mut run = |width: &mut usize| {
            while let Some(digit @ b'0'..=b'9') = bytes.get(*width) {
                digits = digits.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
                *width += 1;
            }
        };
        run(&mut width);
        let whole = width;
        let mut decimals = None;
        if whole > 0 && bytes.get(whole) == Some(&b'.') {
            width += 1;
            run(&mut width);
            decimals = u32::try_from(width - whole - 1).ok();
        }
        let is_short = whole > 0 && width <= 18;
        is_short.then_some(Usual { digits, decimals, width })
    }

    /// Its value where the point is the decimal mark; `negative`: a `-` stands before it.
    pub fn value(self, negative: bool) -> Decimal {
        let digits = if negative { -self.digits } else { self.digits };
        Decimal::new(digits, self.decimals.unwrap_or(0))
    }
}

/// The digits at the start of `text`, marks between them, and what follows. `None`: no digit there.
pub fn scan(text: &str, dialect: Dialect) -> Option<(Written, &str)> {
    plain(text).or_else(|| any(text, dialect))
}

/// The same where nothing follows the number that could belong to it. `None`: look closer.
fn plain(text: &str) -> Option<(Written, &str)> {
    let bytes = text.as_bytes();
    let Usual { digits, decimals, width } = Usual::read(bytes)?;
    match bytes.get(width) {
        None | Some(b'\t' | b';' | b'A'..=b'D' | b'F'..=b'Z') => {}
        Some(b' ') if !bytes.get(width + 1).is_some_and(u8::is_ascii_digit) => {}
        Some(_) => return None,
    }
    let written = Written {
        digits: i128::from(digits),
        points: u32::from(decimals.is_some()),
        last: if decimals.is_some() { b'.' } else { 0 },
        after: decimals.unwrap_or(u32::try_from(width).ok()?),
        ..Written::default()
    };
    Some((written, &text[width..]))
}

fn any(text: &str, dialect: Dialect) -> Option<(Written, &str)> {
    let bytes = text.as_bytes();
    let mut found = Written::default();
    let (mut at, mut count, mut small) = (0, 0u32, 0u64);
    // Digits since the last mark of any kind, for groups; those of other marks count as groups too.
    let mut group = 0u32;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => {
                let digit = byte - b'0';
                if count < 18 {
                    small = small * 10 + u64::from(digit);
                } else {
                    found.push(digit, small, count);
                }
                count += 1;
                found.after += 1;
                group += 1;
                at += 1;
            }
            b'.' | b',' => {
                // A mark with no digit on either side is not part of a number.
                if count == 0 && !bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
                    return None;
                }
                if found.points + found.commas > 0 {
                    found.ragged |= !(2..=4).contains(&group);
                    found.uneven |= group != 3;
                }
                found.leads |= count == 0;
                if *byte == b'.' {
                    found.points += 1;
                } else {
                    found.commas += 1;
                }
                found.last = *byte;
                (found.after, group) = (0, 0);
                at += 1;
            }
            _ => match group_mark(&bytes[at..], dialect) {
                Some(width)
                    if count > 0 && bytes.get(at + width).is_some_and(u8::is_ascii_digit) =>
                {
                    group = 0;
                    found.others += 1;
                    at += width;
                }
                _ => break,
            },
        }
    }
    if count == 0 {
        return None;
    }
    if count <= 18 {
        found.digits = i128::from(small);
    }
    let rest = &text[at..];
    if dialect == Dialect::Hledger
        && let Some((exponent, rest)) = exponent(rest)
    {
        found.exponent = exponent;
        return Some((found, rest));
    }
    Some((found, rest))
}

impl Written {
    /// The decimal mark that a sample amount shows. `None`: it has none.
    pub fn decimal_mark(&self, dialect: Dialect) -> Option<u8> {
        let other = if self.last == b'.' { b',' } else { b'.' };
        match (self.points, self.commas) {
            (0, 0) => None,
            (0, 1) if dialect != Dialect::Hledger && self.after == 3 => Some(b'.'),
            (0, 1) | (1, 0) => Some(self.last),
            (0, _) | (_, 0) => Some(other),
            (_, _) => Some(self.last),
        }
    }

    /// Whether one mark before three digits may be either.
    pub fn is_open(&self) -> bool {
        self.points + self.commas == 1 && self.after == 3
    }

    /// Whether Ledger takes it for a slip of the pen: groups of other than three digits, points that
    /// group where no comma, and no `mark` that is known, shows that they do.
    pub fn slips(&self, mark: Option<u8>) -> bool {
        let no_comma = mark != Some(b',') && self.commas == 0;
        let last = self.points == 0 && self.after != 3;
        self.points + self.commas > 1 && (self.uneven || last || (self.points > 1 && no_comma))
    }

    /// Adds a digit past the eighteenth.
    fn push(&mut self, digit: u8, small: u64, count: u32) {
        if count == 18 {
            self.digits = i128::from(small);
        }
        let all = self.digits.checked_mul(10).and_then(|all| all.checked_add(i128::from(digit)));
        match all {
            Some(all) if self.dropped == 0 => self.digits = all,
            _ => self.dropped += 1,
        }
    }

    /// Reads it: with `scale` digits after the decimal mark.
    fn value(&self, scale: u32) -> Result<Decimal, Wrong> {
        if self.dropped > 0 {
            return Err(Wrong::Long);
        }
        let (mut digits, mut scale) = (self.digits, i64::from(scale));
        if self.exponent != 0 {
            scale -= i64::from(self.exponent);
            if scale < 0 {
                let power = u32::try_from(-scale).map_err(|_| Wrong::Long)?;
                let factor = 10i128.checked_pow(power).ok_or(Wrong::Long)?;
                digits = digits.checked_mul(factor).ok_or(Wrong::Long)?;
                scale = 0;
            }
        }
        let scale = u32::try_from(scale).map_err(|_| Wrong::Long)?;
        if let (Ok(digits), 0..=28) = (i64::try_from(digits), scale) {
            return Ok(Decimal::new(digits, scale));
        }
        Decimal::try_from_i128_with_scale(digits, scale).map_err(|_| Wrong::Long)
    }
}

/// The value of a price that has more digits than a number can have: those after the last that fits
/// are left out. Prices are often quotients and have such digits; amounts have not, and are refused.
pub fn shortened(written: &Written) -> Option<Decimal> {
    if written.commas > 0 || written.points != 1 || written.exponent != 0 {
        return None;
    }
    let (mut digits, mut scale) = (written.digits, written.after.checked_sub(written.dropped)?);
    loop {
        if let Ok(value) = Decimal::try_from_i128_with_scale(digits, scale) {
            return Some(value);
        }
        digits /= 10;
        scale = scale.checked_sub(1)?;
    }
}

/// The value of `written`, by these rules, first to last:
///
/// 1. both marks: the last is the decimal mark;
/// 2. one mark, more than once: it groups;
/// 3. `declared` (`decimal-mark`, `commodity`, `D`) says which is the decimal mark;
/// 4. a mark that does not stand before exactly three digits is the decimal mark;
/// 5. `seen`: earlier amounts of that commodity showed it;
/// 6. the dialect's habit: in hledger a single mark is the decimal mark, in Ledger and Beancount a
///    comma groups.
pub fn decide(
    written: &Written,
    declared: Option<u8>,
    seen: Option<u8>,
    dialect: Dialect,
) -> Result<(Decimal, Sure), Wrong> {
    let marks = written.points + written.commas;
    if written.exponent != 0 && (marks > 1 || written.others > 0) {
        return Err(Wrong::Exponent);
    }
    if dialect == Dialect::Hledger && written.leads && marks > 1 {
        return Err(Wrong::Marks);
    }
    let grouped = || match written.exponent {
        0 => written.value(0),
        _ => Err(Wrong::Exponent),
    };
    if marks == 0 {
        return Ok((written.value(0)?, Sure::Yes));
    }
    if written.points > 0 && written.commas > 0 {
        let lasts = if written.last == b'.' { written.points } else { written.commas };
        if lasts > 1 || written.ragged {
            return Err(Wrong::Marks);
        }
        return Ok((written.value(written.after)?, Sure::Shows(written.last)));
    }
    if marks > 1 {
        if written.ragged || written.after != 3 {
            return Err(Wrong::Marks);
        }
        let other = if written.last == b'.' { b',' } else { b'.' };
        return Ok((written.value(0)?, Sure::Shows(other)));
    }
    if let Some(declared) = declared {
        if written.last == declared {
            return Ok((written.value(written.after)?, Sure::Yes));
        }
        return match written.after {
            0 | 3 => Ok((grouped()?, Sure::Yes)),
            _ => Err(Wrong::Declared),
        };
    }
    let groups = dialect != Dialect::Hledger && written.last == b',';
    let habit = if groups { 0 } else { written.after };
    if written.after != 3 {
        return Ok((written.value(written.after)?, Sure::Shows(written.last)));
    }
    match seen {
        Some(mark) if mark == written.last => Ok((written.value(3)?, Sure::Yes)),
        Some(_) => Ok((grouped()?, Sure::Yes)),
        None => {
            let other = if written.last == b'.' { b',' } else { b'.' };
            let mark = if habit == 0 { other } else { written.last };
            Ok((written.value(habit)?, Sure::Guessed(mark)))
        }
    }
}

/// How many bytes the group mark at the start of `bytes` has: `'`, `_`, and where hledger allows it a
/// blank of any width.
fn group_mark(bytes: &[u8], dialect: Dialect) -> Option<usize> {
    match bytes {
        [b'\'' | b'_', ..] => Some(1),
        [b' ', ..] if dialect == Dialect::Hledger => Some(1),
        // No-break space; then the thin, narrow and figure spaces.
        [0xc2, 0xa0, ..] => Some(2),
        [0xe2, 0x80, 0x80..=0x8a | 0xaf, ..] => Some(3),
        _ => None,
    }
}

/// `E-6` at the start of `text`, and what follows.
fn exponent(text: &str) -> Option<(i32, &str)> {
    let after = text.strip_prefix(['e', 'E'])?;
    let signed = after.strip_prefix(['+', '-']).unwrap_or(after);
    let end = signed.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(signed.len());
    let end = end + (after.len() - signed.len());
    Some((after[..end].parse().ok()?, &after[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, declared: Option<u8>, dialect: Dialect) -> Result<String, Wrong> {
        let (written, rest) = scan(text, dialect).expect("a digit");
        assert_eq!(rest, "", "{text}");
        decide(&written, declared, None, dialect).map(|(number, _)| number.to_string())
    }

    #[test]
    fn plain_numbers_are_read_as_any_are() {
        for text in [
            "1",
            "10.50 USD",
            "1.",
            "0.001\t",
            "12;",
            "5E",
            "5 6",
            ".5",
            "1.2.3",
            "7USD",
            "1e5",
            "8 e",
        ] {
            for dialect in [Dialect::Hledger, Dialect::Ledger] {
                let plain = plain(text);
                assert!(plain.is_none() || plain == any(text, dialect), "{text}");
            }
        }
        assert!(plain("10.50 USD").is_some());
        assert_eq!(plain(&"9".repeat(19)), None);
    }

    #[test]
    fn ledger_groups_three_digits() {
        let slips = |text, mark| scan(text, Dialect::Ledger).expect("a digit").0.slips(mark);
        for wrong in ["10,000,00.5", "1,23,456", "1.234.567", "1.234,00,5", "12,345,67"] {
            assert!(slips(wrong, None), "{wrong}");
        }
        for right in ["1,234,567.8", "1.234.567,8", "1,234", "1,2345", "1234,567", "1.5", "7"] {
            assert!(!slips(right, None), "{right}");
        }
        assert!(!slips("1.234.567", Some(b',')));
    }

    #[test]
    fn a_mark_is_decimal_or_groups() {
        use Dialect::{Hledger, Ledger};
        for (text, hledger, ledger) in [
            ("1000", "1000", "1000"),
            ("1,000", "1.000", "1000"),
            ("1.000", "1.000", "1.000"),
            ("1.234,50", "1234.50", "1234.50"),
            ("1,234,567.8", "1234567.8", "1234567.8"),
            ("1,5", "1.5", "1.5"),
            ("10.", "10", "10"),
            (".5", "0.5", "0.5"),
            ("1'000.25", "1000.25", "1000.25"),
            (
                "79228162514264337593543950335",
                "79228162514264337593543950335",
                "79228162514264337593543950335",
            ),
        ] {
            assert_eq!(read(text, None, Hledger).as_deref(), Ok(hledger), "{text}");
            assert_eq!(read(text, None, Ledger).as_deref(), Ok(ledger), "{text}");
        }
        assert_eq!(read("12,34,567", None, Hledger).as_deref(), Ok("1234567"));
        assert_eq!(read("1 000 000,5", None, Hledger).as_deref(), Ok("1000000.5"));
        assert_eq!(read("1.000", Some(b','), Hledger).as_deref(), Ok("1000"));
        assert_eq!(read("1.5e3", None, Hledger).as_deref(), Ok("1500"));
        assert_eq!(read("91.0.5", None, Hledger), Err(Wrong::Marks));
        assert_eq!(read("1,000.5e-1", None, Hledger), Err(Wrong::Exponent));
        assert_eq!(read("1,000e1", Some(b'.'), Hledger), Err(Wrong::Exponent));
        assert_eq!(read("1 000e1", None, Hledger), Err(Wrong::Exponent));
        assert_eq!(read(",100.0", None, Hledger), Err(Wrong::Marks));
        assert_eq!(read(",500.5", None, Ledger).as_deref(), Ok("500.5"));
        assert_eq!(read(&"9".repeat(60), None, Hledger), Err(Wrong::Long));
        assert_eq!(read(&format!("0.{}1", "0".repeat(30)), None, Hledger), Err(Wrong::Long));
    }
}
