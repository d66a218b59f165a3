//! Judgement of disposals: which lots a sale took, what it gained, how long they were held, which
//! losses do not count, and what no event states: discounts earned and depreciation.
//!
//! In: a `Journal` and a `Regime`. Out: [`Findings`]: matches, open lots, holding tests, accruals (a
//! figure for each, under the accrual's own name, which the regime's rows then place), and what is
//! still open. Knows no category and no form.
#![doc = include_str!("decisions.md")]

mod actions;
mod bonds;
mod contracts;
mod dispose;
mod holding;
mod lot;
mod options;
mod rental;
mod repurchase;
mod transfers;
mod walk;

use crate::event::Journal;
use crate::income::{Findings, OpenLot};
use crate::period::{Datelike, NaiveDate};
use crate::regime::Regime;
use walk::Walk;

/// Walks the journal once, in its order, and finds what follows from it.
pub fn find(journal: &Journal, regime: &Regime) -> Findings {
    let mut walk = Walk::new(journal, regime);
    let last = last_day(journal);
    let mut year = journal.events.first().map(|event| event.date.year());
    for (at, event) in journal.events.iter().enumerate() {
        while let Some(ended) = year.filter(|ended| *ended < event.date.year()) {
            walk.close_year(ended);
            year = Some(ended + 1);
        }
        walk.event(at);
    }
    while let (Some(ended), Some(last)) = (year, last) {
        if NaiveDate::from_ymd_opt(ended, 12, 31).is_none_or(|end| end > last) {
            break;
        }
        walk.close_year(ended);
        year = Some(ended + 1);
    }
    if let Some(last) = last {
        walk.open_shorts(last);
        walk.unmarked(last);
    }
    walk.lost_premiums();
    holding::tests(&mut walk);
    walk.may_change();
    let open = open(&mut walk);
    let mut findings = walk.findings;
    findings.open = open;
    rental::depreciate(journal, regime, &mut findings);
    findings
}

/// The day to which the records reach: of the newest event, or as an account states.
fn last_day(journal: &Journal) -> Option<NaiveDate> {
    let newest = journal.events.iter().map(|event| event.date).max();
    newest.max(journal.accounts.values().filter_map(|account| account.reached).max())
}

impl Walk<'_> {
    /// The end of a year: what bonds earned in it.
    fn close_year(&mut self, year: i32) {
        let Some(day) = NaiveDate::from_ymd_opt(year + 1, 1, 1) else { return };
        if self.bonds == 0 {
            return;
        }
        for position in 0..self.positions.len() {
            self.accrue_to(position, day);
        }
    }
}

/// What is held and owed at the end.
fn open(walk: &mut Walk<'_>) -> Vec<OpenLot> {
    let mut open = Vec::new();
    for position in &mut walk.positions {
        let (account, security) = (position.account.clone(), position.security.clone());
        let of = |lot: &lot::Lot, owed: bool| OpenLot {
            account: account.clone(),
            security: security.clone(),
            acquisition: lot.acquisition,
            acquired: lot.acquired,
            held_since: lot.since.filter(|since| Some(*since) != lot.acquired),
            quantity: if owed { -lot.quantity } else { lot.quantity },
            cost: lot.cost,
        };
        let owed: Vec<OpenLot> = position.owed.iter().map(|lot| of(lot, true)).collect();
        open.extend(position.drain().iter().map(|lot| of(lot, false)));
        open.extend(owed);
    }
    open
}
