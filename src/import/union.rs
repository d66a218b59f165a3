//! Puts files together: the multiset union with maximum count over all files and the books.
//!
//! A unit whose id another file of the run has brought, or the books have, is known. Which file
//! brings a row goes by account, first day, last day and digest, never by name or order.

use std::collections::HashSet;

use super::export::{Export, Fate, Trace, numbered};
use super::hash::Hashed;
use super::outcome::{Changed, Counts, Ignored, Unresolved};
use super::{Context, Known};
use crate::event::{self, Event, EventId, Link, Relation, RowHash};
use crate::period::NaiveDate;
use crate::source::Name;

/// What became of one export's rows.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many rows.
    pub rows: Counts,
    /// Those that are no event.
    pub ignored: Vec<Ignored>,
    /// Those that nothing understood.
    pub unresolved: Vec<Unresolved>,
    /// New events.
    pub events: Vec<Event>,
    /// Which of the export's events are new, by their place.
    kept: Vec<bool>,
    /// Rows that became events now, where something is doubtful in the file.
    pub fresh: HashSet<u32>,
}

/// What became of all of them.
#[derive(Debug, Default)]
pub struct Union {
    /// By export.
    pub outcomes: Vec<Outcome>,
    /// Rows with a known broker id and another content.
    pub changed: Vec<Changed>,
    /// Unknown events of the books that are now part of another, or ignored.
    pub superseded: Vec<EventId>,
}

/// The union of `exports`, whose events are taken out of them.
pub fn unite(exports: &mut [Export], context: &Context) -> Union {
    let mut union = Union::default();
    union.outcomes.resize_with(exports.len(), Outcome::default);
    // Ids that a whole pair accounts for: where a file has only half of it, that half is known.
    let mut paired: HashSet<EventId> = HashSet::new();
    for export in exports.iter() {
        for (row, others) in &export.others {
            if export.event_of(*row).is_some() {
                paired.insert(export.id_of(*row));
                paired.extend(others.iter().map(|other| export.id_of(*other)));
            }
        }
    }
    let mut brought: Hashed<RowHash, u32> = Hashed::default();
    let turns = order(exports);
    for (at, (account, _, _, _, file)) in turns.iter().enumerate() {
        let export = &exports[*file];
        // Turns of one account stand together.
        let beside = |turn: &Turn| turn.0 == *account;
        let alone = !turns.get(at + 1).is_some_and(beside)
            && !at.checked_sub(1).and_then(|before| turns.get(before)).is_some_and(beside);
        let mut uniting = Uniting {
            context,
            paired: &paired,
            brought: (!alone).then_some(&mut brought),
            changed: &mut union.changed,
            superseded: &mut union.superseded,
            outcome: &mut union.outcomes[*file],
        };
        uniting.account(export, account);
    }
    for (outcome, export) in union.outcomes.iter_mut().zip(exports) {
        outcome.take_events(export);
        outcome.ignored.sort_by_key(|ignored| ignored.line);
        outcome.unresolved.sort_by_key(|unresolved| unresolved.line);
        event::sort(&mut outcome.events);
    }
    union.changed.sort_by(|one, other| one.now.id.cmp(&other.now.id));
    union.superseded.sort();
    union.superseded.dedup();
    union
}

impl Outcome {
    /// Moves the new events out of their export.
    fn take_events(&mut self, export: &mut Export) {
        let mut events = std::mem::take(&mut export.events);
        let kept = std::mem::take(&mut self.kept);
        if !kept.iter().all(|kept| *kept) {
            let mut kept = kept.into_iter();
            events.retain(|_| kept.next().unwrap_or_default());
        }
        events.append(&mut self.events);
        self.events = events;
    }
}

/// Exports by account, in the order in which they bring rows.
type Turn = (Name, Option<NaiveDate>, Option<NaiveDate>, u64, usize);

fn order(exports: &[Export]) -> Vec<Turn> {
    let mut turns = Vec::new();
    for (file, export) in exports.iter().enumerate() {
        let mut accounts: Vec<&Name> =
            export.document.accounts.iter().map(|account| &account.id).collect();
        accounts.sort();
        accounts.dedup();
        for account in accounts {
            let days = export.days_of(account);
            let (first, last) = (days.map(|days| days.0), days.map(|days| days.1));
            turns.push((account.clone(), first, last, export.digest, file));
        }
    }
    turns.sort();
    turns
}

struct Uniting<'u, 'c> {
    context: &'u Context<'c>,
    paired: &'u HashSet<EventId>,
    /// How many identical rows earlier files of the run have brought; `None` where one file has all
    /// rows of the account.
    brought: Option<&'u mut Hashed<RowHash, u32>>,
    changed: &'u mut Vec<Changed>,
    superseded: &'u mut Vec<EventId>,
    outcome: &'u mut Outcome,
}

