//! Securities that have nothing to do with each other: each group of them is walked by itself, and what
//! is found of all is put together in the order of the journal.
//!
//! Two securities are of one group where an event turns one into the other, where one is an option on
//! the other, and where events about them are linked. Nothing that `tax` finds out about a security
//! hangs on one of another group.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use rayon::prelude::*;

use super::holding::ex_date;
use super::options::underlying;
use super::repurchase::wait_for;
use super::walk::Walk;
use crate::event::{Choice, Event, EventId, EventKind, Journal, Relation, Transfers, stretches};
use crate::income::{Detail, Findings};
use crate::period::NaiveDate;
use crate::regime::Regime;
use crate::source::{ByLetters, Name};

/// What all walks look up.
pub(super) struct Shared<'j> {
    pub journal: &'j Journal,
    pub regime: &'j Regime,
    pub detail: Detail<'j>,
    /// Events that options' uses link to, by id.
    pub linked: HashMap<&'j EventId, usize>,
    pub choices: HashMap<&'j EventId, &'j Choice>,
    /// Which units move between accounts.
    pub transfers: Transfers,
    /// The day to which the records reach: of the newest event, or as an account states.
    pub last: Option<NaiveDate>,
    /// Whether any payment's ex-date is known.
    pub ex_dates: bool,
    /// Whether events say what of let property is written off.
    pub rentals: bool,
    /// Whether there are securities that have to do with others.
    joins: bool,
    of: BySecurity,
}

impl<'j> Shared<'j> {
    pub fn new(journal: &'j Journal, regime: &'j Regime, detail: Detail<'j>) -> Shared<'j> {
        let has = Has::of(journal);
        let relations = [Relation::Assigns, Relation::Exercises];
        let mut linked = HashMap::new();
        if has.links {
            let links = journal.events.iter().flat_map(|event| &event.further.links);
            let wanted = links.filter(|link| relations.contains(&link.relation));
            let wanted: HashSet<&EventId> = wanted.map(|link| &link.to).collect();
            let events = journal.events.iter().enumerate();
            let wanted = events.filter(|(_, event)| wanted.contains(&event.id));
            linked.extend(wanted.map(|(at, event)| (&event.id, at)));
        }
        let stated = journal.accounts.values().filter_map(|account| account.reached).max();
        Shared {
            journal,
            regime,
            detail,
            linked,
            choices: journal.choices.iter().map(|choice| (&choice.event, choice)).collect(),
            transfers: if has.arrivals || has.links {
                journal.transfers_of_units()
            } else {
                Transfers::default()
            },
            last: has.newest.max(stated),
            ex_dates: has.ex_dates,
            rentals: has.rentals,
            joins: has.links || has.joins || has.arrivals,
            of: has.of,
        }
    }
}

/// What of a journal's events most journals have none of, and which are of each security: looked at
/// once, on all cores.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools)] // what there is of each, by itself
struct Has {
    newest: Option<NaiveDate>,
    /// Links between events.
    links: bool,
    /// Units that came from elsewhere, or are given as pay.
    arrivals: bool,
    /// Events about two securities.
    joins: bool,
    /// Payments whose ex-date is known.
    ex_dates: bool,
    /// Property placed in service or improved.
    rentals: bool,
    /// The events of each security, by its number.
    of: BySecurity,
}

/// The events of each security, by index, in their order; securities by their numbers.
type BySecurity = IndexMap<usize, Vec<u32>, ByLetters>;

impl Has {
    fn of(journal: &Journal) -> Has {
        let mut all = Has::default();
        for has in
            stretches(&journal.events, |first, events| Has::in_stretch(journal, first, events))
        {
            all.newest = all.newest.max(has.newest);
            all.links |= has.links;
            all.arrivals |= has.arrivals;
            all.joins |= has.joins;
            all.ex_dates |= has.ex_dates;
            all.rentals |= has.rentals;
            for (security, events) in has.of {
                all.of.entry(security).or_default().extend(events);
            }
        }
        all
    }

    fn in_stretch(journal: &Journal, first: usize, events: &[Event]) -> Has {
        let mut has = Has::default();
        for (at, event) in (first..).zip(events) {
            has.newest = has.newest.max(Some(event.date));
            has.links |= !event.further.links.is_empty();
            has.rentals |= matches!(
                event.kind,
                EventKind::PlacedInService { .. } | EventKind::Improvement { .. }
            );
            let Some(security) = event.kind.security() else { continue };
            let arrives =
                matches!(event.kind, EventKind::TransferIn { .. } | EventKind::Award { .. });
            has.arrivals |= arrives;
            has.joins |=
                matches!(event.kind, EventKind::OptionOpen { .. }) || into(&event.kind).is_some();
            has.ex_dates |= ex_date(journal, event).is_some();
            has.of.entry(security.number()).or_default().extend(u32::try_from(at));
        }
        has
    }
}

/// When, in the order of the journal, each thing was found: before which event, or after all.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    pub matches: Vec<Stamp>,
    pub accruals: Vec<Stamp>,
    pub questions: Vec<Stamp>,
}

/// The event that was walked, by its index; and what comes before it, or after all events, in order.
pub(super) type Stamp = (u32, u8);

