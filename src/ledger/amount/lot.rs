//! The annotations of a lot: what it cost, since when it is held, how it is called.

use super::after::twice;
use super::{Fault, Read, amount, not_a_date};
use crate::ledger::commodities::Commodities;
use crate::ledger::header;
use crate::ledger::model::{Cost, Lot};
use crate::period::NaiveDate;
use crate::source::Name;

/// One annotation of a lot: `{…}`, `[DATE]`, `(LABEL)`.
pub(super) fn annotation<'t>(
    text: &'t str,
    near: NaiveDate,
    lot: &mut Lot,
    commodities: &mut Commodities,
) -> Read<'t, ()> {
    let (close, open) = match text.as_bytes()[0] {
        b'{' if text.starts_with("{{") => ("}}", 2),
        b'{' => ("}", 1),
        b'[' => ("]", 1),
        _ if text.starts_with("((") => ("))", 2),
        _ => (")", 1),
    };
    let Some(end) = text[open..].find(close) else {
        return Err(Fault::helped(
            text.trim_end(),
            format!("`{}` has no end", &text[..open]),
            format!("write `{close}` after it"),
        ));
    };
    let (inner, rest) = (text[open..open + end].trim(), &text[open + end + close.len()..]);
    let again = match text.as_bytes()[0] {
        b'{' => lot.cost.is_some(),
        b'[' => lot.date.is_some(),
        _ => open == 1 && lot.label.is_some(),
    };
    if again {
        return Err(twice(text, "annotation of that kind"));
    }
    match text.as_bytes()[0] {
        b'{' => braces(inner, open == 2, near, lot, commodities)?,
        b'[' => {
            let date = header::date(inner, near);
            lot.date = Some(date.ok_or_else(|| not_a_date(inner))?);
        }
        // `((expression))` values the lot; it does not enter the balance.
        _ if open == 2 => {}
        _ => lot.label = Some(Name::new(inner)),
    }
    Ok(((), rest))
}

/// What stands in braces: a cost; in hledger 2, `date, "label", cost`, each of which may be missing.
fn braces<'t>(
    inner: &'t str,
    total: bool,
    near: NaiveDate,
    lot: &mut Lot,
    commodities: &mut Commodities,
) -> Result<(), Fault<'t>> {
    let mut rest = inner;
    if let Some(after) = rest.strip_prefix('=') {
        lot.fixed = true;
        rest = after.trim_start();
    }
    let (first, after) = rest.split_once(',').unwrap_or((rest, ""));
    if let Some(date) = header::date(first.trim(), near).filter(|_| first.contains(['-', '/'])) {
        lot.date = Some(date);
        rest = after.trim_start();
    }
    if let Some((label, after)) = rest.strip_prefix('"').and_then(|text| text.split_once('"')) {
        // `{"ABC 1" 5}` begins with a quoted commodity, not with a label.
        let after = after.trim_start();
        if after.is_empty() || after.starts_with(',') {
            lot.label = Some(Name::new(label));
            rest = after.trim_start_matches([',', ' ']);
        }
    }
    if rest.is_empty() {
        return Ok(());
    }
    let (amount, after) = commodities.apart(|commodities| amount(rest, commodities))?;
    if !after.trim().is_empty() {
        return Err(Fault::new(after.trim(), "expected `}` after the cost of the lot"));
    }
    lot.cost = Some(Cost { amount, total, implied: false });
    Ok(())
}
