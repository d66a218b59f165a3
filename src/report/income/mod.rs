//! The yearly income statement: every line with its form line, what it rests on, and the bridge from
//! cash to tax.
//!
//! In: a journal, what was judged of it, the regime, and a `Request`. Out: an `IncomeStatement`, every
//! sum done, which makes a table to read, records for CSV, and JSON. Decides no category and no
//! form line; those are the regime's.

mod bridge;
mod by;
mod cash;
mod detail;
mod json;
mod lines;
mod show;
mod status;

use std::collections::BTreeSet;

use super::keep::Keep;
use super::units::Units;
use super::words;
use crate::event::{Event, Journal, LotMethod};
use crate::income::{Income, Judged};
use crate::money::Decimal;
use crate::period::TaxYear;
use crate::regime::Regime;
use crate::source::Name;

pub use bridge::Item;
pub use by::{By, Grouped};
pub(crate) use detail::near;
pub use status::{Asked, Reached, Status, Year, years};

/// What is asked of a statement.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Sorted, at least one.
    pub years: Vec<TaxYear>,
    /// As the law counts, or as money came in.
    pub view: View,
    /// How the return is filed, as in the settings.
    pub filing: Name,
    /// What to keep.
    pub keep: Keep,
    /// Down to each payment.
    pub detail: bool,
    /// Files that were read without books, each taken as one taxable account.
    pub taken: Vec<Name>,
}

/// Two ways to see a year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// As the law counts.
    #[default]
    Tax,
    /// As money came in.
    Cash,
}

impl View {
    /// `tax`, `cash`.
    pub fn name(self) -> &'static str {
        match self {
            View::Tax => "tax",
            View::Cash => "cash",
        }
    }
}

/// Income of some years by category. Income is positive, cost and loss negative.
#[derive(Debug)]
pub struct IncomeStatement<'j> {
    /// What was asked.
    pub request: Request,
    /// The regime's id: `us`.
    pub regime: Name,
    /// `United States · single · USD`.
    pub subtitle: String,
    /// How the return is filed, where the regime asks.
    pub filing: Option<Name>,
    /// What the statement is in.
    pub currency: Name,
    /// How sure each year is.
    pub years: Vec<Year>,
    /// In the order of the statement.
    pub lines: Vec<Line<'j>>,
    /// The sum of the lines that add.
    pub total: Line<'j>,
    /// From the cash total to the tax total; empty where only a part is kept, or in the cash view.
    pub bridge: Vec<Item>,
    /// How lots were taken, by account, where something was sold.
    pub lot_methods: Vec<(Name, LotMethod)>,
    /// First and last day of the records, where there are any.
    pub records: Option<(crate::period::NaiveDate, crate::period::NaiveDate)>,
    /// Whose events the lines are made of.
    pub journal: &'j Journal,
    /// Units held, worked out when a payment is to be shown by them.
    held: std::cell::OnceCell<Units<'j>>,
}

/// One line of a statement.
#[derive(Clone, Debug, Default)]
pub struct Line<'j> {
    /// The regime's category, or a line that a statement adds: `rent.net.maple`.
    pub category: Name,
    /// For the eye, without `of which`.
    pub label: String,
    /// The heading it stands under.
    pub section: String,
    /// The line it explains.
    pub part_of: Option<Name>,
    /// A part of that line rather than a summand of it.
    pub of_which: bool,
    /// Whether it adds to the total.
    pub adds: bool,
    /// 1 for what adds up or stands beside, deeper for what explains the line above.
    pub depth: u8,
    /// What it is made of.
    pub entries: Vec<Entry<'j>>,
    /// By year; `None`: nothing recorded.
    pub amounts: Vec<Option<Decimal>>,
    /// Where the figure lands, as in the last year.
    pub forms: Vec<Form>,
    /// Questions it rests on, by year.
    pub open: Vec<BTreeSet<usize>>,
    /// Who pays, for the cash view.
    pub payers: Vec<(String, Decimal)>,
}

/// A line of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// `Schedule B line 6`.
    pub full: String,
    /// `B 6`.
    pub short: String,
}

/// What one event adds to one line.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'j> {
    /// Index of the year in the statement.
    pub year: usize,
    /// With the sign of the statement.
    pub amount: Decimal,
    /// Where it comes from.
    pub from: Origin<'j>,
}

/// Why a line has an amount.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'j> {
    /// A judgement.
    Income(&'j Income),
    /// An event by index that nothing was judged of: it waits for an answer, or is a cost beside
    /// the income.
    Event(usize),
    /// A step of the regime on the year's totals.
    Fold,
}

impl Entry<'_> {
    /// Index of the event, where one states it.
    pub fn event(&self) -> Option<usize> {
        match self.from {
            Origin::Income(income) => income.event,
            Origin::Event(event) => Some(event),
            Origin::Fold => None,
        }
    }
}

