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
mod sheltered;
mod subject;
mod vector;

use std::collections::HashMap;
use std::ops::{Deref, Range};

use indexmap::IndexMap;
use rayon::prelude::*;

use crate::event::{Event, EventKind, Journal, Question};
use crate::income::{Findings, Income};
use crate::money::Decimal;
use crate::period::{Datelike, NaiveDate, TaxYear};
use crate::regime::{Deemed, Regime, Rule};
use crate::source::{ByLetters, Name, NameSet};

pub use cash::{LINES as CASH_LINES, cash};
use kinds::moves_units;
use sheltered::sheltered;
use subject::{Answer, Fraction, Subject};
use vector::Figure;

/// What became of a journal's events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Classified {
    /// Every figure that a row took, in the order of the events; those of accruals and matches last.
    pub incomes: Vec<Income>,
    /// Sums of the figures that are not among `incomes`.
    pub rest: Rest,
    /// What only a person can answer.
    pub questions: Vec<Question>,
    /// Events of sheltered accounts, by index.
    pub sheltered: Vec<usize>,
    /// Events that are no income by their nature, by index.
    pub aside: Vec<usize>,
}

/// Sums by year, category and property.
pub type Rest = IndexMap<(TaxYear, Name, Option<Name>), Decimal, ByLetters>;

/// Cash that came into accounts.
type Deposits<'j> = HashMap<&'j Name, Decimal, ByLetters>;

/// How many events or matches one core classifies before what came of them is put to the rest.
const SLICE: usize = 8192;

/// Classifies everything. `years`: where they are named, figures that neither count in one of them
/// nor are of an event of one of them are kept as sums only.
///
/// Events know nothing of each other but what came into their account before, so slices of them are
/// classified on all cores; what comes of them is put together in their order.
pub fn classify(
    journal: &Journal,
    regime: &Regime,
    findings: &Findings,
    years: Option<&[TaxYear]>,
) -> Classified {
    let frame = Frame::new(journal, regime, findings, years);
    let mut all = Classifier::new(&frame, Deposits::default());
    let events = slices(journal.events.len());
    if events.len() < 2 {
        all.events(0..journal.events.len());
    } else {
        let came: Vec<Deposits> =
            events.par_iter().map(|range| frame.deposits(range.clone())).collect();
        let mut before = Vec::with_capacity(events.len());
        for came in came {
            before.push((all.deposits.clone(), events[before.len()].clone()));
            for (account, deposit) in came {
                let sum = all.deposits.entry(account).or_default();
                *sum = sum.saturating_add(deposit);
            }
        }
        // A round at a time, so that figures do not stand in two places at once.
        for round in before.chunks(ROUND) {
            let classified = round.par_iter().map(|(deposits, range)| {
                let mut slice = Classifier::new(&frame, deposits.clone());
                slice.events(range.clone());
                slice.into_parts()
            });
            let classified: Vec<Parts> = classified.collect();
            for parts in classified {
                all.take(parts);
            }
        }
    }
    for accrual in &findings.accruals {
        all.accrual(accrual);
    }
    let matches = slices(findings.matches.len());
    if matches.len() < 2 {
        all.matches(0..findings.matches.len());
    }
    for round in matches.chunks(ROUND).filter(|_| matches.len() > 1) {
        let deposits = &all.deposits;
        let classified = round.par_iter().map(|range| {
            let mut slice = Classifier::new(&frame, deposits.clone());
            slice.matches(range.clone());
            slice.into_parts()
        });
        let classified: Vec<Parts> = classified.collect();
        for parts in classified {
            all.take(parts);
        }
    }
    all.done
}

/// How many slices are classified before what came of them is put to the rest.
const ROUND: usize = 16;

