//! What rows are tried on: an event, a match or an accrual, each with its figures and facts.

use super::Lack;
use super::frame::{Asked, Condition};
use super::vector::{self, Figure};
use crate::event::{Event, EventKind, Journal, TaxAuthority};
use crate::income::{Income, Match};
use crate::money::Decimal;
use crate::period::{NaiveDate, TaxYear};
use crate::regime::{Regime, Test, Where};
use crate::source::Name;

/// One thing to classify.
pub(super) struct Subject<'j> {
    journal: &'j Journal,
    regime: &'j Regime,
    what: What<'j>,
    day: NaiveDate,
    year: TaxYear,
}

enum What<'j> {
    Event(&'j Event),
    Match(&'j Match),
    Accrual(&'j Income),
}

/// What a condition comes to.
pub(super) enum Answer {
    Yes,
    No,
    /// It hangs on this fact.
    Lacks(Name),
}

/// A part of the units passed a test.
pub(super) struct Fraction {
    pub passing: Decimal,
    pub units: Decimal,
    pub how: String,
}

impl<'j> Subject<'j> {
    pub fn event(
        journal: &'j Journal,
        regime: &'j Regime,
        event: &'j Event,
        _at: usize,
        (day, year): (NaiveDate, TaxYear),
    ) -> Subject<'j> {
        Subject { journal, regime, what: What::Event(event), day, year }
    }

    pub fn matched(
        journal: &'j Journal,
        regime: &'j Regime,
        matched: &'j Match,
        year: TaxYear,
    ) -> Subject<'j> {
        Subject { journal, regime, what: What::Match(matched), day: matched.disposed, year }
    }

    pub fn accrual(journal: &'j Journal, regime: &'j Regime, accrual: &'j Income) -> Subject<'j> {
        let (day, year) = (accrual.date, accrual.year);
        Subject { journal, regime, what: What::Accrual(accrual), day, year }
    }

    pub fn account(&self) -> &'j Name {
        match self.what {
            What::Event(event) => &event.account,
            What::Match(matched) => &matched.account,
            What::Accrual(accrual) => &accrual.account,
        }
    }

    fn security(&self) -> Option<&'j Name> {
        match self.what {
            What::Event(event) => event.kind.security(),
            What::Match(matched) => Some(&matched.security),
            What::Accrual(accrual) => accrual.security.as_ref(),
        }
    }

    /// `200 x 0.75`, where the source states what was paid for each.
    pub fn per_share(&self) -> Option<String> {
        let What::Event(event) = self.what else { return None };
        let per_share = match &event.kind {
            EventKind::Dividend { per_share, .. }
            | EventKind::FundDistribution { per_share, .. }
            | EventKind::CapitalGainDistribution { per_share, .. }
            | EventKind::PaymentInLieu { per_share, .. }
            | EventKind::ReturnOfCapital { per_share, .. } => (*per_share)?,
            _ => return None,
        };
        let units = event.gross().checked_div(per_share)?.normalize();
        (units.scale() <= 6).then(|| format!("{units} x {per_share}"))
    }

    /// A figure by its name in the regime.
    pub fn figure(&self, field: &str, beyond: Decimal) -> Figure {
        match self.what {
            What::Accrual(accrual) => match field {
                "amount" => Figure::Known(accrual.amount),
                _ => Figure::Nothing,
            },
            What::Match(matched) => match field {
                "gain" => matched.gain().map_or(Figure::Nothing, Figure::Known),
                "wash" => {
                    let wash =
                        matched.adjustments.iter().filter(|adjustment| adjustment.code == *"W");
                    let wash: Decimal = wash.map(|adjustment| adjustment.amount).sum();
                    if wash.is_zero() { Figure::Nothing } else { Figure::Known(wash) }
                }
                "excluded" => {
                    let excluded =
                        matched.adjustments.iter().filter(|adjustment| adjustment.code == *"Q");
                    let excluded: Decimal = excluded.map(|adjustment| -adjustment.amount).sum();
                    if excluded.is_zero() { Figure::Nothing } else { Figure::Known(excluded) }
                }
                _ => Figure::Nothing,
            },
            What::Event(event) => self.event_figure(event, field, beyond),
        }
    }

    fn event_figure(&self, event: &Event, field: &str, beyond: Decimal) -> Figure {
        match field {
            "amount" => self.amount(event).map_or(Figure::Nothing, Figure::Known),
            "foreign_tax" | "foreign_tax_refundable" | "federal_tax" | "state_tax" => {
                self.tax(event, field)
            }
            "tax_paid" => match &event.kind {
                EventKind::CostAdjustment { cost: Some(cost), income: Some(income), .. } => {
                    Figure::Known(income.saturating_sub(*cost))
                }
                _ => Figure::Nothing,
            },
            field => vector::figure(self.journal, event, field, beyond, (self.day, self.year)),
        }
    }

    /// The event's figure as the form has it: income gross, costs positive.
    fn amount(&self, event: &Event) -> Option<Decimal> {
        match &event.kind {
            EventKind::RentExpense { property, expense } => {
                let cost = -event.gross();
                // What serves the letting alone is not divided with the days of one's own use.
                let alone = matches!(&**expense, "advertising" | "commissions");
                let property = self.journal.properties.get(property).filter(|_| !alone);
                let days = property.and_then(|property| property.days_let(self.year.0));
                Some(days.map_or(cost, |(rented, used)| super::part(cost, rented, used)))
            }
            EventKind::Fee { .. }
            | EventKind::MarginInterest {}
            | EventKind::Improvement { .. }
            | EventKind::MortgagePrincipal { .. } => Some(-event.gross()),
            EventKind::SecurityDepositKept { value, .. } => *value,
            EventKind::CostAdjustment { income, .. } => *income,
            EventKind::Withholding { .. } => None,
            _ => Some(event.gross()),
        }
    }

    /// Tax taken off by somebody, positive.
    fn tax(&self, event: &Event, field: &str) -> Figure {
        let (authority, withheld) = match &event.kind {
            EventKind::Withholding { tax, .. } => (Some(*tax), -event.gross()),
            _ if event.further.withheld.is_zero() => return Figure::Nothing,
            _ => (event.further.tax.as_ref().map(|tax| tax.authority), event.further.withheld),
        };
        let Some(authority) = authority else { return Figure::Lacks(Lack::Authority) };
        match (authority, field) {
            (TaxAuthority::Federal, "federal_tax") | (TaxAuthority::State, "state_tax") => {
                Figure::Known(withheld)
            }
            (TaxAuthority::Foreign, "foreign_tax" | "foreign_tax_refundable") => {
                // Above the rate of a treaty the other state gives it back, so it is no credit.
                let security = event.kind.security().map_or("", |name| name);
                let rate =
                    self.journal.securities.number(security, "treaty_rate", self.day, self.year.0);
                let most = rate
                    .filter(|_| !event.further.withheld.is_zero())
                    .map(|rate| event.gross().saturating_mul(rate));
                let creditable = most.map_or(withheld, |most| withheld.min(most));
                match field {
                    "foreign_tax" => Figure::Known(creditable),
                    _ if creditable == withheld => Figure::Nothing,
                    _ => Figure::Known(withheld.saturating_sub(creditable)),
                }
            }
            _ => Figure::Nothing,
        }
    }

    /// Whether a condition holds. `deposit`: what came into the account so far.
    pub fn answers(&self, condition: &Condition<'_>, deposit: &dyn Fn() -> Decimal) -> Answer {
        let Condition { of, test } = condition;
        let any = |holds: &dyn Fn(&Test) -> bool| {
            if test.any.iter().any(holds) { Answer::Yes } else { Answer::No }
        };
        // A field that the subject could have and has not is absent; what is no field of it may be a fact.
        let word = |value: Option<&str>| match value {
            Some(value) => any(&|test| test.holds(value)),
            None => any(&|test| *test == Test::Absent),
        };
        let number = |value: Option<Decimal>| match value {
            Some(value) => any(&|test| test.holds_of(value)),
            None => any(&|test| *test == Test::Absent),
        };
        match (of, &self.what) {
            (Asked::Claimed, What::Event(event)) => any(&|test| {
                let has = |word: &str| event.claimed.iter().any(|claim| claim.text() == word);
                match test {
                    Test::Is(word) => has(word),
                    Test::Not(word) => !has(word),
                    _ => event.claimed.is_empty(),
                }
            }),
            (Asked::Holding, What::Match(matched)) => any(&|test| match test {
                Test::Is(word) => matched.holding.contains(word),
                Test::Not(word) => !matched.holding.contains(word),
                _ => matched.holding.is_empty(),
            }),
            (Asked::Security, _) => word(self.security().map(|name| &**name)),
            (Asked::Sort, What::Match(matched)) => word(Some(matched.sort)),
            (Asked::Gain, What::Match(matched)) => number(matched.gain()),
            (Asked::Amount, What::Accrual(accrual)) => number(Some(accrual.amount)),
            (Asked::Amount, What::Event(event)) => number(self.amount(event)),
            (Asked::Reason, What::Event(event)) => word(event.reason.as_deref()),
            (Asked::Deposit, What::Event(_)) => number(Some(deposit())),
            (Asked::Expense, What::Event(event)) => word(match &event.kind {
                EventKind::RentExpense { expense, .. } => Some(&**expense),
                _ => None,
            }),
            _ => self.stated(test, &test.fact),
        }
    }

    /// A dated fact about the security or the property.
    fn stated(&self, condition: &Where, key: &str) -> Answer {
        let facts = self.security().and_then(|security| {
            self.journal.securities.fact(security, key, self.day, self.year.0)
        });
        let property = || {
            let What::Event(event) = self.what else { return None };
            let property = self.journal.properties.get(event.kind.property()?)?;
            property.facts.on(key, self.day, self.year.0)
        };
        match facts.or_else(property) {
            Some(value) => {
                let holds = condition.any.iter().any(|test| test.holds(value));
                if holds { Answer::Yes } else { Answer::No }
            }
            None if condition.any.contains(&Test::Absent) => Answer::Yes,
            None if condition.asks
                && self.security().is_some()
                && self.regime.facts.contains_key(key) =>
            {
                Answer::Lacks(key.into())
            }
            None if condition.any.iter().any(|test| matches!(test, Test::Not(_))) => Answer::Yes,
            None => Answer::No,
        }
    }
}
