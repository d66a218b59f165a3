//! Puts OFX files together: the multiset union with maximum count over the files and the books.
//!
//! In: files that are OFX, and what the books know. Out: a `Run` of them. A transaction whose id
//! another file has brought, or the books have, is known; one whose FITID is known and whose content
//! is another is changed. Which file brings a row goes by account, first day, last day and digest,
//! never by name or order.

use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::xxh3_64;

use super::beside::Habits;
use super::correct;
use super::make::{Fate, Making, Row, rows};
use super::say;
use super::security::Books;
use super::statement::Statement;
use super::value::Numbers;
use super::{NAME, Opened, whose};
use crate::event::{Account, Event, EventId, Link, Relation, RowHash};
use crate::import::union::{content, same};
use crate::import::{
    Changed, Context, Counts, Covered, FileReport, Ignored, Known, Refused, Run, Tie, Ties,
    Unresolved,
};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::{Name, Source};

/// A file's rows, by the accounts they are of.
pub struct Sorted<'s> {
    source: &'s Source,
    why: String,
    digest: u64,
    /// Accounts in the order of the file, with their rows; an account has several statements at times.
    pub accounts: Vec<Part>,
}

/// The rows of one account in one file.
pub struct Part {
    account: Account,
    pub rows: Vec<Row>,
    /// The cash balance that is stated last, with its day.
    stated: Option<(NaiveDate, Decimal, Name)>,
}

impl Part {
    fn days(&self) -> Option<(NaiveDate, NaiveDate)> {
        let days = || {
            let told = |row: &&Row| !matches!(row.fate, Fate::Ignored(_));
            self.rows.iter().filter(told).filter_map(|row| row.day)
        };
        days().min().zip(days().max())
    }
}

/// Reads OFX `files` as one set. `covered`: days that exports of other profiles have of an account.
pub fn run(files: &[&Source], context: &Context, books: &dyn Books, covered: &[Covered]) -> Run {
    let mut run = Run::default();
    let mut opened = Vec::new();
    for source in files {
        match super::open(source) {
            Ok(export) => opened.push(Opened { source, export }),
            Err(nothing) => run.refused.push(Refused {
                file: source.name.clone(),
                reason: nothing.reason,
                advice: nothing.advice,
                diagnostic: None,
            }),
        }
    }
    let mut sorted = sort(&opened, context, books, &mut run);
    refuse_covered(&mut sorted, covered, &mut run.refused);
    correct::decide(&mut sorted, context.overrides);
    correct::take_back(&mut sorted, context.known);
    correct::repeat_claims(&mut sorted, context.known);
    unite(&sorted, context, &mut run);
    run
}

/// A file, its statements, and whose each is.
type Owned<'o, 's> = (&'o Opened<'s>, &'o Vec<Statement<'o, 's>>, Vec<Option<Account>>);

/// Tells whose the statements are and reads their rows.
fn sort<'s>(
    opened: &'s [Opened<'s>],
    context: &Context,
    books: &dyn Books,
    run: &mut Run,
) -> Vec<Sorted<'s>> {
    let statements: Vec<Vec<Statement>> =
        opened.iter().map(|file| file.export.statements()).collect();
    let mut owned: Vec<Owned> = Vec::new();
    for (file, statements) in opened.iter().zip(&statements) {
        match whose::accounts(file, statements, context) {
            Ok(accounts) => owned.push((file, statements, accounts)),
            Err(mut asked) => run.asked.append(&mut asked),
        }
    }
    // What all files of an account show: how they sign, and which FITIDs are none.
    let mut shown: HashMap<Name, (HashSet<String>, Habits)> = HashMap::new();
    for (file, statements, accounts) in &owned {
        for (statement, account) in statements.iter().zip(accounts) {
            let Some(account) = account else { continue };
            let (reused, habits) = shown.entry(account.id.clone()).or_default();
            reused.extend(file.export.reused(statement));
            habits.learn(statement, file.export.numbers);
        }
    }
    let mut sorted = Vec::new();
    for (file, statements, accounts) in owned {
        let mut parts: Vec<Part> = Vec::new();
        let mut ordinals: HashMap<Name, HashMap<RowHash, u32>> = HashMap::new();
        for (statement, account) in statements.iter().zip(accounts) {
            let Some(account) = account else { continue };
            let (reused, habits) = &shown[&account.id];
            let making = Making {
                listed: &file.export.listed,
                numbers: file.export.numbers,
                account: &account,
                books,
                file: &file.source.name,
                reused,
                habits: *habits,
                known: context.known,
            };
            let rows = rows(statement, making, ordinals.entry(account.id.clone()).or_default());
            let stated = stated(file, statement, books, file.export.numbers);
            match parts.iter_mut().find(|part| part.account.id == account.id) {
                Some(part) => {
                    part.rows.extend(rows);
                    part.stated = None;
                }
                None => parts.push(Part { account, rows, stated }),
            }
        }
        sorted.push(Sorted {
            source: file.source,
            why: file.export.why.clone(),
            digest: xxh3_64(file.source.text.as_bytes()),
            accounts: parts,
        });
    }
    sorted
}

