//! A trade's numbers: units, price and costs held against the amount.

use super::{Doubt, Making, Reason, checked};
use crate::import::profile::{Field, Link, Make};
use crate::import::row::Row;
use crate::import::symbol;
use crate::money::{self, Decimal};

impl Making<'_> {
    /// What a price is multiplied by: a contract's units, a hundredth for bonds, else 1.
    pub(super) fn scale(&self, row: &Row, kind: &str) -> Decimal {
        if kind.starts_with("option") {
            symbol::multiplier(self.words).unwrap_or(Decimal::ONE_HUNDRED)
        } else if row.security.as_deref().is_some_and(symbol::is_cusip) {
            Decimal::new(1, 2)
        } else {
            Decimal::ONE
        }
    }

    /// The price, where it is in the currency of the event's money.
    pub(super) fn price(&self, row: &Row, quantity: Option<Decimal>) -> Option<Decimal> {
        let price = own_price(row)?;
        if !self.profile.foreign_prices {
            return Some(price);
        }
        let amount = row.amount.value()?;
        let off = quantity?.abs().checked_mul(price)?.checked_sub(amount.abs())?.abs();
        (off <= amount.abs().checked_mul(Decimal::new(1, 2))?).then_some(price)
    }

    /// What the row costs: as it states, else, where the profile says so, what the amount has
    /// beside quantity times price.
    pub(super) fn fees(
        &self,
        row: &Row,
        rule: &Make,
        quantity: Option<Decimal>,
        amount: Decimal,
        scale: Decimal,
    ) -> Decimal {
        let stated = costs(row, rule);
        if !stated.is_zero() || !self.profile.costs.rest {
            return stated;
        }
        let rest = || {
            let worth = quantity?.checked_mul(own_price(row)?)?.checked_mul(scale)?;
            let rest = (-worth)
                .checked_sub(amount)?
                .checked_sub(row.withheld.value().unwrap_or_default())?;
            let rest = money::rounded(rest, money::decimals_of(&row.currency));
            // A cost is a small part of a trade; anything else does not tie, and is said to.
            let most = worth.abs().checked_mul(Decimal::new(5, 2))?.max(Decimal::from(50));
            (rest >= Decimal::ZERO && rest <= most).then_some(rest)
        };
        rest().unwrap_or(stated)
    }

    /// A trade's amount with the sign its units ask for, and a doubt where quantity, price and fees
    /// do not make it.
    pub(super) fn traded(
        &self,
        row: &Row,
        kind: &str,
        rule: &Make,
        quantity: Decimal,
        amount: Decimal,
        scale: Decimal,
    ) -> (Decimal, Option<Doubt>) {
        // A price of 0 beside more than the costs is none.
        let most = costs(row, rule).abs().checked_add(Decimal::ONE).unwrap_or_default();
        let price = row.price.value().filter(|price| !price.is_zero() || amount.abs() <= most);
        let wanted = if quantity.is_sign_positive() { -amount.abs() } else { amount.abs() };
        let taken = if self.profile.unsigned { wanted } else { amount };
        let factor = factor(row);
        // A price in another currency at a rate that nothing states cannot be checked.
        let price = price.filter(|_| factor.is_some() || own_price(row).is_some());
        let net = less_accrued(row, quantity, amount);
        let costs = self.fees(row, rule, Some(quantity), net, scale);
        let withheld = row.withheld.value().unwrap_or_default();
        let accrued = row.accrued.value().unwrap_or_default().abs();
        let accrued = if quantity.is_sign_positive() { accrued } else { -accrued };
        let gross = |price: Decimal, scale: Decimal| {
            times(times(quantity.checked_mul(price)?, scale)?, factor.unwrap_or(Decimal::ONE))
        };
        let sum = |gross: Decimal| less(less(less(-gross, costs)?, withheld)?, accrued);
        // Most trades tie to the last digit, and need no slack.
        let exact = price.and_then(|price| sum(gross(price, scale)?));
        if exact == Some(taken) {
            return (taken, None);
        }
        let expected = price.and_then(|price| {
            let tie = |scale: Decimal| -> Option<(Decimal, Decimal)> {
                let gross = gross(price, scale)?;
                let sum = sum(gross)?;
                // Price and a fraction of units may be rounded to their last digits: half of one in
                // each can hide in the product.
                let half = |number: Decimal| Decimal::new(5, (number.scale() + 1).min(28));
                let by_price = quantity.abs().checked_mul(half(price))?;
                let by_units = price.abs().checked_mul(half(quantity))?;
                let by_units = if quantity.scale() > 0 { by_units } else { Decimal::ZERO };
                let slack = by_price.checked_add(by_units)?.checked_mul(scale)?;
                // A rate has some five digits.
                let by_rate = gross.abs().checked_mul(Decimal::new(1, 4))?;
                let by_rate = if factor.is_some() { by_rate } else { Decimal::ZERO };
                let slack = slack.checked_add(by_rate)?;
                Some((sum, slack.checked_add(Decimal::new(1, 2))?))
            };
            // A bond's price is per 100 of face, but redeemed at 1 it is per 1. What a broker names by
            // its ISIN may be a bond too.
            let is_isin = || row.security.as_deref().is_some_and(symbol::is_isin);
            let other = if scale == Decimal::new(1, 2) {
                Some(Decimal::ONE)
            } else {
                (scale == Decimal::ONE && is_isin()).then(|| Decimal::new(1, 2))
            };
            Some((tie(scale)?, other.and_then(tie)))
        });
        let near = |amount: Decimal| {
            let ties = |(sum, slack): (Decimal, Decimal)| {
                amount.checked_sub(sum).is_some_and(|off| off.abs() <= slack)
            };
            expected.is_none_or(|(one, other)| ties(one) || other.is_some_and(ties))
        };
        let amount = taken;
        if expected.is_some() && near(amount) {
            return (amount, None);
        }
        // What is called the amount before costs may be the one after them: units and price tell.
        if let Some(stated) = row.amount.value().filter(|stated| row.gross && near(*stated))
            && expected.is_some()
        {
            return (stated, None);
        }
        if self.profile.foreign_prices && wanted == amount {
            return (amount, None);
        }
        let currency = &row.currency;
        let shown = |number: Decimal| money::grouped(money::cash(number, currency));
        if wanted != amount && (near(wanted) || rule.link.is_none()) {
            let message = format!("amount {} has the wrong sign for `{kind}`", shown(amount));
            let note = format!("taken as {}, for units {}", shown(wanted), direction(quantity));
            return (wanted, Some(Doubt { code: "wrong-sign", message, note, at: Field::Amount }));
        }
        if near(amount) {
            return (amount, None);
        }
        let sum = expected.map(|((sum, _), _)| sum).unwrap_or_default();
        let message = format!(
            "quantity, price and fees make {}, the row states {}",
            shown(money::rounded(sum, 2)),
            shown(amount)
        );
        let note = "the amount stated is taken: it is what moved".to_owned();
        (amount, Some(Doubt { code: "does-not-tie", message, note, at: Field::Amount }))
    }
}

