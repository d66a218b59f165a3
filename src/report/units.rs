//! Units held before a day, as the records have them: only to show how a payment came about.

use std::collections::HashMap;

use crate::event::{Event, EventKind, Journal};
use crate::money::{self, Decimal};
use crate::period::NaiveDate;
use crate::source::Name;

/// Units after each change, by account and security.
#[derive(Debug, Default)]
pub struct Units<'j> {
    units: HashMap<(&'j Name, &'j Name), Vec<(NaiveDate, Decimal)>>,
}

impl<'j> Units<'j> {
    /// Adds up what every event moved, once.
    pub fn of(journal: &'j Journal) -> Units<'j> {
        let mut held = Units::default();
        for event in &journal.events {
            let Some(security) = event.security() else { continue };
            match &event.kind {
                // What is given on units is of another security: the receiver's.
                EventKind::SpinOff { into, quantity, .. }
                | EventKind::StockDividend { into: Some(into), quantity, .. }
                | EventKind::Rights { into: Some(into), quantity, .. } => {
                    held.add(event, into, *quantity);
                }
                kind => {
                    if let Some(quantity) = kind.quantity() {
                        held.add(event, security, quantity);
                    }
                }
            }
        }
        held
    }

    fn add(&mut self, event: &'j Event, security: &'j Name, quantity: Decimal) {
        let changes = self.units.entry((&event.account, security)).or_default();
        let before = changes.last().map_or(Decimal::ZERO, |(_, units)| *units);
        changes.push((event.date, before.saturating_add(quantity)));
    }

    /// Units at the end of the day before `day`.
    fn before(&self, account: &Name, security: &Name, day: NaiveDate) -> Option<Decimal> {
        let changes = self.units.get(&(account, security))?;
        let at = changes.partition_point(|(date, _)| *date < day).checked_sub(1)?;
        Some(changes[at].1).filter(|units| *units > Decimal::ZERO)
    }

    /// `200 x 0.75`: a payment by units and what each was paid, as its source says, or where the
    /// units that the records have make an even figure. `None`: it cannot be said.
    pub fn each(&self, event: &Event) -> Option<String> {
        let security = event.security()?;
        let units = self.before(&event.account, security, event.date)?;
        let stated = event.kind.per_share();
        if stated.is_none() && matches!(event.kind, EventKind::Interest { .. }) {
            return None;
        }
        let each = stated.or_else(|| event.gross().checked_div(units))?;
        let even = each.round_dp(4) == each && each.checked_mul(units) == Some(event.gross());
        let currency = event.currency.as_deref().unwrap_or_default();
        even.then(|| {
            let each = money::grouped(money::cash(each, currency));
            format!("{} x {each}", super::words::units(units))
        })
    }
}
