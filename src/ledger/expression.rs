//! Ledger's amount expressions: `(10 * $3 + $1)`, numbers and amounts with `+ - * / ( )`.
//!
//! In: text from its opening bracket. Out: one value, kept as a ratio so that `(1 / 3) * 3` is 1.
//! Whatever needs more (functions, conditions, two commodities) is a fault: it cannot be computed here.

use crate::ledger::amount::{Fault, Read, blanks, exact, quantity, symbol};
use crate::ledger::commodities::Commodities;
use crate::ledger::model::{CommodityId, Quantity};
use crate::ledger::sums::plus;
use crate::money::Decimal;

/// Brackets within brackets; past this depth an expression is refused.
const DEPTH: usize = 64;

/// What an expression comes to: `number / over` of a commodity, or that many times the amount of the
/// posting that a rule is applied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// The numerator.
    pub number: Decimal,
    /// The denominator, never zero.
    pub over: Decimal,
    /// Number 0 where none is named.
    pub commodity: CommodityId,
    /// Whether it is a multiple of `amount`.
    pub of_amount: bool,
}

impl Value {
    /// A plain value.
    pub fn of(quantity: Quantity) -> Value {
        let Quantity { number, commodity } = quantity;
        Value { number, over: Decimal::ONE, commodity, of_amount: false }
    }

    /// `number`, this many times. `None`: more digits than a number can have.
    pub fn times(self, number: Decimal) -> Option<Decimal> {
        let product = exact(self.number, number).or_else(|| self.number.checked_mul(number))?;
        if self.over == Decimal::ONE { Some(product) } else { product.checked_div(self.over) }
    }
}

/// The expression in brackets at the start of `text`, as an amount.
pub fn amount<'t>(text: &'t str, commodities: &mut Commodities) -> Read<'t, Quantity> {
    let (value, rest) = commodities.apart(|commodities| factor(text, commodities, 0))?;
    if value.of_amount {
        return Err(Fault::new(used(text, rest), "`amount` means something in rules only"));
    }
    let number = value.times(Decimal::ONE).ok_or_else(|| long(used(text, rest)))?;
    Ok((Quantity { number, commodity: value.commodity }, rest))
}

/// The expression at the start of `text`, whose names may be `amount`: of a rule, of a `define`.
pub fn value<'t>(text: &'t str, commodities: &mut Commodities) -> Read<'t, Value> {
    commodities.apart(|commodities| sum(text, commodities, 0))
}

fn sum<'t>(text: &'t str, commodities: &mut Commodities, depth: usize) -> Read<'t, Value> {
    let (mut left, mut rest) = product(text, commodities, depth)?;
    loop {
        rest = blanks(rest);
        let subtract = match rest.as_bytes().first() {
            Some(b'+') => false,
            Some(b'-') => true,
            _ => return Ok((left, rest)),
        };
        let (mut right, after) = product(&rest[1..], commodities, depth)?;
        if subtract {
            right.number = -right.number;
        }
        let alike = |one: &Value, other: &Value| {
            one.number.is_zero()
                || (one.commodity == other.commodity && one.of_amount == other.of_amount)
        };
        if !alike(&left, &right) && !alike(&right, &left) {
            return Err(Fault::new(used(text, after), "the two sides have different commodities"));
        }
        let kind = if left.number.is_zero() { right } else { left };
        left = added(left, right)
            .map(|(number, over)| Value { number, over, ..kind })
            .ok_or_else(|| long(used(text, after)))?;
        rest = after;
    }
}

fn added(left: Value, right: Value) -> Option<(Decimal, Decimal)> {
    if left.over == right.over {
        return Some((plus(left.number, right.number)?, left.over));
    }
    let number = plus(exact(left.number, right.over)?, exact(right.number, left.over)?)?;
    Some((number, exact(left.over, right.over)?))
}

fn product<'t>(text: &'t str, commodities: &mut Commodities, depth: usize) -> Read<'t, Value> {
    let (mut left, mut rest) = factor(text, commodities, depth)?;
    loop {
        rest = blanks(rest);
        let divide = match rest.as_bytes().first() {
            Some(b'*') => false,
            Some(b'/') => true,
            _ => return Ok((left, rest)),
        };
        let (right, after) = factor(&rest[1..], commodities, depth)?;
        if divide && right.number.is_zero() {
            return Err(Fault::new(used(text, after), "divided by zero"));
        }
        if right.of_amount && (divide || left.of_amount) {
            return Err(Fault::new(used(text, after), "cannot compute with `amount` like this"));
        }
        let (by, over) =
            if divide { (right.over, right.number) } else { (right.number, right.over) };
        let value = exact(left.number, by).zip(exact(left.over, over));
        let (number, over) = value.ok_or_else(|| long(used(text, after)))?;
        let commodity = if left.commodity.0 == 0 { right.commodity } else { left.commodity };
        left = Value { number, over, commodity, of_amount: left.of_amount || right.of_amount };
        rest = after;
    }
}

fn factor<'t>(text: &'t str, commodities: &mut Commodities, depth: usize) -> Read<'t, Value> {
    let start = blanks(text);
    if depth > DEPTH {
        return Err(Fault::new(start, "brackets within brackets, deeper than 64"));
    }
    match start.as_bytes().first() {
        Some(b'(') => {
            let (value, rest) = sum(&start[1..], commodities, depth + 1)?;
            let rest = blanks(rest);
            let Some(rest) = rest.strip_prefix(')') else {
                return Err(Fault::helped(
                    start,
                    format!("cannot compute this expression past `{}`", used(start, rest)),
                    "numbers and amounts with `+ - * / ( )` are computed; write anything else as its amount",
                ));
            };
            Ok((value, rest))
        }
        Some(b'-') => {
            let (value, rest) = factor(&start[1..], commodities, depth + 1)?;
            Ok((Value { number: -value.number, ..value }, rest))
        }
        _ => {
            if let Some((name, rest)) = symbol(start, commodities.dialect)? {
                if name == "amount" {
                    let one = Quantity { number: Decimal::ONE, commodity: CommodityId(0) };
                    return Ok((Value { of_amount: true, ..Value::of(one) }, rest));
                }
                if let Some(value) = commodities.constants.get(name) {
                    return Ok((*value, rest));
                }
            }
            let default = commodities.default.take();
            let read = quantity(start, commodities);
            commodities.default = default;
            read.map(|(quantity, rest)| (Value::of(quantity), rest))
        }
    }
}

fn used<'t>(text: &'t str, rest: &str) -> &'t str {
    text[..text.len().saturating_sub(rest.len())].trim()
}

fn long(text: &str) -> Fault<'_> {
    Fault::new(text, format!("`{text}` comes to more digits than a number can have"))
}
