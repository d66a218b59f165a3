//! The cash view: what came in, whatever it is for tax (`DESIGN.md` 10, Cash view).

use std::cell::OnceCell;
use std::collections::HashMap;

use super::sheltered::sheltered;
use crate::event::{Event, EventKind, Journal, stretches};
use crate::income::Income;
use crate::money::Decimal;
use crate::period::{TaxYear, YearRule};
use crate::source::Name;

/// Every contribution to a line of the cash view, in the order of the events, signed as the cash.
///
/// Payments count net of tax withheld, before fees. Interest has nothing taken off for interest
/// bought; rent counts less all that was paid for the property, but improvements, which are bought.
///
/// `keep`: whether the row of an event, by its index, in a year is wanted.
pub fn cash(
    journal: &Journal,
    years: YearRule,
    keep: impl Fn(usize, TaxYear) -> bool + Sync,
) -> Vec<Income> {
    let sheltered = sheltered(journal);
    let wanted = stretches(&journal.events, |first, events| {
        let events =
            (first..).zip(events).map(|(at, event)| (at, event, years.year_of(event.date)));
        let wanted = events
            .filter(|(at, event, year)| keep(*at, *year) && !sheltered.contains(&event.account));
        wanted.collect::<Vec<(usize, &Event, TaxYear)>>()
    });
    let mut incomes = Vec::new();
    let taxes = OnceCell::new();
    let names: HashMap<&str, Name> = LINES.iter().map(|line| (*line, Name::new(line))).collect();
    let rule = Name::new("cash");
    for (at, event, year) in wanted.into_iter().flatten() {
        let line = match &event.kind {
            EventKind::Withholding { security, .. } => {
                let taxes = taxes.get_or_init(|| journal.taxes());
                let income = taxes.of.get(&at).map(|income| &journal.events[*income]);
                let of = income.and_then(|income| line(journal, income));
                Some(of.unwrap_or(if security.is_some() { DIVIDENDS } else { INTEREST }))
            }
            _ => line(journal, event),
        };
        let Some(line) = line else { continue };
        // What writing an option brought is net of its costs, as its gain is.
        let costs = if line == OPTIONS { Decimal::ZERO } else { event.fees };
        let amount = event.amount.saturating_add(costs);
        if amount.is_zero() {
            continue;
        }
        let named = (names.get(line).cloned().unwrap_or_default(), rule.clone());
        incomes.push(Income::of_event((at, event), (event.date, year), named, amount));
    }
    incomes
}

const DIVIDENDS: &str = "cash.dividends";
const FUNDS: &str = "cash.fund_distributions";
const INTEREST: &str = "cash.interest";
const CAPITAL: &str = "cash.return_of_capital";
const OPTIONS: &str = "cash.options";
const OTHER: &str = "cash.other";
const RENT: &str = "cash.rent_net";

/// The lines of the view, in its order.
pub const LINES: [&str; 7] = [DIVIDENDS, FUNDS, INTEREST, CAPITAL, OPTIONS, OTHER, RENT];

/// The line an event's cash belongs to; `None` for what is no income.
fn line(journal: &Journal, event: &Event) -> Option<&'static str> {
    match &event.kind {
        EventKind::Dividend { security, .. } => {
            let kind = journal.securities.fact(security, "kind", event.date, 0);
            let fund = kind.is_some_and(|kind| *kind == "fund" || kind.ends_with("-fund"));
            Some(if fund { FUNDS } else { DIVIDENDS })
        }
        EventKind::FundDistribution { .. } | EventKind::CapitalGainDistribution { .. } => {
            Some(FUNDS)
        }
        EventKind::Interest { .. } => Some(INTEREST),
        EventKind::AccruedInterest { .. } => event.amount.is_sign_positive().then_some(INTEREST),
        EventKind::ReturnOfCapital { .. } | EventKind::Liquidation { .. } => Some(CAPITAL),
        EventKind::PaymentInLieu { .. } | EventKind::OtherIncome { .. } => Some(OTHER),
        EventKind::OptionOpen { quantity, .. } => (*quantity < Decimal::ZERO).then_some(OPTIONS),
        EventKind::OptionClose { quantity, .. } => (*quantity > Decimal::ZERO).then_some(OPTIONS),
        EventKind::Rent { .. }
        | EventKind::RentExpense { .. }
        | EventKind::MortgagePrincipal { .. } => Some(RENT),
        EventKind::Opening { .. }
        | EventKind::Buy { .. }
        | EventKind::Sell { .. }
        | EventKind::ShortOpen { .. }
        | EventKind::ShortCover { .. }
        | EventKind::Redemption { .. }
        | EventKind::OptionExpire { .. }
        | EventKind::OptionExercise { .. }
        | EventKind::OptionAssign { .. }
        | EventKind::OptionCashSettle { .. }
        | EventKind::FutureOpen { .. }
        | EventKind::FutureClose { .. }
        | EventKind::Mark { .. }
        | EventKind::CostAdjustment { .. }
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
        | EventKind::Withholding { .. }
        | EventKind::SecurityDeposit { .. }
        | EventKind::SecurityDepositKept { .. }
        | EventKind::Improvement { .. }
        | EventKind::PlacedInService { .. }
        | EventKind::PropertySale { .. }
        | EventKind::StatedPosition { .. }
        | EventKind::StatedCash { .. }
        | EventKind::Unknown { .. } => None,
    }
}