/// The price, where it is in the currency of the event's money. A price of 0 beside more than the
/// costs is none.
pub(super) fn own_price(row: &Row) -> Option<Decimal> {
    let other = row.further.as_ref().is_some_and(|further| further.price_currency.is_some());
    let moved = || {
        let most = row.fees.value().unwrap_or_default().abs().checked_add(Decimal::ONE);
        row.amount.value().unwrap_or_default().abs() > most.unwrap_or_default()
    };
    row.price.value().filter(|price| !other && (!price.is_zero() || !moved()))
}

/// Quantity times price, in the amount's currency, for rows that state no amount.
pub(super) fn worth(
    row: &Row,
    quantity: Option<Decimal>,
    scale: Decimal,
) -> Result<Decimal, Reason> {
    let factor = factor(row).unwrap_or(Decimal::ONE);
    // Cash goes against the units.
    let worth = quantity.zip(row.price.value()).map(|(quantity, price)| {
        (-quantity).checked_mul(price)?.checked_mul(factor)?.checked_mul(scale)
    });
    let Some(worth) = worth else {
        let message = "the row states neither an amount nor a price";
        return Err(Reason::new("missing-value", message).at(Field::Amount));
    };
    let worth = checked(worth)?;
    Ok(money::rounded(worth, money::decimals_of(&row.currency).max(worth.scale().min(2))))
}

/// `number` less `other`, which is nothing for most.
fn less(number: Decimal, other: Decimal) -> Option<Decimal> {
    if other.is_zero() { Some(number) } else { number.checked_sub(other) }
}

/// `number` times `factor`, which is 1 for most.
fn times(number: Decimal, factor: Decimal) -> Option<Decimal> {
    if factor == Decimal::ONE { Some(number) } else { number.checked_mul(factor) }
}

/// A gross amount less what was taken off it.
pub(super) fn less_costs(row: &Row, gross: Decimal) -> Option<Decimal> {
    let fees = row.fees.value().unwrap_or_default();
    gross.checked_sub(fees)?.checked_sub(row.withheld.value().unwrap_or_default())
}

/// A trade's amount without the interest bought or sold with it.
pub(super) fn less_accrued(row: &Row, quantity: Decimal, amount: Decimal) -> Decimal {
    let accrued = row.accrued.value().unwrap_or_default().abs();
    let accrued = if quantity.is_sign_positive() { -accrued } else { accrued };
    less(amount, accrued).unwrap_or(amount)
}

/// What one of the price's currency is in the amount's, where they differ.
pub(super) fn factor(row: &Row) -> Option<Decimal> {
    row.further.as_ref().and_then(|further| further.factor)
}

/// What the row costs; what takes a row back gives its costs back.
pub(super) fn costs(row: &Row, rule: &Make) -> Decimal {
    let fees = row.fees.value().unwrap_or_default();
    match rule.link {
        Some(Link::Reverses) => -fees.abs(),
        Some(Link::Reinvests | Link::WithholdingOf | Link::Corrects | Link::PartOf) | None => fees,
    }
}

fn direction(quantity: Decimal) -> &'static str {
    if quantity.is_sign_positive() { "that come in" } else { "that go out" }
}
