//! The ground: calendar days and tax years.
//!
//! A day is a `NaiveDate`: a calendar date without a clock or a zone; `Zone` says which day an instant was. A tax year is named by the
//! calendar year in which it begins; when it begins and how it is written, a regime says.

mod every;
mod zone;

pub use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime, Timelike};
pub use every::Every;
pub use zone::Zone;

/// Which number of a written date is which, where it does not begin with the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateForm {
    /// `2024-03-27`
    YearMonthDay,
    /// `03/27/2024`
    MonthDayYear,
    /// `27/03/2024`
    DayMonthYear,
}

/// The three numbers of a date between `-`, `/` or `.`, as written, and the rest of the text.
fn numbers(text: &str) -> Option<([u32; 3], [usize; 3], &str)> {
    let (mut values, mut widths, mut part) = ([0; 3], [0; 3], 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' if widths[part] < 4 => {
                values[part] = values[part] * 10 + u32::from(byte - b'0');
                widths[part] += 1;
            }
            b'-' | b'/' | b'.' if part < 2 && widths[part] > 0 => part += 1,
            _ => return (part == 2 && widths[2] > 0).then(|| (values, widths, &text[at..])),
        }
    }
    (part == 2 && widths[2] > 0).then_some((values, widths, ""))
}

/// Reads a date at the start of `text`, one- or two-digit months and days too, and returns what
/// follows it. A two-digit year is of this century up to 69, as in POSIX.
pub fn date_prefix(text: &str, form: DateForm) -> Option<(NaiveDate, &str)> {
    let (values, widths, rest) = numbers(text)?;
    let [year, month, day] = match form {
        DateForm::YearMonthDay => [0, 1, 2],
        DateForm::MonthDayYear => [2, 0, 1],
        DateForm::DayMonthYear => [2, 1, 0],
    };
    if widths[month] > 2 || widths[day] > 2 || !matches!(widths[year], 2 | 4) {
        return None;
    }
    let written = values[year].try_into().ok()?;
    let full = match (widths[year], written) {
        (4, year) => year,
        (_, year @ 0..=69) => 2000 + year,
        (_, year) => 1900 + year,
    };
    Some((NaiveDate::from_ymd_opt(full, values[month], values[day])?, rest))
}

/// Reads a date that is the whole text.
pub fn date(text: &str, form: DateForm) -> Option<NaiveDate> {
    date_prefix(text, form).and_then(|(date, rest)| rest.is_empty().then_some(date))
}

/// Reads an ISO date that is the whole text: `2024-03-27`.
pub fn iso(text: &str) -> Option<NaiveDate> {
    date(text, DateForm::YearMonthDay)
}

/// A tax year, by the calendar year in which it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaxYear(pub i32);

/// When tax years begin and how they are written; a regime's `begins` and `label`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearRule {
    /// First month of the year, from 1.
    pub month: u32,
    /// First day of the year, from 1.
    pub day: u32,
    /// `2024-25` rather than `2024`.
    pub two_years: bool,
}

impl YearRule {
    /// The year from January to December.
    pub const CALENDAR: YearRule = YearRule { month: 1, day: 1, two_years: false };

    /// The tax year in which `date` falls.
    pub fn year_of(self, date: NaiveDate) -> TaxYear {
        let before = (date.month(), date.day()) < (self.month, self.day);
        TaxYear(date.year() - i32::from(before))
    }

    /// First and last day of `year`. `None` past the calendar's end.
    pub fn days(self, year: TaxYear) -> Option<(NaiveDate, NaiveDate)> {
        let first = NaiveDate::from_ymd_opt(year.0, self.month, self.day)?;
        let next = NaiveDate::from_ymd_opt(year.0.checked_add(1)?, self.month, self.day)?;
        Some((first, next.pred_opt()?))
    }

    /// `2024` or `2024-25`.
    pub fn label(self, year: TaxYear) -> String {
        if self.two_years {
            format!("{}-{:02}", year.0, (year.0 + 1).rem_euclid(100))
        } else {
            year.0.to_string()
        }
    }
}

/// Reads years as a command line names them: `2024`, `2024-25`, `2022..2024`. `None`: not a year.
pub fn years(text: &str) -> Option<Vec<TaxYear>> {
    let four = |text: &str| -> Option<i32> {
        (text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse().ok())?
    };
    let one = |text: &str| -> Option<i32> {
        match text.split_once('-') {
            None => four(text),
            Some((year, next)) => {
                let year = four(year)?;
                let matches = next == format!("{:02}", (year + 1) % 100)
                    || four(next).is_some_and(|next| next == year + 1);
                matches.then_some(year)
            }
        }
    };
    match text.split_once("..") {
        None => Some(vec![TaxYear(one(text)?)]),
        Some((first, last)) => {
            let (first, last) = (one(first)?, one(last)?);
            (first <= last).then(|| (first..=last).map(TaxYear).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        iso(text).expect("a date")
    }

    #[test]
    fn dates_are_read_in_every_form() {
        assert_eq!(date("3/27/2024", DateForm::MonthDayYear), Some(day("2024-03-27")));
        assert_eq!(date("27.03.24", DateForm::DayMonthYear), Some(day("2024-03-27")));
        assert_eq!(date("2024/3/7", DateForm::YearMonthDay), Some(day("2024-03-07")));
        assert_eq!(date("13/27/2024", DateForm::MonthDayYear), None);
        assert_eq!(date("2024-03-27x", DateForm::YearMonthDay), None);
        let (found, rest) =
            date_prefix("03/28/2024 as of 03/27/2024", DateForm::MonthDayYear).expect("a date");
        assert_eq!((found, rest), (day("2024-03-28"), " as of 03/27/2024"));
    }

    #[test]
    fn a_year_may_begin_in_april() {
        let uk = YearRule { month: 4, day: 6, two_years: true };
        assert_eq!(uk.year_of(day("2025-04-05")), TaxYear(2024));
        assert_eq!(uk.label(TaxYear(2024)), "2024-25");
        assert_eq!(uk.days(TaxYear(2024)), Some((day("2024-04-06"), day("2025-04-05"))));
    }

    #[test]
    fn years_of_a_command_line() {
        assert_eq!(years("2022..2024"), Some(vec![TaxYear(2022), TaxYear(2023), TaxYear(2024)]));
        assert_eq!(years("2024-25"), Some(vec![TaxYear(2024)]));
        for not in ["24", "2024-26", "x.csv", "./2024", "2024..2022"] {
            assert_eq!(years(not), None, "{not}");
        }
    }
}
