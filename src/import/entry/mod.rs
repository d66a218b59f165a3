//! Rows of formats that no table describes (OFX, Interactive Brokers): what became of each, whose
//! they are, and which of them are new.
//!
//! In: a format's rows, each with its events or the reason why it has none. Out: the same rows joined
//! over all files of a run and the books: known, changed, taken back, accounted for. Knows no format:
//! what a row means was decided by its own room.

mod correct;
mod say;
mod unite;

pub use unite::finish;

use super::covered::Dated;
use crate::event::{Account, Event, RowHash};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::{Name, Source};

/// A file's rows, by the accounts they are of.
pub struct File<'s> {
    /// The file itself.
    pub source: &'s Source,
    /// The name of its format, as a profile's.
    pub profile: Name,
    /// By what it was recognised.
    pub why: String,
    /// Hash of its text.
    pub digest: u64,
    /// Accounts in the order of the file, with their rows.
    pub parts: Vec<Part>,
}

/// The rows of one account in one file.
pub struct Part {
    /// Whose they are.
    pub account: Account,
    /// In the order of the file.
    pub rows: Vec<Row>,
    /// Days outside of which the file speaks of earlier payments only, where it says so itself.
    pub period: Option<(NaiveDate, NaiveDate)>,
    /// What the file states of cash and positions.
    pub stated: Vec<Stated>,
}

/// What a file states at its end, and at its beginning where it states that too.
pub struct Stated {
    /// `cash` or `positions`.
    pub what: &'static str,
    /// The currency, or the security.
    pub of: Name,
    /// At the close of this day.
    pub day: NaiveDate,
    /// Before the first row, where the file says.
    pub opening: Option<Decimal>,
    /// At the close.
    pub closing: Decimal,
}

/// One row and what became of it.
#[derive(Clone, Debug)]
pub struct Row {
    /// Of the file as it lies, from 1.
    pub line: u32,
    /// From its first character to its end, in bytes.
    pub bytes: (usize, usize),
    /// What makes it the same row at every download.
    pub id: RowHash,
    /// From 1, among identical rows of the account in the file.
    pub ordinal: u32,
    /// The bank's or broker's own id, where it is one.
    pub broker_id: Option<Name>,
    /// Its day; of a row without one the day of its neighbour.
    pub day: Option<NaiveDate>,
    /// What became of it.
    pub fate: Fate,
    /// What is doubtful in it, a sentence each; its events stand all the same.
    pub doubts: Vec<String>,
    /// It takes another row back and does not say which.
    pub back: Option<Back>,
    /// What it is if it takes back nothing that is known.
    pub unknown: Option<Box<Event>>,
    /// The security and the units it states, for a person's own decision.
    pub security: Option<Name>,
    /// As signed in the file.
    pub units: Option<Decimal>,
    /// What to write so that it is understood, where that is more than an override.
    pub teach: Option<String>,
}

/// How a row that takes another back hangs on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// It cannot stand without it: units that leave in a purchase.
    Must,
    /// It can: an income below zero.
    May,
    /// It can, and what it takes back is of its own day.
    SameDay,
}

/// What became of a row.
#[derive(Clone, Debug)]
pub enum Fate {
    /// It is these events.
    Events(Vec<Event>),
    /// Its event is that of another row of the same part, at this place.
    With(usize),
    /// It is no event; why, in the singular.
    Ignored(Name),
    /// Nothing understands it; why. The event is `unknown`, missing where no row has a day.
    Unresolved(String, Option<Box<Event>>),
}

impl Dated for File<'_> {
    fn name(&self) -> &Name {
        &self.source.name
    }

    fn profile(&self) -> &Name {
        &self.profile
    }

    fn digest(&self) -> u64 {
        self.digest
    }

    fn days(&self) -> Vec<(&Account, NaiveDate, NaiveDate)> {
        let of = |part: &'_ Part| part.days();
        let parts = self.parts.iter();
        parts
            .filter_map(|part| of(part).map(|(first, last)| (&part.account, first, last)))
            .collect()
    }
}

impl Part {
    /// First and last day of its rows, within the period that the file is of.
    pub fn days(&self) -> Option<(NaiveDate, NaiveDate)> {
        let days = || {
            let told = |row: &&Row| !matches!(row.fate, Fate::Ignored(_));
            self.rows.iter().filter(told).filter_map(|row| row.day).map(|day| match self.period {
                Some((first, last)) if first <= last => day.clamp(first, last),
                _ => day,
            })
        };
        days().min().zip(days().max())
    }

    /// The events of its rows.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.rows.iter().flat_map(|row| match &row.fate {
            Fate::Events(events) => &events[..],
            Fate::Unresolved(_, event) => {
                event.as_deref().map(std::slice::from_ref).unwrap_or_default()
            }
            Fate::Ignored(_) | Fate::With(_) => &[],
        })
    }
}
