//! Plugins that only look: commodities declared, accounts used, prices that agree.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

use regex::Regex;

use crate::diagnostic::Diagnostic;
use crate::ledger::beancount::draft::{Draft, Item, Plugin, What};
use crate::ledger::beancount::plugins::{Applied, config};
use crate::ledger::model::{AccountId, AmountFrom, CommodityId, PostingRow};
use crate::money::Decimal;
use crate::period::NaiveDate;

/// So many prices that disagree are shown: each is looked for in its text.
const DISAGREEMENTS: usize = 50;

/// `check_commodity`: every commodity has a `commodity` directive. Its settings name those that need
/// none: account patterns with currency patterns.
pub(super) fn commodities(draft: &mut Draft, plugin: &Plugin, _applied: &mut Applied) {
    let Some(ignored) = ignored(draft, plugin) else { return };
    let mut declared: HashSet<CommodityId> = HashSet::new();
    // By commodity: where it is used first, and every account that uses it; none for a price.
    let mut uses: BTreeMap<CommodityId, (Item, HashSet<Option<AccountId>>)> = BTreeMap::new();
    for item in &draft.items {
        let mut see = |account: Option<AccountId>, commodity: CommodityId| {
            uses.entry(commodity).or_insert((*item, HashSet::new())).1.insert(account);
        };
        match item.what {
            What::Commodity(commodity) => {
                declared.insert(commodity);
            }
            What::Open(open) => {
                let open = &draft.opens[open as usize];
                open.currencies.iter().for_each(|currency| see(Some(open.account), *currency));
            }
            What::Balance(balance) => {
                let balance = draft.balances[balance as usize];
                see(Some(balance.account), balance.commodity);
            }
            What::Price(price) => {
                let price = draft.ledger.prices[price as usize];
                see(None, price.commodity);
                see(None, price.amount.commodity);
            }
            What::Transaction(at) => {
                for row in draft.rows(at) {
                    let detail = draft.ledger.details.get((row.detail as usize).wrapping_sub(1));
                    see(Some(row.account), row.commodity);
                    let lot = detail.and_then(|detail| detail.lot.as_deref()?.cost);
                    let price = detail.and_then(|detail| detail.cost);
                    for cost in [lot, price].into_iter().flatten() {
                        see(Some(row.account), cost.amount.commodity);
                    }
                }
            }
            What::Close(_) | What::Pad(_) | What::Note(_) | What::Document(_) | What::Other => {}
        }
    }
    let missing = uses.into_iter().filter(|(commodity, (_, accounts))| {
        let name = draft.ledger.commodity(*commodity);
        let is_ignored = |account: AccountId| {
            let account = draft.ledger.account(account);
            ignored.iter().any(|(a, c)| a.is_match(account) && c.is_match(name))
        };
        let mut in_accounts = accounts.iter().flatten().peekable();
        let at_prices_only = in_accounts.peek().is_none();
        !declared.contains(commodity)
            && (at_prices_only || in_accounts.any(|account| !is_ignored(*account)))
    });
    for (commodity, (item, _)) in missing.collect::<Vec<_>>() {
        let name = draft.ledger.commodity(commodity).clone();
        let message = format!("the commodity `{name}` is not declared");
        let problem = Diagnostic::error("commodity", message)
            .help(format!("write: `{} commodity {name}`", item.date));
        draft.tell_at(item, problem);
    }
}

/// The patterns of accounts and commodities that need no declaration.
fn ignored(draft: &mut Draft, plugin: &Plugin) -> Option<Vec<(Regex, Regex)>> {
    if plugin.config.trim().is_empty() {
        return Some(Vec::new());
    }
    let pattern = |text: &str| Regex::new(&format!("^(?:{text})")).ok();
    let read = config::map(&plugin.config).and_then(|entries| {
        let pair = |(account, currency): (String, Option<Vec<String>>)| {
            Some((pattern(&account)?, pattern(currency?.first()?)?))
        };
        entries.into_iter().map(pair).collect::<Option<Vec<_>>>()
    });
    if read.is_none() {
        wrong_settings(draft, plugin, "{'Assets:Options:.*': 'SPX_.*'}");
    }
    read
}

fn wrong_settings(draft: &mut Draft, plugin: &Plugin, example: &str) {
    let message = format!("the settings of `{}` cannot be read", plugin.module);
    let problem = Diagnostic::error("plugin", message).at(plugin.place.clone());
    draft.tell(plugin.source, problem.help(format!("write them as `{example}`")));
}

