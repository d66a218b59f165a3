//! Rows whose words say what they are: payments, grants, options that ended, transactions of the
//! history; and what comes from other accounts or goes there.

use std::sync::LazyLock;

use regex::Regex;

use super::fields::Field;
use super::make::{Made, Maker, Unread, link};
use super::rules::Seen;
use super::sections::Sort;
use super::security::{Category, Security};
use crate::event::{Event, EventKind, Lot, Lots, Relation, TaxAuthority, Value};
use crate::import::entry::Back;
use crate::import::profile::Make;
use crate::money::Decimal;
use crate::source::Name;

/// `… - US Tax`, `… - FR TAX`: whose tax it is.
static COUNTRY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)(?:-\s*|^|\)\s*)([A-Z]{2}) tax\b").expect("a sound pattern"));

/// `USD 0.23 per Share`, `0.1875 USD PER SHARE`.
static PER_SHARE: LazyLock<Regex> = LazyLock::new(|| {
    let number = r"([0-9][0-9.,]*(?:[eE]-?[0-9]+)?)";
    Regex::new(&format!(r"(?i)\b(?:([A-Z]{{3}}) {number}|{number} ([A-Z]{{3}})) per share"))
        .expect("a sound pattern")
});

/// `Purchase Accrued Interest T 4 1/4 08/15/35`, `Bond Coupon Payment (T 4 1/4 08/15/35)`: the bond,
/// where the file does not list it.
static BOND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:accrued int(?:erest)? |coupon payment \()([^()]+)")
        .expect("a sound pattern")
});

impl Maker<'_, '_> {
    /// A row that its words tell: the section's name, or the row's own type.
    pub fn by_words(&self, at: usize) -> Result<Result<Made, Name>, Unread> {
        let fact = &self.facts[at];
        let raw = fact.raw;
        let (sort, words, amount) = match raw.sort {
            Sort::History => ("history", raw.get(Field::TransactionType), self.history_amount(at)?),
            Sort::Grants => ("grant", Some(&*fact.text), None),
            Sort::Options => {
                if self.told_by_trades(at) {
                    return Ok(Err("option's end that a trade tells".into()));
                }
                ("option", raw.get(Field::TransactionType), None)
            }
            _ => {
                let own = raw.get(Field::Type).filter(|_| self.making.profile == super::FLEX);
                ("cash", own, self.number(at, Field::Amount)?)
            }
        };
        let section = match &*super::fields::bare(&raw.section) {
            "salestaxdetails" | "salestaxes" => "Sales Tax",
            _ => &raw.section,
        };
        let words = words.unwrap_or(section);
        let security = fact.security.as_ref();
        let seen = Seen {
            sort,
            text: &fact.text,
            amount,
            quantity: fact.quantity,
            option: security.is_some_and(|security| security.category == Category::Option),
            security: security.is_some(),
        };
        let rule = match Self::rule(self.action(words, &seen)?) {
            Ok(rule) => rule,
            Err(reason) => return Ok(Err(reason)),
        };
        match (raw.sort, rule.kind) {
            (Sort::History, "buy" | "sell") => self.history_trade(at, rule.kind).map(Ok),
            (Sort::Grants | Sort::Options, _) => self.of_units(at, rule).map(Ok),
            (_, kind) if kind.starts_with("option-") => self.of_units(at, rule).map(Ok),
            _ => self.payment(at, rule, amount).map(Ok),
        }
    }

    /// Money that a row of the history moves.
    fn history_amount(&self, at: usize) -> Result<Option<Decimal>, Unread> {
        Ok(self.number(at, Field::NetAmount)?.or(self.number(at, Field::Gross)?))
    }

