//! One export on its way: each of its rows is ignored, unresolved or an event, or part of one.
//!
//! Within a file everything is decided here; what other files and the books know of it is `union`'s.
//! Rows are decided as they are read (`decide`), and what is kept of each is slim: the row itself is
//! kept only where something will still ask for it.

use std::collections::HashSet;

use super::canonical::hash;
use super::decide::{Decided, Step};
use super::hash::Hashed;
use super::make::{Doubt, Made, Making, Reason};
use super::position::Awaits;
use super::profile::Link;
use super::recognise::{Layout, Section};
use super::row::Row;
use super::symbol::Aliases;
use crate::event::{Account, Event, EventId, RowHash};
use crate::period::NaiveDate;
use crate::source::{Name, Source};

/// A file that a profile reads, and whose rows are in it.
#[derive(Clone)]
pub struct Document<'p> {
    /// Its text.
    pub source: &'p Source,
    /// How it is laid out.
    pub layout: Layout<'p>,
    /// Other names of securities.
    pub aliases: &'p Aliases,
    /// By the number of a row's holder.
    pub accounts: Vec<Account>,
}

/// A document that was read, and what became of its rows.
pub struct Export<'p> {
    /// What was read.
    pub document: Document<'p>,
    /// Hash of its text.
    pub digest: u64,
    /// Its tables, in file order.
    pub sections: Vec<Section<'p>>,
    /// By holder, first and last day of its rows.
    pub days: Vec<Option<(NaiveDate, NaiveDate)>>,
    /// All its rows, in file order; rows have their numbers by it.
    pub traces: Vec<Trace>,
    /// The events of its rows; a second event of a row follows its first.
    pub events: Vec<Event>,
    /// Why rows are unresolved; their fates point here.
    pub reasons: Vec<Reason>,
    /// Rows that something still asks for, by their number.
    whole: Vec<(u32, Row)>,
    /// The other rows of an event, by the one whose content is its id.
    pub others: Hashed<u32, Vec<u32>>,
    /// Which of identical rows they are, those that are not the first.
    again: Hashed<u32, u32>,
    /// Rows whose event belongs to another.
    pub linked: Vec<u32>,
    /// Rows whose event ends an option.
    pub ended: Vec<u32>,
    /// Rows whose event the position decides about.
    pub awaiting: Vec<(u32, Awaits)>,
    /// What is doubtful, by row.
    pub doubts: Vec<(u32, Doubt)>,
    /// What rows have in common with others of one order, where a fee can be a part of it.
    pub references: Vec<(u32, Name)>,
    /// What the rows state of cash; `None` where no column states balances.
    pub steps: Option<Vec<Step>>,
    /// The broker's own ids, where the books may have the row under it with another content.
    pub broker_ids: Hashed<u32, Name>,
    /// Day of booking of the first row and of the last.
    pub ends: Option<(NaiveDate, NaiveDate)>,
}

/// What is kept of every row.
#[derive(Clone, Debug)]
pub struct Trace {
    /// What became of it.
    pub fate: Fate,
    /// Of the file as it lies, from 1.
    pub line: u32,
    /// What makes it the same row at every download.
    pub hash: RowHash,
    /// Whose it is.
    pub holder: u16,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// No event, and why.
    Ignored(Name),
    /// Nothing understood it; why is the reason of this number.
    Unresolved(u32),
    /// An event.
    Event {
        /// Among the export's events.
        at: u32,
        /// A second event follows it.
        second: bool,
        /// How it belongs to another.
        link: Option<Link>,
    },
    /// It is part of the event of this row.
    With(u32),
    /// Not decided yet.
    Open,
}

/// A number of a row or an event.
pub fn numbered(count: usize) -> u32 {
    u32::try_from(count).expect("rows and their events take more memory than `u32` can count")
}

impl Document<'_> {
    /// Whose the row is.
    pub fn account(&self, row: &Row) -> &Account {
        &self.accounts[row.holder]
    }

    /// What is needed beside the row to make an event of it.
    pub fn making(&self, row: &Row) -> Making<'_> {
        let account = self.account(row);
        Making {
            profile: self.layout.profile,
            account: &account.id,
            sweep: &account.sweep,
            file: &self.source.name,
            words: row.words.letters(),
        }
    }

    /// What makes the row the same row at every download.
    pub fn hash(&self, row: &Row) -> RowHash {
        hash(self.account(row), row.content)
    }

    /// The text of a row, as it lies in the file.
    pub fn raw(&self, row: &Row) -> &str {
        &self.source.text[row.start..row.start + row.length]
    }
}

