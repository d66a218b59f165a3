//! The journal: all events of the books with the accounts, securities and properties they are about.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::field::Parts;
use super::security::{Facts, Securities};
use super::{Account, Claim, Event, EventId, EventKind, Owner};
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
    /// How many errors reading met. What they are about is not among the events, so no year of these
    /// records is sure while there is one.
    pub problems: usize,
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

    /// What a payment was made of: the source's own figures where they split it, else what a person
    /// wrote for that day, else what else the source states of it.
    pub fn made_of<'j>(&'j self, event: &'j Event) -> Option<&'j Parts> {
        let (EventKind::Dividend { parts: own, .. }
        | EventKind::FundDistribution { parts: own, .. }
        | EventKind::CapitalGainDistribution { parts: own, .. }) = &event.kind
        else {
            return None;
        };
        if !own.0.is_empty() {
            return Some(own);
        }
        let security = event.kind.security()?;
        self.securities.split(security, event.date, &event.account).map(|split| &split.parts)
    }

    /// Of a payment, the capital that it gives back; 0 where none is known.
    pub fn capital_returned(&self, event: &Event) -> Decimal {
        match &event.kind {
            EventKind::ReturnOfCapital { .. } | EventKind::Liquidation { .. } => event.gross(),
            EventKind::Dividend { .. } | EventKind::FundDistribution { .. } => {
                let stated = self.made_of(event).and_then(|parts| parts.get("return_of_capital"));
                let claimed = event.claimed.has(Claim::ReturnOfCapital);
                stated.unwrap_or_else(|| if claimed { event.gross() } else { Decimal::ZERO })
            }
            _ => Decimal::ZERO,
        }
    }
}

impl Property {
    /// Of a year's days: those let at a fair price, and those used at all, let or for oneself. Days
    /// offered and not let count as neither. `None`: let all year.
    pub fn days_let(&self, year: i32) -> Option<(Decimal, Decimal)> {
        let (first, last) =
            (NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?);
        let within = |r#use: &'static str| {
            let days = self.days.iter().filter(move |days| days.r#use == *r#use);
            days.map(move |days| (days.from.max(first), days.to.min(last)))
                .filter(|(from, to)| from <= to)
                .flat_map(|(from, to)| from.iter_days().take_while(move |day| *day <= to))
        };
        let personal: HashSet<NaiveDate> = within("personal").collect();
        let vacant: HashSet<NaiveDate> = within("vacant").collect();
        let mut rented: HashSet<NaiveDate> = within("rented").collect();
        if personal.is_empty() && vacant.is_empty() && rented.is_empty() {
            return None;
        }
        let own = if rented.is_empty() {
            // Only the exceptions are named: all other days were let.
            let from = self.placed_in_service.map_or(first, |day| day.max(first));
            let days = from.iter_days().take_while(|day| *day <= last);
            rented = days.filter(|day| !personal.contains(day)).collect();
            personal.len()
        } else {
            personal.difference(&rented).count()
        };
        let rented = rented.difference(&vacant).count();
        Some((Decimal::from(rented), Decimal::from(rented + own)))
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
