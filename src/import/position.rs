//! Decides what only the position can tell: whether a trade opens or closes an option, and which way
//! an option that ended goes.
//!
//! In: every export's events, and those of the books. The order of rows never counts: within a day
//! what is told goes first, then the trades that close the position, then those that open one, then
//! what ends. From no position, purchases go first.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Known;
use super::export::Export;
use super::make::{Doubt, Reason};
use super::profile::Field;
use crate::event::{Event, EventId, EventKind, any};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

/// What a position tells of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    /// It opens, or adds.
    Opens,
    /// It closes and is this kind.
    Closes(&'static str),
    /// What ends: the units that bring the position to 0.
    Ends(Decimal),
    /// It closes this many units and opens the rest.
    Both(Decimal),
    /// Nothing is open that could end.
    Untold,
}

/// What of an event the position has to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaits {
    /// Whether a trade closes, and the kind that it is then.
    Closing(&'static str),
    /// Which way goes what ends.
    Direction,
}

/// One event of a day.
struct Step {
    id: EventId,
    quantity: Decimal,
    awaits: Option<Awaits>,
}

/// Decides about all events that wait for it.
pub fn settle(exports: &mut [Export], known: &Known) {
    let mut waiting: HashMap<EventId, Awaits> = HashMap::new();
    let mut places: HashSet<(Name, Name)> = HashSet::new();
    for export in exports.iter() {
        for (row, awaits) in &export.awaiting {
            let Some((at, _)) = export.event_of(*row) else { continue };
            let event = &export.events[at];
            let Some(security) = event.security() else { continue };
            waiting.insert(event.id.clone(), *awaits);
            places.insert((event.account.clone(), security.clone()));
        }
    }
    if waiting.is_empty() {
        return;
    }
    let mut days: Days = BTreeMap::new();
    let mut seen: HashSet<EventId> = HashSet::new();
    let own = exports.iter().flat_map(|export| &export.events);
    for event in own.chain(known.events()) {
        let Some(security) = event.security() else { continue };
        let place = (event.account.clone(), security.clone());
        if !places.contains(&place) || !seen.insert(event.id.clone()) {
            continue;
        }
        let awaits = waiting.get(&event.id).copied();
        let step = Step { id: event.id.clone(), quantity: event.quantity(), awaits };
        days.entry(place).or_default().entry(event.date).or_default().push(step);
    }
    let verdicts = verdicts(days);
    for export in exports {
        for (row, _) in std::mem::take(&mut export.awaiting) {
            if let Some((at, _)) = export.event_of(row)
                && let Some(verdict) = verdicts.get(&export.events[at].id)
            {
                apply(export, row, at, verdict);
            }
        }
    }
}

/// What happens to each position, by account and security, then by day.
type Days = BTreeMap<(Name, Name), BTreeMap<NaiveDate, Vec<Step>>>;

/// Follows each position from its first day on.
fn verdicts(days: Days) -> HashMap<EventId, Verdict> {
    let mut verdicts = HashMap::new();
    for days in days.into_values() {
        let mut position = Decimal::ZERO;
        for steps in days.into_values() {
            walk(steps, &mut position, &mut verdicts);
        }
    }
    verdicts
}

/// The reason of a trade of which its source does not say whether it opens or closes.
pub const BY_POSITION: &str = "by-position";

/// Decides again about the trades of a journal whose source does not say what they are, by all its
/// events: what an import of fewer could not know.
pub fn retell(events: &mut [Event]) {
    let asks = |event: &Event| {
        let trades =
            matches!(event.kind, EventKind::OptionOpen { .. } | EventKind::OptionClose { .. });
        trades && event.reason.as_deref() == Some(BY_POSITION)
    };
    let place = |event: &Event| Some((event.account.clone(), event.security()?.clone()));
    if !any(events, asks) {
        return;
    }
    let places: HashSet<(Name, Name)> =
        events.iter().filter(|event| asks(event)).filter_map(place).collect();
    let mut days: Days = BTreeMap::new();
    for event in events.iter() {
        let Some(place) = place(event).filter(|place| places.contains(place)) else { continue };
        let awaits = asks(event).then_some(Awaits::Closing("option-close"));
        let step = Step { id: event.id.clone(), quantity: event.quantity(), awaits };
        days.entry(place).or_default().entry(event.date).or_default().push(step);
    }
    let verdicts = verdicts(days);
    for event in events.iter_mut().filter(|event| asks(event)) {
        match verdicts.get(&event.id) {
            Some(Verdict::Opens) => opened(event),
            Some(Verdict::Closes(kind)) => closed(event, kind),
            // What crosses zero stays what its import took it for.
            _ => {}
        }
    }
}

