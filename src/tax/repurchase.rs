//! Losses that do not count because the same thing was bought again: matched share by share inside
//! the walk, since a loss denied changes the cost of the next sale.
//!
//! Losses are served in order of sale, replacements in order of purchase. Each unit bought replaces
//! once. A lot is not its own replacement, and what was sold before the loss is none.
//!
//! Source: 26 USC 1091; 26 CFR 1.1091-1, 1.1091-2; Rev. Rul. 56-602, 2008-5.

use std::collections::{HashMap, VecDeque};

use super::apart::Found;
use super::holding::moved;
use super::losses::{Denials, Loss, Queue, Rooms, Waiting};
use super::lot::Lot;
use super::share::units_of;
use super::sold::{Disposal, Sold};
use super::walk::Walk;
use crate::event::{Event, Journal, stretches};
use crate::income::MayChange;
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::regime::Repurchase;
use crate::source::{ByLetters, Name};

/// Losses that may still be denied, and purchases that may still deny one, by whose they are and of
/// which security.
#[derive(Default)]
pub(super) struct Losses {
    numbers: HashMap<(u32, Name), usize, ByLetters>,
    pools: Vec<Pool>,
    pub rooms: Rooms,
}

/// Those of one security.
#[derive(Default)]
struct Pool {
    group: u32,
    security: Name,
    /// In the order of the sales.
    waiting: VecDeque<Waiting>,
    recent: VecDeque<Purchase>,
    /// Those of late, oldest first.
    splits: Vec<Split>,
}

/// A split as the accounts book it.
struct Split {
    /// The day and the event of the first one that does.
    day: NaiveDate,
    at: usize,
    positions: Vec<usize>,
}

/// Accounts book one split within so many days; no two are that near.
const SAME_SPLIT: i64 = 10;

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

impl Losses {
    /// The number of the losses and purchases of a security.
    pub fn number(&mut self, group: u32, security: &Name) -> usize {
        let pools = &mut self.pools;
        *self.numbers.entry((group, security.clone())).or_insert_with(|| {
            pools.push(Pool { group, security: security.clone(), ..Pool::default() });
            pools.len() - 1
        })
    }
}

