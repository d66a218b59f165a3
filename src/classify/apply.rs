//! Tries the rows of a regime on events, accruals and matches, and keeps the figures they take.

use super::frame::{Asked, Row};
use super::kinds::moves_units;
use super::subject::{Answer, Fraction, Subject};
use super::vector::Figure;
use super::{Classifier, Lack, part};
use crate::event::{Event, EventKind};
use crate::income::Income;
use crate::money::Decimal;
use crate::period::{Datelike, NaiveDate, TaxYear};
use crate::source::Name;

/// A row applied to its subject.
enum Verdict {
    /// It does not hold, or the subject has no such figure.
    No,
    /// It gives this amount, and how that came about.
    Gives(Decimal, String),
    /// It hangs on a fact that is not stated.
    Lacks(Lack),
}

impl<'j> Classifier<'_, 'j> {
    pub(super) fn event(&mut self, at: usize, event: &'j Event) {
        if let EventKind::Deposit {} = event.kind {
            let deposit = self.deposits.entry(&event.account).or_default();
            *deposit = deposit.saturating_add(event.amount);
        }
        if self.frame.sheltered.contains(&event.account) {
            self.done.sheltered.push(at);
            return;
        }
        if let EventKind::Unknown { .. } = event.kind {
            self.unknown(event);
            return;
        }
        let known = self.kinds[event.kind.number()].rows.is_some();
        let silent = event.further.withheld.is_zero() && moves_units(&event.kind);
        if !known || silent && !matches!(event.kind, EventKind::Liquidation { .. }) {
            if moves_units(&event.kind) {
                self.done.aside.push(at);
            } else {
                self.unplaced(at, event, None);
            }
            return;
        }
        let Some((date, law)) = self.day(at, event) else {
            // Interest bought with a bond whose coupon has not come yet: it waits for that.
            self.done.aside.push(at);
            return;
        };
        let year = self.regime.year.year_of(date);
        let subject = Subject::event(self.journal, self.regime, event, at, (date, year));
        self.apply(&subject, (at, event), (date, year), law.as_ref());
    }

    /// Tries the rows of the event's kind.
    fn apply(
        &mut self,
        subject: &Subject<'j>,
        (at, event): (usize, &'j Event),
        (date, year): (NaiveDate, TaxYear),
        deemed: Option<&Name>,
    ) {
        let frame = self.frame;
        let Some(rows) = frame.kinds[event.kind.number()].rows else { return };
        let (mut placed, mut none, mut lack) = (false, false, None);
        self.tried.clear();
        for row in &frame.rows[rows] {
            let Row { rule, name, .. } = row;
            if !rule.years.holds(year) || !self.tried.is_open(row) {
                continue;
            }
            match self.verdict(subject, row, Some(at)) {
                Verdict::No => {}
                Verdict::Gives(amount, how) => {
                    self.tried.give(row);
                    placed |= !row.is_part();
                    if row.none {
                        none = true;
                        continue;
                    }
                    let named = (rule.id.clone(), name.clone());
                    let income = Income::of_event((at, event), (date, year), named, amount);
                    let law = deemed.cloned().or_else(|| rule.law.clone());
                    self.keep(Income { law, how, ..income }, event.date);
                }
                Verdict::Lacks(missing) if row.is_part() => {
                    self.ask(&missing, event, (date, year), None);
                }
                Verdict::Lacks(missing) => {
                    // What a person's answer could still take, no later row may.
                    self.tried.take(row);
                    lack.get_or_insert(missing);
                }
            }
        }
        match lack {
            Some(lack) => self.unplaced(at, event, Some(&lack)),
            None if none => self.done.aside.push(at),
            None if !placed && !moves_units(&event.kind) && !event.gross().is_zero() => {
                self.unplaced(at, event, None);
            }
            None => {}
        }
    }

    fn verdict(&self, subject: &Subject<'j>, row: &Row<'j>, event: Option<usize>) -> Verdict {
        let rule = row.rule;
        let mut fraction: Option<Fraction> = None;
        let mut lacks = None;
        for condition in &row.conditions {
            if condition.of == Asked::Holding && event.is_some() {
                let test = condition.test.any.first();
                fraction = event.and_then(|event| self.fraction(event, test));
                continue;
            }
            let deposit = || self.deposits.get(subject.account()).copied().unwrap_or_default();
            match subject.answers(condition, &deposit) {
                Answer::Yes => {}
                Answer::No => return Verdict::No,
                Answer::Lacks(key) => lacks = Some(Lack::Fact(key)),
            }
        }
        if let Some(lack) = lacks {
            return Verdict::Lacks(lack);
        }
        let returned = event.filter(|_| !self.beyond.is_empty());
        let beyond = returned.and_then(|at| self.beyond.get(&at)).copied().unwrap_or_default();
        let mut amount = match subject.figure(&rule.field, beyond) {
            Figure::Nothing => return Verdict::No,
            Figure::Lacks(lack) => return Verdict::Lacks(lack),
            Figure::Known(amount) => amount,
        };
        for field in &rule.less {
            if let Figure::Known(less) = subject.figure(field, beyond) {
                amount = amount.saturating_sub(less);
            }
        }
        if rule.times != Decimal::ONE {
            amount = amount.saturating_mul(rule.times);
        }
        let mut how = String::new();
        if let Some(fraction) = fraction {
            if fraction.passing != fraction.units {
                how = fraction.how;
            }
            amount = part(amount, fraction.passing, fraction.units);
        } else if let Some(per_share) = subject.per_share() {
            how = per_share;
        }
        Verdict::Gives(amount, how)
    }

    /// How many of the units held passed a test around the ex-date; `None` where it was not made.
    fn fraction(&self, event: usize, test: Option<&crate::regime::Test>) -> Option<Fraction> {
        let Some(crate::regime::Test::Is(name)) = test else { return None };
        let holdings = self.holdings.get(&event)?.iter();
        let holding = holdings
            .map(|at| &self.findings.holdings[*at])
            .find(|holding| holding.test == *name)?;
        let (days, needs) = holding.shortest;
        let how = if holding.passing.is_zero() {
            format!("held {days} days; needs {needs}")
        } else {
            format!(
                "{} of {} units held long enough",
                holding.passing.normalize(),
                holding.units.normalize()
            )
        };
        Some(Fraction { passing: holding.passing, units: holding.units, how })
    }

    pub(super) fn accrual(&mut self, accrual: &'j Income) {
        let subject = Subject::accrual(self.journal, self.regime, accrual);
        let frame = self.frame;
        let Some(rows) = frame.rows_of(&accrual.category) else { return };
        self.tried.clear();
        for row in rows {
            let Row { rule, name, .. } = row;
            if !rule.years.holds(accrual.year) || !self.tried.is_open(row) {
                continue;
            }
            match self.verdict(&subject, row, None) {
                Verdict::No => {}
                Verdict::Gives(amount, _) => {
                    self.tried.give(row);
                    if row.none {
                        continue;
                    }
                    let event = accrual.event.and_then(|at| self.journal.events.get(at));
                    let paid = event.map_or(accrual.date, |event| event.date);
                    self.keep(
                        Income {
                            category: rule.id.clone(),
                            amount,
                            rule: name.clone(),
                            law: rule.law.clone().or_else(|| accrual.law.clone()),
                            ..accrual.clone()
                        },
                        paid,
                    );
                }
                Verdict::Lacks(lack) => {
                    self.tried.take(row);
                    if let Some(event) = accrual.event.and_then(|at| self.journal.events.get(at)) {
                        self.ask(&lack, event, (accrual.date, accrual.year), None);
                    }
                }
            }
        }
    }

    pub(super) fn matched(&mut self, at: usize, matched: &'j crate::income::Match) {
        let Some(year) = matched.year else { return };
        let frame = self.frame;
        let Some(rows) = frame.rows_of("match") else { return };
        let subject = Subject::matched(self.journal, self.regime, matched, year);
        self.tried.clear();
        for row in rows {
            let Row { rule, name, .. } = row;
            if !rule.years.holds(year) || !self.tried.is_open(row) {
                continue;
            }
            let Verdict::Gives(amount, how) = self.verdict(&subject, row, None) else { continue };
            self.tried.give(row);
            self.keep(
                Income {
                    category: rule.id.clone(),
                    year,
                    date: matched.disposed,
                    amount,
                    account: matched.account.clone(),
                    security: Some(matched.security.clone()),
                    property: None,
                    event: Some(matched.disposal),
                    matched: Some(at),
                    rule: name.clone(),
                    law: rule.law.clone(),
                    how,
                },
                matched.disposed,
            );
        }
    }

    /// The day that decides an event's year, and the law where that is not its own.
    fn day(&self, at: usize, event: &Event) -> Option<(NaiveDate, Option<Name>)> {
        if let Some(deemed) = self.deemed(event) {
            return Some(deemed);
        }
        let Some(names) = self.kinds[event.kind.number()].dates else {
            return Some((event.date, None));
        };
        let stated = names.iter().find_map(|name| match &**name {
            "date" | "paid" => Some(event.date),
            "coupon" if event.amount.is_sign_positive() => Some(event.date),
            "coupon" => self.coupons.get(&at).copied(),
            name => event.further.dates.named().find(|(of, _)| *of == name).map(|(_, day)| day),
        });
        stated.map(|day| (day, None))
    }

    /// A payment of January that was declared late in the year before and counts there.
    fn deemed(&self, event: &Event) -> Option<(NaiveDate, Option<Name>)> {
        let (row, conditions) = self.kinds[event.kind.number()].deemed.as_ref()?;
        let in_months = |(first, last): (u32, u32), month: u32| (first..=last).contains(&month);
        if !in_months(row.paid, event.date.month()) {
            return None;
        }
        let last = NaiveDate::from_ymd_opt(event.date.year() - 1, 12, 31)?;
        let claimed = event.claimed.has(crate::event::Claim::PriorYear);
        let dates = &event.further.dates;
        let late = |day: Option<NaiveDate>| {
            day.is_some_and(|day| day.year() == last.year() && in_months(row.declared, day.month()))
        };
        let declared = late(dates.declared) && late(dates.record);
        let on = (event.date, self.regime.year.year_of(event.date));
        let subject = Subject::event(self.journal, self.regime, event, usize::MAX, on);
        let fund = || {
            conditions.iter().all(|condition| {
                matches!(subject.answers(condition, &Decimal::default), Answer::Yes)
            })
        };
        (claimed || declared && fund()).then(|| (last, row.law.clone()))
    }

    /// An event that no row took, or that waits for an answer: its money is in no category.
    fn unplaced(&mut self, at: usize, event: &Event, lack: Option<&Lack>) {
        let date = event.date;
        let year = self.regime.year.year_of(date);
        let amount = event.gross();
        let rule = Name::from(format!("{}/unplaced", self.regime.id));
        let cash_only = matches!(
            event.kind,
            EventKind::CurrencyExchange { .. } | EventKind::PropertySale { .. }
        );
        if !amount.is_zero() && !cash_only {
            let named = ("unplaced".into(), rule);
            self.keep(Income::of_event((at, event), (date, year), named, amount), date);
        }
        match lack {
            Some(lack) => self.ask(lack, event, (date, year), Some(amount)),
            None => self.strange(event),
        }
    }
}
