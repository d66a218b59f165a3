//! One posting of a block, as both the printer and the reader see it.

use std::borrow::Cow;
use std::fmt;

use crate::event::LotBasis;
use crate::money::Decimal;
use crate::source::Name;

/// One posting of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Leg<'a> {
    /// The whole account: `Assets:Schwab:Cash`.
    pub account: Path<'a>,
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

/// An account's name in two pieces, which need not be put together to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Path<'a> {
    /// `Assets:Schwab`
    pub above: &'a str,
    /// What stands below it, behind a colon; nothing where `above` is all.
    pub below: Cow<'a, str>,
}

impl<'a> Path<'a> {
    /// A name in one piece.
    pub fn whole(name: &'a str) -> Path<'a> {
        Path { above: name, below: Cow::Borrowed("") }
    }

    /// How many letters it has.
    pub fn length(&self) -> usize {
        let below = letters(&self.below);
        letters(self.above) + if below > 0 { 1 + below } else { 0 }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colon = if self.below.is_empty() { "" } else { ":" };
        write!(f, "{}{colon}{}", self.above, self.below)
    }
}

fn letters(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
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

impl Leg<'_> {
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
    if let (Some((units, scale)), Some((unit, places))) = (short(quantity), short(price)) {
        let digits = i128::from(units) * i128::from(unit);
        return Decimal::try_from_i128_with_scale(digits, scale + places).ok();
    }
    let (quantity, price) = (quantity.abs().normalize(), price.abs().normalize());
    let digits = quantity.mantissa().checked_mul(price.mantissa())?;
    Decimal::try_from_i128_with_scale(digits, quantity.scale() + price.scale()).ok()
}

/// The digits of a number without its sign and the zeros behind them, and how many stand behind the
/// point; `None` for one so long that its product with another needs more care.
fn short(number: Decimal) -> Option<(i64, u32)> {
    let mut digits = i64::try_from(number.mantissa().unsigned_abs()).ok()?;
    let mut scale = if digits == 0 { 0 } else { number.scale() };
    while scale > 0 && digits % 10 == 0 {
        (digits, scale) = (digits / 10, scale - 1);
    }
    Some((digits, scale))
}

/// The sum, where it has no more digits than a `Decimal` holds.
pub fn sum(numbers: impl IntoIterator<Item = Decimal>) -> Option<Decimal> {
    numbers.into_iter().try_fold(Decimal::ZERO, Decimal::checked_add)
}
