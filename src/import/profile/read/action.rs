//! Reads an `[[action]]`: the words it has, what must hold of a row, and what the row becomes.

use super::pattern::Expressions;
use super::{Unsigned, chosen, fields, unknown};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::strict::{At, Group};
use crate::event::{Claim, EventKind, TaxAuthority};
use crate::import::profile::action::{
    Action, Beside, Link, Make, Outcome, Pair, Side, Sign, SymbolIs, When,
};
use crate::import::profile::single_blanks;
use crate::source::{Name, Source};

pub(super) fn when(group: &Group) -> When {
    let sign = |key| {
        let at = group.text(key)?;
        let sign = match &*at.value {
            "+" => Some(Sign::Positive),
            "-" => Some(Sign::Negative),
            "0" => Some(Sign::Zero),
            "any" => Some(Sign::Any),
            _ => None,
        };
        if sign.is_none() {
            unknown(group, key, &at, ["+", "-", "0", "any"].into_iter());
        }
        sign
    };
    let symbol = |at: At<Name>| match &*at.value {
        "option" => SymbolIs::Option,
        "sweep" => SymbolIs::Sweep,
        "none" => SymbolIs::None,
        "some" => SymbolIs::Some,
        _ => SymbolIs::Is(at.value),
    };
    let words = |key| group.texts(key).iter().map(|at| at.value.to_lowercase()).collect();
    When {
        quantity: sign("quantity"),
        amount: sign("amount"),
        symbol: group.texts("symbol").into_iter().map(symbol).collect(),
        types: words("type"),
        text: words("text"),
        empty: fields(group, "empty", group.texts("empty")),
        filled: fields(group, "filled", group.texts("filled")),
    }
}

pub(super) fn action(group: &Group, source: &Source, expressions: Expressions) -> Option<Action> {
    let words = |key| -> Vec<String> {
        group.texts(key).iter().map(|at| single_blanks(&at.value)).collect()
    };
    let (is, starts, contains) = (words("is"), words("starts"), words("contains"));
    let condition = group.group("when").map(|group| {
        let when = when(&group);
        group.finish();
        when
    });
    let patterns = expressions.of_fields(group);
    let ignore = group.text("ignore");
    let event = kind(group, "event");
    let make = event.map(|kind| make(group, kind));
    let example = group.text("example").map(|at| at.value.to_string());
    group.finish();
    let wrong = |message: &str| {
        group.wrong(Diagnostic::error("unreadable-setting", message), &group.span);
        None
    };
    if is.is_empty() && starts.is_empty() && contains.is_empty() {
        return wrong("expected `is`, `starts` or `contains`: the action's words");
    }
    let outcome = match (ignore, make) {
        (Some(reason), None) => Outcome::Ignore(reason.value.to_string()),
        (None, Some(make)) => Outcome::Make(make),
        (Some(_), Some(_)) => return wrong("expected `event` or `ignore`, found both"),
        (None, None) if group.has("event") => return None,
        (None, None) => return wrong("expected `event` or `ignore`: what these rows are"),
    };
    let when = condition.unwrap_or_default();
    Some(Action {
        is,
        starts,
        contains,
        when,
        patterns,
        outcome,
        example,
        file: source.name.clone(),
    })
}

/// A kind of event by its name.
fn kind(group: &Group, key: &'static str) -> Option<&'static str> {
    let at = group.text(key)?;
    let found = EventKind::NAMES.iter().find(|name| ***name == *at.value).copied();
    if found.is_none() {
        unknown(group, key, &at, EventKind::NAMES.iter().copied());
    }
    found
}

fn make(group: &Group, kind_name: &'static str) -> Make {
    let claimed = group
        .texts("claimed")
        .iter()
        .filter_map(|at| {
            let claim = at.value.parse::<Claim>().ok();
            if claim.is_none() {
                unknown(group, "claimed", at, Claim::ALL.iter().map(|claim| claim.text()));
            }
            claim
        })
        .collect();
    Make {
        kind: kind_name,
        negative: kind(group, "negative"),
        claimed,
        reason: group.text("reason").map(|at| at.value),
        side: chosen(
            group,
            "side",
            &[("in", Side::In), ("out", Side::Out), ("closing", Side::Closing)],
        )
        .unwrap_or_else(|| side_of(kind_name)),
        closing: kind(group, "closing"),
        beside: match (group.flag("invested"), group.flag("passed_on")) {
            (Some(at), _) if at.value => Some(Beside::Invested),
            (_, Some(at)) if at.value => Some(Beside::PassedOn),
            _ => None,
        },
        from: group.text("from").map(|at| at.value),
        expense: group.text("expense").map(|at| at.value),
        tax: group.word::<TaxAuthority>("tax", &["foreign", "federal", "state"]).map(|at| at.value),
        security: group.text("security").map(|at| at.value),
        fees_are_tax: group.flag("fees_are_tax").is_some_and(|at| at.value),
        signed: group
            .word::<Unsigned>("amounts", &["signed", "unsigned"])
            .is_some_and(|at| !at.value.0),
        priced: group.flag("priced").is_some_and(|at| at.value),
        valued: group.flag("valued").is_some_and(|at| at.value),
        fees: group.group("fees").and_then(|group| {
            let (kind, expense) = (kind(&group, "event"), group.text("expense"));
            group.finish();
            Some((kind?, expense.map(|at| at.value)))
        }),
        pair: chosen(
            group,
            "pair",
            &[("legs", Pair::Legs), ("halves", Pair::Halves), ("swap", Pair::Swap)],
        ),
        link: chosen(
            group,
            "link",
            &[
                ("reinvests", Link::Reinvests),
                ("withholding-of", Link::WithholdingOf),
                ("reverses", Link::Reverses),
                ("corrects", Link::Corrects),
                ("part-of", Link::PartOf),
            ],
        ),
    }
}

/// Which way units go in a kind, where neither profile nor sign says otherwise.
fn side_of(kind: &str) -> Side {
    match kind {
        "buy" | "short-cover" | "spin-off" | "stock-dividend" | "rights" | "transfer-in"
        | "gift-in" | "inheritance" | "award" | "opening" => Side::In,
        "sell" | "short-open" | "redemption" | "transfer-out" | "gift-out" | "worthless"
        | "cash-in-lieu" => Side::Out,
        _ => Side::Signed,
    }
}

impl Make {
    /// An event of this kind, with nothing else said of it.
    pub fn of(kind: &'static str) -> Make {
        Make {
            kind,
            negative: None,
            claimed: crate::event::Claims::default(),
            reason: None,
            side: side_of(kind),
            closing: None,
            beside: None,
            from: None,
            tax: None,
            expense: None,
            fees: None,
            pair: None,
            link: None,
            security: None,
            fees_are_tax: false,
            signed: false,
            priced: false,
            valued: false,
        }
    }
}