/// What was found of some securities.
pub(super) struct Found {
    pub findings: Findings,
    pub stamps: Stamps,
    /// The event that each open lot's position is first named in.
    pub born: Vec<usize>,
    /// The group of accounts that each loss that may change is of.
    pub groups: Vec<u32>,
}

/// Walks groups of securities on all cores.
pub(super) fn walk(shared: &Shared<'_>) -> Findings {
    let groups = groups(shared);
    // The longest first: were it the last, the other cores would wait for it.
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by_key(|at| Reverse(groups[*at].len()));
    let walks = order.par_iter().with_max_len(1);
    let walks = walks.map(|at| (*at, Walk::new(shared, &groups[*at]).run()));
    let mut found: Vec<(usize, Found)> = walks.collect();
    found.sort_by_key(|(at, _)| *at);
    together(shared, found.into_iter().map(|(_, found)| found).collect())
}

/// Walks everything in one go.
pub(super) fn at_once(shared: &Shared<'_>) -> Findings {
    let mut events: Vec<u32> = shared.of.values().flatten().copied().collect();
    events.sort_unstable();
    together(shared, vec![Walk::new(shared, &events).run()])
}

/// Puts findings together in the order of the journal.
fn together(shared: &Shared<'_>, mut found: Vec<Found>) -> Findings {
    wait_for(shared.journal, &mut found);
    if found.len() < 2 {
        return found.pop().map(|found| found.findings).unwrap_or_default();
    }
    let mut all = Findings::default();
    let (mut matches, mut accruals, mut questions) = (Vec::new(), Vec::new(), Vec::new());
    let mut open = Vec::new();
    for one in found {
        let Found { findings, stamps, born, groups: _ } = one;
        matches.extend(stamps.matches.into_iter().zip(findings.matches));
        accruals.extend(stamps.accruals.into_iter().zip(findings.accruals));
        questions.extend(stamps.questions.into_iter().zip(findings.questions));
        open.extend(born.into_iter().zip(findings.open));
        all.holdings.extend(findings.holdings);
        all.may_change.extend(findings.may_change);
    }
    // Sorting keeps the order of what was found at the same moment: by the same walk, in its order.
    all.matches = in_order(matches);
    all.accruals = in_order(accruals);
    all.questions = in_order(questions);
    all.open = in_order(open);
    all.holdings.sort_by_key(|holding| holding.event);
    all.may_change.sort_by_key(|change| (change.until, change.event));
    all
}

fn in_order<K: Ord + Copy, T>(mut found: Vec<(K, T)>) -> Vec<T> {
    found.sort_by_cached_key(|(moment, _)| *moment);
    found.into_iter().map(|(_, one)| one).collect()
}

/// The events of each group, by index, in their order; groups by their first event.
fn groups(shared: &Shared<'_>) -> Vec<Vec<u32>> {
    let events = &shared.journal.events;
    let mut joined = Joined::default();
    for event in events.iter().filter(|_| shared.joins) {
        let Some(security) = event.kind.security() else { continue };
        if let Some(into) = into(&event.kind) {
            joined.join(security, into);
        }
        if let EventKind::OptionOpen { .. } = event.kind
            && let Some((underlying, _)) = underlying(shared.journal, security, event.date)
        {
            joined.join(security, &underlying);
        }
        for link in &event.further.links {
            let other = shared.linked.get(&link.to).and_then(|at| events[*at].kind.security());
            if let Some(other) = other {
                joined.join(security, other);
            }
        }
    }
    for (from, to) in &shared.transfers.other {
        if let (Some(from), Some(to)) = (events[*from].kind.security(), events[*to].kind.security())
        {
            joined.join(from, to);
        }
    }
    let mut groups: IndexMap<usize, Vec<u32>> = IndexMap::new();
    for (security, events) in &shared.of {
        groups.entry(joined.first(*security)).or_default().extend(events);
    }
    let mut groups: Vec<Vec<u32>> = groups.into_values().collect();
    for group in &mut groups {
        group.sort_unstable();
    }
    groups.sort_by_key(|group| group.first().copied());
    groups
}

/// The security that an event turns its own into, or gives beside it.
fn into(kind: &EventKind) -> Option<&Name> {
    match kind {
        EventKind::SpinOff { into, .. } | EventKind::RightsExercise { into, .. } => Some(into),
        EventKind::StockDividend { into, .. }
        | EventKind::Rights { into, .. }
        | EventKind::Merger { into, .. }
        | EventKind::Exchange { into, .. }
        | EventKind::Rename { into, .. } => into.as_ref(),
        _ => None,
    }
}

/// Names that belong together, by their numbers: each points to an earlier one, the first to itself.
#[derive(Default)]
struct Joined(HashMap<usize, usize>);

impl Joined {
    fn first(&self, mut number: usize) -> usize {
        while let Some(other) = self.0.get(&number) {
            number = *other;
        }
        number
    }

    fn join(&mut self, left: &Name, right: &Name) {
        let (left, right) = (self.first(left.number()), self.first(right.number()));
        if left != right {
            self.0.insert(left.max(right), left.min(right));
        }
    }
}
