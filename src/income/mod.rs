//! The words for judgements: what a cash flow is for tax, what a disposal gained, what is still open.
//!
//! `tax` and `classify` make these, `report` adds them up. All are derived at every run and never
//! stored. Category ids are the regime's own names (`dividend.qualified`); no list of them is here.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::event::{Event, EventId, Question};
use crate::money::Decimal;
use crate::period::{NaiveDate, TaxYear};
use crate::source::Name;

/// What one event, one match or one accrual adds to one category of one tax year.
#[derive(Clone, Debug, PartialEq)]
pub struct Income {
    /// The regime's id: `dividend.ordinary`.
    pub category: Name,
    /// The tax year it counts in.
    pub year: TaxYear,
    /// The day that decided the year.
    pub date: NaiveDate,
    /// In the regime's currency, unrounded, with the sign of the form: an expense is positive.
    pub amount: Decimal,
    /// Whose account; the account of the event.
    pub account: Name,
    /// Who pays, or what was sold.
    pub security: Option<Name>,
    /// The let property it belongs to.
    pub property: Option<Name>,
    /// Index of the event in `Journal::events`; `None` for what no event states (depreciation).
    pub event: Option<usize>,
    /// Index in `Judged::matches`, for what a disposal gained.
    pub matched: Option<usize>,
    /// The rule that decided, as `explain` names it: `us/dividend.ordinary`.
    pub rule: Name,
    /// The law or publication behind the rule.
    pub law: Option<Name>,
    /// How the amount came about, for the eye: `200 x 0.75`, `held 46 days; needs 61`.
    pub how: String,
}

impl Income {
    /// What an event gives, which is at this index: its account, security and property; of a figure that a
    /// rule names, in the year that a day is of.
    pub fn of_event(
        (at, event): (usize, &Event),
        (date, year): (NaiveDate, TaxYear),
        (category, rule): (Name, Name),
        amount: Decimal,
    ) -> Income {
        Income {
            category,
            year,
            date,
            amount,
            account: event.account.clone(),
            security: event.security().cloned(),
            property: event.property().cloned(),
            event: Some(at),
            matched: None,
            rule,
            law: None,
            how: String::new(),
        }
    }
}

/// How far a report needs disposals told apart. What it does not need apart is summed up as it is
/// found, so that a statement of one year holds no more of the others than their sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detail<'y> {
    /// The years whose disposals are told one by one; of others there are only sums. `None`: all.
    pub years: Option<&'y [TaxYear]>,
    /// Whether each lot that a disposal of these years took is a match of its own.
    pub lots: bool,
}

impl Detail<'_> {
    /// Every lot of every disposal.
    pub const ALL: Detail<'static> = Detail { years: None, lots: true };
}

/// Units of one lot that one disposal took; or, where `Detail` asks for no more, of all lots of a
/// disposal, or of all disposals of a year, that pass the same tests.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// Index of the disposal in `Journal::events`; of several, of the first.
    pub disposal: usize,
    /// Index of the acquisition in `Journal::events`, where the books have it, and it is one.
    pub acquisition: Option<usize>,
    /// Account of the disposal.
    pub account: Name,
    /// What was sold, under its name on that day.
    pub security: Name,
    /// What sort of thing it is, as a split of a category names it: `shares`, `options`.
    pub sort: &'static str,
    /// Units, positive.
    pub quantity: Decimal,
    /// The day of purchase; `None` where it is unknown, or not one. Written options: the day they
    /// ended.
    pub acquired: Option<NaiveDate>,
    /// The day the holding period begins from, where that is another (a wash sale moved it).
    pub held_since: Option<NaiveDate>,
    /// The day of sale; of several, of the last.
    pub disposed: NaiveDate,
    /// Net of the costs of selling, positive.
    pub proceeds: Decimal,
    /// With the costs of buying, positive; `None` where unknown, and then nothing is gained or lost.
    pub cost: Option<Decimal>,
    /// Corrections of the gain, in the order of their codes.
    pub adjustments: Vec<Adjustment>,
    /// The regime's holding tests that it passes: `long`.
    pub holding: Arc<[Name]>,
    /// The tax year it counts in; `None` for an account whose income is sheltered.
    pub year: Option<TaxYear>,
    /// How many lots are in it that nothing corrects.
    pub plain: u32,
}