impl<'p> Export<'p> {
    /// What was read of a document, its identical rows told apart.
    pub fn new(
        document: Document<'p>,
        digest: u64,
        sections: Vec<Section<'p>>,
        balances: bool,
        decided: Decided,
    ) -> Export<'p> {
        let mut export = Export {
            document,
            digest,
            sections,
            days: decided.days,
            traces: decided.traces,
            events: decided.events,
            reasons: decided.reasons,
            whole: decided.whole,
            others: Hashed::default(),
            again: Hashed::default(),
            linked: decided.linked,
            ended: decided.ended,
            awaiting: decided.awaiting,
            doubts: decided.doubts,
            references: decided.references,
            steps: balances.then_some(decided.steps),
            broker_ids: decided.broker_ids,
            ends: decided.ends,
        };
        export.tell_apart();
        export
    }

    /// Counts identical rows, in the order of the file: each gets its ordinal, its events too.
    fn tell_apart(&mut self) {
        let again = super::hash::again(&self.traces, |trace| trace.hash);
        for (row, ordinal) in again {
            self.again.insert(row, ordinal);
            let Fate::Event { at, second, .. } = self.traces[row as usize].fate else { continue };
            let own = self.traces[row as usize].hash;
            for event in &mut self.events[at as usize..=at as usize + usize::from(second)] {
                event.id = event.id.with_ordinal(ordinal);
                // Two events of one row are linked to each other.
                if event.further.links.iter().any(|link| link.to.row() == own) {
                    for link in event.further.links.iter_mut().filter(|link| link.to.row() == own) {
                        link.to = link.to.with_ordinal(ordinal);
                    }
                }
            }
        }
    }

    /// The id of a row: hash of account and content, ordinal among identical rows.
    pub fn id_of(&self, row: u32) -> EventId {
        let ordinal = self.again.get(&row).copied().unwrap_or(1);
        EventId::new(self.traces[row as usize].hash, ordinal)
    }

    /// One of the rows that are kept whole.
    pub fn row(&self, row: u32) -> &Row {
        let at = self.whole.binary_search_by_key(&row, |(number, _)| *number);
        &self.whole[at.expect("a row is kept whole while something may ask for it")].1
    }

    /// The same, to change it.
    pub fn row_mut(&mut self, row: u32) -> &mut Row {
        let at = self.whole.binary_search_by_key(&row, |(number, _)| *number);
        &mut self.whole[at.expect("a row is kept whole while something may ask for it")].1
    }

    /// The account's id of a row.
    pub fn account_of(&self, row: u32) -> &Name {
        &self.document.accounts[usize::from(self.traces[row as usize].holder)].id
    }

    /// The event of a row, and how it belongs to another; `None` where it has none of its own.
    pub fn event_of(&self, row: u32) -> Option<(usize, Option<Link>)> {
        match self.traces[row as usize].fate {
            Fate::Event { at, link, .. } => Some((at as usize, link)),
            Fate::Ignored(_) | Fate::Unresolved(_) | Fate::With(_) | Fate::Open => None,
        }
    }

    /// The table that a row stands in.
    pub fn section(&self, row: &Row) -> &Section<'p> {
        section_of(&self.sections, row.line)
    }

    /// First and last day of the rows of one account.
    pub fn days_of(&self, account: &Name) -> Option<(NaiveDate, NaiveDate)> {
        let own = self.document.accounts.iter().zip(&self.days);
        let own = own.filter(|(owner, _)| owner.id == *account).filter_map(|(_, days)| *days);
        own.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
    }

    /// Whether the newest rows stand first; `None` where all are of one day.
    pub fn newest_first(&self) -> Option<bool> {
        self.ends.filter(|(first, last)| first != last).map(|(first, last)| first > last)
    }

    /// Nothing understood the row.
    pub fn unresolve(&mut self, row: u32, reason: Reason) {
        self.traces[row as usize].fate = Fate::Unresolved(numbered(self.reasons.len()));
        self.reasons.push(reason);
    }

    /// Keeps what was made of a row, and of `others` with it.
    pub fn keep(&mut self, row: u32, others: &[u32], made: Made, link: Option<Link>) {
        let at = numbered(self.events.len());
        let second = made.second.is_some();
        self.events.push(made.event);
        self.events.extend(made.second.map(|second| *second));
        self.doubts.extend(made.doubt.map(|doubt| (row, doubt)));
        self.traces[row as usize].fate = Fate::Event { at, second, link };
        if link.is_some() {
            self.linked.push(row);
        }
        self.add_to(row, others);
    }

    /// `others` are part of the event of `row`.
    pub fn add_to(&mut self, row: u32, others: &[u32]) {
        for other in others {
            self.traces[*other as usize].fate = Fate::With(row);
            self.others.entry(row).or_default().push(*other);
        }
    }
}

impl Export<'_> {
    /// Leaves out events, whose rows are part of another now.
    pub fn drop_events(&mut self, gone: &HashSet<usize>) {
        if gone.is_empty() {
            return;
        }
        let mut next = 0;
        let moved: Vec<u32> = (0..self.events.len())
            .map(|at| {
                let own = next;
                next += u32::from(!gone.contains(&at));
                own
            })
            .collect();
        for trace in &mut self.traces {
            if let Fate::Event { at, .. } = &mut trace.fate {
                *at = moved[*at as usize];
            }
        }
        let mut at = 0..self.events.len();
        self.events.retain(|_| at.next().is_none_or(|at| !gone.contains(&at)));
    }
}

/// The table that a line stands in.
pub fn section_of<'s, 'p>(sections: &'s [Section<'p>], line: u32) -> &'s Section<'p> {
    let later = sections.partition_point(|section| section.line <= line);
    &sections[later.saturating_sub(1)]
}
