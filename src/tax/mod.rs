//! Judgement of disposals: which lots a sale took, what it gained, how long they were held, which
//! losses do not count, and what no event states: discounts earned and depreciation.
//!
//! In: a `Journal` and a `Regime`. Out: [`Findings`]: matches, open lots, holding tests, accruals (a
//! figure for each, under the accrual's own name, which the regime's rows then place), and what is
//! still open. Knows no category and no form.
#![doc = include_str!("decisions.md")]

mod actions;
mod apart;
mod bonds;
mod contracts;
mod day;
mod dispose;
mod fixed;
mod holding;
mod losses;
mod lot;
mod options;
mod position;
mod positions;
mod rental;
mod repurchase;
mod share;
mod sold;
mod transfers;
mod walk;

use crate::event::Journal;
use crate::income::{Detail, Findings};
use crate::regime::Regime;
use apart::Shared;

/// Fewer events than these are not worth more than one core.
const FEW: usize = 4096;

/// Walks the journal once, in its order, and finds what follows from it.
pub fn find(journal: &Journal, regime: &Regime) -> Findings {
    find_for(journal, regime, Detail::ALL)
}

/// The same, with matches no further told apart than `detail` says.
pub fn find_for(journal: &Journal, regime: &Regime, detail: Detail<'_>) -> Findings {
    let shared = Shared::new(journal, regime, sold::detail(regime, detail));
    let mut findings =
        if journal.events.len() < FEW { apart::at_once(&shared) } else { apart::walk(&shared) };
    rental::depreciate(journal, regime, shared.rentals, &mut findings);
    findings
}
