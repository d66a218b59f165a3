//! The lines of the cash view: what came in, net of tax withheld, and who paid it.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::{Entry, Line, Origin, Request};
use crate::event::{EventKind, Journal, Shelter};
use crate::income::{Income, Judged};
use crate::money::Decimal;
use crate::period::YearRule;

/// The lines that add to the cash total, in order, with their labels.
const LINES: [(&str, &str); 7] = [
    ("cash.dividends", "Dividends"),
    ("cash.fund_distributions", "Fund distributions"),
    ("cash.interest", "Interest"),
    ("cash.return_of_capital", "Return of capital"),
    ("cash.options", "Options, less what closing them cost"),
    ("cash.other", "Other income"),
    ("cash.rent_net", "Rent, less what it cost in cash"),
];

/// What stands beside the cash income.
const BESIDE: [(&str, &str); 2] =
    [("cash.fees", "Fees paid"), ("cash.margin_interest", "Interest paid on borrowed money")];

/// Whether a category of the cash view adds to its total.
pub fn counts(category: &str) -> bool {
    LINES.iter().any(|(id, _)| *id == category)
}

/// All lines, those without a figure too.
pub fn lines<'j>(
    judged: &'j Judged,
    journal: &'j Journal,
    rule: YearRule,
    request: &Request,
) -> Vec<Line<'j>> {
    let mut by_line: IndexMap<&str, Vec<Entry>> = costs(judged, journal, rule, request);
    for income in &judged.cash {
        let Some(year) = request.years.iter().position(|year| *year == income.year) else {
            continue;
        };
        if request.keep.income(income) {
            let entry = Entry { year, amount: income.amount, from: Origin::Income(income) };
            by_line.entry(&income.category).or_default().push(entry);
        }
    }
    let adding = LINES.iter().map(|line| (*line, true));
    let beside = BESIDE.iter().map(|line| (*line, false));
    let mut lines = Vec::new();
    for ((id, label), adds) in adding.chain(beside) {
        let entries = by_line.swap_remove(id).unwrap_or_default();
        if !request.keep.category(id) {
            continue;
        }
        let mut line = Line {
            category: id.into(),
            label: label.to_owned(),
            section: if adds { "Cash income" } else { "Beside the income" }.to_owned(),
            adds,
            depth: u8::from(!adds),
            payers: payers(&entries, journal),
            entries,
            ..Line::default()
        };
        line.sum(request.years.len());
        lines.push(line);
    }
    lines
}

/// What stands beside the income: fees and interest paid, of accounts whose income is counted. A fee
/// that a payment came without is one too; fees of trades are in their gains.
fn costs<'j>(
    judged: &Judged,
    journal: &Journal,
    rule: YearRule,
    request: &Request,
) -> IndexMap<&'static str, Vec<Entry<'j>>> {
    let paid: HashSet<usize> = judged
        .cash
        .iter()
        .filter(|income| *income.category != *"cash.options")
        .filter_map(|income| income.event)
        .collect();
    let mut costs: IndexMap<&str, Vec<Entry>> = IndexMap::new();
    for (at, event) in journal.events.iter().enumerate() {
        let year = rule.year_of(event.date);
        let Some(year) = request.years.iter().position(|one| *one == year) else { continue };
        let account = journal.accounts.get(&event.account);
        let sheltered = account.is_some_and(|account| account.shelter != Shelter::Taxable);
        if sheltered || !request.keep.event(event) {
            continue;
        }
        let (line, amount) = match &event.kind {
            EventKind::Fee { .. } => ("cash.fees", event.amount),
            EventKind::MarginInterest {} => ("cash.margin_interest", event.amount),
            _ if paid.contains(&at) => ("cash.fees", -event.fees),
            _ => continue,
        };
        if !amount.is_zero() {
            costs.entry(line).or_default().push(Entry { year, amount, from: Origin::Event(at) });
        }
    }
    costs
}

/// Who paid how much, the largest first.
fn payers(entries: &[Entry], journal: &Journal) -> Vec<(String, Decimal)> {
    let mut payers: IndexMap<String, Decimal> = IndexMap::new();
    for entry in entries {
        let name = match entry.from {
            Origin::Income(income) => payer(income, journal),
            Origin::Event(at) => journal.events[at].account.to_string(),
            Origin::Fold => continue,
        };
        *payers.entry(name).or_default() += entry.amount;
    }
    let mut payers: Vec<(String, Decimal)> = payers.into_iter().collect();
    payers
        .sort_by(|left, right| right.1.abs().cmp(&left.1.abs()).then_with(|| left.0.cmp(&right.0)));
    payers
}

/// Who pays an income: the property, the security, else the account.
pub fn payer(income: &Income, journal: &Journal) -> String {
    if let Some(name) = income.property.as_ref().or(income.security.as_ref()) {
        return crate::report::words::security(name);
    }
    let account = journal.accounts.get(&income.account);
    account.map_or_else(|| income.account.to_string(), |account| account.id.to_string())
}
