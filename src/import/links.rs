//! Links events that belong together: tax beside its income, a purchase beside the income that paid
//! it, a stock trade beside its option, a cancellation and what it cancels.
//!
//! All but the last stay within one day of one file, because exports end at days: so an event's
//! links are the same in whatever files it comes.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasherDefault;

use rayon::prelude::*;

use super::Known;
use super::export::Export;
use super::hash::Mixer;
use super::make::{Doubt, Reason};
use super::mirror::{Mirror, mirror};
use super::profile::{Field, Link as Wanted};
use super::symbol;
use crate::event::{Event, EventId, EventKind, Link, Relation};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

/// Account, day and security, names by their numbers: every income is looked up.
type Place = (usize, NaiveDate, Option<usize>);

fn place(event: &Event) -> Place {
    (event.account.number(), event.date, event.security().map(Name::number))
}

/// What an event is to those beside it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Income,
    Tax,
    Purchase,
}

/// An event to be linked, or to be linked to, by its index.
type Beside = (Place, Part, usize);

/// Links the events of one export within their days.
pub fn within_days(export: &mut Export) {
    let wanting = |row: &u32| {
        let (at, link) = export.event_of(*row)?;
        let part = match link? {
            Wanted::WithholdingOf => Part::Tax,
            Wanted::Reinvests => Part::Purchase,
            Wanted::Reverses | Wanted::Corrects | Wanted::PartOf => return None,
        };
        Some((place(&export.events[at]), part, at))
    };
    let mut beside: Vec<Beside> = export.linked.par_iter().filter_map(wanting).collect();
    if !beside.is_empty() {
        add_incomes(&export.events, &mut beside);
        beside.par_sort_unstable();
        // Events of one account, day and security have nothing to do with others.
        let events = &export.events;
        let linked = beside.par_chunk_by(|one, other| one.0 == other.0);
        let linked = linked.flat_map_iter(|beside| links_beside(events, beside));
        for (at, relation, to) in linked.collect::<Vec<_>>() {
            let to = export.events[to].id.clone();
            export.events[at].further.links.push(Link { relation, to });
        }
    }
    link_options(export);
}

/// Adds the incomes that stand beside others: almost none do, which is found out on all cores.
fn add_incomes(events: &[Event], beside: &mut Vec<Beside>) {
    let places: HashSet<Place, BuildHasherDefault<Mixer>> =
        beside.iter().map(|(place, ..)| *place).collect();
    let incomes =
        events.par_iter().enumerate().filter(|(_, event)| event.kind.is_taxed_at_source());
    let incomes = incomes.map(|(at, event)| (place(event), Part::Income, at));
    beside.par_extend(incomes.filter(|(place, ..)| places.contains(place)));
}

/// Links taxes and purchases to the incomes of the same place: which to which.
fn links_beside(events: &[Event], beside: &[Beside]) -> Vec<(usize, Relation, usize)> {
    let of = |part: Part| -> Vec<usize> {
        beside.iter().filter(|(_, of, _)| *of == part).map(|(.., at)| *at).collect()
    };
    let largest_first = |list: &mut Vec<usize>| {
        let size = |at: &usize| (Reverse(events[*at].amount.abs()), &events[*at].id);
        list.sort_by(|one, other| size(one).cmp(&size(other)));
    };
    let (mut incomes, mut taxes, purchases) = (of(Part::Income), of(Part::Tax), of(Part::Purchase));
    if incomes.is_empty() {
        return Vec::new();
    }
    largest_first(&mut incomes);
    largest_first(&mut taxes);
    let links = link_taxes(events, &taxes, &incomes);
    let bought = link_purchases(events, purchases, &incomes, &links);
    let taxes = links.into_iter().map(|(tax, income)| (tax, Relation::WithholdingOf, income));
    let bought = bought.into_iter().map(|(at, income)| (at, Relation::Reinvests, income));
    taxes.chain(bought).collect()
}

