//! Corporate actions: told by their sentences, the legs of one action joined into one event.

use std::sync::LazyLock;

use indexmap::IndexMap;
use regex::Regex;

use super::fields::Field;
use super::make::{Maker, Unread};
use super::rules::Seen;
use super::sections::Sort;
use super::security::{self, Category};
use crate::event::{EventKind, Value};
use crate::import::entry::{Fate, Row};
use crate::import::profile::{Make, Pair};
use crate::money::{self, Decimal};
use crate::source::Name;

/// `4 for 1`, `592 FOR 1000`.
static RATIO: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b([0-9][0-9.,]*) for ([0-9][0-9.,]*)").expect("a sound pattern")
});

/// An ISIN.
static ISIN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b[A-Z]{2}[A-Z0-9]{9}[0-9]\b").expect("a sound pattern"));

/// One row of a corporate action.
#[derive(Clone, Debug)]
struct Leg {
    /// Its row.
    at: usize,
    /// What the row is of.
    id: Name,
    /// What the sentence is about.
    of: Name,
    quantity: Decimal,
    cash: Decimal,
}

/// The rows of one action.
struct Group<'m> {
    rule: &'m Make,
    legs: Vec<Leg>,
    new: Option<Decimal>,
    old: Option<Decimal>,
    /// The sentence names what comes for what goes.
    names_other: bool,
}

/// Makes the events of corporate actions in `rows`.
pub fn join<'m>(maker: &Maker<'m, '_>, rows: &mut [Row]) {
    let mut groups: IndexMap<(String, String, &'static str), Group<'m>> = IndexMap::new();
    for (at, fact) in maker.facts.iter().enumerate() {
        let ours = fact.raw.sort == Sort::Actions && fact.aside.is_none();
        if !ours || fact.raw.trouble.is_some() {
            continue;
        }
        match leg(maker, at) {
            Ok(Ok((rule, leg, sentence))) => {
                let when = fact.raw.get(Field::DateTime).or(fact.raw.get(Field::ReportDate));
                let action = fact.raw.get(Field::ActionId);
                let key = action.unwrap_or(&sentence).to_lowercase();
                let when = when.unwrap_or_default().to_owned();
                let group = groups.entry((key, when, rule.kind)).or_insert_with(|| {
                    let (new, old) = ratio(&sentence);
                    let rest = security::prefix(&sentence).map_or(&*sentence, |parts| parts.2);
                    let names_other = ISIN.is_match(rest);
                    Group { rule, legs: Vec::new(), new, old, names_other }
                });
                group.legs.push(leg);
            }
            Ok(Err(reason)) => rows[at].fate = Fate::Ignored(reason),
            Err(unread) => maker.set_unread(at, &mut rows[at], unread),
        }
    }
    for group in groups.into_values() {
        // Each row of these is an event of its own.
        let alone = matches!(
            group.rule.kind,
            "spin-off" | "stock-dividend" | "rights" | "worthless" | "redemption" | "cash-in-lieu"
        );
        if alone {
            for leg in &group.legs {
                let one = Group { legs: vec![leg.clone()], ..group };
                place(maker, rows, &one);
            }
        } else {
            place(maker, rows, &group);
        }
    }
}

/// Puts the event of a group on its first row, or says of all its rows why there is none.
fn place(maker: &Maker, rows: &mut [Row], group: &Group) {
    match group.kind() {
        Ok(Some((kind, cash, first))) => {
            let made = maker.event(first, 0, kind).and_then(|mut event| {
                if !cash.is_zero() {
                    event.amount = cash;
                    event.currency = Some(maker.currency(first)?);
                }
                event.reason.clone_from(&group.rule.reason);
                Ok(event)
            });
            let mut event = match made {
                Ok(event) => event,
                Err(unread) => return maker.set_unread(first, &mut rows[first], unread),
            };
            for leg in group.legs.iter().filter(|leg| leg.at != first) {
                rows[leg.at].unknown =
                    rows[leg.at].day.map(|day| Box::new(maker.unknown(leg.at, day)));
                rows[leg.at].fate = Fate::With(first);
            }
            let mut others: Vec<u32> = group
                .legs
                .iter()
                .map(|leg| rows[leg.at].line)
                .filter(|line| *line != rows[first].line)
                .collect();
            others.sort_unstable();
            for line in others {
                event.origin.add(line);
            }
            rows[first].fate = Fate::Events(vec![event]);
        }
        Ok(None) => {
            for leg in &group.legs {
                let reason = "number of a security that keeps its ticker";
                rows[leg.at].fate = Fate::Ignored(reason.into());
            }
        }
        Err(reason) => {
            for leg in &group.legs {
                maker.set_unread(leg.at, &mut rows[leg.at], Unread::Reason(reason.clone()));
            }
        }
    }
}

