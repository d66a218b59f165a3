//! Wash sales, and the days that shares must be held around a dividend, against a plain definition: every
//! unit stands alone, and is looked at one by one.
//!
//! Amounts are such that no unit's part of them is rounded, so that both must agree to the cent.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rentier::event::{
    Account, Event, EventId, EventKind, Journal, LotElection, LotMethod, Origin, Parts, Shelter,
};
use rentier::money::Decimal;
use rentier::period::NaiveDate;
use rentier::regime;
use rentier::source::Name;
use rentier::tax;

/// Two accounts that pay tax, and one whose purchases take losses away.
const ACCOUNTS: [(&str, Shelter); 3] =
    [("a", Shelter::Taxable), ("b", Shelter::Taxable), ("roth", Shelter::Roth)];

/// What all prices are multiples of, in cents: a unit's cost may be halved eight times.
const PRICE: i64 = 6400;

/// Tests of how long shares were held around an ex-date: how many days before and after it count, and for
/// more than how many of them.
const TESTS: [(&str, i64, i64); 3] =
    [("qualified", 60, 60), ("section199a", 45, 45), ("foreign_tax", 15, 15)];

/// How many days before and after a sale purchases are counted.
const WINDOW: i64 = 30;

#[derive(Clone, Copy, Debug)]
enum Step {
    Buy {
        account: usize,
        units: u32,
        price: i64,
    },
    Sell {
        account: usize,
        units: u32,
        price: i64,
    },
    /// Two for one, in all accounts.
    Split,
    /// A dividend, whose ex-date was so many days ago.
    Dividend {
        account: usize,
        ago: u32,
    },
}

fn steps() -> impl Strategy<Value = Vec<(u32, Step)>> {
    let account = prop_oneof![4 => Just(0), 3 => Just(1), 1 => Just(2)];
    let trade = (account, 1..10_u32, 1..9_i64);
    let step = prop_oneof![
        12 => trade.clone().prop_map(|(account, units, price)| Step::Buy { account, units, price }),
        12 => trade.prop_map(|(account, units, price)| Step::Sell { account, units, price }),
        1 => Just(Step::Split),
        3 => (0..2_usize, 0..30_u32).prop_map(|(account, ago)| Step::Dividend { account, ago }),
    ];
    prop::collection::vec((0..20_u32, step), 1..60)
}

/// A unit that is held.
#[derive(Clone, Debug)]
struct Unit {
    /// The purchase, by its event.
    lot: usize,
    acquired: NaiveDate,
    since: NaiveDate,
    cost: i64,
    replaces: bool,
    /// What part of a unit of the first day it is: one of so many.
    parts: i64,
}

/// A unit that was sold at a loss which nothing has denied.
#[derive(Clone, Debug)]
struct Loss {
    disposal: usize,
    lot: usize,
    day: NaiveDate,
    held: i64,
    lost: i64,
}

/// What a disposal took of a purchase, as far as it was held since the same day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Sum {
    units: i64,
    proceeds: i64,
    cost: i64,
    /// By the purchase that denies it: cents.
    denied: BTreeMap<usize, i64>,
}

/// The journal of some steps, and what its sales and its open lots come to, unit by unit.
struct World {
    journal: Journal,
    /// How many units one of the first day has become.
    parts: i64,
    splits: Vec<NaiveDate>,
    held: [Vec<Unit>; 3],
    /// Purchases: event, account, day.
    purchases: Vec<(usize, usize, NaiveDate)>,
    waiting: Vec<Loss>,
    /// Units that were sold: the account, and when.
    gone: Vec<(usize, NaiveDate, Unit)>,
    /// Dividends: event, account, ex-date.
    dividends: Vec<(usize, usize, NaiveDate)>,
    sums: BTreeMap<(usize, usize), (Sum, BTreeMap<NaiveDate, i64>)>,
}

