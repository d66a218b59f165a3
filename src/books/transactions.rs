//! The events of a ledger: those that blocks state by their tags, and those that rules make of
//! hand-written transactions, in the order of a journal.

use super::Books;
use super::rules::{Known, Recogniser};
use crate::event::{Event, EventId, Rank};
use crate::ledger::Ledger;
use crate::ledger::blocks::{self, Context, Ids};
use crate::period::{NaiveDate, NaiveTime};

/// Reads the events of `ledger` into `reading`; what is wrong with them and what they leave open into
/// the books.
pub fn events(ledger: &Ledger, books: &mut Books, reading: &mut Reading) {
    let context =
        Context { accounts: &books.settings.accounts, currency: &books.settings.currency };
    let known =
        Known { context, rules: &books.settings.rules, securities: &books.journal.securities };
    let mut rules = Recogniser::new(ledger, known);
    let mut diagnostics = Vec::new();
    for (transaction, row) in ledger.transactions().zip(&ledger.transactions) {
        match blocks::event(transaction, &context, &mut reading.ids) {
            None => {
                for event in rules.events(transaction, row, &mut reading.ids) {
                    reading.push(event, true);
                }
            }
            Some(Ok((event, warnings))) => {
                diagnostics.extend(warnings);
                let hand_written = transaction.tag("id").is_none();
                reading.push(event, hand_written);
            }
            Some(Err(found)) => diagnostics.extend(found),
        }
    }
    let (questions, found) = rules.finish();
    books.diagnostics.extend(diagnostics);
    books.diagnostics.extend(found);
    books.journal.questions.extend(questions);
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
        let time = event.further.dates.time;
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
