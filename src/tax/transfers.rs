//! Units that move between accounts keep their lots; those that come from elsewhere keep what is
//! known of theirs. What is unknown is asked when they are sold, never taken as nil.

use super::fixed::Fixed;
use super::lot::Lot;
use super::walk::Walk;
use crate::event::{Event, LotMethod, Lots};
use crate::money::Decimal;
use crate::source::Name;

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
        let mut left = Fixed::from(quantity);
        for lot in &lots.0 {
            if let Some(basis) = &lot.basis {
                let wanted = left.min(lot.quantity.abs().into());
                let units = self.positions[position].take_of(basis.acquired, wanted);
                left -= units.iter().map(|lot| lot.quantity).sum();
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
        if let Some(to) = self.transfers.other.get(&at) {
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
        if let Some(from) = self.transfers.other.get(&at).copied()
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
                left -= lot.units();
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
            self.which(at, event, security);
        }
    }

    /// Asks which of several departures an arrival is the other end of: their lots are other ones.
    fn which(&mut self, at: usize, event: &'j Event, security: &Name) {
        let Some(from) = self.transfers.doubtful.get(&at) else { return };
        let from: Vec<&Event> = from.iter().map(|from| &self.journal.events[*from]).collect();
        let named: Vec<String> =
            from.iter().map(|from| format!("{} on {}", from.account, from.date)).collect();
        let asks = format!(
            "{} {security} came to {}: which of these did they leave, {}?",
            event.quantity().normalize(),
            event.account,
            named.join(" or ")
        );
        let id = from.first().map(|from| from.id.to_string()).unwrap_or_default();
        let file = format!("imported/{}.journal", event.account);
        self.ask(event, asks, None, &file, format!("; id: {}, pair: {id}", event.id));
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
            let worth = value.map(|value| super::share::share(value, units, quantity));
            if let (Some(worth), Some(cost)) = (worth, cost)
                && worth < cost
            {
                lot.more.worth = Some((worth, event.date));
            }
            self.positions[position].add(lot);
        }
        if left > Decimal::ZERO {
            self.positions[position].add(Lot::new(Some(at), None, left, None));
        }
    }
}
