//! Holds what an export states of cash against its events.

use indexmap::IndexMap;

use super::cell::Number;
use super::decide;
use super::export::{Export, Fate};
use super::outcome::{Tie, Ties};
use crate::money::Decimal;
use crate::source::Name;

/// The cash of one of the export's accounts, each currency for itself.
pub fn cash(export: &Export, account: &Name) -> Vec<Tie> {
    stated(export, account)
        .into_iter()
        .map(|ties| Tie { account: account.clone(), what: "cash", ties })
        .collect()
}

/// One row of a chain: the cash after it, what its event moved, what it moved if it was ignored.
struct Step {
    balance: Option<Decimal>,
    moved: Decimal,
    aside: Decimal,
}

fn stated(export: &Export, account: &Name) -> Vec<Ties> {
    let Some(steps) = &export.steps else { return vec![Ties::NotStated] };
    // Currencies stand in the order of events: the rows of one event together.
    let turn = |step: &&decide::Step| match export.traces[step.row as usize].fate {
        Fate::With(row) => (row, step.row),
        _ => (step.row, 0),
    };
    let mut own: Vec<&decide::Step> =
        steps.iter().filter(|step| export.account_of(step.row) == account).collect();
    own.sort_by_key(turn);
    let mut by_currency: IndexMap<Name, Vec<(u32, Step)>> = IndexMap::new();
    for step in own {
        let (row, amount) = (step.row, step.amount);
        let (moved, aside) = match export.traces[step.row as usize].fate {
            // What is no event and states no balance is not booked yet.
            Fate::Ignored(_) if step.balance == Number::Nothing || amount.is_zero() => continue,
            Fate::Ignored(_) => (Decimal::ZERO, amount),
            Fate::Event { at, second, .. } if !export.others.contains_key(&step.row) => {
                let one = export.events[at as usize].amount;
                let two =
                    if second { export.events[at as usize + 1].amount } else { Decimal::ZERO };
                (one.checked_add(two).unwrap_or_default(), Decimal::ZERO)
            }
            Fate::Event { .. } | Fate::With(_) | Fate::Unresolved(_) | Fate::Open => {
                (amount, Decimal::ZERO)
            }
        };
        let currency = step.currency.clone();
        let step = Step { balance: step.balance.value(), moved, aside };
        by_currency.entry(currency).or_default().push((row, step));
    }
    if by_currency.is_empty() {
        return vec![Ties::NotStated];
    }
    let newest_first = export.newest_first();
    let of = |(currency, mut steps): (Name, Vec<(u32, Step)>)| {
        steps.sort_by_key(|(row, _)| *row);
        let steps: Vec<Step> = steps.into_iter().map(|(_, step)| step).collect();
        of_currency(&currency, &steps, newest_first)
    };
    by_currency.into_iter().map(of).collect()
}

fn of_currency(currency: &Name, steps: &[Step], newest_first: Option<bool>) -> Ties {
    if steps.iter().any(|step| step.balance.is_none()) {
        return Ties::NotStated;
    }
    let ways: &[bool] = match newest_first {
        Some(true) => &[true],
        Some(false) => &[false],
        None => &[true, false],
    };
    let outcomes = ways.iter().filter_map(|newest_first| chain(steps, *newest_first, currency));
    outcomes
        .min_by_key(|ties| match ties {
            Ties::Stated { off, .. } => off.abs(),
            Ties::NotStated => Decimal::MAX,
        })
        .unwrap_or(Ties::NotStated)
}

fn chain(steps: &[Step], newest_first: bool, currency: &Name) -> Option<Ties> {
    let (newest, oldest) = if newest_first {
        (steps.first()?, steps.last()?)
    } else {
        (steps.last()?, steps.first()?)
    };
    let sum = |of: fn(&Step) -> Decimal| {
        steps.iter().try_fold(Decimal::ZERO, |sum, step| sum.checked_add(of(step)))
    };
    let (moved, aside) = (sum(|step| step.moved)?, sum(|step| step.aside)?);
    let closing = newest.balance?;
    let first = oldest.moved.checked_add(oldest.aside)?;
    let off_of = |opening: Decimal, moved: Decimal| {
        closing.checked_sub(opening).and_then(|change| change.checked_sub(moved))
    };
    // Whether the broker's balance counts the sweep as cash, its own chain tells.
    let with = (oldest.balance?.checked_sub(first)?, moved.checked_add(aside)?);
    let without = (oldest.balance?.checked_sub(oldest.moved)?, moved);
    let (opening, moved) = match (off_of(with.0, with.1)?, off_of(without.0, without.1)?) {
        (with_off, without_off) if with_off.abs() < without_off.abs() => with,
        _ => without,
    };
    let off = off_of(opening, moved)?;
    Some(Ties::Stated { opening, moved, closing, off, currency: currency.clone() })
}
