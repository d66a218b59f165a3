//! Trades of one currency for another.

use std::collections::BTreeSet;

use super::fields::Field;
use super::make::{Made, Maker, Unread};
use super::security::{Category, Security, pair};
use crate::event::EventKind;
use crate::source::Name;

impl Maker<'_, '_> {
    /// Whether a trade without a security is one of currencies.
    pub(super) fn is_pair(&self, at: usize) -> bool {
        let raw = self.facts[at].raw;
        let symbol = raw.get(Field::Symbol);
        let bare = [Field::Symbol, Field::Isin, Field::Cusip, Field::SecurityId, Field::Category];
        symbol.is_some_and(|symbol| pair(symbol).is_some())
            || bare.iter().all(|field| raw.get(*field).is_none())
                && raw.cell(Field::Isin).or(raw.cell(Field::Symbol)).is_some()
    }

    /// One currency for another.
    pub(super) fn forex(&self, at: usize) -> Result<Made, Unread> {
        let raw = self.facts[at].raw;
        let quoted = self.currency(at)?;
        let mut made = Made::default();
        let traded: Name = match raw.get(Field::Symbol) {
            Some(symbol) => {
                let (one, other) = pair(symbol).ok_or("its symbol is no pair of currencies")?;
                if *other == *quoted { one.into() } else { other.into() }
            }
            None => self.other_currency(&quoted, &mut made)?,
        };
        if traded == quoted {
            return Err("it exchanges a currency for itself".into());
        }
        let of = Security { id: traded.clone(), category: Category::Forex, multiplier: None };
        let figures = self.figures(at, &of, &quoted)?;
        let (given, taken) = if figures.quantity.is_sign_negative() {
            ((figures.quantity, traded), (figures.proceeds, quoted.clone()))
        } else {
            ((figures.proceeds, quoted.clone()), (figures.quantity, traded))
        };
        if given.0.is_sign_positive() || taken.0.is_sign_negative() {
            return Err("both of its currencies go the same way".into());
        }
        let kind = EventKind::CurrencyExchange { into_currency: taken.1, into_amount: taken.0 };
        let mut event = self.event(at, 0, kind)?;
        event.amount = given.0;
        event.currency = Some(given.1);
        made.events.push(event);
        let commission = self.number(at, Field::Commission)?.unwrap_or_default();
        if !commission.is_zero() {
            // Statements print what currency trades cost in the base currency.
            let stated = raw.get(Field::CommissionCurrency).map(Name::new);
            let statement = self.making.profile != super::FLEX;
            let base = self.making.base.cloned().filter(|_| statement);
            let currency = stated.or_else(|| raw.commission_in.clone()).or(base).unwrap_or(quoted);
            self.commission(at, commission, &currency, &mut made)?;
        }
        if figures.cancels {
            return Err("a currency trade that is taken back: enter it by hand".into());
        }
        Ok(made)
    }

    /// The currency that is traded where the query leaves it out: the only other one of the file.
    fn other_currency(&self, quoted: &Name, made: &mut Made) -> Result<Name, Unread> {
        let mut others: BTreeSet<&str> = BTreeSet::new();
        for fact in &self.facts {
            for field in [Field::Currency, Field::CommissionCurrency] {
                others.extend(fact.raw.get(field).filter(|code| *code != &**quoted));
            }
        }
        match others.into_iter().collect::<Vec<_>>()[..] {
            [only] => {
                made.doubts.push(format!(
                    "which currency was traded for {quoted} is not stated: taken as {only}, the only \
                     other one of the file"
                ));
                Ok(only.into())
            }
            _ => Err("which currency was traded is not stated: add Symbol to the query".into()),
        }
    }
}