/// The income that each tax was taken off, the largest off the largest.
fn link_taxes(events: &[Event], taxes: &[usize], incomes: &[usize]) -> Vec<(usize, usize)> {
    let links = taxes.iter().enumerate().map(|(rank, tax)| {
        // Cash interest of one day may be of several sorts: then the words tell.
        let words = &events[*tax].text;
        let same: Vec<usize> = match incomes.len() {
            2..=16 => incomes.iter().copied().filter(|at| events[*at].text == *words).collect(),
            _ => Vec::new(),
        };
        let incomes = if same.is_empty() { incomes } else { &same };
        (*tax, incomes[rank.min(incomes.len() - 1)])
    });
    links.collect()
}

/// The income that paid each purchase: of the same amount, gross or after tax, else the only one.
fn link_purchases(
    events: &[Event],
    mut purchases: Vec<usize>,
    incomes: &[usize],
    taxes: &[(usize, usize)],
) -> Vec<(usize, usize)> {
    if purchases.is_empty() {
        return Vec::new();
    }
    let mut taken_off: HashMap<usize, Decimal> = HashMap::new();
    for (tax, income) in taxes {
        let off = taken_off.entry(*income).or_default();
        *off = off.checked_add(events[*tax].amount).unwrap_or(*off);
    }
    let mut by_amount: HashMap<Decimal, Vec<usize>> = HashMap::new();
    for income in incomes.iter().rev() {
        let gross = events[*income].amount;
        let net = taken_off.get(income).and_then(|off| gross.checked_add(*off));
        for amount in std::iter::once(gross).chain(net).map(|amount| amount.normalize()) {
            by_amount.entry(amount).or_default().push(*income);
        }
    }
    purchases.sort_by(|one, other| events[*one].id.cmp(&events[*other].id));
    let mut used = HashSet::new();
    let mut links = Vec::new();
    for purchase in purchases {
        let amount = (-events[purchase].amount).normalize();
        let same = by_amount.get_mut(&amount).and_then(|list| {
            while let Some(income) = list.pop() {
                if used.insert(income) {
                    return Some(income);
                }
            }
            None
        });
        let only = match incomes {
            [only] => Some(*only),
            _ => None,
        };
        links.extend(same.or(only).map(|income| (purchase, income)));
    }
    links
}

/// A stock trade by account, day, security, units and price.
type Trade = (Name, NaiveDate, Name, Decimal, Decimal);

/// Links the stock trade of an assignment or an exercise to its option.
fn link_options(export: &mut Export) {
    let ends = |row: &u32| {
        let (at, _) = export.event_of(*row)?;
        let relation = match export.events[at].kind {
            EventKind::OptionAssign { .. } => Relation::Assigns,
            EventKind::OptionExercise { .. } => Relation::Exercises,
            _ => return None,
        };
        Some((*row, at, relation))
    };
    let mut ended: Vec<(u32, usize, Relation)> = export.ended.iter().filter_map(ends).collect();
    if ended.is_empty() {
        return;
    }
    let days: HashSet<NaiveDate> = ended.iter().map(|(_, at, _)| export.events[*at].date).collect();
    let mut trades: HashMap<Trade, Vec<usize>> = HashMap::new();
    for (at, event) in export.events.iter().enumerate().rev() {
        if !days.contains(&event.date) {
            continue;
        }
        if let EventKind::Buy { security, quantity, price }
        | EventKind::Sell { security, quantity, price }
        | EventKind::ShortOpen { security, quantity, price }
        | EventKind::ShortCover { security, quantity, price } = &event.kind
        {
            // Where no price is stated, it is what was paid for each, before fees.
            let paid = || event.amount.checked_add(event.fees)?.checked_div(-*quantity);
            let Some(price) = price.or_else(paid) else { continue };
            let account = event.account.clone();
            let key =
                (account, event.date, security.clone(), quantity.normalize(), price.normalize());
            trades.entry(key).or_default().push(at);
        }
    }
    ended.sort_by_cached_key(|(_, at, _)| export.events[*at].id.clone());
    for (row, at, relation) in ended {
        let option = &export.events[at];
        let (id, words) = (option.id.clone(), &export.row(row).words);
        let Some(security) = option.security().cloned() else { continue };
        let Some(contract) = symbol::contract(&security) else { continue };
        let each = symbol::multiplier(words).unwrap_or(Decimal::ONE_HUNDRED);
        let Some(units) = option.quantity().abs().checked_mul(each) else { continue };
        // A call makes its holder buy; its writer sells. A put the other way round.
        let buys = contract.call == (relation == Relation::Exercises);
        let units = if buys { units } else { -units };
        let (units, strike) = (units.normalize(), contract.strike.normalize());
        let key = (option.account.clone(), option.date, contract.root.into(), units, strike);
        match trades.get_mut(&key).and_then(Vec::pop) {
            Some(trade) => export.events[trade].further.links.push(Link { relation, to: id }),
            None => export.doubts.push((
                row,
                Doubt {
                    code: "no-stock-trade",
                    message: format!(
                        "no trade of {units} {} at {strike} on that day",
                        contract.root
                    ),
                    note: "the option ends here; its stock trade is not linked to it".to_owned(),
                    at: Field::Action,
                },
            )),
        }
    }
}