/// `coherent_cost`: a commodity is held at cost everywhere or nowhere.
pub(super) fn coherent_cost(draft: &mut Draft, _plugin: &Plugin, _applied: &mut Applied) {
    let mut first: BTreeMap<CommodityId, [Option<Item>; 2]> = BTreeMap::new();
    for item in &draft.items {
        let What::Transaction(at) = item.what else { continue };
        for row in draft.rows(at) {
            let cost = has_cost(draft, row);
            first.entry(row.commodity).or_default()[usize::from(cost)].get_or_insert(*item);
        }
    }
    for (commodity, items) in first {
        if let [Some(without), Some(with)] = items {
            let name = draft.ledger.commodity(commodity).clone();
            let problem =
                Diagnostic::error("cost", format!("`{name}` is used with a cost and without one"))
                    .at(draft.place_of_item(without).labelled("without"))
                    .at(draft.place_of_item(with).labelled("with"))
                    .help("give it a cost everywhere, or nowhere");
            draft.tell(without.source, problem);
        }
    }
}

fn has_cost(draft: &Draft, row: &PostingRow) -> bool {
    let detail = draft.ledger.details.get((row.detail as usize).wrapping_sub(1));
    detail.is_some_and(|detail| detail.lot.is_some())
}

/// `leafonly`: no postings on accounts that have accounts below them.
pub(super) fn leaves_only(draft: &mut Draft, _plugin: &Plugin, _applied: &mut Applied) {
    let names = draft.ledger.accounts.names();
    let mut parents: HashSet<&str> = HashSet::new();
    for name in names {
        parents.extend(name.rsplit_once(':').map(|(parent, _)| parent));
    }
    let mut posted: BTreeMap<AccountId, Item> = BTreeMap::new();
    for item in &draft.items {
        let What::Transaction(at) = item.what else { continue };
        for row in draft.rows(at) {
            if parents.contains(&*names[row.account.0 as usize]) {
                posted.entry(row.account).or_insert(*item);
            }
        }
    }
    for (account, item) in posted {
        let name = draft.ledger.account(account).clone();
        let message = format!("`{name}` has accounts below it, and a posting");
        let problem = Diagnostic::error("leaf", message);
        draft.tell_at(item, problem.help(format!("post to an account below it: `{name}:Other`")));
    }
}

/// `noduplicates`: no two directives say the same.
pub(super) fn no_duplicates(draft: &mut Draft, _plugin: &Plugin, _applied: &mut Applied) {
    let mut seen: HashMap<(NaiveDate, String), Item> = HashMap::new();
    let mut twice = Vec::new();
    for item in &draft.items {
        if matches!(item.what, What::Price(_)) {
            continue;
        }
        let text = said(draft, item);
        if let Some(first) = seen.get(&(item.date, text.clone())) {
            twice.push((*item, *first));
        } else {
            seen.insert((item.date, text), *item);
        }
    }
    for (item, first) in twice {
        let problem = Diagnostic::error("duplicate", "this directive stands there already")
            .at(draft.place_of_item(item))
            .at(draft.place_of_item(first).labelled("first"))
            .help("remove one of them");
        draft.tell(item.source, problem);
    }
}

/// What a directive says, however it is laid out.
fn said(draft: &Draft, item: &Item) -> String {
    let place = draft.place_of_item(*item);
    let words = place.text.split_whitespace().skip(1).take_while(|word| !word.starts_with(';'));
    let mut text = words.collect::<Vec<_>>().join(" ");
    if let What::Transaction(at) = item.what {
        for row in draft.rows(at) {
            let detail = draft.ledger.details.get((row.detail as usize).wrapping_sub(1));
            let number = row.number.normalize();
            let _ = write!(text, "\n{} {number} {}", row.account.0, row.commodity.0);
            if let Some(detail) = detail {
                let _ = write!(text, " {:?} {:?}", detail.cost, detail.lot);
            }
            if row.amount == AmountFrom::Generated {
                text.push_str(" generated");
            }
        }
    }
    text
}

/// `nounused`: every account that is opened is used.
pub(super) fn no_unused(draft: &mut Draft, _plugin: &Plugin, _applied: &mut Applied) {
    let mut used = vec![false; draft.ledger.accounts.names().len()];
    for item in &draft.items {
        match item.what {
            What::Close(account) | What::Note(account) | What::Document(account) => {
                used[account.0 as usize] = true;
            }
            What::Balance(balance) => {
                used[draft.balances[balance as usize].account.0 as usize] = true;
            }
            What::Pad(pad) => {
                let pad = draft.pads[pad as usize];
                used[pad.account.0 as usize] = true;
                used[pad.from.0 as usize] = true;
            }
            What::Transaction(at) => {
                draft.rows(at).iter().for_each(|row| used[row.account.0 as usize] = true);
            }
            What::Open(_) | What::Commodity(_) | What::Price(_) | What::Other => {}
        }
    }
    for at in 0..draft.items.len() {
        let item = draft.items[at];
        let What::Open(open) = item.what else { continue };
        let account = draft.opens[open as usize].account;
        if !used[account.0 as usize] {
            let name = draft.ledger.account(account);
            let problem =
                Diagnostic::error("account", format!("`{name}` is opened and never used"));
            draft.tell_at(item, problem.help("remove the line, or state a balance of the account"));
        }
    }
}

