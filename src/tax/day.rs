//! A day as a number, for what is walked lot by lot.

use std::num::NonZeroU32;

use crate::period::{Datelike, NaiveDate};

/// A calendar day, counted from one far before all: days between two are a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(NonZeroU32);

/// The day before the first of the year 1, which calendars count from.
const START: i32 = 1 << 30;

impl Day {
    fn of(number: i32) -> Day {
        Day(NonZeroU32::new(number.cast_unsigned()).unwrap_or(NonZeroU32::MIN))
    }

    /// Days since another one; below zero where it is earlier.
    #[inline]
    pub fn since(self, other: Day) -> i32 {
        self.0.get().cast_signed() - other.0.get().cast_signed()
    }

    /// So many days earlier. `None`: no calendar goes so far.
    #[inline]
    pub fn before(self, days: i32) -> Option<Day> {
        let number = self.0.get().cast_signed().checked_sub(days)?;
        (START / 2..START / 2 * 3).contains(&number).then(|| Day::of(number))
    }

    pub fn date(self) -> NaiveDate {
        let number = self.0.get().cast_signed() - START;
        NaiveDate::from_num_days_from_ce_opt(number).unwrap_or(NaiveDate::MIN)
    }
}

impl From<NaiveDate> for Day {
    #[inline]
    fn from(date: NaiveDate) -> Day {
        Day::of(date.num_days_from_ce() + START)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for text in ["0001-01-01", "1970-01-01", "2024-02-29", "2024-12-31", "9999-12-31"] {
            let date = crate::period::iso(text).expect("a date");
            let day = Day::from(date);
            assert_eq!(day.date(), date);
            for days in [0, 1, 365, 4000] {
                let earlier = day.before(days).expect("a day");
                assert_eq!(day.since(earlier), days);
                assert_eq!((date - earlier.date()).num_days(), i64::from(days));
            }
        }
        for date in [NaiveDate::MIN, NaiveDate::MAX] {
            assert_eq!(Day::from(date).date(), date);
        }
    }
}