impl World {
    fn event(&mut self, day: NaiveDate, account: usize, kind: EventKind, cents: i64) -> usize {
        let at = self.journal.events.len();
        let Ok(id) = format!("t{at}").parse::<EventId>();
        let account = ACCOUNTS[account].0.into();
        let mut event = Event::new(id, day, account, kind, Origin::new("test".into(), 1));
        event.amount = Decimal::new(cents, 2);
        event.currency = Some("USD".into());
        self.journal.events.push(event);
        at
    }

    /// The units of a purchase that can still replace others.
    fn free(&mut self, purchase: usize, account: usize) -> Option<&mut Unit> {
        self.held[account].iter_mut().find(|unit| unit.lot == purchase && !unit.replaces)
    }

    /// Lets a unit of a purchase replace one that was sold. Whether there is one.
    fn replaces(&mut self, (purchase, account): (usize, usize), loss: &Loss) -> bool {
        let Some(unit) = self.free(purchase, account) else { return false };
        unit.replaces = true;
        if ACCOUNTS[account].1 == Shelter::Taxable {
            unit.cost += loss.lost;
            unit.since = unit.since - chrono::Days::new(loss.held.unsigned_abs());
        }
        let (sum, _) = self.sums.get_mut(&(loss.disposal, loss.lot)).expect("it was sold");
        *sum.denied.entry(purchase).or_default() += loss.lost;
        true
    }

    fn buy(&mut self, day: NaiveDate, account: usize, units: u32, price: i64) {
        let quantity = Decimal::from(units);
        let kind = EventKind::Buy { security: "X".into(), quantity, price: None };
        let lot = self.event(day, account, kind, -i64::from(units) * price);
        let parts = self.parts;
        let unit = Unit { lot, acquired: day, since: day, cost: price, replaces: false, parts };
        self.held[account].extend((0..units).map(|_| unit.clone()));
        self.purchases.push((lot, account, day));
        let waiting = std::mem::take(&mut self.waiting);
        self.waiting = waiting
            .into_iter()
            .filter(|loss| {
                let near = (day - loss.day).num_days() <= WINDOW;
                near && !self.replaces((lot, account), loss)
            })
            .collect();
    }

    fn sell(&mut self, day: NaiveDate, account: usize, units: u32, price: i64, method: LotMethod) {
        let units = (units as usize).min(self.held[account].len());
        if units == 0 {
            return;
        }
        let quantity = -Decimal::from(units);
        let kind = EventKind::Sell { security: "X".into(), quantity, price: None };
        let cents = i64::try_from(units).expect("small") * price;
        let disposal = self.event(day, account, kind, cents);
        let mut losses = Vec::new();
        for _ in 0..units {
            let held = &mut self.held[account];
            let at = picked(held, method);
            let sold = held.remove(at);
            let (sum, since) = self.sums.entry((disposal, sold.lot)).or_default();
            sum.units += 1;
            sum.proceeds += price;
            sum.cost += sold.cost;
            *since.entry(sold.since).or_default() += 1;
            if sold.cost > price && ACCOUNTS[account].1 == Shelter::Taxable {
                let held = (day - sold.since).num_days();
                losses.push(Loss { disposal, lot: sold.lot, day, held, lost: sold.cost - price });
            }
            self.gone.push((account, day, sold));
        }
        for (purchase, account, bought) in self.purchases.clone() {
            if (day - bought).num_days() <= WINDOW {
                losses.retain(|loss| {
                    loss.lot == purchase || !self.replaces((purchase, account), loss)
                });
            }
        }
        self.waiting.extend(losses);
    }

    fn split(&mut self, day: NaiveDate) {
        for account in 0..ACCOUNTS.len() {
            let units = self.held[account].len();
            if units == 0 {
                continue;
            }
            let kind = EventKind::Split {
                security: "X".into(),
                quantity: Decimal::from(units),
                new: None.into(),
                old: None.into(),
            };
            self.event(day, account, kind, 0);
            let halves = |unit: &Unit| {
                let half = Unit { cost: unit.cost / 2, parts: unit.parts * 2, ..unit.clone() };
                [half.clone(), half]
            };
            self.held[account] = self.held[account].iter().flat_map(halves).collect();
        }
        if self.held.iter().any(|held| !held.is_empty()) {
            self.parts *= 2;
            self.splits.push(day);
            let halves = |loss: &Loss| {
                let half = Loss { lost: loss.lost / 2, ..loss.clone() };
                [half.clone(), half]
            };
            self.waiting = self.waiting.iter().flat_map(halves).collect();
        }
    }

