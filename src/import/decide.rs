//! Decides rows as they are read: each is ignored, unresolved or an event, or one of several that
//! are joined when all of them are there.
//!
//! In: rows in file order, in stretches that are read at the same time; the profile's actions; what a
//! person decided. Out: an `Export`. What its id tells, which counts identical rows of the whole
//! file, is decided at the end: for a row that a person decided about, and for joined ones.

mod decided;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64;

pub use self::decided::{Decided, Step};

use self::decided::Joint;
use super::export::{Document, Export, Fate, Trace, numbered};
use super::hash::Hashed;
use super::make::{Made, Making};
use super::position::Awaits;
use super::profile::{Action, Field, Link, Make, Outcome, Pair, Side, Words};
use super::recognise::Section;
use super::row::{self, Ambiguous, Reading, Row, Sheet, Takes};
use crate::event::{EventId, EventKind, Override};
use crate::period::NaiveDate;
use crate::source::Name;

/// By what the rows of a document are decided, beside its profile.
#[derive(Clone, Copy)]
pub struct Deciding<'d> {
    /// The action's words of the profile.
    pub words: &'d Words,
    /// What a person decided about rows that nothing understands.
    pub overrides: &'d [Override],
    /// The books have events, whose rows may have changed since.
    pub known: bool,
}

/// Reads a document and decides its rows. `Err` where its days can be read two ways.
pub fn read<'p>(
    document: Document<'p>,
    reading: Reading,
    holders: &[row::Holder],
    deciding: Deciding,
) -> Result<Export<'p>, Ambiguous> {
    let decider = Decider::new(&document, deciding);
    let taker = |rows| {
        let rows = decider.with_room_for(rows);
        Taker { decider: &decider, candidates: Hashed::default(), rows }
    };
    let Document { source, layout, .. } = &document;
    let (digest, sheet) = rayon::join(
        || xxh3_64(source.text.as_bytes()),
        || row::read(source, layout, reading, holders, &taker),
    );
    let Sheet { rows, balances, sections, .. } = sheet?;
    let mut decided = rows.rows;
    decided.date_the_first();
    let joints = std::mem::take(&mut decided.joints);
    let open = std::mem::take(&mut decided.open);
    let mut export = Export::new(document, digest, sections, balances, decided);
    export.decide_open(open, deciding);
    export.join_all(joints);
    export.linked.sort_unstable();
    Ok(export)
}

struct Decider<'d, 'p> {
    document: &'d Document<'p>,
    deciding: Deciding<'d>,
    /// A fee of this profile may be part of a trade.
    has_orders: bool,
    /// A table of this profile states balances.
    has_balances: bool,
}

impl<'d, 'p> Decider<'d, 'p> {
    fn new(document: &'d Document<'p>, deciding: Deciding<'d>) -> Decider<'d, 'p> {
        let profile = document.layout.profile;
        let is_part = |action: &Action| matches!(&action.outcome, Outcome::Make(rule) if rule.link == Some(Link::PartOf));
        let balance = |(field, _): &(Field, Vec<String>)| *field == Field::Balance;
        Decider {
            document,
            deciding,
            has_orders: profile.actions.iter().any(is_part),
            has_balances: profile.tables.iter().any(|table| table.columns.iter().any(balance)),
        }
    }

    /// Nothing decided yet, and room for about so many rows.
    fn with_room_for(&self, rows: usize) -> Decided {
        Decided {
            days: vec![None; self.document.accounts.len()],
            traces: Vec::with_capacity(rows),
            events: Vec::with_capacity(rows),
            ..Decided::default()
        }
    }
}

/// Decides the rows of one stretch.
struct Taker<'d, 'p> {
    decider: &'d Decider<'d, 'p>,
    /// The actions that words may mean, by the number of the words.
    candidates: Hashed<usize, Vec<usize>>,
    rows: Decided,
}

