//! What must hold once everything is computed: accounts are open, balances are as stated.
//!
//! In: a draft, computed and padded. Out: its problems, and nothing else changed. One pass over the
//! directives in the order of days.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::diagnostic::{Diagnostic, nearest};
use crate::ledger::beancount::arith;
use crate::ledger::beancount::draft::{Balance, Draft, Item, What};
use crate::ledger::beancount::plugins::Applied;
use crate::ledger::beancount::subtree::Subtrees;
use crate::ledger::beancount::tolerance::Rules;
use crate::ledger::model::{AccountId, AmountFrom, CommodityId};
use crate::money::Decimal;
use crate::period::NaiveDate;

/// For so many unknown accounts near names are looked for, among so many: it takes time.
const SUGGESTIONS: usize = 20;
const SUGGESTED: usize = 1_000;

/// What is known of an account at some day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Unknown,
    Open,
    Closed,
}

/// Uses of an account while it is not open.
#[derive(Debug)]
struct Misuse {
    item: Item,
    /// The line of the posting, where it is one.
    start: Option<(u32, u32)>,
    state: State,
    more: u32,
}

struct Check<'d> {
    draft: &'d mut Draft,
    rules: Rules,
    applied: &'d Applied,
    states: Vec<State>,
    /// Where each account was opened and closed first.
    opened: HashMap<AccountId, Item>,
    closed: HashMap<AccountId, Item>,
    commodities: HashMap<CommodityId, Item>,
    /// The only currencies of an account.
    currencies: HashMap<AccountId, Vec<CommodityId>>,
    trees: Subtrees,
    /// What accounts with a stated balance hold, those below them too, and what changed it last.
    holds: HashMap<(u32, CommodityId), (Decimal, Option<u32>)>,
    stated: HashMap<(AccountId, CommodityId, NaiveDate), (Decimal, Item)>,
    misuses: HashMap<(AccountId, bool), Misuse>,
}

/// Checks all of `draft`.
pub(super) fn check(draft: &mut Draft, applied: &Applied) {
    let rules = Rules::new(&draft.options, &draft.ledger.commodities);
    let tops = draft.balances.iter().map(|balance| balance.account);
    let trees = Subtrees::new(tops, &draft.ledger.accounts);
    let states = vec![State::Unknown; draft.ledger.accounts.names().len()];
    let mut currencies = HashMap::new();
    for open in &draft.opens {
        if !open.currencies.is_empty() {
            currencies.insert(open.account, open.currencies.clone());
        }
    }
    let mut check = Check {
        draft,
        rules,
        applied,
        states,
        opened: HashMap::new(),
        closed: HashMap::new(),
        commodities: HashMap::new(),
        currencies,
        trees,
        holds: HashMap::new(),
        stated: HashMap::new(),
        misuses: HashMap::new(),
    };
    for account in &applied.added {
        check.states[account.0 as usize] = State::Open;
    }
    for at in 0..check.draft.items.len() {
        check.item(check.draft.items[at]);
    }
    check.tell_misuses();
}

