//! Balances as they run through the days, and what the journal asserts of them.
//!
//! In: postings in their order. Out: a problem for each assertion that does not hold, and the amount
//! that a posting with an assertion alone must have. In hledger virtual postings count like others;
//! in Ledger a real posting's assertion sees real postings only. Costs and lots do not count.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::diagnostic::Diagnostic;
use crate::ledger::balancing::detail;
use crate::ledger::model::{
    AccountId, AmountFrom, Assertion, CommodityId, Dialect, Ledger, PostingKind, PostingRow,
    Quantity, Xxh,
};
use crate::ledger::sums::plus;
use crate::ledger::view::{Posting, Spot, Transaction};
use crate::money::Decimal;

/// An account this deep has no more accounts above it that an assertion may speak of.
const LEVELS: usize = 256;

type Balances = HashMap<(AccountId, CommodityId), Balance, BuildHasherDefault<Xxh>>;

/// What one account holds of one commodity.
#[derive(Clone, Copy, Debug)]
struct Balance {
    sum: Decimal,
    /// The transaction that changed it last.
    last: usize,
    /// The one that did before it.
    before: Option<usize>,
}

impl Balance {
    /// The transaction that changed it last before transaction `at`.
    fn changed_before(&self, at: usize) -> Option<usize> {
        if self.last == at { self.before } else { Some(self.last) }
    }
}

/// Which balances an assertion sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sees {
    All,
    Real,
}

/// The balances of all accounts, while postings are added one by one.
#[derive(Debug)]
pub struct Running {
    needed: bool,
    dialect: Dialect,
    all: Balances,
    /// Without virtual postings; kept for Ledger only.
    real: Balances,
    /// What an account holds with its subaccounts, where some assertion asks.
    inclusive: Balances,
    /// Of which accounts such an assertion speaks, by account; empty where none does.
    asked: Vec<bool>,
    /// The accounts above each, itself too, of which such an assertion speaks; by account.
    above: Vec<Vec<AccountId>>,
    /// In how many commodities each account holds something, by account.
    holds: Vec<u32>,
    /// Each account's commodities, for assertions of all of them.
    commodities: Vec<Vec<CommodityId>>,
    /// The same with subaccounts, where some assertion asks.
    commodities_below: Vec<Vec<CommodityId>>,
    /// Where the last problem was.
    spot: Spot,
}

impl Running {
    /// No postings yet. Keeps nothing where the journals assert nothing.
    pub fn new(ledger: &Ledger, dialect: Dialect) -> Running {
        let needed = ledger.details.iter().any(|detail| detail.assertion.is_some());
        let mut running = Running {
            needed,
            dialect,
            all: Balances::default(),
            real: Balances::default(),
            inclusive: Balances::default(),
            asked: Vec::new(),
            above: Vec::new(),
            holds: Vec::new(),
            commodities: Vec::new(),
            commodities_below: Vec::new(),
            spot: Spot::default(),
        };
        if needed {
            let mut asked = vec![false; ledger.accounts.names().len()];
            for row in &ledger.postings {
                let assertion = detail(ledger, row).and_then(|detail| detail.assertion.as_deref());
                if assertion.is_some_and(|assertion| assertion.inclusive) {
                    asked[row.account.0 as usize] = true;
                }
            }
            if asked.contains(&true) {
                running.asked = asked;
            }
            running.make_room(ledger);
        }
        running
    }

    /// Room for all accounts there are by now: rules make accounts on their way.
    fn make_room(&mut self, ledger: &Ledger) {
        let accounts = ledger.accounts.names().len();
        for account in self.holds.len()..accounts {
            let asked = !self.asked.is_empty();
            self.above.push(if asked { above(ledger, account, &self.asked) } else { Vec::new() });
        }
        self.holds.resize(accounts, 0);
        self.commodities.resize(accounts, Vec::new());
        self.commodities_below.resize(accounts, Vec::new());
    }

    /// Whether anything asks for balances.
    pub fn needed(&self) -> bool {
        self.needed
    }

    /// Adds posting `posting` of transaction `at`; the problem, if what it asserts does not hold. Of the
    /// postings that one assignment became, only the last is checked.
    pub fn step(
        &mut self,
        ledger: &Ledger,
        at: usize,
        posting: u32,
        checked: bool,
    ) -> Option<Diagnostic> {
        let row = &ledger.postings[posting as usize];
        if self.holds.len() <= row.account.0 as usize {
            self.make_room(ledger);
        }
        if !self.add(row, at) {
            let transaction = Transaction::new(ledger, &ledger.transactions[at]);
            let place = Posting::new(transaction, row, &mut self.spot).place();
            return Some(
                Diagnostic::error("number", "the balance has more digits than a number can have")
                    .at(place),
            );
        }
        if !checked {
            return None;
        }
        let assertion = detail(ledger, row)?.assertion.as_deref()?;
        if row.amount == AmountFrom::Assigned && !assertion.sole {
            return None;
        }
        self.check(ledger, at, row, assertion)
    }

