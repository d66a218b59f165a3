//! Plugins that add directives: prices, balances, closings.

use std::collections::{HashMap, HashSet};

use crate::ledger::beancount::arith;
use crate::ledger::beancount::draft::{Balance, Draft, Item, Plugin, What};
use crate::ledger::beancount::plugins::Applied;
use crate::ledger::model::{AccountId, CommodityId, Lot, PostingRow, Price, Quantity};
use crate::money::Decimal;
use crate::period::{Days, NaiveDate};
use crate::source::Name;

/// A lot of an account, its cost as of one unit.
type LotKey = (AccountId, CommodityId, Decimal, CommodityId, Option<NaiveDate>, Option<Name>);

/// `implicit_prices`: each price of a posting, and each cost of units that come, is a price of that day.
pub(super) fn implicit_prices(draft: &mut Draft, _plugin: &Plugin, _applied: &mut Applied) {
    let mut known: HashSet<(NaiveDate, CommodityId, Decimal, CommodityId)> = HashSet::new();
    let mut held: HashMap<LotKey, Decimal> = HashMap::new();
    let mut prices = Vec::new();
    for item in &draft.items {
        let What::Transaction(at) = item.what else { continue };
        for row in draft.rows(at) {
            let Some(detail) = draft.ledger.details.get((row.detail as usize).wrapping_sub(1))
            else {
                continue;
            };
            let mut amount = None;
            let mut reduces = false;
            if let Some(lot) = detail.lot.as_deref()
                && let Some(cost) = unit_cost(row, lot)
            {
                let key = (
                    row.account,
                    row.commodity,
                    cost.number.normalize(),
                    cost.commodity,
                    lot.date,
                    lot.label.clone(),
                );
                let units = held.entry(key).or_default();
                reduces =
                    !units.is_zero() && units.is_sign_negative() != row.number.is_sign_negative();
                *units = arith::add(*units, row.number).unwrap_or(*units);
                amount = Some(cost);
            }
            if let Some(price) = detail.cost {
                let number = if price.total {
                    arith::div(price.amount.number, row.number.abs())
                } else {
                    Some(price.amount.number)
                };
                let commodity = price.amount.commodity;
                amount = number.map(|number| Quantity { number, commodity });
            } else if reduces {
                amount = None;
            }
            let Some(amount) = amount else { continue };
            let number = amount.number.normalize();
            if known.insert((item.date, row.commodity, number, amount.commodity)) {
                prices.push(Price {
                    date: item.date,
                    commodity: row.commodity,
                    amount,
                    source: item.source,
                    line: item.line,
                });
            }
        }
    }
    draft.ledger.prices.extend(prices);
}

/// The cost of one unit of a lot.
pub(super) fn unit_cost(row: &PostingRow, lot: &Lot) -> Option<Quantity> {
    let cost = lot.cost?;
    if !cost.total {
        return Some(cost.amount);
    }
    let number = arith::div(cost.amount.number, row.number.abs())?;
    Some(Quantity { number, commodity: cost.amount.commodity })
}

/// `check_closing`: a posting with `closing: TRUE` leaves nothing of its commodity.
pub(super) fn closing(draft: &mut Draft, _plugin: &Plugin, _applied: &mut Applied) {
    let mut balances = Vec::new();
    for item in &draft.items {
        let What::Transaction(at) = item.what else { continue };
        for row in draft.rows(at) {
            let value = draft.metadata_at(item.source, row.start, "closing");
            if value.is_some_and(|value| value != "FALSE" && value != "NULL" && !value.is_empty()) {
                balances.extend(empty_after(*item, row.account, row.commodity));
            }
        }
    }
    state(draft, balances);
}

/// `check_drained`: an account of the balance sheet that is closed holds nothing of what it held.
pub(super) fn drained(draft: &mut Draft, _plugin: &Plugin, _applied: &mut Applied) {
    let covered: Vec<bool> = draft
        .ledger
        .accounts
        .names()
        .iter()
        .map(|name| {
            let root = name.split(':').next().unwrap_or_default();
            draft.options.roots[..3].iter().any(|known| known == root)
        })
        .collect();
    let mut held: HashMap<AccountId, Vec<CommodityId>> = HashMap::new();
    let mut seen: HashSet<(AccountId, CommodityId)> = HashSet::new();
    let mut stated: HashSet<(AccountId, NaiveDate, CommodityId)> = HashSet::new();
    let mut balances = Vec::new();
    for item in &draft.items {
        let mut count = |account: AccountId, commodity: CommodityId| {
            if covered[account.0 as usize] && seen.insert((account, commodity)) {
                held.entry(account).or_default().push(commodity);
            }
        };
        match item.what {
            What::Transaction(at) => {
                draft.rows(at).iter().for_each(|row| count(row.account, row.commodity));
            }
            What::Open(open) => {
                let open = &draft.opens[open as usize];
                open.currencies.iter().for_each(|currency| count(open.account, *currency));
            }
            What::Balance(balance) => {
                let balance = draft.balances[balance as usize];
                stated.insert((balance.account, item.date, balance.commodity));
            }
            What::Close(account) => {
                for commodity in held.get(&account).into_iter().flatten() {
                    if !stated.contains(&(account, item.date, *commodity)) {
                        balances.extend(empty_after(*item, account, *commodity));
                    }
                }
            }
            What::Pad(_)
            | What::Note(_)
            | What::Document(_)
            | What::Commodity(_)
            | What::Price(_)
            | What::Other => {}
        }
    }
    state(draft, balances);
}

/// A balance of 0 on the day after a directive.
fn empty_after(item: Item, account: AccountId, commodity: CommodityId) -> Option<(Item, Balance)> {
    let date = item.date.checked_add_days(Days::new(1))?;
    let balance = Balance { account, number: Decimal::ZERO, commodity, tolerance: None };
    Some((Item { date, ..item }, balance))
}

fn state(draft: &mut Draft, balances: Vec<(Item, Balance)>) {
    for (item, balance) in balances {
        let at = u32::try_from(draft.balances.len()).unwrap_or(u32::MAX);
        draft.balances.push(balance);
        draft.items.push(Item { what: What::Balance(at), ..item });
    }
    draft.items.sort_by_key(Item::order);
}

/// `close_tree`: with an account, those below it are closed, but for those that are closed by name. The
/// account itself need not be open.
pub(super) fn close_tree(draft: &mut Draft, _plugin: &Plugin, applied: &mut Applied) {
    let names = draft.ledger.accounts.names();
    let mut open: Vec<(&str, AccountId)> = (0u32..)
        .zip(names)
        .map(|(id, name)| (&**name, AccountId(id)))
        .filter(|(_, id)| applied.auto_accounts || applied.opened.contains(id))
        .collect();
    open.sort_unstable();
    let mut closed: HashSet<AccountId> = HashSet::new();
    for item in &draft.items {
        if let What::Close(account) = item.what {
            closed.insert(account);
        }
    }
    let mut items = Vec::with_capacity(draft.items.len());
    for item in &draft.items {
        let What::Close(account) = item.what else {
            items.push(*item);
            continue;
        };
        let prefix = format!("{}:", names[account.0 as usize]);
        let from = open.partition_point(|(name, _)| *name < prefix.as_str());
        for (_, id) in open[from..].iter().take_while(|(name, _)| name.starts_with(&prefix)) {
            if closed.insert(*id) {
                items.push(Item { what: What::Close(*id), ..*item });
            }
        }
        if applied.opened.contains(&account) {
            items.push(*item);
        }
    }
    draft.items = items;
}
