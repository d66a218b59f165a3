//! How long a thing was held: calendar arithmetic in one place.

use std::sync::Arc;

use super::day::Day;
use super::position::{Position, Stay};
use super::walk::Walk;
use crate::event::{Event, EventKind, Journal};
use crate::income::Holding;
use crate::money::Decimal;
use crate::period::{Datelike, Days, Months, NaiveDate};
use crate::regime::{HoldingTest, Regime};
use crate::source::Name;

/// Whether what was bought on `since` and sold on `sold` was held longer than so many months.
///
/// The day after the purchase is day one; the time is over at the close of the day before the same
/// day that many months later, and where that month has no such day, with the month. So one year
/// after 2024-02-29 ends on 2025-02-28, and 2025-03-01 is past it.
///
/// Source: Rev. Rul. 66-7; Rev. Rul. 70-598.
pub(super) fn longer(since: NaiveDate, sold: NaiveDate, months: u32) -> bool {
    let past = || {
        let first = since.succ_opt()?;
        let count = i64::from(first.month0()) + i64::from(months);
        let year = first.year().checked_add(i32::try_from(count / 12).ok()?)?;
        let month = u32::try_from(count % 12).ok()? + 1;
        NaiveDate::from_ymd_opt(year, month, first.day()).or_else(|| {
            let (year, month) =
                if month == 12 { (year.checked_add(1)?, 1) } else { (year, month + 1) };
            NaiveDate::from_ymd_opt(year, month, 1)
        })
    };
    past().is_some_and(|past| sold >= past)
}

/// The tests of how long a thing was held that are counted in months, for one day of sale at a time.
/// Which of them something passes is told by bits, the first test by the lowest.
pub(super) struct Tests {
    months: Vec<(Name, u32)>,
    /// The names of those that pass, by bits; empty where they are too many for that.
    sets: Vec<Arc<[Name]>>,
    /// For things sold on this day, since when they must be held to pass, by test.
    day: NaiveDate,
    latest: Vec<Option<Day>>,
}

impl Tests {
    pub fn new(regime: &Regime) -> Tests {
        let tests = regime.holdings.iter();
        let tests = tests.filter_map(|test| Some((test.name.clone(), test.months?)));
        let months = tests.collect();
        let mut tests = Tests { months, sets: Vec::new(), day: NaiveDate::MIN, latest: Vec::new() };
        if tests.months.len() <= 6 {
            let sets = 0..1 << tests.months.len();
            tests.sets = sets.map(|passed| tests.names(passed)).collect();
        }
        tests
    }

    /// Those whose number of months passes.
    pub fn passing(&self, passes: impl Fn(u32) -> bool) -> u64 {
        let tests = self.months.iter().enumerate();
        let passed = tests.filter(|(_, (_, months))| passes(*months));
        passed.fold(0, |bits, (at, _)| bits | 1 << at)
    }

    /// Those passed by what was held from one day to another.
    #[inline]
    pub fn held(&mut self, since: Day, sold: NaiveDate) -> u64 {
        if self.day != sold {
            self.day = sold;
            self.latest.clear();
            let latest = |(_, months): &(Name, u32)| latest(sold, *months).map(Day::from);
            self.latest.extend(self.months.iter().map(latest));
        }
        let latest = self.latest.iter().enumerate();
        let passed = latest.filter(|(_, latest)| latest.is_some_and(|latest| since <= latest));
        passed.fold(0, |bits, (at, _)| bits | 1 << at)
    }

    /// Whether the test of a name is among those passed.
    pub fn is(&self, passed: u64, name: &str) -> bool {
        let at = self.months.iter().position(|(test, _)| *test == *name);
        at.is_some_and(|at| passed & 1 << at != 0)
    }

    /// The names of those passed.
    pub fn named(&self, passed: u64) -> Arc<[Name]> {
        let known = usize::try_from(passed).ok().and_then(|passed| self.sets.get(passed));
        known.map_or_else(|| self.names(passed), Arc::clone)
    }

