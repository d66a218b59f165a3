//! The postings of a transaction as legs, as the printer would have written them.

use super::home::{Context, Sort, below, is_gains, real, sort};
use super::leg::{Leg, LegCost, LegLot, Path, product, sum};
use super::text::commodity_name;
use crate::diagnostic::Diagnostic;
use crate::event::{Account, LotBasis};
use crate::ledger::{Cost, Posting, PostingKind, Transaction};
use crate::money::{self, Decimal};
use crate::period;
use crate::source::Name;

/// The legs of a transaction as one account sees them. `units` names commodities that are securities
/// here, even where a currency has the same code.
pub fn legs<'l>(
    transaction: Transaction<'l>,
    account: &Account,
    units: &[&str],
    context: &Context,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Leg<'l>> {
    let mut legs = Vec::with_capacity(4);
    let mut choices = Vec::new();
    // Nobody asks for the line of a posting where nothing is wrong with it.
    let uncounted = || transaction.uncounted().filter(|one| one.kind() == PostingKind::Real);
    // Few postings have a comment, which the last of the block tells.
    let comment = memchr::memrchr(b';', transaction.text().as_bytes());
    let first = uncounted().next().map_or(0, |first| first.row().start - transaction.start());
    let tells_lots = comment.is_some_and(|at| at >= first as usize);
    for posting in uncounted() {
        let own = below(posting.account(), &account.ledger);
        let paid = own.then(|| costs(posting, units, context)).flatten();
        if let Some((_, Some(other))) = &paid {
            choices.push((legs.len(), other.clone()));
        }
        legs.push(Leg {
            account: Path::whole(posting.account()),
            own,
            claim: !own && is_gains(posting.account()),
            quantity: posting.number(),
            // A bare 0 is of no currency: it only shows which account is meant.
            commodity: if posting.commodity().is_empty() && posting.number().is_zero() {
                Name::default()
            } else {
                code(posting.commodity(), units, context)
            },
            cost: match paid {
                Some((cost, _)) => Some(cost),
                None if own => None,
                None => written(posting, posting.cost(), units, context),
            },
            lot: (own && (tells_lots || posting.lot().is_some()))
                .then(|| lot(posting, problems, units, context))
                .flatten(),
        });
    }
    turn_implied(transaction, &mut legs, context);
    // With both `{cost}` and `@ price` on a purchase, the one that balances is what was paid.
    if !choices.is_empty() && !balances(&legs) {
        let mut other = legs.clone();
        for (at, cost) in choices {
            other[at].cost = Some(cost);
        }
        if balances(&other) {
            return other;
        }
    }
    legs
}

/// What a posting's units were paid with, as the account sees it whose postings go to `ledger`: the
/// same as that of its leg, where no posting of its transaction has a price that is implied, or both a
/// price and a lot's cost.
pub fn cost_alone(
    posting: Posting<'_>,
    ledger: &str,
    units: &[&str],
    context: &Context,
) -> Option<LegCost> {
    if below(posting.account(), ledger) {
        costs(posting, units, context).map(|(cost, _)| cost)
    } else {
        written(posting, posting.cost(), units, context)
    }
}

/// The lot that a posting of that account names.
pub fn lot_of(
    posting: Posting<'_>,
    ledger: &str,
    units: &[&str],
    context: &Context,
    problems: &mut Vec<Diagnostic>,
) -> Option<LegLot> {
    let own = below(posting.account(), ledger);
    own.then(|| lot(posting, problems, units, context)).flatten()
}

/// Where two commodities imply each other's price and the money was written first, the model prices
/// the money: the units are what has a price.
fn turn_implied(transaction: Transaction<'_>, legs: &mut [Leg], context: &Context) {
    for (at, posting) in real(transaction).enumerate() {
        let implied = posting.cost().is_some_and(|cost| cost.implied);
        let money = money::currency(&legs[at].commodity, context.currency).is_some();
        let Some(cost) = legs[at].cost.clone().filter(|_| implied && money) else { continue };
        if money::currency(&cost.commodity, context.currency).is_some() {
            continue;
        }
        let mut units = (0..legs.len()).filter(|unit| legs[*unit].commodity == cost.commodity);
        if let (Some(unit), None) = (units.next(), units.next()) {
            let (total, commodity) = (legs[at].quantity.abs(), legs[at].commodity.clone());
            legs[unit].cost = Some(LegCost { unit: None, total, commodity });
            legs[at].cost = None;
        }
    }
}

/// The name of a commodity here: a currency's code, else as written.
pub fn code(name: &Name, units: &[&str], context: &Context) -> Name {
    if units.contains(&&**name) {
        return commodity_name(name);
    }
    match money::currency(name, context.currency) {
        // Most are called by their code, and need not be looked up.
        Some(code) if code == **name => name.clone(),
        Some(code) => Name::new(&code),
        None => commodity_name(name),
    }
}

