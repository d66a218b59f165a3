//! Accounts and the people they belong to.

use std::fmt;
use std::str::FromStr;

use super::words;
use crate::period::NaiveDate;
use crate::source::Name;

words! {
    /// How the law shelters an account's income.
    Shelter {
        /// Not at all.
        Taxable = "taxable",
        /// A traditional IRA, a 401(k).
        Traditional = "traditional",
        /// A Roth IRA.
        Roth = "roth",
        /// A health savings account.
        Hsa = "hsa",
        /// A 529 plan, a Coverdell account.
        Education = "education",
        /// United Kingdom: an individual savings account.
        Isa = "isa",
        /// United Kingdom: a self-invested pension.
        Sipp = "sipp",
        /// Canada: a registered retirement plan.
        Rrsp = "rrsp",
        /// Canada: a tax-free savings account.
        Tfsa = "tfsa",
        /// Australia: superannuation.
        Super = "super",
    }
}

words! {
    /// Which lots a sale is taken from.
    LotMethod {
        /// First in, first out.
        Fifo = "fifo",
        /// Last in, first out.
        Lifo = "lifo",
        /// Highest cost per unit first.
        HighestCost = "highest-cost",
        /// Lowest cost per unit first.
        LowestCost = "lowest-cost",
        /// Average cost, of funds.
        Average = "average",
        /// Named at each sale.
        Chosen = "chosen",
    }
}

/// A person whose accounts these are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// As in the settings: `me`.
    pub id: Name,
    /// Whether this person's purchases count for the first owner's losses.
    pub affiliate: bool,
}

/// From a day of sale on, lots are taken by a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotElection {
    /// First day of sale it holds for.
    pub from: NaiveDate,
    /// How lots are taken.
    pub method: LotMethod,
    /// When the standing order was given, where the law asks.
    pub instructed: Option<NaiveDate>,
}

/// An account as the settings describe it: no export states owner and shelter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The name used in files, flags and reports: `schwab`.
    pub id: Name,
    /// For the eye; the id where none is given.
    pub title: Name,
    /// Ids of its owners, at least one.
    pub owners: Vec<Name>,
    /// How its income is sheltered.
    pub shelter: Shelter,
    /// Who writes its exports.
    pub profile: Option<Name>,
    /// File names (with `*`), account numbers or OFX ids that mean this account.
    pub matches: Vec<Name>,
    /// Where its postings go: `Assets:Schwab`.
    pub ledger: Name,
    /// By day of sale, oldest first; empty is first in, first out.
    pub lots: Vec<LotElection>,
    /// Securities that are cash in all but name.
    pub sweep: Vec<Name>,
    /// What amounts are in, where its exports do not say it.
    pub currency: Option<Name>,
    /// Its records are complete to this day, where that is later than the newest row.
    pub reached: Option<NaiveDate>,
    /// Earlier ids, oldest first; the first stays in the ids of its events.
    pub was: Vec<Name>,
}

impl Account {
    /// A taxable account of `me` with this id, as taken where nothing says otherwise. An id such as
    /// `Assets:Test` is where its postings go, too.
    pub fn taxable(id: Name) -> Account {
        let mut title: String = id.to_string();
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        Account {
            ledger: if id.contains(':') { id.clone() } else { format!("Assets:{title}").into() },
            title: id.clone(),
            id,
            owners: vec!["me".into()],
            shelter: Shelter::Taxable,
            profile: None,
            matches: Vec::new(),
            lots: Vec::new(),
            sweep: Vec::new(),
            currency: None,
            reached: None,
            was: Vec::new(),
        }
    }

    /// The name that goes into the ids of its events: its first.
    pub fn identity(&self) -> &Name {
        self.was.first().unwrap_or(&self.id)
    }

    /// How lots are taken in a sale of that day.
    pub fn method_on(&self, day: NaiveDate) -> LotMethod {
        let election = self.lots.iter().rev().find(|election| election.from <= day);
        election.map_or(LotMethod::Fifo, |election| election.method)
    }
}
