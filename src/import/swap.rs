//! Joins the rows of one swap: what leaves in one row, what comes in another, each money or units of a
//! commodity, and rows of its fees. A trade that is booked in two rows, an order filled in parts, one
//! currency changed into another.

use indexmap::IndexMap;

use super::export::Export;
use super::make::{Made, Making, Reason, checked, readable};
use super::profile::{Field, Make};
use super::row::Row;
use crate::event::{EventId, EventKind};
use crate::money::Decimal;
use crate::source::Name;

/// What one row of a swap moves: a currency, or a commodity that is none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Leg {
    Cash(Name),
    Units(Name),
}

impl Export<'_> {
    /// Joins what has one reference; without one, rows that stand beside each other.
    pub(super) fn join_swaps(&mut self, members: &[(u32, &Make)]) {
        let referenced = |(row, _): &(u32, &Make)| !self.row(*row).reference.is_empty();
        if members.iter().all(referenced) {
            self.join_swap(members);
            return;
        }
        let mut rest = members;
        while let [one, other, ..] = rest {
            if self.are_legs(one.0, other.0) {
                self.join_swap(&[*one, *other]);
                rest = &rest[2..];
            } else {
                self.swap_alone(*one);
                rest = &rest[1..];
            }
        }
        if let [last] = rest {
            self.swap_alone(*last);
        }
    }

    fn swap_alone(&mut self, (row, rule): (u32, &Make)) {
        let reason = self.unpaired(row, rule);
        self.unresolve(row, reason);
    }

    /// Whether one row takes what the other gives, in something else.
    fn are_legs(&self, one: u32, other: u32) -> bool {
        let leg = |at: u32| {
            let row = self.row(at);
            self.document.making(row).leg(row)
        };
        match (leg(one), leg(other)) {
            (Some((one, first)), Some((other, second))) => {
                one != other && first.is_sign_negative() != second.is_sign_negative()
            }
            _ => false,
        }
    }

    fn join_swap(&mut self, members: &[(u32, &Make)]) {
        let rows: Vec<(&Row, &Make)> =
            members.iter().map(|(at, rule)| (self.row(*at), *rule)).collect();
        let making = self.document.making(rows[0].0);
        // What goes out names the event, whichever way the file is sorted.
        let out = |at: &&(u32, &Make)| {
            let row = self.row(at.0);
            let leaves = making.leg(row).is_some_and(|(_, number)| number.is_sign_negative());
            (at.1.kind == "fee", !leaves, self.id_of(at.0))
        };
        let Some((first, rule)) = members.iter().min_by_key(out).copied() else { return };
        if members.len() == 1 {
            self.swap_alone((first, rule));
            return;
        }
        let made = making.swap(self.row(first), &rows, rule, self.id_of(first));
        let others: Vec<u32> =
            members.iter().map(|(at, _)| *at).filter(|at| *at != first).collect();
        self.join(first, &others, rule, made);
    }
}

impl Making<'_> {
    /// What the row moves, and how much of it; `None` where it moves nothing.
    fn leg(&self, row: &Row) -> Option<(Leg, Decimal)> {
        let units = row.quantity.value().filter(|quantity| !quantity.is_zero());
        if let (Some(security), Some(units)) = (&row.security, units) {
            return Some((Leg::Units(security.clone()), units));
        }
        let cash = self.cash(row).value().filter(|amount| !amount.is_zero())?;
        Some((Leg::Cash(row.currency.clone()), cash))
    }

    /// The event of all `rows`, told by `first`, what leaves.
    fn swap(
        &self,
        first: &Row,
        rows: &[(&Row, &Make)],
        rule: &Make,
        id: EventId,
    ) -> Result<Made, Reason> {
        let mut legs: IndexMap<Leg, Decimal> = IndexMap::new();
        // Fees of rows of their own, and those that a row's amount is net of.
        let mut fees: IndexMap<Leg, Decimal> = IndexMap::new();
        let mut within: IndexMap<Leg, Decimal> = IndexMap::new();
        let add = |to: &mut IndexMap<Leg, Decimal>, leg, number: Decimal| {
            let sum = to.entry(leg).or_default();
            *sum = checked(sum.checked_add(number))?;
            Ok::<(), Reason>(())
        };
        for (row, rule) in rows {
            readable(row)?;
            let leg = self.leg(row);
            if let (Some(fee), Some((of, _))) = (row.fees.value(), &leg) {
                add(&mut within, of.clone(), fee)?;
            }
            match leg {
                Some((leg, number)) if rule.kind == "fee" => add(&mut fees, leg, -number)?,
                Some((leg, number)) => add(&mut legs, leg, number)?,
                None => {}
            }
        }
        fees.retain(|_, fee| !fee.is_zero());
        let (out, into): (Vec<_>, Vec<_>) = legs
            .into_iter()
            .filter(|(_, number)| !number.is_zero())
            .partition(|(_, number)| number.is_sign_negative());
        let (Ok([(out, gone)]), Ok([(into, came)])) =
            (<[_; 1]>::try_from(out), <[_; 1]>::try_from(into))
        else {
            let message = "these rows are not one thing that leaves and one that comes";
            return Err(Reason::new("unpaired", message).at(Field::Amount));
        };
        // A fee of units leaves with them; a fee of money is the event's.
        let cost = |leg: &Leg| fees.get(leg).copied().unwrap_or_default();
        let unplaced = fees.keys().find(|leg| **leg != out && **leg != into);
        if unplaced.is_some() {
            let message = "the fee is neither of what leaves nor of what comes";
            return Err(Reason::new("unpaired", message).at(Field::Fees));
        }
        let price = match rows.iter().filter(|(row, _)| row.price.value().is_some()).count() {
            1 => rows.iter().find_map(|(row, _)| row.price.value()),
            _ => None,
        };
        let (kind, amount, currency, paid) = match (&out, &into) {
            (Leg::Cash(currency), Leg::Units(security)) => {
                let quantity = checked(came.checked_sub(cost(&into)))?;
                let kind = EventKind::Buy { security: security.clone(), quantity, price };
                (kind, gone, currency, cost(&out))
            }
            (Leg::Units(security), Leg::Cash(currency)) => {
                let quantity = checked(gone.checked_sub(cost(&out)))?;
                let kind = EventKind::Sell { security: security.clone(), quantity, price };
                (kind, came, currency, cost(&into))
            }
            (Leg::Cash(currency), Leg::Cash(other)) => {
                let into_amount = checked(came.checked_sub(cost(&into)))?;
                let into_currency = other.clone();
                let kind = EventKind::CurrencyExchange { into_currency, into_amount };
                (kind, gone, currency, cost(&out))
            }
            (Leg::Units(_), Leg::Units(_)) => {
                let message = "one commodity was traded for another, and the rows state no value";
                return Err(Reason::new("missing-value", message).at(Field::Amount).help(
                    "write it by hand in main.journal, as a sale and a purchase at the value of that day",
                ));
            }
        };
        let mut event = self.event(first, id, kind);
        let lines = rows.iter().map(|(row, _)| row.line);
        let mut also: Vec<u32> = lines.filter(|line| *line != first.line).collect();
        also.sort_unstable();
        for line in also {
            event.origin.add(line);
        }
        event.amount = checked(amount.checked_sub(paid))?;
        let cash = if matches!(out, Leg::Cash(_)) { &out } else { &into };
        let within = within.get(cash).copied().unwrap_or_default();
        event.fees = checked(paid.checked_add(within))?;
        event.currency = Some(currency.clone());
        event.claimed = rule.claimed;
        event.reason.clone_from(&rule.reason);
        Ok(Made { event, second: None, doubt: None })
    }
}
