//! Losses that do not count because the same thing was bought again: matched share by share inside
//! the walk, since a loss denied changes the cost of the next sale.
//!
//! Losses are served in order of sale, replacements in order of purchase. Each unit bought replaces
//! once. A lot is not its own replacement, and what was sold before the loss is none.
//!
//! Source: 26 USC 1091; 26 CFR 1.1091-1, 1.1091-2; Rev. Rul. 56-602, 2008-5.

use std::collections::{HashMap, HashSet, VecDeque};

use super::apart::Found;
use super::holding::moved;
use super::position::Position;
use super::share::Dealer;
use super::sold::correct;
use super::walk::Walk;
use crate::event::Journal;
use crate::income::{Adjustment, MayChange};
use crate::money::Decimal;
use crate::period::{NaiveDate, TaxYear};
use crate::regime::Repurchase;
use crate::source::{ByLetters, Name};

type Key = (u32, Name);

/// Losses that may still be denied, and purchases that may still deny one.
#[derive(Default)]
pub(super) struct Losses {
    waiting: HashMap<Key, VecDeque<Loss>, ByLetters>,
    recent: HashMap<Key, VecDeque<Purchase>, ByLetters>,
}

/// A loss of one lot, as far as nothing has replaced it.
struct Loss {
    /// The match that it is in.
    matched: usize,
    /// The purchase and the disposal.
    acquisition: Option<usize>,
    disposal: usize,
    year: TaxYear,
    day: NaiveDate,
    left: Decimal,
    dealer: Dealer,
    /// Days that the units sold had been held.
    held: i64,
    /// Nothing corrects it yet.
    plain: bool,
    /// The match is of this lot alone.
    apart: bool,
}

/// A purchase that may replace units sold within the window.
#[derive(Clone, Copy)]
pub(super) struct Purchase {
    pub event: usize,
    pub position: usize,
    pub day: NaiveDate,
    /// What its lot is found by.
    pub order: u64,
}

/// Whether units of a purchase can still replace others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    Some,
    Nothing,
}

