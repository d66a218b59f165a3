//! A loss of one lot while it waits for what replaces the units, and what is denied of it.

use std::collections::VecDeque;

use super::day::Day;
use super::fixed::Fixed;
use super::share::Dealer;
use super::sold::{Disposal, Kept, Place};
use crate::period::{NaiveDate, TaxYear};
use crate::source::Name;

/// The losses of one sale that nothing has replaced so far.
pub(super) struct Waiting {
    pub disposal: usize,
    pub year: TaxYear,
    pub day: NaiveDate,
    pub losses: Queue,
}

/// The losses of one sale in the order of its lots, but for the first ones that are replaced in full.
#[derive(Default)]
pub(super) struct Queue {
    all: Vec<Loss>,
    first: usize,
}

impl Queue {
    pub fn reserve(&mut self, count: usize) {
        self.all.reserve(count);
    }

    pub fn is_empty(&self) -> bool {
        self.first == self.all.len()
    }

    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Loss> {
        self.all[self.first..].iter_mut()
    }

    /// Its losses, one by one.
    pub fn left(self) -> impl Iterator<Item = Loss> {
        self.all.into_iter().skip(self.first)
    }

    /// Passes the first ones, as far as they are replaced in full.
    pub fn pass_served(&mut self) {
        while self.all.get(self.first).is_some_and(|loss| !loss.left.is_positive()) {
            self.first += 1;
        }
    }

    /// Drops all that are replaced in full.
    pub fn drop_served(&mut self) {
        self.all.retain(|loss| loss.left.is_positive());
        self.first = 0;
    }
}

/// A loss of one lot, as far as nothing has replaced it.
pub(super) struct Loss {
    place: Place,
    /// The purchase, where the books have it.
    acquisition: Option<u32>,
    /// Units that nothing has replaced.
    pub left: Fixed,
    /// What they lost, above zero.
    pub lost: Fixed,
    /// Deals the loss out, once a part of it was replaced.
    pub dealer: Option<Box<Dealer>>,
    /// Days that the units sold had been held.
    pub held: i32,
    /// Nothing corrects it yet.
    plain: bool,
}

impl Loss {
    /// Whether its units were bought with an event, by that one's index.
    pub fn is_of(&self, purchase: usize) -> bool {
        self.acquisition.is_some_and(|at| at as usize == purchase)
    }

    /// What units of it sold at a loss, which something has replaced now.
    #[inline]
    pub fn deny(&mut self, units: Fixed) -> Fixed {
        let denied = if self.dealer.is_none() && units == self.left {
            self.lost
        } else {
            let (lost, left) = (self.lost, self.left);
            self.dealer.get_or_insert_with(|| Box::new(Dealer::new(lost, left))).next(units)
        };
        self.left -= units;
        self.lost -= denied;
        denied
    }
}

impl Disposal<'_> {
    /// Notes what units gained that are kept in a place, where that is a loss which something may deny.
    /// `plain`: nothing corrects it.
    #[inline]
    pub fn gained(
        &mut self,
        gain: Fixed,
        (acquisition, left, since): (Option<usize>, Fixed, Option<Day>),
        place: Place,
        plain: bool,
    ) {
        if !gain.is_negative() || self.rule.is_none() {
            return;
        }
        let acquisition = acquisition.and_then(|at| u32::try_from(at).ok());
        let (lost, dealer) = (-gain, None);
        let held = since.map_or(0, |since| self.end.since(since));
        self.losses.all.push(Loss { place, acquisition, left, lost, dealer, held, plain });
    }
}

/// Rooms for the losses of one sale, which the next ones take over: they are made and left by the
/// hundred thousand.
#[derive(Default)]
pub(super) struct Rooms(Vec<Queue>);

impl Rooms {
    /// An empty one.
    pub fn take(&mut self) -> Queue {
        self.0.pop().unwrap_or_default()
    }

    /// Gives one back.
    pub fn give(&mut self, Queue { mut all, .. }: Queue) {
        all.clear();
        self.0.push(Queue { all, first: 0 });
    }

    /// Drops the sales that no longer wait.
    pub fn retain(&mut self, waiting: &mut VecDeque<Waiting>, waits: impl Fn(&Waiting) -> bool) {
        waiting.retain_mut(|sale| {
            let waits = waits(sale);
            if !waits {
                self.give(std::mem::take(&mut sale.losses));
            }
            waits
        });
    }
}

/// What a purchase denies of losses that are kept in one place, until it is kept there too.
pub(super) struct Denials<'j> {
    pub code: &'j Name,
    /// The purchase.
    pub because: usize,
    pub of: Option<(Place, Denied)>,
}

/// Losses denied, the units that made them, and how many of the losses nothing had corrected before.
#[derive(Default)]
pub(super) struct Denied {
    amount: Fixed,
    quantity: Fixed,
    first: u32,
}

impl Denials<'_> {
    #[inline]
    pub fn add(&mut self, kept: &mut Kept, loss: &mut Loss, (amount, quantity): (Fixed, Fixed)) {
        if self.of.as_ref().is_none_or(|(place, _)| *place != loss.place) {
            self.keep(kept);
        }
        let (_, denied) = self.of.get_or_insert_with(|| (loss.place, Denied::default()));
        denied.amount += amount;
        denied.quantity += quantity;
        denied.first += u32::from(std::mem::take(&mut loss.plain));
    }

    pub fn keep(&mut self, kept: &mut Kept) {
        if let Some((place, Denied { amount, quantity, first })) = self.of.take() {
            kept.correct(place, self.code, (amount, quantity), self.because, first);
        }
    }
}