impl Line<'_> {
    /// Adds the entries up, exactly, by year.
    fn sum(&mut self, years: usize) {
        self.amounts = vec![None; years];
        for entry in &self.entries {
            let amount = &mut self.amounts[entry.year];
            *amount = amount.unwrap_or_default().checked_add(entry.amount);
        }
        self.open.resize(years, BTreeSet::new());
    }

    /// Whether some year has a figure.
    fn recorded(&self) -> bool {
        self.amounts.iter().any(Option::is_some)
    }
}

/// The statement of some years.
pub fn statement<'j>(
    judged: &'j Judged,
    journal: &'j Journal,
    regime: &Regime,
    request: Request,
) -> IncomeStatement<'j> {
    let mut years = status::years(judged, journal, regime, &request.years);
    if request.view == View::Cash {
        for year in &mut years {
            year.of_cash(journal);
        }
    }
    let (mut lines, total) = match request.view {
        View::Tax => (lines::tax(judged, journal, regime, &request, &years), "total.taxable"),
        View::Cash => (cash::lines(judged, journal, regime.year, &request), "total.cash"),
    };
    let mut total = Line {
        category: total.into(),
        section: "Total".to_owned(),
        label: match (request.view, request.keep.all()) {
            (View::Tax, true) if regime.lines.is_empty() => "Total of these records",
            (View::Tax, true) => "Taxable total of these records",
            (View::Cash, true) => "Cash income",
            (_, false) => "Total of what is kept",
        }
        .to_owned(),
        entries: lines
            .iter()
            .filter(|line| line.adds)
            .flat_map(|line| line.entries.clone())
            .collect(),
        ..Line::default()
    };
    total.sum(years.len());
    for (at, year) in years.iter().enumerate() {
        let amount = &mut total.amounts[at];
        *amount = Some(amount.unwrap_or_default());
        if request.view == View::Tax {
            let kept = |asked: &&Asked| {
                let event = asked.index.and_then(|at| journal.events.get(at));
                event.is_none_or(|event| request.keep.event(event))
            };
            let asked = year.questions.iter().filter(kept);
            total.open[at] = asked.map(|asked| asked.number).collect();
        }
    }
    lines.retain(Line::recorded);
    let bridge = if request.view == View::Tax && request.keep.all() {
        bridge::items(judged, journal, regime, &years, &lines)
    } else {
        Vec::new()
    };
    let day = |event: Option<&Event>| event.map(|event| event.date);
    IncomeStatement {
        regime: regime.id.clone(),
        subtitle: subtitle(regime, &request.filing),
        filing: asks_filing(regime, &request.filing).then(|| request.filing.clone()),
        currency: regime.currency.clone(),
        lot_methods: lot_methods(judged, journal, &request.years),
        records: day(journal.events.first()).zip(day(journal.events.last())),
        years,
        lines,
        total,
        bridge,
        request,
        journal,
        held: std::cell::OnceCell::new(),
    }
}

/// Whether the regime asks how the return is filed: some amount of it depends on that.
fn asks_filing(regime: &Regime, filing: &str) -> bool {
    regime.params.values().flatten().any(|(_, param)| match param {
        crate::regime::Param::By(values) => values.keys().any(|status| **status == *filing),
        crate::regime::Param::One(_) => false,
    })
}

/// Whose law, how filed, in which currency: `United States · single · USD`.
pub fn subtitle(regime: &Regime, filing: &str) -> String {
    let filing = asks_filing(regime, filing).then_some(filing);
    let parts = [Some(&*regime.title), filing, Some(&*regime.currency)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The last year of which something is known: of income, else of events.
pub fn last_year(judged: &Judged, journal: &Journal, regime: &Regime) -> Option<TaxYear> {
    let incomes = judged.incomes.iter().chain(&judged.cash).filter(|income| income.event.is_some());
    let newest = journal.events.last().map(|event| event.date);
    incomes.map(|income| income.year).max().or(newest.map(|day| regime.year.year_of(day)))
}

/// How lots were taken at the last sale of these years, for accounts that sold.
fn lot_methods(judged: &Judged, journal: &Journal, years: &[TaxYear]) -> Vec<(Name, LotMethod)> {
    let sold = judged.findings.matches.iter();
    let sold = sold.filter(|one| one.year.is_some_and(|year| years.contains(&year)));
    let mut methods: Vec<(Name, LotMethod)> = Vec::new();
    for (id, account) in &journal.accounts {
        let last = sold.clone().filter(|one| one.account == *id).map(|one| one.disposed).max();
        if let Some(day) = last {
            methods.push((id.clone(), account.method_on(day)));
        }
    }
    methods
}

impl<'j> IncomeStatement<'j> {
    fn held(&self) -> &Units<'j> {
        self.held.get_or_init(|| Units::of(self.journal))
    }
}

impl IncomeStatement<'_> {
    /// `2024`, `2023 and 2024`.
    pub fn period(&self) -> String {
        let labels: Vec<&str> = self.years.iter().map(|year| &*year.label).collect();
        words::list(&labels)
    }

    /// Whether a question is open in one of the years.
    pub fn incomplete(&self) -> bool {
        self.years.iter().any(|year| !year.questions.is_empty())
    }
}