    fn names(&self, passed: u64) -> Arc<[Name]> {
        let tests = self.months.iter().enumerate();
        let passed = tests.filter(|(at, _)| passed & 1 << at != 0);
        passed.map(|(_, (name, _))| name.clone()).collect()
    }
}

/// The last day since which what is sold on `sold` was held longer than so many months.
fn latest(sold: NaiveDate, months: u32) -> Option<NaiveDate> {
    let since = sold.checked_sub_months(Months::new(months))?;
    let before = since.pred_opt().filter(|before| longer(*before, sold, months));
    if before.is_some() && !longer(since, sold, months) {
        return before;
    }
    // Months differ by three days at most.
    let about = since.checked_add_days(Days::new(4))?;
    about.iter_days().rev().take(16).find(|since| longer(*since, sold, months))
}

/// The first day on which a buyer had no claim to a payment, where the source or the person says.
pub(super) fn ex_date(journal: &Journal, event: &Event) -> Option<NaiveDate> {
    let pays =
        matches!(event.kind, EventKind::Dividend { .. } | EventKind::FundDistribution { .. });
    if !pays {
        return None;
    }
    let stated = event.other_date(|dates| dates.ex);
    stated.or_else(|| {
        journal.securities.ex(event.security()?, event.date).map(|entitlement| entitlement.ex)
    })
}

/// Tests of every payment whose ex-date is known, unit by unit over the lots held just before it.
///
/// Units bought before the ex-date and not sold before it count; of each, the days after its purchase
/// up to its sale, the day of sale included, within the window. Without units held then, the
/// payer's figure stands: no test is made.
///
/// Source: 26 USC 1(h)(11)(B)(iii), 246(c).
pub(super) fn tests(walk: &mut Walk<'_>) {
    let around: Vec<&HoldingTest> =
        walk.regime.holdings.iter().filter(|test| test.within.is_some()).collect();
    if around.is_empty() || !walk.shared.ex_dates {
        return;
    }
    let mut timelines: Vec<Option<Timeline>> = Vec::new();
    for (at, event) in walk.events() {
        let Some(ex) = ex_date(walk.journal, event) else { continue };
        let Some(security) = event.security() else { continue };
        let position = walk.position(&event.account, security);
        if timelines.len() <= position {
            timelines.resize_with(position + 1, || None);
        }
        let timeline =
            timelines[position].get_or_insert_with(|| Timeline::new(&walk.positions[position]));
        let units = timeline.units(ex);
        if units <= Decimal::ZERO {
            continue;
        }
        let mut done: Vec<&str> = Vec::new();
        for test in &around {
            let holds = test.conditions.is_empty() || walk.is(security, ex, &test.conditions);
            let (Some((from, to)), Some(days), true) = (test.within, test.days, holds) else {
                continue;
            };
            if done.contains(&&*test.name) {
                continue;
            }
            done.push(&test.name);
            let (Some(first), Some(last)) = (moved(ex, from), moved(ex, to)) else { continue };
            let (passing, shortest) = timeline.test(ex, (first, last), days, units);
            walk.findings.holdings.push(Holding {
                event: at,
                test: test.name.clone(),
                ex,
                window: (first, last),
                units: walk.positions[position].before_splits_of(units, ex),
                passing: walk.positions[position].before_splits_of(passing, ex),
                shortest: (shortest, days + 1),
            });
        }
    }
}

/// The day so many days later, or earlier.
pub(super) fn moved(day: NaiveDate, by: i64) -> Option<NaiveDate> {
    let days = Days::new(by.unsigned_abs());
    if by < 0 { day.checked_sub_days(days) } else { day.checked_add_days(days) }
}

/// What was held of one security when, ready to be asked about many days.
struct Timeline {
    /// By day of purchase.
    stays: Vec<Stay>,
    /// Units bought up to each of these, all together.
    bought: Vec<Decimal>,
    /// Indices of those that left, by that day, and units left up to each.
    gone: Vec<(NaiveDate, usize, Decimal)>,
}

