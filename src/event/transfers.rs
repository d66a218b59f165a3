//! The two ends of transfers between accounts of the books, cash and units.
//!
//! Exports name at most their own end. Two ends are one transfer where a link says so; else where the
//! same amount of the same thing leaves one account and comes to another within some days, and no third
//! account could be meant. What could be is doubtful: named, never guessed.

use std::collections::{BTreeMap, HashMap};

use super::{Event, EventId, EventKind, Journal, Relation};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

/// Days between the two ends of a transfer of units, at most.
const UNITS: i64 = 10;
/// Of one of cash.
const CASH: i64 = 5;

/// Transfers of a journal, by the index of their events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transfers {
    /// Each end's other end, both ways.
    pub other: HashMap<usize, usize>,
    /// Arrivals of which several accounts could be the other end, or whose departure could have gone to
    /// several: the departures in question, the nearest first.
    pub doubtful: BTreeMap<usize, Vec<usize>>,
}

/// Something that moves: what, and how much, positive.
type Moved<'e> = (&'e Name, Decimal);

/// One end of a transfer.
#[derive(Clone, Copy, Debug)]
struct End<'e> {
    at: usize,
    date: NaiveDate,
    account: &'e Name,
}

/// What left and what came of one amount of one thing, each by date.
#[derive(Default)]
struct Ends<'e> {
    outs: Vec<End<'e>>,
    ins: Vec<End<'e>>,
}

impl Journal {
    /// Transfers of units: `transfer-out` and `transfer-in`. An `award` that states no value may be the
    /// arrival of one that another account's records state: one acquisition, not two.
    pub fn transfers_of_units(&self) -> Transfers {
        self.transfers(UNITS, |event| match &event.kind {
            EventKind::TransferOut { security, quantity, .. } => {
                Some((true, (security, quantity.abs().normalize())))
            }
            EventKind::TransferIn { security, quantity, .. }
            | EventKind::Award { security, quantity, value: None } => {
                Some((false, (security, quantity.abs().normalize())))
            }
            _ => None,
        })
    }

    /// Transfers of cash: `withdrawal` and `deposit`.
    pub fn transfers_of_cash(&self) -> Transfers {
        self.transfers(CASH, |event| {
            let out = match &event.kind {
                EventKind::Withdrawal {} => true,
                EventKind::Deposit {} => false,
                _ => return None,
            };
            let currency = event.currency.as_ref()?;
            (!event.amount.is_zero()).then(|| (out, (currency, event.amount.abs().normalize())))
        })
    }

    /// The transfers whose ends `moved` tells: whether it leaves, and what.
    fn transfers<'j>(
        &'j self,
        days: i64,
        moved: impl Fn(&'j Event) -> Option<(bool, Moved<'j>)>,
    ) -> Transfers {
        let mut transfers = Transfers::default();
        let mut ends: HashMap<Moved, Ends> = HashMap::new();
        let mut linked: Vec<(usize, &EventId)> = Vec::new();
        for (at, event) in self.events.iter().enumerate() {
            let Some((out, moved)) = moved(event) else { continue };
            linked.extend(event.linked(Relation::Pair).map(|to| (at, to)));
            let end = End { at, date: event.date, account: &event.account };
            let of = ends.entry(moved).or_default();
            if out { &mut of.outs } else { &mut of.ins }.push(end);
        }
        if !linked.is_empty() {
            let ids: HashMap<&EventId, usize> =
                self.events.iter().enumerate().map(|(at, event)| (&event.id, at)).collect();
            for (at, to) in linked {
                if let Some(to) = ids.get(to) {
                    transfers.join(*to, at);
                }
            }
        }
        for mut of in ends.into_values() {
            if !of.outs.is_empty() && !of.ins.is_empty() {
                of.outs.retain(|end| !transfers.other.contains_key(&end.at));
                of.ins.retain(|end| !transfers.other.contains_key(&end.at));
                of.match_up(days, &mut transfers);
            }
        }
        transfers
    }
}

impl Transfers {
    fn join(&mut self, out: usize, into: usize) {
        if !self.other.contains_key(&out) && !self.other.contains_key(&into) {
            self.other.insert(out, into);
            self.other.insert(into, out);
        }
    }
}

