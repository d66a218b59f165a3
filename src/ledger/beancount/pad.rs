//! `pad`: fills what an account lacks at its next stated balance, in each currency.
//!
//! In: postings, pads and balances in the order of days. Out: transactions on the day of the pad, and
//! an error for each pad that filled nothing. A pad counts the account and those below it.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::Diagnostic;
use crate::ledger::beancount::arith;
use crate::ledger::beancount::draft::{Draft, Item, Pad, What};
use crate::ledger::beancount::subtree::Subtrees;
use crate::ledger::beancount::tolerance::Rules;
use crate::ledger::model::{
    AccountId, AmountFrom, CommodityId, PostingKind, PostingRow, Status, TransactionRow,
};
use crate::money::Decimal;

/// What padded accounts hold so far, and what pads have added.
#[derive(Debug, Default)]
pub(super) struct Pads {
    trees: Subtrees,
    accounts: Vec<Padded>,
    /// By number of the pad: its directive.
    items: HashMap<u32, Item>,
    made: Vec<Made>,
    used: HashSet<u32>,
}

/// What a pad adds.
#[derive(Debug)]
struct Made {
    pad: Item,
    commodity: CommodityId,
    /// To the padded account, and from the other one.
    legs: [(AccountId, Decimal); 2],
}

/// One padded account.
#[derive(Debug, Default)]
struct Padded {
    /// The pad in force.
    active: Option<u32>,
    /// The currencies whose balance was stated since.
    done: HashSet<CommodityId>,
    /// Units in all, and those of them that have a cost.
    holds: HashMap<CommodityId, (Decimal, Decimal)>,
}

impl Pads {
    pub fn new(draft: &Draft) -> Pads {
        let pads = if draft.options.raw { &[] } else { draft.pads.as_slice() };
        let tops = pads.iter().map(|pad| pad.account);
        let trees = Subtrees::new(tops, &draft.ledger.accounts);
        let accounts = trees.tops().iter().map(|_| Padded::default()).collect();
        Pads { trees, accounts, ..Pads::default() }
    }

    /// Counts a posting.
    pub fn posting(
        &mut self,
        account: AccountId,
        commodity: CommodityId,
        number: Decimal,
        has_cost: bool,
    ) {
        for at in self.trees.above(account) {
            let (all, at_cost) = self.accounts[*at as usize].holds.entry(commodity).or_default();
            // A sum too large for a number is reported where the transaction is held.
            *all = arith::add(*all, number).unwrap_or(*all);
            if has_cost {
                *at_cost = arith::add(*at_cost, number).unwrap_or(*at_cost);
            }
        }
    }

    /// A pad comes into force.
    pub fn pad(&mut self, draft: &Draft, pad: u32, item: usize) {
        if draft.options.raw {
            return;
        }
        self.items.insert(pad, draft.items[item]);
        let account = draft.pads[pad as usize].account;
        // The account itself is the last of those above it.
        if let Some(at) = self.trees.above(account).last() {
            let padded = &mut self.accounts[*at as usize];
            padded.active = Some(pad);
            padded.done.clear();
        }
    }

    /// A balance is stated: the pad in force fills what is lacking.
    pub fn balance(&mut self, draft: &mut Draft, balance: u32, rules: &Rules, item: Item) {
        let stated = draft.balances[balance as usize];
        let commodity = stated.commodity;
        let tolerance = stated.tolerance.unwrap_or_else(|| rules.of_balance(stated.number));
        for at in self.trees.above(stated.account) {
            let padded = &mut self.accounts[*at as usize];
            let (all, at_cost) = padded.holds.entry(commodity).or_default();
            let Some(lacking) = arith::sub(stated.number, *all) else { continue };
            if lacking.abs() > tolerance
                && let Some(active) = padded.active
                && !padded.done.contains(&commodity)
                && let Some(pad_item) = self.items.get(&active)
            {
                if !at_cost.is_zero() {
                    let message = "units with a cost cannot be padded: their cost is not known";
                    let pad_place = draft.place_of_item(*pad_item).labelled("the pad");
                    let problem = Diagnostic::error("pad", message).help(
                        "enter the missing units with `{cost}`, or state their balance by hand",
                    );
                    let place = draft.place_of_item(item);
                    draft.tell(item.source, problem.at(place).at(pad_place));
                }
                let Pad { account, from } = draft.pads[active as usize];
                let legs = [(account, lacking), (from, -lacking)];
                self.made.push(Made { pad: *pad_item, commodity, legs });
                self.used.insert(active);
                *all = arith::add(*all, lacking).unwrap_or(*all);
            }
            padded.done.insert(commodity);
        }
    }
}

/// Adds the transactions that pads make, and reports the pads that made none.
pub(super) fn insert(draft: &mut Draft, pads: Pads) {
    let mut unused: Vec<(u32, Item)> = pads
        .items
        .iter()
        .filter(|(pad, _)| !pads.used.contains(pad))
        .map(|(a, b)| (*a, *b))
        .collect();
    unused.sort_by_key(|(pad, _)| *pad);
    for (_, item) in unused {
        let problem = Diagnostic::error("pad", "this pad fills nothing").help(
            "remove it, or state a balance of the account after it, before the account's next pad",
        );
        draft.tell_at(item, problem);
    }
    if pads.made.is_empty() {
        return;
    }
    for Made { pad: item, commodity, legs } in pads.made {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let source = &draft.ledger.sources[item.source as usize];
        let text = source.text.get(item.start as usize..).unwrap_or_default();
        let line = text.split('\n').next().unwrap_or_default().trim_end();
        draft.ledger.transactions.push(TransactionRow {
            date: item.date,
            source: item.source,
            start: item.start,
            length: number(line.len()),
            line: item.line,
            first: number(draft.ledger.postings.len()),
            count: 2,
            status: Status::Unmarked,
        });
        let at = number(draft.ledger.transactions.len() - 1);
        draft.ledger.postings.extend(legs.map(|(account, number)| PostingRow {
            account,
            commodity,
            number,
            start: item.start,
            detail: 0,
            kind: PostingKind::Real,
            amount: AmountFrom::Generated,
            status: Status::Unmarked,
        }));
        draft.items.push(Item { what: What::Transaction(at), ..item });
    }
    draft.items.sort_by_key(Item::order);
}