/// Walks through one day of one security.
fn walk(mut steps: Vec<Step>, position: &mut Decimal, verdicts: &mut HashMap<EventId, Verdict>) {
    let add = |position: &mut Decimal, units: Decimal| {
        *position = position.checked_add(units).unwrap_or(*position);
    };
    // From no position a purchase comes first, for that is what most people do.
    let short = position.is_sign_negative() && !position.is_zero();
    steps.sort_by(|one, other| {
        let rank = |step: &Step| {
            let buys = step.quantity.is_sign_positive();
            let closes = if position.is_zero() { buys } else { buys == short };
            match step.awaits {
                None => 0,
                Some(Awaits::Closing(_)) if closes => 1,
                Some(Awaits::Closing(_)) => 2,
                Some(Awaits::Direction) => 3,
            }
        };
        (rank(one), &one.id).cmp(&(rank(other), &other.id))
    });
    for step in steps {
        let Some(awaits) = step.awaits else {
            add(position, step.quantity);
            continue;
        };
        let against =
            !position.is_zero() && position.is_sign_negative() != step.quantity.is_sign_negative();
        let enough = step.quantity.abs() <= position.abs();
        let verdict = match awaits {
            Awaits::Closing(_) if !against => Verdict::Opens,
            Awaits::Closing(kind) if enough => Verdict::Closes(kind),
            Awaits::Closing(_) => Verdict::Both(position.abs()),
            Awaits::Direction if position.is_zero() => Verdict::Untold,
            Awaits::Direction if position.is_sign_negative() => Verdict::Ends(step.quantity.abs()),
            Awaits::Direction => Verdict::Ends(-step.quantity.abs()),
        };
        match &verdict {
            Verdict::Ends(units) => add(position, *units),
            Verdict::Opens | Verdict::Closes(_) | Verdict::Both(_) => add(position, step.quantity),
            Verdict::Untold => {}
        }
        verdicts.insert(step.id, verdict);
    }
}

fn apply(export: &mut Export, row: u32, at: usize, verdict: &Verdict) {
    match verdict {
        Verdict::Opens => {}
        Verdict::Closes(kind) => closed(&mut export.events[at], kind),
        Verdict::Ends(units) => ended(&mut export.events[at], *units),
        Verdict::Both(held) => {
            let message = format!(
                "the trade closes {} and opens the rest: in one row it is both",
                held.normalize()
            );
            let reason = Reason::new("closes-and-opens", message)
                .at(Field::Quantity)
                .help("write both by hand in main.journal, or import the trades that are missing");
            export.unresolve(row, reason);
        }
        Verdict::Untold => {
            let way = if export.events[at].quantity().is_sign_negative() {
                "taken as one that was held"
            } else {
                "taken as one that was written"
            };
            let doubt = Doubt {
                code: "no-position",
                message: "nothing in these records opened what ends here".to_owned(),
                note: format!("{way}: import the export with its trade together with this one"),
                at: Field::Quantity,
            };
            export.doubts.push((row, doubt));
        }
    }
}

/// A trade that closes is a close.
fn closed(event: &mut Event, kind: &str) {
    event.kind = match (kind, event.kind.clone()) {
        ("option-close", EventKind::OptionOpen { security, quantity, price, multiplier }) => {
            EventKind::OptionClose { security, quantity, price, multiplier }
        }
        ("short-cover", EventKind::Buy { security, quantity, price }) => {
            EventKind::ShortCover { security, quantity, price }
        }
        (_, kind) => kind,
    };
}

/// A trade that opens is an opening.
fn opened(event: &mut Event) {
    if let EventKind::OptionClose { security, quantity, price, multiplier } = event.kind.clone() {
        event.kind = EventKind::OptionOpen { security, quantity, price, multiplier };
    }
}

/// What ends takes these units.
fn ended(event: &mut Event, units: Decimal) {
    match &mut event.kind {
        EventKind::OptionExpire { quantity, .. }
        | EventKind::OptionExercise { quantity, .. }
        | EventKind::OptionAssign { quantity, .. }
        | EventKind::OptionCashSettle { quantity, .. } => *quantity = units,
        _ => {}
    }
}