impl Takes for Taker<'_, '_> {
    fn take(&mut self, row: &mut Row, section: &Section) {
        let Decider { document, deciding, .. } = self.decider;
        let at = numbered(self.rows.traces.len());
        self.rows.date(at, row);
        let hash = document.hash(row);
        let fate = self.fate(at, row, &EventId::new(hash, 1), section);
        let rows = &mut self.rows;
        if self.decider.has_balances && !(row.security.is_some() && section.has(Field::Asset)) {
            let amount = document.making(row).cash(row).value().unwrap_or_default();
            let (currency, balance) = (row.currency.clone(), row.balance);
            rows.steps.push(Step { row: at, currency, balance, amount });
        }
        if self.decider.has_orders && !row.reference.is_empty() {
            rows.references.push((at, row.reference.clone()));
        }
        if let (true, Some(id)) = (deciding.known, &row.id) {
            rows.broker_ids.insert(at, id.clone());
        }
        let is_asked_for = match &fate {
            Fate::Ignored(_) | Fate::With(_) => false,
            Fate::Unresolved(_) | Fate::Open => true,
            Fate::Event { link, .. } => {
                let doubtful = rows.doubts.last().is_some_and(|(last, _)| *last == at);
                let awaits = rows.awaiting.last().is_some_and(|(last, _)| *last == at);
                let ends = rows.ended.last() == Some(&at);
                doubtful || awaits || ends || matches!(link, Some(Link::Reverses | Link::Corrects))
            }
        };
        let holder = u16::try_from(row.holder).expect("a file with more accounts is refused");
        rows.traces.push(Trace { fate, line: row.line, hash, holder });
        if is_asked_for {
            rows.whole.push((at, row.clone()));
        }
    }

    fn append(&mut self, below: Self, _: &[usize]) {
        self.rows.append(below.rows);
    }
}

impl Taker<'_, '_> {
    /// What becomes of a row within its file; `id` is that of the first of its kind.
    fn fate(&mut self, at: u32, row: &mut Row, id: &EventId, section: &Section) -> Fate {
        let Decider { document, deciding, .. } = *self.decider;
        if let Some(trouble) = &row.trouble {
            return match document.troubled(section, trouble) {
                Ok(aside) => Fate::Ignored(aside),
                Err(reason) => self.rows.unresolved(reason),
            };
        }
        let actions = &document.layout.profile.actions;
        let candidates = self
            .candidates
            .entry(row.words.number())
            .or_insert_with(|| deciding.words.candidates(&row.words));
        let mut making = document.making(row);
        let Some(action) = action_of(&making, actions, candidates, row) else {
            if !deciding.overrides.is_empty() {
                self.rows.open.push(at);
                return Fate::Open;
            }
            if let Some(made) = moved(&making, row, id) {
                return self.rows.keep(at, made, None);
            }
            let reason = document.unknown_action(row, !candidates.is_empty());
            return self.rows.unresolved(reason);
        };
        let patterns = &actions[action].patterns;
        if !patterns.is_empty()
            && let Some(read) = making.read(patterns, row, document.aliases)
        {
            *row = read;
            making = document.making(row);
        }
        let rule = match &actions[action].outcome {
            Outcome::Ignore(reason) => return Fate::Ignored(ignored(reason, &row.symbol)),
            Outcome::Make(rule) => rule,
        };
        if let Some(pair) = rule.pair {
            self.rows.joints.entry(joint(row, rule, pair)).or_default().push((at, action));
            return Fate::Open;
        }
        match making.make(row, rule, id.clone()) {
            Ok(made) => {
                let ends = (rule.side == Side::Closing).then_some(Awaits::Direction);
                let awaits = rule.closing.map(Awaits::Closing).or(ends);
                self.rows.awaiting.extend(awaits.map(|awaits| (at, awaits)));
                self.rows.keep(at, made, rule.link)
            }
            Err(_) if !deciding.overrides.is_empty() => {
                self.rows.open.push(at);
                Fate::Open
            }
            Err(reason) => {
                let reason = document.found(row, section, reason);
                self.rows.unresolved(reason)
            }
        }
    }
}

