//! Joins what an order costs to the order: rows of fees that name the trade by its reference.
//!
//! A fee in the trade's currency becomes a part of the trade, its row one of the trade's. One in
//! another currency, and interest bought with a bond, stays an event of its own, linked to the trade.

use std::collections::{HashMap, HashSet};

use super::export::Export;
use super::profile::Link as Wanted;
use crate::event::{Event, EventKind, Link, Relation};
use crate::period::NaiveDate;
use crate::source::Name;

/// Holder, day and reference.
type Order = (u16, NaiveDate, Name);

/// Joins the costs of one export's orders to their trades; within a day, because exports end at days.
pub fn join(export: &mut Export) {
    let mut parts: Vec<(u32, usize, Order)> = Vec::new();
    let mut trades: HashMap<Order, Vec<(u32, usize)>> = HashMap::new();
    for (row, reference) in &export.references {
        let Some((at, link)) = export.event_of(*row) else { continue };
        let event = &export.events[at];
        let order = (export.traces[*row as usize].holder, event.date, reference.clone());
        match link {
            Some(Wanted::PartOf) => parts.push((*row, at, order)),
            None if is_trade(&event.kind) => trades.entry(order).or_default().push((*row, at)),
            _ => {}
        }
    }
    if parts.is_empty() {
        return;
    }
    // An order in several fills has its costs at the largest.
    for list in trades.values_mut() {
        list.sort_by_cached_key(|(_, at)| {
            let event = &export.events[*at];
            (std::cmp::Reverse(event.amount.abs()), event.id.clone())
        });
    }
    let mut gone: HashSet<usize> = HashSet::new();
    for (row, at, order) in parts {
        let Some([(trade, whole), others @ ..]) = trades.get(&order).map(Vec::as_slice) else {
            continue;
        };
        // Bought and sold under one reference: it does not tell whose cost this is.
        let kind = |at: usize| std::mem::discriminant(&export.events[at].kind);
        if others.iter().any(|(_, other)| kind(*other) != kind(*whole)) {
            continue;
        }
        if added(export, at, *whole) {
            let line = export.traces[row as usize].line;
            export.events[*whole].origin.add(line);
            export.add_to(*trade, &[row]);
            gone.insert(at);
        } else {
            let to = export.events[*whole].id.clone();
            export.events[at].further.links.push(Link { relation: Relation::PartOf, to });
        }
    }
    export.drop_events(&gone);
}

fn is_trade(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Buy { .. }
            | EventKind::Sell { .. }
            | EventKind::ShortOpen { .. }
            | EventKind::ShortCover { .. }
            | EventKind::OptionOpen { .. }
            | EventKind::OptionClose { .. }
            | EventKind::Redemption { .. }
    )
}

/// Takes a fee into its trade, where both are in one currency and can be added up.
fn added(export: &mut Export, fee: usize, trade: usize) -> bool {
    let Event { kind: EventKind::Fee { .. }, amount, currency, .. } = export.events[fee].clone()
    else {
        return false;
    };
    let event = &mut export.events[trade];
    let sums = (event.amount.checked_add(amount), event.fees.checked_sub(amount));
    let (true, (Some(net), Some(fees))) = (event.currency == currency, sums) else { return false };
    (event.amount, event.fees) = (net, fees);
    true
}
