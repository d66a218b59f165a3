//! From cash to tax: why the two totals of a year differ, item by item.
//!
//! For every event, what it adds to the tax total less what it adds to the cash total is one
//! difference, and every difference goes to an item with a name. So the items always add up from
//! one total to the other, and nothing is lumped.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use indexmap::IndexMap;

use super::status::Year;
use super::{Line, Origin};
use crate::event::{Event, EventId, EventKind, Journal, TaxAuthority};
use crate::income::{Income, Judged};
use crate::money::Decimal;
use crate::regime::Regime;
use crate::source::{ByLetters, Name};

/// One item of the bridge.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// `Depreciation, no cash`.
    pub label: String,
    /// What it is about: properties, securities; for the eye.
    pub about: BTreeSet<String>,
    /// By year.
    pub amounts: Vec<Decimal>,
}

/// Differences by the order of the bridge.
type Items = BTreeMap<Key, Sum>;

/// An item's place in the bridge, and its label.
type Key = (u8, Cow<'static, str>);

/// An item in the making.
struct Sum {
    about: HashSet<Name, ByLetters>,
    amounts: Vec<Decimal>,
}

/// Cash total, items, tax total; labels of the first and the last are the statement's.
///
/// `lines`: those of the tax view, unfiltered.
pub fn items(
    judged: &Judged,
    journal: &Journal,
    regime: &Regime,
    years: &[Year],
    lines: &[Line],
) -> Vec<Item> {
    let mut cash = vec![Decimal::ZERO; years.len()];
    let mut tax = vec![Decimal::ZERO; years.len()];
    // What each event adds to either total, by year; what no event states, by what it is about.
    let mut items = Items::new();
    let mut differences: IndexMap<(usize, Source), Difference, ByLetters> = IndexMap::default();
    for income in judged.cash.iter().filter(|income| super::cash::counts(&income.category)) {
        let Some(year) = years.iter().position(|year| year.year == income.year) else { continue };
        cash[year] += income.amount;
        let difference = differences.entry((year, Source::of(income))).or_default();
        difference.cash += income.amount;
        difference.cash_line = Some(income.category.clone());
        difference.about(income);
    }
    for line in lines.iter().filter(|line| line.adds) {
        for entry in &line.entries {
            tax[entry.year] += entry.amount;
            let Origin::Income(income) = entry.from else {
                let difference = Difference::default();
                let key = (70, line.label.clone().into());
                add(&mut items, key, &difference, entry.amount, entry.year, years.len());
                continue;
            };
            let difference = differences.entry((entry.year, Source::of(income))).or_default();
            difference.tax += entry.amount;
            difference.category = Some(income.category.clone());
            let one = income.matched.and_then(|at| judged.findings.matches.get(at));
            difference.sort = one.map(|one| one.sort);
            difference.about(income);
        }
    }
    let wanted = differences.keys().filter_map(|(_, source)| match source {
        Source::Event(at) => Some(*at),
        Source::Other(..) => None,
    });
    let known = Known::of(judged, journal, regime, wanted);
    for ((year, source), difference) in &differences {
        let event = match source {
            Source::Event(at) => journal.events.get(*at).map(|event| (*at, event)),
            Source::Other(..) => None,
        };
        let mut rest = difference.tax - difference.cash;
        if let Some((at, event)) = event {
            rest -= withheld(&mut items, event, difference, *year, years.len());
            if known.crosses(at) && !rest.is_zero() {
                let label = "Counted in another year than it was paid in";
                add(&mut items, (80, label.into()), difference, rest, *year, years.len());
                continue;
            }
        }
        if !rest.is_zero() {
            let key = name(&known, event, difference);
            add(&mut items, key, difference, rest, *year, years.len());
        }
    }
    let end = |label: &str, amounts: Vec<Decimal>| Item {
        label: label.to_owned(),
        about: BTreeSet::new(),
        amounts,
    };
    let mut bridge = vec![end("Cash income", cash)];
    bridge.extend(
        items.into_iter().filter(|(_, item)| item.amounts.iter().any(|one| !one.is_zero())).map(
            |((_, label), item)| Item {
                label: label.into_owned(),
                about: item.about.iter().map(ToString::to_string).collect(),
                amounts: item.amounts,
            },
        ),
    );
    // A regime without forms taxes nothing.
    let last = if regime.lines.is_empty() { "Total" } else { "Taxable total" };
    bridge.push(end(last, tax));
    bridge
}

/// What made an amount: an event, or a rule of the regime.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Source {
    Event(usize),
    Other(Name, Option<Name>, Option<Name>),
}

impl Source {
    fn of(income: &Income) -> Source {
        income.event.map_or_else(
            || {
                let (property, security) = (income.property.clone(), income.security.clone());
                Source::Other(income.category.clone(), property, security)
            },
            Source::Event,
        )
    }
}

