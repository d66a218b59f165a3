//! Reads what stands in one cell: numbers with groups and exponents, days with and without a time.

use super::fields::Field;
use super::rows::{Raw, Sheet};
use crate::import::cell::{self, Mark, Number};
use crate::money::Decimal;
use crate::period::{DateForm, NaiveDate, NaiveTime};

/// The number in a column: `None` where it says nothing. `Err`: its text is none.
pub fn number(raw: &Raw, field: Field) -> Result<Option<Decimal>, String> {
    let Some(text) = raw.get(field) else { return Ok(None) };
    match cell::number(text, Mark::Point) {
        Number::Nothing => Ok(None),
        // Past a thousand million millions a sum of them may no longer be exact.
        Number::Some(number) if number.abs() < Decimal::from(10_i64.pow(18)) => Ok(Some(number)),
        Number::Some(_) | Number::Unreadable => Err(format!("`{text}` is no number")),
    }
}

/// The part of a text that is its day, and what follows it.
fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let digit = |at: usize| text[..at].ends_with(|c: char| c.is_ascii_digit());
    let end =
        text.char_indices().find(|(at, c)| matches!(c, ';' | ',' | ' ') || *c == 'T' && digit(*at));
    end.map_or((text, ""), |(at, _)| text.split_at(at))
}

/// The day of `20240327;093001`, `2024-03-27, 09:30:01`, `03/27/2024`.
pub fn day(text: &str, form: DateForm) -> Option<NaiveDate> {
    cell::day(split(text).0, form)
}

/// The time of day behind a day, or alone: `093001`, `09:30:01`.
pub fn time(text: &str) -> Option<NaiveTime> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).take(6).collect();
    let [one, two, three, four, rest @ ..] = &digits[..] else { return None };
    let seconds = match rest {
        [] => 0,
        [five, six] => five * 10 + six,
        _ => return None,
    };
    // Midnight stands where no time is known.
    NaiveTime::from_hms_opt(one * 10 + two, three * 10 + four, seconds)
        .filter(|time| *time != NaiveTime::MIN)
}

/// The time of day in a text that begins with a day.
pub fn time_of(text: &str) -> Option<NaiveTime> {
    let (_, rest) = split(text);
    time(rest)
}

/// The columns that hold days.
pub const DAYS: &[Field] = &[
    Field::TradeDate,
    Field::DateTime,
    Field::Date,
    Field::SettleDate,
    Field::ReportDate,
    Field::ExDate,
];

/// Which number of a day is which, by the evidence of the whole file. `Err`: it can be read two ways.
pub fn form(sheet: &Sheet, stated: Option<DateForm>) -> Result<DateForm, String> {
    let mut found: Option<DateForm> = stated;
    let mut open: Option<String> = None;
    for raw in sheet.rows.iter().filter(|raw| raw.aside.is_none()) {
        for field in DAYS {
            let Some(text) = raw.get(*field) else { continue };
            let text = split(text).0;
            match cell::form_of(text) {
                Some(form) => found = found.or(Some(form)),
                None if open.is_none() && is_open(text) => open = Some(text.to_owned()),
                None => {}
            }
        }
    }
    match (found, open) {
        (Some(form), _) => Ok(form),
        (None, None) => Ok(DateForm::YearMonthDay),
        (None, Some(text)) => Err(text),
    }
}

/// Whether a day can be read day first and month first.
fn is_open(text: &str) -> bool {
    !cell::year_first(text)
        && text.contains(['/', '.', '-'])
        && cell::day(text, DateForm::MonthDayYear).is_some()
        && cell::day(text, DateForm::DayMonthYear).is_some()
        && cell::day(text, DateForm::MonthDayYear) != cell::day(text, DateForm::DayMonthYear)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_read_in_the_spellings_a_query_may_have() {
        for text in ["20240327;093001", "2024-03-27, 09:30:01", "2024-03-27;09:30:01", "20240327"] {
            let read = day(text, DateForm::YearMonthDay).map(|day| day.to_string());
            assert_eq!(read.as_deref(), Some("2024-03-27"), "{text}");
        }
        assert_eq!(time_of("20240327;093001"), NaiveTime::from_hms_opt(9, 30, 1));
        assert_eq!(time_of("2024-03-27, 09:30:01"), NaiveTime::from_hms_opt(9, 30, 1));
        assert_eq!(time_of("20240327"), None);
        assert_eq!(day("MULTI", DateForm::YearMonthDay), None);
    }
}
