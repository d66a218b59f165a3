//! What was sold, lot by lot, and what of it is kept apart: a match for each lot, or sums of a disposal's
//! or of a year's, as far as a report needs no more of them.
//!
//! Where shares are sold at a loss and bought again for years, nearly every share comes to have a cost
//! and a day of its own, and a sale takes as many lots as shares. All of them are walked, one by one;
//! what a year's statement sums up is summed up at once.

use thin_vec::ThinVec;

use super::apart::Stamp;
use super::day::Day;
use super::fixed::Fixed;
use super::losses::Queue;
use super::lot::Lot;
use super::position::{Position, Stated};
use super::walk::Walk;
use crate::income::{Adjustment, Detail, Match};
use crate::period::{NaiveDate, TaxYear};
use crate::regime::{Regime, Repurchase};
use crate::source::Name;

/// A disposal: what the lots that it took have in common.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sale {
    /// The event, by its index.
    pub disposal: usize,
    pub position: usize,
    pub sort: &'static str,
}

/// A disposal while what it took is kept.
pub(super) struct Disposal<'j> {
    pub sale: Sale,
    pub day: NaiveDate,
    /// The same day, as one counts how long units were held.
    pub end: Day,
    pub year: Option<TaxYear>,
    pub sums: Option<Sums>,
    /// Its results are of another rule: contracts that are valued at every year's end.
    pub marked: bool,
    /// What may deny its losses.
    pub rule: Option<&'j Repurchase>,
    pub losses: Queue,
}

/// Units of one lot that a disposal took, with what they brought; or a sum of such.
#[derive(Clone, Debug)]
pub(super) struct Sold {
    pub acquisition: Option<usize>,
    pub acquired: Option<NaiveDate>,
    /// The day the holding period begins from.
    pub since: Option<Day>,
    pub disposed: NaiveDate,
    /// `None` where nobody is taxed on it.
    pub year: Option<TaxYear>,
    pub quantity: Fixed,
    pub proceeds: Fixed,
    /// `None` where unknown.
    pub cost: Option<Fixed>,
    pub corrections: ThinVec<Correction>,
    /// The holding tests that it passes, as `Tests` tells them by bits.
    pub passed: u64,
    /// How many lots are in it that nothing corrects.
    pub plain: u32,
}

/// A correction of a gain: `Adjustment` without its cause.
#[derive(Clone, Debug)]
pub(super) struct Correction {
    pub code: Name,
    /// Added to the gain.
    pub amount: Fixed,
    pub quantity: Fixed,
}

impl Sold {
    /// Proceeds less cost, corrected; `None` where the cost is unknown.
    #[inline]
    pub fn gain(&self) -> Option<Fixed> {
        let gain = self.proceeds - self.cost?;
        Some(self.corrections.iter().fold(gain, |gain, by| gain + by.amount))
    }

    /// The day the holding period begins from, where it is not that of the purchase.
    fn held_since(&self) -> Option<NaiveDate> {
        self.since.map(Day::date).filter(|since| Some(*since) != self.acquired)
    }

    /// Adds what another one of its kind sold.
    #[inline]
    fn add(&mut self, more: Sold) {
        self.quantity += more.quantity;
        self.proceeds += more.proceeds;
        self.cost = self.cost.zip(more.cost).map(|(sum, cost)| sum + cost);
        self.disposed = self.disposed.max(more.disposed);
        self.plain += more.plain;
        if self.acquisition != more.acquisition {
            self.acquisition = None;
        }
        if self.acquired != more.acquired {
            self.acquired = None;
        }
        if self.since != more.since {
            self.since = None;
        }
        for by in more.corrections {
            self.correct(&by.code, by.amount, by.quantity);
        }
    }

    /// Adds units of a lot that nothing corrects.
    #[inline]
    fn add_units(&mut self, lot: &Lot, proceeds: Fixed, cost: Fixed) {
        self.quantity += lot.quantity;
        self.proceeds += proceeds;
        self.cost = self.cost.map(|sum| sum + cost);
        self.plain += 1;
        self.acquisition = self.acquisition.filter(|known| lot.acquisition() == Some(*known));
        self.acquired = self.acquired.filter(|known| lot.acquired == Some(*known));
        self.since = self.since.filter(|known| lot.since == Some(*known));
    }

    /// Adds a correction to the one with its code, if there is one.
    fn correct(&mut self, code: &Name, amount: Fixed, quantity: Fixed) {
        if let Some(known) = self.corrections.iter_mut().find(|known| known.code == *code) {
            known.amount += amount;
            known.quantity += quantity;
        } else {
            self.corrections.push(Correction { code: code.clone(), amount, quantity });
        }
    }
}

