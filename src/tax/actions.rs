//! Corporate actions: units and costs move, in all what they were, but for what the law recognizes.

use super::day::Day;
use super::fixed::Fixed;
use super::lot::Lot;
use super::repurchase::Purchase;
use super::share::{DIGITS, Dealer, share};
use super::walk::Walk;
use crate::event::{Event, LotMethod};
use crate::money::{Decimal, rounded};
use crate::period::NaiveDate;
use crate::source::Name;

/// Deals `units` out over lots by their quantity, so that all parts add up to them.
fn deal(lots: &[Decimal], units: Decimal) -> Vec<Decimal> {
    let whole: Decimal = lots.iter().sum();
    let mut so_far = Decimal::ZERO;
    let mut dealt = Decimal::ZERO;
    let parts = lots.iter().map(|quantity| {
        so_far += *quantity;
        let total =
            if so_far == whole { units } else { rounded(share(units, so_far, whole), DIGITS) };
        let part = total - dealt;
        dealt = total;
        part.normalize()
    });
    parts.collect()
}

impl<'j> Walk<'j> {
    /// Units are added to, or taken from, every lot alike; cost and days stay. `stated`: how many new
    /// units there are for how many old ones, where the books say it.
    ///
    /// Source: 26 USC 305(a), 307(a); Pub. 551, Stocks and Bonds.
    pub fn split(
        &mut self,
        at: usize,
        event: &'j Event,
        security: &Name,
        quantity: Decimal,
        stated: Option<(Decimal, Decimal)>,
    ) {
        let position = self.position(&event.account, security);
        let of = &mut self.positions[position];
        let old = of.held.decimal();
        if old.is_zero() {
            let owed: Decimal = of.owed.iter().map(|lot| lot.quantity).sum();
            let new = owed - quantity;
            if owed > Decimal::ZERO && new > Decimal::ZERO {
                let units: Vec<Decimal> = of.owed.iter().map(Lot::units).collect();
                for (lot, units) in of.owed.iter_mut().zip(deal(&units, new)) {
                    let cost = lot.cost;
                    lot.set(units.into(), cost);
                }
                self.rescale(at, position, stated.unwrap_or((new, owed)));
            }
            return;
        }
        let new = old + quantity;
        if new <= Decimal::ZERO {
            let asks = format!(
                "{} {security} were taken of {}: what became of them?",
                (-quantity).normalize(),
                old.normalize()
            );
            self.ask(event, asks, None, "main.journal", "    ; event: merger, into: …".to_owned());
            return;
        }
        let units: Vec<Decimal> = of.lots().map(Lot::units).collect();
        for (lot, units) in of.lots_mut().zip(deal(&units, new)) {
            let cost = lot.cost;
            lot.set(units.into(), cost);
        }
        of.split(event.date, new, old);
        self.rescale(at, position, stated.unwrap_or((new, old)));
    }

    /// The price of a security on a day, in the regime's currency.
    fn price(&self, security: &str, day: NaiveDate) -> Option<Decimal> {
        let prices = &self.journal.prices;
        let mut that_day = prices.iter().filter(|(on, ..)| *on == day);
        that_day
            .find(|(_, of, _, currency)| *of == *security && *currency == self.regime.currency)
            .map(|(_, _, price, _)| *price)
    }

    /// Units of another security given on those held: a share of each lot's cost goes along, and its
    /// days. The share is as stated, else by the market values of the day.
    ///
    /// Source: 26 USC 307, 355, 358; 26 CFR 1.307-1, 1.358-2.
    pub fn spin_off(
        &mut self,
        at: usize,
        event: &'j Event,
        security: &Name,
        into: &Name,
        quantity: Decimal,
        stated: Option<Decimal>,
    ) {
        let from = self.position(&event.account, security);
        let to = self.position(&event.account, into);
        let held = self.positions[from].held.decimal();
        if held.is_zero() {
            self.positions[to].add(Lot::new(Some(at), None, quantity, None));
            return;
        }
        // The part of the cost that goes along, as a fraction.
        let fraction = stated.map(|share| (share, Decimal::ONE)).or_else(|| {
            let old = self.price(security, event.date)?.checked_mul(held)?;
            let new = self.price(into, event.date)?.checked_mul(quantity)?;
            let rights = event.kind.name() == "rights";
            // Rights worth less than 15 % of the stock have no cost, unless elected.
            let small = rights && new < old * Decimal::new(15, 2);
            Some((if small { Decimal::ZERO } else { new }, old.checked_add(new)?))
        });
        let mut lots = self.positions[from].drain();
        if fraction.is_none() {
            let asks = format!("which part of the cost of {security} went to {into}?");
            let text = format!(
                "    ; share: …    (Form 8937 of the issuer), or in prices.journal: P {} {security} … and P {} {into} …",
                event.date, event.date
            );
            self.ask(event, asks, None, "main.journal", text);
        }
        let units: Vec<Decimal> = lots.iter().map(Lot::units).collect();
        let mut given = Vec::new();
        for (lot, units) in lots.iter_mut().zip(deal(&units, quantity)) {
            let moved = fraction
                .and_then(|(part, whole)| Some(rounded(share(lot.paid()?, part, whole), 2).into()));
            let mut new = lot.clone();
            new.replaces = false;
            if new.more.worth.is_some() {
                new.more.worth = None;
            }
            new.set(units.into(), moved);
            given.push(new);
            let kept = lot.cost.zip(moved).map(|(cost, moved)| cost - moved);
            lot.set_cost(kept);
        }
        for lot in lots {
            self.positions[from].add(lot);
        }
        for lot in given {
            self.positions[to].add(lot);
        }
    }

