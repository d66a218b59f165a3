//! Fills without their order: some statements list only them. Those of one moment are added up, so that
//! they are the trade that another statement of the same days has as an order.

use std::collections::{HashMap, HashSet};

use super::fields::Field;
use super::rows::{Raw, Sheet};
use super::sections::Sort;
use super::value;
use crate::money::Decimal;

/// What is traded, by whom.
type Traded = [String; 4];

fn traded(raw: &Raw) -> Traded {
    [Field::Category, Field::Symbol, Field::Currency, Field::Account]
        .map(|field| raw.get(field).unwrap_or_default().to_owned())
}

fn is(raw: &Raw, level: &str) -> bool {
    raw.sort == Sort::Trades && raw.aside.is_none() && raw.get(Field::Level) == Some(level)
}

/// Adds fills to the first of their moment, where the file has no order of what they trade.
pub fn join(sheet: &mut Sheet) {
    let orders: HashSet<Traded> =
        sheet.rows.iter().filter(|raw| is(raw, "Order")).map(traded).collect();
    let mut first: HashMap<(Traded, String), usize> = HashMap::new();
    for at in 0..sheet.rows.len() {
        let raw = &sheet.rows[at];
        if !is(raw, "Trade") || raw.trouble.is_some() || orders.contains(&traded(raw)) {
            continue;
        }
        let Some(when) = raw.get(Field::DateTime) else { continue };
        let side = value::number(raw, Field::Quantity).ok().flatten().unwrap_or_default();
        let side = if side.is_sign_negative() { "-" } else { "+" };
        let key = (traded(raw), format!("{side}{when}"));
        let Some(main) = first.get(&key).copied() else {
            first.insert(key, at);
            continue;
        };
        let line = raw.line;
        let (before, rest) = sheet.rows.split_at_mut(at);
        if add(&mut before[main], &rest[0]).is_some() {
            before[main].also.push(line);
            rest[0].aside = Some("fill that was added to another of its moment".into());
        }
    }
}

/// Adds a fill to another. `None`: its figures cannot be added.
fn add(main: &mut Raw, fill: &Raw) -> Option<()> {
    let number = |raw: &Raw, field| value::number(raw, field).ok();
    let mut sums: Vec<(Field, Decimal)> = Vec::new();
    for field in
        [Field::Quantity, Field::Proceeds, Field::Notional, Field::Commission, Field::Realized]
    {
        let (one, other) = (number(main, field)?, number(fill, field)?);
        if let Some(one) = one.or(other.map(|_| Decimal::ZERO)) {
            sums.push((field, one.checked_add(other.unwrap_or_default())?));
        }
    }
    let prices = (number(main, Field::Price)?, number(fill, Field::Price)?);
    if prices.0 != prices.1 {
        let quantities = (number(main, Field::Quantity)??, number(fill, Field::Quantity)??);
        let worth = prices
            .0?
            .checked_mul(quantities.0)?
            .checked_add(prices.1?.checked_mul(quantities.1)?)?;
        let mean = worth.checked_div(quantities.0.checked_add(quantities.1)?)?;
        sums.push((Field::Price, mean.round_dp(8)));
    }
    for (field, sum) in sums {
        match main.cells.iter_mut().find(|(known, _)| *known == field) {
            Some((_, text)) => *text = sum.to_string().into(),
            None => main.cells.push((field, sum.to_string().into())),
        }
    }
    Some(())
}