impl Ends<'_> {
    /// Joins what can be one transfer only, in the order of days; names what is left in doubt.
    fn match_up(mut self, days: i64, transfers: &mut Transfers) {
        self.outs.sort_by_key(|end| (end.date, end.at));
        self.ins.sort_by_key(|end| (end.date, end.at));
        // On the very day first: of what happens every month, the ends of one day belong together.
        for within in [0, days] {
            let ins = std::mem::take(&mut self.ins);
            for (number, into) in ins.iter().enumerate() {
                let from = near(&self.outs, into, within);
                let Some(out) = from.first().copied() else {
                    self.ins.push(*into);
                    continue;
                };
                let rivals = near(self.ins.iter().chain(&ins[number..]), &out, within);
                let clear = of_one_account(&from)
                    && (of_one_account(&rivals) || rivals.len() <= from.len());
                if clear {
                    transfers.join(out.at, into.at);
                    self.outs.retain(|end| end.at != out.at);
                } else {
                    self.ins.push(*into);
                    if within == days {
                        let from = from.iter().map(|end| end.at).collect();
                        transfers.doubtful.insert(into.at, from);
                    }
                }
            }
        }
    }
}

/// The ends in other accounts within some days of `end`, the nearest first.
fn near<'e, 'a>(
    ends: impl IntoIterator<Item = &'a End<'e>>,
    end: &End<'e>,
    within: i64,
) -> Vec<End<'e>>
where
    'e: 'a,
{
    let off = |other: &End| (other.date - end.date).num_days().abs();
    let ends = ends.into_iter().filter(|other| other.account != end.account);
    let mut near: Vec<End> = ends.filter(|other| off(other) <= within).copied().collect();
    near.sort_by_key(off);
    near
}

fn of_one_account(ends: &[End]) -> bool {
    ends.iter().all(|end| end.account == ends[0].account)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Origin, RowHash};

    /// A deposit, or below zero a withdrawal, of an account on a day of January.
    fn journal(moves: &[(&str, u32, i64)]) -> Journal {
        let event = |(at, (account, day, amount)): (usize, &(&str, u32, i64))| {
            let kind = if *amount < 0 { EventKind::Withdrawal {} } else { EventKind::Deposit {} };
            let id = EventId::new(RowHash::of(account, [&*at.to_string()]), 1);
            let date = NaiveDate::from_ymd_opt(2024, 1, *day).expect("a day");
            let mut event =
                Event::new(id, date, Name::new(account), kind, Origin::new("x".into(), 1));
            event.amount = Decimal::from(*amount);
            event.currency = Some("USD".into());
            event
        };
        let events = moves.iter().enumerate().map(event).collect();
        Journal { events, ..Journal::default() }
    }

    fn pairs(moves: &[(&str, u32, i64)]) -> Vec<(usize, usize)> {
        let transfers = journal(moves).transfers_of_cash();
        let mut pairs: Vec<(usize, usize)> =
            transfers.other.into_iter().filter(|(one, other)| one < other).collect();
        pairs.sort_unstable();
        pairs
    }

    #[test]
    fn what_leaves_one_account_and_comes_to_another_within_days_is_one_transfer() {
        assert_eq!(pairs(&[("bank", 2, -500), ("broker", 5, 500)]), [(0, 1)]);
        assert_eq!(pairs(&[("bank", 2, -500), ("broker", 9, 500)]), [], "too late");
        assert_eq!(pairs(&[("bank", 2, -500), ("bank", 3, 500)]), [], "its own account");
        assert_eq!(pairs(&[("bank", 2, -500), ("broker", 3, 499)]), [], "another amount");
        // It may be booked where it comes to before it is where it came from.
        assert_eq!(pairs(&[("broker", 2, 500), ("bank", 3, -500)]), [(0, 1)]);
    }

    #[test]
    fn what_happens_again_and_again_is_joined_day_by_day() {
        let moves = [("bank", 2, -500), ("bank", 4, -500), ("broker", 4, 500), ("broker", 6, 500)];
        assert_eq!(pairs(&moves), [(0, 3), (1, 2)]);
    }

    #[test]
    fn a_third_account_leaves_it_in_doubt() {
        let two_sources = [("bank", 2, -500), ("savings", 3, -500), ("broker", 4, 500)];
        let transfers = journal(&two_sources).transfers_of_cash();
        assert_eq!(transfers.other, HashMap::new());
        assert_eq!(transfers.doubtful[&2], [1, 0], "the nearest first");
        let two_ends = [("bank", 2, -500), ("broker", 3, 500), ("roth", 3, 500)];
        let transfers = journal(&two_ends).transfers_of_cash();
        assert_eq!(transfers.other, HashMap::new());
        assert_eq!(transfers.doubtful.len(), 2);
        // On the same day there is no doubt.
        let same_day = [("bank", 4, -500), ("savings", 2, -500), ("broker", 4, 500)];
        assert_eq!(pairs(&same_day), [(0, 2)]);
    }
}
