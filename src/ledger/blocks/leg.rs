//! One posting of a block, as both the printer and the reader see it.

use crate::event::LotBasis;
use crate::money::Decimal;
use crate::source::Name;

/// One posting of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Leg {
    /// The whole account: `Assets:Schwab:Cash`.
    pub account: String,
    /// Whether it lies below the account's `ledger`.
    pub own: bool,
    /// Whether it claims a gain or a loss, which is no part of what was paid.
    pub claim: bool,
    /// Into the account +, out of it -.
    pub quantity: Decimal,
    /// Without quotes; empty for none.
    pub commodity: Name,
    /// What stands after `@` or `@@`.
    pub cost: Option<LegCost>,
    /// `acquired` and `cost` in its comment.
    pub lot: Option<LegLot>,
}

/// What was paid for a leg's units, or got for them.
#[derive(Clone, Debug, PartialEq)]
pub struct LegCost {
    /// Of one unit, where that is what is written.
    pub unit: Option<Decimal>,
    /// Of all, positive whatever the sign of the quantity.
    pub total: Decimal,
    /// The currency.
    pub commodity: Name,
}

/// What a leg's comment says of the lot it moves.
#[derive(Clone, Debug, PartialEq)]
pub struct LegLot {
    /// `None`: `acquired: unknown`.
    pub basis: Option<LotBasis>,
    /// The currency of its cost; empty for none.
    pub currency: Name,
}

impl Leg {
    /// What it weighs in the balance of its transaction, and in which commodity. `None` where that
    /// is past all digits.
    pub fn weight(&self) -> Option<(Decimal, &Name)> {
        match &self.cost {
            None => Some((self.quantity, &self.commodity)),
            Some(cost) if self.quantity.is_zero() => Some((Decimal::ZERO, &cost.commodity)),
            Some(cost) if self.quantity.is_sign_negative() => Some((-cost.total, &cost.commodity)),
            Some(cost) => Some((cost.total, &cost.commodity)),
        }
    }
}

/// `quantity` times `price` with every digit, positive; `None` where it has more than a `Decimal`
/// holds, because a rounded product would not balance.
pub fn product(quantity: Decimal, price: Decimal) -> Option<Decimal> {
    let (quantity, price) = (quantity.abs().normalize(), price.abs().normalize());
    let digits = quantity.mantissa().checked_mul(price.mantissa())?;
    Decimal::try_from_i128_with_scale(digits, quantity.scale() + price.scale()).ok()
}

/// The sum, where it has no more digits than a `Decimal` holds.
pub fn sum(numbers: impl IntoIterator<Item = Decimal>) -> Option<Decimal> {
    numbers.into_iter().try_fold(Decimal::ZERO, Decimal::checked_add)
}