impl Match {
    /// Proceeds less cost plus adjustments; `None` where the cost is unknown.
    pub fn gain(&self) -> Option<Decimal> {
        let adjusted: Decimal = self.adjustments.iter().map(|adjustment| adjustment.amount).sum();
        self.cost.map(|cost| self.proceeds - cost + adjusted)
    }
}

/// A correction of a gain, as Form 8949 has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Adjustment {
    /// `W` for a wash sale.
    pub code: Name,
    /// Added to the gain: + for a loss denied.
    pub amount: Decimal,
    /// Index of the event that caused it: the purchase within the window.
    pub because: Option<usize>,
    /// Units of that purchase, positive.
    pub quantity: Decimal,
}

/// Units held at the end of the records, or of a day asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenLot {
    /// Where it is held.
    pub account: Name,
    /// What is held, under its name that day.
    pub security: Name,
    /// Index of the acquisition in `Journal::events`, where the books have it.
    pub acquisition: Option<usize>,
    /// The day of purchase; `None` where unknown.
    pub acquired: Option<NaiveDate>,
    /// The day the holding period begins from, where that is another.
    pub held_since: Option<NaiveDate>,
    /// Units; negative for what is owed: short positions and options written.
    pub quantity: Decimal,
    /// Cost of these units; `None` where unknown.
    pub cost: Option<Decimal>,
}

/// A result of a holding test that is counted unit by unit around a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Holding {
    /// Index of the income in `Journal::events`.
    pub event: usize,
    /// The regime's name of the test: `qualified`.
    pub test: Name,
    /// The first day on which a buyer had no claim to the payment.
    pub ex: NaiveDate,
    /// First and last day that count.
    pub window: (NaiveDate, NaiveDate),
    /// Units held just before the ex-date.
    pub units: Decimal,
    /// Of these, units that were held long enough.
    pub passing: Decimal,
    /// Days of the lot that was held shortest, and the days it needed.
    pub shortest: (i64, i64),
}

/// Why a year's figures may still change, though no question is open.
#[derive(Clone, Debug, PartialEq)]
pub struct MayChange {
    /// The year it is about.
    pub year: TaxYear,
    /// After this day it cannot.
    pub until: NaiveDate,
    /// The rule that looks ahead: `us/repurchase`.
    pub rule: Name,
    /// The law behind it.
    pub law: Option<Name>,
    /// What would have to be bought.
    pub security: Name,
    /// Index of the disposal in `Journal::events`.
    pub event: usize,
    /// How much of a loss it could defer, positive.
    pub amount: Decimal,
    /// Accounts whose records end before `until`.
    pub waits_for: Vec<Name>,
}

/// What `tax` finds out before anything is classified.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// One for each lot that a disposal took, in order of disposal; fewer where `Detail` says so.
    pub matches: Vec<Match>,
    /// Lots left over.
    pub open: Vec<OpenLot>,
    /// Holding tests of dividends.
    pub holdings: Vec<Holding>,
    /// Amounts that no event states: depreciation, gain of capital returned beyond cost.
    pub accruals: Vec<Income>,
    /// Why years may still change.
    pub may_change: Vec<MayChange>,
    /// What only a person can answer, each with its year's day.
    pub questions: Vec<Question>,
}

/// A journal judged under one regime: all years, nothing rounded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    /// What `tax` found.
    pub findings: Findings,
    /// Every contribution to every category, in order of date.
    pub incomes: Vec<Income>,
    /// Contributions to the lines of the cash view (`cash.dividends`), signed as cash.
    pub cash: Vec<Income>,
    /// Figures that the regime's folds make of a year's categories, and the categories themselves
    /// after the folds, by year and id. Signed as the form has them.
    pub figures: IndexMap<TaxYear, IndexMap<Name, Decimal>>,
    /// Questions of reading, of `tax` and of classification, without doubles, by date.
    pub questions: Vec<Question>,
    /// Events that are income of nobody's return: those of sheltered accounts, by index.
    pub sheltered: Vec<usize>,
    /// Events that are no income by their nature (a deposit), by index.
    pub aside: Vec<usize>,
}

/// A reference that survives printing: what `explain` is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explained {
    /// A category of a year, of one payer or property where named.
    Figure {
        /// Which year.
        year: TaxYear,
        /// The regime's id, or a line's.
        category: Name,
        /// Security or property.
        of: Option<Name>,
    },
    /// An event.
    Event(EventId),
    /// A row of a file.
    Row {
        /// As kept, or its own name.
        file: Name,
        /// From 1.
        line: u32,
    },
}
