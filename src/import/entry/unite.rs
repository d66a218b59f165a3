//! Puts files together: the multiset union with maximum count over the files and the books.
//!
//! A row whose id another file has brought, or the books have, is known; one whose own id of the
//! broker is known and whose content is another is changed. Which file brings a row goes by account,
//! first day, last day and digest, never by name or order.

use std::collections::{HashMap, HashSet};

use super::{Fate, File, Part, Row, Stated, correct, say};
use crate::event::{self, Event, EventId, EventKind, Link, Relation, RowHash};
use crate::import::union::{content, same};
use crate::import::{
    Changed, Context, Counts, Covered, FileReport, Ignored, Known, Run, Tie, Ties, Unresolved,
    covered,
};
use crate::money::Decimal;
use crate::source::Name;

/// Joins the rows of all `files` and reports each. `known`: days that exports of other profiles
/// have of an account.
pub fn finish(mut files: Vec<File>, context: &Context, known: &[Covered], run: &mut Run) {
    covered::refuse(&mut files, known, &mut run.refused);
    correct::decide(&mut files, context.overrides);
    correct::take_back(&mut files, context.known);
    correct::repeat_claims(&mut files, context.known);
    unite(&files, context, run);
}

/// Says of each row whether it is new, and reports every file.
fn unite(files: &[File], context: &Context, run: &mut Run) {
    let mut turns: Vec<_> = Vec::new();
    for (file, one) in files.iter().enumerate() {
        for (part, own) in one.parts.iter().enumerate() {
            turns.push((own.account.id.clone(), own.days(), one.digest, file, part));
        }
    }
    turns.sort();
    let understood = understood(files);
    let mut reports: Vec<FileReport> = files.iter().map(report).collect();
    let mut uniting = Uniting {
        context,
        understood,
        brought: HashMap::new(),
        shown: HashSet::new(),
        fresh: HashSet::new(),
    };
    for (_, _, _, file, part) in turns {
        let rows = &files[file].parts[part].rows;
        let report = &mut reports[file];
        let mut became = vec![Became::Ignored; rows.len()];
        for (at, row) in rows.iter().enumerate().filter(|(_, row)| !is_with(row)) {
            became[at] = uniting.row(row, report, run, (file, part, at));
        }
        for row in rows {
            if let Fate::With(other) = row.fate {
                let (line, became) = (rows[other].line, became[other]);
                uniting.with(row, line, became, report, run);
            }
        }
    }
    run.changed.sort_by(|one, other| one.now.id.cmp(&other.now.id));
    run.superseded.sort();
    run.superseded.dedup();
    for (file, (one, report)) in files.iter().zip(&mut reports).enumerate() {
        report.ignored.sort_by_key(|ignored| ignored.line);
        report.unresolved.sort_by_key(|unresolved| unresolved.line);
        event::sort(&mut report.events);
        report.ties = one.parts.iter().flat_map(|part| ties(part, context.known)).collect();
        debug_assert!(report.rows.add_up(), "{:?}", report.rows);
        let parts = one.parts.iter().enumerate();
        let rows = parts.flat_map(|(part, own)| {
            let fresh = |at| uniting.fresh.contains(&(file, part, at));
            own.rows.iter().enumerate().map(move |(at, row)| (row, fresh(at))).collect::<Vec<_>>()
        });
        run.diagnostics.append(&mut say::diagnostics(one.source, rows, report));
    }
    run.files.append(&mut reports);
}

fn is_with(row: &Row) -> bool {
    matches!(row.fate, Fate::With(_))
}

fn id_of(row: &Row) -> EventId {
    EventId::new(row.id, row.ordinal)
}

/// Ids of rows that some file lets us understand: in another, beside fewer rows, they may not be.
fn understood(files: &[File]) -> HashSet<EventId> {
    let rows = files.iter().flat_map(|file| &file.parts).flat_map(|part| {
        part.rows.iter().filter(|row| match row.fate {
            Fate::Events(_) => true,
            Fate::With(other) => matches!(part.rows[other].fate, Fate::Events(_)),
            Fate::Ignored(_) | Fate::Unresolved(..) => false,
        })
    });
    rows.map(id_of).collect()
}

