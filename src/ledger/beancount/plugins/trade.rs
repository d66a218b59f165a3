//! Plugins about what was sold and exchanged: gains, average costs, accounts for currencies.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::ledger::beancount::arith;
use crate::ledger::beancount::draft::{Booking, Draft, Plugin, What};
use crate::ledger::beancount::few::Few;
use crate::ledger::beancount::lex::Cursor;
use crate::ledger::beancount::plugins::{Applied, change};
use crate::ledger::beancount::tolerance::{Mode, Rules, Tolerances};
use crate::ledger::model::{AccountId, AmountFrom, CommodityId, Detail, PostingRow, Quantity};
use crate::money::{Decimal, plain};

/// `sellgains`: where all that has a cost has a price too, the prices are what came in.
pub(super) fn sell_gains(draft: &mut Draft, _plugin: &Plugin, _applied: &mut Applied) {
    let rules = Rules::new(&draft.options, &draft.ledger.commodities);
    let income = draft.options.roots[3].clone();
    let mut tolerances = Tolerances::default();
    let mut off = Vec::new();
    for item in &draft.items {
        let What::Transaction(at) = item.what else { continue };
        let rows = draft.rows(at);
        if !rows.iter().any(|row| has_cost(draft, row)) {
            continue;
        }
        let mut sums: Few<(Decimal, bool)> = Few::default();
        let mut priced = true;
        tolerances.clear(&rules);
        for row in rows {
            let detail = detail(draft, row);
            let price = detail.and_then(|detail| detail.cost);
            let amount = if has_cost(draft, row) {
                let Some(price) = price else {
                    priced = false;
                    break;
                };
                let total = total_of(price.amount, price.total, row.number);
                total.map(|number| (Quantity { number: -number, ..price.amount }, true))
            } else if draft.ledger.account(row.account).split(':').next() == Some(income.as_str()) {
                None
            } else {
                weight(draft, row)
                    .map(|weight| (Quantity { number: -weight.number, ..weight }, false))
            };
            if let Some((amount, from_price)) = amount {
                let (sum, sold) = sums.entry(amount.commodity, Default::default);
                *sum = arith::add(*sum, amount.number).unwrap_or(*sum);
                *sold |= from_price;
            }
            if row.amount == AmountFrom::Written {
                let written = (row.number, row.commodity);
                tolerances.see(&rules, Mode::Coarsest, written, None, None);
            }
        }
        if !priced {
            continue;
        }
        for (currency, _) in sums.iter() {
            tolerances.mention(*currency);
        }
        tolerances.finish(&rules, Mode::Coarsest);
        let wrong = sums.iter().any(|(currency, (sum, prices))| {
            let allowed = arith::mul(tolerances.of(&rules, *currency), Decimal::TWO);
            let allowed = if *prices { allowed.unwrap_or_default() } else { Decimal::ZERO };
            sum.abs() > allowed
        });
        if wrong {
            let shown =
                sums.iter().filter(|(_, (sum, _))| !sum.is_zero()).map(|(currency, (sum, _))| {
                    format!("{} {}", sum.normalize(), draft.ledger.commodity(*currency))
                });
            off.push((at, shown.collect::<Vec<_>>().join(" and ")));
        }
    }
    for (at, shown) in off {
        let place = draft.place_of_transaction(at);
        let source = draft.ledger.transactions[at as usize].source;
        let message = format!("the prices and what came in are {shown} apart");
        let problem = Diagnostic::error("sellgains", message).at(place);
        draft.tell(source, problem.help("correct the price, or what came in"));
    }
}

/// `check_average_cost "0.01"`: in accounts without booking, what leaves costs about the average.
pub(super) fn average_cost(draft: &mut Draft, plugin: &Plugin, _applied: &mut Applied) {
    let share = match plugin.config.trim() {
        "" => Some(Decimal::new(1, 2)),
        text => plain(text),
    };
    let Some(share) = share else {
        let problem = Diagnostic::error("plugin", format!("`{}` is no number", plugin.config));
        draft
            .tell(plugin.source, problem.at(plugin.place.clone()).help("write one such as `0.01`"));
        return;
    };
    let mut unbooked = vec![false; draft.ledger.accounts.names().len()];
    for open in &draft.opens {
        unbooked[open.account.0 as usize] |= open.booking == Some(Booking::None);
    }
    let mut held: HashMap<(AccountId, CommodityId, CommodityId), (Decimal, Decimal)> =
        HashMap::new();
    let mut off = Vec::new();
    for item in &draft.items {
        let What::Transaction(at) = item.what else { continue };
        for row in draft.rows(at).iter().filter(|row| unbooked[row.account.0 as usize]) {
            let lot = detail(draft, row).and_then(|detail| detail.lot.as_deref());
            let Some(cost) = lot.and_then(|lot| change::unit_cost(row, lot)) else { continue };
            let (units, total) =
                held.entry((row.account, row.commodity, cost.commodity)).or_default();
            if row.number.is_sign_negative()
                && let Some(average) = arith::div(*total, *units)
                && let Some(margin) = arith::mul(average, share)
                && let Some(apart) = arith::sub(cost.number, average)
                && apart.abs() > margin.abs()
            {
                off.push((at, row.start, cost.number, average));
            }
            *units = arith::add(*units, row.number).unwrap_or(*units);
            let all = arith::mul(row.number, cost.number);
            *total = all.and_then(|all| arith::add(*total, all)).unwrap_or(*total);
        }
    }
    for (at, start, cost, average) in off {
        let row = draft.ledger.transactions[at as usize];
        let place = draft.place_in(&row, start);
        let average = average.round_dp(4).normalize();
        let message = format!("a cost of {cost} is far from the average, {average}");
        let problem = Diagnostic::error("average-cost", message).at(place);
        draft.tell(row.source, problem.help("write the average cost of what is held"));
    }
}

