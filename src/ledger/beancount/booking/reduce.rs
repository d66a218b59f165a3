//! Units that leave an account: the lots they are, by the account's method.
//!
//! In: the postings of one group. Out: the same, those that reduce a holding split by lot; or `None`,
//! reported, where the lots cannot be told or do not suffice, and nothing has left then.

use std::fmt::Write as _;

use crate::diagnostic::Diagnostic;
use crate::ledger::beancount::arith;
use crate::ledger::beancount::booking::{Basis, Book, Leg};
use crate::ledger::beancount::draft::{Booking, CostSpec, Part, PriceSpec};
use crate::ledger::beancount::inventory::{Filter, Holding, Lot, LotCost, LotId};
use crate::money::Decimal;
use crate::period::NaiveDate;

/// How many lots a message lists.
const SHOWN: usize = 5;

/// Why lots cannot be taken; with those that are in question.
enum Trouble {
    /// None is what the posting says.
    NoMatch,
    /// Several are, and the account's method does not choose.
    Ambiguous(Vec<Lot>),
    /// So many are there.
    TooFew(Decimal),
    /// Arithmetic has no answer.
    TooLarge,
}

impl Book<'_> {
    /// Splits what reduces a holding by lot, and gives what is added its day.
    pub(super) fn reduce(
        &mut self,
        at: u32,
        mut legs: Vec<Leg>,
        date: NaiveDate,
    ) -> Option<Vec<Leg>> {
        let mut undo = std::mem::take(&mut self.undo);
        undo.clear();
        let mut next = 0;
        while let Some(leg) = legs.get_mut(next) {
            next += 1;
            let (Basis::Spec(spec), Some(units)) = (&mut leg.cost, leg.number) else { continue };
            let method = if spec.merge {
                Booking::Average
            } else {
                self.known.methods.get(leg.account.0 as usize).copied().unwrap_or_default()
            };
            let key = (leg.account, leg.commodity);
            let held = self
                .holdings
                .get_mut(&key)
                .filter(|held| method != Booking::None && held.is_reduced_by(units));
            let Some(holding) = held else {
                spec.date = spec.date.or(Some(date));
                continue;
            };
            let taken = take(holding, spec, method, units, |cost, units| {
                undo.push((key, cost.clone(), units));
            });
            match taken {
                Ok(parts) if parts.len() == 1 => {
                    let whole = exact_total(spec, &parts);
                    for (units, cost) in parts {
                        leg.number = Some(units);
                        leg.cost = Basis::Lot(cost, whole);
                        leg.taken = true;
                    }
                }
                Ok(parts) => {
                    let price = unit_price(leg);
                    let whole = Leg { cost: Basis::None, price, taken: true, ..leg.clone() };
                    let count = parts.len();
                    let parts = parts.into_iter().map(|(units, cost)| Leg {
                        number: Some(units),
                        cost: Basis::Lot(cost, None),
                        ..whole.clone()
                    });
                    drop(legs.splice(next - 1..next, parts));
                    next = next - 1 + count;
                }
                Err(trouble) => {
                    for (key, cost, units) in undo.drain(..).rev() {
                        if let Some(holding) = self.holdings.get_mut(&key) {
                            let _ = holding.add(-units, &cost);
                        }
                    }
                    self.undo = undo;
                    let leg = leg.clone();
                    self.trouble(at, &leg, units, &trouble);
                    return None;
                }
            }
        }
        self.undo = undo;
        Some(legs)
    }

    fn trouble(&mut self, at: u32, leg: &Leg, units: Decimal, trouble: &Trouble) {
        let place = self.draft.place_of_posting(at, leg.index);
        let ledger = &self.draft.ledger;
        let commodity = ledger.commodity(leg.commodity).clone();
        let account = ledger.account(leg.account).clone();
        let count = units.abs().normalize();
        let listed = |lots: &mut dyn Iterator<Item = &Lot>| {
            let shown: Vec<String> = lots.take(SHOWN).map(|lot| self.shown(lot)).collect();
            shown.join(", ")
        };
        let diagnostic = match trouble {
            Trouble::NoMatch => {
                let held = self.holdings.get(&(leg.account, leg.commodity));
                let lots = held.map(|held| listed(&mut held.lots())).unwrap_or_default();
                let problem = Diagnostic::error(
                    "lot",
                    format!("no lot of {commodity} in `{account}` is what this posting says"),
                );
                let problem = problem
                    .at(place)
                    .help("write `{}` to leave the choice to the account's method");
                if lots.is_empty() { problem } else { problem.note(format!("held: {lots}")) }
            }
            Trouble::Ambiguous(lots) => Diagnostic::error(
                "lot",
                format!("several lots of {commodity} are what this posting says"),
            )
            .at(place)
            .note(format!("they are {}", listed(&mut lots.iter())))
            .help(format!(
                "name one by its date or label, `{{2024-03-15}}`, or give the account a method: \
                 `open {account} \"FIFO\"`"
            )),
            Trouble::TooFew(held) => Diagnostic::error(
                "lot",
                format!(
                    "{count} {commodity} leave, {} are in the lots they come from",
                    held.normalize()
                ),
            )
            .at(place)
            .help("correct the number, or enter the missing purchase with its cost and day"),
            Trouble::TooLarge => {
                let message = "the amounts have more digits than a number can hold";
                Diagnostic::error("number", message).at(place)
            }
        };
        self.tell(at, diagnostic);
    }

    fn shown(&self, lot: &Lot) -> String {
        let currency = self.draft.ledger.commodity(lot.cost.currency);
        let mut text = format!("{} {{{} {currency}", lot.units.normalize(), lot.cost.number);
        if let Some(date) = lot.cost.date {
            let _ = write!(text, ", {date}");
        }
        if let Some(label) = &lot.cost.label {
            let _ = write!(text, ", \"{label}\"");
        }
        text.push('}');
        text
    }
}