/// What a row of a corporate action means, its leg, and the sentence that all legs share.
#[allow(clippy::type_complexity)]
fn leg<'m>(
    maker: &Maker<'m, '_>,
    at: usize,
) -> Result<Result<(&'m Make, Leg, String), Name>, Unread> {
    let fact = &maker.facts[at];
    let raw = fact.raw;
    let (sentence, ticker, number) = match security::tail(&fact.text) {
        Some((sentence, ticker, number)) => (sentence, ticker, number),
        None => (&*fact.text, "", ""),
    };
    let parts = security::prefix(sentence);
    // `Merged(Acquisition)` begins with a word of its own.
    let words = parts.map_or(sentence, |(_, _, rest)| rest).replace('(', " (");
    let quantity = maker.number(at, Field::Quantity)?.unwrap_or_default().normalize();
    let cash = maker.number(at, Field::Proceeds)?.unwrap_or_default();
    let seen = Seen {
        sort: "corporate action",
        text: &fact.text,
        amount: Some(cash),
        quantity: Some(quantity),
        option: false,
        security: true,
    };
    if quantity.is_zero() && cash.is_zero() {
        return Ok(Err("corporate action that moves nothing".into()));
    }
    let rule = match Maker::rule(maker.action(&words, &seen)?) {
        Ok(rule) => rule,
        Err(reason) => return Ok(Err(reason)),
    };
    let day = fact.day.unwrap_or_default();
    let debt = raw.get(Field::Category).and_then(security::category) == Some(Category::Debt);
    let making = &maker.making;
    let named = |ticker: &str, number: &str| {
        making.instruments.leg(ticker, number, debt, day, making.books)
    };
    let (ticker, number) = match raw.get(Field::Symbol) {
        Some(symbol) => {
            let isin = raw.get(Field::Isin).or(raw.get(Field::SecurityId));
            (symbol, isin.unwrap_or(number))
        }
        None => (ticker, number),
    };
    let of = parts
        .map(|(ticker, number, _)| named(if ticker.is_empty() { number } else { ticker }, number));
    let id = match (ticker, number, &of) {
        ("", "", Some(of)) => of.clone(),
        ("", "", None) => return Err("the security of its leg is not stated".into()),
        ("", number, _) => named(number, number),
        (ticker, number, _) => named(ticker, number),
    };
    let of = of.unwrap_or_else(|| id.clone());
    Ok(Ok((rule, Leg { at, id, of, quantity, cash }, sentence.to_owned())))
}

fn ratio(sentence: &str) -> (Option<Decimal>, Option<Decimal>) {
    let number = |text: &str| money::plain(&text.replace(',', "")).map(|number| number.normalize());
    match RATIO.captures(sentence) {
        Some(found) => (number(&found[1]), number(&found[2])),
        None => (None, None),
    }
}

