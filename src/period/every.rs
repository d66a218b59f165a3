//! Periods of a report: days, weeks, months, quarters, years of the calendar.
//!
//! A period is a number, one more than the one before it; what days it has and how it is called, its
//! [`Every`] says.

use chrono::{Datelike, Days, NaiveDate};

/// How often a period begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Every {
    /// Each day.
    Day,
    /// On Mondays.
    Week,
    /// On the first of a month.
    Month,
    /// In January, April, July and October.
    Quarter,
    /// In January.
    Year,
}

impl Every {
    /// The number of the period in which `day` falls.
    pub fn number(self, day: NaiveDate) -> i32 {
        let month = day.year() * 12 + i32::try_from(day.month0()).unwrap_or(0);
        match self {
            Every::Day => day.num_days_from_ce(),
            // Day 1 is a Monday.
            Every::Week => (day.num_days_from_ce() - 1).div_euclid(7),
            Every::Month => month,
            Every::Quarter => month.div_euclid(3),
            Every::Year => day.year(),
        }
    }

    /// Its first day. Past the calendar's ends the calendar's last.
    pub fn first(self, number: i32) -> NaiveDate {
        let month = |month: i32| {
            let month0 = u32::try_from(month.rem_euclid(12)).unwrap_or(0);
            NaiveDate::from_ymd_opt(month.div_euclid(12), month0 + 1, 1)
        };
        let day = match self {
            Every::Day => NaiveDate::from_num_days_from_ce_opt(number),
            Every::Week => {
                number.checked_mul(7).and_then(|day| NaiveDate::from_num_days_from_ce_opt(day + 1))
            }
            Every::Month => month(number),
            Every::Quarter => number.checked_mul(3).and_then(month),
            Every::Year => NaiveDate::from_ymd_opt(number, 1, 1),
        };
        day.unwrap_or(if number < 0 { NaiveDate::MIN } else { NaiveDate::MAX })
    }

    /// Its last day.
    pub fn last(self, number: i32) -> NaiveDate {
        let next = self.first(number.saturating_add(1));
        next.checked_sub_days(Days::new(1)).unwrap_or(next)
    }

    /// `2024-03-15`, `2024-W11`, `2024-03`, `2024Q1`, `2024`.
    pub fn label(self, number: i32) -> String {
        let first = self.first(number);
        match self {
            Every::Day => first.to_string(),
            Every::Week => {
                let week = first.iso_week();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Every::Month => format!("{:04}-{:02}", first.year(), first.month()),
            Every::Quarter => format!("{:04}Q{}", first.year(), first.month0() / 3 + 1),
            Every::Year => first.year().to_string(),
        }
    }

    /// What one is called: `day`, `week`, `month`, `quarter`, `year`.
    pub fn name(self) -> &'static str {
        match self {
            Every::Day => "day",
            Every::Week => "week",
            Every::Month => "month",
            Every::Quarter => "quarter",
            Every::Year => "year",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_hold_their_days_and_follow_each_other() {
        let all = [Every::Day, Every::Week, Every::Month, Every::Quarter, Every::Year];
        let mut day = NaiveDate::from_ymd_opt(1999, 11, 28).expect("a day");
        for _ in 0..1500 {
            for every in all {
                let number = every.number(day);
                assert!(every.first(number) <= day && day <= every.last(number), "{every:?} {day}");
                assert_eq!(every.first(number + 1).pred_opt(), Some(every.last(number)));
            }
            day = day.succ_opt().expect("a next day");
        }
    }

    #[test]
    fn periods_are_called_as_hledger_calls_them() {
        let day = NaiveDate::from_ymd_opt(2024, 12, 31).expect("a day");
        let label = |every: Every| every.label(every.number(day));
        let all = [Every::Day, Every::Week, Every::Month, Every::Quarter, Every::Year];
        assert_eq!(all.map(label), ["2024-12-31", "2025-W01", "2024-12", "2024Q4", "2024"]);
    }
}