impl Export<'_> {
    /// Rows that nothing understands: what a person decided about them goes by their ids.
    fn decide_open(&mut self, rows: Vec<u32>, deciding: Deciding) {
        for number in rows {
            let row = self.row(number).clone();
            let id = self.id_of(number);
            let document = &self.document;
            let making = document.making(&row);
            let actions = &document.layout.profile.actions;
            let candidates = deciding.words.candidates(&row.words);
            let decided = || decided(deciding.overrides, &making, &row, &id);
            let made = match action_of(&making, actions, &candidates, &row) {
                None => decided()
                    .or_else(|| moved(&making, &row, &id))
                    .ok_or_else(|| document.unknown_action(&row, !candidates.is_empty())),
                Some(action) => match &actions[action].outcome {
                    Outcome::Ignore(reason) => {
                        let fate = Fate::Ignored(ignored(reason, &row.symbol));
                        self.traces[number as usize].fate = fate;
                        continue;
                    }
                    Outcome::Make(rule) => making.make(&row, rule, id.clone()).or_else(|reason| {
                        decided().ok_or_else(|| document.found(&row, self.section(&row), reason))
                    }),
                },
            };
            match made {
                Ok(made) => self.keep(number, &[], made, None),
                Err(reason) => self.unresolve(number, reason),
            }
        }
    }

    /// Joins the rows that are one of several.
    fn join_all(&mut self, joints: BTreeMap<Joint, Vec<(u32, usize)>>) {
        let actions = &self.document.layout.profile.actions;
        for ((_, _, _, pair), members) in joints {
            let members: Vec<(u32, &Make)> = members
                .into_iter()
                .filter_map(|(row, action)| match &actions[action].outcome {
                    Outcome::Make(rule) => Some((row, rule)),
                    Outcome::Ignore(_) => None,
                })
                .collect();
            match pair {
                Pair::Legs => self.join_legs(members),
                Pair::Halves => self.join_halves(members),
                Pair::Swap => self.join_swaps(&members),
            }
        }
    }
}

/// The action that a row is, of those that its words may mean.
fn action_of(
    making: &Making,
    actions: &[Action],
    candidates: &[usize],
    row: &Row,
) -> Option<usize> {
    let is = |action: &&usize| {
        let Action { when, patterns, .. } = &actions[**action];
        making.holds(when, row)
            && (patterns.is_empty() || patterns.iter().any(|pattern| making.reads(pattern, row)))
    };
    candidates.iter().find(is).copied()
}

/// Where the row's others are looked for.
fn joint(row: &Row, rule: &Make, pair: Pair) -> Joint {
    let joins: Name = match pair {
        Pair::Legs => rule.kind.into(),
        Pair::Swap => row.reference.clone(),
        Pair::Halves => {
            format!("{} {}", rule.kind, row.security.as_deref().unwrap_or_default()).into()
        }
    };
    // Rows of one reference belong together whatever their days are.
    let day = match pair {
        Pair::Swap if !row.reference.is_empty() => NaiveDate::MIN,
        Pair::Swap | Pair::Legs | Pair::Halves => row.date,
    };
    (row.holder, day, joins, pair)
}

/// Why a row is ignored, `{symbol}` filled in.
fn ignored(reason: &str, symbol: &str) -> Name {
    if reason.contains('{') {
        return reason.replace("{symbol}", symbol).trim().into();
    }
    reason.trim().into()
}

/// What a person decided about a row that nothing understands.
fn decided(overrides: &[Override], making: &Making, row: &Row, id: &EventId) -> Option<Made> {
    let decision = overrides.iter().find(|decision| decision.event == *id)?;
    let kind = EventKind::NAMES.iter().find(|name| ***name == *decision.kind)?;
    making.make(row, &Make::of(kind), id.clone()).ok()
}

/// Of a bank's row whose words nothing knows: its cash came or went, and no more is said of it.
fn moved(making: &Making, row: &Row, id: &EventId) -> Option<Made> {
    let amount = row.amount.value().filter(|amount| making.profile.bank && !amount.is_zero())?;
    let kind = if amount.is_sign_negative() { "withdrawal" } else { "deposit" };
    making.make(row, &Make::of(kind), id.clone()).ok()
}
