//! The journal: all events of the books with the accounts, securities and properties they are about.

use indexmap::IndexMap;

use super::security::{Facts, Securities};
use super::{Account, Event, EventId, Owner};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

/// Everything that judgement works on. Facts and what a person decided; nothing derived.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    /// In the order of a journal: by date; within a day as `Event::order` says, hand-written
    /// entries in their own order.
    pub events: Vec<Event>,
    /// By id, in the order of the settings.
    pub accounts: IndexMap<Name, Account>,
    /// By id, in the order of the settings.
    pub owners: IndexMap<Name, Owner>,
    /// Facts about securities.
    pub securities: Securities,
    /// Let properties by id, in the order of the file.
    pub properties: IndexMap<Name, Property>,
    /// What a person decided about one event, by its id.
    pub overrides: Vec<Override>,
    /// Lots named at a sale.
    pub choices: Vec<Choice>,
    /// What came before the books begin, by year and key: `capital_loss_short`.
    pub carry: Vec<(i32, Name, Decimal)>,
    /// Prices and exchange rates: day, commodity, price, its commodity; by day.
    pub prices: Vec<(NaiveDate, Name, Decimal, Name)>,
    /// Questions that reading raised: transactions about investments that no rule knows.
    pub questions: Vec<Question>,
}

impl Journal {
    /// The day to which the records of an account reach: as stated, else its newest event.
    pub fn reached(&self, account: &str) -> Option<NaiveDate> {
        let stated = self.accounts.get(&Name::new(account)).and_then(|account| account.reached);
        let newest = self.events.iter().filter(|event| event.account == *account);
        stated.max(newest.map(|event| event.date).max())
    }

    /// The event with this id. Linear: for messages.
    pub fn event(&self, id: &EventId) -> Option<&Event> {
        self.events.iter().find(|event| event.id == *id)
    }
}

/// A let property as `securities.toml` describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// As in the file: `house`.
    pub id: Name,
    /// For the eye.
    pub title: Option<Name>,
    /// From when it is depreciated.
    pub placed_in_service: Option<NaiveDate>,
    /// Cost of what is depreciated, positive.
    pub building: Option<Decimal>,
    /// Cost of the land, positive.
    pub land: Option<Decimal>,
    /// Years over which it is depreciated.
    pub life: Option<Decimal>,
    /// Further facts: `use` …
    pub facts: Facts,
    /// Days on which it was not let at a fair price all year.
    pub days: Vec<PropertyUse>,
    /// Line of `securities.toml`.
    pub line: u32,
}

/// Days of one use of a property, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyUse {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// `rented`, `vacant`, `personal`.
    pub r#use: Name,
}

/// A person's decision about one event; the journal keeps the fact.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    /// Which event.
    pub event: EventId,
    /// The kind it is to be taken as.
    pub kind: Name,
    /// The reason, for `explain`.
    pub why: Name,
    /// When it was decided.
    pub on: Option<NaiveDate>,
}

/// Lots named at a sale.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The sale.
    pub event: EventId,
    /// Day of purchase and units, positive.
    pub lots: Vec<(NaiveDate, Decimal)>,
    /// When they were named.
    pub instructed: Option<NaiveDate>,
}

/// Something only a person can answer. A year with one is incomplete.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// What is asked, one sentence with a question mark.
    pub asks: String,
    /// What raised it.
    pub event: Option<EventId>,
    /// The day that decides the year it leaves incomplete.
    pub date: NaiveDate,
    /// How much money waits for the answer, in `currency`.
    pub amount: Option<Decimal>,
    /// The currency of `amount`.
    pub currency: Option<Name>,
    /// `FILE:LINE` of what raised it.
    pub source: String,
    /// Where the answer goes and what to write.
    pub write: Write,
}

/// The lines that answer a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// `securities.toml`, `rentier.toml`, `main.journal`.
    pub file: String,
    /// The lines, `…` where the answer goes.
    pub text: String,
}
