//! What an account holds and owes of one security: its lots, and in which order they are taken.

use std::collections::{BTreeSet, VecDeque};

use super::day::Day;
use super::fixed::Fixed;
use super::lot::Lot;
use super::share::{DIGITS, Dealer, share};
use super::sold::Class;
use crate::event::LotMethod;
use crate::money::{Decimal, rounded};
use crate::period::NaiveDate;
use crate::source::Name;

/// Room for the parts that a lot may be cut into, each with an order of its own.
const PARTS: u64 = 1 << 32;

/// What the books state about a security.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stated {
    Nothing,
    /// Facts that hold on any day.
    Always,
    /// Facts that change with the day.
    Dated,
}

/// What an account holds and owes of one security.
#[derive(Debug)]
pub(super) struct Position {
    pub account: Name,
    pub security: Name,
    /// Income of the account is nobody's.
    pub sheltered: bool,
    pub sort: &'static str,
    /// The event that it is first named in, by its index.
    pub born: usize,
    pub stated: Stated,
    /// Sums of disposals, by what those have in common, newest last.
    pub sums: Vec<(Class, u32)>,
    /// Whose losses its purchases may deny, with those that did so before.
    pub losses: usize,
    /// Held, by day of purchase; lots sold out of order stay as empty ones for a while.
    lots: VecDeque<Lot>,
    /// Owed: sold short or written, oldest first.
    pub owed: VecDeque<Lot>,
    /// Units held in all.
    pub held: Fixed,
    /// Cost of all units, while the average is taken.
    pub pool: Option<Fixed>,
    /// By unit cost, while lots are taken by it.
    ranked: Option<BTreeSet<(Decimal, (NaiveDate, u64))>>,
    /// What one unit of the first day has become by splits.
    factor: Decimal,
    /// The same after each split, with its day.
    splits: Vec<(NaiveDate, Decimal)>,
    /// Whether a test around an ex-date needs its history.
    pub watched: bool,
    pub stays: Vec<Stay>,
    /// Long-term gains that the fund passed on: the day, and how much for one unit of the first day.
    pub passed_on: Vec<(NaiveDate, Decimal)>,
    next: u64,
    /// Some lots were bought elsewhere, or stood in another place before.
    strays: bool,
    /// How many lots, empty ones too, there may be before those are dropped.
    room: usize,
}

/// Units that were held from a day to a day, counted in units of the first day.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stay {
    pub acquired: NaiveDate,
    pub since: NaiveDate,
    /// `None`: held on.
    pub left: Option<NaiveDate>,
    pub units: Decimal,
}

impl Position {
    pub fn new(account: Name, security: Name, sheltered: bool, sort: &'static str) -> Position {
        Position {
            account,
            security,
            sheltered,
            sort,
            born: 0,
            stated: Stated::Nothing,
            sums: Vec::new(),
            lots: VecDeque::new(),
            owed: VecDeque::new(),
            held: Fixed::ZERO,
            pool: None,
            losses: 0,
            ranked: None,
            factor: Decimal::ONE,
            splits: Vec::new(),
            watched: false,
            stays: Vec::new(),
            passed_on: Vec::new(),
            next: PARTS,
            strays: false,
            room: 64,
        }
    }

    /// The lots held, oldest purchase first.
    pub fn lots(&self) -> impl Iterator<Item = &Lot> {
        self.lots.iter().filter(|lot| !lot.quantity.is_zero())
    }

    /// The same to be changed; after that, order them by nothing that changed.
    pub fn lots_mut(&mut self) -> impl Iterator<Item = &mut Lot> {
        self.ranked = None;
        self.lots.iter_mut().filter(|lot| !lot.quantity.is_zero())
    }

    /// Takes all lots out, for those that move on as something else.
    pub fn drain(&mut self) -> Vec<Lot> {
        self.ranked = None;
        self.held = Fixed::ZERO;
        let lots = std::mem::take(&mut self.lots).into_iter();
        let mut lots: Vec<Lot> = lots.filter(|lot| !lot.quantity.is_zero()).collect();
        if let Some(pool) = self.pool.take() {
            let units = lots.iter().map(|lot| lot.quantity).sum();
            let mut dealer = Dealer::new(pool, units);
            for lot in &mut lots {
                let cost = dealer.next(lot.quantity);
                lot.set_cost(Some(cost));
            }
        }
        lots
    }

