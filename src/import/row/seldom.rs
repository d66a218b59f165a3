//! What few tables state of a row: other days, its time, ids, a second currency, a balance.

use super::Reader;
use crate::import::cell::{self, Number};
use crate::import::clock;
use crate::import::exchange::{Exchange, hundredth_of, in_units};
use crate::import::profile::Field;
use crate::import::record::Cell;
use crate::money::Decimal;
use crate::period::{NaiveDate, NaiveTime};
use crate::source::Name;

/// What a row states beside what nearly all do.
#[derive(Default)]
pub(super) struct Seldom {
    /// What it says of two currencies.
    pub(super) exchange: Exchange,
    /// What its price is in, where that is said.
    pub(super) price_currency: Option<Name>,
    /// What its amount is changed into, and how much of it.
    pub(super) changed: Option<(Name, Decimal)>,
    /// Interest bought or sold with a bond.
    pub(super) accrued: Number,
    /// The cash after the row.
    pub(super) balance: Number,
    /// When money and units change hands.
    pub(super) settles: Option<NaiveDate>,
    /// The day of booking, in a column of its own.
    pub(super) booked: Option<NaiveDate>,
    /// First day without a claim to the payment.
    pub(super) ex: Option<NaiveDate>,
    /// The time of day, in the broker's zone.
    pub(super) time: Option<NaiveTime>,
    /// The broker's own id.
    pub(super) id: Option<Name>,
    /// What it has in common with other rows of one order or trade.
    pub(super) reference: Name,
}

impl Reader<'_, '_, '_> {
    /// Looks for all of it; `usual`: what is known of the row's amounts already, and `time` of its day's.
    pub(super) fn seldom(
        &mut self,
        usual: Exchange,
        time: Option<NaiveTime>,
        cells: &[Cell],
    ) -> Seldom {
        let accrued = self.number(Field::Accrued, cells);
        let changed = self.changed(cells);
        let mut price_currency = self.currency_of(Field::Price, Field::PriceCurrency, cells);
        let whole = price_currency.as_deref().and_then(hundredth_of);
        let mut price = usual.price;
        if let Some(whole) = whole {
            (price, price_currency) = (in_units(price), Some(self.memory.names.get(whole)));
        }
        let exchange = Exchange {
            rate: self.number(Field::Rate, cells),
            original: match (self.number(Field::Original, cells), &changed) {
                // Of money that is changed, what comes is the other currency's.
                (Number::Nothing, Some((_, came))) if usual.quantity == Number::Nothing => {
                    Number::Some(*came)
                }
                (original, _) => original,
            },
            price,
            hundredths: whole.is_some(),
            ..usual
        };
        let settles = self.day_of(Field::Settles, cells);
        let time = match self.at.get(Field::Time, cells) {
            "" => time,
            text => clock::time(text).map(|(time, _)| time),
        };
        let id = self.at.get(Field::Id, cells);
        Seldom {
            exchange,
            price_currency,
            changed,
            accrued,
            balance: self.number(Field::Balance, cells),
            settles: settles.filter(|_| !cell::is_nothing(self.at.get(Field::Date, cells))),
            booked: self.day_of(Field::Posted, cells),
            ex: self.day_of(Field::Ex, cells),
            time,
            id: (!id.is_empty()).then(|| Name::new(id)),
            reference: self.memory.names.get(self.at.get(Field::Reference, cells)),
        }
    }

    /// The day that stands in the column of `field`.
    #[inline]
    fn day_of(&self, field: Field, cells: &[Cell]) -> Option<NaiveDate> {
        match self.at.get(field, cells) {
            "" => None,
            text => cell::in_days(text, self.form),
        }
    }
}
