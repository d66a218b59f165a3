//! Ids for events that were written by hand, the same at every reading.
//!
//! In: an event and its account. Out: an id made of what the event says. Knows no text: a renamed
//! payee or a comment changes no id.

use std::collections::HashMap;

use crate::event::{Account, Event, EventId, RowHash, Shown};
use crate::money::Decimal;

/// Gives events without an `id:` theirs, which they have again at every reading.
#[derive(Debug, Default)]
pub struct Ids(HashMap<RowHash, u32>);

impl Ids {
    /// The id of what an event says: its account, its day, its kind and figures, but no words for the
    /// eye and no links. The second of two that say the same has ordinal 2.
    pub fn derive(&mut self, event: &Event, account: &Account) -> EventId {
        let row = RowHash::of(account.identity(), content(event).iter().map(String::as_str));
        let ordinal = self.0.entry(row).or_insert(0);
        *ordinal += 1;
        EventId::new(row, *ordinal)
    }
}

/// Everything that an event states, as texts that do not change with the way it was written.
fn content(event: &Event) -> Vec<String> {
    let number = |number: Decimal| number.normalize().to_string();
    let mut content = vec![event.date.to_string(), event.kind.name().to_owned()];
    for (name, shown) in event.kind.fields() {
        content.push(name.to_owned());
        match shown {
            Shown::Text(text) => content.push(text.to_owned()),
            Shown::Number(value) => content.push(number(value)),
            Shown::Day(day) => content.push(day.to_string()),
            Shown::Lots(lots) => content.extend(lots.0.iter().flat_map(|lot| {
                let basis = lot.basis.as_ref();
                let acquired = basis.map(|basis| basis.acquired.to_string());
                let cost = basis.and_then(|basis| basis.cost).map(number);
                [number(lot.quantity), acquired.unwrap_or_default(), cost.unwrap_or_default()]
            })),
            Shown::Parts(parts) => content.extend(
                parts.0.iter().flat_map(|part| [part.name.to_string(), number(part.amount)]),
            ),
        }
    }
    content.extend([event.amount, event.fees, event.further.withheld].map(number));
    content.push(event.currency.as_deref().unwrap_or_default().to_owned());
    content.extend(event.claimed.iter().map(|claim| claim.to_string()));
    content.push(event.reason.as_deref().unwrap_or_default().to_owned());
    content
}