    /// A payment of a kind that its words tell.
    fn payment(&self, at: usize, rule: &Make, amount: Option<Decimal>) -> Result<Made, Unread> {
        let fact = &self.facts[at];
        let amount = amount.ok_or("its amount is missing")?;
        let currency = self.currency(at)?;
        let kind = match rule.negative.filter(|_| amount.is_sign_negative()) {
            Some(negative) => negative,
            None => rule.kind,
        };
        let day = fact.day.unwrap_or_default();
        let in_text = || self.making.instruments.in_text(&fact.text, day, self.making.books);
        let security = fact.security.clone().or_else(in_text);
        let security = security.filter(|security| security.category != Category::Forex);
        let bond = || BOND.captures(&fact.text).map(|found| Name::new(found[1].trim()));
        let security = security.map(|security| security.id).or_else(bond);
        let country = COUNTRY.captures(&fact.text).map(|found| found[1].to_uppercase());
        let per_share = self.per_share(at, &currency);
        let tax = rule.tax.unwrap_or(TaxAuthority::Foreign);
        let built = EventKind::build(kind, &mut |field| match field {
            "security" => security.clone().map(Value::Text),
            "per_share" => per_share.map(Value::Number),
            "tax" => Some(Value::Text(tax.text().into())),
            "country" => country.as_deref().map(|country| Value::Text(country.into())),
            _ => None,
        });
        let kind = built.map_err(|_| format!("it lacks what a `{kind}` needs: its security"))?;
        let mut event = self.event(at, 0, kind)?;
        event.amount = amount;
        event.currency = Some(currency);
        event.claimed = rule.claimed;
        event.reason.clone_from(&rule.reason);
        // The broker books again under the first day; what is not on a security under the day itself.
        let how = if event.security().is_some() { Back::SameDay } else { Back::May };
        let back = corrects(&event, &fact.text).then_some(how);
        Ok(Made { events: vec![event], doubts: Vec::new(), back })
    }

    /// What each share was paid, where it is in the payment's currency.
    fn per_share(&self, at: usize, currency: &Name) -> Option<Decimal> {
        let found = PER_SHARE.captures(&self.facts[at].text)?;
        let part = |at: usize| found.get(at).map(|part| part.as_str());
        let (code, number) = (part(1).or(part(4))?, part(2).or(part(3))?);
        let number = crate::money::plain(&number.replace(',', ""))?;
        code.eq_ignore_ascii_case(currency).then(|| number.normalize())
    }

    /// A purchase or sale of the history: amounts in the base currency, the price in another at times.
    fn history_trade(&self, at: usize, kind: &str) -> Result<Made, Unread> {
        let fact = &self.facts[at];
        let security = fact.security.as_ref().ok_or("its security is not stated")?;
        let quantity = self.number(at, Field::Quantity)?.ok_or("its quantity is missing")?;
        if quantity.is_zero() {
            return Err("a trade of 0 units".into());
        }
        let quantity = if kind == "buy" { quantity.abs() } else { -quantity.abs() }.normalize();
        let amount = self.history_amount(at)?.ok_or("its amount is missing")?;
        let gross = self.number(at, Field::Gross)?;
        let fees = gross.map_or(Decimal::ZERO, |gross| gross - amount);
        let gross = gross.unwrap_or(amount);
        let multiplier = security
            .multiplier
            .or_else(|| (security.category == Category::Option).then_some(Decimal::ONE_HUNDRED));
        let price = self.number(at, Field::Price)?.filter(|price| {
            let product = quantity
                .checked_mul(*price)
                .and_then(|product| product.checked_mul(multiplier.unwrap_or(Decimal::ONE)));
            let off = product.and_then(|product| product.checked_add(gross));
            off.is_some_and(|off| {
                off.abs() <= (gross.abs() / Decimal::ONE_HUNDRED).max(Decimal::ONE)
            })
        });
        let (id, price) = (security.id.clone(), price.map(|price| price.normalize()));
        let mut made = Made::default();
        let kind = match (security.category, kind) {
            (Category::Option, _) => {
                let opens = self.begins_in_history(at, security, quantity);
                EventKind::option_trade(opens, id, quantity, price, multiplier)
            }
            (_, "buy") => EventKind::Buy { security: id, quantity, price },
            _ => EventKind::Sell { security: id, quantity, price },
        };
        let mut event = self.event(at, 0, kind)?;
        (event.amount, event.fees) = (amount, fees);
        event.currency = Some(self.currency(at)?);
        made.events.push(event);
        Ok(made)
    }

    /// Whether an option's trade begins a position, by the earlier days of the history.
    fn begins_in_history(&self, at: usize, security: &Security, quantity: Decimal) -> bool {
        let day = self.facts[at].day;
        let same = self.facts.iter().filter(|other| {
            other.day < day
                && other.aside.is_none()
                && other.security.as_ref().is_some_and(|other| other.id == security.id)
        });
        let held: Decimal = same.filter_map(|other| other.quantity).sum();
        held.is_zero() || held.is_sign_negative() == quantity.is_sign_negative()
    }

