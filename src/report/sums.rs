//! What accounts came to, over all journals: by period, valued in one commodity, cut at a depth.
//!
//! In: journals as they were read, and what is asked. Out: sums by section, account, commodity and
//! period. Exact and unrounded; lots and tax do not enter.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::patterns::Patterns;
use super::prices::quoted;
use super::table::Sentence;
use super::words::list;
use crate::diagnostic::Diagnostic;
use crate::ledger::{self, AccountId, Costs, Ledger, Market, Rate, Section};
use crate::money::{self, Decimal};
use crate::period::{Every, NaiveDate};
use crate::source::Name;

/// What is asked of journals.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Which accounts.
    pub patterns: Patterns,
    /// First day. `None`: from the beginning.
    pub from: Option<NaiveDate>,
    /// Last day. `None`: to the end.
    pub to: Option<NaiveDate>,
    /// By which periods. `None`: all days are one.
    pub every: Option<Every>,
    /// Parts of an account's name that are kept.
    pub depth: Option<usize>,
    /// What all is valued in.
    pub exchange: Option<Name>,
    /// Whether costs are prices.
    pub costs: Costs,
}

impl Ask {
    /// The number of the period of `day`; `None` where the day is not asked for.
    pub fn period(&self, day: NaiveDate) -> Option<i32> {
        let inside = self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to);
        inside.then(|| self.every.map_or(0, |every| every.number(day)))
    }

    /// The account as it is called at the depth that is asked for.
    pub fn cut<'n>(&self, account: &'n str) -> &'n str {
        let end = self.depth.and_then(|depth| {
            account.match_indices(':').nth(depth.saturating_sub(1)).map(|(at, _)| at)
        });
        end.map_or(account, |end| &account[..end])
    }
}

/// Prices by day into the commodity that is asked for.
#[derive(Debug)]
pub struct Value {
    market: Market,
    /// Into this.
    pub exchange: Name,
    every: Option<Every>,
    to: Option<NaiveDate>,
    /// On which day all is valued where there are no periods.
    pub day: NaiveDate,
    rates: HashMap<NaiveDate, HashMap<Name, Rate>>,
    /// What had no price on its day, with that day, the last of them.
    pub unpriced: BTreeMap<Name, NaiveDate>,
    /// Decimals that a value is shown with.
    pub decimals: u32,
}

impl Value {
    /// The prices that `ask` calls for. `None`: it asks for no value.
    pub fn of(ledgers: &[Ledger], ask: &Ask) -> Option<Value> {
        let exchange = ask.exchange.clone()?;
        let market = Market::of(ledgers, ask.costs);
        let last = ledgers.iter().filter_map(last_day).chain(market.last_day()).max();
        let day = ask.to.or(last).unwrap_or(NaiveDate::MAX);
        let decimals = currency(&exchange).map(|code| money::decimals_of(&code));
        let decimals = decimals.unwrap_or_else(|| {
            let quotes = market.quotes().iter().filter(|quote| quote.currency == exchange);
            quotes.map(|quote| quote.price.scale()).max().unwrap_or(0).clamp(2, 8)
        });
        Some(Value {
            market,
            exchange,
            every: ask.every,
            to: ask.to,
            day,
            rates: HashMap::new(),
            unpriced: BTreeMap::new(),
            decimals,
        })
    }

    /// The day on which what is of `period` is valued: its last one.
    fn day_of(&self, period: i32) -> NaiveDate {
        let Some(every) = self.every else { return self.day };
        let last = every.last(period);
        self.to.map_or(last, |to| last.min(to))
    }

    /// `quantity` of `commodity` at the end of `period`: in the commodity asked for, or as it is where
    /// it has no price. `None`: more digits than a number can have.
    pub fn at(
        &mut self,
        quantity: Decimal,
        commodity: &Name,
        period: i32,
    ) -> Option<(Decimal, Name)> {
        let day = self.day_of(period);
        let (market, to) = (&self.market, &self.exchange);
        let rates = self.rates.entry(day).or_insert_with(|| market.rates(to, day));
        if let Some(rate) = rates.get(commodity) {
            return Some((rate.value(quantity)?, to.clone()));
        }
        if !quantity.is_zero() {
            let last = self.unpriced.entry(commodity.clone()).or_insert(day);
            *last = day.max(*last);
        }
        Some((quantity, commodity.clone()))
    }

    /// `valued in USD on 2024-12-31`, `valued in USD at the end of each month`
    pub fn says(&self) -> String {
        match self.every {
            Some(every) => {
                format!("valued in {} at the end of each {}", self.exchange, every.name())
            }
            None => format!("valued in {} on {}", self.exchange, self.day),
        }
    }

    /// What there is to say of commodities without a price. Nothing where all had one.
    pub fn told(&self) -> Option<Sentence> {
        let names: Vec<String> = self
            .unpriced
            .keys()
            .map(|name| if name.is_empty() { "no commodity".to_owned() } else { name.to_string() })
            .collect();
        let last = self.unpriced.values().max()?;
        let shown = if names.len() > 12 {
            format!("{} and {} more", names[..10].join(", "), names.len() - 10)
        } else {
            list(&names)
        };
        let (has, stays) = if names.len() == 1 {
            ("has", "it stays as it is")
        } else {
            ("have", "they stay as they are")
        };
        let first = quoted(self.unpriced.keys().next().map_or("", |name| name));
        let to = quoted(&self.exchange);
        Some(Sentence::from(format!(
            "{shown} {has} no price in {} on or before {last}, so {stays}. State one, \
             P {last} {first} PRICE {to}, or take costs as prices: --infer-market-prices.",
            self.exchange
        )))
    }
}

