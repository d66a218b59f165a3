//! Losses that do not count because the same thing was bought again: matched share by share inside
//! the walk, since a loss denied changes the cost of the next sale.
//!
//! Losses are served in order of sale, replacements in order of purchase. Each unit bought replaces
//! once. A lot is not its own replacement, and what was sold before the loss is none.
//!
//! Source: 26 USC 1091; 26 CFR 1.1091-1, 1.1091-2; Rev. Rul. 56-602, 2008-5.

use std::collections::{HashMap, HashSet, VecDeque};

use super::holding::moved;
use super::lot::{Dealer, Position};
use super::walk::Walk;
use crate::income::{Adjustment, MayChange};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::regime::Repurchase;
use crate::source::{ByLetters, Name};

type Key = (u32, Name);

/// Losses that may still be denied, and purchases that may still deny one.
#[derive(Default)]
pub(super) struct Losses {
    waiting: HashMap<Key, VecDeque<Loss>, ByLetters>,
    recent: HashMap<Key, VecDeque<Purchase>, ByLetters>,
}

/// A loss of one match, as far as nothing has replaced it.
struct Loss {
    matched: usize,
    day: NaiveDate,
    left: Decimal,
    dealer: Dealer,
    /// Days that the units sold had been held.
    held: i64,
}

/// A purchase that may replace units sold within the window.
struct Purchase {
    event: usize,
    position: usize,
    day: NaiveDate,
}

