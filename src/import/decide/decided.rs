//! What the rows of a stretch became, and the stretch below put to it.

use std::collections::BTreeMap;

use crate::event::{Event, EventKind};
use crate::import::cell::Number;
use crate::import::export::{Fate, Trace, numbered};
use crate::import::hash::Hashed;
use crate::import::make::{Doubt, Made, Reason};
use crate::import::position::Awaits;
use crate::import::profile::{Link, Pair};
use crate::import::row::{Row, Trouble};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

/// What a row states of cash.
#[derive(Debug)]
pub struct Step {
    /// Its number.
    pub row: u32,
    /// What its cash is in.
    pub currency: Name,
    /// The cash after it.
    pub balance: Number,
    /// Its own; zero where it states none.
    pub amount: Decimal,
}

/// Where rows may be one of two: holder, day, what joins them, and how.
pub(super) type Joint = (usize, NaiveDate, Name, Pair);

/// What the rows of a stretch became.
#[derive(Debug, Default)]
pub struct Decided {
    pub(in crate::import) traces: Vec<Trace>,
    pub(in crate::import) events: Vec<Event>,
    pub(in crate::import) reasons: Vec<Reason>,
    pub(in crate::import) whole: Vec<(u32, Row)>,
    pub(in crate::import) linked: Vec<u32>,
    pub(in crate::import) ended: Vec<u32>,
    pub(in crate::import) awaiting: Vec<(u32, Awaits)>,
    pub(in crate::import) doubts: Vec<(u32, Doubt)>,
    pub(in crate::import) references: Vec<(u32, Name)>,
    pub(in crate::import) steps: Vec<Step>,
    pub(in crate::import) broker_ids: Hashed<u32, Name>,
    pub(in crate::import) days: Vec<Option<(NaiveDate, NaiveDate)>>,
    pub(in crate::import) ends: Option<(NaiveDate, NaiveDate)>,
    /// Rows that are one of several, and their action.
    pub(super) joints: BTreeMap<Joint, Vec<(u32, usize)>>,
    /// Rows that nothing understands, and a person may have decided about.
    pub(super) open: Vec<u32>,
    /// The day of the first row that has one, and of the last.
    pub(super) dated: Option<(NaiveDate, NaiveDate)>,
    /// Rows without a day, before all that have one.
    pub(super) undated: Vec<u32>,
}

impl Decided {
    /// The day of a row without one is that of its neighbour: of the row before it, else of the one
    /// after. It says which year the row leaves incomplete.
    pub(super) fn date(&mut self, at: u32, row: &mut Row) {
        if row.date != NaiveDate::default() {
            let first = self.dated.map_or(row.date, |(first, _)| first);
            self.dated = Some((first, row.date));
        } else if let Some((_, last)) = self.dated {
            row.date = last;
        }
        if matches!(row.trouble, Some(Trouble::Aside(_))) {
            return;
        }
        if row.trouble.is_none() {
            let day = row.posted.unwrap_or(row.date);
            self.ends = Some((self.ends.map_or(day, |(first, _)| first), day));
        }
        if row.date == NaiveDate::default() {
            self.undated.push(at);
        } else {
            self.covers(row.holder, row.date);
        }
    }

    /// Rows without a day before all that have one get the day of the first that has.
    pub(super) fn date_the_first(&mut self) {
        let undated = std::mem::take(&mut self.undated);
        let day = self.dated.map_or_else(NaiveDate::default, |(first, _)| first);
        for row in undated {
            self.date_as(row, day);
        }
    }

    fn date_as(&mut self, row: u32, day: NaiveDate) {
        if let Ok(at) = self.whole.binary_search_by_key(&row, |(number, _)| *number) {
            self.whole[at].1.date = day;
        }
        let holder = usize::from(self.traces[row as usize].holder);
        self.covers(holder, day);
    }

    fn covers(&mut self, holder: usize, day: NaiveDate) {
        let (first, last) = self.days[holder].unwrap_or((day, day));
        self.days[holder] = Some((first.min(day), last.max(day)));
    }

    pub(super) fn unresolved(&mut self, reason: Reason) -> Fate {
        self.reasons.push(reason);
        Fate::Unresolved(numbered(self.reasons.len() - 1))
    }

    pub(super) fn keep(&mut self, row: u32, made: Made, link: Option<Link>) -> Fate {
        let at = numbered(self.events.len());
        let ends = matches!(
            made.event.kind,
            EventKind::OptionAssign { .. } | EventKind::OptionExercise { .. }
        );
        self.ended.extend(ends.then_some(row));
        self.linked.extend(link.map(|_| row));
        self.events.push(made.event);
        let second = made.second.is_some();
        self.events.extend(made.second.map(|second| *second));
        self.doubts.extend(made.doubt.map(|doubt| (row, doubt)));
        Fate::Event { at, second, link }
    }

    /// What the rows of the stretch below became.
    pub(super) fn append(&mut self, mut below: Decided) {
        let rows = numbered(self.traces.len());
        let events = numbered(self.events.len());
        let reasons = numbered(self.reasons.len());
        self.traces.extend(below.traces.into_iter().map(|mut trace| {
            match &mut trace.fate {
                Fate::Event { at, .. } => *at += events,
                Fate::Unresolved(reason) => *reason += reasons,
                Fate::With(row) => *row += rows,
                Fate::Ignored(_) | Fate::Open => {}
            }
            trace
        }));
        self.events.append(&mut below.events);
        self.reasons.append(&mut below.reasons);
        let place = |row: u32| row + rows;
        self.whole.extend(below.whole.into_iter().map(|(row, whole)| (place(row), whole)));
        self.linked.extend(below.linked.into_iter().map(place));
        self.ended.extend(below.ended.into_iter().map(place));
        self.awaiting.extend(below.awaiting.into_iter().map(|(row, what)| (place(row), what)));
        self.doubts.extend(below.doubts.into_iter().map(|(row, doubt)| (place(row), doubt)));
        self.references.extend(below.references.into_iter().map(|(row, name)| (place(row), name)));
        self.broker_ids.extend(below.broker_ids.into_iter().map(|(row, id)| (place(row), id)));
        self.open.extend(below.open.into_iter().map(place));
        self.steps
            .extend(below.steps.into_iter().map(|step| Step { row: place(step.row), ..step }));
        for (joint, members) in below.joints {
            let members = members.into_iter().map(|(row, action)| (place(row), action));
            self.joints.entry(joint).or_default().extend(members);
        }
        for (holder, days) in below.days.into_iter().enumerate() {
            if let Some((first, last)) = days {
                self.covers(holder, first);
                self.covers(holder, last);
            }
        }
        self.ends = both_ends(self.ends, below.ends);
        for row in below.undated.into_iter().map(place) {
            match self.dated {
                Some((_, last)) => self.date_as(row, last),
                None => self.undated.push(row),
            }
        }
        self.dated = both_ends(self.dated, below.dated);
    }
}

/// From the first of one to the last of the other.
fn both_ends<T: Copy>(one: Option<(T, T)>, other: Option<(T, T)>) -> Option<(T, T)> {
    match (one, other) {
        (Some((first, _)), Some((_, last))) => Some((first, last)),
        (one, other) => one.or(other),
    }
}
