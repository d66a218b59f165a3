//! Ledger's amount expressions: `(10 * $3 + $1)`, numbers and amounts with `+ - * / ( )`.
//!
//! In: text from its opening bracket. Out: one amount of one commodity. Whatever needs more (functions,
//! conditions, two commodities) is a fault: the amount cannot be computed here.

use crate::ledger::amount::{Fault, Read, blanks, exact, quantity, symbol};
use crate::ledger::commodities::Commodities;
use crate::ledger::model::Quantity;
use crate::money::Decimal;

/// Brackets within brackets; past this depth an expression is refused.
const DEPTH: usize = 64;

/// The expression in brackets at the start of `text`.
pub fn amount<'t>(text: &'t str, commodities: &mut Commodities) -> Read<'t, Quantity> {
    commodities.apart(|commodities| factor(text, commodities, 0))
}

/// A whole text that is an expression: the value of a `define`.
pub fn whole<'t>(text: &'t str, commodities: &mut Commodities) -> Read<'t, Quantity> {
    commodities.apart(|commodities| sum(text, commodities, 0))
}

fn sum<'t>(text: &'t str, commodities: &mut Commodities, depth: usize) -> Read<'t, Quantity> {
    let (mut left, mut rest) = product(text, commodities, depth)?;
    loop {
        rest = blanks(rest);
        let subtract = match rest.as_bytes().first() {
            Some(b'+') => false,
            Some(b'-') => true,
            _ => return Ok((left, rest)),
        };
        let (right, after) = product(&rest[1..], commodities, depth)?;
        let commodity = match (left.commodity, right.commodity) {
            (one, other) if one == other => one,
            (one, _) if right.number.is_zero() => one,
            (_, other) if left.number.is_zero() => other,
            _ => {
                return Err(Fault::new(
                    used(text, after),
                    "the two sides have different commodities",
                ));
            }
        };
        let number = if subtract {
            left.number.checked_sub(right.number)
        } else {
            left.number.checked_add(right.number)
        };
        let number = number.ok_or_else(|| long(used(text, after)))?;
        left = Quantity { number, commodity };
        rest = after;
    }
}

fn product<'t>(text: &'t str, commodities: &mut Commodities, depth: usize) -> Read<'t, Quantity> {
    let (mut left, mut rest) = factor(text, commodities, depth)?;
    loop {
        rest = blanks(rest);
        let divide = match rest.as_bytes().first() {
            Some(b'*') => false,
            Some(b'/') => true,
            _ => return Ok((left, rest)),
        };
        let (right, after) = factor(&rest[1..], commodities, depth)?;
        let commodity = if left.commodity.0 == 0 { right.commodity } else { left.commodity };
        let number = if divide {
            if right.number.is_zero() {
                return Err(Fault::new(used(text, after), "divided by zero"));
            }
            left.number.checked_div(right.number)
        } else {
            exact(left.number, right.number).or_else(|| left.number.checked_mul(right.number))
        };
        let number = number.ok_or_else(|| long(used(text, after)))?;
        left = Quantity { number, commodity };
        rest = after;
    }
}

fn factor<'t>(text: &'t str, commodities: &mut Commodities, depth: usize) -> Read<'t, Quantity> {
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
            Ok((Quantity { number: negative(value.number), ..value }, rest))
        }
        _ => {
            if let Some((name, rest)) = symbol(start, commodities.dialect)?
                && let Some(value) = commodities.constants.get(name)
            {
                return Ok((*value, rest));
            }
            let default = commodities.default.take();
            let read = quantity(start, commodities);
            commodities.default = default;
            read
        }
    }
}

fn negative(mut number: Decimal) -> Decimal {
    number.set_sign_negative(!number.is_sign_negative() && !number.is_zero());
    number
}

fn used<'t>(text: &'t str, rest: &str) -> &'t str {
    text[..text.len().saturating_sub(rest.len())].trim()
}

fn long(text: &str) -> Box<Fault<'_>> {
    Fault::new(text, format!("`{text}` comes to more digits than a number can have"))
}