/// Links cancellations to what they take back, in any of the files or in the books: the latest
/// before them that nothing has taken back yet. One that must have its event and has none becomes
/// unresolved.
pub fn reversals(exports: &mut [Export], known: &Known) {
    let mut wanting: Vec<(NaiveDate, EventId, usize, u32, Wanted)> = Vec::new();
    for (file, export) in exports.iter().enumerate() {
        for row in &export.linked {
            if let Some((at, Some(link @ (Wanted::Reverses | Wanted::Corrects)))) =
                export.event_of(*row)
            {
                let event = &export.events[at];
                wanting.push((event.date, event.id.clone(), file, *row, link));
            }
        }
    }
    if wanting.is_empty() {
        return;
    }
    wanting.sort_by(|one, other| {
        (one.0, &one.1, one.2, one.3).cmp(&(other.0, &other.1, other.2, other.3))
    });
    let is_wanting: HashSet<EventId> = wanting.iter().map(|(_, id, ..)| id.clone()).collect();
    let mut earlier: HashMap<Mirror, Vec<(NaiveDate, EventId)>> = HashMap::new();
    let own = exports.iter().flat_map(|export| &export.events);
    for event in own.chain(known.events()).filter(|event| !is_wanting.contains(&event.id)) {
        if let Some(key) = mirror(event, Decimal::ONE) {
            earlier.entry(key).or_default().push((event.date, event.id.clone()));
        }
    }
    for list in earlier.values_mut() {
        list.sort();
        list.dedup();
    }
    let reversed = known.events().filter(|event| !is_wanting.contains(&event.id));
    let mut used: HashSet<EventId> =
        reversed.filter_map(|event| event.linked(Relation::Reverses)).cloned().collect();
    let mut decided: HashMap<EventId, Option<EventId>> = HashMap::new();
    for (date, id, file, row, link) in wanting {
        let export = &mut exports[file];
        let Some((at, _)) = export.event_of(row) else { continue };
        let target = decided.entry(id).or_insert_with(|| {
            let key = mirror(&export.events[at], Decimal::NEGATIVE_ONE)?;
            let list = earlier.get_mut(&key)?;
            // Taken ones leave the list, so that many of a kind stay linear.
            let end = list.partition_point(|(day, _)| *day <= date);
            let found = (0..end).rev().find(|at| !used.contains(&list[*at].1))?;
            let (_, target) = list.remove(found);
            used.insert(target.clone());
            Some(target)
        });
        match (target, link) {
            (Some(to), _) => {
                let link = Link { relation: Relation::Reverses, to: to.clone() };
                export.events[at].further.links.push(link);
            }
            (None, Wanted::Reverses) => {
                let words = &export.row(row).words;
                let short: String = words.chars().take(40).collect();
                let message = format!("`{short}` takes back a trade that is not in these records");
                let reason = Reason::new("nothing-to-reverse", message)
                    .help("import the export with that trade together with this one");
                export.unresolve(row, reason);
            }
            (None, _) => {}
        }
    }
}
