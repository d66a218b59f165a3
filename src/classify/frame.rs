//! What a regime has for each kind of event, match and accrual, made ready to be tried on thousands of
//! them: names become numbers once, so that trying a row compares no letters but the facts' own.

use std::collections::HashMap;
use std::ops::Range;

use super::sheltered::sheltered;
use super::{Deposits, vector};
use crate::event::{Event, EventKind, Journal, any, stretches};
use crate::income::{Findings, Match};
use crate::money::Decimal;
use crate::period::{NaiveDate, TaxYear};
use crate::regime::{Deemed, Regime, Rule, Where};
use crate::source::{ByLetters, Name, NameSet};

/// A row among those that are tried on the same.
pub(super) struct Row<'r> {
    pub(super) rule: &'r Rule,
    /// Its name for `explain`.
    pub(super) name: Name,
    pub(super) conditions: Vec<Condition<'r>>,
    /// The figure that it takes, of a part also the part: a number that rows share which take the same.
    slot: usize,
    /// The category that it gives: a number that rows share which give the same.
    gives: usize,
    /// The number of the category that it gives a part of; one that no row has, where none gives that.
    part_of: Option<usize>,
    /// Whether its figure adds up to a payment with others, or is the payment.
    summand: bool,
    /// Whether its figure is the payment.
    whole: bool,
    /// Whether it says that the event is no income.
    pub(super) none: bool,
}

/// A condition, with what it asks of.
pub(super) struct Condition<'r> {
    pub(super) of: Asked,
    pub(super) test: &'r Where,
}

/// What a condition asks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Claimed,
    Holding,
    Security,
    Sort,
    Gain,
    Amount,
    Reason,
    Deposit,
    Expense,
    /// A fact that somebody states about a security or a property.
    Fact,
}

impl Condition<'_> {
    pub(super) fn all(conditions: &[Where]) -> Vec<Condition<'_>> {
        let asked = |test: &Where| match &*test.fact {
            "claimed" => Asked::Claimed,
            "holding" => Asked::Holding,
            "security" => Asked::Security,
            "sort" => Asked::Sort,
            "gain" => Asked::Gain,
            "amount" => Asked::Amount,
            "reason" => Asked::Reason,
            "deposit" => Asked::Deposit,
            "expense" => Asked::Expense,
            _ => Asked::Fact,
        };
        conditions.iter().map(|test| Condition { of: asked(test), test }).collect()
    }
}

/// Which figures were taken of one subject, and which categories given.
#[derive(Default)]
pub(super) struct Tried {
    taken: Vec<usize>,
    given: Vec<usize>,
    /// The payment as a whole was taken.
    whole: bool,
}

impl Tried {
    /// For the next subject.
    pub(super) fn clear(&mut self) {
        self.taken.clear();
        self.given.clear();
        self.whole = false;
    }

    /// Whether a row may still be tried: its figure is not taken, and it has what it is a part of.
    pub(super) fn is_open(&self, row: &Row<'_>) -> bool {
        let orphan = |parent: usize| !self.given.contains(&parent);
        !(self.taken.contains(&row.slot)
            || row.summand && self.whole
            || row.part_of.is_some_and(orphan))
    }

    /// No later row may take the figure of this one.
    pub(super) fn take(&mut self, row: &Row<'_>) {
        self.taken.push(row.slot);
        self.whole |= row.whole;
    }

    /// The row gave its category.
    pub(super) fn give(&mut self, row: &Row<'_>) {
        self.take(row);
        self.given.push(row.gives);
    }
}

impl<'r> Row<'r> {
    /// Those that are tried on the same, in their order, parts after what they are a part of.
    fn of(mut rules: Vec<&'r Rule>, regime: &Name) -> Vec<Row<'r>> {
        rules.sort_by_key(|rule| rule.part_of.is_some());
        let slot =
            |rule: &Rule| (rule.field.clone(), rule.part_of.as_ref().map(|_| rule.id.clone()));
        let gives = |id: &Name| rules.iter().position(|rule| rule.id == *id).unwrap_or(rules.len());
        let row = |rule: &&'r Rule| {
            let part = rule.part_of.is_some();
            Row {
                rule,
                name: format!("{regime}/{}", rule.id).into(),
                conditions: Condition::all(&rule.conditions),
                slot: rules.iter().position(|other| slot(other) == slot(rule)).unwrap_or_default(),
                gives: gives(&rule.id),
                part_of: rule.part_of.as_ref().map(gives),
                summand: !part && vector::is_summand(&rule.field),
                whole: !part && rule.field == *"amount",
                none: rule.id == *"none",
            }
        };
        rules.iter().map(row).collect()
    }

    pub(super) fn is_part(&self) -> bool {
        self.part_of.is_some()
    }
}