impl Group<'_> {
    /// The event of the group, the cash beside it, and the row it stands on. `None`: a security got
    /// another number, and nothing else changed.
    fn kind(&self) -> Result<Option<(EventKind, Decimal, usize)>, String> {
        let kind = self.rule.kind;
        let (new, old) = (self.new, self.old);
        let first = self.legs.first().ok_or("a corporate action without a row")?;
        let cash = self.legs.iter().try_fold(Decimal::ZERO, |sum, leg| sum.checked_add(leg.cash));
        let cash = cash.ok_or("its figures are too large")?;
        if let [leg] = &self.legs[..] {
            let (quantity, own) = (leg.quantity, leg.id.clone());
            let into = (leg.id != leg.of).then(|| leg.id.clone());
            let (security, at) = (leg.of.clone(), leg.at);
            let made = match kind {
                "split" => {
                    EventKind::Split { security: own, quantity, new: new.into(), old: old.into() }
                }
                "spin-off" => EventKind::SpinOff {
                    security,
                    into: own,
                    quantity,
                    new: new.into(),
                    old: old.into(),
                    share: None.into(),
                },
                "stock-dividend" => EventKind::StockDividend { security, quantity, into },
                "rights" => EventKind::Rights { security, quantity, into },
                "merger" | "exchange" if self.rule.pair.is_none() => {
                    if quantity.is_sign_positive() || self.names_other || cash.is_zero() {
                        return Err("its other leg is missing".to_owned());
                    }
                    let (into, into_quantity) = (None, None);
                    if kind == "merger" {
                        EventKind::Merger {
                            security: own,
                            quantity,
                            into,
                            into_quantity: into_quantity.into(),
                            new: new.into(),
                            old: old.into(),
                        }
                    } else {
                        EventKind::Exchange {
                            security: own,
                            quantity,
                            into,
                            into_quantity: into_quantity.into(),
                            new: new.into(),
                            old: old.into(),
                        }
                    }
                }
                _ if self.rule.pair == Some(Pair::Legs) => {
                    return Err("its other leg is missing".to_owned());
                }
                _ => EventKind::build(kind, &mut |field| match field {
                    "security" => Some(Value::Text(own.clone())),
                    "quantity" => Some(Value::Number(quantity)),
                    _ => None,
                })
                .map_err(|_| format!("it lacks what a `{kind}` needs"))?,
            };
            return Ok(Some((made, cash, at)));
        }
        let out = side(self.legs.iter().filter(|leg| leg.quantity.is_sign_negative()))?;
        let came = side(self.legs.iter().filter(|leg| !leg.quantity.is_sign_negative()))?;
        let lines = || "its legs are of one side only".to_owned();
        let (out, came) = (out.ok_or_else(lines)?, came.ok_or_else(lines)?);
        let at = out.at.min(first.at.max(out.at));
        let (security, quantity) = (out.id, out.quantity);
        if security == came.id {
            let change = quantity.checked_add(came.quantity).ok_or("its figures are too large")?;
            if change.is_zero() && cash.is_zero() {
                return Ok(None);
            }
            let split = EventKind::Split {
                security,
                quantity: change.normalize(),
                new: new.into(),
                old: old.into(),
            };
            return Ok(Some((split, cash, at)));
        }
        let (into, into_quantity) = (came.id, came.quantity);
        if kind == "rights-exercise" {
            let made = EventKind::RightsExercise { security, quantity, into, into_quantity };
            return Ok(Some((made, cash, at)));
        }
        let (into, into_quantity) = (Some(into), Some(into_quantity));
        let made = match kind {
            "merger" => EventKind::Merger {
                security,
                quantity,
                into,
                into_quantity: into_quantity.into(),
                new: new.into(),
                old: old.into(),
            },
            "exchange" => EventKind::Exchange {
                security,
                quantity,
                into,
                into_quantity: into_quantity.into(),
                new: new.into(),
                old: old.into(),
            },
            // A split that gives another ticker.
            "rename" | "split" => EventKind::Rename {
                security,
                quantity,
                into,
                into_quantity: into_quantity.into(),
                new: new.into(),
                old: old.into(),
            },
            _ => return Err(format!("a `{kind}` of {} rows", self.legs.len())),
        };
        Ok(Some((made, cash, at)))
    }
}

/// The legs of one side as one: they must be of one security.
fn side<'l>(legs: impl Iterator<Item = &'l Leg>) -> Result<Option<Leg>, String> {
    let mut whole: Option<Leg> = None;
    for leg in legs {
        match &mut whole {
            None => whole = Some(leg.clone()),
            Some(whole) if whole.id == leg.id => {
                let sum = whole.quantity.checked_add(leg.quantity);
                whole.quantity = sum.ok_or("its figures are too large")?;
            }
            Some(whole) => {
                return Err(format!(
                    "it moves {} and {} the same way: enter it by hand",
                    whole.id, leg.id
                ));
            }
        }
    }
    Ok(whole)
}
