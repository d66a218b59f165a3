//! What may follow an amount on a posting: a price, a lot, what it must come to.

use super::lot::annotation;
use super::{Fault, Read, amount, between, blanks, exact, expected};
use crate::ledger::commodities::Commodities;
use crate::ledger::model::{Assertion, Cost, Dialect, Lot, Quantity};
use crate::period::NaiveDate;

/// Everything that may stand after the account of a posting.
#[derive(Clone, Debug, Default)]
pub struct Amounts {
    /// The amount itself.
    pub amount: Option<Quantity>,
    /// `@`, `@@`
    pub cost: Option<Cost>,
    /// `{…}`, `[…]`, `(…)`
    pub lot: Option<Box<Lot>>,
    /// `= …`
    pub assertion: Option<Box<Assertion>>,
}

/// All that follows the account of a posting, up to its comment or the line's end. `near`: the
/// transaction's date, whose year a lot's date may leave out.
pub fn amounts<'t>(
    text: &'t str,
    near: NaiveDate,
    commodities: &mut Commodities,
) -> Read<'t, Amounts> {
    let rest = blanks(text);
    if matches!(rest.as_bytes().first(), None | Some(b';' | b'=')) {
        return further(Amounts::default(), rest, near, commodities);
    }
    let (amount, rest) = amount(rest, commodities)?;
    after(amount, rest, near, commodities)
}

/// The same where the amount itself has been read.
pub fn after<'t>(
    amount: Quantity,
    text: &'t str,
    near: NaiveDate,
    commodities: &mut Commodities,
) -> Read<'t, Amounts> {
    let found = Amounts { amount: Some(amount), ..Amounts::default() };
    further(found, blanks(text), near, commodities)
}

/// What stands after an amount, or where there is none.
fn further<'t>(
    mut found: Amounts,
    text: &'t str,
    near: NaiveDate,
    commodities: &mut Commodities,
) -> Read<'t, Amounts> {
    let mut rest = text;
    loop {
        let start = rest;
        match rest.as_bytes().first() {
            None | Some(b';') => {
                if commodities.dialect == Dialect::Ledger && !has_lot(text) {
                    of_another(text, &found)?;
                }
                if !commodities.has_no_units() {
                    in_smallest(&mut found, commodities);
                }
                return Ok((found, rest));
            }
            Some(b'@' | b'{' | b'[' | b'(')
                if commodities.dialect == Dialect::Ledger && found.assertion.is_some() =>
            {
                let word = start.split(';').next().unwrap_or_default().trim_end();
                return Err(Fault::helped(
                    word,
                    format!("expected `;` or the line's end after a balance, found `{word}`"),
                    "write the price or lot before `=`",
                ));
            }
            Some(b'@') if found.cost.is_some() => return Err(twice(start, "price")),
            Some(b'@') => {
                let (cost, after) = cost(&rest[1..], false, commodities)?;
                found.cost = Some(cost);
                rest = after;
            }
            Some(b'(') if rest.starts_with("(@") => {
                let (cost, after) = cost(&rest[2..], true, commodities)?;
                found.cost = Some(cost);
                rest = after;
            }
            Some(b'{' | b'[' | b'(') => {
                // In Ledger what stands after a price annotates the price.
                let mut of_price = Box::default();
                let lot = match found.cost {
                    Some(_) if commodities.dialect == Dialect::Ledger => &mut of_price,
                    _ => found.lot.get_or_insert_default(),
                };
                rest = annotation(rest, near, lot, commodities)?.1;
            }
            Some(b'=') if found.assertion.is_some() => return Err(twice(start, "balance")),
            Some(b'=') if commodities.dialect == Dialect::Ledger && is_hledgers(rest) => {
                return Err(Fault::helped(
                    &rest[..2],
                    "Ledger has no assertion of this kind",
                    "write `= AMOUNT`, or read the journal with `--dialect hledger`",
                ));
            }
            Some(b'=') => {
                let (assertion, after) = assertion(&rest[1..], near, commodities)?;
                found.assertion = Some(Box::new(assertion));
                rest = after;
            }
            Some(_) => {
                let word = start.split(';').next().unwrap_or_default().trim_end();
                return Err(Fault::helped(
                    word,
                    format!("expected `@`, `=`, `;` or the line's end, found `{word}`"),
                    "a commodity that is not letters only stands in quotes: `10 \"ABC 1\"`; a comment starts with `;`",
                ));
            }
        }
        rest = blanks(rest);
        if found.amount.is_none() && found.assertion.is_none() {
            return Err(expected(start));
        }
    }
}

