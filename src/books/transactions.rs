//! The events of a ledger: those that blocks state by their tags, and those that rules make of
//! hand-written transactions, in the order of a journal.

use super::Books;
use crate::event::{Event, EventId, Rank};
use crate::ledger::Ledger;
use crate::ledger::blocks::{self, Context, Ids};
use crate::period::{NaiveDate, NaiveTime};

/// Reads the events of `ledger` into `reading`; what is wrong with them into the books.
pub fn events(ledger: &Ledger, books: &mut Books, reading: &mut Reading) {
    let context =
        Context { accounts: &books.settings.accounts, currency: &books.settings.currency };
    for transaction in ledger.transactions() {
        match blocks::event(transaction, &context, &mut reading.ids) {
            None => {}
            Some(Ok((event, warnings))) => {
                books.diagnostics.extend(warnings);
                let hand_written = transaction.tag("id").is_none();
                reading.push(event, hand_written);
            }
            Some(Err(found)) => books.diagnostics.extend(found),
        }
    }
    for price in &ledger.prices {
        let commodity = ledger.commodity(price.commodity).clone();
        let amount = ledger.amount(price.amount);
        books.journal.prices.push((price.date, commodity, amount.quantity, amount.commodity));
    }
}

/// Events as they are read, of several ledgers.
#[derive(Default)]
pub struct Reading {
    events: Vec<(Key, Event)>,
    ids: Ids,
    /// Day and rank of the last hand-written one.
    last: Option<(NaiveDate, Rank)>,
}

/// What sorts events of books. Imported ones go by `Event::order`; hand-written ones keep their own
/// order within a day, so each stands at least as late as the one before it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key(NaiveDate, Option<NaiveTime>, Rank, Option<EventId>);

impl Reading {
    fn push(&mut self, event: Event, hand_written: bool) {
        let time = event.dates.as_deref().and_then(|dates| dates.time);
        let mut rank = event.kind.rank();
        let id = if hand_written {
            if let Some((_, before)) = self.last.filter(|(day, _)| *day == event.date) {
                rank = rank.max(before);
            }
            self.last = Some((event.date, rank));
            None
        } else {
            Some(event.id.clone())
        };
        self.events.push((Key(event.date, time, rank, id), event));
    }

    /// All events, in the order of a journal.
    pub fn in_order(mut self) -> Vec<Event> {
        self.events.sort_by(|(left, _), (right, _)| left.cmp(right));
        self.events.into_iter().map(|(_, event)| event).collect()
    }
}