/// Takes `units` out of `holding`. Each change of a lot is told to `changed`.
fn take(
    holding: &mut Holding,
    spec: &CostSpec,
    method: Booking,
    units: Decimal,
    mut changed: impl FnMut(&LotCost, Decimal),
) -> Result<Vec<(Decimal, LotCost)>, Trouble> {
    let filter = Filter {
        number: unit_cost(spec, units)?,
        currency: spec.currency,
        date: spec.date,
        label: spec.label.clone(),
    };
    let chosen = match method {
        Booking::Fifo | Booking::Lifo | Booking::Hifo => in_order(holding, &filter, method, units)?,
        Booking::Average => {
            pool(holding, &filter, &mut changed)?;
            in_order(
                holding,
                &Filter { number: None, date: None, label: None, ..filter },
                Booking::Fifo,
                units,
            )?
        }
        Booking::Strict | Booking::StrictWithSize | Booking::None => {
            strict(holding, &filter, method, units)?
        }
    };
    let mut parts = Vec::with_capacity(chosen.len());
    for (id, units, cost) in chosen {
        holding.change(id, units).ok_or(Trouble::TooLarge)?;
        changed(&cost, units);
        parts.push((units, cost));
    }
    Ok(parts)
}

type Chosen = Vec<(LotId, Decimal, LotCost)>;

/// Lots one after the other, as far as it takes; those of the other side only.
fn in_order(
    holding: &Holding,
    filter: &Filter,
    method: Booking,
    units: Decimal,
) -> Result<Chosen, Trouble> {
    let mut left = units;
    let mut chosen = Vec::new();
    let mut any = false;
    for (id, lot) in holding.matches(filter, method) {
        any = true;
        if left.is_zero() {
            break;
        }
        if lot.units.is_sign_negative() == units.is_sign_negative() {
            continue;
        }
        let part = if lot.units.abs() < left.abs() { -lot.units } else { left };
        left = arith::sub(left, part).ok_or(Trouble::TooLarge)?;
        chosen.push((id, part, lot.cost.clone()));
    }
    match (any, left.is_zero()) {
        (false, _) => Err(Trouble::NoMatch),
        (true, true) => Ok(chosen),
        (true, false) => {
            let held = arith::sub(left, units).ok_or(Trouble::TooLarge)?;
            Err(Trouble::TooFew(held.abs()))
        }
    }
}

