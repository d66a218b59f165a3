//! Reads what a broker hides in sentences: quantity, price, security, by a pattern with named groups.
//!
//! `Koop 1.234 @ 100,00 EUR` is 1,234 units or one and a fraction: both numbers of a sentence are
//! written alike, and the amount of the row tells which reading is meant.

use regex::Captures;

use super::cell::{self, Mark, Number};
use super::exchange::{hundredth_of, in_units, is_in_pence};
use super::make::Making;
use super::profile::{Expression, Field, single_blanks};
use super::row::Row;
use super::symbol::{self, Aliases};
use crate::money::Decimal;
use crate::period::DateForm;
use crate::source::Name;

impl Making<'_> {
    /// Whether the row reads as the pattern says.
    pub(super) fn reads(&self, pattern: &Expression, row: &Row) -> bool {
        pattern.is_match(self.words) || pattern.is_match(&row.text)
    }

    /// The row with what its words, else its text, say by the patterns; `None` without any.
    pub(super) fn read(
        &self,
        patterns: &[Expression],
        row: &Row,
        aliases: &Aliases,
    ) -> Option<Row> {
        let found = patterns.iter().filter_map(|pattern| {
            let found = pattern.captures(self.words).or_else(|| pattern.captures(&row.text))?;
            let (mark, off) = self.mark(&found, row);
            Some((found, mark, off))
        });
        // The first of those that are equally near.
        let (found, mark, _) = found.min_by_key(|(_, _, off)| (off.is_none(), *off))?;
        let text = |field: Field| found.name(field.name()).map(|part| part.as_str().trim());
        let mut row = row.clone();
        if let Some(currency) = text(Field::Currency) {
            row.currency = currency.into();
        }
        if let Some(reference) = text(Field::Reference) {
            row.reference = reference.into();
        }
        numbers(&found, mark, &mut row);
        if let (Some(into), Some(number)) = (found.name("into"), found.name("into_quantity"))
            && let Some(number) = cell::number(number.as_str(), mark).value()
        {
            let code = Name::from(into.as_str());
            let own = self.profile.assets.get(&code).cloned().unwrap_or(code);
            let own = aliases.resolve(own, row.date);
            row.further.get_or_insert_default().into = Some((own, number));
        }
        let name = [Field::Symbol, Field::Isin, Field::Cusip].into_iter().find_map(text);
        if let (Some(name), true) = (name, row.security.is_none()) {
            row.security = Some(aliases.resolve(Name::from(security(name)), row.date));
        }
        let form = self.profile.dates.form.unwrap_or(DateForm::DayMonthYear);
        if let Some(ex) = text(Field::Ex).and_then(|text| cell::day(text, form)) {
            row.further.get_or_insert_default().ex = Some(ex);
        }
        Some(row)
    }

    /// The decimal mark of a sentence's numbers, the one in which quantity times price comes
    /// nearest to the amount, else what the numbers themselves say, else the profile's usual one;
    /// and by how much it is off.
    fn mark(&self, found: &Captures, row: &Row) -> (Mark, Option<Decimal>) {
        let fields = [Field::Quantity, Field::Price, Field::Amount, Field::Withheld, Field::Fees];
        let texts = fields.map(|field| text(found, field));
        let readable =
            |mark: Mark| texts.iter().all(|text| cell::number(text, mark) != Number::Unreadable);
        let pence = hundredth_of(text(found, Field::PriceCurrency)).is_some();
        let off = |mark: Mark| -> Option<Decimal> {
            let quantity = cell::number(texts[0], mark).value()?;
            let price = cell::number(texts[1], mark);
            let price = if pence { in_units(price) } else { price }.value()?;
            let amount = row.amount.value().filter(|amount| !amount.is_zero())?;
            let worth = quantity.checked_mul(price)?.abs();
            worth.checked_sub(amount.abs()).map(|off| off.abs())
        };
        let (point, comma) = (off(Mark::Point), off(Mark::Comma));
        match (readable(Mark::Point), readable(Mark::Comma)) {
            (true, false) => return (Mark::Point, point),
            (false, true) => return (Mark::Comma, comma),
            _ => {}
        }
        match (point, comma) {
            (Some(near), Some(far)) if near < far => (Mark::Point, point),
            (Some(far), Some(near)) if near < far => (Mark::Comma, comma),
            _ => {
                let own = texts.iter().find_map(|text| cell::mark_of(text));
                (own.unwrap_or(self.profile.decimal), point)
            }
        }
    }
}

fn text<'t>(found: &Captures<'t>, field: Field) -> &'t str {
    found.name(field.name()).map_or("", |part| part.as_str().trim())
}

fn numbers(found: &Captures, mark: Mark, row: &mut Row) {
    for (field, own) in [
        (Field::Quantity, &mut row.quantity),
        (Field::Price, &mut row.price),
        (Field::Fees, &mut row.fees),
        (Field::Withheld, &mut row.withheld),
        (Field::Accrued, &mut row.accrued),
        (Field::Amount, &mut row.amount),
    ] {
        match cell::number(text(found, field), mark) {
            Number::Nothing => {}
            number => *own = number,
        }
    }
    if text(found, Field::Price).is_empty() {
        return;
    }
    let stated = text(found, Field::PriceCurrency);
    let pence = hundredth_of(stated);
    let currency = pence.unwrap_or(stated);
    if pence.is_some() || (stated.is_empty() && is_in_pence(row)) {
        row.price = in_units(row.price);
    }
    let other = (!currency.is_empty() && *currency != *row.currency).then(|| currency.into());
    if other.is_some() || row.further.is_some() {
        row.further.get_or_insert_default().price_currency = other;
    }
}

/// The id of a security named in a sentence: a symbol, or a fund's name with plain dashes.
fn security(name: &str) -> String {
    symbol::id(&single_blanks(&name.replace(['\u{2013}', '\u{2014}'], "-")))
}