impl Walk<'_> {
    /// Looks at the matches from `first` on: which are losses that purchases before them deny, and
    /// which purchases after them may.
    pub fn after_disposal(&mut self, first: usize, position: usize) {
        let Some(rule) = &self.regime.repurchase else { return };
        for at in first..self.findings.matches.len() {
            let matched = &self.findings.matches[at];
            let Some(loss) =
                matched.gain().filter(|gain| gain.is_sign_negative() && !gain.is_zero())
            else {
                continue;
            };
            if matched.year.is_none() || self.is(&matched.security, matched.disposed, &rule.unless)
            {
                continue;
            }
            let (day, quantity) = (matched.disposed, matched.quantity);
            let since = matched.held_since.or(matched.acquired);
            let held = since.map_or(0, |since| (day - since).num_days());
            let key = (self.positions[position].group, matched.security.clone());
            let mut loss = Loss {
                matched: at,
                day,
                left: quantity,
                dealer: Dealer::new(-loss, quantity),
                held,
            };
            self.look_back(rule, &key, &mut loss);
            if loss.left > Decimal::ZERO {
                self.losses.waiting.entry(key).or_default().push_back(loss);
            }
        }
    }

    /// Purchases up to the sale, oldest first, of units that are still held.
    fn look_back(&mut self, rule: &Repurchase, key: &Key, loss: &mut Loss) {
        let Some(start) = moved(loss.day, rule.from) else { return };
        let Some(mut recent) = self.losses.recent.remove(key) else { return };
        while recent.front().is_some_and(|purchase| purchase.day < start) {
            recent.pop_front();
        }
        let sold = self.findings.matches[loss.matched].acquisition;
        // Each purchase looked at is used up or is the last one, so none is looked at for long.
        let mut kept = Vec::new();
        while loss.left > Decimal::ZERO
            && let Some(purchase) = recent.pop_front()
        {
            let other = sold != Some(purchase.event);
            if other {
                self.replace(rule, purchase.position, purchase.event, purchase.day, loss);
            }
            if !other || !used_up(&self.positions[purchase.position], &purchase) {
                kept.push(purchase);
            }
        }
        for purchase in kept.into_iter().rev() {
            recent.push_front(purchase);
        }
        self.losses.recent.insert(key.clone(), recent);
    }

    /// A purchase: what losses before it does it deny, and may it deny one after it?
    pub fn bought(&mut self, event: usize, position: usize, _quantity: Decimal, day: NaiveDate) {
        let Some(rule) = &self.regime.repurchase else { return };
        let of = &self.positions[position];
        let key = (of.group, of.security.clone());
        if let Some(mut waiting) = self.losses.waiting.remove(&key) {
            let over = |loss: &Loss| moved(loss.day, rule.to).is_none_or(|last| day > last);
            // A loss that is deemed to be of the year's end may stand before one of an earlier day.
            if waiting.iter().is_sorted_by_key(|loss| loss.day) {
                while waiting.front().is_some_and(over) {
                    waiting.pop_front();
                }
            } else {
                waiting.retain(|loss| !over(loss));
            }
            let mut kept = Vec::new();
            while self.positions[position].can_replace(day, event)
                && let Some(mut loss) = waiting.pop_front()
            {
                if loss.day <= day {
                    self.replace(rule, position, event, day, &mut loss);
                }
                if loss.left > Decimal::ZERO {
                    kept.push(loss);
                }
            }
            for loss in kept.into_iter().rev() {
                waiting.push_front(loss);
            }
            if !waiting.is_empty() {
                self.losses.waiting.insert(key.clone(), waiting);
            }
        }
        let purchases = self.losses.recent.entry(key).or_default();
        let start = moved(day, rule.from).unwrap_or(day);
        while purchases.front().is_some_and(|purchase| purchase.day < start) {
            purchases.pop_front();
        }
        purchases.push_back(Purchase { event, position, day });
    }

    /// Lets units of one purchase replace units sold at a loss: the loss does not count, and the
    /// units take it as cost, and the time that those sold were held.
    fn replace(
        &mut self,
        rule: &Repurchase,
        position: usize,
        event: usize,
        day: NaiveDate,
        loss: &mut Loss,
    ) {
        let sheltered = self.positions[position].sheltered;
        while loss.left > Decimal::ZERO {
            let of = &mut self.positions[position];
            let Some(at) = of.replacement(day, event) else { return };
            let lot = of.separate(at, loss.left);
            let units = lot.quantity;
            loss.left -= units;
            let denied = loss.dealer.next(units);
            lot.replaces = true;
            if !(sheltered && rule.sheltered_lost) {
                let cost = lot.cost.map(|cost| cost + denied);
                lot.set_cost(cost);
                lot.since = lot.since.and_then(|since| moved(since, -loss.held));
                if let Some(pool) = &mut of.pool {
                    *pool += denied;
                }
            }
            let matched = &mut self.findings.matches[loss.matched];
            let known = matched.adjustments.iter_mut().find(|known| known.because == Some(event));
            if let Some(known) = known {
                known.amount += denied;
                known.quantity += units;
            } else {
                let code = rule.code.clone();
                matched.adjustments.push(Adjustment {
                    code,
                    amount: denied,
                    because: Some(event),
                    quantity: units,
                });
            }
        }
    }

    /// Whether a loss of a security may still be denied on a day, or was just made.
    pub fn loss_waits(&self, account: &Name, security: &Name, day: NaiveDate) -> bool {
        let Some(rule) = &self.regime.repurchase else { return false };
        let group = super::walk::group(self.journal, account);
        let waiting = self.losses.waiting.get(&(group, security.clone()));
        waiting.is_some_and(|waiting| {
            waiting.iter().any(|loss| {
                moved(loss.day, rule.to).is_some_and(|last| loss.day <= day && day <= last)
            })
        })
    }

    /// A split: units that wait count anew.
    pub fn rescale(&mut self, position: usize, new: Decimal, old: Decimal) {
        let of = &self.positions[position];
        let key = (of.group, of.security.clone());
        for loss in self.losses.waiting.get_mut(&key).into_iter().flatten() {
            loss.left = super::lot::share(loss.left, new, old);
            loss.dealer.rescale(new, old);
        }
    }

    /// The same security under another name.
    pub fn renamed(&mut self, from: usize, to: usize) {
        let key = |of: &Position| (of.group, of.security.clone());
        let (old, new) = (key(&self.positions[from]), key(&self.positions[to]));
        if let Some(waiting) = self.losses.waiting.remove(&old) {
            self.losses.waiting.entry(new.clone()).or_default().extend(waiting);
        }
        if let Some(mut recent) = self.losses.recent.remove(&old) {
            for purchase in &mut recent {
                if purchase.position == from {
                    purchase.position = to;
                }
            }
            self.losses.recent.entry(new).or_default().extend(recent);
        }
    }

    /// Which losses a purchase after the records could still deny.
    pub fn may_change(&mut self) {
        let Some(rule) = &self.regime.repurchase else { return };
        if self.losses.waiting.is_empty() {
            return;
        }
        let reached = reached(self.journal);
        let mut found = Vec::new();
        for ((group, security), waiting) in std::mem::take(&mut self.losses.waiting) {
            for loss in waiting {
                let Some(until) = moved(loss.day, rule.to) else { continue };
                let matched = &self.findings.matches[loss.matched];
                let Some(year) = matched.year else { continue };
                let waits_for: Vec<Name> = reached
                    .iter()
                    .filter(|(account, day)| *day < until && self.group_is(account, group))
                    .map(|(account, _)| account.clone())
                    .collect();
                if waits_for.is_empty() {
                    continue;
                }
                let denied: Decimal =
                    matched.adjustments.iter().map(|adjustment| adjustment.amount).sum();
                let loss_left = matched.cost.unwrap_or_default() - matched.proceeds - denied;
                found.push(MayChange {
                    year,
                    until,
                    rule: format!("{}/repurchase", self.regime.id).into(),
                    law: rule.law.clone(),
                    security: security.clone(),
                    event: matched.disposal,
                    amount: loss_left,
                    waits_for,
                });
            }
        }
        found.sort_by_key(|change| (change.until, change.event));
        self.findings.may_change = found;
    }

    fn group_is(&self, account: &Name, group: u32) -> bool {
        super::walk::group(self.journal, account) == group
    }
}

fn used_up(position: &Position, purchase: &Purchase) -> bool {
    !position.can_replace(purchase.day, purchase.event)
}

/// To which day the records of each account reach that holds securities, or says how far it does.
fn reached(journal: &crate::event::Journal) -> Vec<(Name, NaiveDate)> {
    let mut newest: HashMap<&Name, NaiveDate, ByLetters> = HashMap::default();
    let mut holds: HashSet<&Name, ByLetters> = HashSet::default();
    for event in &journal.events {
        let day = newest.entry(&event.account).or_insert(event.date);
        *day = (*day).max(event.date);
        if event.kind.quantity().is_some() {
            holds.insert(&event.account);
        }
    }
    let stated =
        journal.accounts.values().filter_map(|account| Some((&account.id, account.reached?)));
    for (account, day) in stated {
        let known = newest.entry(account).or_insert(day);
        *known = (*known).max(day);
        holds.insert(account);
    }
    let mut reached: Vec<(Name, NaiveDate)> = newest
        .into_iter()
        .filter(|(account, _)| holds.contains(account))
        .map(|(account, day)| (account.clone(), day))
        .collect();
    reached.sort();
    reached
}