    /// An event of units without money: a grant, an option's end.
    fn of_units(&self, at: usize, rule: &Make) -> Result<Made, Unread> {
        let fact = &self.facts[at];
        let security = fact.security.as_ref().ok_or("its security is not stated")?;
        let quantity = fact.quantity.ok_or("its quantity is missing")?.normalize();
        if quantity.is_zero() {
            return Err("0 units".into());
        }
        // A value in a currency that is not stated says nothing.
        let currency = self.currency(at).ok();
        let value = self.number(at, Field::Value)?.filter(|value| !value.is_zero());
        let value = value.filter(|_| currency.is_some());
        let id = security.id.clone();
        let kind = EventKind::build(rule.kind, &mut |field| match field {
            "security" => Some(Value::Text(id.clone())),
            "quantity" => Some(Value::Number(quantity)),
            "value" => value.map(Value::Number),
            _ => None,
        });
        let kind = kind.map_err(|_| format!("it lacks what a `{}` needs", rule.kind))?;
        let mut event = self.event(at, 0, kind)?;
        if value.is_some() {
            event.currency = currency;
        }
        event.reason.clone_from(&rule.reason);
        Ok(Made { events: vec![event], ..Made::default() })
    }

    /// Whether a trade of the file says that this option ended, or moves what it made.
    fn told_by_trades(&self, at: usize) -> bool {
        let fact = &self.facts[at];
        let Some(own) = &fact.security else { return false };
        self.facts.iter().any(|other| {
            other.raw.sort == Sort::Trades
                && other.aside.is_none()
                && other.day == fact.day
                && other.security.as_ref().is_some_and(|other| other.id == own.id)
                && (other.quantity.map(|units| units.abs())
                    == fact.quantity.map(|units| units.abs()))
        })
    }

    /// Units and money from or to another account.
    pub fn transfer(&self, at: usize) -> Result<Made, Unread> {
        let fact = &self.facts[at];
        let raw = fact.raw;
        let quantity = self.number(at, Field::Quantity)?.unwrap_or_default().normalize();
        let cash = self.number(at, Field::CashAmount)?.unwrap_or_default();
        let direction = raw.get(Field::Direction).unwrap_or_default().to_lowercase();
        let turned = |number: Decimal| match &*direction {
            "in" => number.abs(),
            "out" => -number.abs(),
            _ => number,
        };
        let units = fact.security.as_ref().filter(|security| security.category != Category::Forex);
        let mut made = Made::default();
        if let Some(security) = units.filter(|_| !quantity.is_zero()) {
            let quantity = turned(quantity);
            // What they cost, and since when, the broker they come from knows.
            let lots = Lots::from_iter([Lot { quantity, basis: None }]);
            let security = security.id.clone();
            let kind = if quantity.is_sign_positive() {
                EventKind::TransferIn { security, quantity, lots }
            } else {
                EventKind::TransferOut { security, quantity, lots }
            };
            made.events.push(self.event(at, 0, kind)?);
        }
        // Cash moved alone has its amount where units have theirs, in some layouts.
        let is_cash = raw.get(Field::Category).and_then(super::security::category);
        let cash = if cash.is_zero() && is_cash == Some(Category::Forex) { quantity } else { cash };
        if !cash.is_zero() {
            let cash = if direction == "out" || direction == "in" { turned(cash) } else { cash };
            let kind = if cash.is_sign_positive() {
                EventKind::Deposit {}
            } else {
                EventKind::Withdrawal {}
            };
            let part = u8::try_from(made.events.len()).unwrap_or(u8::MAX);
            let mut event = self.event(at, part, kind)?;
            event.amount = cash;
            event.currency = Some(self.currency(at)?);
            if let Some(first) = made.events.first() {
                link(&mut event, Relation::PartOf, first.id.clone());
            }
            made.events.push(event);
        }
        if made.events.is_empty() {
            return Err("neither its units nor its money are stated".into());
        }
        Ok(made)
    }
}

/// Whether an event takes an earlier one back: a payment that goes the other way.
fn corrects(event: &Event, text: &str) -> bool {
    let says = text.to_lowercase().contains("reversal") || text.to_lowercase().contains("cancel ");
    match event.kind {
        EventKind::Dividend { .. }
        | EventKind::CapitalGainDistribution { .. }
        | EventKind::ReturnOfCapital { .. }
        | EventKind::Interest { .. } => event.amount.is_sign_negative(),
        // One who owes shares pays in lieu: below zero it is no correction by itself.
        EventKind::PaymentInLieu { .. } => says,
        EventKind::Withholding { .. } => event.amount.is_sign_positive(),
        _ => false,
    }
}