/// `0..count` in pieces.
fn slices(count: usize) -> Vec<Range<usize>> {
    (0..count).step_by(SLICE).map(|start| start..count.min(start + SLICE)).collect()
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

/// What classification looks up, worked out once.
struct Frame<'j> {
    journal: &'j Journal,
    regime: &'j Regime,
    findings: &'j Findings,
    /// Of other years only sums are kept.
    years: Option<&'j [TaxYear]>,
    /// Rows, those together that are tried on the same.
    rows: Vec<Vec<Row<'j>>>,
    /// Where in `rows` those of a name stand: of a kind, of an accrual, of a match.
    named: HashMap<&'j str, usize>,
    sheltered: NameSet,
    /// By kind of event.
    kinds: Vec<Kind<'j>>,
    /// Tests around an ex-date, by event.
    holdings: HashMap<usize, Vec<usize>, ByLetters>,
    /// Of capital returned by an event, what went beyond cost.
    beyond: HashMap<usize, Decimal, ByLetters>,
    /// The day of the coupon that takes bought interest off, by event.
    coupons: HashMap<usize, NaiveDate>,
}

/// What the regime has for one kind of event.
struct Kind<'j> {
    /// Where in `Frame::rows` its rows stand.
    rows: Option<usize>,
    /// Which days of an event decide its year.
    dates: Option<&'j [Name]>,
    /// Payments that count on another day than their own.
    deemed: Option<&'j Deemed>,
}

/// Classifies events in their order.
struct Classifier<'a, 'j> {
    frame: &'a Frame<'j>,
    /// Money that came into an account on or before the day of a gift, by account.
    deposits: Deposits<'j>,
    asked: HashMap<Once, usize>,
    done: Classified,
}

/// What is asked once.
type Once = (Lack, Name, TaxYear);

/// What came of a slice.
struct Parts {
    asked: HashMap<Once, usize>,
    done: Classified,
}

impl<'j> Deref for Classifier<'_, 'j> {
    type Target = Frame<'j>;
    fn deref(&self) -> &Frame<'j> {
        self.frame
    }
}

impl<'j> Frame<'j> {
    fn new(
        journal: &'j Journal,
        regime: &'j Regime,
        findings: &'j Findings,
        years: Option<&'j [TaxYear]>,
    ) -> Frame<'j> {
        let (mut rows, mut named) = (Vec::<Vec<Row>>::new(), HashMap::<&str, usize>::new());
        for rule in &regime.rules {
            for event in &rule.events {
                let name = format!("{}/{}", regime.id, rule.id).into();
                let at = *named.entry(event).or_insert(rows.len());
                if at == rows.len() {
                    rows.push(Vec::new());
                }
                rows[at].push(Row { rule, name });
            }
        }
        // Parts are tried after what they are a part of.
        for rows in &mut rows {
            rows.sort_by_key(|row| row.rule.part_of.is_some());
        }
        let mut holdings: HashMap<usize, Vec<usize>, ByLetters> = HashMap::default();
        for (at, holding) in findings.holdings.iter().enumerate() {
            holdings.entry(holding.event).or_default().push(at);
        }
        let mut beyond: HashMap<usize, Decimal, ByLetters> = HashMap::default();
        for matched in &findings.matches {
            let returns = journal
                .events
                .get(matched.disposal)
                .is_some_and(|event| returns_capital(&event.kind));
            if returns {
                *beyond.entry(matched.disposal).or_default() += matched.proceeds;
            }
        }
        let kind = |kind: &&'static str| {
            let deemed = |row: &&Deemed| row.events.iter().any(|name| **name == **kind);
            Kind {
                rows: named.get(*kind).copied(),
                dates: regime.dates.get(*kind).map(Vec::as_slice),
                deemed: regime.deemed.iter().find(deemed),
            }
        };
        Frame {
            journal,
            regime,
            findings,
            years,
            kinds: EventKind::NAMES.iter().map(kind).collect(),
            rows,
            named,
            sheltered: sheltered(journal),
            holdings,
            beyond,
            coupons: coupons(journal),
        }
    }

    /// The rows that are tried on what goes by this name.
    fn rows_of(&self, name: &str) -> Option<&[Row<'j>]> {
        self.named.get(name).map(|at| &*self.rows[*at])
    }

    /// What came into accounts with these events.
    fn deposits(&self, range: Range<usize>) -> Deposits<'j> {
        let mut deposits = Deposits::default();
        for event in &self.journal.events[range] {
            if let EventKind::Deposit {} = event.kind {
                let deposit = deposits.entry(&event.account).or_default();
                *deposit = deposit.saturating_add(event.amount);
            }
        }
        deposits
    }
}

