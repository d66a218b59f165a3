//! What the cells of a row say of money: numbers in their spelling, currencies, costs and tax.

use super::{Reader, Row};
use crate::import::cell::{Number, trimmed};
use crate::import::exchange::{Exchange, exchanged, hundredth_of, in_units};
use crate::import::profile::{Field, coded};
use crate::import::recognise::In;
use crate::import::record::Cell;
use crate::money::{self, Decimal};
use crate::source::Name;

/// What a row's cash is.
pub(super) struct Money {
    /// As signed in the file.
    pub(super) amount: Number,
    /// What it is in.
    pub(super) currency: Name,
    /// It is before fees and tax.
    pub(super) gross: bool,
    /// It was stated in hundredths of its currency.
    pub(super) hundredths: bool,
    /// Nothing says its currency.
    pub(super) unsaid: bool,
}

impl Reader<'_, '_, '_> {
    #[inline]
    pub(super) fn number(&mut self, field: Field, cells: &[Cell]) -> Number {
        match self.at.at(field, cells) {
            None => Number::Nothing,
            Some(at) => self.number_at(at, cells),
        }
    }

    pub(super) fn number_at(&mut self, at: usize, cells: &[Cell]) -> Number {
        let text = cells.get(at).map_or("", |cell| trimmed(cell));
        if text.is_empty() {
            return Number::Nothing;
        }
        let (number, usual) = self.spelling.get(at).copied().unwrap_or_default().number(text);
        self.doubt |= !usual;
        number
    }

    /// What the number in this column is in; `None`: what the row says.
    pub(super) fn currency_at(&mut self, at: usize, cells: &[Cell]) -> Option<Name> {
        match self.section.currencies.get(at)? {
            In::Row => None,
            In::Name(name) => Some(name.clone()),
            In::Column(at) => {
                let text = cells.get(*at).map_or("", |cell| trimmed(cell));
                (!text.is_empty()).then(|| self.memory.names.get(text))
            }
        }
    }

    /// What the column of `field` is in, by its name or the column beside it; else by the column
    /// of `named`.
    pub(super) fn currency_of(
        &mut self,
        field: Field,
        named: Field,
        cells: &[Cell],
    ) -> Option<Name> {
        let at = self.at.at(field, cells)?;
        let beside = self.currency_at(at, cells);
        beside.or_else(|| {
            let text = self.at.get(named, cells);
            (!text.is_empty()).then(|| self.memory.names.get(text))
        })
    }

    /// The row's amount and what it is in, pence made pounds.
    pub(super) fn money(&mut self, cells: &[Cell]) -> Money {
        let (amount, gross, said) = if self.at.seldom {
            self.stated_money(cells)
        } else {
            let said = self.in_amount(Some(Field::Amount), cells);
            (self.number(Field::Amount, cells), false, said)
        };
        let said = said.or_else(|| self.reading.currency.cloned());
        let unsaid = said.is_none() && self.profile.assumes_currency;
        let said = said.unwrap_or_else(|| self.profile.currency.clone());
        match hundredth_of(&said) {
            Some(whole) => {
                let currency = self.memory.names.get(whole);
                Money { amount: in_units(amount), currency, gross, hundredths: true, unsaid }
            }
            None => Money { amount, currency: said, gross, hundredths: false, unsaid },
        }
    }

    /// The same where a column may say what it is in, and several may hold it: the amount, whether it is
    /// gross, and its currency as far as the row says.
    fn stated_money(&mut self, cells: &[Cell]) -> (Number, bool, Option<Name>) {
        let net = self.amount(cells);
        let gross = net == Number::Nothing && self.at.has(Field::Gross);
        let amount = if gross { self.number(Field::Gross, cells) } else { net };
        let fields = [Field::Amount, Field::Gross, Field::Debit];
        let field = fields[usize::from(gross)..].iter().find(|field| self.at.has(**field));
        let said = field.and_then(|field| self.currency_of(*field, Field::Currency, cells));
        let said = match said {
            Some(said) => Some(self.asset(&said)),
            None => match self.at.get(Field::Currency, cells) {
                "" => self
                    .at_par(cells)
                    .or_else(|| self.in_amount(field.copied(), cells))
                    .or_else(|| self.in_own_cash(cells)),
                currency => Some(self.asset(currency)),
            },
        };
        (amount, gross, said)
    }

    /// The currency that the amount's own cell states, by its sign or its code, where it is not the
    /// usual one.
    fn in_amount(&mut self, field: Option<Field>, cells: &[Cell]) -> Option<Name> {
        let text = self.at.get(field?, cells);
        let signs = text.bytes().take_while(|byte| matches!(byte, b'-' | b'+' | b'('));
        let text = &text[signs.count()..];
        // Most amounts have a dollar in front, or nothing.
        match text.as_bytes() {
            [b'$', ..] | [.., b'$'] => {
                let is_dollars = self.profile.currency.ends_with('D');
                return (!is_dollars).then(|| self.memory.names.get("USD"));
            }
            [b'0'..=b'9', .., b'0'..=b'9'] => return None,
            _ => {}
        }
        let (start, end) = (text.chars().next()?, text.chars().next_back()?);
        let code = match (start, end) {
            ('€', _) | (_, '€') => "EUR",
            ('£', _) | (_, '£') => "GBP",
            _ if start.is_ascii_uppercase() => coded(text.get(..3)?)?,
            _ if end.is_ascii_uppercase() => coded(text.get(text.len().checked_sub(3)?..)?)?,
            _ => return None,
        };
        Some(self.memory.names.get(code))
    }

    /// What left, where the amount beside it is what it came to: less than that by the fees.
    pub(super) fn outgoing(&mut self, amount: Number, fees: Number, cells: &[Cell]) -> Number {
        if !self.at.has(Field::Amount) || !self.at.has(Field::Gross) {
            return amount;
        }
        let (Number::Some(net), Number::Some(costs)) = (amount, fees) else { return amount };
        if !net.is_sign_negative() || !costs.is_sign_positive() {
            return amount;
        }
        match self.number(Field::Gross, cells) {
            Number::Some(left) if !costs.is_zero() && net.checked_sub(costs) == Some(left) => {
                Number::Some(left)
            }
            _ => amount,
        }
    }

    /// The currency of the price, where the row states a rate of one between it and the amount's.
    fn at_par(&mut self, cells: &[Cell]) -> Option<Name> {
        let rate = self.number(Field::Rate, cells).value()?;
        let currency = self.at.get(Field::PriceCurrency, cells);
        (rate == Decimal::ONE && !currency.is_empty()).then(|| self.memory.names.get(currency))
    }

    /// The currency of the price, where the account has cash in it beside other.
    fn in_own_cash(&mut self, cells: &[Cell]) -> Option<Name> {
        let own = self.at.get(Field::PriceCurrency, cells);
        self.reading.cash.iter().find(|cash| ***cash == *own).cloned()
    }

    /// What the amount is changed into: another currency, and how much of it.
    pub(super) fn changed(&mut self, cells: &[Cell]) -> Option<(Name, Decimal)> {
        let at = self.at.first(Field::Into)?;
        let number = self.number_at(at, cells).value().filter(|number| !number.is_zero())?;
        let currency = self.currency_at(at, cells)?;
        Some((self.asset(&currency), number.abs()))
    }

    /// What the row costs, and what was withheld, in the amount's currency. `Err`: the currency of
    /// one that nothing brings into it.
    pub(super) fn costs(
        &mut self,
        cells: &[Cell],
        currency: &Name,
        hundredths: bool,
        exchange: &Exchange,
    ) -> Result<(Number, Number), Name> {
        let (mut fees, mut withheld) = (Number::Nothing, Number::Nothing);
        for place in 0..self.at.costs.len() {
            let (field, at) = self.at.costs[place];
            let cost = self.cost(field, at, cells, currency, exchange)?;
            // What names no currency of its own is in the amount's.
            let in_hundredths = hundredths && self.currency_at(at, cells).is_none();
            let cost = if in_hundredths { in_units(cost) } else { cost };
            let total = if field == Field::Withheld { &mut withheld } else { &mut fees };
            *total = sum(*total, cost);
        }
        Ok((fees, withheld))
    }

    /// One cost in the amount's currency, positive where it costs.
    pub(super) fn cost(
        &mut self,
        field: Field,
        at: usize,
        cells: &[Cell],
        currency: &Name,
        exchange: &Exchange,
    ) -> Result<Number, Name> {
        let number = match self.number_at(at, cells) {
            Number::Some(cost) if self.section.table.costs_signed => Number::Some(-cost),
            other => other,
        };
        let Some(cost) = number.value().filter(|cost| !cost.is_zero()) else { return Ok(number) };
        let named = match field {
            Field::Withheld => self.at.get(Field::WithheldCurrency, cells),
            _ => "",
        };
        let own = match self.currency_at(at, cells) {
            None if !named.is_empty() => Some(self.memory.names.get(named)),
            own => own,
        };
        match own.filter(|own| *own != *currency) {
            None => Ok(number),
            Some(own) if hundredth_of(&own) == Some(currency) => Ok(in_units(number)),
            Some(own) => {
                let made = exchange.factor().and_then(|factor| exchanged(cost, factor, currency));
                made.map(Number::Some).ok_or(own)
            }
        }
    }

    /// The cash: what came less what went, where each has its own column.
    pub(super) fn amount(&mut self, cells: &[Cell]) -> Number {
        let amount = self.number(Field::Amount, cells);
        if !self.at.has(Field::Debit) && !self.at.has(Field::Credit) {
            return amount;
        }
        let debit = match self.number(Field::Debit, cells) {
            Number::Some(debit) => Number::Some(-debit.abs()),
            other => other,
        };
        sum(sum(amount, self.number(Field::Credit, cells)), debit)
    }

    /// The code of a currency or a commodity that the broker calls `code`.
    pub(super) fn asset(&mut self, code: &str) -> Name {
        let endings = &self.profile.endings;
        let code = endings.iter().find_map(|end| code.strip_suffix(end.as_str())).unwrap_or(code);
        let known = &self.profile.assets;
        let renamed = if known.is_empty() { None } else { known.get(code).cloned() };
        renamed.unwrap_or_else(|| self.memory.names.get(code))
    }

    /// Where a column says what an amount is of: of a currency it is cash, of anything else units.
    pub(super) fn of_asset(&mut self, row: &mut Row, cells: &[Cell]) {
        let code = self.at.get(Field::Asset, cells);
        if code.is_empty() {
            return;
        }
        let asset = self.asset(code);
        if money::currency(&asset, &self.profile.currency).is_some() {
            row.currency = asset;
            return;
        }
        row.security = Some(self.reading.aliases.resolve(asset.clone(), row.date));
        row.symbol = asset;
        if row.quantity == Number::Nothing {
            row.quantity = std::mem::replace(&mut row.amount, Number::Nothing);
            // A fee in units leaves with them.
            if row.gross {
                let fee = std::mem::replace(&mut row.fees, Number::Nothing);
                if let (Some(units), Some(fee)) = (row.quantity.value(), fee.value()) {
                    row.quantity = units.checked_sub(fee).map_or(Number::Unreadable, Number::Some);
                }
            }
        }
    }
}

/// Both together; nothing and nothing is nothing.
pub(super) fn sum(one: Number, other: Number) -> Number {
    match (one, other) {
        (Number::Unreadable, _) | (_, Number::Unreadable) => Number::Unreadable,
        (Number::Nothing, number) | (number, Number::Nothing) => number,
        (Number::Some(one), Number::Some(other)) => {
            one.checked_add(other).map_or(Number::Unreadable, Number::Some)
        }
    }
}
