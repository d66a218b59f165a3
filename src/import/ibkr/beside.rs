//! What rows are beside each other: the trade that an option made, the bond that interest was bought
//! with, the dividend that a tax was taken off or that was invested again.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use super::fields::Field;
use super::make::{Maker, link as add};
use super::security::Category;
use super::trade::contract_of;
use super::value;
use crate::event::{Event, EventId, EventKind, Relation};
use crate::import::entry::{Fate, File, Part, Row};
use crate::import::{Known, symbol};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

/// How many days a tax may lie from the payment it was taken off.
const WINDOW: i64 = 7;

/// Links rows of one account within one file.
pub fn link(maker: &Maker, rows: &mut [Row]) {
    options(maker, rows);
    accrued(maker, rows);
    reinvested(maker, rows);
}

fn events(row: &Row) -> &[Event] {
    match &row.fate {
        Fate::Events(events) => events,
        Fate::With(_) | Fate::Ignored(_) | Fate::Unresolved(..) => &[],
    }
}

fn add_link(row: &mut Row, relation: Relation, to: EventId) {
    if let Fate::Events(events) = &mut row.fate
        && let Some(first) = events.first_mut()
    {
        add(first, relation, to);
    }
}

/// Links the trade of an underlying to the option that made it: of that day, for as many shares at
/// its strike.
fn options(maker: &Maker, rows: &mut [Row]) {
    let mut ended: Vec<(NaiveDate, Name, Relation, Decimal, EventId)> = Vec::new();
    for (row, fact) in rows.iter().zip(&maker.facts) {
        let Some(security) = &fact.security else { continue };
        // Where a statement has been cut, the fill of an option tells what its order would.
        let fill = fact.again && fact.aside.as_deref() == Some(super::levels::FILL);
        let told = events(row).first().and_then(contract_of).is_some();
        let code = |code: &str| fact.codes.iter().any(|own| own == code);
        let relation = match (code("A"), code("Ex")) {
            (true, _) => Relation::Assigns,
            (_, true) => Relation::Exercises,
            _ => continue,
        };
        let Some(day) =
            fact.day.filter(|_| security.category == Category::Option && (told || fill))
        else {
            continue;
        };
        let each = security.multiplier.unwrap_or(Decimal::ONE_HUNDRED);
        let shares = fact.quantity.and_then(|units| units.abs().checked_mul(each));
        let id = if fill { fact.own.clone() } else { fact.id.clone() };
        let Some(shares) = shares.filter(|_| !ended.iter().any(|(.., other)| *other == id)) else {
            continue;
        };
        ended.push((day, security.id.clone(), relation, shares, id));
    }
    let mut used: HashSet<EventId> = HashSet::new();
    for (at, _) in maker.facts.iter().enumerate() {
        let Some(relation) = maker.is_of_option(at) else { continue };
        let Some(event) = events(&rows[at]).first() else { continue };
        let (Some(security), price) = (event.security(), event.kind.price()) else { continue };
        let root: String = security.split_whitespace().collect();
        let of_day = |(day, contract, how, ..): &&(NaiveDate, Name, Relation, Decimal, EventId)| {
            let terms = symbol::contract(contract);
            *day == event.date
                && *how == relation
                && terms.is_some_and(|terms| {
                    terms.root == root && price.is_none_or(|price| price == terms.strike)
                })
        };
        let units: Decimal = events(&rows[at]).iter().map(Event::quantity).sum();
        let whole = |(.., shares, _): &&(NaiveDate, Name, Relation, Decimal, EventId)| {
            *shares == units.abs()
        };
        let free = |(.., id): &&(NaiveDate, Name, Relation, Decimal, EventId)| !used.contains(id);
        let found = ended.iter().filter(of_day).filter(free).find(whole);
        let only = || {
            let mut all = ended.iter().filter(of_day).filter(free);
            all.next().filter(|_| all.next().is_none())
        };
        if let Some((.., id)) = found.or_else(only) {
            used.insert(id.clone());
            let id = id.clone();
            add_link(&mut rows[at], relation, id);
        } else {
            rows[at].doubts.push("the option that made this trade is not in the file".to_owned());
        }
    }
}

