//! A journal and its judgement, made by hand: what a statement is tested with where the rules that
//! judge are not what the test is about.

use std::sync::LazyLock;

use rentier::event::{Account, Event, EventId, EventKind, Journal, Origin, Parts};
use rentier::income::{Income, Judged};
use rentier::money::{self, Decimal};
use rentier::period::{Datelike, NaiveDate, TaxYear, iso};
use rentier::regime::{self, Regime};
use rentier::report::income::{IncomeStatement, Request, statement};

#[derive(Default)]
pub struct Made {
    pub journal: Journal,
    pub judged: Judged,
}

pub fn day(text: &str) -> NaiveDate {
    iso(text).expect("a day")
}

pub fn number(text: &str) -> Decimal {
    money::plain(text).expect("a number")
}

pub fn dividend(security: &str) -> EventKind {
    EventKind::Dividend { security: security.into(), per_share: None, parts: Parts::default() }
}

pub fn interest(security: Option<&str>) -> EventKind {
    EventKind::Interest { security: security.map(Into::into), per_share: None }
}

impl Made {
    /// An account whose records reach to a day.
    pub fn account(&mut self, id: &str, reached: &str) -> &mut Account {
        let mut account = Account::taxable(id.into());
        account.reached = Some(day(reached));
        self.journal.accounts.entry(id.into()).or_insert(account)
    }

    /// An event; returns its index.
    pub fn event(&mut self, date: &str, account: &str, kind: EventKind, amount: &str) -> usize {
        let at = self.journal.events.len();
        let Ok(id) = format!("e{at}").parse::<EventId>();
        let line = u32::try_from(at).expect("few") + 2;
        let file = format!("statements/{account}-2024.csv");
        let mut event =
            Event::new(id, day(date), account.into(), kind, Origin::new(file.into(), line));
        event.amount = number(amount);
        event.currency = Some("USD".into());
        self.journal.events.push(event);
        at
    }

    /// What the event at `at` adds to `category`.
    pub fn income(&self, at: usize, category: &str, amount: Decimal) -> Income {
        let event = &self.journal.events[at];
        let when = (event.date, TaxYear(event.date.year()));
        let what = (category.into(), format!("us/{category}").into());
        Income::of_event((at, event), when, what, amount)
    }

    /// Counts it in a category.
    pub fn tax(&mut self, at: usize, category: &str, amount: &str) {
        let income = self.income(at, category, number(amount));
        self.judged.incomes.push(income);
    }

    /// Counts its cash in a line of the cash view.
    pub fn cash(&mut self, at: usize, line: &str) {
        let income = self.income(at, line, self.journal.events[at].amount);
        self.judged.cash.push(income);
    }

    /// Depreciation of a year.
    pub fn depreciation(&mut self, year: i32, property: &str, amount: &str) {
        let id = "rent.expense.depreciation";
        let income = Income {
            category: id.into(),
            year: TaxYear(year),
            date: day(&format!("{year}-12-31")),
            amount: number(amount),
            account: "bank".into(),
            security: None,
            property: Some(property.into()),
            event: None,
            matched: None,
            rule: format!("us/{id}").into(),
            law: None,
            how: String::new(),
        };
        self.judged.incomes.push(income);
    }

    /// A figure after the folds, for the conditions of form lines.
    pub fn figure(&mut self, year: i32, id: &str, figure: &str) {
        let figures = self.judged.figures.entry(TaxYear(year)).or_default();
        figures.insert(id.into(), number(figure));
    }

    /// The same with its events in the order of a journal.
    pub fn in_order(mut self) -> Made {
        let mut turns: Vec<usize> = (0..self.journal.events.len()).collect();
        turns.sort_by_key(|at| self.journal.events[*at].date);
        self.journal.events = turns.iter().map(|at| self.journal.events[*at].clone()).collect();
        for income in self.judged.incomes.iter_mut().chain(&mut self.judged.cash) {
            let place = |at: usize| turns.iter().position(|turn| *turn == at);
            income.event = income.event.and_then(place);
        }
        self
    }

    /// The statement under the law of the United States.
    pub fn show(&self, request: Request) -> IncomeStatement<'_> {
        static US: LazyLock<Regime> =
            LazyLock::new(|| regime::shipped("us").expect("it is shipped"));
        statement(&self.judged, &self.journal, &US, request)
    }
}

/// A request for these years.
pub fn of(years: &[i32]) -> Request {
    Request {
        years: years.iter().map(|year| TaxYear(*year)).collect(),
        filing: "single".into(),
        ..Request::default()
    }
}