/// What classification looks up, worked out once.
pub(super) struct Frame<'j> {
    pub(super) journal: &'j Journal,
    pub(super) regime: &'j Regime,
    pub(super) findings: &'j Findings,
    /// Of other years only sums are kept.
    pub(super) years: Option<&'j [TaxYear]>,
    /// Rows, those together that are tried on the same.
    pub(super) rows: Vec<Vec<Row<'j>>>,
    /// Where in `rows` those of a name stand: of a kind, of an accrual, of a match.
    pub(super) named: HashMap<&'j str, usize>,
    pub(super) sheltered: NameSet,
    /// By kind of event.
    pub(super) kinds: Vec<Kind<'j>>,
    /// Tests around an ex-date, by event.
    pub(super) holdings: HashMap<usize, Vec<usize>, ByLetters>,
    /// Of capital returned by an event, what went beyond cost.
    pub(super) beyond: HashMap<usize, Decimal, ByLetters>,
    /// The day of the coupon that takes bought interest off, by event.
    pub(super) coupons: HashMap<usize, NaiveDate>,
}

/// What the regime has for one kind of event.
pub(super) struct Kind<'j> {
    /// Where in `Frame::rows` its rows stand.
    pub(super) rows: Option<usize>,
    /// Which days of an event decide its year.
    pub(super) dates: Option<&'j [Name]>,
    /// Payments that count on another day than their own.
    pub(super) deemed: Option<(&'j Deemed, Vec<Condition<'j>>)>,
}

impl<'j> Frame<'j> {
    pub(super) fn new(
        journal: &'j Journal,
        regime: &'j Regime,
        findings: &'j Findings,
        years: Option<&'j [TaxYear]>,
    ) -> Frame<'j> {
        let (mut rules, mut named) = (Vec::<Vec<&Rule>>::new(), HashMap::<&str, usize>::new());
        for rule in &regime.rules {
            for event in &rule.events {
                let at = *named.entry(event).or_insert(rules.len());
                if at == rules.len() {
                    rules.push(Vec::new());
                }
                rules[at].push(rule);
            }
        }
        let rows = rules.into_iter().map(|rules| Row::of(rules, &regime.id)).collect();
        let mut holdings: HashMap<usize, Vec<usize>, ByLetters> = HashMap::default();
        for (at, holding) in findings.holdings.iter().enumerate() {
            holdings.entry(holding.event).or_default().push(at);
        }
        let mut beyond: HashMap<usize, Decimal, ByLetters> = HashMap::default();
        let returned = stretches(&findings.matches, |_, matches| {
            let returned = matches.iter().filter(|matched| {
                let event = journal.events.get(matched.disposal);
                event.is_some_and(|event| returns_capital(&event.kind))
            });
            returned.collect::<Vec<&Match>>()
        });
        for matched in returned.into_iter().flatten() {
            *beyond.entry(matched.disposal).or_default() += matched.proceeds;
        }
        let kind = |kind: &&'static str| {
            let deemed = |row: &&Deemed| row.events.iter().any(|name| **name == **kind);
            Kind {
                rows: named.get(*kind).copied(),
                dates: regime.dates.get(*kind).map(Vec::as_slice),
                deemed: regime
                    .deemed
                    .iter()
                    .find(deemed)
                    .map(|row| (row, Condition::all(&row.conditions))),
            }
        };
        Frame {
            journal,
            regime,
            findings,
            years,
            kinds: EventKind::NAMES.iter().map(kind).collect(),
            rows,
            named,
            sheltered: sheltered(journal),
            holdings,
            beyond,
            coupons: coupons(journal),
        }
    }

    /// The rows that are tried on what goes by this name.
    pub(super) fn rows_of(&self, name: &str) -> Option<&[Row<'j>]> {
        self.named.get(name).map(|at| &*self.rows[*at])
    }

    /// What came into accounts with these events.
    pub(super) fn deposits(&self, range: Range<usize>) -> Deposits<'j> {
        let mut deposits = Deposits::default();
        for event in &self.journal.events[range] {
            if let EventKind::Deposit {} = event.kind {
                let deposit = deposits.entry(&event.account).or_default();
                *deposit = deposit.saturating_add(event.amount);
            }
        }
        deposits
    }
}

/// The coupon after each purchase of interest: the next interest of that security in that account.
fn coupons(journal: &Journal) -> HashMap<usize, NaiveDate> {
    let mut coupons = HashMap::new();
    let bought = |event: &Event| {
        matches!(event.kind, EventKind::AccruedInterest { .. }) && event.amount.is_sign_negative()
    };
    if !any(&journal.events, bought) {
        return coupons;
    }
    let mut waiting: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    for (at, event) in journal.events.iter().enumerate() {
        let Some(security) = event.security() else { continue };
        let key = (&*event.account, &**security);
        if bought(event) {
            waiting.entry(key).or_default().push(at);
        } else if let EventKind::Interest { .. }
        | EventKind::AccruedInterest { .. }
        | EventKind::Redemption { .. } = event.kind
        {
            let due = waiting.remove(&key).unwrap_or_default();
            coupons.extend(due.into_iter().map(|at| (at, event.date)));
        }
    }
    coupons
}

/// Capital that these give back may go beyond cost, and that is a gain.
fn returns_capital(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::ReturnOfCapital { .. }
            | EventKind::Liquidation { .. }
            | EventKind::Dividend { .. }
            | EventKind::FundDistribution { .. }
    )
}
