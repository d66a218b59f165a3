//! Which matches are kept apart: those of each lot, or sums of a disposal's or of a year's, as far as a
//! report needs no more of them.
//!
//! Where shares are sold at a loss and bought again for years, nearly every share comes to have a cost
//! and a day of its own, and a sale takes as many lots as shares. All of them are walked, one by one;
//! what a year's statement sums up is summed up at once.

use std::sync::Arc;

use super::position::Stated;
use super::walk::Walk;
use crate::income::{Adjustment, Detail, Match};
use crate::period::{NaiveDate, TaxYear};
use crate::regime::Regime;

/// What matches have in common that may be summed up: whatever rules of a regime ask of them, so that
/// a rule gives the same of the sum as of its parts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Class {
    year: Option<TaxYear>,
    /// The disposal, where a year's are told apart.
    disposal: Option<usize>,
    /// The day, where facts about the security change with it.
    day: Option<NaiveDate>,
    /// Which tests they pass, as bits.
    passed: u8,
    known: bool,
    sort: &'static str,
}

/// What a report needs apart, if the rules of `regime` allow for sums: one that asks how large a gain is
/// does not.
pub(super) fn detail<'y>(regime: &Regime, detail: Detail<'y>) -> Detail<'y> {
    let of_matches =
        |rule: &&crate::regime::Rule| rule.events.iter().any(|event| *event == *"match");
    let by_gain =
        |rule: &crate::regime::Rule| rule.conditions.iter().any(|one| one.fact == *"gain");
    let many = regime.holdings.len() > 8;
    if many || regime.rules.iter().filter(of_matches).any(by_gain) { Detail::ALL } else { detail }
}

impl Walk<'_> {
    /// Keeps what was sold last, all of it from one position, in its order.
    pub fn keep_sold(&mut self, position: usize) {
        let mut sold = std::mem::take(&mut self.sold);
        for matched in sold.drain(..) {
            self.keep(position, matched);
        }
        self.sold = sold;
    }

    /// Keeps a match.
    pub fn keep(&mut self, position: usize, mut matched: Match) {
        let mut class = self.class(position, &matched);
        self.keep_in(position, &mut class, &mut matched);
    }

    /// The class of all that one disposal took, but for what differs between lots; `None` where each is
    /// kept as a match of its own.
    pub fn class(&self, position: usize, matched: &Match) -> Option<Class> {
        let of = self.regime.year.year_of(matched.disposed);
        let wanted = self.detail.years.is_none_or(|years| years.contains(&of));
        if wanted && self.detail.lots {
            return None;
        }
        // Payments that give capital back are asked what went beyond cost, each by itself.
        let apart = wanted || self.journal.events[matched.disposal].kind.quantity().is_none();
        let dated = self.positions[position].stated == Stated::Dated;
        Some(Class {
            year: matched.year,
            disposal: apart.then_some(matched.disposal),
            day: dated.then_some(matched.disposed),
            passed: 0,
            known: true,
            sort: matched.sort,
        })
    }

    /// Keeps a match of a disposal whose class is known: as one of its own, or in a sum. Returns its
    /// index among those kept; what is left in `matched` is nobody's.
    pub fn keep_in(
        &mut self,
        position: usize,
        class: &mut Option<Class>,
        matched: &mut Match,
    ) -> usize {
        let Some(class) = class else { return self.push(matched) };
        class.passed = self.bits(matched);
        class.known = matched.cost.is_some();
        // Only the newest are looked at: a sum more is no wrong one.
        let sums = &self.positions[position].sums;
        let known = sums.iter().rev().take(16).find(|(other, _)| other == class);
        if let Some((_, row)) = known {
            let row = *row;
            add(&mut self.findings.matches[row], matched);
            return row;
        }
        for adjustment in &mut matched.adjustments {
            adjustment.because = None;
        }
        let row = self.push(matched);
        let sums = &mut self.positions[position].sums;
        if class.disposal.is_some() && sums.len() > 64 {
            // What is sold later is none of these disposals.
            sums.retain(|(class, _)| class.disposal.is_none());
        }
        sums.push((class.clone(), row));
        row
    }

    fn push(&mut self, matched: &mut Match) -> usize {
        self.stamps.matches.push(self.now);
        self.findings.matches.push(Match {
            adjustments: std::mem::take(&mut matched.adjustments),
            holding: Arc::clone(&matched.holding),
            account: matched.account.clone(),
            security: matched.security.clone(),
            ..*matched
        });
        self.findings.matches.len() - 1
    }

    fn bits(&self, matched: &Match) -> u8 {
        if matched.holding.is_empty() {
            return 0;
        }
        let tests = self.regime.holdings.iter().enumerate();
        let passed = tests.filter(|(_, test)| matched.holding.contains(&test.name));
        passed.fold(0, |bits, (at, _)| bits | 1 << at)
    }
}

/// Adds a match to a sum.
fn add(sum: &mut Match, matched: &mut Match) {
    sum.quantity += matched.quantity;
    sum.proceeds += matched.proceeds;
    sum.cost = sum.cost.zip(matched.cost).map(|(sum, cost)| sum + cost);
    sum.disposed = sum.disposed.max(matched.disposed);
    sum.plain += matched.plain;
    if sum.acquisition != matched.acquisition {
        sum.acquisition = None;
    }
    if sum.acquired != matched.acquired {
        sum.acquired = None;
    }
    if sum.held_since != matched.held_since {
        sum.held_since = None;
    }
    for adjustment in matched.adjustments.drain(..) {
        correct(sum, Adjustment { because: None, ..adjustment });
    }
}

/// Adds a correction to those of a match: to the one with its code and cause, if there is one.
pub(super) fn correct(matched: &mut Match, by: Adjustment) {
    let mut known = matched.adjustments.iter_mut();
    let known = known.find(|known| known.because == by.because && known.code == by.code);
    if let Some(known) = known {
        known.amount += by.amount;
        known.quantity += by.quantity;
    } else {
        if matched.adjustments.is_empty() {
            matched.adjustments.reserve_exact(1);
        }
        matched.adjustments.push(by);
    }
}
