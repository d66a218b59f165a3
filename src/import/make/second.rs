//! The second event of a row: fees of their own kind, what an income buys at once, what is passed on.

use super::{Cash, Making, Reason, cash_of, checked};
use crate::event::{self, Event, EventId, EventKind, Relation};
use crate::import::cell::Number;
use crate::import::profile::{Field, Make, SymbolIs};
use crate::import::row::Row;
use crate::money::{self, Decimal};
use crate::source::Name;

impl Making<'_> {
    /// What the event costs, as an event of its own.
    pub(super) fn fees_apart(
        &self,
        row: &Row,
        event: &mut Event,
        kind: &'static str,
        expense: Option<&Name>,
        id: EventId,
    ) -> Result<Box<Event>, Reason> {
        let fees = std::mem::take(&mut event.fees);
        event.amount = checked(event.amount.checked_add(fees))?;
        let rule = Make { expense: expense.cloned(), ..Make::of(kind) };
        let kind = self.kind(row, &rule, kind, None)?;
        let mut second = self.event(row, id.with_part(1), kind);
        second.amount = -fees;
        second.currency = Some(row.currency.clone());
        second.further.links.push(event::Link { relation: Relation::PartOf, to: id });
        Ok(Box::new(second))
    }

    /// The units of `event` on their way to another account.
    pub(super) fn passed_on(&self, row: &Row, event: &Event) -> Option<Box<Event>> {
        let security = event.security().cloned()?;
        let quantity = -event.quantity();
        let kind = EventKind::TransferOut { security, quantity, lots: event::Lots::default() };
        let mut second = self.event(row, event.id.with_part(1), kind);
        second.further.links.push(event::Link { relation: Relation::PartOf, to: event.id.clone() });
        Some(Box::new(second))
    }

    /// The amount of a row that is invested at once: where it states none, what its units cost; units
    /// of a fund that is cash in all but name cost 1.
    pub(super) fn paid(&self, row: &Row) -> Result<Number, Reason> {
        let stated = self.cash(row);
        if stated.value().is_some_and(|amount| !amount.is_zero()) {
            return Ok(stated);
        }
        let Some(quantity) = row.quantity.value() else { return Ok(stated) };
        let price = match row.price.value().filter(|price| !price.is_zero()) {
            None if self.symbol_holds(&SymbolIs::Sweep, row) => Decimal::ONE,
            None => return Ok(stated),
            Some(price) => price,
        };
        Ok(Number::Some(money::rounded(checked(quantity.checked_mul(price))?, 2)))
    }

    /// The purchase of the row's units by what `event` brought, or the sale that pays it; none where
    /// they are cash in all but name.
    pub(super) fn invested(&self, row: &Row, event: &Event) -> Option<Box<Event>> {
        let quantity = row.quantity.value().filter(|quantity| !quantity.is_zero())?.abs();
        let security = row.security.clone()?;
        if self.symbol_holds(&SymbolIs::Sweep, row) {
            return None;
        }
        let price = row.price.value().filter(|price| !price.is_zero());
        let bought = event.amount.is_sign_positive();
        let kind = if bought {
            EventKind::Buy { security, quantity, price }
        } else {
            EventKind::Sell { security, quantity: -quantity, price }
        };
        let mut second = self.event(row, event.id.with_part(1), kind);
        second.amount = -event.amount;
        second.currency.clone_from(&event.currency);
        let income = cash_of(event.kind.name()) == Cash::In
            && !matches!(event.kind, EventKind::Deposit { .. });
        let relation = if income && bought { Relation::Reinvests } else { Relation::PartOf };
        second.further.links.push(event::Link { relation, to: event.id.clone() });
        Some(Box::new(second))
    }

    /// What the units of a sale are changed into: a purchase at what they are worth, the costs with
    /// it, so that no cash is left or missing.
    pub(super) fn bought(
        &self,
        row: &Row,
        event: &mut Event,
        into: &Name,
        units: Decimal,
    ) -> Result<Box<Event>, Reason> {
        event.fees = Decimal::ZERO;
        let kind = EventKind::Buy { security: into.clone(), quantity: units, price: None };
        let mut second = self.event(row, event.id.with_part(1), kind);
        second.amount = -event.amount;
        second.currency.clone_from(&event.currency);
        second.further.links.push(event::Link { relation: Relation::PartOf, to: event.id.clone() });
        if event.amount.is_zero() {
            return Err(Reason::new(
                "missing-value",
                "the row does not say what its units are worth",
            )
            .at(Field::Amount));
        }
        Ok(Box::new(second))
    }
}