    fn dividend(&mut self, day: NaiveDate, account: usize, ago: u32) {
        let parts = Parts::default();
        let kind = EventKind::Dividend { security: "X".into(), per_share: None, parts };
        let event = self.event(day, account, kind, 100);
        let ex = day - chrono::Days::new(ago.into());
        self.journal.events[event].further.dates.ex = Some(ex);
        self.dividends.push((event, account, ex));
    }

    /// Of a dividend, the units held just before the ex-date, those of them that were held for more than so
    /// many of the days around it, and the fewest of these that one was held. `None`: there were no units.
    fn held_long(
        &self,
        account: usize,
        ex: NaiveDate,
        around: i64,
        more_than: i64,
    ) -> Option<(Decimal, Decimal, i64)> {
        let (first, last) = (
            ex - chrono::Days::new(around.unsigned_abs()),
            ex + chrono::Days::new(around.unsigned_abs()),
        );
        let gone = self.gone.iter().filter(|(of, ..)| *of == account);
        let gone = gone.map(|(_, left, unit)| (Some(*left), unit));
        let units = gone.chain(self.held[account].iter().map(|unit| (None, unit)));
        let (mut all, mut passing, mut shortest) = (Decimal::ZERO, Decimal::ZERO, 2 * around + 1);
        for (left, unit) in units {
            if unit.acquired >= ex || left.is_some_and(|left| left < ex) {
                continue;
            }
            let counts =
                |day: &NaiveDate| *day > unit.since && left.is_none_or(|left| *day <= left);
            let days = first.iter_days().take_while(|day| *day <= last).filter(counts).count();
            let days = i64::try_from(days).expect("few");
            shortest = shortest.min(days);
            let then = self.splits.iter().filter(|day| **day < ex).count();
            let number = Decimal::from(1_i64 << then) / Decimal::from(unit.parts);
            all += number;
            if days > more_than {
                passing += number;
            }
        }
        (!all.is_zero()).then_some((all, passing, shortest))
    }

    fn of(steps: &[(u32, Step)], method: LotMethod) -> World {
        let mut world = World {
            journal: Journal::default(),
            parts: 1,
            splits: Vec::new(),
            held: Default::default(),
            purchases: Vec::new(),
            waiting: Vec::new(),
            gone: Vec::new(),
            dividends: Vec::new(),
            sums: BTreeMap::new(),
        };
        for (id, shelter) in ACCOUNTS {
            let mut account = Account::taxable(id.into());
            account.shelter = shelter;
            let from = NaiveDate::MIN;
            account.lots = vec![LotElection { from, method, instructed: None }];
            world.journal.accounts.insert(id.into(), account);
        }
        let mut day: NaiveDate = "2020-01-02".parse().expect("a day");
        let mut last_split: Option<(NaiveDate, u32)> = None;
        for (days, step) in steps {
            day = day + chrono::Days::new((*days).into());
            match *step {
                Step::Buy { account, units, price } => {
                    world.buy(day, account, units, price * PRICE);
                }
                Step::Sell { account, units, price } => {
                    world.sell(day, account, units, price * PRICE, method);
                }
                // Eight times at most, and none so near another that it is the same.
                Step::Split
                    if last_split.is_none_or(|(last, number)| {
                        (day - last).num_days() > 10 && number < 8
                    }) =>
                {
                    last_split = Some((day, last_split.map_or(1, |(_, number)| number + 1)));
                    world.split(day);
                }
                Step::Split => {}
                Step::Dividend { account, ago } => world.dividend(day, account, ago),
            }
        }
        world
    }
}