    /// The same units under another name.
    pub fn rename(
        &mut self,
        event: &'j Event,
        security: &Name,
        quantity: Decimal,
        into: Option<(&Name, Decimal)>,
    ) {
        let Some((into, units)) = into else {
            let asks = format!("under which name is {security} held now?");
            self.ask(event, asks, None, "main.journal", "    ; into: …".to_owned());
            return;
        };
        let from = self.position(&event.account, security);
        let to = self.position(&event.account, into);
        self.positions[to].sort = self.positions[from].sort;
        self.move_lots(from, to, quantity, units);
        let owed = std::mem::take(&mut self.positions[from].owed);
        self.positions[to].owed.extend(owed);
        self.renamed(from, to);
    }

    /// Moves lots with their costs and days into units of another security. Units that the records
    /// lack come as ones of unknown cost.
    fn move_lots(&mut self, from: usize, to: usize, quantity: Decimal, units: Decimal) {
        let mut lots = self.take_moving(from, quantity);
        let mut old: Vec<Decimal> = lots.iter().map(Lot::units).collect();
        let known: Decimal = old.iter().sum();
        if known < quantity {
            lots.push(Lot::new(None, None, quantity - known, None));
            old.push(quantity - known);
        }
        for (mut lot, units) in lots.into_iter().zip(deal(&old, units)) {
            let cost = lot.cost;
            lot.set(units.into(), cost);
            self.positions[to].add(lot);
        }
    }

    fn take_moving(&mut self, from: usize, quantity: Decimal) -> Vec<Lot> {
        let of = &mut self.positions[from];
        let quantity = Fixed::from(quantity);
        let lots =
            if quantity >= of.held { of.drain() } else { of.take(quantity, LotMethod::Fifo) };
        for lot in &lots {
            self.positions[from].left(lot, None);
        }
        lots
    }

    /// Units become others, cash, or both. For cash alone it is a sale; with other units, a gain is
    /// recognized up to the cash, lot by lot, a loss never; the rest of the cost moves on.
    ///
    /// Source: 26 USC 354, 356(a), (c), 358, 1001; 26 CFR 1.356-1, 1.358-2.
    pub fn merge(
        &mut self,
        at: usize,
        event: &'j Event,
        security: &Name,
        quantity: Decimal,
        into: Option<(&Name, Decimal)>,
    ) {
        let Some((into, units)) = into.filter(|(_, units)| !units.is_zero()) else {
            self.sell(
                at,
                event,
                security,
                quantity,
                event.amount + event.further.withheld,
                event.date,
            );
            return;
        };
        let from = self.position(&event.account, security);
        let to = self.position(&event.account, into);
        if event.amount.is_zero() {
            self.move_lots(from, to, quantity, units);
            self.renamed(from, to);
            return;
        }
        let price = self.price(into, event.date);
        if price.is_none() {
            let asks = format!(
                "what was {into} worth on {}? the gain of this merger hangs on it",
                event.date
            );
            let text = format!("P {} {into} … {}", event.date, self.regime.currency);
            self.ask(event, asks, Some(event.amount), "prices.journal", text);
        }
        let lots = self.take_moving(from, quantity);
        let old: Vec<Decimal> = lots.iter().map(Lot::units).collect();
        let known: Decimal = old.iter().sum();
        let mut boot = Dealer::new(event.amount.into(), quantity.into());
        let reached =
            if known == quantity { units } else { rounded(share(units, known, quantity), DIGITS) };
        for (mut lot, units) in lots.into_iter().zip(deal(&old, reached)) {
            let cash = boot.next(lot.quantity).decimal();
            let mut cost = None;
            if let (Some(price), Some(was)) = (price, lot.paid()) {
                let worth = rounded(price.saturating_mul(units), 2);
                let gain =
                    worth.saturating_add(cash).saturating_sub(was).max(Decimal::ZERO).min(cash);
                if !gain.is_zero() {
                    let mut sold = self.units_of(from, &lot, cash.into(), event.date);
                    sold.cost = Some((cash - gain).into());
                    self.keep(at, from, sold);
                }
                cost = Some((was - cash + gain).into());
            }
            lot.set(units.into(), cost);
            self.positions[to].add(lot);
        }
        if known < quantity {
            self.positions[to].add(Lot::new(None, None, units - reached, None));
        }
    }

