//! Reads what a broker hides in sentences: quantity, price, security, by a pattern with named groups.
//!
//! `Koop 1.234 @ 100,00 EUR` is 1,234 units or one and a fraction: both numbers of a sentence are
//! written alike, and the amount of the row tells which reading is meant.

use regex::{Captures, Regex};

use super::cell::{self, Mark, Number};
use super::exchange::{hundredth_of, in_units, is_in_pence};
use super::make::Making;
use super::profile::{Field, single_blanks};
use super::row::{Further, Row};
use super::symbol::{self, Aliases};
use crate::money::Decimal;
use crate::source::Name;

impl Making<'_> {
    /// Whether the row reads as the pattern says.
    pub(super) fn reads(&self, pattern: &Regex, row: &Row) -> bool {
        pattern.is_match(self.words) || pattern.is_match(&row.text)
    }

    /// The row with what its words, else its text, say by the pattern.
    pub(super) fn read(&self, pattern: &Regex, row: &Row, aliases: &Aliases) -> Option<Row> {
        let found = pattern.captures(self.words).or_else(|| pattern.captures(&row.text))?;
        let text = |field: Field| found.name(field.name()).map(|part| part.as_str().trim());
        let mut row = row.clone();
        if let Some(currency) = text(Field::Currency) {
            row.currency = currency.into();
        }
        self.numbers(&found, &mut row);
        if let (Some(into), Some(number)) = (found.name("into"), found.name("into_quantity"))
            && let Some(number) = cell::number(number.as_str(), Mark::Point).value()
        {
            let code = Name::from(into.as_str());
            let own = self.profile.assets.get(&code).cloned().unwrap_or(code);
            let own = aliases.resolve(own, row.date);
            row.further.get_or_insert_default().into = Some((own, number));
        }
        if let Some(name) =
            text(Field::Symbol).or_else(|| text(Field::Isin)).or_else(|| text(Field::Cusip))
            && row.security.is_none()
        {
            let own = Name::from(security(name));
            row.security = Some(aliases.resolve(own, row.date));
        }
        if let Some(ex) = text(Field::Ex).and_then(|text| {
            cell::day(
                text,
                self.profile.dates.form.unwrap_or(crate::period::DateForm::DayMonthYear),
            )
        }) {
            row.further.get_or_insert_default().ex = Some(ex);
        }
        Some(row)
    }

    fn numbers(&self, found: &Captures, row: &mut Row) {
        let text = |field: Field| found.name(field.name()).map_or("", |part| part.as_str().trim());
        let mark = self.mark(found, row);
        let number = |field: Field| {
            Some(cell::number(text(field), mark)).filter(|number| *number != Number::Nothing)
        };
        for (field, own) in [
            (Field::Quantity, &mut row.quantity),
            (Field::Price, &mut row.price),
            (Field::Fees, &mut row.fees),
            (Field::Withheld, &mut row.withheld),
            (Field::Accrued, &mut row.accrued),
            (Field::Amount, &mut row.amount),
        ] {
            if let Some(number) = number(field) {
                *own = number;
            }
        }
        if text(Field::Price).is_empty() {
            return;
        }
        let stated = text(Field::PriceCurrency);
        let pence = hundredth_of(stated);
        let currency = pence.unwrap_or(stated);
        if pence.is_some() || (stated.is_empty() && is_in_pence(row)) {
            row.price = in_units(row.price);
        }
        let other = (!currency.is_empty() && *currency != *row.currency).then(|| currency.into());
        if other.is_some() || row.further.is_some() {
            let further = row.further.get_or_insert_with(|| Box::new(Further::default()));
            further.price_currency = other;
        }
    }

    /// The decimal mark of a sentence's numbers: the one in which quantity times price comes
    /// nearest to the amount, else what the numbers themselves say, else the profile's usual one.
    fn mark(&self, found: &Captures, row: &Row) -> Mark {
        let fields = [Field::Quantity, Field::Price, Field::Amount, Field::Withheld, Field::Fees];
        let texts =
            fields.map(|field| found.name(field.name()).map_or("", |part| part.as_str().trim()));
        let readable =
            |mark: Mark| texts.iter().all(|text| cell::number(text, mark) != Number::Unreadable);
        match (readable(Mark::Point), readable(Mark::Comma)) {
            (true, false) => return Mark::Point,
            (false, true) => return Mark::Comma,
            _ => {}
        }
        let pence = found
            .name(Field::PriceCurrency.name())
            .is_some_and(|part| hundredth_of(part.as_str()).is_some());
        let off = |mark: Mark| -> Option<Decimal> {
            let quantity = cell::number(texts[0], mark).value()?;
            let price = cell::number(texts[1], mark);
            let price = if pence { in_units(price) } else { price }.value()?;
            let amount = row.amount.value().filter(|amount| !amount.is_zero())?;
            let worth = quantity.checked_mul(price)?.abs();
            worth.checked_sub(amount.abs()).map(|off| off.abs())
        };
        match (off(Mark::Point), off(Mark::Comma)) {
            (Some(point), Some(comma)) if point < comma => return Mark::Point,
            (Some(point), Some(comma)) if comma < point => return Mark::Comma,
            _ => {}
        }
        let own = texts.iter().find_map(|text| cell::mark_of(text));
        own.unwrap_or(self.profile.decimal)
    }
}

/// The id of a security named in a sentence: a symbol, or a fund's name with plain dashes.
fn security(name: &str) -> String {
    symbol::id(&single_blanks(&name.replace(['\u{2013}', '\u{2014}'], "-")))
}
