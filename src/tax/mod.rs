//! Judgement of disposals: which lots a sale took, what it gained, how long they were held, which
//! losses do not count, and what no event states: discounts earned and depreciation.
//!
//! In: a `Journal` and a `Regime`. Out: [`Findings`]: matches, open lots, holding tests, accruals (a
//! figure for each, under the accrual's own name, which the regime's rows then place), and what is
//! still open. Knows no category and no form.
#![doc = include_str!("decisions.md")]

mod rental;

use crate::event::Journal;
use crate::income::Findings;
use crate::regime::Regime;

/// Walks the journal once, in its order, and finds what follows from it.
pub fn find(journal: &Journal, regime: &Regime) -> Findings {
    let mut findings = Findings::default();
    rental::depreciate(journal, regime, &mut findings);
    findings
}