impl Timeline {
    fn new(position: &Position) -> Timeline {
        let mut stays = position.stays.clone();
        for lot in position.lots() {
            let units = position.in_first_units(lot.quantity);
            let acquired = lot.acquired.unwrap_or(NaiveDate::MIN);
            stays.push(Stay {
                acquired,
                since: lot.since.map_or(acquired, Day::date),
                left: None,
                units,
            });
        }
        stays.sort_by_key(|stay| stay.acquired);
        let mut sum = Decimal::ZERO;
        let bought = stays.iter().map(|stay| {
            sum += stay.units;
            sum
        });
        let bought = bought.collect();
        let mut gone: Vec<(NaiveDate, usize, Decimal)> = stays
            .iter()
            .enumerate()
            .filter_map(|(at, stay)| Some((stay.left?, at, stay.units)))
            .collect();
        gone.sort_by_key(|(left, ..)| *left);
        let mut sum = Decimal::ZERO;
        for (.., units) in &mut gone {
            sum += *units;
            *units = sum;
        }
        Timeline { stays, bought, gone }
    }

    /// Units held at the close of the day before `ex`.
    fn units(&self, ex: NaiveDate) -> Decimal {
        let bought = self.stays.partition_point(|stay| stay.acquired < ex);
        let gone = self.gone.partition_point(|(left, ..)| *left < ex);
        let sum = |count: usize, at: &dyn Fn(usize) -> Decimal| {
            count.checked_sub(1).map_or(Decimal::ZERO, at)
        };
        sum(bought, &|at| self.bought[at]) - sum(gone, &|at| self.gone[at].2)
    }

    /// How many of the units pass, and the days within the window of the one held shortest.
    ///
    /// Only units bought within the window, or sold within it, can fall short.
    fn test(
        &self,
        ex: NaiveDate,
        (first, last): (NaiveDate, NaiveDate),
        days: i64,
        units: Decimal,
    ) -> (Decimal, i64) {
        let late = self.stays.partition_point(|stay| stay.acquired < first)
            ..self.stays.partition_point(|stay| stay.acquired < ex);
        let early = self.gone.partition_point(|(left, ..)| *left < ex)
            ..self.gone.partition_point(|(left, ..)| *left <= last);
        let early = self.gone[early]
            .iter()
            .map(|(_, at, _)| *at)
            .filter(|at| self.stays[*at].acquired < first);
        let mut shortest = (last - first).num_days() + 1;
        let mut failing = Decimal::ZERO;
        for stay in late.chain(early).map(|at| &self.stays[at]) {
            if stay.left.is_some_and(|left| left < ex) {
                continue;
            }
            let from = stay.since.succ_opt().map_or(first, |day| day.max(first));
            let to = stay.left.map_or(last, |left| left.min(last));
            let held = ((to - from).num_days() + 1).max(0);
            shortest = shortest.min(held);
            if held <= days {
                failing += stay.units;
            }
        }
        ((units - failing).max(Decimal::ZERO), shortest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        crate::period::iso(text).expect("a date")
    }

    #[test]
    fn a_year_is_over_the_day_after() {
        for (since, sold, long) in [
            ("2023-02-05", "2024-02-05", false),
            ("2023-02-05", "2024-02-06", true),
            ("2024-02-29", "2025-02-28", false),
            ("2024-02-29", "2025-03-01", true),
            ("2024-02-28", "2025-02-28", false),
            ("2024-02-28", "2025-03-01", true),
            ("2023-02-28", "2024-02-29", false),
            ("2023-02-28", "2024-03-01", true),
            ("2023-12-31", "2024-12-31", false),
            ("2023-12-31", "2025-01-01", true),
            ("2024-03-15", "2025-03-15", false),
        ] {
            assert_eq!(longer(day(since), day(sold), 12), long, "{since} to {sold}");
        }
    }

    #[test]
    fn since_when_is_the_last_day_that_is_long_ago() {
        for sold in day("2023-11-01").iter_days().take(900) {
            for months in [1, 6, 12, 60] {
                let latest = latest(sold, months).expect("a day");
                assert!(longer(latest, sold, months), "{sold}");
                assert!(!longer(latest.succ_opt().expect("a day"), sold, months), "{sold}");
            }
        }
    }
}