impl<'j> Walk<'j> {
    /// Whether losses on a security may be denied, on a day.
    pub fn denies(&self, position: usize, day: NaiveDate) -> Option<&'j Repurchase> {
        let rule = self.regime.repurchase.as_ref()?;
        let security = &self.positions[position].security;
        (!self.is(security, day, &rule.unless)).then_some(rule)
    }

    /// Keeps units that a disposal took, and notes what they lost.
    #[inline]
    pub fn keep_of(&mut self, disposal: &mut Disposal<'_>, sold: Sold) {
        if disposal.marked {
            return self.close_contract(&disposal.sale, &sold);
        }
        let (gain, plain) = (sold.gain(), sold.plain > 0);
        let units = (sold.acquisition, sold.quantity, sold.since);
        let place = self.keep_in(&disposal.sale, &mut disposal.sums, sold);
        if let Some(gain) = gain {
            disposal.gained(gain, units, place, plain);
        }
    }

    /// Looks which losses of a disposal purchases before it deny, and which those after it may.
    pub fn after_disposal(&mut self, disposal: Disposal<'_>) {
        let Disposal { sale, day, year, rule, mut losses, .. } = disposal;
        let (Some(rule), Some(year)) = (rule, year) else { return };
        let number = self.positions[sale.position].losses;
        let mut recent = std::mem::take(&mut self.losses.pools[number].recent);
        let start = moved(day, rule.from);
        while recent.front().is_some_and(|purchase| start.is_none_or(|start| purchase.day < start))
        {
            recent.pop_front();
        }
        self.look_back(rule, &mut recent, &mut losses);
        let pool = &mut self.losses.pools[number];
        pool.recent = recent;
        if losses.is_empty() {
            self.losses.rooms.give(losses);
        } else {
            pool.waiting.push_back(Waiting { disposal: sale.disposal, year, day, losses });
        }
    }

    /// Purchases up to the sale, oldest first, of units that are still held.
    fn look_back(
        &mut self,
        rule: &Repurchase,
        recent: &mut VecDeque<Purchase>,
        losses: &mut Queue,
    ) {
        // Each purchase looked at is used up or is the last one, so none is looked at for long.
        let mut at = 0;
        while !losses.is_empty()
            && let Some(purchase) = recent.get(at).copied()
        {
            // A lot is not its own replacement.
            let others = losses.iter_mut().filter(|loss| !loss.is_of(purchase.event));
            match self.replace(rule, &purchase, others) {
                Left::Some => at += 1,
                Left::Nothing => drop(recent.remove(at)),
            }
            losses.pass_served();
        }
        losses.drop_served();
    }

    /// A purchase: what losses before it does it deny, and may it deny one after it?
    pub fn bought(&mut self, purchase: Purchase) {
        let Some(rule) = &self.regime.repurchase else { return };
        let Purchase { position, day, .. } = purchase;
        let number = self.positions[position].losses;
        let pool = &mut self.losses.pools[number];
        if !pool.waiting.is_empty() {
            let mut waiting = std::mem::take(&mut pool.waiting);
            let over = |sale: &Waiting| moved(sale.day, rule.to).is_none_or(|last| day > last);
            // A loss that is deemed to be of the year's end may stand before one of an earlier day.
            self.losses.rooms.retain(&mut waiting, |sale| !over(sale));
            let before = waiting.iter_mut().filter(|sale| sale.day <= day);
            self.replace(rule, &purchase, before.flat_map(|sale| sale.losses.iter_mut()));
            for sale in &mut waiting {
                sale.losses.pass_served();
            }
            self.losses.rooms.retain(&mut waiting, |sale| !sale.losses.is_empty());
            self.losses.pools[number].waiting = waiting;
        }
        let recent = &mut self.losses.pools[number].recent;
        let start = moved(day, rule.from).unwrap_or(day);
        while recent.front().is_some_and(|purchase| purchase.day < start) {
            recent.pop_front();
        }
        recent.push_back(purchase);
    }

    /// Lets units of one purchase replace units sold at a loss, in the order of these: the losses do not
    /// count, and the units take them as cost, and the time that those sold were held. Returns whether
    /// units are left that can replace more.
    fn replace<'l>(
        &mut self,
        rule: &Repurchase,
        purchase: &Purchase,
        losses: impl Iterator<Item = &'l mut Loss>,
    ) -> Left {
        let Purchase { event, position, day, order } = *purchase;
        let of = &mut self.positions[position];
        let moves = !(of.sheltered && rule.sheltered_lost);
        let mut denials = Denials { code: &rule.code, because: event, of: None };
        let mut behind = VecDeque::new();
        // The lot whose units are used, a part for each loss.
        let mut open: Option<Lot> = None;
        let mut looked = false;
        'losses: for loss in losses {
            while loss.left.is_positive() {
                if open.is_none() {
                    of.close(&mut behind);
                    let free = of.replacement(day, event, order);
                    open = free.and_then(|at| of.open(at, &mut behind));
                    looked = true;
                }
                let Some(lot) = &mut open else { break 'losses };
                let used_up = lot.quantity <= loss.left;
                let mut part = if used_up { std::mem::take(lot) } else { lot.part(loss.left) };
                let denied = loss.deny(part.quantity);
                part.replaces = true;
                if moves {
                    part.set_cost(part.cost.map(|cost| cost + denied));
                    part.since = part.since.and_then(|since| since.before(loss.held));
                    of.pool = of.pool.map(|pool| pool + denied);
                }
                denials.add(&mut self.kept, loss, (denied, part.quantity));
                of.put(part);
                if used_up {
                    open = None;
                }
            }
        }
        denials.keep(&mut self.kept);
        let some = open.is_some() || !looked;
        if let Some(lot) = open {
            of.put(lot);
        }
        of.close(&mut behind);
        if some || of.replacement(day, event, order).is_some() { Left::Some } else { Left::Nothing }
    }

    /// Whether a loss of a security may still be denied on a day, or was just made.
    pub fn loss_waits(&self, account: &Name, security: &Name, day: NaiveDate) -> bool {
        let Some(rule) = &self.regime.repurchase else { return false };
        let group = super::positions::group(self.journal, account);
        let Some(pool) = self.losses.numbers.get(&(group, security.clone())) else { return false };
        self.losses.pools[*pool]
            .waiting
            .iter()
            .any(|sale| moved(sale.day, rule.to).is_some_and(|last| sale.day <= day && day <= last))
    }

    /// A split: the units of losses that wait count anew, once, though every account that holds some has
    /// an event for it, some on a day of its own.
    pub fn rescale(&mut self, at: usize, position: usize, ratio: (Decimal, Decimal)) {
        let (event, events) = (&self.journal.events[at], &self.journal.events);
        let pool = &mut self.losses.pools[self.positions[position].losses];
        let is_of_late = |split: &Split| (event.date - split.day).num_days() <= SAME_SPLIT;
        let same = pool
            .splits
            .iter_mut()
            .find(|split| is_of_late(split) && !split.positions.contains(&position));
        // Losses of other accounts, and the own ones before the first event, are in new units then.
        let since = same.map(|split| {
            split.positions.push(position);
            split.at
        });
        if since.is_none() {
            pool.splits.retain(is_of_late);
            pool.splits.push(Split { day: event.date, at, positions: vec![position] });
        }
        let old_units = |sale: &&mut Waiting| {
            let of_account =
                |since| sale.disposal > since && events[sale.disposal].account == event.account;
            since.is_none_or(of_account)
        };
        let (new, old) = ratio;
        for loss in
            pool.waiting.iter_mut().filter(old_units).flat_map(|sale| sale.losses.iter_mut())
        {
            loss.left = units_of(loss.left, new, old);
            if let Some(dealer) = &mut loss.dealer {
                dealer.rescale(loss.left, new, old);
            }
        }
    }

    /// The same security under another name.
    pub fn renamed(&mut self, from: usize, to: usize) {
        let (old, new) = (self.positions[from].losses, self.positions[to].losses);
        if old == new {
            return;
        }
        let pool = &mut self.losses.pools[old];
        let (waiting, mut recent) =
            (std::mem::take(&mut pool.waiting), std::mem::take(&mut pool.recent));
        for purchase in &mut recent {
            if purchase.position == from {
                purchase.position = to;
            }
        }
        let pool = &mut self.losses.pools[new];
        pool.waiting.extend(waiting);
        pool.recent.extend(recent);
    }

    /// Which losses a purchase after the records could still deny, each with its group of accounts;
    /// whose records they wait for is told by `wait_for`.
    pub fn may_change(&mut self) -> Vec<u32> {
        let Some(rule) = &self.regime.repurchase else { return Vec::new() };
        let mut found = Vec::new();
        for Pool { group, security, waiting, .. } in std::mem::take(&mut self.losses.pools) {
            for Waiting { disposal, year, day, losses } in waiting {
                let Some(until) = moved(day, rule.to) else { continue };
                for loss in losses.left() {
                    let change = MayChange {
                        year,
                        until,
                        rule: format!("{}/repurchase", self.regime.id).into(),
                        law: rule.law.clone(),
                        security: security.clone(),
                        event: disposal,
                        amount: loss.lost.decimal(),
                        waits_for: Vec::new(),
                    };
                    found.push((group, change));
                }
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
        .map(|(account, day)| (super::positions::group(journal, &account), account, day))
        .collect();
    for Found { findings, groups, .. } in found {
        for (change, group) in findings.may_change.iter_mut().zip(groups) {
            let waits = reached.iter().filter(|(of, _, day)| of == group && *day < change.until);
            change.waits_for = waits.map(|(_, account, _)| account.clone()).collect();
        }
        findings.may_change.retain(|change| !change.waits_for.is_empty());
    }
}

/// The newest day of each account's records, and whether it holds securities.
#[derive(Default)]
struct Reached<'j>(HashMap<usize, (&'j Name, NaiveDate, bool), ByLetters>);