/// What matches have in common that may be summed up: whatever rules of a regime ask of them, so that
/// a rule gives the same of the sum as of its parts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Class {
    year: Option<TaxYear>,
    /// The disposal, where a year's are told apart.
    disposal: Option<usize>,
    /// The day, where facts about the security change with it.
    day: Option<NaiveDate>,
    /// Which tests they pass.
    passed: u64,
    known: bool,
    sort: &'static str,
}

/// Where what a disposal took is summed up.
pub(super) struct Sums {
    class: Class,
    /// The sum that has this class, once it was looked for.
    found: Option<u32>,
}

/// Where units sold are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// As a match of their own, by its index.
    Apart(u32),
    /// In a sum, by its number.
    Sum(u32),
}

/// What is kept of what was sold.
#[derive(Default)]
pub(super) struct Kept {
    matches: Vec<Match>,
    /// When each match was found.
    stamps: Vec<Stamp>,
    /// Sums, each with the index of the match that it is to be.
    sums: Vec<(usize, Sold)>,
}

impl Kept {
    /// Corrects what is kept. `because`: the event that is the cause; `first`: of how many lots nothing
    /// corrected these units before.
    pub fn correct(
        &mut self,
        place: Place,
        code: &Name,
        (amount, quantity): (Fixed, Fixed),
        because: usize,
        first: u32,
    ) {
        match place {
            Place::Sum(sum) => {
                let (_, sum) = &mut self.sums[sum as usize];
                sum.plain -= first;
                sum.correct(code, amount, quantity);
            }
            Place::Apart(row) => {
                let matched = &mut self.matches[row as usize];
                matched.plain -= first;
                let (amount, quantity) = (amount.decimal(), quantity.decimal());
                let mut known = matched.adjustments.iter_mut();
                let same = known.find(|of| of.because == Some(because) && of.code == *code);
                if let Some(known) = same {
                    known.amount += amount;
                    known.quantity += quantity;
                    return;
                }
                if matched.adjustments.is_empty() {
                    matched.adjustments.reserve_exact(1);
                }
                let (code, because) = (code.clone(), Some(because));
                matched.adjustments.push(Adjustment { code, amount, because, quantity });
            }
        }
    }

    /// All matches, and when each was found.
    pub fn all(mut self) -> (Vec<Match>, Vec<Stamp>) {
        for (row, sum) in self.sums {
            let matched = &mut self.matches[row];
            matched.acquisition = sum.acquisition;
            matched.acquired = sum.acquired;
            matched.held_since = sum.held_since();
            matched.disposed = sum.disposed;
            matched.quantity = sum.quantity.decimal();
            matched.proceeds = sum.proceeds.decimal();
            matched.cost = sum.cost.map(Fixed::decimal);
            matched.adjustments = adjustments(&sum.corrections);
            matched.plain = sum.plain;
        }
        (self.matches, self.stamps)
    }
}

/// An index of what is kept, which are fewer than that.
fn small(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn adjustments(corrections: &[Correction]) -> Vec<Adjustment> {
    let adjustments = corrections.iter().map(|by| Adjustment {
        code: by.code.clone(),
        amount: by.amount.decimal(),
        because: None,
        quantity: by.quantity.decimal(),
    });
    adjustments.collect()
}

/// What a report needs apart, if the rules of `regime` allow for sums: one that asks how large a gain is
/// does not.
pub(super) fn detail<'y>(regime: &Regime, detail: Detail<'y>) -> Detail<'y> {
    let of_matches =
        |rule: &&crate::regime::Rule| rule.events.iter().any(|event| *event == *"match");
    let by_gain =
        |rule: &crate::regime::Rule| rule.conditions.iter().any(|one| one.fact == *"gain");
    if regime.rules.iter().filter(of_matches).any(by_gain) { Detail::ALL } else { detail }
}