impl Check<'_> {
    fn item(&mut self, item: Item) {
        match item.what {
            What::Open(open) => self.open(self.draft.opens[open as usize].account, item),
            What::Close(account) => self.close(account, item),
            What::Balance(balance) => self.balance(self.draft.balances[balance as usize], item),
            What::Pad(pad) => {
                let pad = self.draft.pads[pad as usize];
                self.used(pad.account, item, None, false);
                self.used(pad.from, item, None, false);
            }
            What::Transaction(at) => self.transaction(at, item),
            What::Note(account) | What::Document(account) => self.used(account, item, None, true),
            What::Commodity(commodity) => match self.commodities.entry(commodity) {
                Entry::Vacant(entry) => {
                    entry.insert(item);
                }
                Entry::Occupied(entry) => {
                    let first = *entry.get();
                    let name = self.draft.ledger.commodity(commodity);
                    let message = format!("the commodity `{name}` is declared a second time");
                    self.second("commodity", message, item, first);
                }
            },
            What::Price(_) | What::Other => {}
        }
    }

    fn open(&mut self, account: AccountId, item: Item) {
        match self.opened.entry(account) {
            Entry::Vacant(entry) => {
                entry.insert(item);
            }
            Entry::Occupied(entry) => {
                let first = *entry.get();
                let name = self.draft.ledger.account(account);
                let message = format!("the account `{name}` is opened a second time");
                self.second("account", message, item, first);
            }
        }
        self.states[account.0 as usize] = State::Open;
    }

    fn close(&mut self, account: AccountId, item: Item) {
        let name = self.draft.ledger.account(account).clone();
        if let Some(first) = self.closed.get(&account).copied() {
            let message = format!("the account `{name}` is closed a second time");
            self.second("account", message, item, first);
        } else if self.states[account.0 as usize] == State::Unknown && !self.is_auto(account) {
            let message = format!("the account `{name}` is closed, but was not opened before");
            self.draft.tell_at(
                item,
                Diagnostic::error("account", message)
                    .help(format!("write the line that opens it: `{} open {name}`", item.date)),
            );
        }
        self.closed.entry(account).or_insert(item);
        self.states[account.0 as usize] = State::Closed;
    }

    fn second(&mut self, code: &'static str, message: String, item: Item, first: Item) {
        let place = self.draft.place_of_item(item);
        let first = self.draft.place_of_item(first).labelled("first");
        let problem = Diagnostic::error(code, message).at(place).at(first);
        self.draft.tell(item.source, problem.help("remove one of them"));
    }

    /// Whether a plugin opens this account, which nothing else opens.
    fn is_auto(&self, account: AccountId) -> bool {
        self.applied.auto_accounts && !self.applied.opened.contains(&account)
    }

    /// An account is named by a directive; what only describes it may come after its end.
    fn used(&mut self, account: AccountId, item: Item, start: Option<(u32, u32)>, after: bool) {
        let state = self.states[account.0 as usize];
        if state == State::Open || (after && state == State::Closed) {
            return;
        }
        if state == State::Unknown && self.is_auto(account) {
            self.states[account.0 as usize] = State::Open;
            return;
        }
        self.misuses
            .entry((account, state == State::Closed))
            .and_modify(|misuse| misuse.more = misuse.more.saturating_add(1))
            .or_insert(Misuse { item, start, state, more: 0 });
    }

    fn transaction(&mut self, at: u32, item: Item) {
        for index in 0..self.draft.rows(at).len() {
            let row = self.draft.rows(at)[index];
            let start = Some((at, row.start));
            if self.states[row.account.0 as usize] != State::Open {
                self.used(row.account, item, start, false);
            }
            // What is computed to be nothing is no posting to Beancount.
            let nothing = row.amount == AmountFrom::Elided && row.number.is_zero();
            if !self.currencies.is_empty()
                && !nothing
                && let Some(allowed) = self.currencies.get(&row.account)
                && !allowed.contains(&row.commodity)
            {
                self.wrong_currency(at, row.start, row.account, row.commodity);
            }
            for top in self.trees.above(row.account) {
                let (sum, last) = self.holds.entry((*top, row.commodity)).or_default();
                *sum = arith::add(*sum, row.number).unwrap_or(*sum);
                *last = Some(at);
            }
        }
    }

    fn wrong_currency(&mut self, at: u32, start: u32, account: AccountId, found: CommodityId) {
        let row = self.draft.ledger.transactions[at as usize];
        let place = self.draft.place_in(&row, start);
        let ledger = &self.draft.ledger;
        let (name, found) = (ledger.account(account), ledger.commodity(found));
        let allowed = self.currencies.get(&account).into_iter().flatten();
        let allowed: Vec<&str> =
            allowed.map(|currency| ledger.commodity(*currency).as_ref()).collect();
        let message =
            format!("`{name}` is opened for {} only, not for {found}", allowed.join(", "));
        let help = format!("add `{found}` to the line that opens it, or post to another account");
        self.draft.tell(row.source, Diagnostic::error("currency", message).at(place).help(help));
    }

    fn balance(&mut self, stated: Balance, item: Item) {
        self.used(stated.account, item, None, true);
        let Balance { account, number, commodity, .. } = stated;
        let name = self.draft.ledger.account(account).clone();
        let currency = self.draft.ledger.commodity(commodity).clone();
        if let Some(allowed) = self.currencies.get(&account)
            && !allowed.contains(&commodity)
        {
            let message = format!("`{name}` is not opened for {currency}");
            let help = format!("add `{currency}` to the line that opens it");
            self.draft.tell_at(item, Diagnostic::error("currency", message).help(help));
        }
        match self.stated.entry((account, commodity, item.date)) {
            Entry::Vacant(entry) => {
                entry.insert((number, item));
            }
            Entry::Occupied(entry) => {
                let (other, first) = *entry.get();
                if other != number {
                    let message = format!("`{name}` has two balances in {currency} on one day");
                    self.second("balance", message, item, first);
                }
            }
        }
        if self.draft.options.raw {
            return;
        }
        let Some(top) = self.trees.above(account).last() else { return };
        let (sum, last) = self.holds.get(&(*top, commodity)).copied().unwrap_or_default();
        let tolerance = stated.tolerance.unwrap_or_else(|| self.rules.of_balance(number));
        let Some(off) = arith::sub(sum, number) else { return };
        if off.abs() <= tolerance {
            return;
        }
        let (much, missing) = (off.abs(), off.is_sign_negative());
        let verdict = match (missing, much == Decimal::ONE) {
            (true, true) => "is missing",
            (true, false) => "are missing",
            (false, true) => "is too much",
            (false, false) => "are too much",
        };
        let message =
            format!("stated {number} {currency}, but the entries make {sum}: {much} {verdict}");
        let mut problem = Diagnostic::error("balance", message)
            .at(self.draft.place_of_item(item).labelled(format!("at the start of {}", item.date)));
        problem = match last {
            Some(at) => {
                let row = &self.draft.ledger.transactions[at as usize];
                let file = &self.draft.ledger.sources[row.source as usize].name;
                problem.note(format!("last change {}, {file}:{}", row.date, row.line))
            }
            None => problem.note("nothing is entered before that day"),
        };
        self.draft.tell(item.source, problem.help("add what is missing, or correct the balance"));
    }

    /// Reports each account that is used while it is not open, once.
    fn tell_misuses(&mut self) {
        let mut misuses: Vec<((AccountId, bool), Misuse)> = self.misuses.drain().collect();
        misuses.sort_by_key(|((account, closed), _)| (*account, *closed));
        for (told, ((account, _), misuse)) in misuses.into_iter().enumerate() {
            let name = self.draft.ledger.account(account).clone();
            let place = match misuse.start {
                Some((at, start)) => {
                    let row = self.draft.ledger.transactions[at as usize];
                    self.draft.place_in(&row, start)
                }
                None => self.draft.place_of_item(misuse.item),
            };
            let day = misuse.item.date;
            let opened = self.opened.get(&account).copied();
            let mut problem = match (misuse.state, opened) {
                (State::Closed, _) => {
                    let closed = self.closed.get(&account).copied();
                    let problem =
                        Diagnostic::error("account", format!("`{name}` is closed by then"));
                    let problem =
                        problem.at(place).help("post to another account, or move its closing");
                    match closed {
                        Some(item) => problem.at(self.draft.place_of_item(item).labelled("closed")),
                        None => problem,
                    }
                }
                (_, Some(open)) => {
                    let message = format!("`{name}` is opened only later");
                    let opened = self.draft.place_of_item(open).labelled("opened");
                    Diagnostic::error("account", message)
                        .at(place)
                        .at(opened)
                        .help(format!("open it on {day} or before"))
                }
                (_, None) => {
                    let count = if told < SUGGESTIONS { SUGGESTED } else { 0 };
                    let opens = self.draft.opens.iter().take(count);
                    let names = opens.map(|open| self.draft.ledger.account(open.account).as_ref());
                    let near = nearest(&name, names).first().map(|near| (*near).to_owned());
                    let help = match near {
                        Some(near) => {
                            format!("did you mean `{near}`? Else open it: `{day} open {name}`")
                        }
                        None => format!("write the line that opens it: `{day} open {name}`"),
                    };
                    Diagnostic::error("account", format!("the account `{name}` is never opened"))
                        .at(place)
                        .help(help)
                }
            };
            match misuse.more {
                0 => {}
                1 => problem = problem.note("it is used once more"),
                more => problem = problem.note(format!("it is used {more} times more")),
            }
            self.draft.tell(misuse.item.source, problem);
        }
    }
}
