//! By what a row that takes another back finds it, where the broker does not say which it is.

use crate::event::Event;
use crate::money::Decimal;
use crate::source::Name;

/// Account, kind, security, units, cash.
pub type Mirror = (Name, &'static str, Option<Name>, Decimal, Decimal);

/// What `event` is known by, its units and cash times `sign`: 1 for itself, -1 for what it takes back.
/// `None` where a number is too large.
pub fn mirror(event: &Event, sign: Decimal) -> Option<Mirror> {
    let times = |number: Decimal| number.checked_mul(sign).map(|number| number.normalize());
    Some((
        event.account.clone(),
        event.kind.name(),
        event.security().cloned(),
        times(event.quantity())?,
        times(event.amount)?,
    ))
}
