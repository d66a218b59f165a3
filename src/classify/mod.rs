//! Decides what each event, each match and each accrual is for tax, by the rows of a regime.
//!
//! In: a `Journal`, a `Regime` and what `tax` found. Out: one `Income` for each figure that a row
//! took, a `Question` for each event that none did or that hangs on a missing fact, and the events
//! that are nobody's income. Knows no lots and no forms.
//!
//! For each figure of an event the first row that matches wins; rows of parts (`part_of`) stand
//! outside that rule. Nothing falls into a default category.

mod apply;
mod ask;
mod cash;
mod frame;
mod kinds;
mod sheltered;
mod subject;
mod vector;

use std::collections::HashMap;
use std::ops::{Deref, Range};

use indexmap::IndexMap;
use rayon::prelude::*;

use crate::event::{Journal, Question};
use crate::income::{Findings, Income};
use crate::money::Decimal;
use crate::period::{NaiveDate, TaxYear};
use crate::regime::Regime;
use crate::source::{ByLetters, Name};

pub use cash::{LINES as CASH_LINES, cash};
use frame::{Frame, Tried};

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
            events.par_iter().with_max_len(1).map(|range| frame.deposits(range.clone())).collect();
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
            let classified = round.par_iter().with_max_len(1).map(|(deposits, range)| {
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
        let classified = round.par_iter().with_max_len(1).map(|range| {
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

/// How many of the last sums are looked at before one is looked up.
const NEAR: usize = 32;

/// `0..count` in pieces.
fn slices(count: usize) -> Vec<Range<usize>> {
    (0..count).step_by(SLICE).map(|start| start..count.min(start + SLICE)).collect()
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

/// Classifies events in their order.
struct Classifier<'a, 'j> {
    frame: &'a Frame<'j>,
    /// Money that came into an account on or before the day of a gift, by account.
    deposits: Deposits<'j>,
    asked: HashMap<Once, usize>,
    done: Classified,
    /// Of the subject at hand.
    tried: Tried,
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

impl<'a, 'j> Classifier<'a, 'j> {
    fn new(frame: &'a Frame<'j>, deposits: Deposits<'j>) -> Classifier<'a, 'j> {
        Classifier {
            frame,
            deposits,
            asked: HashMap::new(),
            done: Classified::default(),
            tried: Tried::default(),
        }
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
            // Events come by date, so that most figures are of sums that were begun of late.
            let rest = &mut self.done.rest;
            let near = rest.as_mut_slice().iter_mut().rev().take(NEAR);
            let sum = match near.into_iter().find(|(known, _)| **known == key) {
                Some((_, sum)) => sum,
                None => rest.entry(key).or_default(),
            };
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
}

/// `amount` x `part` / `whole`, exact where it can be.
fn part(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal {
    if part == whole || whole.is_zero() {
        return amount;
    }
    let product = amount.checked_mul(part).and_then(|product| product.checked_div(whole));
    product.or_else(|| amount.checked_div(whole)?.checked_mul(part)).unwrap_or(amount)
}
