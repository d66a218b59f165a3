//! What an import is given beside the files: profiles, accounts, and what the books know.

use indexmap::IndexMap;

use super::Profile;
use super::hash::Hashed;
use crate::event::{Account, Event, EventId, EventKind, Override, RowHash, Securities};
use crate::period::{DateForm, NaiveDate};
use crate::source::Name;

/// Everything a run depends on, as values.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// Shipped ones, with the user's own merged in.
    pub profiles: &'c [Profile],
    /// The accounts of the books by id.
    pub accounts: &'c IndexMap<Name, Account>,
    /// Names in exports find their security by these.
    pub securities: &'c Securities,
    /// What the books have already.
    pub known: &'c Known<'c>,
    /// Whose rows they are where neither file nor books tell.
    pub otherwise: Otherwise<'c>,
    /// How dates are written in the exports of an account, by its id: only where an export can be
    /// read two ways.
    pub dates: &'c IndexMap<Name, DateForm>,
    /// What a person decided about rows that no profile understands.
    pub overrides: &'c [Override],
    /// Changed rows, by the id of the event they change, that a person accepts as corrections.
    pub accepted: &'c [EventId],
}

/// What to do with rows whose account nothing tells.
#[derive(Clone, Copy)]
pub enum Otherwise<'c> {
    /// Ask: the file waits, as `Asked`.
    Ask,
    /// They are this account's: `--account NAME`.
    Named(&'c Account),
    /// They are a taxable account's that is named after the profile, as where there are no books.
    Profile,
}

/// What the books have already: events by the rows they came from, and the days that the exports of
/// one profile have covered.
#[derive(Clone, Default)]
pub struct Known<'e> {
    /// By row, ordinal and part.
    by_id: Hashed<(RowHash, u32, u8), &'e Event>,
    /// Days of accounts, by the profile whose exports covered them.
    pub covered: Vec<Covered>,
    /// Tells further ones, where they are not known before files are read.
    pub beside: Option<Beside<'e>>,
}

/// Of the days that a file could not have beside those that are given: at least those of the same
/// accounts that exports of other profiles have covered.
pub type Beside<'e> = &'e dyn Fn(&[Covered]) -> Vec<Covered>;

/// Days of one account that exports of one profile have covered, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// The account's id.
    pub account: Name,
    /// The profile's name.
    pub profile: Name,
    /// First day.
    pub first: NaiveDate,
    /// Last day.
    pub last: NaiveDate,
}

impl<'e> Known<'e> {
    /// Of all events of the books: hand-written ones are never mistaken for a row.
    pub fn new(events: impl IntoIterator<Item = &'e Event>) -> Known<'e> {
        let formed = events.into_iter().filter(|event| event.id.given().is_none());
        let mut by_id = Hashed::default();
        by_id.reserve(formed.size_hint().1.unwrap_or_default());
        by_id.extend(formed.map(|event| (key(&event.id), event)));
        Known { by_id, ..Known::default() }
    }

    /// Which days are covered, as far as exports that have these could be refused for it.
    pub(super) fn covered_beside(&self, own: &[Covered]) -> Vec<Covered> {
        let beside = self.beside.map(|beside| beside(own));
        self.covered.iter().cloned().chain(beside.into_iter().flatten()).collect()
    }

    /// The books have no event that an export could have brought.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The event with this id.
    pub fn event(&self, id: &EventId) -> Option<&'e Event> {
        self.by_id.get(&key(id)).copied()
    }

    /// Whether a row with this content is in the books.
    pub fn has(&self, row: RowHash) -> bool {
        self.by_id.contains_key(&(row, 1, 0))
    }

    /// Whether the row of this id is in the books as one that nothing understood.
    pub fn is_unknown(&self, id: &EventId) -> bool {
        self.event(id).is_some_and(|event| matches!(event.kind, EventKind::Unknown { .. }))
    }

    /// Every event, in no order.
    pub fn events(&self) -> impl Iterator<Item = &'e Event> + '_ {
        self.by_id.values().copied()
    }
}

fn key(id: &EventId) -> (RowHash, u32, u8) {
    (id.row(), id.ordinal(), id.part())
}
