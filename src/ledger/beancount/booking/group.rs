//! Which currency each posting of a transaction balances in.
//!
//! In: postings as written. Out: groups that balance by themselves, unknown currencies filled in:
//! from the other postings where they leave one choice, else from what the account holds.

use crate::diagnostic::Diagnostic;
use crate::ledger::beancount::booking::{Basis, Book, Leg};
use crate::ledger::beancount::draft::NONE;
use crate::ledger::beancount::few::Few;
use crate::ledger::beancount::inventory::Holding;
use crate::ledger::model::{AccountId, CommodityId};

/// Postings that balance in one currency.
pub(super) struct Group {
    pub currency: CommodityId,
    pub legs: Vec<Leg>,
}

/// Currencies that are not known are `Some(NONE)`; `None` has no cost or no price.
#[derive(Clone, Copy, Debug)]
struct Currencies {
    units: CommodityId,
    cost: Option<CommodityId>,
    price: Option<CommodityId>,
}

/// The postings of a group, by number.
type Members = Vec<(usize, Currencies)>;

impl Currencies {
    fn of(leg: &Leg) -> Currencies {
        let mut cost = match &leg.cost {
            Basis::None => None,
            Basis::Spec(spec) => Some(spec.currency),
            Basis::Lot(lot, _) => Some(lot.currency),
        };
        let mut price = leg.price.map(|price| price.currency);
        if let (Some(cost), Some(price)) = (&mut cost, &mut price) {
            if *cost == NONE {
                *cost = *price;
            } else if *price == NONE {
                *price = *cost;
            }
        }
        Currencies { units: leg.commodity, cost, price }
    }

    /// The currency the posting balances in, where it is known.
    fn bucket(self) -> Option<CommodityId> {
        let known = |currency: Option<CommodityId>| currency.filter(|currency| *currency != NONE);
        known(self.cost).or(known(self.price)).or_else(|| {
            (self.cost.is_none() && self.price.is_none())
                .then_some(self.units)
                .filter(|c| *c != NONE)
        })
    }
}

/// The currency that all of `legs` balance in, where neither several postings nor what is held need be
/// asked for it.
pub(super) fn only(legs: &[Leg]) -> Option<CommodityId> {
    let mut only = None;
    let mut auto = false;
    for leg in legs {
        if leg.commodity == NONE {
            let is_bare = matches!(leg.cost, Basis::None) && leg.price.is_none();
            if !is_bare || leg.number.is_some() || auto {
                return None;
            }
            auto = true;
            continue;
        }
        let currencies = Currencies::of(leg);
        if currencies.cost == Some(NONE) || currencies.price == Some(NONE) {
            return None;
        }
        let bucket = currencies.bucket();
        if bucket.is_none() || only.is_some() && only != bucket {
            return None;
        }
        only = bucket;
    }
    only
}

/// Fills in the currencies of postings that all balance in this one.
pub(super) fn resolve(legs: &mut [Leg], currency: CommodityId) {
    for leg in legs {
        if leg.commodity == NONE {
            leg.commodity = currency;
        } else if !matches!(leg.cost, Basis::None) && leg.price.is_some() {
            let found = Currencies::of(leg);
            resolve_one(leg, found);
        }
    }
}