    /// Puts a lot where its day of purchase belongs. Returns what it can be found again by.
    pub fn add(&mut self, mut lot: Lot) -> u64 {
        let order = self.next;
        // A lot that never stood anywhere has no order.
        self.strays |= lot.order != 0;
        lot.order = order;
        self.next += PARTS;
        self.held += lot.quantity;
        if let Some(pool) = &mut self.pool {
            *pool += lot.cost.unwrap_or(Fixed::ZERO);
        }
        if let Some(ranked) = &mut self.ranked {
            ranked.insert((lot.unit_cost(), lot.key()));
        }
        self.insert(lot);
        order
    }

    fn insert(&mut self, lot: Lot) {
        let key = lot.key();
        if self.lots.back().is_none_or(|last| last.key() <= key) {
            self.lots.push_back(lot);
        } else {
            let at = self.lots.partition_point(|other| other.key() <= key);
            self.lots.insert(at, lot);
        }
        // Lots that are empty between others go before they are the most.
        if self.lots.len() > self.room {
            self.lots.retain(|lot| !lot.quantity.is_zero());
            self.room = self.lots.len() * 2 + 64;
        }
    }

    /// Takes up to `quantity` units by a method, oldest purchase first but for the methods that say
    /// otherwise.
    pub fn take(&mut self, quantity: Fixed, method: LotMethod) -> Vec<Lot> {
        let mut taken = Vec::new();
        self.take_into(quantity, method, &mut taken);
        taken
    }

    /// The same, put behind what was taken before.
    pub fn take_into(&mut self, quantity: Fixed, method: LotMethod, taken: &mut Vec<Lot>) {
        let oldest_first =
            matches!(method, LotMethod::Fifo | LotMethod::Average | LotMethod::Chosen);
        let mut wanted = quantity;
        if oldest_first && self.ranked.is_none() {
            wanted = self.take_whole(quantity, taken);
        }
        while wanted.is_positive() {
            let Some(at) = self.pick(method) else { break };
            let lot = &mut self.lots[at];
            if let Some(ranked) = &mut self.ranked {
                ranked.remove(&(lot.unit_cost(), lot.key()));
            }
            let units = wanted.min(lot.quantity);
            wanted -= units;
            self.held -= units;
            taken.push(lot.take(units));
            if let Some(ranked) = &mut self.ranked
                && !lot.quantity.is_zero()
            {
                ranked.insert((lot.unit_cost(), lot.key()));
            }
            self.sweep();
        }
    }

    /// Takes whole lots, oldest purchase first, as long as there are no more units in them than
    /// `quantity`. Returns how many units are wanting.
    fn take_whole(&mut self, quantity: Fixed, taken: &mut Vec<Lot>) -> Fixed {
        let mut wanted = quantity;
        while let Some(lot) = self.lots.front_mut()
            && lot.quantity <= wanted
            && !wanted.is_zero()
        {
            wanted -= lot.quantity;
            // It is no part of another any more.
            lot.set(lot.quantity, lot.cost);
            if let Some(lot) = self.lots.pop_front()
                && !lot.quantity.is_zero()
            {
                taken.push(lot);
            }
        }
        self.held -= quantity - wanted;
        self.sweep();
        wanted
    }

    /// Takes units of the lots bought on a day.
    pub fn take_of(&mut self, acquired: NaiveDate, quantity: Fixed) -> Vec<Lot> {
        let mut taken = Vec::new();
        let mut wanted = quantity;
        let mut at = self.lots.partition_point(|lot| lot.key() < (acquired, 0));
        while let Some(lot) = self.lots.get_mut(at) {
            if lot.acquired != Some(acquired) || !wanted.is_positive() {
                break;
            }
            let units = wanted.min(lot.quantity);
            if units.is_positive() {
                let rank = (lot.unit_cost(), lot.key());
                wanted -= units;
                self.held -= units;
                taken.push(lot.take(units));
                if let Some(ranked) = &mut self.ranked {
                    ranked.remove(&rank);
                    if !lot.quantity.is_zero() {
                        ranked.insert((lot.unit_cost(), lot.key()));
                    }
                }
            }
            at += 1;
        }
        self.sweep();
        taken
    }

