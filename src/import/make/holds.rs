//! What holds of a row: the conditions of an action, and what of its amount is cash.

use super::Making;
use super::trade::less_costs;
use crate::import::cell::Number;
use crate::import::profile::{Field, Sign, SymbolIs, Symbols, When};
use crate::import::row::Row;
use crate::import::symbol;
use crate::money::Decimal;

impl Making<'_> {
    /// Whether the conditions hold of the row.
    pub fn holds(&self, when: &When, row: &Row) -> bool {
        when.is_empty()
            || (when.quantity.is_none_or(|sign| sign_holds(sign, row.quantity))
                && when.amount.is_none_or(|sign| sign_holds(sign, self.cash(row)))
                && (when.symbol.is_empty()
                    || when.symbol.iter().any(|symbol| self.symbol_holds(symbol, row)))
                && (when.types.is_empty()
                    || when.types.iter().any(|kind| row.kind.eq_ignore_ascii_case(kind)))
                && (when.text.is_empty() || self.text_holds(&when.text, row))
                && !when.empty.iter().any(|field| self.states(*field, row))
                && when.filled.iter().all(|field| self.states(*field, row)))
    }

    /// Whether the row says something in a field.
    fn states(&self, field: Field, row: &Row) -> bool {
        let number = |number: Number| number != Number::Nothing;
        match field {
            Field::Date | Field::Account | Field::Holder => true,
            Field::Posted => row.posted.is_some(),
            Field::Settles => row.settles.is_some(),
            Field::Action => !self.words.is_empty(),
            Field::Symbol | Field::Asset => !row.symbol.is_empty(),
            Field::Text | Field::Name => !row.text.is_empty() && *row.text != *self.words,
            Field::Type => !row.kind.is_empty(),
            Field::Quantity => number(row.quantity),
            Field::Price => number(row.price),
            Field::Fees | Field::Commission | Field::OtherFees => number(row.fees),
            Field::Accrued => number(row.accrued),
            Field::Withheld => number(row.withheld),
            Field::Amount | Field::Debit | Field::Credit | Field::Gross => number(row.amount),
            Field::Time => row.time.is_some(),
            Field::Isin | Field::Cusip | Field::Wkn => row.security.is_some(),
            Field::Into => row.further.as_ref().is_some_and(|further| further.changed.is_some()),
            Field::Ex => row.further.as_ref().is_some_and(|further| further.ex.is_some()),
            Field::Rate | Field::Original | Field::PriceCurrency | Field::WithheldCurrency => {
                row.further.as_ref().is_some_and(|further| further.factor.is_some())
            }
            Field::Balance => number(row.balance),
            Field::Currency => !row.currency.is_empty(),
            Field::Reference => !row.reference.is_empty(),
            Field::Property => row.property.is_some(),
            Field::Id => row.id.is_some(),
        }
    }

    fn text_holds(&self, any: &[String], row: &Row) -> bool {
        let (words, text) = (self.words.to_lowercase(), row.text.to_lowercase());
        any.iter().any(|part| words.contains(part) || text.contains(part))
    }

    pub(super) fn symbol_holds(&self, symbol: &SymbolIs, row: &Row) -> bool {
        let sweep = || {
            let symbols = &self.profile.symbols;
            let id = row.security.as_ref().unwrap_or(&row.symbol);
            Symbols::any(&symbols.sweep, id)
                || self.sweep.contains(id)
                || (!row.symbol.is_empty() && Symbols::any(&symbols.cash, &row.symbol))
        };
        match symbol {
            SymbolIs::None => row.security.is_none(),
            SymbolIs::Some => row.security.is_some(),
            SymbolIs::Option => {
                row.security.as_deref().is_some_and(|id| symbol::contract(id).is_some())
            }
            SymbolIs::Sweep => sweep(),
            SymbolIs::Is(name) => row.security.as_ref() == Some(name) || row.symbol == *name,
        }
    }

    /// The row's amount where it is cash.
    pub fn cash(&self, row: &Row) -> Number {
        let none = self.profile.no_cash.as_ref().is_some_and(|when| self.no_cash(when, row));
        if none {
            return Number::Nothing;
        }
        // Where amounts have no sign, what costs leave of them is known with the action only.
        let costs = row.fees != Number::Nothing || row.withheld != Number::Nothing;
        match row.amount {
            Number::Some(gross) if row.gross && !self.profile.unsigned => {
                less_costs(row, gross).map_or(Number::Unreadable, Number::Some)
            }
            Number::Nothing if row.gross && costs && row.quantity == Number::Nothing => {
                less_costs(row, Decimal::ZERO).map_or(Number::Unreadable, Number::Some)
            }
            amount => amount,
        }
    }

    /// The conditions of `no_cash`, which may not ask for the amount.
    fn no_cash(&self, when: &When, row: &Row) -> bool {
        let when_types = when.types.iter().any(|kind| row.kind.eq_ignore_ascii_case(kind));
        (when.types.is_empty() || when_types)
            && when.quantity.is_none_or(|sign| sign_holds(sign, row.quantity))
            && (when.symbol.is_empty()
                || when.symbol.iter().any(|symbol| self.symbol_holds(symbol, row)))
            && (when.text.is_empty() || self.text_holds(&when.text, row))
    }
}

fn sign_holds(sign: Sign, number: Number) -> bool {
    let value = number.value().unwrap_or_default();
    match sign {
        Sign::Positive => value > Decimal::ZERO,
        Sign::Negative => value < Decimal::ZERO,
        Sign::Zero => value.is_zero() && number != Number::Unreadable,
        Sign::Any => !value.is_zero() || number == Number::Unreadable,
    }
}