impl Walk<'_> {
    /// Keeps what was sold last, and looks which of it are losses that purchases before them deny, and
    /// which purchases after them may.
    pub fn after_disposal(&mut self, position: usize) {
        let counts = self.regime.repurchase.as_ref().zip(self.sold.first());
        let counts = counts.filter(|(rule, first)| {
            first.year.is_some() && !self.is(&first.security, first.disposed, &rule.unless)
        });
        let Some((rule, first)) = counts else { return self.keep_sold(position) };
        let day = first.disposed;
        let key = (self.positions[position].group, first.security.clone());
        let mut recent = self.losses.recent.remove(&key).unwrap_or_default();
        let start = moved(day, rule.from);
        while recent.front().is_some_and(|purchase| start.is_none_or(|start| purchase.day < start))
        {
            recent.pop_front();
        }
        let mut waiting = Vec::new();
        let mut class = self.class(position, first);
        let mut sold = std::mem::take(&mut self.sold);
        for matched in &mut sold {
            let loss = matched.gain().filter(|gain| gain.is_sign_negative() && !gain.is_zero());
            let (Some(loss), Some(year)) = (loss, matched.year) else {
                self.keep_in(position, &mut class, matched);
                continue;
            };
            let since = matched.held_since.or(matched.acquired);
            let mut loss = Loss {
                matched: 0,
                acquisition: matched.acquisition,
                disposal: matched.disposal,
                year,
                day,
                left: matched.quantity,
                dealer: Dealer::new(-loss, matched.quantity),
                held: since.map_or(0, |since| (day - since).num_days()),
                plain: matched.plain > 0,
                apart: class.is_none(),
            };
            loss.matched = self.keep_in(position, &mut class, matched);
            self.look_back(rule, &mut recent, &mut loss);
            if loss.left > Decimal::ZERO {
                waiting.push(loss);
            }
        }
        sold.clear();
        self.sold = sold;
        if !recent.is_empty() {
            self.losses.recent.insert(key.clone(), recent);
        }
        if !waiting.is_empty() {
            self.losses.waiting.entry(key).or_default().extend(waiting);
        }
    }

    /// Purchases up to the sale, oldest first, of units that are still held.
    fn look_back(&mut self, rule: &Repurchase, recent: &mut VecDeque<Purchase>, loss: &mut Loss) {
        // Each purchase looked at is used up or is the last one, so none is looked at for long.
        let mut at = 0;
        while loss.left > Decimal::ZERO
            && let Some(purchase) = recent.get(at).copied()
        {
            if loss.acquisition == Some(purchase.event)
                || self.replace(rule, &purchase, loss) == Left::Some
            {
                at += 1;
            } else {
                recent.remove(at);
            }
        }
    }

    /// A purchase: what losses before it does it deny, and may it deny one after it?
    pub fn bought(&mut self, purchase: Purchase) {
        let Some(rule) = &self.regime.repurchase else { return };
        let Purchase { position, day, .. } = purchase;
        let of = &self.positions[position];
        let key = (of.group, of.security.clone());
        if let Some(mut waiting) = self.losses.waiting.remove(&key) {
            let over = |loss: &Loss| moved(loss.day, rule.to).is_none_or(|last| day > last);
            // A loss that is deemed to be of the year's end may stand before one of an earlier day.
            if waiting.iter().is_sorted_by_key(|loss| loss.day) {
                let over = waiting.iter().take_while(|loss| over(loss)).count();
                waiting.drain(..over);
            } else {
                waiting.retain(|loss| !over(loss));
            }
            let mut at = 0;
            let mut left = Left::Some;
            while left == Left::Some
                && let Some(loss) = waiting.get_mut(at)
            {
                if loss.day <= day {
                    left = self.replace(rule, &purchase, loss);
                }
                if loss.left > Decimal::ZERO {
                    at += 1;
                } else {
                    waiting.remove(at);
                }
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
        purchases.push_back(purchase);
    }

    /// Lets units of one purchase replace units sold at a loss: the loss does not count, and the
    /// units take it as cost, and the time that those sold were held. Returns whether units are left
    /// that can replace more.
    fn replace(&mut self, rule: &Repurchase, purchase: &Purchase, loss: &mut Loss) -> Left {
        let Purchase { event, position, day, order } = *purchase;
        let of = &mut self.positions[position];
        let sheltered = of.sheltered;
        while let Some(at) = of.replacement(day, event, order) {
            if loss.left <= Decimal::ZERO {
                return Left::Some;
            }
            let (lot, more) = of.separate(at, loss.left);
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
            if std::mem::take(&mut loss.plain) {
                matched.plain -= 1;
            }
            let because = loss.apart.then_some(event);
            let code = rule.code.clone();
            correct(matched, Adjustment { code, amount: denied, because, quantity: units });
            if more {
                return Left::Some;
            }
        }
        Left::Nothing
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
            loss.left = super::share::share(loss.left, new, old);
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

    /// Which losses a purchase after the records could still deny, each with its group of accounts;
    /// whose records they wait for is told by `wait_for`.
    pub fn may_change(&mut self) -> Vec<u32> {
        let Some(rule) = &self.regime.repurchase else { return Vec::new() };
        let mut found = Vec::new();
        for ((group, security), waiting) in std::mem::take(&mut self.losses.waiting) {
            for loss in waiting {
                let Some(until) = moved(loss.day, rule.to) else { continue };
                let change = MayChange {
                    year: loss.year,
                    until,
                    rule: format!("{}/repurchase", self.regime.id).into(),
                    law: rule.law.clone(),
                    security: security.clone(),
                    event: loss.disposal,
                    amount: loss.dealer.rest(),
                    waits_for: Vec::new(),
                };
                found.push((group, change));
            }
        }
        found.sort_by_key(|(_, change)| (change.until, change.event));
        let (groups, changes) = found.into_iter().unzip();
        self.findings.may_change = changes;
        groups
    }
}

/// Tells the accounts of its group whose records end before a loss is safe; a loss that waits for none
/// is.
pub(super) fn wait_for(journal: &Journal, found: &mut [Found]) {
    if found.iter().all(|found| found.groups.is_empty()) {
        return;
    }
    let reached = reached(journal);
    let reached: Vec<(u32, Name, NaiveDate)> = reached
        .into_iter()
        .map(|(account, day)| (super::walk::group(journal, &account), account, day))
        .collect();
    for Found { findings, groups, .. } in found {
        for (change, group) in findings.may_change.iter_mut().zip(groups) {
            let waits = reached.iter().filter(|(of, _, day)| of == group && *day < change.until);
            change.waits_for = waits.map(|(_, account, _)| account.clone()).collect();
        }
        findings.may_change.retain(|change| !change.waits_for.is_empty());
    }
}

/// To which day the records of each account reach that holds securities, or says how far it does.
fn reached(journal: &Journal) -> Vec<(Name, NaiveDate)> {
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