impl Book<'_> {
    /// Groups the postings of a transaction. `None` where that cannot be done; it is reported then.
    pub(super) fn groups(&mut self, at: u32, legs: &[Leg]) -> Option<Vec<Group>> {
        // By currency, with the first posting that brought it.
        let mut groups: Few<(usize, Members)> = Few::default();
        let (mut unknown, mut autos) = (Vec::new(), Vec::new());
        for (index, leg) in legs.iter().enumerate() {
            let currencies = Currencies::of(leg);
            let is_bare = matches!(leg.cost, Basis::None) && leg.price.is_none();
            if leg.number.is_none() && leg.commodity == NONE && is_bare {
                autos.push(index);
            } else if let Some(currency) = currencies.bucket() {
                groups.entry(currency, || (index, Vec::new())).1.push((index, currencies));
            } else {
                unknown.push((index, currencies));
            }
        }
        let other = {
            let mut known = groups.iter().map(|(currency, _)| *currency);
            known.next().filter(|_| known.next().is_none())
        };
        if let ([(index, currencies)], Some(other)) = (unknown.as_mut_slice(), other) {
            if currencies.cost.is_none() && currencies.price.is_none() {
                currencies.units = other;
            }
            for currency in [&mut currencies.cost, &mut currencies.price].into_iter().flatten() {
                if *currency == NONE {
                    *currency = other;
                }
            }
            let (index, currencies) = (*index, *currencies);
            groups.entry(other, || (index, Vec::new())).1.push((index, currencies));
            unknown.clear();
        }
        let mut failed = false;
        for (index, mut currencies) in unknown {
            let account = legs[index].account;
            if currencies.units == NONE {
                currencies.units = self.only_commodity(account);
            }
            if currencies.cost == Some(NONE) || currencies.price == Some(NONE) {
                let known = self.only_cost_currency(account);
                for currency in [&mut currencies.cost, &mut currencies.price].into_iter().flatten()
                {
                    if *currency == NONE {
                        *currency = known;
                    }
                }
            }
            if let Some(currency) = currencies.bucket() {
                groups.entry(currency, || (index, Vec::new())).1.push((index, currencies));
            } else {
                failed = true;
                self.no_currency(at, &legs[index]);
            }
        }
        if let [_, second, ..] = autos.as_slice() {
            failed = true;
            self.two_elided(at, &legs[autos[0]], &legs[*second]);
        }
        let mut found: Vec<(CommodityId, usize, Members)> = groups
            .iter()
            .map(|(currency, (first, members))| (*currency, *first, members.clone()))
            .collect();
        for (currency, _, members) in &mut found {
            for (index, currencies) in members.iter_mut() {
                if currencies.units == NONE {
                    currencies.units = self.only_commodity(legs[*index].account);
                }
                let lacking = currencies.units == NONE
                    || currencies.cost == Some(NONE)
                    || currencies.price == Some(NONE);
                if lacking {
                    failed = true;
                    self.no_currency(at, &legs[*index]);
                }
            }
            members.extend(
                autos.first().map(|index| {
                    (*index, Currencies { units: *currency, cost: None, price: None })
                }),
            );
            members.sort_by_key(|(index, _)| *index);
        }
        if failed {
            return None;
        }
        found.sort_by_key(|(_, first, _)| *first);
        let groups = found.into_iter().map(|(currency, _, members)| Group {
            currency,
            legs: members.into_iter().map(|(index, found)| resolved(&legs[index], found)).collect(),
        });
        Some(groups.collect())
    }

    /// The commodity that `account` holds, if it holds but one.
    fn only_commodity(&self, account: AccountId) -> CommodityId {
        let held = self.held.get(&account).into_iter().flatten();
        single(held.copied().filter(|commodity| {
            self.holdings.get(&(account, *commodity)).is_some_and(|holding| !holding.is_empty())
        }))
    }

    /// The currency that the lots of `account` have their cost in, if it is but one.
    fn only_cost_currency(&self, account: AccountId) -> CommodityId {
        let held = self.held.get(&account).into_iter().flatten();
        single(
            held.filter_map(|commodity| self.holdings.get(&(account, *commodity)))
                .flat_map(Holding::cost_currencies),
        )
    }

    fn no_currency(&mut self, at: u32, leg: &Leg) {
        let place = self.draft.place_of_posting(at, leg.index);
        self.tell(
            at,
            Diagnostic::error("currency", "the currency of this posting cannot be told")
                .at(place)
                .help("write it: the other postings and what the account holds allow several"),
        );
    }

    fn two_elided(&mut self, at: u32, first: &Leg, second: &Leg) {
        let first = self.draft.place_of_posting(at, first.index).labelled("first");
        let second = self.draft.place_of_posting(at, second.index).labelled("second");
        self.tell(
            at,
            Diagnostic::error(
                "two-elided",
                "two postings have no amount: only one can be computed",
            )
            .at(second)
            .at(first)
            .help("write the amount of one of them"),
        );
    }
}

/// The one currency there is; none where there are several, or none.
fn single(mut currencies: impl Iterator<Item = CommodityId>) -> CommodityId {
    match currencies.next() {
        Some(first) if currencies.all(|other| other == first) => first,
        _ => NONE,
    }
}

/// `leg` with the currencies that were found.
fn resolved(leg: &Leg, found: Currencies) -> Leg {
    let mut leg = leg.clone();
    resolve_one(&mut leg, found);
    leg
}

fn resolve_one(leg: &mut Leg, found: Currencies) {
    leg.commodity = found.units;
    if let (Basis::Spec(spec), Some(currency)) = (&mut leg.cost, found.cost) {
        spec.currency = currency;
    }
    if let (Some(price), Some(currency)) = (&mut leg.price, found.price) {
        price.currency = currency;
    }
}