    /// The first lot of a purchase that can still replace others: held, and not used for that.
    /// `order`: as `add` returned it.
    pub fn replacement(
        &self,
        acquired: NaiveDate,
        acquisition: usize,
        order: u64,
    ) -> Option<usize> {
        let free = |lot: &Lot| {
            lot.acquisition() == Some(acquisition) && !lot.replaces && !lot.quantity.is_zero()
        };
        // What replaces was cut off the lot's front: what can still do so is its last part.
        let last = self.before((acquired, order + PARTS)).checked_sub(1);
        let own = |lot: &Lot| lot.acquired == Some(acquired) && lot.order >= order && free(lot);
        if let Some(at) = last.filter(|at| own(&self.lots[*at])) {
            return Some(at);
        }
        if !self.strays {
            return None;
        }
        let first = self.lots.partition_point(|lot| lot.key() < (acquired, 0));
        let of_day = self.lots.range(first..).take_while(|lot| lot.acquired == Some(acquired));
        of_day.zip(first..).find(|(lot, _)| free(lot)).map(|(_, at)| at)
    }

    /// How many lots stand before a place in their order, looked for from those bought last.
    fn before(&self, place: (NaiveDate, u64)) -> usize {
        let (mut end, mut step) = (self.lots.len(), 1);
        while end > 0 {
            let start = end.saturating_sub(step);
            if self.lots[start].key() < place {
                let (mut low, mut high) = (start + 1, end);
                while low < high {
                    let middle = low.midpoint(high);
                    if self.lots[middle].key() < place {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                return low;
            }
            (end, step) = (start, step * 2);
        }
        0
    }

    /// Takes the lot at a place out, to be put back in parts, and meanwhile those behind it.
    pub fn open(&mut self, at: usize, behind: &mut VecDeque<Lot>) -> Option<Lot> {
        self.ranked = None;
        *behind = self.lots.split_off(at + 1);
        self.lots.pop_back()
    }

    /// Puts a part of the lot that was opened back.
    pub fn put(&mut self, part: Lot) {
        self.lots.push_back(part);
    }

    /// Puts the lots behind the one that was opened back.
    pub fn close(&mut self, behind: &mut VecDeque<Lot>) {
        self.lots.append(behind);
    }

    fn pick(&mut self, method: LotMethod) -> Option<usize> {
        match method {
            LotMethod::Fifo | LotMethod::Average | LotMethod::Chosen => {
                self.lots.iter().position(|lot| !lot.quantity.is_zero())
            }
            LotMethod::Lifo => self.lots.iter().rposition(|lot| !lot.quantity.is_zero()),
            LotMethod::HighestCost | LotMethod::LowestCost => {
                let lots = &self.lots;
                let ranked = self.ranked.get_or_insert_with(|| {
                    let held = lots.iter().filter(|lot| !lot.quantity.is_zero());
                    held.map(|lot| (lot.unit_cost(), lot.key())).collect()
                });
                let best =
                    if method == LotMethod::LowestCost { ranked.first() } else { highest(ranked) };
                let (_, key) = *best?;
                let at = lots.partition_point(|lot| lot.key() < key);
                let same = lots.range(at..).position(|lot| !lot.quantity.is_zero())?;
                Some(at + same)
            }
        }
    }

    /// Drops empty lots at both ends.
    fn sweep(&mut self) {
        while self.lots.front().is_some_and(|lot| lot.quantity.is_zero()) {
            self.lots.pop_front();
        }
        while self.lots.back().is_some_and(|lot| lot.quantity.is_zero()) {
            self.lots.pop_back();
        }
    }

    /// Units become more, or fewer: `new` for `old` ones.
    pub fn split(&mut self, day: NaiveDate, new: Decimal, old: Decimal) {
        self.held = new.into();
        self.factor = share(self.factor, new, old);
        self.splits.push((day, self.factor));
    }

    /// Units of now as units of the first day.
    pub fn in_first_units(&self, units: Fixed) -> Decimal {
        let units = units.decimal();
        units.checked_div(self.factor).unwrap_or(units)
    }

    /// Units of the first day as the units that they are before a day.
    pub fn before_splits_of(&self, units: Decimal, day: NaiveDate) -> Decimal {
        let split = self.splits.iter().rev().find(|(on, _)| *on < day);
        let Some((_, factor)) = split else { return units };
        units.checked_mul(*factor).map_or(units, |units| rounded(units, DIGITS).normalize())
    }

    /// Remembers that units left, for tests around ex-dates.
    pub fn left(&mut self, lot: &Lot, day: Option<NaiveDate>) {
        if !self.watched {
            return;
        }
        let units = self.in_first_units(lot.quantity);
        let acquired = lot.acquired.unwrap_or(NaiveDate::MIN);
        let since = lot.since.map_or(acquired, Day::date);
        self.stays.push(Stay { acquired, since, left: day, units });
    }
}

/// The highest unit cost; among equals the oldest purchase.
fn highest(ranked: &BTreeSet<(Decimal, (NaiveDate, u64))>) -> Option<&(Decimal, (NaiveDate, u64))> {
    let (cost, _) = ranked.last()?;
    ranked.range((*cost, (NaiveDate::MIN, 0))..).next()
}

/// The next of the numbers that a seed gives.
#[cfg(test)]
pub(super) fn next(seed: &mut u64, below: u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % below
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        crate::money::plain(text).expect("a number")
    }

    #[test]
    fn lots_of_many_purchases_are_taken_as_the_method_says() {
        let methods =
            [LotMethod::Fifo, LotMethod::Lifo, LotMethod::HighestCost, LotMethod::LowestCost];
        for seed in 0..200 {
            let mut seed = seed;
            let mut position = Position::new("a".into(), "X".into(), false, "shares");
            // Day, order of purchase, unit cost, units left: the plain definition.
            let mut held: Vec<(NaiveDate, usize, u64, u64)> = Vec::new();
            for purchase in 0..300 {
                let day = NaiveDate::from_ymd_opt(2024, 1, 1).expect("a day")
                    + crate::period::Days::new(next(&mut seed, 40));
                let (units, cost) = (next(&mut seed, 3) + 1, next(&mut seed, 5) + 1);
                let lot = Lot::new(
                    Some(purchase),
                    Some(day),
                    Decimal::from(units),
                    Some(Decimal::from(cost * units)),
                );
                position.add(lot);
                held.push((day, purchase, cost, units));
                if next(&mut seed, 2) == 0 {
                    continue;
                }
                let method = methods[usize::try_from(next(&mut seed, 4)).expect("small")];
                let mut wanted = next(&mut seed, 4) + 1;
                let taken = position.take(Decimal::from(wanted).into(), method);
                let mut expected = Vec::new();
                while wanted > 0 && !held.is_empty() {
                    let best = match method {
                        LotMethod::Lifo => held.iter_mut().max_by_key(|lot| (lot.0, lot.1)),
                        LotMethod::HighestCost => held
                            .iter_mut()
                            .min_by_key(|lot| (std::cmp::Reverse(lot.2), lot.0, lot.1)),
                        LotMethod::LowestCost => {
                            held.iter_mut().min_by_key(|lot| (lot.2, lot.0, lot.1))
                        }
                        _ => held.iter_mut().min_by_key(|lot| (lot.0, lot.1)),
                    };
                    let lot = best.expect("one is held");
                    let units = wanted.min(lot.3);
                    (wanted, lot.3) = (wanted - units, lot.3 - units);
                    expected.push((lot.1, units));
                    held.retain(|lot| lot.3 > 0);
                }
                let taken = taken.iter().map(|lot| (lot.acquisition(), lot.units()));
                let expected =
                    expected.iter().map(|(at, units)| (Some(*at), Decimal::from(*units)));
                assert!(taken.eq(expected), "{method:?}");
            }
        }
    }

    #[test]
    fn lots_are_taken_by_method_and_day() {
        let day = |text: &str| crate::period::iso(text);
        let held = || {
            let mut position = Position::new("a".into(), "X".into(), false, "shares");
            for (date, cost) in [("2024-01-02", "10"), ("2024-03-01", "30"), ("2024-02-01", "20")] {
                position.add(Lot::new(None, day(date), Decimal::ONE, Some(number(cost))));
            }
            position
        };
        let order = |method| {
            let mut position = held();
            let taken = position.take(number("3").into(), method);
            assert!(position.held.is_zero());
            taken.iter().filter_map(Lot::paid).map(|cost| cost.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(order(LotMethod::Fifo), ["10", "20", "30"]);
        assert_eq!(order(LotMethod::Lifo), ["30", "20", "10"]);
        assert_eq!(order(LotMethod::HighestCost), ["30", "20", "10"]);
        assert_eq!(order(LotMethod::LowestCost), ["10", "20", "30"]);
        let chosen = held().take_of(day("2024-02-01").expect("a day"), number("3").into());
        assert_eq!(chosen.len(), 1);
    }
}
