//! Which of several levels of detail counts: a statement has orders, their fills and the lots they
//! closed; a query executions, orders and sums. One level is the trades, the others say them again.

use std::collections::HashSet;

use super::fields::Field;
use super::make::{Fact, Making};
use super::sections::Sort;
use crate::source::Name;

/// Why a fill is no trade.
pub const FILL: &str = "fill of an order";

/// Why a closed lot is no trade.
pub const LOT: &str = "closed lot of a trade";

/// What a row's level is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Order,
    Fill,
    Lot,
    Sum,
    /// A payment's detail, where there are sums too.
    Detail,
    None,
    Unknown,
}

fn level(fact: &Fact) -> Level {
    let stated = fact.raw.get(Field::Level).map(str::to_uppercase);
    let named = || match &*super::fields::bare(&fact.raw.section) {
        "order" => Level::Order,
        "lot" | "washsale" => Level::Lot,
        "symbolsummary" | "assetsummary" => Level::Sum,
        _ => Level::None,
    };
    match stated.as_deref() {
        None => named(),
        Some("ORDER") => Level::Order,
        Some("TRADE" | "EXECUTION") => Level::Fill,
        Some("CLOSEDLOT" | "CLOSED_LOT" | "WASHSALE" | "WASH_SALE" | "LOT") => Level::Lot,
        Some("DETAIL") => Level::Detail,
        Some("SUMMARY" | "ASSET_SUMMARY" | "SYMBOL_SUMMARY" | "SYMBOLSUMMARY" | "ASSETSUMMARY") => {
            Level::Sum
        }
        Some(_) => Level::Unknown,
    }
}

/// What is traded, as the file names it.
type Traded = (String, String, String);

fn traded(fact: &Fact) -> Traded {
    let of = |field| fact.raw.get(field).unwrap_or_default().to_owned();
    let symbol = if fact.raw.get(Field::Symbol).is_some() { Field::Symbol } else { Field::Isin };
    (of(Field::Category), of(symbol), of(Field::Currency))
}

/// Sets rows aside that say again what others say.
pub fn set_aside(facts: &mut [Fact], making: &Making) {
    let query = making.profile == super::FLEX;
    let trades = |fact: &&Fact| fact.raw.sort == Sort::Trades && fact.aside.is_none();
    let with = |wanted: Level| -> HashSet<Traded> {
        let found = facts.iter().filter(trades).filter(|fact| level(fact) == wanted);
        found.map(traded).collect()
    };
    let (orders, fills) = (with(Level::Order), with(Level::Fill));
    let bare: HashSet<Traded> = with(Level::None);
    let detailed =
        |sort: Sort| facts.iter().any(|fact| fact.raw.sort == sort && level(fact) == Level::Detail);
    let (cash, actions) = (detailed(Sort::Cash), detailed(Sort::Actions));
    let transfers = detailed(Sort::Transfers);
    for fact in facts.iter_mut().filter(|fact| fact.aside.is_none()) {
        let level = level(fact);
        let why: Option<&str> = match fact.raw.sort {
            Sort::Trades => {
                let key = traded(fact);
                match level {
                    Level::Lot => Some(LOT),
                    Level::Fill if !query && orders.contains(&key) => Some(FILL),
                    Level::Order if query && (fills.contains(&key) || bare.contains(&key)) => {
                        Some("order of trades")
                    }
                    // A sum over all of a category has no symbol.
                    Level::Sum
                        if fills.contains(&key)
                            || orders.contains(&key)
                            || bare.contains(&key)
                            || key.1.is_empty() =>
                    {
                        Some("sum of trades")
                    }
                    _ => None,
                }
            }
            Sort::Cash if level == Level::Sum && cash => Some("sum of payments"),
            Sort::Actions if level == Level::Sum && actions => Some("sum of corporate actions"),
            Sort::Transfers if level == Level::Sum && transfers => Some("sum of transfers"),
            _ => None,
        };
        fact.aside = why.map(Name::new);
        fact.again = why.is_some();
    }
}

/// Why a trade of this level cannot be told alone.
pub fn trouble(fact: &Fact) -> Option<&'static str> {
    match level(fact) {
        Level::Sum => {
            Some("it is a sum of trades, and they are missing: add Executions to the query")
        }
        Level::Unknown => Some("its level of detail is not known"),
        _ => None,
    }
}
