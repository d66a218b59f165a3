//! Decides what each event, each match and each accrual is for tax, by the rows of a regime.
//!
//! In: a `Journal`, a `Regime` and what `tax` found. Out: one `Income` for each figure that a row
//! took, a `Question` for each event that none did or that hangs on a missing fact, and the events
//! that are nobody's income. Knows no lots and no forms.
//!
//! For each figure of an event the first row that matches wins; rows of parts (`part_of`) stand
//! outside that rule. Nothing falls into a default category.

mod ask;
mod cash;
mod kinds;
mod subject;
mod vector;

use std::collections::HashMap;
use std::rc::Rc;

use crate::event::{Event, EventKind, Journal, Question, Shelter};
use crate::income::{Findings, Income};
use crate::money::Decimal;
use crate::period::{Datelike, NaiveDate, TaxYear};
use crate::regime::{Regime, Rule};
use crate::source::Name;

pub use cash::{LINES as CASH_LINES, cash};
use kinds::moves_units;
use subject::{Answer, Fraction, Subject};
use vector::Figure;

/// What became of a journal's events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Classified {
    /// Every figure that a row took, in the order of the events; those of accruals and matches last.
    pub incomes: Vec<Income>,
    /// What only a person can answer.
    pub questions: Vec<Question>,
    /// Events of sheltered accounts, by index.
    pub sheltered: Vec<usize>,
    /// Events that are no income by their nature, by index.
    pub aside: Vec<usize>,
}

/// Classifies everything.
pub fn classify(journal: &Journal, regime: &Regime, findings: &Findings) -> Classified {
    let mut classifier = Classifier::new(journal, regime, findings);
    for (at, event) in journal.events.iter().enumerate() {
        classifier.event(at, event);
    }
    for accrual in &findings.accruals {
        classifier.accrual(accrual);
    }
    for (at, matched) in findings.matches.iter().enumerate() {
        classifier.matched(at, matched);
    }
    classifier.done
}

/// A row with its name for `explain`.
struct Row<'r> {
    rule: &'r Rule,
    name: Name,
}

/// A row applied to its subject.
enum Verdict {
    /// It does not hold, or the subject has no such figure.
    No,
    /// It gives this amount, and how that came about.
    Gives(Decimal, String),
    /// It hangs on a fact that is not stated.
    Lacks(Lack),
}

/// What is missing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Lack {
    /// A fact about the security, by its key.
    Fact(Name),
    /// What a distribution was made of.
    Split,
    /// The parts of a distribution add up to this instead.
    Sum(Decimal),
    /// Whether a gain passed on was long or short.
    Term,
    /// Whose tax was withheld.
    Authority,
}

struct Classifier<'j> {
    journal: &'j Journal,
    regime: &'j Regime,
    findings: &'j Findings,
    rows: HashMap<&'j str, Rc<Vec<Row<'j>>>>,
    /// Tests around an ex-date, by event.
    holdings: HashMap<usize, Vec<usize>>,
    /// Of capital returned by an event, what went beyond cost.
    beyond: HashMap<usize, Decimal>,
    /// The day of the coupon that takes bought interest off, by event.
    coupons: HashMap<usize, NaiveDate>,
    /// Money that came into an account on or before the day of a gift, by account.
    deposits: HashMap<&'j str, Decimal>,
    asked: HashMap<(Lack, Name, TaxYear), usize>,
    done: Classified,
}

impl<'j> Classifier<'j> {
    fn new(journal: &'j Journal, regime: &'j Regime, findings: &'j Findings) -> Classifier<'j> {
        let mut rows: HashMap<&str, Vec<Row>> = HashMap::new();
        for rule in &regime.rules {
            for event in &rule.events {
                let name = format!("{}/{}", regime.id, rule.id).into();
                rows.entry(event).or_default().push(Row { rule, name });
            }
        }
        // Parts are tried after what they are a part of.
        for rows in rows.values_mut() {
            rows.sort_by_key(|row| row.rule.part_of.is_some());
        }
        let mut holdings: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, holding) in findings.holdings.iter().enumerate() {
            holdings.entry(holding.event).or_default().push(at);
        }
        let mut beyond: HashMap<usize, Decimal> = HashMap::new();
        for matched in &findings.matches {
            let returns = journal
                .events
                .get(matched.disposal)
                .is_some_and(|event| returns_capital(&event.kind));
            if returns {
                *beyond.entry(matched.disposal).or_default() += matched.proceeds;
            }
        }
        Classifier {
            journal,
            regime,
            findings,
            rows: rows.into_iter().map(|(event, rows)| (event, Rc::new(rows))).collect(),
            holdings,
            beyond,
            coupons: coupons(journal),
            deposits: HashMap::new(),
            asked: HashMap::new(),
            done: Classified::default(),
        }
    }