/// What one event adds to either total.
#[derive(Clone, Debug, Default)]
struct Difference {
    cash: Decimal,
    tax: Decimal,
    cash_line: Option<Name>,
    category: Option<Name>,
    sort: Option<&'static str>,
    about: Option<Name>,
}

impl Difference {
    fn about(&mut self, income: &Income) {
        self.about = income.property.as_ref().or(income.security.as_ref()).cloned();
    }
}

/// What was judged of the events that make differences, to name these.
struct Known<'j> {
    /// By event.
    events: HashMap<usize, Places<'j>, ByLetters>,
    /// Events that wait for an answer.
    waits: HashSet<usize>,
}

/// Where one event counts.
#[derive(Default)]
struct Places<'j> {
    categories: Vec<&'j Name>,
    /// Years in which its cash came.
    cash: Vec<i32>,
    /// Years in which it counts.
    tax: Vec<i32>,
}

impl<'j> Known<'j> {
    fn of(
        judged: &'j Judged,
        journal: &Journal,
        regime: &Regime,
        wanted: impl Iterator<Item = usize>,
    ) -> Known<'j> {
        let asked: HashSet<&EventId> =
            judged.questions.iter().filter_map(|one| one.event.as_ref()).collect();
        let events: HashMap<usize, Places, ByLetters> =
            wanted.map(|at| (at, Places::default())).collect();
        let waits = events.keys().copied().filter(|at| {
            let event = journal.events.get(*at);
            event.is_some_and(|event| asked.contains(&event.id))
        });
        let waits = waits.collect();
        let mut known = Known { events, waits };
        for income in &judged.cash {
            if let Some(places) = income.event.and_then(|event| known.events.get_mut(&event)) {
                places.cash.push(income.year.0);
            }
        }
        let mut adding: HashMap<&Name, bool, ByLetters> = HashMap::default();
        for income in &judged.incomes {
            let Some(event) = income.event else { continue };
            let Some(places) = known.events.get_mut(&event) else { continue };
            places.categories.push(&income.category);
            let adds = *adding.entry(&income.category).or_insert_with(|| {
                regime.category(&income.category).is_some_and(|category| category.adds)
            });
            if adds && income.matched.is_none() {
                places.tax.push(income.year.0);
            }
            if super::lines::is_unplaced(&income.category) {
                known.waits.insert(event);
            }
        }
        known
    }

    /// Whether an event's tax and its cash count in different years.
    fn crosses(&self, event: usize) -> bool {
        self.events.get(&event).is_some_and(|Places { cash, tax, .. }| {
            !cash.is_empty() && !tax.is_empty() && cash.iter().all(|year| !tax.contains(year))
        })
    }

    /// Whether something of the event is in one of these categories.
    fn in_any(&self, event: usize, ids: &[&str]) -> bool {
        let own = self.events.get(&event).into_iter().flat_map(|places| &places.categories);
        own.into_iter().any(|id| ids.contains(&&***id))
    }
}

/// The part of a difference that is tax taken off the payment: cash came without it, income counts
/// with it. Returns what it explains.
fn withheld(
    items: &mut Items,
    event: &Event,
    difference: &Difference,
    year: usize,
    years: usize,
) -> Decimal {
    let gap = difference.tax - difference.cash;
    let explains = !event.further.withheld.is_zero() && gap.abs() >= event.further.withheld.abs();
    if !explains || gap.is_sign_negative() != event.further.withheld.is_sign_negative() {
        return Decimal::ZERO;
    }
    let authority = event.further.tax.as_ref().map_or(TaxAuthority::Foreign, |tax| tax.authority);
    add(items, tax_item(authority), difference, event.further.withheld, year, years);
    event.further.withheld
}

fn tax_item(authority: TaxAuthority) -> Key {
    let label = match authority {
        TaxAuthority::Foreign => "Foreign tax withheld, a credit",
        TaxAuthority::Federal => "Federal tax withheld, a payment",
        TaxAuthority::State => "State tax withheld, a payment",
    };
    (50, Cow::Borrowed(label))
}

fn add(
    items: &mut Items,
    key: Key,
    difference: &Difference,
    amount: Decimal,
    year: usize,
    years: usize,
) {
    let item = items
        .entry(key)
        .or_insert_with(|| Sum { about: HashSet::default(), amounts: vec![Decimal::ZERO; years] });
    item.amounts[year] += amount;
    item.about.extend(difference.about.clone());
}