fn report(file: &File) -> FileReport {
    let days = file.parts.iter().filter_map(Part::days);
    let mut accounts: Vec<Name> = Vec::new();
    for part in &file.parts {
        if !accounts.contains(&part.account.id) {
            accounts.push(part.account.id.clone());
        }
    }
    FileReport {
        file: file.source.name.clone(),
        profile: file.profile.clone(),
        why: file.why.clone(),
        accounts,
        days: days.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))),
        digest: file.digest,
        rows: Counts::default(),
        ignored: Vec::new(),
        unresolved: Vec::new(),
        events: Vec::new(),
        ties: Vec::new(),
    }
}

/// What became of a row in the union.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Became {
    New,
    Known,
    Changed,
    Ignored,
    Unresolved,
}

struct Uniting<'u, 'c> {
    context: &'u Context<'c>,
    understood: HashSet<EventId>,
    /// What earlier files of the run have brought, by the row's id.
    brought: HashMap<EventId, Vec<Event>>,
    /// Corrections that wait already.
    shown: HashSet<EventId>,
    /// Rows that became events now: file, account, row.
    fresh: HashSet<(usize, usize, usize)>,
}

impl Uniting<'_, '_> {
    fn row(
        &mut self,
        row: &Row,
        report: &mut FileReport,
        run: &mut Run,
        at: (usize, usize, usize),
    ) -> Became {
        report.rows.read += 1;
        match &row.fate {
            Fate::Ignored(reason) => {
                report.rows.ignored += 1;
                report.ignored.push(Ignored { line: row.line, reason: reason.clone() });
                let id = id_of(row);
                if self.context.known.is_unknown(&id) {
                    run.superseded.push(id);
                }
                Became::Ignored
            }
            Fate::Unresolved(reason, event) => {
                self.unresolved(row, reason, event.as_deref(), report)
            }
            Fate::Events(events) => self.events(row, events, report, run, at),
            Fate::With(_) => Became::Ignored,
        }
    }

    /// A row whose event is that of another, on `line`: it is what that one became.
    fn with(
        &mut self,
        row: &Row,
        line: u32,
        other: Became,
        report: &mut FileReport,
        run: &mut Run,
    ) {
        report.rows.read += 1;
        match other {
            Became::New => {
                report.rows.new += 1;
                let id = id_of(row);
                if self.context.known.is_unknown(&id) {
                    run.superseded.push(id);
                }
            }
            Became::Known => report.rows.known += 1,
            Became::Changed => report.rows.changed += 1,
            Became::Ignored | Became::Unresolved => {
                let reason = format!("it belongs to line {line}, which is not understood");
                self.unresolved(row, &reason, row.unknown.as_deref(), report);
            }
        }
    }

    fn unresolved(
        &mut self,
        row: &Row,
        reason: &str,
        event: Option<&Event>,
        report: &mut FileReport,
    ) -> Became {
        let known = self.context.known;
        let id = id_of(row);
        let before = known.event(&id);
        if self.understood.contains(&id) || before.is_some() && !known.is_unknown(&id) {
            report.rows.known += 1;
            return Became::Known;
        }
        report.rows.unresolved += 1;
        report.unresolved.push(Unresolved { line: row.line, reason: reason.to_owned() });
        if let (None, false, Some(event)) = (before, self.brought.contains_key(&id), event) {
            self.brought.insert(id, Vec::new());
            report.events.push(event.clone());
        }
        Became::Unresolved
    }

    fn events(
        &mut self,
        row: &Row,
        events: &[Event],
        report: &mut FileReport,
        run: &mut Run,
        at: (usize, usize, usize),
    ) -> Became {
        let known = self.context.known;
        let id = id_of(row);
        if let Some(before) = self.brought.remove(&id) {
            let became = self.again(row, &before.iter().collect::<Vec<_>>(), events, report, run);
            self.brought.insert(id, before);
            return became;
        }
        let before: Vec<&Event> =
            events.iter().filter_map(|event| known.event(&event.id)).collect();
        let new = before.is_empty() || known.is_unknown(&id);
        let became = if new {
            report.rows.new += 1;
            report.events.extend(events.iter().cloned());
            self.fresh.insert(at);
            Became::New
        } else {
            self.again(row, &before, events, report, run)
        };
        self.brought.insert(id, events.to_vec());
        became
    }

