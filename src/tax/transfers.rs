//! Units that move between accounts keep their lots; those that come from elsewhere keep what is
//! known of theirs. What is unknown is asked when they are sold, never taken as nil.

use std::collections::HashMap;

use super::lot::Lot;
use super::walk::Walk;
use crate::event::{Event, EventKind, LotMethod, Lots, Relation};
use crate::money::Decimal;
use crate::source::Name;

/// The two ends of each transfer between accounts of the books: those linked as a pair, else one
/// out and one in of the same units within ten days.
pub(super) fn pairs(walk: &Walk<'_>) -> HashMap<usize, usize> {
    let mut pairs = HashMap::new();
    let mut outs: HashMap<(&Name, Decimal), Vec<usize>> = HashMap::new();
    let events = &walk.journal.events;
    for (at, event) in events.iter().enumerate() {
        if let EventKind::TransferOut { security, quantity, .. } = &event.kind {
            outs.entry((security, quantity.abs().normalize())).or_default().push(at);
        }
    }
    if outs.is_empty() {
        return pairs;
    }
    for (at, event) in events.iter().enumerate() {
        let EventKind::TransferIn { security, quantity, .. } = &event.kind else { continue };
        let linked = event.linked(Relation::Pair).and_then(|id| walk.linked.get(id)).copied();
        let mut from = linked;
        if from.is_none()
            && let Some(candidates) = outs.get_mut(&(security, quantity.abs().normalize()))
        {
            let near = candidates.iter().position(|out| {
                let out = &events[*out];
                out.account != event.account && (out.date - event.date).num_days().abs() <= 10
            });
            from = near.map(|near| candidates.remove(near));
        }
        if let Some(from) = from.filter(|from| !pairs.contains_key(from)) {
            pairs.insert(from, at);
            pairs.insert(at, from);
        }
    }
    pairs
}

impl<'j> Walk<'j> {
    /// Units leave: with the lots named, else the oldest.
    pub fn transfer_out(
        &mut self,
        at: usize,
        event: &'j Event,
        security: &Name,
        quantity: Decimal,
        lots: &Lots,
    ) {
        let position = self.position(&event.account, security);
        let mut taken = Vec::new();
        let mut left = quantity;
        for lot in &lots.0 {
            if let Some(basis) = &lot.basis {
                let units =
                    self.positions[position].take_of(basis.acquired, lot.quantity.abs().min(left));
                left -= units.iter().map(|lot| lot.quantity).sum::<Decimal>();
                taken.extend(units);
            }
        }
        let of = &mut self.positions[position];
        if of.pool.is_some() {
            let all = of.drain();
            for lot in all {
                of.add(lot);
            }
        }
        taken.extend(of.take(left, LotMethod::Fifo));
        for lot in &taken {
            self.positions[position].left(lot, None);
        }
        if let Some(to) = self.pairs.get(&at) {
            self.moving.insert(*to, taken);
        }
    }

    /// Units come: with the lots they had in the account they left, else as the event knows them.
    pub fn transfer_in(
        &mut self,
        at: usize,
        event: &'j Event,
        security: &Name,
        quantity: Decimal,
        lots: &Lots,
    ) {
        if let Some(from) = self.pairs.get(&at).copied()
            && !self.moving.contains_key(&at)
            && !self.done.contains(&from)
        {
            // The other end is dated later: it comes first here.
            self.event(from);
            self.done.insert(from);
        }
        let position = self.position(&event.account, security);
        let mut left = quantity;
        if let Some(moved) = self.moving.remove(&at) {
            for lot in moved {
                left -= lot.quantity;
                self.positions[position].add(lot);
            }
        } else {
            for lot in &lots.0 {
                let units = lot.quantity.abs();
                left -= units;
                let (acquired, cost) = match &lot.basis {
                    Some(basis) => (Some(basis.acquired), basis.cost),
                    None => (None, None),
                };
                self.positions[position].add(Lot::new(Some(at), acquired, units, cost));
            }
        }
        if left > Decimal::ZERO {
            self.positions[position].add(Lot::new(Some(at), None, left, None));
        }
    }

    /// A gift keeps the giver's cost and days; one worth less than it had cost, a loss counts from
    /// its value. Source: 26 USC 1015(a), 1223(2).
    pub fn gift_in(
        &mut self,
        at: usize,
        event: &'j Event,
        security: &Name,
        quantity: Decimal,
        lots: &Lots,
        value: Option<Decimal>,
    ) {
        let position = self.position(&event.account, security);
        let mut left = quantity;
        for given in &lots.0 {
            let units = given.quantity.abs();
            left -= units;
            let basis = given.basis.as_ref();
            let cost = basis.and_then(|basis| basis.cost);
            let mut lot = Lot::new(Some(at), basis.map(|basis| basis.acquired), units, cost);
            let worth = value.map(|value| super::lot::share(value, units, quantity));
            if let (Some(worth), Some(cost)) = (worth, cost)
                && worth < cost
            {
                lot.worth = Some((worth, event.date));
            }
            self.positions[position].add(lot);
        }
        if left > Decimal::ZERO {
            self.positions[position].add(Lot::new(Some(at), None, left, None));
        }
    }
}