/// The one lot that fits, or all of them where they are just what leaves.
fn strict(
    holding: &Holding,
    filter: &Filter,
    method: Booking,
    units: Decimal,
) -> Result<Chosen, Trouble> {
    let mut matches = holding.matches(filter, method);
    let Some((id, lot)) = matches.next() else {
        return Err(Trouble::NoMatch);
    };
    let Some(second) = matches.next() else {
        if lot.units.abs() < units.abs() {
            return Err(Trouble::TooFew(lot.units.abs()));
        }
        return Ok(vec![(id, units, lot.cost.clone())]);
    };
    let whole = filter.number.is_none() && filter.date.is_none() && filter.label.is_none();
    let all = [(id, lot), second].into_iter().chain(matches);
    // The sum of all lots is at hand: only where it is right need they be looked at.
    if !whole || holding.all(filter.currency).1 == -units {
        let all: Vec<(LotId, &Lot)> = all.collect();
        let sum = all.iter().try_fold(Decimal::ZERO, |sum, (_, lot)| arith::add(sum, lot.units));
        if sum == Some(-units) {
            return Ok(all
                .into_iter()
                .map(|(id, lot)| (id, -lot.units, lot.cost.clone()))
                .collect());
        }
        return sized(all.into_iter(), method, units);
    }
    sized(all, method, units)
}

/// The oldest lot that is as large as what leaves, where the method allows that choice.
fn sized<'h>(
    lots: impl Iterator<Item = (LotId, &'h Lot)>,
    method: Booking,
    units: Decimal,
) -> Result<Chosen, Trouble> {
    if method != Booking::StrictWithSize {
        return Err(Trouble::Ambiguous(lots.take(SHOWN).map(|(_, lot)| lot.clone()).collect()));
    }
    let mut seen = Vec::new();
    let mut best: Option<(LotId, &Lot)> = None;
    for (id, lot) in lots {
        if lot.units == -units && best.is_none_or(|(known, _)| id.0 < known.0) {
            best = Some((id, lot));
        }
        if seen.len() < SHOWN {
            seen.push(lot.clone());
        }
    }
    match best {
        Some((id, lot)) => Ok(vec![(id, units, lot.cost.clone())]),
        None => Err(Trouble::Ambiguous(seen)),
    }
}

/// Makes the lots that fit one lot at their average cost, acquired when the first of them was.
fn pool(
    holding: &mut Holding,
    filter: &Filter,
    changed: &mut impl FnMut(&LotCost, Decimal),
) -> Result<(), Trouble> {
    let lots: Vec<(LotId, Lot)> =
        holding.matches(filter, Booking::Average).map(|(id, lot)| (id, lot.clone())).collect();
    let [(_, first), _, ..] = lots.as_slice() else {
        return if lots.is_empty() { Err(Trouble::NoMatch) } else { Ok(()) };
    };
    let date = first.cost.date;
    let (mut units, mut total) = (Decimal::ZERO, Decimal::ZERO);
    for (_, lot) in &lots {
        let cost = arith::mul(lot.units, lot.cost.number);
        units = arith::add(units, lot.units).ok_or(Trouble::TooLarge)?;
        total = cost.and_then(|cost| arith::add(total, cost)).ok_or(Trouble::TooLarge)?;
    }
    let number = arith::div(total, units).ok_or(Trouble::TooLarge)?;
    for (id, lot) in &lots {
        holding.change(*id, -lot.units).ok_or(Trouble::TooLarge)?;
        changed(&lot.cost, -lot.units);
    }
    let cost = LotCost { number, currency: filter.currency, date, label: None };
    holding.add(units, &cost).ok_or(Trouble::TooLarge)?;
    changed(&cost, units);
    Ok(())
}

/// The cost of one unit that a posting states, if it states one.
fn unit_cost(spec: &CostSpec, units: Decimal) -> Result<Option<Decimal>, Trouble> {
    match (spec.per, spec.total) {
        (Part::Missing, _) | (_, Part::Missing) => Ok(None),
        (per, Part::Absent) => Ok(per.known()),
        (per, Part::Known(total)) => {
            let per = per.known().unwrap_or_default();
            arith::mul(per, units.abs())
                .and_then(|part| arith::add(part, total))
                .and_then(|all| arith::div(all, units.abs()))
                .map(Some)
                .ok_or(Trouble::TooLarge)
        }
    }
}

/// The cost of all units, where it is written and one lot has them all.
fn exact_total(spec: &CostSpec, parts: &[(Decimal, LotCost)]) -> Option<Decimal> {
    match (spec.per, spec.total, parts) {
        (Part::Known(per), Part::Known(total), [_]) if per.is_zero() => Some(total),
        _ => None,
    }
}

/// The price of a posting as that of one unit, which its parts have in common.
fn unit_price(leg: &Leg) -> Option<PriceSpec> {
    let mut price = leg.price?;
    if price.total {
        price.number = price.number.and_then(|all| arith::div(all, leg.number?.abs()));
        price.total = false;
    }
    Some(price)
}
