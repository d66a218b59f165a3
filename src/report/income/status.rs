//! How sure a year is: closed, incomplete, still open, or final.
//!
//! The clock has no say: a year is final when no question is open and the records of every account
//! reach past the last day on which a rule could still change it.

use std::collections::{HashMap, HashSet};

use crate::event::{EventId, EventKind, Journal, Question};
use crate::income::{Judged, MayChange};
use crate::money::Decimal;
use crate::period::{NaiveDate, TaxYear};
use crate::regime::Regime;
use crate::report::words;
use crate::source::{ByLetters, Name, NameSet};

/// One year of a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Year {
    /// Which.
    pub year: TaxYear,
    /// `2024`, `2024-25`.
    pub label: String,
    /// How sure it is.
    pub status: Status,
    /// The last day that may still change it; `None` where nothing can.
    pub until: Option<NaiveDate>,
    /// Why it may still change.
    pub because: Vec<MayChange>,
    /// Accounts whose records end before `until` or, where no rule looks on, before the year does.
    pub short: Vec<Reached>,
    /// Open questions.
    pub questions: Vec<Asked>,
    /// Errors of the records, of whatever year: what they are about is in no figure.
    pub problems: usize,
    /// The day to which the records of every account reach; `None` where one has none.
    pub reached: Option<NaiveDate>,
    /// Whether any income or cost was recorded.
    pub recorded: bool,
}

/// The day to which an account's records reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Its id.
    pub account: Name,
    /// As stated, else of its newest event; `None`: it has no records at all.
    pub day: Option<NaiveDate>,
}

/// How sure a year is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// A question is open, or something in the records could not be read.
    Incomplete,
    /// A rule, or rows that are still missing, may change it.
    Open,
    /// Nothing can change it but a correction of the records.
    Final,
}

impl Status {
    /// As it is written for programs.
    pub fn name(self) -> &'static str {
        match self {
            Status::Incomplete => "incomplete",
            Status::Open => "open",
            Status::Final => "final",
        }
    }
}

/// An open question with its number in the statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// From 1: `?1`, `q1`.
    pub number: usize,
    /// What is asked.
    pub asks: String,
    /// What raised it.
    pub event: Option<EventId>,
    /// Index of that event in the journal.
    pub index: Option<usize>,
    /// The day that decides the year.
    pub date: NaiveDate,
    /// How much waits for the answer.
    pub amount: Option<Decimal>,
    /// `FILE:LINE`.
    pub source: String,
    /// Where the answer goes.
    pub write: crate::event::Write,
    /// Whether what waits is placed in no category.
    pub unplaced: bool,
}

impl Year {
    /// What leaves it incomplete, in words: `1 question`, `2 problems in the records`.
    pub fn open(&self) -> String {
        let questions = words::count(self.questions.len(), "question");
        let problems = format!("{} in the records", words::count(self.problems, "problem"));
        match (self.questions.len(), self.problems) {
            (_, 0) => questions,
            (0, _) => problems,
            _ => format!("{questions} and {problems}"),
        }
    }

    /// Leaves what the cash view rests on: no law can change it, only a row that is not understood.
    pub fn of_cash(&mut self, journal: &Journal) {
        let unknown = |at: usize| matches!(journal.events[at].kind, EventKind::Unknown { .. });
        self.questions.retain(|asked| asked.index.is_none_or(unknown) && asked.event.is_some());
        self.because.clear();
        if self.status == Status::Incomplete && self.questions.is_empty() && self.problems == 0 {
            self.status = if self.short.is_empty() { Status::Final } else { Status::Open };
        }
    }
}

/// What is known of each of `years`, questions numbered through.
pub fn years(judged: &Judged, journal: &Journal, regime: &Regime, years: &[TaxYear]) -> Vec<Year> {
    let reached = reached(journal);
    // Few events are asked about; only those are looked up.
    let of_years = |question: &&Question| years.contains(&regime.year.year_of(question.date));
    let asked = judged.questions.iter().filter(of_years);
    let asked: HashSet<&EventId> = asked.filter_map(|question| question.event.as_ref()).collect();
    let index: HashMap<&EventId, usize> = if asked.is_empty() {
        HashMap::new()
    } else {
        let events = journal.events.iter().enumerate();
        let found = events.filter(|(_, event)| asked.contains(&event.id));
        found.map(|(at, event)| (&event.id, at)).collect()
    };
    let wanted: HashSet<usize> = index.values().copied().collect();
    let placed: HashSet<usize> = if wanted.is_empty() {
        HashSet::new()
    } else {
        judged
            .incomes
            .iter()
            .filter(|income| !super::lines::is_unplaced(&income.category))
            .filter_map(|income| income.event)
            .chain(judged.aside.iter().copied())
            .chain(judged.sheltered.iter().copied())
            .filter(|at| wanted.contains(at))
            .collect()
    };
    let mut number = 0;
    let mut found = Vec::new();
    for year in years {
        let mut questions = Vec::new();
        for question in &judged.questions {
            if regime.year.year_of(question.date) != *year {
                continue;
            }
            number += 1;
            let at = question.event.as_ref().and_then(|id| index.get(id).copied());
            questions.push(Asked {
                number,
                asks: question.asks.clone(),
                event: question.event.clone(),
                index: at,
                date: question.date,
                amount: question.amount,
                source: question.source.clone(),
                write: question.write.clone(),
                unplaced: at.is_some_and(|at| !placed.contains(&at)),
            });
        }
        let because: Vec<MayChange> =
            judged.findings.may_change.iter().filter(|one| one.year == *year).cloned().collect();
        let end = regime.year.days(*year).map(|(_, last)| last);
        let rule = because.iter().map(|one| one.until).max();
        let looked = rule.max(end);
        let short: Vec<Reached> =
            reached.iter().filter(|one| one.day.is_none() || one.day < looked).cloned().collect();
        let recorded = judged.incomes.iter().chain(&judged.cash).any(|income| income.year == *year)
            || !questions.is_empty();
        let status = if !questions.is_empty() || journal.problems > 0 {
            Status::Incomplete
        } else if rule.is_some() || !short.is_empty() {
            Status::Open
        } else {
            Status::Final
        };
        let until = if rule.is_some() || !short.is_empty() { looked } else { None };
        found.push(Year {
            year: *year,
            label: regime.year.label(*year),
            status,
            until,
            because,
            short,
            questions,
            problems: journal.problems,
            reached: if reached.iter().any(|one| one.day.is_none()) {
                None
            } else {
                reached.iter().filter_map(|one| one.day).min()
            },
            recorded,
        });
    }
    found
}

/// The day to which the records of each account reach: as stated, else of the newest event.
fn reached(journal: &Journal) -> Vec<Reached> {
    let mut newest: HashMap<&Name, NaiveDate, ByLetters> = HashMap::default();
    // From the last event back, until each account has had its newest.
    let mut seen = NameSet::default();
    for event in journal.events.iter().rev() {
        if seen.insert(&event.account) {
            newest.insert(&event.account, event.date);
            if journal.accounts.keys().all(|id| seen.contains(id)) {
                break;
            }
        }
    }
    let accounts = journal.accounts.values();
    accounts
        .map(|account| Reached {
            account: account.id.clone(),
            day: account.reached.max(newest.get(&account.id).copied()),
        })
        .collect()
}