/// Links interest bought or sold with a bond to the trade of that bond.
fn accrued(maker: &Maker, rows: &mut [Row]) {
    for (at, _) in maker.facts.iter().enumerate() {
        let Some(event) = events(&rows[at]).first() else { continue };
        let EventKind::AccruedInterest { security } = &event.kind else { continue };
        if event.linked(Relation::PartOf).is_some() {
            continue;
        }
        let settles = |other: &Event| other.other_date(|dates| dates.settles);
        let trades = rows.iter().flat_map(events).filter(|other| {
            matches!(other.kind, EventKind::Buy { .. } | EventKind::Sell { .. })
                && other.security() == Some(security)
                && other.quantity().is_sign_positive() == event.amount.is_sign_negative()
                && match settles(other) {
                    Some(day) => day == event.date || other.date == event.date,
                    // Statements do not say when a trade settles: some days later.
                    None => (0..=4).contains(&(event.date - other.date).num_days()),
                }
        });
        let mut trades = trades.map(|trade| trade.id.clone());
        if let (Some(only), None) = (trades.next(), trades.next()) {
            add_link(&mut rows[at], Relation::PartOf, only);
        }
    }
}

/// Links a purchase that the broker calls a reinvestment to the dividend that paid it: the last one of
/// the ten days before.
fn reinvested(maker: &Maker, rows: &mut [Row]) {
    for at in (0..rows.len()).filter(|at| maker.reinvests(*at)) {
        let Some(event) = events(&rows[at]).first() else { continue };
        let EventKind::Buy { security, .. } = &event.kind else { continue };
        let incomes = rows.iter().flat_map(events).filter(|other| {
            let days = (event.date - other.date).num_days();
            matches!(other.kind, EventKind::Dividend { .. } | EventKind::PaymentInLieu { .. })
                && other.security() == Some(security)
                && other.amount.is_sign_positive()
                && (0..=10).contains(&days)
        });
        let last = incomes.max_by_key(|other| (other.date, other.id.clone()));
        if let Some(to) = last.map(|income| income.id.clone()) {
            add_link(&mut rows[at], Relation::Reinvests, to);
        }
    }
}

/// What a query states of ex-dates in its sums, by the broker's number of the payment and its type.
pub fn ex_dates(maker: &Maker, rows: &mut [Row]) {
    let key = |at: usize| {
        let raw = maker.facts[at].raw;
        Some((raw.get(Field::ActionId)?, raw.get(Field::Type)?))
    };
    let stated: HashMap<(&str, &str), NaiveDate> = (0..rows.len())
        .filter_map(|at| {
            let day = maker.facts[at].raw.get(Field::ExDate)?;
            Some((key(at)?, value::day(day, maker.making.form)?))
        })
        .collect();
    for (at, row) in rows.iter_mut().enumerate() {
        let Some(ex) = key(at).and_then(|key| stated.get(&key)) else { continue };
        if let Fate::Events(events) = &mut row.fate {
            for event in
                events.iter_mut().filter(|event| event.other_date(|dates| dates.ex).is_none())
            {
                event.further.dates.ex = Some(*ex);
            }
        }
    }
}

/// The end of a text that says what it is of: ` - US TAX`, ` (Ordinary Dividend)`, ` - Reversal`.
static END: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:\s*-\s*[A-Z]{2} tax\b.*|\s*\([^()]*\)|\s*-\s*reversal.*)\s*$")
        .expect("a sound pattern")
});

/// What a text says of its payment.
fn base(text: &str) -> String {
    let mut text = text.trim();
    while let Some(end) = END.find(text).filter(|end| end.start() > 0) {
        // `VTI(US9229087690)` alone stays.
        if !text[..end.start()].contains(' ') {
            break;
        }
        text = &text[..end.start()];
    }
    text.to_lowercase()
}

