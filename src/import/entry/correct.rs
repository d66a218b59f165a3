//! Rows that mean something only by another: what a person has decided, what takes another row back.
//!
//! In: the rows of all files, and what the books have. Out: the same rows, linked, or unresolved
//! where what they take back is nowhere.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Back, Fate, File, Row};
use crate::event::{Claims, Event, EventId, EventKind, Link, Override, Relation, Value};
use crate::import::Known;
use crate::import::mirror::{Mirror, mirror};
use crate::money::Decimal;
use crate::period::NaiveDate;

/// Rows that nothing understands become what a person has decided they are.
pub fn decide(files: &mut [File], overrides: &[Override]) {
    if overrides.is_empty() {
        return;
    }
    for row in rows_mut(files) {
        let Fate::Unresolved(_, Some(event)) = &row.fate else { continue };
        let decision = overrides.iter().find(|decision| decision.event == event.id);
        let Some(decision) = decision else { continue };
        let (security, quantity) = (row.security.clone(), row.units);
        let kind = EventKind::build(&decision.kind, &mut |field| match field {
            "security" => security.clone().map(Value::Text),
            "quantity" => quantity.map(Value::Number),
            _ => None,
        });
        if let Ok(kind) = kind {
            let mut event = event.clone();
            event.kind = kind;
            row.fate = Fate::Events(vec![*event]);
        }
    }
}

/// Links rows that take another back, and do not say which, to the latest before them with the same
/// figures that nothing has taken back yet, in any of the files or in the books. One that must have
/// its event and has none is unresolved.
pub fn take_back(files: &mut [File], known: &Known) {
    let mut earlier: HashMap<Mirror, Vec<(NaiveDate, EventId)>> = HashMap::new();
    let mut used: HashSet<EventId> = HashSet::new();
    let mut wanting: BTreeMap<(NaiveDate, EventId), (Back, Option<EventId>)> = BTreeMap::new();
    let every = || {
        let parts = files.iter().flat_map(|file| &file.parts);
        parts.flat_map(|part| &part.rows).filter_map(|row| match &row.fate {
            Fate::Events(events) => events.first().map(|event| (event, row.back)),
            Fate::With(_) | Fate::Ignored(_) | Fate::Unresolved(..) => None,
        })
    };
    for (event, back) in every() {
        if let Some(back) = back {
            wanting.insert((event.date, event.id.clone()), (back, None));
        }
    }
    if wanting.is_empty() {
        return;
    }
    let own = every().filter(|(_, back)| back.is_none()).map(|(event, _)| event);
    for event in own.chain(known.events()) {
        let wants = wanting.contains_key(&(event.date, event.id.clone()));
        if let Some(taken) = event.linked(Relation::Reverses).filter(|_| !wants) {
            used.insert(taken.clone());
        } else if let Some(key) = mirror(event, Decimal::ONE).filter(|_| !wants) {
            earlier.entry(key).or_default().push((event.date, event.id.clone()));
        }
    }
    for list in earlier.values_mut() {
        list.retain(|(_, id)| !used.contains(id));
        list.sort();
        list.dedup();
    }
    let mirrors: HashMap<EventId, Mirror> = every()
        .filter(|(_, back)| back.is_some())
        .filter_map(|(event, _)| Some((event.id.clone(), mirror(event, Decimal::NEGATIVE_ONE)?)))
        .collect();
    for ((date, id), (back, target)) in &mut wanting {
        let Some(list) = mirrors.get(id).and_then(|key| earlier.get_mut(key)) else { continue };
        let end = list.partition_point(|(day, _)| day <= date);
        let latest =
            end.checked_sub(1).filter(|latest| *back != Back::SameDay || list[*latest].0 == *date);
        *target = latest.map(|latest| list.remove(latest).1);
    }
    for row in rows_mut(files) {
        let (Some(back), Fate::Events(events)) = (row.back, &mut row.fate) else { continue };
        let Some(first) = events.first() else { continue };
        let found = wanting.get(&(first.date, first.id.clone()));
        match (found.and_then(|(_, target)| target.clone()), back) {
            (Some(to), _) => {
                for (part, event) in (0..).zip(events.iter_mut()) {
                    let to = to.with_part(part);
                    event.further.links.push(Link { relation: Relation::Reverses, to });
                }
            }
            (None, Back::Must) => {
                let reason = format!("{} is taken back, and nothing says which", what(&first.kind));
                let event = row.unknown.take();
                row.fate = Fate::Unresolved(reason, event);
            }
            (None, Back::May | Back::SameDay) => {
                let side = if first.amount.is_sign_negative() { "below" } else { "above" };
                let what = what(&first.kind);
                row.doubts.push(format!("{what} {side} zero corrects nothing known"));
            }
        }
    }
}

/// What takes a payment back takes back what was claimed of it: a row that reverses a qualified
/// dividend does not say so again.
pub fn repeat_claims(files: &mut [File], known: &Known) {
    let reversed = |event: &Event| event.linked(Relation::Reverses).cloned();
    let events = || {
        let parts = files.iter().flat_map(|file| &file.parts);
        parts.flat_map(|part| &part.rows).flat_map(|row| match &row.fate {
            Fate::Events(events) => &events[..],
            Fate::With(_) | Fate::Ignored(_) | Fate::Unresolved(..) => &[],
        })
    };
    let wanted: HashSet<EventId> = events().filter_map(reversed).collect();
    if wanted.is_empty() {
        return;
    }
    let claims: HashMap<EventId, (&'static str, Claims)> = known
        .events()
        .chain(events())
        .filter(|event| wanted.contains(&event.id))
        .map(|event| (event.id.clone(), (event.kind.name(), event.claimed)))
        .collect();
    for row in rows_mut(files) {
        let Fate::Events(events) = &mut row.fate else { continue };
        for event in events.iter_mut().filter(|event| event.claimed.is_empty()) {
            let target = reversed(event).and_then(|to| claims.get(&to));
            if let Some((_, claimed)) = target.filter(|(kind, _)| *kind == event.kind.name()) {
                event.claimed = *claimed;
            }
        }
    }
}

fn rows_mut<'f>(files: &'f mut [File]) -> impl Iterator<Item = &'f mut Row> {
    files.iter_mut().flat_map(|file| &mut file.parts).flat_map(|part| &mut part.rows)
}

fn what(kind: &EventKind) -> String {
    let name = kind.name();
    let vowel = name.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} `{name}`", if vowel { "an" } else { "a" })
}
