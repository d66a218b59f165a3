//! Dates at the start of a line, quickly: `2024-03-15`, `2024/3/5`, `3.15`.

use crate::ledger::model::Dialect;
use crate::period::NaiveDate;

/// The last year that a date can have here.
pub const LAST: u32 = 262_000;

/// A date at the start of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// A day of the calendar.
    Is(NaiveDate),
    /// Month and day, without a year.
    Yearless(u32, u32),
    /// A day of a year that is too far to be kept; this is the nearest year that is not.
    Far(NaiveDate),
    /// Written like a date, but there is no such day.
    None,
}

/// The date at the start of `text`, and what follows it. `None`: nothing like a date. In hledger its
/// marks are the same; in Ledger the day may be missing, and is the first of the month.
pub fn leading(text: &str, dialect: Dialect) -> Option<(Day, &str)> {
    let bytes = text.as_bytes();
    if let [y1, y2, y3, y4, a, m1, m2, b, d1, d2, ..] = bytes
        && matches!(a, b'-' | b'/' | b'.')
        && a == b
        && [y1, y2, y3, y4, m1, m2, d1, d2].iter().all(|byte| byte.is_ascii_digit())
        && !bytes.get(10).is_some_and(|byte| byte.is_ascii_digit() || byte == a)
    {
        let digit = |byte: &u8| u32::from(byte - b'0');
        let year = digit(y1) * 1000 + digit(y2) * 100 + digit(y3) * 10 + digit(y4);
        let (month, day) = (digit(m1) * 10 + digit(m2), digit(d1) * 10 + digit(d2));
        return Some((on(year, month, day), &text[10..]));
    }
    slow(text, dialect)
}

fn slow(text: &str, dialect: Dialect) -> Option<(Day, &str)> {
    let bytes = text.as_bytes();
    let (mut numbers, mut widths, mut part, mut at) = ([0u32; 3], [0usize; 3], 0, 0);
    let mut marks = [0u8; 2];
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => {
                numbers[part] =
                    numbers[part].checked_mul(10)?.checked_add(u32::from(byte - b'0'))?;
                widths[part] += 1;
            }
            b'-' | b'/' | b'.'
                if part < 2
                    && widths[part] > 0
                    && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) =>
            {
                marks[part] = *byte;
                part += 1;
            }
            _ => break,
        }
        at += 1;
    }
    let rest = &text[at..];
    let is_mixed = dialect == Dialect::Hledger && part == 2 && marks[0] != marks[1];
    if widths[1] > 2 || widths[2] > 2 || is_mixed {
        return None;
    }
    match part {
        1 if widths[0] <= 2 => {
            // The twenty-ninth of February is a day of some year.
            let [month, day, _] = numbers;
            let real = NaiveDate::from_ymd_opt(2000, month, day).is_some();
            Some((if real { Day::Yearless(month, day) } else { Day::None }, rest))
        }
        2 if widths[0] >= 4 => Some((on(numbers[0], numbers[1], numbers[2]), rest)),
        1 if widths[0] == 4 && dialect == Dialect::Ledger => {
            Some((on(numbers[0], numbers[1], 1), rest))
        }
        _ => None,
    }
}

fn on(year: u32, month: u32, day: u32) -> Day {
    if year > LAST {
        return match on(LAST, month, day) {
            Day::Is(date) => Day::Far(date),
            other => other,
        };
    }
    i32::try_from(year)
        .ok()
        .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
        .map_or(Day::None, Day::Is)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::iso;

    #[test]
    fn dates_have_three_marks_and_may_lack_a_year() {
        let is = |text| Day::Is(iso(text).expect("a date"));
        assert_eq!(leading("2024-03-15 x", Dialect::Hledger), Some((is("2024-03-15"), " x")));
        assert_eq!(leading("2024/3/5=3/6", Dialect::Hledger), Some((is("2024-03-05"), "=3/6")));
        assert_eq!(leading("2024.12.31", Dialect::Hledger), Some((is("2024-12-31"), "")));
        assert_eq!(leading("2/29 x", Dialect::Hledger), Some((Day::Yearless(2, 29), " x")));
        assert_eq!(leading("2015/9/6*", Dialect::Hledger), Some((is("2015-09-06"), "*")));
        assert_eq!(leading("2010/31/12 x", Dialect::Hledger), Some((Day::None, " x")));
        assert_eq!(leading("2018", Dialect::Hledger), None);
        assert_eq!(leading("20240315", Dialect::Hledger), None);
        assert_eq!(leading("24/03/15", Dialect::Ledger), None);
        assert_eq!(leading("2024/3-15", Dialect::Hledger), None);
        assert_eq!(leading("2024/3-15", Dialect::Ledger), Some((is("2024-03-15"), "")));
        assert_eq!(leading("2024-03 x", Dialect::Ledger), Some((is("2024-03-01"), " x")));
        assert_eq!(leading("2024-03 x", Dialect::Hledger), None);
    }
}