/// Brings an amount to the smallest unit of its commodity, with what it cost in all, and so what is
/// asserted.
fn in_smallest(found: &mut Amounts, commodities: &mut Commodities) {
    if let Some(assertion) = &mut found.assertion
        && let Some((factor, commodity)) = commodities.unit(assertion.amount.commodity)
        && let Some(number) = exact(assertion.amount.number, factor)
    {
        assertion.amount = Quantity { number: number.normalize(), commodity };
        commodities.written(commodity, number);
    }
    let Some(amount) = &mut found.amount else { return };
    let Some((factor, commodity)) = commodities.unit(amount.commodity) else { return };
    let Some(number) = exact(amount.number, factor) else { return };
    let own = amount.number;
    *amount = Quantity { number: number.normalize(), commodity };
    commodities.written(commodity, amount.number);
    let lot = found.lot.as_mut().and_then(|lot| lot.cost.as_mut());
    for cost in [found.cost.as_mut(), lot].into_iter().flatten() {
        if let (false, Some(total)) = (cost.total, exact(cost.amount.number, own.abs())) {
            cost.amount.number = total;
            cost.total = true;
        }
    }
}

/// A posting has one of these.
pub(super) fn twice<'t>(text: &'t str, what: &str) -> Fault<'t> {
    let again = text.split(';').next().unwrap_or_default().trim_end();
    Fault::helped(again, format!("a second {what} on one posting"), "remove one of the two")
}

/// In Ledger a price is of another commodity than the amount.
fn of_another<'t>(text: &'t str, found: &Amounts) -> Result<(), Fault<'t>> {
    let (Some(own), Some(cost)) = (&found.amount, &found.cost) else { return Ok(()) };
    if own.commodity != cost.amount.commodity {
        return Ok(());
    }
    Err(Fault::helped(
        text.split(';').next().unwrap_or_default().trim_end(),
        "expected a price in another commodity than the amount's",
        "name the price's commodity, or remove the price",
    ))
}

/// Whether a lot stands among what follows an amount.
fn has_lot(text: &str) -> bool {
    text.split(';').next().unwrap_or_default().contains(['{', '['])
}

/// `==` and `=*`, which Ledger has not.
fn is_hledgers(text: &str) -> bool {
    matches!(text.as_bytes().get(1), Some(b'=' | b'*'))
}

/// What follows the first `@`: `@ 110.00 USD` or ` 1.10 USD`; of `(@)`, the bracket too. In Ledger a
/// `=` may stand before the price, which fixes it for valuations.
pub fn cost<'t>(text: &'t str, bracket: bool, commodities: &mut Commodities) -> Read<'t, Cost> {
    let (total, mut rest) = match text.strip_prefix('@') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if bracket {
        rest =
            rest.strip_prefix(')').ok_or_else(|| Fault::new(text, "expected `(@)` or `(@@)`"))?;
    }
    let start = blanks(rest);
    let is_ledger = commodities.dialect == Dialect::Ledger;
    let fixed = if is_ledger { start.strip_prefix('=').map(blanks) } else { None };
    let (amount, rest) =
        commodities.apart(|commodities| amount(fixed.unwrap_or(start), commodities))?;
    if is_ledger && amount.number.is_sign_negative() && !amount.number.is_zero() {
        let written = between(start, rest).trim_end();
        return Err(Fault::helped(
            written,
            "expected a price that is not negative",
            "write the price without its sign: the amount's sign says which way it goes",
        ));
    }
    Ok((Cost { amount, total, implied: false }, rest))
}

/// What follows `=`: `= 10 USD`, `== 10 USD`, `=* 10 USD`. A lot after it is read past, and so is a
/// cost: neither enters the comparison. The cost is that of a posting without an amount.
fn assertion<'t>(
    text: &'t str,
    near: NaiveDate,
    commodities: &mut Commodities,
) -> Read<'t, Assertion> {
    let (sole, rest) = text.strip_prefix('=').map_or((false, text), |rest| (true, rest));
    let (inclusive, rest) = rest.strip_prefix('*').map_or((false, rest), |rest| (true, rest));
    let (amount, mut rest) = amount(blanks(rest), commodities)?;
    let mut price = None;
    loop {
        rest = blanks(rest);
        match rest.as_bytes().first() {
            Some(b'@') if commodities.dialect == Dialect::Hledger => {
                let (read, after) = cost(&rest[1..], false, commodities)?;
                price = Some(read);
                rest = after;
            }
            Some(b'{' | b'[' | b'(') => {
                rest = annotation(rest, near, &mut Lot::default(), commodities)?.1;
            }
            _ => return Ok((Assertion { amount, cost: price, sole, inclusive }, rest)),
        }
    }
}