/// The item a difference belongs to, and its place in the bridge.
fn name(known: &Known, event: Option<(usize, &Event)>, difference: &Difference) -> Key {
    let named = |order: u8, label: &'static str| (order, Cow::Borrowed(label));
    let category = difference.category.as_deref().unwrap_or_default();
    let Some((at, event)) = event else {
        return match category.rsplit('.').next() {
            Some("depreciation") => named(10, "Depreciation, no cash"),
            _ => (90, Cow::Owned(format!("{}, by rule, no cash", spoken(category)))),
        };
    };
    if difference.tax.is_zero() && known.waits.contains(&at) {
        return named(95, "Not placed yet");
    }
    if difference.sort == Some("options") {
        return named(35, "Options, result less cash of the year");
    }
    if difference.sort.is_some() {
        return named(30, "Net gain on sales of securities");
    }
    match &event.kind {
        EventKind::MortgagePrincipal { .. } => named(20, "Mortgage principal, cash but no expense"),
        EventKind::Improvement { .. } => named(21, "Improvements, depreciated over years"),
        EventKind::PropertySale { .. } => named(32, "Gain on the sale of a property"),
        EventKind::SecurityDeposit { .. } => named(23, "Tenants' deposits, owed back"),
        EventKind::SecurityDepositKept { .. } => named(24, "Tenants' deposits kept, no new cash"),
        EventKind::Withholding { tax, .. } => tax_item(*tax),
        EventKind::AccruedInterest { .. } => {
            if difference.tax < Decimal::ZERO {
                named(60, "Accrued interest paid on purchase")
            } else {
                named(61, "Accrued interest received on sale")
            }
        }
        EventKind::ReturnOfCapital { .. } | EventKind::Liquidation { .. } => {
            named(45, "Return of capital, reduces basis")
        }
        EventKind::OptionOpen { .. }
        | EventKind::OptionClose { .. }
        | EventKind::OptionExpire { .. }
        | EventKind::OptionExercise { .. }
        | EventKind::OptionAssign { .. }
        | EventKind::OptionCashSettle { .. } => named(35, "Options, result less cash of the year"),
        EventKind::CostAdjustment { .. } => named(62, "Income without cash"),
        EventKind::Interest { .. }
        | EventKind::Dividend { .. }
        | EventKind::FundDistribution { .. }
        | EventKind::CapitalGainDistribution { .. }
        | EventKind::PaymentInLieu { .. }
        | EventKind::OtherIncome { .. } => {
            if known.in_any(at, &["interest.tax_exempt", "dividend.exempt_interest"]) {
                named(40, "Tax-exempt interest")
            } else if known.in_any(at, &["dividend.nondividend"]) {
                named(45, "Return of capital, reduces basis")
            } else {
                otherwise(event, difference)
            }
        }
        EventKind::Opening { .. }
        | EventKind::Buy { .. }
        | EventKind::Sell { .. }
        | EventKind::ShortOpen { .. }
        | EventKind::ShortCover { .. }
        | EventKind::Redemption { .. }
        | EventKind::FutureOpen { .. }
        | EventKind::FutureClose { .. }
        | EventKind::Mark { .. }
        | EventKind::Split { .. }
        | EventKind::StockDividend { .. }
        | EventKind::Rights { .. }
        | EventKind::SpinOff { .. }
        | EventKind::Merger { .. }
        | EventKind::Exchange { .. }
        | EventKind::Rename { .. }
        | EventKind::RightsExercise { .. }
        | EventKind::CashInLieu { .. }
        | EventKind::Worthless { .. }
        | EventKind::Deposit {}
        | EventKind::Withdrawal {}
        | EventKind::TransferIn { .. }
        | EventKind::TransferOut { .. }
        | EventKind::GiftIn { .. }
        | EventKind::GiftOut { .. }
        | EventKind::Inheritance { .. }
        | EventKind::Award { .. }
        | EventKind::CurrencyExchange { .. }
        | EventKind::Fee { .. }
        | EventKind::MarginInterest {}
        | EventKind::Rent { .. }
        | EventKind::RentExpense { .. }
        | EventKind::PlacedInService { .. }
        | EventKind::StatedPosition { .. }
        | EventKind::StatedCash { .. }
        | EventKind::Unknown { .. } => otherwise(event, difference),
    }
}

/// A difference without an item of its own: named by what happened and where either view has it.
fn otherwise(event: &Event, difference: &Difference) -> Key {
    let kind = spoken(event.kind.name());
    let label = match (&difference.cash_line, &difference.category) {
        (Some(_), Some(category)) => format!("{kind}, counted otherwise as {}", spoken(category)),
        (None, Some(category)) => format!("{kind}, {}, no cash income", spoken(category)),
        (_, None) => format!("{kind}, cash but not taxable"),
    };
    (90, Cow::Owned(label))
}

/// `Rent expense` for `rent-expense`.
fn spoken(id: &str) -> String {
    let text = id.replace(['.', '_', '-'], " ");
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}