    fn add(&mut self, row: &PostingRow, at: usize) -> bool {
        let account = row.account.0 as usize;
        let key = (row.account, row.commodity);
        let Some((before, after)) = add(&mut self.all, key, row.number, at) else { return false };
        if before.is_none() {
            self.commodities[account].push(row.commodity);
        }
        let was = before.is_some_and(|sum| !sum.is_zero());
        match (was, !after.is_zero()) {
            (false, true) => self.holds[account] += 1,
            (true, false) => self.holds[account] -= 1,
            _ => {}
        }
        let mut good = true;
        if self.dialect == Dialect::Ledger && row.kind == PostingKind::Real {
            good &= add(&mut self.real, key, row.number, at).is_some();
        }
        for above in &self.above[account] {
            match add(&mut self.inclusive, (*above, row.commodity), row.number, at) {
                Some((Some(_), _)) => {}
                Some((None, _)) => self.commodities_below[above.0 as usize].push(row.commodity),
                None => good = false,
            }
        }
        good
    }

    /// The balance that an assertion on `row` speaks of, in one commodity.
    fn balance(
        &self,
        row: &PostingRow,
        assertion: &Assertion,
        of: CommodityId,
    ) -> Option<&Balance> {
        let key = (row.account, of);
        if assertion.inclusive {
            return self.inclusive.get(&key);
        }
        match self.sees(row) {
            Sees::All => self.all.get(&key),
            Sees::Real => self.real.get(&key),
        }
    }

    fn sees(&self, row: &PostingRow) -> Sees {
        if self.dialect == Dialect::Ledger && row.kind == PostingKind::Real {
            Sees::Real
        } else {
            Sees::All
        }
    }

    /// Whether `= 0` without a commodity speaks of all commodities, as in Ledger.
    fn is_of_all(&self, assertion: &Assertion) -> bool {
        self.dialect == Dialect::Ledger && assertion.amount.commodity.0 == 0
    }

    fn check(
        &mut self,
        ledger: &Ledger,
        at: usize,
        row: &PostingRow,
        assertion: &Assertion,
    ) -> Option<Diagnostic> {
        let of = assertion.amount.commodity;
        if self.dialect == Dialect::Ledger
            && row.amount == AmountFrom::Written
            && row.commodity != of
            && of.0 != 0
            && !row.number.is_zero()
        {
            return Some(of_another(ledger, at, row, assertion.amount, &mut self.spot));
        }
        let balance = self.balance(row, assertion, of);
        let makes = balance.map_or(Decimal::ZERO, |balance| balance.sum);
        if makes != assertion.amount.number {
            let balance = balance.copied();
            return Some(failed(
                ledger,
                at,
                row,
                assertion.amount,
                makes,
                balance.as_ref(),
                &mut self.spot,
            ));
        }
        if !assertion.sole && !self.is_of_all(assertion) {
            return None;
        }
        // Others than the asserted commodity must be zero. The count says so at once in most cases.
        let own = u32::from(!makes.is_zero());
        if !assertion.inclusive
            && self.sees(row) == Sees::All
            && self.holds[row.account.0 as usize] == own
        {
            return None;
        }
        let other = self.commodities(row, assertion).iter().find(|commodity| {
            **commodity != of
                && self
                    .balance(row, assertion, **commodity)
                    .is_some_and(|other| !other.sum.is_zero())
        })?;
        let balance = self.balance(row, assertion, *other);
        let stated = Quantity { number: Decimal::ZERO, commodity: *other };
        let makes = balance.map_or(Decimal::ZERO, |balance| balance.sum);
        let balance = balance.copied();
        Some(failed(ledger, at, row, stated, makes, balance.as_ref(), &mut self.spot))
    }

    /// The commodities that an assertion on `row` may speak of.
    fn commodities(&self, row: &PostingRow, assertion: &Assertion) -> &[CommodityId] {
        let account = row.account.0 as usize;
        if assertion.inclusive {
            &self.commodities_below[account]
        } else {
            &self.commodities[account]
        }
    }

