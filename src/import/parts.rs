//! Joins what an order costs to the order: rows of fees that name the trade by its reference.
//!
//! A fee in the trade's currency becomes a part of the trade, its row one of the trade's. One in
//! another currency, and interest bought with a bond, stays an event of its own, linked to the trade.

use std::collections::HashMap;

use super::export::{Export, Fate};
use super::profile::Link as Wanted;
use crate::event::{Event, EventKind, Link, Relation};
use crate::period::NaiveDate;
use crate::source::Name;

/// Holder, day and reference.
type Order = (usize, NaiveDate, Name);

/// Joins the costs of one export's orders to their trades; within a day, because exports end at days.
pub fn join(export: &mut Export) {
    let order = |export: &Export, unit: usize| -> Option<Order> {
        let row = &export.sheet.rows[export.units[unit].row];
        (!row.reference.is_empty()).then(|| (row.holder, row.date, row.reference.clone()))
    };
    let event = |export: &Export, unit: usize| match export.units[unit].fate {
        Fate::Event { at, link, .. } => Some((at, link)),
        Fate::Ignored(_) | Fate::Unresolved(_) => None,
    };
    let mut parts: Vec<(usize, usize, Order)> = Vec::new();
    for unit in 0..export.units.len() {
        if let Some((at, Some(Wanted::PartOf))) = event(export, unit)
            && let Some(order) = order(export, unit)
        {
            parts.push((unit, at, order));
        }
    }
    if parts.is_empty() {
        return;
    }
    let mut trades: HashMap<Order, Vec<(usize, usize)>> =
        parts.iter().map(|(_, _, order)| (order.clone(), Vec::new())).collect();
    for unit in 0..export.units.len() {
        if let Some((at, None)) = event(export, unit)
            && is_trade(&export.events[at].kind)
            && let Some(order) = order(export, unit)
            && let Some(list) = trades.get_mut(&order)
        {
            list.push((unit, at));
        }
    }
    // An order in several fills has its costs at the largest.
    for list in trades.values_mut() {
        list.sort_by_cached_key(|(_, at)| {
            let event = &export.events[*at];
            (std::cmp::Reverse(event.amount.abs()), event.id.clone())
        });
    }
    let mut gone = vec![false; export.units.len()];
    for (unit, at, order) in parts {
        let Some((trade, whole)) = trades[&order].first().copied() else { continue };
        if added(export, at, whole) {
            let line = export.sheet.rows[export.units[unit].row].line;
            export.events[whole].origin.add(line);
            let row = export.units[unit].row;
            let mut others = std::mem::take(&mut export.units[trade].others).into_vec();
            others.push(row);
            export.units[trade].others = others.into();
            gone[unit] = true;
        } else {
            let to = export.events[whole].id.clone();
            export.events[at].further.links.push(Link { relation: Relation::PartOf, to });
        }
    }
    drop_units(export, &gone);
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

/// Leaves out units that are part of another now, and their events.
fn drop_units(export: &mut Export, gone: &[bool]) {
    let mut lost = vec![false; export.events.len()];
    for (unit, gone) in export.units.iter().zip(gone) {
        if let (Fate::Event { at, .. }, true) = (&unit.fate, gone) {
            lost[*at] = true;
        }
    }
    let mut left = gone.iter();
    export.units.retain(|_| !left.next().copied().unwrap_or_default());
    let mut next = 0;
    let moved: Vec<usize> = lost
        .iter()
        .map(|lost| {
            let own = next;
            next += usize::from(!lost);
            own
        })
        .collect();
    for unit in &mut export.units {
        if let Fate::Event { at, .. } = &mut unit.fate {
            *at = moved[*at];
        }
    }
    let mut lost = lost.into_iter();
    export.events.retain(|_| !lost.next().unwrap_or_default());
}
