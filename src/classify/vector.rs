//! What a payment was made of: its character vector (`field/events.md`, B4).
//!
//! The summands (`ordinary`, `capital_gain`, `return_of_capital`, `exempt_interest`) add up to the
//! payment; all other figures are parts of one of them. They come from the source's own figures, the
//! split that a person wrote, the source's claims, and facts about the payer, in this order.

use super::Lack;
use crate::event::{Claim, Event, EventKind, Journal, Parts};
use crate::money::Decimal;
use crate::period::{NaiveDate, TaxYear};

/// A figure of an event.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Figure {
    /// The event has none of this name.
    Nothing,
    /// It is this.
    Known(Decimal),
    /// It hangs on something missing.
    Lacks(Lack),
}

/// The figures that add up to a payment.
pub(super) const SUMMANDS: [&str; 4] =
    ["ordinary", "capital_gain", "return_of_capital", "exempt_interest"];

/// Whether a figure is one of those that add up to the payment, or the payment itself.
pub(super) fn is_summand(field: &str) -> bool {
    field == "amount" || SUMMANDS.contains(&field)
}

/// A figure of a distribution. `beyond`: capital returned beyond cost, which is gain.
pub(super) fn figure(
    journal: &Journal,
    event: &Event,
    field: &str,
    beyond: Decimal,
    (day, year): (NaiveDate, TaxYear),
) -> Figure {
    let gross = event.gross();
    let whole = |name: &str| if field == name { Figure::Known(gross) } else { Figure::Nothing };
    match &event.kind {
        EventKind::ReturnOfCapital { .. } | EventKind::Liquidation { .. } => {
            return match whole("return_of_capital") {
                Figure::Known(gross) => Figure::Known(gross.saturating_sub(beyond)),
                other => other,
            };
        }
        EventKind::CapitalGainDistribution { .. } => {
            return distributed_gain(journal, event, field);
        }
        EventKind::Dividend { .. } | EventKind::FundDistribution { .. } => {}
        _ => return Figure::Nothing,
    }
    let parts = journal.made_of(event);
    let stated = |name: &str| parts.and_then(|parts| parts.get(name));
    let split = SUMMANDS.iter().any(|name| stated(name).is_some());
    if !split {
        for (claim, name) in [
            (Claim::TaxExempt, "exempt_interest"),
            (Claim::ReturnOfCapital, "return_of_capital"),
            (Claim::Long, "capital_gain"),
        ] {
            if event.claimed.has(claim) {
                return match whole(name) {
                    Figure::Known(amount) if name == "return_of_capital" => {
                        Figure::Known(amount.saturating_sub(beyond))
                    }
                    Figure::Nothing => {
                        of_which(journal, event, field, Decimal::ZERO, parts, (day, year))
                    }
                    other => other,
                };
            }
        }
        let character = !event.claimed.is_empty() || stated("qualified").is_some();
        if matches!(event.kind, EventKind::FundDistribution { .. }) && !character {
            return if SUMMANDS.contains(&field) {
                Figure::Lacks(Lack::Split)
            } else {
                Figure::Nothing
            };
        }
    }
    let others: Decimal = SUMMANDS[1..].iter().filter_map(|name| stated(name)).sum();
    let ordinary = stated("ordinary").unwrap_or_else(|| gross.saturating_sub(others));
    let sum = ordinary.saturating_add(others);
    if sum != gross {
        return if SUMMANDS.contains(&field) {
            Figure::Lacks(Lack::Sum(sum))
        } else {
            Figure::Nothing
        };
    }
    match field {
        "ordinary" => nonzero(ordinary, gross),
        "return_of_capital" => stated(field)
            .map_or(Figure::Nothing, |amount| Figure::Known(amount.saturating_sub(beyond))),
        "capital_gain" | "exempt_interest" => stated(field).map_or(Figure::Nothing, Figure::Known),
        _ => of_which(journal, event, field, ordinary, parts, (day, year)),
    }
}

/// A summand that is nil is not there, unless the payment is nil.
fn nonzero(amount: Decimal, gross: Decimal) -> Figure {
    if amount.is_zero() && !gross.is_zero() { Figure::Nothing } else { Figure::Known(amount) }
}

/// A figure that is a part of another.
fn of_which(
    journal: &Journal,
    event: &Event,
    field: &str,
    ordinary: Decimal,
    parts: Option<&Parts>,
    (day, year): (NaiveDate, TaxYear),
) -> Figure {
    if let Some(amount) = parts.and_then(|parts| parts.get(field)) {
        return Figure::Known(amount);
    }
    let security = event.security().map_or("", |name| name);
    let fact = |key: &str| journal.securities.fact(security, key, day, year.0);
    match field {
        "qualified" if ordinary.is_zero() => Figure::Nothing,
        "qualified" if event.claimed.has(Claim::Nonqualified) => Figure::Known(Decimal::ZERO),
        "qualified" if fact("payer").is_some_and(|payer| *payer == "not") => {
            Figure::Known(Decimal::ZERO)
        }
        "qualified" if event.claimed.has(Claim::Qualified) => Figure::Known(ordinary),
        "qualified" if event.claimed.has(Claim::Section199a) => Figure::Known(Decimal::ZERO),
        "qualified" => match fact("payer") {
            Some(payer) if *payer == "qualified" => Figure::Known(ordinary),
            Some(_) => Figure::Known(Decimal::ZERO),
            None => Figure::Lacks(Lack::Fact("payer".into())),
        },
        "section_199a" if event.claimed.has(Claim::Section199a) => Figure::Known(ordinary),
        "us_government" => {
            match journal.securities.number(security, "us_government", day, year.0) {
                Some(share) if !share.is_zero() => Figure::Known(ordinary.saturating_mul(share)),
                _ => Figure::Nothing,
            }
        }
        _ => Figure::Nothing,
    }
}

/// A gain that a fund passed on: long-term unless claimed otherwise, which another row takes.
fn distributed_gain(journal: &Journal, event: &Event, field: &str) -> Figure {
    let parts = journal.made_of(event);
    let stated = parts.and_then(|parts| parts.get(field));
    match field {
        "capital_gain" if stated.is_some() => stated.map_or(Figure::Nothing, Figure::Known),
        "capital_gain" if event.claimed.has(Claim::Long) => Figure::Known(event.gross()),
        "capital_gain" if event.claimed.has(Claim::Short) => Figure::Nothing,
        "capital_gain" => Figure::Lacks(Lack::Term),
        _ => stated.map_or(Figure::Nothing, Figure::Known),
    }
}