impl<'a, 'j> Classifier<'a, 'j> {
    fn new(frame: &'a Frame<'j>, deposits: Deposits<'j>) -> Classifier<'a, 'j> {
        Classifier { frame, deposits, asked: HashMap::new(), done: Classified::default() }
    }

    fn into_parts(self) -> Parts {
        Parts { asked: self.asked, done: self.done }
    }

    /// Puts what came of later events to what came of those before.
    fn take(&mut self, later: Parts) {
        let Parts { asked, done } = later;
        self.done.incomes.extend(done.incomes);
        for (key, amount) in done.rest {
            let sum = self.done.rest.entry(key).or_default();
            *sum = sum.saturating_add(amount);
        }
        self.done.sheltered.extend(done.sheltered);
        self.done.aside.extend(done.aside);
        let mut once: HashMap<usize, Once> = asked.into_iter().map(|(key, at)| (at, key)).collect();
        for (at, question) in done.questions.into_iter().enumerate() {
            if let Some(key) = once.remove(&at) {
                if let Some(known) = self.asked.get(&key) {
                    let known = &mut self.done.questions[*known];
                    if let Some(more) = question.amount {
                        let sum = known.amount.unwrap_or_default().saturating_add(more);
                        known.amount = Some(sum);
                    }
                    continue;
                }
                self.asked.insert(key, self.done.questions.len());
            }
            self.done.questions.push(question);
        }
    }

    /// Keeps a figure, or adds it to the sums where no year asked for has to do with it. `paid`: the
    /// day of its event.
    fn keep(&mut self, income: Income, paid: NaiveDate) {
        let wanted = self.years.is_none_or(|years| {
            years.contains(&income.year) || years.contains(&self.regime.year.year_of(paid))
        });
        if wanted {
            self.done.incomes.push(income);
        } else {
            let key = (income.year, income.category, income.property);
            let sum = self.done.rest.entry(key).or_default();
            *sum = sum.saturating_add(income.amount);
        }
    }

    fn events(&mut self, range: Range<usize>) {
        let journal = self.frame.journal;
        for at in range {
            self.event(at, &journal.events[at]);
        }
    }

    fn matches(&mut self, range: Range<usize>) {
        let findings = self.frame.findings;
        for at in range {
            self.matched(at, &findings.matches[at]);
        }
    }

    fn event(&mut self, at: usize, event: &'j Event) {
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
        let mut placed = false;
        let mut none = false;
        let mut whole = false;
        let mut taken: Vec<(&str, Option<&str>)> = Vec::new();
        let mut given: Vec<&str> = Vec::new();
        let mut lack = None;
        for Row { rule, name } in &frame.rows[rows] {
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
                    self.keep(
                        Income {
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
                        },
                        event.date,
                    );
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

    fn accrual(&mut self, accrual: &'j Income) {
        let subject = Subject::accrual(self.journal, self.regime, accrual);
        let frame = self.frame;
        let Some(rows) = frame.rows_of(&accrual.category) else { return };
        let mut taken: Vec<(&str, Option<&str>)> = Vec::new();
        let mut given: Vec<&str> = Vec::new();
        for Row { rule, name } in rows {
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
        let frame = self.frame;
        let Some(rows) = frame.rows_of("match") else { return };
        let subject = Subject::matched(self.journal, self.regime, matched, year);
        let mut taken: Vec<(&str, Option<&str>)> = Vec::new();
        let mut given: Vec<&str> = Vec::new();
        for Row { rule, name } in rows {
            let slot = (&*rule.field, rule.part_of.as_ref().map(|_| &*rule.id));
            let orphan = rule.part_of.as_ref().is_some_and(|parent| !given.contains(&&**parent));
            if taken.contains(&slot) || orphan || !rule.years.holds(year) {
                continue;
            }
            let Verdict::Gives(amount, how) = self.verdict(&subject, rule, None) else { continue };
            taken.push(slot);
            given.push(&rule.id);
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
        let row = self.kinds[event.kind.number()].deemed?;
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
            row.conditions.iter().all(|condition| {
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
            self.keep(
                Income {
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
                },
                date,
            );
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