impl<'c> Uniting<'_, 'c> {
    fn known(&self) -> &'c Known<'c> {
        self.context.known
    }

    fn account(&mut self, export: &Export, account: &Name) {
        self.outcome.kept.resize(export.events.len(), false);
        let accounts = &export.document.accounts;
        let own: Vec<bool> = accounts.iter().map(|own| own.id == *account).collect();
        for (row, trace) in (0..).zip(&export.traces) {
            if own[usize::from(trace.holder)] {
                self.row(export, row, trace);
            }
        }
    }

    fn row(&mut self, export: &Export, row: u32, trace: &Trace) {
        if matches!(trace.fate, Fate::With(_)) {
            return;
        }
        debug_assert_ne!(trace.fate, Fate::Open, "every row is decided before files are united");
        let others = export.others.get(&row).map_or(&[][..], Vec::as_slice);
        let rows = numbered(1 + others.len());
        let (id, line) = (export.id_of(row), trace.line);
        self.outcome.rows.read += rows;
        if let Fate::Ignored(reason) = &trace.fate {
            self.outcome.rows.ignored += rows;
            self.outcome.ignored.push(Ignored { line, reason: reason.clone() });
            if self.known().is_unknown(&id) {
                self.superseded.push(id);
            }
            return;
        }
        let unresolved = matches!(trace.fate, Fate::Unresolved(_));
        if unresolved && self.paired.contains(&id) {
            self.outcome.rows.known += rows;
            return;
        }
        let again = self.brought.as_mut().is_some_and(|brought| {
            let count = brought.entry(id.row()).or_default();
            let again = id.ordinal() <= *count;
            *count = (*count).max(id.ordinal());
            again
        });
        let before = self.known().event(&id);
        let unknown = self.known().is_unknown(&id);
        match (&trace.fate, before) {
            (Fate::Unresolved(reason), before) if before.is_none() || unknown => {
                self.outcome.rows.unresolved += rows;
                let reason = export.reasons[*reason as usize].message.clone();
                self.outcome.unresolved.push(Unresolved { line, reason });
                if !again && before.is_none() {
                    let (document, row) = (&export.document, export.row(row));
                    let event = document.making(row).unknown(row, id, document.raw(row));
                    self.outcome.events.push(event);
                }
            }
            (Fate::Event { at, second, .. }, before) if !again && (before.is_none() || unknown) => {
                self.outcome.rows.new += rows;
                for other in others {
                    let other = export.id_of(*other);
                    if self.known().is_unknown(&other) {
                        self.superseded.push(other);
                    }
                }
                let at = *at as usize;
                self.outcome.kept[at] = true;
                if *second {
                    self.outcome.kept[at + 1] = true;
                }
                if !export.doubts.is_empty() {
                    self.outcome.fresh.insert(row);
                }
            }
            (Fate::Event { at, .. }, Some(before)) if !again => {
                let now = &export.events[*at as usize];
                match export.broker_ids.get(&row) {
                    Some(broker_id) if !same(before, now) => {
                        let (file, now) = (export.document.source.name.clone(), now.clone());
                        let (broker_id, was) = (broker_id.clone(), before.clone());
                        self.change(Changed { file, broker_id, was, now }, rows);
                    }
                    _ => self.outcome.rows.known += rows,
                }
            }
            _ => self.outcome.rows.known += rows,
        }
    }

    /// A row whose broker id is known with another content: a correction once it is accepted, and
    /// known once the correction is in the books.
    fn change(&mut self, mut changed: Changed, rows: u32) {
        let content = content(&changed.now);
        let hash = RowHash::of(&changed.now.id.to_string(), [&*content]);
        let old = std::mem::replace(&mut changed.now.id, EventId::new(hash, 1));
        changed.now.further.links.push(Link { relation: Relation::Replaces, to: old.clone() });
        if self.known().event(&changed.now.id).is_some() {
            self.outcome.rows.known += rows;
        } else if self.context.accepted.contains(&old) {
            self.outcome.rows.new += rows;
            self.outcome.events.push(changed.now);
        } else {
            self.outcome.rows.changed += rows;
            self.changed.push(changed);
        }
    }
}

/// Whether two events say the same: all but their text, their place and days that come later.
pub(super) fn same(one: &Event, other: &Event) -> bool {
    content(one) == content(other)
}

/// What an event says, in one text.
pub(super) fn content(event: &Event) -> String {
    let fields: Vec<String> = event
        .kind
        .fields()
        .into_iter()
        .map(|(name, value)| match value {
            crate::event::Shown::Number(number) => format!("{name} {}", number.normalize()),
            other => format!("{name} {other:?}"),
        })
        .collect();
    let claims: Vec<&str> = event.claimed.iter().map(crate::event::Claim::text).collect();
    format!(
        "{} {} {} {} {} {:?} {claims:?} {fields:?}",
        event.date,
        event.kind.name(),
        event.amount.normalize(),
        event.fees.normalize(),
        event.further.withheld.normalize(),
        event.currency,
    )
}