    /// A row that is there already: known, or changed since.
    fn again(
        &mut self,
        row: &Row,
        before: &[&Event],
        events: &[Event],
        report: &mut FileReport,
        run: &mut Run,
    ) -> Became {
        let differs = events.iter().find_map(|now| {
            let was = before.iter().find(|was| was.id == now.id)?;
            (!same(was, now)).then_some((*was, now))
        });
        let (Some((was, now)), Some(broker_id)) = (differs, &row.broker_id) else {
            report.rows.known += 1;
            return Became::Known;
        };
        let hash = RowHash::of(&now.id.to_string(), [&*content(now)]);
        let mut corrected = Event { id: EventId::new(hash, 1), ..now.clone() };
        let to = was.id.clone();
        corrected.further.links.push(Link { relation: Relation::Replaces, to: to.clone() });
        let there = self.context.known.event(&corrected.id).is_some()
            || !self.shown.insert(corrected.id.clone());
        if there {
            report.rows.known += 1;
            return Became::Known;
        }
        if self.context.accepted.contains(&to) {
            report.rows.new += 1;
            report.events.push(corrected);
            return Became::New;
        }
        report.rows.changed += 1;
        run.changed.push(Changed {
            file: report.file.clone(),
            broker_id: broker_id.clone(),
            was: was.clone(),
            now: corrected,
        });
        Became::Changed
    }
}

/// What a part states, held against its rows; cash that it does not state is said to be so.
fn ties(part: &Part, known: &Known) -> Vec<Tie> {
    let account = &part.account.id;
    let mut ties: Vec<Tie> = part
        .stated
        .iter()
        .filter_map(|stated| {
            let ties = stated_tie(part, stated, known)?;
            Some(Tie { account: account.clone(), what: stated.what, ties })
        })
        .collect();
    if !ties.iter().any(|tie| tie.what == "cash") {
        ties.push(Tie { account: account.clone(), what: "cash", ties: Ties::NotStated });
    }
    ties
}

/// The stated figure against its beginning and what the rows moved. Where the file does not state
/// the beginning it is what the books had before the first day; without anything before, nothing can
/// be held against it.
fn stated_tie(part: &Part, stated: &Stated, known: &Known) -> Option<Ties> {
    let of = |event: &Event| {
        if stated.what == "cash" { cash(event, &stated.of) } else { units(event, &stated.of) }
    };
    let sum = |events: &mut dyn Iterator<Item = &Event>| {
        events.map(of).try_fold(Decimal::ZERO, |sum, one| sum.checked_add(one?))
    };
    let (opening, moved) = if let Some(opening) = stated.opening {
        (opening, sum(&mut part.events())?)
    } else {
        let (first, _) = part.days()?;
        let before = |event: &&Event| event.account == part.account.id && event.date < first;
        known.events().find(before)?;
        let moved = sum(&mut part.events().filter(|event| event.date <= stated.day))?;
        (sum(&mut known.events().filter(before))?, moved)
    };
    let closing = stated.closing;
    let off = closing.checked_sub(opening)?.checked_sub(moved)?;
    Some(Ties::Stated { opening, moved, closing, off, currency: stated.of.clone() })
}

/// Cash of one currency that an event moves.
fn cash(event: &Event, currency: &Name) -> Option<Decimal> {
    let own = event.currency.as_ref() == Some(currency);
    let amount = if own { event.amount } else { Decimal::ZERO };
    match &event.kind {
        EventKind::CurrencyExchange { into_currency, into_amount } if into_currency == currency => {
            amount.checked_add(*into_amount)
        }
        _ => Some(amount),
    }
}

/// Units of one security that an event moves.
fn units(event: &Event, id: &Name) -> Option<Decimal> {
    let own = |security: &Name, units: Decimal| if security == id { units } else { Decimal::ZERO };
    Some(match &event.kind {
        EventKind::SpinOff { into, quantity, .. } => own(into, *quantity),
        EventKind::StockDividend { security, into, quantity }
        | EventKind::Rights { security, into, quantity } => {
            own(into.as_ref().unwrap_or(security), *quantity)
        }
        EventKind::Merger { security, quantity, into, into_quantity, .. }
        | EventKind::Exchange { security, quantity, into, into_quantity, .. }
        | EventKind::Rename { security, quantity, into, into_quantity, .. } => {
            let came = into.as_ref().zip(into_quantity.get());
            let came = came.map_or(Decimal::ZERO, |(into, units)| own(into, units));
            own(security, *quantity).checked_add(came)?
        }
        EventKind::RightsExercise { security, quantity, into, into_quantity } => {
            own(security, *quantity).checked_add(own(into, *into_quantity))?
        }
        kind => match (kind.security(), kind.quantity()) {
            (Some(security), Some(quantity)) => own(security, quantity),
            _ => Decimal::ZERO,
        },
    })
}