/// `currency_accounts "Equity:CurrencyAccounts"`: what is exchanged goes through an account for each
/// currency, so that each currency balances by itself.
pub(super) fn currency_accounts(draft: &mut Draft, plugin: &Plugin, applied: &mut Applied) {
    let base = plugin.config.trim();
    let mut cursor = Cursor::new(base);
    let given = cursor.account().is_some() && cursor.is_end();
    let base = if given { base } else { "Equity:CurrencyAccounts" };
    let mut changed = Vec::new();
    for item in &draft.items {
        let What::Transaction(at) = item.what else { continue };
        let rows = draft.rows(at);
        let mut sums: Few<Decimal> = Few::default();
        let mut exchanged = false;
        for row in rows {
            exchanged |= detail(draft, row).is_some_and(|detail| detail.cost.is_some());
            let Some(cost) = cost_of(draft, row) else { continue };
            // A price without a cost does not move the posting out of its own currency.
            let sum = sums.entry(cost.commodity, Decimal::default);
            *sum = arith::add(*sum, cost.number).unwrap_or(*sum);
        }
        if exchanged && sums.iter().nth(1).is_some() {
            let off = sums.iter().filter(|(_, sum)| !sum.is_zero()).map(|(c, sum)| (*c, *sum));
            changed.push((at, off.collect::<Vec<_>>()));
        }
    }
    for (at, sums) in changed {
        let mut rows = draft.rows(at).to_vec();
        let Some(last) = rows.last().copied() else { continue };
        for (currency, sum) in sums {
            for row in &mut rows {
                drop_price(draft, row, currency);
            }
            let name = format!("{base}:{}", draft.ledger.commodity(currency));
            let account = AccountId(draft.ledger.accounts.number(&name));
            applied.added.insert(account);
            rows.push(PostingRow {
                account,
                commodity: currency,
                number: -sum,
                detail: 0,
                amount: AmountFrom::Generated,
                ..last
            });
        }
        draft.replaced.insert(at, rows);
        // Now it balances, whatever it did before.
        let row = draft.ledger.transactions[at as usize];
        draft.problems.retain(|problem| {
            (problem.source, problem.line, problem.diagnostic.code)
                != (row.source, row.line, "unbalanced")
        });
    }
}

/// Takes the price off a posting that counts in `currency`.
fn drop_price(draft: &mut Draft, row: &mut PostingRow, currency: CommodityId) {
    let Some(found) = detail(draft, row).filter(|detail| detail.cost.is_some()) else { return };
    if cost_of(draft, row).is_none_or(|cost| cost.commodity != currency) {
        return;
    }
    let lot = found.lot.clone();
    row.detail = 0;
    if lot.is_some() {
        draft.ledger.details.push(Detail { lot, ..Detail::default() });
        row.detail = u32::try_from(draft.ledger.details.len()).unwrap_or(u32::MAX);
    }
}

fn detail<'d>(draft: &'d Draft, row: &PostingRow) -> Option<&'d Detail> {
    draft.ledger.details.get((row.detail as usize).wrapping_sub(1))
}

fn has_cost(draft: &Draft, row: &PostingRow) -> bool {
    detail(draft, row).is_some_and(|detail| detail.lot.is_some())
}

fn total_of(amount: Quantity, total: bool, units: Decimal) -> Option<Decimal> {
    if !total {
        return arith::mul(amount.number, units);
    }
    Some(if units.is_sign_negative() { -amount.number } else { amount.number })
}

/// What a posting cost, or itself.
fn cost_of(draft: &Draft, row: &PostingRow) -> Option<Quantity> {
    let lot = detail(draft, row).and_then(|detail| detail.lot.as_deref());
    match lot.and_then(|lot| lot.cost) {
        Some(cost) => {
            let number = total_of(cost.amount, cost.total, row.number)?;
            Some(Quantity { number, ..cost.amount })
        }
        None => Some(Quantity { number: row.number, commodity: row.commodity }),
    }
}

/// What a posting counts for when its transaction is balanced.
fn weight(draft: &Draft, row: &PostingRow) -> Option<Quantity> {
    match detail(draft, row) {
        Some(Detail { lot: None, cost: Some(price), .. }) => {
            let number = total_of(price.amount, price.total, row.number)?;
            Some(Quantity { number, ..price.amount })
        }
        _ => cost_of(draft, row),
    }
}
