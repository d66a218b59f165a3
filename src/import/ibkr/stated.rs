//! What a file states of cash and positions, at its beginning and at its end.

use std::collections::HashMap;

use super::fields::Field;
use super::make::Making;
use super::rows::Raw;
use super::sections::Sort;
use super::value;
use crate::import::entry::Stated;
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

/// All that it states of one account.
pub fn stated(raws: &[&Raw], making: &Making) -> Vec<Stated> {
    let day = making.period.map(|(_, last)| last).unwrap_or_default();
    let mut stated = cash(raws, making, day);
    stated.extend(positions(raws, making, day));
    stated
}

fn number(raw: &Raw, field: Field) -> Option<Decimal> {
    value::number(raw, field).ok().flatten()
}

/// Cash by currency. A sum over all of them in the base currency is that currency's own where there is
/// no other.
fn cash(raws: &[&Raw], making: &Making, day: NaiveDate) -> Vec<Stated> {
    let mut found: Vec<(Option<Name>, [Option<Decimal>; 2])> = Vec::new();
    let mut take = |currency: Option<Name>, which: usize, number: Option<Decimal>| {
        let Some(number) = number else { return };
        if let Some((_, ends)) = found.iter_mut().find(|(known, _)| *known == currency) {
            ends[which] = Some(number);
            return;
        }
        let mut ends = [None; 2];
        ends[which] = Some(number);
        found.push((currency, ends));
    };
    for raw in raws.iter().filter(|raw| raw.aside.is_none() && raw.sort == Sort::CashReport) {
        let currency = raw.get(Field::Currency).unwrap_or_default();
        let currency = (currency.len() == 3).then(|| Name::new(currency));
        match raw.get(Field::CurrencySummary) {
            Some("Starting Cash") => take(currency, 0, number(raw, Field::Total)),
            Some("Ending Cash") => take(currency, 1, number(raw, Field::Total)),
            Some(_) => {}
            None => {
                take(currency.clone(), 0, number(raw, Field::StartingCash));
                take(currency, 1, number(raw, Field::EndingCash));
            }
        }
    }
    let single = !found.iter().any(|(currency, _)| currency.is_some()) && one_currency(raws);
    let base = making.base.filter(|_| single);
    found
        .into_iter()
        .filter_map(|(currency, [opening, closing])| {
            let of = currency.or_else(|| base.cloned())?;
            Some(Stated { what: "cash", of, day, opening: Some(opening?), closing: closing? })
        })
        .collect()
}

/// Whether all that moves is in one currency.
fn one_currency(raws: &[&Raw]) -> bool {
    let moves = |raw: &&&Raw| {
        raw.aside.is_none() && matches!(raw.sort, Sort::Trades | Sort::Cash | Sort::Actions)
    };
    let mut currencies = raws.iter().filter(moves).filter_map(|raw| raw.get(Field::Currency));
    let first = currencies.next();
    currencies.all(|other| Some(other) == first)
}

/// Positions at both ends, where a statement lists them.
fn positions(raws: &[&Raw], making: &Making, day: NaiveDate) -> Vec<Stated> {
    let mut found: HashMap<Name, (Decimal, Decimal)> = HashMap::new();
    for raw in raws.iter().filter(|raw| raw.aside.is_none() && raw.sort == Sort::Performance) {
        // Currencies are no positions.
        let category = raw.get(Field::Category).and_then(super::security::category);
        if category.is_none_or(|category| category == super::security::Category::Forex) {
            continue;
        }
        let ends = (number(raw, Field::PriorQuantity), number(raw, Field::CurrentQuantity));
        let (Some(opening), Some(closing)) = ends else { continue };
        let Some(security) = making.instruments.security(raw, day, making.books) else { continue };
        let own = found.entry(security.id).or_default();
        own.0 = own.0.checked_add(opening).unwrap_or(own.0);
        own.1 = own.1.checked_add(closing).unwrap_or(own.1);
    }
    let mut stated: Vec<Stated> = found
        .into_iter()
        .map(|(of, (opening, closing))| Stated {
            what: "positions",
            of,
            day,
            opening: Some(opening),
            closing,
        })
        .collect();
    stated.sort_by(|one, other| one.of.cmp(&other.of));
    stated
}