fn stated(
    file: &Opened,
    statement: &Statement,
    books: &dyn Books,
    numbers: Numbers,
) -> Option<(NaiveDate, Decimal, Name)> {
    let currency = statement.currency.clone()?;
    let stated = statement.stated(&file.export.listed, numbers, books);
    let cash = stated.into_iter().find(|stated| stated.security.is_none())?;
    Some((cash.day, cash.quantity, currency))
}

/// Refuses files with days of an account that another profile has covered: a row looks different in
/// each, so that nothing could tell it is known.
fn refuse_covered(sorted: &mut Vec<Sorted>, covered: &[Covered], refused: &mut Vec<Refused>) {
    sorted.retain(|file| {
        let clash = file.accounts.iter().find_map(|part| {
            let (first, last) = part.days()?;
            let other = covered.iter().find(|other| {
                other.account == part.account.id
                    && other.profile != *NAME
                    && other.first <= last
                    && first <= other.last
            })?;
            Some((other, first.max(other.first), last.min(other.last)))
        });
        let Some((other, first, last)) = clash else { return true };
        refused.push(Refused {
            file: file.source.name.clone(),
            reason: format!(
                "exports of `{}` cover {first} to {last} of `{}` already",
                other.profile, other.account
            ),
            advice: "export only the days that they do not cover".to_owned(),
            diagnostic: None,
        });
        false
    });
}

/// Says of each row whether it is new, and reports every file.
fn unite(sorted: &[Sorted], context: &Context, run: &mut Run) {
    let mut turns: Vec<_> = Vec::new();
    for (file, one) in sorted.iter().enumerate() {
        for (part, own) in one.accounts.iter().enumerate() {
            turns.push((own.account.id.clone(), own.days(), one.digest, file, part));
        }
    }
    turns.sort();
    let understood = understood(sorted);
    let mut reports: Vec<FileReport> = sorted.iter().map(report).collect();
    let mut uniting = Uniting {
        context,
        understood,
        brought: HashMap::new(),
        shown: HashSet::new(),
        fresh: HashSet::new(),
    };
    for (_, _, _, file, part) in turns {
        for (at, row) in sorted[file].accounts[part].rows.iter().enumerate() {
            uniting.row(row, &mut reports[file], run, (file, part, at));
        }
    }
    run.changed.sort_by(|one, other| one.now.id.cmp(&other.now.id));
    run.superseded.sort();
    run.superseded.dedup();
    for (file, (one, report)) in sorted.iter().zip(&mut reports).enumerate() {
        report.ignored.sort_by_key(|ignored| ignored.line);
        report.unresolved.sort_by_key(|unresolved| unresolved.line);
        report.events.sort_by_cached_key(Event::order);
        report.ties = one.accounts.iter().map(|part| tie(part, context.known)).collect();
        debug_assert!(report.rows.add_up(), "{:?}", report.rows);
        let parts = one.accounts.iter().enumerate();
        let rows = parts.flat_map(|(part, own)| {
            let fresh = |at| uniting.fresh.contains(&(file, part, at));
            own.rows.iter().enumerate().map(move |(at, row)| (row, fresh(at))).collect::<Vec<_>>()
        });
        run.diagnostics.append(&mut say::diagnostics(one.source, rows, report));
    }
    run.files.append(&mut reports);
}

/// Ids of rows that some file lets us understand: in another, beside fewer rows, they may not be.
fn understood(sorted: &[Sorted]) -> HashSet<EventId> {
    let rows = sorted.iter().flat_map(|file| &file.accounts).flat_map(|part| &part.rows);
    rows.filter_map(|row| match &row.fate {
        Fate::Events(events) => events.first().map(|event| first_id(&event.id)),
        Fate::Ignored(_) | Fate::Unresolved(..) => None,
    })
    .collect()
}

fn first_id(id: &EventId) -> EventId {
    id.part(0)
}