    /// Rights used with a payment: the units they buy cost both, and are held from that day, the day
    /// itself included. Source: 26 CFR 1.307-1; 26 USC 1223(5).
    pub fn exercise_rights(
        &mut self,
        at: usize,
        event: &'j Event,
        security: &Name,
        quantity: Decimal,
        into: &Name,
        units: Decimal,
    ) {
        let from = self.position(&event.account, security);
        let to = self.position(&event.account, into);
        let rights = self.take_moving(from, quantity);
        let found: Decimal = rights.iter().map(|lot| lot.quantity).sum();
        let costs: Option<Decimal> = rights.iter().map(Lot::paid).sum();
        let cost = costs.filter(|_| found == quantity).map(|cost| cost - event.amount);
        let mut lot = Lot::new(Some(at), Some(event.date), units, cost);
        lot.since = event.date.pred_opt().map(Day::from);
        let order = self.positions[to].add(lot);
        self.bought(Purchase { event: at, position: to, day: event.date, order });
    }

    /// Capital given back lowers the cost of the units held, each alike; below nil it is gain.
    pub fn return_capital(&mut self, at: usize, event: &'j Event, security: &Name) {
        let amount = self.journal.capital_returned(event);
        let mut effects = self.regime.effects.iter();
        let kind =
            if event.kind.name() == "liquidation" { "liquidation" } else { "return-of-capital" };
        let Some(effect) = effects.find(|effect| effect.event == *kind) else { return };
        if amount.is_zero() {
            return;
        }
        let position = self.position(&event.account, security);
        let floor_gain = effect.floor_gain;
        let sign = Decimal::from(effect.cost);
        self.change_cost(at, event, position, amount * sign, floor_gain);
    }

    /// Cost changes without cash, in total.
    pub fn adjust(&mut self, event: &'j Event, security: &Name, cost: Decimal) {
        let position = self.position(&event.account, security);
        self.change_cost(usize::MAX, event, position, cost, false);
    }

    fn change_cost(
        &mut self,
        at: usize,
        event: &'j Event,
        position: usize,
        change: Decimal,
        floor_gain: bool,
    ) {
        let of = &mut self.positions[position];
        if of.held.is_zero() {
            return;
        }
        if let Some(pool) = &mut of.pool {
            *pool += change.into();
            if !pool.is_negative() {
                return;
            }
            let lots = of.drain();
            for lot in lots {
                of.add(lot);
            }
            return self.change_cost(at, event, position, Decimal::ZERO, floor_gain);
        }
        let mut dealer = Dealer::new(change.into(), of.held);
        let mut gains = Vec::new();
        for lot in of.lots_mut() {
            let part = dealer.next(lot.quantity);
            let Some(cost) = lot.cost else { continue };
            let left = cost + part;
            lot.set_cost(Some(left.max(Fixed::ZERO)));
            if left.is_negative() {
                gains.push((lot.clone(), -left));
            }
        }
        for (mut lot, gain) in gains {
            if !floor_gain || at == usize::MAX {
                let security = self.positions[position].security.clone();
                let asks = format!(
                    "the cost of {security} falls below nil by {}: is that so?",
                    gain.decimal()
                );
                self.ask(
                    event,
                    asks,
                    Some(gain.decimal()),
                    "main.journal",
                    "    ; cost: …".to_owned(),
                );
                continue;
            }
            lot.set_cost(Some(Fixed::ZERO));
            let sold = self.units_of(position, &lot, gain, event.date);
            self.keep(at, position, sold);
        }
    }
}
