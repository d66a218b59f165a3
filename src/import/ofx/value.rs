//! Reads what stands in one element: amounts and days, in the spellings banks use.
//!
//! An amount of OFX has a point or a comma before its decimals and no groups; some files have groups
//! all the same. Which mark is which is decided by the whole file's amounts, and where two readings
//! remain the amount is not read. A day is the calendar day as written, in the zone that its text
//! names: it is never shifted.

use std::fmt;

use super::names::{AMOUNTS, is_one_of};
use super::syntax::Document;
use crate::import::cell::{self, Mark, Number};
use crate::money::Decimal;
use crate::period::{self, NaiveDate};

/// Why a value could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// The element is not there, or empty.
    Missing(&'static str),
    /// Its text is no number.
    NoNumber(&'static str, String),
    /// Its text is a number in two ways, and nothing in the file says which.
    TwoWays(&'static str, String),
    /// Its text is no day of the calendar.
    NoDay(&'static str, String),
    /// What the transaction is, or which way it goes, is not told.
    NotTold(String),
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unread::Missing(name) => write!(f, "`{name}` is missing"),
            Unread::NoNumber(name, text) => write!(f, "`{name}` is no number: `{text}`"),
            Unread::TwoWays(name, text) => {
                let (comma, point) = (text.replace(',', "."), text.replace([',', '.'], ""));
                write!(f, "`{name}` may be {comma} or {point}: `{text}`")
            }
            Unread::NoDay(name, text) => write!(f, "`{name}` is no day: `{text}`"),
            Unread::NotTold(what) => f.write_str(what),
        }
    }
}

/// How the amounts of one file are written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Numbers {
    /// Some amounts have a point before their decimals for certain.
    points: bool,
    /// Some have a comma.
    commas: bool,
}

impl Numbers {
    /// By the evidence of all amounts of a file.
    pub fn of(document: &Document) -> Numbers {
        let mut numbers = Numbers::default();
        for element in document
            .elements()
            .filter(|element| is_one_of(AMOUNTS, element.name()) && !element.is_aggregate())
        {
            match cell::mark_of(element.text().trim()) {
                Some(Mark::Point) => numbers.points = true,
                Some(Mark::Comma) => numbers.commas = true,
                None => {}
            }
        }
        numbers
    }

    /// The amount in the element `name`.
    pub fn read(self, name: &'static str, text: &str) -> Result<Decimal, Unread> {
        let text = text.trim();
        let open = || text.contains([',', '.']) && cell::mark_of(text).is_none();
        let mark = match cell::mark_of(text) {
            Some(mark) => mark,
            None if !open() => Mark::Point,
            // `1.234`, `1,234`, `0,123`: three digits after the only mark.
            None if starts_with_zero(text) => {
                if text.contains(',') {
                    Mark::Comma
                } else {
                    Mark::Point
                }
            }
            None => match (self.points, self.commas) {
                (true, false) => Mark::Point,
                (false, true) => Mark::Comma,
                (false, false) if text.contains('.') => Mark::Point,
                _ => return Err(Unread::TwoWays(name, text.to_owned())),
            },
        };
        match cell::number(text, mark) {
            // Past a thousand million millions a sum of them may no longer be exact.
            Number::Some(number) if number.abs() < Decimal::from(10_i64.pow(18)) => Ok(number),
            Number::Some(_) | Number::Nothing | Number::Unreadable => {
                Err(Unread::NoNumber(name, text.to_owned()))
            }
        }
    }
}

/// Whether a number's whole part is a lone zero or nothing, which no group mark follows.
fn starts_with_zero(text: &str) -> bool {
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit() && c != ',' && c != '.');
    let whole = digits.split([',', '.']).next().unwrap_or_default();
    whole.chars().all(|digit| digit == '0')
}

/// The day in the element `name`: `20140617000000.000[-6:MDT]`, `20130905`, `2013-09-05`. What
/// follows the day is its time and zone; the day is that of the zone as it is written.
pub fn day(name: &'static str, text: &str) -> Result<NaiveDate, Unread> {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let compact = || {
        let part = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
        let year = text.get(..4)?.parse().ok()?;
        NaiveDate::from_ymd_opt(year, part(4, 6)?, part(6, 8)?)
    };
    let found = if digits >= 8 {
        compact()
    } else {
        period::date_prefix(text, period::DateForm::YearMonthDay).map(|(day, _)| day)
    };
    found
        .filter(|day| (1900..2200).contains(&period::Datelike::year(day)))
        .ok_or_else(|| Unread::NoDay(name, text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::ofx::syntax;

    fn read(file: &str, text: &str) -> Result<String, Unread> {
        let document = syntax::parse(file);
        Numbers::of(&document).read("TRNAMT", text).map(|number| number.to_string())
    }

    #[test]
    fn three_digits_after_a_comma_are_read_by_the_other_amounts_or_not_at_all() {
        let (points, commas) = ("<OFX><TRNAMT>-1.50<BALAMT>2.25</OFX>", "<OFX><TRNAMT>-1,50</OFX>");
        assert_eq!(read(points, "1,234"), Ok("1234".into()));
        assert_eq!(read(commas, "1,234"), Ok("1.234".into()));
        assert_eq!(read(commas, "1.234"), Ok("1234".into()));
        assert_eq!(read("<OFX></OFX>", "1,234"), Err(Unread::TwoWays("TRNAMT", "1,234".into())));
        assert_eq!(read("<OFX></OFX>", "1.234"), Ok("1.234".into()));
        assert_eq!(read("<OFX></OFX>", "0,125"), Ok("0.125".into()));
        assert_eq!(read(points, "-200,00"), Ok("-200.00".into()));
        assert_eq!(read(points, "+00000000000069.3100"), Ok("69.3100".into()));
        assert_eq!(read(points, "12.3.4"), Err(Unread::NoNumber("TRNAMT", "12.3.4".into())));
    }

    #[test]
    fn a_day_is_that_of_the_zone_it_is_written_in() {
        let read = |text| day("DTPOSTED", text).map(|day| day.to_string());
        for text in [
            "20130905160000.000[-5:EST]",
            "20130905233000[+5.5:IST]",
            "20130905",
            "20130905000000.000[0:GMT]",
            "2013-09-05",
            "20130905048208.398",
        ] {
            assert_eq!(read(text), Ok("2013-09-05".into()), "{text}");
        }
        for text in ["20120231", "201120000000", "", "today", "2012"] {
            assert_eq!(read(text), Err(Unread::NoDay("DTPOSTED", text.into())), "{text}");
        }
    }
}
