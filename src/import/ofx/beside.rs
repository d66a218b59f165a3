//! What rows are beside each other: which income paid a purchase, which a tax is on, which option
//! ended, and how a file signs what it writes.
//!
//! All but the habits stay within one day, because exports end at days: so an event's links are the
//! same in whatever files it comes.

use std::collections::HashMap;

use super::make::Fact;
use super::statement::Statement;
use super::value::Numbers;
use super::words::{Rows, Says, says};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

/// Which row belongs to which, by their place in the statement.
#[derive(Debug, Default)]
pub struct Beside {
    /// Rows by FITID.
    pub by_fitid: HashMap<Name, usize>,
    /// The income that pays a purchase or a reinvestment.
    pub paid_by: HashMap<usize, usize>,
    /// The income that a tax is on.
    pub tax_on: HashMap<usize, usize>,
    /// Options that were used, by the FITID of the stock trade they name.
    pub used_for: HashMap<Name, usize>,
    /// Options that were used and name no trade, by what their trade must be.
    pub used: HashMap<Exercised, Vec<usize>>,
    /// Units of stock trades, by security and day.
    pub stock_trades: HashMap<(Name, Option<NaiveDate>), Vec<Decimal>>,
    /// Contracts of each option bought less those written.
    pub contracts: HashMap<Name, Decimal>,
}

/// The stock trade that the use of an option makes: day, stock, price of one, shares.
pub type Exercised = (Option<NaiveDate>, Name, Decimal, Decimal);

/// How the files of one account sign: some leave signs out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Habits {
    /// Some purchase has a total that is negative: totals have a sign.
    pub signed_totals: bool,
    /// Some sale has units that are negative: units have a sign.
    pub signed_units: bool,
    /// Some expense is negative, so one that is not is a refund.
    pub signed_expenses: bool,
}

impl Habits {
    /// Adds what a statement shows.
    pub fn learn(&mut self, statement: &Statement, numbers: Numbers) {
        for row in &statement.rows {
            let below = |name: &'static str| {
                let number = row.value(name).and_then(|text| numbers.read(name, &text).ok());
                number.is_some_and(|number| number < Decimal::ZERO)
            };
            match row.name().to_ascii_uppercase() {
                name if name.starts_with("BUY") => self.signed_totals |= below("TOTAL"),
                name if name.starts_with("SELL") => self.signed_units |= below("UNITS"),
                name if name == "INVEXPENSE" || name == "MARGININTEREST" => {
                    self.signed_expenses |= below("TOTAL");
                }
                _ => {}
            }
        }
    }
}

/// Security, day and amount.
type Paid = (Name, Option<NaiveDate>, Decimal);

fn paid(fact: &Fact, total: Decimal) -> Option<Paid> {
    Some((fact.security.as_ref()?.id.clone(), fact.day, total.normalize()))
}

impl Beside {
    /// Of the rows of one statement. Each income pays one purchase.
    pub fn of(facts: &[Fact]) -> Beside {
        let mut beside = Beside::default();
        let mut incomes: HashMap<Paid, Vec<usize>> = HashMap::new();
        let mut of_day: HashMap<(Name, Option<NaiveDate>), Vec<usize>> = HashMap::new();
        for (at, fact) in facts.iter().enumerate().rev() {
            beside.take_option(at, fact);
            if let Some(total) = fact.total.filter(|total| *total > Decimal::ZERO)
                && fact.element.is("INCOME")
                && let Some(key) = paid(fact, total)
            {
                of_day.entry((key.0.clone(), key.1)).or_default().push(at);
                incomes.entry(key).or_default().push(at);
            }
        }
        for (at, fact) in facts.iter().enumerate() {
            if let Some(fitid) = &fact.fitid {
                beside.by_fitid.entry(fitid.clone()).or_insert(at);
            }
            let Some(security) = &fact.security else { continue };
            let only = match of_day.get(&(security.id.clone(), fact.day)).map(Vec::as_slice) {
                Some([income]) => Some(*income),
                _ => None,
            };
            let name = fact.element.name().to_ascii_uppercase();
            let words = || says(Rows::Trade, &fact.memo, Says::Reinvestment);
            let buys = name.starts_with("BUY") && words();
            if buys || name == "REINVEST" {
                let key = fact.total.and_then(|total| paid(fact, total.abs()));
                let same = key.and_then(|key| incomes.get_mut(&key)).and_then(Vec::pop);
                // Of the same amount, else the only one of that day: a part of it was invested.
                let income = same.or(only.filter(|_| buys));
                beside.paid_by.extend(income.map(|income| (at, income)));
            }
            let below = fact.total.is_some_and(|total| total < Decimal::ZERO);
            if name == "INVEXPENSE" || name == "INCOME" && below {
                beside.tax_on.extend(only.map(|income| (at, income)));
            }
        }
        beside
    }

    /// What a row says of options and the stock trades they make.
    fn take_option(&mut self, at: usize, fact: &Fact) {
        let (Some(security), Some(units)) = (&fact.security, fact.units) else { return };
        let id = || security.id.clone();
        match &*fact.element.name().to_ascii_uppercase() {
            "BUYSTOCK" | "SELLSTOCK" => {
                self.stock_trades.entry((id(), fact.day)).or_default().push(units.abs());
            }
            kind @ ("BUYOPT" | "SELLOPT") => {
                let bought = if kind == "BUYOPT" { units.abs() } else { -units.abs() };
                *self.contracts.entry(id()).or_default() += bought;
            }
            "CLOSUREOPT" => {
                if let Some(trade) = fact.element.value("RELFITID") {
                    self.used_for.insert(Name::new(&trade), at);
                } else if let Some(terms) = &security.terms {
                    let each = terms.shares.unwrap_or(Decimal::ONE_HUNDRED);
                    let Some(shares) = units.abs().checked_mul(each) else { return };
                    let (strike, shares) = (terms.strike.normalize(), shares.normalize());
                    let key = (fact.day, terms.root.clone(), strike, shares);
                    self.used.entry(key).or_default().push(at);
                }
            }
            _ => {}
        }
    }
}
