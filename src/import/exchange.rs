//! What a row states in another currency than its amount: prices in pence, costs and tax in the
//! share's currency. They are brought into the amount's by the rate that the row states, else by
//! the one it implies.

use super::cell::Number;
use super::row::Row;
use crate::money::{self, Decimal};

/// What one row says of two currencies.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exchange {
    /// How much of the price's currency is one of the amount's, or the other way round.
    pub rate: Number,
    /// The amount in the price's currency.
    pub original: Number,
    /// Units.
    pub quantity: Number,
    /// Of one unit, in its own currency.
    pub price: Number,
    /// The cash, in the account's currency.
    pub amount: Number,
    /// The price was in hundredths, and the rate may be one of hundredths.
    pub hundredths: bool,
}

impl Exchange {
    /// What one of the price's currency is in the amount's. Brokers state a rate either way round:
    /// units and price tell which.
    pub fn factor(&self) -> Option<Decimal> {
        let stated = |number: Number| number.value().filter(|value| !value.is_zero());
        let amount = stated(self.amount).map(|amount| amount.abs());
        let worth = stated(self.quantity)
            .zip(stated(self.price))
            .and_then(|(quantity, price)| quantity.checked_mul(price))
            .or_else(|| stated(self.original))
            .map(|worth| worth.abs());
        let implied = || amount?.checked_div(worth?);
        let Some(rate) = stated(self.rate) else {
            let original = stated(self.original).map(|original| original.abs());
            return original.and_then(|original| amount?.checked_div(original)).or_else(implied);
        };
        let turned = Decimal::ONE.checked_div(rate)?;
        let Some(implied) = implied() else { return Some(turned) };
        // None is exact where costs are in the amount: the nearest one is meant.
        let hundred = |factor: Decimal| factor.checked_mul(Decimal::ONE_HUNDRED);
        let more = [hundred(turned), hundred(rate)].into_iter().flatten();
        let all = [turned, rate].into_iter().chain(more.filter(|_| self.hundredths));
        all.min_by_key(|factor| implied.checked_sub(*factor).map_or(Decimal::MAX, |off| off.abs()))
    }
}

/// `number` times `factor`, in whole cents of `currency`.
pub fn exchanged(number: Decimal, factor: Decimal, currency: &str) -> Option<Decimal> {
    let exact = number.checked_mul(factor)?;
    Some(money::rounded(exact, money::decimals_of(currency)))
}

/// The currency that a code is a hundredth of: pence of pounds.
pub fn hundredth_of(code: &str) -> Option<&'static str> {
    match code.as_bytes() {
        b"GBX" | b"GBx" | b"GBp" | b"gbx" | b"p" => Some("GBP"),
        b"ZAc" | b"ZAC" => Some("ZAR"),
        b"ILA" | b"ILX" => Some("ILS"),
        _ => None,
    }
}

/// Whether a price that says no currency must be in pence: quantity times price is about a hundred
/// times the amount.
pub fn is_in_pence(row: &Row) -> bool {
    let worth = || {
        row.quantity
            .value()?
            .checked_mul(row.price.value()?)?
            .abs()
            .checked_div(row.amount.value().filter(|amount| !amount.is_zero())?.abs())
    };
    row.price != Number::Nothing
        && *row.currency == *"GBP"
        && worth().is_some_and(|times| times > Decimal::from(50) && times < Decimal::from(200))
}

/// A number of hundredths in whole units.
pub fn in_units(number: Number) -> Number {
    match number.value().and_then(|number| number.checked_mul(Decimal::new(1, 2))) {
        Some(number) => Number::Some(number.normalize()),
        None => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        money::plain(text).map_or(Number::Nothing, Number::Some)
    }

    fn factor(rate: &str, original: &str, quantity: &str, price: &str, amount: &str) -> String {
        let [rate, original, quantity, price, amount] =
            [rate, original, quantity, price, amount].map(number);
        let factor =
            Exchange { rate, original, quantity, price, amount, hundredths: false }.factor();
        factor.map_or("none".to_owned(), |factor| money::rounded(factor, 4).to_string())
    }

    #[test]
    fn a_rate_is_taken_the_way_round_that_price_and_amount_say() {
        // 1600 USD are 1250 GBP less costs: 1.28 USD for a pound.
        assert_eq!(factor("1.28", "", "10", "160", "1248.09"), "0.7813");
        // 660.32 USD are 7083 SEK and costs: 10.72655 SEK for a dollar.
        assert_eq!(factor("10.72655", "", "2", "330.16", "-7104.41"), "10.7266");
        assert_eq!(factor("1.25", "", "", "", "5"), "0.8000");
    }

    #[test]
    fn a_rate_that_is_not_stated_is_implied() {
        assert_eq!(factor("", "1.19", "", "", "0.93"), "0.7815");
        assert_eq!(factor("", "", "0.678", "0.204", "0.11"), "0.7953");
        assert_eq!(factor("", "", "5", "", "1.37"), "none");
    }
}