/// Which unit a method sells next.
fn picked(held: &[Unit], method: LotMethod) -> usize {
    let units = held.iter().enumerate();
    let by_cost = |sign: i64| units.clone().min_by_key(|(at, unit)| (sign * unit.cost, *at));
    let found = match method {
        LotMethod::Lifo => {
            // The first of the units that are the last: those of one piece are alike.
            let last = held.last().expect("one is held");
            units.clone().find(|(_, unit)| {
                (unit.lot, unit.replaces, unit.cost, unit.since)
                    == (last.lot, last.replaces, last.cost, last.since)
            })
        }
        LotMethod::HighestCost => by_cost(-1),
        LotMethod::LowestCost => by_cost(1),
        _ => units.clone().next(),
    };
    found.expect("one is held").0
}

fn cents(amount: Decimal) -> i64 {
    let cents = amount * Decimal::ONE_HUNDRED;
    assert!(cents.is_integer(), "{amount}");
    cents.try_into().expect("small")
}

proptest! {
    #[test]
    fn lots_are_as_unit_by_unit(
        steps in steps(),
        method in prop_oneof![
            Just(LotMethod::Fifo),
            Just(LotMethod::Lifo),
            Just(LotMethod::HighestCost),
            Just(LotMethod::LowestCost),
        ],
    ) {
        let world = World::of(&steps, method);
        let us = regime::shipped("us").expect("it is shipped");
        let found = tax::find(&world.journal, &us);
        prop_assert!(found.questions.is_empty(), "{:?}", found.questions);

        let mut sums: BTreeMap<(usize, usize), (Sum, BTreeMap<NaiveDate, i64>)> = BTreeMap::new();
        for one in &found.matches {
            let lot = one.acquisition.expect("it was bought");
            let (sum, since) = sums.entry((one.disposal, lot)).or_default();
            let units: i64 = one.quantity.try_into().expect("whole");
            sum.units += units;
            sum.proceeds += cents(one.proceeds);
            sum.cost += cents(one.cost.expect("known"));
            *since.entry(one.held_since.or(one.acquired).expect("known")).or_default() += units;
            for adjustment in &one.adjustments {
                let because = adjustment.because.expect("a purchase");
                *sum.denied.entry(because).or_default() += cents(adjustment.amount);
            }
        }
        prop_assert_eq!(&sums, &world.sums);

        let mut held_long = Vec::new();
        for (event, account, ex) in &world.dividends {
            // As many days before and after the ex-date, and for more than how many: `us.toml`.
            for (test, around, more_than) in TESTS {
                let found = world.held_long(*account, *ex, around, more_than);
                held_long.extend(found.map(|found| (*event, test, found)));
            }
        }
        let tests = found.holdings.iter().map(|one| {
            let test = TESTS.iter().find(|(name, ..)| one.test == **name).expect("a test").0;
            (one.event, test, (one.units, one.passing, one.shortest.0))
        });
        prop_assert_eq!(tests.collect::<Vec<_>>(), held_long);

        let mut open: BTreeMap<(Name, usize, NaiveDate), (i64, i64)> = BTreeMap::new();
        for lot in &found.open {
            let since = lot.held_since.or(lot.acquired).expect("known");
            let key = (lot.account.clone(), lot.acquisition.expect("bought"), since);
            let (units, cost) = open.entry(key).or_default();
            *units += i64::try_from(lot.quantity).expect("whole");
            *cost += cents(lot.cost.expect("known"));
        }
        let mut held: BTreeMap<(Name, usize, NaiveDate), (i64, i64)> = BTreeMap::new();
        for (units, (id, _)) in world.held.iter().zip(ACCOUNTS) {
            for unit in units {
                let (count, cost) = held.entry((id.into(), unit.lot, unit.since)).or_default();
                *count += 1;
                *cost += unit.cost;
            }
        }
        prop_assert_eq!(open, held);
    }
}
