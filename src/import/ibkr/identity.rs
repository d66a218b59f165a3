//! What makes a row the same row at every download: the broker's own id where a query has one, else
//! what the row says.

use std::collections::{HashMap, HashSet};

use super::fields::Field;
use super::make::{Making, day_of};
use super::rows::Raw;
use super::sections::Sort;
use super::value;
use crate::event::RowHash;
use crate::import::canonical;
use crate::import::profile::single_blanks;
use crate::money::Decimal;
use crate::source::Name;

/// An id shorter than this is none.
const TRUSTED: usize = 5;

/// The hash of each row, the broker's id of it, and how many rows with this hash there are in earlier
/// files, as far as this file tells.
pub fn ids(raws: &[&Raw], making: &Making) -> Vec<(RowHash, Option<Name>, u32)> {
    let contents: Vec<String> = raws.iter().map(|raw| content(raw, making)).collect();
    let reused = reused(raws, &contents);
    let before = before(raws, &contents, making);
    raws.iter()
        .zip(contents)
        .map(|(raw, content)| {
            let earlier = before.get(&content).copied().unwrap_or_default();
            let own = own_id(raw);
            let row = hash(making.account.identity(), making.profile, own, &content, &reused);
            (row, own.map(Name::new), earlier)
        })
        .collect()
}

fn hash(
    account: &str,
    profile: &str,
    own: Option<&str>,
    content: &str,
    reused: &HashSet<&str>,
) -> RowHash {
    match own {
        Some(own) if !reused.contains(own) => RowHash::of(account, [profile, own]),
        Some(own) => RowHash::of(account, [profile, own, content]),
        None => RowHash::of(account, [profile, content]),
    }
}

/// The broker's id of a row that may be an event.
fn own_id<'r>(raw: &'r Raw) -> Option<&'r str> {
    let order: &[Field] = match raw.sort {
        Sort::Trades => &[Field::TradeId, Field::TransactionId],
        Sort::Cash | Sort::Actions | Sort::Transfers => &[Field::TransactionId],
        Sort::Options => &[Field::TransactionId, Field::TradeId],
        _ => &[],
    };
    // Closed lots and orders have the ids of trades.
    let alone = raw.aside.is_none()
        && raw.get(Field::Level).is_none_or(|level| {
            ["EXECUTION", "DETAIL", "Trade"].iter().any(|own| own.eq_ignore_ascii_case(level))
        });
    order.iter().filter_map(|field| raw.get(*field)).find(|id| alone && id.len() >= TRUSTED)
}

/// Ids that rows with another content share: no identity.
fn reused<'r>(raws: &[&'r Raw], contents: &[String]) -> HashSet<&'r str> {
    let mut first: HashMap<&str, &String> = HashMap::new();
    let mut reused = HashSet::new();
    for (raw, content) in raws.iter().zip(contents) {
        let Some(own) = own_id(raw) else { continue };
        if *first.entry(own).or_insert(content) != content {
            reused.insert(own);
        }
    }
    reused
}

/// How often a payment that this file books anew stands in earlier files. A statement lists payments
/// that were taken back and booked again under their first day. Where that lies before the days the
/// statement is of, each taking back tells of one such payment in an earlier statement: what is booked
/// again with the same figures is one more of it, not the same.
fn before(raws: &[&Raw], contents: &[String], making: &Making) -> HashMap<String, u32> {
    let mut before: HashMap<String, u32> = HashMap::new();
    let Some((first, _)) = making.period.filter(|_| making.profile != super::FLEX) else {
        return before;
    };
    let known: HashSet<&String> = contents.iter().collect();
    for raw in raws {
        let early = day_of(raw, making.form).is_some_and(|day| day < first);
        if raw.sort != Sort::Cash || raw.aside.is_some() || !early || !takes_back(raw) {
            continue;
        }
        let original = content_with(raw, making, Decimal::NEGATIVE_ONE);
        if known.contains(&original) {
            let count = before.entry(original).or_default();
            *count = count.saturating_add(1);
        }
    }
    before
}

/// Whether a payment goes the other way than its section does.
fn takes_back(raw: &Raw) -> bool {
    let amount = value::number(raw, Field::Amount).ok().flatten().unwrap_or_default();
    let section = raw.section.to_lowercase();
    let costs = ["withh", "fee", "tax"].iter().any(|word| section.contains(word));
    costs == (amount > Decimal::ZERO) && !amount.is_zero()
}

/// What a row says, in one spelling: nothing that a later download may word anew.
fn content(raw: &Raw, making: &Making) -> String {
    content_with(raw, making, Decimal::ONE)
}

fn content_with(raw: &Raw, making: &Making, sign: Decimal) -> String {
    let fields: &[Field] = match raw.sort {
        // An order and its only fill are one trade, whatever the price is rounded to.
        Sort::Trades => &[
            Field::Category,
            Field::Symbol,
            Field::Isin,
            Field::BuySell,
            Field::Quantity,
            Field::Proceeds,
            Field::TradeMoney,
            Field::Cost,
            Field::Commission,
        ],
        Sort::Cash | Sort::TradeCosts => {
            &[Field::Subtitle, Field::Type, Field::Description, Field::Amount]
        }
        Sort::Actions => &[Field::Description, Field::Quantity, Field::Proceeds],
        Sort::Transfers => {
            &[Field::Type, Field::Direction, Field::Symbol, Field::Quantity, Field::CashAmount]
        }
        Sort::History => &[
            Field::Description,
            Field::TransactionType,
            Field::Symbol,
            Field::Quantity,
            Field::Price,
            Field::Gross,
            Field::Commission,
            Field::NetAmount,
        ],
        Sort::Grants | Sort::Options => {
            &[Field::Symbol, Field::Description, Field::TransactionType, Field::Quantity]
        }
        _ => return format!("{} {}", raw.section, whole(raw)),
    };
    let mut content = if making.profile == super::FLEX {
        format!("{:?}", raw.sort)
    } else {
        raw.section.to_string()
    };
    content.push('\n');
    if let Some(day) = day_of(raw, making.form) {
        content.push_str(canonical::day(day).text());
    }
    if let Some(time) = raw.get(Field::DateTime).and_then(value::time_of)
        && raw.sort == Sort::Trades
    {
        content.push_str(&time.to_string());
    }
    content.push('\n');
    content.push_str(raw.get(Field::Currency).unwrap_or_default());
    for field in fields {
        content.push('\n');
        match (value::number(raw, *field), raw.get(*field)) {
            (Ok(Some(number)), _) => {
                let number = if *field == Field::Amount { number * sign } else { number };
                content.push_str(canonical::number(number).text());
            }
            (_, Some(text)) => content.push_str(&single_blanks(text)),
            (_, None) => {}
        }
    }
    content
}

/// All that a row says.
fn whole(raw: &Raw) -> String {
    let cells = raw.cells.iter().map(|(_, text)| single_blanks(text));
    cells.collect::<Vec<_>>().join("\n")
}

/// The hashes of rows, if they were this account's.
pub fn hashes(raws: &[&Raw], making: &Making) -> Vec<RowHash> {
    ids(raws, making).into_iter().map(|(row, _, _)| row).collect()
}
