//! Securities and what is known of them that no export states.

use indexmap::IndexMap;

use super::field::Parts;
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

/// A security as `securities.toml` describes it. Facts are the file's own keys, because which of
/// them matter is for a regime to say: `kind`, `payer`, `issuer`, `coupon`, `maturity`, `state` …
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Security {
    /// Ticker, else CUSIP, else ISIN; an option's OCC symbol without blanks.
    pub id: Name,
    /// For the eye.
    pub name: Option<Name>,
    /// Facts by key, each with the days it holds.
    pub facts: Facts,
    /// Other names of it, oldest first.
    pub ids: Vec<Identifier>,
    /// What its payments were made of, by day of payment.
    pub splits: Vec<Distribution>,
    /// Its ex-dates, by day of payment.
    pub ex: Vec<Entitlement>,
    /// Where the person has it from.
    pub source: Option<Name>,
    /// Line of `securities.toml`, for `explain`.
    pub line: u32,
}

/// Dated facts by key. A fact without a date holds always; the newest that has begun wins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts(pub Vec<Fact>);

/// One fact.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// In snake_case, as in the file: `us_government`.
    pub key: Name,
    /// As in the file, unquoted: `qualified`, `0.04`, `2032-05-15`.
    pub value: Name,
    /// From this day on; `None`: always.
    pub from: Option<NaiveDate>,
    /// Only in this tax year.
    pub year: Option<i32>,
}

impl Facts {
    /// What holds on `day` (in tax year `year`): a fact of that year, else the newest dated one that
    /// has begun, else the undated one.
    pub fn on(&self, key: &str, day: NaiveDate, year: i32) -> Option<&Name> {
        self.0
            .iter()
            .filter(|fact| fact.key == *key)
            .filter(|fact| fact.year.is_none_or(|only| only == year))
            .filter(|fact| fact.from.is_none_or(|from| from <= day))
            .max_by_key(|fact| (fact.year.is_some(), fact.from))
            .map(|fact| &fact.value)
    }
}

/// Another name of a security, from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// First day; `None`: always.
    pub from: Option<NaiveDate>,
    /// `cusip`, `isin`, `symbol`, `sedol`.
    pub scheme: Name,
    /// The name itself.
    pub value: Name,
}

/// What one payment was made of, as a payer's form or the issuer says.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Day of payment.
    pub date: NaiveDate,
    /// Figures in the payment's currency, for all units held, by account where one is named.
    pub account: Option<Name>,
    /// The figures.
    pub parts: Parts,
    /// Where the person has it from.
    pub source: Option<Name>,
    /// Line of `securities.toml`.
    pub line: u32,
}

/// The ex-date of one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entitlement {
    /// Day of payment.
    pub paid: NaiveDate,
    /// First day on which a buyer has no claim to it.
    pub ex: NaiveDate,
    /// Where the person has it from.
    pub source: Option<Name>,
    /// Line of `securities.toml`.
    pub line: u32,
}

/// The securities of the books by id, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Securities(pub IndexMap<Name, Security>);

impl Securities {
    /// The security with this id, if the books describe it.
    pub fn get(&self, id: &str) -> Option<&Security> {
        self.0.get(id)
    }

    /// The id of the security that goes by `name` on `day`: an id of the books, or another name of
    /// one; else `name` itself.
    pub fn resolve(&self, name: &Name, day: NaiveDate) -> Name {
        if self.0.contains_key(name) {
            return name.clone();
        }
        let known = self.0.values().find(|security| {
            security
                .ids
                .iter()
                .any(|other| other.value == *name && other.from.is_none_or(|from| from <= day))
        });
        known.map_or_else(|| name.clone(), |security| security.id.clone())
    }

    /// A fact about a security on a day. `None`: not stated, which may be a question.
    pub fn fact(&self, id: &str, key: &str, day: NaiveDate, year: i32) -> Option<&Name> {
        self.get(id)?.facts.on(key, day, year)
    }

    /// What the payment of `day` was made of.
    pub fn split(&self, id: &str, day: NaiveDate, account: &str) -> Option<&Distribution> {
        let mut splits = self.get(id)?.splits.iter().filter(|split| split.date == day);
        splits.find(|split| split.account.as_deref().is_none_or(|only| only == account))
    }

    /// The ex-date of the payment of `day`.
    pub fn ex(&self, id: &str, paid: NaiveDate) -> Option<&Entitlement> {
        self.get(id)?.ex.iter().find(|entitlement| entitlement.paid == paid)
    }

    /// A number among the facts.
    pub fn number(&self, id: &str, key: &str, day: NaiveDate, year: i32) -> Option<Decimal> {
        crate::money::plain(self.fact(id, key, day, year)?)
    }
}