/// What the units of a posting were paid with: `@`, else the lot's `{}` where units come. The second
/// is the lot's, where both are written.
fn costs(
    posting: Posting<'_>,
    units: &[&str],
    context: &Context,
) -> Option<(LegCost, Option<LegCost>)> {
    let cost = written(posting, posting.cost().filter(|cost| !cost.implied), units, context);
    let comes = !posting.number().is_sign_negative() && !posting.number().is_zero();
    let lot = posting.lot().and_then(|lot| lot.cost).filter(|_| comes);
    let lot = written(posting, lot, units, context);
    match (cost, lot) {
        (Some(cost), lot) => Some((cost, lot)),
        (None, Some(lot)) => Some((lot, None)),
        (None, None) => {
            // Of two commodities without a price each is worth the other; units are what is priced.
            // What the lots cost is no price of their sale.
            let basis = posting.lot().is_some_and(|lot| lot.cost.is_some());
            let implied = posting.cost().filter(|_| !basis);
            Some((written(posting, implied, units, context)?, None))
        }
    }
}

fn written(
    posting: Posting<'_>,
    cost: Option<Cost>,
    units: &[&str],
    context: &Context,
) -> Option<LegCost> {
    let cost = cost?;
    let amount = posting.transaction.ledger().amount(cost.amount);
    let unit = amount.quantity;
    let total = if cost.total {
        unit.abs()
    } else {
        let exact = product(posting.number(), unit);
        exact.or_else(|| posting.number().checked_mul(unit).map(|total| total.abs()))?
    };
    // Most prices are in the currency of the books, which goes by its code.
    let commodity =
        if *amount.commodity == *context.currency && !units.contains(&&*amount.commodity) {
            amount.commodity
        } else {
            code(&amount.commodity, units, context)
        };
    Some(LegCost { unit: (!cost.total).then_some(unit), total, commodity })
}

/// Whether the legs sum to nothing in each commodity.
fn balances(legs: &[Leg]) -> bool {
    let weights: Vec<_> = legs.iter().filter_map(Leg::weight).collect();
    weights.iter().all(|(_, commodity)| {
        let of = weights.iter().filter(|(_, other)| other == commodity);
        sum(of.map(|(weight, _)| *weight)).is_some_and(|sum| sum.is_zero())
    })
}

/// The lot that a posting's comment names, or its own `{…} [DATE]`.
fn lot(
    posting: Posting<'_>,
    problems: &mut Vec<Diagnostic>,
    units: &[&str],
    context: &Context,
) -> Option<LegLot> {
    let Some(acquired) = posting.tag("acquired") else {
        let lot = posting.lot()?;
        let paid = written(posting, lot.cost, units, context);
        let currency = paid.as_ref().map(|paid| paid.commodity.clone()).unwrap_or_default();
        let cost = paid.map(|paid| paid.total);
        return Some(LegLot {
            basis: lot.date.map(|acquired| LotBasis { acquired, cost }),
            currency,
        });
    };
    if acquired == "unknown" {
        return Some(LegLot { basis: None, currency: Name::default() });
    }
    let Some(day) = period::iso(acquired) else {
        let message = format!("expected a date such as `2024-03-27`, found `{acquired}`");
        let place = posting.place_of(acquired);
        let help = "write `acquired: unknown` where nobody knows it";
        problems.push(Diagnostic::error("unreadable-lot", message).at(place).help(help));
        return None;
    };
    let mut lot =
        LegLot { basis: Some(LotBasis { acquired: day, cost: None }), currency: Name::default() };
    if let Some(text) = posting.tag("cost") {
        let (number, currency) = text.split_once(' ').unwrap_or((text, ""));
        let cost: Option<Decimal> = money::plain(number);
        if cost.is_none() {
            let message = format!("expected a cost such as `1800.00 USD`, found `{text}`");
            problems.push(Diagnostic::error("unreadable-lot", message).at(posting.place_of(text)));
        }
        if let Some(basis) = &mut lot.basis {
            basis.cost = cost;
        }
        if !currency.is_empty() {
            let currency = super::text::unescape(currency.trim());
            lot.currency = code(&Name::new(&currency), units, context);
        }
    }
    Some(lot)
}

/// The postings that hold the money of a transaction that lies in no account of the books: its
/// assets, else its liabilities.
pub fn money_holders(transaction: Transaction<'_>) -> Vec<Posting<'_>> {
    for wanted in [Sort::Asset, Sort::Liability] {
        let found: Vec<_> =
            real(transaction).filter(|posting| sort(posting.account()) == wanted).collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}