/// A payment that tax may have been taken off.
#[derive(Clone, Debug)]
struct Income {
    id: EventId,
    day: NaiveDate,
    base: String,
    amount: Decimal,
    place: String,
}

/// By account and security; interest of cash has none.
type Payer = (Name, Option<Name>);

/// Links taxes to the payments they were taken off, in any of the files or in the books: by the text,
/// else by the day, else within some days. Of several candidates none is taken, and they are named.
pub fn taxes(files: &mut [File], known: &Known) {
    if files.is_empty() {
        return;
    }
    let mut incomes: HashMap<Payer, Vec<Income>> = HashMap::new();
    let mut seen: HashSet<EventId> = HashSet::new();
    let own = files.iter().flat_map(|file| &file.parts).flat_map(Part::events);
    for event in own.chain(known.events()) {
        if event.kind.is_taxed_at_source() && seen.insert(event.id.clone()) {
            let payer = (event.account.clone(), event.security().cloned());
            incomes.entry(payer).or_default().push(Income {
                id: event.id.clone(),
                day: event.date,
                base: base(&event.text),
                amount: event.amount.normalize(),
                place: event.origin.to_string(),
            });
        }
    }
    for list in incomes.values_mut() {
        list.sort_by(|one, other| (one.day, &one.id).cmp(&(other.day, &other.id)));
        without_reversed(list);
    }
    let rows = files.iter_mut().flat_map(|file| &mut file.parts).flat_map(|part| &mut part.rows);
    for row in rows {
        let Some(event) = events(row).first() else { continue };
        if !matches!(event.kind, EventKind::Withholding { .. }) {
            continue;
        }
        let payer = (event.account.clone(), event.security().cloned());
        let Some(list) = incomes.get(&payer) else { continue };
        match candidates(event, list)[..] {
            [] => {}
            [only] => {
                let to = only.id.clone();
                add_link(row, Relation::WithholdingOf, to);
            }
            [first, .., last] => {
                let (first, last) = (&first.place, &last.place);
                row.doubts
                    .push(format!("the tax may be on more than one payment: {first}, {last}"));
            }
        }
    }
}

/// Leaves out payments that were taken back, each with what took it back.
fn without_reversed(list: &mut Vec<Income>) {
    let mut gone: Vec<usize> = Vec::new();
    for back in 0..list.len() {
        if !list[back].amount.is_sign_negative() || gone.contains(&back) {
            continue;
        }
        let original = (0..list.len()).find(|at| {
            let (one, other) = (&list[*at], &list[back]);
            !gone.contains(at) && one.day == other.day && one.amount == -other.amount
        });
        if let Some(original) = original {
            gone.extend([back, original]);
        }
    }
    let mut at = 0;
    list.retain(|_| {
        at += 1;
        !gone.contains(&(at - 1))
    });
}

/// The payments that a tax may have been taken off.
fn candidates<'l>(tax: &Event, list: &'l [Income]) -> Vec<&'l Income> {
    let own = base(&tax.text);
    // Of interest the tax says which: `Withholding @ 20% on Credit Interest for Feb-2025`.
    let own = own.split_once(" on ").map_or(&*own, |(_, of)| of);
    let day = |income: &&Income| income.day == tax.date;
    let text = |income: &&Income| income.base == own || income.base.ends_with(own);
    let near = |income: &&Income| (income.day - tax.date).num_days().abs() <= WINDOW;
    let mut found: Vec<&Income> = list.iter().filter(|one| day(one) && text(one)).collect();
    if found.is_empty() && tax.security().is_some() {
        found = list.iter().filter(|one| day(one)).collect();
    }
    if found.is_empty() {
        found = list.iter().filter(|one| near(one) && text(one)).collect();
    }
    if found.is_empty() && tax.security().is_some() {
        found = list.iter().filter(|one| near(one)).collect();
    }
    found
}