/// The last day of a transaction or of a posting.
fn last_day(ledger: &Ledger) -> Option<NaiveDate> {
    let own = ledger.details.iter().filter_map(|detail| detail.date);
    ledger.transactions.last().map(|row| row.date).into_iter().chain(own).max()
}

/// What tells a sum from another.
pub type Key = (Section, Name, Name);

/// The sums, zeros left out.
#[derive(Debug, Default)]
pub struct Sums {
    /// By section, account and commodity; then by the number of the period.
    pub rows: BTreeMap<Key, BTreeMap<i32, Decimal>>,
    /// Accounts and commodities that have a sum with more digits than a number can have.
    pub too_long: BTreeSet<(Name, Name)>,
    /// What they are valued in.
    pub value: Option<Value>,
}

impl Sums {
    /// The sums over all `ledgers`. `sections`: of which sections, and keep them apart; without it,
    /// all accounts are of one.
    pub fn of(ledgers: &[Ledger], ask: &Ask, sections: Option<&dyn Fn(Section) -> bool>) -> Sums {
        let mut sums = Sums { value: Value::of(ledgers, ask), ..Sums::default() };
        for ledger in ledgers {
            let known = if sections.is_some() { ledger::sections(ledger) } else { Vec::new() };
            let section = |account: AccountId| {
                known.get(account.0 as usize).copied().unwrap_or(Section::Other)
            };
            let wanted = |account: AccountId| {
                sections.is_none_or(|wanted| wanted(section(account)))
                    && ask.patterns.take(ledger.account(account))
            };
            for flow in ledger::flows(ledger, wanted, |day| ask.period(day)) {
                let section = section(flow.account);
                let account = ledger.account(flow.account);
                let cut = ask.cut(account);
                let account =
                    if cut.len() == account.len() { account.clone() } else { Name::new(cut) };
                let commodity = ledger.commodity(flow.commodity).clone();
                let fixed = flow.fixed.filter(|_| sums.value.is_some());
                for (period, sum) in flow.periods {
                    let worth = match fixed {
                        Some(price) => sum.and_then(|sum| sum.checked_mul(price.number)),
                        None => sum,
                    };
                    let of = fixed.map_or(&commodity, |price| ledger.commodity(price.commodity));
                    let sign = section == Section::Revenues;
                    let worth = worth.map(|worth| if sign { -worth } else { worth });
                    sums.add(section, &account, of, period, worth);
                }
            }
        }
        for periods in sums.rows.values_mut() {
            periods.retain(|_, sum| !sum.is_zero());
        }
        sums.rows.retain(|_, periods| !periods.is_empty());
        sums
    }

    fn add(
        &mut self,
        section: Section,
        account: &Name,
        commodity: &Name,
        period: i32,
        sum: Option<Decimal>,
    ) {
        let valued = match &mut self.value {
            Some(value) => sum.and_then(|sum| value.at(sum, commodity, period)),
            None => sum.map(|sum| (sum, commodity.clone())),
        };
        let Some((sum, commodity)) = valued else {
            self.too_long.insert((account.clone(), commodity.clone()));
            return;
        };
        let periods = self.rows.entry((section, account.clone(), commodity.clone())).or_default();
        let whole = periods.entry(period).or_default();
        match whole.checked_add(sum) {
            Some(both) => *whole = both,
            None => {
                self.too_long.insert((account.clone(), commodity));
            }
        }
    }

    /// A problem for each sum that has too many digits.
    pub fn problems(&self) -> Vec<Diagnostic> {
        let problem = |(account, commodity): &(Name, Name)| {
            let what = format!("a sum of `{account}` in `{commodity}`");
            Diagnostic::error("number", format!("{what} has more digits than a number can have"))
                .note("it is left out of the report")
        };
        self.too_long.iter().map(problem).collect()
    }

    /// `quantity` as it is shown.
    pub fn shown(&self, quantity: Decimal, commodity: &str) -> Decimal {
        shown(quantity, commodity, self.value.as_ref())
    }

    /// How it is valued; empty where nothing is.
    pub fn subtitle(&self) -> String {
        self.value.as_ref().map(Value::says).unwrap_or_default()
    }

    /// Sentences that stand below.
    pub fn notes(&self) -> Vec<Sentence> {
        self.value.iter().filter_map(Value::told).collect()
    }
}

/// `quantity` as it is shown: money with its currency's decimals, units as they are recorded, what is
/// valued rounded to its currency's.
pub fn shown(quantity: Decimal, commodity: &str, value: Option<&Value>) -> Decimal {
    if let Some(value) = value.filter(|value| *value.exchange == *commodity) {
        return money::rounded(quantity, value.decimals);
    }
    let number = match currency(commodity) {
        Some(code) => money::cash(quantity, &code),
        None => quantity.normalize(),
    };
    if number.is_zero() { number.abs() } else { number }
}

/// The currency's code that a commodity of a journal is, `$` for `USD`.
fn currency(commodity: &str) -> Option<std::borrow::Cow<'_, str>> {
    if commodity.is_empty() { None } else { money::currency(commodity, "USD") }
}