    /// The amounts that make the assertion of a posting without an amount hold: one, or where it
    /// speaks of all commodities one for each that must change; where it has a cost, one without it for
    /// what is held before, and last the one that has it. `None`: too many digits.
    pub fn missing(&self, ledger: &Ledger, posting: u32) -> Option<Vec<Quantity>> {
        let row = &ledger.postings[posting as usize];
        let assertion = detail(ledger, row)?.assertion.as_deref()?;
        let holds =
            |of| self.balance(row, assertion, of).map_or(Decimal::ZERO, |balance| balance.sum);
        let stated = assertion.amount;
        let mut missing = Vec::new();
        if assertion.sole || self.is_of_all(assertion) {
            for commodity in self.commodities(row, assertion) {
                let held = holds(*commodity);
                if *commodity != stated.commodity && !held.is_zero() {
                    missing.push(Quantity { number: -held, commodity: *commodity });
                }
            }
        }
        let held = holds(stated.commodity);
        if assertion.cost.is_some() {
            // What is held has no cost, or another: it goes, and all that is stated comes at this one.
            if !held.is_zero() {
                missing.insert(0, Quantity { number: -held, commodity: stated.commodity });
            }
            missing.push(stated);
            return Some(missing);
        }
        let number = plus(stated.number, -held)?;
        if missing.is_empty() || !number.is_zero() {
            missing.insert(0, Quantity { number, commodity: stated.commodity });
        }
        Some(missing)
    }
}

/// Adds to one balance: the sum before, if there was one, and after. `None`: too many digits.
fn add(
    balances: &mut Balances,
    key: (AccountId, CommodityId),
    number: Decimal,
    at: usize,
) -> Option<(Option<Decimal>, Decimal)> {
    if let Some(balance) = balances.get_mut(&key) {
        let before = balance.sum;
        balance.sum = plus(before, number)?;
        balance.before = balance.changed_before(at);
        balance.last = at;
        return Some((Some(before), balance.sum));
    }
    balances.insert(key, Balance { sum: number, last: at, before: None });
    Some((None, number))
}

/// The asked accounts above one, itself too.
fn above(ledger: &Ledger, account: usize, asked: &[bool]) -> Vec<AccountId> {
    let name = &ledger.accounts.names()[account];
    let ends = name.match_indices(':').take(LEVELS).map(|(end, _)| end).chain([name.len()]);
    ends.filter_map(|end| ledger.accounts.find(&name[..end]))
        .filter(|above| asked.get(*above as usize) == Some(&true))
        .map(AccountId)
        .collect()
}

/// In Ledger a balance is stated in the commodity of the posting's amount.
fn of_another(
    ledger: &Ledger,
    at: usize,
    row: &PostingRow,
    stated: Quantity,
    spot: &mut Spot,
) -> Diagnostic {
    let view = Posting::new(Transaction::new(ledger, &ledger.transactions[at]), row, spot);
    let stated = ledger.amount(stated);
    let message =
        format!("stated {}, another commodity than the amount's", stated.to_string().trim_end());
    Diagnostic::error("assertion", message)
        .at(view.place())
        .help("state that balance in a posting of its own, with the amount 0")
}

fn failed(
    ledger: &Ledger,
    at: usize,
    row: &PostingRow,
    stated: Quantity,
    makes: Decimal,
    balance: Option<&Balance>,
    spot: &mut Spot,
) -> Diagnostic {
    let view = Posting::new(Transaction::new(ledger, &ledger.transactions[at]), row, spot);
    let text = view.text();
    let part = text.rfind('=').map_or(text.trim(), |at| {
        let at = if text[..at].ends_with('=') { at - 1 } else { at };
        text[at..].split(';').next().unwrap_or_default().trim_end()
    });
    let stated_amount = ledger.amount(stated);
    let difference = match plus(stated.number, -makes) {
        Some(off) if off.is_sign_negative() => format!(": {} too much", -off),
        Some(off) => format!(": {off} are missing"),
        None => String::new(),
    };
    let message = format!(
        "stated {}, but the entries make {makes}{difference}",
        stated_amount.to_string().trim_end()
    );
    let place = view.place_of(part).labelled(format!("{} on {}", view.account(), view.date()));
    let mut problem = Diagnostic::error("assertion", message).at(place);
    let last = balance.and_then(|balance| balance.changed_before(at));
    if let Some(last) = last.and_then(|last| ledger.transactions.get(last)) {
        let last = Transaction::new(ledger, last);
        problem =
            problem.note(format!("last change {}, {}:{}", last.date(), last.file(), last.line()));
    }
    problem.help("correct the stated balance, or the entries before it")
}