fn report(file: &Sorted) -> FileReport {
    let days = file.accounts.iter().filter_map(Part::days);
    FileReport {
        file: file.source.name.clone(),
        profile: NAME.into(),
        why: file.why.clone(),
        accounts: file.accounts.iter().map(|part| part.account.id.clone()).collect(),
        days: days.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))),
        digest: file.digest,
        rows: Counts::default(),
        ignored: Vec::new(),
        unresolved: Vec::new(),
        events: Vec::new(),
        ties: Vec::new(),
    }
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
    ) {
        let known = self.context.known;
        report.rows.read += 1;
        match &row.fate {
            Fate::Ignored(reason) => {
                report.rows.ignored += 1;
                report.ignored.push(Ignored { line: row.line, reason: reason.clone() });
                let id = EventId::new(row.id, row.ordinal);
                if known.is_unknown(&id) {
                    run.superseded.push(id);
                }
            }
            Fate::Unresolved(reason, event) => {
                let id = EventId::new(row.id, row.ordinal);
                let before = known.event(&id);
                if self.understood.contains(&id) || before.is_some() && !known.is_unknown(&id) {
                    report.rows.known += 1;
                    return;
                }
                report.rows.unresolved += 1;
                let reason = reason.clone();
                report.unresolved.push(Unresolved { line: row.line, reason });
                if let (None, false, Some(event)) = (before, self.brought.contains_key(&id), event)
                {
                    self.brought.insert(id, Vec::new());
                    report.events.push((**event).clone());
                }
            }
            Fate::Events(events) => self.events(row, events, report, run, at),
        }
    }

    fn events(
        &mut self,
        row: &Row,
        events: &[Event],
        report: &mut FileReport,
        run: &mut Run,
        at: (usize, usize, usize),
    ) {
        let known = self.context.known;
        let Some(first) = events.first() else { return };
        let id = first_id(&first.id);
        if let Some(before) = self.brought.remove(&id) {
            self.again(row, &before.iter().collect::<Vec<_>>(), events, report, run);
            self.brought.insert(id, before);
            return;
        }
        let before: Vec<&Event> =
            events.iter().filter_map(|event| known.event(&event.id)).collect();
        let new = before.is_empty() || known.is_unknown(&id);
        if new {
            report.rows.new += 1;
            report.events.extend(events.iter().cloned());
            self.fresh.insert(at);
        } else {
            self.again(row, &before, events, report, run);
        }
        self.brought.insert(id, events.to_vec());
    }

    /// A row that is there already: known, or changed since.
    fn again(
        &mut self,
        row: &Row,
        before: &[&Event],
        events: &[Event],
        report: &mut FileReport,
        run: &mut Run,
    ) {
        let differs = events.iter().find_map(|now| {
            let was = before.iter().find(|was| was.id == now.id)?;
            (!same(was, now)).then_some((*was, now))
        });
        let (Some((was, now)), Some(fitid)) = (differs, &row.fitid) else {
            report.rows.known += 1;
            return;
        };
        let hash = RowHash::of(&now.id.to_string(), [&*content(now)]);
        let mut corrected = Event { id: EventId::new(hash, 1), ..now.clone() };
        let to = was.id.clone();
        corrected.links.push(Link { relation: Relation::Replaces, to: to.clone() });
        let there = self.context.known.event(&corrected.id).is_some()
            || !self.shown.insert(corrected.id.clone());
        if there {
            report.rows.known += 1;
        } else if self.context.accepted.contains(&to) {
            report.rows.new += 1;
            report.events.push(corrected);
        } else {
            report.rows.changed += 1;
            run.changed.push(Changed {
                file: report.file.clone(),
                broker_id: fitid.clone(),
                was: was.clone(),
                now: corrected,
            });
        }
    }
}

/// The stated cash against what the books had before the file's first day and what its rows moved.
/// Without anything before, nothing can be held against it.
fn tie(part: &Part, known: &Known) -> Tie {
    let ties = stated_tie(part, known).unwrap_or(Ties::NotStated);
    Tie { account: part.account.id.clone(), what: "cash", ties }
}

fn stated_tie(part: &Part, known: &Known) -> Option<Ties> {
    let (day, closing, currency) = part.stated.clone()?;
    let (first, _) = part.days()?;
    let sum = |events: &mut dyn Iterator<Item = &Event>| {
        let own = events.filter(|event| event.currency.as_ref() == Some(&currency));
        own.map(|event| event.amount).try_fold(Decimal::ZERO, Decimal::checked_add)
    };
    let before = |event: &&Event| event.account == part.account.id && event.date < first;
    known.events().find(before)?;
    let opening = sum(&mut known.events().filter(before))?;
    let rows = part.rows.iter().filter_map(|row| match &row.fate {
        Fate::Events(events) => Some(&events[..]),
        Fate::Unresolved(_, event) => event.as_deref().map(std::slice::from_ref),
        Fate::Ignored(_) => None,
    });
    let moved = sum(&mut rows.flatten().filter(|event| event.date <= day))?;
    let off = closing.checked_sub(opening)?.checked_sub(moved)?;
    Some(Ties::Stated { opening, moved, closing, off, currency })
}