impl Walk<'_> {
    /// Keeps what was sold last, in its order.
    pub fn keep_sold(&mut self) {
        let mut all = std::mem::take(&mut self.sold);
        let sale = self.sale;
        for sold in all.drain(..) {
            let mut sums = self.sums(&sale, sold.disposed, sold.year);
            self.keep_in(&sale, &mut sums, sold);
        }
        self.sold = all;
    }

    /// Keeps what an event sold.
    pub fn keep(&mut self, disposal: usize, position: usize, sold: Sold) {
        let sale = Sale { disposal, position, sort: self.positions[position].sort };
        let mut sums = self.sums(&sale, sold.disposed, sold.year);
        self.keep_in(&sale, &mut sums, sold);
    }

    /// Where what a disposal took is summed up; `None` where each lot is kept as a match of its own.
    pub fn sums(&self, sale: &Sale, day: NaiveDate, year: Option<TaxYear>) -> Option<Sums> {
        let of = self.regime.year.year_of(day);
        let wanted = self.detail.years.is_none_or(|years| years.contains(&of));
        if wanted && self.detail.lots {
            return None;
        }
        // Payments that give capital back are asked what went beyond cost, each by itself.
        let apart = wanted || self.journal.events[sale.disposal].kind.quantity().is_none();
        let dated = self.positions[sale.position].stated == Stated::Dated;
        let class = Class {
            year,
            disposal: apart.then_some(sale.disposal),
            day: dated.then_some(day),
            passed: 0,
            known: true,
            sort: sale.sort,
        };
        Some(Sums { class, found: None })
    }

    /// Keeps units of a lot: as a match of their own, or in a sum.
    #[inline]
    pub fn keep_in(&mut self, sale: &Sale, sums: &mut Option<Sums>, sold: Sold) -> Place {
        let Some(Sums { class, found }) = sums else {
            return Place::Apart(small(self.push(sale, &sold)));
        };
        let known = sold.cost.is_some();
        if class.passed != sold.passed || class.known != known {
            (class.passed, class.known, *found) = (sold.passed, known, None);
        }
        let Some(sum) = *found else { return self.look_up(sale, class, found, sold) };
        self.kept.sums[sum as usize].1.add(sold);
        Place::Sum(sum)
    }

    /// Adds units of a lot to what the one before it was added to, where they are of its class and there
    /// is nothing more to say of them. Returns whether they are.
    #[inline]
    pub fn add_alike(&mut self, disposal: &mut Disposal<'_>, lot: &Lot, proceeds: Fixed) -> bool {
        let Some(Sums { class, found: Some(sum) }) = &disposal.sums else { return false };
        let (Some(cost), Some(since)) = (lot.cost, lot.since) else { return false };
        let other = disposal.marked || lot.always_long || lot.more.worth.is_some();
        if other || !class.known || self.tests.held(since, disposal.day) != class.passed {
            return false;
        }
        let place = Place::Sum(*sum);
        self.kept.sums[*sum as usize].1.add_units(lot, proceeds, cost);
        let units = (lot.acquisition(), lot.quantity, lot.since);
        disposal.gained(proceeds - cost, units, place, true);
        true
    }

    /// The same for the first of its class that a disposal took.
    #[cold]
    fn look_up(
        &mut self,
        sale: &Sale,
        class: &Class,
        found: &mut Option<u32>,
        sold: Sold,
    ) -> Place {
        let of = &mut self.positions[sale.position];
        let sum = of.sum(class);
        let sum = if let Some(sum) = sum {
            self.kept.sums[sum as usize].1.add(sold);
            sum
        } else {
            let sum = small(self.kept.sums.len());
            of.add_sum(class.clone(), sum);
            let row = self.push(sale, &sold);
            self.kept.sums.push((row, sold));
            sum
        };
        *found = Some(sum);
        Place::Sum(sum)
    }

    /// A new match of what was sold. Returns its index.
    fn push(&mut self, sale: &Sale, sold: &Sold) -> usize {
        let of = &self.positions[sale.position];
        self.kept.stamps.push(self.now);
        self.kept.matches.push(Match {
            disposal: sale.disposal,
            acquisition: sold.acquisition,
            account: of.account.clone(),
            security: of.security.clone(),
            sort: sale.sort,
            quantity: sold.quantity.decimal(),
            acquired: sold.acquired,
            held_since: sold.held_since(),
            disposed: sold.disposed,
            proceeds: sold.proceeds.decimal(),
            cost: sold.cost.map(Fixed::decimal),
            adjustments: adjustments(&sold.corrections),
            holding: self.tests.named(sold.passed),
            year: sold.year,
            plain: sold.plain,
        });
        self.kept.matches.len() - 1
    }
}

impl Position {
    /// The sum that has a class. Only the newest are looked at: a sum more is no wrong one.
    fn sum(&self, class: &Class) -> Option<u32> {
        let mut newest = self.sums.iter().rev().take(16);
        newest.find(|(other, _)| other == class).map(|(_, sum)| *sum)
    }

    fn add_sum(&mut self, class: Class, sum: u32) {
        if class.disposal.is_some() && self.sums.len() > 64 {
            // What is sold later is none of these disposals.
            self.sums.retain(|(class, _)| class.disposal.is_none());
        }
        self.sums.push((class, sum));
    }
}