    fn event(&mut self, at: usize, event: &'j Event) {
        let sheltered = self
            .journal
            .accounts
            .get(&event.account)
            .is_some_and(|account| account.shelter != Shelter::Taxable);
        if let EventKind::Deposit {} = event.kind {
            let deposit = self.deposits.entry(&event.account).or_default();
            *deposit = deposit.saturating_add(event.amount);
        }
        if sheltered {
            self.done.sheltered.push(at);
            return;
        }
        if let EventKind::Unknown { .. } = event.kind {
            self.unknown(event);
            return;
        }
        let known = self.rows.contains_key(event.kind.name());
        let silent = event.further.withheld.is_zero() && moves_units(&event.kind);
        if !known || silent && event.kind.name() != "liquidation" {
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
        let Some(rows) = self.rows.get(event.kind.name()).cloned() else { return };
        let mut placed = false;
        let mut none = false;
        let mut whole = false;
        let mut taken: Vec<(&str, Option<&str>)> = Vec::new();
        let mut given: Vec<&str> = Vec::new();
        let mut lack = None;
        for Row { rule, name } in rows.iter() {
            if !rule.years.holds(year) {
                continue;
            }
            let slot = (&*rule.field, rule.part_of.as_ref().map(|_| &*rule.id));
            let part = rule.part_of.is_some();
            let summand = !part && vector::is_summand(&rule.field);
            let orphan = rule.part_of.as_ref().is_some_and(|parent| !given.contains(&&**parent));
            if taken.contains(&slot) || summand && whole || orphan {
                continue;
            }
            match self.verdict(subject, rule, Some(at)) {
                Verdict::No => {}
                Verdict::Gives(amount, how) => {
                    taken.push(slot);
                    whole |= !part && rule.field == *"amount";
                    placed |= !part;
                    given.push(&rule.id);
                    if rule.id == *"none" {
                        none = true;
                        continue;
                    }
                    self.done.incomes.push(Income {
                        category: rule.id.clone(),
                        year,
                        date,
                        amount,
                        account: event.account.clone(),
                        security: event.security().cloned(),
                        property: event.property().cloned(),
                        event: Some(at),
                        matched: None,
                        rule: name.clone(),
                        law: deemed.cloned().or_else(|| rule.law.clone()),
                        how,
                    });
                }
                Verdict::Lacks(missing) if part => self.ask(&missing, event, (date, year), None),
                Verdict::Lacks(missing) => {
                    // What a person's answer could still take, no later row may.
                    taken.push(slot);
                    whole |= rule.field == *"amount";
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

    fn verdict(&self, subject: &Subject<'j>, rule: &'j Rule, event: Option<usize>) -> Verdict {
        let mut fraction: Option<Fraction> = None;
        let mut lacks = None;
        for condition in &rule.conditions {
            if condition.fact == *"holding" && event.is_some() {
                let test = condition.any.first();
                fraction = event.and_then(|event| self.fraction(event, test));
                continue;
            }
            match subject.answers(condition, self.deposits.get(subject.account()).copied()) {
                Answer::Yes => {}
                Answer::No => return Verdict::No,
                Answer::Lacks(key) => lacks = Some(Lack::Fact(key)),
            }
        }
        if let Some(lack) = lacks {
            return Verdict::Lacks(lack);
        }
        let beyond = event.and_then(|at| self.beyond.get(&at)).copied().unwrap_or_default();
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

    fn accrual(&mut self, accrual: &'j Income) {
        let subject = Subject::accrual(self.journal, self.regime, accrual);
        let Some(rows) = self.rows.get(&*accrual.category).cloned() else { return };
        let mut taken: Vec<(&str, Option<&str>)> = Vec::new();
        let mut given: Vec<&str> = Vec::new();
        for Row { rule, name } in rows.iter() {
            let slot = (&*rule.field, rule.part_of.as_ref().map(|_| &*rule.id));
            let orphan = rule.part_of.as_ref().is_some_and(|parent| !given.contains(&&**parent));
            if taken.contains(&slot) || orphan || !rule.years.holds(accrual.year) {
                continue;
            }
            match self.verdict(&subject, rule, None) {
                Verdict::No => {}
                Verdict::Gives(amount, _) => {
                    taken.push(slot);
                    given.push(&rule.id);
                    if rule.id == *"none" {
                        continue;
                    }
                    self.done.incomes.push(Income {
                        category: rule.id.clone(),
                        amount,
                        rule: name.clone(),
                        law: rule.law.clone().or_else(|| accrual.law.clone()),
                        ..accrual.clone()
                    });
                }
                Verdict::Lacks(lack) => {
                    taken.push(slot);
                    if let Some(event) = accrual.event.and_then(|at| self.journal.events.get(at)) {
                        self.ask(&lack, event, (accrual.date, accrual.year), None);
                    }
                }
            }
        }
    }

    fn matched(&mut self, at: usize, matched: &'j crate::income::Match) {
        let Some(year) = matched.year else { return };
        let Some(rows) = self.rows.get("match").cloned() else { return };
        let subject = Subject::matched(self.journal, self.regime, matched, year);
        let mut taken: Vec<(&str, Option<&str>)> = Vec::new();
        let mut given: Vec<&str> = Vec::new();
        for Row { rule, name } in rows.iter() {
            let slot = (&*rule.field, rule.part_of.as_ref().map(|_| &*rule.id));
            let orphan = rule.part_of.as_ref().is_some_and(|parent| !given.contains(&&**parent));
            if taken.contains(&slot) || orphan || !rule.years.holds(year) {
                continue;
            }
            let Verdict::Gives(amount, how) = self.verdict(&subject, rule, None) else { continue };
            taken.push(slot);
            given.push(&rule.id);
            self.done.incomes.push(Income {
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
            });
        }
    }

    /// The day that decides an event's year, and the law where that is not its own.
    fn day(&self, at: usize, event: &Event) -> Option<(NaiveDate, Option<Name>)> {
        if let Some(deemed) = self.deemed(event) {
            return Some(deemed);
        }
        let dates = &self.regime.dates;
        let Some(names) = dates.get(event.kind.name()) else { return Some((event.date, None)) };
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
        let kind = event.kind.name();
        let rows = self.regime.deemed.iter();
        let mut rows = rows.filter(|row| row.events.iter().any(|name| *name == *kind));
        let row = rows.next()?;
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
            row.conditions
                .iter()
                .all(|condition| matches!(subject.answers(condition, None), Answer::Yes))
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
            self.done.incomes.push(Income {
                category: "unplaced".into(),
                year,
                date,
                amount,
                account: event.account.clone(),
                security: event.security().cloned(),
                property: event.property().cloned(),
                event: Some(at),
                matched: None,
                rule,
                law: None,
                how: String::new(),
            });
        }
        match lack {
            Some(lack) => self.ask(lack, event, (date, year), Some(amount)),
            None => self.strange(event),
        }
    }
}

/// `amount` x `part` / `whole`, exact where it can be.
fn part(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal {
    if part == whole || whole.is_zero() {
        return amount;
    }
    let product = amount.checked_mul(part).and_then(|product| product.checked_div(whole));
    product.or_else(|| amount.checked_div(whole)?.checked_mul(part)).unwrap_or(amount)
}

/// The coupon after each purchase of interest: the next interest of that security in that account.
fn coupons(journal: &Journal) -> HashMap<usize, NaiveDate> {
    let mut coupons = HashMap::new();
    let bought = |event: &Event| {
        matches!(event.kind, EventKind::AccruedInterest { .. }) && event.amount.is_sign_negative()
    };
    if !journal.events.iter().any(bought) {
        return coupons;
    }
    let mut waiting: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    for (at, event) in journal.events.iter().enumerate() {
        let Some(security) = event.security() else { continue };
        let key = (&*event.account, &**security);
        if bought(event) {
            waiting.entry(key).or_default().push(at);
        } else if let EventKind::Interest { .. }
        | EventKind::AccruedInterest { .. }
        | EventKind::Redemption { .. } = event.kind
        {
            let due = waiting.remove(&key).unwrap_or_default();
            coupons.extend(due.into_iter().map(|at| (at, event.date)));
        }
    }
    coupons
}

/// Capital that these give back may go beyond cost, and that is a gain.
fn returns_capital(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::ReturnOfCapital { .. }
            | EventKind::Liquidation { .. }
            | EventKind::Dividend { .. }
            | EventKind::FundDistribution { .. }
    )
}
