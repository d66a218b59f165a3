//! Futures: their price moves no cash, what they gained does.

use super::fields::Field;
use super::make::{Fact, Made, Maker, Unread};
use super::security::Security;
use super::trade::Figures;
use crate::event::EventKind;
use crate::money::Decimal;

impl Maker<'_, '_> {
    /// A future: its price moves no cash; what it gained does, when it is closed.
    pub(super) fn future(
        &self,
        at: usize,
        security: &Security,
        figures: &Figures,
        made: &mut Made,
    ) -> Result<(), Unread> {
        let (id, quantity) = (security.id.clone(), figures.quantity);
        let value = figures.proceeds.abs();
        let (opens, closes) = self.opens(at);
        if opens == closes {
            return Err("nothing says whether the future is opened or closed".into());
        }
        if opens {
            let mut event =
                self.event(at, 0, EventKind::FutureOpen { security: id, quantity, value })?;
            (event.amount, event.fees) = (-figures.fees, figures.fees);
            made.events.push(event);
            return Ok(());
        }
        // What the broker calls realized is less the costs of both ends; those of the opening were
        // paid then.
        let realized = self.number(at, Field::Realized)?;
        let realized = realized.ok_or("what the future gained is not stated")?;
        let amount = self
            .opening_costs(at, security, quantity)
            .and_then(|costs| realized.checked_add(costs));
        let amount = amount.unwrap_or_else(|| {
            made.doubts.push(
                "what was paid when the future was opened stands in another file: it is taken off here"
                    .to_owned(),
            );
            realized
        });
        let mut event =
            self.event(at, 0, EventKind::FutureClose { security: id, quantity, value })?;
        (event.amount, event.fees) = (amount, figures.fees);
        made.events.push(event);
        Ok(())
    }

    /// What was paid to open as many contracts as are closed here, first in first out by the file.
    fn opening_costs(&self, at: usize, security: &Security, closed: Decimal) -> Option<Decimal> {
        let fact = &self.facts[at];
        let when = |other: &Fact| (other.day, other.time, other.raw.line);
        let mut trades: Vec<usize> = (0..self.facts.len())
            .filter(|other| {
                let other = &self.facts[*other];
                other.aside.is_none()
                    && other.raw.sort == fact.raw.sort
                    && when(other) < when(fact)
                    && other.security.as_ref().is_some_and(|other| other.id == security.id)
            })
            .collect();
        trades.sort_by_key(|other| when(&self.facts[*other]));
        // Contracts that are open, and what was paid for each of them.
        let mut open: Vec<(Decimal, Decimal)> = Vec::new();
        let take = |open: &mut Vec<(Decimal, Decimal)>, units: Decimal| {
            let (mut units, mut costs) = (units.abs(), Decimal::ZERO);
            while !units.is_zero() {
                let (left, each) = open.first_mut()?;
                let taken = units.min(*left);
                costs = costs.checked_add(taken.checked_mul(*each)?)?;
                units -= taken;
                *left -= taken;
                if left.is_zero() {
                    open.remove(0);
                }
            }
            Some(costs)
        };
        for other in trades {
            let units = self.facts[other].quantity?;
            if self.opens(other).0 {
                let paid = self.number(other, Field::Commission).ok().flatten().unwrap_or_default();
                open.push((units.abs(), (-paid).checked_div(units.abs())?));
            } else {
                take(&mut open, units)?;
            }
        }
        take(&mut open, closed).map(|costs| costs.round_dp(8).normalize())
    }
}