/// `onecommodity "PATTERN"`: an account holds units of one commodity, at costs in one currency.
pub(super) fn one_commodity(draft: &mut Draft, plugin: &Plugin, _applied: &mut Applied) {
    let pattern = match plugin.config.trim() {
        "" => None,
        text => match Regex::new(&format!("^(?:{text})")) {
            Ok(pattern) => Some(pattern),
            Err(_) => return wrong_settings(draft, plugin, "Assets:Broker:.*"),
        },
    };
    let mut skipped: HashSet<AccountId> = HashSet::new();
    for item in &draft.items {
        let What::Open(open) = item.what else { continue };
        let open = &draft.opens[open as usize];
        let name = draft.ledger.account(open.account);
        let off = draft.metadata(*item, "onecommodity").is_some_and(|value| value == "FALSE");
        let outside = pattern.as_ref().is_some_and(|pattern| !pattern.is_match(name));
        if off || outside || open.currencies.len() > 1 {
            skipped.insert(open.account);
        }
    }
    let mut units: BTreeMap<AccountId, CommodityId> = BTreeMap::new();
    let mut costs: BTreeMap<AccountId, CommodityId> = BTreeMap::new();
    let mut off: BTreeMap<(AccountId, bool), Item> = BTreeMap::new();
    for item in &draft.items {
        let mut see = |account: AccountId, commodity: CommodityId, cost: bool| {
            let first = if cost { &mut costs } else { &mut units };
            if *first.entry(account).or_insert(commodity) != commodity {
                off.entry((account, cost)).or_insert(*item);
            }
        };
        match item.what {
            What::Transaction(at) => {
                for row in draft.rows(at).iter().filter(|row| !skipped.contains(&row.account)) {
                    see(row.account, row.commodity, false);
                    let detail = draft.ledger.details.get((row.detail as usize).wrapping_sub(1));
                    if let Some(cost) = detail.and_then(|detail| detail.lot.as_deref()?.cost) {
                        see(row.account, cost.amount.commodity, true);
                    }
                }
            }
            What::Balance(balance) => {
                let balance = draft.balances[balance as usize];
                if !skipped.contains(&balance.account) {
                    see(balance.account, balance.commodity, false);
                }
            }
            What::Open(_)
            | What::Close(_)
            | What::Pad(_)
            | What::Note(_)
            | What::Document(_)
            | What::Commodity(_)
            | What::Price(_)
            | What::Other => {}
        }
    }
    for ((account, cost), item) in off {
        let name = draft.ledger.account(account).clone();
        let what = if cost { "costs in several currencies" } else { "several commodities" };
        let problem = Diagnostic::error("one-commodity", format!("`{name}` holds {what}"));
        let help = "use an account for each, or list the currencies where it is opened";
        draft.tell_at(item, problem.help(help));
    }
}

/// `unique_prices`: the prices of a commodity on one day agree.
pub(super) fn unique_prices(draft: &mut Draft, _plugin: &Plugin, _applied: &mut Applied) {
    let mut first: HashMap<(NaiveDate, CommodityId, CommodityId), (Decimal, u32, u32)> =
        HashMap::new();
    let mut off = Vec::new();
    for price in &draft.ledger.prices {
        let key = (price.date, price.commodity, price.amount.commodity);
        let known = *first.entry(key).or_insert((price.amount.number, price.source, price.line));
        if known.0 != price.amount.number {
            off.push((*price, known));
        }
    }
    for (price, (_, source, line)) in off.into_iter().take(DISAGREEMENTS) {
        let name = draft.ledger.commodity(price.commodity);
        let message = format!("two prices of {name} on {} disagree", price.date);
        let problem = Diagnostic::error("price", message)
            .at(draft.ledger.place(price.source, price.line))
            .at(draft.ledger.place(source, line).labelled("first"))
            .help("remove one of them");
        draft.tell(price.source, problem);
    }
}

/// `commodity_attr "{'name': None}"`: commodities have these metadata, with these values.
pub(super) fn commodity_attributes(draft: &mut Draft, plugin: &Plugin, _applied: &mut Applied) {
    let Some(wanted) = config::map(&plugin.config) else {
        return wrong_settings(draft, plugin, "{'sector': ['Technology', 'Energy'], 'name': None}");
    };
    for at in 0..draft.items.len() {
        let item = draft.items[at];
        let What::Commodity(commodity) = item.what else { continue };
        for (key, allowed) in &wanted {
            let found = draft.metadata(item, key).map(|value| value.trim_matches('"').to_owned());
            let name = draft.ledger.commodity(commodity).clone();
            let message = match (found, allowed) {
                (None, _) => format!("the commodity `{name}` has no `{key}`"),
                (Some(found), Some(allowed)) if !allowed.contains(&found) => {
                    format!("`{found}` is no `{key}`")
                }
                (Some(_), _) => continue,
            };
            let help = match allowed {
                Some(allowed) => format!("write `{key}:` with one of {}", allowed.join(", ")),
                None => format!("write `{key}: \"…\"` below it"),
            };
            draft.tell_at(item, Diagnostic::error("attribute", message).help(help));
        }
    }
}