impl<'j> Reached<'j> {
    fn of(events: &'j [Event]) -> Reached<'j> {
        let mut newest = Reached::default();
        for event in events {
            newest.add(&event.account, event.date, event.kind.quantity().is_some());
        }
        newest
    }

    fn add(&mut self, account: &'j Name, day: NaiveDate, holds: bool) {
        let (_, newest, held) = self.0.entry(account.number()).or_insert((account, day, holds));
        *newest = (*newest).max(day);
        *held |= holds;
    }
}

/// To which day the records of each account reach that holds securities, or says how far it does.
fn reached(journal: &Journal) -> Vec<(Name, NaiveDate)> {
    let mut newest = Reached::default();
    for Reached(of_stretch) in stretches(&journal.events, |_, events| Reached::of(events)) {
        for (account, day, holds) in of_stretch.into_values() {
            newest.add(account, day, holds);
        }
    }
    let stated =
        journal.accounts.values().filter_map(|account| Some((&account.id, account.reached?)));
    for (account, day) in stated {
        newest.add(account, day, true);
    }
    let mut reached: Vec<(Name, NaiveDate)> = newest
        .0
        .into_values()
        .filter(|(.., holds)| *holds)
        .map(|(account, day, _)| (account.clone(), day))
        .collect();
    reached.sort();
    reached
}
